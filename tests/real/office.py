"""LibreOffice as a person's stand-in: opens a workbook, types, sorts, filters, moves columns, saves.

    with Office() as office:
        book = office.open(path)
        book.type("Packages", "F2", "A new title")
        book.save()
        book.close()

A headless LibreOffice with a profile of its own is driven by `office_driver.py`, which runs in a Python that
has `uno`. Everything has a time limit: a LibreOffice that hangs is killed, the test fails, and the next
`open` starts a new one.
"""

import json
import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

DRIVER = Path(__file__).with_name("office_driver.py")
START_SECONDS = 90.0
SECONDS = 60.0  # for one thing to do
PDF_SECONDS = 180.0
QUIT_SECONDS = 5.0

# en-US whatever the machine speaks: what a typed text becomes depends on the locale. And nobody is there to
# answer whether what a paste finds may be overwritten.
SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooSetupSystemLocale" oor:op="fuse">
<value>en-US</value></prop></item>
<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="ooLocale" oor:op="fuse">
<value>en-US</value></prop></item>
<item oor:path="/org.openoffice.Office.Calc/Input"><prop oor:name="ReplaceCellsWarning" oor:op="fuse">
<value>false</value></prop></item>
</oor:items>
"""


class OfficeTroubleError(Exception):
    """LibreOffice refused, died or hung; the message says which and at what."""


def missing() -> str | None:
    """Return why LibreOffice cannot be used here, or None."""
    if soffice() is None:
        return "LibreOffice is not installed (libreoffice-calc)"
    if python_with_uno() is None:
        return "no python3 here can import uno (python3-uno)"
    return None


def soffice() -> str | None:
    """Return LibreOffice's program, or None."""
    return shutil.which("soffice") or shutil.which("libreoffice")


@cache
def python_with_uno() -> str | None:
    """Return the first python3 that has `uno`: seldom the one that runs the tests."""
    for folder in [
        *os.get_exec_path(),
        "/usr/bin",
        "/usr/lib/libreoffice/program",
        "/opt/libreoffice/program",
    ]:
        for name in ("python3", "python"):
            python = Path(folder, name)
            if os.access(python, os.X_OK) and _imports_uno(python):
                return str(python)
    return None


def _imports_uno(python: Path) -> bool:
    try:
        tried = subprocess.run(
            [python, "-c", "import uno"], capture_output=True, timeout=30, check=False, env=_environment()
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return tried.returncode == 0


def _environment() -> dict[str, str]:
    """Return our environment without what a virtual environment would press on another Python."""
    return {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "VIRTUAL_ENV"))}


class Office:
    """A running LibreOffice; starts at the first `open`, and again after it was killed."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        self._processes: list[subprocess.Popen[str]] = []
        self._answers: queue.Queue[str | None] = queue.Queue()
        self._open: set[Path] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._processes:
            with suppress(OfficeTroubleError, subprocess.TimeoutExpired):
                self.ask("quit", seconds=QUIT_SECONDS)
                self._processes[0].wait(QUIT_SECONDS)
        self.stop()

    @contextmanager
    def editing(self, path: Path) -> Iterator["Book"]:
        """Open a workbook, and save and close it afterwards."""
        book = self.open(path)
        try:
            yield book
            book.save()
        finally:
            book.close()

    def open(self, path: Path | str) -> "Book":
        """Open a workbook as a double click would."""
        if not self._processes:
            self._start()
        whole = Path(path).resolve()
        book = Book(self, self.ask("open", str(whole)), whole)
        self._open.add(whole)
        return book

    def new(self) -> "Book":
        """Open an empty workbook that lies nowhere yet; all its cells are General."""
        if not self._processes:
            self._start()
        return Book(self, self.ask("new"), Path())

    def closed(self, path: Path) -> None:
        """Note that a book was closed, so its lock file is LibreOffice's business no more."""
        self._open.discard(path)

    def ask(self, do: str, *args: object, seconds: float = SECONDS) -> Any:
        """Have the driver do one thing and return its answer; kill everything when it takes too long."""
        if not self._processes:
            raise OfficeTroubleError(f"{do}: LibreOffice is not running any more")
        stdin = self._processes[-1].stdin
        assert stdin is not None
        try:
            stdin.write(json.dumps({"do": do, "args": args}) + "\n")
            stdin.flush()
        except OSError:
            self.stop()
            raise OfficeTroubleError(f"{do}: LibreOffice died") from None
        return self._answer(do, seconds)

    def stop(self) -> None:
        """End LibreOffice and its driver, whatever state they are in, and remove the profile."""
        for process in reversed(self._processes):
            _kill(process)
        self._processes = []
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
        for path in self._open:  # a killed LibreOffice leaves them, and the next one would refuse the file
            path.with_name(f".~lock.{path.name}#").unlink(missing_ok=True)
        self._open = set()

    def _start(self) -> None:
        if reason := missing():
            raise OfficeTroubleError(reason)
        self._folder = _new_profile()
        self._answers = queue.Queue()
        pipe = f"bulkedit{uuid.uuid4().hex}"
        self._processes = [_start_soffice(self._folder, pipe)]
        self._processes.append(_start_driver(pipe))
        threading.Thread(target=_collect, args=(self._processes[-1], self._answers), daemon=True).start()
        self._answer("start", START_SECONDS)

    def _answer(self, do: str, seconds: float) -> Any:
        try:
            line = self._answers.get(timeout=seconds)
        except queue.Empty:
            self.stop()
            raise OfficeTroubleError(f"{do}: LibreOffice hung for {seconds:.0f} s and was killed") from None
        if line is None:
            self.stop()
            raise OfficeTroubleError(f"{do}: LibreOffice or its driver died")
        told = json.loads(line)
        if "error" in told:
            raise OfficeTroubleError(f"{do}: {told['error']}")
        return told["answer"]


class Book:
    """One open workbook. Cells are written like `C5`, columns by letter, rows from 1; row 1 is the header."""

    def __init__(self, office: Office, number: int, path: Path) -> None:
        self._office = office
        self._number = number
        self.path = path

    @property
    def office(self) -> Office:
        """The office that has it open."""
        return self._office

    def _ask(self, do: str, *args: object) -> Any:
        return self._office.ask(do, self._number, *args)

    def sheets(self) -> list[str]:
        """Return the sheets' names in their order, hidden ones too."""
        return list(self._ask("sheets"))

    def header(self, sheet: str) -> dict[str, str]:
        """Return the column letter of each header."""
        return dict(self._ask("header", sheet))

    def last_row(self, sheet: str) -> int:
        """Return the last row that holds something."""
        return int(self._ask("last_row", sheet))

    def read(self, sheet: str, cell: str) -> str:
        """Return what the cell shows."""
        return str(self._ask("read", sheet, cell))

    def read_down(self, sheet: str, area: str) -> list[str]:
        """Return what the cells of an area's first column show."""
        return list(self._ask("read_down", sheet, area))

    def number_format(self, sheet: str, cell: str) -> str:
        """Return the cell's number format: `@` or `General` or a date's."""
        return str(self._ask("format", sheet, cell))

    def kind(self, sheet: str, cell: str) -> str:
        """Return what the cell holds: `empty`, `text`, `value` or `formula`."""
        return str(self._ask("kind", sheet, cell))

    def type(self, sheet: str, cell: str, text: str) -> None:
        """Type at the keyboard, so the cell's format decides what becomes of it; drop-downs do not refuse."""
        self._ask("type", sheet, cell, text)

    def type_down(self, sheet: str, cell: str, texts: Sequence[str]) -> None:
        """Type texts one below the other, as `type` does."""
        self._ask("type_down", sheet, cell, list(texts))

    def set_format(self, sheet: str, area: str, code: str, locale: str = "en-US") -> None:
        """Choose a number format, such as `General` or `DD.MM.YYYY`, in a language's spelling."""
        language, _, country = locale.partition("-")
        self._ask("set_format", sheet, area, code, language, country)

    def replace_all(self, sheet: str, text: str, by: str) -> int:
        """Find and replace over the whole sheet; return in how many cells."""
        return int(self._ask("replace_all", sheet, text, by))

    def copy(self, sheet: str, area: str) -> None:
        """Copy cells to the clipboard."""
        self._ask("copy", sheet, area)

    def paste_here(self, sheet: str, cell: str) -> None:
        """Paste copied cells from a cell on, formats and all."""
        self._ask("paste_here", sheet, cell)

    def paste_text(self, sheet: str, cell: str, lines: Sequence[str]) -> None:
        """Paste what was copied in a program that knows no cells, a line for each cell below."""
        self._ask("paste_text", sheet, cell, list(lines))

    def fill_down(self, sheet: str, area: str) -> None:
        """Press Ctrl+D: the area's first row is copied into the others."""
        self._ask("fill_down", sheet, area)

    def drag(self, sheet: str, area: str, until: str) -> None:
        """Drag the fill handle of an area to a cell."""
        self._ask("drag", sheet, area, until)

    def clear(self, sheet: str, cell: str) -> None:
        """Press Delete on the cell (or on a range like `C2:C9`)."""
        self._ask("clear", sheet, cell)

    def put_value(self, sheet: str, cell: str, value: float) -> None:
        """Put a number into the cell with format General, as a paste from elsewhere does."""
        self._ask("put_value", sheet, cell, value)

    def put_date(self, sheet: str, cell: str, iso: str) -> None:
        """Put a date cell (a number with a date format) there, as a paste from elsewhere does."""
        self._ask("put_date", sheet, cell, iso)

    def formula(self, sheet: str, cell: str, text: str) -> None:
        """Enter a formula into the cell after making it General."""
        self._ask("formula", sheet, cell, text)

    def append_row(self, sheet: str, texts: Mapping[str, str]) -> int:
        """Type into the first empty row, by column letter, and return that row's number."""
        return int(self._ask("append_row", sheet, dict(texts)))

    def paste(self, sheet: str, row: int, columns: Mapping[str, Sequence[str]]) -> None:
        """Paste whole columns of texts at once, by column letter, from a row downwards."""
        self._ask("paste", sheet, row, {letter: list(texts) for letter, texts in columns.items()})

    def insert_rows(self, sheet: str, row: int, count: int = 1) -> None:
        """Insert empty rows before a row."""
        self._ask("insert_rows", sheet, row, count)

    def duplicate_row(self, sheet: str, row: int) -> None:
        """Insert a row below another one, and copy it there."""
        self._ask("duplicate_row", sheet, row)

    def sort_area(self, sheet: str, area: str, letter: str, descending: bool = False) -> None:
        """Sort just the selected cells (no header among them) by one of their columns."""
        self._ask("sort_area", sheet, area, letter, descending)

    def delete_row(self, sheet: str, row: int) -> None:
        """Delete the whole row; those below move up."""
        self._ask("delete_row", sheet, row)

    def sort(self, sheet: str, letter: str, descending: bool = False) -> None:
        """Sort all rows below the header by one column, like Data > Sort over everything."""
        self._ask("sort", sheet, letter, descending)

    def filter(self, sheet: str, letter: str, value: str) -> int:
        """Show only the rows whose cell is `value`, in the sheet's autofilter; return how many are hidden."""
        return int(self._ask("filter", sheet, letter, value))

    def move_column(self, sheet: str, letter: str, to_letter: str) -> None:
        """Move a column so that it then stands at `to_letter`."""
        self._ask("move_column", sheet, letter, to_letter)

    def hide_column(self, sheet: str, letter: str) -> None:
        """Hide the column."""
        self._ask("hide_column", sheet, letter)

    def insert_column(self, sheet: str, letter: str, header: str, values: Iterable[str]) -> None:
        """Insert a column before `letter` and type its header and the values below."""
        self._ask("insert_column", sheet, letter, header, list(values))

    def delete_column(self, sheet: str, letter: str) -> None:
        """Delete the whole column; those to the right move left."""
        self._ask("delete_column", sheet, letter)

    def add_sheet(self, name: str, rows: Sequence[Sequence[str]]) -> None:
        """Add a sheet at the end and type the rows into it."""
        self._ask("add_sheet", name, [list(row) for row in rows])

    def rename_sheet(self, sheet: str, name: str) -> None:
        """Give a sheet another name."""
        self._ask("rename_sheet", sheet, name)

    def copy_sheet(self, sheet: str, name: str) -> None:
        """Copy a sheet behind itself."""
        self._ask("copy_sheet", sheet, name)

    def delete_sheet(self, sheet: str) -> None:
        """Delete a sheet, be it hidden or not."""
        self._ask("delete_sheet", sheet)

    def merge(self, sheet: str, area: str) -> None:
        """Merge cells."""
        self._ask("merge", sheet, area)

    def row_height(self, sheet: str, row: int) -> float:
        """Return the height of a row in points."""
        return float(self._ask("row_height", sheet, row)) / 2540 * 72

    def validation(self, sheet: str, cell: str) -> dict[str, str]:
        """Return what the cell validates: the type, the formula, and how it alerts."""
        return dict(self._ask("validation", sheet, cell))

    def html(self) -> str:
        """Return the workbook as LibreOffice shows it, highlights and all, as a page of HTML."""
        return str(self._ask("html"))

    def screens(self, pdf: Path, width: int, height: int, no_grid: Sequence[str] = ()) -> list[str]:
        """Print what a window of so many pixels shows of each sheet, and more, a page each; return their names."""
        return list(self._ask("screens", str(pdf), width, height, list(no_grid)))

    def save(self) -> None:
        """Save as .xlsx in place, as the `Excel 2007-365` filter does."""
        self._ask("save")

    def close(self) -> None:
        """Close without saving."""
        self._ask("close")
        self._office.closed(self.path)


def to_pdf(path: Path, folder: Path) -> Path:
    """Print the workbook as LibreOffice would and return the PDF."""
    if reason := missing():
        raise OfficeTroubleError(reason)
    profile = _new_profile()
    printing = _start_soffice_for(profile, "--convert-to", "pdf", "--outdir", str(folder), str(path))
    try:
        printing.wait(PDF_SECONDS)
    except subprocess.TimeoutExpired:
        raise OfficeTroubleError(f"printing {path.name} took more than {PDF_SECONDS:.0f} s") from None
    finally:
        _kill(printing)
        shutil.rmtree(profile, ignore_errors=True)
    made = folder / f"{path.stem}.pdf"
    if not made.exists():
        raise OfficeTroubleError(f"LibreOffice did not print {path.name}")
    return made


def _new_profile() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="bulkedit-office-"))
    (folder / "user").mkdir()
    (folder / "user" / "registrymodifications.xcu").write_text(SETTINGS, encoding="utf-8")
    return folder


def _start_soffice(profile: Path, pipe: str) -> subprocess.Popen[str]:
    return _start_soffice_for(profile, f"--accept=pipe,name={pipe};urp;")


def _start_soffice_for(profile: Path, *args: str) -> subprocess.Popen[str]:
    program = soffice()
    assert program is not None
    quiet = ["--headless", "--invisible", "--norestore", "--nologo", "--nodefault", "--nofirststartwizard"]
    return subprocess.Popen(
        [program, f"-env:UserInstallation={profile.as_uri()}", *quiet, *args],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        env=_environment() | {"TMPDIR": str(profile)},  # what a killed one leaves goes with the profile
    )


def _start_driver(pipe: str) -> subprocess.Popen[str]:
    python = python_with_uno()
    assert python is not None
    return subprocess.Popen(
        [python, str(DRIVER), pipe],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
        env=_environment(),
    )


def _collect(driver: subprocess.Popen[str], answers: "queue.Queue[str | None]") -> None:
    """Put the driver's lines into the queue, and None when it ends."""
    assert driver.stdout is not None
    for line in driver.stdout:
        answers.put(line)
    answers.put(None)


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process and what it started (soffice is a script that starts the real one)."""
    for sign, seconds in ((signal.SIGTERM, 2), (signal.SIGKILL, 10)):
        with suppress(ProcessLookupError, subprocess.TimeoutExpired):
            os.killpg(process.pid, sign)
            process.wait(seconds)
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
