"""Replace all rows of a worksheet part and leave the rest of the sheet (widths, panes, colours) alone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bulkedit.excel.cellxml import LAST_COLUMN, attribute_value, cell_reference, shortened, text_cell, xstring
from bulkedit.excel.sheetxml import Cell, Extent, Row, SheetPatch, SheetScan
from bulkedit.excel.splices import Splice, Splices
from bulkedit.excel.spool import new_spool, pieces_of
from bulkedit.excel.xmlbytes import Span

HYPERLINK_LIMIT: Final = 65_530
"""Most links that a sheet holds (Excel specifications and limits); the texts of further ones stay."""

# The children of CT_Worksheet that come before <hyperlinks> (ECMA-376 part 1, 18.3.1.99 and A.2).
_BEFORE_HYPERLINKS: Final = frozenset(
    "sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges"
    " scenarios autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr"
    " conditionalFormatting dataValidations".split()
)


@dataclass(frozen=True)
class Link:
    """A cell that jumps to a place in the workbook.

    Args:
        text: what the cell says.
        sheet: the title of the sheet to go to, unquoted.
        cell: the cell to go to, such as ``A5``.
    """

    text: str
    sheet: str
    cell: str

    @property
    def location(self) -> str:
        """Return the target as a reference: ``'It''s'!A5``. Quotes are always right around a title."""
        title = self.sheet.replace("'", "''")
        return f"'{title}'!{self.cell}"


def replace_rows(chunks: Iterable[bytes], rows: Iterable[Sequence[str | Link]]) -> SheetPatch:
    """Return what gives a worksheet part other rows; rules: `patch.patch_workbook`.

    Args:
        chunks: the worksheet part, in pieces.
        rows: all rows from now on, the header row first; gone through once.

    Raises:
        ValueError: more rows or columns than a sheet has.
        WorkbookDamaged: it is not a worksheet part; half a sentence.
    """
    return _RowReplacer(chunks, rows).patch()


class _RowReplacer:
    """Learns the styles of the old rows and writes the new ones."""

    def __init__(self, chunks: Iterable[bytes], rows: Iterable[Sequence[str | Link]]) -> None:
        self._rows = rows
        self._sheet = SheetScan(chunks, self)
        self._splices = Splices()
        self._header: Span | None = None
        self._styles: dict[int, dict[int, str]] = {1: {}, 2: {}}
        self._height = self._width = 0
        self._links: list[str] = []

    def patch(self) -> SheetPatch:
        self._sheet.run()
        self._splices.extend(self._sheet.rows.replace(self._written_rows()))
        self._adjust_children()
        self._insert_links()
        return SheetPatch(self._splices, self._sheet.has_formulas)

    def _written_rows(self) -> Iterator[bytes]:
        """Write all rows now, since their number stands before them, and return what was written."""
        written = new_spool()
        for number, row in enumerate(self._rows, start=1):
            written.write(self._row(number, row))
            self._height, self._width = number, max(self._width, len(row))
        return pieces_of(written)

    def row_opened(self, row: Row) -> int:
        """Ask for the cells of rows 1 and 2: their styles are taken over."""
        return LAST_COLUMN if row.number in self._styles else 0

    def cell_opened(self, row: Row, cell: Cell) -> bool:
        """Note the style of a cell of rows 1 and 2."""
        if cell.style is not None:
            self._styles[row.number][cell.column] = cell.style
        return False

    def cell_closed(self, row: Row, cell: Cell, xml: bytes, *, formula: bool) -> None:
        """Do nothing: no cell's end was asked for."""

    def row_closed(self, row: Row, place: Span) -> None:
        """Note where the header row is."""
        if row.number == 1:
            self._header = place

    def _row(self, number: int, texts: Sequence[str | Link]) -> bytes:
        cells = []
        for column, content in enumerate(texts, start=1):
            if isinstance(content, Link) and len(self._links) < HYPERLINK_LIMIT:
                self._links.append(self._link(cell_reference(number, column), content))
            cells.append(self._cell(number, column, content if isinstance(content, str) else content.text))
        x = self._sheet.prefix.encode()
        return b"%b%b</%brow>" % (self._row_tag(number), b"".join(cells), x)

    def _row_tag(self, number: int) -> bytes:
        """Return the start tag of a row; the header keeps its own (height), but not its ``spans``."""
        if number > 1 or self._header is None:
            return f'<{self._sheet.prefix}row r="{number}">'.encode()
        tag = self._header.tag
        kept = tag.raw[: -2 if tag.empty else -1] + b">"
        spans = tag.attribute(b"spans")
        if spans is not None:
            kept = kept[: spans.start - tag.start] + kept[spans.end - tag.start :]
        return kept

    def _cell(self, row: int, column: int, text: str) -> bytes:
        of_column = self._sheet.columns.of(column)
        if row == 1:
            style = self._styles[1].get(column, of_column)
        else:
            style = self._styles[2].get(column) if of_column is None else of_column
        if not text and style == of_column:
            return b""
        return text_cell(self._sheet.prefix, cell_reference(row, column), style, text).encode()

    def _adjust_children(self) -> None:
        """Let what refers to the old rows refer to the new ones, or go."""
        extent = Extent(1, 1, max(self._height, 1), max(self._width, 1))
        for child in self._sheet.children:
            if child.name in ("hyperlinks", "mergeCells"):
                self._splices.append(child.span.cut())
            elif child.name in ("dimension", "autoFilter"):
                self._refer(child.span, extent)

    def _refer(self, place: Span, extent: Extent) -> None:
        ref = place.tag.attribute(b"ref")
        if ref is not None:
            self._splices.append(Splice(ref.value_start, ref.value_end, str(extent).encode()))
        if not place.tag.empty:
            # Filter criteria hid rows that are gone; the new ones are all to be seen.
            self._splices.extend(place.replace(iter(())))

    def _insert_links(self) -> None:
        if not self._links:
            return
        x = self._sheet.prefix
        xml = f"<{x}hyperlinks>{''.join(self._links)}</{x}hyperlinks>"
        at = max(child.span.end for child in self._sheet.children if child.name in _BEFORE_HYPERLINKS)
        self._splices.append(Splice(at, at, xml.encode()))

    def _link(self, reference: str, link: Link) -> str:
        location = attribute_value(link.location)
        display = attribute_value(xstring(shortened(link.text)))
        return f'<{self._sheet.prefix}hyperlink ref="{reference}" location="{location}" display="{display}"/>'
