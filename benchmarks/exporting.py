"""How long an export takes, beside what else one could do to get the same records into a file.

    CKAN_URL=... CKAN_API_KEY=... python benchmarks/exporting.py ORGANIZATION [--rounds N] [--server-pid PID ...]

The ways, each a program of its own, in turn:

* ``bulkedit export``;
* bare: the same pages of ``package_search`` (and the id of the organization), and XlsxWriter writing the
  cells of the exported workbook, hidden sheets included, without any looks;
* ``ckanapi search datasets``: pages as well, into JSON lines: no workbook;
* ``ckanapi dump datasets --all``, with the best of 1, 2 and 4 processes: JSON lines; it takes all of the site;
* a loop over ``package_show`` with ckanapi, a row of an openpyxl workbook for each package.
"""

import json
import pickle
import statistics
import sys
import tempfile
import time
from pathlib import Path

from measuring import (
    SLOW,
    Command,
    Target,
    Way,
    arguments,
    best,
    console,
    cost,
    not_timed,
    rounds,
    table,
    target_of,
)

PAGE = 1000  # bulkedit's own
Sheet = tuple[str, bool, list[tuple[int, int, str | float]]]


def cells_of(workbook: Path) -> list[Sheet]:
    """Return all cells of a workbook by sheet, and whether the sheet is hidden."""
    import openpyxl

    book = openpyxl.load_workbook(workbook, read_only=True)
    return [
        (
            sheet.title,
            sheet.sheet_state != "visible",
            [
                (
                    cell.row - 1,
                    cell.column - 1,
                    cell.value if isinstance(cell.value, int | float) else str(cell.value),
                )
                for row in sheet.iter_rows()
                for cell in row
                if cell.value is not None
            ],
        )
        for sheet in book.worksheets
    ]


# -- the ways that are programs of our own


def bare(target: Target, cells: Path, output: Path) -> None:
    """Fetch the pages that an export fetches, and write the cells that it writes."""
    import gc

    start, used = time.perf_counter(), time.process_time()
    with cells.open("rb") as file:
        sheets: list[Sheet] = pickle.load(file)  # noqa: S301  it was written above
    gc.freeze()
    not_timed(time.perf_counter() - start, time.process_time() - used)
    _fetch(target)
    _write(sheets, output)


def _fetch(target: Target) -> int:
    import requests

    session = requests.Session()
    session.headers["Authorization"] = target.token
    found = session.post(
        f"{target.url}/api/3/action/organization_show", json={"id": target.organization}, timeout=180
    ).json()["result"]["id"]
    count, last = 0, ""
    while True:
        asked = {
            "fq": f'+owner_org:"{found}"' + (f' +id:{{"{last}" TO *}}' if last else ""),
            "rows": PAGE,
            "sort": "id asc",
            "include_private": True,
            "include_drafts": True,
            "facet": "false",
        }
        answer = session.post(f"{target.url}/api/3/action/package_search", json=asked, timeout=180)
        page = answer.json()["result"]["results"]
        if not page:
            return count
        count, last = count + len(page), page[-1]["id"]


def _write(sheets: list[Sheet], output: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(output, {"constant_memory": True, "strings_to_urls": False}) as book:
        for title, hidden, cells in sheets:
            sheet = book.add_worksheet(title)
            if hidden:
                sheet.hide()
            for row, column, value in cells:
                if isinstance(value, str):
                    sheet.write_string(row, column, value)
                else:
                    sheet.write_number(row, column, value)


def loop(target: Target, output: Path) -> None:
    """Ask for the names, then for one package after the other, and write a row for each."""
    import openpyxl

    remote = target.remote()
    names: list[str] = []
    asked = {"fq": f"organization:{target.organization}", "include_private": True, "include_drafts": True}
    while page := remote.action.package_search(rows=PAGE, start=len(names), fl=["name"], **asked)["results"]:
        names += [one["name"] for one in page]
    book = openpyxl.Workbook()
    sheet = book.create_sheet(index=0)
    headers: list[str] = []
    for name in names:
        package = remote.action.package_show(id=name)
        if not headers:
            headers = list(package)
            sheet.append(headers)
        held = (package.get(header) for header in headers)
        sheet.append([json.dumps(value) if isinstance(value, list | dict) else value for value in held])
    book.save(output)


# -- the contest


def ways(target: Target, folder: Path, server: list[int]) -> list[Way]:
    """Return the ways; the cells that the bare one writes are read here."""
    ours, cells = folder / "ours.xlsx", folder / "cells.pickle"
    export: Command = [sys.executable, "-m", "bulkedit", "export", target.organization, "-o", ours, "--force"]
    cost(export)
    with cells.open("wb") as file:
        pickle.dump(cells_of(ours), file)
    remote: Command = ["-r", target.url, "-a", target.token, "-O", folder / "theirs.jsonl"]
    search: Command = [console("ckanapi"), "search", "datasets", f"fq=organization:{target.organization}", *remote]
    search = [*search, "include_private:true", "include_drafts:true", "sort=id asc"]
    dump: Command = [
        console("ckanapi"),
        "dump",
        "datasets",
        "--all",
        "--include-private",
        "--include-drafts",
        "-q",
        *remote,
    ]
    own: Command = [sys.executable, Path(__file__), target.organization, "--way"]
    workers = best((1, 2, 4), lambda number: cost([*dump, "-p", str(number)], server))
    return [
        Way("bulkedit export", lambda: cost(export, server)),
        Way("same pages, bare XlsxWriter", lambda: cost([*own, "bare", cells, folder / "bare.xlsx"], server)),
        Way("ckanapi search datasets (no workbook)", lambda: cost(search, server)),
        Way(
            f"ckanapi dump datasets -p {workers} (no workbook)",
            lambda: cost([*dump, "-p", str(workers)], server),
        ),
        Way("package_show in a loop, openpyxl", lambda: cost([*own, "loop", folder / "loop.xlsx"], server)),
    ]


def main() -> None:
    """Measure, and print a table."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--slow-rounds", type=int, default=3, help=f"of ways that take over {SLOW:.0f} seconds")
    parser.add_argument("--way", nargs="+", help="do one of the ways, once (bare CELLS OUTPUT, loop OUTPUT)")
    options = parser.parse_args()
    target = target_of(options)
    match options.way:
        case ["bare", cells, output]:
            bare(target, Path(cells), Path(output))
        case ["loop", output]:
            loop(target, Path(output))
        case _:
            with tempfile.TemporaryDirectory() as folder:
                there = ways(target, Path(folder), options.server_pid)
                count = len(target.packages())
                found = rounds(there, options.rounds, options.slow_rounds)
            print(f"{count:,} packages\n\n{table(found)}\n")
            ours, *theirs = (statistics.median(one.wall for one in costs) for costs in found.values())
            print(f"bulkedit takes {ours / theirs[0]:.2f} times as long as the bare way.")


if __name__ == "__main__":
    main()
