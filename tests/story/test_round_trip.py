"""The story of an edit: exported, changed in the workbook, sent, answered in the sheet."""

import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from live_catalogue import WATERS, LiveCatalogue, package, package_id, resource_id
from office_desk import NEW_TITLE, Desk, edit, rows, two_packages
from scripted import MISMATCH_2_9, TOKEN, Reply, Request, error, in_turn, page

from bulkedit.ckan.client import Client
from bulkedit.ckan.send import send
from bulkedit.ckan.site import Site
from bulkedit.core.calls import Call
from bulkedit.workflow.delivery import ATTEMPTS
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions

ONE, TWO = package_id(1), package_id(2)
FILE_OF_ONE = resource_id(1)
NAME_OF_ANOTHER = ("Packages", ONE, "Name", "taken")
"""An edit that CKAN refuses, where `taken` is the name of a package of other people."""


def packages_row(path: Path, key: str) -> dict[str, str]:
    """Return the row of a package."""
    return next(row for row in rows(path, "Packages") if row["ID"] == key)


def test_an_export_holds_the_packages(desk: Desk) -> None:
    """Each package and each resource has its row; the counts are on standard output."""
    _, workbook = desk.exported(two_packages())

    found = (
        [row["Title"] for row in rows(workbook, "Packages")],
        [row["URL"] for row in rows(workbook, "Resources")],
    )

    assert found == (
        ["Trails 1", "Trails 2"],
        ["https://files.example/trails-1.csv", "https://files.example/trails-2.csv"],
    )


def test_an_untouched_workbook_sends_nothing(desk: Desk) -> None:
    """Import what was exported: no write call, status 0."""
    ckan, workbook = desk.exported(two_packages())

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 0
    assert ckan.writes == []
    assert said.json()["counts"] == {"unchanged": 4}


def test_an_edit_arrives_as_one_exact_call(desk: Desk) -> None:
    """One call for each edited package, which holds what was edited and how the package was read, and no more."""
    ckan, workbook = desk.exported(two_packages())
    read = ckan.shown(ONE)
    edit(workbook, NEW_TITLE, ("Resources", FILE_OF_ONE, "Description", "All trails"))

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 0
    assert ckan.writes == [
        {
            "match": {
                "id": ONE,
                "metadata_modified": read["metadata_modified"],
                "state": "active",
                "private": False,
            },
            "update": {"title": "Trails and paths"},
            f"update__resources__{FILE_OF_ONE}": {"description": "All trails"},
        }
    ]
    stored = ckan.shown(ONE)
    assert (stored["title"], stored["resources"][0]["description"]) == ("Trails and paths", "All trails")


def test_the_answer_stands_in_the_sheet(desk: Desk) -> None:
    """Every row has its result, an edited one says what was done, and `Results` has a line for each edit."""
    _, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)

    desk("import", workbook, "--yes")

    assert packages_row(workbook, ONE)["Result"] == "updated"
    assert packages_row(workbook, ONE)["Message"] == "Changed [Title]."
    assert packages_row(workbook, TWO)["Result"] == "unchanged"
    lines = rows(workbook, "Results")
    assert [(line["Sheet"], line["Package"], line["Result"], line["Field"]) for line in lines] == [
        ("Packages", "trails-1", "updated", "title")
    ]
    assert (lines[0]["Exported"], lines[0]["Edited"]) == ("Trails 1", "Trails and paths")


def test_a_second_import_sends_nothing(desk: Desk) -> None:
    """After a run the workbook knows what went through."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    desk("import", workbook, "--yes")
    ckan.heard.clear()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, ckan.writes, said.json()["counts"]) == (0, [], {"unchanged": 4})


def test_a_dry_run_sends_nothing_and_promises(desk: Desk) -> None:
    """A dry run writes its foresight into the workbook; the import after it does exactly that."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = ckan.snapshot()

    said = desk("import", workbook, "--dry-run", "--json")

    assert said.status == 0
    assert (ckan.writes, ckan.snapshot()) == ([], before)
    assert packages_row(workbook, ONE)["Result"] == "would update"
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"updated": 1, "unchanged": 3}


def test_an_edit_that_is_on_the_site_already_is_not_sent(desk: Desk) -> None:
    """After a crash the workbook says less than the site: what is there is not sent again."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.edit(ONE, title="Trails and paths")

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, ckan.writes) == (0, [])
    assert packages_row(workbook, ONE)["Message"] == "The site has this already."


# -- somebody else edits meanwhile


def title_and_notes(ckan: LiveCatalogue) -> tuple[str, str]:
    """Return two fields of the first package as they are now."""
    found = ckan.shown(ONE)
    return found["title"], found["notes"]


def test_a_change_on_the_site_since_the_export_is_kept(desk: Desk) -> None:
    """Only the edited cell is sent: somebody's change of another field stays."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.edit(ONE, notes="Somebody's words.")

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert [sent["update"] for sent in ckan.writes] == [{"title": "Trails and paths"}]
    assert title_and_notes(ckan) == ("Trails and paths", "Somebody's words.")


def test_a_mismatch_is_read_again_and_sent_again(desk: Desk) -> None:
    """Somebody saved between our reading and our writing: nothing is overwritten, and the edit goes through."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    stamps = [ckan.shown(ONE)["metadata_modified"]]
    ckan.before(
        "package_revise",
        lambda: stamps.append(ckan.edit(ONE, notes="Somebody's words.")["metadata_modified"]),
    )

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 0
    assert [sent["match"]["metadata_modified"] for sent in ckan.writes] == stamps
    assert len({*stamps}) == 2
    assert ckan.asked("package_show") == [{"id": ONE}]
    assert title_and_notes(ckan) == ("Trails and paths", "Somebody's words.")
    assert (said.json()["counts"], said.json()["writes"]) == ({"updated": 1, "unchanged": 3}, 2)


def test_a_mismatch_as_ckan_2_9_tells_it_is_read_again_too(desk: Desk) -> None:
    """CKAN 2.9 wraps its errors once more: a mismatch all the same."""
    ckan, server, workbook = desk.exported_through(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.edit(ONE, notes="Somebody's words.")
    server.script["package_revise"] = in_turn(MISMATCH_2_9, server.passed_on)

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 0
    assert (len(server.writes), len(ckan.writes)) == (2, 1)
    assert server.asked("package_show") == [{"id": ONE}]
    assert title_and_notes(ckan) == ("Trails and paths", "Somebody's words.")
    assert (said.json()["counts"], said.json()["writes"]) == ({"updated": 1, "unchanged": 3}, 2)


def test_a_mismatch_with_a_real_clash_is_a_conflict(desk: Desk) -> None:
    """Somebody changed the same field meanwhile: theirs stays, both texts are shown, and the status is 1."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.before("package_revise", lambda: ckan.edit(ONE, title="Somebody's title"))

    said = desk("import", workbook, "--yes")

    row = packages_row(workbook, ONE)
    assert said.status == 1
    assert len(ckan.writes) == 1
    assert ckan.shown(ONE)["title"] == "Somebody's title"
    assert (row["Result"], row["Title"]) == ("conflict", "Trails and paths")
    assert all(text in row["Message"] for text in ("[Title]", "Trails and paths", "Somebody's title", "Trails 1"))


def test_a_conflict_is_overwritten_only_when_asked(desk: Desk) -> None:
    """`--on-conflict overwrite` sends the workbook's text over somebody's."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.edit(ONE, title="Somebody's title")

    kept = desk("import", workbook, "--yes").status, ckan.shown(ONE)["title"]
    forced = desk("import", workbook, "--yes", "--on-conflict", "overwrite").status, ckan.shown(ONE)["title"]

    assert kept == (1, "Somebody's title")
    assert forced == (0, "Trails and paths")


def test_a_package_that_never_rests_is_given_up(desk: Desk) -> None:
    """Somebody saves before each of our attempts: a few attempts, then a conflict and nothing stored."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    saved = iter(range(10))
    ckan.before("package_revise", *[lambda: ckan.edit(ONE, notes=f"Saved {next(saved)} times.")] * 10)

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 1
    assert len(ckan.writes) == ATTEMPTS
    assert said.json()["counts"] == {"unchanged": 3, "conflict": 1}
    assert title_and_notes(ckan) == ("Trails 1", f"Saved {ATTEMPTS - 1} times.")


@pytest.mark.parametrize("gone", [LiveCatalogue.delete, LiveCatalogue.hide], ids=["deleted", "hidden"])
def test_a_package_gone_meanwhile_is_a_conflict(desk: Desk, gone: Callable[[LiveCatalogue, str], None]) -> None:
    """Edits of a package that is gone are not sent, and not lost: the row says so."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    gone(ckan, ONE)

    said = desk("import", workbook, "--yes")

    row = packages_row(workbook, ONE)
    assert (said.status, ckan.writes) == (1, [])
    assert (row["Result"], row["Title"]) == ("conflict", "Trails and paths")
    assert "no longer on the site" in row["Message"]


# -- the network fails


def test_a_time_out_is_unknown(desk: Desk) -> None:
    """No answer to a write: nobody knows, and the row says that."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.sandbox.misbehave("package_revise silent seconds=20", "package_show 504")
    job = Import(Site(Client(ckan.url, TOKEN, timeout=(2.0, 0.3))), workbook, ImportOptions())

    report = job.report(job.run(partial(send, job.site.client)), dry_run=False)

    assert report.counts == {"unchanged": 3, "unknown": 1}
    assert packages_row(workbook, ONE)["Result"] == "unknown"
    assert "Nobody knows" in packages_row(workbook, ONE)["Message"]


LOST_BY_THE_SANDBOX = {
    "cut-before": False,
    "502": False,
    "cut-after": True,
    "502-after": True,
    "504": True,
    "half-body": True,
}
"""Ways to lose the answer to a call, and whether the call was carried out."""


@pytest.mark.parametrize("fault", LOST_BY_THE_SANDBOX)
def test_an_unknown_ending_is_settled_by_reading(desk: Desk, fault: str) -> None:
    """Whether the lost call was stored or not: the package is read, and it ends as if nothing had happened."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.sandbox.misbehave(f"package_revise {fault} times=1")

    first = desk("import", workbook, "--yes")
    row, writes = packages_row(workbook, ONE), len(ckan.writes)
    second = desk("import", workbook, "--yes")

    assert (first.status, row["Result"], row["Message"]) == (0, "updated", "Changed [Title].")
    assert writes == (1 if LOST_BY_THE_SANDBOX[fault] else 2)
    assert ckan.shown(ONE)["title"] == "Trails and paths"
    assert (second.status, len(ckan.writes)) == (0, writes)


@pytest.mark.parametrize("fault", LOST_BY_THE_SANDBOX)
def test_an_ending_that_nobody_could_read_is_settled_by_the_next_import(desk: Desk, fault: str) -> None:
    """The site went away with the answer: unknown; import again and it ends as if nothing had happened."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.sandbox.misbehave(f"package_revise {fault} times=1")
    ckan.before("package_revise", lambda: ckan.sandbox.misbehave("package_show 504"))

    first = desk("import", workbook, "--yes")
    row = packages_row(workbook, ONE)
    ckan.sandbox.behave()
    lost = ckan.shown(ONE)
    ckan.heard.clear()
    second = desk("import", workbook, "--yes")

    stored = LOST_BY_THE_SANDBOX[fault]
    assert (first.status, row["Result"]) == (1, "unknown")
    assert lost["title"] == ("Trails and paths" if stored else "Trails 1")
    assert (second.status, len(ckan.writes)) == (0, 0 if stored else 1)
    assert ckan.shown(ONE)["title"] == "Trails and paths"
    assert (ckan.shown(ONE) == lost) is stored


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize("status", [503, 504])
def test_an_unknown_ending_behind_a_proxy_is_settled_too(desk: Desk, status: int, stored: bool) -> None:
    """A proxy that gave up says nothing of whether the call was stored: the same, either way."""
    ckan, server, workbook = desk.exported_through(two_packages())
    edit(workbook, NEW_TITLE)

    def lose_the_answer(request: Request) -> Reply:
        if stored:
            server.passed_on(request)
        return page(status)

    server.script["package_revise"] = in_turn(lose_the_answer, server.passed_on)
    said = desk("import", workbook, "--yes")

    assert (said.status, packages_row(workbook, ONE)["Result"]) == (0, "updated")
    assert len(server.writes) == (1 if stored else 2)
    assert ckan.shown(ONE)["title"] == "Trails and paths"


def test_a_refused_connection_is_not_sent_and_stops_the_run(desk: Desk) -> None:
    """A site that goes away after the reading: nothing was sent, each edited row says so, status 1."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Other trails"))
    ckan.before("package_search", ckan.sandbox.refuse_connections)

    said = desk("import", workbook, "--yes", "--json")

    results = [(row["package"], row["result"]) for row in said.json()["rows"]]
    assert said.status == 1
    assert results == [("trails-1", "not sent"), ("trails-2", "not sent")]
    assert "seems to be down" in packages_row(workbook, ONE)["Message"]
    assert said.json()["writes"] == 0


def test_a_site_that_fails_between_two_attempts_leaves_the_row_unsent(desk: Desk) -> None:
    """After a mismatch the package is read again; where that fails nothing was stored, and the results stay."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)

    def somebody_saves() -> None:
        ckan.edit(ONE, notes="Somebody's words.")
        ckan.sandbox.misbehave("package_show 500")

    ckan.before("package_revise", somebody_saves)

    said = desk("import", workbook, "--yes")

    ckan.sandbox.behave()
    assert (said.status, len(ckan.writes)) == (1, 1)
    assert packages_row(workbook, ONE)["Result"] == "not sent"
    assert title_and_notes(ckan) == ("Trails 1", "Somebody's words.")


def test_a_site_that_asks_to_come_back_later_is_waited_for(desk: Desk) -> None:
    """A busy site has stored nothing: the call is sent again once the time is over that it asks for."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Other trails"))
    ckan.sandbox.misbehave("package_revise 429 times=2 seconds=30")

    said = desk("import", workbook, "--yes", "--json").json()

    assert (said["writes"], said["counts"]) == (4, {"updated": 2, "unchanged": 2})


def test_a_site_that_stays_busy_stops_the_run(desk: Desk) -> None:
    """Patience has an end: the row is not sent, nor are those after it, and the next run sends them."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Other trails"))
    ckan.sandbox.misbehave("package_revise 429 seconds=3600")

    first = desk("import", workbook, "--yes", "--json").json()
    results = [row["Result"] for row in rows(workbook, "Packages")]
    ckan.sandbox.behave()
    second = desk("import", workbook, "--yes", "--json").json()

    assert (first["writes"] <= 2, results) == (True, ["not sent", "not sent"])
    assert (second["writes"], second["counts"]) == (2, {"updated": 2, "unchanged": 2})


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process that is sent a signal")
def test_an_interrupted_run_says_what_it_knows(desk: Desk) -> None:
    """Ctrl+C while a call is under way: that row is unknown, the next not sent, and the workbook has both."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Other trails"))

    ckan.sandbox.misbehave("package_revise silent seconds=1")
    ckan.before("package_revise", lambda: os.kill(os.getpid(), signal.SIGINT))

    said = desk("import", workbook, "--yes", "--workers", "1")

    assert said.status == 130
    assert len(ckan.writes) == 1
    assert [row["Result"] for row in rows(workbook, "Packages")] == ["unknown", "not sent"]


def test_a_refusal_of_one_package_does_not_stop_the_others(desk: Desk) -> None:
    """CKAN's errors land on the row and the column, in the site's words; the other package goes through."""
    theirs = package(3, name="taken", owner_org=WATERS)
    _, workbook = desk.exported([*two_packages(), theirs])
    edit(workbook, NAME_OF_ANOTHER, ("Packages", TWO, "Title", "Other trails"))

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 1
    assert said.json()["counts"] == {"updated": 1, "unchanged": 2, "refused": 1}
    assert packages_row(workbook, ONE)["Message"] == "The site refused [Name]: That URL is already in use."
    assert packages_row(workbook, TWO)["Result"] == "updated"


def test_a_refusal_is_told_in_the_sites_language(desk: Desk) -> None:
    """The sites' words are not translated and not judged."""
    _, server, workbook = desk.exported_through(two_packages())
    edit(workbook, NEW_TITLE)
    server.script["package_revise"] = error(409, "Validation Error", title=["Titre trop long"])

    said = desk("import", workbook, "--yes")

    assert said.status == 1
    assert packages_row(workbook, ONE)["Message"] == "The site refused [Title]: Titre trop long"


def test_a_failed_row_keeps_its_edit(desk: Desk) -> None:
    """What was refused can be sent again without typing it again."""
    theirs = package(3, name="taken", owner_org=WATERS)
    ckan, workbook = desk.exported([*two_packages(), theirs])
    edit(workbook, NAME_OF_ANOTHER)
    refused = desk("import", workbook, "--yes").status
    ckan.edit(theirs["id"], by="admin", name="given-up")

    said = desk("import", workbook, "--yes", "--json")

    assert (refused, said.json()["counts"]) == (1, {"updated": 1, "unchanged": 3})
    assert ckan.shown(ONE)["name"] == "taken"


def test_the_texts_of_a_catalogue_never_drive_the_terminal(desk: Desk) -> None:
    """Control characters and half characters from the site are shown as blanks."""
    _, server, workbook = desk.exported_through([package(1)])
    edit(workbook, NEW_TITLE)
    server.script["package_revise"] = error(409, "Validation Error", title=["a\x1b[2Jb\ud800c\rd"])

    said = desk("import", workbook, "--yes")

    assert said.status == 1
    assert not any(ch in said.out for ch in "\x1b\r\ud800")


def test_groups_of_others_are_left_out_of_the_call(desk: Desk) -> None:
    """A package in a group that the user may not use is sent without that group, or CKAN 2.11 refuses it."""
    ckan, workbook = desk.exported([package(1, groups=[{"name": "outdoors"}, {"name": "safety"}])])
    ours = next(group["id"] for group in ckan.shown(ONE)["groups"] if group["name"] == "outdoors")
    edit(workbook, NEW_TITLE)

    said = desk("import", workbook, "--yes")

    sent = ckan.writes[0]
    assert said.status == 0
    assert (sent["filter"], sent["update"]) == (
        ["-groups"],
        {"title": "Trails and paths", "groups": [{"id": ours}]},
    )
    assert [group["name"] for group in ckan.shown(ONE)["groups"]] == ["outdoors", "safety"]


def test_nobody_elses_package_is_read_or_written(desk: Desk) -> None:
    """An import reads and writes exactly the packages that the workbook edits."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    other = ckan.shown(TWO)

    desk("import", workbook, "--yes")

    assert [asked["fq"] for asked in ckan.asked("package_search")] == [f'+id:("{ONE}")']
    assert ckan.shown(TWO) == other


def test_a_workbook_saved_meanwhile_is_not_written_over(desk: Desk) -> None:
    """Somebody sorts and saves before the answers come: rows stand elsewhere, so the answers go beside it."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    job = Import(Site(Client(ckan.url, TOKEN)), workbook, ImportOptions())
    edit(workbook, ("Packages", TWO, "Title", "Typed meanwhile"))
    theirs = workbook.read_bytes()

    report = job.report(job.run(partial(send, job.site.client)), dry_run=False)

    assert workbook.read_bytes() == theirs
    assert (report.beside, report.written != str(workbook)) == (True, True)
    assert packages_row(Path(report.written), ONE)["Result"] == "updated"


def test_another_spelling_of_its_own_path_is_the_same_workbook(desk: Desk) -> None:
    """`-o` with the workbook's absolute path: what somebody saved meanwhile is not written over either."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    options = ImportOptions(output=workbook.absolute())
    job = Import(Site(Client(ckan.url, TOKEN)), Path(workbook.name), options)
    edit(workbook, ("Packages", TWO, "Title", "Typed meanwhile"))
    theirs = workbook.read_bytes()

    report = job.report(job.run(partial(send, job.site.client)), dry_run=False)

    assert (workbook.read_bytes() == theirs, report.beside) == (True, True)


def test_a_mistake_of_ours_does_not_lose_the_answers(desk: Desk) -> None:
    """Whatever goes wrong in the middle, what was sent before is answered in the sheet."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Second"))
    job = Import(Site(Client(ckan.url, TOKEN)), workbook, ImportOptions())

    def breaks_at_the_second(call: Call) -> object:
        if call.package == TWO:
            raise ZeroDivisionError
        return send(job.site.client, call)

    report = job.report(job.run(breaks_at_the_second), dry_run=False)  # type: ignore[arg-type]  # a function stands for a delivery

    assert packages_row(workbook, ONE)["Result"] == "updated"
    assert packages_row(workbook, TWO)["Result"] == "unknown"
    assert not report.complete
