"""`package_delete`, and how a deleted package comes back."""

from speaking import (
    ANONYMOUS,
    DENIED,
    NOT_FOUND,
    Packages,
    Site,
    call,
    differences,
    resource,
    show,
    some_id,
)


def delete(site: Site, key: str) -> None:
    """Delete a package."""
    assert call(site, "package_delete", {"id": key}).result is None


def test_delete(site: Site, packages: Packages) -> None:
    """A deleted package is still shown, with nothing but its state changed: the stamp stays."""
    made = packages.record(tags=[{"name": "weir"}], resources=[resource()])

    delete(site, made["id"])

    assert show(site, made["id"]) == made | {"state": "deleted"}


def test_delete_by_name(site: Site, packages: Packages) -> None:
    """A package may be deleted by its name."""
    made = packages.dataset()

    delete(site, made["name"])

    assert show(site, made["id"])["state"] == "deleted"


def test_delete_again(site: Site, packages: Packages) -> None:
    """A deleted package may be deleted again."""
    made = packages.dataset()

    delete(site, made["id"])
    delete(site, made["id"])

    assert show(site, made["id"])["state"] == "deleted"


def test_who_may_not(site: Site, packages: Packages) -> None:
    """A member and nobody may not delete; what is not there is not found."""
    made = packages.dataset()

    replies = [call(site, "package_delete", {"id": made["id"]}, token=token) for token in (site.member, ANONYMOUS)]

    assert [reply.refused for reply in replies] == [DENIED, DENIED]
    assert show(site, made["id"]) == made
    assert call(site, "package_delete", {"id": some_id()}).refused == NOT_FOUND


def test_a_deleted_package_is_not_listed(site: Site, packages: Packages) -> None:
    """A deleted package is in no search and on no list of its organization."""
    made = packages.dataset()

    delete(site, made["id"])

    found = call(
        site,
        "package_search",
        {"fq": f'+id:"{made["id"]}"', "include_private": True, "include_drafts": True},
    )
    listed = call(site, "member_list", {"id": site.organization, "object_type": "package"}).result
    assert found.result["count"] == 0
    assert made["id"] not in [row[0] for row in listed]


def test_undelete(site: Site, packages: Packages) -> None:
    """A deleted package comes back by its state, and is found again."""
    made = packages.record(tags=[{"name": "weir"}], resources=[resource()])
    delete(site, made["id"])

    call(site, "package_patch", {"id": made["id"], "state": "active"})

    back = show(site, made["id"])
    assert differences(made, back) == {}
    assert back["metadata_modified"] > made["metadata_modified"]
    assert call(site, "package_search", {"fq": f'+id:"{made["id"]}"'}).result["results"] == [back]


def test_the_name_of_a_deleted_package(site: Site, packages: Packages) -> None:
    """A new package may take the name of a deleted one, which is then called by its id."""
    made = packages.record()
    delete(site, made["id"])

    new = packages.record(name=made["name"])

    assert new["name"] == made["name"]
    assert show(site, made["name"])["id"] == new["id"]
    assert show(site, made["id"])["name"] == made["id"]


def test_a_deleted_package_can_be_changed(site: Site, packages: Packages) -> None:
    """A deleted package can be changed, and stays deleted."""
    made = packages.record()
    delete(site, made["id"])

    call(site, "package_revise", {"match": {"id": made["id"]}, "update": {"purpose": "x"}})

    assert differences(made, show(site, made["id"])) == {"state": "deleted", "purpose": "x"}


def test_a_deletion_meanwhile(site: Site, packages: Packages) -> None:
    """A deletion moves no stamp, so a match must hold the state to notice one."""
    made = packages.record()
    match = {key: made[key] for key in ("id", "metadata_modified")}
    delete(site, made["id"])

    noticed = call(site, "package_revise", {"match": match | {"state": "active"}, "update": {"purpose": "x"}})
    unnoticed = call(site, "package_revise", {"match": match, "update": {"purpose": "x"}})

    assert (noticed.status, unnoticed.status) == (409, 200)
