"""A site that does not take ``package_revise``: the same edits by ``package_patch``, and its weaker promise."""

from pathlib import Path

import pytest
from live_catalogue import LiveCatalogue, PackageDict, package, package_id, resource_id
from office_desk import Desk, edit, rows, two_packages
from scripted import NOT_FOUND, Reply, error, ok, page, string

from bulkedit.excel.typist import Typist

ONE, TWO = package_id(1), package_id(2)
FIRST, SECOND = resource_id(1), resource_id(2)
NEW_TITLE = ("Packages", ONE, "Title", "New")
WITHOUT = ("package_revise",)
WEAKER = "cannot itself refuse to overwrite"


def with_two_resources() -> PackageDict:
    """Return a package with two resources, an extra, and groups of which one is not the editor's."""
    own, other = (
        {
            "id": resource_id(n),
            "name": f"r{n}",
            "url": f"https://files.example/r{n}.csv",
            "description": "d",
            "size": 5,
        }
        for n in (1, 2)
    )
    return package(
        1,
        resources=[own, other],
        extras=[{"key": "seen", "value": "yes"}],
        groups=[{"name": "outdoors"}, {"name": "safety"}],
    )


def add(workbook: Path, sheet: str, **texts: str) -> None:
    """Type a new row."""
    typist = Typist(workbook)
    typist.add(sheet, texts)
    typist.save()


def message(said: object, sheet: str = "Packages") -> str:
    """Return what is said of the first row of a sheet."""
    assert isinstance(said, dict)
    return next(str(row["message"]) for row in said["rows"] if row["sheet"] == sheet)


def test_edits_arrive_in_one_patch(desk: Desk) -> None:
    """One call a package, with the changed fields only; what nobody edited is as it was, but for stamps."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    before = ckan.shown(ONE)
    edit(workbook, NEW_TITLE)

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 0
    assert ckan.writes == [{"id": ONE, "title": "New"}]
    assert ckan.shown(ONE) | {"metadata_modified": ""} == before | {"title": "New", "metadata_modified": ""}
    assert (message(said.json()), said.json()["atomic"]) == ("Changed [Title].", False)


def test_resources_go_whole(desk: Desk) -> None:
    """Where one resource changes all are sent with all they hold: CKAN empties what it is not told."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    before = ckan.shown(ONE)
    edit(workbook, ("Resources", SECOND, "Description", ""))

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    [sent] = ckan.writes
    assert sent["resources"][0] == before["resources"][0]
    assert not sent["resources"][1].keys() & {"metadata_modified", "position", "package_id"}
    assert sent.keys() == {"id", "resources"}
    after = ckan.shown(ONE)
    assert after["resources"][0] == before["resources"][0]
    assert (after["resources"][1]["description"], after["resources"][1]["size"]) == ("", 5)


def test_resources_are_added_moved_and_deleted(desk: Desk) -> None:
    """One call does it all, and an import again sends nothing."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    edit(workbook, ("Resources", FIRST, "Action", "delete"), ("Resources", SECOND, "Name", "kept"))
    add(workbook, "Resources", Package="trails-1", Position="1", Name="added", URL="https://files.example/a.csv")

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1")

    assert said.status == 0
    assert [one["name"] for one in ckan.shown(ONE)["resources"]] == ["added", "kept"]
    assert [resource["format"] for resource in ckan.shown(ONE)["resources"]] == ["CSV", ""]
    assert len(ckan.writes) == 1
    assert (desk("import", workbook, "--yes").status, len(ckan.writes)) == (0, 1)


def test_a_foreign_group_stays(desk: Desk) -> None:
    """The editor leaves a group; the one that is not the editor's is not touched, and no right is missing."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    edit(workbook, ("Packages", ONE, "Groups", "safety"))

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 0
    assert [group["name"] for group in ckan.shown(ONE)["groups"]] == ["safety"]
    assert ckan.writes == [{"id": ONE, "groups": []}]
    assert message(said.json()) == "Changed [Groups]."


def test_leaving_a_foreign_group_is_kept_in_silence_by_ckan_but_not_by_us(desk: Desk) -> None:
    """CKAN answers 200 and keeps the package in a group that is not the editor's: the message says so."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    edit(workbook, ("Packages", ONE, "Groups", ""))

    said = desk("import", workbook, "--yes", "--json")

    assert message(said.json()) == "Changed [Groups]. [Groups] was kept as “safety”."
    assert [group["name"] for group in ckan.shown(ONE)["groups"]] == ["safety"]


def two_files_to_send(desk: Desk) -> tuple[LiveCatalogue, Path]:
    """Export a package, give it another title, and each of its two resources a file."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    (desk.folder / "walks.csv").write_text("walks\n")
    edit(workbook, NEW_TITLE, *(("Resources", key, "Upload", "walks.csv") for key in (FIRST, SECOND)))
    return ckan, workbook


def test_files_follow_one_by_one(desk: Desk) -> None:
    """A file of a resource that is there and of a new one: first the package, then each file; and no more."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    for name in ("old.csv", "new.csv"):
        (desk.folder / name).write_text(f"{name}\n")
    edit(workbook, ("Resources", FIRST, "Upload", "old.csv"), ("Resources", FIRST, "Description", "New."))
    add(workbook, "Resources", Package="trails-1", Name="added", Upload="new.csv")

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 0
    assert [action for action in ckan.actions if action.endswith("patch")] == [
        "package_patch",
        "resource_patch",
        "resource_patch",
    ]
    first, _, added = ckan.shown(ONE)["resources"]
    assert (first["description"], first["url_type"], added["url_type"]) == ("New.", "upload", "upload")
    assert [ckan.sandbox.store.upload(one["id"])[1] for one in (first, added)] == [b"old.csv\n", b"new.csv\n"]  # type: ignore[index]  # both have one
    assert [(row["result"], row["message"].partition(" (")[0]) for row in said.json()["rows"]] == [
        ("updated", "Changed [Description]. Changed [Upload]. File old.csv"),
        ("created", "Created this resource with [Name]. File new.csv"),
    ]
    ckan.heard.clear()
    assert (desk("import", workbook, "--yes").status, ckan.writes) == (0, [])
    assert [row["Upload"] for row in rows(workbook, "Resources")] == ["", "", ""]


def test_a_refused_file_keeps_nothing_else(desk: Desk) -> None:
    """What went before it is on the site and said to be; the next resource's file is sent; its row says why."""
    ckan, workbook = two_files_to_send(desk)
    ckan.sandbox.misbehave("resource_patch 500 times=1")

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 1
    assert [row["result"] for row in said.json()["rows"]] == ["updated", "refused", "updated"]
    assert [one["url_type"] for one in ckan.shown(ONE)["resources"]] == [None, "upload"]
    assert ckan.shown(ONE)["title"] == "New"
    assert desk("import", workbook, "--yes").status == 0
    assert [one["url_type"] for one in ckan.shown(ONE)["resources"]] == ["upload", "upload"]


def test_no_file_is_sent_while_another_may_be_on_its_way(desk: Desk) -> None:
    """Never two writes at once on one package: after an answer that did not come, its next file waits."""
    ckan, workbook = two_files_to_send(desk)
    ckan.sandbox.misbehave("resource_patch cut-before")

    said = desk("import", workbook, "--yes", "--json")

    assert [row["result"] for row in said.json()["rows"]] == ["updated", "unknown", "not sent"]
    assert {one["url_type"] for one in ckan.shown(ONE)["resources"]} == {None}
    assert {sent.get("id") for sent in ckan.asked("resource_patch")} <= {FIRST, None}
    ckan.sandbox.behave()
    assert desk("import", workbook, "--yes").status == 0
    assert {one["url_type"] for one in ckan.shown(ONE)["resources"]} == {"upload"}


def test_packages_are_created_and_deleted(desk: Desk) -> None:
    """A new package with a file, and one deleted by its state, which leaves it in its groups."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    (desk.folder / "walks.csv").write_text("walks\n")
    edit(workbook, ("Packages", ONE, "Action", "delete"))
    add(workbook, "Packages", Title="Walks", Name="walks")
    add(workbook, "Resources", Package="walks", Name="list", Upload="walks.csv")

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1", "--json")

    assert said.status == 0, said.out
    assert ckan.asked("package_patch") == [{"id": ONE, "state": "deleted"}]
    assert (ckan.shown(ONE)["state"], len(ckan.shown(ONE)["groups"])) == ("deleted", 2)
    [resource] = ckan.shown("walks")["resources"]
    assert (resource["name"], resource["url_type"]) == ("list", "upload")


# -- its promise is weaker


def test_the_weaker_promise_is_said_once(desk: Desk) -> None:
    """One line a run, in a dry run as well."""
    _, workbook = desk.exported(two_packages(), without=WITHOUT)
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Also new"))

    foreseen, done = desk("import", workbook, "--dry-run"), desk("import", workbook, "--yes")

    assert (foreseen.out.count(WEAKER), done.out.count(WEAKER)) == (1, 1)


def test_a_site_with_revise_is_not_spoken_of(desk: Desk) -> None:
    """There is no weaker promise to tell of."""
    _, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)

    said = desk("import", workbook, "--yes")

    assert (said.status, WEAKER in said.out) == (0, False)


def test_what_is_compared_is_read_just_before(desk: Desk) -> None:
    """The search index may lag, and nothing else would notice: each package is shown before and after."""
    ckan, workbook = desk.exported(two_packages(), without=WITHOUT)
    edit(workbook, NEW_TITLE)

    assert desk("import", workbook, "--yes").status == 0
    at = ckan.actions.index("package_patch")
    assert ckan.actions[at - 1 :] == ["package_show", "package_patch", "package_show"]


def test_what_somebody_changes_between_reading_and_writing_is_told(desk: Desk) -> None:
    """CKAN cannot refuse it; whatever is not as it was read is said, with both texts."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    edit(workbook, NEW_TITLE)

    def rival() -> None:
        ckan.edit(ONE, notes="Somebody's words.")
        ckan.call("resource_patch", by="colleague", id=SECOND, name="Somebody's")

    ckan.before("package_patch", rival)

    said = desk("import", workbook, "--yes", "--json")

    assert ckan.shown(ONE)["notes"] == "Somebody's words."
    assert message(said.json()) == (
        "Changed [Title]. [Description] was “Where to walk.” and is now “Somebody's words.”:"
        " it may have been changed by somebody at the same moment. Name of the resource “Somebody's” was “r2”"
        " and is now “Somebody's”: it may have been changed by somebody at the same moment."
    )


# -- which sites those are


SWITCHED_OFF: dict[str, Reply] = {
    "firewall": page(403, "Forbidden"),
    "hidden": page(404),
    "method": page(405),
    "login": page(200, "Log in"),
    "elsewhere": page(302, Location="https://else.example/"),
    "unknown": string("Bad request - Action name not known: package_revise"),
}


@pytest.mark.parametrize("case", SWITCHED_OFF)
def test_what_stands_before_a_site_may_refuse_the_action(desk: Desk, case: str) -> None:
    """CKAN says that it has it, and nothing gets there: found out at the first package, then not tried again."""
    ckan, server, workbook = desk.exported_through(two_packages())
    server.script["package_revise"] = SWITCHED_OFF[case]
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Also new"))

    said = desk("import", workbook, "--yes", "--json", "--workers", "1")

    assert (said.status, said.json()["counts"]) == (0, {"updated": 2, "unchanged": 2})
    assert [one["title"] for one in ckan.snapshot()] == ["New", "Also new"]
    assert [len(sent) > 0 for sent in server.asked("package_revise")] == [True, False]
    assert said.json()["atomic"] is False


def test_a_firewall_that_dislikes_one_request_switches_nothing_off(desk: Desk) -> None:
    """Where an empty package_revise passes, the refusal is this package's: nothing goes around it."""
    ckan, server, workbook = desk.exported_through(two_packages())
    missing = error(409, "Validation Error", match__id="Missing value")
    server.script["package_revise"] = lambda request: page(403) if request.parameters else missing
    edit(workbook, NEW_TITLE)

    said = desk("import", workbook, "--yes", "--json")

    assert [row["result"] for row in said.json()["rows"]] == ["refused"]
    assert ckan.asked("package_patch") == []
    assert said.json()["atomic"] is True


@pytest.mark.parametrize("answer", [page(502), page(503, Retry_After="1"), page(504)])
def test_a_site_in_trouble_is_no_site_without_the_action(desk: Desk, answer: Reply) -> None:
    """What does not answer may be there: nothing goes around it."""
    ckan, server, workbook = desk.exported_through(two_packages())
    server.script["package_revise"] = answer
    edit(workbook, NEW_TITLE)

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 1
    assert ckan.asked("package_patch") == []
    assert said.json()["atomic"] is True


def test_a_login_page_before_everything_is_no_site_without_the_action(desk: Desk) -> None:
    """Where nothing passes any more, nothing is known of one action: the run stops."""
    ckan, server, workbook = desk.exported_through(two_packages())
    edit(workbook, NEW_TITLE)
    wall = page(200, "Log in")
    server.script["package_revise"] = lambda request: server.script.update(status_show=wall) or wall

    said = desk("import", workbook, "--yes", "--json")

    assert [row["result"] for row in said.json()["rows"]] == ["not sent"]
    assert ckan.asked("package_patch") == []


@pytest.mark.parametrize(
    ("action", "answer"), [("help_show", NOT_FOUND), ("status_show", ok({"ckan_version": "2.9.0"}))]
)
def test_an_old_site_is_known_before_anything_is_sent(desk: Desk, action: str, answer: Reply) -> None:
    """CKAN before 2.9 does not have it, and in 2.9.0 it fails for editors."""
    ckan, server, workbook = desk.exported_through(two_packages())
    server.script[action] = answer
    edit(workbook, NEW_TITLE)

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert ckan.shown(ONE)["title"] == "New"
    assert server.asked("package_revise") == []


def test_an_untouched_workbook_is_no_reason_to_ask(desk: Desk) -> None:
    """Nothing is called that could change anything, not even to find out, and a dry run does not either."""
    ckan, workbook = desk.exported(two_packages())

    untouched = desk("import", workbook, "--yes")
    edit(workbook, NEW_TITLE)
    foreseen = desk("import", workbook, "--dry-run")

    assert (untouched.status, foreseen.status, ckan.writes) == (0, 0, [])


# -- refusals


def test_a_refusal_lands_at_its_cell(desk: Desk) -> None:
    """CKAN counts the errors of a package_patch along the list that was sent."""
    ckan, workbook = desk.exported([with_two_resources()], without=WITHOUT)
    before = ckan.snapshot()
    edit(workbook, ("Resources", FIRST, "Action", "delete"), ("Resources", SECOND, "size", "x"))

    said = desk("import", workbook, "--yes", "--json", "--confirm-deletes", "1")

    results = {(row["sheet"], row["row"]): row["result"] for row in said.json()["rows"]}
    assert results == {("Resources", 2): "not sent", ("Resources", 3): "refused"}, said.out
    assert ckan.snapshot() == before
    assert "[size]" in next(row["message"] for row in said.json()["rows"] if row["row"] == 3)
