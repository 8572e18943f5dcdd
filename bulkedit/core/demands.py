"""What the cells of a row, and the rows of a package, demand of each other."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bulkedit.core import columns as own
from bulkedit.core.catalogue import Catalogue, Texts, item_key
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Layout, Level, Rule, Table
from bulkedit.core.edits import CellEdit, Place, RowEdit
from bulkedit.core.json_value import JSON
from bulkedit.core.plain import UnreadableError, show_plain
from bulkedit.core.schema import EXTRAS
from bulkedit.core.text import excerpt

# -- the cells of a row


def unmet(row: RowEdit, exported: Sequence[str]) -> list[str]:
    """Return what the edited cells of a row leave undone, a sentence each.

    Args:
        row: the row; nothing is demanded where no cell of it was edited.
        exported: its texts as exported.
    """
    if not row.cells:
        return []
    found = list(_left_empty(row.table, row.cells)) if _is_added(row) else []
    found += _two_sources(row.table, row.cells)
    texts = _texts_now(row, exported)
    for rule in row.table.rules:
        found += _against(rule, row, texts, found)
    return found


def exported_texts(row: RowEdit, exported: Catalogue) -> Texts:
    """Return the texts of a row as exported; of a new one they are empty."""
    key = item_key(row.owner, row.number) if row.table.level.of_items else row.owner
    texts = None if row.table.level.of_items and not row.number else exported.texts(row.table, key)
    return texts if texts is not None else ("",) * len(row.table.columns)


def _is_added(row: RowEdit) -> bool:
    """Tell whether a row adds something."""
    return (row.new or (row.table.level.of_items and not row.number)) and row.action == ""


def _texts_now(row: RowEdit, exported: Sequence[str]) -> list[str]:
    """Return the texts of a row as it stands now, in the order of its table's columns."""
    texts = list(exported)
    for cell in row.cells:
        if (at := row.table.names.get(cell.column.name)) is not None:
            texts[at] = cell.edited
    return texts


def _two_sources(table: Table, cells: Sequence[CellEdit]) -> list[str]:
    """Refuse a link typed beside a file to be sent: the resource can be one of them only."""
    typed = {cell.column.name: cell for cell in cells if cell.edited}
    if own.FILE_COLUMN.name in typed and "url" in typed:
        header = typed["url"].column.header
        return [f"[{own.UPLOAD}] and [{header}] ask for a file and for a link; empty one of them."]
    return []


def _left_empty(table: Table, cells: Sequence[CellEdit]) -> Iterator[str]:
    filled = {cell.column.name for cell in cells}
    filled |= {"url"} if own.FILE_COLUMN.name in filled else set()
    given = set() if table.level.of_items else GIVEN
    for column in table.columns:
        if column.required and not column.read_only and column.name not in filled and column.name not in given:
            yield f"[{column.header}] is required in a new row."


GIVEN = {"name", "owner_org", "private"}
"""Required fields of a new package that need no text: made from the title, as exported, and not private."""


def _against(rule: Rule, row: RowEdit, texts: Sequence[str], said: Sequence[str]) -> Iterator[str]:
    """Yield what a rule finds empty, if an edited cell is any of its business and nothing is said of it yet."""
    decides = row.table.column(rule.field)
    if decides is None or not {rule.field, *rule.required} & {cell.column.name for cell in row.cells}:
        return
    text = texts[row.table.names[rule.field]]
    if not set(rule.values) & set(_raw_values(decides, text)):
        return
    for name in rule.required:
        column = row.table.column(name)
        if column is None or texts[row.table.names[name]] or any(f"[{column.header}] " in one for one in said):
            continue
        yield f"[{column.header}] is required where [{decides.header}] is {text}."


def _raw_values(column: own.Column, text: str) -> list[str]:
    """Return the values of a cell text as the API has them, each as text."""
    try:
        value: JSON = codec_of(column).read(text, None)
    except UnreadableError:
        return []
    return [show_plain(one) for one in value] if isinstance(value, list) else [show_plain(value)]


# -- the rows of a package


def without_contradictions(rows: Sequence[RowEdit], exported: Catalogue, layout: Layout) -> list[RowEdit]:
    """Mark edits of what another row deletes or does not create, and keys of extras that are taken."""
    deleted = {
        row.owner: row.place
        for row in rows
        if row.action == "delete" and not row.table.level.of_items and not row.new and not row.problems
    }
    rows = [_at_odds(row, deleted, "deletes what this row is about; take back one of the two.") for row in rows]
    left = {row.owner: row.place for row in rows if row.new and not row.asks and not row.problems}
    rows = [_at_odds(row, left, "which this row belongs to, is not to be created.", ",") for row in rows]
    return _with_own_keys(rows, exported, layout)


def _at_odds(row: RowEdit, others: Mapping[str, Place], sentence: str, comma: str = "") -> RowEdit:
    """Mark an edit of what another row, of its package or its resource, does away with."""
    place = next((others[key] for key in (row.package, row.resource) if key in others), row.place)
    if place == row.place or not row.asks or row.action == "delete":
        return row
    return _problem(row, f"{place}{comma} {sentence}")


def _problem(row: RowEdit, sentence: str) -> RowEdit:
    return replace(row, problems=(*row.problems, sentence))


def _with_own_keys(rows: Sequence[RowEdit], exported: Catalogue, layout: Layout) -> list[RowEdit]:
    """Mark extras whose key is typed though it is taken (CKAN's ``duplicate_extras_key``), or is a field's name.

    The latter is CKAN's ``extra_key_not_in_root_schema``.
    """
    groups: dict[tuple[Table, str], list[RowEdit]] = {}
    for row in rows:
        if row.table.field == EXTRAS and row.owner:
            groups.setdefault((row.table, row.owner), []).append(row)
    wrong: dict[Place, str] = {}
    for (table, owner), own_rows in groups.items():
        taken = Counter(_extra_keys(exported.items(table, owner), own_rows))
        fields = _fields_of(layout, table)
        for row, cell in _typed_keys(own_rows):
            if taken[cell.edited] > 1:
                wrong[row.place] = f"{_named(cell)} is there already; edit that row, or give another key."
            elif cell.edited in fields:
                wrong[row.place] = f"{_named(cell)} is a field of its own; edit it there: {fields[cell.edited]}."
    return [_problem(row, wrong[row.place]) if row.place in wrong else row for row in rows]


def _named(cell: CellEdit) -> str:
    return f"[{cell.column.header}] {excerpt(cell.edited, 60)}"


def _extra_keys(held: Sequence[Texts], rows: Sequence[RowEdit]) -> Iterator[str]:
    """Yield the keys that a package's extras will have; what is in no row any more stays."""
    by_number = {row.number: row for row in rows if row.number}
    for number, texts in enumerate(held, 1):
        row = by_number.get(number)
        if row is None or row.action != "delete":
            yield texts[0] if row is None else _texts_now(row, texts)[0]
    for row, cell in _typed_keys(rows):
        if not row.number:
            yield cell.edited


def _typed_keys(rows: Sequence[RowEdit]) -> Iterator[tuple[RowEdit, CellEdit]]:
    for row in rows:
        if row.action == "":
            yield from ((row, cell) for cell in row.cells if cell.column.name == "key" and cell.edited)


def _fields_of(layout: Layout, extras: Table) -> dict[str, str]:
    """Return the API names of a package's fields, and where each is edited."""
    found: dict[str, str] = {}
    for table in layout.of_type(extras.dataset_type):
        if table.level is Level.PACKAGE:
            found |= {c.key: f"[{c.header}] in {table.title}" for c in table.columns if not c.read_only}
        elif table.level is Level.ITEM and table.field != EXTRAS:
            found[table.field] = f"the sheet {table.title}"
    return found


# -- what was empty before


_OWED_AT_MOST = 3


def with_warnings(rows: Sequence[RowEdit], exported: Catalogue) -> list[RowEdit]:
    """Say, where a package is edited, which of its required cells were empty before and still are.

    The site checks whole packages: it may refuse the edit of one cell because another one is empty. The edited
    row says it of its own cells, the first edited row of the package of the cells of others.
    """
    edited: dict[str, list[RowEdit]] = {}
    for row in rows:
        if row.asks:
            edited.setdefault(row.package, []).append(row)
    gone = {row.owner for row in rows if row.asks and row.action == "delete" and not row.table.level.of_items}
    said: dict[Place, list[str]] = {}
    for row in rows:
        asking = edited.get(row.package, [])
        if not asking or row.action == "delete" or gone & {row.package, row.resource}:
            continue
        at = row if row.asks else asking[0]
        where = "" if at is row else f"{row.place}: "
        said.setdefault(at.place, []).extend(where + sentence for sentence in _owed(row, exported))
    return [replace(row, warnings=_few(said[row.place])) if said.get(row.place) else row for row in rows]


def _owed(row: RowEdit, exported: Catalogue) -> Iterator[str]:
    if row.problems or _is_added(row) or row.new:
        return
    texts = _texts_now(row, exported_texts(row, exported))
    for column, text in zip(row.table.columns, texts, strict=True):
        if column.required and not column.read_only and not text:
            yield f"[{column.header}] is required and empty; the site may refuse this package until it is filled."


def _few(sentences: Sequence[str]) -> tuple[str, ...]:
    left = len(sentences) - _OWED_AT_MOST
    return (*sentences[:_OWED_AT_MOST], *([f"And {left} more like it."] if left > 0 else []))
