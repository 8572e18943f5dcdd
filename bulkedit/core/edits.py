"""What a person changed: the edited cells of every row, against what was exported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bulkedit.core.cells import Form
from bulkedit.core.columns import Column, Table
from bulkedit.core.sheets import letters


@dataclass(frozen=True, slots=True)
class Place:
    """A row of a sheet; row 0 where it is not known which."""

    sheet: str
    row: int

    def __str__(self) -> str:
        return f"{self.sheet} row {self.row}" if self.row else self.sheet


@dataclass(frozen=True, slots=True)
class CellEdit:
    """One edited cell: the column, what it held when exported, what it holds now.

    `form` is how a spreadsheet program stored it, where that is not as text.
    `typed` is the text that stands in the cell, maybe another form of `edited`: a choice's value for its label.
    """

    column: Column
    exported: str
    edited: str
    form: Form | None = field(default=None, compare=False)
    typed: str = field(default="", compare=False)

    @property
    def stands(self) -> str:
        """The text that stands in the cell."""
        return self.typed or self.edited


@dataclass(frozen=True, slots=True)
class RowEdit:
    """One row of a data sheet, edited or not.

    Attributes:
        package: id of the package that the row belongs to; empty where that is unknown.
        name: what the package is called, for people.
        owner: id of the package or resource whose fields or items these are; empty for a new one.
        resource: id of the resource the row is about, if it is about one.
        number: of an item, as exported; 0 for a new item, and where rows are no items.
        action: ``delete``, ``skip``, or empty.
        new: the row asks for a new package or resource, which has no id yet (`naming`).
        cells: the edited cells.
        problems: why the row cannot be sent, one sentence each; any makes it ``invalid``.
        warnings: what the site may refuse the package for, though nobody edited it here.
        beside: header of the cell that names another exported record than the one that the row is.
        certain: it is known which record the row is, and so which of its cells were edited.
    """

    place: Place
    table: Table
    package: str
    name: str
    owner: str
    resource: str = ""
    number: int = 0
    action: str = ""
    cells: tuple[CellEdit, ...] = ()
    problems: tuple[str, ...] = ()
    new: bool = False
    warnings: tuple[str, ...] = ()
    beside: str = ""
    certain: bool = True

    @property
    def asks(self) -> bool:
        """Tell whether the row asks for anything to be done."""
        return not self.problems and self.action != "skip" and self.edited

    @property
    def edited(self) -> bool:
        """Tell whether the row differs from what was exported."""
        if (self.new or (self.table.level.of_items and self.number == 0)) and not self.problems:
            return self.action == "" and bool(self.cells)
        return bool(self.cells) or self.action == "delete"


@dataclass(frozen=True)
class Edits:
    """All rows of a workbook's data sheets, with what else was noticed.

    Attributes:
        missing: how many exported rows are in no sheet any more, by sheet title.
        unknown: headers that are no columns of ours: sheet, header, the closest of ours or nothing.
        positions: column number of each header that is ours or a field's, by sheet title.
    """

    rows: Sequence[RowEdit]
    missing: Mapping[str, int] = field(default_factory=dict)
    unknown: Sequence[tuple[str, str, str]] = ()
    positions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def cell(self, place: Place, header: str) -> str:
        """Return how a cell is called, like ``Contacts!F12``; a column that is not there has no letters."""
        at = self.positions.get(place.sheet, {}).get(header)
        return f"{place.sheet}!{letters(at) if at else ''}{place.row}"

    def by_package(self) -> dict[str, list[RowEdit]]:
        """Return the rows that ask for something or cannot be sent, by package id, in sheet order."""
        found: dict[str, list[RowEdit]] = {}
        for row in self.rows:
            if row.asks or row.problems:
                found.setdefault(row.package, []).append(row)
        return found
