"""Write a workbook: one sheet for each table, and the hidden ones that remember what was exported.

Every value is written as text into a column formatted as text (``@``): nothing that comes from a
catalogue becomes a number, a date or a formula, and what a person types there stays what was typed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from urllib.parse import quote

import xlsxwriter

from bulkedit import __version__
from bulkedit.core.catalogue import Catalogue
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Column, Layout, Level, Table, own_headers
from bulkedit.core.memory import KEYS_COLUMN, LAST_TEXTS_COLUMN, TEXTS_COLUMN, Digest, remembered_headers, to_rows
from bulkedit.core.meta import Identity, to_json
from bulkedit.core.sheets import header_texts, letters
from bulkedit.core.text import is_marker
from bulkedit.excel import highlights, looks
from bulkedit.excel.highlights import Ground, highlight, highlight_results
from bulkedit.excel.looks import Formats
from bulkedit.excel.notes import add_notes
from bulkedit.excel.start import Contents, StartSheet
from bulkedit.excel.textsheet import TextSheet
from bulkedit.excel.validations import validate

START, RESULTS, LISTS, META, BASE = "Start here", "Results", "_lists", "_meta", "_base"
RESULT_HEADERS = (
    "Run", "Time", "Sheet", "Row", "Package", "Result", "Field", "Exported", "Edited", "Live", "Message",
)  # fmt: skip
CHUNK = 30_000
"""Characters of ``_meta`` text in one cell, safely under the limit of a cell."""

ROWS_READY = 500
"""Rows below the data that are ready for new records: height, drop-downs, highlights."""

_LINKS_AT_MOST = 60_000  # Excel gives up at 65,530 links in a sheet
_LONGEST_LINK = 2_079  # characters, as of Excel 2015
_RESULTS_AT_MOST = 100_000  # rows of the sheet Results that have colours


@dataclass(frozen=True)
class Export:
    """Everything that a workbook is written from."""

    identity: Identity
    layout: Layout
    catalogue: Catalogue
    headers_as_names: bool = False

    def rows(self, table: Table) -> Mapping[str, Sequence[str]]:
        """Return the rows of a table."""
        return self.catalogue.rows[table.title]


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
        for number, table in enumerate(export.layout.tables, 1):
            writer.data_sheet(number, table)
        writer.results_sheet()
        writer.lists_sheet()
        writer.meta_sheets()
    return {table.title: len(export.rows(table)) for table in export.layout.tables}


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, export: Export) -> None:
        self.book, self.export = book, export
        self.formats = Formats(book)
        self.lists: dict[tuple[str, ...], str] = {}
        rows = sum(len(export.rows(table)) for table in export.layout.tables)
        self.with_changes = rows <= highlights.CHANGES_AT_MOST

    def _sheet(self, title: str) -> TextSheet:
        sheet: TextSheet = self.book.add_worksheet(title, worksheet_class=TextSheet)
        return sheet

    # -- what people see

    def start_sheet(self) -> None:
        """Write the sheet that says what this is and how to use it."""
        contents = [
            Contents(table.title, len(self.export.rows(table)), _about(table))
            for table in self.export.layout.tables
        ]
        StartSheet(self._sheet(START), self.formats).write(self.export.identity, contents, RESULTS)

    def data_sheet(self, number: int, table: Table) -> None:
        """Write one table."""
        sheet = self._sheet(table.title)
        sheet.set_default_row(looks.ROW_HEIGHT)
        headers = header_texts(table, as_names=self.export.headers_as_names)
        widths = looks.column_widths(table, headers)
        self._columns(sheet, table, headers, widths)
        self._header(sheet, table, headers)
        rows = len(self.export.rows(table))
        self._rows(sheet, table, widths)
        for at in range(rows + 1, rows + 1 + ROWS_READY):  # a row that is not there would grow with its text
            sheet.write_blank(at, 0, None, self.formats.cell(looks.TEXT))
        sheet.autofilter(0, 0, max(rows, 1), len(headers) - 1)
        sheet.freeze_panes(1, _frozen(table))
        validate(sheet, table, rows + ROWS_READY, self._list)
        ground = Ground(table, number, rows + 1 + ROWS_READY, self.with_changes, self.export.headers_as_names)
        highlight(sheet, self.formats, ground)

    def _columns(self, sheet: TextSheet, table: Table, headers: Sequence[str], widths: Sequence[int]) -> None:
        lead = len(own_headers(table.level))
        hidden = {at for at, column in enumerate(table.columns, lead) if column.hidden}
        for at, (width, look) in enumerate(zip(widths, looks.cell_looks(table, new=True), strict=True)):
            sheet.set_column(at, at, width, self.formats.cell(look), {"hidden": at in hidden})
        sheet.set_row(0, looks.header_height(headers, widths))

    def _header(self, sheet: TextSheet, table: Table, headers: Sequence[str]) -> None:
        for at, (text, look) in enumerate(zip(headers, looks.head_looks(table), strict=True)):
            sheet.write_string(0, at, text, self.formats.cell(look))
        add_notes(sheet, table)

    def _rows(self, sheet: TextSheet, table: Table, widths: Sequence[int]) -> None:
        wrapped = [self.formats.cell(look) for look in looks.cell_looks(table)]
        plain = [self.formats.cell(look, text_wrap=False) for look in looks.cell_looks(table)]
        locked = self.formats.cell(looks.LOCKED, text_wrap=False)
        lead = _Leads(table, self.export.catalogue)
        for at, (key, texts) in enumerate(self.export.rows(table).items(), 1):
            cells = ("", "", "", *lead(key), *texts)
            for column, (text, following) in enumerate(zip(cells, (*cells[1:], ""), strict=True)):
                if text:
                    style = (wrapped if looks.spills(text, widths[column], following) else plain)[column]
                    sheet.write_text(at, column, text, locked if is_marker(text) else style)
            if table.level is Level.PACKAGE:
                self._page_link(sheet, at, len(cells), key)

    def _page_link(self, sheet: TextSheet, row: int, column: int, key: str) -> None:
        site, style = self.export.identity.site, self.formats.cell(looks.PAGE)
        url, link = f"{site}/dataset/{key}", f"{site}/dataset/{quote(key, safe='', errors='replace')}"
        unlinked = row > _LINKS_AT_MOST or len(link) > _LONGEST_LINK
        if unlinked or sheet.write_url(row, column, link, style, url) != 0:
            sheet.write_string(row, column, url, self.formats.cell(looks.FIXED))

    def _list(self, column: Column) -> str:
        """Return the defined name of a column's choices; columns with the same choices share one."""
        codec = codec_of(column)
        labels = tuple(codec.show(choice.value) for choice in column.choices)
        return self.lists.setdefault(labels, f"choices_{len(self.lists) + 1}")

    def results_sheet(self) -> None:
        """Write the empty sheet that an import fills."""
        sheet = self._sheet(RESULTS)
        widths = (9, 17, 13, 6, 20, 11, 14, 18, 18, 18, 90)
        for at, (header, width) in enumerate(zip(RESULT_HEADERS, widths, strict=True)):
            look = looks.LINK if header == "Row" else looks.ONE_LINE
            sheet.set_column(at, at, width, self.formats.cell(look))
            sheet.write_string(0, at, header, self.formats.cell(looks.HEAD))
        sheet.set_row(0, looks.header_height(RESULT_HEADERS, widths))
        sheet.autofilter(0, 0, 1, len(RESULT_HEADERS) - 1)
        sheet.freeze_panes(1, 0)
        highlight_results(sheet, self.formats, RESULT_HEADERS.index("Result") + 1, _RESULTS_AT_MOST)

    # -- what people do not see

    def lists_sheet(self) -> None:
        """Write what formulas refer to, each list in a column with a defined name: choices, headers."""
        columns = {name: list(labels) for labels, name in self.lists.items()} | self._headers()
        sheet = self._sheet(LISTS)
        sheet.very_hidden()
        for row in range(max(map(len, columns.values()), default=0)):
            for at, texts in enumerate(columns.values()):
                if row < len(texts):
                    sheet.write_string(row, at, texts[row], self.formats.cell(looks.TEXT))
        for at, (name, texts) in enumerate(columns.items(), 1):
            self.book.define_name(name, f"={LISTS}!${letters(at)}$1:${letters(at)}${max(len(texts), 1)}")

    def _headers(self) -> dict[str, list[str]]:
        """Return the headers of each table's remembered texts, as they stand in its sheet and as labels."""
        columns = {}
        for number, table in enumerate(self.export.layout.tables, 1):
            labels = remembered_headers(table)
            written = header_texts(table, as_names=self.export.headers_as_names)
            end = len(own_headers(table.level)) + len(table.columns)
            columns[highlights.headers_name(number)] = written[end - len(labels) : end]
            if self.export.headers_as_names:
                columns[highlights.labels_name(number)] = labels
        return columns

    def meta_sheets(self) -> None:
        """Write the workbook's description of itself, and its memory."""
        meta, base, digest = self._hidden(META), self._hidden(BASE), Digest()
        _write_rows(base, digest.over(to_rows(self.export.catalogue, self.export.layout)))
        described = to_json(self.export.identity, self.export.layout)
        _write_rows(meta, meta_rows(described, str(digest)))
        keys, first, last = map(letters, (KEYS_COLUMN, TEXTS_COLUMN, LAST_TEXTS_COLUMN))
        self.book.define_name(highlights.BASE_KEYS, f"={BASE}!${keys}:${keys}")
        self.book.define_name(highlights.BASE_TEXTS, f"={BASE}!${first}:${last}")

    def _hidden(self, title: str) -> TextSheet:
        sheet = self._sheet(title)
        sheet.very_hidden()
        return sheet


def _write_rows(sheet: TextSheet, rows: Iterable[Sequence[str]]) -> None:
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            if text:
                sheet.write_text(at, column, text)


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


def _frozen(table: Table) -> int:
    """Return how many columns stay in sight: ours and the identifying ones, for packages also the title."""
    ours = len(own_headers(table.level))
    if table.level is Level.PACKAGE and table.columns and table.columns[0].name in ("title", "name"):
        return ours + 1
    return ours - (2 if table.level is Level.RESOURCE else 0)


def _about(table: Table) -> str:
    """Return what the rows of a table are, for the list of sheets."""
    match table.level:
        case Level.PACKAGE:
            return "packages"
        case Level.RESOURCE:
            return "resources"
        case Level.ITEM:
            return "entries"
        case Level.RESOURCE_ITEM:
            return "entries"
