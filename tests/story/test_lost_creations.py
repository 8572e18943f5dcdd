"""A creation whose answer or results were lost creates nothing twice."""

import pytest
from live_catalogue import WATERS
from new_rows import (
    BRIDGES,
    FORDS,
    LIST,
    LOST,
    MAP,
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
from office_desk import Desk, row_of, rows, two_packages


@pytest.mark.parametrize("away", [False, True], ids=["read at once", "read by the next import"])
@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("new", [(BRIDGES, LIST, MAP), (BRIDGES,), (FORDS,)], ids=["resources", "bare", "named"])
def test_a_creation_without_an_answer_is_settled_by_reading(
    desk: Desk, fault: str, new: tuple[NewRow, ...], away: bool
) -> None:
    """Whether it was stored or not, nothing is created twice; another import sends nothing."""
    ckan, workbook = at_desk(desk, *new)
    before = called(ckan)
    if away:
        gone_with(desk, ckan, "package_create", fault)
    else:
        ckan.sandbox.misbehave(f"package_create {fault} times=1")

    first = desk("import", workbook, "--yes")
    after_first = results(workbook, "Packages"), rows(workbook, "Packages")[2]["ID"]
    ckan.sandbox.behave()
    second = desk("import", workbook, "--yes")
    writes = len(ckan.writes)
    third = desk("import", workbook, "--yes", "--json")

    [name] = [name for name in called(ckan) if name not in before]
    row = rows(workbook, "Packages")[2]
    if away:
        assert (first.status, after_first) == (1, (["unknown"], ""))
    else:
        assert (first.status, after_first) == (0, (["created"], ckan.shown(name)["id"]))
    assert (second.status, writes) == (0, 1 if LOST[fault] else 2)
    assert (row["ID"], row["Name"]) == (ckan.shown(name)["id"], name)
    assert [r["Name"] for r in rows(workbook, "Resources")[2:]] == resources_of(ckan, name)
    assert [r["ID"] for r in rows(workbook, "Resources")[2:]] == [r["id"] for r in ckan.shown(name)["resources"]]
    assert (third.status, third.json()["counts"]) == (0, {"unchanged": 4 + len(new)})
    assert len(ckan.writes) == writes


@pytest.mark.parametrize("fault", LOST)
def test_a_new_resource_without_an_answer_is_settled_by_reading(desk: Desk, fault: str) -> None:
    """The package has one more resource in the end, and its row the id."""
    ckan, workbook = at_desk(desk, OF_TRAILS, OF_TRAILS)
    ckan.sandbox.misbehave(f"package_revise {fault} times=1")

    first = desk("import", workbook, "--yes")
    after_first = results(workbook, "Resources")
    writes = len(ckan.writes)
    second = desk("import", workbook, "--yes", "--json")

    assert (first.status, after_first) == (0, ["created", "created"])
    assert resources_of(ckan, ONE) == ["trails-1.csv", "gpx", "gpx"]
    assert [r["ID"] for r in rows(workbook, "Resources")[2:]] == [
        r["id"] for r in ckan.shown(ONE)["resources"][1:]
    ]
    assert (second.json()["counts"], len(ckan.writes)) == ({"unchanged": 6}, writes)


def test_a_run_whose_results_were_lost_creates_nothing_twice(desk: Desk) -> None:
    """The computer went down before the workbook was written: the old one, imported again, finds all in place."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST, MAP, FORDS, OF_TRAILS)
    desk("import", workbook, "--yes", "--no-write")
    before, writes = called(ckan), len(ckan.writes)

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, len(ckan.writes), called(ckan)) == (0, writes, before)
    assert said.json()["counts"] == {"unchanged": 9}
    assert row_of(workbook, "Packages", "Title", "Bridges")["ID"] == ckan.shown("bridges")["id"]
    assert (resources_of(ckan, "bridges"), resources_of(ckan, ONE)) == (["list", "map"], ["trails-1.csv", "gpx"])


def test_results_in_a_copy_leave_the_original_fit_to_be_imported(desk: Desk) -> None:
    """Whoever goes on in the wrong file creates nothing twice either."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST)
    desk("import", workbook, "--yes", "-o", "copy.xlsx")
    writes = len(ckan.writes)

    said = desk("import", workbook, "--yes", "--json")

    assert (said.json()["counts"], len(ckan.writes)) == ({"unchanged": 6}, writes)


def test_a_lost_creation_in_another_organization_is_found_as_well(desk: Desk) -> None:
    """The workbook is of one organization, the new package of another: it is known by that one."""
    ckan = desk.open(two_packages())
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["admin"])
    workbook = desk.export()
    add(workbook, ("Packages", {"Title": "Theirs", "Organization": WATERS}))
    ckan.sandbox.misbehave("package_create cut-after times=1")
    desk("import", workbook, "--yes")

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert [name for name in called(ckan) if name.startswith("theirs")] == ["theirs"]
