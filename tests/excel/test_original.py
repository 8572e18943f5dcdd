"""A workbook as an import found it: a copy that nobody else writes into, and the answers written back."""

import gc
import os
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from exports import edits_of, export, package

from bulkedit.core.advance import Advance
from bulkedit.core.edits import Place
from bulkedit.core.report import Report
from bulkedit.core.results import Outcome, Result
from bulkedit.core.trouble import RunError
from bulkedit.excel import original as of_originals
from bulkedit.excel.original import Original
from bulkedit.excel.read import read_workbook

ROW = Place("Packages", 2)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """An export of two packages."""
    path = tmp_path / "parks.xlsx"
    export(path, [package(number, {"notes": f"notes {number}"}) for number in (1, 2)])
    return path


def report_of(original: Original, *outcomes: Outcome) -> Report:
    """Return a report of a run on a workbook."""
    edits = edits_of(original.book)
    return Report("r", "2026-04-01T12:00:00", False, "https://x", "parks.xlsx", outcomes, edits)


def updated(place: Place = ROW) -> Outcome:
    """Return the answer to a row that was sent."""
    return Outcome(place, "name1", None, Result.UPDATED, "Changed [Title].")


def test_a_workbook_saved_meanwhile_is_known_by_every_byte(workbook: Path) -> None:
    """A program may save it with the same length, in the same second."""
    original, times = Original(workbook), workbook.stat()
    same = original.changed_meanwhile()
    content = bytearray(workbook.read_bytes())
    content[len(content) // 2] ^= 1
    workbook.write_bytes(content)
    os.utime(workbook, ns=(times.st_atime_ns, times.st_mtime_ns))

    assert (same, original.changed_meanwhile()) == (False, True)


def test_answers_go_beside_a_workbook_that_was_saved_meanwhile(workbook: Path) -> None:
    """Rows may stand elsewhere in it now; into another file they go under its own name."""
    original = Original(workbook)
    theirs = workbook.read_bytes() + b" "
    workbook.write_bytes(theirs)
    report = report_of(original, updated())

    beside = original.write(report, None, workbook)
    copy = original.write(report, None, workbook.with_name("copy.xlsx"))

    assert (beside.name, copy.name) == ("parks results 2026-04-01 120000.xlsx", "copy.xlsx")
    assert workbook.read_bytes() == theirs


def test_answers_go_beside_a_workbook_that_the_system_holds_on_to(
    workbook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows does not let a file go that a program has open."""
    save: Callable[..., None] = of_originals.save

    def held(place: Path, write: Callable[..., None]) -> None:
        if place == workbook:
            raise PermissionError
        save(place, write)

    monkeypatch.setattr(of_originals, "save", held)
    original = Original(workbook)

    written = original.write(report_of(original, updated()), None, workbook)

    assert (written.name, written.exists()) == ("parks results 2026-04-01 120000.xlsx", True)


def test_the_memory_moves_on_with_its_digest(workbook: Path) -> None:
    """What is written is read again; where nothing is to be remembered the memory stays as it is."""
    original = Original(workbook)
    texts = original.book.exported.rows["Packages"]["p1"]
    stays = Advance(original.book.exported, remembers_more=False)
    original.write(report_of(original, updated()), stays, workbook.with_name("stays.xlsx"))
    original.book.exported.rows["Packages"]["p1"] = ("moved on", *texts[1:])
    moves = replace(stays, remembers_more=True)
    original.write(report_of(original, updated()), moves, workbook.with_name("moves.xlsx"))

    found = {
        name: read_workbook(workbook.with_name(f"{name}.xlsx")).exported.rows["Packages"]["p1"][0]
        for name in ("stays", "moves")
    }

    assert found == {"stays": texts[0], "moves": "moved on"}


def test_a_row_gets_its_answer_and_what_else_moves_on(workbook: Path) -> None:
    """Result, message, and the cells of ours that change with them; the sheet Results leads to the row."""
    original = Original(workbook)
    moved = Advance(original.book.exported, {ROW: {"Action": "", "Page": "https://x/dataset/p1"}})

    original.write(report_of(original, updated()), moved, workbook)

    book = openpyxl.load_workbook(workbook)
    sheet, link = book["Packages"], book["Results"]["D2"]
    row = dict(zip((cell.value for cell in sheet[1]), (cell.value for cell in sheet[2]), strict=True))
    result = next(cell.column_letter for cell in sheet[1] if cell.value == "Result")
    assert (row["Result"], row["Message"], row["Page"]) == ("updated", "Changed [Title].", "https://x/dataset/p1")
    assert (link.value, link.hyperlink.location) == ("2", f"'Packages'!{result}2")


def test_that_answers_find_no_place_is_known_before_anything_is_sent(workbook: Path) -> None:
    """Each answer's place is looked for, and room for a workbook; nothing is written."""
    original = Original(workbook)

    original.rehearse([ROW], workbook.parent)
    with pytest.raises(RunError, match="The results could not be written back into"):
        original.rehearse([Place("Packages", 2_000_000)], workbook.parent)

    assert [path.name for path in workbook.parent.iterdir()] == [workbook.name]


def test_that_a_folder_has_no_room_is_known_before_anything_is_sent(
    workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither that of the results, nor the temporary one, where parts wait that change."""
    original, gone = Original(workbook), tmp_path / "gone"

    with pytest.raises(RunError, match="The results could not be written back into"):
        original.rehearse([ROW], gone)
    monkeypatch.setattr(tempfile, "tempdir", str(gone))
    with pytest.raises(RunError, match="The results could not be written back into"):
        original.rehearse([ROW], workbook.parent)


def test_no_copy_stays_behind(workbook: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no name in any folder, so a killed program leaves none, and it goes when nobody needs it any more."""
    copies = tmp_path / "copies"
    copies.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(copies))
    original = Original(workbook)
    copy = original._copy
    there = list(copies.iterdir()) if os.name == "posix" else []  # Windows deletes a named one with its handle

    del original
    gc.collect()

    assert (there, list(copies.iterdir()), copy.closed) == ([], [], True)
