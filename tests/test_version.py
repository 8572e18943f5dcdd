"""The version is written in one place, and told alike everywhere."""

import re
import tomllib
from importlib.metadata import version
from pathlib import Path

from click.testing import CliRunner

import bulkedit
from bulkedit.cli import bulkedit as program

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def test_the_program_tells_the_version_that_is_installed() -> None:
    """Whoever reports a fault reads it there."""
    said = CliRunner().invoke(program, ["--version"]).output

    assert said == f"bulkedit, version {version('bulkedit')}\n"


def test_the_version_is_written_once() -> None:
    """In bulkedit/__init__.py, where pyproject.toml reads it; the changelog begins with it."""
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")

    assert ("version" in PROJECT, PROJECT["dynamic"]) == (False, ["version"])
    assert re.findall(r"^## (\S+)", changelog, re.MULTILINE)[0] == bulkedit.__version__


def test_each_python_that_is_named_may_be_used() -> None:
    """The oldest is the one that is required."""
    named = [one.rpartition(" ")[2] for one in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", one)]

    assert PROJECT["requires-python"] == f">={named[0]}"
