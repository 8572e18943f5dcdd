"""What the commands share: the site and the token, and how things are said on a terminal."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from bulkedit.ckan.client import Client
from bulkedit.ckan.pace import WORKERS, Pace
from bulkedit.ckan.site import Site
from bulkedit.core.guards import CODES
from bulkedit.core.trouble import RunError
from bulkedit.ledger import Ledger, default_path
from bulkedit.tokens import find_token

Command = TypeVar("Command", bound=Callable[..., Any])


def site_options(command: Command) -> Command:
    """Add the options of every command that talks to a site."""
    for option in (
        click.option(
            "--api-key-file",
            type=click.Path(path_type=Path, dir_okay=False),
            help="File that holds your API token; otherwise CKAN_API_KEY, or the keyring (bulkedit login).",
        ),
        click.option("--site", "url", envvar="CKAN_URL", help="Address of the catalogue; otherwise CKAN_URL."),
    ):
        command = option(command)
    return command


def result_options(command: Command) -> Command:
    """Add the options that say where each row's result is written."""
    for option in (
        click.option("--no-write", is_flag=True, help="Write the results nowhere."),
        click.option(
            "-o",
            "--output",
            type=click.Path(path_type=Path, dir_okay=False),
            help="Write the results into this copy.",
        ),
    ):
        command = option(command)
    return command


def pace_options(command: Command) -> Command:
    """Add the options that say how fast calls may go."""
    for option in (
        click.option(
            "--max-rate",
            type=click.FloatRange(0, min_open=True),
            metavar="R",
            help="At most so many calls per second; otherwise as many as the site bears.",
        ),
        click.option(
            "--workers",
            type=click.IntRange(1, 16),
            default=WORKERS,
            show_default=True,
            metavar="N",
            help="At most so many packages at a time; fewer while the site is slow or busy.",
        ),
    ):
        command = option(command)
    return command


files_option = click.option(
    "--files",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="Where the files named in [Upload] lie; otherwise beside the workbook.",
)
accept_option = click.option(
    "--accept",
    type=click.Choice(CODES),
    multiple=True,
    metavar="CODE",
    help=f"What looks like a spreadsheet program's doing is meant, of this kind: {', '.join(CODES)}.",
)
ledger_option = click.option(
    "--ledger",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="BULKEDIT_LEDGER",
    metavar="FILE",
    help="The ledger of runs, on a local disk; otherwise BULKEDIT_LEDGER, or one in your data folder.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")


def open_ledger(path: Path | None) -> Ledger:
    """Return the ledger of the option, or the user's own; it is made when it is not there.

    Raises:
        LedgerError: it cannot be used.
    """
    return Ledger(path or default_path())


def open_site(url: str | None, api_key_file: Path | None, pace: Pace | None = None) -> Site:
    """Return the site of the options and the environment.

    Args:
        url: its address.
        api_key_file: file that holds the token.
        pace: how fast calls may go.

    Raises:
        RunError: there is no address or no token.
    """
    address = checked_address(url)
    return Site(Client(address, find_token(address, api_key_file), pace=pace))


def checked_address(url: str | None) -> str:
    """Return the address of a site.

    Raises:
        RunError: it is none.
    """
    url = (url or "").strip()
    if not url:
        raise RunError("Which catalogue? Give its address with --site URL, or in CKAN_URL.")
    try:
        parts = urlsplit(url)
    except ValueError:  # half an IPv6 address
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise RunError(f"{url} is no address of a catalogue; it begins with https:// or http://.")
    if parts.username is not None:
        raise RunError("The address of the catalogue holds a user name; leave it out, the token says who you are.")
    if not url.isprintable() or set(url) & set(" \\?#"):  # libraries disagree on which host that is
        raise RunError(f"{url} is no address of a catalogue; write it without blanks, without \\, ? and #.")
    return url
