"""Documents that cannot lie: what they show is what the program says."""

import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from bulkedit.cli import COMMANDS, command_named
from bulkedit.core.guards import CODES
from bulkedit.sandbox.actions import READING, WRITING
from bulkedit.sandbox.faults import Fault
from bulkedit.templating import templates_folder

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SANDBOX = (ROOT / "docs" / "sandbox.md").read_text(encoding="utf-8")


def test_the_readme_shows_what_the_demo_says(tmp_path: Path) -> None:
    """Every line of the README's demo session stands in the demo's output, in this order."""
    session = README.split("    $ bulkedit import bulkedit-demo/parks.xlsx --yes --confirm-deletes 1\n")[1].split(
        "\n\n"
    )[0]
    wanted = [line.removeprefix("    ") for line in session.splitlines() if line.strip() != "..."]

    told = subprocess.run(
        [sys.executable, "-m", "bulkedit", "demo"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout

    rest = iter(told.split("bulkedit import bulkedit-demo/parks.xlsx --yes --confirm-deletes 1\n")[1].splitlines())
    assert [line for line in wanted if line not in rest] == []


def test_every_action_of_the_sandbox_is_documented() -> None:
    """docs/sandbox.md names the actions that the sandbox answers, and no others."""
    table = SANDBOX.split("## What it answers")[1].split("With CKAN's validation")[0]

    assert set(re.findall(r"`(\w+)`", table)) == {*READING, *WRITING}


def test_every_fault_of_the_sandbox_is_documented() -> None:
    """docs/sandbox.md names the faults that there are, and no others."""
    table = SANDBOX.split("| fault |")[1].split("In Python:")[0]

    assert set(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == {fault.value for fault in Fault}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_documented_with_its_options(name: str) -> None:
    """The README's list of commands shows each command with all of its options but --site and the token's file."""
    lines = README.split("## Commands")[1].split("`--help`")[0]
    line = lines.split(f"    bulkedit {name}")[1].split("    bulkedit")[0]

    options = {
        option.opts[-1]
        for option in command_named(name).params
        if option.param_type_name == "option" and option.name not in ("url", "api_key_file", "yes", "output")
    }
    assert {option for option in options if option not in line} == set()


def test_every_guard_is_documented() -> None:
    """The README's table says of each code what it looks like, in the order in which they are reported."""
    table = README.split("| code | what it looks like |")[1].split("\n\n")[0]

    assert tuple(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == CODES


def test_every_template_that_ships_is_documented() -> None:
    """docs/templates.md names each file."""
    page = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")

    assert [path.name for path in templates_folder().glob("*.yaml") if f"`{path.name}`" not in page] == []


PICTURES = ROOT / "docs" / "pictures"
PICTURE = re.compile(r"!\[[^\]]+\]\(([^)]+)\)")


def test_every_picture_of_the_readme_is_there() -> None:
    """The README shows no picture that is missing."""
    shown = PICTURE.findall(README)

    assert len(shown) == 3
    assert all((ROOT / path).is_file() for path in shown)


def test_every_sheet_is_shown_as_exported_edited_and_imported() -> None:
    """docs/workbook.md shows each picture that there is, and none that there is not; together they stay small."""
    shown = PICTURE.findall((ROOT / "docs" / "workbook.md").read_text(encoding="utf-8"))
    sheets = openpyxl.load_workbook(ROOT / "samples" / "parks.xlsx", read_only=True).worksheets
    titles = [sheet.title.lower().replace(" ", "-") for sheet in sheets if sheet.sheet_state == "visible"]
    wanted = {f"{state}-{title}.png" for state in ("exported", "edited", "imported") for title in titles}

    assert len(wanted) >= 24
    assert {path.name for path in PICTURES.glob("*.png")} == wanted
    assert {path.removeprefix("pictures/") for path in shown} == wanted
    assert sum(path.stat().st_size for path in PICTURES.glob("*.png")) < 2_000_000


def test_every_package_is_installed() -> None:
    """Each folder of Python modules is named in pyproject.toml: one that is not would be missing elsewhere."""
    listed = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    folders = {path.parent for path in (ROOT / "bulkedit").rglob("__init__.py")}

    names = {".".join(folder.relative_to(ROOT).parts) for folder in folders}
    assert {name for name in names if f'"{name}",' not in listed.split("[tool.setuptools]")[1]} == set()
