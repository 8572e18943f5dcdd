"""Write docs/hostile-files.md: what each hostile file of the tests does here, and what it does to openpyxl.

Run it by `make hostile-table`; it takes a quarter of an hour, since many of the files keep openpyxl busy until it
is stopped. With --ours only the column about bulkedit is made anew where the page has the rest. Linux only, as the
limits are.
"""

import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

DOCS = Path(__file__).parent
PAGE = DOCS / "hostile-files.md"
TESTS = DOCS.parent / "tests"
sys.path[:0] = [str(TESTS / "hostile"), str(TESTS / "excel")]

from attack import Attack  # noqa: E402  found by the path above
from attacks import HARMLESS, KINDS  # noqa: E402  found by the path above
from good_book import Good, good_book  # noqa: E402  found by the path above
from trials import MEGABYTES, SECONDS, Trial, too_much  # noqa: E402  found by the path above
from under_limits import CPU, MEMORY, Ended, Runner  # noqa: E402  found by the path above

_LOADING = """
import json, sys, warnings
import openpyxl

warnings.simplefilter("ignore")
path, good = sys.argv[1], json.load(open(sys.argv[2])) if sys.argv[2:] else {}
cells, other, first, seen = 0, 0, "", {}
try:
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value is None:
                    continue
                at, shown, cells = f"{sheet.title[:30]}!{cell.coordinate}", repr(cell.value)[:200], cells + 1
                if not good:
                    seen[at] = shown
                elif good.get(at) != shown:
                    other, first = other + 1, first or f"{at[:40]} is {shown[:60]}"
    print(json.dumps({"cells": cells, "other": other, "first": first, "seen": seen}))
except BaseException as error:
    print(json.dumps({"error": type(error).__name__}))
"""
"""What openpyxl is tried with: load, then look at every cell of every sheet; the good one's are all `seen`."""

_INTRODUCTION = f"""# Hostile files

A workbook comes by e-mail, and nobody knows who made it. So bulkedit takes nothing in it for granted: it may be
written to fill the memory, to keep the computer busy for ever, to have a page of the network or a file of the
computer read, to say one thing to Excel and another to bulkedit, or simply to be no workbook at all.

This page lists the hostile files that the tests are made of (`tests/hostile`), what bulkedit says about each of
them, and what happens to a program that opens them with openpyxl, the library that most programs in Python read
workbooks with, as its documentation shows it: `load_workbook`, then all cells of all sheets.

bulkedit refuses such a file with one sentence and exit status 3. It takes less than {SECONDS} seconds and
{MEGABYTES} MB for that, changes nothing, leaves nothing behind, and asks nothing of any network. openpyxl was
stopped after {CPU} seconds of work (“hangs”), or when it wanted more than {MEMORY >> 30} GB of memory. Where it
reads the file, the last column tells whether it hands over the cells of the good workbook from which the file was
made.

(Written by `make hostile-table`.)
"""

_HARMLESS = """
## What does no damage

These look like attacks and are none for a program that believes nothing and fetches nothing. bulkedit reads them
as ever: what is odd about them is not looked at, or is flagged at its cell.
"""


@dataclass(frozen=True)
class Line:
    """A line of the table."""

    about: str
    here: str
    openpyxl: str


class Table:
    """Tries the files, several at a time."""

    def __init__(self, good: Good, cells: Path, known: Mapping[str, str]) -> None:
        self.good, self.cells, self.known = good, cells, known
        self.workers = os.cpu_count() or 1
        self.runners: SimpleQueue[Runner] = SimpleQueue()

    def lines(self, attacks: Mapping[str, Attack], *command: str) -> Iterator[Line]:
        """Yield what each file does to both."""
        with ExitStack() as running, ThreadPoolExecutor(self.workers) as pool:
            for _ in range(self.workers):
                self.runners.put(running.enter_context(Runner()))
            yield from pool.map(lambda one: self._line(one, *command), attacks.values())
            for _ in range(self.workers):
                self.runners.get()

    def _line(self, one: Attack, *command: str) -> Line:
        runner = self.runners.get()
        try:
            with tempfile.TemporaryDirectory() as folder:
                tried = Trial.of(one, self.good, Path(folder), runner, *command)
                theirs = self.known.get(_plain(one.about)) or self._by_openpyxl(one, Path(folder), runner)
        finally:
            self.runners.put(runner)
        return Line(_plain(one.about), _here(tried.ended, self.good), theirs)

    def _by_openpyxl(self, one: Attack, folder: Path, runner: Runner) -> str:
        one.put(self.good, folder / one.file)
        return _said(runner.command([sys.executable, "-c", _LOADING, one.file, self.cells], folder))


def known() -> dict[str, str]:
    """Return what the page says of openpyxl, by attack."""
    rows = [line.strip("| \n").split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines()]
    return {row[0]: row[2] for row in rows if len(row) == 3}


def _plain(about: str) -> str:
    return about.replace("|", "&#124;")


def _here(ended: Ended, good: Good) -> str:
    """Return what bulkedit says, and what it took if that was too much."""
    told = (
        "a traceback"
        if "Traceback" in ended.err
        else ended.err or next((line for line in ended.out.splitlines() if line.startswith("Checked")), "")
    )
    cost = f" ({ended.seconds:.0f} s, {ended.megabytes:.0f} MB)" if too_much(ended) else ""
    status = "" if ended.status in (0, 1, 3) else f"exit {ended.status}: "
    shown = told.removeprefix("bulkedit: ").replace(good.secret.parent.as_posix().lstrip("/"), "…")
    return f"{status}{_quoted(shown)}{cost}"


def _said(ended: Ended) -> str:
    if ended.hung:
        return "hangs"
    try:
        said = json.loads(ended.out)
    except ValueError:
        return f"ends without a word (status {ended.status})"
    match said:
        case {"error": "MemoryError"}:
            return f"more than {MEMORY >> 30} GB"
        case {"error": error}:
            return str(error)
        case {"other": 0}:
            return f"reads it: {said['cells']:,} cells, as in the good one"
        case _:
            return f"reads it: {said['cells']:,} cells; {_quoted(said['first'])}"


def _quoted(text: str) -> str:
    """Return a text for a cell of a table, whatever signs are in it."""
    shown = "".join(sign if sign.isprintable() else f"‹{ord(sign):04X}›" for sign in text.strip())
    shown = f"{shown[:300]}…" if len(shown) > 300 else shown
    return re.sub(r"([\\`*_<>|\[\]])", r"\\\1", shown)


def page(table: Table) -> Iterator[str]:
    """Yield the lines of docs/hostile-files.md."""
    yield _INTRODUCTION
    for kind, attacks in KINDS.items():
        yield f"\n## {kind}\n"
        yield from _shown(table.lines(attacks, "check"))
    yield _HARMLESS
    yield from _shown(table.lines(HARMLESS, "check", "--no-write"))


def _shown(found: Iterator[Line]) -> Iterator[str]:
    yield "| the attack | what happens here | what openpyxl alone does |"
    yield "|---|---|---|"
    for line in found:
        print(".", end="", flush=True)
        yield f"| {line.about} | {line.here} | {line.openpyxl} |"


def main(arguments: Sequence[str]) -> None:
    """Write the page."""
    with tempfile.TemporaryDirectory() as folder, Runner() as runner:
        secret, cells, path = (Path(folder) / name for name in ("secret.txt", "cells.json", "good.xlsx"))
        secret.write_text("nobody may read this", encoding="utf-8")
        good = good_book("http://127.0.0.1:9", secret)
        HARMLESS["nothing"].put(good, path)
        seen = json.loads(runner.command([sys.executable, "-c", _LOADING, path], Path(folder)).out)["seen"]
        cells.write_text(json.dumps(seen), encoding="utf-8")
        table = Table(good, cells, known() if "--ours" in arguments else {})
        PAGE.write_text("\n".join(page(table)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
