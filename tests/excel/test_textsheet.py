"""Texts written through XlsxWriter stay as they are, whichever way they take."""

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from books import decoded

from bulkedit.excel.textsheet import TextSheet

TEXTS = ["plain", "_x005F_x000D_", "a\rb\x01", "<r><t>bold</t></r>", "<r>a & b</r>", " blanks ", "tile_x1_y2"]


@pytest.mark.parametrize("formatted", ["cells", "columns", "rows", "nothing"])
def test_texts_and_looks_come_back(tmp_path: Path, formatted: str) -> None:
    """Of cells with a look of their own, with that of their column or row, and without any."""
    path = tmp_path / "texts.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Texts", TextSheet)
        if formatted == "columns":
            sheet.set_column(0, 0, 20, bold)
        for row, text in enumerate(TEXTS):
            if formatted == "rows":
                sheet.set_row(row, 20, bold)
            sheet.write_text(row, 0, text, bold if formatted == "cells" else None)

    cells = [row[0] for row in openpyxl.load_workbook(path)["Texts"].iter_rows()]

    assert [decoded(cell.value) for cell in cells] == TEXTS
    assert {cell.font.bold for cell in cells} == {formatted != "nothing"}
