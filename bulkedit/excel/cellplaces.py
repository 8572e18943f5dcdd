"""Where some cells of a worksheet part stand, or belong: found once, before anything is to be put into them."""

from array import array
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bulkedit.excel.cellxml import cell_reference, whole_number
from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.sheetxml import Cell, Row, SheetScan
from bulkedit.excel.xmlbytes import Span


@dataclass(frozen=True, slots=True)
class CellPlace:
    """Where a cell stands: bytes ``start:end``, their hash, its style index, and whether a formula is in it.

    Where the row does not have the cell, both offsets are where it belongs, and the style is what it takes. Then
    ``cut`` are the bytes of the row's ``spans`` if they leave it out (it is only a hint, 18.3.1.73), else (0, 0).
    """

    row: int
    column: int
    start: int
    end: int
    hash: int
    style: str | None
    formula: bool
    cut: tuple[int, int]

    @property
    def missing(self) -> bool:
        """Tell whether the row does not have the cell."""
        return self.start == self.end


class CellPlaces:
    """Where the wanted cells of a worksheet part are.

    Little room for many: of each cell some numbers, and no bytes.

    Attributes:
        wanted: the columns that were looked for, by row, both counted from 1.
        sheet: what else is known of the part.
        rows: of rows without some of their cells, those that are empty.
        absent: the rows that are not there, ascending, each with the offset where it belongs.
    """

    def __init__(self, chunks: Iterable[bytes], wanted: Mapping[int, Collection[int]]) -> None:
        """Walk the part once.

        Args:
            chunks: the worksheet part, in pieces.
            wanted: columns by row, both counted from 1.

        Raises:
            ValueError: a sheet has no such row or column.
            WorkbookDamaged: it is not a worksheet part that can be patched; half a sentence.
        """
        self.wanted = wanted
        self.rows: dict[int, Span] = {}
        self._numbers, self._columns = array("Q"), array("H")
        self._hashes, self._formulas = array("q"), array("B")
        self._styles: list[str | None] = []
        self._rows_wanted = _Series(wanted)
        self._cells_wanted = _Series(())
        self.sheet = SheetScan(chunks, self)
        self.sheet.run()
        self.absent = tuple(self._rows_wanted.left(self.sheet.rows.content_end))
        for row, _ in self.absent:
            for column in wanted[row]:
                cell_reference(row, column)

    def __iter__(self) -> Iterator[CellPlace]:
        """Yield the places of cells, row by row."""
        for at, column in enumerate(self._columns):
            row, start, end, *cut = self._numbers[5 * at : 5 * at + 5]
            style, formula = self._styles[at], bool(self._formulas[at])
            yield CellPlace(row, column, start, end, self._hashes[at], style, formula, (cut[0], cut[1]))

    def include(self, wanted: Mapping[int, Collection[int]]) -> bool:
        """Tell whether all these cells were among the wanted ones."""
        return all(set(columns) <= set(self.wanted.get(row, ())) for row, columns in wanted.items())

    def _note(self, place: CellPlace) -> None:
        self._numbers.extend((place.row, place.start, place.end, *place.cut))
        self._columns.append(place.column)
        self._hashes.append(place.hash)
        self._formulas.append(place.formula)
        self._styles.append(place.style)

    # -- told by the scan

    def row_opened(self, row: Row) -> int:
        """Ask for the cells of a row with wanted ones."""
        self._rows_wanted.passing(row.number, row.start)
        if row.number not in self.wanted:
            return 0
        if not self._rows_wanted.fill(row.number):
            raise WorkbookDamaged(f"it has row {row.number} twice")
        self._cells_wanted = _Series(self.wanted[row.number])
        return max(self.wanted[row.number], default=0)

    def cell_opened(self, row: Row, cell: Cell) -> bool:
        """Ask for the end of a wanted cell."""
        self._cells_wanted.passing(cell.column, cell.start)
        if cell.column not in self.wanted[row.number]:
            return False
        self._cells_wanted.fill(cell.column)
        return True

    def cell_closed(self, row: Row, cell: Cell, xml: bytes, *, formula: bool) -> None:
        """Note where a cell stands."""
        end = cell.start + len(xml)
        self._note(CellPlace(row.number, cell.column, cell.start, end, hash(xml), cell.style, formula, _NO_CUT))

    def row_closed(self, row: Row, place: Span) -> None:
        """Note where the cells belong that the row does not have."""
        missing = list(self._cells_wanted.left(place.content_end))
        spans = place.tag.attribute(b"spans") if missing else None
        for column, at in missing:
            cell_reference(row.number, column)  # a sheet may have none such
            style = row.style or self.sheet.columns.of(column)
            outside = spans is not None and not _covers(place.tag.value(spans), column)
            cut = (spans.start, spans.end) if spans is not None and outside else _NO_CUT
            self._note(CellPlace(row.number, column, at, at, 0, style, formula=False, cut=cut))
        if missing and place.tag.empty:
            self.rows[row.number] = place


_NO_CUT: Final = (0, 0)


def _covers(spans: str, column: int) -> bool:
    for one in spans.split():
        first, _, last = one.partition(":")
        if 0 < whole_number(first) <= column <= whole_number(last):
            return True
    return False


class _Series:
    """Wanted numbers of an ascending series and where those that turn out missing belong."""

    def __init__(self, wanted: Iterable[int]) -> None:
        self._wanted = sorted(wanted)
        self._passed = 0
        self._places: dict[int, int] = {}
        self._filled: set[int] = set()

    def passing(self, number: int, start: int) -> None:
        """Note that a number stands at an offset: wanted lesser ones not met so far belong before it."""
        while self._passed < len(self._wanted) and self._wanted[self._passed] < number:
            self._places[self._wanted[self._passed]] = start
            self._passed += 1

    def fill(self, number: int) -> bool:
        """Note that a wanted number is there; false when it was there before."""
        known = number in self._filled
        self._filled.add(number)
        return not known

    def left(self, end: int) -> Iterator[tuple[int, int]]:
        """Return the numbers not met and their offsets; ``end`` is the offset after all."""
        for number in self._wanted:
            if number not in self._filled:
                yield number, self._places.get(number, end)
