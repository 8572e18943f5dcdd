"""What a person sees in LibreOffice: changed, missing and marked cells, however sorted; rows added below."""

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from office import Book, Office
from shown import shown

from bulkedit.core.catalogue import tabulate
from bulkedit.core.columns import Layout
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.results import Result
from bulkedit.core.schema import Vocabulary
from bulkedit.core.sheets import letters
from bulkedit.core.template import read_template
from bulkedit.excel import looks
from bulkedit.excel.looks import Look
from bulkedit.excel.patch import patch_workbook
from bulkedit.excel.write import Export, write_workbook

IDENTITY = Identity("https://catalogue.example", {"o": "Parks"}, "2026-11-22T08:00:00", "anna")
SCHEMA: dict[str, JSON] = {
    "dataset_fields": [
        {"field_name": "title", "label": "Title", "required": True},
        {"field_name": "name", "label": "Address", "required": True},
        {"field_name": "notes", "label": "Is it open? *"},
        {
            "field_name": "colour",
            "label": "Colour",
            "choices": [{"value": "r", "label": "Red"}, {"value": "b", "label": "Blue"}],
        },
        {"field_name": "day", "label": "Day", "preset": "date"},
        {
            "field_name": "contacts",
            "label": "Contacts",
            "repeating_subfields": [
                {"field_name": "name", "label": "Name", "required": True},
                {"field_name": "email", "label": "E-mail"},
            ],
        },
    ],
    "resource_fields": [
        {"field_name": "name", "label": "Name"},
        {"field_name": "url", "label": "URL", "required": True},
        {
            "field_name": "period",
            "label": "Period",
            "required": True,
            "repeating_subfields": [
                {"field_name": "begin", "label": "Begin", "required": True},
                {"field_name": "end", "label": "End"},
            ],
        },
    ],
}
TEMPLATE = read_template(
    {
        "packages": {"rules": [{"when": {"colour": "b"}, "required": ["day"]}]},
        "resources": {"single": ["period"]},
    },
    "mine.yaml",
)
ODD_TEXTS = (
    "FALSE", "00123", "1.10", "2026-03-31", "x" * 5_000, "", "  leading", "trailing  ", "=x", "=1+1", "a*b?c~d",
    "~", "*", "_x0041_", "_x005F_x000D_", "two\nlines", "\tTab", "'quoted", '"', "#N/A", "Title", "é\u0301",
    "\U0001f600", "-5", "1E5",
)  # fmt: skip
CHANGED, MISSING = looks.CHANGED, looks.MISSING
UNLIT = {"", str(looks.FIXED["bg_color"])}

Lit = dict[tuple[str, str, str], str]
"""What lights up: sheet, what identifies the row, header, and the colour."""


def _package(number: int, text: str) -> Package:
    return {
        "id": f"id-{number:02d}",
        "name": f"name-{number:02d}",
        "title": f"Title {99 - number}",
        "type": "record",
        "private": False,
        "notes": text,
        "colour": "rb"[number % 2],
        "day": f"2026-01-{1 + number:02d}",
        "contacts": [{"name": f"Ann {number * 7 % 5}", "email": text}, {"name": text or "Bob", "email": ""}],
        "resources": [{"id": f"r-{number:02d}", "name": text, "url": f"https://x.org/{number}"}],
    }


@pytest.fixture
def book(tmp_path: Path, office: Office) -> Iterator[Book]:
    """Open an export of packages with odd texts."""
    opened = office.open(_written(tmp_path / "book.xlsx"))
    yield opened
    opened.close()


def _written(path: Path) -> Path:
    layout = _layout()
    packages = [_package(number, text) for number, text in enumerate(ODD_TEXTS)]
    with path.open("wb") as file:
        write_workbook(file, Export(IDENTITY, layout, [tabulate(layout, packages)]))
    return path


def _layout() -> Layout:
    return layout_of([], {"record": SCHEMA}, Vocabulary(), ["record"], {"record": TEMPLATE})


def _lit(book: Book) -> Lit:
    """Return the cells of the data sheets whose ground is none of an untouched workbook's."""
    found: Lit = {}
    looked_at = set()
    for sheet, rows in shown(book).items():
        headers = [cell.text for cell in rows[0]] if rows else []
        if "Action" not in headers:
            continue
        looked_at.add(sheet)
        by_header = {header: at for at, header in enumerate(headers)}
        identity = [by_header[header] for header in ("Package", "ID", "Item") if header in by_header]
        for row in rows[1:]:
            key = "/".join(row[at].text for at in identity if at < len(row))
            for header, cell in zip(headers, row, strict=False):
                if cell.ground not in UNLIT:
                    found[sheet, key, header] = cell.ground
    assert looked_at == {"Packages", "Resources", "Contacts"}
    return found


def _ground(look: Look) -> str:
    return str(look["bg_color"]).upper()


# -- changed


def test_an_untouched_workbook_lights_up_nowhere(book: Book) -> None:
    """Whatever the texts: words of programs, numbers, wildcards, escapes, spaces around, thousands of letters."""
    assert _lit(book) == {}


def test_changed_cells_are_lit_however_the_rows_are_sorted(book: Book) -> None:
    """Text, another case of letters, a cleared cell, an entry of a list, a place: lit by any column's order."""
    at = {sheet: book.header(sheet) for sheet in ("Packages", "Resources", "Contacts")}
    book.type("Packages", f"{at['Packages']['Title']}3", "Another")
    book.type("Packages", f"{at['Packages']['Colour']}4", "RED")
    book.clear("Packages", f"{at['Packages']['Is it open? *']}5")
    book.type("Contacts", f"{at['Contacts']['E-mail']}3", "new@x.org")
    book.type("Resources", f"{at['Resources']['Position']}6", "2")
    wanted = {
        ("Packages", "id-01", "Title"): _ground(CHANGED),
        ("Packages", "id-02", "Colour"): _ground(CHANGED),
        ("Packages", "id-03", "Is it open? *"): _ground(CHANGED),
        ("Contacts", "name-00/2", "E-mail"): _ground(CHANGED),
        ("Resources", "name-04/r-04", "Position"): _ground(CHANGED),
    }

    assert _lit(book) == wanted
    for sheet, headers in at.items():
        for header, letter in headers.items():
            book.sort(sheet, letter, descending=header == "ID")
            assert _lit(book) == wanted, (sheet, header)


def test_changed_cells_are_lit_after_columns_were_moved_and_added(book: Book) -> None:
    """A column is known by its header; one of the person's own is never lit."""
    at = book.header("Packages")
    book.type("Packages", f"{at['Title']}3", "Another")
    book.insert_column("Packages", at["Address"], "Mine", ["x", "y"])
    book.move_column("Packages", book.header("Packages")["Day"], at["Title"])

    assert _lit(book) == {("Packages", "id-01", "Title"): _ground(CHANGED)}


def test_a_row_is_looked_up_to_the_letter(book: Book) -> None:
    """``?`` and ``*`` mean something to a look-up: nobody's row they name, so it is lit like a new one."""
    at = book.header("Contacts")
    book.type("Contacts", f"{at['Package']}3", "name-0?")
    book.type("Contacts", f"{at['Package']}5", "name*1")

    assert _lit(book) == {
        ("Contacts", "name-0?/2", "Name"): _ground(CHANGED),
        ("Contacts", "name*1/2", "Name"): _ground(CHANGED),
    }


def test_highlights_survive_saving(book: Book) -> None:
    """LibreOffice writes its own file: what is lit stays lit, and nothing else is."""
    book.type("Packages", f"{book.header('Packages')['Title']}3", "Another")
    book.save()

    again = book._office.open(book.path.rename(book.path.with_name("again.xlsx")))

    lit = _lit(again)
    again.close()
    mangled = {key for key in lit if "id-14" in key[1] or "name-14" in key[1]}  # `text.after_libreoffice`
    assert {key: lit[key] for key in lit.keys() - mangled} == {("Packages", "id-01", "Title"): _ground(CHANGED)}


# -- missing


def test_empty_required_cells_of_rows_in_use_are_lit(book: Book) -> None:
    """Not where nothing else stands, not in a row to be deleted or skipped."""
    at = book.header("Packages")
    for row in (3, 4, 5):
        book.clear("Packages", f"{at['Title']}{row}")
    book.type("Packages", f"{at['Action']}4", "delete")
    book.type("Packages", f"{at['Action']}5", "skip")
    book.clear("Contacts", f"{book.header('Contacts')['Name']}2")
    book.clear("Packages", f"{at['Private']}6")

    lit = _lit(book)

    assert {key for key, ground in lit.items() if ground == _ground(MISSING)} == {
        ("Packages", "id-01", "Title"),
        ("Packages", "id-04", "Private"),
        ("Contacts", "name-00/1", "Name"),
    }
    assert lit[("Packages", "id-03", "Title")] == _ground(CHANGED)
    assert ("Packages", "id-02", "Title") not in lit


def test_what_a_field_demands_of_others_is_missing_only_then(book: Book) -> None:
    """A rule of the template, and a required part of a list that stands in columns, once any part is filled."""
    packages, resources = book.header("Packages"), book.header("Resources")
    for row in (2, 3):  # red, blue
        book.type("Packages", f"{packages['Day']}{row}", "")
    book.type("Resources", f"{resources['Period: End']}2", "2026-12-31")

    lit = _lit(book)

    assert lit["Packages", "id-01", "Day"] == _ground(MISSING)
    assert lit["Packages", "id-00", "Day"] == _ground(CHANGED)
    assert {header for sheet, key, header in lit if sheet == "Resources"} == {"Period: Begin", "Period: End"}
    assert lit["Resources", "name-00/r-00", "Period: Begin"] == _ground(MISSING)


def test_what_the_program_fills_in_is_not_missing(book: Book) -> None:
    """A new package's name comes from its title; a resource with a file needs no URL; both are lit as new."""
    at, resources = book.header("Packages"), book.header("Resources")
    book.append_row("Packages", {at["Is it open? *"]: "New"})
    book.append_row("Resources", {resources["Package"]: "name-01", resources["Upload"]: "a.csv"})
    book.append_row("Resources", {resources["Package"]: "name-02", resources["Name"]: "No file"})

    assert _lit(book) == {
        ("Packages", "", "Is it open? *"): _ground(CHANGED),
        ("Packages", "", "Title"): _ground(MISSING),
        ("Resources", "name-01/", "Upload"): _ground(CHANGED),
        ("Resources", "name-02/", "Name"): _ground(CHANGED),
        ("Resources", "name-02/", "URL"): _ground(MISSING),
    }


# -- results


@pytest.mark.parametrize("result", Result)
def test_a_result_and_the_cells_that_its_message_names_are_coloured(
    result: Result, tmp_path: Path, office: Office
) -> None:
    """Exactly those whose header stands in brackets, in the manner of the result; writing it touches no style."""
    path, answered = _written(tmp_path / "book.xlsx"), tmp_path / "answered.xlsx"
    message = "Changed [Is it open? *], Title, [Day]."
    with answered.open("wb") as file:
        patch_workbook(path, file, {"Packages": {3: {2: result.value, 3: message}}}, {})
    book = office.open(answered)
    rows = shown(book)["Packages"]
    book.close()
    look = next(look for words, look in looks.OF_RESULTS if result in words)

    marked = {
        rows[0][at].text
        for at, cell in enumerate(rows[2])
        if cell.marks == _marks(look) and (cell.ground == look.get("bg_color", "") or "bg_color" not in look)
    }

    if "bg_color" in look:
        assert marked == {"Result", "Is it open? *", "Day"}
    else:
        assert {"Result", "Is it open? *", "Day"} <= marked
        assert "Title" not in marked


def _marks(look: Look) -> set[str]:
    names: Mapping[str, str] = {"bold": "b", "italic": "i", "underline": "u", "font_strikeout": "strike"}
    return {mark for name, mark in names.items() if look.get(name)}


# -- rows added below


def test_rows_added_below_are_ready(book: Book) -> None:
    """What is typed there stays text, however long, in a row of one line's height."""
    at = book.header("Packages")
    height = book.row_height("Packages", 2)

    row = book.append_row("Packages", {at["Day"]: "2026-04-01", at["Is it open? *"]: "long text " * 200})

    assert row == len(ODD_TEXTS) + 2
    assert book.number_format("Packages", f"{at['Day']}{row}") == "@"
    assert book.kind("Packages", f"{at['Day']}{row}") == "text"
    assert book.read("Packages", f"{at['Day']}{row}") == datetime.date(2026, 4, 1).isoformat()
    assert book.row_height("Packages", row) == pytest.approx(height)
    assert height == pytest.approx(looks.ROW_HEIGHT, abs=0.2)


@pytest.mark.parametrize(
    ("header", "text"), [("Colour", "r"), ("Colour", "Mauve"), ("Action", "Delete"), ("ID", "x")]
)
def test_what_a_cell_warns_of_can_be_typed_all_the_same(book: Book, header: str, text: str) -> None:
    """A warning, never a wall: the raw value of a choice is as good as its label."""
    cell = f"{book.header('Packages')[header]}3"

    book.type("Packages", cell, text)

    assert book.read("Packages", cell) == text


def test_drop_downs_reach_the_rows_added_below(book: Book) -> None:
    """LibreOffice reads the validation of a cell far below the data as that of the cells above."""
    last = letters(len(book.header("Packages")))
    column = book.header("Packages")["Colour"]

    assert last >= column
    above, below = (book.validation("Packages", f"{column}{row}") for row in (2, len(ODD_TEXTS) + 400))
    assert above == below
    assert above == {"type": "LIST", "formula": "choices_1", "error": "WARNING"}
