"""Sheets and headers that are not where they were: one clear sentence, and never edits that nobody made."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from exports import changes, edits_in, export, package, touched
from openpyxl.chart import BarChart

from bulkedit.core.sheets import HeaderError
from bulkedit.core.trouble import RunError
from bulkedit.excel.read import read_workbook

Change = Callable[[Any], None]


@pytest.fixture
def misplaced(tmp_path: Path) -> Callable[[Change], Path]:
    """Return what lets openpyxl change an exported workbook and returns the file."""

    def change(what: Change) -> Path:
        path = tmp_path / "parks.xlsx"
        export(path, [package(n, {"notes": f"notes {n}", "version": f"{n}.0"}) for n in range(1, 6)])
        book = openpyxl.load_workbook(path)
        what(book)
        book.save(path)
        return path

    return change


def column(sheet: Any, header: str) -> int:
    """Return the number of a column."""
    return next(int(cell.column) for cell in sheet[1] if cell.value == header)


def told(path: Path) -> str:
    """Return the sentence with which a workbook is refused."""
    with pytest.raises((RunError, HeaderError)) as refused:
        edits_in(path)
    return str(refused.value)


def test_a_title_above_the_headers_is_told(misplaced: Callable[[Change], Path]) -> None:
    """Rows inserted above the headers: the sentence says where they stand and where they belong."""

    def insert(book: Any) -> None:
        book["Packages"].insert_rows(1, 2)
        book["Packages"]["A1"] = "Our parks, all of them"

    said = told(misplaced(insert))

    assert (
        said
        == "The headers of the sheet 'Packages' stand in row 3; they belong into row 1, with nothing above them."
    )


def test_headers_sorted_in_among_the_rows_are_told(misplaced: Callable[[Change], Path]) -> None:
    """A sort that took the header row along."""

    def sort(book: Any) -> None:
        sheet = book["Resources"]
        lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
        for row, line in enumerate([*lines[1:4], lines[0], *lines[4:]], 1):
            for at, value in enumerate(line, 1):
                sheet.cell(row, at).value = value

    said = told(misplaced(sort))

    assert said.startswith("The headers of the sheet 'Resources' stand in row 4;")


def test_a_header_row_that_is_gone_is_told(misplaced: Callable[[Change], Path]) -> None:
    """Without headers nobody knows what the rows are."""
    said = told(misplaced(lambda book: book["Packages"].delete_rows(1)))

    assert said == "The sheet 'Packages' has no column [ID], which says what its rows are; restore it."


def test_a_header_merged_away_is_told(misplaced: Callable[[Change], Path]) -> None:
    """Of merged cells only the first keeps its text: the other column's edits would be ignored."""

    def merge(book: Any) -> None:
        sheet = book["Packages"]
        at = column(sheet, "Description")
        sheet.merge_cells(start_row=1, end_row=1, start_column=at - 1, end_column=at)

    said = told(misplaced(merge))

    assert "of the sheet 'Packages' has values but no header, and there is no [Description]." in said
    assert "merged" in said


def test_columns_without_a_header_are_the_persons_own_while_ours_are_there(
    misplaced: Callable[[Change], Path],
) -> None:
    """Notes beside the table need no header."""

    def note(book: Any) -> None:
        book["Packages"].cell(3, 40).value = "ask Rita"

    edits = edits_in(misplaced(note))

    assert touched(edits) == []
    assert list(edits.unknown) == []


@pytest.mark.parametrize("title", ["Packages", "Resources", "Extras"])
def test_a_renamed_sheet_is_told(misplaced: Callable[[Change], Path], title: str) -> None:
    """Its edits would be ignored, and all its rows counted as missing."""

    def rename(book: Any) -> None:
        book[title].title = "Done by Rita"

    said = told(misplaced(rename))

    assert said == (
        f"The sheet {title!r} is not there, and 'Done by Rita' has its headers; name it {title!r} again."
    )


def test_a_deleted_sheet_changes_nothing(misplaced: Callable[[Change], Path]) -> None:
    """Its rows are reported as missing; nothing is edited."""
    edits = edits_in(misplaced(lambda book: book.remove(book["Extras"])))

    assert touched(edits) == []
    assert dict(edits.missing) == {"Extras": 10}


def test_a_copied_sheet_is_the_persons_own(misplaced: Callable[[Change], Path]) -> None:
    """What is edited in the sheet itself counts, what stands in a copy of it does not."""

    def copy(book: Any) -> None:
        sheet = book["Packages"]
        book.copy_worksheet(sheet)
        sheet.cell(2, column(sheet, "Description")).value = "new"
        copied = book["Packages Copy"]
        copied.cell(3, column(copied, "Description")).value = "only in the copy"

    edits = edits_in(misplaced(copy))

    assert changes(edits) == {("Packages", 2, "Description"): ("notes 1", "new")}


def test_a_copied_sheet_is_known_as_a_copy(misplaced: Callable[[Change], Path]) -> None:
    """A copy, with a column of its own and one left out, is told from other sheets, empty ones and charts."""

    def copy(book: Any) -> None:
        copied = book.copy_worksheet(book["Resources"])
        copied.delete_cols(column(copied, "Description"))
        copied.cell(1, 40).value = "Checked by Rita"
        book.create_sheet("Empty")
        book.create_chartsheet("Chart").add_chart(BarChart())
        book.create_sheet("Notes").append(["ID", "Title", "Ask whom"])

    book = read_workbook(misplaced(copy))

    assert book.copies == (("Resources Copy", "Resources"),)


@pytest.mark.parametrize("title", ["_meta", "_base"])
def test_a_deleted_memory_is_told(misplaced: Callable[[Change], Path], title: str) -> None:
    """Without it nobody knows what was exported."""
    said = told(misplaced(lambda book: book.remove(book[title])))

    assert said == (
        f"The hidden sheet {title} was deleted or renamed; take an earlier copy of the workbook, or export again."
    )


def test_the_sheet_of_choices_may_go(misplaced: Callable[[Change], Path]) -> None:
    """Drop-downs need it, an import does not; the same with the sheets that only say something."""

    def remove(book: Any) -> None:
        for title in ("_lists", "Start here", "Results"):
            book.remove(book[title])

    edits = edits_in(misplaced(remove))

    assert touched(edits) == []


def test_a_sorted_memory_is_told(misplaced: Callable[[Change], Path]) -> None:
    """Somebody who shows hidden sheets may sort them as well."""

    def swap(book: Any) -> None:
        sheet = book["_base"]
        first, second = sheet.cell(1, 2).value, sheet.cell(2, 2).value
        sheet.cell(1, 2).value, sheet.cell(2, 2).value = second, first

    said = told(misplaced(swap))

    assert said == (
        "The hidden sheet _base was changed or damaged; take an earlier copy of the workbook, or export again."
    )


def test_another_workbook_is_told(tmp_path: Path) -> None:
    """A workbook that is not of ours says so."""
    book = openpyxl.Workbook()
    book.save(tmp_path / "other.xlsx")

    said = told(tmp_path / "other.xlsx")

    assert said == ("This is not a workbook that bulkedit exported (it has no sheet _meta); take the one that is.")


def test_blank_rows_and_columns_of_formats_are_nobodys(misplaced: Callable[[Change], Path]) -> None:
    """Formats far below and beside the data make no rows and no columns."""

    def paint(book: Any) -> None:
        sheet = book["Packages"]
        for row in range(7, 400):
            for at in range(1, 60):
                sheet.cell(row, at).number_format = "0.00"
        sheet.cell(20_000, 200).number_format = "0.00"

    edits = edits_in(misplaced(paint))

    assert touched(edits) == []
    assert len([row for row in edits.rows if row.place.sheet == "Packages"]) == 5
