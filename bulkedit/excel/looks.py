"""What cells look like: every look of a workbook in one place, for cells, highlights and the legend.

No two looks differ by their hue alone: in black and white, weight, slant, lines, borders and how dark the
ground is tell them apart, and the word of a result always stands there too.
"""

from collections.abc import Iterator, Mapping, Sequence

import xlsxwriter
from xlsxwriter.format import Format

from bulkedit.core import columns as own
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Column, Kind, Table, own_headers, trailing_headers
from bulkedit.core.results import Result

Look = Mapping[str, object]
"""Properties of a format, in XlsxWriter's words."""

TEXT: Look = {}
FIXED: Look = {"font_color": "#5F6B76", "bg_color": "#F1F3F4", "border": 1, "border_color": "#DFE3E6"}
LOCKED: Look = {
    "font_color": "#5F6B76",
    "pattern": 14,
    "fg_color": "#C3CAD0",
    "bg_color": "#F1F3F4",
    "italic": True,
}
MESSAGE: Look = {**FIXED, "text_wrap": False}
ONE_LINE: Look = {"text_wrap": False}
PAGE: Look = {**FIXED, "font_color": "#0B5394", "underline": 1, "text_wrap": False}
LINK: Look = {"font_color": "#0B5394", "underline": 1, "text_wrap": False}

_HEAD: Look = {"bold": True, "bottom": 1, "bottom_color": "#7A8893", "right": 1, "right_color": "#FFFFFF"}
HEAD: Look = {**_HEAD, "bg_color": "#DCE6EE", "font_color": "#1F3A52"}
HEAD_REQUIRED: Look = {**_HEAD, "bg_color": "#2F5573", "font_color": "#FFFFFF"}
HEAD_FIXED: Look = {**_HEAD, "bg_color": "#E3E6E8", "font_color": "#5F6B76", "italic": True}
HEAD_OWN: Look = {**_HEAD, "bg_color": "#EFE8D8", "font_color": "#4A4130"}

CHANGED: Look = {"bg_color": "#FFF3C4", "bold": True, "border": 1, "border_color": "#C9A227"}
MISSING: Look = {"bg_color": "#E3B5A4", "border": 3, "border_color": "#8C2F1B"}
DELETED: Look = {"font_strikeout": True, "font_color": "#5F6B76"}
SKIPPED: Look = {"italic": True, "font_color": "#7A8893"}

DONE: Look = {"bg_color": "#D5E8D4", "font_color": "#1D4D2B", "bold": True}
FORESEEN: Look = {
    "bg_color": "#EDF5EC",
    "font_color": "#1D4D2B",
    "italic": True,
    "border": 4,
    "border_color": "#6B9A73",
}
QUIET: Look = {"font_color": "#7A8893", "italic": True}
CONFLICT: Look = {
    "bg_color": "#F3BE7C",
    "font_color": "#4A2A00",
    "bold": True,
    "border": 1,
    "border_color": "#A86412",
}
INVALID: Look = {"bg_color": "#9C2F2F", "font_color": "#FFFFFF", "bold": True}
REFUSED: Look = {"bg_color": "#F7DCD7", "font_color": "#7A1B1B", "bold": True, "underline": 1}
UNKNOWN: Look = {"bg_color": "#4F4A7D", "font_color": "#FFFFFF", "italic": True, "underline": 1}
NOT_SENT: Look = {"bg_color": "#C9D0D6", "font_color": "#37474F", "italic": True}

OF_RESULTS: Sequence[tuple[tuple[Result, ...], Look]] = (
    ((Result.UPDATED, Result.CREATED, Result.DELETED), DONE),
    ((Result.WOULD_UPDATE, Result.WOULD_CREATE, Result.WOULD_DELETE), FORESEEN),
    ((Result.CONFLICT,), CONFLICT),
    ((Result.INVALID,), INVALID),
    ((Result.REFUSED,), REFUSED),
    ((Result.UNKNOWN,), UNKNOWN),
    ((Result.NOT_SENT,), NOT_SENT),
    ((Result.UNCHANGED, Result.SKIPPED), QUIET),
)
"""The look of each result: of its word, and of the cells that its message names."""

ROW_HEIGHT = 15.75
"""Height of a row in points: one line. Every row has it, or a long text would fill the screen."""

_BODY: Look = {"num_format": "@", "valign": "top", "text_wrap": True}  # wrapped text stays inside its cell


class Formats:
    """The formats of one workbook, each made when it is first asked for."""

    def __init__(self, book: xlsxwriter.Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def cell(self, look: Look, **further: object) -> Format:
        """Return the format of a cell that holds text."""
        return self._format({**_BODY, **look, **further})

    def highlight(self, look: Look) -> Format:
        """Return the format that a rule puts over a cell's own."""
        return self._format({**look, "reading_order": 0})  # apart from a cell's: the two are stored differently

    def _format(self, look: Look) -> Format:
        key = tuple(sorted(look.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(dict(look))
        return self._made[key]


# -- the columns of a table


EDITABLE = frozenset((own.ACTION, own.UPLOAD, own.POSITION))
"""Columns of ours that are there to be typed into."""

OWNERS = frozenset((own.PACKAGE, own.RESOURCE, own.RESOURCE_ID))
"""Columns of ours that say whose a row is: to be filled in a new row, and left alone in others."""


def cell_looks(table: Table, *, new: bool = False) -> list[Look]:
    """Return the look of each column's cells, ours included: in exported rows, or in new ones."""
    editable = EDITABLE | OWNERS if new else EDITABLE
    looks = [TEXT if header in editable else FIXED for header in own_headers(table.level)]
    looks[2] = MESSAGE
    looks += [FIXED if column.read_only else TEXT for column in table.columns]
    return looks + [FIXED for _ in trailing_headers(table.level)]


def head_looks(table: Table) -> list[Look]:
    """Return the look of each header, ours included."""
    looks = [HEAD_OWN if header in EDITABLE | OWNERS else HEAD_FIXED for header in own_headers(table.level)]
    looks += [_head_look(column) for column in table.columns]
    return looks + [HEAD_FIXED for _ in trailing_headers(table.level)]


def _head_look(column: Column) -> Look:
    if column.read_only:
        return HEAD_FIXED
    return HEAD_REQUIRED if column.required else HEAD


def spills(text: str, width: int, following: str) -> bool:
    """Tell whether a text would run over into the next cell, if it were not wrapped inside its own.

    Wrapped text shows a little of its second line, in LibreOffice at least; so other text is not wrapped.
    """
    return not following and (len(text) > width * 0.8 or "\n" in text)


# -- sizes

_OWN_WIDTHS = {
    own.ACTION: 8, own.RESULT: 12, own.MESSAGE: 30, own.PACKAGE: 26, own.RESOURCE: 28,
    own.RESOURCE_ID: 13, own.ITEM: 7, own.ID: 10, own.POSITION: 10, own.UPLOAD: 16, own.PAGE: 40,
}  # fmt: skip
_WIDE = frozenset(("title", "name", "url", "description"))
_LINES = 2  # of a header, at most
_BUTTON = 3  # characters that the autofilter's button covers
_LINE_HEIGHT = 15.0  # points


def column_widths(table: Table, headers: Sequence[str]) -> list[int]:
    """Return the width of each column in characters: enough for its header in a few lines."""
    widths = [_OWN_WIDTHS[header] for header in own_headers(table.level)]
    widths += [column.width or _width(column) for column in table.columns]
    widths += [_OWN_WIDTHS[header] for header in trailing_headers(table.level)]
    return [max(width, _least_width(header)) for width, header in zip(widths, headers, strict=True)]


def header_height(headers: Sequence[str], widths: Sequence[int]) -> float:
    """Return the height in points of a header row in which no text is cut off."""
    lines = max(_lines(header, width) for header, width in zip(headers, widths, strict=True))
    return lines * _LINE_HEIGHT + 3


def _least_width(header: str) -> int:
    longest = max(map(len, header.split()), default=0) + _BUTTON
    while _lines(header, longest) > _LINES:
        longest += 1
    return longest


def _lines(text: str, width: int) -> int:
    """Return how many lines a bold text takes; the last one shares its place with the button."""
    room, lines, used = width * 0.9, 1, 0
    for word in text.split():
        if used and used + 1 + len(word) > room:
            lines, used = lines + 1, 0
        used += len(word) + (1 if used else 0)
    return lines + (1 if used + _BUTTON - 1 > width else 0)


def _width(column: Column) -> int:
    match column.kind:
        case Kind.BOOLEAN | Kind.DATE:
            return 12
        case Kind.DATETIME:
            return 20
        case Kind.JSON | Kind.TAGS | Kind.CHOICES:
            return 32
        case _ if column.name == "notes":
            return 50
        case _ if "email" in column.name:
            return 30
        case _:
            longest = max(map(len, _labels(column)), default=0)
            return 34 if column.name in _WIDE else max(14, min(40, longest + 3))


def _labels(column: Column) -> Iterator[str]:
    codec = codec_of(column)
    return (codec.show(choice.value) for choice in column.choices)
