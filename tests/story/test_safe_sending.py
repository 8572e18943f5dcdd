"""Nothing is half known: slow and busy sites, two imports at once, Ctrl-C, and what a killed run left behind."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from threading import Lock

import openpyxl
import pytest
from live_catalogue import LiveCatalogue, package, package_id
from office_desk import Desk, edit, rows
from quick_time import QuickTime
from scripted import TOKEN, Answer, Request, page

from bulkedit.ckan import pace
from bulkedit.ckan.client import Client
from bulkedit.ckan.site import Site
from bulkedit.ledger import Ledger, Run, RunState
from bulkedit.workflow.delivery import Delivery
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions

ONE, TWO = package_id(1), package_id(2)
MANY = 12


def many_edited(desk: Desk) -> tuple[LiveCatalogue, Path]:
    """Start a catalogue with many packages, and edit each title in its workbook."""
    ckan, workbook = desk.exported([package(number) for number in range(1, MANY + 1)])
    edit(workbook, *(("Packages", package_id(n), "Title", f"Paths {n}") for n in range(1, MANY + 1)))
    return ckan, workbook


def titles(ckan: LiveCatalogue) -> list[str]:
    """Return the titles of all packages."""
    return [one["title"] for one in ckan.snapshot()]


PATHS = [f"Paths {n}" for n in range(1, MANY + 1)]


# -- slow and busy sites


class Gate:
    """What stands before a catalogue: it lets calls through, slowly, or only so many a second.

    Attributes:
        refused: how many calls it turned away.
        most: how many calls it had at a time, at most.
    """

    def __init__(self, desk: Desk, *, gap: float = 0.0, takes: float = 0.0) -> None:
        self.time = QuickTime()
        self._gap, self._takes = gap, takes
        self._last, self._now = -1e9, 0
        self.refused = self.most = 0
        self._lock = Lock()
        desk.monkeypatch.setattr(pace, "RealTime", lambda: self.time)

    def before(self, passed_on: Callable[[Request], Answer]) -> Callable[[Request], Answer]:
        """Return the answer to a call."""

        def answer(request: Request) -> Answer:
            with self._lock:
                now = self.time.now()
                if now - self._last < self._gap:
                    self.refused += 1
                    return page(429, "Too Many Requests")
                self._last = now
                self._now += 1
                self.most = max(self.most, self._now)
            time.sleep(0.02 if self._takes else 0)  # the others come meanwhile, if they do
            with self._lock:
                self.time.wait(self._takes, pace.Event())
                self._now -= 1
            return passed_on(request)

        return answer


ASKED = "status_show organization_list_for_user help_show user_show package_search package_show package_revise"


@pytest.mark.parametrize(("gap", "takes"), [(1.0, 0.0), (0.0, 2.0)], ids=["one a second", "two seconds a call"])
def test_a_slow_site_and_one_that_limits_calls_are_respected_without_options(
    desk: Desk, gap: float, takes: float
) -> None:
    """Every row goes through; few calls are turned away, and never more are under way than workers."""
    ckan, server, workbook = desk.exported_through([package(number) for number in range(1, MANY + 1)])
    edit(workbook, *(("Packages", package_id(n), "Title", f"Paths {n}") for n in range(1, MANY + 1)))
    gate = Gate(desk, gap=gap, takes=takes)
    server.script |= {action: gate.before(server.passed_on) for action in ASKED.split()}

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, said.json()["counts"]["updated"]) == (0, MANY)
    assert titles(ckan) == PATHS
    assert gate.refused <= len(server.requests) / 2
    assert gate.most <= pace.WORKERS


def test_max_rate_and_workers_are_kept(desk: Desk) -> None:
    """Whoever asks for less gets less: one call at a time, two a second."""
    ckan, workbook = many_edited(desk)
    clock = QuickTime()
    desk.monkeypatch.setattr(pace, "RealTime", lambda: clock)
    began: list[float] = []
    ckan.sandbox.watchers.append(lambda action, parameters: began.append(clock.now()))

    said = desk("import", workbook, "--yes", "--workers", "1", "--max-rate", "2")

    gaps = [later - sooner for sooner, later in pairwise(began)]
    assert said.status == 0
    assert min(gaps) > 0.45


def test_several_packages_go_at_a_time_and_never_two_calls_to_one(desk: Desk) -> None:
    """Three calls are under way at once, each to another package, unless told otherwise."""
    ckan, workbook = many_edited(desk)
    under_way: list[str] = []
    most, twice = 0, False

    def hold(action: str, parameters: dict[str, object]) -> None:
        nonlocal most, twice
        if action == "package_revise" and parameters.get("match"):
            key = str(parameters["match"]["id"])  # type: ignore[index]  # a call of ours names it
            twice = twice or key in under_way
            under_way.append(key)
            most = max(most, len(under_way))
            time.sleep(0.05)
            under_way.remove(key)

    ckan.sandbox.watchers.append(hold)

    said = desk("import", workbook, "--yes")

    assert (said.status, titles(ckan)) == (0, PATHS)
    assert (most, twice) == (pace.WORKERS, False)


# -- two at once


def claimed(desk: Desk, ckan: LiveCatalogue, workbook: Path, ledger: Path) -> Import:
    """Begin an import, and leave it there."""
    return Import(Site(Client(ckan.url, TOKEN)), workbook, ImportOptions(), ledger=Ledger(ledger))


def test_a_second_import_of_a_workbook_says_so_and_stops(desk: Desk, own_ledger: Path) -> None:
    """Exit 3, one sentence, nothing sent; when the first is done it goes."""
    ckan, workbook = many_edited(desk)
    with claimed(desk, ckan, workbook, own_ledger):
        refused = desk("import", workbook, "--yes")
        written = len(ckan.writes)

    after = desk("import", workbook, "--yes")

    assert (refused.status, written, after.status) == (3, 0, 0)
    assert "is being imported or refreshed at this moment" in refused.told


def test_a_second_import_into_an_organization_says_so_and_stops(desk: Desk, own_ledger: Path) -> None:
    """Also from another workbook, since both would write into the same records."""
    ckan, workbook = many_edited(desk)
    desk("export", "parks", "-o", "other.xlsx")
    with claimed(desk, ckan, workbook, own_ledger):
        refused = desk("import", "other.xlsx", "--yes")

    assert refused.status == 3
    assert "Another import into parks" in refused.told


def test_a_dry_run_need_not_wait(desk: Desk, own_ledger: Path) -> None:
    """It sends nothing, so nobody is in its way."""
    ckan, workbook = many_edited(desk)
    with claimed(desk, ckan, workbook, own_ledger):
        said = desk("import", workbook, "--dry-run", "--no-write")

    assert said.status == 0


# -- Ctrl-C


def started(desk: Desk, ckan: LiveCatalogue, workbook: Path, ledger: Path) -> "subprocess.Popen[str]":
    """Start an import as a process of its own."""
    environment = {**os.environ, "CKAN_URL": ckan.url, "CKAN_API_KEY": TOKEN, "BULKEDIT_LEDGER": str(ledger)}
    command = [sys.executable, "-m", "bulkedit", "import", workbook.name, "--yes", "--workers", "2"]
    return subprocess.Popen(
        command,
        cwd=desk.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process that is sent a signal")


@POSIX
def test_ctrl_c_finishes_the_calls_in_flight_and_writes_the_results(desk: Desk, own_ledger: Path) -> None:
    """Exit 130; what was under way is answered, the rest is not sent, the ledger knows; import again goes on."""
    ckan, workbook = many_edited(desk)
    ckan.sandbox.watchers.append(lambda action, parameters: time.sleep(0.5 if action == "package_revise" else 0))
    program = started(desk, ckan, workbook, own_ledger)
    until(lambda: len(ckan.asked("package_revise")) >= 3)

    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=30)

    results = [row["Result"] for row in rows(workbook, "Packages")]
    done = sum(title.startswith("Paths") for title in titles(ckan))
    [run] = Ledger(own_ledger).runs()
    assert (program.returncode, run.state) == (130, RunState.INTERRUPTED)
    assert "import again to go on" in err
    assert results.count("updated") == done
    assert results.count("not sent") == MANY - done > 0
    assert all(call.outcome is not None for call in Ledger(own_ledger).calls(run.id))
    ckan.sandbox.watchers.pop()
    assert desk("import", workbook, "--yes").status == 0
    assert (titles(ckan), len(ckan.asked("package_revise"))) == (PATHS, MANY)


@POSIX
def test_a_second_ctrl_c_leaves_at_once_and_the_ledger_still_knows(desk: Desk, own_ledger: Path) -> None:
    """The call under way stays without an outcome; the next import says so and ends it."""
    ckan, workbook = many_edited(desk)
    ckan.sandbox.misbehave("package_revise delay seconds=20 skip=2 times=2")
    program = started(desk, ckan, workbook, own_ledger)
    until(lambda: len(ckan.asked("package_revise")) >= 3)

    began = time.monotonic()
    program.send_signal(signal.SIGINT)
    time.sleep(0.5)
    program.send_signal(signal.SIGINT)
    _, err = program.communicate(timeout=30)
    took = time.monotonic() - began

    ledger = Ledger(own_ledger)
    [run] = ledger.runs()
    calls = ledger.calls(run.id)
    assert (program.returncode, took < 10) == (130, True)
    assert "what has arrived is not sent twice" in err
    assert run.state is RunState.RUNNING
    assert any(call.outcome is None for call in calls)
    again = desk("import", workbook, "--yes")
    assert again.status == 0
    assert f"run {run.id} of this workbook" in again.err
    assert ledger.run(run.id).state is RunState.KILLED
    assert titles(ckan) == PATHS


# -- the ledger


def test_a_call_is_in_the_ledger_before_it_is_sent(desk: Desk, own_ledger: Path) -> None:
    """When the site hears of it, another program finds the intent on disk, with what the package was before."""
    ckan, workbook = desk.exported([package(1)])
    edit(workbook, ("Packages", ONE, "Title", "Paths"))
    before = ckan.shown(ONE)
    found: list[tuple[str, str]] = []

    def look() -> None:
        with sqlite3.connect(own_ledger) as other:
            found.extend(other.execute("SELECT action, outcome FROM calls"))

    ckan.before("package_revise", look)

    said = desk("import", workbook, "--yes", "--json")

    ledger = Ledger(own_ledger)
    [run] = ledger.runs()
    [call] = ledger.calls(run.id)
    assert found == [("package_revise", "")]
    assert (run.id, run.kind, run.state, run.site) == (said.json()["run"], "import", RunState.DONE, ckan.url)
    assert (run.workbook, run.counts) == (str(workbook), {"updated": 1, "unchanged": 1})
    assert (call.before, call.after, call.outcome) == (before, ckan.shown(ONE), "stored")
    assert ledger.rows(run.id)[0]["changes"] == [
        {
            "field": "title",
            "exported": "Trails 1",
            "edited": "Paths",
            "live": "Trails 1",
            "header": "Title",
            "result": "updated",
        }
    ]


@pytest.mark.parametrize("more", [("--dry-run",), ()], ids=["dry run", "nothing edited"])
def test_what_sends_nothing_is_no_run(desk: Desk, own_ledger: Path, more: tuple[str, ...]) -> None:
    """The ledger tells what was sent, not what somebody looked at."""
    _, workbook = desk.exported([package(1)])
    if more:
        edit(workbook, ("Packages", ONE, "Title", "Paths"))

    said = desk("import", workbook, *(more or ("--yes",)))

    assert said.status == 0
    assert not own_ledger.exists() or Ledger(own_ledger).runs() == []


def test_a_ledger_that_cannot_be_written_sends_nothing(desk: Desk) -> None:
    """One sentence, exit 3: what cannot be noted is not done."""
    ckan, workbook = many_edited(desk)

    said = desk("import", workbook, "--yes", "--ledger", "/proc/ledger.sqlite")

    assert (said.status, ckan.writes) == (3, [])
    assert said.told.startswith("The ledger /proc/ledger.sqlite cannot be used")


def test_a_ledger_that_fails_during_a_run_stops_it(desk: Desk, own_ledger: Path) -> None:
    """What is under way is answered, nothing else is sent, and it is said."""
    ckan, workbook = many_edited(desk)

    def fail() -> None:
        with sqlite3.connect(own_ledger) as other:
            other.execute("ALTER TABLE calls RENAME TO lost")

    ckan.before("package_revise", lambda: None, fail)

    said = desk("import", workbook, "--yes", "--workers", "1", "--json")

    results = [row["Result"] for row in rows(workbook, "Packages")]
    assert (said.status, results.count("updated"), results.count("not sent")) == (1, 2, MANY - 2)
    assert len(ckan.writes) == 2
    assert "ledger" in said.err


def test_a_run_of_the_workbook_that_is_alive_is_not_called_killed(desk: Desk, own_ledger: Path) -> None:
    """Somebody undoes an earlier run of it at this moment, which keeps the organization but not the workbook."""
    ckan, workbook = many_edited(desk)
    ledger = Ledger(own_ledger)
    undo = Run("0undo", "undo", "2026-01-01T00:00:00", ckan.url, "", "", {}, str(workbook), "", undoes="x")
    ledger.begin(undo)
    alive = ledger.claim("run 0undo", "busy")

    said = desk("import", workbook, "--yes")

    assert (said.status, said.err) == (0, "")
    assert ledger.run("0undo").state is RunState.RUNNING
    alive.release()
    assert "run 0undo of this workbook" in desk("import", workbook, "--yes").err


# -- what a killed run created


def test_what_a_killed_run_created_is_known_whatever_it_is_called_now(desk: Desk, own_ledger: Path) -> None:
    """Created, noted, killed; then somebody renames and retitles it on the site: no second record is made."""
    ckan, workbook = desk.exported([package(1)])
    typed = [("Packages", "", "Title", "Bridges")]
    _add(workbook, typed)
    job = Import(Site(Client(ckan.url, TOKEN)), workbook, ImportOptions(), ledger=Ledger(own_ledger))
    run = job._run()  # a run that never came to its end
    job._ledger.begin(run)  # type: ignore[union-attr]  # it was given one
    job.run(Delivery(job.site, Ledger(own_ledger), run))
    job.close()
    ckan.edit("bridges", name="crossings", title="Crossings")

    said = desk("import", workbook, "--yes", "--json")

    assert {one["name"] for one in ckan.call("package_search")["results"]} == {"crossings", "trails-1"}
    assert len(ckan.asked("package_create")) == 1
    assert "conflict" in said.json()["counts"]  # whoever typed the title sees that it is another now


def _add(path: Path, cells: list[tuple[str, str, str, str]]) -> None:
    book = openpyxl.load_workbook(path)
    for title, _, header, text in cells:
        sheet = book[title]
        heads = {cell.value: cell.column for cell in sheet[1]}
        row = max(r for r in range(1, sheet.max_row + 1) if sheet.cell(r, heads["ID"]).value) + 1
        sheet.cell(row, heads[header]).value = text
    book.save(path)
    book.close()
