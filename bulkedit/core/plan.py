"""From a diff to the one call that sends it: ``package_revise``, or ``package_create`` for a new package.

Where a site does not take ``package_revise``, it is a ``package_patch``, and after it a call for each file.

``package_revise`` compares ``match`` with the package while holding a lock on it, applies ``filter``,
then ``update``, and saves once (``ckan/logic/action/update.py``). It merges lists by index and dicts by
key and never shortens either, so lists and objects are filtered out first and given whole.
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from operator import itemgetter

from bulkedit.core.calls import CREATE, PATCH, PATCH_RESOURCE, Call, Plan
from bulkedit.core.catalogue import id_of, table_items, value_of
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import FILE_COLUMN, PLACE_COLUMN, Column, Level, Table
from bulkedit.core.diff import Change, ListChange, NewItem, PackageDiff, Verdict
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.files import File, Files, media_type_of
from bulkedit.core.items import items_of, with_items
from bulkedit.core.json_value import JSON, Item, Package, dicts, is_empty, resources_of, text_of
from bulkedit.core.plain import UnreadableError
from bulkedit.core.schema import EXTRAS

MATCHED = ("id", "metadata_modified", "state", "private")
"""What must still be as read. ``metadata_modified`` alone misses deletions and bulk changes of visibility."""


_SET_BY_SITE = frozenset(("metadata_modified", "position", "package_id"))
"""What CKAN alone says of a resource; it is not for us to say it back of one that changes."""


def plan_package(
    diff: PackageDiff,
    live: Package,
    groups: Iterable[str] = (),
    files: Files | None = None,
    *,
    revise: bool = True,
) -> Plan:
    """Return the call that makes the changes of a diff, or the calls where one cannot.

    Args:
        diff: the edits of one package.
        live: the package as just read.
        groups: ids of the groups that the user may add packages to.
        files: what the rows that ask for a file are to send.
        revise: the site takes ``package_revise``.
    """
    revision = _revision(diff, live, files or {})
    if revision.problems or not revision.touched:
        return Plan(problems=revision.problems)
    if not revise:
        call, *then = revision.patches(set(groups))
        return Plan(call, then=then)
    revision.keep_foreign_groups(set(groups))
    return Plan(revision.call())


def plan_creation(
    diff: PackageDiff, key: str, dataset_type: str, given: Mapping[str, JSON], files: Files | None = None
) -> Plan:
    """Return the call that creates a package: one ``package_create`` with its resources and lists.

    CKAN takes no files with it: they follow in a ``package_revise``.

    Args:
        diff: all that is asked for, of a package that is not there.
        key: what the package is called meanwhile.
        dataset_type: its type.
        given: fields that the rows may leave empty: ``name``, ``owner_org``.
        files: what the rows that ask for a file will send.
    """
    revision = _revision(diff, {"id": key, "type": dataset_type}, files or {})
    if revision.problems:
        return Plan(problems=revision.problems)
    return Plan(revision.creation({**given, "type": dataset_type}))


def _revision(diff: PackageDiff, live: Package, files: Files) -> "Revision":
    revision = Revision(live)
    for change in diff.of(Verdict.CHANGE):
        if change.row.new and change.row.table.level is Level.RESOURCE:
            revision.add_resource(change.row.owner)
    for change in diff.of(Verdict.CHANGE):
        if change.cell is None and change.row.action == "delete" and not change.row.table.level.of_items:
            revision.delete(change.row)
        elif change.cell is not None and change.cell.column == FILE_COLUMN:
            if change.row.place in files:
                revision.send_file(change.row.owner, files[change.row.place])
        elif change.cell is not None and change.cell.column == PLACE_COLUMN:
            revision.places[change.row.owner] = int(change.cell.edited)
        elif change.cell is not None and not change.row.table.level.of_items:
            revision.set_field(change)
    for changed in diff.lists:
        revision.set_items(changed)
    return revision


class Revision:
    """The parameters of a ``package_revise``, as they come together."""

    def __init__(self, live: Package) -> None:
        self.live = live
        self.resources = {id_of(resource): resource for resource in resources_of(live)}
        self.update: dict[str, JSON] = {}
        self.resource_updates: dict[str, dict[str, JSON]] = {}
        self.filter: list[str] = []
        self.sent: dict[tuple[str, str], list[Place | int]] = {}
        self.problems: dict[Place, list[str]] = {}
        self.added: list[str] = []
        self.deleted: list[str] = []
        self.files: dict[str, File] = {}
        self.places: dict[str, int] = {}
        self.singles: dict[tuple[str, str], list[Item]] = {}

    @property
    def touched(self) -> bool:
        """Tell whether there is anything to send."""
        return bool(
            self.update or self.resource_updates or self.deleted or self.files or self.places or self.added
        )

    def send_file(self, owner: str, file: File) -> None:
        """Send a file for a resource."""
        self.files[owner] = file

    def _describe_files(self) -> None:
        """Say what the files are."""
        for owner, file in self.files.items():
            for key, value in self._described(owner, file).items():
                self._set(Level.RESOURCE, owner, key, value)

    def add_resource(self, key: str) -> None:
        """Make room for a new resource, unless the package has it already."""
        if key not in self.resources:
            self.resources[key] = {}
            self.added.append(key)

    def delete(self, row: RowEdit) -> None:
        """Delete the package, or one of its resources.

        A package is deleted by its state: that, unlike ``package_delete``, happens only if it is as read, and
        leaves it in its groups, should it come back.
        """
        if row.table.level is Level.PACKAGE:
            self.update["state"] = "deleted"
        else:
            self.filter.append(f"-resources__{row.owner}")
            self.deleted.append(row.owner)

    def _owner(self, table: Table, key: str) -> dict[str, JSON]:
        return self.resources[key] if table.level.of_resources else self.live

    def set_field(self, change: Change) -> None:
        """Set one field of the package or of a resource."""
        assert change.cell is not None  # noqa: S101  callers pass fields only
        column, row = change.cell.column, change.row
        owner = self._owner(row.table, row.owner)
        value = self._read(column, change.cell.edited, value_of(column, owner), row.place)
        if column.within:
            self._set_in_single(row, column, value)
            return
        self._set(row.table.level, row.owner, column.key, value)
        if row.table.level is Level.RESOURCE and column.key == "url" and owner.get("url_type") == "upload":
            # CKAN keeps only the last part of an upload's url: a typed link must stop being an upload
            self._set(row.table.level, row.owner, "url_type", "")

    def _set_in_single(self, row: RowEdit, column: Column, value: JSON) -> None:
        """Set a subfield of a repeating field's one item; an item without any value is none."""
        held = self._owner(row.table, row.owner).get(column.within)
        key = (row.owner, column.within)
        items = self.singles.setdefault(key, deepcopy(items_of(held) or [{}]))
        items[0][column.source] = value
        kept = items[1:] if all(is_empty(part) for part in items[0].values()) else items
        self._set(row.table.level, row.owner, column.within, with_items(kept, held))

    def _read(self, column: Column, text: str, like: JSON, place: Place) -> JSON:
        try:
            return codec_of(column).read(text, like)
        except UnreadableError as error:
            self.problems.setdefault(place, []).append(f"[{column.header}] {error}.")
            return like

    def _set(self, level: Level, owner: str, key: str, value: JSON) -> None:
        if level.of_resources:
            listed = isinstance(value, (list, dict)) or isinstance(self.resources[owner].get(key), (list, dict))
            if listed and owner not in self.added:
                self._filter_out(f"-resources__{owner}__{key}")
            self.resource_updates.setdefault(owner, {})[key] = value
        else:
            if isinstance(value, (list, dict)) or isinstance(self.live.get(key), (list, dict)):
                self._filter_out(f"-{key}")
            self.update[key] = value

    def _filter_out(self, path: str) -> None:
        if path not in self.filter:
            self.filter.append(path)

    def set_items(self, changed: ListChange) -> None:
        """Replace a repeating field as a whole."""
        table = changed.table
        owner = self._owner(table, changed.owner)
        held = table_items(table, owner)
        if items_of(owner.get(table.field)) is None:
            for place in filter(None, (item.place for item in changed.items)):
                self.problems.setdefault(place, []).append(_unreadable(table))
            return
        items = [self._item(table, item, held) for item in changed.items]
        self.sent[changed.owner, table.field] = [item.place or item.number for item in changed.items]
        self._set(table.level, changed.owner, table.field, with_items(items, owner.get(table.field)))

    def _item(self, table: Table, item: NewItem, held: Sequence[Item]) -> Item:
        value: Item = {} if item.live is None else deepcopy(held[item.live])
        if table.field == EXTRAS:
            value.setdefault("value", "")  # CKAN wants one, if only an empty one
        for index, text in item.texts.items():
            assert item.place is not None  # noqa: S101  only rows set texts
            column = table.columns[index]
            value[column.key] = self._read(column, text, value.get(column.key), item.place)
        return value

    def keep_foreign_groups(self, allowed: set[str]) -> None:
        """Send only groups that the user may use; CKAN keeps a package in the others.

        CKAN 2.11 and 2.12 answer 403 to a revision by somebody who is not in all of the package's
        groups, whatever the revision changes, unless the others are left out of it. Groups go by id:
        a renamed group still has its old name in what CKAN shows of its packages.
        """
        held = [text_of(group.get("id")) for group in dicts(self.live.get("groups"))]
        if not allowed.issuperset(held) and "groups" not in self.update:
            self._set(Level.PACKAGE, "", "groups", [{"id": key} for key in held])
        self._leave_out_foreign_groups(allowed)

    def _leave_out_foreign_groups(self, allowed: set[str]) -> None:
        held = {text_of(group.get("id")) for group in dicts(self.live.get("groups"))}
        if "groups" in self.update:
            wanted = dicts(self.update["groups"])
            self.update["groups"] = [_by_id(group) for group in wanted if group.get("id") not in held - allowed]

    def call(self) -> Call:
        """Return the finished call."""
        self._describe_files()
        match: dict[str, JSON] = {key: self.live[key] for key in MATCHED if key in self.live}
        payload: dict[str, JSON] = {"match": match}
        groups: list[JSON] = [{"id": group.get("id")} for group in dicts(self.live.get("groups"))]
        if "groups" in self.update and groups:
            # joining a group changes no time stamp; `match` compares a list from its beginning, so its end as well
            match["groups"] = groups
            payload["match__groups__-1__id"] = dicts(groups)[-1]["id"]
        if self.filter:
            payload["filter"] = list(self.filter)
        if self.update:
            payload["update"] = self.update
        order = [key for key in self.resources if key not in self.deleted]
        if self.places:
            order = _ordered(order, self.places)
            payload["filter"] = [*self.filter, "-resources"]
            payload["update"] = {**self.update, "resources": self._whole_resources(order)}
        else:
            for owner, fields in self.resource_updates.items():
                if owner not in self.added:
                    payload[f"update__resources__{owner}"] = dict(fields)
            if self.added:
                payload["update__resources__extend"] = [self._new_resource(key) for key in self.added]
        files = {f"update__resources__{owner}__upload": file for owner, file in self.files.items()}
        name = str(self.live.get("name"))
        return Call(id_of(self.live), name, payload, self.sent, order, files=files, before=self.live)

    def _new_resource(self, key: str) -> JSON:
        fields = self.resource_updates.get(key, {})
        told: Mapping[str, JSON] = {"url": self.files[key].name} if key in self.files else fields
        return {"id": key, **_guessed_format(fields, told), **fields}

    def _whole_resources(self, order: Sequence[str]) -> list[JSON]:
        """Return all resources as they are to be, in their order: CKAN moves them only as a whole list."""
        return [
            self._new_resource(key)
            if key in self.added
            else {**self.resources[key], **self.resource_updates.get(key, {})}
            for key in order
        ]

    def patches(self, allowed: set[str]) -> list[Call]:
        """Return the finished calls for a site without ``package_revise``.

        ``package_patch`` replaces the fields that it is given, and no others, so resources go only where any
        changes, and then all of them: what it is not told of a resource, CKAN empties.
        """
        self._leave_out_foreign_groups(allowed)
        self._announce_files(self.added)
        order = _ordered([key for key in self.resources if key not in self.deleted], self.places)
        payload: dict[str, JSON] = {"id": id_of(self.live), **self.update}
        if self.resource_updates or self.deleted or self.added or self.places:
            payload["resources"] = [self._patched_resource(key) for key in order]
        first = [self._patch(PATCH, payload, order)] if len(payload) > 1 else []
        return [*first, *(self._patch_file(owner, file, order) for owner, file in self.files.items())]

    def _patch(self, action: str, payload: Mapping[str, JSON], order: Sequence[str], **files: File) -> Call:
        name = str(self.live.get("name"))
        return Call(id_of(self.live), name, payload, self.sent, order, action, files, self.live)

    def _patch_file(self, owner: str, file: File, order: Sequence[str]) -> Call:
        payload = {"id": owner, **self._described(owner, file)}
        return self._patch(PATCH_RESOURCE, payload, order, upload=file)

    def _described(self, owner: str, file: File) -> dict[str, JSON]:
        """Return what is said of a resource's file: CKAN would keep the old file's type, and no digest."""
        del owner
        return {"hash": f"sha256:{file.digest}", "mimetype": media_type_of(file.name)}

    def _patched_resource(self, key: str) -> JSON:
        """Return a resource as it is to be; one that does not change exactly as shown, so that CKAN sees that."""
        if key in self.added:
            return self._new_resource(key)
        changes = self.resource_updates.get(key)
        if changes is None:
            return self.resources[key]
        return {name: v for name, v in self.resources[key].items() if name not in _SET_BY_SITE} | changes

    def _announce_files(self, owners: Iterable[str]) -> None:
        """Let resources bear the name of a file until the file itself comes."""
        for owner in owners:
            if owner in self.files:
                self.resource_updates.setdefault(owner, {}).setdefault("url", self.files[owner].name)

    def creation(self, given: Mapping[str, JSON]) -> Call:
        """Return the finished call of a new package."""
        payload: dict[str, JSON] = {**given, **self.update}
        self._announce_files(self.files)
        order = _ordered(self.added, self.places)
        if order:
            payload["resources"] = [self._new_resource(key) for key in order]
        return Call(id_of(self.live), str(payload.get("name")), payload, self.sent, order, CREATE)


def _guessed_format(fields: Mapping[str, JSON], told: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return the format that an address tells, as CKAN would guess it if the new resource came without an id."""
    guessed = "" if fields.get("format") else media_type_of(text_of(told.get("url")))
    return {"format": guessed} if guessed else {}


def _ordered(keys: Sequence[str], places: Mapping[str, int]) -> list[str]:
    """Return resources in an order in which some have a wanted place, from 1; beyond the end is the end."""
    order = [key for key in keys if key not in places]
    for key, place in sorted(places.items(), key=itemgetter(1)):
        order.insert(place - 1, key)
    return order


def _by_id(group: Mapping[str, JSON]) -> JSON:
    return {"id": group["id"]} if group.get("id") else {"name": group["name"]}


def _unreadable(table: Table) -> str:
    return f"What the site holds in {table.label} cannot be read as a list of entries; mend it there first."
