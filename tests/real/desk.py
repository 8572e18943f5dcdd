"""An editor at her desk: the program itself, a workbook, and a spreadsheet program to type with.

desk.bulkedit("export", name, "-o", desk.workbook)
with desk.editing() as book:
    desk.type(book, "Packages", desk.row("Packages", "Name", "trails"), "Title", "Trails and paths")
report = desk.imported()
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import lab as labs
import office as offices
import openpyxl
from openpyxl.utils import get_column_letter

SECONDS = 300


@cache
def _rows(path: Path, changed: int, sheet: str) -> list[tuple[object, ...]]:
    """Return the values of a sheet, read once for each state of the file."""
    book = openpyxl.load_workbook(path, read_only=True)
    book[sheet].reset_dimensions()
    rows = list(book[sheet].iter_rows(values_only=True))
    width = max(map(len, rows))
    return [(*row, *[None] * (width - len(row))) for row in rows]


@dataclass(frozen=True)
class Run:
    """One run of the program."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """What `--json` printed."""
        said: dict[str, Any] = json.loads(self.out)
        return said


@dataclass
class Desk:
    """A workbook of one organization, and everything an editor does with it."""

    lab: labs.Lab
    organization: str
    folder: Path
    office: offices.Office
    token: str = field(default="", repr=False)

    @property
    def workbook(self) -> Path:
        """The workbook at work."""
        return self.folder / "work.xlsx"

    def bulkedit(self, *arguments: str | Path, token: str | None = None, url: str | None = None) -> Run:
        """Run the program with the editor's token (or another one) and return what it said."""
        environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("CKAN")},
            "CKAN_URL": url or self.lab.url,
            "CKAN_API_KEY": self.token or self.lab.editor if token is None else token,
        }
        done = subprocess.run(
            [sys.executable, "-m", "bulkedit", *map(str, arguments)],
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.folder,
            timeout=SECONDS,
            check=False,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return Run(done.returncode, done.stdout, done.stderr)

    def exported(self, *options: str) -> Path:
        """Export the organization anew and return the workbook."""
        done = self.bulkedit("export", self.organization, "-o", self.workbook, "--force", *options)
        assert done.status == 0, done.err
        return self.workbook

    def exported_with_lists(self) -> Path:
        """Export by a template that leaves every list its own sheet."""
        template = self.folder / "lists.yaml"
        template.write_text("resources: {}\n", encoding="utf-8")
        return self.exported("--type", "bcdc_dataset", "--template", str(template))

    def imported(self, *options: str | Path, status: int | None = 0) -> dict[str, Any]:
        """Import the workbook and return the report."""
        done = self.bulkedit("import", self.workbook, "--yes", "--json", *options)
        assert status is None or done.status == status, (done.status, done.out[-3000:], done.err)
        return done.json

    # -- looking into the workbook, without any program that could change it

    def table(self, sheet: str) -> list[dict[str, str]]:
        """Return the rows of a sheet as texts by header; ``#`` is the row's number."""
        rows = _rows(self.workbook, self.workbook.stat().st_mtime_ns, sheet)
        headers = [str(text or "") for text in rows[0]]
        return [
            {"#": str(number), **{h: "" if v is None else str(v) for h, v in zip(headers, row, strict=True)}}
            for number, row in enumerate(rows[1:], 2)
            if any(value not in (None, "") for value in row)
        ]

    def row(self, sheet: str, **match: str) -> int:
        """Return the number of the first row whose cells are as given (headers with _ for blanks)."""
        wanted = {header.replace("_", " "): text for header, text in match.items()}
        for row in self.table(sheet):
            if all(row[header] == text for header, text in wanted.items()):
                return int(row["#"])
        raise LookupError(f"{sheet} has no row with {wanted}")

    def letter(self, sheet: str, header: str) -> str:
        """Return the letter of the column with a header."""
        headers = _rows(self.workbook, self.workbook.stat().st_mtime_ns, sheet)[0]
        return get_column_letter(headers.index(header) + 1)

    def result(self, sheet: str, row: int) -> tuple[str, str]:
        """Return result and message of a row."""
        found = next(line for line in self.table(sheet) if line["#"] == str(row))
        return found["Result"], found["Message"]

    # -- working in it

    def editing(self) -> AbstractContextManager[offices.Book]:
        """Open the workbook in LibreOffice, and save and close it afterwards."""
        return self.office.editing(self.workbook)

    def type(self, edits: Sequence[tuple[str, int, str, str]]) -> None:
        """Type texts into cells: sheet, row, header, text; save."""
        places = [(sheet, f"{self.letter(sheet, header)}{row}", text) for sheet, row, header, text in edits]
        with self.editing() as book:
            for sheet, cell, text in places:
                if text:
                    book.type(sheet, cell, text)
                else:
                    book.clear(sheet, cell)

    def append(self, sheet: str, texts: Mapping[str, str]) -> int:
        """Type a new row below the last one and return its number."""
        by_letter = {self.letter(sheet, header): text for header, text in texts.items()}
        with self.editing() as book:
            return book.append_row(sheet, by_letter)

    def fill(self, rows: Mapping[str, Sequence[Mapping[str, str]]]) -> dict[str, list[int]]:
        """Paste new rows (texts by header) below the last ones of each sheet and return their numbers."""
        headers = {sheet: list(dict.fromkeys(h for row in new for h in row)) for sheet, new in rows.items()}
        letters = {(sheet, h): self.letter(sheet, h) for sheet, wanted in headers.items() for h in wanted}
        numbers = {}
        with self.editing() as book:
            for sheet, new in rows.items():
                first = book.last_row(sheet) + 1
                columns = {letters[sheet, h]: [row.get(h, "") for row in new] for h in headers[sheet]}
                book.paste(sheet, first, columns)
                numbers[sheet] = list(range(first, first + len(new)))
        return numbers
