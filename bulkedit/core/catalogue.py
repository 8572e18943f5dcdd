"""A catalogue of cell texts: packages as the rows of a workbook's tables."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bulkedit.core.codecs import codecs_of
from bulkedit.core.columns import Column, Layout, Level, Table
from bulkedit.core.items import items_of
from bulkedit.core.json_value import JSON, Package, resources_of, text_of
from bulkedit.core.schema import EXTRAS
from bulkedit.core.text import canonical, in_cell

Texts = tuple[str, ...]
"""The cell texts of one row, in the order of its table's columns."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What identifies a resource to people: its package, its name, its place.

    `digest` is the SHA-256 of its file as whoever sent it told, and `size` its length, where the site tells them;
    neither is remembered in workbooks.
    """

    package: str
    name: str
    position: int
    digest: str = field(default="", compare=False)
    size: str = field(default="", compare=False)


@dataclass
class Catalogue:
    """Cell texts of packages, by table and by key.

    Attributes:
        rows: for each table title, the texts of each row by its key: a package's id, a resource's id,
            or for items ``(owner's id)/(1, 2, ...)``.
        packages: the name of each package by id.
        resources: package, name and position of each resource by id.
        shown: texts that stand in a sheet for what is remembered here, by table title, key and column name:
            the site keeps ``CSV`` where somebody typed ``csv``.
    """

    rows: dict[str, dict[str, Texts]] = field(default_factory=dict)
    packages: dict[str, str] = field(default_factory=dict)
    resources: dict[str, Owner] = field(default_factory=dict)
    shown: dict[tuple[str, str, str], str] = field(default_factory=dict)

    def texts(self, table: Table, key: str) -> Texts | None:
        """Return the texts of one row, or None where there is no such row."""
        return self.rows.get(table.title, {}).get(key)

    def items(self, table: Table, owner: str) -> list[Texts]:
        """Return the texts of all items that a package or resource has in a table of items."""
        rows = self.rows.get(table.title, {})
        found: list[Texts] = []
        while (texts := rows.get(item_key(owner, len(found) + 1))) is not None:
            found.append(texts)
        return found

    def rename(self, old: str, new: str) -> None:
        """Call a package by another key, with all that is kept of it."""
        for rows in self.rows.values():
            if old in rows:
                rows[new] = rows.pop(old)
            number = 1
            while (key := item_key(old, number)) in rows:
                rows[item_key(new, number)] = rows.pop(key)
                number += 1
        for title, key, name in list(self.shown):
            if key.partition("/")[0] == old:
                self.shown[title, new + key.removeprefix(old), name] = self.shown.pop((title, key, name))
        if old in self.packages:
            self.packages[new] = self.packages.pop(old)
        for key, owner in self.resources.items():
            if owner.package == old:
                self.resources[key] = replace(owner, package=new)

    def replace_items(
        self, table: Table, owner: str, items: Sequence[Texts], shown: Sequence[Mapping[str, str]]
    ) -> None:
        """Put other items in the place of those that a package or resource has.

        Args:
            table: the table of items.
            owner: id of the package or resource.
            items: the texts of each item.
            shown: what stands in the sheet for each, by column name; only what differs is remembered.
        """
        rows = self.rows.setdefault(table.title, {})
        for n in range(1, len(self.items(table, owner)) + 1):
            del rows[item_key(owner, n)]
            for name in self.shown_of(table, item_key(owner, n)):
                del self.shown[table.title, item_key(owner, n), name]
        for n, (texts, standing) in enumerate(zip(items, shown, strict=True), 1):
            rows[item_key(owner, n)] = texts
            for name, text in standing.items():
                if text != texts[table.names[name]]:
                    self.shown[table.title, item_key(owner, n), name] = text

    def shown_of(self, table: Table, key: str) -> dict[str, str]:
        """Return the texts that stand in a row for what is remembered, by column name."""
        if not self.shown:
            return {}
        names = (column.name for column in table.columns)
        return {name: self.shown[place] for name in names if (place := (table.title, key, name)) in self.shown}


def item_key(owner: str, number: int) -> str:
    """Return the key of an item: whose it is, and its number from 1."""
    return f"{owner}/{number}"


def id_of(entity: Mapping[str, JSON]) -> str:
    """Return the id of a package or resource, as a cell shows it."""
    return canonical(text_of(entity.get("id")))


def tabulate(layout: Layout, packages: Iterable[Package]) -> Catalogue:
    """Return the cell texts of packages for every table of a layout."""
    catalogue = Catalogue({table.title: {} for table in layout.tables})
    for package in packages:
        tables = layout.of_type(text_of(package.get("type")) or "dataset")
        package_id = id_of(package)
        catalogue.packages[package_id] = canonical(text_of(package.get("name")))
        for position, resource in enumerate(resources_of(package), 1):
            name = in_cell(canonical(text_of(resource.get("name"))))
            catalogue.resources[id_of(resource)] = Owner(package_id, name, position, *_file(resource))
        for table in tables:
            catalogue.rows[table.title].update(_rows(table, package))
    return catalogue


def tabulate_as(layout: Layout, package: Package, key: str) -> Catalogue:
    """Return the cell texts of one package, under the key by which a workbook's rows call it."""
    catalogue = tabulate(layout, [package])
    if key != id_of(package):
        catalogue.rename(id_of(package), key)
    return catalogue


def _file(resource: Mapping[str, JSON]) -> tuple[str, str]:
    """Return the digest and the length of a resource's file; empty where the site does not tell."""
    if resource.get("url_type") != "upload":
        return "", ""
    return text_of(resource.get("hash")).removeprefix("sha256:"), str(resource.get("size") or "")


def _rows(table: Table, package: Package) -> Iterator[tuple[str, Texts]]:
    match table.level:
        case Level.PACKAGE:
            yield id_of(package), texts_of(table, package)
        case Level.RESOURCE:
            for resource in resources_of(package):
                yield id_of(resource), texts_of(table, resource)
        case Level.ITEM:
            yield from _item_rows(table, package)
        case Level.RESOURCE_ITEM:  # pragma: no branch  mypy knows that there is no other
            for resource in resources_of(package):
                yield from _item_rows(table, resource)


def _item_rows(table: Table, owner: Mapping[str, JSON]) -> Iterator[tuple[str, Texts]]:
    for n, item in enumerate(table_items(table, owner), 1):
        yield item_key(id_of(owner), n), texts_of(table, item)


def table_items(table: Table, owner: Mapping[str, JSON]) -> list[dict[str, JSON]]:
    """Return the items of a table's field in the order of their numbers.

    Free extras have no order of their own (CKAN up to 2.11 sorts them, 2.12 does not): by key.
    """
    items = items_of(owner.get(table.field)) or []
    return sorted(items, key=lambda extra: text_of(extra.get("key"))) if table.field == EXTRAS else items


def texts_of(table: Table, entity: Mapping[str, JSON]) -> Texts:
    """Return the cell texts of one package, resource or item."""
    pairs = zip(table.columns, codecs_of(table), strict=True)
    return tuple(in_cell(codec.show(value_of(column, entity))) for column, codec in pairs)


def value_of(column: Column, entity: Mapping[str, JSON]) -> JSON:
    """Return the API value that a column shows of a package, resource or item."""
    if not column.within:
        return entity.get(column.key)
    items = items_of(entity.get(column.within))
    return items[0].get(column.source) if items else None
