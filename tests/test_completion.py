"""The shell completes commands and options: with Tab, once it was told (README.md)."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bulkedit.cli import COMMANDS

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def ask(shell: str, **words: str) -> str:
    """Return what the program tells a shell."""
    environment = os.environ | {"_BULKEDIT_COMPLETE": shell} | words
    program = "import sys; sys.argv = ['bulkedit']; from bulkedit.cli import main; main()"
    start = [sys.executable, "-c", program]
    return subprocess.run(start, env=environment, capture_output=True, text=True, check=True).stdout


def completed(line: str) -> list[str]:
    """Return what bash offers for the last word of a line."""
    found = ask("bash_complete", COMP_WORDS=line, COMP_CWORD=str(len(line.split(" ")) - 1))
    return [one.partition(",")[2] for one in found.splitlines()]


def test_every_command_is_offered() -> None:
    """Though each is loaded only when it is asked for."""
    assert sorted(completed("bulkedit ")) == sorted(COMMANDS)


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("bulkedit im", ["import"]),
        ("bulkedit log", ["login", "logout"]),
        ("bulkedit --", ["--version", "--help"]),
        ("bulkedit import --con", ["--confirm-deletes"]),
        ("bulkedit import --on-conflict ", ["skip", "overwrite"]),
        ("bulkedit export --headers l", ["labels"]),
        ("bulkedit import --accept text", ["text-cut"]),
    ],
)
def test_what_was_begun_is_completed(line: str, offered: list[str]) -> None:
    """Commands, options, and the words that an option takes."""
    assert completed(line) == offered


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_readme_says_how_each_shell_is_told(shell: str) -> None:
    """In one line, with a variable that the program listens to."""
    [variable] = re.findall(rf"(_\w+_COMPLETE)={shell}_source bulkedit\b", README)

    assert (variable, "_BULKEDIT_COMPLETE" in ask(f"{shell}_source")) == ("_BULKEDIT_COMPLETE", True)
