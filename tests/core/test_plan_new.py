"""From rows for new records, and rows that delete, to the calls of their packages; and back into the workbook."""

from dataclasses import replace

import pytest
from revision import revised
from worlds import Desk, desk_of, package, parks, resource, settled, trails

from bulkedit.core import columns as own
from bulkedit.core.advance import advance
from bulkedit.core.answers import Accepted
from bulkedit.core.calls import CREATE, Plan
from bulkedit.core.catalogue import tabulate
from bulkedit.core.diff import PackageDiff, Verdict, diff_package
from bulkedit.core.edits import Place
from bulkedit.core.json_value import Package
from bulkedit.core.outcomes import Settled
from bulkedit.core.plan import plan_creation, plan_package

GIVEN = {"name": "lakes", "owner_org": "org-1"}


@pytest.fixture
def desk() -> Desk:
    """An untouched export of two packages."""
    return desk_of(parks(), trails())


def _diff(desk: Desk, key: str, live: Package | None, *, overwrite: bool = False) -> PackageDiff:
    rows = [row for row in desk.edits().by_package()[key] if row.asks]
    found = tabulate(desk.layout, [] if live is None else [live])
    return diff_package(rows, desk.catalogue, found, overwrite=overwrite)


def _creation(desk: Desk) -> Plan:
    return plan_creation(_diff(desk, "+Packages!4", None), "+Packages!4", "record", GIVEN)


def _lakes(desk: Desk) -> None:
    """Type a new package with two resources, two contacts and a resource's own list."""
    desk.rows["Packages"].append({"Title": "Lakes", "Colours": "Blue; Red", "Tags": "bb; aa", "Private": "TRUE"})
    desk.rows["Resources"] += [
        {own.PACKAGE: "lakes", "Name": "map", "URL": "https://x.org/a.csv", "Size": "10"},
        {own.PACKAGE: "Lakes", "Name": "list", "URL": "https://x.org/b"},
    ]
    desk.rows["Contacts"] += [{own.PACKAGE: "lakes", "Name": name, "Roles": "Red"} for name in ("Dee", "Eve")]
    desk.rows["Resource Temporal extent"].append(
        {own.PACKAGE: "Lakes", own.RESOURCE: "map", "Beginning date": "2023-01-01"}
    )


# -- creating


def test_a_new_package_is_one_package_create(desk: Desk) -> None:
    """Fields in their types, lists whole, resources with ids of ours and the format that CKAN would guess."""
    _lakes(desk)

    call = _creation(desk).call

    assert call is not None
    first, second = call.resources
    assert (call.action, call.package, call.name) == (CREATE, "+Packages!4", "lakes")
    assert call.payload == {
        **GIVEN,
        "type": "record",
        "title": "Lakes",
        "private": True,
        "colours": ["r", "b"],
        "tags": [{"name": "aa"}, {"name": "bb"}],
        "contacts": [{"name": "Dee", "roles": ["r"]}, {"name": "Eve", "roles": ["r"]}],
        "resources": [
            {
                "id": first, "format": "text/csv", "name": "map", "url": "https://x.org/a.csv", "size": "10",
                "temporal_extent": [{"begin_date": "2023-01-01"}],
            },
            {"id": second, "name": "list", "url": "https://x.org/b"},
        ],
    }  # fmt: skip


def test_what_was_typed_goes_before_what_is_given(desk: Desk) -> None:
    """A typed organization or name is the one that is sent."""
    desk.rows["Packages"].append({"Title": "Lakes", "Address": "lakes-2", "Organization": "Roads Branch"})

    call = _creation(desk).call

    assert call is not None
    assert (call.payload["name"], call.payload["owner_org"], call.name) == ("lakes-2", "org-2", "lakes-2")


def test_the_call_remembers_the_rows_of_its_items(desk: Desk) -> None:
    """To find the row of a refused contact."""
    _lakes(desk)

    call = _creation(desk).call

    assert call is not None
    assert call.sent["+Packages!4", "contacts"] == [Place("Contacts", 5), Place("Contacts", 6)]


def test_a_new_resource_extends_its_package(desk: Desk) -> None:
    """What others have there meanwhile stays; edits of other rows go in the same call."""
    desk.rows["Resources"][0]["Size"] = "11"
    desk.rows["Resources"].append({own.PACKAGE: "parks", "Name": "gpx", "URL": "u", "Colours": "Blue"})
    live = parks() | {"resources": [*parks()["resources"], resource("theirs")]}  # type: ignore[misc]  # JSON of ours

    plan = plan_package(_diff(desk, "id-parks", live), live)

    assert plan.call is not None
    after = revised(live, plan.call.payload)
    assert [one["name"] for one in after["resources"]] == ["map", "list", "theirs", "gpx"]  # type: ignore[union-attr,index,call-overload]  # JSON of ours
    assert plan.call.payload["update__resources__id-map"] == {"size": 11}
    assert plan.call.payload["update__resources__extend"] == [
        {"id": plan.call.resources[-1], "name": "gpx", "url": "u", "colours": ["b"]}
    ]


def test_a_new_resource_that_is_there_already_is_not_sent(desk: Desk) -> None:
    """An earlier run was cut off: it is known by its id, and only what is missing of it is sent."""
    desk.rows["Resources"].append({own.PACKAGE: "trails", "Name": "gpx", "URL": "u", "Size": "5"})
    made = desk.edits().rows[4].owner
    live = trails() | {"resources": [resource("gpx", id=made, url="u", size="5")]}

    diff = _diff(desk, "id-trails", live)

    assert {change.verdict for change in diff.changes} == {Verdict.ALREADY}
    assert plan_package(diff, live).call is None


def test_a_new_resource_of_a_package_that_is_gone_is_a_conflict(desk: Desk) -> None:
    """It has nowhere to go, whatever is asked."""
    desk.rows["Resources"].append({own.PACKAGE: "trails", "Name": "gpx"})

    diff = _diff(desk, "id-trails", None, overwrite=True)

    assert [(change.verdict, change.gone) for change in diff.changes] == [(Verdict.CONFLICT, True)]


# -- deleting


def test_a_package_is_deleted_by_its_state(desk: Desk) -> None:
    """In a call that is refused where the package is not as it was read."""
    desk.rows["Packages"][0][own.ACTION] = "delete"

    plan = plan_package(_diff(desk, "id-parks", parks()), parks())

    assert plan.call is not None
    assert plan.call.payload.keys() == {"match", "update"}
    assert plan.call.payload["update"] == {"state": "deleted"}
    assert revised(parks(), plan.call.payload)["state"] == "deleted"


def test_resources_are_filtered_out_by_id(desk: Desk) -> None:
    """The others stay, in their order and as edited; a new one may come with it."""
    one = package("parks", resources=[resource(name) for name in "abc"])
    desk = desk_of(one)
    desk.rows["Resources"][1][own.ACTION] = "delete"
    desk.rows["Resources"][2]["Size"] = "1"
    desk.rows["Resources"].append({own.PACKAGE: "parks", "Name": "d"})

    plan = plan_package(_diff(desk, "id-parks", one), one)

    assert plan.call is not None
    after = revised(one, plan.call.payload)
    assert plan.call.payload["filter"] == ["-resources__id-b"]
    assert [r["id"] for r in after["resources"]] == ["id-a", "id-c", plan.call.resources[-1]]  # type: ignore[union-attr,index,call-overload]  # JSON of ours
    assert list(plan.call.resources[:2]) == ["id-a", "id-c"]


@pytest.mark.parametrize(("sheet", "key"), [("Packages", "id-parks"), ("Resources", "id-parks")])
def test_what_is_gone_need_not_be_deleted(desk: Desk, sheet: str, key: str) -> None:
    """It is as asked already."""
    desk.rows[sheet][0][own.ACTION] = "delete"
    live = None if sheet == "Packages" else parks() | {"resources": []}

    diff = _diff(desk, key, live)

    assert [(change.verdict, change.gone) for change in diff.changes] == [(Verdict.ALREADY, False)]


@pytest.mark.parametrize("overwrite", [False, True])
def test_what_somebody_edited_is_a_conflict_to_delete(desk: Desk, overwrite: bool) -> None:
    """Their text is shown; only whoever insists deletes it."""
    desk.rows["Packages"][0][own.ACTION] = "delete"
    live = parks() | {"notes": "Theirs"}

    [change] = _diff(desk, "id-parks", live, overwrite=overwrite).changes

    assert (change.verdict, change.live) == (
        Verdict.CHANGE if overwrite else Verdict.CONFLICT, "[Notes] Theirs",
    )  # fmt: skip
    assert change.overwrites is overwrite


def test_what_ckan_writes_by_itself_is_no_edit_of_somebody(desk: Desk) -> None:
    """Another time of change alone, or an edit of another record, is no reason to keep it."""
    desk.rows["Resources"][0][own.ACTION] = "delete"
    live = parks() | {"metadata_modified": "2026-11-22T10:00:00", "notes": "Theirs"}

    assert [change.verdict for change in _diff(desk, "id-parks", live).changes] == [Verdict.CHANGE]


# -- the workbook afterwards


def test_what_was_created_stands_in_the_workbook_and_asks_for_nothing_more(desk: Desk) -> None:
    """Ids, names, places and numbers are written; the next look finds no edit."""
    _lakes(desk)
    site = {"id-parks": parks(), "id-trails": trails()}

    moved = advance(desk.layout, desk.catalogue, settled(desk, site), desk.edits().rows)
    desk.write(moved.cells)

    edits = desk.edits()
    assert [str(row.place) for row in edits.rows if row.asks or row.problems or row.new] == []
    assert (desk.rows["Packages"][2][own.ID], desk.rows["Packages"][2]["Address"]) == ("id-lakes", "lakes")
    assert [row[own.PACKAGE] for row in desk.rows["Resources"][2:]] == ["lakes", "lakes"]
    assert [row[own.POSITION] for row in desk.rows["Resources"][2:]] == ["1", "2"]
    assert [row[own.ITEM] for row in desk.rows["Contacts"][3:]] == ["1", "2"]
    assert desk.rows["Resource Temporal extent"][1][own.RESOURCE_ID] == desk.rows["Resources"][2][own.ID]


def test_what_was_created_is_edited_like_any_other(desk: Desk) -> None:
    """A cell of each of its rows: each is one edit, of the text that was created."""
    _lakes(desk)
    site = {"id-parks": parks(), "id-trails": trails()}
    desk.write(advance(desk.layout, desk.catalogue, settled(desk, site), desk.edits().rows).cells)
    desk.rows["Packages"][2]["Title"] = "Ponds"
    desk.rows["Resources"][2]["Size"] = "11"
    desk.rows["Contacts"][4]["Name"] = "Fay"

    settled(desk, site)

    after = site["id-lakes"]
    assert after["title"] == "Ponds"
    assert [(c["name"], c["roles"]) for c in after["contacts"]] == [("Dee", ["r"]), ("Fay", ["r"])]  # type: ignore[union-attr,index,call-overload]  # JSON of ours
    assert [one.get("size") for one in after["resources"]] == ["11", None]  # type: ignore[union-attr]  # JSON of ours


def test_a_new_package_with_a_text_that_stands_for_no_value_is_not_planned(desk: Desk) -> None:
    """Its row is told; nothing of it goes."""
    desk.rows["Packages"].append({"Title": "Lakes", "Settings": '{"a": 1}'})
    diff = _diff(desk, "+Packages!4", None)
    broken = [replace(c, cell=replace(c.cell, edited="{")) for c in diff.changes if c.cell is not None]

    plan = plan_creation(replace(diff, changes=tuple(broken)), "+Packages!4", "record", GIVEN)

    assert (plan.call, list(plan.problems)) == (None, [Place("Packages", 4)])


def test_a_new_resource_that_the_site_does_not_show_stays_new(desk: Desk) -> None:
    """It has no ID to be known by yet."""
    desk.rows["Resources"].append({own.PACKAGE: "parks", "Name": "gpx", "URL": "https://x.org"})
    diff = _diff(desk, "id-parks", parks())
    one = Settled(desk.edits().rows, diff, plan_package(diff, parks()).call, Accepted(parks()), live=parks())

    moved = advance(desk.layout, desk.catalogue, [one], desk.edits().rows)

    assert own.ID not in moved.cells.get(Place("Resources", 4), {})


def test_a_package_that_is_called_anew_takes_its_texts_along(desk: Desk) -> None:
    """Those of others stay as they are; where there is none, nothing happens."""
    catalogue = desk.catalogue
    catalogue.shown |= {("Packages", key, "notes"): key for key in ("id-parks", "id-trails")}

    catalogue.rename("id-parks", "new")
    catalogue.rename("nobody", "somebody")

    assert [key for _, key, _ in catalogue.shown] == ["id-trails", "new"]
    assert catalogue.packages == {"id-trails": "trails", "new": "parks"}
