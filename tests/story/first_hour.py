"""docs/first-hour.md, played: its commands are typed, its tables filled in, in the order of the page.

    for step in FirstHour(folder).play():
        ...

`python tests/story/first_hour.py` prints what every command of the page says today.
"""

import os
import re
import shlex
import signal
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import keyring_in_a_file
from terminal import Terminal

from bulkedit.excel.typist import Typist

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "first-hour.md"
PICTURES = ROOT / "docs" / "pictures" / "first-hour"
BOOK = "parks.xlsx"
ADDRESS = "http://127.0.0.1:5080"
NEW = "(new)"
TOKEN = "sandbox-editor"
_ASKED = re.compile(r"(.*(?:\[y/N\]|Type the number to go on|it is not shown\)):) ?(.*)")
_DIFFERS = {  # from run to run, or from computer to computer
    r"http://127\.0\.0\.1:\d+": ADDRESS,
    r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d": "TIME",
    r"\b[0-9a-f]{8}\b": "RUN",
    r"\S*/(\w+\.xlsx)": r"\1",
    r"\([^()\s]+@[^()\s]+\)": "(WHO)",
}


@dataclass(frozen=True)
class Command:
    """A command as the page shows it, with what it says there, and what is typed when it asks."""

    window: str
    line: str
    shown: Sequence[str]


@dataclass(frozen=True)
class Typing:
    """A table of cells into which something is typed."""

    book: str
    cells: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Replacing:
    """A table of texts that are replaced in a column, as often as the page says."""

    columns: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Picture:
    """A picture of the workbook as it is now."""

    name: str


@dataclass(frozen=True)
class Told:
    """A command, what it says, and how it ended; None while it runs."""

    command: Command
    lines: Sequence[str]
    status: int | None

    @property
    def missing(self) -> list[str]:
        """Return the first part of what the page shows that is not said there; empty where all of it is.

        Lines stand below each other as on the page; `...` stands for any number of lines.
        """
        wanted = [[]] + [[] for line in self.command.shown if line == "..."]
        at = 0
        for line in self.command.shown:
            if line == "...":
                at += 1
            else:
                wanted[at].append(alike(line))
        return _missing(wanted, [alike(line) for line in self.lines])


def _missing(parts: Sequence[list[str]], said: Sequence[str]) -> list[str]:
    begin = 0
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        places = [0] if number == 0 else range(begin, len(said) - len(part) + 1)
        if last and number:
            places = [len(said) - len(part)] if len(said) - len(part) >= begin else []
        found = next((at for at in places if list(said[at : at + len(part)]) == part), None)
        if found is None or (last and found + len(part) != len(said)):
            return part or ["(the end)"]
        begin = found + len(part)
    return []


def alike(line: str) -> str:
    """Return a line without what differs from run to run."""
    for pattern, same in _DIFFERS.items():
        line = re.sub(pattern, same, line)
    return line.rstrip()


Step = Command | Typing | Replacing | Picture


def steps(page: str) -> Iterator[Step]:
    """Yield what the page asks for, in its order."""
    for part in re.split(r"\n(?=```console|\| sheet|!\[)", page):
        if part.startswith("```console"):
            yield from _commands(part)
        elif part.startswith("| sheet"):
            yield _table(part)
        elif part.startswith("!["):
            yield Picture(part.split("](")[1].split(")")[0])


def _commands(part: str) -> Iterator[Command]:
    first, *lines = part.split("\n```\n")[0].splitlines()
    window = first.removeprefix("```console").strip()
    for command in re.split(r"^\$ ", "\n".join(lines), flags=re.MULTILINE)[1:]:
        line, *shown = command.removesuffix("\n").split("\n")
        yield Command(window, line, shown)


def _table(part: str) -> Typing | Replacing:
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in part.split("\n\n")[0].splitlines()]
    rows = [[cell.strip(" |`") for cell in row] for row in rows]
    if "find" in rows[0]:
        return Replacing(rows[2:])
    return Typing(rows[0][0].removeprefix("sheet").removeprefix(" of ") or BOOK, rows[2:])


@dataclass
class FirstHour:
    """Somebody who does what the page says.

    Args:
        folder: where they sit.
        page: what they read.
    """

    folder: Path
    page: str = field(default_factory=lambda: PAGE.read_text(encoding="utf-8"))
    url: str = ADDRESS
    catalogue: Terminal | None = None
    windows: dict[str, dict[str, str]] = field(default_factory=dict)

    def play(self) -> Iterator[Told | Picture]:
        """Do it, and yield what every command said, and each picture at its moment."""
        try:
            for step in steps(self.page):
                match step:
                    case Command():
                        yield self._told(step)
                    case Typing():
                        self._type(step)
                    case Replacing():
                        self._replace(step)
                    case Picture():
                        yield step
        finally:
            if self.catalogue is not None:
                os.killpg(self.catalogue.program.pid, signal.SIGINT)
                self.catalogue.ended()

    # -- at the terminal

    def _told(self, command: Command) -> Told:
        environment = self.windows.setdefault(command.window, {})
        words = shlex.split(command.line.replace(ADDRESS, self.url))
        if words[0] == "export":
            environment |= dict([words[1].split("=", 1)])
            return Told(command, [], 0)
        if words[1] == "sandbox":
            return self._open(command, words)
        terminal = Terminal(_program(words), self.folder, self._environment(environment))
        for question, answer in _asked(command):
            terminal.wait_for(question.replace(ADDRESS, self.url))
            terminal.type(f"{answer or TOKEN}\n")
        status = terminal.ended()
        return Told(command, _lines(terminal), status)

    def _open(self, command: Command, words: Sequence[str]) -> Told:
        """Start the catalogue, which runs until the hour is over."""
        self.catalogue = Terminal(_program([*words, "--port", "0"]), self.folder, self._environment({}))
        self.catalogue.wait_for("Ctrl+C ends it.")
        self.url = re.findall(r"http://\S+", self.catalogue.screen)[0]
        return Told(command, _lines(self.catalogue), None)

    def _environment(self, window: dict[str, str]) -> dict[str, str]:
        """Return the environment of a window: nothing of whoever runs this, but where Python finds the program."""
        paths = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
        own = {name: text for name, text in os.environ.items() if name not in ("CKAN_URL", "CKAN_API_KEY")}
        return own | {
            "PYTHONPATH": paths,
            "PYTHON_KEYRING_BACKEND": "keyring_in_a_file.Keyring",
            keyring_in_a_file.PLACE: str(self.folder / "keyring.json"),
            "BULKEDIT_LEDGER": str(self.folder / "ledger.sqlite"),
            "TERM": "dumb",
            **window,
        }

    # -- in the workbook

    def _type(self, step: Typing) -> None:
        typist = Typist(self.folder / step.book)
        added: dict[str, int] = {}
        for sheet, number, record, column, text in step.cells:
            texts = next((row for row in typist.rows(sheet) if str(row.number) == number), None)
            assert record == NEW or (texts and record in texts.texts.values()), (sheet, number, record)
            assert record != NEW or not any(texts.texts.values() if texts else ()), (sheet, number)
            added[sheet] = int(number)
            typist.type(sheet, int(number), column, "" if text == "(empty)" else text)
        typist.save()

    def _replace(self, step: Replacing) -> None:
        """Find and replace, as spreadsheet programs do it: capitals and small letters are the same."""
        typist = Typist(self.folder / BOOK)
        for sheet, column, find, by, times in step.columns:
            found = [row for row in typist.rows(sheet) if find.casefold() in row[column].casefold()]
            assert len(found) == int(times), (find, len(found))
            for row in found:
                typist.type(sheet, row.number, column, re.sub(re.escape(find), by, row[column], flags=re.I))
        typist.save()


def _asked(command: Command) -> list[tuple[str, str]]:
    """Return the questions that a command asks on the page, and the answers."""
    return [(found[1], found[2]) for found in map(_ASKED.fullmatch, command.shown) if found]


def _program(words: Sequence[str]) -> list[str]:
    assert words[0] == "bulkedit"
    return [sys.executable, "-m", *words]


def _lines(terminal: Terminal) -> list[str]:
    """Return what stands on the screen; of a line that was written over, the last."""
    return [line.rstrip("\r").rsplit("\r")[-1] for line in terminal.screen.rstrip().split("\n")]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as desk:
        for step in FirstHour(Path(desk)).play():
            if isinstance(step, Told):
                print(f"$ {step.command.line}", *step.lines, f"(exit status {step.status})", "", sep="\n")
