"""The program tells what it can do, at once, and takes no token among its options."""

import subprocess
import sys

import click
import pytest
from office_desk import Desk

from bulkedit.cli import COMMANDS, command_named

HEAVY = ("openpyxl", "xlsxwriter", "requests", "ckanapi", "flask", "sqlite3", "yaml", "keyring")


def test_the_program_starts_without_what_it_does_not_need(desk: Desk) -> None:
    """Nobody waits for libraries to say a version: each command loads what it uses."""
    script = "import sys; from bulkedit.cli import run; run(['--version']); print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert set(HEAVY) & set(done.stdout.split()) == set()


def commands() -> list[tuple[str, click.Command]]:
    """Return all commands with their names."""
    return [(name, command_named(name)) for name in sorted(COMMANDS)]


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_option_has_a_help_text(desk: Desk, name: str, command: click.Command) -> None:
    """Every command says what it does, and every option what it means; the help names each of its spellings."""
    said = desk(name, "--help")

    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert (said.status, said.err) == (0, "")
    assert command.help
    assert all(option.help for option in options)
    assert all(spelling in said.out for option in options for spelling in option.opts)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("export", "-o --output --type --query --headers --force --json --site --api-key-file"),
        ("import", "--dry-run -y --yes -o --output --no-write --on-conflict --json --site --api-key-file"),
        ("whoami", "--json --site --api-key-file"),
    ],
)
def test_the_options_of_the_contract_are_there(desk: Desk, name: str, options: str) -> None:
    """The promised options are in the help."""
    said = desk(name, "-h")

    words = said.out.replace(",", " ").split()
    assert [option for option in options.split() if option not in words] == []


def test_the_program_lists_its_commands(desk: Desk) -> None:
    """The program's own help names every command, the environment and the exit statuses."""
    said = desk("--help")

    names = [name for name, _ in commands()]
    assert said.status == 0
    assert all(word in said.out for word in (*names, "CKAN_URL", "CKAN_API_KEY", "130"))


def test_no_option_takes_a_token() -> None:
    """A token is never an option's value: it would stand in the shell's history and in the list of processes."""
    found = [option for _, command in commands() for parameter in command.params for option in parameter.opts]

    assert [option for option in found if "key" in option or "token" in option] == [
        option for option in found if option == "--api-key-file"
    ]
