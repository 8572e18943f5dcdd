"""What people do to sheets in LibreOffice all day: found as what it is, and nothing is silently wrong."""

import everyday
import pytest
from accidents import CONTACTS, PACKAGES
from everyday import TYPED
from invented import Bench, cells_of, changed

from bulkedit.core.trouble import RunError


def test_whatever_is_typed_into_our_cells_stays_as_typed(bench: Bench) -> None:
    """Cells formatted as text take dates, numbers, formulas and quotes as the texts they are."""
    typed = [*TYPED, "=1+1", "3/4"]
    with bench.editing() as book:
        everyday.type_into_text_cells(book, typed)

    edits = bench.edits()

    assert cells_of(edits) == {(PACKAGES, row, "Description"): text for row, text in enumerate(typed, 3)}
    assert not [row for row in edits.rows if row.problems]


def test_what_general_cells_make_of_it_is_what_is_found(bench: Bench) -> None:
    """Numbers, dates, times and truths come as their plain text, an error is invalid; nobody is asked to guess."""
    with bench.editing() as book:
        everyday.type_into_general_cells(book, list(TYPED))

    edits = bench.edits()

    assert cells_of(edits) == {(PACKAGES, row, "Description"): text for row, text in enumerate(TYPED.values(), 3)}
    assert not [row for row in edits.rows if row.problems]


def test_a_formula_in_a_general_cell_is_invalid(bench: Bench) -> None:
    """What a formula shows is not what was typed, and is never sent."""
    with bench.editing() as book:
        everyday.type_into_general_cells(book, ["=1+1", '="fog"'])

    rows = changed(bench.edits())

    assert [row.place.row for row in rows] == [3, 4]
    assert all("[Description] holds a formula" in row.problems[0] for row in rows)


def test_dates_of_another_language_are_dates_where_the_program_takes_them_for_such(bench: Bench) -> None:
    """A German cell knows 31.12.2024, and a date is a date."""
    with bench.editing() as book:
        everyday.type_dates(book, ["31.12.2024", "1.2.2025"], general="de-DE")

    edits = bench.edits()

    assert cells_of(edits) == {(PACKAGES, 2, "Laid on"): "2024-12-31", (PACKAGES, 3, "Laid on"): "2025-02-01"}
    assert not [row for row in edits.rows if row.problems]


@pytest.mark.parametrize(
    "typed", ["31.12.2024", "12/31/2024", "7/1/51", "Sept 2024", "2024", "2024-13-01", "45322"]
)
def test_dates_in_another_form_are_invalid(bench: Bench, typed: str) -> None:
    """In cells formatted as text nothing is guessed: the cell is named, and how to write it."""
    with bench.editing() as book:
        everyday.type_dates(book, [typed])

    [row] = changed(bench.edits())

    assert row.problems == (f"[Laid on] “{typed}” is not a date; write it like 2026-03-31.",)


def test_a_deleted_column_changes_nothing(bench: Bench) -> None:
    """A column that is not there is not cleared."""
    with bench.editing() as book:
        everyday.delete_a_column(book)

    edits = bench.edits()

    assert changed(edits) == []
    assert (dict(edits.missing), list(edits.unknown)) == ({}, [])


@pytest.mark.parametrize(("header", "unknown"), [("Remark", [(PACKAGES, "Remark", "")]), ("", [])])
def test_a_column_of_ones_own_changes_nothing(
    bench: Bench, header: str, unknown: list[tuple[str, str, str]]
) -> None:
    """Columns are known by header, wherever they stand; with a header one's own is named, and left alone."""
    with bench.editing() as book:
        everyday.insert_a_column(book, header)

    edits = bench.edits()

    assert changed(edits) == []
    assert list(edits.unknown) == unknown


def test_empty_rows_are_no_records(bench: Bench) -> None:
    """Between the rows and below them, with formats and without."""
    with bench.editing() as book:
        everyday.insert_empty_rows(book)
        everyday.leave_blank_rows_behind(book)

    edits = bench.edits()

    assert changed(edits) == []
    assert len(edits.rows) == 100 + 100 + 400
    assert edits.missing == {}


def test_a_copied_package_is_invalid_and_both_rows_are_named(bench: Bench) -> None:
    """Which of the two is meant nobody can say."""
    with bench.editing() as book:
        everyday.duplicate_a_package(book, 30)

    rows = changed(bench.edits())

    assert [(row.place.row, row.problems[0]) for row in rows] == [
        (30, "[ID] The same ID stands in row 31; remove one of the rows."),
        (31, "[ID] The same ID stands in row 30; remove one of the rows."),
    ]


def test_a_copied_contact_is_invalid_until_its_item_is_emptied(bench: Bench) -> None:
    """Copied as it is: both rows are named. With its Item emptied it is a new contact."""
    with bench.editing() as book:
        everyday.duplicate_a_contact(book, 30, as_new=False)
        everyday.duplicate_a_contact(book, 60, as_new=True)

    rows = changed(bench.edits())

    assert [row.place.row for row in rows] == [30, 31, 61]
    assert "The same item stands in row 31" in rows[0].problems[0]
    assert "The same item stands in row 30" in rows[1].problems[0]
    assert (rows[2].number, rows[2].problems) == (0, ())
    assert [cell.column.header for cell in rows[2].cells] == ["Name", "E-mail", "Phone"]


def test_deleted_rows_are_missing_and_nothing_else(bench: Bench) -> None:
    """A vanished row deletes nothing; those below are still what they were."""
    with bench.editing() as book:
        everyday.delete_rows(book, 100, 7)

    edits = bench.edits()

    assert changed(edits) == []
    assert dict(edits.missing) == {CONTACTS: 7}


def test_an_edit_in_filtered_rows_is_found_in_these(bench: Bench) -> None:
    """Rows that a filter hides are in the file, and unchanged."""
    with bench.editing() as book:
        seen = everyday.filter_and_edit(book, "Ida Strand", "07 700 700")

    edits = bench.edits()

    assert cells_of(edits) == {(CONTACTS, row, "Phone"): "07 700 700" for row in seen}
    assert edits.missing == {}


def test_pasting_over_hidden_rows_is_found_wherever_it_reached(bench: Bench) -> None:
    """LibreOffice pastes into the rows that are seen: one text in all of these, and no other row is edited."""
    with bench.editing() as book:
        seen = everyday.filter_and_paste_down(book, "Ida Strand")

    cells = cells_of(bench.edits())

    assert {row for _, row, _ in cells} == set(seen[1:])
    assert len(set(cells.values())) == 1


def test_replacing_over_a_sheet_is_found_in_every_cell(bench: Bench) -> None:
    """Each cell that was hit is an edit."""
    with bench.editing() as book:
        everyday.replace_everywhere(book, CONTACTS, "marks.example", "seamarks.example")

    edits = bench.edits()

    cells = cells_of(edits)
    assert len(cells) == 400
    assert all(header == "E-mail" and text.endswith("@seamarks.example") for (_, _, header), text in cells.items())


def test_replacing_what_stands_in_ids_too_is_invalid(bench: Bench) -> None:
    """Nobody knows any more which records these are; each row says so, none is taken for a new one."""
    with bench.editing() as book:
        everyday.replace_everywhere(book, PACKAGES, "mark-", "sign-")

    edits = bench.edits()

    rows = [row for row in changed(edits) if row.place.sheet == PACKAGES]
    assert len(rows) == 100
    assert all("is not a package of this export; restore the ID" in row.problems[0] for row in rows)
    assert not any(row.asks for row in edits.rows)


def test_headers_that_libreoffice_merged_are_still_there(bench: Bench) -> None:
    """It keeps what merging hides, so the columns are known; Excel does not (tests/excel/test_misplaced.py)."""
    with bench.editing() as book:
        at = book.header(PACKAGES)
        book.merge(PACKAGES, f"{at['Description']}1:{at['Code']}1")
        book.type(PACKAGES, f"{at['Code']}3", "00999")

    edits = bench.edits()

    assert cells_of(edits) == {(PACKAGES, 3, "Code"): "00999"}


@pytest.mark.parametrize("sheet", [PACKAGES, CONTACTS])
def test_a_renamed_sheet_is_told(bench: Bench, sheet: str) -> None:
    """Which sheet it was, and what to call it."""
    with bench.editing() as book:
        book.rename_sheet(sheet, "mine")

    with pytest.raises(RunError, match=f"The sheet '{sheet}' is not there, and 'mine' has its headers"):
        bench.edits()


def test_a_copied_sheet_is_ones_own(bench: Bench) -> None:
    """Only the sheet with the exported name counts."""
    with bench.editing() as book:
        book.copy_sheet(PACKAGES, "Packages (copy)")
        everyday.replace_everywhere(book, "Packages (copy)", "Light buoy", "Bell buoy")

    edits = bench.edits()

    assert changed(edits) == []


@pytest.mark.parametrize("sheet", ["_meta", "_base"])
def test_a_deleted_memory_is_told(bench: Bench, sheet: str) -> None:
    """LibreOffice shows what was very hidden as merely hidden, so somebody may delete it."""
    with bench.editing() as book:
        book.delete_sheet(sheet)

    with pytest.raises(RunError, match=f"The hidden sheet {sheet} was deleted or renamed"):
        bench.edits()
