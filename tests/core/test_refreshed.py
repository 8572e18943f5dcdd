"""What a refresh brings into a workbook, cell by cell, list by list, row by row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from worlds import Desk, desk_of, lit, package, parks, resource, settled, trails

from bulkedit.core.added import Added
from bulkedit.core.advance import Advance
from bulkedit.core.edits import Place
from bulkedit.core.files import File, Files
from bulkedit.core.held_names import free_names
from bulkedit.core.json_value import JSON, Package, resources_of
from bulkedit.core.refreshed import Refresh, refresh
from bulkedit.core.results import Outcome
from bulkedit.core.template import read_template


@dataclass
class Office:
    """A workbook of some packages, the site that they came from, and files that its rows name."""

    desk: Desk
    site: dict[str, Package]
    found: Refresh | None = None
    files: Files = field(default_factory=dict)

    @property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the sheets, the first of which is row 2."""
        return self.desk.rows

    def rival(self, name: str, /, **fields: JSON) -> None:
        """Change a package on the site."""
        self.site[f"id-{name}"] = self.site[f"id-{name}"] | fields

    def refresh(self) -> dict[Place, Outcome]:
        """Refresh the workbook and return the answers by row."""
        desk = self.desk
        self.found = refresh(
            desk.layout,
            desk.catalogue,
            desk.edits(),
            self.site,
            desk.sheets(),
            site="https://catalogue.example",
            files=self.files,
        )
        for place in self.found.moved.cells:
            self.rows[place.sheet] += [{} for _ in range(place.row - 1 - len(self.rows[place.sheet]))]
        desk.write(self.found.moved.cells)
        desk.catalogue = self.found.moved.exported
        for one in self.found.outcomes:
            self.rows[one.place.sheet][one.place.row - 2] |= {"Result": one.result.value, "Message": one.message}
        return {one.place: one for one in self.found.outcomes}

    def results(self, sheet: str) -> list[str]:
        """Refresh, and return the results of a sheet's rows."""
        return [one.result.value for place, one in self.refresh().items() if place.sheet == sheet]

    def column(self, sheet: str, *headers: str) -> list[Any]:
        """Return what columns of a sheet say."""
        found = [tuple(row.get(header, "") for header in headers) for row in self.rows[sheet]]
        return [texts[0] for texts in found] if len(headers) == 1 else found

    def import_(self) -> dict[str, list[str]]:
        """Import the workbook, and return by verdict the fields that it edits."""
        found: dict[str, list[str]] = {}
        for one in settled(self.desk, self.site):
            assert one.diff is not None, one.problems
            for change in one.diff.changes:
                name = "(row)" if change.cell is None else change.cell.column.name
                found.setdefault(change.verdict.name, []).append(name)
        return found


@pytest.fixture
def office() -> Office:
    """Return an untouched workbook of two packages, parks and trails."""
    return office_of(parks(), trails())


def office_of(*packages: Package) -> Office:
    """Return an untouched workbook of packages."""
    return Office(desk_of(*packages), {str(one["id"]): one for one in packages})


def at(sheet: str, row: int) -> Place:
    """Return a place."""
    return Place(sheet, row)


# -- cells


def test_a_cell_that_nobody_edited_says_what_the_site_says(office: Office) -> None:
    """It comes in, the message tells what it said, and the memory moves on: it is no edit of anybody's."""
    office.rival("parks", notes="More parks")

    answer = office.refresh()[at("Packages", 2)]

    assert office.column("Packages", "Notes") == ["More parks", "All trails"]
    assert (answer.result, answer.message) == (
        "updated",
        "[Notes] now says “More parks”; it said “All parks”.",
    )
    assert [(c.field, c.exported, c.edited, c.live) for c in answer.changes] == [
        ("notes", "All parks", "More parks", "More parks")
    ]
    assert (lit(office.desk), office.import_()) == ([], {})


def test_an_edit_stays_where_the_site_is_as_exported(office: Office) -> None:
    """Other cells of its row come in; the import after it sends the edit and nothing else."""
    office.rows["Packages"][0]["Title"] = "My parks"
    office.rival("parks", notes="More parks")

    answer = office.refresh()[at("Packages", 2)]

    assert office.column("Packages", "Title", "Notes")[0] == ("My parks", "More parks")
    assert answer.result == "updated"
    assert office.import_() == {"CHANGE": ["title"]}


def test_an_edit_that_the_site_has_is_none_any_more(office: Office) -> None:
    """The memory moves on; typed in another form, the cell keeps what was typed."""
    office.rows["Packages"][0] |= {"Title": "My parks", "Colour": "g2"}
    office.rival("parks", title="My parks", colour="g2")

    answer = office.refresh()[at("Packages", 2)]

    assert (answer.result, answer.message) == (
        "unchanged",
        "[Title]: the site has this already. [Colour]: the site has this already.",
    )
    assert office.column("Packages", "Colour")[0] == "g2"
    assert (lit(office.desk), office.import_()) == ([], {})
    assert office.results("Packages") == ["unchanged", "unchanged"]


def test_both_sides_changed_a_cell_is_a_conflict_and_stays_one(office: Office) -> None:
    """The cell keeps the edit and the memory what was exported, so that the import says the same.

    What came in beside it is named without brackets: those would colour it as a conflict, too.
    """
    office.rows["Packages"][0] |= {"Title": "My parks"}
    office.rival("parks", title="Their parks", notes="More parks")

    answer = office.refresh()[at("Packages", 2)]

    assert answer.result == "conflict"
    assert answer.message == (
        "Conflict in [Title]: here “My parks”, on the site now “Their parks” (last changed there 2026-11-20 10:00"
        " UTC). Not sent; exported was “Parks”. Notes now says “More parks”; it said “All parks”."
    )
    assert [(c.field, c.result.value) for c in answer.changes] == [("title", "conflict"), ("notes", "updated")]
    assert office.column("Packages", "Title", "Notes")[0] == ("My parks", "More parks")
    assert office.import_() == {"CONFLICT": ["title"]}


def test_an_invalid_cell_stays_and_others_of_its_row_come_in(office: Office) -> None:
    """Its row is invalid, with the sentence of a check; what it was exported as is still known."""
    office.rows["Packages"][0] |= {"Colour": "no colour", "Title": ""}
    office.rival("parks", notes="More parks", colour="b", title="")

    answer = office.refresh()[at("Packages", 2)]

    assert answer.result == "invalid"
    assert "[Title] is required and cannot be emptied." in answer.message
    assert answer.message.endswith(" Notes now says “More parks”; it said “All parks”.")
    assert office.column("Packages", "Title", "Colour", "Notes")[0] == ("", "no colour", "More parks")
    assert office.desk.catalogue.rows["Packages"]["id-parks"][:1] == ("Parks",)


def test_a_text_in_another_form_stays_while_the_site_keeps_its_own(office: Office) -> None:
    """What the workbook shows for it is remembered; when the site says something else, that comes in."""
    office.desk.catalogue.shown["Packages", "id-parks", "title"] = "parks"
    office.rows["Packages"][0]["Title"] = "parks"
    first = office.refresh()[at("Packages", 2)]
    office.rival("parks", title="Gardens")

    second = office.refresh()[at("Packages", 2)]

    assert (first.result, second.result) == ("unchanged", "updated")
    assert second.message == "[Title] now says “Gardens”; it said “parks”."
    assert (office.desk.catalogue.shown, office.import_()) == ({}, {})


def test_read_only_cells_come_in_and_are_named_only_where_nothing_else_is(office: Office) -> None:
    """What the site alone sets is worth a word where it is all there is to say."""
    office.rival("parks", state="draft")
    office.rival("trails", state="draft", notes="More trails")

    answers = office.refresh()

    assert answers[at("Packages", 2)].message == "[State] now says “draft”; it said “active”."
    assert "State" not in answers[at("Packages", 3)].message
    assert [c.field for c in answers[at("Packages", 3)].changes] == ["notes", "state"]


def test_a_stamp_that_comes_in_alone_is_no_news(office: Office) -> None:
    """Right after an import each imported package has another one; a colleague's edits must not drown in them."""
    office.rival("parks", metadata_modified="2026-11-25T10:00:00")

    answer = office.refresh()[at("Packages", 2)]

    assert (answer.result, answer.message, answer.changes) == ("unchanged", "", ())
    assert office.column("Packages", "Metadata modified")[0] == "2026-11-25T10:00:00"


def test_a_message_names_a_few_cells_and_counts_the_others() -> None:
    """The sheet Results has them all."""
    one = package("parks", **{f"field_{n}": "a" for n in range(9)})
    office = office_of(one)
    office.rival("parks", **{f"field_{n}": "b" for n in range(9)})

    answer = office.refresh()[at("Packages", 2)]

    assert answer.message.endswith("it said “a”. And 3 more cells.")
    assert len(answer.changes) == 9


def test_a_refresh_when_nothing_changed_changes_nothing(office: Office) -> None:
    """Whatever was edited: no cell is written, nothing is forgotten."""
    office.rows["Packages"][0] |= {"Title": "My parks", "Colour": "no colour"}
    office.rows["Contacts"][0] |= {"E-mail": "new@x.org"}
    office.rows["Contacts"].append({"Package": "trails", "Name": "Di"})
    before = office.desk.catalogue

    answers = office.refresh()

    assert office.found is not None
    assert (office.found.moved.cells, office.found.moved.reach) == ({}, {})
    assert office.desk.catalogue == before
    assert {one.result.value for one in answers.values()} == {"invalid", "unchanged"}


def test_a_row_to_be_skipped_stays_as_it_is(office: Office) -> None:
    """What was edited in it is not known, and so is kept, with what was exported."""
    office.rows["Packages"][0] |= {"Title": "My parks", "Action": "skip"}
    office.rows["Contacts"][0] |= {"Action": "skip"}
    office.rival("parks", title="Their parks", contacts=[])

    answers = office.refresh()

    assert answers[at("Packages", 2)].result == answers[at("Contacts", 2)].result == "skipped"
    office.rows["Packages"][0]["Action"] = ""
    assert office.column("Packages", "Title")[0] == "My parks"
    assert office.import_() == {"CONFLICT": ["title"]}


def test_a_row_of_which_nobody_knows_what_it_is_stays(office: Office) -> None:
    """An ID that stands twice, or was mistyped: the row is invalid; repaired, its cells mean what they meant."""
    office.rows["Packages"].append(dict(office.rows["Packages"][0]) | {"Title": "Copy"})
    office.rows["Packages"][1]["ID"] = "mistyped"
    office.rival("parks", notes="More parks")
    office.rival("trails", notes="More trails")

    answers = office.refresh()

    assert [answers[at("Packages", row)].result for row in (2, 3, 4)] == ["invalid"] * 3
    assert office.column("Packages", "Notes") == ["All parks", "All trails", "All parks"]
    office.rows["Packages"][1]["ID"] = "id-trails"
    del office.rows["Packages"][2]
    assert office.import_() == {}


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


def contacts(*names: str) -> JSON:
    """Return contacts of these names."""
    return [{"name": name, "email": f"{name.lower()}@x.org"} for name in names]


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


def test_an_organization_that_the_workbook_does_not_know_is_called_by_its_name(office: Office) -> None:
    """Its id says nothing to people; the memory keeps it."""
    office.rival("parks", owner_org="org-9", organization={"id": "org-9", "name": "water-branch"})
    office.rival("trails", owner_org="org-9", organization={"id": "org-9", "name": ""})

    office.refresh()

    assert office.column("Packages", "Organization") == ["water-branch", "org-9"]
    assert office.import_() == {}


def test_a_file_that_has_arrived_leaves_its_cell(office: Office) -> None:
    """An earlier run sent it, and was not told."""
    office.rows["Resources"][1]["Upload"] = "walks.csv"
    office.files = {at("Resources", 3): File("/walks.csv", "walks.csv", 5, "d1")}
    first, second = resources_of(parks())
    office.rival("parks", resources=[first, second | {"hash": "sha256:d1", "size": 5}])

    office.refresh()

    assert office.column("Resources", "Upload", "Size")[1] == ("", "5")


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


def test_a_column_that_was_removed_gets_no_texts(office: Office) -> None:
    """The memory moves on all the same: put back, the column is edited nowhere."""
    office.desk.headers["Packages"].remove("Notes")
    office.rival("parks", notes="More")

    [one] = [one for place, one in office.refresh().items() if place == at("Packages", 2)]

    assert (one.result.value, office.column("Packages", "Notes")[0]) == ("unchanged", "All parks")
    assert office.desk.catalogue.rows["Packages"]["id-parks"][2] == "More"


def test_of_an_answer_left_over_each_cell_is_cleared(office: Office) -> None:
    """An earlier refresh has emptied the row."""
    office.rows["Contacts"] += [{"Result": "deleted"}, {"Message": "Gone."}]

    office.refresh()

    assert office.column("Contacts", "Result", "Message")[3:] == [("", ""), ("", "")]


def test_what_stands_in_a_cell_stays_with_its_entry(office: Office) -> None:
    """The site keeps another form of it; only what has changed comes in."""
    office.desk.catalogue.shown["Contacts", "id-parks/1", "name"] = "ann"
    office.rival("parks", contacts=[{"name": "Ann", "email": "new@x.org"}, {"name": "Bob", "email": "bob@x.org"}])

    office.refresh()

    assert office.column("Contacts", "E-mail")[0] == "new@x.org"
    assert office.desk.catalogue.shown == {("Contacts", "id-parks/1", "name"): "ann"}


def test_a_record_that_the_catalogue_does_not_show_gets_no_row(office: Office) -> None:
    """Only what there is can be added."""
    desk = office.desk
    added = Added(Advance(desk.catalogue), desk.sheets(), "https://catalogue.example")

    added.record(desk.layout.tables[0], "nobody", desk.catalogue)

    assert added.outcomes == []


def test_a_resource_that_is_where_it_was_wanted_is_told_so(office: Office) -> None:
    """Somebody moved it, or an earlier run did."""
    office.rows["Resources"][0]["Position"] = "2"
    office.rival("parks", resources=[*reversed(parks()["resources"])])

    answers = office.refresh()

    assert "has this already" in answers[at("Resources", 2)].message
    assert office.column("Resources", "Position") == ["2", "1"]
    assert office.import_() == {}
