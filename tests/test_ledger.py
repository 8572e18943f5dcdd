"""The ledger: what it notes is on the disk before anything is sent, and whatever happens it can be read."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from past_runs import a_run

from bulkedit.ledger import VERSION, CallOutcome, Ledger, LedgerError, RunState, who

AT = "2026-04-01T12:00:00"
BEFORE = {"id": "p1", "title": "Trails"}
AFTER = {"id": "p1", "title": "Trails and paths"}
posix = pytest.mark.skipif(os.name != "posix", reason="Windows has no such modes")


def intended(ledger: Ledger, run: str = "aaaa0001", **fields: Any) -> int:
    """Note that a call is about to be sent."""
    usual: dict[str, Any] = {"payload": {"update": {"title": AFTER["title"]}}, "before": BEFORE}
    return ledger.intend(run, "p1", "trails", "package_revise", **{**usual, **fields}, at=AT)


@pytest.fixture
def ledger(own_ledger: Path) -> Iterator[Ledger]:
    """Open a ledger in which a run has begun."""
    opened = Ledger(own_ledger)
    opened.begin(a_run())
    yield opened
    opened.close()


def in_another_process(code: str, *arguments: str | Path) -> subprocess.Popen[str]:
    """Start Python on some lines which have the ledger's names at hand."""
    head = "import os, sys, time\nfrom pathlib import Path\nfrom bulkedit.ledger import *\n"
    command = [sys.executable, "-c", head + textwrap.dedent(code), *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def heard(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process says."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


# -- what is noted


def test_an_intent_is_on_the_disk_before_the_call(ledger: Ledger, own_ledger: Path) -> None:
    """As soon as a call is noted, another connection sees it, without an outcome."""
    number = intended(ledger)

    with closing(sqlite3.connect(own_ledger)) as other:
        seen = other.execute("SELECT number, run, package, action, outcome FROM calls").fetchall()
    assert seen == [(number, "aaaa0001", "p1", "package_revise", "")]


def test_an_intent_and_an_end_reach_the_disk_at_once(ledger: Ledger) -> None:
    """A power cut takes none of them back (FULL is 2); an outcome may wait for what comes next (NORMAL is 1)."""
    number = intended(ledger)
    levels = [setting(ledger, "synchronous")]
    ledger.answered(number, CallOutcome.STORED, AT)
    levels.append(setting(ledger, "synchronous"))
    ledger.end("aaaa0001", RunState.DONE, AT, {})
    levels.append(setting(ledger, "synchronous"))

    assert (setting(ledger, "journal_mode"), levels) == ("wal", [2, 1, 2])


def setting(ledger: Ledger, name: str) -> object:
    """Return what SQLite holds itself to."""
    return ledger._database.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_call_comes_back_as_it_was_noted(ledger: Ledger) -> None:
    """Intent and outcome, with the package before and after."""
    number = intended(ledger)
    ledger.answered(number, CallOutcome.STORED, "2026-04-01T12:00:01", after=AFTER)

    (call,) = ledger.calls("aaaa0001")

    assert (call.before, call.after, call.payload) == (BEFORE, AFTER, {"update": {"title": AFTER["title"]}})
    assert (call.number, call.name, call.sent, call.answered) == (number, "trails", AT, "2026-04-01T12:00:01")
    assert call.outcome is CallOutcome.STORED


def test_an_answer_is_noted_for_its_own_call(ledger: Ledger) -> None:
    """Of the others it is not known what became of them."""
    numbers = [intended(ledger) for _ in range(3)]

    ledger.answered(numbers[1], CallOutcome.STORED, AT, after=AFTER)

    assert [call.number for call in ledger.calls("aaaa0001") if call.after is not None] == [numbers[1]]
    assert [call.answered for call in ledger.calls("aaaa0001")] == ["", AT, ""]


def test_a_run_comes_back_as_it_was_noted(ledger: Ledger) -> None:
    """Who, when, where, with which workbook, and how it ended with how many rows of each result."""
    rows: list[Any] = [{"sheet": "Packages", "row": 2, "changes": [{"field": "title", "edited": "b"}]}]

    ledger.end("aaaa0001", RunState.DONE, "2026-04-01T12:01:00", {"updated": 1}, rows)

    ended = a_run(ended="2026-04-01T12:01:00", state=RunState.DONE, counts={"updated": 1})
    assert ledger.run("aaaa0001") == ended
    assert ledger.rows("aaaa0001") == rows


def test_without_rows_the_noted_rows_stay(ledger: Ledger) -> None:
    """A run whose end is noted once more keeps the answers to its rows."""
    ledger.end("aaaa0001", RunState.STOPPED, AT, {}, [{"sheet": "Packages"}])

    ledger.end("aaaa0001", RunState.DONE, AT, {})

    assert ledger.rows("aaaa0001") == [{"sheet": "Packages"}]


json_texts = st.text() | st.sampled_from(["\x00", "\ud800", "🚞", "\x85", "ﬁ"])
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | json_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(json_texts, inner, max_size=4),
    max_leaves=12,
)


@given(before=st.dictionaries(json_texts, json_values), after=st.dictionaries(json_texts, json_values))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
def test_states_come_back_as_given(ledger: Ledger, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whatever JSON a site says a package is, before and after, the ledger gives the same back."""
    number = intended(ledger, before=before, payload=after)
    ledger.answered(number, CallOutcome.STORED, AT, after=after)

    call = ledger.calls("aaaa0001")[-1]

    assert (call.number, call.before, call.payload, call.after) == (number, before, after, after)


def test_names_that_are_no_unicode_are_noted(ledger: Ledger) -> None:
    """A file's name may hold bytes that are no text, and a site's words half a sign: noted all the same."""
    odd = os.fsdecode(b"/desk/p\xe4rks.xlsx") if os.name == "posix" else "/desk/p\udce4rks.xlsx"
    ledger.begin(a_run("bbbb0001", workbook=odd))
    number = intended(ledger)
    ledger.answered(number, CallOutcome.UNKNOWN, AT, reason="half \ud83d a sign")

    assert [run.id for run in ledger.runs(odd)] == ["bbbb0001"]
    assert ledger.calls("aaaa0001")[-1].reason.startswith("half ")


# -- which run


def test_the_latest_run_comes_first(ledger: Ledger) -> None:
    """Runs are listed from the latest to the first; two of the same second as they were noted."""
    ledger.begin(a_run("bbbb0001", began="2026-04-02T12:00:00"))
    ledger.begin(a_run("cccc0001", began="2026-04-02T12:00:00", workbook="/desk/other.xlsx"))

    assert [run.id for run in ledger.runs()] == ["cccc0001", "bbbb0001", "aaaa0001"]
    assert [run.id for run in ledger.runs("/desk/parks.xlsx")] == ["bbbb0001", "aaaa0001"]


def test_the_beginning_of_an_id_suffices(ledger: Ledger) -> None:
    """If only one run begins so; an id that is written in full means its own run."""
    ledger.begin(a_run("aaaa00012", began="2026-04-02T12:00:00"))
    ledger.begin(a_run("bbbb0001"))

    assert [ledger.find(key).id for key in ("b", "aaaa0001")] == ["bbbb0001", "aaaa0001"]
    for key, why in [
        ("aaaa", "several runs begin"),
        ("c", "no run begins"),
        ("", "no run begins"),
        ("%", "no run"),
    ]:
        with pytest.raises(LedgerError, match=why):
            ledger.find(key)


def test_a_workbook_means_its_latest_run(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As seen from where one is."""
    monkeypatch.chdir(tmp_path)
    for number in (1, 2):
        workbook = str((tmp_path / "parks.xlsx").resolve())
        ledger.begin(a_run(f"bbbb000{number}", began=f"2026-04-0{number}T12:00:00", workbook=workbook))

    assert ledger.find("parks.xlsx").id == "bbbb0002"


# -- accidents


def test_a_killed_writer_leaves_a_ledger_that_can_be_read(own_ledger: Path) -> None:
    """What was noted is there, the call it was at has no outcome, and the next run goes on."""
    writer = in_another_process(
        """
        ledger = Ledger(Path(sys.argv[1]))
        ledger.begin(Run("dead0001", "import", "2026-04-01T12:00:00", "s", "u", "b", {}, "w", "d"))
        first = ledger.intend("dead0001", "p1", "trails", "package_revise", {}, {"id": "p1"}, "t")
        ledger.answered(first, CallOutcome.STORED, "t", after={"id": "p1"})
        ledger.intend("dead0001", "p2", "rivers", "package_revise", {}, {"id": "p2"}, "t")
        ledger._database.execute("BEGIN IMMEDIATE")
        ledger._database.execute("UPDATE runs SET state = 'done'")
        print("there", flush=True)
        time.sleep(60)
        """,
        own_ledger,
    )
    assert heard(writer) == "there"
    writer.kill()
    writer.communicate()

    ledger = Ledger(own_ledger)
    run = ledger.run("dead0001")
    calls = ledger.calls("dead0001")
    ledger.begin(a_run("next0001"))

    assert [(call.name, call.outcome) for call in calls] == [("trails", CallOutcome.STORED), ("rivers", None)]
    assert (run.state, ledger.state(run), ledger.rows("dead0001")) == (RunState.RUNNING, RunState.KILLED, [])
    assert [one.id for one in ledger.runs()] == ["next0001", "dead0001"]
    ledger.close()


def test_two_processes_write_at_once(own_ledger: Path) -> None:
    """Runs of several workbooks share the ledger: each note arrives, none waits for the end of another's run."""
    code = """
        ledger, run = Ledger(Path(sys.argv[1])), sys.argv[2]
        ledger.begin(Run(run, "import", "2026-04-01T12:00:00", "s", "u", "b", {}, "w", "d"))
        for number in range(40):
            call = ledger.intend(run, f"p{number}", "n", "package_revise", {}, {"id": "x"}, "t")
            ledger.answered(call, CallOutcome.STORED, "t", after={"id": str(number)})
        ledger.end(run, RunState.DONE, "t", {})
        """
    writers = [in_another_process(code, own_ledger, name) for name in ("run1", "run2")]
    for writer in writers:
        writer.communicate()

    ledger = Ledger(own_ledger)
    for name in ("run1", "run2"):
        calls = ledger.calls(name)
        assert [call.package for call in calls] == [f"p{number}" for number in range(40)]
        assert all(call.outcome is CallOutcome.STORED for call in calls)
    assert [writer.returncode for writer in writers] == [0, 0]
    ledger.close()


def test_several_processes_make_the_ledger_at_once(tmp_path: Path) -> None:
    """Whoever comes while another process makes the tables finds a whole ledger, not a locked one."""
    code = """
        while time.time() < float(sys.argv[2]):
            pass
        for number in range(60):
            Ledger(Path(sys.argv[1]) / f"{number}.sqlite").close()
        """
    makers = [in_another_process(code, tmp_path, str(time.time() + 1)) for _ in range(4)]
    for maker in makers:
        maker.communicate()

    assert [maker.returncode for maker in makers] == [0, 0, 0, 0]


def test_an_interrupted_note_is_not_half_written(ledger: Ledger) -> None:
    """Ctrl-C in the middle of a note leaves none of it, and the ledger goes on."""
    with pytest.raises(KeyboardInterrupt), ledger._writing():  # noqa: PT012  what is in the middle
        ledger._database.execute("UPDATE runs SET state = 'done'")
        raise KeyboardInterrupt

    assert ledger.run("aaaa0001").state is RunState.RUNNING
    assert intended(ledger) == 1


def test_a_full_disk_is_one_sentence_and_harms_nothing(ledger: Ledger) -> None:
    """Where a call cannot be noted, it is told; what was noted can still be read."""
    intended(ledger)
    (pages,) = ledger._database.execute("PRAGMA page_count").fetchone()
    ledger._database.execute(f"PRAGMA max_page_count = {pages}")

    with pytest.raises(LedgerError) as told:
        intended(ledger, before={"notes": os.urandom(100_000).hex()})

    assert str(told.value) == f"The ledger {ledger.path} cannot be used (database or disk is full)."
    assert len(ledger.calls("aaaa0001")) == 1


# -- files that are no ledger


def _newer(path: Path) -> None:
    Ledger(path).close()
    with closing(sqlite3.connect(path)) as database:
        database.execute(f"PRAGMA user_version = {VERSION + 1}")


def _another(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE holidays (day TEXT)")


def _another_with_a_version(path: Path) -> None:
    _another(path)
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA user_version = 1")


BAD: dict[str, tuple[Callable[[Path], object], str]] = {
    "text": (lambda path: path.write_text("Dear diary, " * 100, encoding="utf-8"), "file is not a database"),
    "folder": (lambda path: path.mkdir(), "--ledger"),
    "newer": (_newer, "newer version of bulkedit; update bulkedit"),
    "another program's": (_another, "another program's"),
    "another program's with a version": (_another_with_a_version, "another program's"),
}


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_ledger_is_one_sentence(tmp_path: Path, kind: str) -> None:
    """It names the file and what is wrong with it; the file stays as it is."""
    path = tmp_path / "some.sqlite"
    make, why = BAD[kind]
    make(path)
    before = path.read_bytes() if path.is_file() else b""

    with pytest.raises(LedgerError) as told:
        Ledger(path)

    assert why in str(told.value)
    assert str(path) in str(told.value)
    assert str(told.value).count("\n") == 0
    assert (path.read_bytes() if path.is_file() else b"") == before


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    """It says what to give instead."""
    (tmp_path / "closed").mkdir(mode=0o500)

    with pytest.raises(
        LedgerError, match="cannot be used \\(Permission denied\\); give another file with --ledger"
    ):
        Ledger(tmp_path / "closed" / "ledger.sqlite")


def test_a_place_that_cannot_be_a_folder_is_one_sentence(tmp_path: Path) -> None:
    """Where a file lies in the way of the ledger's folder."""
    (tmp_path / "in the way").write_text("x", encoding="utf-8")

    with pytest.raises(LedgerError, match="give another file with --ledger"):
        Ledger(tmp_path / "in the way" / "ledger.sqlite")


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE runs SET rows = x'0102'",
        "UPDATE runs SET organizations = 'no JSON'",
        "UPDATE runs SET state = 'asleep'",
        "UPDATE calls SET before = x'789c0102'",
        "UPDATE calls SET outcome = 'perhaps'",
        "UPDATE calls SET payload = 7",
    ],
)
def test_a_damaged_record_is_one_sentence(ledger: Ledger, damage: str) -> None:
    """Not a trace of the program's insides."""
    intended(ledger)
    ledger.end("aaaa0001", RunState.DONE, AT, {}, [])
    ledger._database.execute(damage)

    with pytest.raises(LedgerError, match="is damaged; put it aside"):
        (ledger.runs(), ledger.rows("aaaa0001"), ledger.calls("aaaa0001"))


def test_a_damaged_page_is_one_sentence(ledger: Ledger, own_ledger: Path) -> None:
    """Where SQLite itself cannot read on."""
    for _ in range(60):
        intended(ledger, before={"notes": os.urandom(300).hex()})
    ledger.close()
    with own_ledger.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (own_ledger.stat().st_size - 4096))

    with pytest.raises(LedgerError, match="cannot be used"):  # noqa: PT012  which of the two may notice first
        again = Ledger(own_ledger)
        (again.runs(), again.calls("aaaa0001"))


# -- who may see it, and who may do what at once


@posix
def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    """It holds private records: file, log and shared memory 0600, folders 0700."""
    ledger = Ledger(tmp_path / "data" / "ledger.sqlite")
    ledger.begin(a_run())
    lock = ledger.claim("workbook x", "busy")
    held = ledger.files_of("aaaa0001")
    held.mkdir()

    found = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir() if path.is_file()
    }
    folders = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data", held.parent)}
    assert found == dict.fromkeys(("ledger.sqlite", "ledger.sqlite-wal", "ledger.sqlite-shm"), 0o600)
    assert folders == {0o700}
    assert stat.S_IMODE(ledger._folder("locks").stat().st_mode) == 0o700
    lock.release()
    ledger.close()


def test_claims_exclude_each_other(ledger: Ledger, own_ledger: Path) -> None:
    """What one run has, another process and another ledger object hear is busy; other things are free."""
    other = Ledger(own_ledger)
    lock = ledger.claim("workbook a", "busy a")

    with pytest.raises(LedgerError, match=r"^busy a$"):
        other.claim("workbook a", "busy a")
    other.claim("workbook b", "busy b").release()
    lock.release()

    other.claim("workbook a", "busy a").release()
    other.close()


@pytest.mark.parametrize("end", ["killed", "gone"])
def test_a_claim_ends_with_its_process(ledger: Ledger, end: str) -> None:
    """However the process ended: nobody has to clear anything away."""
    holder = in_another_process(
        """
        held = Ledger(Path(sys.argv[1])).claim("workbook a", "busy")
        print("there", flush=True)
        sys.stdin.readline()
        """,
        ledger.path,
    )
    assert heard(holder) == "there"
    with pytest.raises(LedgerError, match="busy"):
        ledger.claim("workbook a", "busy")

    if end == "killed":
        holder.kill()
    holder.communicate("\n" if end == "gone" else None)

    ledger.claim("workbook a", "busy").release()


def test_a_run_is_alive_as_long_as_its_process(ledger: Ledger) -> None:
    """A run that claims its id is running; once its process was killed, so was the run."""
    holder = in_another_process(
        """
        held = Ledger(Path(sys.argv[1])).claim("run aaaa0001", "busy")
        print("there", flush=True)
        time.sleep(60)
        """,
        ledger.path,
    )
    assert heard(holder) == "there"
    run = ledger.run("aaaa0001")

    alive = [ledger.state(run), ledger.state(run)]
    holder.send_signal(signal.SIGKILL if os.name == "posix" else signal.SIGTERM)
    holder.communicate()

    assert (alive, ledger.state(run)) == ([RunState.RUNNING] * 2, RunState.KILLED)


def test_asking_whether_runs_are_alive_leaves_no_litter(ledger: Ledger) -> None:
    """No lock stays of a run that ended, or that was found killed; and none is made by asking."""
    run, folder = ledger.run("aaaa0001"), ledger._folder("locks")
    assert ledger.state(run) is RunState.KILLED
    assert list(folder.iterdir()) == []

    lock = ledger.claim("run aaaa0001", "busy")
    assert ledger.state(run) is RunState.RUNNING
    lock.release()
    assert ledger.state(run) is RunState.KILLED
    assert list(folder.iterdir()) == []

    lock = ledger.claim("run aaaa0001", "busy")
    ledger.end("aaaa0001", RunState.DONE, AT, {})
    lock.release()
    assert ledger.state(ledger.run("aaaa0001")) is RunState.DONE
    assert list(folder.iterdir()) == []


def test_who_names_a_person_and_a_computer() -> None:
    """So that a colleague's run can be told from one's own."""
    person, at, computer = who().partition("@")

    assert person
    assert at
    assert computer
