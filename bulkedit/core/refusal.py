"""From CKAN's validation errors to the cells that caused them.

``ValidationError`` nests as the package does: ``{"title": [...], "contacts": [{}, {"email": [...]}],
"resources": [{}, {"size": [...]}]}``. Lists are positional, with ``{}`` for what is right. The texts
come in the site's language, so only the shape decides.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bulkedit.core.calls import PATCH_RESOURCE, Call
from bulkedit.core.catalogue import item_key
from bulkedit.core.columns import UPLOAD, Layout, Level, Table
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.json_value import JSON
from bulkedit.core.text import on_one_line

Places = Mapping[tuple[str, str], Place]
"""Where each record stands: its place by sheet title and key."""


def places_of(rows: Sequence[RowEdit]) -> dict[tuple[str, str], Place]:
    """Return where each known record of the workbook stands."""
    found = {}
    for row in rows:
        if row.action != "skip" and row.owner and (row.number or not row.table.level.of_items):
            key = item_key(row.owner, row.number) if row.table.level.of_items else row.owner
            found[row.table.title, key] = row.place
    return found


@dataclass
class Refusal:
    """Why CKAN refused: sentences by row, and those that belong to no row of the workbook."""

    by_place: dict[Place, list[str]] = field(default_factory=dict)
    general: list[str] = field(default_factory=list)

    def add(self, place: Place | None, sentence: str) -> None:
        """Put a sentence at a row, or with the general ones."""
        (self.general if place is None else self.by_place.setdefault(place, [])).append(sentence)


def explain(errors: Mapping[str, JSON], call: Call, layout: Layout, dataset_type: str, places: Places) -> Refusal:
    """Return CKAN's validation errors as sentences at the rows of the workbook."""
    reader = _Reader(call, layout, dataset_type, places)
    for key, value in errors.items():
        if key == "resources" and isinstance(value, list):
            reader.resources(value)
        elif key == "upload" and call.files:
            reader.files(value)
        elif call.action == PATCH_RESOURCE and reader.is_of_resource(key):
            reader.field(Level.RESOURCE, next(iter(call.uploads)), key, value)
        elif not key.startswith("__type"):
            reader.field(Level.PACKAGE, call.package, key, value)
    return reader.refusal


class _Reader:
    def __init__(self, call: Call, layout: Layout, dataset_type: str, places: Places) -> None:
        self.call, self.layout, self.dataset_type, self.places = call, layout, dataset_type, places
        self.refusal = Refusal()

    def resources(self, value: Sequence[JSON]) -> None:
        for index, errors in enumerate(value):
            owner = self.call.resources[index] if index < len(self.call.resources) else ""
            if isinstance(errors, dict):
                for key, error in errors.items():
                    self.field(Level.RESOURCE, owner, key, error)
            elif errors:
                self.refusal.add(self._place(Level.RESOURCE, owner), said(errors))

    def files(self, error: JSON) -> None:
        """Put what is said of an upload, without saying of which, at every row that sends a file."""
        for owner in self.call.uploads:
            self.refusal.add(self._place(Level.RESOURCE, owner), _sentence(f"[{UPLOAD}]", said(error)))

    def is_of_resource(self, key: str) -> bool:
        """Tell what an error of ``resource_patch`` is about: its resource, unless only packages have the field."""
        of_package = self._has(Level.PACKAGE, key) or self.layout.find(self.dataset_type, Level.ITEM, key)
        return not key.startswith("__") and (self._has(Level.RESOURCE, key) or not of_package)

    def _has(self, level: Level, key: str) -> bool:
        table = self.layout.find(self.dataset_type, level)
        return table is not None and any(key in (column.name, column.key) for column in table.columns)

    def field(self, level: Level, owner: str, key: str, error: JSON) -> None:
        item_level = Level.RESOURCE_ITEM if level is Level.RESOURCE else Level.ITEM
        items = self.layout.find(self.dataset_type, item_level, key)
        if items is not None:
            self._items(items, level, owner, error)
            return
        table = self.layout.find(self.dataset_type, level)
        if table is not None and isinstance(error, list) and any(c.within == key for c in table.columns):
            for inner in error:
                for part, text in inner.items() if isinstance(inner, dict) else ((key, inner),):
                    self._of_field(table, level, owner, f"{key}.{part}" if part != key else key, text)
            return
        self._of_field(table, level, owner, key, error)

    def _of_field(self, table: Table | None, level: Level, owner: str, key: str, error: JSON) -> None:
        place = self._place(level, owner)
        where = (
            ""
            if place is not None or level is Level.PACKAGE
            else f"Resource {owner}: "
            if owner
            else "A resource: "
        )
        self.refusal.add(place, where + _sentence(_header(table, key), said(error)))

    def _place(self, level: Level, owner: str) -> Place | None:
        table = self.layout.find(self.dataset_type, level)
        return None if table is None else self.places.get((table.title, owner))

    def _items(self, table: Table, level: Level, owner: str, error: JSON) -> None:
        if not isinstance(error, list) or not all(isinstance(entry, dict) for entry in error):
            self.refusal.add(self._place(level, owner), f"{table.label}: {said(error)}")
            return
        for index, errors in enumerate(error):
            for key, text in errors.items() if isinstance(errors, dict) else ():
                place = self._item_place(table, owner, index)
                where = "" if place is not None else f"{table.label}, item {index + 1}: "
                self.refusal.add(place, where + _sentence(_header(table, key), said(text)))

    def _item_place(self, table: Table, owner: str, index: int) -> Place | None:
        sent = self.call.sent.get((owner, table.field))
        known = index + 1 if sent is None else sent[index] if index < len(sent) else 0
        return known if isinstance(known, Place) else self.places.get((table.title, item_key(owner, known)))


def _header(table: Table | None, key: str) -> str:
    columns = table.columns if table is not None else ()
    column = next((c for c in columns if key in (c.name, c.key)), None)
    return f"[{column.header}]" if column is not None else on_one_line(key)


def _sentence(header: str, text: str) -> str:
    return f"The site refused {header}: {text}"


def said(error: JSON) -> str:
    """Return the texts of an error value, however nested, as one text."""
    return "; ".join(dict.fromkeys(_texts(error))) or "no reason given"


def _texts(error: JSON) -> Iterator[str]:
    match error:
        case str():
            if error:
                yield on_one_line(error)
        case list():
            for entry in error:
                yield from _texts(entry)
        case dict():
            for key, entry in error.items():
                yield from (
                    text if key.startswith("__") else f"{on_one_line(key)}: {text}" for text in _texts(entry)
                )
        case None:
            return
        case _:
            yield str(error)
