"""A sheet as a person gives it back: which header is which column, which row is which record."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bulkedit.core.cells import Cell, cell_text
from bulkedit.core.columns import (
    ID,
    ITEM,
    PACKAGE,
    RESOURCE_ID,
    Level,
    Table,
    own_headers,
    trailing_headers,
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row below the header: its number in the sheet and its cells by column number (from 1)."""

    number: int
    cells: Mapping[int, Cell]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One data sheet: header texts by column number, and the rows that hold anything."""

    title: str
    headers: Mapping[int, str]
    rows: Sequence[SheetRow]


class HeaderError(ValueError):
    """The headers of a sheet do not say for certain which row and column is which; ``str()`` is one sentence."""


@dataclass(frozen=True)
class Heads:
    """Where the columns of a table stand in a sheet.

    Attributes:
        own: column number of each header of ours that is there (``Action``, ``ID``, ...).
        fields: pairs of index into the table's columns and column number, for those that are there.
        unknown: headers that are nobody's, with a hint (the person's own columns are left alone).
    """

    own: Mapping[str, int]
    fields: Sequence[tuple[int, int]]
    unknown: Sequence[tuple[str, str]] = field(default=())


def find_heads(table: Table, sheet: Sheet) -> Heads:
    """Match a sheet's headers, by label or API name and to the letter, with a table's columns.

    Raises:
        HeaderError: two columns have the same header, or the one that says which record a row is is gone.
    """
    ours = (*own_headers(table.level), *trailing_headers(table.level))
    by_header = {column.header: i for i, column in enumerate(table.columns)}
    by_name = {column.name: i for i, column in enumerate(table.columns)}
    own: dict[str, int] = {}
    fields: dict[int, int] = {}
    unknown: list[str] = []
    for position, header in sheet.headers.items():
        if header in ours:
            _claim(own, header, position, sheet, header)
        elif (index := by_header.get(header, by_name.get(header))) is not None:
            _claim(fields, index, position, sheet, table.columns[index].header)
        elif header:
            unknown.append(header)
    if sheet.rows:
        _refuse_without_identity(table, sheet, own, unknown)
    absent = [column.header for i, column in enumerate(table.columns) if i not in fields]
    _refuse_without_header(sheet, absent)
    return Heads(own, sorted(fields.items()), [(header, _closest(header, absent)) for header in unknown])


def positions(table: Table, heads: Heads) -> dict[str, int]:
    """Return the column number of each header that is ours or a field's."""
    return {**{table.columns[index].header: at for index, at in heads.fields}, **heads.own}


def _closest(header: str, absent: Sequence[str]) -> str:
    """Return the header of ours that is not there and that another one may stand for."""
    by_folded = {text.casefold(): text for text in absent}
    near = difflib.get_close_matches(header.strip().casefold(), list(by_folded), n=1, cutoff=0.75)
    return by_folded[near[0]] if near else ""


_SAYS_WHICH = {
    Level.PACKAGE: (ID,),
    Level.RESOURCE: (ID,),
    Level.ITEM: (PACKAGE, ITEM),
    Level.RESOURCE_ITEM: (RESOURCE_ID, ITEM),
}


def _refuse_without_identity(table: Table, sheet: Sheet, own: Mapping[str, int], unknown: Sequence[str]) -> None:
    """Make sure that rows can be told apart, and that no header of ours is misspelt.

    Without its numbers every entry of a list would look like a new one.
    """
    for header in unknown:
        meant = next((h for h in own_headers(table.level) if h.casefold() == header.strip().casefold()), "")
        if meant and meant not in own:
            raise HeaderError(f"The header {header!r} in the sheet {sheet.title!r} must be written [{meant}].")
    for header in _SAYS_WHICH[table.level]:
        if header not in own:
            _refuse_elsewhere(table, sheet)
            raise HeaderError(
                f"The sheet {sheet.title!r} has no column [{header}], which says what its rows are; restore it."
            )


def _refuse_elsewhere(table: Table, sheet: Sheet) -> None:
    """Tell where the headers stand, if they do: below a title, or sorted in among the rows."""
    for row in sheet.rows:
        if {cell_text(cell) for cell in row.cells.values()}.issuperset(_SAYS_WHICH[table.level]):
            raise HeaderError(
                f"The headers of the sheet {sheet.title!r} stand in row {row.number}; they belong into row 1, with"
                " nothing above them."
            )


def _refuse_without_header(sheet: Sheet, absent: Sequence[str]) -> None:
    """Make sure that no column has lost its header: what is edited there would silently be ignored."""
    if not absent:
        return
    filled = {at for row in sheet.rows for at, cell in row.cells.items() if cell_text(cell)}
    for at in sorted(filled - {at for at, header in sheet.headers.items() if header}):
        gone = ", ".join(f"[{header}]" for header in absent[:_MOST_NAMED])
        raise HeaderError(
            f"Column {letters(at)} of the sheet {sheet.title!r} has values but no header, and there is no {gone}."
            f" Write the header into {letters(at)}1 (was it merged?), or empty the column."
        )


_MOST_NAMED = 3


def _claim(found: dict[Any, int], key: Any, position: int, sheet: Sheet, header: str) -> None:
    if key in found:
        first, second = letters(found[key]), letters(position)
        raise HeaderError(
            f"Column [{header}] stands twice in the sheet {sheet.title!r} ({first}1 and {second}1);"
            " rename or remove one of them."
        )
    found[key] = position


def own_text(row: SheetRow, heads: Heads, header: str) -> str:
    """Return the text of one of our own cells of a row; a missing column is empty."""
    position = heads.own.get(header)
    return "" if position is None else cell_text(row.cells.get(position, ""))


def field_cells(row: SheetRow, heads: Heads) -> Iterator[tuple[int, Cell]]:
    """Yield the index and the cell of every field whose column the sheet has."""
    return ((index, row.cells.get(position, "")) for index, position in heads.fields)


def letters(column: int) -> str:
    """Return the letters of a column number: 1 is A, 27 is AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def header_texts(table: Table, *, as_names: bool) -> list[str]:
    """Return the header row of a table as exported, labels or API names."""
    lead, trail = own_headers(table.level), trailing_headers(table.level)
    taken = {*lead, *trail, *(column.header for column in table.columns)}
    fields = [c.name if as_names and c.name not in taken else c.header for c in table.columns]
    return [*lead, *fields, *trail]
