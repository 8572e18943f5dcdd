"""Whole records against the site: deleted as they were seen or not at all; files, and places."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bulkedit.core.catalogue import Catalogue, Owner
from bulkedit.core.columns import FILE_COLUMN, PLACE_COLUMN, Column, Kind, Layout, Level, Table
from bulkedit.core.diff import Change, Verdict, diff_package
from bulkedit.core.edits import CellEdit, Place, RowEdit
from bulkedit.core.files import File

PACKAGES = Table("Packages", Level.PACKAGE, "record", (Column("Title", "title"),))
STAMPS = tuple(Column(name, name, read_only=True) for name in ("size", "last_modified", "created"))
RESOURCES = Table(
    "Resources", Level.RESOURCE, "record", (Column("URL", "url"), Column("Format", "format"), *STAMPS)
)
CONTACTS = Table("Contacts", Level.ITEM, "record", (Column("Name", "name"),), "contacts", "Contacts")
EXTENTS = Table("Extents", Level.RESOURCE_ITEM, "record", (Column("From", "from"),), "extents", "Extents")
DATES = Table(
    "Dates", Level.ITEM, "record", (Column("Type", "type", Kind.CHOICE), Column("Date", "date")), "dates"
)
LAYOUT = Layout((PACKAGES, RESOURCES, CONTACTS, EXTENTS))

DELETE_PACKAGE = RowEdit(Place("Packages", 2), PACKAGES, "p", "parks", "p", action="delete")
DELETE_RESOURCE = RowEdit(Place("Resources", 2), RESOURCES, "p", "parks", "r1", resource="r1", action="delete")


def of_parks() -> Catalogue:
    """Return the texts of one package with two resources."""
    return Catalogue(
        {
            "Packages": {"p": ("Parks",)},
            "Resources": {"r1": ("map.csv", "CSV", "10", "t1", "t0"), "r2": ("list.csv", "CSV", "", "", "t0")},
            "Contacts": {"p/1": ("Ann",), "p/2": ("Bob",)},
            "Extents": {"r1/1": ("2020",)},
        },
        {"p": "parks"},
        {"r1": Owner("p", "map", 1), "r2": Owner("p", "list", 2)},
    )


def exported() -> Catalogue:
    """Return the texts of that package, and of another one with three resources."""
    catalogue = of_parks()
    catalogue.packages["q"] = "trails"
    for key in ("q1", "q2", "q3"):
        catalogue.rows["Resources"][key] = ("x.csv", "CSV", "", "", "t0")
        catalogue.resources[key] = Owner("q", key, 1)
    return catalogue


def verdict(row: RowEdit, live: Catalogue, **how: object) -> Verdict:
    """Return the one verdict on a row."""
    [change] = diff_package([row], exported(), live, layout=LAYOUT, **how).changes  # type: ignore[arg-type]  # whatever a test tells
    return change.verdict


def another_resource(live: Catalogue) -> None:
    """Add a resource."""
    live.rows["Resources"]["new"] = ("new.csv", "CSV", "", "", "t5")
    live.resources["new"] = Owner("p", "new", 3)


def edited(title: str, key: str, *texts: str) -> Callable[[Catalogue], None]:
    """Return what changes one row."""
    return lambda live: live.rows[title].update({key: texts})


THEIRS: dict[str, Callable[[Catalogue], None]] = {
    "title": edited("Packages", "p", "Parks and gardens"),
    "contact": edited("Contacts", "p/2", "Bea"),
    "one more contact": edited("Contacts", "p/3", "Cy"),
    "resource": edited("Resources", "r2", "other.csv", "CSV", "", "", "t0"),
    "another resource": another_resource,
    "list of a resource": edited("Extents", "r1/1", "2021"),
    "file": edited("Resources", "r1", "map.csv", "CSV", "10", "t2", "t0"),
    "file of another length": edited("Resources", "r1", "map.csv", "CSV", "11", "t1", "t0"),
}
"""What somebody may have done to the package since the export."""


def test_a_record_that_is_as_it_was_is_deleted() -> None:
    """The package, or one of its resources."""
    assert verdict(DELETE_PACKAGE, of_parks()) is Verdict.CHANGE
    assert verdict(DELETE_RESOURCE, of_parks()) is Verdict.CHANGE


@pytest.mark.parametrize("what", THEIRS)
def test_a_package_is_not_deleted_with_what_nobody_here_has_seen(what: str) -> None:
    """A field, an entry, a resource, a file: of the package, of its resources, of their lists."""
    live = of_parks()
    THEIRS[what](live)

    assert verdict(DELETE_PACKAGE, live) is Verdict.CONFLICT


@pytest.mark.parametrize("what", THEIRS)
def test_a_resource_is_not_deleted_with_what_nobody_here_has_seen(what: str) -> None:
    """What was done to the package, or to other resources, does not matter."""
    live = of_parks()
    THEIRS[what](live)

    expected = Verdict.CONFLICT if what.startswith(("file", "list")) else Verdict.CHANGE
    assert verdict(DELETE_RESOURCE, live) is expected


def test_what_is_gone_already_is_no_loss() -> None:
    """Somebody deleted a resource of a package that is to go; and what the site stamps is nobody's edit."""
    live = of_parks()
    del live.rows["Resources"]["r2"], live.resources["r2"]
    live.rows["Resources"]["r1"] = ("map.csv", "CSV", "10", "t1", "t9")

    assert verdict(DELETE_PACKAGE, live) is Verdict.CHANGE


# -- files


FILE = File("maps/map.csv", "map.csv", 20, "d1")


def asks(column: Column, text: str, *, new: bool = False) -> RowEdit:
    """Return a row whose cell for a file, a place or a field was filled in."""
    cells = (CellEdit(column, "", text),)
    return RowEdit(Place("Resources", 2), RESOURCES, "p", "parks", "r1", resource="r1", cells=cells, new=new)


def held(**fields: str | int) -> Catalogue:
    """Return the live texts, of which the first resource holds something else."""
    live = of_parks()
    live.resources["r1"] = replace(live.resources["r1"], **fields)  # type: ignore[arg-type]  # whatever a test tells
    return live


def test_a_file_is_told_so_that_it_can_be_recognized() -> None:
    """By its name, its length, and the beginning of its digest."""
    file = File("maps/map.csv", "map.csv", 12_345, "0123456789abcdef")

    assert str(file) == "map.csv (12,345 bytes, SHA-256 0123456789ab…)"


def test_a_file_that_has_arrived_is_not_sent_again() -> None:
    """It is known by its digest, unless one of another length has replaced it: CKAN keeps the digest then."""
    row = asks(FILE_COLUMN, "maps/map.csv")
    files = {row.place: FILE}

    found = [
        verdict(row, held(digest=digest, size=size), files=files)
        for digest, size in (("d1", "20"), ("d1", ""), ("d1", "21"), ("d2", "20"))
    ]

    assert found == [Verdict.ALREADY, Verdict.ALREADY, Verdict.CHANGE, Verdict.CHANGE]


@pytest.mark.parametrize(
    "texts",
    [
        ("other.csv", "CSV", "10", "t1", "t0"),
        ("map.csv", "CSV", "11", "t1", "t0"),
        ("map.csv", "CSV", "10", "t2", "t0"),
    ],
)
def test_a_file_that_somebody_has_put_there_is_not_overwritten(texts: tuple[str, ...]) -> None:
    """Another address, another length, another time."""
    live = of_parks()
    live.rows["Resources"]["r1"] = texts
    row = asks(FILE_COLUMN, "maps/map.csv")

    assert verdict(row, live, files={row.place: FILE}) is Verdict.CONFLICT
    assert verdict(row, live, files={row.place: FILE}, overwrite=True) is Verdict.CHANGE


# -- places


def test_a_place_beyond_the_end_is_the_end() -> None:
    """A resource that stands there is where it was wanted."""
    row = asks(PLACE_COLUMN, "9")
    last = held(position=2)

    assert verdict(row, of_parks()) is Verdict.CHANGE
    assert verdict(row, last) is Verdict.ALREADY


# -- new resources that an earlier run has made


@pytest.mark.parametrize(
    ("typed", "expected"), [("csv", Verdict.ALREADY), (" CSV", Verdict.ALREADY), ("XML", Verdict.CONFLICT)]
)
def test_a_new_resource_that_arrived_is_known_though_the_site_spells_its_format(
    typed: str, expected: Verdict
) -> None:
    """CKAN has one spelling of each format."""
    assert verdict(asks(RESOURCES.columns[1], typed, new=True), of_parks()) is expected


# -- lists whose first field is a choice


def test_two_entries_may_have_the_same_choice() -> None:
    """A choice is no name: that somebody added one of the same type is no conflict."""
    texts = zip(DATES.columns, ("Created", "2026-02-02"), strict=True)
    cells = tuple(CellEdit(column, "", text) for column, text in texts)
    row = RowEdit(Place("Dates", 2), DATES, "p", "parks", "p", cells=cells)
    live = Catalogue({"Dates": {"p/1": ("Created", "2026-01-01")}}, {"p": "parks"})

    changes: tuple[Change, ...] = diff_package([row], Catalogue({"Dates": {}}, {"p": "parks"}), live).changes

    assert {change.verdict for change in changes} == {Verdict.CHANGE}
