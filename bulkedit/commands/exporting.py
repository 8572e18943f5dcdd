"""``bulkedit export``."""

from pathlib import Path

import click

from bulkedit.commands.progress import showing_progress
from bulkedit.commands.shared import json_option, open_site, site_options
from bulkedit.commands.terminal import note, print_json, say
from bulkedit.workflow.exporting import ExportReport, export


@click.command("export", short_help="Write an organization's records into a workbook.")
@click.argument("organizations", metavar="ORG...", nargs=-1, required=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The workbook; otherwise ORG.xlsx.",
)
@click.option("--type", "dataset_type", default="", metavar="T", help="Only packages of this dataset type.")
@click.option("--query", default="", metavar="FQ", help="Only packages that this filter (Solr syntax) finds.")
@click.option(
    "--headers",
    type=click.Choice(["labels", "names"]),
    default="labels",
    help="What stands in the header row: the schema's labels, or API names.",
)
@click.option(
    "--template",
    "templates",
    type=click.Path(path_type=Path, dir_okay=False),
    multiple=True,
    metavar="FILE",
    help="How columns are laid out (YAML), instead of the template that ships; several for several types.",
)
@click.option(
    "--lang",
    "language",
    default="",
    metavar="LANG",
    help="Language of the labels, like fr, where the schema has several; otherwise the site's.",
)
@click.option(
    "--blank", is_flag=True, help="No records: sheets with drop-downs, ready to be filled with new ones."
)
@click.option("--force", is_flag=True, help="Replace the workbook if it exists.")
@json_option
@site_options
def export_command(
    organizations: tuple[str, ...],
    output: Path | None,
    dataset_type: str,
    query: str,
    headers: str,
    templates: tuple[Path, ...],
    language: str,
    blank: bool,
    force: bool,
    as_json: bool,
    url: str | None,
    api_key_file: Path | None,
) -> None:
    """Write the packages and resources of organizations into a workbook.

    ORG is an organization's name, title or id. Drafts and private packages are included.
    """
    site = open_site(url, api_key_file)
    with showing_progress(site, quiet=as_json):
        report = export(
            site,
            organizations,
            output,
            dataset_type=dataset_type,
            query=query,
            headers_as_names=headers == "names",
            blank=blank,
            force=force,
            templates=templates,
            language=language,
        )
    if len(report.read_only) == len(report.organizations):
        note("Note: your token may read these packages but not edit them; an import would be refused.")
    elif report.read_only:
        names = ", ".join(report.read_only)
        note(f"Note: your token may read but not edit the packages of {names}; edits of them would be refused.")
    if not blank and not any(report.counts.values()):
        note("Note: no packages were found; the workbook has no rows.")
    if as_json:
        print_json(
            {
                "site": report.site,
                "organization": ", ".join(report.organizations),
                "workbook": str(report.workbook),
                "counts": dict(report.counts),
            }
        )
    else:
        _say(report)


def _say(report: ExportReport) -> None:
    for sheet, count in report.counts.items():
        say(f"{count:>7}  {sheet}")
    say(f"Written to {report.workbook}")
