"""What an undo says at each row: the result word, and sentences for people."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from api_packages import REVISE, link, of_resource, parks, update, upload

from bulkedit.core.answers import Accepted, Answer, Denied, Held, Mismatched, NotSent, Planned, Rejected, Unclear
from bulkedit.core.edits import Place
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.results import FieldOutcome, Outcome, Result
from bulkedit.core.undo import Step, undo
from bulkedit.core.undone import Ending, Told, outcomes_of_undo

A, B = parks(notes="a"), parks(notes="b")
CHANGED = Step(REVISE, update(notes="a"), B, A)
"""A call that made the notes "a"; they were "b"."""


def told(
    live: Package, *steps: Step, answer: Answer | None = None, rows: Sequence[dict[str, Any]] = ()
) -> list[Outcome]:
    """Return what is said of the undo of steps in one package."""
    ending = Ending("parks", undo(live, steps, {}), live, answer=answer)
    return outcomes_of_undo(ending, Told(rows))


def said(*args: Any, **named: Any) -> list[tuple[Result, str]]:
    """Return the results and sentences of `told`."""
    return [(one.result, one.message) for one in told(*args, **named)]


# -- what was sent


@pytest.mark.parametrize(
    ("answer", "result", "sentence"),
    [
        (Accepted(B), Result.UPDATED, "Put back [notes]."),
        (Planned(), Result.WOULD_UPDATE, "Would put back [notes]."),
        (Rejected({"notes": ["Too short"]}), Result.REFUSED, "The site refused it: notes: Too short."),
        (Rejected({}), Result.REFUSED, "The site refused it: it gave no reason."),
        (Denied("You may not."), Result.REFUSED, "You may not."),
        (
            Unclear("No answer."),
            Result.UNKNOWN,
            "No answer. Nobody knows whether the site stored this; undo again: what is back stays so.",
        ),
        (
            Mismatched(),
            Result.CONFLICT,
            "The package was changed again and again while this was sent; nothing was stored.",
        ),
        (NotSent("The run stopped."), Result.NOT_SENT, "The run stopped."),
        (Held({}, "Somebody must answer."), Result.NOT_SENT, "Somebody must answer."),
    ],
)
def test_every_answer_has_its_words(answer: Answer, result: Result, sentence: str) -> None:
    """Whatever became of the call, the row says it."""
    assert said(A, CHANGED, answer=answer) == [(result, sentence)]


def test_what_is_as_it_was_already_is_unchanged() -> None:
    """Nothing had to be sent."""
    assert said(B, CHANGED) == [(Result.UNCHANGED, "It is as it was before the run already.")]


def test_a_run_that_left_nothing_has_one_unchanged_row() -> None:
    """Every package of a run has an answer."""
    assert said(A, Step(REVISE, update(notes="a"), A, A)) == [
        (Result.UNCHANGED, "It is as it was before the run already.")
    ]


def test_what_the_site_kept_otherwise_is_said() -> None:
    """The text that it has now; where it is what was before, nothing."""
    assert said(A, CHANGED, answer=Accepted(parks(notes="b."))) == [
        (Result.UPDATED, "Put back [notes]. [notes] was kept as “b.”.")
    ]


def test_each_resource_has_a_row_of_its_own() -> None:
    """It is called by its name, and what the site kept otherwise is looked for in it."""
    before, after = parks(link("r1", size=1), notes="b"), parks(link("r1", size=2), notes="a")
    step = Step(REVISE, update(notes="a") | of_resource("r1", size=2), before, after)

    found = told(after, step, answer=Accepted(parks(notes="b")))

    assert [(one.resource, one.result, one.message) for one in found] == [
        (None, Result.UPDATED, "Put back [notes]."),
        ("name of r1", Result.UPDATED, "Put back [size]. [size] was kept as (empty)."),
    ]


def test_a_refusal_is_told_with_the_way_to_each_field() -> None:
    """Fields of entries are numbered as people count."""
    errors: dict[str, JSON] = {"contacts": [{}, {"email": ["Not an address", "Missing"]}], "title": "Empty"}

    [(_, sentence)] = said(A, CHANGED, answer=Rejected(errors))

    assert sentence == "The site refused it: contacts 2 email: Not an address Missing; title: Empty."


def test_a_name_that_may_be_taken_is_hinted_at() -> None:
    """CKAN only says that it failed."""
    before, after = parks(name="old"), parks(name="new")
    step = Step(REVISE, update(name="new"), before, after)

    assert said(after, step, answer=Denied("It failed.")) == [
        (
            Result.REFUSED,
            "It failed. The old name may be taken by another package, maybe by a deleted one.",
        )
    ]


# -- records that came or went


@pytest.mark.parametrize(
    ("answer", "result", "sentence"),
    [
        (Accepted(parks()), Result.DELETED, "The run had created this resource; it is deleted."),
        (Planned(), Result.WOULD_DELETE, "The run had created this resource; it would be deleted."),
    ],
)
def test_a_created_record_goes(answer: Answer, result: Result, sentence: str) -> None:
    """In a dry run it would."""
    after = parks(link("r1"))
    step = Step(REVISE, {"update__resources__extend": [link("r1")]}, parks(), after)

    [one] = told(after, step, answer=answer)

    assert (one.result, one.message) == (result, sentence)
    assert one.changes == (FieldOutcome("state", "active", "deleted", "active", result),)
    assert (one.changes[0].header, one.changes[0].whole) == ("resource", True)


@pytest.mark.parametrize(
    ("answer", "result", "sentence"),
    [
        (Accepted(parks()), Result.CREATED, "The run had deleted this package; it is back."),
        (Planned(), Result.WOULD_CREATE, "The run had deleted this package; it would come back."),
    ],
)
def test_a_deleted_record_comes_back(answer: Answer, result: Result, sentence: str) -> None:
    """In a dry run it would."""
    gone = parks(state="deleted")
    step = Step(REVISE, update(state="deleted"), parks(), gone)

    assert said(gone, step, answer=answer) == [(result, sentence)]


@pytest.mark.parametrize(
    ("ending", "result", "sentence"),
    [
        (Ending("parks", answer=Denied("You may not see it.")), Result.NOT_SENT, "You may not see it."),
        (Ending("parks", answer=NotSent("The site is down.")), Result.NOT_SENT, "The site is down."),
        (
            Ending("parks", gone=True),
            Result.CONFLICT,
            "Conflict: this package is no longer on the site (or not visible to you). Nothing was put back.",
        ),
        (Ending("parks"), Result.UNCHANGED, "The run never created this package."),
    ],
)
def test_a_package_that_could_not_be_read_is_one_row(ending: Ending, result: Result, sentence: str) -> None:
    """It says why nothing came back."""
    assert outcomes_of_undo(ending, Told()) == [Outcome(Place("Packages", 0), "parks", None, result, sentence)]


def test_whether_an_undo_has_arrived_is_known_once_the_package_was_read() -> None:
    """An undo creates nothing, so a refusal never means that it was stored."""
    done, missing = Ending("parks", undo(B, [CHANGED], {})), Ending("parks")

    assert (done.arrived, missing.arrived, done.doubtful) == (True, False, False)


# -- what is left alone


def test_a_conflict_shows_all_three_texts_and_when_it_came() -> None:
    """What the run left, what is there now, what was before; the time as far as the site tells it."""
    theirs = parks(notes="c")

    assert said(theirs, CHANGED) == [
        (
            Result.CONFLICT,
            "Conflict in [notes]: the run left “a”, on the site now “c” (last changed there 2026-11-20 10:00 UTC)."
            " Not put back; before the run it was “b”.",
        )
    ]
    assert "last changed" not in said(theirs | {"metadata_modified": ""}, CHANGED)[0][1]


def test_beside_a_conflict_the_rest_comes_back() -> None:
    """The row is a conflict and each field has its own result; where the call fails, the row has failed."""
    before, after = parks(notes="b", title="B"), parks(notes="a", title="A")
    step = Step(REVISE, update(notes="a", title="A"), before, after)
    theirs = parks(notes="c", title="A")

    [one], [failed] = (told(theirs, step, answer=answer) for answer in (Accepted(before), Denied("No.")))

    assert (one.result, one.message.endswith("Put back [title].")) == (Result.CONFLICT, True)
    assert [(field.field, field.result) for field in one.changes] == [
        ("notes", Result.CONFLICT),
        ("title", Result.UPDATED),
    ]
    assert failed.result is Result.REFUSED


def test_what_was_deleted_since_gets_nothing_back() -> None:
    """A resource, or the whole package."""
    step = Step(REVISE, of_resource("r1", size=2), parks(link("r1", size=1)), parks(link("r1", size=2)))

    [(result, sentence)] = said(parks(), step)
    [(_, of_package)] = said(parks(notes="a", state="deleted"), CHANGED)

    assert result is Result.CONFLICT
    assert sentence == "Conflict in [size]: this resource was deleted on the site since. Nothing was put back."
    assert of_package == "Conflict in [notes]: this package was deleted on the site since. Nothing was put back."


def test_a_created_record_that_somebody_changed_stays() -> None:
    """Deleting it would lose that."""
    step = Step(REVISE, {"update__resources__extend": [link("r1")]}, parks(), parks(link("r1")))

    assert said(parks(link("r1", size=9)), step) == [
        (
            Result.CONFLICT,
            "Conflict: this resource, which the run created, was changed on the site since. Not deleted.",
        )
    ]


def test_what_cannot_be_told_is_left_alone() -> None:
    """The answer to the run's call never came, and what is there now is neither before nor after it."""
    field = replace(CHANGED, after=None)
    record = Step(REVISE, {"update__resources__extend": [link("r1")]}, parks(), None)

    assert said(parks(notes="c"), field) == [
        (
            Result.UNKNOWN,
            "It cannot be told whether the run or somebody else left “c” in [notes]. Left alone; before the run it"
            " was “b”.",
        )
    ]
    assert said(parks(link("r1", name="theirs")), record) == [
        (
            Result.UNKNOWN,
            "It cannot be told whether the run or somebody else made this resource as it is. Left alone.",
        )
    ]


def test_a_file_that_nobody_saved_is_named() -> None:
    """And how it would have been."""
    before, after = parks(upload("r1", "old.csv", "t1")), parks(upload("r1", "new.csv", "t2"))

    [(result, sentence)] = said(after, Step(REVISE, of_resource("r1", size=7), before, after))

    assert (result, sentence) == (
        Result.NOT_SENT,
        "[Upload] The file “old.csv” that the run replaced cannot come back; import --keep-files would have saved"
        " it.",
    )


# -- where it stands in the workbook

ROWS: list[dict[str, Any]] = [
    {"sheet": "Contacts", "row": 9, "package": "parks", "list": "contacts", "list_label": "Contacts"},
    {"sheet": "Packages", "row": 2, "package": "trails", "changes": [{"field": "notes"}]},
    {"sheet": "Packages record", "row": 4, "package": "parks", "changes": [{"field": "notes", "header": "Notes"}]},
    {"sheet": "Resources record", "row": 5, "package": "parks", "resource": "other"},
    {
        "sheet": "Resources record",
        "row": "?",
        "package": "parks",
        "resource": None,
        "changes": [{"field": "name", "edited": "name of r1"}],
    },
]


def test_a_record_stands_where_the_run_said() -> None:
    """A new resource is known by the name that its row gave it; one that no row was about stands in row 0."""
    rows = Told(ROWS)

    assert rows.place("parks", None) == Place("Packages record", 4)
    assert rows.place("parks", "other") == Place("Resources record", 5)
    assert rows.place("parks", "name of r1") == Place("Resources record", 0)
    assert rows.place("parks", "a third") == Place("Resources", 0)


def test_a_field_is_called_as_in_the_workbook() -> None:
    """A list by its label, our own by their headers; by its API name where no row told it."""
    rows = Told(ROWS)

    assert [rows.header(key) for key in ("notes", "contacts", "upload", "colour")] == [
        "Notes",
        "Contacts",
        "Upload",
        "colour",
    ]


def test_without_any_answer_nothing_is_claimed() -> None:
    """It was not sent."""
    assert said(A, CHANGED) == [(Result.NOT_SENT, "")]


def test_packages_are_told_in_the_order_of_their_rows() -> None:
    """Whichever was sent first; of whom no row told comes last."""
    rows = Told([{"package": name} for name in ("trails", "bridges", "trails")])

    assert sorted(["unknown", "bridges", "trails"], key=rows.order) == ["trails", "bridges", "unknown"]


def test_a_renamed_package_stands_where_the_run_called_it_by_its_old_name() -> None:
    """The row tells the name before; the answer, the name that the package has by now."""
    rows = Told([{"package": "old-parks", "sheet": "Packages", "row": 7}])
    ending = Ending("parks", undo(A, [CHANGED], {}), A, called="old-parks")

    [outcome] = outcomes_of_undo(ending, rows)

    assert (outcome.package, outcome.place) == ("parks", Place("Packages", 7))
