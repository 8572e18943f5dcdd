"""Runs in a ledger, as imports leave them, without the imports."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bulkedit.ledger import CallOutcome, Ledger, Run, RunState

SITE = "https://catalogue.example"
Row = dict[str, Any]


def a_run(key: str = "aaaa0001", began: str = "2026-04-01T19:00:00", **fields: Any) -> Run:
    """Return a run that has just begun."""
    usual: dict[str, Any] = {
        "kind": "import",
        "site": SITE,
        "user": "ann",
        "by": "ann@desk-7",
        "organizations": {"o1": "parks"},
        "workbook": "/desk/parks.xlsx",
        "digest": "00ff",
    }
    return Run(id=key, began=began, **{**usual, **fields})


def change(header: str, exported: str, edited: str, live: str | None = "", **more: Any) -> Row:
    """Return an edited field of a row; the site had the exported text unless it is given."""
    found = exported if live == "" else live
    field = {"field": header.lower(), "exported": exported, "edited": edited, "live": found, "header": header}
    return {**field, **more}


def row(number: int, package: str, result: str, message: str, *changes: Row, sheet: str = "Packages") -> Row:
    """Return the answer to a row."""
    head = {"sheet": sheet, "row": number, "package": package, "resource": None, "result": result}
    return {**head, "message": message, "changes": list(changes)}


ROWS = [
    row(2, "trails", "updated", "Changed [Title].", change("Title", "Trails", "Trails and paths")),
    row(3, "rivers", "conflict", "[Title] was changed.", change("Title", "Rivers", "Streams", "Lakes")),
    row(4, "camp-sites", "created", "Created this package.", change("Title", "", "Camp sites", None)),
    row(5, "lakes", "unknown", "No answer came.", change("Title", "Lakes", "Ponds")),
]


def counts_of(rows: list[Row]) -> dict[str, int]:
    """Return how many rows had each result."""
    return {result: sum(one["result"] == result for one in rows) for result in {one["result"] for one in rows}}


def call(ledger: Ledger, run: str, name: str, outcome: CallOutcome | None, title: str = "", **answer: Any) -> int:
    """Note a call, and what became of it unless nobody knows."""
    package = {"id": f"id-of-{name}", "name": name, "title": title, "notes": "as it was before"}
    number = ledger.intend(run, package["id"], name, "package_revise", {"x": 1}, package, "2026-04-01T19:00:02")
    if outcome is not None:
        after = package if outcome is CallOutcome.STORED else None
        ledger.answered(number, outcome, "2026-04-01T19:00:03", after=after, **answer)
    return number


def finished(path: Path, rows: list[Row] | None = None, **fields: Any) -> Run:
    """Note a run from beginning to end."""
    told = ROWS if rows is None else rows
    run = a_run(**fields)
    ledger = Ledger(path)
    ledger.begin(run)
    call(ledger, run.id, "trails", CallOutcome.STORED, title="Trails of the north")
    call(ledger, run.id, "lakes", CallOutcome.UNKNOWN, reason="The site did not answer in time.")
    ledger.end(run.id, RunState.DONE, "2026-04-01T19:01:10", counts_of(told), told)
    ledger.close()
    return run


def killed(path: Path, key: str = "dead0001") -> Run:
    """Note a run that has no end: one call stored, one refused, one unknown, one never answered."""
    run = a_run(key)
    ledger = Ledger(path)
    ledger.begin(run)
    call(ledger, key, "trails", CallOutcome.STORED)
    call(ledger, key, "rivers", CallOutcome.NOT_STORED, reason="You may not edit this.")
    call(ledger, key, "lakes", CallOutcome.UNKNOWN, reason="The site did not answer in time.")
    call(ledger, key, "ponds", None)
    ledger.close()
    return run


def without(said: Mapping[str, Any], *keys: str) -> dict[str, Any]:
    """Return an object without some of its keys."""
    return {key: value for key, value in said.items() if key not in keys}
