"""One resource at a time: `resource_create`, `_show`, `_patch`, `_update`, `_delete`."""

from typing import Any

import pytest
from speaking import (
    ANONYMOUS,
    DENIED,
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


def test_show(site: Site, packages: Packages) -> None:
    """A resource is shown as its package shows it, to whoever sees the package."""
    made = packages.record(resources=[resource(), resource("Map")], private=True)
    second = made["resources"][1]

    replies = [call(site, "resource_show", {"id": second["id"]}, token=token) for token in (None, site.member)]
    denied = call(site, "resource_show", {"id": second["id"]}, token=ANONYMOUS)

    assert [reply.result for reply in replies] == [second, second]
    assert denied.refused == DENIED


@pytest.mark.parametrize("action", ["resource_show", "resource_patch", "resource_update", "resource_delete"])
def test_an_unknown_resource(site: Site, action: str) -> None:
    """A resource that is not there is not found."""
    assert call(site, action, {"id": some_id()}).refused == NOT_FOUND


def test_create(site: Site, packages: Packages) -> None:
    """A new resource comes last, is answered with, and moves the package's stamp; its kind of file is guessed."""
    made = packages.record(resources=[resource()])

    new = call(
        site,
        "resource_create",
        {
            "package_id": made["name"],
            "name": "Map",
            "url": "https://example.org/map.json",
            "resource_update_cycle": "daily",
        },
    ).result

    after = show(site, made["id"])
    assert differences(made, after) == {"resources": [*made["resources"], new], "num_resources": 2}
    assert after["metadata_modified"] > made["metadata_modified"]
    assert (new["package_id"], new["position"]) == (made["id"], 1)
    assert (new["format"], new["mimetype"]) == ("JSON", "application/json")


def test_create_with_a_chosen_id(site: Site, packages: Packages) -> None:
    """The id may be chosen; then the format is not guessed."""
    made = packages.dataset()
    key = some_id()

    new = call(
        site, "resource_create", {"package_id": made["id"], "id": key, "url": "https://example.org/a.csv"}
    ).result

    assert (new["id"], new["format"], new["mimetype"]) == (key, "", "text/csv")


def test_create_from_nothing(site: Site, packages: Packages) -> None:
    """CKAN's own type takes a resource without anything."""
    made = packages.dataset()

    new = call(site, "resource_create", {"package_id": made["id"]}).result

    assert (new["url"], new["name"], new["description"]) == ("", None, None)
    assert show(site, made["id"])["resources"] == [new]


def test_an_invalid_resource(site: Site, packages: Packages) -> None:
    """The errors are those of the one resource, and the package stays as it was."""
    made = packages.record(resources=[resource()])
    [first] = made["resources"]

    created = call(site, "resource_create", {"package_id": made["id"], "name": "", "row_count": "many"})
    patched = call(site, "resource_patch", {"id": first["id"], "row_count": "many"})
    updated = call(site, "resource_update", {"id": first["id"], "name": "Map"})

    assert created.invalid == {"name": [SAID], "resource_update_cycle": [SAID], "row_count": [SAID]}
    assert patched.invalid == {"row_count": [SAID]}
    assert updated.invalid == {"resource_update_cycle": [SAID]}
    assert show(site, made["id"]) == made


def test_create_where_there_is_no_package(site: Site) -> None:
    """A resource needs a package that is there."""
    assert call(site, "resource_create", {"name": "Map"}).invalid == {"package_id": [SAID]}
    assert call(site, "resource_create", {"package_id": some_id(), "name": "Map"}).refused == NOT_FOUND


def test_no_id(site: Site) -> None:
    """A patch says that it misses the id in a text, an update in a list."""
    assert call(site, "resource_patch", {"name": "x"}).invalid == {"message": SAID}
    assert call(site, "resource_update", {"name": "x"}).invalid == {"id": [SAID]}


def test_who_may_not(site: Site, packages: Packages) -> None:
    """A member and nobody may change no resource."""
    made = packages.record(resources=[resource()])
    [first] = made["resources"]
    new = resource("Map", package_id=made["id"])

    replies = [
        call(site, action, params, token=token)
        for token in (site.member, ANONYMOUS)
        for action, params in [
            ("resource_create", new),
            ("resource_patch", {"id": first["id"], "name": "x"}),
            ("resource_update", first),
            ("resource_delete", {"id": first["id"]}),
        ]
    ]

    assert [reply.refused for reply in replies] == [DENIED] * 8
    assert show(site, made["id"]) == made


def test_patch(site: Site, packages: Packages) -> None:
    """A patch changes the fields it names; keys of one's own are kept; other resources stay as they are."""
    made = packages.record(resources=[resource(), resource("Map", description="All", house="x")])
    [first, second] = made["resources"]

    after = call(site, "resource_patch", {"id": second["id"], "name": "Sketch", "room": "y"}).result

    assert differences(second, after) == {"name": "Sketch", "room": "y"}
    assert after["metadata_modified"] > second["metadata_modified"]
    shown = show(site, made["id"])
    assert differences(made, shown) == {"resources": [first, after]}
    assert shown["metadata_modified"] > made["metadata_modified"]


@pytest.mark.parametrize("value", ["", None])
def test_clear(site: Site, packages: Packages, value: Any) -> None:
    """An empty text is kept, null removes a field of the schema."""
    [made] = packages.record(resources=[resource(description="All")])["resources"]

    after = call(site, "resource_patch", {"id": made["id"], "description": value}).result

    assert after.get("description", ...) == ("" if value == "" else ...)


def test_a_patch_that_changes_nothing(site: Site, packages: Packages) -> None:
    """CKAN 2.12 does not move the package's stamp where nothing changed; 2.9 does."""
    made = packages.record(resources=[resource()])
    [first] = made["resources"]

    call(site, "resource_patch", {"id": first["id"], "name": first["name"]})

    after = show(site, made["id"])
    assert differences(made, after) == {}
    assert (after["metadata_modified"] > made["metadata_modified"]) is site.old


def test_update(site: Site, packages: Packages) -> None:
    """An update replaces all fields of the resource, and guesses its kind of file."""
    made = packages.record(resources=[resource(), resource("Map", description="All", house="x")])
    [first, second] = made["resources"]

    after = call(site, "resource_update", resource("Sketch", id=second["id"])).result

    assert differences(second, after) == {
        "name": "Sketch",
        "description": None,
        "house": None,
        "mimetype": "text/csv",
    }
    assert show(site, made["id"])["resources"] == [first, after]


def test_delete(site: Site, packages: Packages) -> None:
    """A deleted resource is gone, those behind it move up, and the package's stamp moves; the answer is null."""
    made = packages.record(resources=[resource(), resource("Map")])
    [first, second] = made["resources"]

    reply = call(site, "resource_delete", {"id": first["id"]})

    after = show(site, made["id"])
    assert reply.result is None
    assert differences(made, after) == {"resources": [second | {"position": 0}], "num_resources": 1}
    assert after["metadata_modified"] > made["metadata_modified"]
    assert call(site, "resource_show", {"id": first["id"]}).refused == NOT_FOUND
    assert call(site, "resource_patch", {"id": first["id"], "name": "x"}).refused == NOT_FOUND


def test_delete_again(site: Site, packages: Packages) -> None:
    """A resource just deleted may be deleted again."""
    [first] = packages.record(resources=[resource()])["resources"]

    replies = [call(site, "resource_delete", {"id": first["id"]}) for _ in range(2)]

    assert [reply.status for reply in replies] == [200, 200]


def test_a_deleted_resource_comes_back(site: Site, packages: Packages) -> None:
    """A deleted resource may be added again with the id that it had."""
    made = packages.record(resources=[resource(description="All"), resource("Map")])
    first = made["resources"][0]
    call(site, "resource_delete", {"id": first["id"]})

    reply = call(site, "package_revise", {"match": {"id": made["id"]}, "update__resources__extend": [first]})

    back = reply.result["package"]["resources"]
    assert names(back) == ["Map", "Table"]
    assert (back[1]["id"], back[1]["description"]) == (first["id"], "All")


@pytest.mark.parametrize("how", ["resource_create", "package_revise"])
def test_an_id_that_the_package_has(site: Site, packages: Packages, how: str) -> None:
    """A new resource with the id of one in the same package takes its place; no two have one id."""
    made = packages.record(resources=[resource(), resource("Map")])
    new = resource("New", id=made["resources"][0]["id"])
    calls = {
        "resource_create": new | {"package_id": made["id"]},
        "package_revise": {"match": {"id": made["id"]}, "update__resources__extend": [new]},
    }

    reply = call(site, how, calls[how])

    assert reply.status == 200
    after = show(site, made["id"])["resources"]
    assert names(after) == ["Map", "New"]
    assert after[1]["id"] == new["id"]


def test_an_id_that_another_package_has(site: Site, packages: Packages) -> None:
    """No package takes the resource of another."""
    [taken] = packages.record(resources=[resource()])["resources"]
    made = packages.record()

    reply = call(site, "resource_create", resource("Map", id=taken["id"], package_id=made["id"]))

    assert reply.invalid == {"id": [SAID]}
