"""``bulkedit refresh``."""

from pathlib import Path

import click

from bulkedit.commands.endings import InterruptedRunError, NotAppliedError
from bulkedit.commands.progress import showing_progress
from bulkedit.commands.shared import json_option, ledger_option, open_ledger, open_site, site_options
from bulkedit.commands.telling import say_refresh
from bulkedit.commands.terminal import print_json
from bulkedit.workflow.claims import Claims
from bulkedit.workflow.refreshing import refresh_workbook


@click.command("refresh", short_help="Bring what changed in the catalogue into a workbook; your edits stay.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write into this copy; FILE stays as it is.",
)
@json_option
@ledger_option
@site_options
def refresh_command(
    file: Path,
    output: Path | None,
    as_json: bool,
    ledger: Path | None,
    url: str | None,
    api_key_file: Path | None,
) -> None:
    """Bring what changed in the catalogue since the export into the workbook; your edits stay.

    Cells that you have not edited say what the catalogue says now, rows are added for what is new, and what
    is gone is marked. Where both sides changed the same cell, yours stays and its row is a conflict. Nothing
    is sent to the catalogue.
    """
    site = open_site(url, api_key_file)
    claims = Claims(open_ledger(ledger))
    try:
        claims.workbook(file)
        with showing_progress(site, quiet=as_json):
            found = refresh_workbook(site, file, output)
    except KeyboardInterrupt:
        raise InterruptedRunError("Interrupted; nothing was written.") from None
    finally:
        claims.release()
    if as_json:
        print_json(found.to_json())
    else:
        say_refresh(found.report, found.asides)
    if not found.report.complete:
        raise NotAppliedError
