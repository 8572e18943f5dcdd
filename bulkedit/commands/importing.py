"""``bulkedit import``."""

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from bulkedit.commands.shared import (
    InterruptedRunError,
    NotAppliedError,
    at_terminal,
    json_option,
    note,
    open_site,
    plural,
    print_json,
    say,
    say_trouble,
    site_options,
)
from bulkedit.core.outcomes import APPLIED, FORESEEN, Outcome, Result
from bulkedit.core.report import Report
from bulkedit.core.text import excerpt
from bulkedit.core.trouble import RunError
from bulkedit.workflow import Import, ImportOptions, Progress, foresee

_MOST_ROWS_IN_TROUBLE = 200
_MOST_ROWS_GOING_WELL = 12
_ROWS_OF_ONE_REASON = 3
_PROGRESS_WIDTH = 40
_MOST_FIELDS = 8
_SHOWN_IN_FULL = frozenset((Result.UPDATED, Result.WOULD_UPDATE))


@click.command("import", short_help="Send the edits of a workbook to the catalogue.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Send nothing; show what would happen, in the workbook too.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write the results into this copy.",
)
@click.option("--no-write", is_flag=True, help="Write the results nowhere.")
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
@click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Where the files named in [Upload] lie; otherwise beside the workbook.",
)
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
    as_json: bool,
    url: str | None,
    api_key_file: Path | None,
) -> None:
    """Send the edits of a workbook to the catalogue, and write each row's result into it.

    Only edited cells are sent, in one call for each package. What somebody changed on the site since
    the export is kept. Where both sides changed the same field, that field is not sent and its row is a
    conflict. A row that is invalid or refused holds back its whole package.
    """
    if output is not None and no_write:
        raise click.UsageError("Either -o or --no-write.")
    ask = not (dry_run or yes)
    if ask and (as_json or not at_terminal()):
        raise click.UsageError(
            "There is nobody to ask: give --yes to import, or --dry-run to see what would happen."
        )
    site = open_site(url, api_key_file)
    job = Import(site, file, ImportOptions(output, no_write, on_conflict == "overwrite", files))
    if not dry_run and job.deletions and confirm_deletes != job.deletions:
        _confirm_deletes(job, confirm_deletes, may_ask=at_terminal() and not as_json)
    if ask and not _agreed(job):
        note("Nothing was sent.")
        return
    report = _run(job, dry_run, quiet=as_json)
    if as_json:
        print_json(report.to_json())
    else:
        _say(report)
    if job.interrupted:
        raise InterruptedRunError("Interrupted; import again to go on.")
    if job.mistake:
        say_trouble(f"The run stopped because of a mistake in bulkedit ({job.mistake}); please report it.")
    if report.unwritten:
        say_trouble(f"{report.unwritten} Import again: what has arrived is not sent twice.")
    if report.unwritten or not report.complete:
        raise NotAppliedError


def _run(job: Import, dry_run: bool, *, quiet: bool) -> Report:
    try:
        with _progress(quiet) as progress:
            settled = job.run(foresee if dry_run else job.send, progress)
        return job.report(settled, dry_run=dry_run)
    except KeyboardInterrupt:
        raise InterruptedRunError(
            "Interrupted before the results were written; import again: what has arrived is not sent twice."
        ) from None


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
    _say_rows(plan)
    say(_counted(plan))
    try:
        agreed = click.confirm(f"Send the edits of {plural(coming, 'package')} to {job.site.url}?", default=False)
    except click.Abort:
        raise InterruptedRunError("Interrupted; nothing was sent.") from None
    if agreed and job.original.changed_meanwhile():
        raise RunError(f"{job.path} was saved by another program meanwhile; nothing was sent, import again.")
    return agreed


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress | None]:
    if quiet or not sys.stderr.isatty():
        yield None
        return

    def show(what: str, done: int, total: int) -> None:
        click.echo(f"\r{done} of {total} {what}", nl=False, err=True)

    yield show
    click.echo(f"\r{' ' * _PROGRESS_WIDTH}\r", nl=False, err=True)


def _say(report: Report) -> None:
    _say_rows(report)
    if report.edits.missing:
        gone = ", ".join(f"{count} of {sheet}" for sheet, count in report.edits.missing.items())
        say(f"Not in the workbook any more, and so left alone: {gone}.")
    for sheet, header, near in report.edits.unknown:
        hint = f" (did you mean [{near}]?)" if near else ""
        say(f"Column {header!r} of {sheet} is not one of ours and was left alone{hint}.")
    say(f"{'Dry run: ' if report.dry_run else ''}{_counted(report)}")
    if report.dry_run and any(outcome.result in FORESEEN for outcome in report.outcomes):
        say("The site checks the values when they are sent, and may still refuse some.")
    if report.stopped:
        say("The run stopped before its end; import again to go on: what has arrived is not sent twice.")
    if report.beside:
        say(f"{report.workbook} is open in a spreadsheet program, or was saved by one meanwhile.")
        say(f"The results are in {report.written} instead; go on in that file, it knows what was sent.")
    elif report.written:
        say(f"Every row's result is in {report.written}")


def _counted(report: Report) -> str:
    return (", ".join(f"{count} {result}" for result, count in report.counts.items()) or "no rows") + "."


def _say_rows(report: Report) -> None:
    """Say what becomes of the rows: of those that go well the first ones, for the workbook has them all."""
    fine = [outcome for outcome in report.answered if outcome.result in APPLIED | FORESEEN]
    trouble = _each_reason([o for o in report.answered if o.result not in APPLIED | FORESEEN])
    shown = {id(outcome) for outcome in [*fine[:_MOST_ROWS_GOING_WELL], *trouble[:_MOST_ROWS_IN_TROUBLE]]}
    for outcome in (outcome for outcome in report.answered if id(outcome) in shown):
        say(f"{outcome.place.sheet} row {outcome.place.row}  {outcome.package}  {outcome.result.value}")
        say(f"    {outcome.message}")
        if outcome.result in _SHOWN_IN_FULL:
            for change in outcome.changes[:_MOST_FIELDS]:
                say(f"    [{change.header}] {excerpt(change.exported, 50)} → {excerpt(change.edited, 50)}")
    _say_more(len(fine) - _MOST_ROWS_GOING_WELL, "without trouble")
    _say_more(
        len(report.answered) - len(fine) - min(len(trouble), _MOST_ROWS_IN_TROUBLE), "in trouble like the above"
    )


def _each_reason(outcomes: Sequence[Outcome]) -> list[Outcome]:
    """Return the first rows of each reason: what stopped a run need not be said for every row after it."""
    told: Counter[str] = Counter()
    kept = []
    for outcome in outcomes:
        told[outcome.message] += 1
        if told[outcome.message] <= _ROWS_OF_ONE_REASON:
            kept.append(outcome)
    return kept


def _say_more(count: int, kind: str) -> None:
    if count > 0:
        say(f"... and {plural(count, 'more row')} {kind}.")
