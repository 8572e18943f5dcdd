"""``bulkedit history``: what runs did, from the ledger; a run that was killed is called so."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from live_catalogue import package, package_id
from office_desk import Desk, edit, two_packages
from past_runs import ROWS, SITE, a_run, change, finished, killed, row, without
from scripted import TOKEN, Reply, Request, ok

from bulkedit.ckan.client import Client
from bulkedit.ckan.site import Site
from bulkedit.core.calls import Call
from bulkedit.ledger import Ledger
from bulkedit.workflow.delivery import Delivery


@pytest.fixture(autouse=True)
def in_vancouver(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sit where clocks are seven hours behind in April."""
    monkeypatch.setenv("TZ", "America/Vancouver")
    if hasattr(time, "tzset"):
        time.tzset()
    yield
    monkeypatch.undo()
    if hasattr(time, "tzset"):
        time.tzset()


# -- all runs


def test_before_the_first_run_there_is_nothing_to_show(desk: Desk, own_ledger: Path) -> None:
    """No ledger is made by looking into it."""
    said = [desk("history"), desk("history", "--json"), desk("history", "aaaa")]

    assert [one.status for one in said] == [0, 0, 3]
    assert "No runs yet" in said[0].out
    assert said[1].json() == {"runs": []}
    assert str(own_ledger) in said[2].told
    assert list(own_ledger.parent.iterdir()) == []


def test_an_empty_ledger_has_no_runs(desk: Desk, own_ledger: Path) -> None:
    """Nor anything to say about them."""
    Ledger(own_ledger).close()

    assert desk("history").out == "No runs yet.\n"


def test_runs_are_listed_from_the_latest(desk: Desk, own_ledger: Path) -> None:
    """With id, local time, kind, state, counts, who, site and workbook."""
    finished(own_ledger)
    finished(own_ledger, ROWS[:1], key="bbbb0001", began="2026-04-03T02:00:00", kind="undo", undoes="aaaa0001")

    said = desk("history")

    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines()[:2] == [
        "bbbb0001  2026-04-02 19:00  undo of aaaa0001  done  1 updated",
        "    ann (ann@desk-7)  https://catalogue.example  /desk/parks.xlsx",
    ]
    assert said.out.splitlines()[2].startswith("aaaa0001  2026-04-01 12:00  import  done  1 ")


def test_the_list_as_json(desk: Desk, own_ledger: Path) -> None:
    """One object with the runs; times are UTC there."""
    finished(own_ledger, ROWS[:1])

    (run,) = desk("history", "--json").json()["runs"]

    assert run == {
        "run": "aaaa0001",
        "kind": "import",
        "undoes": None,
        "began": "2026-04-01T19:00:00",
        "ended": "2026-04-01T19:01:10",
        "state": "done",
        "site": SITE,
        "user": "ann",
        "by": "ann@desk-7",
        "organizations": {"o1": "parks"},
        "workbook": "/desk/parks.xlsx",
        "digest": "00ff",
        "counts": {"updated": 1},
    }


def test_another_ledger_can_be_named(desk: Desk, own_ledger: Path) -> None:
    """By --ledger, before BULKEDIT_LEDGER."""
    finished(desk.folder / "mine.sqlite")

    assert "aaaa0001" in desk("history", "--ledger", "mine.sqlite").out
    assert not own_ledger.exists()


# -- killed or alive


def test_a_run_whose_process_is_gone_was_killed(desk: Desk, own_ledger: Path) -> None:
    """It has no end and nobody carries it out; one that somebody does is running."""
    killed(own_ledger)
    ledger = Ledger(own_ledger)
    ledger.begin(a_run("live0001"))
    lock = ledger.claim("run live0001", "busy")

    states = {run["run"]: run["state"] for run in desk("history", "--json").json()["runs"]}
    lock.release()
    ledger.close()

    assert states == {"dead0001": "killed", "live0001": "running"}


def test_a_killed_run_tells_its_calls(desk: Desk, own_ledger: Path) -> None:
    """It has no rows; what became of each call is all that is known, and the sentence says what to do."""
    killed(own_ledger)

    said = desk("history", "dead")

    assert "State         killed" in said.out
    assert "12:00:02  trails  package_revise  stored\n" in said.out
    assert "rivers  package_revise  not stored (You may not edit this)" in said.out
    assert "lakes  package_revise  unknown whether it was stored (The site did not answer in time)" in said.out
    assert "ponds  package_revise  sent, and no answer came" in said.out
    assert "Import the workbook again to find out" in said.out


# -- one run


@pytest.mark.parametrize("key", ["aaaa0001", "a", "parks.xlsx"])
def test_a_run_is_named_by_its_beginning_or_its_workbook(desk: Desk, own_ledger: Path, key: str) -> None:
    """Whichever is at hand."""
    finished(own_ledger, workbook=str((desk.folder / "parks.xlsx").resolve()))

    assert "Run           aaaa0001, import\n" in desk("history", key).out


def test_a_run_tells_its_rows(desk: Desk, own_ledger: Path) -> None:
    """Each with its result, message and fields: before, after, and what the site had if that is another text."""
    finished(own_ledger)

    lines = desk("history", "aaaa").out.splitlines()

    assert "When          2026-04-01 12:00 to 2026-04-01 12:01" in lines
    at = lines.index("Packages row 2  trails  updated")
    assert lines[at + 1 : at + 3] == ["    Changed [Title].", "    [Title] “Trails” → “Trails and paths”"]
    assert "    [Title] “Rivers” → “Streams” (on the site: “Lakes”)" in lines


def test_a_run_tells_the_calls_that_nobody_knows_of(desk: Desk, own_ledger: Path) -> None:
    """Also one that has come to its end; those that were stored need no word."""
    finished(own_ledger)

    told = desk("history", "aaaa").out.split("Calls of which nobody knows whether they were stored:\n")[1]

    assert told.splitlines()[0].endswith("unknown whether it was stored (The site did not answer in time)")
    assert "trails" not in told


def test_a_call_that_arrived_when_repeated_is_known(desk: Desk, own_ledger: Path) -> None:
    """That its first try had no answer matters to nobody."""
    finished(own_ledger)
    ledger = Ledger(own_ledger)
    number = ledger.intend("aaaa0001", "id-of-lakes", "lakes", "package_revise", {}, {"id": "x"}, "t")
    ledger._database.execute("UPDATE calls SET outcome = 'stored' WHERE number = ?", (number,))
    ledger.close()

    assert "nobody knows" not in desk("history", "aaaa").out


def test_a_run_as_json(desk: Desk, own_ledger: Path) -> None:
    """The run with its rows and calls, without the packages' states, which are long and may be private."""
    finished(own_ledger)

    said = desk("history", "aaaa", "--json").json()

    assert said["rows"] == ROWS
    assert [without(one, "sent", "answered") for one in said["calls"]] == [
        {
            "number": number,
            "package": f"id-of-{name}",
            "name": name,
            "action": "package_revise",
            "payload": {"x": 1},
            "outcome": outcome,
            "reason": reason,
        }
        for number, name, outcome, reason in [
            (1, "trails", "stored", None),
            (2, "lakes", "unknown", "The site did not answer in time."),
        ]
    ]


def test_rows_without_headers_are_told_by_their_fields(desk: Desk, own_ledger: Path) -> None:
    """A ledger may hold rows as import --json prints them."""
    finished(own_ledger, [row(2, "trails", "updated", "", without(change("Title", "a", "b"), "header"))])

    assert "    [title] “a” → “b”" in desk("history", "aaaa").out


@pytest.mark.parametrize(
    ("key", "why"), [("zzzz", "no run begins with 'zzzz'"), ("a", "several runs begin with 'a'")]
)
def test_a_run_that_cannot_be_found(desk: Desk, own_ledger: Path, key: str, why: str) -> None:
    """Is told with what was given, and where to look."""
    finished(own_ledger)
    finished(own_ledger, key="aaaa0002")

    said = desk("history", key)

    assert said.status == 3
    assert why in said.told
    assert "bulkedit history lists them" in said.told


def test_texts_cannot_drive_the_terminal(desk: Desk, own_ledger: Path) -> None:
    """Whatever a package, a message or a workbook is called."""
    nasty = "\x1b]0;owned\x07\x1b[2J\r\x9b31m"
    rows = [row(2, f"trails{nasty}", "updated", nasty, change(f"Title{nasty}", nasty, f"b{nasty}", nasty))]
    finished(own_ledger, rows, user=nasty, site=nasty, workbook=nasty)

    said = [desk("history"), desk("history", "aaaa")]

    assert all(ch.isprintable() or ch == "\n" for one in said for ch in one.out)


def test_a_damaged_ledger_is_one_sentence(desk: Desk, own_ledger: Path) -> None:
    """Status 3, and no stack trace."""
    own_ledger.write_text("Dear diary " * 200, encoding="utf-8")

    said = desk("history")

    assert said.status == 3
    assert str(own_ledger) in said.told


# -- what really happens


def test_the_ledger_knows_of_a_call_before_the_site_does(desk: Desk, own_ledger: Path) -> None:
    """When the call arrives, history in another window shows it as sent; afterwards, as it was answered."""
    ledger = Ledger(own_ledger)
    run = a_run()
    ledger.begin(run)
    seen: list[str] = []

    def look(request: Request) -> Reply:
        other = Ledger(own_ledger)
        seen.extend(str(one.outcome) for one in other.calls(run.id))
        other.close()
        return ok({"package": package(1)})

    server = desk.open_scripted({"package_revise": look})
    before = package(1)
    Delivery(Site(Client(server.url, TOKEN)), ledger, run)(
        Call(package_id(1), "trails-1", {"match": {"id": package_id(1)}}, before=before)
    )

    assert seen == ["None"]
    assert [(call.before, call.outcome) for call in ledger.calls(run.id)] == [(before, "stored")]
    ledger.close()


def test_an_import_and_its_undo_are_told(desk: Desk) -> None:
    """What the workbook's rows say, history says as well, by label; an undo names the run that it took back."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, ("Packages", package_id(1), "Title", "Trails and paths"))
    imported = desk("import", workbook, "--yes", "--json").json()
    undone = desk("undo", imported["run"], "--yes", "--json").json()

    told = desk("history", imported["run"], "--json").json()
    back = desk("history", undone["run"], "--json").json()

    assert (told["state"], told["counts"], told["site"]) == ("done", imported["counts"], ckan.url)
    assert [[without(without(c, "header"), "result") for c in one["changes"]] for one in told["rows"]] == [
        one["changes"] for one in imported["rows"]
    ]
    assert "    [Title] “Trails 1” → “Trails and paths”\n" in desk("history", imported["run"]).out
    assert (back["kind"], back["undoes"], back["state"]) == ("undo", imported["run"], "done")
    assert f"undo of {imported['run']}" in desk("history").out
    for run in (imported["run"], undone["run"]):
        assert desk("history", run, "--html", f"{run}.html").status == 0
        page = (desk.folder / f"{run}.html").read_text(encoding="utf-8")
        assert f"{ckan.url}/dataset/{package_id(1)}" in page
        assert "Done: 1 package" in page
