"""A run that cannot be done is one sentence and exit status 3."""

import pytest
from office_desk import NEW_TITLE, Desk, edit, two_packages
from scripted import Answer, Reply, page

from bulkedit.sandbox.actions import READING, WRITING


@pytest.mark.parametrize("command", [("export", "parks"), ("import", "parks.xlsx", "--yes"), ("whoami",)])
def test_no_token(desk: Desk, command: tuple[str, ...]) -> None:
    """Without a token nothing is asked of the site; the sentence says where a token goes."""
    ckan = desk.open(two_packages())
    desk.monkeypatch.delenv("CKAN_API_KEY")

    said = desk(*command)

    assert said.status == 3
    assert "CKAN_API_KEY" in said.told
    assert (ckan.heard, desk.files(), said.out) == ([], {}, "")


def test_no_address(desk: Desk) -> None:
    """Without an address the sentence says how to give one."""
    said = desk("export", "parks")

    assert said.status == 3
    assert "--site" in said.told


@pytest.mark.parametrize("url", ["catalogue.example", "ftp://127.0.0.1", "http://", "http://[::1", "c:\\data"])
def test_an_address_that_is_none(desk: Desk, url: str) -> None:
    """An address that is none is named."""
    said = desk("export", "parks", "--site", url)

    assert said.status == 3
    assert url in said.told


@pytest.mark.parametrize("url", ["http://nosuch.invalid", "http://a..b", "http://127.0.0.1:99999"])
@pytest.mark.parametrize("command", [("export", "parks"), ("whoami",)])
def test_an_unknown_site(desk: Desk, command: tuple[str, ...], url: str) -> None:
    """A site that does not exist is named."""
    said = desk(*command, "--site", url)

    assert said.status == 3
    assert f"{url} cannot be reached" in said.told
    assert desk.files() == {}


@pytest.mark.parametrize("command", [("export", "parks"), ("whoami",)])
def test_no_network(desk: Desk, command: tuple[str, ...]) -> None:
    """Where nobody listens, the sentence names the site and no file appears."""
    ckan = desk.open([])
    ckan.sandbox.stop()

    said = desk(*command)

    assert said.status == 3
    assert ckan.url in said.told
    assert desk.files() == {}


def test_no_network_for_an_import(desk: Desk) -> None:
    """Where nobody listens, the workbook stays as it is."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.sandbox.stop()
    before = desk.files()

    said = desk("import", workbook, "--yes")

    assert said.status == 3
    assert "cannot be reached" in said.told
    assert desk.files() == before


@pytest.mark.parametrize(
    "answer",
    [
        page(200, "Welcome"),
        page(404),
        page(403),
        page(401),
        page(301, Location="https://else.example/api"),
        Reply(404, '{"error": "no such thing"}'),
    ],
    ids=["page", "404", "403", "401", "redirect", "json"],
)
@pytest.mark.parametrize("command", [("export", "parks"), ("whoami",)])
def test_something_else_than_a_ckan(desk: Desk, command: tuple[str, ...], answer: Answer) -> None:
    """A web page, a login wall, a redirect: named, and nothing is written."""
    server = desk.open_scripted({"status_show": answer})

    said = desk(*command)

    assert said.status == 3
    assert server.url in said.told
    assert desk.files() == {}


def test_an_address_without_a_ckan_for_an_import(desk: Desk) -> None:
    """An import into something else than a CKAN sends nothing and changes nothing."""
    _, server, workbook = desk.exported_through(two_packages())
    edit(workbook, NEW_TITLE)
    server.script = dict.fromkeys([*READING, *WRITING], page(200, "Log in"))
    before = desk.files()

    said = desk("import", workbook, "--yes")

    assert said.status == 3
    assert "does not answer like a CKAN site" in said.told
    assert (server.writes, desk.files()) == ([], before)


def test_a_token_that_is_not_recognized(desk: Desk) -> None:
    """To CKAN a wrong token is a visitor, who sees half: no export and no import is begun."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()
    desk.monkeypatch.setenv("CKAN_API_KEY", "another-token")

    runs = [desk("export", "parks"), desk("import", workbook, "--yes"), desk("whoami")]

    assert [said.status for said in runs] == [3, 3, 3]
    assert all("does not recognize the token" in said.told for said in runs)
    assert (ckan.writes, desk.files()) == ([], before)


def test_a_members_token_exports_and_does_not_import(desk: Desk) -> None:
    """A member may read: an export says that an import would be refused, and the import is, before it begins."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["member"])

    exported = desk("export", "parks", "-o", "mine.xlsx")
    (desk.folder / "mine.xlsx").unlink()
    imported = desk("import", workbook, "--yes")

    assert exported.status == 0
    assert "import would be refused" in exported.told
    assert imported.status == 3
    assert "may read but not edit parks" in imported.told
    assert (ckan.writes, desk.files()) == ([], before)


def test_an_export_tells_which_organizations_cannot_be_edited(desk: Desk) -> None:
    """An editor of one may export another one along; an import then sends what may be sent."""
    desk.open(two_packages())

    said = desk("export", "parks", "waters")

    assert said.status == 0
    assert "may read but not edit the packages of waters; edits of them would be refused" in said.told


def test_a_wrong_organization(desk: Desk) -> None:
    """An organization nobody knows is named, with the site."""
    ckan = desk.open(two_packages())

    said = desk("export", "parcs")

    assert said.status == 3
    assert "'parcs'" in said.told
    assert ckan.url in said.told
    assert desk.files() == {}


def test_a_workbook_of_another_site(desk: Desk) -> None:
    """A workbook goes back to where it came from only: both sites are named, and neither is asked anything."""
    home, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    other = desk.open(two_packages())
    before = desk.files()

    said = desk("import", workbook, "--yes")

    assert said.status == 3
    assert home.url in said.told
    assert other.url in said.told
    assert (home.heard, other.heard, desk.files()) == ([], [], before)


def test_an_address_written_another_way_is_the_same_site(desk: Desk) -> None:
    """A slash at the end and capitals in the scheme make no other site."""
    ckan, workbook = desk.exported(two_packages())

    said = desk("import", workbook, "--yes", "--site", ckan.url.replace("http", "HTTP") + "/")

    assert said.status == 0
