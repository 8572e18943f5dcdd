"""Packages kept: created, changed, deleted, by CKAN's rules (``ckan/logic/action``, 2.12)."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import uuid4

from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.sandbox.errors import (
    InternalError,
    NotAuthorizedError,
    NotFoundError,
    ValidationError,
)
from bulkedit.sandbox.formats import guessed_type
from bulkedit.sandbox.people import Person
from bulkedit.sandbox.record_types import CORE_RESOURCE_FIELDS, PLAIN, RecordType
from bulkedit.sandbox.showing import shown_package
from bulkedit.sandbox.store import Record, Store
from bulkedit.sandbox.validation import check_package, dicts_of
from bulkedit.sandbox.validators import InvalidError, StopError

UPLOAD = "upload"
"""Key of a resource under which a file comes, as its place among the call's files."""

_NULL_UNLESS_SENT = frozenset(
    "author author_email maintainer maintainer_email license_id notes url version".split()
)
_UNCHANGED_UNLESS_SENT = frozenset("name owner_org private state".split())


@dataclass(frozen=True)
class Upload:
    """A file that came with a call."""

    name: str
    content: bytes


@dataclass
class Catalogue:
    """A catalogue, whoever asks.

    Attributes:
        store: what it keeps.
        kinds: its record types with a schema, by name.
        url: its address.
        now: the time.
        rows_max: how many packages one page of a search holds (``ckan.search.rows_max``).
        unindexed: ids of packages that the search does not find.
    """

    store: Store
    kinds: Mapping[str, RecordType]
    url: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    rows_max: int = 1000
    unindexed: set[str] = field(default_factory=set)


class Keeper:
    """The packages of a catalogue, for one call of one person.

    Args:
        catalogue: where they are.
        person: who asks.
        files: what came with the call.
    """

    def __init__(self, catalogue: Catalogue, person: Person, files: Sequence[Upload] = ()) -> None:
        self.catalogue, self.person, self.files = catalogue, person, files
        self.store = catalogue.store

    def stamp(self) -> str:
        """Return the time as CKAN writes it: UTC, microseconds, no zone."""
        return self.catalogue.now().astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds")

    def kind(self, package: Mapping[str, JSON]) -> RecordType:
        """Return a package's record type."""
        return self.catalogue.kinds.get(text_of(package.get("type")), PLAIN)

    def kept(self, key: JSON, missing: str = "") -> Record:
        """Return a package as it is kept.

        Raises:
            NotFoundError: there is none.
        """
        found = self.store.package(text_of(key)) if key else None
        if found is None:
            raise NotFoundError(missing)
        return found

    def shown(self, kept: Record) -> Record:
        """Return a package as the API shows it."""
        return shown_package(kept, self.kind(kept), self.store, self.catalogue.url)

    # -- create

    def create(self, sent: Record) -> Record:
        """Keep a new package and return it as shown.

        Raises:
            ActionError: it breaks rules, or the person may not.
        """
        kind = self.catalogue.kinds.get(text_of(sent.get("type")), PLAIN)
        if sent.get("id") and not self.person.sysadmin:
            raise ValidationError({"id": ["The input field id was not expected."]})
        if sent.get("owner_org"):
            owner = self.store.record("organization", text_of(sent["owner_org"]))
            if owner is None or not self.person.may("create_dataset", owner["id"]):
                raise NotAuthorizedError(
                    f"User {self.person.name} not authorized to add dataset to this organization"
                )
        elif not self.person.id:
            raise NotAuthorizedError("Action package_create requires an authenticated user")
        if dicts(sent.get("resources")):
            received = [
                self._received(one, guessing=False) for one in dicts_of("resources", sent["resources"]) if one
            ]
            sent = {**sent, "resources": [*received]}
        checked = check_package(kind, sent, _Around(self))
        stamp = self.stamp()
        kept: Record = {
            **dict.fromkeys(_NULL_UNLESS_SENT, None),
            "private": False,
            "groups": [],
            **checked,
            "id": text_of(sent.get("id")) or str(uuid4()),
            "type": text_of(sent.get("type")) or PLAIN.name,
            "state": "active" if not self.person.sysadmin else checked.get("state") or "active",
            "creator_user_id": self.person.id,
            "metadata_created": stamp,
            "metadata_modified": self.stamp(),
        }
        kept["groups"] = self._groups(kept["groups"], [])
        kept["resources"] = [*self._new_resources(dicts(checked.get("resources")))]
        if len({resource["id"] for resource in dicts(kept["resources"])}) < len(dicts(kept["resources"])):
            raise InternalError  # twice the same id
        self._free_name(text_of(kept["name"]))
        self.store.put_package(kept)
        return self.shown(kept)

    def _free_name(self, name: str) -> None:
        """Rename a deleted package that still has the name, as CKAN does, to its id."""
        for holder in self.store.packages("name = ? AND state = 'deleted'", (name,)):
            self.store.put_package({**holder, "name": holder["id"]})

    # -- update

    def update(self, sent: Record, *, revising: bool = False) -> Record:
        """Replace a package by a full dict and return it as shown.

        Raises:
            ActionError: it breaks rules, there is no such package, or the person may not.
        """
        held = self.kept(sent.get("id") or sent.get("name"), "Package was not found.")
        sent = {**sent, "id": held["id"], "type": held["type"]}
        self.person.ensure_may_edit(held)
        self._ensure_may_group(sent, held, revising=revising)
        original = self.shown(held)
        if _same(original, sent):
            return original
        kind = self.kind(held)
        changed, copied = _changed_resources(original, sent)
        if changed is not None:
            changed = [self._received(one, guessing=True) for one in changed if one]
        checked = self._check(kind, sent, held, changed, copied)
        kept = {
            **{key: held[key] for key in ("id", "type", "creator_user_id", "metadata_created")},
            **dict.fromkeys(_NULL_UNLESS_SENT, None),
            **{key: held[key] for key in (_UNCHANGED_UNLESS_SENT - kind.in_schema)},
            **checked,
            "groups": self._groups(checked.get("groups", held["groups"]), held["groups"]),
            "resources": held["resources"],
        }
        kept.setdefault("private", held["private"])
        if changed is not None:
            made = self._new_resources(dicts(checked.get("resources")), dicts(held["resources"]))
            kept["resources"] = _put_together(made, copied, dicts(held["resources"]))
        if {**held, "metadata_modified": ""} == {**kept, "metadata_modified": ""}:
            return original
        if kept["name"] != held["name"] and any(self.store.packages("name = ?", (kept["name"],))):
            raise InternalError  # the name of a deleted package: only creating frees it
        kept["metadata_modified"] = self.stamp()
        self.store.put_package(kept)
        return self.shown(kept)

    def _check(
        self,
        kind: RecordType,
        sent: Record,
        held: Record,
        changed: list[Record] | None,
        copied: Mapping[int, int],
    ) -> Record:
        """Check a full dict; of its resources only those that differ, errors at their places."""
        examined = {key: value for key, value in sent.items() if key != "resources"}
        for name in _UNCHANGED_UNLESS_SENT - kind.in_schema:
            examined.setdefault(name, held[name])
        if changed is not None:
            examined["resources"] = [*changed]
        try:
            return check_package(kind, examined, _Around(self, held))
        except ValidationError as error:
            wrong = error.errors.get("resources")
            if copied and isinstance(wrong, list):
                raise ValidationError({**error.errors, "resources": _at_their_places(wrong, copied)}) from None
            raise

    def patch(self, sent: Record) -> Record:
        """Replace some fields of a package and return it as shown."""
        held = self.kept(sent.get("id"))
        self.person.ensure_may_edit(held)
        base = {key: value for key, value in self.shown(held).items() if key != "metadata_modified"}
        return self.update({**base, **sent, "id": held["id"]})

    def delete(self, key: JSON) -> None:
        """Delete a package: it stays, with another state."""
        held = self.kept(key)
        self.person.ensure_may_edit(held)
        self.store.put_package({**held, "state": "deleted", "groups": []})

    # -- groups

    def _ensure_may_group(self, sent: Record, held: Record, *, revising: bool) -> None:
        """Refuse groups that the person is not in, but for those that the package is in.

        ``package_revise`` of CKAN 2.11 and 2.12 refuses those as well.
        """
        known: list[JSON] = [] if revising else _list(held["groups"])
        for group in dicts_of("groups", sent["groups"]) if "groups" in sent else ():
            key = self._group_id(group.get("id") or group.get("name"))
            if key not in known and not self.person.may("manage_group", key):
                raise NotAuthorizedError(f"User {self.person.name} not authorized to edit these groups")

    def _group_id(self, key: JSON) -> str:
        found = self.store.record("group", text_of(key))
        if found is None:
            raise NotFoundError("Group was not found.")
        return text_of(found["id"])

    def _groups(self, wanted: JSON, held: JSON) -> list[JSON]:
        """Return the ids of a package's groups: those the person is not in stay as they are."""
        ids = [self._group_id(key) for key in _list(wanted)]
        for key in ids:
            if key not in _list(held) and not self.person.may("manage_group", key):
                raise NotAuthorizedError(f"User {self.person.name} not authorized to edit these groups")
        stay = [str(key) for key in _list(held) if key not in ids and not self.person.may("manage_group", key)]
        return [*sorted({*ids, *stay}, key=self._group_title)]

    def _group_title(self, key: str) -> str:
        return text_of((self.store.record("group", key) or {}).get("title"))

    # -- resources

    def _new_resources(self, checked: Sequence[Record], held: Sequence[Record] = ()) -> list[Record]:
        """Return resources as they are kept."""
        before = {resource["id"]: resource for resource in held}
        return [self._resource(one, before.get(one.get("id"))) for one in checked]

    def _resource(self, checked: Record, held: Record | None) -> Record:
        resource: Record = {
            **dict.fromkeys(CORE_RESOURCE_FIELDS, None),
            "created": self.stamp(),
            **({} if held is None else {key: held[key] for key in ("name", "format", "hash", "size", "created")}),
            **{key: value for key, value in checked.items() if key not in ("created", UPLOAD)},
        }
        resource["id"] = resource["id"] or str(uuid4())
        for key in ("hash", "format", "url"):
            resource[key] = resource[key] or ""
        if resource["url_type"] == "upload":
            resource["url"] = text_of(resource["url"]).rpartition("/")[2]
        if (file := self._file(checked)) is not None:
            media_type = guessed_type(file.name) or "application/octet-stream"
            self.store.put_upload(text_of(resource["id"]), file.name, media_type, file.content)
        same = held is not None and {**held, "metadata_modified": ""} == {**resource, "metadata_modified": ""}
        resource["metadata_modified"] = held["metadata_modified"] if held is not None and same else self.stamp()
        return resource

    def _received(self, sent: Record, *, guessing: bool) -> Record:
        """Return a resource as sent, with what its file says of it (``ckan/lib/uploader.py``)."""
        resource = {key: value for key, value in sent.items() if key != "clear_upload"}
        if guessing and "mimetype" not in sent:
            resource["mimetype"] = guessed_type(text_of(sent.get("url")))
        file = self._file(sent)
        if file is not None:
            name = file_name(file.name)
            resource |= {
                "url": name,
                "url_type": "upload",
                "size": len(file.content),
                "last_modified": self.stamp(),
            }
            if "mimetype" not in sent:
                resource["mimetype"] = resource.get("mimetype") or guessed_type(name)
        elif sent.get("clear_upload"):
            resource["url_type"] = ""
        return resource

    def _file(self, resource: Record) -> Upload | None:
        at = resource.get(UPLOAD)
        number = at.get(UPLOAD) if isinstance(at, dict) else None
        return self.files[number] if isinstance(number, int) else None


def file_name(name: str) -> str:
    """Return a file's name as CKAN keeps it (``munge_filename``)."""
    base = name.replace("\\", "/").rpartition("/")[2].strip().lower().replace(" ", "-")
    return re.sub(r"-+", "-", re.sub(r"[^a-z0-9_.-]", "", base))[:100] or "file"


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _same(original: Record, sent: Record) -> bool:
    """Tell whether a full dict says what is kept already."""
    unstamped = {key: value for key, value in original.items() if key != "metadata_modified"}
    return original == sent if sent.get("metadata_modified") else unstamped == sent


def _changed_resources(original: Record, sent: Record) -> tuple[list[Record] | None, dict[int, int]]:
    """Return the resources that differ, and where each of the others was: place sent, place held."""
    if "resources" not in sent:
        return None, {}
    resources = sent["resources"]
    if not isinstance(resources, list):
        raise InternalError
    held = {resource["id"]: (at, resource) for at, resource in enumerate(dicts(original["resources"]))}
    copied: dict[int, int] = {}
    for place, resource in enumerate(dicts_of("resources", resources)):
        at, same = held.get(resource.get("id"), (-1, None))
        if resource == same:
            copied[place] = at
    return [one for place, one in enumerate(dicts(resources)) if place not in copied], copied


def _put_together(made: Sequence[Record], copied: Mapping[int, int], held: Sequence[Record]) -> list[JSON]:
    left = iter(made)
    found = [held[copied[place]] if place in copied else next(left) for place in range(len(made) + len(copied))]
    last = {resource["id"]: at for at, resource in enumerate(found)}
    return [resource for at, resource in enumerate(found) if last[resource["id"]] == at]  # one id, one resource


def _at_their_places(wrong: Sequence[JSON], copied: Mapping[int, int]) -> list[JSON]:
    placed: list[JSON] = []
    for error in wrong:
        while len(placed) in copied:
            placed.append({})
        placed.append(error)
    return placed


class _Around:
    """What validators ask of the catalogue, about one package."""

    def __init__(self, keeper: Keeper, held: Record | None = None) -> None:
        self._keeper, self._held = keeper, held

    def name_taken(self, name: str) -> bool:
        """Tell whether another package has the name."""
        own = None if self._held is None else self._held["id"]
        found = self._keeper.store.packages("name = ? AND state != 'deleted'", (name,))
        return any(package["id"] != own for package in found)

    def resource_id_taken(self, resource_id: str) -> bool:
        """Tell whether a resource of another package has the id."""
        owner = self._keeper.store.owner_of(resource_id)
        return owner is not None and (self._held is None or owner != self._held["id"])

    def owner(self, text: JSON) -> str:
        """Return the id of the organization that is to own the package."""
        if not text:
            raise StopError("An organization must be provided")
        found = self._keeper.store.record("organization", text_of(text))
        if found is None:
            raise InvalidError("Organization does not exist")
        key = text_of(found["id"])
        moved = self._held is None or key != self._held["owner_org"]
        if moved and not self._keeper.person.may("create_dataset", key):
            raise InvalidError("You cannot add a dataset to this organization")
        return key
