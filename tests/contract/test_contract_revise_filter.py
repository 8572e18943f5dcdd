"""`package_revise`: the filter takes fields and resources out, before the update."""

from typing import Any

import pytest
from revising import changes, errors, revise, wrapped
from speaking import (
    BAD_REQUEST,
    NOT_FOUND,
    SAID,
    Packages,
    Site,
    call,
    contact,
    differences,
    names,
    record,
    resource,
)

# -- filter


def test_filter_a_field(site: Site, packages: Packages) -> None:
    """A field that is filtered out and not given again is gone."""
    made = packages.record(purpose="x", author="Rowan", contacts=[contact()], tags=[{"name": "weir"}])

    changed = changes(site, made, filter=["-purpose", "-author", "-contacts", "-tags", "-no_such_field"])

    assert changed == {"purpose": None, "author": None, "contacts": None, "tags": [], "num_tags": 0}


def test_filter_as_a_text(site: Site, packages: Packages) -> None:
    """The filter may be one text with commas."""
    made = packages.record(purpose="x", data_quality="y")

    assert changes(site, made, filter="-purpose,-data_quality") == {"purpose": None, "data_quality": None}


def test_filter_a_required_field(site: Site, packages: Packages) -> None:
    """What a filter leaves must be valid with the update."""
    made = packages.record()

    assert revise(site, made, filter=["-notes"]).invalid == {"notes": [SAID]}
    assert changes(site, made, filter=["-notes"], update={"notes": "New"}) == {"notes": "New"}


def test_filter_what_cannot_go(site: Site, packages: Packages) -> None:
    """Id and type stay, whatever the filter says."""
    made = packages.record()

    assert changes(site, made, filter=["-id", "-type"]) == {}


def test_the_first_pattern_counts(site: Site, packages: Packages) -> None:
    """Of several patterns for one field the first decides."""
    made = packages.record(purpose="x", data_quality="y")

    changed = changes(site, made, filter=["+purpose", "-purpose", "-data_quality", "+data_quality"])

    assert changed == {"data_quality": None}


def test_filter_all_but_some(site: Site, packages: Packages) -> None:
    """A star stands for everything else; CKAN 2.12 keeps resources that are not named, 2.9 deletes them."""
    made = packages.record(purpose="x", data_quality="y", author="Rowan", resources=[resource()])
    needed = record(site) | {"name": made["name"]}

    changed = changes(site, made, filter=["+purpose", "-*"], update=needed)

    gone = {"resources": [], "num_resources": 0} if site.old else {}
    assert changed == gone | {"data_quality": None, "author": None}


def test_filter_a_resource(site: Site, packages: Packages) -> None:
    """A resource is deleted by its full id; the others move up."""
    made = packages.record(resources=[resource(), resource("Map"), resource("Photo")])
    first, second, third = made["resources"]

    changed = changes(site, made, filter=[f"-resources__{first['id']}", "-resources__abcdefg"])

    assert changed == {
        "resources": [second | {"position": 0}, third | {"position": 1}],
        "num_resources": 2,
    }
    assert call(site, "resource_show", {"id": first["id"]}).refused == NOT_FOUND


def test_filter_a_field_of_a_resource(site: Site, packages: Packages) -> None:
    """A field of a resource is filtered out like one of the package."""
    made = packages.record(resources=[resource(), resource("Map", description="All", house="x")])
    [_, second] = made["resources"]
    prefix = f"-resources__{second['id']}__"

    changed = changes(site, made, filter=[f"{prefix}description", f"{prefix}house"])

    assert changed.keys() == {"resources"}
    assert changed["resources"][0] == made["resources"][0]
    assert differences(second, changed["resources"][1]) == {"description": None, "house": None}


def test_filter_all_resources(site: Site, packages: Packages) -> None:
    """Resources filtered out and not given again: CKAN 2.12 keeps them all, 2.9 deletes them all."""
    made = packages.record(resources=[resource(), resource("Map")])

    changed = changes(site, made, filter=["-resources"])

    assert changed == ({"resources": [], "num_resources": 0} if site.old else {})


# -- `*`, empty resources, ids used again


@pytest.mark.parametrize(
    ("filters", "left"),
    [
        (["-resources__*"], []),
        (["-resources__*__description"], []),
        (["+resources__0__name", "-resources__*__*"], []),
        (["+resources__1", "-resources__*"], ["B"]),
        (["-resources__-1"], ["A", "B"]),
        (["-resources__9", "-resources__abcdefg", "-title__x", "-x__y"], ["A", "B"]),
    ],
)
def test_a_star_in_a_filter(site: Site, packages: Packages, filters: list[str], left: list[str]) -> None:
    """It stands for whole elements, whatever follows it; a number from the end removes none."""
    made = packages.dataset(resources=[resource("A"), resource("B")])

    reply = revise(site, made, filter=filters)

    assert names(reply.result["package"]["resources"]) == left


def test_a_star_is_no_key(site: Site, packages: Packages) -> None:
    """Neither a match nor an update finds anything at it."""
    made = packages.dataset(resources=[resource("A")])

    assert revise(site, made, match__resources__0__name="A", **{"match__resources__*__name": "A"}).refused == (
        BAD_REQUEST
    )
    for key in ("resources__*", "resources__*__name"):
        reply = revise(site, made, **{f"update__{key}": {} if key.endswith("*") else "B"})
        assert errors(reply).keys() == wrapped(site, {key: [SAID]}).keys()


@pytest.mark.parametrize("value", [5, {"a": 1}, [5]])
@pytest.mark.parametrize("name", ["filter", "include"])
def test_what_is_no_list_of_patterns(site: Site, kept: dict[str, Any], name: str, value: Any) -> None:
    """A filter must be texts."""
    assert revise(site, kept, **{name: value}).invalid == {name: [SAID]}
