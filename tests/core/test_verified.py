"""What a site did besides, and what it did not do, is said at the rows of the package."""

from copy import deepcopy
from dataclasses import replace

import pytest
from worlds import Desk, desk_of, package, parks, resource

from bulkedit.core import columns as own
from bulkedit.core.answers import Accepted
from bulkedit.core.catalogue import tabulate
from bulkedit.core.columns import Column
from bulkedit.core.diff import diff_package
from bulkedit.core.edits import Place
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON, Package, resources_of
from bulkedit.core.outcomes import Settled, outcomes_of
from bulkedit.core.plan import plan_package

WALKS = File("/walks.csv", "walks.csv", 5, "d1")


def _said(
    desk: Desk, live: Package, after: Package, *, revise: bool = True, upload: bool = False
) -> dict[str, str]:
    """Return what each row is told when the site holds `after` in the end."""
    files = {Place("Resources", 2): WALKS} if upload else {}
    rows = [row for row in desk.edits().rows if row.asks]
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [live]), files=files)
    call = plan_package(diff, live, files=files, revise=revise).call
    one = Settled(rows, diff, call, Accepted(after), live=live)
    found = outcomes_of(one, desk.layout, {}, {}, tabulate(desk.layout, [after]))
    return {f"{outcome.place.sheet} {outcome.place.row}": outcome.message for outcome in found}


def _with(live: Package, **fields: JSON) -> Package:
    return deepcopy(live) | {"title": "New"} | fields


def _resource(key: str, **fields: JSON) -> list[JSON]:
    return [one | fields if one["id"] == key else one for one in resources_of(parks())]


@pytest.fixture
def desk() -> Desk:
    """An export of which one title is edited."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Title"] = "New"
    return desk


BESIDES: dict[str, tuple[dict[str, JSON], str]] = {
    "a field": ({"notes": "Some"}, "The site also changed [Notes]: it was “All parks”, it is now “Some”."),
    "a cleared field": ({"colour": ""}, "The site also changed [Colour]: it was “Red”, it is now (empty)."),
    "a field without a column": (
        {"mood": ["x"]},
        'The site also changed mood: it was (empty), it is now “["x"]”.',
    ),
    "the state": ({"state": "draft"}, "The site also changed State: it was “active”, it is now “draft”."),
    "a list": (
        {"contacts": [{"name": "Ann", "email": "ann@x.org"}]},
        "The site also changed Contacts: it was “Ann, ann@x.org; Bob, bob@x.org”, it is now “Ann, ann@x.org”.",
    ),
    "a resource's field": (
        {"resources": _resource("id-map", name="chart")},
        "The site also changed Name of the resource “chart”: it was “map”, it is now “chart”.",
    ),
    "a resource's list": (
        {"resources": _resource("id-map", temporal_extent=[])},
        "The site also changed Temporal extent of “map”: it was “2020-01-01, 2021-01-01”, it is now (empty).",
    ),
    "a new resource": (
        {"resources": [*resources_of(parks()), resource("extra")]},
        "The resource “extra” has appeared on the site.",
    ),
    "a lost resource": (
        {"resources": list(resources_of(parks())[:1])},
        "The resource “list” is not on the site any more.",
    ),
    "the order": (
        {"resources": list(reversed(resources_of(parks())))},
        "The site also changed the order of the resources.",
    ),
}


@pytest.mark.parametrize("case", BESIDES)
def test_what_nobody_edited_and_changed_is_said(desk: Desk, case: str) -> None:
    """By its label where the workbook has a column, by its API name otherwise."""
    fields, sentence = BESIDES[case]

    said = _said(desk, parks(), _with(parks(), **fields))

    assert said == {"Packages 2": f"Changed [Title]. {sentence}"}


NOTHING: dict[str, dict[str, JSON]] = {
    "stamps": {
        "metadata_modified": "later",
        "num_resources": 7,
        "organization": {"title": "x"},
        "license_title": "x",
    },
    "stamps of resources": {
        "resources": _resource("id-map", metadata_modified="x", position=4, last_modified="x")
    },
    "another shape of the same": {"colour": "r", "mood": None, "notes": "All parks", "tags": [], "open": None},
    "the order of extras": {"extras": [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}]},
    "line ends": {"unknown": "a\nb"},
}


@pytest.mark.parametrize("case", NOTHING)
def test_nothing_is_said_where_nothing_really_changed(case: str) -> None:
    """Stamps, counts, copies, orders without a meaning, and other shapes of the same text."""
    extras: list[JSON] = [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
    live = parks() | {"extras": extras}
    desk = desk_of(live)
    desk.rows["Packages"][0]["Title"] = "New"
    live |= {"unknown": "a\r\nb"}  # a field that no exported package had

    said = _said(desk, live, _with(live, **NOTHING[case]))

    assert said == {"Packages 2": "Changed [Title]."}


def test_columns_that_the_site_sets_are_its_own() -> None:
    """What cannot be edited changes by design."""
    live = parks() | {"record_last_modified": "2026-01-01"}
    desk = desk_of(live)
    desk.rows["Packages"][0]["Title"] = "New"

    said = _said(desk, live, _with(live, record_last_modified="2026-11-28"))

    assert said == {"Packages 2": "Changed [Title]."}


def test_a_file_brings_its_own_changes() -> None:
    """Address, length, kind and digest follow from it; another field does not."""
    desk = desk_of(parks())
    desk.rows["Resources"][0][own.UPLOAD] = "walks.csv"
    brought: dict[str, JSON] = {"url": "u/walks.csv", "url_type": "upload", "size": 5, "mimetype": "text/csv"}
    brought |= {"hash": "sha256:d1", "format": "CSV", "last_modified": "now"}

    fine, besides, short, link = (
        _said(desk, parks(), parks() | {"resources": _resource("id-map", **{**brought, **more})}, upload=True)
        for more in ({}, {"name": "chart"}, {"size": 4}, {"url_type": ""})
    )

    assert fine["Resources 2"].endswith("…).")
    assert "The site also changed Name of the resource “chart”" in besides["Resources 2"]
    assert short["Resources 2"].endswith("[Upload] was kept as a file of 4 bytes.")
    assert link["Resources 2"].endswith("[Upload] was not kept: the site shows no file here.")


def test_it_is_said_once_at_the_row_of_the_package(desk: Desk) -> None:
    """Or at the first row that was sent, where the package's own row was not."""
    desk.rows["Resources"][1]["Name"] = "roll"
    after = _with(parks(), notes="Some", resources=_resource("id-list", name="roll"))
    both = _said(desk, parks(), after)
    desk.rows["Packages"][0]["Title"] = parks()["title"]

    alone = _said(desk, parks(), after | {"title": parks()["title"]})

    assert both["Packages 2"].endswith("it is now “Some”.")
    assert both["Resources 3"] == "Changed [Name]."
    assert alone["Resources 3"].endswith("it is now “Some”.")


def test_many_changes_are_cut_short(desk: Desk) -> None:
    """A message stays one that people read."""
    many: dict[str, JSON] = {f"mood_{n}": "x" for n in range(9)}

    said = _said(desk, parks(), _with(parks(), **many))["Packages 2"]

    assert said.count("also changed") == 5
    assert said.endswith("The site changed 4 more things.")


def test_one_change_more_is_told_itself(desk: Desk) -> None:
    """Saying that there is one more would be as long."""
    many: dict[str, JSON] = {f"mood_{n}": "x" for n in range(6)}

    said = _said(desk, parks(), _with(parks(), **many))["Packages 2"]

    assert (said.count("also changed"), "more things" in said) == (6, False)


def test_without_revise_it_may_have_been_somebody_else(desk: Desk) -> None:
    """Where the site cannot refuse to overwrite, a difference may be an edit of the same moment."""
    said = _said(desk, parks(), _with(parks(), notes="Some"), revise=False)

    assert said["Packages 2"] == (
        "Changed [Title]. [Notes] was “All parks” and is now “Some”: it may have been changed by somebody at the"
        " same moment."
    )


# -- asked, and not so


def test_a_place_is_told_where_it_is_another_one(desk: Desk) -> None:
    """Counted from one, as in the workbook."""
    desk.rows["Resources"][0][own.POSITION] = "2"
    moved = _with(parks(), resources=list(reversed(resources_of(parks()))))

    as_asked, stays = _said(desk, parks(), moved), _said(desk, parks(), _with(parks()))

    assert as_asked["Resources 2"] == "Changed [Position]."
    assert stays["Resources 2"] == "Changed [Position]. [Position] was kept as 1."


def test_an_item_that_nobody_edited_is_compared_in_a_list_that_was_sent(desk: Desk) -> None:
    """A list goes whole, so all of it is held against what was sent; its length, too."""
    desk.rows["Contacts"][0]["E-mail"] = "new@x.org"
    mine, bob, other = (
        {"name": n, "email": e} for n, e in (("Ann", "new@x.org"), ("Bob", "bob@x.org"), ("Bob", "b@x"))
    )

    fine, changed, lost = (
        _said(desk, parks(), _with(parks(), contacts=list(contacts)))
        for contacts in ((mine, bob), (mine, other), (mine,))
    )

    assert fine == {"Packages 2": "Changed [Title].", "Contacts 2": "Changed [E-mail]."}
    assert (
        "The site also changed Contacts: it was “Bob, bob@x.org”, it is now “Bob, b@x”." in changed["Packages 2"]
    )
    assert lost["Packages 2"] == "Changed [Title]. Contacts should hold 2 now, but the site shows 1."


def test_extras_are_compared_by_their_keys() -> None:
    """Their order means nothing; one that is not there was not kept."""
    extras: list[JSON] = [{"key": "a", "value": "1"}, {"key": "z", "value": "9"}]
    live = package("parks", extras=extras)
    desk = desk_of(live)
    desk.rows["Extras"].append({own.PACKAGE: "parks", "Key": "m", "Value": "5"})
    mine: JSON = {"key": "m", "value": "5"}

    fine, other, lost = (
        _said(desk, live, live | {"extras": kept})
        for kept in ([mine, *extras], [*extras, {"key": "m", "value": "6"}], extras)
    )

    assert fine == {"Extras 4": "Added to Extras: [Key], [Value]."}
    assert other["Extras 4"].endswith("[Value] was kept as “6”.")
    assert "Extras should hold 3 now, but the site shows 2." in lost["Extras 4"]


def test_a_resource_that_was_asked_for_and_is_not_there_is_said() -> None:
    """Added and dropped, deleted and still there, moved and not moved."""
    desk = desk_of(parks())
    desk.rows["Resources"].append({own.PACKAGE: "parks", "Name": "new", "URL": "u"})
    dropped = _said(desk, parks(), parks())
    desk = desk_of(parks())
    desk.rows["Resources"][0][own.ACTION] = "delete"
    stays = _said(desk, parks(), parks())
    desk = desk_of(parks())
    desk.rows["Resources"][1][own.POSITION] = "1"
    unmoved = _said(desk, parks(), parks())

    assert dropped["Resources 4"].endswith("The site took this, but does not show the resource.")
    assert stays["Resources 2"].endswith("The site took this, but shows the resource still.")
    assert unmoved["Resources 3"].endswith("[Position] was kept as 2.")


def test_a_package_that_is_still_there_was_not_deleted() -> None:
    """Its state tells; and once it is deleted nothing else of it is of interest."""
    desk = desk_of(parks())
    desk.rows["Packages"][0][own.ACTION] = "delete"

    there, gone = (
        _said(desk, parks(), parks() | {"state": state, "notes": ""}) for state in ("active", "deleted")
    )

    assert "The site took this, but shows the package still." in there["Packages 2"]
    assert gone["Packages 2"] == "Deleted this package. With it go its 2 resources."


def test_a_place_that_was_kept_is_not_spoken_of(desk: Desk) -> None:
    """Nor is an order that was asked for."""
    desk.rows["Packages"][0]["Title"] = parks()["title"]
    desk.rows["Resources"][0][own.POSITION] = "2"
    first, second = resources_of(parks())

    said = _said(desk, parks(), parks() | {"resources": [second, first]})

    assert said == {"Resources 2": "Changed [Position]."}


def test_free_extras_have_no_order() -> None:
    """The site may tell them in any."""
    a, b = {"key": "a", "value": "1"}, {"key": "b", "value": "2"}
    live = parks() | {"extras": [a, b]}
    desk = desk_of(live)
    desk.rows["Packages"][0]["Title"] = "New"

    assert _said(desk, live, _with(live, extras=[b, a])) == {"Packages 2": "Changed [Title]."}


def test_a_file_that_goes_in_a_later_call_is_spoken_of_there(desk: Desk) -> None:
    """On a site without package_revise."""
    desk.rows["Resources"][0] |= {own.UPLOAD: "walks.csv", "Name": "walks"}
    after = _with(parks(), resources=_resource("id-map", name="walks"))

    assert _said(desk, parks(), after, revise=False, upload=True)["Resources 2"] == "Changed [Upload], [Name]."


def test_an_entry_whose_list_went_with_another_call_is_compared_with_nothing() -> None:
    """As after a creation whose answer was lost: what is there now was sent before, and recognized."""
    desk = desk_of(parks())
    desk.rows["Contacts"][0]["E-mail"] = "new@x.org"
    rows = [row for row in desk.edits().rows if row.asks]
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [parks()]))
    call = plan_package(diff, parks()).call
    one = Settled(rows, replace(diff, lists=()), call, Accepted(parks()), live=parks())

    [found] = outcomes_of(one, desk.layout, {}, {}, tabulate(desk.layout, [parks()]))

    assert found.message == "Changed [E-mail]."


def test_a_cell_of_a_column_that_is_no_field_is_compared_with_nothing(desk: Desk) -> None:
    """Nothing on the site can be told from it."""
    rows = [row for row in desk.edits().rows if row.asks]
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [parks()]))
    call = plan_package(diff, parks()).call
    [change] = diff.changes
    assert change.cell is not None
    odd = replace(change, cell=replace(change.cell, column=Column("Odd", "odd")))
    one = Settled(rows, replace(diff, changes=[odd]), call, Accepted(_with(parks())), live=parks())

    [found] = outcomes_of(one, desk.layout, {}, {}, tabulate(desk.layout, [_with(parks())]))

    assert "was kept" not in found.message
