"""One import at a time of one workbook, and of one organization, on one computer."""

from collections.abc import Mapping
from pathlib import Path
from typing import Self

from filelock import BaseFileLock

from bulkedit.ledger import Ledger


class Claims:
    """What a run keeps for itself until it ends, however it ends.

    Args:
        ledger: beside which the locks lie; None to claim nothing.
    """

    def __init__(self, ledger: Ledger | None) -> None:
        self._ledger = ledger
        self._held: list[BaseFileLock] = []

    def workbook(self, path: Path) -> None:
        """Keep a workbook.

        Raises:
            LedgerError: another run has it.
        """
        busy = f"{path} is being imported or refreshed at this moment; wait until that is done."
        self._claim(f"workbook {path.resolve()}", busy)

    def organizations(self, site: str, organizations: Mapping[str, str]) -> None:
        """Keep organizations of a site, by id.

        Raises:
            LedgerError: another run has one of them.
        """
        for key, name in sorted(organizations.items()):
            busy = (
                f"Another import into {name} on {site} is running on this computer; wait until it is done"
                " (two at once would wait for each other at every record)."
            )
            self._claim(f"organization {site} {key}", busy)

    def run(self, run: str) -> None:
        """Show that a run is alive.

        Raises:
            LedgerError: it cannot be shown.
        """
        self._claim(f"run {run}", f"The run {run} is being carried out already.")

    def ended(self, run: str) -> None:
        """Make sure that a run has ended, and keep others from undoing it at the same time.

        Raises:
            LedgerError: it has not, or another undo of it is under way.
        """
        self._claim(f"run {run}", f"Run {run} is still under way, or being undone; wait until that is done.")

    def _claim(self, what: str, busy: str) -> None:
        if self._ledger is not None:
            self._held.append(self._ledger.claim(what, busy))

    def release(self) -> None:
        """Let others have what was kept."""
        while self._held:
            self._held.pop().release()


class Claimant:
    """A run that claims things, and lets others have them at the end of its ``with`` block."""

    _claims: Claims

    def close(self) -> None:
        """Let others have what was claimed."""
        self._claims.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.close()
