"""Write a workbook: one sheet for each table, and the hidden ones that remember what was exported.

Every value is written as text into a column formatted as text (``@``): nothing that comes from a
catalogue becomes a number, a date or a formula, and what a person types there stays what was typed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from bulkedit import __version__
from bulkedit.core import columns as own
from bulkedit.core.catalogue import Catalogue, Texts
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Column, Kind, Layout, Level, Table, own_headers, trailing_headers
from bulkedit.core.memory import digest, to_rows
from bulkedit.core.meta import Identity, to_json
from bulkedit.core.sheets import header_texts, letters
from bulkedit.excel.cellxml import xstring

START, RESULTS, LISTS, META, BASE = "Start here", "Results", "_lists", "_meta", "_base"
RESULT_HEADERS = (
    "Run", "Time", "Sheet", "Row", "Package", "Result", "Field", "Exported", "Edited", "Live", "Message",
)  # fmt: skip
CHUNK = 30_000
"""Characters of ``_meta`` text in one cell, safely under the limit of a cell."""

_ROW_HEIGHT = 16.0  # points: one line (15, the default, would be left out of the file)
_ROWS_READY = 500  # rows below the data that already have drop-downs
_LINKS_AT_MOST = 60_000  # Excel gives up at 65,530 links in a sheet


@dataclass(frozen=True)
class Export:
    """Everything that a workbook is written from."""

    identity: Identity
    layout: Layout
    catalogue: Catalogue
    headers_as_names: bool = False


def write_workbook(file: BinaryIO, export: Export) -> dict[str, int]:
    """Write a new workbook and return the number of rows of each data sheet, by title."""
    options = {
        "constant_memory": True,
        "strings_to_urls": False,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
    }
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"created": datetime.fromisoformat(export.identity.exported_at)})
        writer = _Writer(book, export)
        writer.start_sheet()
        counts = {table.title: writer.data_sheet(table) for table in export.layout.tables}
        writer.results_sheet()
        writer.lists_sheet()
        writer.meta_sheets()
    return counts


class TextSheet(Worksheet):  # type: ignore[misc]  # xlsxwriter has no types
    """A worksheet that writes every text as it is.

    XlsxWriter's own escaping lets ``_x005F_x000D_`` come back as ``_x005F`` and a line end, and takes a
    text ``<r>...</r>`` for markup.
    """

    @staticmethod
    def _escape_control_characters(data: str) -> str:
        return "_x003C_" + xstring(data[1:]) if data.startswith("<r>") else xstring(data)


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, export: Export) -> None:
        self.book, self.export = book, export
        add = book.add_format
        body = {"num_format": "@", "valign": "top", "text_wrap": True}  # wrapped text stays inside its cell
        self.text = add(body)
        self.fixed = add({**body, "font_color": "#595959", "bg_color": "#F2F2F2"})
        self.link = add({"num_format": "@", "valign": "top", "font_color": "#0B5394", "underline": 1})
        head = {"bold": True, "valign": "top", "bottom": 1, "num_format": "@"}
        self.head = add({**head, "bg_color": "#DCE6F1"})
        self.head_required = add({**head, "bg_color": "#1F4E79", "font_color": "#FFFFFF"})
        self.head_fixed = add({**head, "bg_color": "#D9D9D9", "italic": True})
        self.head_own = add({**head, "bg_color": "#FFF2CC"})
        self.title = add({"bold": True, "font_size": 16})
        self.wrapped = add({"text_wrap": True, "valign": "top", "num_format": "@"})
        self.lists: dict[tuple[str, ...], str] = {}
        self.places: dict[str, Texts] = {}

    def _sheet(self, title: str) -> TextSheet:
        sheet: TextSheet = self.book.add_worksheet(title, worksheet_class=TextSheet)
        return sheet

    # -- what people see

    def start_sheet(self) -> None:
        """Write the sheet that says what this is and how to use it."""
        sheet = self._sheet(START)
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 28, self.wrapped)
        sheet.set_column(1, 1, 100, self.wrapped)
        sheet.write_string(0, 0, "Bulk edit of catalogue records", self.title)
        for row, (name, text) in enumerate(_instructions(self.export), 2):
            sheet.write_string(row, 0, name, self.head if name else self.wrapped)
            sheet.write_string(row, 1, text, self.wrapped)

    def data_sheet(self, table: Table) -> int:
        """Write one table and return the number of its rows."""
        sheet = self._sheet(table.title)
        sheet.set_default_row(_ROW_HEIGHT)  # or a long text would fill the screen
        formats = self._columns(sheet, table)
        self._header(sheet, table)
        rows = self.export.catalogue.rows[table.title]
        lead = self._leads(table)
        for at, (key, texts) in enumerate(rows.items(), 1):
            cells = ("", "", "", *lead(key), *texts)
            for column, text in enumerate(cells):
                if text:
                    sheet.write_string(at, column, text, formats[column])
            if table.level is Level.PACKAGE:
                self._page_link(sheet, at, len(cells), key)
        last = len(own_headers(table.level)) + len(table.columns) + len(trailing_headers(table.level)) - 1
        sheet.autofilter(0, 0, max(len(rows), 1), last)
        sheet.freeze_panes(1, _frozen(table))
        self._drop_downs(sheet, table, len(rows))
        return len(rows)

    def _leads(self, table: Table) -> "_Leads":
        return _Leads(table, self.export.catalogue)

    def _page_link(self, sheet: TextSheet, row: int, column: int, key: str) -> None:
        url = f"{self.export.identity.site}/dataset/{key}"
        if row > _LINKS_AT_MOST or sheet.write_url(row, column, url, self.link, url) != 0:
            sheet.write_string(row, column, url, self.fixed)

    def _columns(self, sheet: TextSheet, table: Table) -> list[Format]:
        formats = [self.fixed if _is_fixed(header) else self.text for header in own_headers(table.level)]
        formats += [self.fixed if column.read_only else self.text for column in table.columns]
        formats += [self.fixed for _ in trailing_headers(table.level)]
        widths = [_OWN_WIDTHS.get(header, 14) for header in own_headers(table.level)]
        widths += [_width(column) for column in table.columns] + [40 for _ in trailing_headers(table.level)]
        for column, (width, style) in enumerate(zip(widths, formats, strict=True)):
            sheet.set_column(column, column, width, style)
        return formats

    def _header(self, sheet: TextSheet, table: Table) -> None:
        ours = own_headers(table.level)
        texts = header_texts(table, as_names=self.export.headers_as_names)
        styles = [self.head_fixed if _is_fixed(header) else self.head_own for header in ours]
        styles += [self._head_style(column) for column in table.columns]
        styles += [self.head_fixed for _ in trailing_headers(table.level)]
        for at, (text, style) in enumerate(zip(texts, styles, strict=True)):
            sheet.write_string(0, at, text, style)
        for at, header in enumerate(ours):
            sheet.write_comment(0, at, _OWN_NOTES[header], _NOTE_SIZE)
        for at, column in enumerate(table.columns, len(ours)):
            sheet.write_comment(0, at, _note(column), _NOTE_SIZE)

    def _head_style(self, column: Column) -> Format:
        if column.read_only:
            return self.head_fixed
        return self.head_required if column.required else self.head

    def _drop_downs(self, sheet: TextSheet, table: Table, rows: int) -> None:
        last = rows + _ROWS_READY
        _validate(sheet, 0, last, ["delete", "skip"])
        for at, column in enumerate(table.columns, len(own_headers(table.level))):
            if column.kind is Kind.BOOLEAN:
                _validate(sheet, at, last, ["TRUE", "FALSE"])
            elif column.kind is Kind.CHOICE and column.choices and not column.read_only:
                _validate(sheet, at, last, f"={self._list(column)}")

    def _list(self, column: Column) -> str:
        """Return the defined name of a column's choices; columns with the same choices share one."""
        codec = codec_of(column)
        labels = tuple(codec.show(choice.value) for choice in column.choices)
        return self.lists.setdefault(labels, f"choices_{len(self.lists) + 1}")

    def results_sheet(self) -> None:
        """Write the empty sheet that an import fills."""
        sheet = self._sheet(RESULTS)
        widths = (10, 20, 18, 6, 30, 14, 22, 40, 40, 40, 80)
        for at, (header, width) in enumerate(zip(RESULT_HEADERS, widths, strict=True)):
            sheet.set_column(at, at, width, self.text)
            sheet.write_string(0, at, header, self.head)
        sheet.freeze_panes(1, 0)

    # -- what people do not see

    def lists_sheet(self) -> None:
        """Write the choices of all drop-downs, each list in a column with a defined name."""
        sheet = self._sheet(LISTS)
        sheet.very_hidden()
        depth = max(map(len, self.lists), default=0)
        for row in range(depth):
            for column, labels in enumerate(self.lists):
                if row < len(labels):
                    sheet.write_string(row, column, labels[row], self.text)
        for column, (labels, name) in enumerate(self.lists.items(), 1):
            at = letters(column)
            self.book.define_name(name, f"={LISTS}!${at}$1:${at}${len(labels)}")

    def meta_sheets(self) -> None:
        """Write the workbook's description of itself, and its memory."""
        rows = list(to_rows(self.export.catalogue, self.export.layout))
        described = to_json(self.export.identity, self.export.layout)
        self._hidden(META, meta_rows(described, digest(rows)))
        self._hidden(BASE, rows)

    def _hidden(self, title: str, rows: Iterable[Sequence[str]]) -> None:
        sheet = self._sheet(title)
        sheet.very_hidden()
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                if text:
                    sheet.write_string(at, column, text)


def meta_rows(described: Mapping[str, object], base_digest: str) -> list[list[str]]:
    """Return the rows of the sheet ``_meta``: a key, then its text in as many cells as it needs."""
    text = json.dumps(described)
    chunks = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    return [["program", f"bulkedit {__version__}"], ["base_sha256", base_digest], ["layout", *chunks]]


class _Leads:
    """The identifying cells that stand before the fields of a row."""

    def __init__(self, table: Table, catalogue: Catalogue) -> None:
        self.level, self.catalogue = table.level, catalogue

    def __call__(self, key: str) -> tuple[str, ...]:
        if self.level is Level.PACKAGE:
            return (key,)
        if self.level is Level.RESOURCE:
            owner = self.catalogue.resources[key]
            return (self.catalogue.packages[owner.package], key, str(owner.position), "")
        owner_id, _, number = key.rpartition("/")
        if self.level is Level.ITEM:
            return (self.catalogue.packages[owner_id], number)
        owner = self.catalogue.resources[owner_id]
        return (self.catalogue.packages[owner.package], owner.name, owner_id, number)


# -- looks

_NOTE_SIZE = {"x_scale": 2.2, "y_scale": 1.6}
_OWN_WIDTHS = {
    own.ACTION: 8, own.RESULT: 13, own.MESSAGE: 60, own.PACKAGE: 30, own.RESOURCE: 30,
    own.RESOURCE_ID: 12, own.ITEM: 6, own.ID: 12, own.POSITION: 8, own.UPLOAD: 12,
}  # fmt: skip
_OWN_NOTES = {
    own.ACTION: "Leave empty to send what you edited. skip: leave this row alone. delete: delete the record; in"
    " lists of contacts, dates and the like, remove the row's entry.",
    own.RESULT: "What the last check or import made of this row.",
    own.MESSAGE: "What changed, or what to do.",
    own.PACKAGE: "The name of the package that the row belongs to: the last part of its page's address.",
    own.RESOURCE: "The name of the resource that the row belongs to.",
    own.RESOURCE_ID: "The resource that the row belongs to. Do not change it; in a new row, copy it from the"
    " sheet of resources (it may stay empty where the name in Resource is the only one in its package).",
    own.ITEM: "Its number in the list. Leave it empty in a new row.",
    own.ID: "What identifies the record. Do not change it. Leave it empty in a row for a new record.",
    own.POSITION: "The place among the package's resources, from 1. Change it to move the resource.",
    own.UPLOAD: "Path of a file to send, as seen from the workbook's folder. Emptied when the file has arrived.",
}


def _is_fixed(header: str) -> bool:
    return header not in (own.ACTION, own.PACKAGE, own.UPLOAD, own.POSITION)


def _frozen(table: Table) -> int:
    """Return how many columns stay in sight: ours and the identifying ones."""
    return len(own_headers(table.level)) - (2 if table.level is Level.RESOURCE else 0)


_WIDE = frozenset(("title", "name", "url", "description"))


def _width(column: Column) -> int:
    match column.kind:
        case Kind.BOOLEAN | Kind.DATE:
            return 12
        case Kind.JSON | Kind.TAGS | Kind.CHOICES:
            return 34
        case _ if column.name == "notes":
            return 50
        case _ if "email" in column.name:
            return 30
        case _:
            longest = max((len(choice.label) for choice in column.choices), default=0)
            return 34 if column.name in _WIDE else max(16, min(26, len(column.header) + 4), min(40, longest + 2))


def _note(column: Column) -> str:
    lines = [column.name, column.help]
    if column.read_only:
        lines.append("Read-only.")
    elif column.required:
        lines.append("Required.")
    lines.append(_EXAMPLES.get(column.kind, ""))
    if column.choices:
        codec = codec_of(column)
        labels = [codec.show(choice.value) for choice in column.choices[:12]]
        lines.append(f"Choices: {', '.join(labels)}{', …' if len(column.choices) > len(labels) else ''}")
    return "\n".join(filter(None, lines))[:2000]


_EXAMPLES = {
    Kind.DATE: "A date, like 2026-03-31",
    Kind.DATETIME: "A date and time, like 2026-03-31T14:30:00",
    Kind.TAGS: "Several, with ; between them: forest; road",
    Kind.GROUPS: "Names of groups, with ; between them",
    Kind.TEXTS: "Several, with ; between them",
    Kind.CHOICES: "One or several, with ; between them",
    Kind.BOOLEAN: "TRUE or FALSE",
    Kind.JSON: 'JSON, like {"key": "value"}',
}


def _validate(sheet: TextSheet, column: int, last_row: int, source: list[str] | str) -> None:
    """Offer a drop-down; other text can still be typed, since the raw values are accepted as well."""
    options = {"validate": "list", "source": source, "error_type": "information", "show_error": False}
    sheet.data_validation(1, column, last_row, column, options)


def _instructions(export: Export) -> list[tuple[str, str]]:
    identity = export.identity
    organizations = ", ".join(identity.organizations.values())
    by = f" by {identity.exported_by}" if identity.exported_by else ""
    return [
        ("Catalogue", identity.site),
        ("Organization", organizations),
        ("Exported", f"{identity.exported_at[:16].replace('T', ' ')} UTC{by}"),
        ("", ""),
        ("Edit", "Change any white cell in the sheets that follow. Grey columns are read-only."),
        ("Sort, filter", "Sort, filter, hide and move columns as you like; add columns and sheets of your own."),
        ("Several values", "One cell can hold several, with ; between them: forest; road"),
        ("Empty a cell", "An emptied cell clears the value on the site. A removed row or column changes nothing."),
        ("New records", "A row without an ID creates a package or a resource."),
        ("Delete", "delete in the Action column deletes the record; the import asks how many there are."),
        ("Lists", "In sheets of contacts, dates and the like, a new row (Item empty) adds an entry and delete in"
         " the Action column removes one."),
        ("Send", "Save, then run: bulkedit import FILE --dry-run (shows what would happen), then without."),
        ("", ""),
        ("updated, created, deleted", "Done; the message says what."),
        ("unchanged", "Nothing to do."),
        ("conflict", "Somebody changed the same field on the site since the export: the message shows both texts."
         " That field was not sent."),
        ("invalid", "Cannot be sent as it is; the message says why. Nothing of that package was sent."),
        ("refused", "The site did not accept it; the message says what the site says."),
        ("not sent", "Held back because of another row of the same package, or because the run stopped."),
        ("unknown", "The site did not answer. Import again: what has arrived is not sent twice."),
        ("skipped", "Left alone, as the Action column asks."),
    ]  # fmt: skip
