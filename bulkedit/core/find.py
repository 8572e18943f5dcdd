"""Find what a person edited: sheets as they came back, against the exported cell texts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bulkedit.core import columns as own
from bulkedit.core.catalogue import Catalogue, item_key
from bulkedit.core.cells import cell_text
from bulkedit.core.codecs import codecs_of
from bulkedit.core.columns import Layout, Level, Table
from bulkedit.core.demands import exported_texts, unmet, with_warnings, without_contradictions
from bulkedit.core.edited import edited_cell, form_of
from bulkedit.core.edits import CellEdit, Edits, Place, RowEdit
from bulkedit.core.identify import (
    DIGITS_AT_MOST,
    Names,
    content_positions,
    holds_anything,
    identify,
    with_problem,
)
from bulkedit.core.plain import UnreadableError
from bulkedit.core.sheets import Heads, Sheet, SheetRow, field_cells, find_heads, own_text, positions
from bulkedit.core.text import canonical, excerpt, in_cell


def find_edits(layout: Layout, exported: Catalogue, sheets: Mapping[str, Sheet], salt: str = "") -> Edits:
    """Return every row of the data sheets with its edits.

    Args:
        layout: the tables, as exported.
        exported: the cell texts, as exported.
        sheets: the data sheets by title; a sheet that is not there counts as rows that are missing.
        salt: what distinguishes this workbook from others; the ids of new resources follow from it.

    Raises:
        HeaderError: two columns of a sheet have the same header.
    """
    names = Names(layout, exported, sheets, salt)
    rows: list[RowEdit] = []
    missing: dict[str, int] = {}
    unknown: list[tuple[str, str, str]] = []
    where: dict[str, dict[str, int]] = {}
    for table in layout.tables:
        sheet = sheets.get(table.title) or Sheet(table.title, {}, ())
        heads = find_heads(table, sheet)
        where[table.title] = positions(table, heads)
        unknown += [(table.title, header, near) for header, near in heads.unknown]
        found = _distinct(list(_rows(table, exported, names, heads, sheet)))
        rows += found
        seen = {_key(row) for row in found}
        gone = sum(key not in seen for key in exported.rows.get(table.title, {}))
        if gone:
            missing[table.title] = gone
    rows = with_warnings(without_contradictions(rows, exported, layout), exported)
    return Edits(rows, missing, unknown, where)


def _key(row: RowEdit) -> str:
    return item_key(row.owner, row.number) if row.table.level.of_items else row.owner


def _rows(table: Table, exported: Catalogue, names: Names, heads: Heads, sheet: Sheet) -> Iterator[RowEdit]:
    content = content_positions(heads)
    for row in sheet.rows:
        if not holds_anything(row, content):
            continue
        edit = identify(row, table, heads, names)
        certain = not edit.problems
        if certain and table.level is Level.RESOURCE:
            edit = _with_own_cells(edit, row, heads, exported)
        edit = _with_action(edit, own_text(row, heads, own.ACTION))
        if edit.action == "skip":
            yield replace(edit, problems=(), cells=(), beside="", certain=certain)
        else:
            yield _with_cells(edit, row, heads, exported) if certain else replace(edit, certain=False)


def _with_action(edit: RowEdit, text: str) -> RowEdit:
    action = text.strip().lower()
    if not action:
        return edit
    if action not in ("delete", "skip"):
        return with_problem(
            edit, f"[{own.ACTION}] takes “delete” or “skip”, or stays empty; it holds {excerpt(text, 40)}."
        )
    return replace(edit, action=action)


def _with_own_cells(edit: RowEdit, row: SheetRow, heads: Heads, catalogue: Catalogue) -> RowEdit:
    """Add what the cells of ours ask for: another place among the resources, a file to send."""
    held = catalogue.resources.get(edit.owner)
    exported = "" if held is None else str(held.position)
    position, path = own_text(row, heads, own.POSITION), own_text(row, heads, own.UPLOAD)
    if position in ("", exported) and not path:
        return edit
    cells = list(edit.cells)
    if position not in ("", exported):
        digits = position.isascii() and position.isdigit() and len(position) < DIGITS_AT_MOST
        if not digits or int(position) == 0:
            sentence = f"[{own.POSITION}] takes the number of a place, from 1; it holds {excerpt(position, 40)}."
            edit = with_problem(edit, sentence)
        cells.append(CellEdit(own.PLACE_COLUMN, exported, position))
    if path:
        cells.append(CellEdit(own.FILE_COLUMN, "", path))
    return replace(edit, cells=tuple(cells))


def _distinct(rows: Sequence[RowEdit]) -> list[RowEdit]:
    """Mark every row whose record another row claims as well."""
    places: dict[str, list[Place]] = {}
    for row in rows:
        if _claims(row):
            places.setdefault(_key(row), []).append(row.place)
    return [_twice(row, places[_key(row)]) if _claims(row) and len(places[_key(row)]) > 1 else row for row in rows]


def _claims(row: RowEdit) -> bool:
    if row.action == "skip":
        return False
    return bool(row.owner) and (row.number > 0 or not row.table.level.of_items)


def _twice(row: RowEdit, places: Iterable[Place]) -> RowEdit:
    row = replace(row, certain=False)
    others = ", ".join(str(place.row) for place in places if place != row.place)
    if row.table.level.of_items:
        sentence = (
            f"[{own.ITEM}] The same item stands in row {others}; empty [{own.ITEM}] in a copied row to add it."
        )
        return with_problem(row, sentence)
    return with_problem(row, f"[{own.ID}] The same ID stands in row {others}; remove one of the rows.")


# -- which cells of a row were edited


def _with_cells(edit: RowEdit, row: SheetRow, heads: Heads, exported: Catalogue) -> RowEdit:
    codecs = codecs_of(edit.table)
    texts = exported_texts(edit, exported)
    cells: list[CellEdit] = list(edit.cells)
    problems = list(edit.problems)
    for index, cell in field_cells(row, heads):
        column = edit.table.columns[index]
        if cell == texts[index] or (edit.new and column.read_only):  # copied from another row
            continue
        shown = exported.shown.get((edit.table.title, edit.owner, column.name))
        if (
            shown is not None
            and not edit.table.level.of_items
            and codecs[index].normal(canonical(cell_text(cell))) == codecs[index].normal(shown)
        ):
            continue
        try:
            name = edit.table.level is Level.PACKAGE and column.name == "name"
            found = edited_cell(column, codecs[index], texts[index], cell, name=name)
        except UnreadableError as error:
            problems.append(f"[{column.header}] {error}.")
            cells.append(CellEdit(column, texts[index], in_cell(canonical(cell_text(cell))), form_of(cell)))
        else:
            cells += [found] if found else []
    if edit.action == "delete":
        return replace(edit, cells=())
    if cells or problems:
        edit = replace(edit, cells=tuple(cells), problems=tuple(problems))
    missing = unmet(edit, texts)
    return replace(edit, problems=(*problems, *missing)) if missing else edit
