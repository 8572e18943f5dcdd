"""``bulkedit history``."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import click

from bulkedit.commands.shared import json_option, ledger_option, open_ledger
from bulkedit.commands.terminal import print_json, say
from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.core.report import place_told
from bulkedit.core.text import excerpts
from bulkedit.ledger import CallOutcome, Ledger, LedgerError, Run, RunState, Sent, default_path
from bulkedit.workflow.clock import local
from bulkedit.workflow.run_page import RunPage, fate, write_page


@click.command("history", short_help="Show earlier runs, and what they did to each row.")
@click.argument("which", metavar="[RUN]", default="")
@click.option(
    "--html",
    "page",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the run as a page to print or to send by mail.",
)
@click.option("--force", is_flag=True, help="Replace the page if it exists.")
@ledger_option
@json_option
def history_command(which: str, page: Path | None, force: bool, ledger: Path | None, as_json: bool) -> None:
    """Show earlier runs, the latest first; with RUN, all that became of one.

    RUN is the beginning of a run's id, or a workbook: its latest run. A run whose process ended before the
    run did is called killed; of calls without an answer nobody knows whether they were stored, importing
    again finds out.
    """
    if page is not None and not which:
        raise click.UsageError("Which run? --html writes the page of one; bulkedit history lists them.")
    path = ledger or default_path()
    if not path.exists():
        _say_none(which, path, as_json)
        return
    with closing(open_ledger(path)) as opened:
        if which:
            _one(opened, opened.find(which), page, force=force, as_json=as_json)
        else:
            _all([_as_it_is(opened, run) for run in opened.runs()], as_json)


def _say_none(which: str, path: Path, as_json: bool) -> None:
    """Say that there were no runs; nothing is made at the place of a ledger that is not there.

    Raises:
        LedgerError: one of them was asked for.
    """
    if which:
        raise LedgerError(f"There is no ledger {path} yet, and so no run {which!r}; is --ledger right?")
    if as_json:
        print_json({"runs": []})
    else:
        say(f"No runs yet: there is no ledger {path}.")


def _as_it_is(ledger: Ledger, run: Run) -> Run:
    return replace(run, state=ledger.state(run))


def _all(runs: Sequence[Run], as_json: bool) -> None:
    if as_json:
        print_json({"runs": [_run_json(run) for run in runs]})
        return
    if not runs:
        say("No runs yet.")
    for run in runs:
        say(f"{run.id}  {local(run.began)}  {_what(run)}  {run.state.value}  {_counted(run)}")
        say(f"    {_who(run)}  {run.site}  {run.workbook}")


def _one(ledger: Ledger, run: Run, page: Path | None, *, force: bool, as_json: bool) -> None:
    run, rows, calls = _as_it_is(ledger, run), ledger.rows(run.id), ledger.calls(run.id)
    if page is not None:
        write_page(page, RunPage(run, rows, calls), force=force)
    if as_json:
        print_json({**_run_json(run), "rows": list(rows), "calls": [_call_json(call) for call in calls]})
    elif page is not None:
        say(f"Written to {page}")
    else:
        _say_head(run)
        _say_rows(rows)
        _say_calls(run, calls)


# -- as text


def _say_head(run: Run) -> None:
    say(f"Run           {run.id}, {_what(run)}")
    say(f"When          {local(run.began)}{f' to {local(run.ended)}' if run.ended else ''}")
    say(f"Who           {_who(run)}")
    say(f"Site          {run.site}")
    say(f"Organization  {', '.join(run.organizations.values()) or 'unknown'}")
    say(f"Workbook      {run.workbook or 'none'}")
    say(f"State         {run.state.value}")
    say(f"Rows          {_counted(run)}")


def _say_rows(rows: Sequence[Mapping[str, JSON]]) -> None:
    for row in rows:
        say(f"{place_told(row)}  {text_of(row.get('package'))}  {text_of(row.get('result'))}")
        if row.get("message"):
            say(f"    {text_of(row.get('message'))}")
        for change in dicts(row.get("changes")):
            say(f"    [{text_of(change.get('header')) or text_of(change.get('field'))}] {_texts(change)}")


def _texts(change: Mapping[str, JSON]) -> str:
    exported, edited, live = (change.get(name) for name in ("exported", "edited", "live"))
    texts = [text_of(exported), text_of(edited)]
    if isinstance(live, str) and live != exported:
        before, after, found = excerpts(*texts, live, most=50)
        return f"{before} → {after} (on the site: {found})"
    return " → ".join(excerpts(*texts, most=50))


def _say_calls(run: Run, calls: Sequence[Sent]) -> None:
    """Say which calls nobody knows enough of; of a run that has no rows to tell, what became of each."""
    all_of_them = run.state in (RunState.KILLED, RunState.RUNNING)
    stored = {call.package: call.number for call in calls if call.outcome is CallOutcome.STORED}
    unsure = [
        call
        for call in calls
        if call.outcome in (None, CallOutcome.UNKNOWN) and stored.get(call.package, 0) < call.number
    ]
    told = calls if all_of_them else unsure
    if told:
        say("Calls:" if all_of_them else "Calls of which nobody knows whether they were stored:")
    for call in told:
        say(f"    {local(call.sent, '%H:%M:%S')}  {call.name}  {call.action}  {fate(call)}")
    if unsure and run.state is not RunState.RUNNING:
        say("Import the workbook again to find out: what has arrived is not sent twice.")


def _what(run: Run) -> str:
    return f"{run.kind} of {run.undoes}" if run.undoes else run.kind


def _who(run: Run) -> str:
    return f"{run.user} ({run.by})" if run.user else run.by


def _counted(run: Run) -> str:
    return ", ".join(f"{count} {result}" for result, count in run.counts.items()) or "no rows"


# -- as JSON


def _run_json(run: Run) -> dict[str, JSON]:
    return {
        "run": run.id,
        "kind": run.kind,
        "undoes": run.undoes or None,
        "began": run.began,
        "ended": run.ended or None,
        "state": run.state.value,
        "site": run.site,
        "user": run.user or None,
        "by": run.by,
        "organizations": dict(run.organizations),
        "workbook": run.workbook or None,
        "digest": run.digest or None,
        "counts": dict(run.counts),
    }


def _call_json(call: Sent) -> JSON:
    return {
        "number": call.number,
        "package": call.package,
        "name": call.name,
        "action": call.action,
        "sent": call.sent,
        "payload": dict(call.payload),
        "outcome": call.outcome.value if call.outcome else None,
        "reason": call.reason or None,
        "answered": call.answered or None,
    }
