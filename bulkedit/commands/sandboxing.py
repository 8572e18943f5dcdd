"""``bulkedit sandbox``."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import click

from bulkedit.commands.terminal import say
from bulkedit.core.trouble import RunError

if TYPE_CHECKING:
    from bulkedit.sandbox import Sandbox

PORT = 5080
"""Where the sandbox listens unless told otherwise; the sample workbooks name it."""


@click.command("sandbox", short_help="Run a catalogue to try things on.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 for any.")
@click.option(
    "--db",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Keep the catalogue in this file (SQLite); otherwise it is gone at the end.",
)
@click.option(
    "--misbehave",
    "rules",
    multiple=True,
    metavar="RULE",
    help='Let calls go wrong, like "package_revise cut-after every=3" or "* 503 times=2" (several times).',
)
@click.option(
    "--without",
    multiple=True,
    metavar="ACTION",
    help="Switch an action off, like package_revise, as a CKAN without it (several times).",
)
def sandbox_command(port: int, file: Path | None, rules: tuple[str, ...], without: tuple[str, ...]) -> None:
    """Run a small CKAN-compatible catalogue on this computer, with the records of an invented agency.

    Only programs on this computer can reach it. It goes on until Ctrl+C.
    """
    from bulkedit.sandbox import Sandbox  # only here is a web server needed

    sandbox = Sandbox(file, port=port, without=without)
    try:
        sandbox.misbehave(*rules)
        with saying():
            _tell(sandbox, file, rules, without)
        sandbox.serve()
    except KeyboardInterrupt:
        with saying():
            say()
    finally:
        sandbox.close()


def _tell(sandbox: "Sandbox", file: Path | None, rules: Sequence[str], without: Sequence[str]) -> None:
    setting = "set" if os.name == "nt" else "export"
    say(f"A catalogue to try things on: {sandbox.url}")
    say(f"Its records are invented{f'; they are kept in {file}' if file else ', and gone when it ends'}.")
    say("In another window:")
    say()
    say(f"    {setting} CKAN_URL={sandbox.url}")
    say(f"    {setting} CKAN_API_KEY={sandbox.tokens['editor']}")
    say("    bulkedit export parks -o parks.xlsx")
    say()
    for rule in rules:
        say(f"It misbehaves: {rule}")
    for action in without:
        say(f"It does not have {action}.")
    say(f"Other users: {', '.join(token for name, token in sandbox.tokens.items() if name != 'editor')}.")
    say("Ctrl+C ends it.")


@contextmanager
def saying() -> Iterator[None]:
    """Say things where perhaps nobody listens: without a standard output, they are said to nobody.

    Raises:
        RunError: something cannot be written, like a standard output on a full disk.
    """
    if sys.stdout is None:
        sys.stdout = _nowhere()
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        sys.stdout = _nowhere()  # what is not written yet is not tried again
        raise RunError(f"The output cannot be written ({error.strerror or error}); is a disk full?") from None


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


def typed(*words: str | Path) -> str:
    """Return a command as one types it, with quotes where they are needed."""
    texts = [*map(str, words)]
    return subprocess.list2cmdline(texts) if os.name == "nt" else shlex.join(texts)
