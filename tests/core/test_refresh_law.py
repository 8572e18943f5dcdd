"""A refreshed workbook that nobody edited is what an export would be now, through a real .xlsx file."""

import tempfile
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path

from arbitrary import packages
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from worlds import IDENTITY, SINGLE, Desk, laid_out, settled, unchecked

from bulkedit.core import columns as own
from bulkedit.core.catalogue import Catalogue, tabulate
from bulkedit.core.cells import cell_text
from bulkedit.core.columns import Layout
from bulkedit.core.diff import Verdict
from bulkedit.core.find import find_edits
from bulkedit.core.json_value import JSON, Package, dicts
from bulkedit.core.refreshed import Refresh, refresh
from bulkedit.core.report import Report
from bulkedit.core.results import Result
from bulkedit.core.sheets import find_heads
from bulkedit.core.template import NO_TEMPLATE, Template
from bulkedit.excel.original import Original
from bulkedit.excel.read import Book, read_workbook
from bulkedit.excel.write import Export, write_workbook

COLLECTING = settings(deadline=None, suppress_health_check=list(HealthCheck))
Rows = dict[str, list[tuple[str, ...]]]


def _of_own(package: Package, prefix: str) -> Package:
    """Return a package whose resources have ids of their own."""
    resources = [resource | {"id": f"{prefix}{resource['id']}"} for resource in dicts(package.get("resources"))]
    return package | {"resources": resources}


def _items(package: Package) -> list[JSON]:
    found = package.get("contacts")
    return found if isinstance(found, list) else []


def _workbook(path: Path, layout: Layout, catalogue: Catalogue, *, as_names: bool = False) -> None:
    with path.open("wb") as file:
        write_workbook(file, Export(IDENTITY, layout, [catalogue], as_names))


def _refresh(path: Path, site: list[Package]) -> Refresh:
    """Refresh a workbook in its place, as the program does."""
    original = Original(path)
    book = original.book
    edits = find_edits(book.layout, book.exported, book.sheets)
    live = {str(package["id"]): package for package in site}
    found = refresh(book.layout, book.exported, edits, live, book.sheets, site=IDENTITY.site)
    report = Report("run", "2026-11-22T09:00:00", False, IDENTITY.site, str(path), found.outcomes, edits)
    assert original.write(report, found.moved, path) == path
    return found


def _rows(book: Book) -> Rows:
    """Return the rows of each data sheet by header, without order, but for those of records that are gone."""
    found: Rows = {}
    for table in book.layout.tables:
        sheet = book.sheets[table.title]
        heads = find_heads(table, sheet)
        at = {**heads.own, **dict(heads.fields)}
        answers = {at.pop(header) for header in (own.RESULT, own.MESSAGE)}
        gone = min(answers)
        found[table.title] = sorted(
            texts
            for row in sheet.rows
            if cell_text(row.cells.get(gone, "")) != "deleted"
            and any(texts := tuple(cell_text(row.cells.get(position, "")) for position in at.values()))
        )
    return found


@settings(COLLECTING, max_examples=20)
@given(
    st.tuples(packages("p1", "parks"), packages("p2", "trails", 1), packages("p3", "bogs", 1)),
    st.tuples(packages("p1", "gardens", 3), packages("p2", "trails", 0), packages("p4", "moors", 2)),
    st.booleans(),
    st.booleans(),
    st.sampled_from([NO_TEMPLATE, SINGLE]),
)
def test_a_refreshed_workbook_is_what_an_export_would_be_now(
    exported: tuple[Package, ...],
    live: tuple[Package, ...],
    turned: bool,
    as_names: bool,
    template: Template,
) -> None:
    """Whatever others did: fields, lists, names, resources and packages that came and went.

    The rows of the refreshed workbook, and what it remembers of each, are those of a fresh export; and a second
    refresh finds nothing more to bring in.
    """
    before = [_of_own(package, str(package["id"])) for package in exported]
    now = [_of_own(package, str(package["id"])) for package in live]
    if turned:
        now[0] |= {"contacts": [*_items(now[0])[:1], *reversed(_items(before[0]))]}
    layout = laid_out([*before, *now], template)
    with tempfile.TemporaryDirectory() as folder:
        path, fresh = Path(folder) / "refreshed.xlsx", Path(folder) / "fresh.xlsx"
        _workbook(path, layout, tabulate(layout, before), as_names=as_names)
        _workbook(fresh, layout, tabulate(layout, now), as_names=as_names)

        found = _refresh(path, now)

        book, expected = read_workbook(path), read_workbook(fresh)
        again = _refresh(path, now)
    assert _rows(book) == _rows(expected)
    assert {
        title: rows.items() & book.exported.rows[title].items() for title, rows in expected.exported.rows.items()
    } == {title: rows.items() for title, rows in expected.exported.rows.items()}
    assert {one.result for one in found.outcomes} <= {
        Result.UPDATED,
        Result.CREATED,
        Result.DELETED,
        Result.UNCHANGED,
    }
    assert {one.result for one in again.outcomes} <= {Result.UNCHANGED, Result.DELETED}
    edits = find_edits(book.layout, book.exported, book.sheets)
    assert [row for row in edits.rows if row.cells or row.problems] == []
    assert edits.missing == {}


# -- with edits

WORDS = st.sampled_from(["a", "b", "c"])
CONTACTS = st.lists(st.fixed_dictionaries({"name": WORDS, "email": WORDS}), max_size=3)
EXTENTS = st.lists(
    st.fixed_dictionaries({"begin_date": st.sampled_from(["2020-01-01", "2021-01-01"])}), max_size=2
)
RESOURCES = st.lists(st.sampled_from(["r0", "r1", "r2"]), unique=True, max_size=3).flatmap(
    lambda ids: st.tuples(
        *(
            st.fixed_dictionaries({"id": st.just(key), "name": WORDS, "url": WORDS, "temporal_extent": EXTENTS})
            for key in ids
        )
    ).map(list)
)
FEW_TEXTS: st.SearchStrategy[Package] = st.fixed_dictionaries(
    {
        "id": st.just("p1"),
        "name": st.sampled_from(["parks", "gardens"]),
        "type": st.just("record"),
        "state": st.just("active"),
        "private": st.just(False),
        "metadata_modified": st.just("2026-11-20T10:00:00"),
        "title": WORDS,
        "notes": WORDS,
        "contacts": CONTACTS,
        "resources": RESOURCES,
    }
)
"""Packages of few texts, so that exported, edited and live are often the same."""

CELLS = {
    "Packages": ("Title", "Notes", "Address", "Action"),
    "Contacts": ("Name", "E-mail", "Action", "Name", "E-mail"),
    "Resources": ("Name", "URL", "Position", "Action", "Name", "URL"),
    "Resource Temporal extent": ("Beginning date", "Action"),
}
TYPED = st.sampled_from(["a", "b", "c", "d"])
EDITS = st.lists(
    st.tuples(st.sampled_from(list(CELLS)), st.integers(0, 3), st.integers(0, 5), TYPED), min_size=1, max_size=3
)
"""What people type: in which sheet, row and column, and what."""


def _type(desk: Desk, edits: Iterable[tuple[str, int, int, str]]) -> None:
    """Type into cells; a row below the last one adds something to the package or its first resource."""
    name = desk.rows["Packages"][0]["Address"]
    resource = next((row["Name"] for row in desk.rows["Resources"]), "")
    for title, row, column, text in edits:
        rows, header = desk.rows[title], CELLS[title][column % len(CELLS[title])]
        if row >= len(rows):
            if title == "Packages":
                continue
            rows.append({own.PACKAGE: name} | ({own.RESOURCE: resource} if "extent" in title else {}))
        meant = {"Action": {"a": "delete", "b": "skip"}, "Beginning date": {"a": "2020-01-01", "b": "2022-01-01"}}
        meant["Position"] = {"a": "1", "b": "2", "c": "3"}
        rows[min(row, len(rows) - 1)][header] = meant[header].get(text, "") if header in meant else text


def _sent(desk: Desk, site: dict[str, Package]) -> tuple[dict[str, Package], list[tuple[str, str, str]]]:
    """Import a workbook into a copy of a site; return what the site is then, and the conflicts."""
    site = deepcopy(site)
    done = settled(desk, site)
    conflicts = [
        (change.row.table.title, change.row.owner, "" if change.cell is None else change.cell.column.name)
        for one in done
        for change in (one.diff.changes if one.diff is not None else ())
        if change.verdict is Verdict.CONFLICT
    ]
    return site, sorted(conflicts)


@settings(COLLECTING, max_examples=200)
@given(FEW_TEXTS, FEW_TEXTS, EDITS)
def test_a_refresh_changes_nothing_that_an_import_does(
    exported: Package, live: Package, edits: list[tuple[str, int, int, str]]
) -> None:
    """Whatever was edited, and whatever others did: with or without a refresh before it, an import sends the same.

    And it finds the same conflicts: nobody's edit is lost, nobody's change is overwritten.
    """
    layout = unchecked(laid_out([exported, live]))
    desk, refreshed = (Desk(layout, tabulate(layout, [exported])) for _ in range(2))
    for one in (desk, refreshed):
        _type(one, edits)
    assume(not any(row.problems for row in desk.edits().rows))  # what is invalid may be valid afterwards
    site = {"p1": live}

    found = refresh(layout, refreshed.catalogue, refreshed.edits(), site, refreshed.sheets())
    for place in found.moved.cells:
        rows = refreshed.rows[place.sheet]
        rows += [{} for _ in range(place.row - 1 - len(rows))]
    refreshed.write(found.moved.cells)
    refreshed.catalogue = found.moved.exported

    assert _sent(refreshed, site) == _sent(desk, site)
