"""`package_revise`: the match says of which package, and as it was read."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from revising import errors, revise, unlike
from speaking import (
    ANONYMOUS,
    BAD_REQUEST,
    DENIED,
    NOT_FOUND,
    SAID,
    Packages,
    Reply,
    Site,
    call,
    differences,
    resource,
    show,
    some_id,
    some_name,
)


def test_match_by_name(site: Site, packages: Packages) -> None:
    """A package may be found by its name, in either way of writing a match."""
    made = packages.record()

    first = call(site, "package_revise", {"match": {"name": made["name"]}, "update": {"purpose": "x"}})
    second = call(site, "package_revise", {"match__name": made["name"], "update__purpose": "y"})

    assert first.result["package"]["purpose"] == "x"
    assert second.result["package"]["purpose"] == "y"


def test_match_what_was_read(site: Site, packages: Packages) -> None:
    """A revision goes through where everything in the match is as it was read."""
    made = packages.record(tags=[{"name": "ford"}, {"name": "weir"}], topics=["water", "paths"])
    match = {key: made[key] for key in ("id", "metadata_modified", "state", "private", "author", "topics")}

    reply = call(
        site,
        "package_revise",
        {
            "match": match | {"organization": {"name": site.organization}, "tags": made["tags"]},
            "match__tags__-1__name": "weir",
            "update": {"purpose": "x"},
        },
    )

    assert differences(made, reply.result["package"]) == {"purpose": "x"}


@pytest.mark.parametrize(
    ("match", "unmatched"),
    [
        ({"metadata_modified": "2001-01-01T00:00:00.000000"}, ["metadata_modified"]),
        ({"title": "x", "state": "draft", "private": True}, ["private", "state", "title"]),
        ({"name": "x"}, ["name"]),
        ({"purpose": None}, ["purpose"]),
        ({"no_such_field": "x"}, ["no_such_field"]),
        ({"topics": ["water", "paths"]}, ["topics__1"]),
        ({"topics": ["paths"]}, ["topics__0"]),
        ({"resources": [{"name": "x", "format": "CSV"}]}, ["resources__0__name"]),
    ],
)
def test_a_mismatch(site: Site, kept: dict[str, Any], match: dict[str, Any], unmatched: list[str]) -> None:
    """Where one thing in the match is otherwise, nothing is changed, and the answer names what is, sorted."""
    reply = revise(site, kept, match={"id": kept["id"]} | match, update={"purpose": "x"})

    assert errors(reply) == unlike(site, *unmatched)
    assert show(site, kept["id"]) == kept


def test_a_mismatch_of_a_flattened_key(site: Site, packages: Packages) -> None:
    """A flattened key is named by the number that stands in it, a resource's by its place."""
    made = packages.record(tags=[{"name": "ford"}, {"name": "weir"}], resources=[resource(), resource("Map")])

    by_number = revise(site, made, **{"match__tags__-1__name": "ford"})
    by_id = revise(site, made, **{f"match__resources__{made['resources'][1]['id']}__name": "x"})

    assert errors(by_number) == unlike(site, "tags__-1__name")
    assert errors(by_id) == unlike(site, "resources__1__name")


def test_a_match_of_a_part(site: Site, packages: Packages) -> None:
    """A list in a match is compared from its beginning, an object by the keys that are there."""
    made = packages.record(topics=["water", "paths"], tags=[{"name": "weir"}], access_rules={"a": 1, "b": 2})
    match = {"topics": ["water"], "tags": [], "access_rules": {"b": 2}}

    reply = revise(site, made, match={"id": made["id"]} | match, update={"purpose": "x"})

    assert differences(made, reply.result["package"]) == {"purpose": "x"}


def test_a_match_with_an_element_that_is_not_there(site: Site, packages: Packages) -> None:
    """A flattened match of an unknown resource or number is a bad request, not a mismatch."""
    made = packages.record(resources=[resource()])

    by_id = revise(site, made, match__resources__abcdefg__name="x")
    by_number = revise(site, made, match__resources__5__name="x")

    assert (by_id.refused, by_number.refused) == (BAD_REQUEST, BAD_REQUEST)


@pytest.mark.parametrize("params", [{}, {"update": {"title": "x"}}, {"match": {"title": "Fords"}}])
def test_no_match(site: Site, params: dict[str, Any]) -> None:
    """A revision must say of which package; the sentence stands in no list."""
    assert call(site, "package_revise", params).invalid == {"match__id": SAID}


def test_what_is_no_object(site: Site, packages: Packages) -> None:
    """Match and update are objects, or JSON of objects."""
    made = packages.record()

    assert call(site, "package_revise", {"match": "x"}).invalid == {"match": [SAID]}
    assert revise(site, made, update=[1]).invalid == {"update": [SAID]}
    reply = call(
        site,
        "package_revise",
        {"match": json.dumps({"id": made["id"]}), "update": json.dumps({"purpose": "x"})},
    )
    assert reply.result["package"]["purpose"] == "x"


def test_an_unknown_package(site: Site) -> None:
    """What is not there is not found, however it is named."""
    assert call(site, "package_revise", {"match": {"id": some_id()}}).refused == NOT_FOUND
    assert call(site, "package_revise", {"match": {"name": some_name()}}).refused == NOT_FOUND


def test_who_may_not(site: Site, packages: Packages) -> None:
    """Whoever may not change a package is denied, unless the match was wrong, which is found first."""
    made = packages.record()
    params = {"match": {"id": made["id"]}, "update": {"title": "Mine"}}
    wrong = {"match": {"id": made["id"], "title": "x"}}

    denied = [call(site, "package_revise", params, token=token) for token in (site.member, ANONYMOUS)]
    unmatched = call(site, "package_revise", wrong, token=site.member)

    assert [reply.refused for reply in denied] == [DENIED, DENIED]
    assert errors(unmatched) == unlike(site, "title")
    assert show(site, made["id"]) == made


@pytest.mark.parametrize("round_", range(3))
def test_one_of_two_writers_wins(site: Site, packages: Packages, round_: int) -> None:
    """Of writers who read the same package and write at once, exactly one gets through."""
    made = packages.record()
    match = {"id": made["id"], "metadata_modified": made["metadata_modified"]}

    def write(writer: int) -> Reply:
        return call(site, "package_revise", {"match": match, "update": {"purpose": f"{round_} of {writer}"}})

    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(write, range(4)))

    assert sorted(reply.status for reply in replies) == [200, 409, 409, 409]
    assert all(errors(reply) == unlike(site, "metadata_modified") for reply in replies if reply.status == 409)
    [won] = [reply.result["package"] for reply in replies if reply.status == 200]
    assert show(site, made["id"]) == won
