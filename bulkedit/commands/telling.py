"""How a report is said on a terminal: what goes well in part, what is in trouble in full."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bulkedit.commands.terminal import plural, say
from bulkedit.core.columns import ACTION
from bulkedit.core.edits import Edits
from bulkedit.core.report import Report
from bulkedit.core.results import APPLIED, FORESEEN, FieldOutcome, Outcome, Result
from bulkedit.core.text import excerpts

_MOST_ROWS_IN_TROUBLE = 200
_MOST_ROWS_GOING_WELL = 12
_ROWS_OF_ONE_REASON = 3
_MOST_FIELDS = 8
_SHOWN_IN_FULL = frozenset((Result.UPDATED, Result.WOULD_UPDATE))


def say_import(report: Report) -> None:
    """Say what an import, or a dry run, did with each row."""
    say_rows(report)
    _say_asides(report)
    say(f"{'Dry run: ' if report.dry_run else ''}{counted(report)}")
    if report.dry_run and any(outcome.result in FORESEEN for outcome in report.outcomes):
        say("The site checks the values when they are sent, and may still refuse some.")
    say_weaker_promise(report)
    if report.stopped:
        say("The run stopped before its end; import again to go on: what has arrived is not sent twice.")
    _say_where(report, "go on in that file, it knows what was sent")


def say_weaker_promise(report: Report) -> None:
    """Say, once a run, what a site without ``package_revise`` cannot promise."""
    if not report.atomic and (report.writes or report.dry_run):
        say(
            "This site does not take package_revise, so it cannot itself refuse to overwrite: what somebody"
            " changes in the moment between reading a package and writing it may be lost."
        )


def say_refresh(report: Report, asides: Iterable[str]) -> None:
    """Say what a refresh brought into a workbook."""
    say_rows(report)
    _say_asides(report)
    for aside in asides:
        say(aside)
    say(f"Refreshed: {counted(report)}")
    _say_where(report, "go on in that file, it holds what the site says now")


def say_check(report: Report) -> None:
    """Say which cells were edited, and beneath each row's cells what is wrong with it."""
    fine, trouble = _shown(report)
    for outcome in _in_order(report, [*fine, *trouble]):
        _say_cells(outcome, report.edits)
    _say_left(report, fine, trouble)
    _say_findings(report)
    _say_asides(report)
    say(f"Checked: {counted(report)}")
    _say_where(report, "go on in whichever you like: nothing was sent")


def _say_cells(outcome: Outcome, edits: Edits) -> None:
    if any(change.whole for change in outcome.changes):
        say(f"{edits.cell(outcome.place, ACTION)}  [{ACTION}]  delete {outcome.package}")
    else:
        for change in outcome.changes[:_MOST_FIELDS]:
            cell = edits.cell(outcome.place, change.header)
            say(f"{cell}  [{change.header}]  {_texts(change)}")
        _say_more(len(outcome.changes) - _MOST_FIELDS, "edited cell", "of this row")
    if outcome.result not in FORESEEN:
        place = "" if outcome.changes else f"{outcome.place}  "
        word = "" if outcome.result is Result.NOT_SENT else f"{outcome.result.value}: "  # it says so itself
        say(f"    {place}{word}{outcome.message}")


def _texts(change: FieldOutcome) -> str:
    return " → ".join(excerpts(change.exported, change.edited, most=50))


def _say_asides(report: Report) -> None:
    if report.edits.missing:
        gone = ", ".join(f"{count} of {sheet}" for sheet, count in report.edits.missing.items())
        say(f"Not in the workbook any more, and so left alone: {gone}.")
    for sheet, header, near in report.edits.unknown:
        hint = f" (did you mean [{near}]?)" if near else ""
        say(f"Column {header!r} of {sheet} is not one of ours and was left alone{hint}.")
    for title, sheet in report.copies:
        say(f"Sheet {title!r} looks like a copy of {sheet} and was left alone; only edits in {sheet} are sent.")


def _say_where(report: Report, advice: str) -> None:
    if report.beside:
        say(f"{report.workbook} is open in a spreadsheet program, or was saved by one meanwhile.")
        say(f"The results are in {report.written} instead; {advice}.")
    elif report.written:
        say(f"Every row's result is in {report.written}")


def counted(report: Report) -> str:
    """Return how many rows had each result."""
    return (", ".join(f"{count} {result}" for result, count in report.counts.items()) or "no rows") + "."


def say_rows(report: Report) -> None:
    """Say what becomes of the rows: of those that go well the first ones, for the workbook has them all."""
    fine, trouble = _shown(report)
    for outcome in _in_order(report, [*fine, *trouble]):
        say(f"{outcome.place}  {outcome.package}  {outcome.result.value}")
        say(f"    {outcome.message}")
        if outcome.result in _SHOWN_IN_FULL:
            for change in outcome.changes[:_MOST_FIELDS]:
                say(f"    [{change.header}] {_texts(change)}")
    _say_left(report, fine, trouble)
    _say_findings(report)


def _shown(report: Report) -> tuple[list[Outcome], list[Outcome]]:
    """Return the rows to show: that go well, and that are in trouble."""
    fine = [outcome for outcome in report.answered if outcome.result in APPLIED | FORESEEN]
    trouble = _each_reason([o for o in report.answered if o.result not in APPLIED | FORESEEN])
    return fine[:_MOST_ROWS_GOING_WELL], trouble[:_MOST_ROWS_IN_TROUBLE]


def _in_order(report: Report, outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    shown = {id(outcome) for outcome in outcomes}
    return (outcome for outcome in report.answered if id(outcome) in shown)


def _say_left(report: Report, fine: Sequence[Outcome], trouble: Sequence[Outcome]) -> None:
    well = sum(outcome.result in APPLIED | FORESEEN for outcome in report.answered)
    _say_more(well - len(fine), "row", "without trouble")
    _say_more(len(report.answered) - well - len(trouble), "row", "in trouble like the above")


def _each_reason(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the first rows of each reason: what stopped a run need not be said for every row after it."""
    told: Counter[str] = Counter()
    kept = []
    for outcome in outcomes:
        told[outcome.message] += 1
        if told[outcome.message] <= _ROWS_OF_ONE_REASON:
            kept.append(outcome)
    return kept


def _say_more(count: int, noun: str, kind: str) -> None:
    if count > 0:
        say(f"... and {plural(count, f'more {noun}')} {kind}.")


def _say_findings(report: Report) -> None:
    for finding in report.findings:
        accepted = "" if finding in report.asked else " (accepted)"
        say(f"{finding.code}{accepted}: {finding.text}")
