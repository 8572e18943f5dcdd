"""``bulkedit login`` and ``bulkedit logout``."""

import os
import sys

import click

from bulkedit.ckan.client import Client
from bulkedit.ckan.site import Site
from bulkedit.commands.shared import checked_address
from bulkedit.commands.terminal import note, say
from bulkedit.commands.whoami import Who
from bulkedit.tokens import checked_token, ensure_keyring, forget_token, store_token

_LONGEST = 65_536  # bytes; tokens have some hundred
_url_argument = click.argument("url", envvar="CKAN_URL", metavar="URL")


@click.command("login", short_help="Keep your API token of a site in the keyring.")
@_url_argument
def login_command(url: str) -> None:
    """Keep your API token of a site in the operating system's keyring, where all commands find it.

    You are asked for the token, and it is not shown; in a script it is read from standard input. It is tried at
    the site first. Of several tokens, that of --api-key-file goes first, then CKAN_API_KEY, then the keyring.
    """
    address = checked_address(url)
    ensure_keyring()
    token = checked_token(_token_for(address), "The input", "No API token was given.")
    who = Who(Site(Client(address, token)))
    store_token(address, token)
    who.say()
    say("Logged in: the token is in the keyring of this computer.")
    if os.environ.get("CKAN_API_KEY", "").strip():
        note("Note: CKAN_API_KEY is set, and goes before the keyring.")


@click.command("logout", short_help="Remove your API token of a site from the keyring.")
@_url_argument
def logout_command(url: str) -> None:
    """Remove your API token of a site from the operating system's keyring. At the site it stays valid."""
    if forget_token(checked_address(url)):
        say("Logged out: the token is gone from the keyring of this computer; at the site it stays valid.")
    else:
        say(f"There was no token of {url} in the keyring of this computer.")


def _token_for(url: str) -> str:
    """Return what somebody types, or what comes through a pipe."""
    if sys.stdin.isatty():
        typed: str = click.prompt(f"API token of {url} (it is not shown)", hide_input=True, err=True)
        return typed
    return sys.stdin.buffer.read(_LONGEST).decode("utf-8-sig", "replace")
