"""What a workbook is brought together with."""

from collections.abc import Sequence
from typing import Protocol

from bulkedit.core.catalogue import Catalogue
from bulkedit.core.edits import RowEdit
from bulkedit.core.json_value import Package


class Side(Protocol):
    """What a workbook is brought together with: a site, or what the workbook itself remembers of it.

    Attributes:
        revises: it takes ``package_revise``, as far as is known.
    """

    revises: bool

    @property
    def url(self) -> str:
        """Address of the site."""

    @property
    def reads(self) -> int:
        """How many calls only read."""

    @property
    def writes(self) -> int:
        """How many calls may have changed something."""

    def live(self, ids: Sequence[str]) -> dict[str, Package]:
        """Return packages by id, as they are now; those that are gone are missing."""

    def package(self, key: str) -> Package | None:
        """Return one package as it is now."""

    def texts(self, live: Package | None, key: str) -> Catalogue:
        """Return the cell texts of a package, under the key by which rows call it; of none where there is none."""

    def named(self, rows: Sequence[RowEdit]) -> tuple[str, Package | None]:
        """Return the name for a new package, and the package if an earlier run has created it.

        Raises:
            TakenError: it cannot have its name.
            RunError: the site cannot be asked.
        """

    def groups(self) -> list[str]:
        """Return the ids of the groups that the user may use."""

    def pause(self, silences: int) -> None:
        """Wait, after so many answers that did not come, before it is asked again."""
