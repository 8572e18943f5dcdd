"""After a run: what the workbook must remember as exported, and the cells of ours that change with it.

The memory moves on for exactly the cells that went through. A cell that nobody edited still shows what
was exported, and so must the memory; or the next import would send a stale text over somebody's change.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bulkedit.core import columns as own
from bulkedit.core.answers import Accepted
from bulkedit.core.catalogue import Catalogue, Texts, id_of, item_key, tabulate_as
from bulkedit.core.columns import FILE_COLUMN, PLACE_COLUMN, Layout, Level, Table
from bulkedit.core.diff import Change, Verdict
from bulkedit.core.edits import CellEdit, Place, RowEdit
from bulkedit.core.json_value import text_of
from bulkedit.core.naming import is_placeholder
from bulkedit.core.outcomes import Settled
from bulkedit.core.text import canonical

OwnCells = dict[Place, dict[str, str]]
"""Texts for our own cells: by row, then by header."""


@dataclass
class Advance:
    """What moved on: the catalogue to remember as exported, and cells of ours to write.

    Attributes:
        exported: the cell texts to remember.
        cells: texts of cells by row and header; cells of fields among them where the site's text comes in.
        reach: the last row of each sheet to which rows were added.
        remembers_more: something else is to be remembered than before.
    """

    exported: Catalogue
    cells: OwnCells = field(default_factory=dict)
    reach: dict[str, int] = field(default_factory=dict)
    remembers_more: bool = True

    def write(self, place: Place, header: str, text: str) -> None:
        """Note a text for one of our own cells."""
        self.cells.setdefault(place, {})[header] = text


def went_through(settled: Settled) -> list[Change]:
    """Return the edits that are on the site now."""
    if settled.diff is None:
        return []
    accepted = isinstance(settled.answer, Accepted)
    return [
        change
        for change in settled.diff.changes
        if change.verdict is Verdict.ALREADY or (accepted and change.verdict is Verdict.CHANGE)
    ]


def advance(
    layout: Layout, exported: Catalogue, settled: Iterable[Settled], rows: Sequence[RowEdit], site: str = ""
) -> Advance:
    """Return the memory of the workbook after a run.

    Args:
        layout: the workbook's tables.
        exported: cell texts as exported; changed in place.
        settled: what became of each package.
        rows: all rows of the workbook.
        site: address of the catalogue, for the pages of new packages.
    """
    moved = Advance(exported, remembers_more=False)
    by_package: dict[str, list[RowEdit]] = {}
    for row in rows:
        by_package.setdefault(row.package, []).append(row)
    for one in settled:
        changes = went_through(one)
        if changes:
            moved.remembers_more = True
            key = changes[0].row.package
            kept = None if one.known is None else tabulate_as(layout, one.known, key)
            ids = {} if one.known is None else {key: id_of(one.known)}
            _advance_new(moved, changes, kept, ids, _in_conflict(one))
            _advance_package(moved, changes, by_package[key], kept if isinstance(one.answer, Accepted) else None)
            if kept is not None:
                _advance_addresses(moved, changes, kept)
            moved_some = any(change.cell and change.cell.column == PLACE_COLUMN for change in changes)
            if kept is not None and (moved_some or isinstance(one.answer, Accepted)):
                _advance_places(moved, by_package[key], changes, kept)
            if is_placeholder(key) and one.known is not None:
                _fill_in_page(moved, changes, f"{site}/dataset/{id_of(one.known)}")
                _fill_in_name(moved, canonical(text_of(one.known.get("name"))), by_package[key])
                exported.rename(key, id_of(one.known))
    return moved


def _in_conflict(settled: Settled) -> set[tuple[str, str]]:
    """Return the fields that were not sent because of a conflict: whose, and their names."""
    changes = () if settled.diff is None else settled.diff.changes
    return {(c.row.owner, c.cell.column.name) for c in changes if c.cell and c.verdict is Verdict.CONFLICT}


_SET_BY_FILES = frozenset("url size last_modified mimetype hash".split())
"""Fields of a resource that change with its file."""


def _advance_addresses(moved: Advance, changes: Iterable[Change], kept: Catalogue) -> None:
    """Remember and show what the site says of files that have arrived: address, length, time."""
    for change in changes:
        row, table = change.row, change.row.table
        texts, typed = kept.texts(table, row.owner), {cell.column.name for cell in row.cells}
        sent = change.cell is not None and change.cell.column == FILE_COLUMN
        if not sent or row.new or texts is None:
            continue
        before = list(moved.exported.rows[table.title][row.owner])
        for index, column in enumerate(table.columns):
            if column.name not in typed and (column.read_only or column.name in _SET_BY_FILES):
                before[index] = texts[index]
                moved.exported.shown.pop((table.title, row.owner, column.name), None)
                moved.write(row.place, column.header, texts[index])
        moved.exported.rows[table.title][row.owner] = tuple(before)


def _advance_places(moved: Advance, rows: Iterable[RowEdit], changes: Sequence[Change], kept: Catalogue) -> None:
    """Remember and show the places that resources have now, but for those that somebody still wants elsewhere."""
    moves = [change.row.owner for change in changes if change.cell and change.cell.column == PLACE_COLUMN]
    for row in rows:
        held = kept.resources.get(row.owner) if row.table.level is Level.RESOURCE else None
        before = moved.exported.resources.get(row.owner)
        waits = any(cell.column == PLACE_COLUMN for cell in row.cells) and row.owner not in moves
        if held is None or before is None or waits or row.action == "skip":
            continue
        moved.exported.resources[row.owner] = replace(before, position=held.position)
        if before.position != held.position or row.owner in moves:
            moved.write(row.place, own.POSITION, str(held.position))


def _fill_in_page(moved: Advance, changes: Iterable[Change], page: str) -> None:
    for row in {change.row.place: change.row for change in changes}.values():
        if row.new and row.table.level is Level.PACKAGE:
            moved.write(row.place, own.PAGE, page)


def _fill_in_name(moved: Advance, name: str, rows: Iterable[RowEdit]) -> None:
    """Let all rows of a new package call it by the name that it has now; some may have used its title."""
    for row in rows:
        if row.table.level is not Level.PACKAGE:
            moved.write(row.place, own.PACKAGE, name)


def _advance_new(
    moved: Advance,
    changes: Sequence[Change],
    kept: Catalogue | None,
    ids: Mapping[str, str],
    conflicts: Collection[tuple[str, str]],
) -> None:
    """Remember new packages and resources, and fill in their ids and names.

    A cell that was left empty, or that the site has in another form, still shows what it showed. One in conflict
    (with a record that an earlier run created, and was not told) is remembered as not exported: it stays one.
    """
    rows = {change.row.owner: change.row for change in changes if change.row.new}
    for key, row in rows.items():
        texts = None if kept is None else kept.texts(row.table, key)
        if kept is None or texts is None:
            continue
        names = [column.name for column in row.table.columns]
        remembered = ("" if (key, n) in conflicts else text for n, text in zip(names, texts, strict=True))
        moved.exported.rows[row.table.title][key] = tuple(remembered)
        typed = {cell.column.name: cell.stands for cell in row.cells}
        for column, text in zip(row.table.columns, texts, strict=True):
            shown = typed.get(column.name, "")
            named = row.table.level is Level.PACKAGE and column.name == "name"
            if column.read_only or (named and text != shown):
                moved.write(row.place, column.header, text)
            elif text != shown and (key, column.name) not in conflicts:
                moved.exported.shown[row.table.title, key, column.name] = shown
        if row.table.level is Level.PACKAGE:
            moved.exported.packages[key] = kept.packages[key]
            moved.write(row.place, own.ID, ids.get(key, key))
        else:
            moved.exported.resources[key] = kept.resources[key]
            moved.write(row.place, own.ID, key)
            moved.write(row.place, own.POSITION, str(kept.resources[key].position))


def _advance_package(
    moved: Advance, changes: Sequence[Change], rows: Sequence[RowEdit], kept: Catalogue | None
) -> None:
    lists: dict[tuple[Table, str], dict[Place, list[Change]]] = {}
    for change in changes:
        row = change.row
        if row.action == "delete" and not row.table.level.of_items:
            moved.write(row.place, own.ACTION, "")  # or it would be deleted again, should it ever come back
        if row.table.level.of_items:
            lists.setdefault((row.table, row.owner), {}).setdefault(row.place, []).append(change)
        elif change.cell is not None and change.cell.column == FILE_COLUMN:
            moved.write(row.place, own.UPLOAD, "")
        elif change.cell is not None and change.cell.column != PLACE_COLUMN and not row.new:
            _advance_field(moved.exported, row, change.cell, kept)
            if change.cell.column.name == "name":
                _rename(moved, row, change.cell.edited, rows)
    fresh = {row.owner for row in rows if row.new and row.table.level is Level.RESOURCE}
    for (table, owner), by_place in lists.items():
        if table.level is Level.RESOURCE_ITEM and owner in fresh:
            for place in by_place:
                moved.write(place, own.RESOURCE_ID, owner)
        _advance_items(moved, table, owner, by_place, [r for r in rows if r.table == table and r.owner == owner])


def _advance_field(exported: Catalogue, row: RowEdit, cell: CellEdit, kept: Catalogue | None) -> None:
    """Remember what the site has of a field now; where that is not what was typed, also what was typed."""
    table, index = row.table, row.table.names[cell.column.name]
    held = None if kept is None else kept.texts(table, row.owner)
    text = cell.edited if held is None else held[index]
    texts = exported.rows[table.title][row.owner]
    exported.rows[table.title][row.owner] = (*texts[:index], text, *texts[index + 1 :])
    place = (table.title, row.owner, cell.column.name)
    exported.shown.pop(place, None)
    if text != cell.stands:
        exported.shown[place] = cell.stands


def _with(texts: Texts, changes: Sequence[Change], table: Table) -> Texts:
    cells = {table.names[c.cell.column.name]: c.cell.edited for c in changes if c.cell is not None}
    return tuple(cells.get(i, text) for i, text in enumerate(texts))


def _rename(moved: Advance, row: RowEdit, name: str, rows: Sequence[RowEdit]) -> None:
    if row.table.level is Level.PACKAGE:
        moved.exported.packages[row.owner] = name
        for other in rows:
            if other.table.level is not Level.PACKAGE:
                moved.write(other.place, own.PACKAGE, name)
    else:
        moved.exported.resources[row.owner] = replace(moved.exported.resources[row.owner], name=name)
        for other in rows:
            if other.table.level is Level.RESOURCE_ITEM and other.owner == row.owner:
                moved.write(other.place, own.RESOURCE, name)


def _advance_items(
    moved: Advance,
    table: Table,
    owner: str,
    changes: Mapping[Place, Sequence[Change]],
    rows: Sequence[RowEdit],
) -> None:
    by_number = {row.number: row for row in rows if row.number and row.action != "skip"}
    numbers: dict[int, str] = {}
    items: list[Texts] = []
    shown: list[dict[str, str]] = []
    for number, texts in enumerate(moved.exported.items(table, owner), 1):
        row = by_number.get(number)
        done = changes.get(row.place, ()) if row is not None else ()
        if row is not None and row.action == "delete" and done:
            numbers[number] = ""
            continue
        items.append(_with(texts, done, table))
        shown.append(moved.exported.shown_of(table, item_key(owner, number)) | _standing(done))
        numbers[number] = str(len(items))
    for row in rows:
        if row.number and numbers[row.number] != str(row.number):
            moved.write(row.place, own.ITEM, numbers[row.number])
        elif not row.number and row.place in changes:
            items.append(_with(("",) * len(table.columns), changes[row.place], table))
            shown.append(_standing(changes[row.place]))
            moved.write(row.place, own.ITEM, str(len(items)))
    moved.exported.replace_items(table, owner, items, shown)


def _standing(changes: Sequence[Change]) -> dict[str, str]:
    """Return the texts that stand in edited cells, by column name."""
    return {change.cell.column.name: change.cell.stands for change in changes if change.cell is not None}
