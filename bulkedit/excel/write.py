"""Write a workbook: one sheet for each table, and the hidden ones that remember what was exported.

Every value is written as text into a column formatted as text (``@``): nothing that comes from a
catalogue becomes a number, a date or a formula, and what a person types there stays what was typed.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import BinaryIO, Final

import xlsxwriter
from xlsxwriter.exceptions import FileCreateError

from bulkedit import __version__
from bulkedit.core.catalogue import Catalogue
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Column, Layout, Level, Table, own_headers
from bulkedit.core.memory import KEYS_COLUMN, LAST_TEXTS_COLUMN, TEXTS_COLUMN, Digest, remembered_headers, to_rows
from bulkedit.core.meta import Identity, to_json
from bulkedit.core.sheets import header_texts, letters
from bulkedit.excel import highlights, looks
from bulkedit.excel.datasheet import DataSheet
from bulkedit.excel.highlights import highlight_results
from bulkedit.excel.looks import Formats
from bulkedit.excel.start import Contents, StartSheet
from bulkedit.excel.textsheet import TextSheet

START, RESULTS, LISTS, META, BASE = "Start here", "Results", "_lists", "_meta", "_base"
RESULT_HEADERS = (
    "Run", "Time", "Sheet", "Row", "Package", "Result", "Field", "Exported", "Edited", "Live", "Message",
)  # fmt: skip
CHUNK = 30_000
"""Characters of ``_meta`` text in one cell, safely under the limit of a cell."""

_RESULTS_AT_MOST = 100_000  # rows of the sheet Results that have colours


@dataclass(frozen=True)
class Export:
    """Everything that a workbook is written from.

    Attributes:
        identity: where it comes from.
        layout: its tables.
        pieces: the packages, some of them at a time, each with all that is of it; gone through once.
        headers_as_names: API names stand in the header row, not labels.
    """

    identity: Identity
    layout: Layout
    pieces: Iterable[Catalogue]
    headers_as_names: bool = False


def write_workbook(file: BinaryIO, export: Export) -> dict[str, int]:
    """Write a new workbook and return the number of rows of each data sheet, by title.

    Raises:
        OSError: it could not be written, or there is no room for temporary files; none of them is left.
    """
    with TemporaryDirectory(prefix="bulkedit-", ignore_cleanup_errors=True) as folder:
        book = xlsxwriter.Workbook(file, _OPTIONS | {"tmpdir": folder})
        book.set_properties({"created": datetime.fromisoformat(export.identity.exported_at)})
        writer = _Writer(book, export)
        for piece in export.pieces:
            writer.add(piece)
        writer.finish()
        try:
            book.close()
        except FileCreateError as error:
            raise error.args[0] from None  # an OSError
    return writer.counts


_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_urls": False,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
}


class _Writer:
    """Fills all sheets at once, so that no more than one piece of the catalogue is held.

    XlsxWriter keeps each sheet in a file of its own until the end (``constant_memory``), and takes rows of all of
    them in any turn.
    """

    def __init__(self, book: xlsxwriter.Workbook, export: Export) -> None:
        self.book, self.export = book, export
        self.formats = Formats(book)
        self.choices: dict[tuple[str, ...], str] = {}
        self.start = self._sheet(START)
        site, as_names = export.identity.site, export.headers_as_names
        self.data = [
            DataSheet(self._sheet(table.title), self.formats, table, site, as_names=as_names)
            for table in export.layout.tables
        ]
        self._results_sheet()
        self.lists, self.meta, self.base = (self._sheet(title) for title in (LISTS, META, BASE))
        for sheet in (self.lists, self.meta, self.base):
            sheet.very_hidden()
        self.digest, self.remembered = Digest(), 0

    @property
    def counts(self) -> dict[str, int]:
        """The number of rows of each data sheet, by title."""
        return {sheet.table.title: sheet.rows for sheet in self.data}

    def add(self, piece: Catalogue) -> None:
        """Write the rows of some packages, and remember them."""
        for sheet in self.data:
            sheet.add(piece)
        for row in self.digest.over(to_rows(piece, self.export.layout)):
            _write_row(self.base, self.remembered, row)
            self.remembered += 1

    def finish(self) -> None:
        """Write what depends on all the rows."""
        with_changes = sum(self.counts.values()) <= highlights.CHANGES_AT_MOST
        for number, sheet in enumerate(self.data, 1):
            sheet.finish(number, self._name_of_choices, with_changes=with_changes)
        contents = [Contents(sheet.table.title, sheet.rows, _about(sheet.table)) for sheet in self.data]
        StartSheet(self.start, self.formats).write(self.export.identity, contents, RESULTS)
        self._fill_lists()
        described = to_json(self.export.identity, self.export.layout)
        for at, row in enumerate(meta_rows(described, str(self.digest))):
            _write_row(self.meta, at, row)
        keys, first, last = map(letters, (KEYS_COLUMN, TEXTS_COLUMN, LAST_TEXTS_COLUMN))
        self.book.define_name(highlights.BASE_KEYS, f"={BASE}!${keys}:${keys}")
        self.book.define_name(highlights.BASE_TEXTS, f"={BASE}!${first}:${last}")

    def _sheet(self, title: str) -> TextSheet:
        sheet: TextSheet = self.book.add_worksheet(title, worksheet_class=TextSheet)
        return sheet

    def _name_of_choices(self, column: Column) -> str:
        """Return the defined name of a column's choices; columns with the same choices share one."""
        codec = codec_of(column)
        labels = tuple(codec.show(choice.value) for choice in column.choices)
        return self.choices.setdefault(labels, f"choices_{len(self.choices) + 1}")

    def _results_sheet(self) -> None:
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

    def _fill_lists(self) -> None:
        """Write what formulas refer to, each list in a column with a defined name: choices, headers."""
        columns = {name: list(labels) for labels, name in self.choices.items()} | self._headers()
        for row in range(max(map(len, columns.values()), default=0)):
            for at, texts in enumerate(columns.values()):
                if row < len(texts):
                    self.lists.write_string(row, at, texts[row], self.formats.cell(looks.TEXT))
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


def _write_row(sheet: TextSheet, at: int, row: Sequence[str]) -> None:
    for column, text in enumerate(row):
        if text:
            sheet.write_text(at, column, text)


def meta_rows(described: Mapping[str, object], base_digest: str) -> list[list[str]]:
    """Return the rows of the sheet ``_meta``: a key, then its text in as many cells as it needs."""
    text = json.dumps(described)
    chunks = [text[at : at + CHUNK] for at in range(0, len(text), CHUNK)]
    return [["program", f"bulkedit {__version__}"], ["base_sha256", base_digest], ["layout", *chunks]]


def _about(table: Table) -> str:
    """Return what the rows of a table are, for the list of sheets."""
    match table.level:
        case Level.PACKAGE:
            return "packages"
        case Level.RESOURCE:
            return "resources"
        case Level.ITEM | Level.RESOURCE_ITEM:
            return "entries"
