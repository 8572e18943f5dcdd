"""One sheet of records: its header, its rows, and what helps people with them."""

from collections.abc import Callable
from typing import Final
from urllib.parse import quote

from bulkedit.core.catalogue import Catalogue
from bulkedit.core.columns import Column, Level, Table, own_headers
from bulkedit.core.sheets import header_texts
from bulkedit.core.text import is_marker
from bulkedit.excel import looks
from bulkedit.excel.highlights import Ground, highlight
from bulkedit.excel.looks import Formats
from bulkedit.excel.notes import add_notes
from bulkedit.excel.textsheet import TextSheet
from bulkedit.excel.validations import validate

ROWS_READY: Final = 500
"""Rows below the data that are ready for new records: height, drop-downs, highlights."""

_LINKS_AT_MOST: Final = 60_000  # Excel gives up at 65,530 links in a sheet
_LONGEST_LINK: Final = 2_079  # characters, as of Excel 2015


class DataSheet:
    """A sheet that takes the rows of its table piece by piece.

    Attributes:
        table: whose rows stand in it.
        rows: their number up to now.
    """

    def __init__(self, sheet: TextSheet, formats: Formats, table: Table, site: str, *, as_names: bool) -> None:
        """Write the header.

        Args:
            sheet: an empty one.
            formats: of the workbook.
            table: its columns.
            site: where the packages have their pages.
            as_names: API names stand in the header row, not labels.
        """
        self.table, self.rows = table, 0
        self._sheet, self._formats, self._site, self._as_names = sheet, formats, site, as_names
        self._headers = header_texts(table, as_names=as_names)
        self._widths = looks.column_widths(table, self._headers)
        sheet.set_default_row(looks.ROW_HEIGHT)
        self._columns()
        self._header()
        self._wrapped = [formats.cell(look) for look in looks.cell_looks(table)]
        self._plain = [formats.cell(look, text_wrap=False) for look in looks.cell_looks(table)]
        self._locked = formats.cell(looks.LOCKED, text_wrap=False)

    def add(self, piece: Catalogue) -> None:
        """Write further rows."""
        lead = _Leads(self.table, piece)
        for key, texts in piece.rows[self.table.title].items():
            self.rows += 1
            cells = ("", "", "", *lead(key), *texts)
            for column, (text, following) in enumerate(zip(cells, (*cells[1:], ""), strict=True)):
                if text:
                    spills = looks.spills(text, self._widths[column], following)
                    style = (self._wrapped if spills else self._plain)[column]
                    self._sheet.write_text(self.rows, column, text, self._locked if is_marker(text) else style)
            if self.table.level is Level.PACKAGE:
                self._page_link(self.rows, len(cells), key)

    def finish(self, number: int, list_of: Callable[[Column], str], *, with_changes: bool) -> None:
        """Write what comes with all the rows: room for new ones, filter, drop-downs, highlights.

        Args:
            number: of the table, from 1.
            list_of: gives the defined name of a column's choices.
            with_changes: edited cells are lit.
        """
        sheet, below = self._sheet, self.rows + 1 + ROWS_READY
        for at in range(self.rows + 1, below):  # a row that is not there would grow with its text
            sheet.write_blank(at, 0, None, self._formats.cell(looks.TEXT))
        sheet.autofilter(0, 0, max(self.rows, 1), len(self._headers) - 1)
        sheet.freeze_panes(1, _frozen(self.table))
        validate(sheet, self.table, self.rows + ROWS_READY, list_of)
        highlight(sheet, self._formats, Ground(self.table, number, below, with_changes, self._as_names))

    def _columns(self) -> None:
        lead = len(own_headers(self.table.level))
        hidden = {at for at, column in enumerate(self.table.columns, lead) if column.hidden}
        for at, (width, look) in enumerate(zip(self._widths, looks.cell_looks(self.table, new=True), strict=True)):
            self._sheet.set_column(at, at, width, self._formats.cell(look), {"hidden": at in hidden})
        self._sheet.set_row(0, looks.header_height(self._headers, self._widths))

    def _header(self) -> None:
        for at, (text, look) in enumerate(zip(self._headers, looks.head_looks(self.table), strict=True)):
            self._sheet.write_string(0, at, text, self._formats.cell(look))
        add_notes(self._sheet, self.table)

    def _page_link(self, row: int, column: int, key: str) -> None:
        style = self._formats.cell(looks.PAGE)
        url, link = f"{self._site}/dataset/{key}", f"{self._site}/dataset/{quote(key, safe='', errors='replace')}"
        unlinked = row > _LINKS_AT_MOST or len(link) > _LONGEST_LINK
        if unlinked or self._sheet.write_url(row, column, link, style, url) != 0:
            self._sheet.write_string(row, column, url, self._formats.cell(looks.FIXED))


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
