"""``bulkedit import``."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from bulkedit.ckan.pace import Pace
from bulkedit.commands.endings import InterruptedRunError, NotAppliedError
from bulkedit.commands.progress import showing_progress
from bulkedit.commands.shared import (
    accept_option,
    files_option,
    json_option,
    ledger_option,
    open_ledger,
    open_site,
    pace_options,
    result_options,
    site_options,
)
from bulkedit.commands.telling import counted, say_import, say_rows
from bulkedit.commands.terminal import at_terminal, note, plural, print_json, say, say_trouble
from bulkedit.core.guards import stop
from bulkedit.core.report import Report
from bulkedit.core.trouble import RunError
from bulkedit.workflow.delivery import foresee
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions


@click.command("import", short_help="Send the edits of a workbook to the catalogue.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Send nothing; show what would happen, in the workbook too.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@result_options
@click.option(
    "--on-conflict",
    type=click.Choice(["skip", "overwrite"]),
    default="skip",
    help="Where the site changed as well: leave it (skip, the default) or send the workbook's text.",
)
@click.option(
    "--confirm-deletes",
    type=click.IntRange(0),
    metavar="N",
    help="How many packages and resources will be deleted; needed where any are and nobody can be asked.",
)
@files_option
@click.option(
    "--keep-files",
    is_flag=True,
    help="Save uploaded files on this computer before they are replaced or deleted, for undo to bring them back.",
)
@accept_option
@pace_options
@ledger_option
@json_option
@site_options
def import_command(
    file: Path,
    dry_run: bool,
    yes: bool,
    output: Path | None,
    no_write: bool,
    on_conflict: str,
    confirm_deletes: int | None,
    files: Path | None,
    keep_files: bool,
    accept: tuple[str, ...],
    workers: int,
    max_rate: float | None,
    ledger: Path | None,
    as_json: bool,
    url: str | None,
    api_key_file: Path | None,
) -> None:
    """Send the edits of a workbook to the catalogue, and write each row's result into it.

    Only edited cells are sent, in one call for each package. What somebody changed on the site since
    the export is kept. Where both sides changed the same field, that field is not sent and its row is a
    conflict. A row that is invalid or refused holds back its whole package. Where edits look like a
    spreadsheet program's doing, nothing is sent until --accept says that they are meant.
    """
    if output is not None and no_write:
        raise click.UsageError("-o writes the results into a copy, --no-write writes none; give one of the two.")
    ask = not (dry_run or yes)
    if ask and (as_json or not at_terminal()):
        raise click.UsageError(
            "There is nobody to ask: give --yes to import, or --dry-run to see what would happen."
        )
    site = open_site(url, api_key_file, Pace(workers, max_rate, tell=_teller(quiet=as_json)))
    options = ImportOptions(output, no_write, on_conflict == "overwrite", files, frozenset(accept), keep_files)
    with showing_progress(site, quiet=as_json):
        begun = Import(site, file, options, ledger=None if dry_run else open_ledger(ledger))
    with begun as job:
        _say_killed(job)
        if not dry_run:
            _settle_questions(job, confirm_deletes, as_json)
        if ask and not _agreed(job):
            note("Nothing was sent.")
            return
        report = _run(job, dry_run, workers, quiet=as_json)
    if as_json:
        print_json(report.to_json())
    else:
        say_import(report)
    _say_trouble(job, report)
    if report.unwritten or report.unnoted or not report.complete:
        raise NotAppliedError


def _say_killed(job: Import) -> None:
    """Say what became of runs of this workbook that never came to their end."""
    for run in job.killed:
        began = run.began.replace("T", " ")
        note(
            f"Note: run {run.id} of this workbook, begun {began} UTC, was killed; what it sent is recognized now,"
            " and not sent twice."
        )


def _say_trouble(job: Import, report: Report) -> None:
    """Say what kept the run from its end.

    Raises:
        InterruptedRunError: somebody interrupted it.
    """
    if job.interrupted:
        raise InterruptedRunError("Interrupted; import again to go on.")
    if job.mistake:
        say_trouble(f"The run stopped because of a mistake in bulkedit ({job.mistake}); please report it.")
    if report.unwritten:
        say_trouble(f"{report.unwritten} Import again: what has arrived is not sent twice.")
    if report.unnoted:
        say_trouble(report.unnoted)


def _run(job: Import, dry_run: bool, workers: int, *, quiet: bool) -> Report:
    try:
        with showing_progress(job.site, quiet=quiet):
            progress = job.site.client.progress
            return (
                job.report(job.run(foresee, progress), dry_run=True)
                if dry_run
                else job.carried_out(progress, workers)
            )
    except KeyboardInterrupt:
        raise InterruptedRunError(
            "Interrupted before the results were written; import again: what has arrived is not sent twice."
        ) from None


def _settle_questions(job: Import, confirmed: int | None, as_json: bool) -> None:
    """Make sure that nothing is sent or deleted that nobody means.

    Raises:
        RunError: it would be; nothing was sent.
    """
    if job.asked:
        _stop(job, as_json)
    if job.deletions and confirmed not in (job.deletions, job.deletions_asked):
        _confirm_deletes(job, confirmed, may_ask=at_terminal() and not as_json)


def _stop(job: Import, as_json: bool) -> NoReturn:
    """Write and say what keeps an import from beginning.

    Raises:
        RunError: always; nothing was sent.
    """
    report = job.report(job.run(foresee), dry_run=False)
    if as_json:
        print_json(report.to_json())
    else:
        say_import(report)
    raise RunError(" ".join(filter(None, (stop(job.asked), report.unwritten))))


def _confirm_deletes(job: Import, said: int | None, *, may_ask: bool) -> None:
    """Make sure that somebody knows how many packages and resources will be deleted.

    Raises:
        RunError: nobody does; nothing was sent.
    """
    count = job.deletions
    if said is None and may_ask:
        typed = click.prompt(f"{_deletions(count)} Type the number to go on", default="", show_default=False)
        if typed.strip() == str(count):
            return
    hint = f"you said {said}" if said is not None else f"say so with --confirm-deletes {count}"
    raise RunError(f"{_deletions(count)} Nothing was sent; {hint}.")


def _deletions(count: int) -> str:
    return f"{plural(count, 'package or resource', 'packages and resources')} will be deleted."


def _agreed(job: Import) -> bool:
    plan, coming = job.foreseen()
    if not coming:
        return True
    say_rows(plan)
    say(counted(plan))
    try:
        agreed = click.confirm(f"Send the edits of {plural(coming, 'package')} to {job.site.url}?", default=False)
    except click.Abort:
        raise InterruptedRunError("Interrupted; nothing was sent.") from None
    if agreed and job.original.changed_meanwhile():
        raise RunError(f"{job.path} was saved by another program meanwhile; nothing was sent, import again.")
    return agreed


def _teller(*, quiet: bool) -> Callable[[str], None]:
    """Return what tells of long waits: somebody who watches wants to know why nothing happens."""
    return note if sys.stderr.isatty() and not quiet else lambda sentence: None
