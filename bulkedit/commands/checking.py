"""``bulkedit check``."""

from pathlib import Path

import click

from bulkedit.commands.endings import InterruptedRunError, NotAppliedError
from bulkedit.commands.shared import accept_option, files_option, json_option, result_options
from bulkedit.commands.telling import say_check
from bulkedit.commands.terminal import print_json, say_trouble
from bulkedit.workflow.checking import Check
from bulkedit.workflow.job import ImportOptions


@click.command("check", short_help="Show what a workbook edits, and whether it is valid.")
@click.argument("file", type=click.Path(path_type=Path))
@result_options
@files_option
@accept_option
@json_option
def check_command(
    file: Path, output: Path | None, no_write: bool, files: Path | None, accept: tuple[str, ...], as_json: bool
) -> None:
    """Show which cells were edited and everything that is wrong with them, and write each row's result.

    No site is asked, and no token is needed: what the site changed since the export is for
    import --dry-run to tell.
    """
    if output is not None and no_write:
        raise click.UsageError("-o writes the results into a copy, --no-write writes none; give one of the two.")
    try:
        report = Check(file, ImportOptions(output, no_write, files=files, accept=frozenset(accept))).result()
    except KeyboardInterrupt:
        raise InterruptedRunError("Interrupted; nothing was written.") from None
    if as_json:
        print_json(report.to_json())
    else:
        say_check(report)
    if report.unwritten:
        say_trouble(report.unwritten)
    if report.unwritten or not report.complete:
        raise NotAppliedError
