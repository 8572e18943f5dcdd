"""`package_revise`: what an update does to resources, by place, by id and at the end."""

from typing import Any

import pytest
from revising import changes, revise, wrapped
from speaking import (
    NOT_FOUND,
    SAID,
    Packages,
    Site,
    call,
    differences,
    names,
    resource,
    show,
    some_id,
)

# -- update


@pytest.mark.parametrize(
    "name_of",
    [lambda key: key, lambda key: key[:8], lambda _: "1", lambda _: "-1"],
    ids=["id", "beginning", "place", "place from the end"],
)
def test_update_a_resource(site: Site, packages: Packages, name_of: Any) -> None:
    """A resource is named by its id, the beginning of its id, or its place; the others stay as they are."""
    made = packages.record(resources=[resource(), resource("Map", description="All", house="x")])
    [first, second] = made["resources"]

    changed = changes(
        site, made, **{f"update__resources__{name_of(second['id'])}": {"name": "Sketch", "house": "y"}}
    )

    assert changed.keys() == {"resources"}
    assert changed["resources"][0] == first
    assert differences(second, changed["resources"][1]) == {"name": "Sketch", "house": "y"}
    assert changed["resources"][1]["metadata_modified"] > second["metadata_modified"]


def test_update_one_field_of_a_resource(site: Site, packages: Packages) -> None:
    """A flattened key may go down to one field."""
    made = packages.record(resources=[resource(), resource("Map")])

    changed = changes(site, made, **{f"update__resources__{made['resources'][1]['id']}__name": "Sketch"})

    assert names(changed["resources"]) == ["Table", "Sketch"]


def test_too_little_of_an_id(site: Site, packages: Packages) -> None:
    """Fewer than five characters of an id name nothing."""
    [made] = packages.record(resources=[resource(id="ffffffff-0000-4000-8000-" + some_id()[-12:])])["resources"]

    reply = call(
        site, "package_revise", {"match__id": made["package_id"], "update__resources__ffff": {"name": "x"}}
    )

    assert reply.invalid == wrapped(site, {"resources__ffff": [SAID]})


def test_new_resources(site: Site, packages: Packages) -> None:
    """New resources come last, with the ids chosen for them."""
    made = packages.record(resources=[resource()])
    keys = [some_id(), some_id()]

    changed = changes(
        site,
        made,
        update__resources__extend=[resource("Map", id=keys[0]), resource("Photo", id=keys[1])],
        update={"purpose": "x"},
    )

    assert changed.keys() == {"purpose", "resources", "num_resources"}
    assert changed["num_resources"] == 3
    assert changed["resources"][0] == made["resources"][0]
    assert [one["id"] for one in changed["resources"][1:]] == keys
    assert [one["position"] for one in changed["resources"]] == [0, 1, 2]


def test_the_first_resource(site: Site, packages: Packages) -> None:
    """A package without resources gets one in the same way."""
    made = packages.record()

    changed = changes(site, made, update__resources__extend=[resource()])

    assert names(changed["resources"]) == ["Table"]


def test_a_new_resource_and_others_at_once(site: Site, packages: Packages) -> None:
    """One revision may delete, change and add resources."""
    made = packages.record(resources=[resource(), resource("Map")])
    [first, second] = made["resources"]

    changed = changes(
        site,
        made,
        filter=[f"-resources__{first['id']}"],
        **{f"update__resources__{second['id']}": {"name": "Sketch"}},
        update__resources__extend=[resource("Photo")],
    )

    assert names(changed["resources"]) == ["Sketch", "Photo"]
    assert [one["position"] for one in changed["resources"]] == [0, 1]


def test_another_order_of_resources(site: Site, packages: Packages) -> None:
    """Resources replaced as a whole come in the order in which they are given."""
    made = packages.record(resources=[resource(), resource("Map"), resource("Photo")])
    order = [made["resources"][at] for at in (2, 0, 1)]

    changed = changes(site, made, filter=["-resources"], update={"resources": order})

    after = changed["resources"]
    assert [one["id"] for one in after] == [one["id"] for one in order]
    assert [one["position"] for one in after] == [0, 1, 2]


def test_resources_are_merged_by_place(site: Site, packages: Packages) -> None:
    """A list of resources without a filter is merged by place, as any list."""
    made = packages.record(resources=[resource(), resource("Map")])

    changed = changes(site, made, update={"resources": [{"name": "Renamed"}]})

    assert names(changed["resources"]) == ["Renamed", "Map"]


# -- `*`, empty resources, ids used again


def test_an_empty_resource(site: Site, packages: Packages) -> None:
    """Where there is a schema it lacks what it must have, at its place; elsewhere CKAN stumbles, or it is none."""
    if site.old:
        pytest.skip("CKAN 2.9 leaves empty resources out")
    missing = {"name": [SAID], "resource_update_cycle": [SAID]}
    made = packages.record(resources=[resource("A"), resource("B")])
    plain = packages.dataset(resources=[resource("A"), resource("B")])

    assert revise(site, made, update__resources__extend=[{}]).invalid == {"resources": [{}, {}, missing]}
    assert revise(site, made, update__resources__extend=[resource("C"), {}]).invalid == {
        "resources": [{}, {}, {}, missing]
    }
    assert revise(site, plain, update__resources__extend=[{}]).status == 500
    assert revise(site, plain, update__resources__extend=[{}, {"size": "big"}]).invalid == {
        "resources": [{}, {}, {}, {"size": [SAID]}]
    }
    assert call(site, "package_patch", {"id": plain["id"], "resources": [{}]}).result == plain
    added = revise(site, plain, update__resources__extend=[{}, resource("C")]).result["package"]
    assert names(added["resources"]) == ["A", "B", "C"]


KEPT_UNLESS_SENT = {
    "url_type": "link",
    "last_modified": "2020-01-01T00:00:00",
    "cache_url": "c",
    "cache_last_updated": "2020-01-01T00:00:00",
    "hash": "h",
    "size": 5,
}


@pytest.mark.parametrize("kind", ["record", "dataset"])
def test_what_a_resource_keeps(site: Site, packages: Packages, kind: str) -> None:
    """What is null or filtered out stays as it is, where CKAN has a column for it; an empty text clears it."""
    if site.old:
        pytest.skip("CKAN 2.9 has other columns")
    made = getattr(packages, kind)(resources=[resource() | KEPT_UNLESS_SENT])

    def held(**params: Any) -> dict[str, Any]:
        [found] = revise(site, made, **params).result["package"]["resources"]
        return {key: found[key] for key in KEPT_UNLESS_SENT}

    assert held(update__resources__0={"description": "a"} | dict.fromkeys(KEPT_UNLESS_SENT)) == KEPT_UNLESS_SENT
    assert held(filter=[f"-resources__0__{key}" for key in KEPT_UNLESS_SENT]) == KEPT_UNLESS_SENT
    assert held(update__resources__0=dict.fromkeys(KEPT_UNLESS_SENT, "")) == {
        key: "" if key in ("url_type", "cache_url", "hash") else None for key in KEPT_UNLESS_SENT
    }


def test_a_resource_id_that_is_used_again(site: Site, packages: Packages) -> None:
    """A resource that was deleted comes to life with its id, in its package or in another, with its old name."""
    if site.old:
        pytest.skip("CKAN 2.9 keeps deleted resources otherwise")
    made, other = packages.dataset(resources=[resource("A"), resource("B")]), packages.dataset()
    key = made["resources"][0]["id"]
    again = [{"id": key, "url": "http://example.org/again"}]

    call(site, "resource_delete", {"id": key})
    assert call(site, "resource_show", {"id": key}).refused == NOT_FOUND
    assert call(site, "resource_delete", {"id": key}).status == 200
    revived = revise(site, made, update__resources__extend=again).result["package"]["resources"]
    call(site, "resource_delete", {"id": key})
    moved = revise(site, other, update__resources__extend=again).result["package"]["resources"]
    taken = revise(site, made, update__resources__extend=again)

    assert [(one["name"], one["format"]) for one in revived] == [("B", "CSV"), ("A", "CSV")]
    assert [(one["id"], one["name"], one["url"]) for one in moved] == [(key, "A", again[0]["url"])]
    assert taken.invalid == {"resources": [{}, {"id": [SAID]}]}
    assert names(show(site, made["id"])["resources"]) == ["B"]


def test_a_resource_id_that_the_package_has(site: Site, packages: Packages) -> None:
    """The resource is changed, and stands after the end, where CKAN does not find it any more."""
    if site.old:
        pytest.skip("CKAN 2.9 does otherwise")
    made = packages.dataset(resources=[resource("A"), resource("B")])
    again = {"id": made["resources"][1]["id"], "url": "http://example.org/again"}

    after = revise(site, made, update__resources__extend=[again]).result["package"]
    stumbled = call(site, "resource_patch", {"id": again["id"], "name": "C"})

    assert [(one["name"], one["position"]) for one in after["resources"]] == [("A", 0), ("B", 2)]
    assert after["resources"][1]["url"] == again["url"]
    assert stumbled.status == 500
