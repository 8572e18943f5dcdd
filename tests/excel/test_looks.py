"""What an exported workbook looks like, as far as the file itself tells; LibreOffice's word is in tests/real."""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import cache
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bulkedit.core.catalogue import tabulate
from bulkedit.core.columns import Column, Kind, Layout, Level, Table, own_headers
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.results import Result
from bulkedit.core.schema import Vocabulary
from bulkedit.core.text import CELL_LIMIT
from bulkedit.excel import looks
from bulkedit.excel.datasheet import ROWS_READY
from bulkedit.excel.highlights import CHANGES_AT_MOST
from bulkedit.excel.looks import Look
from bulkedit.excel.notes import note_of
from bulkedit.excel.start import MEANINGS
from bulkedit.excel.write import Export, write_workbook

IDENTITY = Identity("https://catalogue.example", {"o": "Parks"}, "2026-11-22T08:00:00", "anna")
COLOURS: JSON = [{"value": "r", "label": "Red"}, {"value": "g", "label": "Green"}]
YES: JSON = [{"value": "shown", "label": "Yes"}]
SCHEMA: dict[str, JSON] = {
    "dataset_fields": [
        {"field_name": "title", "label": "Title", "required": True, "help_text": "What people call it."},
        {"field_name": "name", "label": "Address", "required": True},
        {"field_name": "notes", "label": "What it is about, for people who have never heard of it"},
        {"field_name": "colour", "label": "Colour", "preset": "select", "choices": COLOURS},
        {"field_name": "colours", "label": "Colours", "preset": "multiple_checkbox", "choices": COLOURS},
        {"field_name": "open", "label": "Open", "validators": "ignore_missing boolean_validator"},
        {
            "field_name": "contacts",
            "label": "Contacts",
            "repeating_subfields": [
                {"field_name": "name", "label": "Name", "required": True},
                {"field_name": "shown", "label": "Shown", "preset": "multiple_checkbox", "choices": YES},
            ],
        },
    ],
    "resource_fields": [
        {"field_name": "name", "label": "Name"},
        {"field_name": "url", "label": "URL", "required": True},
        {
            "field_name": "parts",
            "label": "Parts",
            "repeating_subfields": [{"field_name": "part", "label": "Part"}],
        },
    ],
}
PACKAGES: list[Package] = [
    {
        "id": f"p{n}",
        "name": f"name-{n}",
        "title": f"Title {n}",
        "type": "record",
        "notes": "x" * (CELL_LIMIT + 1) if n == 1 else "line\n" * 400,
        "contacts": [{"name": "Ann"}],
        "resources": [{"id": f"r{n}", "name": "map", "url": "https://x.org", "parts": [{"part": "a"}]}],
    }
    for n in (1, 2, 3)
]
DATA_SHEETS = ("Packages", "Resources", "Contacts", "Resource Parts")


@cache
def _file(*, as_names: bool = False) -> bytes:
    layout = _layout()
    file = io.BytesIO()
    write_workbook(file, Export(IDENTITY, layout, [tabulate(layout, PACKAGES)], as_names))
    return file.getvalue()


@cache
def _layout() -> Layout:
    return layout_of(PACKAGES, {"record": SCHEMA}, Vocabulary(), ["record"])


@cache
def _book() -> Any:
    return openpyxl.load_workbook(io.BytesIO(_file()))


def _formulas(sheet: Worksheet) -> Iterator[str]:
    for rules in sheet.conditional_formatting:
        for rule in rules.rules:
            yield from rule.formula
    for validation in sheet.data_validations.dataValidation:
        yield validation.formula1


def _column(sheet: Worksheet, header: str) -> str:
    return next(cell.column_letter for cell in sheet[1] if cell.value == header)


# -- formulas


@pytest.mark.parametrize("title", DATA_SHEETS)
def test_formulas_are_such_that_excel_2007_reads_them(title: str) -> None:
    """They reach other sheets through defined names only, use no newer function and no array constant."""
    formulas = list(_formulas(_book()[title]))

    assert len(formulas) > 20
    assert [f for f in formulas if "!" in f or "_xl" in f or "{" in f or len(f) > 8192] == []
    texts = [text for formula in formulas for text in re.findall(r'"([^"]*)"', formula)]
    assert max(map(len, texts)) <= 255


@pytest.mark.parametrize("title", DATA_SHEETS)
def test_every_name_in_a_formula_is_defined(title: str) -> None:
    """A name that is missing would switch a highlight off without a word."""
    names = {n for f in _formulas(_book()[title]) for n in re.findall(r"\b[a-z]+_\w+\b", re.sub('"[^"]*"', "", f))}

    assert {"base_keys", "base_texts"} <= names
    assert names - set(_book().defined_names) == set()


def test_names_cover_whole_columns_of_the_memory() -> None:
    """An import writes another number of rows there, and leaves the defined names as they are."""
    names = _book().defined_names

    assert names["base_keys"].attr_text == "_base!$A:$A"
    assert re.fullmatch(r"_base!\$C:\$[A-Z]+", names["base_texts"].attr_text)


@pytest.mark.parametrize("title", DATA_SHEETS)
def test_highlights_and_warnings_run_on_below_the_data(title: str) -> None:
    """Rows added below look and behave like those above."""
    sheet = _book()[title]
    ranges = [
        *(r.sqref for r in sheet.conditional_formatting),
        *(v.sqref for v in sheet.data_validations.dataValidation),
    ]

    ends = {part.bounds[3] for found in ranges for part in found.ranges}

    assert ends == {len(PACKAGES) + 1 + ROWS_READY}


@pytest.mark.parametrize(("rows", "lit"), [(CHANGES_AT_MOST, True), (CHANGES_AT_MOST + 1, False)])
def test_a_large_workbook_lights_no_changes(rows: int, lit: bool) -> None:
    """Looking up so many rows would make it slow; everything else is lit as ever."""
    extras: list[JSON] = [{"key": "k", "value": "v"}] * (rows - 1)
    packages: list[Package] = [{"id": "p", "name": "p", "type": "dataset", "extras": extras}]
    layout = layout_of(packages, {}, Vocabulary())
    file = io.BytesIO()
    write_workbook(file, Export(IDENTITY, layout, [tabulate(layout, packages)]))

    with zipfile.ZipFile(file) as parts:
        sheet = parts.read("xl/worksheets/sheet2.xml")

    assert (b"base_texts" in sheet) is lit
    assert b"conflict" in sheet


# -- warnings


@pytest.mark.parametrize("title", DATA_SHEETS)
def test_nothing_typed_is_refused(title: str) -> None:
    """A raw value is as good as a label; where something is wrong, the import says so at the cell."""
    validations = _book()[title].data_validations.dataValidation

    assert {v.errorStyle for v in validations} <= {"warning", "information"}
    assert all(len(v.errorTitle or "") <= 32 and len(v.error or "") <= 225 for v in validations)
    assert [v for v in validations if v.showInputMessage and v.prompt] == []


@pytest.mark.parametrize(
    ("title", "header", "formula"),
    [
        ("Packages", "ID", "FALSE"),
        ("Packages", "Result", "FALSE"),
        ("Packages", "State", "FALSE"),
        ("Packages", "Page", "FALSE"),
        ("Packages", "Colour", "choices_1"),
        ("Packages", "Open", '"TRUE,FALSE"'),
        ("Packages", "Action", '"delete,skip"'),
        ("Resources", "Package", "LEN($E2)=0"),
        ("Contacts", "Package", "LEN($E2)=0"),
        ("Contacts", "Item", "FALSE"),
        ("Resource Parts", "Resource ID", "LEN($G2)=0"),
    ],
)
def test_what_should_not_be_typed_is_warned_of(title: str, header: str, formula: str) -> None:
    """Read-only and identifying columns warn; those that name the owner only where the row is an exported one."""
    sheet = _book()[title]
    cell = f"{_column(sheet, header)}2"

    [found] = [v for v in sheet.data_validations.dataValidation if cell in v]

    assert found.formula1 == formula
    assert (found.errorStyle, found.showErrorMessage) == ("warning", True)


def test_several_values_in_a_cell_are_not_validated() -> None:
    """A drop-down holds one value: it would warn of every second one."""
    sheet = _book()["Packages"]
    cell = f"{_column(sheet, 'Colours')}2"

    assert [v for v in sheet.data_validations.dataValidation if cell in v] == []


# -- cells


def test_one_choice_of_none_but_itself_has_a_drop_down() -> None:
    """A list of check boxes with one box is a tick: chosen, or empty."""
    sheet = _book()["Contacts"]
    cell = next(cell.coordinate for cell in sheet[1] if cell.value == "Shown").replace("1", "2")

    [found] = [v for v in sheet.data_validations.dataValidation if cell in v]

    assert (found.type, found.formula1) == ("list", "choices_2")


@pytest.mark.parametrize("title", DATA_SHEETS)
def test_every_cell_is_text_and_every_row_one_line_high(title: str) -> None:
    """No long text makes a row explode, in the data or in the rows ready for new ones."""
    sheet = _book()[title]
    last = len(PACKAGES) + 1 + ROWS_READY

    cells = [cell for row in sheet.iter_rows(max_row=4) for cell in row if cell.value is not None]
    assert {cell.number_format for cell in cells} == {"@"}
    assert {d.number_format for d in sheet.column_dimensions.values()} == {"@"}
    assert {sheet.row_dimensions[row].height for row in range(2, last + 1)} == {looks.ROW_HEIGHT}
    assert sheet.sheet_format.customHeight


def test_a_text_too_long_looks_locked() -> None:
    """It can be edited on the site only; the cell below can be edited here."""
    sheet = _book()["Packages"]
    column = _column(sheet, "What it is about, for people who have never heard of it")

    locked, other = sheet[f"{column}2"], sheet[f"{column}3"]

    assert locked.value.startswith("⚠ too long")
    assert locked.fill.patternType == "lightUp"
    assert other.fill.patternType is None


def test_cells_that_are_not_to_be_edited_look_so() -> None:
    """Grey: what identifies a row and what the site sets. In a new row, whose it is is to be filled in: white."""
    sheet = _book()["Contacts"]

    colours = {
        header: sheet[f"{_column(sheet, header)}2"].fill.fgColor.rgb for header in ("Package", "Item", "Name")
    }

    assert colours == {"Package": "FFF1F3F4", "Item": "FFF1F3F4", "Name": "00000000"}
    dimension = sheet.column_dimensions[_column(sheet, "Package")]
    assert dimension.fill.patternType is None


def test_a_text_is_wrapped_only_where_it_would_spill() -> None:
    """Wrapped text shows a little of its second line; without, it would run over an empty cell beside it."""
    assert looks.spills("long " * 10, 20, "")
    assert looks.spills("two\nlines", 20, "")
    assert not looks.spills("long " * 10, 20, "beside")
    assert not looks.spills("short", 20, "")


@pytest.mark.parametrize("header", ["A", "Two words", "Responsible organization of record", "X" * 60, "a " * 60])
def test_no_header_is_cut_off(header: str) -> None:
    """The column is as wide as its header needs for a few lines, and the header row as high."""
    table = Table("T", Level.ITEM, "t", (Column(header.strip(), "x", width=4),))
    headers = [*own_headers(Level.ITEM), header.strip()]

    widths = looks.column_widths(table, headers)

    lines = (looks.header_height(headers, widths) - 3) / 15
    assert 1 <= lines <= 2
    assert widths[-1] * lines >= len(header.strip())
    assert widths[-1] >= max(map(len, header.split()))


def test_widths_and_hidden_columns_are_those_of_the_layout() -> None:
    """A hidden column is there, with its texts, but not to be seen at first."""
    table = Table("T", Level.PACKAGE, "t", (Column("Wide", "w", width=55), Column("Hidden", "h", hidden=True)))
    file = io.BytesIO()
    layout = Layout((table,))
    write_workbook(file, Export(IDENTITY, layout, [tabulate(layout, [{"id": "p", "type": "t", "h": "text"}])]))

    sheet = openpyxl.load_workbook(file)["T"]

    assert round(sheet.column_dimensions["E"].width) in (55, 56)
    assert sheet.column_dimensions["F"].hidden
    assert sheet["F2"].value == "text"


@pytest.mark.parametrize(
    ("title", "pane"), [("Packages", "F2"), ("Resources", "F2"), ("Contacts", "F2"), ("Results", "A2")]
)
def test_headers_and_what_identifies_a_row_stay_in_sight(title: str, pane: str) -> None:
    """A package shows its title besides: its id says nothing to people."""
    assert _book()[title].freeze_panes == pane
    assert _book()[title].auto_filter.ref


# -- colours


def _without_colour(look: Look) -> tuple[object, ...]:
    """Return what is left of a look in black and white: lines, weight, slant, and how dark its ground is."""
    ground = str(look.get("bg_color", "#FFFFFF"))
    red, green, blue = (int(ground[at : at + 2], 16) for at in (1, 3, 5))
    dark = (red * 299 + green * 587 + blue * 114) // 1000
    shade = "dark" if dark < 128 else "middle" if dark < 210 else "light"
    lines = [look.get(name) for name in ("bold", "italic", "underline", "font_strikeout", "border", "pattern")]
    return (shade, *lines)


def test_no_two_looks_differ_by_hue_alone() -> None:
    """Whoever sees no colours, or prints without, tells them apart."""
    marks = [looks.CHANGED, looks.MISSING, looks.DELETED, looks.LOCKED, *(look for _, look in looks.OF_RESULTS)]

    assert len(set(map(_without_colour, marks))) == len(marks)


@pytest.mark.parametrize("result", Result)
def test_every_result_has_a_look_and_a_line_in_the_legend(result: Result) -> None:
    """A word that Start here does not explain would stay a riddle."""
    assert [words for words, _ in looks.OF_RESULTS if result in words] != []
    texts = " ".join(str(cell.value) for row in _book()["Start here"].iter_rows() for cell in row)
    assert result.value in texts


def test_the_legend_shows_the_real_looks() -> None:
    """Each word of the legend is painted as the sheets will paint it."""
    cells = {cell.value: cell for row in _book()["Start here"].iter_rows() for cell in row}

    for words, look in looks.OF_RESULTS:
        for word in set(words) & MEANINGS.keys():
            cell = cells[word.value]
            assert (
                cell.fill.fgColor.rgb == "FF" + str(look.get("bg_color", "#000000"))[1:] or "bg_color" not in look
            )
            assert bool(cell.font.b) is bool(look.get("bold"))
            assert bool(cell.font.i) is bool(look.get("italic"))


def test_the_first_sheet_leads_to_the_others() -> None:
    """Each data sheet and the results are a click away, with the number of rows beside."""
    sheet = _book()["Start here"]

    links = {cell.hyperlink.location for row in sheet.iter_rows() for cell in row if cell.hyperlink} - {None}

    assert links == {f"'{title}'!A1" for title in (*DATA_SHEETS, "Results")}
    texts = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert {"3 packages", "3 resources", "Edit the records of Parks", "2026-11-22 08:00 UTC by anna"} <= texts


# -- notes


@pytest.mark.parametrize("title", DATA_SHEETS)
def test_every_header_has_a_note(title: str) -> None:
    """Ours too; those of fields begin with the API name and say whether a text is required."""
    sheet = _book()[title]
    table = _layout().table(title)
    assert table is not None

    notes = [cell.comment.text if cell.comment else "" for cell in sheet[1]]

    assert all(notes)
    first = len(own_headers(table.level))
    for column, note in zip(table.columns, notes[first:], strict=False):
        assert re.match(rf"{column.name}\. (Required|Optional|Read-only)\.", note)


@pytest.mark.parametrize("kind", Kind)
def test_a_note_gives_an_example_or_the_choices(kind: Kind) -> None:
    """For every kind of column but plain text, which needs none."""
    column = Column(
        "H", "n", kind, _layout().tables[0].columns[3].choices if kind in (Kind.CHOICE, Kind.CHOICES) else ()
    )

    note = note_of(column)

    assert "Example: " in note or kind is Kind.TEXT


@pytest.mark.parametrize(("check", "example"), [("email", "ann@example.org"), ("url", "https://example.org/page")])
def test_a_note_gives_an_example_of_what_is_checked(check: str, example: str) -> None:
    """What a new value must be is shown before it is typed."""
    assert f"Example: {example}" in note_of(Column("H", "n", checks=(check,)))


def test_messages_name_labels_where_headers_are_api_names() -> None:
    """The mark then looks for the label that belongs to the header."""
    with zipfile.ZipFile(io.BytesIO(_file(as_names=True))) as parts:
        sheet, book = parts.read("xl/worksheets/sheet2.xml"), parts.read("xl/workbook.xml")

    assert b"INDEX(labels_1," in sheet
    assert b'name="labels_1"' in book
