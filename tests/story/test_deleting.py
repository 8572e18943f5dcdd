"""The end of packages and resources: counted, wanted, and once."""

from pathlib import Path

import pytest
from live_catalogue import LiveCatalogue, resource_id
from new_rows import BRIDGES, FORDS, LIST, LOST, OF_TRAILS, ONE, TWO, add, at_desk, called, resources_of, results
from office_desk import Desk, edit, rows, two_packages

from bulkedit.excel.typist import Typist


def deleting(desk: Desk, *edits: tuple[str, str, str, str]) -> tuple[LiveCatalogue, Path]:
    """Export, and write delete at the first package and the second one's resource."""
    ckan, workbook = desk.exported(two_packages())
    edit(
        workbook, ("Packages", ONE, "Action", "delete"), ("Resources", resource_id(2), "Action", "delete"), *edits
    )
    return ckan, workbook


@pytest.mark.parametrize("number", [(), ("--confirm-deletes", "1"), ("--confirm-deletes", "3")])
def test_deleting_needs_the_number(desk: Desk, number: tuple[str, ...]) -> None:
    """Nobody deletes by mistake: without the right number nothing at all is sent, and a sentence says it."""
    ckan, workbook = deleting(desk, ("Packages", TWO, "Title", "Paths"))
    before = desk.files()

    said = desk("import", workbook, "--yes", *number)

    assert said.status == 3
    assert "2 packages and resources will be deleted." in said.told
    assert (ckan.writes, desk.files()) == ([], before)


def test_with_the_number_they_are_deleted(desk: Desk) -> None:
    """Rows say so; the package is gone for whoever searches, and still there to be brought back."""
    ckan, workbook = deleting(desk)

    said = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--json")

    assert (said.status, said.json()["counts"]) == (0, {"deleted": 2, "unchanged": 2})
    assert rows(workbook, "Packages")[0]["Message"] == "Deleted this package. With it goes its resource."
    assert rows(workbook, "Resources")[1]["Message"] == "Deleted this resource."
    assert [found["name"] for found in ckan.call("package_search", by="member")["results"]] == ["trails-2"]
    assert (ckan.shown(ONE)["state"], resources_of(ckan, TWO)) == ("deleted", [])


def test_what_was_deleted_is_not_deleted_again(desk: Desk) -> None:
    """The second import sends nothing and asks for no number; the rows may stay in the sheet."""
    ckan, workbook = deleting(desk)
    desk("import", workbook, "--yes", "--confirm-deletes", "2")
    ckan.heard.clear()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, ckan.writes, said.json()["counts"]) == (0, [], {"unchanged": 4})


def test_what_was_deleted_and_came_back_is_not_deleted_again(desk: Desk) -> None:
    """The rows' Action is empty once they are deleted: brought back by whoever, the records stay."""
    ckan, workbook = deleting(desk)
    resource = ckan.shown(TWO)["resources"][0]
    desk("import", workbook, "--yes", "--confirm-deletes", "2")
    ckan.edit(ONE, state="active")
    ckan.edit(TWO, resources=[{key: resource[key] for key in ("id", "name", "url", "format", "description")}])
    ckan.heard.clear()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, ckan.writes, said.json()["counts"]) == (0, [], {"unchanged": 4})
    assert [row["Action"] for sheet in ("Packages", "Resources") for row in rows(workbook, sheet)] == [""] * 4


def test_a_dry_run_deletes_nothing_and_needs_no_number(desk: Desk) -> None:
    """It says how many there would be."""
    ckan, workbook = deleting(desk)

    said = desk("import", workbook, "--dry-run", "--json")

    assert (said.status, ckan.writes, said.json()["counts"]) == (0, [], {"would delete": 2, "unchanged": 2})


@pytest.mark.parametrize("fault", LOST)
def test_a_deletion_without_an_answer_is_settled_by_reading(desk: Desk, fault: str) -> None:
    """Deleted or not: it ends as if nothing had happened."""
    ckan, workbook = deleting(desk)
    ckan.sandbox.misbehave(f"package_revise {fault} times=2")

    said = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--json")

    assert (said.status, said.json()["counts"]) == (0, {"unchanged": 2, "deleted": 2})
    assert len(ckan.writes) == (2 if LOST[fault] else 4)
    assert (ckan.shown(ONE)["state"], resources_of(ckan, TWO)) == ("deleted", [])


def test_what_a_colleague_edited_is_not_deleted(desk: Desk) -> None:
    """The edit may be the reason to keep it: a conflict, unless the editor insists."""
    ckan, workbook = deleting(desk)
    ckan.edit(ONE, title="Better trails")
    two = ckan.shown(TWO)
    ckan.edit(TWO, resources=[two["resources"][0] | {"description": "Better"}])

    kept = desk("import", workbook, "--yes", "--confirm-deletes", "2")
    messages = rows(workbook, "Packages")[0]["Message"], rows(workbook, "Resources")[1]["Message"]
    states = ckan.shown(ONE)["state"], resources_of(ckan, TWO)
    forced = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--on-conflict", "overwrite")

    assert (kept.status, states) == (1, ("active", ["trails-2.csv"]))
    assert all(text in messages[0] for text in ("Conflict", "[Title]", "Better trails", "Not deleted"))
    assert all(text in messages[1] for text in ("Conflict", "[Description]", "Better", "Not deleted"))
    assert forced.status == 0
    assert (ckan.shown(ONE)["state"], resources_of(ckan, TWO)) == ("deleted", [])


def test_an_edit_in_the_last_second_saves_a_package(desk: Desk) -> None:
    """Somebody saves between our reading and our deleting: CKAN refuses, and what is read then is a conflict."""
    ckan, workbook = deleting(desk)
    ckan.before("package_revise", lambda: ckan.edit(ONE, title="Better trails"))

    said = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--workers", "1")

    assert (said.status, ckan.shown(ONE)["state"]) == (1, "active")


def test_deleting_and_editing_contradict(desk: Desk) -> None:
    """A package that is to go and whose resource is edited: invalid, neither happens; the other package's does."""
    ckan, workbook = deleting(desk, ("Resources", resource_id(1), "Description", "All trails"))

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1")

    assert said.status == 1
    assert [row["Result"] for row in rows(workbook, "Resources")] == ["invalid", "deleted"]
    assert ckan.shown(ONE)["state"] == "active"


def test_a_package_can_lose_a_resource_and_get_another(desk: Desk) -> None:
    """In one call: the old one goes, the new one stands in its place, the rest of the package is edited."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    edit(workbook, ("Resources", resource_id(1), "Action", "delete"), ("Packages", ONE, "Title", "Paths"))

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1", "--json")

    assert (said.status, len(ckan.writes)) == (0, 1)
    assert (ckan.shown(ONE)["title"], resources_of(ckan, ONE)) == ("Paths", ["gpx"])
    assert said.json()["counts"] == {"updated": 1, "created": 1, "deleted": 1, "unchanged": 2}


def test_a_members_token_creates_and_deletes_nothing(desk: Desk) -> None:
    """Who may only read is told so before the run begins."""
    ckan, workbook = at_desk(desk, BRIDGES)
    edit(workbook, ("Packages", ONE, "Action", "delete"))
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["member"])

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1")

    assert (said.status, ckan.writes) == (3, [])
    assert "may read but not edit parks" in said.told


@pytest.mark.parametrize("what", ["skip", "delete"])
def test_nothing_is_made_of_a_new_package_that_is_left_alone(desk: Desk, what: str) -> None:
    """Its rows in other sheets say so, and make no package of their own."""
    ckan, workbook = at_desk(desk, ("Packages", {**BRIDGES[1], "Action": what}), LIST, OF_TRAILS)

    said = desk("import", workbook, "--yes")

    assert said.status == 1
    assert results(workbook, "Resources") == ["invalid", "created"]
    assert "bridges" not in called(ckan)


def test_one_more_resource_like_a_created_one(desk: Desk) -> None:
    """The created row is copied and its ID emptied: a second resource, and the first is not touched."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    desk("import", workbook, "--yes")
    add(workbook, OF_TRAILS)

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"] == {"created": 1, "unchanged": 5}
    assert resources_of(ckan, ONE) == ["trails-1.csv", "gpx", "gpx"]


def test_a_created_record_can_be_deleted(desk: Desk) -> None:
    """What one run made another may take away."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST, OF_TRAILS)
    desk("import", workbook, "--yes")
    edit(workbook, ("Packages", ckan.shown("bridges")["id"], "Action", "delete"))
    edit(workbook, ("Resources", ckan.shown(ONE)["resources"][1]["id"], "Action", "delete"))

    said = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--json")

    assert said.json()["counts"] == {"deleted": 2, "unchanged": 5}
    assert (called(ckan), resources_of(ckan, ONE)) == (["trails-1", "trails-2"], ["trails-1.csv"])


def test_a_deleted_resource_made_anew_is_a_new_one(desk: Desk) -> None:
    """The ID emptied and delete taken back: created again, and unchanged after that."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    desk("import", workbook, "--yes")
    edit(workbook, ("Resources", ckan.shown(ONE)["resources"][1]["id"], "Action", "delete"))
    desk("import", workbook, "--yes", "--confirm-deletes", "1")
    typist = Typist(workbook)
    for header in ("ID", "Position", "Action"):
        typist.type("Resources", 4, header, "")
    typist.save()

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"] == {"created": 1, "unchanged": 4}
    assert resources_of(ckan, ONE) == ["trails-1.csv", "gpx"]
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"unchanged": 5}


def test_a_run_that_was_cut_in_the_middle_goes_on_where_it_stopped(desk: Desk) -> None:
    """Of five packages the second's answer was lost and the site went away: in the end there are five."""
    new = [("Packages", {"Title": f"Bridge {n}"}) for n in range(5)]
    ckan, workbook = at_desk(desk, *new)
    ckan.sandbox.misbehave("package_create cut-after skip=1")
    ckan.before("package_create", lambda: None, lambda: ckan.sandbox.misbehave("* 504"))

    first = desk("import", workbook, "--yes", "--workers", "1")
    after_first = results(workbook, "Packages")
    ckan.sandbox.behave()
    second = desk("import", workbook, "--yes", "--json")

    assert (first.status, after_first) == (1, ["created", "unknown", *["not sent"] * 3])
    assert second.json()["counts"] == {"created": 3, "unchanged": 6}
    assert called(ckan) == [*(f"bridge-{n}" for n in range(5)), "trails-1", "trails-2"]


def test_what_arrived_without_an_answer_was_created_by_this_run(desk: Desk) -> None:
    """Neither the answer to the package nor that to its file came: every row says created all the same."""
    (desk.folder / "list.csv").write_text("a,b\n1,2\n")
    ckan, workbook = at_desk(desk, BRIDGES, ("Resources", {**LIST[1], "URL": "", "Upload": "list.csv"}), FORDS)
    ckan.sandbox.misbehave("package_create cut-after times=1", "package_revise cut-after times=1")

    said = desk("import", workbook, "--yes", "--json", "--workers", "1")

    assert (said.status, said.json()["counts"]) == (0, {"created": 3, "unchanged": 4})
    assert [row["message"].split(" with ")[0] for row in said.json()["rows"]] == [
        "Created this package",
        "Created this package",
        "Created this resource",
    ]
