"""CONTRIBUTING.md leads somewhere: every file, name and make target in it is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
QUOTED = sorted(set(re.findall(r"`([^`\n]+)`", PAGE)))
PATHS = [one for one in QUOTED if re.fullmatch(r"(bulkedit|docs|tests|templates)/[a-z_./-]*|[A-Z]+\.md", one)]
NAMES = {
    "bulkedit/core/columns.py": "Kind",
    "bulkedit/core/codecs.py": "codec_of",
    "bulkedit/core/schema.py": "_PRESETS _VALIDATORS",
    "bulkedit/core/meta.py": "LAYOUT_VERSION",
    "bulkedit/core/guards.py": "SAID _filled _shuffled _in_column _of_sheet",
    "bulkedit/core/mangled.py": "JUDGES SURE LIKELY",
    "bulkedit/excel/notes.py": "_OF_KINDS",
    "bulkedit/excel/looks.py": "_width",
    "bulkedit/cli.py": "COMMANDS",
    "docs/messages.yaml": "not_messages",
    "tests/core/test_codecs.py": "VALUES",
    "tests/core/test_guards.py": "ACCIDENTS HONEST",
    "tests/fuzz/test_lying_answers.py": "READ",
    "tests/real/accidents.py": "BY_CODE HONEST",
}
"""What the recipes name in these files."""


@pytest.mark.parametrize("path", PATHS)
def test_every_file_of_the_page_is_there(path: str) -> None:
    """A recipe that names a file which was moved is wrong."""
    assert (ROOT / path).exists()


@pytest.mark.parametrize("path", NAMES)
def test_every_name_of_the_recipes_is_there(path: str) -> None:
    """The page and the file both have it."""
    text = (ROOT / path).read_text(encoding="utf-8")

    assert [name for name in NAMES[path].split() if not re.search(rf"^ *(class |def )?{name}\b", text, re.M)] == []
    assert [name for name in (path, *NAMES[path].split()) if f"`{name}`" not in PAGE] == []


def test_every_target_is_explained() -> None:
    """The page's table has the targets of the Makefile that `make` shows, and no others."""
    targets = re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)

    shown = re.findall(r"`make ([a-z-]+)`", PAGE.split("| target |")[1].split("\n\n")[0])
    assert set(shown) == set(targets) - {"help"}


def test_every_folder_of_tests_is_explained() -> None:
    """The page's table says what each holds."""
    folders = {path.parent.name for path in (ROOT / "tests").glob("*/test_*.py")}

    assert set(re.findall(r"^\| `tests/(\w+)` \|", PAGE, re.MULTILINE)) == folders
