"""The answer that every row gets."""

import pytest
from worlds import Desk, desk_of, parks, settled, trails

from bulkedit.core import columns as own
from bulkedit.core.answers import Accepted, Answer, Denied, Held, Mismatched, NotSent, Planned, Rejected, Unclear
from bulkedit.core.catalogue import tabulate
from bulkedit.core.diff import diff_package
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.outcomes import Settled, outcomes_of, together
from bulkedit.core.plan import plan_package
from bulkedit.core.refusal import places_of
from bulkedit.core.results import Outcome, Result

Said = dict[tuple[str, int], tuple[Result, str]]


def _said(desk: Desk, one: Settled, after: Package | None = None) -> Said:
    held = None if after is None else tabulate(desk.layout, [after])
    names = {key: owner.name for key, owner in desk.catalogue.resources.items()}
    found = outcomes_of(one, desk.layout, places_of(desk.edits().rows), names, held)
    return {(o.place.sheet, o.place.row): (o.result, o.message) for o in found}


def _answered(desk: Desk, answer: Answer | None, live: Package | None = None) -> Said:
    """Return what is said of the edits of `parks` after an answer."""
    live = parks() if live is None else live
    rows = [row for row in desk.edits().rows if row.asks]
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [live]))
    plan = plan_package(diff, live)
    one = Settled(rows, diff, plan.call, answer, live_modified="2026-11-22T08:30:00")
    return _said(desk, one, answer.package if isinstance(answer, Accepted) else None)


@pytest.fixture
def desk() -> Desk:
    """An export with an edit of a field, an edited, a removed and a new contact, and an edited resource."""
    desk = desk_of(parks(), trails())
    desk.rows["Packages"][0]["Notes"] = "Some parks"
    desk.rows["Contacts"][0]["E-mail"] = "new@x.org"
    desk.rows["Contacts"][1][own.ACTION] = "delete"
    desk.rows["Contacts"].append({own.PACKAGE: "parks", "Name": "Dee"})
    desk.rows["Resources"][0]["Size"] = "11"
    return desk


def test_what_went_through_is_said_in_words_and_headers(desk: Desk) -> None:
    """Updated, created, deleted, and the columns in brackets."""
    site = {"id-parks": parks()}
    [one] = settled(desk, site)

    assert _said(desk, one, site["id-parks"]) == {
        ("Packages", 2): (Result.UPDATED, "Changed [Notes]."),
        ("Resources", 2): (Result.UPDATED, "Changed [Size]."),
        ("Contacts", 2): (Result.UPDATED, "Changed [E-mail]."),
        ("Contacts", 3): (Result.DELETED, "Removed from Contacts."),
        ("Contacts", 5): (Result.CREATED, "Added to Contacts: [Name]."),
    }


def test_a_dry_run_says_what_would_be(desk: Desk) -> None:
    """The words of a dry run promise and do not claim."""
    said = _answered(desk, Planned())

    assert {result for result, _ in said.values()} == {
        Result.WOULD_UPDATE,
        Result.WOULD_CREATE,
        Result.WOULD_DELETE,
    }
    assert all(message.startswith("Would ") for _, message in said.values())


def test_a_dry_run_warns_of_what_was_empty_before(desk: Desk) -> None:
    """The site checks whole packages; once it has answered, there is nothing to warn of."""
    desk = desk_of(parks() | {"title": ""})
    desk.rows["Packages"][0]["Notes"] = "Some parks"

    foreseen, done = (_answered(desk, answer)["Packages", 2][1] for answer in (Planned(), Accepted(parks())))

    assert foreseen.startswith("Would change [Notes]. [Title] is required and empty; ")
    assert "required" not in done


def test_held_rows_say_what_is_asked(desk: Desk) -> None:
    """A row with cells that are asked about says so, the others where to look."""
    places = {row.place: "What of [Notes]?" for row in desk.edits().rows if row.place.sheet == "Packages"}

    said = _answered(desk, Held(places, "See there."))

    assert said.pop(("Packages", 2)) == (Result.NOT_SENT, "What of [Notes]?")
    assert set(said.values()) == {(Result.NOT_SENT, "See there.")}


@pytest.mark.parametrize(
    ("answer", "result", "words"),
    [
        (Denied("Not yours."), Result.REFUSED, "Not yours."),
        (Unclear("No answer."), Result.UNKNOWN, "No answer. Nobody knows"),
        (Mismatched(), Result.CONFLICT, "nothing was stored"),
        (NotSent("The site is down."), Result.NOT_SENT, "The site is down."),
        (None, Result.NOT_SENT, "The run stopped before this row."),
    ],
)
def test_every_row_gets_the_answer_of_its_package(
    desk: Desk, answer: Answer | None, result: Result, words: str
) -> None:
    """A package is one call: what became of it is said at each of its rows."""
    said = _answered(desk, answer)

    assert len(said) == 5
    assert {found for found, _ in said.values()} == {result}
    assert all(words in message for _, message in said.values())


def test_a_row_of_a_package_with_an_invalid_row_is_not_sent(desk: Desk) -> None:
    """A package is all or nothing: the invalid row says why, the others say which row holds them up."""
    desk.rows["Resources"][0]["Position"] = "second"
    site = {"id-parks": parks()}
    [one] = settled(desk, site)

    said = _said(desk, one)

    assert said["Resources", 2][0] is Result.INVALID
    assert said["Packages", 2] == (
        Result.NOT_SENT,
        "Not sent, because Resources row 2 of the same package is invalid.",
    )
    assert {result for result, _ in said.values()} == {Result.INVALID, Result.NOT_SENT}
    assert site == {"id-parks": parks()}


def test_other_packages_are_sent_all_the_same(desk: Desk) -> None:
    """An invalid row holds up only its own package."""
    desk.rows["Packages"][0]["Title"] = ""
    desk.rows["Packages"][1]["Notes"] = "Some trails"
    site = {"id-parks": parks(), "id-trails": trails()}

    results = settled(desk, site)

    assert [one.call is None for one in results] == [True, False]
    assert site["id-trails"]["notes"] == "Some trails"


def test_a_conflict_shows_both_values_and_when(desk: Desk) -> None:
    """Exported, here, and on the site now: the person decides."""
    said = _answered(desk, Accepted(parks()), parks() | {"notes": "Their parks"})

    result, message = said["Packages", 2]
    assert result is Result.CONFLICT
    assert "Conflict in [Notes]: here “Some parks”, on the site now “Their parks”" in message
    assert "2026-11-22 08:30 UTC" in message
    assert "exported was “All parks”" in message


def test_a_conflict_beside_a_change_says_both() -> None:
    """One cell of a row clashes, the other went through: the row is a conflict and says what was changed."""
    desk = desk_of(parks())
    desk.rows["Packages"][0] |= {"Notes": "Some parks", "Colour": "Blue"}
    live = parks() | {"notes": "Their parks"}

    result, message = _answered(desk, Accepted(live | {"colour": "b"}), live)["Packages", 2]

    assert result is Result.CONFLICT
    assert "Conflict in [Notes]" in message
    assert message.endswith("Changed [Colour].")


def test_what_the_site_has_already_is_unchanged() -> None:
    """A re-run after a crash ends as if nothing had happened."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Notes"] = "Some parks"

    said = _answered(desk, None, parks() | {"notes": "Some parks"})

    assert said == {("Packages", 2): (Result.UNCHANGED, "The site has this already.")}


def test_what_the_site_kept_differently_is_said(desk: Desk) -> None:
    """CKAN may change or drop what it is sent; the message says what it holds now."""
    said = _answered(desk, Accepted(parks() | {"notes": "some parks"}))

    assert said["Packages", 2] == (Result.UPDATED, "Changed [Notes]. [Notes] was kept as “some parks”.")
    assert "[E-mail] was kept as" in said["Contacts", 2][1]


def test_a_rename_says_that_the_address_changes() -> None:
    """The page's address is what people link to."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Address"] = "all-parks"

    [(_, message)] = _answered(desk, Accepted(parks() | {"name": "all-parks"})).values()

    assert message == "Changed [Address]. The address of the page changes with the name."


def test_a_record_that_is_gone_is_a_conflict(desk: Desk) -> None:
    """A resource or item that is not on the site any more is said to be so."""
    live = parks() | {"resources": [], "contacts": []}

    said = _answered(desk, None, live)

    assert "this resource is no longer on the site" in said["Resources", 2][1]
    assert "Conflict in [E-mail]: this item is no longer on the site as it was exported" in said["Contacts", 2][1]
    assert said["Contacts", 3] == (Result.UNCHANGED, "The site has this already.")


# -- refused by the site


def test_a_refusal_lands_at_its_cell_and_holds_up_the_rest(desk: Desk) -> None:
    """The row that caused it is refused, the package's other rows are not sent."""
    said = _answered(desk, Rejected({"resources": [{"size": ["Too big"]}, {}]}))

    assert said["Resources", 2] == (Result.REFUSED, "The site refused [Size]: Too big")
    assert said["Packages", 2] == (
        Result.NOT_SENT,
        "Not sent, because the site refused Resources row 2 of the same package.",
    )


def test_a_refusal_of_a_row_that_nobody_edited_is_shown_there_too(desk: Desk) -> None:
    """The site checks the whole package: what was wrong before is said at its own row, and at an edited one."""
    said = _answered(desk, Rejected({"resources": [{}, {"url": ["Dead"]}]}))

    assert said["Resources", 3][0] is Result.REFUSED
    assert "Not edited here" in said["Resources", 3][1]
    assert said["Packages", 2] == (Result.REFUSED, "Resources row 3: The site refused [URL]: Dead")


def test_what_a_refusal_says_of_no_cell_is_said_too(desk: Desk) -> None:
    """Of a package whose own row is not in the workbook: at a row that was refused, or at the first one."""
    del desk.rows["Packages"][0]
    general: dict[str, JSON] = {"notes": ["Too short"]}

    beside = _answered(desk, Rejected({"resources": [{"size": ["Too big"]}, {}], **general}))
    alone = _answered(desk, Rejected(general))

    assert beside["Resources", 2][1] == "The site refused [Size]: Too big The site refused [Notes]: Too short"
    assert alone["Resources", 2][1] == "The site refused [Notes]: Too short"


@pytest.mark.parametrize("errors", [{}, {"__type": "Validation Error"}])
def test_a_refusal_without_a_reason_is_a_refusal(desk: Desk, errors: dict[str, JSON]) -> None:
    """The first row says so; no row claims to wait for itself."""
    said = _answered(desk, Rejected(errors))

    assert said["Packages", 2] == (Result.REFUSED, "The site refused this without a reason.")


def test_every_row_that_asks_is_answered_once(desk: Desk) -> None:
    """No row is left without an answer and none gets two."""
    rows: list[RowEdit] = [row for row in desk.edits().rows if row.asks]
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [parks()]))
    plan = plan_package(diff, parks())

    outcomes: list[Outcome] = []
    for answer in (Rejected({"title": ["No"], "contacts": [{"name": ["No"]}]}), Denied("No"), Planned()):
        one = Settled(rows, diff, plan.call, answer)
        outcomes = outcomes_of(one, desk.layout, places_of(desk.edits().rows), {})

        assert sorted(str(o.place) for o in outcomes) == sorted(str(row.place) for row in rows)


# -- several things in one row


@pytest.mark.parametrize("result", [Result.REFUSED, Result.UNKNOWN, Result.NOT_SENT])
def test_a_row_is_not_done_before_its_file_is(result: Result) -> None:
    """Its record was created, and the file that went after it was not stored: the row asks for something still."""
    place = Place("Resources", 4)
    first = Outcome(place, "parks", "map", Result.CREATED, "Created this resource with [Name].")

    both = together(first, Outcome(place, "parks", "map", result, "Why."))

    assert (both.result, both.message) == (result, "The resource was created, its file not yet: Why.")


def test_each_field_of_a_mixed_row_has_its_own_result() -> None:
    """A conflict in one field does not hide that the other was sent."""
    desk = desk_of(parks())
    desk.rows["Packages"][0] |= {"Notes": "Some parks", "Title": "Our parks"}
    live = parks() | {"title": "Their parks"}
    rows = [row for row in desk.edits().rows if row.asks]
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [live]))
    plan = plan_package(diff, live)

    [outcome] = outcomes_of(Settled(rows, diff, plan.call, Accepted(live)), desk.layout, {}, {})

    assert outcome.result is Result.CONFLICT
    assert {change.field: change.result for change in outcome.changes} == {
        "title": Result.CONFLICT,
        "notes": Result.UPDATED,
    }


def test_what_an_edit_overwrites_is_shown() -> None:
    """Sent in spite of a conflict: the text that is lost with it stands in the message."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Title"] = "Our parks"
    live = parks() | {"title": "Their parks"}
    rows = [row for row in desk.edits().rows if row.asks]
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [live]), overwrite=True)
    plan = plan_package(diff, live)

    [outcome] = outcomes_of(Settled(rows, diff, plan.call, Planned()), desk.layout, {}, {})

    assert outcome.result is Result.WOULD_UPDATE
    assert "[Title] overwrites a change on the site: “Their parks”." in outcome.message
