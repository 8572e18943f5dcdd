"""What a run says at the end: counts, rows, and the object that ``--json`` prints."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bulkedit.core.edits import Edits, Place
from bulkedit.core.guards import Finding
from bulkedit.core.json_value import JSON, text_of
from bulkedit.core.results import APPLIED, FORESEEN, FieldOutcome, Outcome, Result
from bulkedit.core.text import in_cell


@dataclass(frozen=True)
class Report:
    """A finished import or dry run.

    Attributes:
        outcomes: the answer to every row that holds anything, in sheet order.
        written: path of the workbook that holds the results; empty where none was written.
        beside: the workbook itself could not be written, so another one was.
        unwritten: why the results could not be written, one sentence.
        stopped: the site, or somebody, stopped the run before its end.
        findings: what the guards found.
        asked: those of them that nobody has said are meant; nothing is sent before.
        unnoted: why the ledger does not know all of it, one sentence.
        copies: sheets that look like copies of data sheets, with the titles of those: nothing in them is sent.
        atomic: the site itself refuses to overwrite what it was not told of (``package_revise``).
    """

    run: str
    time: str
    dry_run: bool
    site: str
    workbook: str
    outcomes: Sequence[Outcome]
    edits: Edits
    reads: int = 0
    writes: int = 0
    written: str = ""
    beside: bool = False
    unwritten: str = ""
    unnoted: str = ""
    stopped: bool = False
    findings: Sequence[Finding] = ()
    asked: Sequence[Finding] = ()
    copies: Sequence[tuple[str, str]] = ()
    atomic: bool = True

    @property
    def counts(self) -> dict[str, int]:
        """Return how many rows had each result, most frequent words in a fixed order."""
        found = Counter(outcome.result for outcome in self.outcomes)
        return {result.value: found[result] for result in Result if found[result]}

    @property
    def complete(self) -> bool:
        """Tell whether every row was applied, or there was nothing to do."""
        return not self.asked and all(outcome.result in APPLIED | FORESEEN for outcome in self.outcomes)

    @property
    def answered(self) -> list[Outcome]:
        """Return the outcomes of rows that were not ``unchanged``."""
        return [outcome for outcome in self.outcomes if outcome.result is not Result.UNCHANGED]

    def to_json(self) -> dict[str, JSON]:
        """Return the report as ``import --json`` prints it."""
        counts: dict[str, JSON] = dict(self.counts)
        unknown: list[JSON] = [
            {"sheet": sheet, "header": header, "did_you_mean": near or None}
            for sheet, header, near in self.edits.unknown
        ]
        return {
            "run": self.run,
            "dry_run": self.dry_run,
            "site": self.site,
            "workbook": self.workbook,
            "counts": counts,
            "reads": self.reads,
            "writes": self.writes,
            "atomic": self.atomic,
            "rows": [_row_json(outcome) for outcome in self.answered],
            "findings": [
                {"code": finding.code, "cells": list(finding.cells), "text": finding.text}
                for finding in self.findings
            ],
            "missing_rows": sum(self.edits.missing.values()),
            "unknown_columns": unknown,
        }

    def rows_for_ledger(self) -> list[JSON]:
        """Return the rows as `to_json` has them, with the names of lists and fields, and each field's result."""
        return [_row_for_ledger(outcome) for outcome in self.answered]

    def result_rows(self) -> Iterator[tuple[Outcome, list[str]]]:
        """Yield the lines of the sheet ``Results``: one for each field of a row that was not unchanged."""
        for outcome in self.answered:
            head = [self.run, self.time, outcome.place.sheet, str(outcome.place.row), outcome.package]
            tail = in_cell(outcome.message)
            if not outcome.changes:
                yield outcome, [*head, outcome.result.value, "", "", "", "", tail]
            for change in outcome.changes:
                texts = (change.field, change.exported, change.edited, change.live or "")
                yield outcome, [*head, change.result.value, *map(in_cell, texts), tail]


def _row_json(outcome: Outcome) -> dict[str, JSON]:
    return {
        "sheet": outcome.place.sheet,
        "row": outcome.place.row,
        "package": outcome.package,
        "resource": outcome.resource,
        "result": outcome.result.value,
        "message": outcome.message,
        "changes": [_change_json(change) for change in outcome.changes],
    }


def _change_json(change: FieldOutcome) -> dict[str, JSON]:
    return {"field": change.field, "exported": change.exported, "edited": change.edited, "live": change.live}


def _row_for_ledger(outcome: Outcome) -> JSON:
    field, label = outcome.item_of
    changes: list[JSON] = [
        {**_change_json(change), "header": change.header, "result": change.result.value}
        for change in outcome.changes
    ]
    return {**_row_json(outcome), "changes": changes, "list": field, "list_label": label}


def place_told(row: Mapping[str, JSON]) -> Place:
    """Return where a row stands, as the ledger tells it."""
    number = row.get("row")
    return Place(text_of(row.get("sheet")), number if isinstance(number, int) else 0)
