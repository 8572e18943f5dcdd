"""Any text goes into a workbook and comes back the same: an untouched cell is never an edit."""

import datetime
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkedit.core.catalogue import tabulate
from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.core.edits import Edits
from bulkedit.core.find import find_edits
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.schema import Vocabulary
from bulkedit.core.sheets import find_heads
from bulkedit.core.text import CELL_LIMIT, canonical, in_cell
from bulkedit.excel.read import Book, read_workbook
from bulkedit.excel.write import Export, write_workbook

IDENTITY = Identity("https://catalogue.example", {"o": "Parks"}, "2026-11-22T08:00:00", "anna")


def _package(number: int, texts: Mapping[str, str]) -> Package:
    """Return a package with the texts wherever a workbook shows free text."""
    fields: dict[str, JSON] = dict(texts)
    return {
        "id": f"p{number}",
        "name": f"name{number}",
        "type": "dataset",
        "tags": [{"name": text} for text in texts.values()],
        "extras": [{"key": text, "value": text} for text in texts.values()],
        "resources": [{"id": f"r{number}-{n}", "name": t, "url": t} for n, t in enumerate(texts.values())],
        **fields,
    }


def _write(path: Path | io.BytesIO, packages: Sequence[Package]) -> None:
    layout = layout_of(packages, {}, Vocabulary())
    export = Export(IDENTITY, layout, tabulate(layout, packages))
    if isinstance(path, Path):
        with path.open("wb") as file:
            write_workbook(file, export)
    else:
        write_workbook(path, export)


def _returned(folder: Path, packages: Sequence[Package]) -> Book:
    path = folder / "export.xlsx"
    _write(path, packages)
    return read_workbook(path)


def _edits(book: Book) -> Edits:
    return find_edits(book.layout, book.exported, book.sheets)


def _touched(edits: Edits) -> list[tuple[str, int]]:
    return [(row.place.sheet, row.place.row) for row in edits.rows if row.cells or row.problems]


def _notes(book: Book) -> list[Cell]:
    """Return the cells of the column Description, as they came back."""
    table, sheet = book.layout.tables[0], book.sheets["Packages"]
    heads = find_heads(table, sheet)
    position = dict(heads.fields)[table.names["notes"]]
    return [row.cells.get(position, "") for row in sheet.rows]


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
    found = [_package(n, texts) for n, texts in enumerate(packages)]

    book = _returned(tmp_path_factory.mktemp("any"), found)

    edits = _edits(book)
    assert _touched(edits) == []
    assert edits.missing == {}
    assert _notes(book) == [canonical(texts["notes"]) for texts in packages]


HOSTILE = {
    "line feed": "a\nb",
    "line feeds around": "\n\na\n",
    "carriage return and line feed": "a\r\nb",
    "lone carriage return": "a\rb",
    "tabs": "\ta\tb\t",
    "leading space": " a",
    "trailing spaces": "a  ",
    "double space": "a  b",
    "only spaces": "   ",
    "only a line feed": "\n",
    "no-break space": "\u00a0a\u00a0",
    "zero width": "\u200ba\ufeff",
    "right to left": "\u200fא\u202eb\u202c",
    "emoji": "\U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "astral": "\U00020000",
    "decomposed": "e\u0301",
    "delete and next line": "\x7f\x85",
    "line separator": "\u2028\u2029",
    "controls": "".join(map(chr, range(32))),
    "noncharacters": "\ufffe\uffff",
    "lone surrogates": "\ud83d a \ude00",
    "escape of a carriage return": "_x000D_",
    "escape of a letter": "_x0041_",
    "escape of the underscore": "_x005F_",
    "escaped escape": "_x005F_x000D_",
    "escaped escaped escape": "_x005F_x005F_x0041_",
    "overlapping escapes": "_x005F_x005F_",
    "escape in lower case": "_x000d__x005f_",
    "escape before a control": "_x0041\x01_x0041_",
    "half an escape": "_x00_x0041",
    "formula": "=1+1",
    "formula of words": "== Head ==",
    "array formula": "{=SUM(A1)}",
    "plus, minus, at": "+1-2@x",
    "hyperlink formula": '=HYPERLINK("http://x","y")',
    "error": "#N/A",
    "error of a reference": "#REF!",
    "apostrophe": "'00123",
    "leading zeros": "00123",
    "trailing zero": "1.10",
    "fraction": "3/4",
    "exponent": "1E5",
    "sixteen digits": "1234567890123456",
    "twenty digits": "12345678901234567890",
    "truth": "TRUE",
    "date": "2024-01-31",
    "month": "MAR1",
    "percent": "50%",
    "rich text": "<r>a</r>",
    "rich text with runs": "<r><rPr><b/></rPr><t>a</t></r>",
    "end of a section": "]]>",
    "markup": "<a href='x'>&amp;</a>",
    "JSON": '{"a": [1, "b"]}',
    "link": "https://example.org/?a=b&c=d#e",
    "long link": "https://example.org/" + "x" * 3000,
    "mail link": "mailto:a@b.c",
    "inner link": "internal:Sheet1!A1",
    "longest": "x" * CELL_LIMIT,
    "longest emoji": "\U0001f600" * 16_383,
    "longest escapes": "_x0041_" * (CELL_LIMIT // 7),
    "longest controls": "\x01" * CELL_LIMIT,
    "long line ends": "\r\n" * 20_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_comes_back_as_it_was(tmp_path: Path, text: str) -> None:
    """What spreadsheet programs and libraries are known to change or refuse is no edit in any text column."""
    book = _returned(tmp_path, [_package(1, {"title": text, "notes": text, "version": text})])

    edits = _edits(book)

    assert _touched(edits) == []
    assert edits.missing == {}
    assert _notes(book) == [canonical(text)]


@pytest.mark.parametrize("text", ["x" * (CELL_LIMIT + 1), "\U0001f600" * 16_384, "y" * 200_000])
def test_a_text_that_no_cell_holds_is_never_cut(tmp_path: Path, text: str) -> None:
    """A marker stands in its place, and that is no edit either."""
    book = _returned(tmp_path, [_package(1, {"notes": text})])

    assert _notes(book) == [in_cell(text)]
    assert "too long" in in_cell(text)
    assert _touched(_edits(book)) == []


# -- typed by a person into a copy


@pytest.fixture
def typed(tmp_path: Path) -> Callable[..., Book]:
    """Return what types a value into the first Description, with a number format, and reads the workbook again."""

    def type_in(value: Any, number_format: str = "General") -> Book:
        path = tmp_path / "typed.xlsx"
        _write(path, [_package(1, {"notes": "exported"}), _package(2, {"notes": "other"})])
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

    assert _notes(book) == [expected, "other"]
    assert _touched(_edits(book)) == [("Packages", 2)]


def test_a_formula_is_invalid_and_its_cached_value_never_used(typed: Callable[..., Book]) -> None:
    """Anybody can forge what a formula claims to have computed."""
    edits = _edits(typed('="exported"'))

    [row] = [row for row in edits.rows if row.problems]
    assert "[Description] holds a formula" in row.problems[0]


def test_an_emptied_cell_comes_back_empty(typed: Callable[..., Book]) -> None:
    """An empty cell is an empty text, which clears."""
    book = typed(None)

    assert _notes(book) == ["", "other"]
    assert [[c.edited for c in row.cells] for row in _edits(book).rows if row.asks] == [[""]]
