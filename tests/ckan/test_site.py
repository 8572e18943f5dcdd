"""What is asked of a site: everything is found, nothing twice, with few calls."""

from collections.abc import Callable
from typing import Any

import pytest
from scripted import (
    DENIED,
    NOT_FOUND,
    TOKEN,
    Answer,
    Request,
    Script,
    Server,
    error,
    in_turn,
    ok,
    page,
    string,
)
from small_ckan import ORGANIZATION, SmallCKAN, package

from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import DeniedError, NoSuchActionError, NotCKANError
from bulkedit.ckan.site import BATCH, PAGE, Organization, Site
from bulkedit.core.trouble import RunError

Serve = Callable[[Script], Server]

PARKS = Organization("org-1", "parks", "Parks Board")
UNKNOWN_ACTION = string("Bad request - Action name not known: x")


def site_of(server: Server) -> Site:
    """Return the site with a client that gives up soon."""
    return Site(Client(server.url, TOKEN, timeout=(2.0, 1.0)))


def ids(packages: list[dict[str, Any]]) -> list[str]:
    """Return the ids of packages."""
    return [package["id"] for package in packages]


# -- all packages of an organization


def test_packages_are_paged_by_key(serve: Serve) -> None:
    """Each page begins after the last id of the one before, quoted, sorted by id, a thousand at a time."""
    ckan = SmallCKAN([package(n) for n in range(1, 6)], most=2)
    server = serve(ckan.script())

    found = site_of(server).packages(PARKS)

    pages = server.asked("package_search")
    last = [package(n)["id"] for n in (2, 4, 5)]
    assert ids(found) == ids(ckan.packages)
    assert [asked["fq"] for asked in pages] == [
        '+owner_org:"org-1"',
        *[f'+owner_org:"org-1" +id:{{"{key}" TO *}}' for key in last],
    ]
    assert {(asked["sort"], asked["rows"]) for asked in pages} == {("id asc", PAGE)}
    assert all("start" not in asked for asked in pages)


def test_private_packages_and_drafts_are_asked_for(serve: Serve) -> None:
    """An export holds all that the user may see."""
    server = serve(SmallCKAN([package(1)]).script())

    site_of(server).packages(PARKS)

    assert all(asked["include_private"] and asked["include_drafts"] for asked in server.asked("package_search"))


def test_a_site_that_does_not_page_is_refused(serve: Serve) -> None:
    """A proxy that ignores the key would give the first page for ever: one sentence instead."""
    server = serve({"package_search": ok({"results": [package(1), package(2)]})})

    with pytest.raises(RunError, match="page by page"):
        site_of(server).packages(PARKS)

    assert len(server.asked("package_search")) == 2


def test_a_package_edited_between_two_pages_appears_once(serve: Serve) -> None:
    """Edits and new packages meanwhile make none appear twice, and none of the old ones missing."""
    ckan = SmallCKAN([package(n) for n in range(1, 6)], most=2)
    before = ids(ckan.packages)

    def meanwhile(request: Request) -> None:
        if "TO *" not in request.parameters["fq"]:
            ckan.edit("trails-1", title="Edited")
            ckan.packages.insert(0, package(0))

    ckan.after_search = meanwhile

    found = site_of(serve(ckan.script())).packages(PARKS)

    assert sorted(key for key in ids(found) if key in before) == before
    assert len(ids(found)) == len(set(ids(found)))


def test_packages_missing_in_the_index_are_found(serve: Serve) -> None:
    """What CKAN's own list of members has and the search has not is read singly, once each."""
    missed = {package(2)["id"], package(4)["id"]}
    ckan = SmallCKAN([package(n) for n in range(1, 5)], unindexed=frozenset(missed))
    server = serve(ckan.script())

    found = site_of(server).packages(PARKS)

    assert ids(found) == ids(ckan.packages)
    assert sorted(asked["id"] for asked in server.asked("package_show")) == sorted(missed)


@pytest.mark.parametrize("fields", [{"state": "deleted"}, {"owner_org": "another"}])
def test_deleted_and_foreign_packages_are_left_out(serve: Serve, fields: dict[str, Any]) -> None:
    """The list of members also names deleted packages and those that moved away: they are not exported."""
    ckan = SmallCKAN([package(1), package(2, **fields)])

    found = site_of(serve(ckan.script())).packages(PARKS)

    assert ids(found) == [package(1)["id"]]


@pytest.mark.parametrize("answer", [NOT_FOUND, DENIED])
def test_members_that_the_user_cannot_see_are_left_out(serve: Serve, answer: Answer) -> None:
    """A member that is gone or hidden from the user is no reason to stop."""
    ckan = SmallCKAN([package(1), package(2)], unindexed=frozenset([package(2)["id"]]))

    found = site_of(serve({**ckan.script(), "package_show": answer})).packages(PARKS)

    assert ids(found) == [package(1)["id"]]


@pytest.mark.parametrize("answer", [NOT_FOUND, DENIED, UNKNOWN_ACTION])
def test_a_site_that_hides_its_members_is_exported_from_the_index(serve: Serve, answer: Answer) -> None:
    """Where the list of members is not to be had, the search has to do."""
    ckan = SmallCKAN([package(1), package(2)])

    found = site_of(serve({**ckan.script(), "member_list": answer})).packages(PARKS)

    assert ids(found) == ids(ckan.packages)


def test_a_filter_asks_for_less(serve: Serve) -> None:
    """A dataset type and a query narrow the search; then the list of members says nothing."""
    server = serve(SmallCKAN([package(1)]).script())

    site_of(server).packages(PARKS, dataset_type="bcdc_dataset", query="tags:water OR tags:fish")

    fq = server.asked("package_search")[0]["fq"]
    assert fq == '+owner_org:"org-1" +dataset_type:"bcdc_dataset" +(tags:water OR tags:fish)'
    assert "member_list" not in server.actions


def test_a_query_the_site_cannot_read_is_told(serve: Serve) -> None:
    """A bad filter ends in CKAN's own words."""
    bad = error(409, "Search Error", message="org.apache.solr: undefined field x")
    server = serve({**SmallCKAN([]).script(), "package_search": bad})

    with pytest.raises(NoSuchActionError, match="undefined field x"):
        site_of(server).packages(PARKS, query="x:1")


# -- packages as they are now


def test_live_packages_come_in_batches(serve: Serve) -> None:
    """A hundred packages cost one call, and none is read singly."""
    ckan = SmallCKAN([package(n) for n in range(2 * BATCH + 50)])
    server = serve(ckan.script())
    keys = ids(ckan.packages)

    found = site_of(server).live(keys)

    asked = server.asked("package_search")
    assert list(found) == keys
    assert server.actions == ["package_search"] * 3
    assert [call["rows"] for call in asked] == [BATCH, BATCH, 50]
    assert asked[2]["fq"] == "+id:(" + " OR ".join(f'"{key}"' for key in keys[2 * BATCH :]) + ")"
    assert all(call["include_private"] and call["include_drafts"] for call in asked)


def test_live_packages_that_the_index_misses_are_read_singly(serve: Serve) -> None:
    """Each package that a batch does not bring is asked for once; one that is gone or deleted is left out."""
    hidden = frozenset([package(2)["id"]])
    ckan = SmallCKAN([package(1), package(2), package(3, state="deleted")], unindexed=hidden)
    server = serve(ckan.script())
    keys = [package(n)["id"] for n in (1, 2, 3, 4)]

    found = site_of(server).live(keys)

    assert list(found) == keys[:2]
    assert [asked["id"] for asked in server.asked("package_show")] == keys[1:]


def test_nothing_asked_costs_no_call(serve: Serve) -> None:
    """No edits, no reading."""
    server = serve({})

    found = site_of(server).live([])

    assert (found, server.requests) == ({}, [])


@pytest.mark.parametrize("answer", [NOT_FOUND, DENIED])
def test_a_package_nobody_shows_is_none(serve: Serve, answer: Answer) -> None:
    """Gone and hidden are the same to an editor."""
    server = serve({"package_show": answer})

    found = site_of(server).package("a")

    assert found is None


# -- organizations


def titled(*entries: tuple[str, str, str]) -> list[dict[str, str]]:
    """Return organizations as the API lists them."""
    return [{"id": key, "name": name, "title": title} for key, name, title in entries]


@pytest.mark.parametrize("text", ["parks", "org-1"])
def test_an_organization_is_found_by_name_and_id(serve: Serve, text: str) -> None:
    """CKAN knows both itself: one call, without the organization's packages and users."""
    server = serve(SmallCKAN([]).script())

    found = site_of(server).organization(text)

    assert found == PARKS
    assert server.asked("organization_show") == [{"id": text, "include_datasets": False, "include_users": False}]
    assert len(server.requests) == 1


@pytest.mark.parametrize("text", ["Parks Board", "parks board"])
def test_an_organization_is_found_by_title(serve: Serve, text: str) -> None:
    """People know titles; upper and lower case are the same."""
    found = site_of(serve(SmallCKAN([]).script())).organization(text)

    assert found == PARKS


def test_an_organization_of_other_people_is_found_by_title(serve: Serve) -> None:
    """A title is looked up in the whole site, not only among the user's organizations."""
    script = SmallCKAN([]).script() | {"organization_autocomplete": ok(titled(("o2", "fish", "Fisheries")))}

    found = site_of(serve(script)).organization("Fisheries")

    assert found.name == "fish"


def test_an_ambiguous_title_names_the_organizations(serve: Serve) -> None:
    """Two organizations of one title are never guessed between: the sentence says which names there are."""
    same = titled(("o2", "parks-north", "Parks Board"), ("org-1", "parks", "Parks Board"))
    script = SmallCKAN([]).script() | {"organization_autocomplete": ok(same)}

    with pytest.raises(RunError) as caught:
        site_of(serve(script)).organization("Parks Board")

    assert "parks, parks-north" in str(caught.value)


def test_an_unknown_organization_is_a_sentence(serve: Serve) -> None:
    """The sentence names the site and what was asked for; a site without a search by title is no obstacle."""
    server = serve({**SmallCKAN([]).script(), "organization_autocomplete": UNKNOWN_ACTION})

    with pytest.raises(RunError) as caught:
        site_of(server).organization("Nobody")

    assert server.url in str(caught.value)
    assert "'Nobody'" in str(caught.value)


def test_the_users_organizations_depend_on_the_permission(serve: Serve) -> None:
    """A member may read, an editor may also change packages."""
    site = site_of(serve(SmallCKAN([], permissions=frozenset(["read"])).script()))

    found = site.organizations("read"), site.organizations("update_dataset")

    assert found == ([PARKS], [])


def test_an_organization_without_a_title_shows_its_display_name(serve: Serve) -> None:
    """Some sites give a display name only."""
    named = [{"id": "o2", "name": "fish", "title": "", "display_name": "Fisheries"}]

    found = site_of(serve({"organization_list_for_user": ok(named)})).organizations("read")

    assert found == [Organization("o2", "fish", "Fisheries")]


# -- the site, the user, the fields


def test_a_site_tells_its_version_and_language(serve: Serve) -> None:
    """`status_show` says both; where a site hides its version, that is no trouble."""
    server = serve({"status_show": in_turn(ok({"ckan_version": "2.9.11", "locale_default": "fr"}), ok({}))})

    found = [site_of(server).about() for _ in range(2)]

    assert found == [("2.9.11", "fr"), ("", "en")]


def test_something_else_than_a_ckan_is_told(serve: Serve) -> None:
    """A web site that is no CKAN is recognized at the first call."""
    server = serve({"status_show": page(404)})

    with pytest.raises(NotCKANError, match="does not answer like a CKAN site"):
        site_of(server).about()


@pytest.mark.parametrize(
    ("answer", "can"),
    [(ok("Revise a dataset"), True), (NOT_FOUND, False), (UNKNOWN_ACTION, False)],
)
def test_a_site_without_revise_is_recognized(serve: Serve, answer: Answer, can: bool) -> None:
    """Whether an import is possible is known without writing anything."""
    server = serve({"help_show": answer})

    found = site_of(server).can_revise()

    assert found is can
    assert server.asked("help_show") == [{"name": "package_revise"}]


@pytest.mark.parametrize(
    ("answer", "name"),
    [
        (ok({"name": "rita"}), "rita"),
        (NOT_FOUND, ""),
        (DENIED, ""),
        (error(409, "Validation Error", id=["Missing value"]), ""),
        (UNKNOWN_ACTION, ""),
    ],
)
def test_a_user_that_ckan_does_not_tell_is_nameless(serve: Serve, answer: Answer, name: str) -> None:
    """CKAN up to 2.9 answers 404 to the question who we are: no error, only no name."""
    server = serve({"user_show": answer})

    found = site_of(server).user()

    assert found == name


def test_schemas_are_read_expanded(serve: Serve) -> None:
    """The schema of each type is asked for once, with its presets filled in."""
    schema = {"dataset_fields": [{"field_name": "title"}]}
    server = serve({"scheming_dataset_schema_show": ok(schema)})

    found = site_of(server).schemas(["dataset", "map"])

    assert found == {"dataset": schema, "map": schema}
    assert server.asked("scheming_dataset_schema_show") == [
        {"type": "dataset", "expanded": True},
        {"type": "map", "expanded": True},
    ]


def test_a_site_without_scheming_has_no_schemas(serve: Serve) -> None:
    """The first answer tells (a bare string, status 400); the other types are not asked for."""
    server = serve({})

    found = site_of(server).schemas(["dataset", "map"])

    assert found == {}
    assert len(server.requests) == 1


def test_a_type_without_a_schema_is_passed_over(serve: Serve) -> None:
    """An unknown type (404) has no schema; the others still have theirs."""
    server = serve({"scheming_dataset_schema_show": in_turn(NOT_FOUND, ok({"dataset_fields": []}))})

    found = site_of(server).schemas(["old", "dataset"])

    assert list(found) == ["dataset"]


def test_licences_and_groups_are_choices(serve: Serve) -> None:
    """Licences come with their titles, groups by id: a name may have changed."""
    site = site_of(
        serve(
            {
                "license_list": ok([{"id": "cc0", "title": "Public domain"}, {"id": "", "title": "?"}]),
                "group_list_authz": ok([{"name": "water", "id": "g1"}, {"name": "land", "id": "g2"}]),
            }
        )
    )

    found = [(choice.value, choice.label) for choice in site.licences()], site.groups()

    assert found == ([("cc0", "Public domain")], ["g1", "g2"])


def test_a_refused_search_is_not_an_empty_one(serve: Serve) -> None:
    """Where the site does not let us search, an export stops; it does not come out empty."""
    server = serve({**SmallCKAN([package(1)]).script(), "package_search": DENIED})

    with pytest.raises(DeniedError):
        site_of(server).packages(Organization(ORGANIZATION["id"], "parks", ""))
