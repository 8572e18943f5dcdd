"""What a run says at its end: in numbers, in lines, in JSON."""

from typing import Any

import pytest

from bulkedit.core.edits import Edits, Place
from bulkedit.core.guards import Finding
from bulkedit.core.report import Report, place_told
from bulkedit.core.results import FieldOutcome, Outcome, Result

TITLE = FieldOutcome("title", "Parks", "The parks", "Parks", Result.UPDATED, "Title")
UPDATED = Outcome(Place("Packages", 2), "parks", None, Result.UPDATED, "Changed [Title].", (TITLE,))
ADDED = Outcome(
    Place("Contacts", 5),
    "parks",
    None,
    Result.CREATED,
    "Added.",
    (FieldOutcome("name", "", "Dee", None, Result.CREATED, "Name"),),
    ("contacts", "Contacts"),
)
UNCHANGED = Outcome(Place("Packages", 3), "trails", None, Result.UNCHANGED)
REFUSED = Outcome(Place("Resources", 2), "parks", "map", Result.REFUSED, "No.")
FINDING = Finding("zeros-lost", ["Packages!C2"], "zeros are gone")


def report(*outcomes: Outcome, **more: Any) -> Report:
    """Return the report of a run with these outcomes."""
    edits = Edits([], missing={"Packages": 2, "Contacts": 1}, unknown=[("Packages", "Titel", "Title")])
    return Report("r1", "2026-11-22T08:00:00", False, "https://x.example", "parks.xlsx", outcomes, edits, **more)


def test_results_are_counted_in_a_fixed_order() -> None:
    """That of the words, whatever the rows'."""
    assert list(report(UNCHANGED, REFUSED, UPDATED, UNCHANGED).counts.items()) == [
        ("updated", 1),
        ("unchanged", 2),
        ("refused", 1),
    ]


@pytest.mark.parametrize(
    ("found", "complete"),
    [
        (report(UPDATED, ADDED, UNCHANGED), True),
        (report(), True),
        (report(UPDATED, REFUSED), False),
        (report(UNCHANGED, asked=[FINDING]), False),
    ],
)
def test_a_run_is_complete_when_no_row_is_left(found: Report, complete: bool) -> None:
    """And nothing is asked."""
    assert found.complete is complete


def test_json_has_every_row_that_was_not_unchanged() -> None:
    """With findings, missing rows and unknown columns."""
    said = report(UPDATED, UNCHANGED, findings=[FINDING], reads=3, writes=1).to_json()

    assert said == {
        "run": "r1",
        "dry_run": False,
        "site": "https://x.example",
        "workbook": "parks.xlsx",
        "counts": {"updated": 1, "unchanged": 1},
        "reads": 3,
        "writes": 1,
        "atomic": True,
        "rows": [
            {
                "sheet": "Packages",
                "row": 2,
                "package": "parks",
                "resource": None,
                "result": "updated",
                "message": "Changed [Title].",
                "changes": [{"field": "title", "exported": "Parks", "edited": "The parks", "live": "Parks"}],
            }
        ],
        "findings": [{"code": "zeros-lost", "cells": ["Packages!C2"], "text": "zeros are gone"}],
        "missing_rows": 3,
        "unknown_columns": [{"sheet": "Packages", "header": "Titel", "did_you_mean": "Title"}],
    }


def test_the_ledger_gets_the_names_of_lists_and_the_result_of_each_field() -> None:
    """An undo tells its rows by them."""
    [row] = report(ADDED, UNCHANGED).rows_for_ledger()

    assert isinstance(row, dict)
    assert (row["list"], row["list_label"]) == ("contacts", "Contacts")
    assert row["changes"] == [
        {"field": "name", "exported": "", "edited": "Dee", "live": None, "header": "Name", "result": "created"}
    ]


def test_the_sheet_results_has_a_line_for_each_field() -> None:
    """And one for a row without any."""
    lines = [line for _, line in report(UPDATED, REFUSED, UNCHANGED).result_rows()]

    head = ["r1", "2026-11-22T08:00:00"]
    assert lines == [
        [*head, "Packages", "2", "parks", "updated", "title", "Parks", "The parks", "Parks", "Changed [Title]."],
        [*head, "Resources", "2", "parks", "refused", "", "", "", "", "No."],
    ]


def test_the_place_of_a_row_is_told_back_from_a_ledger() -> None:
    """A row that is none, as an undo has it for a package that the workbook did not name, is no row 0."""
    places = [place_told(row) for row in ({"sheet": "Packages", "row": 5}, {"sheet": "Packages", "row": None}, {})]

    assert places == [Place("Packages", 5), Place("Packages", 0), Place("", 0)]
    assert str(places[1]) == "Packages"
