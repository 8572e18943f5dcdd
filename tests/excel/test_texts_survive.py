"""Any text goes into a workbook and comes back the same: an untouched cell is never an edit."""

import datetime
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from exports import changes, edits_of, export, notes, package, touched
from hostile import HOSTILE, SCHEMA, hostile_packages
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.core.json_value import Package
from bulkedit.core.text import CELL_LIMIT, canonical, in_cell
from bulkedit.excel.cellxml import xstring
from bulkedit.excel.read import Book, read_workbook


def _returned(folder: Path, packages: Sequence[Package]) -> Book:
    path = folder / "export.xlsx"
    export(path, packages)
    return read_workbook(path)


PIECES = st.sampled_from(
    ["_x005F_", "_x000D_", "_x0041_", "x005F_x0041_", "_x005f", "_xD83D_", "_x005F_x005F_x0041_", "_", "x0041"]
)
TEXTS = st.one_of(
    st.text(st.characters(), max_size=12),
    st.lists(PIECES | st.text(st.characters(), max_size=2), max_size=5).map("".join),
    st.text(
        st.sampled_from(list(" \t\n\r\x00\x0b\x1f\x7f\x85\u2028\ufeff\ud800\udc00\ufffe=+-@'\"<>&;")), max_size=8
    ),
    st.sampled_from(
        ["=1+1", "+1", "@x", "#N/A", "<r>a</r>", "<r><t>a</t></r>", "]]>", "TRUE", "1E5", "2024-01-31"]
    ),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.fixed_dictionaries({"title": TEXTS, "notes": TEXTS, "author": TEXTS}), min_size=1, max_size=4))
def test_any_text_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, packages: list[dict[str, str]]
) -> None:
    """Surrogates, controls, look-alikes of escapes, markup, formulas: in no text column of any sheet an edit."""
    found = [package(n, texts) for n, texts in enumerate(packages)]

    book = _returned(tmp_path_factory.mktemp("any"), found)

    edits = edits_of(book)
    assert touched(edits) == []
    assert edits.missing == {}
    assert notes(book) == [canonical(texts["notes"]) for texts in packages]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    """What spreadsheet programs and libraries are known to change or refuse is no edit in any text column."""
    book = _returned(tmp_path, [package(1, {"title": text, "notes": text, "version": text})])

    edits = edits_of(book)

    assert touched(edits) == []
    assert edits.missing == {}
    assert notes(book) == [in_cell(canonical(text))]


def _saved_by_openpyxl(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    book.save(path)


@pytest.mark.parametrize("save", [lambda path: None, _saved_by_openpyxl], ids=["as written", "openpyxl"])
def test_no_column_of_any_kind_makes_an_edit_of_a_hostile_text(
    tmp_path: Path, save: Callable[[Path], None]
) -> None:
    """Texts, choices, lists, dates, JSON, booleans, items of packages and of resources: all stay as exported."""
    path = tmp_path / "export.xlsx"
    export(path, hostile_packages(), {"hostile": SCHEMA})
    save(path)

    book = read_workbook(path)

    assert changes(edits_of(book)) == {}
    assert touched(edits_of(book)) == []
    assert edits_of(book).missing == {}
    assert {title: len(sheet.rows) for title, sheet in book.sheets.items()} == {
        "Packages": len(HOSTILE),
        "Resources": len(HOSTILE),
        "Contacts": 2 * len(HOSTILE),
        "Resource Extents": len(HOSTILE),
        "Extras": len(HOSTILE),
    }


@pytest.mark.parametrize("text", ["x" * (CELL_LIMIT + 1), "\U0001f600" * 16_384, "y" * 200_000])
def test_a_text_that_no_cell_holds_is_never_cut(tmp_path: Path, text: str) -> None:
    """A marker stands in its place, and that is no edit either."""
    book = _returned(tmp_path, [package(1, {"notes": text})])

    assert notes(book) == [in_cell(text)]
    assert "too long" in in_cell(text)
    assert touched(edits_of(book)) == []


# -- typed by a person into a copy


@pytest.fixture
def typed(tmp_path: Path) -> Callable[..., Book]:
    """Return what types a value into the first Description, with a number format, and reads the workbook again."""

    def type_in(value: Any, number_format: str = "General") -> Book:
        path = tmp_path / "typed.xlsx"
        export(path, [package(1, {"notes": "exported"}), package(2, {"notes": "other"})])
        book = openpyxl.load_workbook(path)
        sheet = book["Packages"]
        column = next(cell.column for cell in sheet[1] if cell.value == "Description")
        cell = sheet.cell(2, column)
        cell.value = value
        cell.number_format = number_format
        book.save(path)
        return read_workbook(path)

    return type_in


@pytest.mark.parametrize(
    ("value", "number_format", "expected"),
    [
        (123, "General", OddCell("123", Form.NUMBER)),
        (-5, "General", OddCell("-5", Form.NUMBER)),
        (1.1, "0.00", OddCell("1.1", Form.NUMBER)),
        (100000.0, "General", OddCell("100000", Form.NUMBER)),
        (1234567890123456789, "General", OddCell("1.234567890123457e+18", Form.NUMBER)),
        (datetime.date(2024, 1, 31), "yyyy-mm-dd", OddCell("2024-01-31", Form.DATE)),
        (
            datetime.datetime(2024, 1, 31, 10, 20, 30),
            "yyyy-mm-dd hh:mm",
            OddCell("2024-01-31T10:20:30", Form.DATE),
        ),
        (True, "General", OddCell("TRUE", Form.BOOLEAN)),
        (False, "General", OddCell("FALSE", Form.BOOLEAN)),
        ("=1+1", "General", OddCell("=1+1", Form.FORMULA)),
        ("=A1&B1", "@", OddCell("=A1&B1", Form.FORMULA)),
        ("#N/A", "General", OddCell("#N/A", Form.ERROR)),
        ("#DIV/0!", "General", OddCell("#DIV/0!", Form.ERROR)),
        ("text", "General", "text"),
    ],
)
def test_a_typed_value_comes_back_in_its_form(
    typed: Callable[..., Book], value: object, number_format: str, expected: Cell
) -> None:
    """Numbers, dates, booleans, formulas and errors are told apart from text; the other row is untouched."""
    book = typed(value, number_format)

    assert notes(book) == [expected, "other"]
    assert touched(edits_of(book)) == [("Packages", 2)]


def test_a_formula_is_invalid_and_its_cached_value_never_used(typed: Callable[..., Book]) -> None:
    """Anybody can forge what a formula claims to have computed."""
    edits = edits_of(typed('="exported"'))

    [row] = [row for row in edits.rows if row.problems]
    assert "[Description] holds a formula" in row.problems[0]


def test_an_emptied_cell_comes_back_empty(typed: Callable[..., Book]) -> None:
    """An empty cell is an empty text, which clears."""
    book = typed(None)

    assert notes(book) == ["", "other"]
    assert [[c.edited for c in row.cells] for row in edits_of(book).rows if row.asks] == [[""]]


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("tile_x1_y2", "tile_x005F_x1_y2"),
        ("_x00e9_", "_x005F_x00e9_"),
        ("_x00e9\r", "_x005F_x00e9_x000D_"),
        ("_x12345_", "_x12345_"),
        ("_x_ _xyz_", "_x_ _xyz_"),
    ],
)
def test_what_a_program_takes_for_an_escape_is_escaped(text: str, stored: str) -> None:
    """An escape has four digits; LibreOffice takes fewer for one as well."""
    assert xstring(text) == stored
