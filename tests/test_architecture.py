"""docs/architecture.md names what is there: every module, every layer, every contract, and no others."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
LINTER = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
BULKEDIT = ROOT / "bulkedit"
FOLDERS = [path.parent for path in BULKEDIT.rglob("__init__.py")]


def first_cells(header: str) -> list[str]:
    """Return the first cell of each row of the table with a header."""
    table = PAGE.split(f"| {header} |")[1].split("\n\n")[0]
    return [line.split("|")[1].strip() for line in table.splitlines()[2:]]


def names_in(cell: str) -> list[str]:
    """Return what stands between backticks."""
    return re.findall(r"`([^`]+)`", cell)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_every_module_is_in_the_table_of_its_folder(folder: Path) -> None:
    """Once each, and no module that is not there."""
    named = [name for cell in first_cells(f"module of `{folder.name}/`") for name in names_in(cell)]

    assert sorted(named) == sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


def test_the_layers_are_those_of_the_linter() -> None:
    """The page lists them from above to below, as pyproject.toml does."""
    layers = next(one["layers"] for one in LINTER["contracts"] if one["type"] == "layers")

    shown = [{name.rstrip("/") for name in names_in(cell)} for cell in first_cells("layer")]
    assert shown == [{name.strip().removeprefix("bulkedit.") for name in layer.split("|")} for layer in layers]


def test_every_module_and_folder_has_its_layer() -> None:
    """What is in no layer may import anything, and nobody would notice."""
    there = {path.stem for path in BULKEDIT.glob("*.py")} | {path.name for path in FOLDERS} - {"bulkedit"}

    shown = {name.rstrip("/") for cell in first_cells("layer") for name in names_in(cell)}
    assert there - shown == {"__init__", "__main__"}


def test_every_contract_has_its_reason() -> None:
    """The page says why, of each contract of pyproject.toml."""
    assert sorted(first_cells("contract")) == sorted(one["name"] for one in LINTER["contracts"])
