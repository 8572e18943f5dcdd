"""What a site really did: the package as it is after a write, held against what was asked and what was there.

CKAN answers 200 and drops what it does not know, keeps groups that one may not leave, and hooks of extensions
write what they like. What nobody asked for is said, and what was asked and is not so.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bulkedit.core.calls import Call
from bulkedit.core.catalogue import Catalogue, Texts, tabulate_as
from bulkedit.core.columns import FILE_COLUMN, PLACE_COLUMN, Layout, Level, Table
from bulkedit.core.diff import Change, ListChange, PackageDiff, Verdict
from bulkedit.core.edits import CellEdit, RowEdit
from bulkedit.core.json_value import JSON, Package, is_empty, resources_of, text_of
from bulkedit.core.schema import (
    COMPUTED_PACKAGE_KEYS,
    COMPUTED_RESOURCE_KEYS,
    EXTRAS,
    READ_ONLY_RESOURCE_KEYS,
)
from bulkedit.core.text import excerpt, excerpts

MOST = 5
"""How many changes of the site's own are told; the page has them all."""

_SET_BY_FILES = frozenset("url url_type size mimetype hash format last_modified".split())
"""Fields of a resource that a new file changes by its nature."""

_NEVER_TOLD = {
    Level.PACKAGE: COMPUTED_PACKAGE_KEYS,
    Level.RESOURCE: READ_ONLY_RESOURCE_KEYS | COMPUTED_RESOURCE_KEYS,
}
"""What CKAN computes, stamps, or keeps elsewhere."""


@dataclass(frozen=True)
class Verified:
    """One package after a write.

    Attributes:
        layout: the workbook's tables.
        diff: what was asked.
        call: what was sent.
        after: the package as it is now.
        now: its cell texts.
        key: what the rows call it.
    """

    layout: Layout
    diff: PackageDiff
    call: Call
    after: Package
    now: Catalogue
    key: str

    @property
    def before(self) -> Package | None:
        """The package as it was read before; None for a new one."""
        return self.call.before

    # -- what was asked

    def kept(self, row: RowEdit, going: Sequence[Change]) -> Iterator[str]:
        """Say what of a row's edits the site stored in another form than asked, or not at all."""
        level = row.table.level
        if row.action == "delete" and not level.of_items:
            if self._is_there(row):
                yield f"The site took this, but shows the {level} still."
            return
        if not level.of_items and self.now.texts(row.table, row.owner) is None:
            yield f"The site took this, but does not show the {level}."
            return
        for change in going:
            if change.cell is None:
                continue
            if change.cell.column == FILE_COLUMN:
                yield from self._file(row)
            elif change.cell.column == PLACE_COLUMN:
                yield from self._place(row)
            elif (held := self._held(row, change.cell)) is not None and held != change.cell.edited:
                _, kept = excerpts(change.cell.edited, held)
                yield f"[{change.cell.column.header}] was kept as {kept}."

    def _is_there(self, row: RowEdit) -> bool:
        if row.table.level is Level.PACKAGE:
            return self.after.get("state") != "deleted"
        return row.owner in self.now.resources

    def _file(self, row: RowEdit) -> Iterator[str]:
        file = self.call.uploads.get(row.owner)
        held = next((one for one in resources_of(self.after) if one.get("id") == row.owner), {})
        if file is None:
            return
        if held.get("url_type") != "upload":
            yield f"[{FILE_COLUMN.header}] was not kept: the site shows no file here."
        elif not is_empty(held.get("size")) and str(held.get("size")) != str(file.size):
            yield f"[{FILE_COLUMN.header}] was kept as a file of {held.get('size')} bytes."

    def _place(self, row: RowEdit) -> Iterator[str]:
        place = self.now.resources[row.owner].position
        if row.owner in self.call.resources and place != self.call.resources.index(row.owner) + 1:
            yield f"[{PLACE_COLUMN.header}] was kept as {place}."

    def _held(self, row: RowEdit, cell: CellEdit) -> str | None:
        """Return the text that the site has now for an edited cell; None where none can be compared."""
        if cell.column.name not in row.table.names:
            return None
        index = row.table.names[cell.column.name]
        if not row.table.level.of_items:
            texts = self.now.texts(row.table, row.owner)
            return None if texts is None else texts[index]
        held = self.now.items(row.table, row.owner)
        sent = self._sent(row.table, row.owner)
        if sent is None:  # it went with another call, whose answer was lost
            return None
        if row.table.field == EXTRAS:
            return self._extra(row, index, held, sent)
        at = next((i for i, item in enumerate(sent.items) if item.place == row.place), None)
        if at is None or len(held) != len(sent.items):  # another list: `besides` says so
            return None
        return held[at][index]

    def _extra(self, row: RowEdit, index: int, held: Sequence[Texts], sent: ListChange) -> str | None:
        """Return a text of an extra: they have no places, only keys."""
        wanted = next((texts for item, texts in self._wanted(sent) if item == row.place), None)
        found = next((texts for texts in held if wanted is not None and texts[0] == wanted[0]), None)
        return "" if found is None else found[index]

    # -- what nobody asked for

    def besides(self) -> list[str]:
        """Say what the site changed that nobody edited; a few of the changes, where they are many.

        Columns that people cannot edit are the site's own, and what it does with them is no surprise.
        """
        if self.before is None or self.after.get("state") == "deleted":
            return []
        found = [*self._fields_of_package(), *self._fields_of_resources(), *self._lists(), *self._resources()]
        more = [f"The site changed {len(found) - MOST} more things."] if len(found) > MOST + 1 else []
        return [*found[:MOST], *more] if more else found

    @cached_property
    def _was(self) -> Catalogue:
        return tabulate_as(self.layout, self.before or {}, self.key)

    @cached_property
    def _edited(self) -> set[tuple[str, str]]:
        """The fields that were to change, by whose they are: names and API keys."""
        cells = [(c.row.owner, c.cell.column) for c in self.diff.of(Verdict.CHANGE) if c.cell is not None]
        found = {(owner, name) for owner, column in cells for name in (column.name, column.key)}
        found |= {(owner, "url_type") for owner, column in cells if column.name == "url"}
        return found | {(owner, name) for owner in self.call.uploads for name in _SET_BY_FILES}

    def _tables(self) -> list[Table]:
        return self.layout.of_type(text_of(self.after.get("type")) or "dataset")

    def _fields_of_package(self) -> Iterator[str]:
        yield from self._fields(Level.PACKAGE, self.key, self.before or {}, self.after)
        state, now = text_of((self.before or {}).get("state")), text_of(self.after.get("state"))
        if state != now:
            yield self._also("State", state, now)

    def _fields_of_resources(self) -> Iterator[str]:
        before = {text_of(one.get("id")): one for one in resources_of(self.before or {})}
        for resource in resources_of(self.after):
            key = text_of(resource.get("id"))
            if key in before:
                yield from self._fields(Level.RESOURCE, key, before[key], resource)

    def _fields(
        self, level: Level, owner: str, before: Mapping[str, JSON], after: Mapping[str, JSON]
    ) -> Iterator[str]:
        shown = set(_NEVER_TOLD[level])
        for table in self._tables():
            if table.level is level:
                shown |= {column.key for column in table.columns}
                for header, was, now in self._texts(table, owner):
                    yield self._also(self._named(level, owner, header), was, now)
            elif table.level.of_items and table.level.of_resources is level.of_resources:
                shown.add(table.field)
        for key in sorted((before.keys() | after.keys()) - shown):
            old, new = before.get(key), after.get(key)
            if (owner, key) not in self._edited and _as_compared(old) != _as_compared(new):
                yield self._also(self._named(level, owner, key, of_api=True), _text(old), _text(new))

    def _texts(self, table: Table, owner: str) -> Iterator[tuple[str, str, str]]:
        """Yield header and texts, before and now, of the columns that people may edit and nobody did."""
        was, now = self._was.texts(table, owner), self.now.texts(table, owner)
        for column, old, new in zip(table.columns, was or (), now or (), strict=False):
            if old != new and not column.read_only and (owner, column.name) not in self._edited:
                yield column.header, old, new

    def _named(self, level: Level, owner: str, header: str, *, of_api: bool = False) -> str:
        if level is Level.PACKAGE:
            return header if of_api else f"[{header}]"
        return f"{header} of the resource {self._name(owner)}"

    def _name(self, owner: str) -> str:
        held = self.now.resources.get(owner) or self._was.resources.get(owner)
        return excerpt((held.name if held is not None else "") or owner)

    def _also(self, what: str, was: str, now: str) -> str:
        old, new = excerpts(was, now)
        if self.call.guarded:
            return f"The site also changed {what}: it was {old}, it is now {new}."
        return f"{what} was {old} and is now {new}: it may have been changed by somebody at the same moment."

    # -- lists

    def _sent(self, table: Table, owner: str) -> ListChange | None:
        return next((one for one in self.diff.lists if (one.table, one.owner) == (table, owner)), None)

    def _lists(self) -> Iterator[str]:
        for table in self._tables():
            owners = [self.key] if table.level is Level.ITEM else []
            if table.level is Level.RESOURCE_ITEM:
                owners = [key for key in self.now.resources if key in self._was.resources]
            for owner in owners:
                what = table.label if table.level is Level.ITEM else f"{table.label} of {self._name(owner)}"
                sent = self._sent(table, owner)
                yield from self._unsent(table, owner, what) if sent is None else self._whole(sent, what)

    def _unsent(self, table: Table, owner: str, what: str) -> Iterator[str]:
        was, now = ([_told(table, texts) for texts in held.items(table, owner)] for held in (self._was, self.now))
        if was != now:
            yield self._also(what, "; ".join(was), "; ".join(now))

    def _whole(self, sent: ListChange, what: str) -> Iterator[str]:
        """Say where a list that was sent whole is not so, but for what the edited rows say themselves."""
        wanted, now = list(self._wanted(sent)), self.now.items(sent.table, sent.owner)
        if sent.table.field == EXTRAS:
            wanted = sorted(wanted, key=lambda item: item[1][0])
        if len(wanted) != len(now):
            yield f"{what} should hold {len(wanted)} now, but the site shows {len(now)}."
            return
        for (place, texts), held in zip(wanted, now, strict=True):
            was, found = _told(sent.table, texts), _told(sent.table, held)
            if place is None and was != found:
                yield self._also(what, was, found)

    def _wanted(self, sent: ListChange) -> Iterator[tuple[object, Texts]]:
        """Yield the items as they were sent: the row that edits each, and its texts."""
        held = self._was.items(sent.table, sent.owner) if self.before is not None else []
        for item in sent.items:
            texts = held[item.live] if item.live is not None else ("",) * len(sent.table.columns)
            yield item.place, tuple(item.texts.get(at, text) for at, text in enumerate(texts))

    # -- resources

    def _resources(self) -> Iterator[str]:
        """Say which resources came, went and moved without being asked to."""
        wanted, now = list(self.call.resources), list(self.now.resources)
        for key in now:
            if key not in wanted and key not in self._was.resources:
                yield f"The resource {self._name(key)} has appeared on the site."
        for key in wanted:
            if key not in now and key in self._was.resources:
                yield f"The resource {self._name(key)} is not on the site any more."
        moved = {c.row.owner for c in self.diff.of(Verdict.CHANGE) if c.cell and c.cell.column == PLACE_COLUMN}
        kept = [key for key in wanted if key in now and key not in moved]
        if kept != [key for key in now if key in kept]:
            yield "The site also changed the order of the resources."


def _told(table: Table, texts: Texts) -> str:
    """Return an item in one text: of it what people may edit."""
    pairs = zip(table.columns, texts, strict=True)
    return ", ".join(text for column, text in pairs if text and not column.read_only)


def _as_compared(value: JSON) -> JSON:
    """Return a value so that nothing else distinguishes two than what they say."""
    if is_empty(value):
        return None
    if isinstance(value, str):
        return value.replace("\r\n", "\n")
    return value


def _text(value: JSON) -> str:
    return value if isinstance(value, str) else "" if is_empty(value) else json.dumps(value, ensure_ascii=False)
