"""Packages that have to do with one name wait for each other; all others do not."""

from bulkedit.core.columns import Column, Kind, Level, Table
from bulkedit.core.edits import CellEdit, Place, RowEdit
from bulkedit.core.lanes import lanes

NAME = Column("Name", "name", Kind.TEXT)
PACKAGES = Table("Packages", Level.PACKAGE, "dataset", (NAME,))


def new(row: int, name: str) -> RowEdit:
    """Return the row of a new package."""
    key = f"+Packages!{row}"
    cell = CellEdit(NAME, "", name)
    return RowEdit(Place("Packages", row), PACKAGES, key, name, key, new=True, cells=(cell,))


def renamed(row: int, before: str, after: str) -> RowEdit:
    """Return the row of a package that gets another name."""
    cell = CellEdit(NAME, before, after)
    return RowEdit(Place("Packages", row), PACKAGES, f"id-{row}", before, f"id-{row}", cells=(cell,))


def edited(row: int) -> RowEdit:
    """Return the row of a package that keeps its name."""
    return RowEdit(Place("Packages", row), PACKAGES, f"id-{row}", f"trails-{row}", f"id-{row}")


def lanes_of(*rows: RowEdit) -> list[list[str]]:
    """Return the lanes of packages of one row each."""
    return lanes({row.package: [row] for row in rows})


def test_packages_that_keep_their_names_have_lanes_of_their_own() -> None:
    """Nothing waits without a reason."""
    assert lanes_of(edited(2), edited(3)) == [["id-2"], ["id-3"]]


def test_two_new_packages_of_one_name_wait_for_each_other() -> None:
    """Or both would find it free."""
    assert lanes_of(new(2, "map"), edited(3), new(4, "map")) == [["+Packages!2", "+Packages!4"], ["id-3"]]


def test_a_name_that_is_given_up_is_free_for_whoever_comes_after() -> None:
    """In the order of the sheet, also over several packages."""
    rows = (renamed(2, "a", "b"), renamed(3, "c", "a"), edited(4), renamed(5, "d", "c"), renamed(6, "b", "e"))

    assert lanes_of(*rows) == [["id-2", "id-3", "id-5", "id-6"], ["id-4"]]


def test_lanes_that_turn_out_to_be_one_become_one() -> None:
    """A third package that has to do with both names joins them."""
    assert lanes_of(new(2, "a"), new(3, "b"), renamed(4, "a", "b")) == [["+Packages!2", "+Packages!3", "id-4"]]


def test_rows_of_other_sheets_have_no_names() -> None:
    """A contact is called like whoever it is."""
    contacts = Table("Contacts", Level.ITEM, "dataset", (NAME,))
    contact = RowEdit(
        Place("Contacts", 2), contacts, "id-2", "trails-2", "id-2", cells=(CellEdit(NAME, "", "trails-3"),)
    )

    assert lanes_of(contact, edited(3)) == [["id-2"], ["id-3"]]
