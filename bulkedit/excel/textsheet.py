"""A worksheet for XlsxWriter that writes every text as it is, and fast."""

from collections.abc import Sequence
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.worksheet import CellStringTuple, Worksheet

from bulkedit.excel.cellxml import cell_reference, text_cell, xstring


class TextSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A worksheet that writes every text as it is.

    XlsxWriter's own escaping lets ``_x005F_x000D_`` come back as ``_x005F`` and a line end, and takes a
    text ``<r>...</r>`` for markup. Nearly all cells are texts with a format of their own, or none in a sheet
    without formats; they are written here, in half the time.
    """

    def write_text(self, row: int, column: int, text: str, style: Format | None = None) -> None:
        """Write a text of a cell's length at most (`text.fits`) into a cell, both numbers from 0."""
        self._write_string(row, column, text, style)

    def _write_cell(self, row: int, col: int, cell: Any) -> None:
        if type(cell) is not CellStringTuple or (cell.format is None and (row in self.row_info or self.col_info)):
            super()._write_cell(row, col, cell)
            return
        style = None if cell.format is None else str(cell.format._get_xf_index())
        self.fh.write(text_cell("", cell_reference(row + 1, col + 1), style, cell.string))

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        return xstring(data)

    def _xml_rich_inline_string(self, string: str, attributes: Sequence[tuple[str, str]] = ()) -> None:
        self._xml_inline_string(string, True, attributes)
