"""`package_patch` and `package_update`: what changes, what stays, and when the package's stamp moves."""

from typing import Any

import pytest
from speaking import (
    DENIED,
    NOT_FOUND,
    SAID,
    STAMP,
    Packages,
    Site,
    call,
    contact,
    differences,
    names,
    record,
    resource,
    show,
    some_id,
    some_name,
)


def patch(site: Site, package: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Patch a package, and return what has changed."""
    after = call(site, "package_patch", {"id": package["id"]} | fields).result
    assert after == show(site, package["id"])
    return differences(package, after)


def test_one_field(site: Site, packages: Packages) -> None:
    """A patch changes the fields it names, answers with the package, and moves the stamp."""
    made = packages.record(purpose="To cross", topics=["water"], contacts=[contact()], resources=[resource()])

    after = call(site, "package_patch", {"id": made["id"], "purpose": "To ford"}).result

    assert after == show(site, made["id"])
    assert differences(made, after) == {"purpose": "To ford"}
    assert STAMP.fullmatch(after["metadata_modified"])
    assert after["metadata_modified"] > made["metadata_modified"]


def test_by_name(site: Site, packages: Packages) -> None:
    """A package may be patched by its name."""
    made = packages.record()

    after = call(site, "package_patch", {"id": made["name"], "purpose": "To ford"}).result

    assert (after["id"], after["purpose"]) == (made["id"], "To ford")


def test_a_change_to_the_same(site: Site, packages: Packages) -> None:
    """CKAN 2.12 does not move the stamp where nothing changed; 2.9 does."""
    made = packages.record(topics=["water"], tags=[{"name": "weir"}], resources=[resource()])

    after = call(site, "package_patch", {"id": made["id"], "title": made["title"]}).result

    assert differences(made, after) == {}
    assert (after["metadata_modified"] > made["metadata_modified"]) is site.old


FILLED = {
    "purpose": "x",
    "author": "x",
    "fee_cents": 5,
    "enquiries_email": "rowan@example.org",
    "topics": ["water"],
    "other_titles": ["Weirs"],
    "contacts": [contact()],
    "resources": [resource()],
    "tags": [{"name": "weir"}],
}
TO_TEXTS = {
    "purpose": ("", ""),
    "author": ("", ""),
    "fee_cents": ("", ...),
    "enquiries_email": ("", ...),
    "other_titles": ("", []),
}
TO_NULL = {"purpose": (None, ...), "author": (None, None), "fee_cents": (None, ...)}
TO_LISTS = {
    "topics": ([], []),
    "other_titles": ([], []),
    "contacts": ([], ...),
    "resources": ([], []),
    "tags": ([], []),
}


@pytest.mark.parametrize("cleared", [TO_TEXTS, TO_NULL, TO_LISTS])
def test_clearing(site: Site, packages: Packages, cleared: dict[str, tuple[Any, Any]]) -> None:
    """What an empty value leaves behind; `...` stands for a field that is no longer shown."""
    made = packages.record(**FILLED)

    after = call(
        site, "package_patch", {"id": made["id"]} | {field: empty for field, (empty, _) in cleared.items()}
    ).result

    assert {field: after.get(field, ...) for field in cleared} == {
        field: shown for field, (_, shown) in cleared.items()
    }
    assert after == show(site, made["id"])


def test_clearing_to_an_empty_text(site: Site, packages: Packages) -> None:
    """CKAN 2.12 shows a cleared date or JSON object as an empty text, 2.9 no longer at all."""
    fields = {"record_publish_date": "2024-03-01", "last_checked": "2024-03-01", "access_rules": {"a": 1}}
    made = packages.record(**fields)

    after = call(site, "package_patch", {"id": made["id"]} | dict.fromkeys(fields, "")).result

    assert {field: after.get(field, ...) for field in fields} == dict.fromkeys(fields, ... if site.old else "")


def test_an_invalid_patch(site: Site, packages: Packages) -> None:
    """A refused patch changes nothing."""
    made = packages.record()

    reply = call(site, "package_patch", {"id": made["id"], "purpose": "x", "notes": "", "fee_cents": "ten"})

    assert reply.invalid == {"notes": [SAID], "fee_cents": [SAID]}
    assert show(site, made["id"]) == made


def test_tags(site: Site, packages: Packages) -> None:
    """Tags are replaced by a list of tags, and added by a text of tags."""
    made = packages.record(tags=[{"name": "ford"}, {"name": "weir"}])

    replaced = patch(site, made, tags=[{"name": "pond"}])
    added = call(site, "package_patch", {"id": made["id"], "tag_string": "ford,pond"}).result

    assert names(replaced["tags"]) == ["pond"]
    assert replaced["num_tags"] == 1
    assert names(added["tags"]) == ["ford", "pond"]


def test_a_tag_that_stays(site: Site, packages: Packages) -> None:
    """A tag of one name is one tag, with one id, in all packages."""
    made = packages.record(tags=[{"name": "ford"}, {"name": "weir"}])
    other = packages.dataset(tags=[{"name": "weir"}])

    after = patch(site, made, tags=[{"name": "weir"}])

    assert after["tags"] == made["tags"][1:] == other["tags"]


def test_extras(site: Site, packages: Packages) -> None:
    """Free keys are replaced as a whole."""
    made = packages.dataset(extras=[{"key": "house", "value": "1"}, {"key": "room", "value": "2"}])

    changed = patch(site, made, extras=[{"key": "cellar", "value": "3"}])

    assert changed == {"extras": [{"key": "cellar", "value": "3"}]}


def test_resources(site: Site, packages: Packages) -> None:
    """Resources are replaced as a whole, and one that is kept by its id keeps only what is sent of it."""
    made = packages.record(resources=[resource(description="All", house="x"), resource("Map")])
    kept = made["resources"][0]

    changed = patch(
        site, made, resources=[{"id": kept["id"], "name": "Renamed", "resource_update_cycle": "daily"}]
    )

    assert changed.keys() == {"resources", "num_resources"}
    [after] = changed["resources"]
    assert differences(kept, after) == {"name": "Renamed", "url": "", "description": None, "house": None}
    assert after["metadata_modified"] > kept["metadata_modified"]


@pytest.mark.parametrize(
    ("field", "value"), [("private", True), ("state", "draft"), ("state", "deleted"), ("license_id", "cc-zero")]
)
def test_what_an_editor_may_set(site: Site, packages: Packages, field: str, value: Any) -> None:
    """An editor may hide, withdraw and delete a package by a patch."""
    made = packages.record()

    assert patch(site, made, **{field: value})[field] == value


def test_what_nobody_sets(site: Site, packages: Packages) -> None:
    """The type stays, and stamps and counts are CKAN's own."""
    made = packages.record()
    old = "2001-01-01T00:00:00"

    changed = patch(
        site, made, type="dataset", metadata_modified=old, metadata_created=old, num_tags=9, nonsense="x"
    )

    assert changed == {}
    assert show(site, made["id"])["metadata_modified"] >= made["metadata_modified"]


def test_a_new_name(site: Site, packages: Packages) -> None:
    """A renamed package is found by its new name only."""
    made = packages.record()
    name = some_name()

    changed = patch(site, made, name=name)

    assert changed == {"name": name}
    assert show(site, name)["id"] == made["id"]
    assert call(site, "package_show", {"id": made["name"]}).refused == NOT_FOUND


def test_a_name_that_is_taken(site: Site, packages: Packages) -> None:
    """A package takes no other package's name."""
    made, other = packages.record(), packages.record()

    reply = call(site, "package_patch", {"id": made["id"], "name": other["name"]})

    assert reply.invalid == {"name": [SAID]}


def test_another_organization(site: Site, packages: Packages) -> None:
    """A package cannot be moved to an organization of others, nor to one that is not there."""
    made = packages.record()

    replies = [
        call(site, "package_patch", {"id": made["id"], "owner_org": owner})
        for owner in (site.other_organization, "no-such-organization")
    ]

    assert [reply.invalid for reply in replies] == [{"owner_org": [SAID]}] * 2


@pytest.mark.parametrize("action", ["package_patch", "package_update"])
def test_an_unknown_package(site: Site, action: str) -> None:
    """What is not there cannot be changed."""
    reply = call(site, action, {"id": some_id(), "name": some_name()})

    assert reply.refused == NOT_FOUND


def test_no_package(site: Site) -> None:
    """A patch must say of which package; the sentence stands in no list."""
    assert call(site, "package_patch", {"title": "x"}).invalid == {"message": SAID}


@pytest.mark.parametrize("action", ["package_patch", "package_update"])
def test_nobody_elses(site: Site, packages: Packages, action: str) -> None:
    """A member may not change what they may read."""
    made = packages.record(private=True)

    assert call(site, action, made, token=site.member).refused == DENIED


def test_an_update(site: Site, packages: Packages) -> None:
    """An update replaces all fields; CKAN 2.12 keeps resources that were not sent, 2.9 deletes them."""
    made = packages.record(
        author="Rowan",
        purpose="To cross",
        topics=["water"],
        contacts=[contact()],
        tags=[{"name": "weir"}],
        resources=[resource()],
        private=True,
    )

    after = call(site, "package_update", record(site) | {"id": made["id"], "name": made["name"]}).result

    assert after == show(site, made["id"])
    gone = {"resources": [], "num_resources": 0} if site.old else {}
    assert differences(made, after) == gone | {
        "author": None,
        "purpose": None,
        "topics": [],
        "contacts": None,
        "tags": [],
        "num_tags": 0,
    }


def test_an_update_of_a_dataset(site: Site, packages: Packages) -> None:
    """An update of CKAN's own type needs no field at all; organization, name and visibility stay."""
    made = packages.dataset(
        title="Fords", notes="x", url="x", extras=[{"key": "a", "value": "1"}], private=True, license_id="cc-zero"
    )

    after = call(site, "package_update", {"id": made["id"]}).result

    assert differences(made, after) == {
        "title": made["name"],
        "notes": None,
        "url": None,
        "extras": [],
        "license_id": None,
        "license_title": None,
        "license_url": None,
        "isopen": False,
    }


def test_an_update_by_name(site: Site, packages: Packages) -> None:
    """A package without an id is found by its name."""
    made = packages.record()

    after = call(site, "package_update", record(site) | {"name": made["name"], "title": "Weirs"}).result

    assert differences(made, after) == {"title": "Weirs"}


def test_an_update_to_the_same(site: Site, packages: Packages) -> None:
    """A package sent back as it was shown does not change; in CKAN 2.12 its stamp does not, either."""
    made = packages.record(
        access_rules={"a": 1}, topics=["water"], contacts=[contact()], resources=[resource()], fee_cents=5
    )

    after = call(site, "package_update", made).result

    assert differences(made, after) == {}
    assert (after["metadata_modified"] > made["metadata_modified"]) is site.old


def test_an_invalid_update(site: Site, packages: Packages) -> None:
    """A refused update changes nothing; with a schema the name is required, and in CKAN 2.12 the organization."""
    made = packages.record(purpose="x")

    reply = call(site, "package_update", {"id": made["id"], "title": "Weirs"})

    required = "name license_id notes publish_state resource_status security_class view_audience".split()
    assert reply.invalid == {key: [SAID] for key in (required if site.old else [*required, "owner_org"])}
    assert show(site, made["id"]) == made
