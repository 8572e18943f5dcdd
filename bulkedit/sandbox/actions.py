"""The actions of CKAN's API that the sandbox answers, by name."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import TypeAlias

from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.core.trouble import RunError
from bulkedit.sandbox.errors import (
    ActionError,
    BadRequestError,
    IntegrityError,
    InternalError,
    NotAuthorizedError,
    NotFoundError,
    ValidationError,
)
from bulkedit.sandbox.keeping import Keeper, asked_text, position_of
from bulkedit.sandbox.people import person_of
from bulkedit.sandbox.revision import PathError, filtered, merge, merge_at, unmatched, unmatched_at
from bulkedit.sandbox.search import search
from bulkedit.sandbox.showing import shown_owner
from bulkedit.sandbox.store import Record

VERSION = "2.12.0"
"""The CKAN whose ways the sandbox follows."""


@dataclass(frozen=True)
class Call:
    """One call of an action: what it says, the catalogue as its caller sees it, actions that are switched off."""

    parameters: Record
    keeper: Keeper
    without: Collection[str] = ()

    def action(self, name: str) -> "Action | None":
        """Return an action that the catalogue has."""
        return None if name in self.without else READING.get(name) or WRITING.get(name)

    def text(self, name: str) -> str:
        """Return a text parameter; empty if it is not there."""
        return text_of(self.parameters.get(name))

    def flag(self, name: str, default: bool) -> bool:
        """Return a parameter that is yes or no."""
        said = self.parameters.get(name, default)
        return said if isinstance(said, bool) else str(said).lower() in ("true", "yes", "t", "y", "1")

    def needed(self, name: str) -> str:
        """Return a text parameter; empty if it is there and says nothing.

        Raises:
            ValidationError: it is missing.
            InternalError: it is no text.
        """
        if name not in self.parameters:
            raise ValidationError({name: ["Missing value"]})
        return asked_text(self.parameters[name] or "")


Action: TypeAlias = Callable[[Call], JSON]

READING: dict[str, Action] = {}
"""Actions that change nothing, which may be asked with GET as well."""
WRITING: dict[str, Action] = {}


def reading(action: Action) -> Action:
    """Register an action that changes nothing."""
    READING[action.__name__] = action
    return action


def writing(action: Action) -> Action:
    """Register an action that may change something."""
    WRITING[action.__name__] = action
    return action


def ensure_actions(names: Iterable[str]) -> None:
    """Make sure that actions of these names can be switched off.

    Raises:
        RunError: there is none of a name.
    """
    for name in names:
        if name not in READING | WRITING:
            raise RunError(f"There is no action {name!r} to switch off; docs/sandbox.md lists all.")


def answer(name: str, call: Call) -> JSON:
    """Carry an action out, alone and whole.

    Raises:
        ActionError: it failed; nothing was changed.
    """
    action = call.action(name)
    if action is None:
        raise BadRequestError(f"Bad request: Action name not known: {name}")
    try:
        with call.keeper.store.transaction():
            return action(call)
    except IntegrityError as error:
        raise IntegrityError(str(error), call.parameters) from None
    except ActionError:
        raise
    except Exception as error:  # data of a shape nobody thought of, or a full disk: CKAN has no better answer
        raise InternalError from error


# -- the site and its people


@reading
def status_show(call: Call) -> JSON:
    """Show the site's version and settings."""
    return {
        "site_title": "bulkedit sandbox",
        "site_description": "",
        "site_url": call.keeper.catalogue.url,
        "error_emails_to": None,
        "locale_default": "en",
        "extensions": ["scheming_datasets"],
        "ckan_version": VERSION,
    }


@reading
def site_read(call: Call) -> JSON:
    """Tell whether the site may be read (CKAN up to 2.11)."""
    return True


@reading
def help_show(call: Call) -> JSON:
    """Show what an action does."""
    name = call.needed("name")
    action = call.action(name)
    if action is None:
        raise NotFoundError("Action function not found")
    return action.__doc__


@reading
def user_show(call: Call) -> JSON:
    """Show a user: oneself, or the one of a name or id."""
    person = call.keeper.person
    key = asked_text(call.parameters.get("id", person.id))
    found = call.keeper.store.record("user", key)
    if found is None:
        raise NotFoundError()
    own = person.sysadmin or found["id"] == person.id
    return _shown_user(call, found) | ({"apikey": None, "email": found["email"]} if own else {})


def _shown_user(call: Call, user: Record) -> Record:
    email = text_of(user["email"])
    made = call.keeper.store.packages("json_extract(document, '$.creator_user_id') = ?", (user["id"],))
    return {
        "id": user["id"],
        "name": user["name"],
        "fullname": user["fullname"],
        "display_name": user["fullname"] or user["name"],
        "created": user["created"],
        "about": None,
        "last_active": None,
        "activity_streams_email_notifications": False,
        "sysadmin": user["sysadmin"],
        "state": "active",
        "image_url": None,
        "image_display_url": None,
        "email_hash": hashlib.md5(email.encode(), usedforsecurity=False).hexdigest(),
        "number_created_packages": sum(package["state"] != "deleted" for package in made),
    }


@reading
def license_list(call: Call) -> JSON:
    """List the licences."""
    return [*call.keeper.store.records("licence")]


# -- organizations and groups


@reading
def organization_show(call: Call) -> JSON:
    """Show an organization."""
    found = call.keeper.store.record("organization", call.needed("id"))
    if found is None:
        raise NotFoundError()
    shown: Record = {**_counted(call, found), "extras": [], "groups": []}
    if call.flag("include_users", True):
        shown["users"] = [*_users(call, found)]
    if call.flag("include_datasets", False):
        fq = f'+owner_org:"{found["id"]}"'
        shown["packages"] = search(call.keeper, {"fq": fq})["results"]
    return shown


def _counted(call: Call, organization: Record) -> Record:
    public = "owner_org = ? AND state = 'active' AND NOT json_extract(document, '$.private')"
    count = sum(1 for _ in call.keeper.store.packages(public, (organization["id"],)))
    return {**organization, "num_followers": 0, "package_count": count}


def _users(call: Call, organization: Record) -> list[Record]:
    store = call.keeper.store
    people = [(user, person_of(user, store)) for user in store.records("user")]
    return [
        {**_shown_user(call, user), "capacity": person.roles[text_of(organization["id"])]}
        for user, person in people
        if text_of(organization["id"]) in person.roles
    ]


@reading
def organization_list(call: Call) -> JSON:
    """List the organizations, by name."""
    found = sorted(call.keeper.store.records("organization"), key=lambda one: text_of(one["name"]))
    if call.flag("all_fields", False):
        return [_counted(call, one) for one in found]
    return [one["name"] for one in found]


@reading
def organization_autocomplete(call: Call) -> JSON:
    """List organizations whose name or title holds a text."""
    text = asked_text(call.parameters.get("q")).casefold()
    return [
        {key: one[key] for key in ("id", "name", "title")}
        for one in call.keeper.store.records("organization")
        if text in text_of(one["name"]).casefold() or text in text_of(one["title"]).casefold()
    ]


@reading
def organization_list_for_user(call: Call) -> JSON:
    """List the organizations in which the user has a permission."""
    store, person = call.keeper.store, call.keeper.person
    if call.text("id") and (other := store.record("user", call.text("id"))) is not None:
        person = person_of(other, store)
    permission = call.text("permission") or "edit_group"
    own = [one for one in store.records("organization") if person.id and person.may(permission, one["id"])]
    entries: list[JSON] = []
    for one in sorted(own, key=lambda one: text_of(one["name"])):
        shown = shown_owner(one)
        assert isinstance(shown, dict)  # noqa: S101  it is there
        capacity = "admin" if person.sysadmin else person.roles[text_of(one["id"])]
        also: Record = {"capacity": capacity, "display_name": one["title"], "image_display_url": ""}
        entries.append({**shown, **also})
    return entries


@reading
def group_list_authz(call: Call) -> JSON:
    """List the groups that the user may put packages into."""
    groups = call.keeper.store.records("group")
    return [one for one in groups if call.keeper.person.may("manage_group", one["id"])]


@reading
def member_list(call: Call) -> JSON:
    """List who and what belongs to an organization: id, kind, role."""
    found = call.keeper.store.record("organization", call.needed("id"))
    if found is None:
        raise NotFoundError()
    wanted = call.text("object_type")
    people: list[JSON] = [[user["id"], "user", text_of(user["capacity"]).title()] for user in _users(call, found)]
    kept = call.keeper.store.packages("owner_org = ? AND state = 'active'", (found["id"],))
    packages: list[JSON] = [[package["id"], "package", "organization"] for package in kept]
    return [*(people if wanted in ("", "user") else []), *(packages if wanted in ("", "package") else [])]


# -- record types


@reading
def scheming_dataset_schema_list(call: Call) -> JSON:
    """List the dataset types that have a schema."""
    return [name for name, kind in call.keeper.catalogue.kinds.items() if kind.schema is not None]


@reading
def scheming_dataset_schema_show(call: Call) -> JSON:
    """Show the schema of a dataset type."""
    kind = call.keeper.catalogue.kinds.get(call.needed("type"))
    if kind is None or kind.schema is None or kind.expanded is None:
        raise NotFoundError()
    return dict(kind.expanded if call.flag("expanded", True) else kind.schema)


# -- packages


@reading
def package_search(call: Call) -> JSON:
    """Find packages."""
    return search(call.keeper, call.parameters)


@reading
def package_show(call: Call) -> JSON:
    """Show a package."""
    key = call.parameters.get("id") or call.parameters.get("name_or_id")
    if not key:
        raise ValidationError({"name_or_id": ["Missing value"]})
    held = call.keeper.kept(key)
    call.keeper.person.ensure_may_read(held)
    return call.keeper.shown(held)


@writing
def package_create(call: Call) -> JSON:
    """Create a package."""
    return call.keeper.create(call.parameters)


@writing
def package_update(call: Call) -> JSON:
    """Replace a package by another state of it."""
    return call.keeper.update(call.parameters)


@writing
def package_patch(call: Call) -> JSON:
    """Change some fields of a package."""
    if not call.parameters.get("id"):
        raise ValidationError({"message": "Missing id, can not get Package object"})
    return call.keeper.patch(call.parameters)


@writing
def package_delete(call: Call) -> JSON:
    """Delete a package."""
    call.keeper.delete(call.needed("id"))
    return None


@writing
def package_revise(call: Call) -> JSON:
    """Change some fields of a package, provided that others are as expected."""
    match, update = _object(call, "match"), _object(call, "update")
    patterns, include = _patterns(call, "filter"), _patterns(call, "include")
    flat_match, flat_update = _flat(call, "match__"), _flat(call, "update__")
    key = flat_match.get("id") or match.get("id") or flat_match.get("name") or match.get("name")
    if key is None:
        raise ValidationError({"match__id": "Missing value"})
    held = call.keeper.kept(key)
    call.keeper.person.ensure_may_read(held)
    original = call.keeper.shown(held)
    missed = unmatched(original, match)
    for flat_key, value in sorted(flat_match.items()):
        try:
            missed += unmatched_at(original, flat_key, value)
        except PathError as error:
            raise IntegrityError(str(error)) from None
    if missed:
        raise ValidationError({"match": ["__".join(path) for path in missed]})
    revised = _revised(original, patterns, update, flat_update)
    call.keeper.person.ensure_may_edit(held)
    package = call.keeper.update(revised, revising=True)
    return filtered({"package": package}, include)


def _revised(original: Record, patterns: list[str], update: Record, flat_update: Mapping[str, JSON]) -> Record:
    revised: Record = {key: value for key, value in original.items() if key != "metadata_modified"}
    revised = deepcopy({**filtered(revised, patterns), "id": original["id"]})
    try:
        merge(revised, deepcopy(update))
    except PathError as error:
        raise ValidationError({"update": [str(error)]}) from None
    # an extending key goes where its letter e sorts, so that a file can follow the resource it belongs to
    for key in sorted(flat_update, key=lambda key: "e" if key.endswith("extend") else key):
        try:
            merge_at(revised, key, deepcopy(flat_update[key]))
        except PathError as error:
            raise ValidationError({key: [str(error)]}) from None
    return revised


def _object(call: Call, name: str) -> Record:
    said = _parsed(call.parameters.get(name) or {})
    if not isinstance(said, dict):
        raise ValidationError({name: ["Must be a dict"]})
    return said


def _flat(call: Call, prefix: str) -> dict[str, JSON]:
    """Return parameters of a prefix; a text that is JSON stands for its value."""
    return {
        key.removeprefix(prefix): _parsed(value)
        for key, value in call.parameters.items()
        if key.startswith(prefix) and key != prefix
    }


def _patterns(call: Call, name: str) -> list[str]:
    said = call.parameters.get(name)
    if isinstance(said, str):
        parsed = _parsed(said)
        said = parsed if isinstance(parsed, list) else [*said.split(",")]
    if said is None:
        return []
    if not isinstance(said, list):
        raise ValidationError({name: ["Not a list"]})
    if wrong := [one for one in said if not isinstance(one, str)]:
        raise ValidationError({name: [f"Not a string: {wrong[0]}"]})
    return [str(one).strip() for one in said]


def _parsed(value: JSON) -> JSON:
    if not isinstance(value, str):
        return value
    try:
        parsed: JSON = json.loads(value)
    except ValueError:
        return value
    return parsed


# -- resources


@reading
def resource_show(call: Call) -> JSON:
    """Show a resource."""
    package = _package_of(call)
    call.keeper.person.ensure_may_read(package)
    return _resource(call.keeper.shown(package), call.text("id"))


@writing
def resource_create(call: Call) -> JSON:
    """Add a resource to a package."""
    key = call.needed("package_id")
    if not key:
        raise ValidationError({"name_or_id": ["Missing value"]})
    package = call.keeper.kept(key, "Package was not found.")
    call.keeper.person.ensure_may_edit(package)
    shown = _without_stamp(call.keeper.shown(package))
    added = {key: value for key, value in call.parameters.items() if key != "package_id"}
    added.setdefault("url", "")
    updated = _update_resources(call, shown, [*dicts(shown["resources"]), added])
    return dicts(updated["resources"])[-1]


@writing
def resource_update(call: Call) -> JSON:
    """Replace a resource by another state of it."""
    return _change_resource(call, lambda held: {"id": held["id"]})


@writing
def resource_patch(call: Call) -> JSON:
    """Change some fields of a resource."""
    if not call.parameters.get("id"):
        raise ValidationError({"message": "Missing id, can not get Resource object"})
    return _change_resource(call, lambda held: held)


def _change_resource(call: Call, base: Callable[[Record], Record]) -> JSON:
    package = _package_of(call)
    call.keeper.person.ensure_may_edit(package)
    shown, key = _without_stamp(call.keeper.shown(package)), call.text("id")
    if (removed := call.keeper.store.removed_resource(key)) is not None:
        position_of(removed[1], dicts(shown["resources"]))  # where CKAN looks for it
    position_of(_resource(shown, key), dicts(shown["resources"]))
    resources = [
        {**base(one), **call.parameters} if one["id"] == key else one for one in dicts(shown["resources"])
    ]
    return _resource(_update_resources(call, shown, resources), key)


@writing
def resource_delete(call: Call) -> JSON:
    """Take a resource out of its package."""
    package, key = _package_of(call), call.text("id")
    if not call.keeper.person.may("update_dataset", package["owner_org"]):
        raise NotAuthorizedError(f"User {call.keeper.person.name} not authorized to delete resource {key}")
    shown = _without_stamp(call.keeper.shown(package))
    _update_resources(call, shown, [one for one in dicts(shown["resources"]) if one["id"] != key])
    return None


def _package_of(call: Call) -> Record:
    """Return the package that has a resource, or that had it until now."""
    key, store = call.needed("id"), call.keeper.store
    removed = store.removed_resource(key)
    owner = store.owner_of(key) if removed is None else removed[0]
    if owner is None:
        raise NotFoundError("Resource was not found.")
    return call.keeper.kept(owner)


def _without_stamp(package: Record) -> Record:
    return {key: value for key, value in package.items() if key != "metadata_modified"}


def _resource(package: Record, key: str) -> Record:
    found = next((one for one in dicts(package["resources"]) if one["id"] == key), None)
    if found is None:
        raise NotFoundError("Resource was not found.")
    return found


def _update_resources(call: Call, package: Record, resources: list[Record]) -> Record:
    """Update a package with other resources; errors of the one that changed are shown as its own."""
    try:
        return call.keeper.update({**package, "resources": [*resources]})
    except ValidationError as error:
        own = [wrong for wrong in dicts(error.errors.get("resources")) if wrong]
        raise ValidationError(own[-1]) if own and len(error.errors) == 1 else error from None
