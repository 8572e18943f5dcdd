"""Write docs/commands.md: what every command says of itself with `--help`. Run it by `make docs`."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from bulkedit.cli import COMMANDS, bulkedit, command_named

PAGE = Path(__file__).parent / "commands.md"
WIDTH = 100
"""Of the page's lines, whatever terminal it is written on."""

_HEAD = """# Every command, and its options

What `bulkedit COMMAND --help` says; the [README](../README.md) says what the commands are for. (Written by
`make docs`, from the code.)
"""


def commands() -> Mapping[str, click.Command]:
    """Return every command by what is typed for it, the program itself first."""
    return {"bulkedit": bulkedit} | {f"bulkedit {name}": command_named(name) for name in COMMANDS}


def page() -> str:
    """Return docs/commands.md."""
    found = commands()
    contents = [f"* [{typed}](#{typed.replace(' ', '-')})" for typed in found]
    sections = [line for typed, command in found.items() for line in _section(typed, command)]
    return "\n".join([_HEAD, *contents, *sections]) + "\n"


def _section(typed: str, command: click.Command) -> Iterator[str]:
    yield from ("", f"## {typed}", "", "```text")
    yield from (line.rstrip() for line in help_of(typed, command).splitlines())
    yield "```"


def help_of(typed: str, command: click.Command) -> str:
    """Return what a command says of itself, in lines of `WIDTH`."""
    context = click.Context(
        command,
        info_name=typed,
        terminal_width=WIDTH,
        help_option_names=list(bulkedit.context_settings["help_option_names"]),
    )
    return command.get_help(context)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
