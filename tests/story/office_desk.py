"""A person at a desk: a folder, the command line, and a spreadsheet program of sorts."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from live_catalogue import LiveCatalogue, OpenCatalogue, PackageDict, package
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
    """A folder and the program, with the token in the environment."""

    folder: Path
    open_catalogue: OpenCatalogue
    serve: Serve
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> Said:
        """Run the program as the command line does."""
        self.capsys.readouterr()
        status = run([str(argument) for argument in arguments])
        said = self.capsys.readouterr()
        return Said(status, said.out, said.err)

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
def desk(
    tmp_path: Path,
    open_catalogue: OpenCatalogue,
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Desk:
    """Sit down in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CKAN_API_KEY", TOKEN)
    monkeypatch.delenv("CKAN_URL", raising=False)
    monkeypatch.setattr(pace, "RealTime", QuickTime)
    return Desk(tmp_path, open_catalogue, serve, monkeypatch, capsys)


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


# -- what lies in files


def contents(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, and of each part where it is a workbook."""
    held = path.read_bytes()
    yield held
    if zipfile.is_zipfile(io.BytesIO(held)):
        with zipfile.ZipFile(path) as parts:
            for name in parts.namelist():
                yield parts.read(name)


def holding(folder: Path, secret: str) -> list[str]:
    """Return the files below a folder that hold a secret anywhere, in names or content."""
    needles = (secret.encode(), secret.encode("utf-16-le"))
    return [
        str(path)
        for path in folder.rglob("*")
        if secret in path.name
        or (path.is_file() and any(needle in content for content in contents(path) for needle in needles))
    ]
