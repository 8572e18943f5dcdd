"""What a refresh does with rows: of new records, of gone and deleted ones, and under new names."""

import pytest
from refreshing import Office, at, contacts, office_of
from worlds import desk_of, lit, package, parks, resource, trails

from bulkedit.core.added import Added
from bulkedit.core.advance import Advance
from bulkedit.core.held_names import free_names
from bulkedit.core.json_value import resources_of
from bulkedit.core.template import read_template

# -- what is new


def test_new_packages_and_resources_are_added_as_an_export_writes_them(office: Office) -> None:
    """With their lists; the import after it finds nothing to do."""
    moors = package(
        "moors",
        contacts=contacts("Flo"),
        resources=[resource("bog", temporal_extent=[{"begin_date": "2020-01-01"}])],
    )
    office.site["id-moors"] = moors

    answers = office.refresh()

    fresh = desk_of(parks(), trails(), moors)
    for title in ("Packages", "Resources", "Contacts", "Resource Temporal extent"):
        answered = {"Result": "created", "Message": "New on the site: this row was added."}
        expected = {header: text for header, text in fresh.rows[title][-1].items() if text}
        assert office.rows[title][-1] | {"Page": ""} == expected | answered | {"Page": ""}
    assert office.rows["Packages"][2]["Page"] == "https://catalogue.example/dataset/id-moors"
    assert (answers[at("Packages", 4)].result, answers[at("Packages", 4)].message) == (
        "created",
        "New on the site: this row was added.",
    )
    assert (lit(office.desk), office.import_()) == ([], {})


def test_what_rows_here_are_to_create_is_left_to_the_import(office: Office) -> None:
    """A package of the name of a new row is one that an earlier run created and was not told of."""
    office.rows["Packages"].append({"Title": "Moors", "Name": "moors"})
    office.site["id-moors"] = package("moors")

    answers = office.refresh()

    assert len(office.rows["Packages"]) == 3
    assert answers[at("Packages", 4)].result == "unchanged"


def test_new_rows_of_the_person_stay(office: Office) -> None:
    """They follow only where what they belong to is called otherwise now."""
    office.rows["Resources"].append({"Package": "trails", "Name": "mine", "URL": "https://x.org"})
    office.rival("trails", name="paths", resources=[resource("theirs")])

    answers = office.refresh()

    assert office.column("Resources", "Package", "Name")[2:] == [("paths", "mine"), ("paths", "theirs")]
    assert answers[at("Resources", 4)].message == "[Package] now says “paths”; it said “trails”."
    assert office.import_() == {"CHANGE": ["name", "url"]}


def test_packages_of_other_types_are_counted(office: Office) -> None:
    """The workbook has no sheets for them."""
    office.site["id-map"] = package("map") | {"type": "map"}
    office.site["id-app"] = package("app") | {"type": "app"}

    office.refresh()

    assert office.found is not None
    assert office.found.without_sheets == {"map": 1, "app": 1}
    assert len(office.rows["Packages"]) == 2


def test_what_was_taken_out_of_the_workbook_stays_out(office: Office) -> None:
    """A package whose row was removed gets no resources, entries, or row."""
    del office.rows["Packages"][0]
    office.rival("parks", resources=[*parks()["resources"], resource("new")], dates=[{"type": "r"}])

    office.refresh()

    assert len(office.rows["Resources"]) == 2
    assert len(office.rows["Packages"]) == 1


# -- what is gone


def test_what_is_gone_is_marked_and_stays(office: Office) -> None:
    """A package that is not there any more, or not to be seen; the import does nothing with it."""
    del office.site["id-parks"]

    answers = office.refresh()

    assert {one.result.value for place, one in answers.items() if one.package == "parks"} == {"deleted"}
    assert answers[at("Packages", 2)].message == (
        "This package is not on the site any more (or not visible to you); you can delete this row."
    )
    assert answers[at("Contacts", 2)].message.startswith("Its package is not on the site any more")
    assert office.column("Packages", "Title")[0] == "Parks"
    assert office.import_() == {}


def test_a_gone_resource_is_marked_with_its_entries(office: Office) -> None:
    """The rest of its package comes in; its rows are called as their package is."""
    office.rival("parks", resources=[resource("list", size="12", url_type="upload")], name="gardens")

    answers = office.refresh()

    assert answers[at("Resources", 2)].message.startswith("This resource is not on the site any more")
    assert answers[at("Resource Temporal extent", 2)].message.startswith("Its resource is not on the site")
    assert office.column("Resources", "Package", "Position") == [("gardens", "1"), ("gardens", "1")]
    assert office.import_() == {}


def test_an_edit_of_what_is_gone_is_a_conflict(office: Office) -> None:
    """In the words of the import."""
    office.rows["Packages"][0]["Title"] = "My parks"
    office.rows["Contacts"][0]["Name"] = "Anne"
    del office.site["id-parks"]

    answers = office.refresh()

    assert answers[at("Packages", 2)].message == (
        "Conflict in [Title]: this package is no longer on the site (or not visible to you). Nothing was sent for"
        " it; undo your edit, or remove the row."
    )
    assert [answers[at("Contacts", row)].result for row in (2, 3)] == ["conflict", "deleted"]


def test_a_gone_package_without_rows_is_forgotten(office: Office) -> None:
    """Its rows were deleted, as the message says: it is not counted as missing any more."""
    del office.site["id-trails"]
    del office.rows["Packages"][1], office.rows["Contacts"][2]

    office.refresh()

    assert office.desk.edits().missing == {}
    assert list(office.desk.catalogue.packages) == ["id-parks"]


# -- deletions


def test_what_a_deletion_takes_with_it_stays_as_it_was_seen(office: Office) -> None:
    """Who deletes a package has seen it as it was: that it changed stays a conflict."""
    office.rows["Packages"][0]["Action"] = "delete"
    office.rival("parks", contacts=contacts("Eve"), resources=[resource("new")], notes="More parks")

    answers = office.refresh()

    assert answers[at("Packages", 2)].result == "conflict"
    assert "was changed on the site" in answers[at("Packages", 2)].message
    assert office.column("Contacts", "Name") == ["Ann", "Bob", "Cy"]
    assert office.column("Resources", "Name") == ["map", "list"]
    assert office.import_() == {"CONFLICT": ["(row)"]}


def test_a_deletion_that_others_did_is_done(office: Office) -> None:
    """The row can go."""
    office.rows["Packages"][0]["Action"] = "delete"
    del office.site["id-parks"]

    assert office.results("Packages") == ["deleted", "unchanged"]


# -- names


def test_rows_follow_the_names_of_their_packages_and_resources(office: Office) -> None:
    """They are found by them."""
    first, *others = parks()["resources"]
    office.rival("parks", name="gardens", resources=[first | {"name": "plan"}, *others])

    office.refresh()

    assert office.column("Contacts", "Package") == ["gardens", "gardens", "trails"]
    assert office.column("Resource Temporal extent", "Package", "Resource") == [("gardens", "plan")]
    assert (lit(office.desk), office.import_()) == ([], {})


def test_a_resource_that_had_no_name_gets_one_in_all_its_rows() -> None:
    """An empty cell was its name."""
    nameless, *others = parks()["resources"]
    office = office_of(parks() | {"resources": [nameless | {"name": ""}, *others]}, trails())
    office.rival("parks", resources=[nameless | {"name": "plan"}, *others])

    office.refresh()

    assert office.column("Resource Temporal extent", "Resource") == ["plan"]
    assert office.import_() == {}


def test_packages_that_swapped_their_names_are_not_mixed_up(office: Office) -> None:
    """All rows say the new names."""
    office.rival("parks", name="trails")
    office.rival("trails", name="parks")

    office.refresh()

    assert office.column("Contacts", "Package", "Name") == [("trails", "Ann"), ("trails", "Bob"), ("parks", "Cy")]
    assert office.import_() == {}


def test_a_name_that_rows_here_still_have_is_not_given_to_another(office: Office) -> None:
    """Two packages of one name would be mixed up: the renamed one waits, the new one is told of."""
    del office.site["id-trails"]
    office.site["id-other"] = package("trails") | {"id": "id-other"}

    office.refresh()

    assert office.found is not None
    assert office.found.names_taken == ["trails"]
    assert office.import_() == {}


@pytest.mark.parametrize(
    ("held", "wanted", "free"),
    [
        ({"1": "a", "2": "b"}, {"1": "b", "2": "a"}, {"1": "b", "2": "a"}),
        ({"1": "a", "2": "b"}, {"1": "b"}, {}),
        ({"1": "a", "2": "b"}, {"1": "a", "2": "b"}, {"1": "a", "2": "b"}),
        ({"1": "a", "2": "b", "3": "c"}, {"1": "b", "2": "c", "9": "a"}, {}),
    ],
)
def test_a_name_is_free_where_its_holder_takes_another(
    held: dict[str, str], wanted: dict[str, str], free: dict[str, str]
) -> None:
    """Also along a chain; a new package takes one too."""
    assert free_names(held, wanted) == free


def test_a_resource_that_a_row_here_made_is_not_added_again(office: Office) -> None:
    """An earlier run created it and was not told: the row itself gets its ID from the import."""
    office.rows["Resources"].append({"Package": "trails", "Name": "mine", "URL": "https://x.org"})
    made = office.desk.edits().by_package()["id-trails"][0].owner
    office.rival("trails", resources=[{"id": made, "name": "mine", "url": "https://x.org"}])

    office.refresh()

    assert len(office.rows["Resources"]) == 3
    assert office.import_() == {"ALREADY": ["name", "url"]}


def test_a_new_entry_of_a_resource_is_told_apart_from_a_namesake(office: Office) -> None:
    """It calls its resource by name; where another one of that name has come, it gets the ID as well."""
    office.rows["Resource Temporal extent"].append(
        {"Package": "parks", "Resource": "list", "Beginning date": "2026-01-01"}
    )
    office.rival("parks", resources=[*parks()["resources"], resource("other") | {"name": "list"}])

    office.refresh()

    assert office.column("Resource Temporal extent", "Resource ID")[1] == "id-list"
    assert office.import_() == {"CHANGE": ["begin_date"]}


def test_a_name_that_was_edited_here_and_there_stays(office: Office) -> None:
    """So do the cells of the rows that call the package by the old one."""
    office.rows["Packages"][0]["Address"] = "hills"
    office.rival("parks", name="dales", notes="More")

    office.refresh()

    assert office.column("Packages", "Address", "Notes")[0] == ("hills", "More")
    assert office.column("Contacts", "Package")[:2] == ["parks", "parks"]


def test_without_a_column_of_names_a_name_that_others_have_is_not_taken_either() -> None:
    """Rows would not know whose they are."""
    template = read_template({"packages": {"left_out": ["name"]}}, "own.yaml")
    office = Office(desk_of(parks(), trails(), template=template), {"id-parks": parks(), "id-trails": trails()})
    del office.rows["Packages"][1]
    office.rival("parks", name="trails", notes="More")

    office.refresh()

    assert office.column("Packages", "Notes") == ["More"]
    assert office.column("Contacts", "Package") == ["parks", "parks", "trails"]


def test_a_row_that_is_emptied_is_not_told_apart_from_a_namesake(office: Office) -> None:
    """It is about nothing any more."""
    office.rows["Resource Temporal extent"][0]["Resource ID"] = ""
    first, second = resources_of(parks())
    office.rival("parks", resources=[first | {"temporal_extent": []}, second | {"name": "map"}])

    office.refresh()

    assert office.column("Resource Temporal extent", "Resource ID") == [""]


def test_what_has_no_sheet_in_the_workbook_gets_no_rows(office: Office) -> None:
    """Who removed a sheet does not want it."""
    for title in ("Resources", "Contacts"):
        del office.desk.headers[title]
    lakes = package("lakes", contacts=[{"name": "Eve"}], resources=[resource("gpx")])
    office.site["id-lakes"] = lakes

    office.refresh()

    assert office.column("Packages", "Address") == ["parks", "trails", "lakes"]
    assert (len(office.rows["Resources"]), len(office.rows["Contacts"])) == (2, 3)


def test_a_record_that_the_catalogue_does_not_show_gets_no_row(office: Office) -> None:
    """Only what there is can be added."""
    desk = office.desk
    added = Added(Advance(desk.catalogue), desk.sheets(), "https://catalogue.example")

    added.record(desk.layout.tables[0], "nobody", desk.catalogue)

    assert added.outcomes == []
