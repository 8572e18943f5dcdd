"""Put texts into some cells of a worksheet part and leave all its other bytes alone."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bulkedit.excel.cellxml import cell_reference, text_cell
from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.filters import grown_range
from bulkedit.excel.sheetxml import Cell, Extent, Row, SheetPatch, SheetScan
from bulkedit.excel.splices import Splice, Splices
from bulkedit.excel.xmlbytes import Span, StartTag


def patch_cells(chunks: Iterable[bytes], texts: Mapping[int, Mapping[int, str]], reach: int = 0) -> SheetPatch:
    """Return what makes some cells of a worksheet part say other texts; rules: `patch.patch_workbook`.

    Args:
        chunks: the worksheet part, in pieces.
        texts: by row number, then column number, both counted from 1.
        reach: the last row that was added, for the autofilter; 0 where none was.

    Raises:
        ValueError: a sheet has no such row or column.
        WorkbookDamaged: it is not a worksheet part that can be patched; half a sentence.
    """
    return _CellPatcher(chunks, texts, reach).patch()


class _CellPatcher:
    """Finds the wanted cells, and where those belong that are missing."""

    def __init__(self, chunks: Iterable[bytes], texts: Mapping[int, Mapping[int, str]], reach: int) -> None:
        self._texts, self._reach = texts, reach
        self._sheet = SheetScan(chunks, self)
        self._splices = Splices()
        self._formulas_lost = False
        self._row_gaps = _Gaps(texts)
        self._wanted: Mapping[int, str] = {}
        self._cell_gaps = _Gaps(())
        self._inserted: list[tuple[int, int]] = []

    def patch(self) -> SheetPatch:
        self._sheet.run()
        self._insert_rows()
        self._widen_dimension()
        self._grow_filter()
        return SheetPatch(self._splices, self._formulas_lost)

    def row_opened(self, row: Row) -> bool:
        """Ask for the cells of a row with something to patch."""
        self._row_gaps.passing(row.number, row.start)
        if row.number not in self._texts:
            return False
        if not self._row_gaps.fill(row.number):
            raise WorkbookDamaged(f"it has row {row.number} twice")
        self._wanted = self._texts[row.number]
        self._cell_gaps = _Gaps(self._wanted)
        return True

    def cell_opened(self, row: Row, cell: Cell) -> bool:
        """Ask for the end of a cell to patch."""
        self._cell_gaps.passing(cell.column, cell.start)
        if cell.column not in self._wanted:
            return False
        self._cell_gaps.fill(cell.column)
        return True

    def cell_closed(self, row: Row, cell: Cell, xml: bytes, *, formula: bool) -> bool:
        """Replace a cell, unless it says the same already; ask for more until all are found."""
        self._formulas_lost |= formula
        new = self._cell(row.number, cell.column, cell.style)
        if xml != new:
            self._splices.append(Splice(cell.start, cell.start + len(xml), new))
        return self._cell_gaps.open

    def row_closed(self, row: Row, place: Span) -> None:
        """Insert the cells that the row did not have; blank ones are as good as missing."""
        missing = [gap for gap in self._cell_gaps.left(place.content_end) if self._wanted[gap[0]]]
        cells = [
            (at, self._cell(row.number, column, row.style or self._sheet.columns.of(column)))
            for column, at in missing
        ]
        if not cells:
            return
        self._insert(place, cells)
        self._inserted.extend((row.number, column) for column, _ in missing)
        self._drop_spans(place.tag, [column for column, _ in missing])

    def _cell(self, row: int, column: int, style: str | None) -> bytes:
        return text_cell(self._sheet.prefix, cell_reference(row, column), style, self._texts[row][column]).encode()

    def _insert(self, into: Span, pieces: Sequence[tuple[int, bytes]]) -> None:
        """Put pieces, each with its offset, into an element."""
        if into.tag.empty:
            self._splices.extend(into.append(piece for _, piece in pieces))
        else:
            self._splices.extend(Splice(at, at, piece) for at, piece in pieces)

    def _drop_spans(self, tag: StartTag, columns: Iterable[int]) -> None:
        """Cut ``spans`` where it leaves an inserted cell out; it is only a hint (18.3.1.73)."""
        spans = tag.attributes.get(b"spans")
        if spans is None:
            return
        if not all(_covers(tag.value(spans), column) for column in columns):
            self._splices.append(Splice(spans.start, spans.end, b""))

    def _insert_rows(self) -> None:
        rows = []
        for number, at in self._row_gaps.left(self._sheet.rows.content_end):
            columns = [column for column, text in sorted(self._texts[number].items()) if text]
            if columns:
                rows.append((at, self._new_row(number, columns)))
                self._inserted.extend((number, column) for column in columns)
        if rows:
            self._insert(self._sheet.rows, rows)

    def _new_row(self, number: int, columns: Iterable[int]) -> bytes:
        cells = b"".join(self._cell(number, column, self._sheet.columns.of(column)) for column in columns)
        x = self._sheet.prefix.encode()
        return b'<%brow r="%d">%b</%brow>' % (x, number, cells, x)

    def _widen_dimension(self) -> None:
        """Let ``<dimension>`` take in the inserted cells: readers that stream believe it."""
        for child in self._sheet.children:
            ref = child.span.tag.attributes.get(b"ref")
            if child.name != "dimension" or ref is None:
                continue
            extent = Extent.parse(child.span.tag.value(ref))
            wider = extent
            for row, column in self._inserted:
                wider = wider.including(row, column)
            if wider != extent:
                self._splices.append(Splice(ref.value_start, ref.value_end, str(wider).encode()))

    def _grow_filter(self) -> None:
        """Let the autofilter take in the rows that were added below it."""
        for child in self._sheet.children:
            ref = child.span.tag.attributes.get(b"ref")
            if child.name == "autoFilter" and ref is not None:
                reference = child.span.tag.value(ref)
                if (grown := grown_range(reference, self._reach)) != reference:
                    self._splices.append(Splice(ref.value_start, ref.value_end, grown.encode()))


class _Gaps:
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

    @property
    def open(self) -> bool:
        """Tell whether any wanted number was not met so far."""
        return len(self._filled) < len(self._wanted)

    def left(self, end: int) -> Iterator[tuple[int, int]]:
        """Return the numbers not met and their offsets; ``end`` is the offset after all."""
        for number in self._wanted:
            if number not in self._filled:
                yield number, self._places.get(number, end)


def _covers(spans: str, column: int) -> bool:
    for one in spans.split():
        first, _, last = one.partition(":")
        if first.isdecimal() and last.isdecimal() and int(first) <= column <= int(last):
            return True
    return False
