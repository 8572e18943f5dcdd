"""Rows to package and back is the identity, on arbitrary packages of a schema with every kind of field."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from random import Random

from arbitrary import packages
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from revision import revised
from worlds import SINGLE, Desk, laid_out, through_workbook, unchecked

from bulkedit.core import columns as own
from bulkedit.core.catalogue import Catalogue, Texts, table_items, tabulate
from bulkedit.core.cells import Cell, cell_text
from bulkedit.core.codecs import codec_of, codecs_of
from bulkedit.core.columns import Column, Layout, Table
from bulkedit.core.diff import diff_package
from bulkedit.core.edits import RowEdit
from bulkedit.core.find import find_edits
from bulkedit.core.items import items_of
from bulkedit.core.json_value import JSON, Package, resources_of
from bulkedit.core.plain import UnreadableError
from bulkedit.core.plan import plan_creation, plan_package
from bulkedit.core.schema import EXTRAS
from bulkedit.core.sheets import Sheet, SheetRow, find_heads
from bulkedit.core.template import NO_TEMPLATE, Template
from bulkedit.core.text import is_marker

GROUPS = ("g-forest", "g-water", "g-road")
COLLECTING = settings(deadline=None, suppress_health_check=list(HealthCheck))


@settings(COLLECTING, max_examples=40)
@given(
    packages("p1", "parks"),
    packages("p2", "trails", 0),
    st.booleans(),
    st.sampled_from([NO_TEMPLATE, SINGLE]),
)
def test_an_untouched_workbook_changes_nothing(
    one: Package, two: Package, headers_as_names: bool, template: Template
) -> None:
    """Whatever packages hold, their workbook comes back without an edit, a problem, a missing row."""
    layout = laid_out([one, two], template)
    catalogue = tabulate(layout, [one, two])
    book = through_workbook(layout, catalogue, headers_as_names=headers_as_names)

    edits = find_edits(book.layout, book.exported, book.sheets)

    assert (book.layout, book.exported) == (layout, catalogue)
    assert [row for row in edits.rows if row.cells or row.problems or row.asks] == []
    assert (edits.missing, edits.unknown) == ({}, [])
    assert len(edits.rows) == sum(map(len, catalogue.rows.values()))


@settings(COLLECTING, max_examples=60)
@given(packages())
def test_a_package_made_of_cell_texts_has_them(one: Package) -> None:
    """Type all that a package shows into rows without ids: created, the new package shows the same."""
    one |= {"title": "Parks", "resources": [r | {"name": f"file {n}"} for n, r in enumerate(resources_of(one))]}
    layout = unchecked(laid_out([one]))
    book = through_workbook(layout, tabulate(layout, [one]))
    nothing = Catalogue({table.title: {} for table in layout.tables})
    sheets = {table.title: _as_new(table, book.sheets[table.title]) for table in layout.tables}

    rows = find_edits(layout, nothing, sheets).rows
    _without_keys_that_ckan_refuses(rows)
    made = [row for row in rows if row.asks]
    diff = diff_package(made, nothing, tabulate(layout, []))
    plan = plan_creation(diff, made[0].package, "record", {"name": "parks"})

    assert [row.problems for row in rows if row.problems] == []
    assert plan.call is not None, plan.problems
    shown = tabulate(layout, [{"id": "p9", **plan.call.payload}])
    assert {t.title: _all_texts(t, sheets[t.title]) for t in layout.tables} == {
        t.title: sorted(texts for texts in _typed_texts(t, shown.rows[t.title].values()) if any(texts))
        for t in layout.tables
    }


def _without_keys_that_ckan_refuses(rows: Iterable[RowEdit]) -> None:
    """Pass over examples with a key of an extra twice, or with a field's name: they are refused, rightly."""
    said = [problem for row in rows if row.table.field == EXTRAS for problem in row.problems]
    assume(not any("is there already" in problem or "a field of its own" in problem for problem in said))


_SAYS_WHICH = (own.ID, own.ITEM, own.RESOURCE_ID, own.POSITION)


def _as_new(table: Table, sheet: Sheet) -> Sheet:
    """Return a sheet without ids and numbers, and without what nobody could type into a new row."""
    heads = find_heads(table, sheet)
    gone = {heads.own[header] for header in _SAYS_WHICH if header in heads.own}
    found = []
    for row in sheet.rows:
        kept = {at: cell for at, cell in row.cells.items() if at not in gone}
        for index, at in heads.fields:
            column, text = table.columns[index], cell_text(row.cells.get(at, ""))
            if column.name != "name" and not _typable(column, text, None, {}):
                kept.pop(at, None)
        texts = {table.columns[index].name: cell_text(kept.get(at, "")) for index, at in heads.fields}
        if not table.level.of_items or all(texts[column.name] for column in table.columns if column.required):
            found.append(SheetRow(row.number, kept))
    return replace(sheet, rows=found)


def _all_texts(table: Table, sheet: Sheet) -> list[Texts]:
    heads = find_heads(table, sheet)
    rows = [tuple(cell_text(row.cells.get(at, "")) for _, at in heads.fields) for row in sheet.rows]
    return sorted(texts for texts in _typed_texts(table, rows) if any(texts))


def _typed_texts(table: Table, rows: Iterable[Texts]) -> Iterator[Texts]:
    """Yield rows without the copies of lists, which nobody types."""
    for texts in rows:
        pairs = zip(table.columns, texts, strict=True)
        yield tuple("" if column.header.endswith(_AS_STORED) else text for column, text in pairs)


@settings(COLLECTING, max_examples=100)
@given(packages())
def test_what_was_exported_can_be_sent_back(one: Package) -> None:
    """Every value of a package, read from its own cell text, shows that text again."""
    layout = laid_out([one])

    shown = [
        (column.name, codec.show(value), codec.show(codec.read(codec.show(value), value)))
        for table in layout.tables
        for owner in _owners(table, one)
        for column, codec in zip(table.columns, codecs_of(table), strict=True)
        for value in [owner.get(column.key)]
    ]

    assert [entry for entry in shown if entry[1] != entry[2]] == []


def _owners(table: Table, package: Package) -> Iterator[Mapping[str, JSON]]:
    holders = resources_of(package) if table.level.of_resources else [package]
    for holder in holders:
        yield from table_items(table, holder) if table.level.of_items else [holder]


@settings(COLLECTING, max_examples=100)
@given(packages(), packages(), st.randoms(use_true_random=False), st.sampled_from([1.0, 0.3]))
def test_edits_arrive_and_nothing_else_moves(one: Package, two: Package, random: Random, share: float) -> None:
    """Type another package's texts into a package's cells: sent, it shows exactly them, and the rest is as it was.

    ``share`` is how many of the cells are edited: all of them, or some.
    """
    layout = unchecked(laid_out([one, two]))
    live, other = tabulate(layout, [one]), tabulate(layout, [two])
    typist = _Typist(Desk(layout, live), one, random, share)
    typist.type(other)
    rows = [row for row in typist.desk.edits().rows if row.asks or row.problems]
    _without_keys_that_ckan_refuses(rows)

    plan = plan_package(diff_package(rows, live, live), one, GROUPS)
    after = revised(one, plan.call.payload) if plan.call else one
    after = after | {"metadata_modified": one["metadata_modified"]}

    assert [problem for row in rows for problem in row.problems] == []
    assert plan.problems == {}
    shown = tabulate(layout, [after])
    assert {title: _rows(layout, shown, title) for title in typist.rows} == typist.rows
    for title, expected in typist.items.items():
        table = layout.table(title)
        assert table is not None
        assert {owner: sorted(shown.items(table, owner)) for owner in expected} == expected
    assert _unlike(one, after, plan.call.payload if plan.call else {}) == []


_AS_STORED = "(as stored)"


def _rows(layout: Layout, catalogue: Catalogue, title: str) -> dict[str, Texts]:
    """Return the rows of a sheet without the copies of lists that cannot be read as items."""
    table = layout.table(title)
    assert table is not None
    return {
        key: tuple(
            _AS_STORED if column.header.endswith(_AS_STORED) else text
            for column, text in zip(table.columns, texts, strict=True)
        )
        for key, texts in catalogue.rows[title].items()
    }


def _unlike(before: Package, after: Package, payload: Mapping[str, JSON]) -> list[str]:
    """Return the fields that no update names and that differ all the same, type and all."""
    update = payload.get("update", {})
    assert isinstance(update, dict)
    found = [key for key in before if key not in {*update, "resources"}]
    moved = [key for key in found if repr(before[key]) != repr(after.get(key))]
    for old, new in zip(resources_of(before), resources_of(after), strict=True):
        touched = payload.get(f"update__resources__{old['id']}", {})
        assert isinstance(touched, dict)
        moved += [f"{old['id']}: {k}" for k in old if k not in touched and repr(old[k]) != repr(new.get(k))]
    return moved


class _Typist:
    """Types the texts of one package into the cells of another, wherever a person could.

    Attributes:
        rows: the texts that the sheets of packages and resources should show afterwards, by title and key.
        items: the same for sheets of items, by title and owner, sorted.
    """

    def __init__(self, desk: Desk, live: Package, random: Random, share: float) -> None:
        self.desk, self.live, self.random, self.share = desk, live, random, share
        self.rows: dict[str, dict[str, Texts]] = {}
        self.items: dict[str, dict[str, list[Texts]]] = {}

    def type(self, other: Catalogue) -> None:
        """Type the texts of the other package."""
        for table in self.desk.layout.tables:
            if table.level.of_items:
                self._type_items(table, other)
            else:
                self._type_rows(table, other)

    def _type_rows(self, table: Table, other: Catalogue) -> None:
        held = {str(r["id"]): r for r in resources_of(self.live)} | {str(self.live["id"]): self.live}
        self.rows[table.title] = {}
        for row in self.desk.rows[table.title]:
            key = str(row[own.ID])
            texts = other.texts(table, key)
            assert texts is not None
            self.rows[table.title][key] = self._type_cells(table, row, texts, held[key])

    def _type_cells(self, table: Table, row: dict[str, Cell], texts: Texts, held: Mapping[str, JSON]) -> Texts:
        found = []
        for column, text in zip(table.columns, texts, strict=True):
            if self.random.random() < self.share and _typable(column, text, held.get(column.key), row):
                row[column.header] = text
            found.append(_AS_STORED if column.header.endswith(_AS_STORED) else str(row.get(column.header, "")))
        return tuple(found)

    def _type_items(self, table: Table, other: Catalogue) -> None:
        holders = resources_of(self.live) if table.level.of_resources else [self.live]
        self.items[table.title] = {}
        for holder in holders:
            if items_of(holder.get(table.field)) is not None:
                owner = str(holder["id"])
                wanted = [*self._type_existing(table, holder, other), *self._type_new(table, holder, other)]
                self.items[table.title][owner] = sorted(wanted)

    def _type_existing(self, table: Table, holder: Mapping[str, JSON], other: Catalogue) -> Iterator[Texts]:
        texts = other.items(table, str(holder["id"]))
        rows = [row for row in self.desk.rows[table.title] if self._belongs(table, row, holder)]
        for row, (at, held) in zip(rows, enumerate(table_items(table, holder)), strict=True):
            if at < len(texts):
                yield self._type_cells(table, row, texts[at], held)
            elif self.random.random() < self.share:
                row[own.ACTION] = "delete"
            else:
                yield tuple(str(row[column.header]) for column in table.columns)

    def _belongs(self, table: Table, row: Mapping[str, object], holder: Mapping[str, JSON]) -> bool:
        return not table.level.of_resources or row[own.RESOURCE_ID] == holder["id"]

    def _type_new(self, table: Table, holder: Mapping[str, JSON], other: Catalogue) -> Iterator[Texts]:
        texts = other.items(table, str(holder["id"]))
        for item in texts[len(table_items(table, holder)) :]:
            row = {own.PACKAGE: str(self.live["name"]), own.RESOURCE_ID: str(holder["id"])}
            typed = self._type_cells(table, row, item, {})
            required = [text for text, column in zip(typed, table.columns, strict=True) if column.required]
            if any(typed) and all(required):
                self.desk.rows[table.title].append(row)
                yield typed


def _typable(column: Column, text: str, like: JSON, row: Mapping[str, object]) -> bool:
    """Tell whether a person could type the text: the column takes it, and would show it just so.

    What it takes depends on the value that is there: in a list of a site's own making only JSON.
    """
    exported = str(row.get(column.header, ""))
    if column.read_only or is_marker(exported) or (column.required and not text) or column.name == "name":
        return False
    codec = codec_of(column)
    try:
        codec.read(text, None)
        return codec.show(codec.read(text, like)) == text
    except UnreadableError:
        return False
