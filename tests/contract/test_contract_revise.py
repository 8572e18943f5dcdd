"""`package_revise`: what becomes of the package, or of a revision that is wrong."""

from typing import Any

import pytest
from revising import revise
from speaking import (
    SAID,
    STAMP,
    Packages,
    Site,
    contact,
    differences,
    resource,
    show,
)

# -- match


def test_a_revision(site: Site, packages: Packages) -> None:
    """A revision changes what it names, answers with the package inside of an object, and moves the stamp."""
    made = packages.record(purpose="To cross", topics=["water"], contacts=[contact()], resources=[resource()])

    reply = revise(site, made, update={"purpose": "To ford"})

    assert reply.result.keys() == {"package"}
    after = reply.result["package"]
    assert after == show(site, made["id"])
    assert differences(made, after) == {"purpose": "To ford"}
    assert STAMP.fullmatch(after["metadata_modified"])
    assert after["metadata_modified"] > made["metadata_modified"]


# -- what becomes of it

NOTHING_NEW: list[dict[str, Any]] = [
    {},
    {"update": {"title": "Fords"}},
    {"update": {"no_such_field": "x", "num_tags": 9, "type": "dataset"}},
    {"update__resources__0": {"name": "Table"}},
    {"update__resources__0": {"position": 5}},
    {"update": {"tags": []}},
    {"filter": ["-topics"], "update": {"topics": ["water"]}},
    {"filter": ["-no_such_field"]},
    {"updates": {"title": "not a parameter"}},
]


def test_revisions_that_change_nothing(site: Site, packages: Packages) -> None:
    """CKAN 2.12 does not move the stamp where nothing changed; 2.9 does."""
    made = packages.record(tags=[{"name": "weir"}], topics=["water"], resources=[resource()])

    replies = [revise(site, made, **params) for params in NOTHING_NEW]

    after = [reply.result["package"] for reply in replies]
    assert [differences(made, one) for one in after] == [{}] * len(NOTHING_NEW)
    stamps = [made["metadata_modified"], *(one["metadata_modified"] for one in after)]
    assert len(set(stamps)) == (len(stamps) if site.old else 1)


def test_an_invalid_revision(site: Site, packages: Packages) -> None:
    """A revision that is refused leaves everything as it was, what it filtered out included."""
    made = packages.record(
        purpose="x", contacts=[contact(), contact("Sage")], resources=[resource(), resource("Map")]
    )

    reply = revise(
        site,
        made,
        filter=["-purpose"],
        update={"title": "Weirs", "publish_state": "no such"},
        update__contacts__1__email="nobody",
        update__resources__1={"row_count": "many"},
    )

    assert reply.invalid == {
        "publish_state": [SAID],
        "contacts": [{}, {"email": [SAID]}],
        "resources": [{}, {"row_count": [SAID]}],
    }
    assert show(site, made["id"]) == made


def test_an_invalid_resource_before_others(site: Site, packages: Packages) -> None:
    """Behind the last resource that was changed, CKAN 2.12 says nothing of the others; 2.9 does of all."""
    made = packages.record(resources=[resource(), resource("Map")])

    reply = revise(site, made, update__resources__0={"row_count": "many"})

    assert reply.invalid == {"resources": [{"row_count": [SAID]}] + ([{}] if site.old else [])}


def test_an_invalid_new_resource(site: Site, packages: Packages) -> None:
    """The place of a new resource is behind the others."""
    made = packages.record(resources=[resource()])

    reply = revise(site, made, update__resources__extend=[resource(""), resource("Map")])

    assert reply.invalid == {"resources": [{}, {"name": [SAID]}, {}]}


@pytest.mark.parametrize("owner", ["other", "unknown"])
def test_another_organization(site: Site, packages: Packages, owner: str) -> None:
    """A package cannot be moved to an organization of others, nor to one that is not there."""
    made = packages.record()
    name = site.other_organization if owner == "other" else "no-such-organization"

    assert revise(site, made, update={"owner_org": name}).invalid == {"owner_org": [SAID]}


@pytest.mark.parametrize("fields", [{"private": True}, {"state": "draft"}, {"state": "deleted"}, {"author": ""}])
def test_what_an_editor_may_set(site: Site, packages: Packages, fields: dict[str, Any]) -> None:
    """An editor may hide, withdraw and delete a package by a revision, which moves the stamp."""
    made = packages.record()

    after = revise(site, made, update=fields).result["package"]

    assert differences(made, after) == fields
    assert after["metadata_modified"] > made["metadata_modified"]


def test_a_deleted_package_comes_back(site: Site, packages: Packages) -> None:
    """A package deleted by a revision comes back as it was by another."""
    made = packages.record(tags=[{"name": "weir"}], resources=[resource()], contacts=[contact()])
    revise(site, made, update={"state": "deleted"})

    back = revise(site, made, match={"id": made["id"], "state": "deleted"}, update={"state": "active"})

    assert differences(made, back.result["package"]) == {}


def test_a_stamp_of_ones_own(site: Site, packages: Packages) -> None:
    """An editor does not set the stamp."""
    made = packages.record()

    after = revise(site, made, update={"metadata_modified": "2001-01-01T00:00:00", "purpose": "x"})

    assert after.result["package"]["metadata_modified"] > made["metadata_modified"]


def test_stamps_of_resources(site: Site, packages: Packages) -> None:
    """A change of the package moves no stamp of a resource."""
    made = packages.record(resources=[resource()])

    after = revise(site, made, update={"purpose": "x"}).result["package"]

    assert after["resources"] == made["resources"]
