"""Groups of packages: one's own may be joined and left, foreign ones stay as they are."""

from typing import Any

import pytest
from speaking import (
    ANONYMOUS,
    DENIED,
    NOT_FOUND,
    STAMP,
    UUID,
    Groups,
    Packages,
    Site,
    call,
    differences,
    record,
    show,
)

SHOWN = set("id name title display_name description image_display_url".split())
LISTED = SHOWN | set("type image_url created is_organization approval_status state".split())


def ids(package: dict[str, Any]) -> set[str]:
    """Return the ids of a package's groups."""
    return {group["id"] for group in package["groups"]}


def revise(site: Site, package: dict[str, Any], **params: Any) -> dict[str, Any]:
    """Revise a package, and return it."""
    return call(site, "package_revise", {"match": {"id": package["id"]}} | params).result["package"]


def in_both(site: Site, packages: Packages, groups: Groups) -> dict[str, Any]:
    """Make a package of the editor that is in both groups."""
    made = packages.record()
    both = [{"id": groups.own["id"]}, {"id": groups.foreign["id"]}]
    return call(site, "package_patch", {"id": made["id"], "groups": both}, token=site.sysadmin).result


def test_the_groups_that_a_user_may_use(site: Site, groups: Groups) -> None:
    """The list holds the groups in which the user may put packages; nobody has none."""
    listed = call(site, "group_list_authz").result

    assert {group["id"] for group in listed} >= {groups.own["id"]}
    assert groups.foreign["id"] not in {group["id"] for group in listed}
    assert all(group.keys() == LISTED | ({"package_count"} if site.old else set()) for group in listed)
    assert all(UUID.fullmatch(group["id"]) and STAMP.fullmatch(group["created"]) for group in listed)
    assert {group["is_organization"] for group in listed} == {False}
    assert call(site, "group_list_authz", token=ANONYMOUS).result == []


@pytest.mark.parametrize("key", ["id", "name"])
def test_join_at_once(site: Site, packages: Packages, groups: Groups, key: str) -> None:
    """A new package may be in a group of one's own, given by id or name; the rest is CKAN's."""
    made = packages.record(groups=[{key: groups.own[key], "title": "x"}])

    assert made["groups"] == [{name: groups.own[name] for name in SHOWN}]
    assert made == show(site, made["id"])


def test_a_foreign_group_is_denied(site: Site, packages: Packages, groups: Groups) -> None:
    """In a group that one is not in nothing may be put, by no action."""
    made = packages.record()
    foreign = [{"id": groups.foreign["id"]}]

    replies = [
        packages.attempt(record(site) | {"groups": foreign}),
        call(site, "package_patch", {"id": made["id"], "groups": foreign}),
        call(site, "package_revise", {"match": {"id": made["id"]}, "update": {"groups": foreign}}),
    ]

    assert [reply.refused for reply in replies] == [DENIED] * 3
    assert show(site, made["id"]) == made


def test_an_unknown_group(site: Site, packages: Packages) -> None:
    """A group that is not there is not found, though the package is."""
    made = packages.record()
    unknown = [{"name": "no-such-group"}]

    replies = [
        call(site, "package_patch", {"id": made["id"], "groups": unknown}),
        call(site, "package_revise", {"match": {"id": made["id"]}, "update": {"groups": unknown}}),
    ]

    assert [reply.refused for reply in replies] == [NOT_FOUND] * 2


def test_join_and_leave(site: Site, packages: Packages, groups: Groups) -> None:
    """A group is joined and left by replacing the list, and either moves the stamp."""
    made = packages.record()

    joined = revise(site, made, filter=["-groups"], update={"groups": [{"id": groups.own["id"]}]})
    left = revise(site, made, filter=["-groups"], update={"groups": []})

    assert differences(made, joined).keys() == {"groups"}
    assert ids(joined) == {groups.own["id"]}
    assert differences(made, left) == {}
    assert made["metadata_modified"] < joined["metadata_modified"] < left["metadata_modified"]


def test_no_groups_where_there_were_none(site: Site, packages: Packages) -> None:
    """An empty list changes nothing where there was one."""
    made = packages.record()

    assert differences(made, revise(site, made, filter=["-groups"], update={"groups": []})) == {}


def test_groups_filtered_out(site: Site, packages: Packages, groups: Groups) -> None:
    """Groups filtered out and not given again: CKAN 2.12 keeps them, 2.9 leaves those of one's own."""
    made = packages.record(groups=[{"id": groups.own["id"]}])

    after = revise(site, made, filter=["-groups"])

    assert ids(after) == (set() if site.old else {groups.own["id"]})


def test_groups_are_sorted(site: Site, packages: Packages, groups: Groups) -> None:
    """Groups come by their title."""
    made = in_both(site, packages, groups)

    titles = sorted([groups.own["title"], groups.foreign["title"]])
    assert [group["title"] for group in made["groups"]] == titles


def test_a_patch_beside_a_foreign_group(site: Site, packages: Packages, groups: Groups) -> None:
    """A patch of something else goes through, and all groups stay."""
    made = in_both(site, packages, groups)

    after = call(site, "package_patch", {"id": made["id"], "purpose": "x"}).result

    assert differences(made, after) == {"purpose": "x"}


def test_a_revision_beside_a_foreign_group(site: Site, packages: Packages, groups: Groups) -> None:
    """CKAN 2.12 denies any revision of a package in a group that one is not in; 2.9 does not."""
    made = in_both(site, packages, groups)

    reply = call(site, "package_revise", {"match": {"id": made["id"]}, "update": {"purpose": "x"}})

    if site.old:
        assert differences(made, reply.result["package"]) == {"purpose": "x"}
    else:
        assert reply.refused == DENIED
        assert show(site, made["id"]) == made


def test_a_revision_with_ones_own_groups_only(site: Site, packages: Packages, groups: Groups) -> None:
    """A revision that sends only one's own groups goes through, and the foreign ones stay."""
    made = in_both(site, packages, groups)

    after = revise(site, made, filter=["-groups"], update={"purpose": "x", "groups": [{"id": groups.own["id"]}]})

    assert differences(made, after) == {"purpose": "x"}


def test_leave_beside_a_foreign_group(site: Site, packages: Packages, groups: Groups) -> None:
    """One's own group is left, a foreign one is not."""
    made = in_both(site, packages, groups)

    after = revise(site, made, filter=["-groups"], update={"groups": []})

    assert ids(after) == {groups.foreign["id"]}


def test_match_groups(site: Site, packages: Packages, groups: Groups) -> None:
    """The groups that were read may be matched by their ids, from the beginning and at the end."""
    made = packages.record(groups=[{"id": groups.own["id"]}])
    right = {"match": {"id": made["id"], "groups": [{"id": groups.own["id"]}]}}
    wrong = {"match": {"id": made["id"], "groups": [{"id": groups.foreign["id"]}]}}
    last = "match__groups__-1__id"

    assert call(site, "package_revise", right | {last: groups.own["id"]}).status == 200
    assert call(site, "package_revise", wrong).status == 409
    assert call(site, "package_revise", right | {last: groups.foreign["id"]}).status == 409


def test_find_by_group(site: Site, packages: Packages, groups: Groups) -> None:
    """Packages are found by the name of their group."""
    made = packages.record(groups=[{"id": groups.own["id"]}])
    fq = f'+id:"{made["id"]}" +groups:"{{}}"'

    counts = [
        call(site, "package_search", {"fq": fq.format(group["name"])}).result["count"]
        for group in (groups.own, groups.foreign)
    ]

    assert counts == [1, 0]


def test_a_deleted_package_has_left_its_groups(site: Site, packages: Packages, groups: Groups) -> None:
    """A package deleted by its own action is in no group when it comes back; by a revision it stays."""
    one, other = (packages.record(groups=[{"id": groups.own["id"]}]) for _ in range(2))

    call(site, "package_delete", {"id": one["id"]})
    revise(site, other, update={"state": "deleted"})

    assert ids(revise(site, one, update={"state": "active"})) == set()
    assert ids(revise(site, other, update={"state": "active"})) == {groups.own["id"]}
