"""Every command and option is documented: docs/commands.md, from the program's own `--help`."""

from pathlib import Path

import click
import pytest
from loading import script

from bulkedit.cli import COMMANDS, command_named

ROOT = Path(__file__).parents[1]


commands = script("docs/commands.py")
PAGE = commands.PAGE.read_text(encoding="utf-8")


def test_the_page_of_commands_is_up_to_date() -> None:
    """docs/commands.md is what `make docs` writes."""
    assert commands.page() == PAGE


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_stands_on_the_page_with_all_it_takes(name: str) -> None:
    """Its section names each of its options and arguments, and says of each option what it does."""
    section = PAGE.split(f"\n## bulkedit {name}\n")[1].split("\n## ")[0]
    lines = [line.split("  ")[1] for line in section.splitlines() if line.startswith("  -")]
    listed = {word.rstrip(",") for line in lines for word in line.split()}

    options = [one for one in command_named(name).params if isinstance(one, click.Option)]
    arguments = [one for one in command_named(name).params if isinstance(one, click.Argument)]
    context = click.Context(command_named(name))
    assert {spelling for option in options for spelling in (*option.opts, *option.secondary_opts)} <= listed
    assert [option.name for option in options if option.hidden or not option.help] == []
    assert all(one.make_metavar(context) in section.split("Options:")[0] for one in arguments)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_in_one_sentence_what_it_is_for(name: str) -> None:
    """The program's own help lists it with that sentence."""
    command = command_named(name)

    assert command.get_short_help_str(limit=200).endswith(".")
    assert f"\n  {name} " in PAGE.split("## bulkedit export")[0]


def test_the_readme_leads_to_the_page() -> None:
    """Its list of commands is short; what each option does is one click away."""
    assert "(docs/commands.md)" in (ROOT / "README.md").read_text(encoding="utf-8").split("## Commands")[1]
