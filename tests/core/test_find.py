"""What a person edited, row by row, and what cannot be sent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from worlds import SCHEMA, VOCABULARY, Desk, desk_of, package, parks, resource, trails

from bulkedit.core import columns as own
from bulkedit.core.catalogue import tabulate
from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.core.columns import Layout, Step
from bulkedit.core.edits import RowEdit
from bulkedit.core.layout import layout_of
from bulkedit.core.sheets import HeaderError, Sheet, SheetRow
from bulkedit.core.text import in_cell


@pytest.fixture
def desk() -> Desk:
    """An untouched export of two packages."""
    return desk_of(parks(), trails())


def _asking(desk: Desk) -> list[tuple[str, int, list[tuple[str, str, str]]]]:
    """Return the rows that ask for something: sheet, row, and each edit."""
    return [
        (row.place.sheet, row.place.row, [(c.column.name, c.exported, c.edited) for c in row.cells])
        for row in desk.edits().rows
        if row.asks
    ]


def _problems(desk: Desk) -> dict[tuple[str, int], str]:
    return {(row.place.sheet, row.place.row): " ".join(row.problems) for row in desk.edits().rows if row.problems}


def _row(desk: Desk, sheet: str, number: int) -> RowEdit:
    return next(row for row in desk.edits().rows if (row.place.sheet, row.place.row) == (sheet, number))


# -- edits


def test_an_edited_cell_is_one_edit(desk: Desk) -> None:
    """Exactly the cell that differs from what was exported is an edit, with both texts."""
    desk.rows["Packages"][0]["Notes"] = "Some parks"

    assert _asking(desk) == [("Packages", 2, [("notes", "All parks", "Some parks")])]


def test_an_edit_is_shown_in_normal_form(desk: Desk) -> None:
    """A raw choice value, another order, `true`: what is remembered is the text that CKAN's value will show."""
    desk.rows["Packages"][0] |= {"Colour": "b", "Colours": "b; r", "Private": "true"}

    assert _asking(desk) == [
        ("Packages", 2, [("colour", "Red", "Blue"), ("colours", "", "Red; Blue"), ("private", "FALSE", "TRUE")])
    ]


def test_white_space_alone_is_an_edit(desk: Desk) -> None:
    """White space is never trimmed: somebody may have typed it, or want it gone."""
    desk.rows["Packages"][0]["Notes"] = "All parks "

    assert _asking(desk) == [("Packages", 2, [("notes", "All parks", "All parks ")])]


def test_an_emptied_cell_clears(desk: Desk) -> None:
    """A cell that held something and is empty now asks to clear the value."""
    desk.rows["Packages"][0]["Notes"] = ""

    assert _asking(desk) == [("Packages", 2, [("notes", "All parks", "")])]


def test_a_required_cell_cannot_be_emptied(desk: Desk) -> None:
    """Emptying what the schema requires is refused before CKAN does it."""
    desk.rows["Packages"][0]["Title"] = ""

    assert _problems(desk) == {("Packages", 2): "[Title] is required and cannot be emptied."}


def test_a_read_only_cell_cannot_be_edited(desk: Desk) -> None:
    """What CKAN sets by itself is refused, and the message says what to restore."""
    desk.rows["Packages"][0]["State"] = "deleted"

    assert _problems(desk) == {("Packages", 2): "[State] is read-only; restore “active”."}


def test_a_cell_that_held_too_much_cannot_be_edited() -> None:
    """A value that no cell can hold shows a marker; writing over it would lose the value."""
    desk = desk_of(package("parks", notes="x" * 40_000))

    assert desk.rows["Packages"][0]["Notes"] == in_cell("x" * 40_000)
    desk.rows["Packages"][0]["Notes"] = "short"

    assert "only be edited on the site" in _problems(desk)["Packages", 2]


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ("Colour", "Rde"),
        ("Colours", "Red; Rde"),
        ("Published", "31.3.2026"),
        ("Settings", "{"),
        ("Private", "yes"),
    ],
)
def test_a_text_that_stands_for_no_value_is_invalid_at_its_cell(desk: Desk, header: str, text: str) -> None:
    """Check and import say it before anything is sent, at the column."""
    desk.rows["Packages"][0][header] = text

    assert _problems(desk)["Packages", 2].startswith(f"[{header}] ")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (OddCell("=A1&B1", Form.FORMULA), "holds a formula"),
        (OddCell("=1", Form.FORMULA), "holds a formula"),
        (OddCell("#N/A", Form.ERROR), "holds the error #N/A"),
    ],
)
@pytest.mark.parametrize("header", ["Title", "Notes", "State"])
def test_a_formula_or_error_is_invalid(desk: Desk, header: str, cell: Cell, words: str) -> None:
    """Its cached value is never used, and it never counts as empty."""
    desk.rows["Packages"][0][header] = cell

    assert f"[{header}] {words}" in _problems(desk)["Packages", 2]


@pytest.mark.parametrize(
    ("exported", "cell"),
    [
        ("00123", OddCell("123", Form.NUMBER)),
        ("1.10", OddCell("1.1", Form.NUMBER)),
        ("+1", OddCell("1", Form.NUMBER)),
        ("1E5", OddCell("100000", Form.NUMBER)),
        ("2024-01-31", OddCell("2024-01-31", Form.DATE)),
        ("2024-01-31T10:20:30", OddCell("2024-01-31T10:20:30", Form.DATE)),
        ("2024-01-31T00:00:00", OddCell("2024-01-31", Form.DATE)),
        ("true", OddCell("TRUE", Form.BOOLEAN)),
    ],
)
def test_a_retyped_cell_that_says_the_same_is_no_edit(exported: str, cell: OddCell) -> None:
    """A spreadsheet program made a number, a date or a boolean of a text: nobody edited anything."""
    desk = desk_of(package("parks", notes=exported))

    desk.rows["Packages"][0]["Notes"] = cell

    assert (_asking(desk), _problems(desk)) == ([], {})


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (OddCell("124", Form.NUMBER), "124"),
        (OddCell("2024-02-01", Form.DATE), "2024-02-01"),
        (OddCell("FALSE", Form.BOOLEAN), "FALSE"),
    ],
)
def test_a_retyped_cell_that_says_something_else_is_an_edit(desk: Desk, cell: OddCell, text: str) -> None:
    """Somebody typed a number, a date or a boolean into a cell: its canonical text is the edit."""
    desk.rows["Packages"][0]["Notes"] = cell

    assert _asking(desk) == [("Packages", 2, [("notes", "All parks", text)])]


# -- which record a row means


def test_rows_are_known_by_id_wherever_they_stand(desk: Desk) -> None:
    """Sorting the sheet changes nothing."""
    desk.rows["Packages"].reverse()
    desk.rows["Resources"].reverse()
    desk.rows["Contacts"].reverse()

    assert (_asking(desk), _problems(desk)) == ([], {})


def test_an_unknown_id_is_invalid(desk: Desk) -> None:
    """An ID that was not exported is refused, whatever else the row says."""
    desk.rows["Packages"][0][own.ID] = "id-other"

    assert "is not a package of this export" in _problems(desk)["Packages", 2]


def test_the_same_id_twice_is_invalid_in_both_rows(desk: Desk) -> None:
    """A copied row: neither is taken, and each names the other."""
    desk.rows["Packages"].append(dict(desk.rows["Packages"][0]))

    problems = _problems(desk)

    assert problems["Packages", 2] == "[ID] The same ID stands in row 4; remove one of the rows."
    assert problems["Packages", 4] == "[ID] The same ID stands in row 2; remove one of the rows."


def test_an_id_beside_another_packages_name_is_invalid(desk: Desk) -> None:
    """Only some columns were sorted: ids and names are out of step, and both packages are named."""
    first, second = desk.rows["Packages"]
    first["Address"], second["Address"] = second["Address"], first["Address"]

    problems = _problems(desk)

    assert problems.keys() == {("Packages", 2), ("Packages", 3)}
    assert "'parks'" in problems["Packages", 2]
    assert "'trails'" in problems["Packages", 2]


def test_a_name_that_no_exported_row_had_is_a_rename(desk: Desk) -> None:
    """A new name is an edit like any other; rows of other sheets may use it already, or not yet."""
    desk.rows["Packages"][0]["Address"] = "all-parks"
    desk.rows["Resources"][0][own.PACKAGE] = "all-parks"
    desk.rows["Contacts"][0][own.PACKAGE] = "all-parks"

    assert _asking(desk) == [("Packages", 2, [("name", "parks", "all-parks")])]
    assert _problems(desk) == {}


@pytest.mark.parametrize(
    ("header", "text", "words"),
    [
        (own.ID, "id-other", "is not a resource of this export"),
        (own.PACKAGE, "trails", "cannot move to another package"),
        (own.PACKAGE, "nobody", "cannot move to another package"),
    ],
)
def test_identifying_cells_of_a_resource_cannot_be_edited(desk: Desk, header: str, text: str, words: str) -> None:
    """What says which resource a row is cannot say another one."""
    desk.rows["Resources"][0][header] = text

    assert words in _problems(desk)["Resources", 2]


def test_a_resource_row_without_its_package_is_known_by_id(desk: Desk) -> None:
    """The ID alone tells a resource; an emptied package name is no trouble."""
    desk.rows["Resources"][0] |= {own.PACKAGE: "", own.POSITION: "", "Size": "11"}

    assert _asking(desk) == [("Resources", 2, [("size", "10", "11")])]


# -- columns


def test_columns_are_known_by_header_wherever_they_stand(desk: Desk) -> None:
    """Moved columns, and a person's own between them, change nothing."""
    desk.headers["Packages"].reverse()
    desk.headers["Packages"].insert(3, "My remarks")
    desk.rows["Packages"][0]["My remarks"] = "call them"

    assert (_asking(desk), _problems(desk)) == ([], {})
    assert desk.edits().unknown == [("Packages", "My remarks", "")]


def test_a_missing_column_is_untouched(desk: Desk) -> None:
    """A column that was deleted clears nothing."""
    desk.headers["Packages"].remove("Title")
    desk.headers["Resources"].remove("Size")

    assert (_asking(desk), _problems(desk)) == ([], {})


def test_a_renamed_header_is_unknown_with_a_hint(desk: Desk) -> None:
    """A header that is nobody's is left alone and listed, with what it probably was."""
    at = desk.headers["Packages"].index("Organization")
    desk.headers["Packages"][at] = "Organisation"

    edits = desk.edits()

    assert edits.unknown == [("Packages", "Organisation", "Organization")]
    assert [row for row in edits.rows if row.asks] == []


def test_a_header_twice_is_ambiguous(desk: Desk) -> None:
    """Two columns with one header: the run stops, and says where they are."""
    sheets = desk.sheets()
    headers = dict(sheets["Packages"].headers) | {1 + len(desk.headers["Packages"]): "Title"}
    sheets["Packages"] = replace(sheets["Packages"], headers=headers)

    with pytest.raises(HeaderError, match=r"\[Title\] stands twice in the sheet 'Packages' \(E1 and "):
        desk.edits(sheets)


def test_api_names_are_headers_as_well(desk: Desk) -> None:
    """A header may be the label or the API name."""
    for sheet, label, name in [("Packages", "Notes", "notes"), ("Contacts", "E-mail", "email")]:
        at = desk.headers[sheet].index(label)
        desk.headers[sheet][at] = name
        for row in desk.rows[sheet]:
            row[name] = row.pop(label)
    desk.rows["Packages"][0]["notes"] = "x"

    assert _asking(desk) == [("Packages", 2, [("notes", "All parks", "x")])]
    assert desk.edits().unknown == []


# -- actions


@pytest.mark.parametrize("text", ["skip", "SKIP", " Skip "])
def test_a_skipped_row_asks_for_nothing_and_has_no_problems(desk: Desk, text: str) -> None:
    """`skip` leaves a row alone, whatever it holds."""
    desk.rows["Packages"][0] |= {own.ACTION: text, "Notes": "x", "Title": ""}

    row = _row(desk, "Packages", 2)

    assert (row.asks, row.problems, row.action) == (False, (), "skip")


@pytest.mark.parametrize("sheet", ["Packages", "Contacts"])
def test_another_action_is_invalid(desk: Desk, sheet: str) -> None:
    """An action that does not exist is never taken for none."""
    desk.rows[sheet][0][own.ACTION] = "remove"

    assert "takes “delete” or “skip”" in _problems(desk)[sheet, 2]


@pytest.mark.parametrize("sheet", ["Packages", "Resources"])
def test_deleting_a_record_takes_no_notice_of_its_cells(desk: Desk, sheet: str) -> None:
    """A package or resource that is to go: edits of its row, and even bad cells, mean nothing."""
    desk.rows[sheet][0] |= {own.ACTION: "DELETE", "Title": "", "Size": OddCell("=1", Form.FORMULA)}

    row = _row(desk, sheet, 2)

    assert (row.asks, row.action, row.cells, row.problems) == (True, "delete", (), ())


def test_deleting_an_item_takes_no_notice_of_its_cells(desk: Desk) -> None:
    """In a row that is to go, edits and even bad cells mean nothing."""
    desk.rows["Contacts"][0] |= {own.ACTION: "Delete", "Name": "", "E-mail": OddCell("=1", Form.FORMULA)}

    row = _row(desk, "Contacts", 2)

    assert (row.asks, row.action, row.cells, row.problems) == (True, "delete", (), ())


# -- rows of items


def test_a_row_without_a_number_is_a_new_item(desk: Desk) -> None:
    """A new row adds an item, to the package that it names."""
    desk.rows["Contacts"].append({own.PACKAGE: "trails", "Name": "Dee", "Roles": "b"})

    row = _row(desk, "Contacts", 5)

    assert (row.asks, row.number, row.package) == (True, 0, "id-trails")
    assert [(c.column.name, c.edited) for c in row.cells] == [("name", "Dee"), ("roles", "Blue")]


def test_a_new_item_needs_what_is_required(desk: Desk) -> None:
    """A new row without a required cell is invalid at that column."""
    desk.rows["Contacts"].append({own.PACKAGE: "trails", "E-mail": "d@x.org"})

    assert _problems(desk) == {("Contacts", 5): "[Name] is required in a new row."}


def test_a_new_row_that_is_to_be_deleted_is_nothing(desk: Desk) -> None:
    """What was never there needs no deleting."""
    desk.rows["Contacts"].append({own.PACKAGE: "trails", own.ACTION: "delete", "Name": "Dee"})

    assert (_asking(desk), _problems(desk)) == ([], {})


@pytest.mark.parametrize("text", ["", "nobody"])
def test_an_item_needs_a_known_package(desk: Desk, text: str) -> None:
    """An item whose package is not in this export is not sent anywhere."""
    desk.rows["Contacts"].append({own.PACKAGE: text, "Name": "Dee"})

    assert "write the name of the package" in _problems(desk)["Contacts", 5]


def test_the_same_item_twice_is_invalid_in_both_rows(desk: Desk) -> None:
    """A copied row of an item still has the item's number: neither is taken."""
    desk.rows["Contacts"].append(dict(desk.rows["Contacts"][0]))

    problems = _problems(desk)

    assert problems.keys() == {("Contacts", 2), ("Contacts", 5)}
    assert "empty [Item]" in problems["Contacts", 5]


@pytest.mark.parametrize("text", ["x", "-1", "1.5", "²"])
def test_an_items_number_is_a_number(desk: Desk, text: str) -> None:
    """Anything else is refused."""
    desk.rows["Contacts"][0][own.ITEM] = text

    assert "[Item] takes a number" in _problems(desk)["Contacts", 2]


@pytest.mark.parametrize("text", ["7", "9" * 5000])
def test_a_number_that_no_item_has_is_a_new_item(desk: Desk, text: str) -> None:
    """Numbers are only to find exported items; one too high, however high, finds none."""
    desk.rows["Contacts"].append({own.PACKAGE: "trails", own.ITEM: text, "Name": "Dee"})

    assert _row(desk, "Contacts", 5).number == 0


def test_an_item_of_a_resource_is_known_by_the_resources_id(desk: Desk) -> None:
    """The names beside it may be missing; the ID may be, where the name says it."""
    sheet = "Resource Temporal extent"
    desk.rows[sheet][0] |= {own.PACKAGE: "", own.RESOURCE: "", "End date": "2022-01-01"}
    desk.rows[sheet].append({own.PACKAGE: "parks", own.RESOURCE: "list", "Beginning date": "2023-01-01"})

    found = [(row.resource, row.number) for row in desk.edits().rows if row.asks]

    assert found == [("id-map", 1), ("id-list", 0)]


def test_a_resources_name_that_is_not_unique_is_not_enough() -> None:
    """Two resources of one name: the new row must say which by ID."""
    desk = desk_of(package("parks", resources=[resource("a", name="same"), resource("b", name="same")]))
    desk.rows["Resource Temporal extent"].append(
        {own.PACKAGE: "parks", own.RESOURCE: "same", "Beginning date": "2023-01-01"}
    )

    assert "names 2 resources" in _problems(desk)["Resource Temporal extent", 2]


@pytest.mark.parametrize(("header", "text"), [(own.RESOURCE, "list"), (own.PACKAGE, "trails")])
def test_an_items_resource_and_id_must_belong_together(desk: Desk, header: str, text: str) -> None:
    """Ids out of step with names: sorted in part."""
    desk.rows["Resource Temporal extent"][0][header] = text

    assert "do not belong together" in _problems(desk)["Resource Temporal extent", 2]


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "first", "²", "1" * 5000])
def test_a_place_is_a_number_from_one(desk: Desk, text: str) -> None:
    """There is no place before the first."""
    desk.rows["Resources"][0][own.POSITION] = text

    assert "[Position] takes the number of a place, from 1" in _problems(desk)["Resources", 2]


def test_an_item_belongs_to_a_package_of_its_sheets_type() -> None:
    """Each dataset type has its own sheets; a name of the other one is written into the wrong sheet."""
    both = [parks(), package("lakes", type="survey", contacts=[{"name": "Cy"}])]
    schemas = {"record": SCHEMA, "survey": {**SCHEMA, "dataset_type": "survey"}}
    layout = layout_of(both, schemas, VOCABULARY, ["record", "survey"])
    desk = Desk(layout, tabulate(layout, both))
    title = next(t.title for t in layout.of_type("record") if t.field == "contacts")
    desk.rows[title].append({own.PACKAGE: "lakes", "Name": "Dee"})

    assert "“lakes” is no package of this export" in _problems(desk)[title, 4]


# -- rows that are gone, and rows that hold nothing


def test_missing_rows_are_counted_and_change_nothing(desk: Desk) -> None:
    """A row that is not in the sheet any more deletes nothing; so does a whole sheet."""
    del desk.rows["Packages"][1]
    desk.rows["Contacts"].clear()

    edits = desk.edits()

    assert [row for row in edits.rows if row.asks or row.problems] == []
    assert edits.missing == {"Packages": 1, "Contacts": 3}


def test_blank_rows_are_no_rows(desk: Desk) -> None:
    """Rows that hold nothing, or only a result of ours or an action, are not answered."""
    desk.rows["Packages"] += [{own.RESULT: "updated", own.MESSAGE: "x"}, {own.ACTION: "skip"}, {}]

    assert len([row for row in desk.edits().rows if row.place.sheet == "Packages"]) == 2


def test_what_we_write_into_our_own_cells_is_no_edit(desk: Desk) -> None:
    """Results of an earlier run stay without effect."""
    for row in desk.rows["Packages"]:
        row |= {own.RESULT: "conflict", own.MESSAGE: "=1+1"}

    assert (_asking(desk), _problems(desk)) == ([], {})


# -- headers that say which record a row is


@pytest.mark.parametrize(
    ("sheet", "header"),
    [("Packages", own.ID), ("Resources", own.ID), ("Contacts", own.PACKAGE), ("Contacts", own.ITEM)],
)
def test_a_sheet_without_the_column_that_identifies_its_rows_is_refused(
    desk: Desk, sheet: str, header: str
) -> None:
    """Without their numbers all contacts would look like new ones, and be added again."""
    desk.headers[sheet] = ["Elsewhere" if text == header else text for text in desk.headers[sheet]]

    with pytest.raises(HeaderError, match=rf"{sheet}.*\[{header}\]"):
        desk.edits()


@pytest.mark.parametrize("misspell", [str.lower, str.upper, lambda header: f"{header} "])
def test_a_misspelt_header_of_ours_is_named(desk: Desk, misspell: Callable[[str], str]) -> None:
    """Another case or a blank is a slip; what the column holds must not be lost over it."""
    for ours in (own.ITEM, own.ACTION):
        headers = desk.headers["Contacts"]
        desk.headers["Contacts"] = [misspell(text) if text == ours else text for text in headers]

        with pytest.raises(HeaderError, match=rf"must be written \[{ours}\]"):
            desk.edits()

        desk.headers["Contacts"] = headers


def test_an_item_number_that_nobody_has_is_no_new_item(desk: Desk) -> None:
    """A typing error in `Item`, or a contact moved to another package, must not add a second one."""
    desk.rows["Contacts"][0][own.ITEM] = "9"
    desk.rows["Contacts"][0]["E-mail"] = "x@x.org"

    assert "has no item “9”; empty [Item] to add the row" in _problems(desk)["Contacts", 2]


def test_a_bad_cell_is_listed_among_the_edits(desk: Desk) -> None:
    """The report shows the text that could not be sent beside the ones that could."""
    desk.rows["Packages"][0] |= {"Colour": "Bleu", "Notes": "Some parks"}

    [row] = [row for row in desk.edits().rows if row.problems]

    assert {(c.column.name, c.edited) for c in row.cells} == {("colour", "Bleu"), ("notes", "Some parks")}


def test_a_choice_may_be_typed_in_any_case(desk: Desk) -> None:
    """`BLUE` is the choice Blue, and what is remembered is its label."""
    desk.rows["Packages"][0]["Colour"] = "BLUE"

    assert _asking(desk) == [("Packages", 2, [("colour", "Red", "Blue")])]


@pytest.mark.parametrize("name", ["parks\n", "Parks", "p", "a b"])
def test_a_name_that_makes_no_address_is_not_sent(name: str) -> None:
    """CKAN itself lets a line end at the end of a name through, and then nobody can open the page."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Address"] = name

    assert "lower-case letters" in _problems(desk)["Packages", 2]


def test_what_libreoffice_confuses_is_nobodys_edit() -> None:
    """It saves `_x005F_x000D_` so that it reads as `_x000D_` from then on; a real edit beside it still counts."""
    desk = desk_of(parks() | {"notes": "a_x005F_x000D_b"})

    desk.rows["Packages"][0]["Notes"] = "a_x000D_b"
    untouched = _asking(desk)
    desk.rows["Packages"][0]["Notes"] = "a_x000D_c"

    assert untouched == []
    assert len(_asking(desk)) == 1


def test_a_sheet_without_names_tells_packages_by_id_alone(desk: Desk) -> None:
    """Who removed the column has nothing to be compared."""
    desk.headers["Packages"].remove("Address")
    desk.rows["Packages"][0]["Notes"] = "Some"

    assert (_problems(desk), len(_asking(desk))) == ({}, 1)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({own.RESOURCE_ID: "nobody"}, "“nobody” is not a resource of this export"),
        ({own.PACKAGE: "trails"}, "[Package] and [Resource ID] do not belong together"),
    ],
)
def test_the_identifying_cells_of_a_resources_item_cannot_be_edited(
    desk: Desk, cells: dict[str, str], words: str
) -> None:
    """Its resource is one of this export, and of the package beside it."""
    desk.rows["Resource Temporal extent"][0] |= cells

    assert words in _problems(desk)["Resource Temporal extent", 2]


def test_headers_below_a_title_are_told_where_they_stand(desk: Desk) -> None:
    """They belong into row 1."""
    cells: dict[int, Cell] = dict(enumerate(desk.headers["Packages"], 1))
    sheets = desk.sheets() | {"Packages": Sheet("Packages", {1: "Our parks"}, [SheetRow(2, cells)])}

    with pytest.raises(HeaderError, match="stand in row 2; they belong into row 1"):
        desk.edits(sheets)


def test_a_column_that_lost_its_header_is_told(desk: Desk) -> None:
    """What is edited there would be ignored in silence."""
    found = desk.sheets()
    headers = {at: "" if header == "Notes" else header for at, header in found["Packages"].headers.items()}
    sheets = found | {"Packages": Sheet("Packages", headers, found["Packages"].rows)}

    with pytest.raises(HeaderError, match=r"has values but no header, and there is no \[Notes\]"):
        desk.edits(sheets)


def _with_column(desk: Desk, name: str, **more: Any) -> None:
    """Let a column of the first sheet be another."""
    table = desk.layout.tables[0]
    columns = tuple(replace(column, **more) if column.name == name else column for column in table.columns)
    desk.layout = Layout((replace(table, columns=columns), *desk.layout.tables[1:]))


def test_what_ckan_cannot_forget_cannot_be_emptied(desk: Desk) -> None:
    """Some times it has no way to take back."""
    _with_column(desk, "notes", lasting=True)
    desk.rows["Packages"][0]["Notes"] = ""

    assert _problems(desk) == {("Packages", 2): "[Notes] cannot be emptied again; CKAN has no way to do it."}


@pytest.mark.parametrize(
    ("exported", "edited", "problem"),
    [
        ("r", "Green [g]", ""),
        ("r", "Crimson", "[Colour] cannot go from “Red” to “Crimson”; it can go to: Green [g] (editor, admin)."),
        ("b", "Crimson", ""),
        ("", "Blue", "[Colour] of a new record must be: Red (anybody)."),
    ],
)
def test_a_workflow_says_which_way_a_value_can_go(exported: str, edited: str, problem: str) -> None:
    """One that says nothing of the value before allows any."""
    desk = desk_of(parks() | {"colour": exported})
    _with_column(desk, "colour", steps=(Step("", "r"), Step("r", "g", ("editor", "admin"))))
    desk.rows["Packages"][0]["Colour"] = edited

    assert _problems(desk).get(("Packages", 2), "") == problem
