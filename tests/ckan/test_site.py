"""What is asked of a site: everything is found, nothing twice, with few calls."""

from collections.abc import Iterator
from typing import Any

import pytest
from live_catalogue import WATERS, LiveCatalogue, OpenCatalogue, PackageDict, package, package_id
from scripted import (
    DENIED,
    NOT_FOUND,
    TOKEN,
    Answer,
    Serve,
    Server,
    error,
    in_turn,
    ok,
    page,
    string,
)

from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import DeniedError, NoSuchActionError, NotCKANError
from bulkedit.ckan.site import BATCH, PAGE, Organization, Site
from bulkedit.core.trouble import RunError
from bulkedit.sandbox import Sandbox

UNKNOWN_ACTION = string("Bad request - Action name not known: x")


def site_of(server: LiveCatalogue | Server, token: str = TOKEN) -> Site:
    """Return the site with a client that gives up soon."""
    return Site(Client(server.url, token, timeout=(2.0, 1.0)))


def parks_of(ckan: LiveCatalogue) -> Organization:
    """Return the editor's organization."""
    found = ckan.call("organization_show", id="parks")
    return Organization(found["id"], found["name"], found["title"])


def ids(packages: list[PackageDict]) -> list[str]:
    """Return the ids of packages."""
    return [package["id"] for package in packages]


def numbered(count: int) -> list[PackageDict]:
    """Return packages from the number 1 on."""
    return [package(n) for n in range(1, count + 1)]


@pytest.fixture(scope="module")
def sample(monkeypatch_module: pytest.MonkeyPatch) -> Iterator[LiveCatalogue]:
    """Keep the sample catalogue, for tests that only read."""
    monkeypatch_module.setenv("NO_PROXY", "127.0.0.1")
    opened = LiveCatalogue(Sandbox().start())
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def monkeypatch_module() -> Iterator[pytest.MonkeyPatch]:
    """Change the environment for a whole module."""
    with pytest.MonkeyPatch.context() as patch:
        yield patch


# -- all packages of an organization


def test_packages_are_paged_by_key(open_catalogue: OpenCatalogue) -> None:
    """Each page begins after the last id of the one before, quoted, sorted by id, a thousand at a time."""
    ckan = open_catalogue(numbered(5), rows_max=2)
    parks = parks_of(ckan)

    found = site_of(ckan).packages(parks)

    pages = ckan.asked("package_search")
    owner = f'+owner_org:"{parks.id}"'
    assert ids(found) == ids(numbered(5))
    assert [asked["fq"] for asked in pages] == [
        owner,
        *[f'{owner} +id:{{"{package_id(n)}" TO *}}' for n in (2, 4, 5)],
    ]
    assert {(asked["sort"], asked["rows"]) for asked in pages} == {("id asc", PAGE)}
    assert all("start" not in asked for asked in pages)


def test_private_packages_are_exported(open_catalogue: OpenCatalogue) -> None:
    """An export holds all that the user may see, drafts too."""
    ckan = open_catalogue([package(1), package(2, private=True), package(3, state="draft")])

    found = site_of(ckan).packages(parks_of(ckan))

    assert [(one["id"], one["state"], one["private"]) for one in found] == [
        (package_id(1), "active", False),
        (package_id(2), "active", True),
        (package_id(3), "draft", False),
    ]
    assert ckan.asked("package_show") == []


def test_a_site_that_does_not_page_is_refused(serve: Serve) -> None:
    """A proxy that ignores the key would give the first page for ever: one sentence instead."""
    server = serve({"package_search": ok({"results": [package(1), package(2)]})})

    with pytest.raises(RunError, match="page by page"):
        site_of(server).packages(Organization("o1", "parks", ""))

    assert len(server.asked("package_search")) == 2


def test_a_package_edited_between_two_pages_appears_once(open_catalogue: OpenCatalogue) -> None:
    """Edits and new packages meanwhile make none appear twice, and none of the old ones missing."""
    ckan = open_catalogue(numbered(5), rows_max=2)
    parks = parks_of(ckan)

    def somebody_works() -> None:
        ckan.edit(package_id(1), title="Edited")
        ckan.make(package(0), package(6))

    ckan.before("package_search", lambda: None, somebody_works)

    found = ids(site_of(ckan).packages(parks))

    assert sorted({*found} & {*ids(numbered(5))}) == ids(numbered(5))
    assert len(found) == len({*found})


def test_packages_missing_in_the_index_are_found(open_catalogue: OpenCatalogue) -> None:
    """What CKAN's own list of members has and the search has not is read singly, once each."""
    ckan = open_catalogue(numbered(4))
    missed = [package_id(2), package_id(4)]
    ckan.sandbox.unindexed.update(missed)

    found = site_of(ckan).packages(parks_of(ckan))

    assert ids(found) == ids(numbered(4))
    assert sorted(asked["id"] for asked in ckan.asked("package_show")) == missed


def members(*numbers: int) -> Answer:
    """Return a list of members, as `member_list` gives it."""
    return ok([[package_id(n), "package", "Public"] for n in numbers])


@pytest.mark.parametrize("gone", ["deleted", "moved away"])
def test_deleted_and_foreign_packages_are_left_out(open_catalogue: OpenCatalogue, serve: Serve, gone: str) -> None:
    """A list of members may also name deleted packages and those that moved away: they are not exported."""
    ckan = open_catalogue(numbered(2))
    server = serve({"member_list": members(1, 2)}, behind=ckan.url)
    if gone == "deleted":
        ckan.delete(package_id(2))
    else:
        ckan.edit(package_id(2), by="admin", owner_org=WATERS)

    found = site_of(server).packages(parks_of(ckan))

    assert ids(found) == [package_id(1)]
    assert server.asked("package_show") == [{"id": package_id(2)}]


def test_members_that_are_gone_are_left_out(open_catalogue: OpenCatalogue, serve: Serve) -> None:
    """A member that is gone or hidden from the user is no reason to stop."""
    ckan = open_catalogue(numbered(2))
    server = serve({"member_list": members(1, 2, 3)}, behind=ckan.url)
    ckan.hide(package_id(2))

    found = site_of(server).packages(parks_of(ckan))

    assert ids(found) == [package_id(1)]
    assert [asked["id"] for asked in server.asked("package_show")] == [package_id(2), package_id(3)]


@pytest.mark.parametrize("answer", [NOT_FOUND, DENIED, UNKNOWN_ACTION])
def test_a_site_that_hides_its_members_is_exported_from_the_index(
    open_catalogue: OpenCatalogue, serve: Serve, answer: Answer
) -> None:
    """Where the list of members is not to be had, the search has to do."""
    ckan = open_catalogue(numbered(2))
    server = serve({"member_list": answer}, behind=ckan.url)

    found = site_of(server).packages(parks_of(ckan))

    assert ids(found) == ids(numbered(2))


def test_a_filter_asks_for_less(open_catalogue: OpenCatalogue) -> None:
    """A dataset type and a query narrow the search; then the list of members says nothing."""
    tags = [[{"name": "water"}], [{"name": "fish"}], [{"name": "stone"}]]
    ckan = open_catalogue([package(n, tags=some) for n, some in enumerate(tags)])
    parks = parks_of(ckan)

    found = site_of(ckan).packages(parks, dataset_type="dataset", query="tags:water OR tags:fish")

    fq = ckan.asked("package_search")[0]["fq"]
    assert ids(found) == [package_id(0), package_id(1)]
    assert fq == f'+owner_org:"{parks.id}" +dataset_type:"dataset" +(tags:water OR tags:fish)'
    assert "member_list" not in ckan.actions


def test_a_type_asks_for_packages_of_that_type(sample: LiveCatalogue) -> None:
    """A dataset type is a filter of its own."""
    site, parks = site_of(sample), parks_of(sample)

    found = [len(site.packages(parks, dataset_type=name)) for name in ("bcdc_dataset", "dataset")]

    assert found == [40, 0]


def test_a_query_the_site_cannot_read_is_told(open_catalogue: OpenCatalogue) -> None:
    """A bad filter ends in CKAN's own words."""
    ckan = open_catalogue()

    with pytest.raises(NoSuchActionError, match="Search error: Syntax error"):
        site_of(ckan).packages(parks_of(ckan), query="title:[")


# -- packages as they are now


def test_live_packages_come_in_batches(open_catalogue: OpenCatalogue) -> None:
    """A hundred packages cost one call, and none is read singly."""
    ckan = open_catalogue(numbered(2 * BATCH + 5))
    keys = ids(numbered(2 * BATCH + 5))

    found = site_of(ckan).live(keys)

    asked = ckan.asked("package_search")
    assert list(found) == keys
    assert ckan.actions == ["package_search"] * 3
    assert [call["rows"] for call in asked] == [BATCH, BATCH, 5]
    assert asked[2]["fq"] == "+id:(" + " OR ".join(f'"{key}"' for key in keys[2 * BATCH :]) + ")"


def test_live_packages_that_the_index_misses_are_read_singly(open_catalogue: OpenCatalogue) -> None:
    """Each package that a batch does not bring is asked for once; one that is gone or deleted is left out."""
    ckan = open_catalogue(numbered(3))
    ckan.sandbox.unindexed.add(package_id(2))
    ckan.delete(package_id(3))
    keys = [package_id(n) for n in (1, 2, 3, 4)]

    found = site_of(ckan).live(keys)

    assert list(found) == keys[:2]
    assert [asked["id"] for asked in ckan.asked("package_show")] == keys[1:]


def test_live_packages_may_be_private_or_drafts(open_catalogue: OpenCatalogue) -> None:
    """What was exported is found again with the same call."""
    ckan = open_catalogue([package(1, private=True), package(2, state="draft")])

    found = site_of(ckan).live([package_id(1), package_id(2)])

    assert (list(found), ckan.actions) == ([package_id(1), package_id(2)], ["package_search"])


def test_nothing_asked_costs_no_call(open_catalogue: OpenCatalogue) -> None:
    """No edits, no reading."""
    ckan = open_catalogue()

    found = site_of(ckan).live([])

    assert (found, ckan.heard) == ({}, [])


def test_a_package_nobody_shows_is_none(open_catalogue: OpenCatalogue) -> None:
    """Gone and hidden are the same to an editor."""
    ckan = open_catalogue([package(1)])
    ckan.hide(package_id(1))
    site = site_of(ckan)

    found = [site.package(key) for key in (package_id(1), "nowhere")]

    assert found == [None, None]


# -- organizations


def titled(*entries: tuple[str, str, str]) -> list[dict[str, str]]:
    """Return organizations as the API lists them."""
    return [{"id": key, "name": name, "title": title} for key, name, title in entries]


@pytest.mark.parametrize("key", ["name", "id"])
def test_an_organization_is_found_by_name_and_id(open_catalogue: OpenCatalogue, key: str) -> None:
    """CKAN knows both itself: one call, without the organization's packages and users."""
    ckan = open_catalogue()
    parks = parks_of(ckan)
    text = getattr(parks, key)

    found = site_of(ckan).organization(text)

    assert found == parks
    assert ckan.heard == [("organization_show", {"id": text, "include_datasets": False, "include_users": False})]


@pytest.mark.parametrize("text", ["Parks and Trails Agency", "parks AND trails agency"])
def test_an_organization_is_found_by_title(sample: LiveCatalogue, text: str) -> None:
    """People know titles; upper and lower case are the same."""
    found = site_of(sample).organization(text)

    assert found == parks_of(sample)


def test_an_organization_of_other_people_is_found_by_title(sample: LiveCatalogue) -> None:
    """A title is looked up in the whole site, not only among the user's organizations."""
    found = site_of(sample).organization("Waters Office")

    assert found.name == WATERS


def test_an_ambiguous_title_names_the_organizations(open_catalogue: OpenCatalogue, serve: Serve) -> None:
    """Two organizations of one title are never guessed between: the sentence says which names there are."""
    ckan = open_catalogue()
    parks = parks_of(ckan)
    same = titled(("o2", "parks-north", parks.title), (parks.id, parks.name, parks.title))
    server = serve({"organization_autocomplete": ok(same)}, behind=ckan.url)

    with pytest.raises(RunError) as caught:
        site_of(server).organization(parks.title)

    assert "parks, parks-north" in str(caught.value)


@pytest.mark.parametrize("script", [{}, {"organization_autocomplete": UNKNOWN_ACTION}], ids=["now", "old"])
def test_an_unknown_organization_is_a_sentence(
    open_catalogue: OpenCatalogue, serve: Serve, script: dict[str, Answer]
) -> None:
    """The sentence names the site and what was asked for; a site without a search by title is no obstacle."""
    server = serve(script, behind=open_catalogue().url)

    with pytest.raises(RunError) as caught:
        site_of(server).organization("Nobody")

    assert server.url in str(caught.value)
    assert "'Nobody'" in str(caught.value)


def test_the_users_organizations_depend_on_the_permission(sample: LiveCatalogue) -> None:
    """A member may read, an editor may also change packages."""
    parks, tokens = parks_of(sample), sample.sandbox.tokens
    sites = [site_of(sample, tokens[name]) for name in ("member", "editor")]

    found = [(site.organizations("read"), site.organizations("update_dataset")) for site in sites]

    assert found == [([parks], []), ([parks], [parks])]


def test_an_organization_without_a_title_shows_its_display_name(serve: Serve) -> None:
    """Some sites give a display name only."""
    named = [{"id": "o2", "name": "fish", "title": "", "display_name": "Fisheries"}]

    found = site_of(serve({"organization_list_for_user": ok(named)})).organizations("read")

    assert found == [Organization("o2", "fish", "Fisheries")]


# -- the site, the user, the fields


def test_a_site_tells_its_version_and_language(sample: LiveCatalogue, serve: Serve) -> None:
    """`status_show` says both; where a site hides its version, that is no trouble."""
    server = serve({"status_show": in_turn(ok({"ckan_version": "2.9.11", "locale_default": "fr"}), ok({}))})

    found = [site_of(one).about() for one in (sample, server, server)]

    assert found == [("2.12.0", "en"), ("2.9.11", "fr"), ("", "en")]


def test_something_else_than_a_ckan_is_told(serve: Serve) -> None:
    """A web site that is no CKAN is recognized at the first call."""
    server = serve({"status_show": page(404)})

    with pytest.raises(NotCKANError, match="does not answer like a CKAN site"):
        site_of(server).about()


def test_a_site_with_revise_is_recognized(open_catalogue: OpenCatalogue) -> None:
    """Whether an import is possible is known without writing anything."""
    ckan = open_catalogue()

    found = site_of(ckan).can_revise()

    assert found is True
    assert ckan.heard == [("status_show", {}), ("help_show", {"name": "package_revise"})]


@pytest.mark.parametrize("answer", [NOT_FOUND, UNKNOWN_ACTION])
def test_a_site_without_revise_is_recognized(serve: Serve, answer: Answer) -> None:
    """CKAN before 2.9 has no help on it, or says that it does not know it."""
    server = serve({"help_show": answer, "status_show": ok({})})

    found = site_of(server).can_revise()

    assert found is False
    assert server.asked("help_show") == [{"name": "package_revise"}]


def test_a_user_has_a_name(sample: LiveCatalogue) -> None:
    """Whose token it is; a token that the site does not know is nobody's."""
    found = [site_of(sample, token).user() for token in (TOKEN, "another-token")]

    assert found == ["editor", ""]


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


def test_schemas_are_read_expanded(open_catalogue: OpenCatalogue) -> None:
    """The schema of each type is asked for once, with its presets filled in; a type may have none."""
    ckan = open_catalogue()

    found = site_of(ckan).schemas(["bcdc_dataset", "dataset"])

    fields: Any = found["bcdc_dataset"]["dataset_fields"]
    assert list(found) == ["bcdc_dataset"]
    assert any("preset" in field for field in fields)
    assert all("validators" in field for field in fields if "preset" in field)
    assert ckan.asked("scheming_dataset_schema_show") == [
        {"type": "bcdc_dataset", "expanded": True},
        {"type": "dataset", "expanded": True},
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


def test_licences_and_groups_are_choices(sample: LiveCatalogue) -> None:
    """Licences come with their titles, groups by id: a name may change."""
    site = site_of(sample)
    groups = sample.call("group_list_authz", by="editor")

    found = {choice.value: choice.label for choice in site.licences()}, site.groups()

    assert found[0]["cc-zero"] == "Creative Commons: no rights kept (CC0)"
    assert [group["name"] for group in groups] == ["outdoors"]
    assert found[1] == [group["id"] for group in groups]


def test_a_licence_without_an_id_is_no_choice(serve: Serve) -> None:
    """It could not be told from no licence."""
    licences = [{"id": "cc0", "title": "Public domain"}, {"id": "", "title": "?"}]
    site = site_of(serve({"license_list": ok(licences)}))

    found = [(choice.value, choice.label) for choice in site.licences()]

    assert found == [("cc0", "Public domain")]


def test_a_refused_search_is_not_an_empty_one(open_catalogue: OpenCatalogue, serve: Serve) -> None:
    """Where the site does not let us search, an export stops; it does not come out empty."""
    ckan = open_catalogue([package(1)])
    server = serve({"package_search": DENIED}, behind=ckan.url)

    with pytest.raises(DeniedError):
        site_of(server).packages(parks_of(ckan))
