"""How one cell of a worksheet part is written: its reference, its text, its XML."""

import re
from functools import lru_cache
from xml.sax.saxutils import escape

from bulkedit.core.sheets import letters
from bulkedit.core.text import CELL_LIMIT, fits
from bulkedit.excel.errors import WorkbookDamaged

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
"""The size of a sheet (Excel specifications and limits); a reference outside it breaks the workbook."""

_CONTROL = "\x00-\x08\x0b-\x1f"
_PLAIN = re.compile(f"[^{_CONTROL}_&<>\ud800-\udfff\ufffe\uffff]*")
_UNSTORABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")
# The character after the digits may also be one that is itself about to be written as _xHHHH_. An escape has four
# digits; LibreOffice takes fewer for one as well.
_LOOKS_ESCAPED = re.compile(f"_(?=x[0-9A-Fa-f]{{1,4}}[_{_CONTROL}])")
_ESCAPED = re.compile(f"[{_CONTROL}]")
_DIGITS = "0123456789"
_IN_ATTRIBUTE = {'"': "&quot;", "\t": "&#9;", "\n": "&#10;"}


def xstring(text: str) -> str:
    """Return a text as ST_Xstring (ECMA-376 part 1, 22.9.2.19), not yet escaped for XML.

    Control characters and carriage returns become ``_xHHHH_``, what only looks like that becomes
    ``_x005F_xHHHH_``, and what XML cannot hold at all becomes U+FFFD.
    """
    text = _UNSTORABLE.sub("\ufffd", text)
    text = _LOOKS_ESCAPED.sub("_x005F_", text)
    return _ESCAPED.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def attribute_value(text: str) -> str:
    """Return a text escaped for an attribute in double quotes; line breaks and tabs survive."""
    return escape(text, _IN_ATTRIBUTE)


def shortened(text: str) -> str:
    """Return the text, cut to 32,767 UTF-16 units with an ellipsis: a spreadsheet refuses more."""
    if fits(text):
        return text
    stored = _UNSTORABLE.sub("\ufffd", text).encode("utf-16-le")
    return stored[: 2 * (CELL_LIMIT - 1)].decode("utf-16-le", "ignore") + "…"


def text_cell(prefix: str, reference: str, style: str | None, text: str) -> str:
    """Return the XML of a cell that holds text and can never be a formula (ECMA-376 part 1, 18.3.1.4).

    Args:
        prefix: ``x:`` where the part writes ``<x:c>``, else empty.
        reference: such as ``B5``.
        style: the style index (``s``), or None for the default style.
        text: any text; an empty one gives a blank cell.
    """
    s = "" if style is None else f' s="{style if style.isdecimal() else attribute_value(style)}"'
    if not text:
        return f'<{prefix}c r="{reference}"{s}/>'
    text = shortened(text)
    if _PLAIN.fullmatch(text) is None:
        text = escape(xstring(text))
    return (
        f'<{prefix}c r="{reference}"{s} t="inlineStr"><{prefix}is><{prefix}t xml:space="preserve">'
        f"{text}</{prefix}t></{prefix}is></{prefix}c>"
    )


def cell_reference(row: int, column: int) -> str:
    """Return ``B5`` for row 5, column 2.

    Raises:
        ValueError: there is no such cell in a sheet.
    """
    if not 1 <= row <= LAST_ROW:
        raise ValueError(f"a sheet has no row {row}")
    return f"{column_letters(column)}{row}"


@lru_cache(maxsize=LAST_COLUMN)
def column_letters(column: int) -> str:
    """Return ``AB`` for 28.

    Raises:
        ValueError: there is no such column in a sheet.
    """
    if not 1 <= column <= LAST_COLUMN:
        raise ValueError(f"a sheet has no column {column}")
    return letters(column)


def split_reference(reference: str) -> tuple[int, int]:
    """Return (row, column) of a cell reference as a file spells it.

    Raises:
        WorkbookDamaged: it is none, or lies outside a sheet.
    """
    letters = reference.rstrip(_DIGITS)
    return row_number(reference[len(letters) :]), _column_number(letters)


def column_number(reference: str) -> int:
    """Return the column of a cell reference as a file spells it.

    Raises:
        WorkbookDamaged: it is none, or lies outside a sheet.
    """
    return _column_number(reference.rstrip(_DIGITS))


def row_number(digits: str) -> int:
    """Return a row number as a file spells it.

    Raises:
        WorkbookDamaged: it is none, or lies outside a sheet.
    """
    number = whole_number(digits)
    if not 1 <= number <= LAST_ROW:
        raise WorkbookDamaged(f"it has a cell in row “{digits[:20]}”, which no sheet has")
    return number


def whole_number(digits: str) -> int:
    """Return the number that an attribute holds, such as that of a column; -1 where it holds none."""
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 9 else -1


@lru_cache(maxsize=LAST_COLUMN)
def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper()[:4]:
        number = number * 26 + ord(letter) - ord("A") + 1
    if not (letters.isascii() and letters.isalpha() and number <= LAST_COLUMN):
        raise WorkbookDamaged(f"it has a cell in column “{letters[:20]}”, which no sheet has")
    return number
