"""Check a workbook by itself: what was edited, and whether it could be sent. No site is asked."""

from collections.abc import Sequence
from pathlib import Path

from bulkedit.core.catalogue import Catalogue
from bulkedit.core.edits import RowEdit
from bulkedit.core.json_value import Package
from bulkedit.core.recalled import recalled
from bulkedit.core.report import Report
from bulkedit.excel.read import Book
from bulkedit.newcomers import wanted_names
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.delivery import foresee
from bulkedit.workflow.job import ImportOptions, Job


class Check(Job):
    """One workbook, brought together with what it remembers of its site."""

    def __init__(self, path: Path, options: ImportOptions, *, run: str = "", clock: Clock = now) -> None:
        """Read the workbook.

        Args:
            path: the workbook.
            options: how it would be imported.
            run: what the run is called; otherwise something new.
            clock: tells the time.

        Raises:
            RunError: it cannot be done.
        """
        super().__init__(path, options, _Remembered, run=run, clock=clock)

    def result(self) -> Report:
        """Return the answer to every row, and write the results into the workbook."""
        return self.report(self.run(foresee), dry_run=True)


class _Remembered:
    """A site as a workbook remembers it: everything is as it was exported."""

    reads = writes = 0
    revises = True

    def __init__(self, book: Book) -> None:
        self._layout, self._exported = book.layout, book.exported
        self.url = book.identity.site

    def live(self, ids: Sequence[str]) -> dict[str, Package]:
        return recalled(self._layout, self._exported, ids)

    def package(self, key: str) -> Package | None:
        return self.live([key])[key]

    def texts(self, live: Package | None, key: str) -> Catalogue:
        return self._exported

    def named(self, rows: Sequence[RowEdit]) -> tuple[str, Package | None]:
        return next(wanted_names(rows)), None  # exported names are refused before

    def groups(self) -> list[str]:
        return []

    def pause(self, silences: int) -> None:
        """Wait for nothing: what is remembered answers."""
