"""How things are said on a terminal."""

import json
import sys
from collections.abc import Mapping

import click

from bulkedit.core.json_value import JSON


def printable(text: str) -> str:
    """Return text without control characters, which could drive a terminal."""
    return "".join(ch if ch.isprintable() else " " for ch in text)


def _echo(text: str, *, err: bool = False) -> None:
    """Print a line; what the stream's encoding does not have becomes ``?`` (a pipe on Windows takes cp1252)."""
    encoding = (sys.stderr if err else sys.stdout).encoding or "utf-8"
    click.echo(printable(text).encode(encoding, "replace").decode(encoding), err=err)


def say(text: str = "") -> None:
    """Say something on standard output."""
    _echo(text)


def note(text: str) -> None:
    """Say something beside the results, on standard error."""
    _echo(text, err=True)


def say_trouble(text: str) -> None:
    """Say in one line why a run could not be done."""
    _echo(f"bulkedit: {text}", err=True)


def print_json(value: Mapping[str, JSON]) -> None:
    """Print one JSON object, in ASCII, which every stream takes."""
    click.echo(json.dumps(value, indent=2))


def at_terminal() -> bool:
    """Tell whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def plural(count: int, one: str, many: str = "") -> str:
    """Return a count with its noun."""
    return f"{count} {one if count == 1 else many or one + 's'}"
