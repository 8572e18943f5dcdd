"""What somebody else did meanwhile to records that are deleted here, and to files that are sent from here."""

import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from live_catalogue import LiveCatalogue, package_id, resource_id
from office_desk import Desk, edit, rows, two_packages

from bulkedit.ckan.client import Client
from bulkedit.ckan.send import send
from bulkedit.ckan.site import Site
from bulkedit.core.answers import Denied
from bulkedit.excel.typist import Typist
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions

ONE, FIRST = package_id(1), resource_id(1)


def stored(ckan: LiveCatalogue, resource: str) -> bytes:
    """Return what the catalogue has of a resource's file."""
    found = ckan.sandbox.store.upload(resource)
    return b"" if found is None else found[1]


def uploading(desk: Desk, content: bytes = b"mine") -> tuple[LiveCatalogue, Path]:
    """Export, put a file beside the workbook, and ask for it in the first resource's row."""
    ckan, workbook = desk.exported(two_packages())
    (desk.folder / "walks.csv").write_bytes(content)
    edit(workbook, ("Resources", FIRST, "Upload", "walks.csv"))
    return ckan, workbook


def a_new_resource(ckan: LiveCatalogue) -> None:
    """Add a resource."""
    ckan.call("resource_create", by="colleague", package_id=ONE, name="new", url="https://files.example/new")


def another_extra(ckan: LiveCatalogue) -> None:
    """Add an extra."""
    ckan.edit(ONE, extras=[{"key": "seen", "value": "yes"}])


def another_link(ckan: LiveCatalogue) -> None:
    """Let the first resource link elsewhere."""
    ckan.call("resource_patch", by="colleague", id=FIRST, url="https://files.example/moved")


def another_file(ckan: LiveCatalogue) -> None:
    """Put a file into the first resource."""
    ckan.upload(FIRST, "theirs.csv", b"theirs")


@pytest.mark.parametrize("deed", [a_new_resource, another_extra, another_link, another_file])
def test_a_package_whose_parts_somebody_changed_is_not_deleted(
    desk: Desk, deed: Callable[[LiveCatalogue], None]
) -> None:
    """Not only its own fields count: its resources, their files and its lists are what somebody would lose."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, ("Packages", ONE, "Action", "delete"))
    deed(ckan)

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1")

    assert said.status == 1
    assert rows(workbook, "Packages")[0]["Result"] == "conflict"
    assert ckan.shown(ONE)["state"] == "active"


@pytest.mark.parametrize("deed", [another_link, another_file])
def test_a_resource_that_somebody_replaced_is_not_deleted(
    desk: Desk, deed: Callable[[LiveCatalogue], None]
) -> None:
    """The file that is there now is not the one whose row said delete."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, ("Resources", FIRST, "Action", "delete"))
    deed(ckan)

    desk("import", workbook, "--yes", "--confirm-deletes", "1")

    assert rows(workbook, "Resources")[0]["Result"] == "conflict"
    assert len(ckan.shown(ONE)["resources"]) == 1


@pytest.mark.parametrize("deed", [another_link, another_file])
def test_a_file_or_link_that_somebody_put_there_is_not_overwritten(
    desk: Desk, deed: Callable[[LiveCatalogue], None]
) -> None:
    """It is a conflict, until somebody decides."""
    ckan, workbook = uploading(desk)
    deed(ckan)
    before = ckan.shown(ONE)

    said = desk("import", workbook, "--yes")
    after = ckan.shown(ONE)
    desk("import", workbook, "--yes", "--on-conflict", "overwrite")

    assert said.status == 1
    assert "Conflict in [Upload]" in said.out
    assert after == before
    assert stored(ckan, FIRST) == b"mine"


def test_a_file_may_be_sent_again_and_again(desk: Desk) -> None:
    """What we ourselves put there is no conflict with the next file."""
    ckan, workbook = uploading(desk)
    desk("import", workbook, "--yes")
    (desk.folder / "walks.csv").write_bytes(b"mine, improved")
    edit(workbook, ("Resources", FIRST, "Upload", "walks.csv"))

    said = desk("import", workbook, "--yes")

    assert (said.status, stored(ckan, FIRST)) == (0, b"mine, improved")


def test_two_copies_of_a_workbook_add_two_files(desk: Desk) -> None:
    """Rows of one name in two copies are two resources where they send different files."""
    ckan, first = desk.exported(two_packages())
    second = desk.folder / "copy.xlsx"
    shutil.copyfile(first, second)
    for workbook, name in ((first, "ann.csv"), (second, "bob.csv")):
        (desk.folder / name).write_text(name)
        typist = Typist(workbook)
        typist.add("Resources", {"Package": "trails-1", "Name": "list", "Upload": name})
        typist.save()

    said = [desk("import", workbook, "--yes").status for workbook in (first, second)]

    added = ckan.shown(ONE)["resources"][1:]
    assert said == [0, 0]
    assert [stored(ckan, resource["id"]) for resource in added] == [b"ann.csv", b"bob.csv"]


@pytest.mark.parametrize("how", ["link", "content"])
def test_a_file_is_sent_as_it_was_examined_or_not_at_all(desk: Desk, tmp_path: Path, how: str) -> None:
    """Between the look at it and its sending, nobody puts a link or other content in its place."""
    ckan, workbook = uploading(desk, b"inside")
    secret = tmp_path / "secret.txt"
    secret.write_bytes(b"SECRET")
    path = desk.folder / "walks.csv"
    job = Import(Site(Client(ckan.url, ckan.sandbox.tokens["editor"])), workbook, ImportOptions())
    if how == "link":
        path.unlink()
        path.symlink_to(secret)
    else:
        path.write_bytes(b"INSIDE")

    [settled] = job.run(partial(send, job.site.client))

    assert isinstance(settled.answer, Denied)
    assert stored(ckan, FIRST) == b""


@pytest.mark.parametrize("digits", ["1" * 23, "9" * 5000])
def test_an_endless_position_is_invalid(desk: Desk, digits: str) -> None:
    """It is no number of a place, and stops nobody else's row."""
    _, workbook = desk.exported(two_packages())
    edit(workbook, ("Resources", FIRST, "Position", digits), ("Packages", package_id(2), "Title", "Paths"))

    desk("import", workbook, "--yes")

    assert rows(workbook, "Resources")[0]["Result"] == "invalid"
    assert rows(workbook, "Packages")[1]["Result"] == "updated"


def test_a_place_beyond_the_end_is_the_end(desk: Desk) -> None:
    """Asked again after a lost answer, it is there already."""
    ckan, workbook = desk.exported(two_packages())
    a_new_resource(ckan)
    edit(workbook, ("Resources", FIRST, "Position", "99"))

    said = [desk("import", workbook, "--yes", *more).status for more in (("--no-write",), ())]

    assert said == [0, 0]
    assert [resource["name"] for resource in ckan.shown(ONE)["resources"]] == ["new", "trails-1.csv"]


def test_a_title_with_blanks_around_it_is_not_created_twice(desk: Desk) -> None:
    """CKAN strips titles: the package that an earlier run has created is still known by it."""
    ckan, workbook = desk.exported(two_packages())
    typist = Typist(workbook)
    typist.add("Packages", {"Title": "Bridges "})
    typist.save()

    said = [desk("import", workbook, "--yes", *more).status for more in (("--no-write",), ())]

    assert said == [0, 0]
    assert len(ckan.call("package_search", q="bridges")["results"]) == 1


def test_a_package_may_be_deleted_after_one_of_its_resources(desk: Desk) -> None:
    """What is gone already is no loss: the deletion is no conflict with oneself."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, ("Resources", FIRST, "Action", "delete"))
    desk("import", workbook, "--yes", "--confirm-deletes", "1")
    edit(workbook, ("Resources", FIRST, "Action", ""), ("Packages", ONE, "Action", "delete"))

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1")

    assert said.status == 0
    assert ckan.shown(ONE)["state"] == "deleted"


def test_a_large_file_is_told_during_an_import(desk: Desk) -> None:
    """Whoever waits sees its megabytes go."""
    ckan, workbook = uploading(desk, b"x" * 7_000_000)
    job = Import(Site(Client(ckan.url, ckan.sandbox.tokens["editor"])), workbook, ImportOptions())
    told: list[str] = []
    job.site.client.progress = lambda what, done, total: told.append(f"{what} {done} of {total}")

    job.run(partial(send, job.site.client))

    assert "MB sent 6 of 6" in told
