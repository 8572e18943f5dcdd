"""docs/how-it-works.md tells what happens: every function it names is there, and runs, in its order."""

import inspect
import io
import json
import re
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import Any

import openpyxl
import pytest

from bulkedit.cli import run
from bulkedit.sandbox import Sandbox

PAGE = (Path(__file__).parents[1] / "docs" / "how-it-works.md").read_text(encoding="utf-8")
NAMES = list(dict.fromkeys(re.findall(r"`([a-z_]+(?:\.\w+)+)`", PAGE)))
"""All that the page names, like ``core.diff.diff_package``, in the order of first mention."""


def found(name: str) -> Any:
    """Return what a name of the page means.

    Raises:
        AttributeError: nothing in bulkedit has that name.
    """
    thing: Any = import_module("bulkedit")
    for part in name.split("."):
        if hasattr(thing, "__path__") and find_spec(f"{thing.__name__}.{part}"):
            thing = import_module(f"{thing.__name__}.{part}")
        else:
            thing = inspect.getattr_static(thing, part)
    return thing


def code_of(thing: Any) -> CodeType:
    """Return the code that runs when a function, a method, a property, a command or a class is called."""
    if inspect.isclass(thing):
        thing = thing.__init__
    for inner in ("callback", "fget", "func", "__wrapped__"):
        thing = getattr(thing, inner, thing)
    code: CodeType = thing.__code__
    return code


@contextmanager
def recorded(calls: dict[CodeType, None]) -> Iterator[None]:
    """Note what code is entered, in this thread and in those that begin meanwhile, in the order of first calls."""

    def note(frame: FrameType, event: str, argument: object) -> None:
        if event == "call":
            calls.setdefault(frame.f_code)

    before, in_threads = sys.getprofile(), threading.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        yield
    finally:
        sys.setprofile(before)
        threading.setprofile(in_threads)


@dataclass(frozen=True)
class Told:
    """An import as it went: the code that ran, what the catalogue was sent, what the program said."""

    ran: Sequence[CodeType] = field(repr=False)
    sent: Sequence[Mapping[str, Any]]
    said: str


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """Export the sample agency, change the page's cell as a spreadsheet program does, import."""
    folder = tmp_path_factory.mktemp("desk")
    workbook, said = folder / "parks.xlsx", io.StringIO()
    calls: dict[CodeType, None] = {}
    with pytest.MonkeyPatch.context() as environment, Sandbox() as sandbox, redirect_stdout(said):
        environment.setenv("CKAN_URL", sandbox.url)
        environment.setenv("CKAN_API_KEY", sandbox.tokens["editor"])
        environment.setenv("BULKEDIT_LEDGER", str(folder / "ledger.sqlite"))
        run(["export", "parks", "-o", str(workbook)])
        said.truncate(0)
        said.seek(0)
        type_into(workbook, "Contacts", 6, "E-mail", "tomas.fenn@parks.example")
        with recorded(calls):
            run(["import", str(workbook), "--yes"])
        sent = [parameters for action, parameters in sandbox.calls if action == "package_revise"]
    return Told(list(calls), sent, said.getvalue())


def type_into(workbook: Path, sheet: str, row: int, header: str, text: str) -> None:
    """Type a text into a cell, and save."""
    book = openpyxl.load_workbook(workbook)
    column = next(cell.column for cell in book[sheet][1] if cell.value == header)
    book[sheet].cell(row, column).value = text
    book.save(workbook)
    book.close()


@pytest.mark.parametrize("name", NAMES)
def test_what_the_page_names_is_there(name: str) -> None:
    """Each name is that of a module, or of something that can be called."""
    assert isinstance(found(name), ModuleType) or code_of(found(name))


def test_what_the_page_names_runs_in_its_order(told: Told) -> None:
    """Each function is called when the page's cell is imported, for the first time after those named before it."""
    functions = {name: code_of(found(name)) for name in NAMES if not isinstance(found(name), ModuleType)}

    first = {code: at for at, code in enumerate(told.ran)}

    assert [name for name, code in functions.items() if code not in first] == []
    late = [(a, "after", b) for a, b in pairwise(functions) if first[functions[a]] > first[functions[b]]]
    assert late == []
    assert len(functions) > 60


def test_the_page_shows_the_call(told: Told) -> None:
    """What the page shows is what the catalogue got."""
    shown = json.loads(PAGE.split("```json\n")[1].split("```")[0])

    assert told.sent == [shown]


def test_the_page_shows_what_the_program_says(told: Told) -> None:
    """Every line of it, in this order."""
    shown = [line[4:] for line in PAGE.split("tells Tomas:\n\n")[1].splitlines() if line.startswith("    ")]

    assert len(shown) == 4
    assert told.said.startswith("\n".join(shown))
