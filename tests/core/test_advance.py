"""After a run: the memory moves on for exactly the cells that went through."""

from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import Desk, desk_of, lit, package, parks, resource, settled, trails

from bulkedit.core import columns as own
from bulkedit.core.advance import advance
from bulkedit.core.answers import Accepted, Denied
from bulkedit.core.catalogue import tabulate
from bulkedit.core.cells import Cell
from bulkedit.core.columns import Level
from bulkedit.core.diff import Verdict, diff_package
from bulkedit.core.edits import Edits, Place, RowEdit
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON, Package, dicts, resources_of
from bulkedit.core.memory import digest, from_rows, to_rows
from bulkedit.core.outcomes import Settled
from bulkedit.core.plan import plan_package


def _run(desk: Desk, site: dict[str, Package]) -> Edits:
    """Import a desk into a site, remember what went through, and return what is left to do."""
    rows = desk.edits().rows
    moved = advance(desk.layout, desk.catalogue, settled(desk, site), rows)
    desk.write(moved.cells)
    return desk.edits()


def _left(edits: Edits) -> list[RowEdit]:
    return [row for row in edits.rows if row.asks or row.problems]


def test_what_went_through_is_exported_from_now_on() -> None:
    """After a run nothing is left to do, and the next import sends nothing."""
    desk, site = desk_of(parks()), {"id-parks": parks()}
    desk.rows["Packages"][0] |= {"Notes": "Some parks", "Colours": "b; r"}

    left = _run(desk, site)

    assert _left(left) == []
    assert desk.catalogue.rows["Packages"]["id-parks"][2] == "Some parks"


def test_what_the_site_had_already_is_exported_from_now_on() -> None:
    """Somebody made the same edit, or an earlier run did before it was killed: it is remembered without a call."""
    desk, site = desk_of(parks()), {"id-parks": parks() | {"notes": "Some parks"}}
    desk.rows["Packages"][0]["Notes"] = "Some parks"

    left = _run(desk, site)

    assert _left(left) == []


def test_what_was_refused_keeps_its_edit() -> None:
    """A failed row asks for the same again the next time."""
    desk, site = desk_of(parks()), {"id-parks": parks()}
    desk.rows["Packages"][0]["Notes"] = "Some parks"
    rows = desk.edits().rows
    results = [settled(desk, site)[0]]
    results = [type(one)(one.rows, one.diff, one.call, Denied("No")) for one in results]

    moved = advance(desk.layout, desk.catalogue, results, rows)

    assert moved.cells == {}
    assert [(c.exported, c.edited) for row in _left(desk.edits()) for c in row.cells] == [
        ("All parks", "Some parks")
    ]


def test_the_memory_moves_cell_by_cell_not_row_by_row() -> None:
    """A cell nobody edited still shows what was exported: a live change of it is not sent back next time."""
    desk, site = desk_of(parks()), {"id-parks": parks() | {"title": "Their title", "colour": "g"}}
    desk.rows["Packages"][0] |= {"Notes": "Some parks", "Colour": "Blue"}

    left = _run(desk, site)

    assert [[c.column.name for c in row.cells] for row in _left(left)] == [["colour"]]
    assert site["id-parks"]["title"] == "Their title"
    assert desk.catalogue.rows["Packages"]["id-parks"][0] == "Parks"


def test_what_the_site_keeps_in_another_form_is_remembered_with_what_was_typed() -> None:
    """`csv` kept as `CSV`: nothing is left to do, and the next edit of that cell is no conflict with oneself."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Notes"] = "csv"
    rows = desk.edits().rows
    one = settled(desk, {"id-parks": parks()})[0]
    kept = parks() | {"notes": "CSV"}
    one = replace(one, answer=Accepted(kept))

    advance(desk.layout, desk.catalogue, [one], rows)

    assert _left(desk.edits()) == []
    stored = from_rows(
        list(to_rows(desk.catalogue, desk.layout)), desk.layout, digest(to_rows(desk.catalogue, desk.layout))
    )
    assert stored.shown == desk.catalogue.shown
    desk.rows["Packages"][0]["Notes"] = "json"
    [again] = settled(desk, {"id-parks": kept})
    assert again.diff is not None
    assert [change.verdict for change in again.diff.changes] == [Verdict.CHANGE]


def test_a_skipped_copy_of_a_row_does_not_count() -> None:
    """The row that asks stands for the item, not its copy with `skip`."""
    desk, site = desk_of(parks()), {"id-parks": parks()}
    desk.rows["Contacts"][0][own.ACTION] = "delete"
    desk.rows["Contacts"].append({**desk.rows["Contacts"][0], own.ACTION: "skip"})

    left = _run(desk, site)

    assert _left(left) == []
    assert desk.rows["Contacts"][0][own.ITEM] == ""
    assert desk.rows["Contacts"][1][own.ITEM] == "1"


def test_items_are_numbered_anew_after_a_removal_and_an_addition() -> None:
    """The removed row loses its number, those after it move up, the new one gets the next."""
    desk, site = desk_of(parks()), {"id-parks": parks()}
    desk.rows["Contacts"][0][own.ACTION] = "delete"
    desk.rows["Contacts"].append({own.PACKAGE: "parks", "Name": "Dee"})

    left = _run(desk, site)

    assert [row.get(own.ITEM) for row in desk.rows["Contacts"]] == ["", "1", "2"]
    assert _left(left) == []
    assert [c["name"] for c in dicts(site["id-parks"]["contacts"])] == ["Bob", "Dee"]


def test_what_stands_in_an_entrys_cell_moves_with_the_entry() -> None:
    """A raw value typed for a choice: sent, it is lit no more, also when the entry gets another number later."""
    desk, site = desk_of(parks()), {"id-parks": parks()}
    desk.rows["Contacts"][1]["Roles"] = "r"
    _run(desk, site)
    sent = lit(desk)
    desk.rows["Contacts"][0][own.ACTION] = "delete"

    left = _run(desk, site)

    assert sent == lit(desk) == []
    assert _left(left) == []
    assert desk.catalogue.shown == {("Contacts", "id-parks/1", "roles"): "r"}


def test_a_rename_reaches_the_rows_of_the_other_sheets() -> None:
    """The identifying cells follow the new name, so that nothing points to nowhere."""
    desk, site = desk_of(parks(), trails()), {"id-parks": parks()}
    desk.rows["Packages"][0]["Address"] = "all-parks"
    desk.rows["Resources"][0]["Name"] = "big map"

    left = _run(desk, site)

    assert _left(left) == []
    assert desk.catalogue.packages == {"id-parks": "all-parks", "id-trails": "trails"}
    assert [row[own.PACKAGE] for row in desk.rows["Contacts"]] == ["all-parks", "all-parks", "trails"]
    assert {row[own.PACKAGE] for row in desk.rows["Resources"]} == {"all-parks"}
    assert desk.rows["Resource Temporal extent"][0][own.RESOURCE] == "big map"


def test_a_rename_of_a_resource_reaches_its_own_rows_only() -> None:
    """Entries of the other resources go on calling theirs by its name."""
    one = package(
        "parks",
        resources=[resource(name, temporal_extent=[{"end_date": "2021-01-01"}]) for name in ("map", "list")],
    )
    desk, site = desk_of(one), {"id-parks": one}
    desk.rows["Resources"][0]["Name"] = "big map"

    left = _run(desk, site)

    assert _left(left) == []
    assert [row[own.RESOURCE] for row in desk.rows["Resource Temporal extent"]] == ["big map", "list"]


@pytest.mark.parametrize("sheet", ["Packages", "Resources"])
def test_what_was_deleted_is_asked_for_no_more(sheet: str) -> None:
    """Or it would be deleted again, should it ever come back."""
    desk, site = desk_of(parks()), {"id-parks": parks()}
    desk.rows[sheet][0][own.ACTION] = "delete"

    left = _run(desk, site)

    assert _left(left) == []
    assert desk.rows[sheet][0][own.ACTION] == ""


def test_a_new_entry_that_was_not_sent_stays_new() -> None:
    """Somebody's entry of its name stands on the site: another one goes through, this one asks again."""
    desk = desk_of(parks())
    theirs: list[JSON] = [*dicts(parks()["contacts"]), {"name": "Dee", "email": "theirs@x.org"}]
    site = {"id-parks": parks() | {"contacts": theirs}}
    desk.rows["Contacts"][0]["E-mail"] = "new@x.org"
    desk.rows["Contacts"].append({own.PACKAGE: "parks", "Name": "Dee"})

    left = _run(desk, site)

    assert [(row.place.row, row.number) for row in _left(left)] == [(4, 0)]
    assert [row.get(own.ITEM, "") for row in desk.rows["Contacts"]] == ["1", "2", ""]
    assert len(desk.catalogue.rows["Contacts"]) == 2


def test_a_removal_that_was_not_sent_keeps_its_entry() -> None:
    """Somebody changed that one: the others keep their numbers, and it asks again."""
    desk = desk_of(parks())
    theirs: list[JSON] = [{"name": "Ann", "email": "theirs@x.org"}, {"name": "Bob", "email": "bob@x.org"}]
    site = {"id-parks": parks() | {"contacts": theirs}}
    desk.rows["Contacts"][0][own.ACTION] = "delete"
    desk.rows["Contacts"][1]["E-mail"] = "new@x.org"

    left = _run(desk, site)

    assert [(row.place.row, row.number, row.action) for row in _left(left)] == [(2, 1, "delete")]
    assert [row[own.ITEM] for row in desk.rows["Contacts"]] == ["1", "2"]


def test_a_conflict_with_what_an_earlier_run_made_stays_one() -> None:
    """That run was not told so, and somebody changed the new record since: the next import overwrites nothing."""
    desk = desk_of(parks())
    desk.rows["Resources"].append({own.PACKAGE: "parks", "Name": "gpx", "URL": "https://x.org/gpx", "Size": "5"})
    made = next(row.owner for row in desk.edits().rows if row.new)
    theirs = {"id": made, "name": "gpx", "url": "https://x.org/gpx", "size": "7"}
    site = {"id-parks": parks() | {"resources": [*resources_of(parks()), theirs]}}

    _run(desk, site)
    [again] = settled(desk, site)

    assert desk.rows["Resources"][2][own.ID] == made
    assert again.diff is not None
    assert [(c.live, c.verdict) for c in again.diff.changes] == [("7", Verdict.CONFLICT)]
    assert resources_of(site["id-parks"])[2]["size"] == "7"


# -- files and places


FILE = File("maps/map.csv", "map.csv", 20, "d1")


def _sent(desk: Desk, live: Package, after: Package) -> None:
    """Send what a desk asks of a package, a file for its first resource included; then the site has ``after``."""
    rows = desk.edits().rows
    files = {Place("Resources", 2): FILE}
    diff = diff_package(
        [row for row in rows if row.asks], desk.catalogue, tabulate(desk.layout, [live]), files=files
    )
    one = Settled(rows, diff, plan_package(diff, live, files=files).call, Accepted(after), live=live)
    desk.write(advance(desk.layout, desk.catalogue, [one], rows).cells)


def test_a_file_that_was_sent_is_asked_for_no_more() -> None:
    """The path goes, and the row shows what the site says of the file."""
    desk = desk_of(parks())
    desk.rows["Resources"][0][own.UPLOAD] = "maps/map.csv"
    first, second = resources_of(parks())
    after = parks() | {"resources": [first | {"url": "https://x.org/up/map.csv", "size": 20}, second]}

    _sent(desk, parks(), after)

    row = desk.rows["Resources"][0]
    assert (row[own.UPLOAD], row["URL"], row["Size"]) == ("", "https://x.org/up/map.csv", "20")
    assert _left(desk.edits()) == []


def test_what_was_typed_beside_a_file_is_compared_by_itself() -> None:
    """A length was typed and the site tells its own: what was typed stays in the cell, and is remembered so."""
    desk = desk_of(parks())
    desk.rows["Resources"][0] |= {own.UPLOAD: "maps/map.csv", "Size": "99"}
    first, second = resources_of(parks())
    edited = desk.edits()

    _sent(desk, parks(), parks() | {"resources": [first | {"size": 20}, second]})

    [cell] = [cell for row in edited.rows for cell in row.cells if cell.column.name == "size"]
    assert desk.rows["Resources"][0]["Size"] == "99"
    assert desk.catalogue.shown["Resources", "id-map", "size"] == cell.edited


def test_a_place_that_is_still_wanted_stays_in_its_cell() -> None:
    """Somebody moved that resource elsewhere, which is a conflict; the site's place does not replace the wish."""
    one = package("parks", resources=[resource(name) for name in "abc"])
    desk, there = desk_of(one), resources_of(one)
    desk.rows["Resources"][0] |= {own.POSITION: "2", "Size": "5"}
    live = one | {"resources": [there[1], there[2], there[0]]}

    _run(desk, {"id-parks": live})

    assert [row[own.POSITION] for row in desk.rows["Resources"]] == ["2", "1", "2"]
    assert [[c.column.name for c in row.cells] for row in _left(desk.edits())] == [["position"]]


# -- laws, over random edits

NOTES = st.sampled_from(["All parks", "one", "two", "", " spaced "])
COLOURS = st.sampled_from(["Red", "b", "Blue", "Crimson", ""])
DOINGS = st.lists(st.sampled_from(["rest", "edit", "rename", "remove"]), min_size=3, max_size=3)
WISHES = st.fixed_dictionaries(
    {
        "notes": NOTES,
        "colour": COLOURS,
        "colours": st.sampled_from(["", "r", "Blue; Red", "Red; Blue"]),
        "name": st.sampled_from(["parks", "all-parks"]),
        "contacts": DOINGS,
        "new": st.integers(0, 2),
        "size": st.sampled_from(["10", "11", ""]),
        "resource": st.sampled_from(["map", "big map"]),
        "extent": st.sampled_from(["2020-01-01", "2020-02-02", "delete"]),
    }
)


def _world() -> Package:
    contacts: list[JSON] = [{"name": name, "email": f"{name}@x.org"} for name in ("Ann", "Bob", "Cy")]
    extent: JSON = [{"begin_date": "2020-01-01", "end_date": "2021-01-01"}]
    return package(
        "parks",
        notes="All parks",
        colour="r",
        colours=["r", "b"],
        contacts=contacts,
        resources=[resource("map", size=10, temporal_extent=extent)],
    )


def _edited(desk: Desk) -> set[tuple[str, int, str]]:
    """Return the cells that are edits: of those that light up, some say the same in another spelling."""
    return {
        (row.place.sheet, row.place.row, cell.column.header) for row in desk.edits().rows for cell in row.cells
    }


def _type(desk: Desk, wishes: dict[str, object]) -> None:
    """Edit the workbook as wished."""
    desk.rows["Packages"][0] |= {
        "Notes": str(wishes["notes"]),
        "Colour": str(wishes["colour"]),
        "Colours": str(wishes["colours"]),
        "Address": str(wishes["name"]),
    }
    desk.rows["Resources"][0] |= {"Size": str(wishes["size"]), "Name": str(wishes["resource"])}
    extent = desk.rows["Resource Temporal extent"][0]
    extent["Beginning date" if wishes["extent"] != "delete" else own.ACTION] = str(wishes["extent"])
    doings = wishes["contacts"]
    assert isinstance(doings, list)
    for row, doing in zip(desk.rows["Contacts"], doings, strict=False):
        _do(row, doing)
    count = wishes["new"]
    assert isinstance(count, int)
    for n in range(count):
        desk.rows["Contacts"].append({own.PACKAGE: "parks", "Name": f"New {n}"})


def _do(row: dict[str, Cell], doing: str) -> None:
    match doing:
        case "edit":
            row["E-mail"] = f"our {row['E-mail']}"
        case "rename":
            row["Name"] = f"our {row['Name']}"
        case "remove":
            row[own.ACTION] = "delete"


def _rival(one: Package, wishes: dict[str, object]) -> None:
    """Change a package on the site, as somebody else might."""
    one |= {"notes": str(wishes["notes"]), "title": "Their title", "colours": ["g"]}
    resources_of(one)[0]["size"] = 99
    doings = wishes["contacts"]
    assert isinstance(doings, list)
    contacts: list[JSON] = []
    for contact, doing in zip(dicts(one["contacts"]), doings, strict=False):
        if doing == "edit":
            contact["email"] = f"their {contact.get('email')}"
        if doing != "remove":
            contacts.append(contact)
    one["contacts"] = [*contacts, {"name": "Stranger"}]


@settings(max_examples=100, deadline=None)
@given(WISHES, st.booleans())
def test_after_a_run_nothing_is_left_to_do(wishes: dict[str, object], twice: bool) -> None:
    """Whatever was edited and accepted: the same workbook, with the cells we wrote, asks for nothing more.

    No cell that was sent is lit as changed any more, whatever spelling stands in it. That holds for a second
    round of edits as well, after rows got new numbers and names.
    """
    desk, site = desk_of(_world()), {"id-parks": _world()}
    _type(desk, wishes)
    no_edits = set(lit(desk)) - _edited(desk)

    left = _run(desk, site)

    assert _left(left) == []
    assert set(lit(desk)) == no_edits
    if twice:
        desk.rows["Contacts"].append({own.PACKAGE: str(wishes["name"]), "Name": "Late"})
        desk.rows["Packages"][0]["Notes"] = "Late"
        assert _left(_run(desk, site)) == []
    held = deepcopy(site)
    assert _left(_run(desk, site)) == []
    assert site == held


@settings(max_examples=100, deadline=None)
@given(WISHES, WISHES)
def test_a_second_import_undoes_nothing_that_rivals_did_since(
    wishes: dict[str, object], theirs: dict[str, object]
) -> None:
    """Once a run is through, whatever others change on the site stays: the workbook has nothing to send."""
    desk, site = desk_of(_world()), {"id-parks": _world()}
    _type(desk, wishes)
    _run(desk, site)
    _rival(site["id-parks"], theirs)
    held = deepcopy(site)

    left = _run(desk, site)

    assert _left(left) == []
    assert site == held


@settings(max_examples=100, deadline=None)
@given(WISHES, WISHES)
def test_after_a_run_among_rivals_only_conflicts_are_left(
    wishes: dict[str, object], theirs: dict[str, object]
) -> None:
    """Rivals were faster: what clashes keeps asking, the rest is done, and running again changes nothing."""
    desk, site = desk_of(_world()), {"id-parks": _world()}
    _type(desk, wishes)
    _rival(site["id-parks"], theirs)
    rows = desk.edits().rows
    results = settled(desk, deepcopy(site))
    clashing = {
        (change.row.place, change.cell.column.name if change.cell else "")
        for one in results
        for change in (one.diff.changes if one.diff else ())
        if change.verdict is Verdict.CONFLICT
    }

    left = _run(desk, site)

    asked = {(row.place, c.column.name) for row in _left(left) for c in row.cells}
    asked |= {(row.place, "") for row in _left(left) if row.action == "delete"}
    assert asked == clashing
    assert [row.problems for row in left.rows if row.problems] == []
    assert len(rows) == len(left.rows)
    held = deepcopy(site)
    _run(desk, site)
    assert site == held


def test_every_level_is_part_of_the_laws() -> None:
    """The packages of the laws have rows at every level."""
    desk = desk_of(_world())

    assert {t.level for t in desk.layout.tables if desk.rows[t.title]} == set(Level)


def test_rows_that_are_skipped_are_numbered_anew_as_well() -> None:
    """Their number says which item they are: after a removal above, it is another one."""
    desk = desk_of(parks() | {"contacts": [{"name": n} for n in ("Ann", "Bob", "Cat")]})
    site = {"id-parks": parks() | {"contacts": [{"name": n} for n in ("Ann", "Bob", "Cat")]}}
    desk.rows["Contacts"][0][own.ACTION] = "delete"
    desk.rows["Contacts"][1][own.ACTION] = "skip"

    _run(desk, site)
    desk.rows["Contacts"][1][own.ACTION] = ""

    assert [row[own.ITEM] for row in desk.rows["Contacts"]] == ["", "1", "2"]
    assert _left(desk.edits()) == []


def test_what_was_typed_is_known_again_in_any_spelling() -> None:
    """The site keeps less than was asked: the same cell is no edit again, whatever order its values stand in."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Colours"] = "r; b"
    rows = desk.edits().rows
    one = replace(settled(desk, {"id-parks": parks()})[0], answer=Accepted(parks() | {"colours": ["r"]}))

    advance(desk.layout, desk.catalogue, [one], rows)

    assert _left(desk.edits()) == []


def test_what_went_through_is_remembered_where_the_site_does_not_show_it() -> None:
    """Who may write a package and not read it: what was accepted counts as exported from now on."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Notes"] = "Some parks"
    rows = desk.edits().rows
    one = replace(settled(desk, {"id-parks": parks()})[0], answer=Accepted(None), live=None)

    moved = advance(desk.layout, desk.catalogue, [one], rows)

    assert moved.remembers_more
    assert _left(desk.edits()) == []
