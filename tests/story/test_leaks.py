"""The search for the token that follows every test here finds one that is planted, wherever that is."""

import os
import secrets
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from leaks import holding, leaks, processes_with
from past_runs import a_run

from bulkedit.ledger import CallOutcome, Ledger, RunState

SECRET = "planted-0123456789-secret"


def _in_a_name(folder: Path) -> None:
    (folder / f"{SECRET}.xlsx").write_bytes(b"")


def _in_utf_16(folder: Path) -> None:
    (folder / "found").write_bytes(f"x{SECRET}x".encode("utf-16-be"))


def _in_a_zip(folder: Path) -> None:
    with zipfile.ZipFile(folder / "found", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", f"<t>{SECRET}</t>" * 20)


def _in_a_workbook_in_utf_16(folder: Path) -> None:
    with zipfile.ZipFile(folder / "found", "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/sharedStrings.xml", f"<t>{SECRET}</t>".encode("utf-16"))


def _in_the_ledger(folder: Path, keep: bool = False, size: int = 10) -> Ledger:
    """Put the secret into a compressed cell, and leave it in the write-ahead log or not."""
    ledger = Ledger(folder / "found")
    ledger.begin(a_run())
    noise = secrets.token_hex(size)
    ledger.intend("aaaa0001", "p", "n", "package_revise", {}, {"notes": f"{noise} {SECRET} {noise}"}, "t")
    if not keep:
        ledger.close()
    return ledger


PLANTED: dict[str, Callable[[Path], object]] = {
    "name": _in_a_name,
    "bytes": lambda folder: (folder / "found").write_bytes(b"\0\xff" + SECRET.encode()),
    "utf-16, one byte off": _in_utf_16,
    "part of a zip": _in_a_zip,
    "utf-16 in a zip": _in_a_workbook_in_utf_16,
    "ledger's cell": _in_the_ledger,
    "ledger's cell over many pages": lambda folder: _in_the_ledger(folder, size=50_000),
}


@pytest.mark.parametrize("place", PLANTED)
def test_what_is_planted_in_a_file_is_found(tmp_path: Path, place: str) -> None:
    """In names, bytes, parts of workbooks, compressed cells of the ledger."""
    PLANTED[place](tmp_path)

    found = holding(tmp_path, SECRET)

    assert [Path(name).name for name in found] in (["found"], [f"{SECRET}.xlsx"])
    assert holding(tmp_path, "another-secret") == []


def test_what_is_only_in_a_log_is_found(tmp_path: Path) -> None:
    """A ledger in use keeps what is new in its write-ahead log: the log alone is enough, compressed as it is."""
    ledger = _in_the_ledger(tmp_path, keep=True)
    log = tmp_path / "found-wal"
    alone = tmp_path / "alone"
    alone.mkdir()
    (alone / "found-wal").write_bytes(log.read_bytes())

    assert SECRET.encode() not in log.read_bytes()
    assert holding(alone, SECRET) == [str(alone / "found-wal")]
    ledger.close()


@pytest.mark.parametrize("where", ["reason", "rows"])
def test_every_column_of_the_ledger_is_searched(tmp_path: Path, where: str) -> None:
    """Those that are plain texts, too."""
    with closing(Ledger(tmp_path / "found")) as ledger:
        ledger.begin(a_run())
        number = ledger.intend("aaaa0001", "p", "n", "package_revise", {}, None, "t")
        ledger.answered(number, CallOutcome.UNKNOWN, "t", reason=SECRET if where == "reason" else "")
        ledger.end("aaaa0001", RunState.DONE, "t", {}, [{"message": SECRET if where == "rows" else ""}])

    assert holding(tmp_path, SECRET) == [str(tmp_path / "found")]


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="this system keeps no such list")
def test_what_is_planted_in_a_command_line_is_found() -> None:
    """While the process lives."""
    secret = f"{SECRET}-{os.getpid()}"
    with subprocess.Popen([sys.executable, "-c", "input()", secret], stdin=subprocess.PIPE) as process:
        end = time.monotonic() + 10
        while not (found := processes_with(secret)) and time.monotonic() < end:
            time.sleep(0.01)
        process.communicate(b"\n")

    assert found == [f"/proc/{process.pid}/cmdline"]
    assert processes_with(secret) == []


def test_what_is_said_is_searched(tmp_path: Path) -> None:
    """And a file that is meant to hold the secret is none of the leaks."""
    (tmp_path / "token.txt").write_text(SECRET, encoding="utf-8")

    assert leaks(SECRET, [tmp_path], f"x {SECRET}") == [str(tmp_path / "token.txt"), "the output"]
    assert leaks(SECRET, [tmp_path], "x", meant=[tmp_path / "token.txt"]) == []
