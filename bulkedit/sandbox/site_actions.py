"""The actions that show the site, its people, its organizations and groups, and its schemas."""

import hashlib

from bulkedit.core.json_value import JSON, text_of
from bulkedit.sandbox.calls import Call, reading
from bulkedit.sandbox.errors import (
    NotFoundError,
)
from bulkedit.sandbox.keeping import asked_text
from bulkedit.sandbox.people import person_of
from bulkedit.sandbox.search import search
from bulkedit.sandbox.showing import shown_owner
from bulkedit.sandbox.store import Record

VERSION = "2.12.0"
"""The CKAN whose ways the sandbox follows."""


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
