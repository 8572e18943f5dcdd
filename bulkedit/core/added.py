"""Rows that a refresh adds to a workbook, as an export would have written them."""

from collections.abc import Mapping

from bulkedit.core import columns as own
from bulkedit.core.advance import Advance
from bulkedit.core.catalogue import Catalogue, Texts
from bulkedit.core.columns import Level, Table
from bulkedit.core.edits import Place
from bulkedit.core.results import Outcome, Result
from bulkedit.core.sheets import Sheet

_ADDED = "New on the site: this row was added."


class Added:
    """Adds rows below all that a sheet holds: below what people have written there too."""

    def __init__(self, moved: Advance, sheets: Mapping[str, Sheet], site: str) -> None:
        """Begin with none.

        Args:
            moved: gets the cells to write, and what is remembered.
            sheets: the data sheets that are there, by title.
            site: address of the catalogue, for the pages of packages.
        """
        self._moved, self._site = moved, site
        self._last = {title: max((row.number for row in sheet.rows), default=1) for title, sheet in sheets.items()}
        self.outcomes: list[Outcome] = []

    def has_sheet(self, table: Table) -> bool:
        """Tell whether the workbook has the sheet of a table."""
        return table.title in self._last

    def record(self, table: Table, key: str, live: Catalogue) -> None:
        """Add the row of a package or resource, where it has one."""
        texts = live.texts(table, key)
        if texts is not None:
            self._moved.exported.rows[table.title][key] = texts
            self._row(table, key, 0, texts)

    def items(self, table: Table, owner: str, live: Catalogue) -> None:
        """Add the rows of all items that a package or resource has."""
        found = live.items(table, owner)
        self._moved.exported.replace_items(table, owner, found, [{} for _ in found])
        for number, texts in enumerate(found, 1):
            self.item(table, owner, number, texts)

    def item(self, table: Table, owner: str, number: int, texts: Texts) -> None:
        """Add the row of one item, which is remembered already."""
        self._row(table, owner, number, texts)

    def _row(self, table: Table, owner: str, number: int, texts: Texts) -> None:
        if not self.has_sheet(table):
            return
        self._last[table.title] += 1
        self._moved.reach[table.title] = self._last[table.title]
        place = Place(table.title, self._last[table.title])
        fields = zip((column.header for column in table.columns), texts, strict=True)
        for header, text in (*fields, *self._lead(table, owner, number).items()):
            if text:
                self._moved.write(place, header, text)
        catalogue = self._moved.exported
        resource = catalogue.resources[owner] if table.level.of_resources else None
        package = catalogue.packages[owner if resource is None else resource.package]
        self.outcomes.append(
            Outcome(place, package, None if resource is None else resource.name, Result.CREATED, _ADDED)
        )

    def _lead(self, table: Table, owner: str, number: int) -> dict[str, str]:
        """Return the identifying cells of a row, by header."""
        catalogue = self._moved.exported
        if table.level is Level.PACKAGE:
            return {own.ID: owner, own.PAGE: f"{self._site}/dataset/{owner}"}
        if table.level is Level.ITEM:
            return {own.PACKAGE: catalogue.packages[owner], own.ITEM: str(number)}
        held = catalogue.resources[owner]
        lead = {own.PACKAGE: catalogue.packages[held.package]}
        if table.level is Level.RESOURCE:
            return {**lead, own.ID: owner, own.POSITION: str(held.position)}
        return {**lead, own.RESOURCE: held.name, own.RESOURCE_ID: owner, own.ITEM: str(number)}
