"""The story of an edit: exported, changed in the workbook, sent, answered in the sheet."""

import copy
import os
import signal
import sys
from pathlib import Path

import pytest
from office_desk import Desk, edit, rows, two_packages
from scripted import MISMATCH_2_9, TOKEN, Answer, Request, Trouble, error, ok, page
from small_ckan import SmallCKAN, package

from bulkedit.ckan.client import Client
from bulkedit.ckan.site import Site
from bulkedit.core.plan import Call
from bulkedit.workflow import ATTEMPTS, Import, ImportOptions

ONE, TWO = package(1)["id"], package(2)["id"]
FILE_OF_ONE = package(1)["resources"][0]["id"]
NEW_TITLE = ("Packages", ONE, "Title", "Trails and paths")


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
    server, workbook = desk.exported(two_packages())

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 0
    assert server.writes == []
    assert said.json()["counts"] == {"unchanged": 4}


def test_an_edit_arrives_as_one_exact_call(desk: Desk) -> None:
    """One call for each edited package, which holds what was edited and how the package was read, and no more."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE, ("Resources", FILE_OF_ONE, "Description", "All trails"))

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 0
    assert [request.parameters for request in server.writes] == [
        {
            "match": {
                "id": ONE,
                "metadata_modified": "2026-01-02T00:00:00.000001",
                "state": "active",
                "private": False,
            },
            "update": {"title": "Trails and paths"},
            f"update__resources__{FILE_OF_ONE}": {"description": "All trails"},
        }
    ]
    assert ckan.packages[0]["title"] == "Trails and paths"
    assert ckan.packages[0]["resources"][0]["description"] == "All trails"


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
    server, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    desk("import", workbook, "--yes")
    server.requests.clear()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, server.writes, said.json()["counts"]) == (0, [], {"unchanged": 4})


def test_a_dry_run_sends_nothing_and_promises(desk: Desk) -> None:
    """A dry run writes its foresight into the workbook; the import after it does exactly that."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    before = ckan.snapshot()

    said = desk("import", workbook, "--dry-run", "--json")

    assert said.status == 0
    assert (server.writes, ckan.packages) == ([], before)
    assert packages_row(workbook, ONE)["Result"] == "would update"
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"updated": 1, "unchanged": 3}


def test_an_edit_that_is_on_the_site_already_is_not_sent(desk: Desk) -> None:
    """After a crash the workbook says less than the site: what is there is not sent again."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    ckan.edit(ONE, title="Trails and paths")

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, server.writes) == (0, [])
    assert packages_row(workbook, ONE)["Message"] == "The site has this already."


# -- somebody else edits meanwhile


def test_a_change_on_the_site_since_the_export_is_kept(desk: Desk) -> None:
    """Only the edited cell is sent: somebody's change of another field stays."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    ckan.edit(ONE, notes="Somebody's words.")

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert [request.parameters["update"] for request in server.writes] == [{"title": "Trails and paths"}]
    assert (ckan.packages[0]["title"], ckan.packages[0]["notes"]) == ("Trails and paths", "Somebody's words.")


@pytest.mark.parametrize("wrapped", [False, True], ids=["2.10", "2.9"])
def test_a_mismatch_is_read_again_and_sent_again(desk: Desk, wrapped: bool) -> None:
    """Somebody saved between our reading and our writing: nothing is overwritten, and the edit goes through."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)

    def somebody_saves(request: Request) -> Answer | None:
        ckan.edit(ONE, notes="Somebody's words.")
        return MISMATCH_2_9 if wrapped else None

    ckan.before_revise = [somebody_saves]

    said = desk("import", workbook, "--yes", "--json")

    stamps = [request.parameters["match"]["metadata_modified"] for request in server.writes]
    assert said.status == 0
    assert stamps == ["2026-01-02T00:00:00.000001", "2026-01-02T00:00:00.000002"]
    assert server.asked("package_show") == [{"id": ONE}]
    assert (ckan.packages[0]["title"], ckan.packages[0]["notes"]) == ("Trails and paths", "Somebody's words.")
    assert (said.json()["counts"], said.json()["writes"]) == ({"updated": 1, "unchanged": 3}, 2)


def test_a_mismatch_with_a_real_clash_is_a_conflict(desk: Desk) -> None:
    """Somebody changed the same field meanwhile: theirs stays, both texts are shown, and the status is 1."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    ckan.before_revise = [lambda request: ckan.edit(ONE, title="Somebody's title")]

    said = desk("import", workbook, "--yes")

    row = packages_row(workbook, ONE)
    assert said.status == 1
    assert len(server.writes) == 1
    assert ckan.packages[0]["title"] == "Somebody's title"
    assert (row["Result"], row["Title"]) == ("conflict", "Trails and paths")
    assert all(text in row["Message"] for text in ("[Title]", "Trails and paths", "Somebody's title", "Trails 1"))


def test_a_conflict_is_overwritten_only_when_asked(desk: Desk) -> None:
    """`--on-conflict overwrite` sends the workbook's text over somebody's."""
    ckan = two_packages()
    _, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    ckan.edit(ONE, title="Somebody's title")

    kept = desk("import", workbook, "--yes").status, ckan.packages[0]["title"]
    forced = desk("import", workbook, "--yes", "--on-conflict", "overwrite").status, ckan.packages[0]["title"]

    assert kept == (1, "Somebody's title")
    assert forced == (0, "Trails and paths")


def test_a_package_that_never_rests_is_given_up(desk: Desk) -> None:
    """Somebody saves before each of our attempts: a few attempts, then a conflict and nothing stored."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    ckan.before_revise = [lambda request: ckan.edit(ONE, notes="More.") for _ in range(10)]

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 1
    assert len(server.writes) == ATTEMPTS
    assert said.json()["counts"] == {"unchanged": 3, "conflict": 1}
    assert ckan.packages[0]["title"] == "Trails 1"


def test_a_package_deleted_meanwhile_is_a_conflict(desk: Desk) -> None:
    """Edits of a package that is gone are not sent, and not lost: the row says so."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    del ckan.packages[0]

    said = desk("import", workbook, "--yes")

    assert (said.status, server.writes) == (1, [])
    assert packages_row(workbook, ONE)["Result"] == "conflict"
    assert "no longer on the site" in packages_row(workbook, ONE)["Message"]


# -- the network fails


def test_a_time_out_is_unknown(desk: Desk) -> None:
    """No answer to a write: nobody knows, and the row says that."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    ckan.before_revise = [lambda request: Trouble.SILENT]
    job = Import(Site(Client(server.url, TOKEN, timeout=(2.0, 0.3))), workbook, ImportOptions())

    report = job.report(job.run(job.send), dry_run=False)

    assert report.counts == {"unchanged": 3, "unknown": 1}
    assert packages_row(workbook, ONE)["Result"] == "unknown"
    assert "Nobody knows" in packages_row(workbook, ONE)["Message"]


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize(
    "answer", [Trouble.CLOSED, page(502), page(503), page(504)], ids=["cut", "502", "503", "504"]
)
def test_an_unknown_ending_is_settled_by_the_next_import(desk: Desk, answer: Answer, stored: bool) -> None:
    """Whether the lost call was stored or not: import again and it ends as if nothing had happened."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)

    def lose_the_answer(request: Request) -> Answer:
        if stored:
            ckan.revise(request.parameters)
        return answer

    ckan.before_revise = [lose_the_answer]
    first = desk("import", workbook, "--yes")
    row = packages_row(workbook, ONE)
    server.requests.clear()

    second = desk("import", workbook, "--yes")

    assert (first.status, row["Result"]) == (1, "unknown")
    assert second.status == 0
    assert len(server.writes) == (0 if stored else 1)
    assert ckan.packages[0]["title"] == "Trails and paths"
    assert ckan.packages[0]["metadata_modified"] == "2026-01-02T00:00:00.000002"


def test_a_refused_connection_is_not_sent_and_stops_the_run(desk: Desk) -> None:
    """A site that goes away after the reading: nothing was sent, each edited row says so, status 1."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Other trails"))
    ckan.after_search = lambda request: server.stop()

    said = desk("import", workbook, "--yes", "--json")

    results = [(row["package"], row["result"]) for row in said.json()["rows"]]
    assert said.status == 1
    assert results == [("trails-1", "not sent"), ("trails-2", "not sent")]
    assert "cannot be reached" in packages_row(workbook, ONE)["Message"]
    assert "stopped before this row" in packages_row(workbook, TWO)["Message"]
    assert said.json()["writes"] == 1


def test_a_site_that_fails_between_two_attempts_leaves_the_row_unsent(desk: Desk) -> None:
    """After a mismatch the package is read again; where that fails nothing was stored, and the results stay."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)

    def somebody_saves(request: Request) -> None:
        ckan.edit(ONE, notes="Somebody's words.")
        server.script["package_show"] = error(500, "Internal Server Error", message="Solr")

    ckan.before_revise = [somebody_saves]

    said = desk("import", workbook, "--yes")

    assert (said.status, len(server.writes)) == (1, 1)
    assert packages_row(workbook, ONE)["Result"] == "not sent"
    assert ckan.packages[0]["title"] == "Trails 1"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process that is sent a signal")
def test_an_interrupted_run_says_what_it_knows(desk: Desk) -> None:
    """Ctrl+C while a call is under way: that row is unknown, the next not sent, and the workbook has both."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Other trails"))

    def interrupt(request: Request) -> Answer:
        os.kill(os.getpid(), signal.SIGINT)
        return Trouble.SILENT

    ckan.before_revise = [interrupt]

    said = desk("import", workbook, "--yes")

    assert said.status == 130
    assert len(server.writes) == 1
    assert [row["Result"] for row in rows(workbook, "Packages")] == ["unknown", "not sent"]


def test_a_refusal_of_one_package_does_not_stop_the_others(desk: Desk) -> None:
    """CKAN's errors land on the row and the column, in the site's words; the other package goes through."""
    ckan = two_packages()
    _, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Other trails"))
    ckan.before_revise = [lambda request: error(409, "Validation Error", title=["Titre trop long"])]

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 1
    assert said.json()["counts"] == {"updated": 1, "unchanged": 2, "refused": 1}
    assert packages_row(workbook, ONE)["Message"] == "The site refused [Title]: Titre trop long"
    assert packages_row(workbook, TWO)["Result"] == "updated"


def test_a_failed_row_keeps_its_edit(desk: Desk) -> None:
    """What was refused can be sent again without typing it again."""
    ckan = two_packages()
    _, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    ckan.before_revise = [lambda request: error(409, "Validation Error", title=["No"])]
    desk("import", workbook, "--yes")

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"] == {"updated": 1, "unchanged": 3}
    assert ckan.packages[0]["title"] == "Trails and paths"


def test_the_texts_of_a_catalogue_never_drive_the_terminal(desk: Desk) -> None:
    """Control characters and half characters from the site are shown as blanks."""
    ckan = SmallCKAN([package(1)])
    _, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    ckan.before_revise = [lambda request: error(409, "Validation Error", title=["a\x1b[2Jb\ud800c\rd"])]

    said = desk("import", workbook, "--yes")

    assert said.status == 1
    assert not any(ch in said.out for ch in "\x1b\r\ud800")


def test_groups_of_others_are_left_out_of_the_call(desk: Desk) -> None:
    """A package in a group that the user may not use is sent without that group, or CKAN 2.11 refuses it."""
    ckan = SmallCKAN([package(1, groups=[{"name": "ours", "id": "g1"}, {"name": "theirs", "id": "g2"}])])
    server, workbook = desk.exported(ckan)
    server.script["group_list_authz"] = ok([{"name": "renamed", "id": "g1"}])
    edit(workbook, NEW_TITLE)

    said = desk("import", workbook, "--yes")

    sent = server.writes[0].parameters
    assert said.status == 0
    assert (sent["filter"], sent["update"]) == (
        ["-groups"],
        {"title": "Trails and paths", "groups": [{"id": "g1"}]},
    )


def test_nobody_elses_package_is_read_or_written(desk: Desk) -> None:
    """An import reads and writes exactly the packages that the workbook edits."""
    ckan = two_packages()
    server, workbook = desk.exported(ckan)
    edit(workbook, NEW_TITLE)
    other = copy.deepcopy(ckan.packages[1])

    desk("import", workbook, "--yes")

    assert [asked["fq"] for asked in server.asked("package_search")] == [f'+id:("{ONE}")']
    assert ckan.packages[1] == other


def test_a_workbook_saved_meanwhile_is_not_written_over(desk: Desk) -> None:
    """Somebody sorts and saves before the answers come: rows stand elsewhere, so the answers go beside it."""
    server, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    job = Import(Site(Client(server.url, TOKEN)), workbook, ImportOptions())
    edit(workbook, ("Packages", TWO, "Title", "Typed meanwhile"))
    theirs = workbook.read_bytes()

    report = job.report(job.run(job.send), dry_run=False)

    assert workbook.read_bytes() == theirs
    assert (report.beside, report.written != str(workbook)) == (True, True)
    assert packages_row(Path(report.written), ONE)["Result"] == "updated"


def test_another_spelling_of_its_own_path_is_the_same_workbook(desk: Desk) -> None:
    """`-o` with the workbook's absolute path: what somebody saved meanwhile is not written over either."""
    server, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    options = ImportOptions(output=workbook.absolute())
    job = Import(Site(Client(server.url, TOKEN)), Path(workbook.name), options)
    edit(workbook, ("Packages", TWO, "Title", "Typed meanwhile"))
    theirs = workbook.read_bytes()

    report = job.report(job.run(job.send), dry_run=False)

    assert (workbook.read_bytes() == theirs, report.beside) == (True, True)


def test_a_mistake_of_ours_does_not_lose_the_answers(desk: Desk) -> None:
    """Whatever goes wrong in the middle, what was sent before is answered in the sheet."""
    server, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE, ("Packages", TWO, "Title", "Second"))
    job = Import(Site(Client(server.url, TOKEN)), workbook, ImportOptions())

    def breaks_at_the_second(call: Call) -> object:
        if call.package == TWO:
            raise ZeroDivisionError
        return job.send(call)

    report = job.report(job.run(breaks_at_the_second), dry_run=False)  # type: ignore[arg-type]

    assert packages_row(workbook, ONE)["Result"] == "updated"
    assert packages_row(workbook, TWO)["Result"] == "unknown"
    assert not report.complete
