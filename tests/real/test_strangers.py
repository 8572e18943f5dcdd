"""Whoever must not, or cannot, gets one sentence; and nothing is half done."""

import zipfile

import catalogue
import pytest
from desk import Desk


@pytest.fixture(scope="module")
def desk(shared_desk: Desk, organization: catalogue.Organization) -> Desk:
    """Sit down with an export and one edit in it."""
    row = shared_desk.row("Packages", URL=f"{organization.name}-plain-04")
    shared_desk.type([("Packages", row, "Title", "Never stored")])
    return shared_desk


@pytest.mark.parametrize("dry", [True, False], ids=["dry run", "import"])
@pytest.mark.parametrize("who", ["nobody", "member", "bad token"])
def test_an_import_without_rights_is_refused(
    desk: Desk, organization: catalogue.Organization, who: str, dry: bool
) -> None:
    """No token, one that CKAN does not know, one that may read and not edit: exit 3, one line."""
    token = {"nobody": "", "member": desk.lab.member, "bad token": "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.x"}[
        who
    ]
    before = catalogue.snapshot(desk.lab, organization.packages)
    content = desk.workbook.read_bytes()

    done = desk.bulkedit("import", desk.workbook, "--dry-run" if dry else "--yes", token=token)

    assert (done.status, done.out, done.err.count("\n")) == (3, "", 1)
    assert token == "" or token not in done.err
    assert desk.workbook.read_bytes() == content
    assert catalogue.differences(before, catalogue.snapshot(desk.lab, organization.packages), frozenset()) == {}


def test_a_member_may_export_and_is_told(desk: Desk) -> None:
    """Reading is allowed; that an import would be refused is said at once."""
    path = desk.folder / "member.xlsx"

    done = desk.bulkedit("export", desk.organization, "-o", path, token=desk.lab.member)

    assert done.status == 0
    assert "would be refused" in done.err


@pytest.mark.parametrize("token", ["", "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.x"])
def test_an_export_without_a_known_user_is_refused(desk: Desk, token: str) -> None:
    """An anonymous export would silently lack private packages and drafts."""
    path = desk.folder / "anonymous.xlsx"

    done = desk.bulkedit("export", desk.organization, "-o", path, token=token)

    assert (done.status, done.err.count("\n"), path.exists()) == (3, 1, False)


def test_wrong_organization_wrong_site_and_no_network(desk: Desk) -> None:
    """Each says what is wrong in one line; no file appears."""
    path = desk.folder / "wrong.xlsx"
    no_organization = desk.bulkedit("export", "no-such-organization", "-o", path)
    no_network = desk.bulkedit("export", desk.organization, "-o", path, url="http://127.0.0.1:9")
    no_host = desk.bulkedit("export", desk.organization, "-o", path, url="http://catalogue.invalid")
    wrong_site = desk.bulkedit(
        "import", desk.workbook, "--yes", url=desk.lab.url.replace("127.0.0.1", "localhost")
    )

    for done in (no_organization, no_network, no_host, wrong_site):
        assert (done.status, done.out, done.err.count("\n")) == (3, "", 1)
    assert "no-such-organization" in no_organization.err
    assert desk.lab.url in wrong_site.err
    assert not path.exists()


def test_organization_by_name_title_or_id(desk: Desk, organization: catalogue.Organization) -> None:
    """Whatever people call it, it is the same export."""
    counts = [
        desk.bulkedit("export", text, "-o", desk.folder / f"{n}.xlsx", "--json").json["counts"]
        for n, text in enumerate((organization.name, organization.title, organization.id))
    ]

    assert counts[0] == counts[1] == counts[2]
    assert counts[0]["Packages"] > 0


def test_whoami(desk: Desk) -> None:
    """The site, its version, and what the user may edit."""
    said = desk.bulkedit("whoami", "--json").json

    assert said["version"] == desk.lab.version
    assert desk.organization in [one["name"] for one in said["organizations"]]


def test_no_token_in_any_file_or_output(desk: Desk) -> None:
    """After an export and an import, no file beside the workbook holds the token, packed or not."""
    desk.imported()

    for path in desk.folder.iterdir():
        assert desk.lab.editor.encode() not in path.read_bytes()
        with zipfile.ZipFile(path) as parts:
            assert all(desk.lab.editor.encode() not in parts.read(name) for name in parts.namelist())
