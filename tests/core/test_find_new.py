"""Rows that ask for new packages and resources, or for the end of some: which record each means."""

import pytest
from worlds import Desk, desk_of, package, parks, resource, trails

from bulkedit.core import columns as own
from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.core.edits import RowEdit
from bulkedit.core.find import find_edits
from bulkedit.core.template import read_template

NEW = {"Title": "New Lakes", "Notes": "All lakes"}


@pytest.fixture
def desk() -> Desk:
    """An untouched export of two packages, in rows 2 and 3."""
    return desk_of(parks(), trails())


def _problems(desk: Desk) -> dict[tuple[str, int], str]:
    return {(row.place.sheet, row.place.row): " ".join(row.problems) for row in desk.edits().rows if row.problems}


def _row(desk: Desk, sheet: str, number: int) -> RowEdit:
    return next(row for row in desk.edits().rows if (row.place.sheet, row.place.row) == (sheet, number))


def _add(desk: Desk, sheet: str, /, **cells: Cell) -> RowEdit:
    """Add a row at the end of a sheet (``_`` in a header stands for a blank) and return what it means."""
    desk.rows[sheet].append({header.replace("_", " "): cell for header, cell in cells.items()})
    return _row(desk, sheet, len(desk.rows[sheet]) + 1)


def _texts(row: RowEdit) -> dict[str, str]:
    return {cell.column.name: cell.edited for cell in row.cells}


# -- new packages


def test_a_row_without_an_id_is_a_new_package(desk: Desk) -> None:
    """Its filled cells are what it asks for, in normal form; what it is called follows from its title."""
    row = _add(desk, "Packages", **NEW, Colours="b; r", Private="true")

    assert (row.asks, row.new, row.problems, row.name) == (True, True, (), "new-lakes")
    assert _texts(row) == {
        "title": "New Lakes", "notes": "All lakes", "colours": "Red; Blue", "private": "TRUE",
    }  # fmt: skip


def test_a_typed_name_is_what_a_new_package_is_called(desk: Desk) -> None:
    """A name need not be made where there is one."""
    assert _add(desk, "Packages", **NEW, Address="lakes").name == "lakes"


def test_a_new_package_needs_what_is_required(desk: Desk) -> None:
    """A required cell left empty is named by its header; a name is made, so it may stay empty."""
    row = _add(desk, "Packages", Notes="All lakes")

    assert row.problems == ("[Title] is required in a new row.",)


def test_what_can_only_be_read_is_not_demanded_of_a_new_row() -> None:
    """Nobody can type it; whether the site sets it, the site knows."""
    template = read_template({"packages": {"read_only": ["title"]}}, "mine.yaml")

    row = _add(desk_of(parks(), template=template), "Packages", Address="lakes", Title="Lakes")

    assert (row.problems, "title" in _texts(row)) == ((), False)


@pytest.mark.parametrize(
    ("header", "cell"),
    [
        ("Colour", "Rde"),
        ("Published", "31.3.2026"),
        ("Notes", OddCell("=A1", Form.FORMULA)),
        ("Address", "New Lakes"),
    ],
)
def test_a_bad_cell_of_a_new_package_is_named(desk: Desk, header: str, cell: Cell) -> None:
    """What could not be sent in an old row cannot in a new one."""
    row = _add(desk, "Packages", **{**NEW, header: cell})

    assert [problem.partition("]")[0] for problem in row.problems] == [f"[{header}"]


@pytest.mark.parametrize("other", [NEW, {"Title": "Other", "Address": "new-lakes"}, {"Title": "new lakes!"}])
def test_two_new_packages_of_one_name_are_invalid(desk: Desk, other: dict[str, Cell]) -> None:
    """However they come to it; each row names the other."""
    _add(desk, "Packages", **NEW)
    _add(desk, "Packages", **other)

    problems = _problems(desk)

    assert problems.keys() == {("Packages", 4), ("Packages", 5)}
    assert "'new-lakes' stands in row 5 as well" in problems["Packages", 4]
    assert "row 4" in problems["Packages", 5]


@pytest.mark.parametrize("cells", [{"Title": "Parks"}, {"Title": "Other", "Address": "parks"}])
def test_a_new_package_of_an_exported_name_is_invalid(desk: Desk, cells: dict[str, Cell]) -> None:
    """A copied row whose ID was emptied, or a row that lost its ID: never a second package of the name."""
    row = _add(desk, "Packages", **cells)

    assert row.problems == (
        "[ID] is empty, but 'parks' is an exported package; restore the ID, or give another name.",
    )


def test_what_ckan_sets_by_itself_may_stand_in_a_copied_row(desk: Desk) -> None:
    """A copied row holds its model's state and times: they ask for nothing, and are no trouble."""
    row = _add(desk, "Packages", **(desk.rows["Packages"][0] | {own.ID: "", **NEW, "Address": ""}))

    assert row.problems == ()
    assert {"state", "metadata_modified"} & _texts(row).keys() == set()


@pytest.mark.parametrize("action", ["skip", "delete"])
def test_a_new_package_that_is_skipped_or_deleted_is_not_asked_for(desk: Desk, action: str) -> None:
    """What was never there needs no deleting; nor is a skipped row looked at."""
    row = _add(desk, "Packages", **NEW, Action=action)

    assert (row.asks, row.problems) == (False, ())


@pytest.mark.parametrize("action", ["skip", "delete"])
@pytest.mark.parametrize(("sheet", "header"), [("Resources", "URL"), ("Contacts", "Name")])
def test_rows_of_a_package_that_is_not_to_be_created_are_invalid(
    desk: Desk, action: str, sheet: str, header: str
) -> None:
    """Without its own row there is no package to put them into, and none is made up for them."""
    _add(desk, "Packages", **NEW, Action=action)

    row = _add(desk, sheet, Package="New Lakes", **{header: "x"})

    assert row.problems == ("Packages row 4, which this row belongs to, is not to be created.",)


# -- new resources


def test_a_resource_row_without_an_id_is_a_new_resource(desk: Desk) -> None:
    """It belongs to the package that it names, and has an id from the beginning."""
    row = _add(desk, "Resources", Package="trails", Name="a", URL="https://x.org/a.csv")

    assert (row.asks, row.new, row.problems, row.package) == (True, True, (), "id-trails")
    assert row.owner == row.resource != ""
    assert _texts(row) == {"name": "a", "url": "https://x.org/a.csv"}


def test_the_id_of_a_new_resource_is_the_same_at_the_next_look(desk: Desk) -> None:
    """Wherever the row stands by then; but in another workbook it is another one."""
    row = _add(desk, "Resources", Package="trails", Name="a", URL="https://x.org/a.csv")
    desk.rows["Resources"].reverse()
    elsewhere = find_edits(desk.layout, desk.catalogue, desk.sheets(), "another workbook").rows

    assert _row(desk, "Resources", 2).owner == row.owner
    assert row.owner not in {one.owner for one in elsewhere}


def test_two_new_resources_that_say_the_same_are_two(desk: Desk) -> None:
    """Nothing forbids them: each has its own id."""
    rows = [_add(desk, "Resources", Package="trails", Name="a", URL="u") for _ in range(2)]

    assert len({row.owner for row in rows}) == 2
    assert _problems(desk) == {}


def test_a_new_resource_like_one_that_an_earlier_run_made_is_another_one(desk: Desk) -> None:
    """A row copied from a created one, its ID emptied, has an id of its own."""
    made = _add(desk, "Resources", Package="trails", Name="list", URL="u").owner
    after = desk_of(parks(), trails() | {"resources": [resource("list", id=made, url="u")]})

    row = _add(after, "Resources", Package="trails", Name="list", URL="u")

    assert row.problems == ()
    assert row.owner != made


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"Name": "a"}, "[Package] is empty"),
        ({"Name": "a", own.PACKAGE: "nobody"}, "[Package] “nobody” is no package of this export"),
        ({own.PACKAGE: "nobody"}, "[Package] “nobody” is no package of this export"),
    ],
)
def test_a_new_resource_needs_a_package_of_this_workbook(desk: Desk, cells: dict[str, Cell], words: str) -> None:
    """Where the package is unknown, the row says what to write."""
    row = _add(desk, "Resources", **cells)

    assert " ".join(row.problems).startswith(words)


def test_a_row_that_names_only_a_package_asks_for_nothing(desk: Desk) -> None:
    """A line begun and left is no resource."""
    row = _add(desk, "Resources", Package="trails")

    assert (row.asks, row.problems) == (False, ())


def test_a_copied_row_that_keeps_its_id_is_invalid(desk: Desk) -> None:
    """Which of the two is the record, nobody can know."""
    row = _add(desk, "Resources", **(desk.rows["Resources"][0] | {"Name": "copy"}))

    assert row.problems == ("[ID] The same ID stands in row 2; remove one of the rows.",)


# -- what belongs to a new package


@pytest.mark.parametrize("called", ["lakes", "New Lakes", "new-lakes"])
def test_rows_name_a_new_package_by_name_title_or_what_the_title_makes(desk: Desk, called: str) -> None:
    """All of them stand in the workbook, or will: any will do."""
    new = _add(desk, "Packages", **NEW, Address="lakes")

    rows = [
        _add(desk, "Resources", Package=called, Name="map", URL="u"),
        _add(desk, "Contacts", Package=called, Name="Dee"),
        _add(desk, "Resource Temporal extent", Package=called, Resource="map", Beginning_date="2023-01-01"),
    ]

    assert [row.package for row in rows] == [new.package] * 3
    assert rows[2].resource == rows[0].owner
    assert _problems(desk) == {}


def test_a_name_goes_before_another_packages_title(desk: Desk) -> None:
    """A typed name says which package is meant, though a title above it makes the same."""
    _add(desk, "Packages", Title="Lakes", Address="waters")
    named = _add(desk, "Packages", Title="Ponds", Address="lakes")

    assert _add(desk, "Resources", Package="lakes", Name="a").package == named.package


def test_an_exported_package_goes_before_a_new_one(desk: Desk) -> None:
    """What a row meant before, it means still."""
    _add(desk, "Packages", Title="Trails", Address="new-trails")

    assert _add(desk, "Resources", Package="trails", Name="a").package == "id-trails"


def test_a_title_of_two_new_packages_means_neither(desk: Desk) -> None:
    """Nothing is put into one of them by guess."""
    _add(desk, "Packages", Title="Lakes", Address="lakes-1")
    _add(desk, "Packages", Title="Lakes", Address="lakes-2")

    row = _add(desk, "Contacts", Package="Lakes", Name="Dee")

    assert "[Package]" in _problems(desk)["Contacts", row.place.row]


def test_an_items_number_in_a_new_package_is_invalid(desk: Desk) -> None:
    """A contact copied with its number is told to lose it."""
    _add(desk, "Packages", **NEW)

    row = _add(desk, "Contacts", Package="New Lakes", Item="1", Name="Dee")

    assert "empty [Item] to add the row" in " ".join(row.problems)


def test_a_resource_that_two_rows_are_called_is_not_guessed(desk: Desk) -> None:
    """An item of a resource whose name is not its own in the package must wait for an ID."""
    for _ in range(2):
        _add(desk, "Resources", Package="trails", Name="map", URL="u")

    row = _add(desk, "Resource Temporal extent", Package="trails", Resource="map", Beginning_date="2023-01-01")

    assert "names 2 resources" in " ".join(row.problems)


# -- deleting


def test_a_deleted_package_cannot_be_edited_elsewhere(desk: Desk) -> None:
    """Edits of its resources and contacts, or new ones, contradict: each says which row deletes."""
    desk.rows["Packages"][0][own.ACTION] = "delete"
    desk.rows["Resources"][0]["Size"] = "11"
    desk.rows["Contacts"][0]["E-mail"] = "new@x.org"
    _add(desk, "Contacts", Package="parks", Name="Dee")

    problems = _problems(desk)

    assert problems.keys() == {("Resources", 2), ("Contacts", 2), ("Contacts", 5)}
    assert {*problems.values()} == {"Packages row 2 deletes what this row is about; take back one of the two."}


def test_a_deleted_resources_items_cannot_be_edited(desk: Desk) -> None:
    """Nor can anything be added to it; the package's other rows may be."""
    desk.rows["Resources"][0][own.ACTION] = "delete"
    desk.rows["Resource Temporal extent"][0]["End date"] = "2026-01-01"
    desk.rows["Packages"][0]["Notes"] = "Some parks"

    assert _problems(desk) == {
        (
            "Resource Temporal extent",
            2,
        ): "Resources row 2 deletes what this row is about; take back one of the two."
    }


def test_rows_of_a_deleted_package_that_ask_for_nothing_are_no_trouble(desk: Desk) -> None:
    """They need not be removed, nor marked."""
    desk.rows["Packages"][0][own.ACTION] = "delete"

    assert [str(row.place) for row in desk.edits().rows if row.asks] == ["Packages row 2"]


def test_the_same_package_deleted_and_edited_in_two_rows_is_invalid() -> None:
    """The same ID twice is trouble, whatever the rows ask for."""
    desk = desk_of(package("parks"))
    desk.rows["Packages"].append(desk.rows["Packages"][0] | {own.ACTION: "delete"})

    assert _problems(desk).keys() == {("Packages", 2), ("Packages", 3)}
