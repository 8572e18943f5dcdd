"""Tokens, users, and what each of them may do."""

from typing import Any

import pytest
from speaking import ANONYMOUS, DENIED, NOT_FOUND, STAMP, UUID, Packages, Site, call, record

ORGANIZATION = set(
    "id name title type description image_url created is_organization approval_status state".split()
)
SHOWN = ORGANIZATION | {"display_name", "image_display_url"}
USER = set(
    "id name fullname created about activity_streams_email_notifications sysadmin state image_url"
    " display_name email_hash number_created_packages image_display_url".split()
)
LICENCE = set(
    "id title url family maintainer status is_generic domain_content domain_data domain_software"
    " od_conformance osd_conformance".split()
)


def organizations(site: Site, permission: str, token: str | None = None) -> list[str]:
    """Return the names of the organizations in which a user has a permission."""
    found = call(site, "organization_list_for_user", {"permission": permission}, token=token).result
    return [organization["name"] for organization in found]


def test_a_bad_token_reads_like_nobody(site: Site, packages: Packages) -> None:
    """A token that CKAN does not know is no error: what is public can be read with it, and nothing else."""
    public, private = packages.dataset(), packages.dataset(private=True)

    read = call(site, "package_show", {"id": public["id"]}, token="no-such-token")
    denied = call(site, "package_show", {"id": private["id"]}, token="no-such-token")

    assert read.result == public
    assert denied.refused == DENIED


@pytest.mark.parametrize("token", [ANONYMOUS, "no-such-token"])
def test_nobody_writes(site: Site, packages: Packages, token: str) -> None:
    """Without a token that CKAN knows every write is refused."""
    made = packages.record()

    replies = [
        call(site, "package_create", record(site), token=token),
        call(site, "package_patch", {"id": made["id"], "title": "Mine"}, token=token),
        call(site, "package_revise", {"match": {"id": made["id"]}, "update": {"title": "Mine"}}, token=token),
        call(site, "package_delete", {"id": made["id"]}, token=token),
    ]

    assert [reply.refused for reply in replies] == [DENIED] * 4
    assert call(site, "package_show", {"id": made["id"]}).result == made


def test_a_member_reads_and_does_not_write(site: Site, packages: Packages) -> None:
    """A member of the organization sees its private packages and its drafts, and changes none."""
    private, draft = packages.record(private=True), packages.record()
    call(site, "package_patch", {"id": draft["id"], "state": "draft"})

    seen = [call(site, "package_show", {"id": made["id"]}, token=site.member) for made in (private, draft)]
    replies = [
        call(site, "package_create", record(site), token=site.member),
        call(site, "package_patch", {"id": private["id"], "title": "Mine"}, token=site.member),
        call(site, "package_update", private, token=site.member),
        call(site, "package_revise", {"match": {"id": private["id"]}}, token=site.member),
        call(site, "package_delete", {"id": private["id"]}, token=site.member),
        call(site, "resource_create", {"package_id": private["id"], "name": "Mine"}, token=site.member),
    ]

    assert [reply.result["state"] for reply in seen] == ["active", "draft"]
    assert [reply.refused for reply in replies] == [DENIED] * 6


@pytest.mark.parametrize("permission", ["read", "create_dataset", "update_dataset"])
def test_the_organizations_of_an_editor(site: Site, permission: str) -> None:
    """An editor may do all of this in the one organization that has them as editor."""
    assert organizations(site, permission) == [site.organization]


def test_the_organizations_of_a_member(site: Site) -> None:
    """A member reads in their organization, and may do nothing else there."""
    assert organizations(site, "read", site.member) == [site.organization]
    assert organizations(site, "update_dataset", site.member) == []
    assert organizations(site, "create_dataset", site.member) == []


@pytest.mark.parametrize("token", [ANONYMOUS, "no-such-token"])
def test_the_organizations_of_nobody(site: Site, token: str) -> None:
    """Nobody has no organization, and that is no error."""
    assert organizations(site, "read", token) == []
    assert organizations(site, "update_dataset", token) == []


def test_the_organizations_of_a_sysadmin(site: Site) -> None:
    """A sysadmin may do everything in all of them."""
    assert {site.organization, site.other_organization} <= set(
        organizations(site, "update_dataset", site.sysadmin)
    )


def test_an_organization_of_a_list(site: Site) -> None:
    """An organization of the list has its own fields and the user's role in it."""
    [mine] = call(site, "organization_list_for_user", {"permission": "update_dataset"}).result
    [theirs] = call(site, "organization_list_for_user", {"permission": "read"}, token=site.member).result
    [by_default] = call(site, "organization_list_for_user").result

    assert mine.keys() == SHOWN | {"capacity"}
    assert UUID.fullmatch(mine["id"])
    assert STAMP.fullmatch(mine["created"])
    assert mine["display_name"] == mine["title"]
    assert (mine["type"], mine["is_organization"]) == ("organization", True)
    assert (mine["state"], mine["approval_status"]) == ("active", "approved")
    assert (mine["image_url"], mine["image_display_url"]) == ("", "")
    assert mine["capacity"] == "editor"
    assert theirs == mine | {"capacity": "member"}
    assert by_default == mine


def test_the_organizations_of_another_user(site: Site) -> None:
    """With an id the list is that user's."""
    [theirs] = call(site, "organization_list_for_user", {"permission": "read", "id": site.member_name}).result

    assert (theirs["name"], theirs["capacity"]) == (site.organization, "member")


def test_who_am_i(site: Site) -> None:
    """CKAN 2.12 tells a user who they are; 2.9 does not know without an id, and both do not know nobody."""
    mine = call(site, "user_show")
    nobody = call(site, "user_show", token=ANONYMOUS)

    assert nobody.refused == NOT_FOUND
    if site.old:
        assert mine.refused == NOT_FOUND
    else:
        assert mine.result["name"] == site.editor_name


def test_a_user(site: Site) -> None:
    """A user is shown by name and by id; the address only to themselves and to a sysadmin."""
    private = USER | {"apikey", "email"} | (set() if site.old else {"last_active"})

    mine = call(site, "user_show", {"id": site.editor_name}).result

    assert mine.keys() == private
    assert (mine["name"], mine["state"], mine["sysadmin"]) == (site.editor_name, "active", False)
    assert UUID.fullmatch(mine["id"])
    by_id = call(site, "user_show", {"id": mine["id"]}).result
    assert (by_id["id"], by_id["name"]) == (mine["id"], mine["name"])
    assert call(site, "user_show", {"id": mine["id"]}, token=site.sysadmin).result.keys() == private
    public = private - {"apikey", "email"}
    assert call(site, "user_show", {"id": mine["id"]}, token=site.member).result.keys() == public
    assert call(site, "user_show", {"id": mine["id"]}, token=ANONYMOUS).result.keys() == public


def test_an_unknown_user(site: Site) -> None:
    """A user who is not there is not found."""
    assert call(site, "user_show", {"id": "no-such-user"}).refused == NOT_FOUND


@pytest.mark.parametrize("token", [None, ANONYMOUS])
def test_an_organization_by_name_and_by_id(site: Site, token: str | None) -> None:
    """Everybody sees an organization, by its name and by its id."""
    asked = {"include_datasets": False, "include_users": False}
    [known] = call(site, "organization_list_for_user").result

    by_name = call(site, "organization_show", {"id": site.organization} | asked, token=token).result
    by_id = call(site, "organization_show", {"id": known["id"]} | asked, token=token).result

    assert by_name == by_id | {"package_count": by_name["package_count"]}  # other tests make packages meanwhile
    old = {"tags"} if site.old else set()
    assert by_name.keys() == SHOWN | {"num_followers", "package_count", "extras", "groups"} | old
    assert {key: by_name[key] for key in SHOWN} == {key: known[key] for key in SHOWN}
    assert (by_name["num_followers"], by_name["extras"], by_name["groups"]) == (0, [], [])


def test_an_organization_of_others(site: Site) -> None:
    """One need not belong to an organization to see it."""
    reply = call(site, "organization_show", {"id": site.other_organization})

    assert reply.result["name"] == site.other_organization


def test_the_users_of_an_organization(site: Site) -> None:
    """An organization is shown with its users and their roles, if not told otherwise."""
    users = call(site, "organization_show", {"id": site.organization}).result["users"]

    roles = {user["name"]: user["capacity"] for user in users}
    assert roles[site.editor_name] == "editor"
    assert roles[site.member_name] == "member"


def test_an_unknown_organization(site: Site) -> None:
    """An organization that is not there is not found."""
    assert call(site, "organization_show", {"id": "no-such-organization"}).refused == NOT_FOUND


def test_the_packages_of_an_organization(site: Site, packages: Packages) -> None:
    """An organization counts its packages, and shows them only when asked."""
    packages.dataset()
    asked: dict[str, Any] = {"id": site.organization, "include_users": False}

    bare = call(site, "organization_show", asked).result
    full = call(site, "organization_show", asked | {"include_datasets": True}).result

    assert bare["package_count"] >= 1
    assert "packages" not in bare
    assert full.keys() == bare.keys() | {"packages"}
    assert full["packages"]


def test_all_organizations(site: Site) -> None:
    """The list of organizations is of names, or of organizations with all their fields."""
    listed = call(site, "organization_list").result
    full = call(site, "organization_list", {"all_fields": True}).result

    assert {site.organization, site.other_organization} <= set(listed)
    assert [organization["name"] for organization in full] == listed
    assert all(organization.keys() == SHOWN | {"num_followers", "package_count"} for organization in full)


def test_organizations_like_a_text(site: Site) -> None:
    """Organizations are found by a part of their name or title, in any case."""
    [known] = call(site, "organization_list_for_user").result
    expected = {key: known[key] for key in ("id", "name", "title")}

    by_name = call(site, "organization_autocomplete", {"q": known["name"], "limit": 50}).result
    by_title = call(site, "organization_autocomplete", {"q": known["title"][1:].upper()}).result
    by_nothing = call(site, "organization_autocomplete", {"q": "no such organization"}).result

    assert expected in by_name
    assert expected in by_title
    assert by_nothing == []


def test_the_members_of_an_organization(site: Site, packages: Packages) -> None:
    """Everybody may list an organization's active packages, private ones too; CKAN 2.9 lists drafts as well."""
    active, private, draft = packages.record(), packages.record(private=True), packages.dataset()
    call(site, "package_patch", {"id": draft["id"], "state": "draft"})
    asked = {"id": site.organization, "object_type": "package"}

    listed = call(site, "member_list", asked).result
    to_nobody = call(site, "member_list", asked, token=ANONYMOUS).result

    assert [active["id"], "package", "organization"] in listed
    assert [private["id"], "package", "organization"] in listed
    assert ([draft["id"], "package", "organization"] in listed) is site.old
    assert sorted(to_nobody) == sorted(listed)


def test_the_users_among_the_members(site: Site) -> None:
    """Without a kind of members the list holds the users and their roles, too."""
    user = call(site, "user_show", {"id": site.editor_name}).result["id"]

    listed = call(site, "member_list", {"id": site.organization}).result

    assert [user, "user", "Editor"] in listed


def test_the_members_of_an_unknown_organization(site: Site) -> None:
    """An organization that is not there has no members."""
    reply = call(site, "member_list", {"id": "no-such-organization", "object_type": "package"})

    assert reply.refused == NOT_FOUND


def test_licences(site: Site) -> None:
    """Everybody may see the site's licences: all texts, what is true or false as "True" or "False"."""
    found = call(site, "license_list", token=ANONYMOUS).result

    old = {"is_okd_compliant", "is_osi_compliant"} if site.old else set()
    assert all(licence.keys() == LICENCE | old for licence in found)
    assert all(isinstance(licence[key], str) for licence in found for key in LICENCE)
    assert {"notspecified", "cc-zero", "other-closed"} <= {licence["id"] for licence in found}
    assert {licence["status"] for licence in found} <= {"active", "retired"}
    assert {licence["is_generic"] for licence in found} == {"True", "False"}
