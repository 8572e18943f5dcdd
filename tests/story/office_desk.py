"""A person at a desk: a folder, the command line, and a spreadsheet program of sorts."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from leaks import holding as holding  # whoever sits at a desk may search it
from live_catalogue import LiveCatalogue, OpenCatalogue, PackageDict, package, package_id
from quick_time import QuickTime
from scripted import TOKEN, Script, Serve, Server

from bulkedit.ckan import pace
from bulkedit.cli import run


@dataclass(frozen=True)
class Said:
    """What a run of the program came to."""

    status: int
    out: str
    err: str

    @property
    def told(self) -> str:
        """The one sentence on standard error, of a run that could not be done."""
        assert self.err.endswith("\n")
        assert self.err.count("\n") == 1
        return self.err.removeprefix("bulkedit: ").strip()

    def json(self) -> Any:
        """Return the one object that was printed."""
        return json.loads(self.out)


@dataclass
class Desk:
    """A folder and the program, with the token in the environment.

    Attributes:
        said: all that the program has said here.
        token_files: files that are meant to hold the token; nothing else may.
    """

    folder: Path
    open_catalogue: OpenCatalogue
    serve: Serve
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    said: list[Said] = field(default_factory=list)
    token_files: list[Path] = field(default_factory=list)

    def __call__(self, *arguments: str | Path) -> Said:
        """Run the program as the command line does."""
        self.capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        said = self.capsys.readouterr()
        self.said.append(Said(status, said.out, said.err))
        return self.said[-1]

    def token_file(self, name: str, content: str = f"{TOKEN}\n") -> Path:
        """Put the token into a file that only its owner can read, and that is meant to hold it."""
        file = self.folder / name
        file.write_text(content, encoding="utf-8", newline="")
        file.chmod(0o600)
        self.token_files.append(file)
        return file

    def open(self, packages: Sequence[PackageDict], **how: Any) -> LiveCatalogue:
        """Start a catalogue with packages, and let the environment name it."""
        ckan = self.open_catalogue(packages, **how)
        self.monkeypatch.setenv("CKAN_URL", ckan.url)
        return ckan

    def open_scripted(self, script: Script, behind: str = "") -> Server:
        """Start the scripted server, alone or before a catalogue, and let the environment name it."""
        server = self.serve(script, behind)
        self.monkeypatch.setenv("CKAN_URL", server.url)
        return server

    def export(self) -> Path:
        """Export the catalogue that the environment names."""
        said = self("export", "parks", "-o", "parks.xlsx")
        assert said.status == 0, said.err
        return self.folder / "parks.xlsx"

    def exported(self, packages: Sequence[PackageDict], **how: Any) -> tuple[LiveCatalogue, Path]:
        """Start a catalogue and export it; forgotten is what it was asked."""
        ckan = self.open(packages, **how)
        workbook = self.export()
        ckan.heard.clear()
        return ckan, workbook

    def exported_through(self, packages: Sequence[PackageDict]) -> tuple[LiveCatalogue, Server, Path]:
        """Start a catalogue and export it through a scripted server, which has nothing to say yet."""
        ckan = self.open(packages)
        server = self.open_scripted({}, behind=ckan.url)
        workbook = self.export()
        ckan.heard.clear()
        server.requests.clear()
        return ckan, server, workbook

    def files(self) -> dict[str, str]:
        """Return every file of the folder with a digest of its content."""
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return {
            str(path.relative_to(self.folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths
        }


@pytest.fixture
def sandbox_desk(
    tmp_path: Path,
    open_catalogue: OpenCatalogue,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    """Sit down in an empty folder, with the embedded catalogue in a real one's place."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CKAN_API_KEY", TOKEN)
    return Desk(tmp_path, open_catalogue, serve, monkeypatch, capsys)


@pytest.fixture
def desk(sandbox_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Sit down there, where no time is lost and nothing says which site."""
    monkeypatch.delenv("CKAN_URL", raising=False)
    monkeypatch.setattr(pace, "RealTime", QuickTime)
    return sandbox_desk


NEW_TITLE = ("Packages", package_id(1), "Title", "Trails and paths")
"""An edit of the first of the two packages."""


def two_packages() -> list[PackageDict]:
    """Return two packages with a resource each."""
    return [package(1), package(2)]


# -- a spreadsheet program of sorts


def edit(path: Path, *edits: tuple[str, str, str, str]) -> None:
    """Type texts into cells: sheet, text of the row's ID cell, header, new text. Saves as openpyxl does."""
    book = openpyxl.load_workbook(path)
    for sheet_title, key, header, text in edits:
        sheet = book[sheet_title]
        heads = {cell.value: cell.column for cell in sheet[1]}
        row = next(r for r in range(2, sheet.max_row + 1) if sheet.cell(r, heads["ID"]).value == key)
        sheet.cell(row, heads[header]).value = text
    book.save(path)
    book.close()


def rows(path: Path, sheet_title: str) -> list[dict[str, str]]:
    """Return the rows of a sheet by header; empty cells are empty texts."""
    book = openpyxl.load_workbook(path, read_only=True)
    lines = [["" if value is None else str(value) for value in line] for line in book[sheet_title].values]
    book.close()
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:] if any(line)]


def row_of(path: Path, sheet: str, header: str, text: str) -> dict[str, str]:
    """Return the row of a sheet with a text in a column."""
    return next(row for row in rows(path, sheet) if row[header] == text)
