"""``bulkedit undo``."""

from pathlib import Path

import click

from bulkedit.ckan.pace import Pace
from bulkedit.commands.endings import InterruptedRunError, NotAppliedError
from bulkedit.commands.progress import showing_progress
from bulkedit.commands.shared import json_option, ledger_option, open_ledger, open_site, pace_options, site_options
from bulkedit.commands.telling import counted, say_rows, say_weaker_promise
from bulkedit.commands.terminal import at_terminal, note, plural, print_json, say, say_trouble
from bulkedit.core.json_value import JSON
from bulkedit.core.report import Report
from bulkedit.core.results import APPLIED
from bulkedit.ledger import Run
from bulkedit.workflow.touched import find_run
from bulkedit.workflow.undoing import Undo


@click.command("undo", short_help="Take a run back.")
@click.argument("run", default="", metavar="[RUN]")
@click.option("--dry-run", is_flag=True, help="Send nothing; show what would come back.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@pace_options
@ledger_option
@json_option
@site_options
def undo_command(
    run: str,
    dry_run: bool,
    yes: bool,
    workers: int,
    max_rate: float | None,
    ledger: Path | None,
    as_json: bool,
    url: str | None,
    api_key_file: Path | None,
) -> None:
    """Take a run back: what it changed becomes what it was before.

    RUN is the id of a run, or its beginning, or a workbook, whose latest run it is then; without it, it is the
    latest run that stored anything. An undo is a run as well, and can be undone. What somebody changed
    since is left alone and shown; everything else of the package comes back all the same.
    """
    ask = not (dry_run or yes)
    if ask and (as_json or not at_terminal()):
        raise click.UsageError(
            "There is nobody to ask: give --yes to undo, or --dry-run to see what would come back."
        )
    book = open_ledger(ledger)
    target = find_run(book, run)
    site = open_site(url or target.site, api_key_file, Pace(workers, max_rate))
    with Undo(site, book, target) as undo:
        if not as_json:
            say(_what(target))
        if ask and not _agreed(undo):
            note("Nothing was sent.")
            return
        report = undo.foreseen()[0] if dry_run else _run(undo, workers, quiet=as_json)
    if as_json:
        print_json(_json(report, target))
    else:
        _say(report, target)
    if undo.interrupted:
        raise InterruptedRunError("Interrupted; undo again to go on.")
    if report.unnoted:
        say_trouble(report.unnoted)
    if report.unnoted or not report.complete:
        raise NotAppliedError


def _what(target: Run) -> str:
    """Say which run it is that is taken back."""
    began = f"{target.began[:16].replace('T', ' ')} UTC"
    if target.undoes:
        return f"This takes back the undo of run {target.undoes}, which was run {target.id}, begun {began}."
    of = f" of {target.workbook}" if target.workbook else ""
    return f"This takes back run {target.id}, the {target.kind}{of}, begun {began}."


def _agreed(undo: Undo) -> bool:
    """Show what would come back, and ask.

    Raises:
        InterruptedRunError: somebody did not want to answer.
    """
    plan, coming = undo.foreseen()
    say_rows(plan)
    say(counted(plan))
    if not coming:
        return True
    try:
        return click.confirm(f"Put back {plural(coming, 'package')} on {undo.site.url}?", default=False)
    except click.Abort:
        raise InterruptedRunError("Interrupted; nothing was sent.") from None


def _run(undo: Undo, workers: int, *, quiet: bool) -> Report:
    try:
        with showing_progress(undo.site, quiet=quiet):
            return undo.run(undo.site.client.progress, workers)
    except KeyboardInterrupt:
        raise InterruptedRunError(
            "Interrupted before everything was answered; undo again: what is back is not sent twice."
        ) from None


def _json(report: Report, target: Run) -> dict[str, JSON]:
    return {**report.to_json(), "undoes": target.id}


def _say(report: Report, target: Run) -> None:
    """Say what came back, and how to go on."""
    say_rows(report)
    say(f"{'Dry run: ' if report.dry_run else ''}{counted(report)}")
    say_weaker_promise(report)
    if report.stopped:
        say(f"The undo stopped before its end; bulkedit undo {target.id} goes on: what is back is not sent twice.")
    if report.dry_run or not any(outcome.result in APPLIED for outcome in report.answered):
        return
    if target.workbook:
        say(f"bulkedit refresh {target.workbook} brings what is on the site now into the workbook.")
    say(f"bulkedit undo {report.run} takes this undo back.")
