"""An organization of its own in a real CKAN, filled through the API as an editor would, and compared later.

organization = build(lab)
before = snapshot(lab, organization.packages)
...
assert differences(before, snapshot(lab, organization.packages)) == {}
"""

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import lab as labs
import records
import requests
from ckanapi import NotFound, RemoteCKAN, ValidationError
from records import Record

WRITERS = 4  # each package is written by one of them only
TRIES = 6

# What CKAN computes or stamps by itself; a change in it alone is nobody's edit.
IGNORED = frozenset(
    {
        "metadata_modified",  # CKAN's stamp: bumped by saves that change nothing (2.9 to 2.11)
        "resources.metadata_modified",  # the same stamp on a resource
        "resources.position",  # follows from the order, which is compared by itself
        "organization",  # a copy that goes stale; the organization itself is owner_org
        "groups.title",  # copies of the group's texts, stale in the search index
        "groups.display_name",
        "groups.description",
        "groups.image_display_url",
        "license_title",  # follow from license_id
        "license_url",
        "isopen",
        "num_resources",  # counts of the lists beside them
        "num_tags",
        "tags.display_name",  # follows from the tag's name
    }
)
# Lists whose order means nothing or is compared by itself: their elements are matched by this key.
KEYS = {"resources": "id", "tags": "name", "groups": "name", "extras": "key"}

# Shown by CKAN, refused or overwritten when a record is created from it.
SHOWN_ONLY = frozenset(
    {
        "id",
        "organization",
        "owner_org",
        "creator_user_id",
        "metadata_created",
        "metadata_modified",
        "num_resources",
        "num_tags",
        "groups",
        "license_title",
        "license_url",
        "isopen",
        "relationships_as_subject",
        "relationships_as_object",
        "state",
    }
)
SHOWN_ONLY_OF_RESOURCE = frozenset(
    {"id", "package_id", "position", "created", "metadata_modified", "url_type", "state"}
)


@dataclass(frozen=True)
class Organization:
    """A filled organization; `called` has the packages' ids by short name (`plain-03`, `foreign-group`)."""

    name: str
    id: str
    title: str
    packages: list[str]
    called: dict[str, str]


@contextmanager
def client(lab: labs.Lab, token: str) -> Iterator[RemoteCKAN]:
    """Yield a client of its own, which no other thread may use."""
    ckan = RemoteCKAN(lab.url, apikey=token, user_agent="bulkedit-tests")
    try:
        yield ckan
    finally:
        ckan.close()


def build(lab: labs.Lab) -> Organization:
    """Make a new organization with lab-editor and lab-member in it and fill it as the editor."""
    empty = found(lab)
    word = empty.name.removeprefix("tides-")
    with client(lab, lab.sysadmin) as admin:
        groups = [_group(admin, f"{kind}-{word}") for kind in ("own", "foreign")]
        admin.call_action("group_member_create", {"id": groups[0], "username": "lab-editor", "role": "editor"})
    called = _fill(lab, {"name": empty.name, "id": empty.id}, *groups)
    return replace(empty, packages=list(called.values()), called=called)


def found(lab: labs.Lab) -> Organization:
    """Make a new organization without any package, with lab-editor and lab-member in it."""
    word = secrets.token_hex(4)
    with client(lab, lab.sysadmin) as admin:
        made = admin.call_action(
            "organization_create", {"name": f"tides-{word}", "title": f"Harbour & Tide Office №{word}"}
        )
        for username, role in (("lab-editor", "editor"), ("lab-member", "member")):
            admin.call_action("organization_member_create", {"id": made["id"], "username": username, "role": role})
    return Organization(made["name"], made["id"], made["title"], [], {})


def packages_of(lab: labs.Lab, organization: Organization) -> dict[str, Record]:
    """Return all packages that the organization has now, by name, as `package_show` tells them to the editor.

    CKAN's database is asked for them, not its search index.
    """
    with client(lab, lab.editor) as ckan:
        members = ckan.call_action("member_list", {"id": organization.id, "object_type": "package"})
    shown = snapshot(lab, [member[0] for member in members]).values()
    return {package["name"]: package for package in shown if package["state"] != "deleted"}


def put(lab: labs.Lab, organization: Organization, record: Record) -> str:
    """Create a package in the organization, as the editor, and return its id."""
    with client(lab, lab.editor) as ckan:
        return ckan.call_action("package_create", record | {"owner_org": organization.id})["id"]


def put_file(lab: labs.Lab, package: str, name: str, file: str, content: bytes) -> str:
    """Create a resource with an uploaded file and two views, as the editor, and return its id."""
    told = records.required_of_resource(name, "") | {"package_id": package, "supplemental_info": "Kept."}
    with client(lab, lab.editor) as ckan:
        made = ckan.call_action("resource_create", told, files={"upload": (file, content)})["id"]
        for kind in ("text_view", "image_view"):
            view = {"resource_id": made, "view_type": kind, "title": f"As {kind}"}
            ckan.call_action("resource_view_create", view)
    return made


def download(lab: labs.Lab, resource: Mapping[str, Any]) -> bytes:
    """Return the bytes of an uploaded file, as the editor gets them."""
    answer = requests.get(resource["url"], headers={"Authorization": lab.editor}, timeout=60)
    answer.raise_for_status()
    return answer.content


def remove(lab: labs.Lab, organization: Organization) -> None:
    """Take lab-editor and lab-member out again; the records stay, for whoever looks for a failure's cause."""
    with client(lab, lab.sysadmin) as admin:
        for username in ("lab-editor", "lab-member"):
            admin.call_action("organization_member_delete", {"id": organization.id, "username": username})


def snapshot(lab: labs.Lab, ids: Iterable[str]) -> dict[str, Record]:
    """Return what `package_show` tells the editor about each package; those that are gone are left out."""

    def show(ckan: RemoteCKAN, package: str) -> Record | None:
        try:
            return ckan.call_action("package_show", {"id": package})
        except NotFound:
            return None

    wanted = list(ids)
    shown = _each(lab, lab.editor, show, wanted)
    return {package: told for package, told in zip(wanted, shown, strict=True) if told is not None}


def differences(
    before: Mapping[str, Record], after: Mapping[str, Record], ignored: frozenset[str] = IGNORED
) -> dict[str, list[str]]:
    """Return, for each package that changed, the paths that did: `title`, `contacts[1].email`, `resources`.

    Resources, tags, groups and extras are matched by id, name or key (`resources[<id>].url`); an element
    that came or went is told as `resources[<id>]`, another order of the resources as `resources`. A whole
    package that came or went is told as `""`. Missing, null and empty are three different things here.
    """
    found = {
        package: sorted(_paths("", "", before.get(package), after.get(package), ignored))
        for package in {**before, **after}
    }
    return {package: paths for package, paths in found.items() if paths}


def resource_views(lab: labs.Lab, resource_id: str) -> list[Record]:
    """Return the resource's views as CKAN lists them."""
    with client(lab, lab.editor) as ckan:
        return ckan.call_action("resource_view_list", {"id": resource_id})


# -- filling


def _group(admin: RemoteCKAN, name: str) -> str:
    return admin.call_action("group_create", {"name": name, "title": name.capitalize()})["name"]


def _fill(lab: labs.Lab, organization: Record, own: str, foreign: str) -> dict[str, str]:
    """Create all records, and return their ids by short name."""
    ordinary = [*records.all_records(), *_real_records()]
    in_groups = {
        "own-group": [own],
        "foreign-group": [own],
        "only-foreign-group": [],
    }
    ordinary += [
        records.plain(number)
        | {"name": name, "title": name, "private": False, "groups": [{"name": g} for g in groups]}
        for number, (name, groups) in enumerate(in_groups.items(), start=3)
    ]
    drafts = list(records.drafts())
    for record in [*ordinary, *drafts]:
        record["owner_org"] = organization["id"]

    made = _each(lab, lab.editor, _create, [_named(record, organization["name"]) for record in ordinary])
    made += _each(lab, lab.editor, _draft, [_named(record, organization["name"]) for record in drafts])
    called = {record["name"]: package["id"] for record, package in zip([*ordinary, *drafts], made, strict=True)}
    _into_foreign_group(lab, foreign, own, called)
    _upload(lab, called)
    _view(lab, called)
    return called


def _named(record: Record, prefix: str) -> Record:
    """Return the record under a name that no other organization's record has."""
    return record | {"name": f"{prefix}-{record['name']}"[:100]}


def _create(ckan: RemoteCKAN, record: Record) -> Record:
    """Create the record, leaving out what this CKAN refuses."""
    for _ in range(TRIES):
        try:
            return ckan.call_action("package_create", record)
        except ValidationError as refusal:
            record = _without(record, refusal.error_dict)
    raise AssertionError(f"CKAN takes no part of {record['name']}")


def _draft(ckan: RemoteCKAN, record: Record) -> Record:
    """Create it private, then make it a draft: an editor's draft would go public otherwise."""
    made = _create(ckan, record | {"private": True})
    update = {"state": "draft", "private": record["private"]}
    return ckan.call_action("package_revise", {"match": {"id": made["id"]}, "update": update})["package"]


def _without(value: Any, errors: Any) -> Any:
    """Return the value without the parts that CKAN's error names."""
    if isinstance(value, dict) and isinstance(errors, dict):
        kept = {key: _without(held, errors[key]) if key in errors else held for key, held in value.items()}
        return {key: held for key, held in kept.items() if held is not None or key not in errors}
    if isinstance(value, list) and any(isinstance(error, dict) for error in errors):
        return [_without(held, error) for held, error in zip(value, errors, strict=False)]
    return None


def _into_foreign_group(lab: labs.Lab, foreign: str, own: str, called: Mapping[str, str]) -> None:
    """Have the sysadmin put two packages into a group that the editor is not in."""
    groups = {"foreign-group": [own, foreign], "only-foreign-group": [foreign]}
    with client(lab, lab.sysadmin) as admin:
        for name, names in groups.items():
            admin.call_action("package_patch", {"id": called[name], "groups": [{"name": g} for g in names]})


def _upload(lab: labs.Lab, called: Mapping[str, str]) -> None:
    """Add two uploaded files to the package `same-title-0`."""
    with client(lab, lab.editor) as ckan:
        for name, content in (
            ("gauges.csv", b"id,metres\n1,0.80\n"),
            ("Gezeiten März.txt", b"Ebbe\r\nFlut\r\n"),
        ):
            told = records.required_of_resource(f"Uploaded {name}", "") | {"package_id": called["same-title-0"]}
            ckan.call_action("resource_create", told, files={"upload": (name, content)})


def _view(lab: labs.Lab, called: Mapping[str, str]) -> None:
    """Add views to the uploaded files, if this CKAN has a kind of view; the lab's default has none."""
    with client(lab, lab.editor) as ckan:
        kinds = {"text_view", "image_view"}.intersection(ckan.call_action("status_show")["extensions"])
        if not kinds:
            return
        for resource in ckan.call_action("package_show", {"id": called["same-title-0"]})["resources"]:
            for kind in sorted(kinds):
                told = {"resource_id": resource["id"], "view_type": kind, "title": f"As {kind}"}
                ckan.call_action("resource_view_create", told)


def _real_records() -> list[Record]:
    """Return the real record, and the real odd resources in records of their own, where they are at hand."""
    folder = labs.folder().parent / "fixtures" / "bcdc"
    if not folder.is_dir():
        return []
    record = json.loads((folder / "package.2024.child-care-subsidy.json").read_text(encoding="utf-8"))
    quirks = json.loads((folder / "resources.2016-2026.quirks.json").read_text(encoding="utf-8"))
    real = {key: value for key, value in record.items() if key not in SHOWN_ONLY}
    real |= {
        "name": "real-record",
        "tags": [{"name": tag["name"]} for tag in record["tags"]],
        "resources": [_real_resource(resource) for resource in record["resources"]],
    }
    odd = [
        records.required(f"real-quirk-{number}", f"Real resource {number}")
        | {"resources": [_real_resource(resource)]}
        for number, resource in enumerate(quirks)
    ]
    return [real, *odd]


def _real_resource(resource: Record) -> Record:
    return {key: value for key, value in resource.items() if key not in SHOWN_ONLY_OF_RESOURCE}


def _each(lab: labs.Lab, token: str, do: Callable[[RemoteCKAN, Any], Any], things: Iterable[Any]) -> list[Any]:
    """Do it with every thing, several at a time, each with a client of its own, in the things' order."""

    def alone(thing: Any) -> Any:
        with client(lab, token) as ckan:
            return do(ckan, thing)

    with ThreadPoolExecutor(WRITERS) as pool:
        return list(pool.map(alone, things))


# -- comparing


def _paths(path: str, kind: str, before: Any, after: Any, ignored: frozenset[str]) -> Iterator[str]:
    """Yield the paths below `path` that differ; `kind` is the path without its brackets."""
    if kind in ignored or (before == after and type(before) is type(after)):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            yield from _paths(_join(path, key), _join(kind, key), *_both(before, after, key), ignored)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _listed(path, kind, before, after, ignored)
    else:
        yield path


def _listed(path: str, kind: str, before: list[Any], after: list[Any], ignored: frozenset[str]) -> Iterator[str]:
    key = KEYS.get(kind)
    first, second = _by(key, before), _by(key, after)
    for name in {**first, **second}:
        yield from _paths(f"{path}[{name}]", kind, *_both(first, second, name), ignored)
    kept, still = [n for n in first if n in second], [n for n in second if n in first]
    if kind == "resources" and kept != still:
        yield path


def _by(key: str | None, elements: list[Any]) -> dict[Any, Any]:
    return {element[key] if key else at: element for at, element in enumerate(elements)}


_NOTHING = object()  # unlike null, which CKAN may show


def _both(before: Mapping[Any, Any], after: Mapping[Any, Any], key: Any) -> tuple[Any, Any]:
    return before.get(key, _NOTHING), after.get(key, _NOTHING)


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
