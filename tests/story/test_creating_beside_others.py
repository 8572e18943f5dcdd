"""Whatever others create, edit or delete meanwhile: nothing is made twice, nothing by mistake."""

import shutil

import pytest
from live_catalogue import LiveCatalogue
from new_rows import (
    BRIDGES,
    LIST,
    OF_TRAILS,
    ONE,
    NewRow,
    add,
    at_desk,
    called,
    gone_with,
    resources_of,
    results,
)
from office_desk import Desk
from scripted import TOKEN

from bulkedit.excel.typist import Typist


def theirs_first(desk: Desk, ckan: LiveCatalogue, *new: NewRow) -> None:
    """Let a colleague export, type new rows and import them."""
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["colleague"])
    assert desk("export", "parks", "-o", "theirs.xlsx").status == 0
    add(desk.folder / "theirs.xlsx", *new)
    assert desk("import", "theirs.xlsx", "--yes").status == 0
    desk.monkeypatch.setenv("CKAN_API_KEY", TOKEN)


@pytest.mark.parametrize("ours", [(), (LIST,)], ids=["bare", "resources"])
@pytest.mark.parametrize("theirs", [(), (LIST,)], ids=["bare", "resources"])
def test_two_editors_may_create_packages_of_one_title(
    desk: Desk, ours: tuple[NewRow, ...], theirs: tuple[NewRow, ...]
) -> None:
    """From two exports: each has its own package, with its own resources; the later one's name is numbered."""
    ckan, workbook = at_desk(desk, BRIDGES, *ours)
    theirs_first(desk, ckan, ("Packages", {"Title": "Bridges", "Description": "Theirs."}), *theirs)

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    found = {name: (ckan.shown(name)["notes"], len(resources_of(ckan, name))) for name in ("bridges", "bridges-2")}
    assert found == {"bridges": ("Theirs.", len(theirs)), "bridges-2": ("Where to cross.", len(ours))}


def test_what_was_edited_before_the_second_try_makes_no_second_package(desk: Desk) -> None:
    """No answer, then a resource is renamed in the workbook: the package is known by who created it, and when."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST)
    gone_with(desk, ckan, "package_create", "cut-after")
    desk("import", workbook, "--yes")
    ckan.sandbox.behave()
    typist = Typist(workbook)
    typist.type("Resources", 4, "Name", "another")
    typist.save()

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert called(ckan) == ["bridges", "trails-1", "trails-2"]
    assert resources_of(ckan, "bridges") == ["list", "another"]


def test_another_name_for_its_package_makes_no_second_resource(desk: Desk) -> None:
    """No answer, then the row calls the package by its id: one resource all the same."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    gone_with(desk, ckan, "package_revise", "cut-after")
    desk("import", workbook, "--yes")
    ckan.sandbox.behave()
    typist = Typist(workbook)
    typist.type("Resources", 4, "Package", ONE)
    typist.save()

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"] == {"unchanged": 5}
    assert resources_of(ckan, ONE) == ["trails-1.csv", "gpx"]


def test_a_copy_of_the_workbook_creates_nothing_twice(desk: Desk) -> None:
    """Two people import copies of one file: it is one workbook, and asks for one package."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST)
    copy = desk.folder / "copy.xlsx"
    shutil.copyfile(workbook, copy)
    desk("import", workbook, "--yes")

    said = desk("import", copy, "--yes", "--json")

    assert (said.json()["counts"], len(ckan.writes)) == ({"unchanged": 6}, 1)


def test_a_new_resource_survives_an_edit_in_between(desk: Desk) -> None:
    """Somebody saves the package between our reading and our writing: read again, sent again, created once."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    ckan.before("package_revise", lambda: ckan.edit(ONE, notes="Somebody's words."))

    said = desk("import", workbook, "--yes")

    assert (said.status, len(ckan.writes)) == (0, 2)
    assert (resources_of(ckan, ONE), ckan.shown(ONE)["notes"]) == (["trails-1.csv", "gpx"], "Somebody's words.")


def test_a_new_resource_of_a_package_that_is_gone_is_a_conflict(desk: Desk) -> None:
    """It has nowhere to go; nothing is sent."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    ckan.delete(ONE)

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.writes, results(workbook, "Resources")) == (1, [], ["conflict"])
