"""Which run is undone, where, and by whom."""

import os
import signal
import sys

import pytest
from changed_sites import ONE, TWO, comparable, imported, ledger_of, retitled, row_of
from live_catalogue import package
from office_desk import Desk, edit
from scripted import TOKEN

from bulkedit.ledger import Run, RunState


def test_without_a_name_it_is_the_latest_run_that_stored_anything(desk: Desk) -> None:
    """Runs that stored nothing are passed over."""
    ckan, workbook, before = retitled(desk)
    edit(workbook, ("Packages", TWO, "Title", "Two"))
    ckan.sandbox.misbehave("package_revise 500 times=9")
    assert imported(desk, workbook).status == 1
    ckan.sandbox.behave()

    said = desk("undo", "--yes", "--json")

    assert (said.status, comparable(ckan) == before) == (0, True)


def test_a_workbook_stands_for_its_latest_run(desk: Desk) -> None:
    """However its path is written."""
    ckan, _, before = retitled(desk)

    said = desk("undo", "./parks.xlsx", "--yes")

    assert (said.status, comparable(ckan) == before) == (0, True)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("nothing-such",), "no run begins with 'nothing-such'"),
        (("other.xlsx",), "no run begins with 'other.xlsx', and none is of a workbook there"),
        (("empty",), "knows of nothing of empty that was stored, so there is nothing to undo."),
    ],
)
def test_runs_that_cannot_be_undone(desk: Desk, asked: tuple[str, ...], told: str) -> None:
    """One sentence, exit status 3, nothing sent."""
    ckan, workbook, _ = retitled(desk)
    began = "2020-01-01T00:00:00"
    ledger_of(desk).begin(Run("empty", "import", began, ckan.url, "", "", {}, str(workbook), ""))

    said = desk("undo", *asked, "--yes")

    assert (said.status, ckan.writes) == (3, [])
    assert told in said.told


def test_an_empty_ledger_has_nothing_to_undo(desk: Desk) -> None:
    """It says where it has looked."""
    desk.open([])

    said = desk("undo", "--yes")

    assert said.status == 3
    assert "knows of nothing that was stored" in said.told


def test_a_run_goes_back_to_its_own_site(desk: Desk) -> None:
    """Without --site and CKAN_URL it is asked there; another one is refused."""
    ckan, _, before = retitled(desk)

    other = desk("undo", "--yes", "--site", "http://127.0.0.1:1")
    desk.monkeypatch.delenv("CKAN_URL")
    said = desk("undo", "--yes")

    assert other.status == 3
    assert "can be undone only there; you gave http://127.0.0.1:1." in other.told
    assert (said.status, comparable(ckan) == before) == (0, True)


def test_who_may_not_edit_undoes_nothing(desk: Desk) -> None:
    """A member's token may read only."""
    ckan, _, _ = retitled(desk)
    ckan.sandbox.tokens |= {"editor": "another", "member": TOKEN}

    said = desk("undo", "--yes")

    assert (said.status, ckan.writes) == (3, [])
    assert "ask for the role of editor" in said.told


@pytest.mark.parametrize("busy", ["run", "organization"])
def test_two_runs_do_not_meet(desk: Desk, busy: str) -> None:
    """A run that is under way is not undone, and an import of the same organization is waited for."""
    ckan, _, _ = retitled(desk)
    ledger = ledger_of(desk)
    run = ledger.runs()[0]
    what = {"run": f"run {run.id}", "organization": f"organization {ckan.url} {next(iter(run.organizations))}"}
    lock = ledger.claim(what[busy], "")

    said = desk("undo", "--yes")
    lock.release()

    assert (said.status, ckan.writes) == (3, [])
    assert "wait until" in said.told


def test_without_a_terminal_it_wants_to_be_told(desk: Desk) -> None:
    """Nobody can be asked: --yes or --dry-run."""
    ckan, _, _ = retitled(desk)

    said = desk("undo")

    assert (said.status, ckan.writes) == (2, [])
    assert "There is nobody to ask" in said.err


def test_the_ledger_knows_the_undo(desk: Desk) -> None:
    """What it undoes, how it ended, and the answer to each row."""
    _, workbook, _ = retitled(desk)
    ran = ledger_of(desk).runs()[0].id

    desk("undo", "--yes")

    run = ledger_of(desk).runs()[0]
    assert (run.kind, run.undoes, run.state, run.workbook) == ("undo", ran, RunState.DONE, str(workbook))
    assert (run.counts, run.user) == ({"updated": 1}, "editor")
    assert [row["result"] for row in ledger_of(desk).rows(run.id)] == ["updated"]


def test_a_refusal_is_told_with_its_reason(desk: Desk) -> None:
    """What the site does not take is not stored, and its package's rows say so."""
    ckan, workbook, _ = retitled(desk)
    edit(workbook, ("Packages", ONE, "Name", "walks"))
    imported(desk, workbook)
    ckan.call("package_create", by="colleague", name="trails-1", owner_org="parks", title="Theirs")

    said = desk("undo", "--yes", "--json")

    row = row_of(said, "walks")
    assert (said.status, row["result"]) == (1, "refused")
    assert "The site refused it: name:" in row["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process that is sent a signal")
def test_an_interrupted_undo_goes_on_later(desk: Desk) -> None:
    """Ctrl+C while a call is under way: exit 130; the undo of the same run ends it, sending nothing twice."""
    ckan, workbook = desk.exported([package(1), package(2)])
    before = comparable(ckan)
    edit(workbook, ("Packages", ONE, "Title", "One"), ("Packages", TWO, "Title", "Two"))
    imported(desk, workbook)
    ran = ledger_of(desk).runs()[0].id
    ckan.heard.clear()
    ckan.sandbox.misbehave("package_revise silent seconds=1 times=1")
    ckan.before("package_revise", lambda: os.kill(os.getpid(), signal.SIGINT))

    first = desk("undo", "--yes", "--workers", "1")
    state = ledger_of(desk).runs()[0].state
    second = desk("undo", ran, "--yes", "--json")

    assert (first.status, state) == (130, RunState.INTERRUPTED)
    assert "undo again to go on" in first.err
    assert second.json()["counts"] == {"updated": 1, "unchanged": 1}
    assert len(ckan.writes) == 2
    assert comparable(ckan) == before
