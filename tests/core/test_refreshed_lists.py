"""What a refresh brings into lists, entry by entry, and into places and files of resources."""

from collections.abc import Mapping

import pytest
from refreshing import Office, at, contacts, office_of
from worlds import desk_of, lit, package, parks, resource, trails

from bulkedit.core.json_value import JSON

# -- places and files of resources


def test_places_come_in_but_for_those_that_somebody_wants_elsewhere(office: Office) -> None:
    """A resource that came first moves the others; who wants one elsewhere still does."""
    office.rows["Resources"][1]["Position"] = "1"
    office.rival("parks", resources=[resource("new"), *office.site["id-parks"]["resources"]])

    answers = office.refresh()

    assert office.column("Resources", "ID", "Position") == [("id-map", "2"), ("id-list", "1"), ("id-new", "1")]
    assert answers[at("Resources", 2)].message == "[Position] now says “2”; it said “1”."
    assert answers[at("Resources", 3)].result == "conflict"


def test_a_file_to_be_sent_keeps_what_tells_whether_the_other_was_replaced(office: Office) -> None:
    """Else the import would overwrite somebody's new file without a word."""
    office.rows["Resources"][0]["Upload"] = "map.csv"
    office.site["id-parks"]["resources"][0] |= {"size": 99, "description": "New map"}

    answer = office.refresh()[at("Resources", 2)]

    assert answer.result == "conflict"
    assert office.column("Resources", "Size")[0] == "10"
    assert office.import_() == {"CONFLICT": ["upload"]}


# -- lists


def test_an_entry_stays_in_its_row_wherever_it_stands_in_the_list_now(office: Office) -> None:
    """What people noted beside it is about that entry; new ones come below."""
    office.rival("parks", contacts=contacts("Eve", "Bob", "Ann"))

    answers = office.refresh()

    assert office.column("Contacts", "Package", "Item", "Name") == [
        ("parks", "3", "Ann"),
        ("parks", "2", "Bob"),
        ("trails", "1", "Cy"),
        ("parks", "1", "Eve"),
    ]
    assert [answers[at("Contacts", row)].result for row in (2, 3, 4, 5)] == [
        "updated", "unchanged", "unchanged", "created",
    ]  # fmt: skip
    assert answers[at("Contacts", 2)].message == "[Item] now says “3”; it said “1”."
    assert (lit(office.desk), office.import_()) == ([], {})


def test_the_row_of_an_entry_that_is_gone_is_emptied(office: Office) -> None:
    """It says so; the next refresh takes that away as well."""
    office.rows["Contacts"][0]["Called"] = "yes"
    office.rival("parks", contacts=contacts("Bob"))

    answer = office.refresh()[at("Contacts", 2)]
    emptied = {header: text for header, text in office.rows["Contacts"][0].items() if text}
    office.refresh()

    assert (answer.result, answer.message) == (
        "deleted",
        "This entry is not on the site any more; its row was emptied.",
    )
    assert emptied == {"Called": "yes", "Result": "deleted", "Message": answer.message}
    assert [text for text in office.rows["Contacts"][0].values() if text] == ["yes"]
    assert office.column("Contacts", "Item", "Name") == [("", ""), ("1", "Bob"), ("1", "Cy")]
    assert office.import_() == {}


def test_rows_left_over_take_the_entries_left_over(office: Office) -> None:
    """An entry that nobody recognizes any more gives its row to a new one."""
    office.rival("parks", contacts=contacts("Dan", "Eve"))

    office.refresh()

    assert office.column("Contacts", "Item", "Name") == [("1", "Dan"), ("2", "Eve"), ("1", "Cy")]


@pytest.mark.parametrize(
    ("touch", "expected"),
    [
        ({0: {"E-mail": "mine@x.org"}}, {"CHANGE": ["email"]}),
        ({1: {"Action": "delete"}}, {"CHANGE": ["(row)"]}),
        ({3: {"Package": "parks", "Name": "Di"}}, {"CHANGE": ["name"]}),
    ],
)
def test_a_list_that_somebody_touched_stays_as_it_is(
    office: Office, touch: Mapping[int, dict[str, str]], expected: dict[str, list[str]]
) -> None:
    """The import brings both together: the edit goes, and what others added stays."""
    for row, cells in touch.items():
        office.rows["Contacts"] += [{} for _ in range(row + 1 - len(office.rows["Contacts"]))]
        office.rows["Contacts"][row] |= cells
    office.rival("parks", contacts=contacts("Ann", "Bob", "Eve"))
    before = [(row.get("Item", ""), row["Name"]) for row in office.rows["Contacts"]]

    answers = office.refresh()

    assert [(row.get("Item", ""), row["Name"]) for row in office.rows["Contacts"]] == before
    assert "an import brings both together" in answers[at("Contacts", 2)].message
    assert office.import_() == expected
    names = [item["name"] for item in office.site["id-parks"]["contacts"]]
    assert "Eve" in names


def test_a_clash_in_a_list_is_marked_as_an_import_would(office: Office) -> None:
    """Both sides changed the same entry: a conflict there, and none in its neighbours."""
    office.rows["Contacts"][0]["E-mail"] = "mine@x.org"
    office.rival(
        "parks", contacts=[{"name": "Ann", "email": "theirs@x.org"}, {"name": "Bob", "email": "bob@x.org"}]
    )

    answers = office.refresh()

    assert [answers[at("Contacts", row)].result for row in (2, 3)] == ["conflict", "unchanged"]
    assert answers[at("Contacts", 2)].message.startswith(
        "Conflict in [E-mail]: here “mine@x.org”, on the site now"
    )
    assert office.import_() == {"CONFLICT": ["email"]}


def test_a_list_with_rows_taken_out_stays(office: Office) -> None:
    """What was taken out of the workbook is not brought back, and a row put back means what it meant."""
    bob = office.rows["Contacts"].pop(1)
    office.rival("parks", contacts=contacts("Ann", "Rob", "Eve"))

    office.refresh()
    office.rows["Contacts"].append(bob)

    assert office.column("Contacts", "Name") == ["Ann", "Cy", "Bob"]
    assert office.import_() == {}


def test_a_list_that_was_empty_gets_rows(office: Office) -> None:
    """A package without entries in a list has no row there; now it has."""
    office.rival("trails", dates=[{"type": "r", "date": "2026-01-01"}])
    office.desk = desk_of(parks() | {"dates": [{"type": "r", "date": "2025-01-01"}]}, trails())
    office.rival("parks", dates=[{"type": "r", "date": "2025-01-01"}])

    office.refresh()

    assert office.column("Dates", "Package", "Item", "Date") == [
        ("parks", "1", "2025-01-01"),
        ("trails", "1", "2026-01-01"),
    ]


def test_what_stands_in_a_cell_stays_with_its_entry(office: Office) -> None:
    """The site keeps another form of it; only what has changed comes in."""
    office.desk.catalogue.shown["Contacts", "id-parks/1", "name"] = "ann"
    office.rival("parks", contacts=[{"name": "Ann", "email": "new@x.org"}, {"name": "Bob", "email": "bob@x.org"}])

    office.refresh()

    assert office.column("Contacts", "E-mail")[0] == "new@x.org"
    assert office.desk.catalogue.shown == {("Contacts", "id-parks/1", "name"): "ann"}


def test_a_resource_that_is_where_it_was_wanted_is_told_so(office: Office) -> None:
    """Somebody moved it, or an earlier run did."""
    office.rows["Resources"][0]["Position"] = "2"
    office.rival("parks", resources=[*reversed(parks()["resources"])])

    answers = office.refresh()

    assert "has this already" in answers[at("Resources", 2)].message
    assert office.column("Resources", "Position") == ["2", "1"]
    assert office.import_() == {}


def test_what_stands_in_an_entrys_cell_stays_there() -> None:
    """A raw value typed for a choice, and imported: it is lit no more than before when the list comes in."""
    one = package("parks", contacts=[{"name": "Ann", "roles": ["r"]}, {"name": "Bob"}])
    office = office_of(one)
    office.rows["Contacts"][0]["Roles"] = "r"
    office.desk.catalogue.shown["Contacts", "id-parks/1", "roles"] = "r"
    theirs: list[JSON] = [{"name": "Cy"}, {"name": "Ann", "roles": ["r"]}, {"name": "Bob"}]
    office.rival("parks", contacts=theirs)

    office.refresh()

    assert office.column("Contacts", "Name", "Roles", "Item")[0] == ("Ann", "r", "2")
    assert lit(office.desk) == []
