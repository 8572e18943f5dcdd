"""What a refresh brings into a workbook, cell by cell."""

from refreshing import Office, at, office_of
from worlds import lit, package, parks

from bulkedit.core.advance import Advance
from bulkedit.core.files import File
from bulkedit.core.incoming import Incoming
from bulkedit.core.json_value import resources_of


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


def test_a_stamp_that_people_may_edit_is_news(office: Office) -> None:
    """Some schemas let people say when a file was last modified."""
    desk = office.desk
    row = next(one for one in desk.edits().rows if one.table.title == "Packages")
    incoming = Incoming(Advance(desk.catalogue), {"Packages": {"Last modified": 5}})
    incoming.comes(row.place, "Last modified", "last_modified", "2020-01-01", "2021-01-01")

    answer = incoming.outcome(row, None, "parks", {})

    assert answer.result == "updated"
    assert answer.message == "[Last modified] now says “2021-01-01”; it said “2020-01-01”."


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
