"""A repeating field of at most one item, as columns of its row: read, compared, sent, refused."""

from copy import deepcopy

import pytest
from arbitrary import EXTENTS, as_json_text
from hypothesis import given
from hypothesis import strategies as st
from revision import revised
from worlds import SINGLE, Desk, desk_of, package, resource

from bulkedit.core.calls import Plan
from bulkedit.core.catalogue import tabulate
from bulkedit.core.diff import Verdict, diff_package
from bulkedit.core.json_value import JSON, Package, dicts, resources_of
from bulkedit.core.plan import plan_creation, plan_package
from bulkedit.core.refusal import explain, places_of

BEGIN, END = "Temporal extent: Beginning date", "Temporal extent: End date"


def _desk(*packages: Package) -> Desk:
    return desk_of(*packages, template=SINGLE)


def _park(extent: JSON, **fields: JSON) -> Package:
    return package("parks", resources=[resource("map", temporal_extent=extent)], **fields)


def _plan(desk: Desk, live: Package) -> Plan:
    rows = [row for row in desk.edits().rows if row.asks]
    return plan_package(diff_package(rows, desk.catalogue, tabulate(desk.layout, [live])), live)


def _extent_after(desk: Desk, live: Package) -> JSON:
    plan = _plan(desk, live)
    assert plan.call is not None
    return resources_of(revised(live, plan.call.payload))[0].get("temporal_extent")


@pytest.mark.parametrize(
    ("held", "typed", "stored"),
    [
        ([{"begin_date": "2020-01-01", "end_date": "2021-01-01"}], "2022-01-01", None),
        ([{"end_date": "2021-01-01", "other": 1}], "2022-01-01", [{"end_date": "2022-01-01", "other": 1}]),
        ([], "2022-01-01", [{"end_date": "2022-01-01"}]),
        (None, "2022-01-01", [{"end_date": "2022-01-01"}]),
        ({"end_date": "2021-01-01"}, "2022-01-01", {"end_date": "2022-01-01"}),
        ('[{"end_date": "2021-01-01"}]', "2022-01-01", '[{"end_date": "2022-01-01"}]'),
        ('{"end_date": "2021-01-01"}', "2022-01-01", '{"end_date": "2022-01-01"}'),
        ([{"end_date": "2021-01-01"}], "", []),
        (
            [{"begin_date": "2020-01-01", "end_date": "2021-01-01"}],
            "",
            [{"begin_date": "2020-01-01", "end_date": ""}],
        ),
    ],
)
def test_one_subfield_is_changed_and_the_others_stay(held: JSON, typed: str, stored: JSON) -> None:
    """However the site holds the item; without any value left it is no item."""
    desk = _desk(_park(held))
    desk.rows["Resources"][0][END] = typed

    expected = stored or ([{"begin_date": "2020-01-01", "end_date": typed}] if stored is None else stored)
    assert _extent_after(desk, _park(held)) == expected


@given(
    as_json_text(st.lists(EXTENTS, max_size=1)) | as_json_text(EXTENTS) | st.sampled_from([None, ""]),
    st.dates().filter(lambda day: day.year >= 1000).map(str),
)
def test_exactly_the_edited_cell_changes(held: JSON, typed: str) -> None:
    """Whatever the item holds and however: afterwards the row shows what was typed, and else what it showed."""
    desk = _desk(_park(held))
    if END not in desk.rows["Resources"][0]:
        return  # held as something that is no item: it has its own column
    before = desk.rows["Resources"][0].copy()
    desk.rows["Resources"][0][END] = typed
    call = _plan(desk, _park(held)).call
    after = revised(_park(held), call.payload) if call is not None else _park(held)

    assert _desk(after).rows["Resources"][0] == before | {END: typed}


def test_two_subfields_go_in_one_item() -> None:
    """Both cells of a row edit the same item."""
    desk = _desk(_park([]))
    desk.rows["Resources"][0] |= {BEGIN: "2020-01-01", END: "2021-01-01"}

    assert _extent_after(desk, _park([])) == [{"begin_date": "2020-01-01", "end_date": "2021-01-01"}]


def test_what_was_read_stays_as_it_was() -> None:
    """Planning changes nothing: the ledger notes what was there before."""
    live = _park([{"begin_date": "2020-01-01", "end_date": "2021-01-01"}])
    before, desk = deepcopy(live), _desk(live)
    desk.rows["Resources"][0][END] = "2023-01-01"

    _plan(desk, live)

    assert live == before


def test_what_somebody_changed_beside_an_edited_subfield_is_kept() -> None:
    """Columns are compared one by one, also where CKAN holds them in one item."""
    desk = _desk(_park([{"begin_date": "2020-01-01", "end_date": "2021-01-01"}]))
    desk.rows["Resources"][0][END] = "2022-01-01"

    live = _park([{"begin_date": "1999-01-01", "end_date": "2021-01-01"}])

    assert _extent_after(desk, live) == [{"begin_date": "1999-01-01", "end_date": "2022-01-01"}]


def test_the_same_subfield_changed_on_both_sides_is_a_conflict() -> None:
    """As for any other cell."""
    desk = _desk(_park([{"end_date": "2021-01-01"}]))
    desk.rows["Resources"][0][END] = "2022-01-01"
    rows = [row for row in desk.edits().rows if row.asks]

    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [_park([{"end_date": "2023-01-01"}])]))

    assert [(c.verdict, c.live) for c in diff.changes] == [(Verdict.CONFLICT, "2023-01-01")]


def test_more_items_that_somebody_added_meanwhile_stay() -> None:
    """The first is the one that the columns show."""
    desk = _desk(_park([{"end_date": "2021-01-01"}]))
    desk.rows["Resources"][0][END] = "2022-01-01"

    live = _park([{"end_date": "2021-01-01"}, {"end_date": "2030-01-01"}])

    assert _extent_after(desk, live) == [{"end_date": "2022-01-01"}, {"end_date": "2030-01-01"}]


def test_an_item_emptied_in_part_is_not_mistaken_for_the_next() -> None:
    """One cell cleared, the other filled, while somebody added a second entry: that one stays as it is."""
    desk = _desk(_park([{"begin_date": "2020-01-01"}]))
    desk.rows["Resources"][0] |= {BEGIN: "", END: "2022-01-01"}

    live = _park([{"begin_date": "2020-01-01"}, {"end_date": "2030-01-01"}])

    assert _extent_after(desk, live) == [{"begin_date": "", "end_date": "2022-01-01"}, {"end_date": "2030-01-01"}]


def test_a_package_has_single_items_too() -> None:
    """Not only resources."""
    desk = _desk(_park([], dates=[{"type": "r", "date": "2020-01-01"}]))
    desk.rows["Packages"][0]["Dates: Type"] = "Blue"
    live = _park([], dates=[{"type": "r", "date": "2020-01-01"}])

    call = _plan(desk, live).call

    assert call is not None
    assert revised(live, call.payload)["dates"] == [{"type": "b", "date": "2020-01-01"}]


def test_a_new_package_is_created_with_its_single_items() -> None:
    """All cells of a new row, in one call."""
    desk = _desk(_park([]))
    desk.rows["Packages"].append({"Title": "New", "Dates: Date": "2024-05-06"})
    desk.rows["Resources"].append({"Package": "new", "Name": "a", "URL": "https://a.example", BEGIN: "2024-01-01"})
    rows = [row for row in desk.edits().rows if row.asks]
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, []))

    call = plan_creation(diff, rows[0].package, "record", {"name": "new"}).call

    assert call is not None
    assert call.payload["dates"] == [{"date": "2024-05-06"}]
    assert dicts(call.payload["resources"])[0]["temporal_extent"] == [{"begin_date": "2024-01-01"}]


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        ([{"end_date": ["No date"]}], f"The site refused [{END}]: No date"),
        ([{"begin_date": ["No"], "end_date": ["No date"]}], f"The site refused [{END}]: No date"),
        (["Missing value"], f"The site refused [{BEGIN}]: Missing value"),
    ],
)
def test_an_error_in_a_single_item_lands_at_its_column(error: JSON, sentence: str) -> None:
    """CKAN speaks of an item in a list; the editor sees a cell of the row."""
    desk = _desk(_park([{"end_date": "2021-01-01"}]))
    desk.rows["Resources"][0][END] = "2022-01-01"
    call = _plan(desk, _park([{"end_date": "2021-01-01"}])).call
    assert call is not None

    errors: dict[str, JSON] = {"resources": [{"temporal_extent": error}]}

    refusal = explain(errors, call, desk.layout, "record", places_of(desk.edits().rows))

    [(place, sentences)] = refusal.by_place.items()
    assert (place.sheet, place.row) == ("Resources", 2)
    assert sentence in sentences
