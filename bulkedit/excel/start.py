"""The sheet `Start here`: what the workbook is, how to edit in it, what its colours mean."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bulkedit.core.meta import Identity
from bulkedit.core.results import Result
from bulkedit.excel import looks
from bulkedit.excel.looks import Formats, Look

_TITLE: Look = {"font_size": 20, "bold": True, "font_color": "#1F3A52", "text_wrap": False, "valign": "vcenter"}
_SUBTITLE: Look = {"font_color": "#5F6B76", "text_wrap": False, "valign": "vcenter"}
_HEADING: Look = {"bold": True, "font_size": 12, "font_color": "#1F3A52", "bottom": 2, "bottom_color": "#2F5573",
                  "text_wrap": False}  # fmt: skip
_TERM: Look = {"bold": True, "valign": "vcenter", "text_wrap": False}
_PLAIN: Look = {"valign": "vcenter", "text_wrap": False}
_LINK: Look = {**_PLAIN, "font_color": "#0B5394", "underline": 1}
_SAMPLE: Look = {"valign": "vcenter", "text_wrap": False, "indent": 1}

_WIDTHS = (2, 17, 74, 3, 15, 74)
_MARGIN, _LEFT, _LEFT_TEXT, _GAP, _RIGHT, _RIGHT_TEXT = range(6)
_ROW = 20  # points

STEPS = (
    ("Change", "Type over any white cell. Grey ones are read-only. An emptied cell clears the value."),
    ("Pick", "Many cells have a drop-down. Point at a header to see what its column takes."),
    ("Several values", "One cell can hold several, with ; between them:  forest; road"),
    ("Add", "Fill in a row below the last one, its ID (or Item) empty: a new record (or entry)."),
    ("Delete, skip", "Pick delete in the column Action; or skip, to leave a row alone this time."),
    ("Sort, filter, hide", "As you like. Your own columns and sheets are welcome too."),
    ("Look first", "Save, and run:  bulkedit check FILE  (is it right?) or  bulkedit import FILE --dry-run"),
    ("Send", "bulkedit import FILE.  The columns Result and Message then say what became of each row."),
)

MEANINGS: Mapping[Result, str] = {
    Result.UPDATED: "Done; the message says what.",
    Result.CREATED: "Done; the new ID stands in the row.",
    Result.DELETED: "Done; you can remove the row.",
    Result.WOULD_UPDATE: "A dry run: this would be sent. Also: would create, would delete.",
    Result.UNCHANGED: "Nothing to do, or the site has it already.",
    Result.SKIPPED: "Left alone, as the column Action asks.",
    Result.CONFLICT: "The site changed the same field meanwhile; the message shows both texts.",
    Result.INVALID: "Cannot be sent as it is; mend the marked cell. Its whole package waits.",
    Result.REFUSED: "The site did not accept it; mend the marked cell. Its whole package waits.",
    Result.NOT_SENT: "Held back by another row of its package, or because the run stopped.",
    Result.UNKNOWN: "The site did not answer. Import again: nothing is sent twice.",
}
"""What each result means, in the order of the legend."""

_CELLS: tuple[tuple[str, Look, str], ...] = (
    ("Required", looks.HEAD_REQUIRED, "The header of a column that must not be empty."),
    ("Optional", looks.HEAD, "The header of a column that may be empty."),
    ("read-only", looks.FIXED, "Identifies the row, or is set by the site."),
    ("changed", looks.CHANGED, "Differs from what was exported; after an import, from what was sent."),
    ("", looks.MISSING, "Empty, but required."),
    ("too long", looks.LOCKED, "Too long for a cell: edit it on the site."),
    ("delete", looks.DELETED, "A row to be deleted. To be skipped: grey and slanted."),
)


@dataclass(frozen=True)
class Contents:
    """A data sheet as the list of sheets tells it."""

    title: str
    rows: int
    about: str


class StartSheet:
    """Writes the sheet; cells are collected first, since rows must be written from the top."""

    def __init__(self, sheet: Worksheet, formats: Formats) -> None:
        self.sheet, self.formats = sheet, formats
        self._cells: dict[tuple[int, int], tuple[str, Format, str]] = {}

    def write(self, identity: Identity, contents: Iterable[Contents], results: str) -> None:
        """Write the sheet.

        Args:
            identity: where the workbook comes from.
            contents: the data sheets.
            results: title of the sheet of results.
        """
        organizations = ", ".join(identity.organizations.values())
        by = f" by {identity.exported_by}" if identity.exported_by else ""
        when = identity.exported_at[:16].replace("T", " ")
        self._put(0, _LEFT, f"Edit the records of {organizations}", _TITLE)
        self._put(1, _LEFT, _WHAT, _SUBTITLE)
        row = self._section(3, "How to edit", STEPS)
        self._sheets(row + 1, contents, results)
        self._put(0, _RIGHT, "Site", _TERM)
        self._put(0, _RIGHT_TEXT, identity.site, {**_LINK, "indent": 1}, identity.site)
        self._put(1, _RIGHT, "Exported", _TERM)
        self._put(1, _RIGHT_TEXT, f"{when} UTC{by}", {**_PLAIN, "indent": 1})
        self._legend(3)
        self._flush()

    def _section(self, row: int, heading: str, lines: Iterable[tuple[str, str]]) -> int:
        self._heading(row, _LEFT, heading)
        for row, (term, text) in enumerate(lines, row + 1):  # noqa: B020  the last row is the section's end
            self._put(row, _LEFT, term, _TERM)
            self._put(row, _LEFT_TEXT, text, _PLAIN)
        return row + 1

    def _sheets(self, row: int, contents: Iterable[Contents], results: str) -> None:
        self._heading(row, _LEFT, "Sheets")
        lines = [(one.title, f"{one.rows:,} {one.about}") for one in contents]
        for row, (title, text) in enumerate([*lines, (results, "Last run")], row + 1):  # noqa: B020  as above: the section's end
            place = title.replace("'", "''")
            self._put(row, _LEFT, text, _PLAIN)
            self._put(row, _LEFT_TEXT, title, _LINK, f"internal:'{place}'!A1")

    def _legend(self, row: int) -> None:
        self._heading(row, _RIGHT, "What it looks like")
        for row, (sample, look, meaning) in enumerate(_CELLS, row + 1):  # noqa: B020  as above: the section's end
            self._put(row, _RIGHT, sample, {**look, **_SAMPLE})
            self._put(row, _RIGHT_TEXT, meaning, {**_PLAIN, "indent": 1})
        row += 2
        self._heading(row, _RIGHT, "Results of an import")
        of_results = {word: look for words, look in looks.OF_RESULTS for word in words}
        for at, (word, meaning) in enumerate(MEANINGS.items(), row + 1):
            self._put(at, _RIGHT, word.value, {**of_results[word], **_SAMPLE})
            self._put(at, _RIGHT_TEXT, meaning, {**_PLAIN, "indent": 1})

    def _heading(self, row: int, column: int, text: str) -> None:
        self._put(row, column, text, _HEADING)
        self._put(row, column + 1, "", _HEADING)

    def _put(self, row: int, column: int, text: str, look: Look, link: str = "") -> None:
        self._cells[row, column] = (text, self.formats.cell(look), link)

    def _flush(self) -> None:
        self.sheet.hide_gridlines(2)
        self.sheet.set_default_row(_ROW)
        self.sheet.set_row(0, 34)
        plain = self.formats.cell(_PLAIN)
        for column, width in enumerate(_WIDTHS):
            self.sheet.set_column(column, column, width, plain)
        for (row, column), (text, style, link) in sorted(self._cells.items()):
            if link and self.sheet.write_url(row, column, link, style, text) == 0:
                continue
            if text:
                self.sheet.write_string(row, column, text, style)
            else:
                self.sheet.write_blank(row, column, None, style)


_WHAT = "One row is one record. Change what you like, then import the workbook: only what you changed is sent."
