"""Put texts into some cells of a worksheet part and leave all its other bytes alone."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Final

from bulkedit.excel.cellplaces import CellPlaces
from bulkedit.excel.cellxml import cell_reference, text_cell
from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.filters import grown_range
from bulkedit.excel.sheetxml import Extent, SheetPatch
from bulkedit.excel.splices import Splice, Splices
from bulkedit.excel.xmlbytes import Attribute, Span

Texts = Mapping[int, Mapping[int, str]]
"""The texts of cells by row number, then column number, both counted from 1."""

_NONE: Final[Mapping[int, str]] = {}


def patch_cells(chunks: Iterable[bytes], texts: Texts, reach: int = 0) -> SheetPatch:
    """Return what makes some cells of a worksheet part say other texts; rules: `patch.patch_workbook`.

    Args:
        chunks: the worksheet part, in pieces.
        texts: by row and column.
        reach: the last row that was added, for the autofilter; 0 where none was.

    Raises:
        ValueError: a sheet has no such row or column.
        WorkbookDamaged: it is not a worksheet part that can be patched; half a sentence.
    """
    return patch_places(CellPlaces(chunks, texts), texts, reach)


def patch_places(places: CellPlaces, texts: Texts, reach: int = 0) -> SheetPatch:
    """Return what makes cells whose places are known say other texts (see `patch_cells`).

    Args:
        places: where the cells are, and perhaps more of them.
        texts: by row and column.
        reach: the last row that was added, for the autofilter; 0 where none was.
    """
    return _CellPatcher(places, texts, reach).patch()


class _CellPatcher:
    """Replaces the wanted cells, and inserts those that are missing."""

    def __init__(self, places: CellPlaces, texts: Texts, reach: int) -> None:
        self._places, self._texts, self._reach = places, texts, reach
        self._sheet = places.sheet
        self._splices = Splices()
        self._inserted: list[tuple[int, int]] = []
        self._cut_until = 0

    def patch(self) -> SheetPatch:
        formulas_lost = self._patch_cells()
        self._insert_rows()
        self._widen_dimension()
        self._grow_filter()
        return SheetPatch(self._splices, formulas_lost)

    def _patch_cells(self) -> bool:
        """Replace cells that do not say the same already, and insert missing ones (blank ones are as good).

        Returns:
            Whether formulas go by it.
        """
        formulas_lost = False
        in_empty: dict[int, list[tuple[int, bytes]]] = {row: [] for row in self._places.rows}
        for cell in self._places:
            text = self._texts.get(cell.row, _NONE).get(cell.column)
            if text is None or (cell.missing and not text):
                continue
            new = self._cell(cell.row, cell.column, cell.style, text)
            if cell.missing:
                self._inserted.append((cell.row, cell.column))
                self._drop_spans(*cell.cut)
            if cell.missing and cell.row in in_empty:
                in_empty[cell.row].append((cell.start, new))
            elif cell.missing or hash(new) != cell.hash:
                self._splices.append(Splice(cell.start, cell.end, new))
            formulas_lost |= cell.formula
        for row, pieces in in_empty.items():
            if pieces:
                self._insert(self._places.rows[row], pieces)
        return formulas_lost

    def _drop_spans(self, start: int, end: int) -> None:
        """Cut a row's ``spans``, once: rows come in their order."""
        if end > self._cut_until:
            self._splices.append(Splice(start, end, b""))
            self._cut_until = end

    def _cell(self, row: int, column: int, style: str | None, text: str) -> bytes:
        return text_cell(self._sheet.prefix, cell_reference(row, column), style, text).encode()

    def _insert(self, into: Span, pieces: Sequence[tuple[int, bytes]]) -> None:
        """Put pieces, each with its offset, into an element."""
        if into.tag.empty:
            self._splices.extend(into.append(piece for _, piece in pieces))
        else:
            self._splices.extend(Splice(at, at, piece) for at, piece in pieces)

    def _insert_rows(self) -> None:
        rows = []
        for number, at in self._places.absent:
            texts = {column: text for column, text in sorted(self._texts.get(number, {}).items()) if text}
            if texts:
                rows.append((at, self._new_row(number, texts)))
                self._inserted.extend((number, column) for column in texts)
        if rows:
            self._insert(self._sheet.rows, rows)

    def _new_row(self, number: int, texts: Mapping[int, str]) -> bytes:
        cells = b"".join(
            self._cell(number, column, self._sheet.columns.of(column), text) for column, text in texts.items()
        )
        x = self._sheet.prefix.encode()
        return b'<%brow r="%d">%b</%brow>' % (x, number, cells, x)

    def _widen_dimension(self) -> None:
        """Let ``<dimension>``, if it can be read, take in the inserted cells: readers that stream believe it."""
        for child in self._sheet.children:
            ref = child.span.tag.attribute(b"ref")
            if child.name == "dimension" and ref is not None:
                with suppress(WorkbookDamaged):
                    self._widen(ref, Extent.parse(child.span.tag.value(ref)))

    def _widen(self, place: Attribute, extent: Extent) -> None:
        wider = extent
        for row, column in self._inserted:
            wider = wider.including(row, column)
        if wider != extent:
            self._splices.append(Splice(place.value_start, place.value_end, str(wider).encode()))

    def _grow_filter(self) -> None:
        """Let the autofilter take in the rows that were added below it."""
        for child in self._sheet.children:
            ref = child.span.tag.attribute(b"ref")
            if child.name == "autoFilter" and ref is not None:
                reference = child.span.tag.value(ref)
                if (grown := grown_range(reference, self._reach)) != reference:
                    self._splices.append(Splice(ref.value_start, ref.value_end, grown.encode()))
