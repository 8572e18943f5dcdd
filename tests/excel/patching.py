"""Patch workbooks in tests, and what is patched into them."""

import re
from itertools import count
from pathlib import Path

from books import by_hand, part

from bulkedit.excel.patch import CellPatches, SheetRows, patch_workbook

_numbers = count(1)


def patched(source: Path, cells: CellPatches, sheets: SheetRows | None = None) -> Path:
    """Patch a workbook into a new file beside it."""
    target = source.with_name(f"patched {next(_numbers)}.xlsx")
    with target.open("wb") as file:
        patch_workbook(source, file, cells, sheets or {})
    return target


def patched_sheet(folder: Path, sheet: str | bytes, cells: dict[int, dict[int, str]]) -> str:
    """Patch cells of a hand-written sheet and return its XML."""
    source = by_hand(folder / "book.xlsx", sheet)
    return part(patched(source, {"Packages": cells})).decode()


def rows_of(sheet: str) -> str:
    """Return what stands between the rows element's tags."""
    return sheet.partition("<sheetData>")[2].partition("</sheetData>")[0]


def inline(reference: str, text: str, style: int | None = None) -> str:
    """Return the XML of a patched cell."""
    s = "" if style is None else f' s="{style}"'
    return f'<c r="{reference}"{s} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


GRID = [["id", "Result", "Title"], ["1", "", "Trails"], ["2", "old", "Parks"], ["3", "", ""]]
GRID_TEXTS = {
    ("Packages", row, column): text
    for row, cells in enumerate(GRID, start=1)
    for column, text in enumerate(cells, start=1)
    if text
}


HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(1)",
    "<f>1+1</f>]]>&amp;&#10;",
    ' r="A1" ',
    "  two  spaces  ",
    "line\nline\ttab",
    "cr\r\nlf\r",
    "\x00\x01\x0b\x1f\x7f\x85\u2028",
    "_x000D_ _x0041_ _x005F_ _X0041_ _x00_",
    "_x0041_x0042_x0043_",
    "_x0041\x0b_x0041\r",
    "__x0041__",
    "\ud800 \udfff \ufffe \uffff",
    "👩‍👩‍👧‍👦 e\u0301 \u202eRTL\u202c",
]


def stored(text: str) -> str:
    """Return a text as it must come back: only what XML cannot hold has changed."""
    return re.sub("[\ud800-\udfff\ufffe\uffff]", "\ufffd", text)
