"""CKAN's validation errors, at the rows and headers of the cells that caused them."""

import pytest
from worlds import Desk, desk_of, parks, trails

from bulkedit.core import columns as own
from bulkedit.core.catalogue import tabulate
from bulkedit.core.diff import diff_package
from bulkedit.core.edits import Place
from bulkedit.core.json_value import JSON
from bulkedit.core.plan import plan_package
from bulkedit.core.refusal import Refusal, explain, places_of


def _explained(errors: dict[str, JSON], desk: Desk) -> Refusal:
    """Return the explanation of errors that answer the edits of a desk, to the package of `parks`."""
    rows = desk.edits().rows
    edited = [row for row in rows if row.asks]
    plan = plan_package(diff_package(edited, desk.catalogue, tabulate(desk.layout, [parks()])), parks())
    assert plan.call is not None
    return explain(errors, plan.call, desk.layout, "record", places_of(rows))


@pytest.fixture
def desk() -> Desk:
    """An export of which one field is edited."""
    desk = desk_of(trails(), parks())
    desk.rows["Packages"][1]["Notes"] = "Some"
    return desk


@pytest.mark.parametrize(
    ("errors", "place", "sentence"),
    [
        ({"title": ["Missing value"]}, ("Packages", 3), "The site refused [Title]: Missing value"),
        ({"tag_string": ["Too short"]}, ("Packages", 3), "The site refused [Tags]: Too short"),
        ({"tags": [{}, {"name": ["Too short"]}]}, ("Packages", 3), "The site refused [Tags]: name: Too short"),
        ({"unknown": ["No"]}, ("Packages", 3), "The site refused unknown: No"),
        ({"title": "No"}, ("Packages", 3), "The site refused [Title]: No"),
        ({"title": [["No"], {"a": {"b": ["Nay"]}}]}, ("Packages", 3), "The site refused [Title]: No; a: b: Nay"),
        ({"title": []}, ("Packages", 3), "The site refused [Title]: no reason given"),
        (
            {"contacts": [{}, {"email": ["Not an e-mail"]}]},
            ("Contacts", 4),
            "The site refused [E-mail]: Not an e-mail",
        ),
        ({"contacts": ["Missing value"]}, ("Packages", 3), "Contacts: Missing value"),
        ({"contacts": {"email": ["No"]}}, ("Packages", 3), "Contacts: email: No"),
        ({"resources": [{}, {"size": ["No"]}]}, ("Resources", 3), "The site refused [Size]: No"),
        ({"resources": [{}, "No"]}, ("Resources", 3), "No"),
        (
            {"resources": [{"temporal_extent": [{"end_date": ["No date"]}]}]},
            ("Resource Temporal extent", 2),
            "The site refused [End date]: No date",
        ),
    ],
)
def test_an_error_lands_at_its_row_and_header(
    desk: Desk, errors: dict[str, JSON], place: tuple[str, int], sentence: str
) -> None:
    """Lists of errors are positional, as deep as the package itself; headers stand in brackets."""
    assert _explained(errors, desk) == Refusal({Place(*place): [sentence]})


@pytest.mark.parametrize(
    ("errors", "words"),
    [
        ({"resources": [{}, {}, {"size": ["No"]}]}, "A resource: The site refused [Size]: No"),
        ({"contacts": [{}, {}, {"email": ["No"]}]}, "Contacts, item 3"),
        ({"extras": [{"key": ["No"]}]}, "extras"),
        ({"resources": "No"}, "resources"),
        ({"resources": {"x": "No"}}, "x: No"),
        ({"__junk": ["No"]}, "__junk"),
        ({"__before": [{"a": ["No"]}]}, "No"),
        ({"a": {"b": [None, {"c": 5}]}}, "c: 5"),
    ],
)
def test_no_error_is_lost(desk: Desk, errors: dict[str, JSON], words: str) -> None:
    """What belongs to no row of the workbook, or has a shape nobody knows, is said all the same."""
    refusal = _explained(errors, desk)

    said = [text for texts in refusal.by_place.values() for text in texts] + refusal.general
    assert len(said) == 1
    assert words in said[0]


def test_the_type_of_the_error_is_no_error(desk: Desk) -> None:
    """CKAN adds `__type` to every validation error."""
    assert _explained({"__type": "Validation Error"}, desk) == Refusal()


def test_items_are_counted_as_they_were_sent(desk: Desk) -> None:
    """After a removal the second item is first in the list that CKAN saw; a new one comes last."""
    desk.rows["Contacts"][1][own.ACTION] = "delete"
    desk.rows["Contacts"].append({own.PACKAGE: "parks", "Name": "Dee"})

    refusal = _explained({"contacts": [{"email": ["No"]}, {"name": ["Nay"]}]}, desk)

    assert refusal.by_place == {
        Place("Contacts", 4): ["The site refused [E-mail]: No"],
        Place("Contacts", 5): ["The site refused [Name]: Nay"],
    }


def test_nothing_is_said_of_what_is_right(desk: Desk) -> None:
    """CKAN gives an empty error, or an empty text, for it."""
    found = _explained({"resources": ["", {}], "title": ["", "Too short"]}, desk)

    assert found.by_place == {Place("Packages", 3): ["The site refused [Title]: Too short"]}
    assert found.general == []
