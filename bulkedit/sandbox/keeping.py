"""Packages kept: created, changed, deleted, by CKAN's rules (``ckan/logic/action``, 2.12)."""

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
from bulkedit.sandbox.formats import file_name, guessed_type
from bulkedit.sandbox.people import Person
from bulkedit.sandbox.record_types import CORE_RESOURCE_FIELDS, PLAIN, RecordType
from bulkedit.sandbox.resource_lists import at_their_places, changed_resources, missing_from, put_together
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
_RESOURCE_UNCHANGED_UNLESS_SENT = frozenset(
    "name format hash size created last_modified cache_url cache_last_updated url_type".split()
)


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
        new_id: makes ids for new records.
    """

    store: Store
    kinds: Mapping[str, RecordType]
    url: str = ""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    rows_max: int = 1000
    unindexed: set[str] = field(default_factory=set)
    new_id: Callable[[], str] = lambda: str(uuid4())


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
            InternalError: it is asked for by something that is no text.
        """
        found = self.store.package(asked_text(key)) if key else None
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
            owner = self.store.record("organization", asked_text(sent["owner_org"]))
            if owner is None or not self.person.may("create_dataset", owner["id"]):
                raise NotAuthorizedError(
                    f"User {self.person.name} not authorized to add dataset to this organization"
                )
        elif not self.person.id:
            raise NotAuthorizedError("Action package_create requires an authenticated user")
        self._ensure_may_group(sent, [])
        if dicts(sent.get("resources")):
            received = [
                one if self._file(one) is None else self._received(one)
                for one in dicts_of("resources", sent["resources"])
            ]
            sent = {**sent, "resources": [*received]}
        checked = check_package(kind, sent, _Around(self))
        stamp = self.stamp()
        kept: Record = {
            **dict.fromkeys(_NULL_UNLESS_SENT, None),
            "private": False,
            "groups": [],
            **checked,
            "id": text_of(sent.get("id")) or self.catalogue.new_id(),
            "type": text_of(sent.get("type")) or PLAIN.name,
            "state": "active" if not self.person.sysadmin else checked.get("state") or "active",
            "creator_user_id": self.person.id,
            "metadata_created": stamp,
            "metadata_modified": self.stamp(),
        }
        kept["groups"] = self._groups(kept["groups"], [])
        made = self._new_resources(dicts(checked.get("resources")))
        kept["resources"] = [{**one, "position": at} for at, one in enumerate(made)]
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
        key = sent.get("id") or sent.get("name")
        if key is None:
            raise ValidationError({"id": "Missing value"})
        held = self.kept(key, "Package was not found.")
        sent = {**sent, "id": held["id"], "type": held["type"]}
        self.person.ensure_may_edit(held)
        self._ensure_may_group(sent, [] if revising else _list(held["groups"]))
        original = self.shown(held)
        if _same(original, sent):
            return original
        kind = self.kind(held)
        changed, copied = changed_resources(original, sent)
        if changed is not None:
            changed = [self._received(one, guessing=True) for one in changed]
        checked = self._check(kind, sent, held, changed, copied)
        gone: list[Record] | None = None
        kept = {
            **{key: held[key] for key in ("id", "type", "creator_user_id", "metadata_created")},
            **dict.fromkeys(_NULL_UNLESS_SENT, None),
            **{key: held[key] for key in (_UNCHANGED_UNLESS_SENT - kind.in_schema)},
            **checked,
            "groups": held["groups"]
            if "groups" not in checked
            else self._groups(checked["groups"], held["groups"]),
            "resources": held["resources"],
        }
        kept.setdefault("private", held["private"])
        if changed is not None and (checked.get("resources") or not changed):
            made = self._new_resources(dicts(checked.get("resources")), dicts(held["resources"]))
            found = put_together(made, copied, dicts(held["resources"]))
            kept["resources"] = [*found]
            gone = missing_from(dicts(held["resources"]), found)
        elif copied:
            raise InternalError  # an empty resource among others
        if {**held, "metadata_modified": ""} == {**kept, "metadata_modified": ""}:
            return original
        if kept["name"] != held["name"] and any(self.store.packages("name = ?", (kept["name"],))):
            raise InternalError  # the name of a deleted package: only creating frees it
        kept["metadata_modified"] = self.stamp()
        self.store.put_package(kept)
        if gone is not None:
            self.store.remove_resources(text_of(kept["id"]), gone)
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
            return check_package(kind, examined, _Around(self, held), changing=True)
        except ValidationError as error:
            wrong = error.errors.get("resources")
            if copied and isinstance(wrong, list):
                raise ValidationError({**error.errors, "resources": at_their_places(wrong, copied)}) from None
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

    def _ensure_may_group(self, sent: Record, known: Sequence[JSON]) -> None:
        """Refuse groups that the person is not in, but for known ones: those that the package is in.

        ``package_revise`` of CKAN 2.11 and 2.12 refuses those as well. What is no list of groups is looked at
        all the same: each letter of a text is taken for the name of a group.
        """
        groups = sent.get("groups", [])
        if not isinstance(groups, (list, dict, str)):
            raise InternalError
        for group in groups:
            key = (group.get("id") or group.get("name")) if isinstance(group, dict) else group
            if not key and isinstance(group, dict):
                continue
            found = self.store.record("group", asked_text(key))
            if found is None:
                raise NotFoundError("Group was not found.")
            if found["id"] not in known and not self.person.may("manage_group", found["id"]):
                raise NotAuthorizedError(f"User {self.person.name} not authorized to edit these groups")

    def _groups(self, wanted: JSON, held: JSON) -> list[JSON]:
        """Return the ids of a package's groups: those the person is not in stay as they are."""
        ids = [key for group in dicts(wanted) if (key := self._group_id(group))]
        stay = [str(key) for key in _list(held) if key not in ids and not self.person.may("manage_group", key)]
        return [*sorted({*ids, *stay}, key=self._group_title)]

    def _group_id(self, group: Record) -> str:
        """Return the id of a group that is given by its id, or else by its name; empty if there is none."""
        by = "id" if group.get("id") else "name"
        found = self.store.record("group", asked_text(group[by])) if group.get(by) else None
        return text_of(found["id"]) if found is not None and found[by] == group[by] else ""

    def _group_title(self, key: str) -> str:
        return text_of((self.store.record("group", key) or {}).get("title"))

    # -- resources

    def _new_resources(self, checked: Sequence[Record], held: Sequence[Record] = ()) -> list[Record]:
        """Return resources as they are kept."""
        before = {text_of(resource["id"]): resource for resource in held}
        keys = [text_of(one.get("id")) for one in checked]
        return [
            self._resource(one, before.get(key) or self._removed(key))
            for key, one in zip(keys, checked, strict=True)
        ]

    def _removed(self, key: str) -> Record | None:
        """Return the resource that had an id before; what is not sent of a new one stays as it was there."""
        found = self.store.removed_resource(key)
        return None if found is None else found[1]

    def _resource(self, checked: Record, held: Record | None) -> Record:
        resource: Record = {
            **dict.fromkeys(CORE_RESOURCE_FIELDS, None),
            **({} if held is None else {key: held[key] for key in _RESOURCE_UNCHANGED_UNLESS_SENT}),
            **{key: value for key, value in checked.items() if key != UPLOAD or self._file(checked) is None},
        }
        resource["id"] = resource["id"] or self.catalogue.new_id()
        if held is None:
            resource["created"] = resource["created"] or self.stamp()
        for key in ("hash", "format", "url"):
            resource[key] = resource[key] or ""
        if resource["url_type"] == "upload":
            resource["url"] = text_of(resource["url"]).rpartition("/")[2]
        if (file := self._file(checked)) is not None:
            media_type = guessed_type(file_name(file.name)) or "application/octet-stream"
            self.store.put_upload(text_of(resource["id"]), file.name, media_type, file.content)
        if held is not None and "position" in held:
            resource["position"] = held["position"]
        same = held is not None and {**held, "metadata_modified": ""} == {**resource, "metadata_modified": ""}
        resource["metadata_modified"] = held["metadata_modified"] if held is not None and same else self.stamp()
        return resource

    def _received(self, sent: Record, *, guessing: bool = False) -> Record:
        """Return a resource as sent, with what its file says of it (``ckan/lib/uploader.py``)."""
        resource = {key: value for key, value in sent.items() if key not in ("clear_upload", UPLOAD)}
        if guessing and "mimetype" not in sent:
            resource["mimetype"] = guessed_type(asked_text(sent["url"])) if sent.get("url") else None
        file = self._file(sent)
        if file is not None:
            name = file_name(file.name)
            resource |= {
                UPLOAD: sent[UPLOAD],
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
        file = self.files[number] if isinstance(number, int) and number in range(len(self.files)) else None
        return file if file is not None and file.name else None  # a form's empty field for a file


def asked_text(value: JSON) -> str:
    """Return a text to look something up by.

    Raises:
        InternalError: it is none.
    """
    if not isinstance(value, str):
        raise InternalError
    return value


def _list(value: JSON) -> list[JSON]:
    return value if isinstance(value, list) else []


def _same(original: Record, sent: Record) -> bool:
    """Tell whether a full dict says what is kept already."""
    unstamped = {key: value for key, value in original.items() if key != "metadata_modified"}
    return original == sent if sent.get("metadata_modified") else unstamped == sent


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
        found = self._keeper.store.record("organization", asked_text(text))
        if found is None:
            raise InvalidError("Organization does not exist")
        key = text_of(found["id"])
        moved = self._held is None or key != self._held["owner_org"]
        if moved and not self._keeper.person.may("create_dataset", key):
            raise InvalidError("You cannot add a dataset to this organization")
        return key
