"""``bulkedit import``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from bulkedit.commands.shared import (
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
from bulkedit.core.outcomes import FORESEEN
from bulkedit.core.report import Report
from bulkedit.workflow import Import, ImportOptions, Progress, foresee

_MOST_LINES = 200


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
@json_option
@site_options
def import_command(
    file: Path,
    dry_run: bool,
    yes: bool,
    output: Path | None,
    no_write: bool,
    on_conflict: str,
    as_json: bool,
    url: str | None,
    api_key_file: Path | None,
) -> None:
    """Send the edits of a workbook to the catalogue, and write each row's result into it.

    Only edited cells are sent, in one call for each package. What somebody changed on the site since
    the export is kept; where both sides changed the same, the row is a conflict and nothing is sent.
    """
    if output is not None and no_write:
        raise click.UsageError("Either -o or --no-write.")
    ask = not (dry_run or yes)
    if ask and (as_json or not at_terminal()):
        raise click.UsageError(
            "There is nobody to ask: give --yes to import, or --dry-run to see what would happen."
        )
    site = open_site(url, api_key_file)
    job = Import(site, file, ImportOptions(output, no_write, on_conflict == "overwrite"))
    if ask and not _agreed(job):
        note("Nothing was sent.")
        return
    with _progress(as_json) as progress:
        settled = job.run(foresee if dry_run else job.send, progress)
    report = job.report(settled, dry_run=dry_run)
    if as_json:
        print_json(report.to_json())
    else:
        _say(report)
    if job.interrupted:
        raise KeyboardInterrupt
    if report.unwritten:
        say_trouble(f"{report.unwritten} Import again: what has arrived is not sent twice.")
    if report.unwritten or not report.complete:
        raise NotAppliedError


def _agreed(job: Import) -> bool:
    plan = job.foreseen()
    _say_rows(plan)
    coming = sum(outcome.result in FORESEEN for outcome in plan.outcomes)
    if not coming:
        return True
    return click.confirm(f"Send {plural(coming, 'row')} to {job.site.url}?", default=False)


@contextmanager
def _progress(quiet: bool) -> Iterator[Progress | None]:
    if quiet or not sys.stderr.isatty():
        yield None
        return

    def show(what: str, done: int, total: int) -> None:
        click.echo(f"\r{done} of {total} {what}", nl=False, err=True)

    yield show
    click.echo("\r", nl=False, err=True)


def _say(report: Report) -> None:
    _say_rows(report)
    if report.edits.missing:
        gone = ", ".join(f"{count} of {sheet}" for sheet, count in report.edits.missing.items())
        say(f"Not in the workbook any more, and so left alone: {gone}.")
    for sheet, header, near in report.edits.unknown:
        hint = f" (did you mean [{near}]?)" if near else ""
        say(f"Column {header!r} of {sheet} is not one of ours and was left alone{hint}.")
    counts = ", ".join(f"{count} {result}" for result, count in report.counts.items())
    say(f"{'Dry run: ' if report.dry_run else ''}{counts or 'no rows'}.")
    if report.written:
        say(f"Every row's result is in {report.written}")


def _say_rows(report: Report) -> None:
    answered = report.answered
    for outcome in answered[:_MOST_LINES]:
        say(f"{outcome.place.sheet} row {outcome.place.row}  {outcome.package}  {outcome.result.value}")
        say(f"    {outcome.message}")
    if len(answered) > _MOST_LINES:
        say(f"... and {len(answered) - _MOST_LINES} more rows.")
