"""A workbook that comes from Google Sheets: tens of thousands of cells without a value are nothing."""

from pathlib import Path

from exports import changes, edits_of, export, touched
from producers import GOOGLE_COLUMNS, GOOGLE_ROWS, by_google_sheets, each_cell, parts_of, type_text

from bulkedit.excel.read import read_workbook


def from_google(path: Path) -> None:
    """Write an export, one text of it changed, as Google Sheets downloads it."""
    export(path, [{"id": f"p{n}", "name": f"park-{n}", "notes": f"notes {n}"} for n in range(1, 6)])
    type_text(path, "Packages", "notes 4", "nicer notes")
    by_google_sheets(path)


def test_cells_without_a_value_make_no_rows(tmp_path: Path) -> None:
    """What is read is as much as was exported, not as much as the file holds."""
    path = tmp_path / "google.xlsx"
    from_google(path)

    book = read_workbook(path)

    written = sum(title == "Packages" for title, _, _ in each_cell(path))
    kept = book.sheets["Packages"]
    assert written >= GOOGLE_ROWS * (GOOGLE_COLUMNS - 1)
    assert {title: len(sheet.rows) for title, sheet in book.sheets.items()} == {
        "Packages": 5,
        "Resources": 0,
        "Extras": 0,
    }
    assert sum(len(row.cells) for row in kept.rows) < 5 * len(kept.headers)
    assert all(row.cells and "" not in row.cells.values() for row in kept.rows)


def test_the_edit_is_found(tmp_path: Path) -> None:
    """One edit, no row missing, no column unknown."""
    path = tmp_path / "google.xlsx"
    from_google(path)

    edits = edits_of(read_workbook(path))

    assert changes(edits) == {("Packages", 5, "Description"): ("notes 4", "nicer notes")}
    assert (touched(edits), dict(edits.missing), list(edits.unknown)) == ([("Packages", 5)], {}, [])


def test_what_google_sheets_drops_is_not_needed(tmp_path: Path) -> None:
    """No properties, nothing very hidden: who the workbook is for stands in its cells."""
    path = tmp_path / "google.xlsx"
    from_google(path)

    parts = parts_of(path)

    assert not [name for name in parts if name.startswith("docProps")]
    assert b"veryHidden" not in parts["xl/workbook.xml"]
    assert read_workbook(path).identity.site == "https://catalogue.example"
