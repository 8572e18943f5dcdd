"""Hostile texts through LibreOffice: what it changes when it saves is nobody's edit."""

from pathlib import Path

import office as offices
import pytest
from exports import changes, edits_of, export, touched
from hostile import ESCAPES, HOSTILE, SCHEMA, hostile_packages

from bulkedit.core.text import canonical, in_cell
from bulkedit.excel.read import read_workbook


def saved(path: Path, office: offices.Office) -> None:
    """Open a workbook in LibreOffice and save it as it is."""
    book = office.open(path)
    book.save()
    book.close()


@pytest.mark.parametrize("times", [1, 2])
def test_no_column_of_any_kind_makes_an_edit_of_a_hostile_text(
    office: offices.Office, tmp_path: Path, times: int
) -> None:
    """Opened and saved by LibreOffice, once and again: every cell of every column is as exported."""
    path = tmp_path / "export.xlsx"
    export(path, hostile_packages(), {"hostile": SCHEMA})
    for _ in range(times):
        saved(path, office)

    book = read_workbook(path)

    edits = edits_of(book)
    assert changes(edits) == {}
    assert touched(edits) == []
    assert edits.missing == {}
    assert len(edits.rows) == 6 * len(HOSTILE)


def test_a_look_alike_of_an_escape_is_shown_as_it_is(office: offices.Office, tmp_path: Path) -> None:
    """Whoever opens an export sees `tile_x1_y2`, not what LibreOffice would take it for."""
    path = tmp_path / "export.xlsx"
    shown = {name: text for name, text in ESCAPES.items() if len(text) < 100}
    export(path, [{"id": f"p{n}", "name": f"n{n}", "notes": text} for n, text in enumerate(shown.values())])
    book = office.open(path)
    letter = book.header("Packages")["Description"]

    found = book.read_down("Packages", f"{letter}2:{letter}{len(shown) + 1}")

    book.close()
    assert dict(zip(shown, found, strict=True)) == {name: canonical(text) for name, text in shown.items()}


def test_an_edit_beside_hostile_texts_is_the_only_one(office: offices.Office, tmp_path: Path) -> None:
    """A hostile text that a person retyped as another hostile one is an edit, of that cell alone."""
    path = tmp_path / "export.xlsx"
    export(path, hostile_packages(), {"hostile": SCHEMA})
    book = office.open(path)
    letter = book.header("Packages")["Description"]
    typed = {2: "=1+1", 3: "_x0041_", 4: " 'a ", 5: "1.10"}
    for row, text in typed.items():
        book.type("Packages", f"{letter}{row}", text)
    book.save()
    book.close()

    found = changes(edits_of(read_workbook(path)))

    before = list(HOSTILE.values())
    assert found == {
        ("Packages", row, "Description"): (in_cell(canonical(before[row - 2])), text)
        for row, text in typed.items()
    }
