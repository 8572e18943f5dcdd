"""What a workbook costs us, beside the libraries that a person would write a script with.

    python benchmarks/workbook.py [PACKAGES [RESOURCES [COLUMNS [RUNS]]]]

Each job is a process of its own, all of them in turn, several times: processor seconds (user and system) and
peak memory. A bare script writes, reads, or loads and saves the very cells of our file, hidden sheets included.
The import goes to `bulkedit sandbox`: nothing was edited, so that it only has to see that.
"""

import os
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

MADE = str(Path(__file__).with_name("made.py"))
TOKEN = "benchmark"  # noqa: S105  of a catalogue that lives for a minute

BARE_WRITE = """
import json, sys, xlsxwriter
with xlsxwriter.Workbook(sys.argv[2], {"constant_memory": True, "strings_to_urls": False}) as book:
    text = book.add_format({"num_format": "@", "valign": "top"})
    for line in open(sys.argv[1]):
        title, rows = json.loads(line)
        sheet = book.add_worksheet(title)
        for r, row in enumerate(rows):
            for c, value in row:
                sheet.write_string(r, c, value, text)
"""
NO_WRITE = """
import json, sys, xlsxwriter
for line in open(sys.argv[1]):
    title, rows = json.loads(line)
"""
BARE_READ = """
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
for sheet in book:
    for row in sheet.iter_rows(values_only=True):
        pass
"""
BARE_SAVE = """
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1])
sheet = book["Packages"]
for row in range(2, sheet.max_row + 1):
    sheet.cell(row, 3).value = "unchanged"
book.save(sys.argv[2])
"""
ZIP_COPY = """
import sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as old, zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED) as new:
    for part in old.infolist():
        new.writestr(part, old.read(part))
"""


@dataclass(frozen=True)
class Cost:
    """Processor seconds and peak megabytes of a process."""

    seconds: float
    megabytes: float


def cost_of(command: list[str], environment: dict[str, str] | None = None) -> Cost:
    """Run a process and return what it cost."""
    process = subprocess.Popen(command, env=os.environ | (environment or {}), stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[:4]} ended with {process.returncode}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def jobs_of(here: Path, count: int, made: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the command of each job.

    Args:
        here: the folder with the workbook and its cells.
        count: the number of packages.
        made: how the workbook is made: site, organization, packages, resources, columns.
    """
    python, ours, cells, other = (
        sys.executable,
        *(str(here / n) for n in ("ours.xlsx", "cells.jsonl", "other.xlsx")),
    )
    bulkedit = [python, "-m", "bulkedit"]
    patch = [python, MADE, "patch", ours, other, str(count)]
    return {
        "write: ours": [python, MADE, "write", other, *made],
        "write: ours, only the texts made": [python, MADE, "make", *made[2:]],
        "write: bare XlsxWriter": [python, "-c", BARE_WRITE, cells, other],
        "write: bare, only the texts read": [python, "-c", NO_WRITE, cells],
        "read: bare openpyxl, read-only": [python, "-c", BARE_READ, ours],
        "read and compare: bulkedit check --no-write": [*bulkedit, "check", ours, "--no-write"],
        "import with nothing to do": [*bulkedit, "import", ours, "--yes", "--no-write"],
        "import with nothing to do, results written": [*bulkedit, "import", ours, "--yes", "--output", other],
        "write back: ours, a result in each row": [*patch, "1"],
        "write back: ours, in each tenth row": [*patch, "10"],
        "write back: openpyxl load and save": [python, "-c", BARE_SAVE, ours, other],
        "write back: bare zip copy": [python, "-c", ZIP_COPY, ours, other],
    }


def main(count: int = 10_000, resources: int = 5, columns: int = 40, runs: int = 5) -> None:
    """Measure, and print a table."""
    python = sys.executable
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen([python, MADE, "serve", TOKEN], stdout=subprocess.PIPE, text=True) as catalogue,
    ):
        assert catalogue.stdout is not None
        site, organization = catalogue.stdout.readline().split()
        here = Path(folder)
        ours, cells = here / "ours.xlsx", here / "cells.jsonl"
        sizes = (str(count), str(resources), str(columns))
        cost_of([python, MADE, "write", str(ours), site, organization, *sizes])
        cost_of([python, MADE, "cells", str(ours), str(cells)])
        environment = {"CKAN_API_KEY": TOKEN, "CKAN_URL": site, "BULKEDIT_LEDGER": str(here / "ledger")}
        jobs = jobs_of(here, count, (site, organization, *sizes))
        found: dict[str, list[Cost]] = {name: [] for name in jobs}
        for _ in range(runs):
            for name, command in jobs.items():
                found[name].append(cost_of(command, environment))
                print(name, found[name][-1], file=sys.stderr)
        catalogue.terminate()
    print(f"{count:,} packages, {resources} resources each, {columns} columns, {runs} runs")
    print("| job | processor seconds (least to most) | peak memory |")
    print("|---|---|---|")
    for name, costs in found.items():
        seconds = sorted(cost.seconds for cost in costs)
        memory = max(cost.megabytes for cost in costs)
        print(
            f"| {name} | {statistics.median(seconds):.2f} ({seconds[0]:.2f} to {seconds[-1]:.2f})"
            f" | {memory:.0f} MB |"
        )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
