"""What is known of a package at the end, and what is said where little is."""

from typing import Any

import pytest
from worlds import Desk, desk_of, package, parks, resource, trails

from bulkedit.core import columns as own
from bulkedit.core.answers import Accepted, Answer, Denied, NotSent, Planned, Rejected
from bulkedit.core.calls import CREATE, REVISE, Call
from bulkedit.core.catalogue import tabulate
from bulkedit.core.diff import diff_package
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.json_value import Package
from bulkedit.core.outcomes import Settled, at_rest, outcomes_of, together
from bulkedit.core.plan import plan_package
from bulkedit.core.results import FieldOutcome, Outcome, Result


@pytest.fixture
def desk() -> Desk:
    """An untouched export of two packages."""
    return desk_of(parks(), trails())


def asked(desk: Desk) -> list[RowEdit]:
    """Return the rows that ask for something."""
    return [row for row in desk.edits().rows if row.asks]


def settled(desk: Desk, live: Package, answer: Answer | None = None, **more: Any) -> Settled:
    """Return what is known of a package once its edits were compared and answered."""
    diff = diff_package(asked(desk), desk.catalogue, tabulate(desk.layout, [live]), layout=desk.layout)
    return Settled(asked(desk), diff, plan_package(diff, live).call, answer, live=live, **more)


def said(desk: Desk, one: Settled) -> list[tuple[Result, str]]:
    """Return what is said of its rows."""
    return [(o.result, o.message) for o in outcomes_of(one, desk.layout, {}, {})]


# -- before and after


def test_everything_has_arrived_where_the_site_has_it_already(desk: Desk) -> None:
    """Not where something is left, or cannot be sent, or nothing was compared."""
    desk.rows["Packages"][0]["Notes"] = "Some parks"

    assert settled(desk, parks() | {"notes": "Some parks"}).arrived
    assert not settled(desk, parks()).arrived
    assert not settled(desk, parks() | {"notes": "Some parks"}, problems={Place("Packages", 2): ["No."]}).arrived
    assert not Settled(asked(desk)).arrived


@pytest.mark.parametrize(
    ("action", "answer", "doubtful"),
    [
        (CREATE, Rejected({"name": ["Taken"]}), True),
        (CREATE, Rejected({"title": ["Missing"]}), False),
        (CREATE, Denied("No."), False),
        (REVISE, Rejected({"name": ["Taken"]}), False),
    ],
)
def test_a_taken_name_may_be_our_own(action: str, answer: Answer, doubtful: bool) -> None:
    """An earlier call, whose answer never came, may have created the very package."""
    one = Settled([], call=Call("+1", "lakes", {}, action=action), answer=answer)

    assert one.doubtful is doubtful


def test_a_package_that_was_never_read_was_not_sent(desk: Desk) -> None:
    """The run stopped before it; where it says why, that is said."""
    desk.rows["Packages"][0]["Notes"] = "Some parks"

    assert said(desk, Settled(asked(desk))) == [(Result.NOT_SENT, "The run stopped before this row.")]
    assert said(desk, Settled(asked(desk), answer=NotSent("Stopped."))) == [(Result.NOT_SENT, "Stopped.")]


# -- rows that ask for nothing


@pytest.mark.parametrize(
    ("sheet", "cells", "result", "sentence"),
    [
        ("Packages", {}, Result.UNCHANGED, ""),
        ("Packages", {own.ACTION: "skip"}, Result.SKIPPED, "Left alone, as [Action] asks."),
        (
            "Packages",
            {own.ACTION: "delete"},
            Result.UNCHANGED,
            "There is nothing to remove: [ID] is empty. You can delete this row.",
        ),
        (
            "Contacts",
            {own.ACTION: "delete", own.PACKAGE: "parks"},
            Result.UNCHANGED,
            "There is nothing to remove: [Item] is empty. You can delete this row.",
        ),
    ],
)
def test_a_row_at_rest_says_why(
    desk: Desk, sheet: str, cells: dict[str, str], result: Result, sentence: str
) -> None:
    """Unchanged, skipped, or a new row that is to be deleted."""
    desk.rows[sheet] += [{"Title": "New", "Name": "New", **cells}] if cells else []

    found = at_rest(next(row for row in reversed(desk.edits().rows) if row.place.sheet == sheet), {})

    assert (found.result, found.message) == (result, sentence)


# -- two calls for one row

STORED = Outcome(
    Place("Resources", 2), "parks", "map", Result.CREATED, "Created this resource with [Name], [Upload]."
)
FILE = FieldOutcome("upload", "", "walks.csv", None, Result.CREATED)


@pytest.mark.parametrize(
    ("first", "result", "message", "found"),
    [
        (
            Result.CREATED,
            Result.CREATED,
            "Created this resource with [Upload]. File walks.csv (5 bytes).",
            (Result.CREATED, "Created this resource with [Name], [Upload]. File walks.csv (5 bytes)."),
        ),
        (
            Result.CREATED,
            Result.UPDATED,
            "Changed [Upload].",
            (Result.CREATED, "Created this resource with [Name], [Upload]. Changed [Upload]."),
        ),
        (
            Result.CREATED,
            Result.REFUSED,
            "No.",
            (Result.REFUSED, "The resource was created, its file not yet: No."),
        ),
        (
            Result.UPDATED,
            Result.UNKNOWN,
            "No answer.",
            (Result.UNKNOWN, "The resource was changed, its file not yet: No answer."),
        ),
    ],
)
def test_a_record_and_its_file_are_one_answer(
    first: Result, result: Result, message: str, found: tuple[Result, str]
) -> None:
    """A file that did not arrive is what the row is about."""
    stored = Outcome(STORED.place, "parks", "map", first, STORED.message)
    other = FieldOutcome("name", "", "map", None, Result.CREATED)

    both = together(stored, Outcome(STORED.place, "parks", "map", result, message, (other, FILE)))

    assert (both.result, both.message) == found
    assert both.changes == (FILE,)


# -- sentences


def test_a_new_package_that_owes_its_name_to_its_title_is_told_it(desk: Desk) -> None:
    """Nobody has typed it."""
    desk.rows["Packages"].append({"Title": "Lakes"})
    [row] = asked(desk)
    diff = diff_package([row], desk.catalogue, tabulate(desk.layout, []))
    one = Settled([row], diff, Call(row.package, "lakes", {}, action=CREATE), Accepted(package("lakes")))

    assert said(desk, one) == [(Result.CREATED, "Created this package with [Title]. Its name is 'lakes'.")]


def test_an_item_that_others_changed_is_not_removed(desk: Desk) -> None:
    """The row shows what it is now."""
    desk.rows["Contacts"][0][own.ACTION] = "delete"
    theirs = parks() | {"contacts": [{"name": "Ann", "email": "a@x.org"}, {"name": "Bob", "email": "bob@x.org"}]}

    assert said(desk, settled(desk, theirs)) == [
        (
            Result.CONFLICT,
            "Conflict: this item was changed on the site; it is now “Ann, a@x.org”. Not removed.",
        )
    ]


def test_fields_beside_a_conflict_are_held_back(desk: Desk) -> None:
    """An item is sent whole or not at all."""
    desk.rows["Contacts"][0] |= {"E-mail": "ann@y.org", "Roles": "Red"}
    theirs = parks() | {"contacts": [{"name": "Ann", "email": "a@x.org"}, {"name": "Bob", "email": "bob@x.org"}]}

    [(result, sentence)] = said(desk, settled(desk, theirs))

    assert result is Result.CONFLICT
    assert sentence.endswith("[Roles] was held back with it: an item is sent whole.")


def test_a_denied_call_says_what_ckan_may_have_stumbled_over(desk: Desk) -> None:
    """A name that a deleted package holds, a group that is not there; CKAN only says that it failed."""
    desk.rows["Packages"][0] |= {"Address": "hills", "Groups": "water", "Notes": "x"}

    assert said(desk, settled(desk, parks(), Denied("It failed."))) == [
        (
            Result.REFUSED,
            "It failed. [Address] may be the name of a deleted package, which still holds it."
            " [Groups] may name a group that there is not, or that is not yours.",
        )
    ]


@pytest.mark.parametrize(
    ("theirs", "seen"),
    [
        ({"contacts": [{"name": "Ann", "email": "ann@x.org"}]}, "other Contacts than exported"),
        ({"notes": "Theirs"}, "[Notes] Theirs"),
        ({"resources": [*parks()["resources"], resource("new")]}, "it has more resources than exported"),
        ({"resources": [{**resource("map", size=10)}, *parks()["resources"][1:]]}, "other Temporal extent"),
    ],
)
def test_a_package_that_others_changed_is_not_deleted(desk: Desk, theirs: dict[str, Any], seen: str) -> None:
    """Its lists count as well: who deletes it has not seen that."""
    desk.rows["Packages"][0][own.ACTION] = "delete"

    [(result, sentence)] = said(desk, settled(desk, parks() | theirs))

    assert (result, seen in sentence) == (Result.CONFLICT, True)


def test_a_resource_is_deleted_whatever_others_did_to_its_package(desk: Desk) -> None:
    """Only what is lost with it counts: its fields and its own lists."""
    desk.rows["Resources"][0][own.ACTION] = "delete"
    dated, *others = parks()["resources"]

    [elsewhere] = said(desk, settled(desk, parks() | {"contacts": [], "notes": "Theirs"}, Planned()))
    [within] = said(desk, settled(desk, parks() | {"resources": [{**dated, "temporal_extent": []}, *others]}))

    assert elsewhere == (Result.WOULD_DELETE, "Would delete this resource.")
    assert within[0] is Result.CONFLICT
