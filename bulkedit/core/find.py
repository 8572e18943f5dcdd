"""Find what a person edited: sheets as they came back, against the exported cell texts."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from bulkedit.core import columns as own
from bulkedit.core.catalogue import Catalogue, Texts, item_key
from bulkedit.core.cells import Cell, Form, OddCell, cell_text, says_the_same
from bulkedit.core.codecs import Codec, codecs_of
from bulkedit.core.columns import Column, Layout, Level, Table
from bulkedit.core.edits import CellEdit, Edits, Place, RowEdit
from bulkedit.core.plain import UnreadableError
from bulkedit.core.sheets import Heads, Sheet, SheetRow, field_cells, find_heads, own_text
from bulkedit.core.text import after_libreoffice, canonical, excerpt, in_cell, is_marker


def find_edits(layout: Layout, exported: Catalogue, sheets: Mapping[str, Sheet]) -> Edits:
    """Return every row of the data sheets with its edits.

    Args:
        layout: the tables, as exported.
        exported: the cell texts, as exported.
        sheets: the data sheets by title; a sheet that is not there counts as rows that are missing.

    Raises:
        HeaderError: two columns of a sheet have the same header.
    """
    names = _Names(layout, exported, sheets)
    rows: list[RowEdit] = []
    missing: dict[str, int] = {}
    unknown: list[tuple[str, str, str]] = []
    for table in layout.tables:
        sheet = sheets.get(table.title) or Sheet(table.title, {}, ())
        heads = find_heads(table, sheet)
        unknown += [(table.title, header, near) for header, near in heads.unknown]
        found = _distinct(list(_rows(table, exported, names, heads, sheet)))
        rows += found
        seen = {_key(row) for row in found}
        gone = sum(key not in seen for key in exported.rows.get(table.title, {}))
        if gone:
            missing[table.title] = gone
    return Edits(rows, missing, unknown)


def _key(row: RowEdit) -> str:
    return item_key(row.owner, row.number) if row.table.level.of_items else row.owner


class _Names:
    """Which package or resource a name in an identifying column means."""

    def __init__(self, layout: Layout, exported: Catalogue, sheets: Mapping[str, Sheet]) -> None:
        self.exported = exported
        self.exported_names = {name: key for key, name in exported.packages.items()}
        self.packages = dict(self.exported_names)
        for name, key in _new_names(layout, sheets):
            if key in exported.packages:
                self.packages.setdefault(name, key)
        self.resources: dict[tuple[str, str], list[str]] = {}
        for key, owner in exported.resources.items():
            self.resources.setdefault((owner.package, owner.name), []).append(key)
        self._types = {
            key: table.dataset_type
            for table in layout.tables
            if table.level is Level.PACKAGE
            for key in exported.rows.get(table.title, {})
        }
        self.resource_names = {owner.name for owner in exported.resources.values()}

    def package(self, text: str) -> str:
        """Return the id of a package by name (as exported, or as now edited) or id; empty if unknown."""
        return self.packages.get(text) or (text if text in self.exported.packages else "")

    def has_table(self, package: str, table: Table) -> bool:
        """Tell whether a package is of the dataset type that a table is for."""
        return self._types.get(package) == table.dataset_type

    def name(self, package: str) -> str:
        """Return what a package was called when exported."""
        return self.exported.packages.get(package, "")


def _new_names(layout: Layout, sheets: Mapping[str, Sheet]) -> Iterator[tuple[str, str]]:
    for table in layout.tables:
        sheet = sheets.get(table.title)
        index = table.names.get("name")
        if table.level is not Level.PACKAGE or sheet is None or index is None:
            continue
        heads = find_heads(table, sheet)
        position = dict(heads.fields).get(index)
        for row in sheet.rows:
            if position is not None and cell_text(row.cells.get(position, "")):
                yield cell_text(row.cells.get(position, "")), own_text(row, heads, own.ID)


def _rows(table: Table, exported: Catalogue, names: _Names, heads: Heads, sheet: Sheet) -> Iterator[RowEdit]:
    identify = _IDENTIFY[table.level]
    for row in sheet.rows:
        if not _holds_anything(row, heads):
            continue
        edit = identify(RowEdit(Place(table.title, row.number), table, "", "", ""), row, heads, names)
        edit = _with_action(edit, own_text(row, heads, own.ACTION))
        if edit.action == "skip":
            yield replace(edit, problems=())
        else:
            yield edit if edit.problems else _with_cells(edit, row, heads, exported)


def _holds_anything(row: SheetRow, heads: Heads) -> bool:
    ours = (
        position for header, position in heads.own.items() if header not in (own.RESULT, own.MESSAGE, own.ACTION)
    )
    fields = (position for _, position in heads.fields)
    return any(cell_text(row.cells.get(position, "")) for position in (*ours, *fields))


def _with_action(edit: RowEdit, text: str) -> RowEdit:
    action = text.strip().lower()
    if action in ("", "skip"):
        return replace(edit, action=action)
    if action != "delete":
        return _problem(
            edit, f"[{own.ACTION}] takes “delete” or “skip”, or stays empty; it holds {excerpt(text, 40)}."
        )
    if not edit.table.level.of_items:
        what = "package" if edit.table.level is Level.PACKAGE else "resource"
        return _problem(edit, f"[{own.ACTION}] Deleting a {what} is not possible from the workbook yet.")
    return replace(edit, action=action)


def _problem(edit: RowEdit, sentence: str) -> RowEdit:
    return replace(edit, problems=(*edit.problems, sentence))


# -- which record a row means


def _identify_package(edit: RowEdit, row: SheetRow, heads: Heads, names: _Names) -> RowEdit:
    key = own_text(row, heads, own.ID)
    if not key:
        return _problem(edit, f"[{own.ID}] is empty: creating packages from the workbook is not possible yet.")
    if key not in names.exported.rows.get(edit.table.title, {}):
        return _problem(edit, f"[{own.ID}] {excerpt(key, 40)} is not a package of this export; restore the ID.")
    edit = replace(edit, package=key, name=names.name(key), owner=key)
    return _beside_own_name(edit, row, heads, names)


def _beside_own_name(edit: RowEdit, row: SheetRow, heads: Heads, names: _Names) -> RowEdit:
    """Refuse an ID beside the name of another exported package: rows were sorted in part, or pasted over."""
    index = edit.table.names.get("name")
    position = dict(heads.fields).get(-1 if index is None else index)
    if index is None or position is None:
        return edit
    written = cell_text(row.cells.get(position, ""))
    holder = names.exported_names.get(written, edit.package)
    if holder == edit.package:
        return edit
    header = edit.table.columns[index].header
    return _problem(
        edit,
        f"[{own.ID}] belongs to the package {names.name(edit.package)!r}, but [{header}] says {written!r}, which"
        " is another exported package; were only some columns sorted?",
    )


def _identify_resource(edit: RowEdit, row: SheetRow, heads: Heads, names: _Names) -> RowEdit:
    key = own_text(row, heads, own.ID)
    package_text = own_text(row, heads, own.PACKAGE)
    if not key:
        package = names.package(package_text)
        edit = replace(edit, package=package, name=names.name(package) or package_text)
        return _problem(edit, f"[{own.ID}] is empty: creating resources from the workbook is not possible yet.")
    if key not in names.exported.rows.get(edit.table.title, {}):
        return _problem(edit, f"[{own.ID}] {excerpt(key, 40)} is not a resource of this export; restore the ID.")
    held = names.exported.resources[key]
    edit = replace(edit, package=held.package, name=names.name(held.package), owner=key, resource=key)
    if package_text and names.package(package_text) != held.package:
        edit = _problem(
            edit,
            f"[{own.PACKAGE}] says {excerpt(package_text, 60)}, but this resource belongs to"
            f" {edit.name!r}; resources cannot move to another package.",
        )
    position = own_text(row, heads, own.POSITION)
    if position not in ("", str(held.position)):
        edit = _problem(edit, f"[{own.POSITION}] Moving a resource is not possible from the workbook yet.")
    if own_text(row, heads, own.UPLOAD):
        edit = _problem(edit, f"[{own.UPLOAD}] Uploading files from the workbook is not possible yet.")
    return edit


def _identify_item(edit: RowEdit, row: SheetRow, heads: Heads, names: _Names) -> RowEdit:
    text = own_text(row, heads, own.PACKAGE)
    package = names.package(text)
    if not package or not names.has_table(package, edit.table):
        return _problem(replace(edit, name=text), _no_such_package(text))
    return _numbered(replace(edit, package=package, name=names.name(package), owner=package), row, heads, names)


def _no_such_package(text: str) -> str:
    said = f"{excerpt(text, 60)} is no package of this export" if text else "is empty"
    return f"[{own.PACKAGE}] {said}; write the name of the package that the row belongs to."


def _identify_resource_item(edit: RowEdit, row: SheetRow, heads: Heads, names: _Names) -> RowEdit:
    package_text, name = own_text(row, heads, own.PACKAGE), own_text(row, heads, own.RESOURCE)
    key = own_text(row, heads, own.RESOURCE_ID)
    if not key:
        found = names.resources.get((names.package(package_text), name), [])
        if len(found) != 1:
            return _problem(replace(edit, name=package_text), _which_resource(name, len(found)))
        key = found[0]
    held = names.exported.resources.get(key)
    if held is None:
        sentence = f"[{own.RESOURCE_ID}] {excerpt(key, 40)} is not a resource of this export; restore the ID."
        return _problem(replace(edit, name=package_text), sentence)
    edit = replace(edit, package=held.package, name=names.name(held.package), owner=key, resource=key)
    if package_text and names.package(package_text) != held.package:
        return _problem(
            edit, f"[{own.PACKAGE}] and [{own.RESOURCE_ID}] do not belong together; restore one of them."
        )
    if name not in ("", held.name) and name in names.resource_names:
        return _problem(
            edit, f"[{own.RESOURCE}] and [{own.RESOURCE_ID}] do not belong together; restore one of them."
        )
    return _numbered(edit, row, heads, names)


def _which_resource(name: str, found: int) -> str:
    if found:
        return f"[{own.RESOURCE}] {excerpt(name, 60)} names {found} resources; fill in [{own.RESOURCE_ID}]."
    return f"[{own.RESOURCE_ID}] is empty; fill in the ID of the resource that the row belongs to."


_DIGITS_AT_MOST = 10  # of an item's number; Python refuses to read thousands of them


def _numbered(edit: RowEdit, row: SheetRow, heads: Heads, names: _Names) -> RowEdit:
    text = own_text(row, heads, own.ITEM)
    if text == "":
        return edit
    if not (text.isascii() and text.isdigit()):
        return _problem(
            edit, f"[{own.ITEM}] takes a number, or stays empty for a new row; it holds {excerpt(text, 40)}."
        )
    number = int(text) if len(text) < _DIGITS_AT_MOST else 0
    if names.exported.texts(edit.table, item_key(edit.owner, number)) is None:
        what = "resource" if edit.table.level.of_resources else "package"
        sentence = f"[{own.ITEM}] This {what} has no item {excerpt(text, 20)}; empty [{own.ITEM}] to add the row."
        return _problem(edit, sentence)
    return replace(edit, number=number)


_IDENTIFY = {
    Level.PACKAGE: _identify_package,
    Level.RESOURCE: _identify_resource,
    Level.ITEM: _identify_item,
    Level.RESOURCE_ITEM: _identify_resource_item,
}


def _distinct(rows: Sequence[RowEdit]) -> list[RowEdit]:
    """Mark every row whose record another row claims as well."""
    places: dict[str, list[Place]] = {}
    for row in rows:
        if _claims(row):
            places.setdefault(_key(row), []).append(row.place)
    return [
        _problem(row, _twice(row, places[_key(row)])) if _claims(row) and len(places[_key(row)]) > 1 else row
        for row in rows
    ]


def _claims(row: RowEdit) -> bool:
    if row.action == "skip":
        return False
    return bool(row.owner) and (row.number > 0 or not row.table.level.of_items)


def _twice(row: RowEdit, places: Iterable[Place]) -> str:
    others = ", ".join(str(place.row) for place in places if place != row.place)
    if row.table.level.of_items:
        return f"[{own.ITEM}] The same item stands in row {others}; empty [{own.ITEM}] in a copied row to add it."
    return f"[{own.ID}] The same ID stands in row {others}; remove one of the rows."


# -- which cells of a row were edited


def _with_cells(edit: RowEdit, row: SheetRow, heads: Heads, exported: Catalogue) -> RowEdit:
    codecs = codecs_of(edit.table)
    texts = _exported_texts(edit, exported)
    cells: list[CellEdit] = []
    problems = list(edit.problems)
    for index, cell in field_cells(row, heads):
        if cell == texts[index]:
            continue
        column = edit.table.columns[index]
        shown = exported.shown.get((edit.table.title, edit.owner, column.name))
        if (
            shown is not None
            and not edit.table.level.of_items
            and codecs[index].normal(canonical(cell_text(cell))) == shown
        ):
            continue
        try:
            name = edit.table.level is Level.PACKAGE and column.name == "name"
            found = _edited(column, codecs[index], texts[index], cell, name=name)
        except UnreadableError as error:
            problems.append(f"[{column.header}] {error}.")
            cells.append(CellEdit(column, texts[index], in_cell(canonical(cell_text(cell)))))
        else:
            cells += [found] if found else []
    if edit.table.level.of_items and not edit.number and cells and edit.action == "":
        problems += _left_empty(edit.table, cells)
    if edit.action == "delete":
        cells, problems = [], list(edit.problems)
    return replace(edit, cells=tuple(cells), problems=tuple(problems))


def _exported_texts(edit: RowEdit, exported: Catalogue) -> Texts:
    if edit.table.level.of_items:
        texts = exported.texts(edit.table, item_key(edit.owner, edit.number)) if edit.number else None
    else:
        texts = exported.texts(edit.table, edit.owner)
    return texts if texts is not None else ("",) * len(edit.table.columns)


def _edited(column: Column, codec: Codec, exported: str, cell: Cell, *, name: bool) -> CellEdit | None:
    """Return the edit of one cell, or None where it says what was exported.

    Args:
        column: the column.
        codec: its codec.
        exported: the text as exported.
        cell: what the cell holds now.
        name: the column is a package's name.

    Raises:
        UnreadableError: the cell holds nothing that could be sent.
    """
    if isinstance(cell, OddCell):
        _refuse_formula(cell)
        if says_the_same(cell, exported):
            return None
    text = canonical(cell_text(cell))
    normal = codec.normal(text)
    if normal in (exported, codec.normal(exported)) or after_libreoffice(text) == after_libreoffice(exported):
        return None
    if is_marker(exported):
        raise UnreadableError("is too long for a cell and can only be edited on the site; restore the cell")
    if column.read_only:
        raise UnreadableError(f"is read-only; restore {excerpt(exported, 60)}")
    if column.required and text == "":
        raise UnreadableError("is required and cannot be emptied")
    if column.lasting and text == "":
        raise UnreadableError("cannot be emptied again; CKAN has no way to do it")
    codec.read(normal, None)
    if name and not _NAME.fullmatch(text):
        raise UnreadableError("takes 2 to 100 lower-case letters, digits, - and _, for the page's address")
    return CellEdit(column, exported, normal)


_NAME = re.compile("[a-z0-9_-]{2,100}")
"""CKAN's rule for names (``name_validator``), which lets a line end at the end through by mistake."""


def _refuse_formula(cell: OddCell) -> None:
    if cell.form is Form.FORMULA:
        raise UnreadableError("holds a formula; type the value itself (or copy the cell and paste its value)")
    if cell.form is Form.ERROR:
        raise UnreadableError(f"holds the error {cell.text}; type the value itself")


def _left_empty(table: Table, cells: Sequence[CellEdit]) -> list[str]:
    filled = {cell.column.name for cell in cells}
    return [
        f"[{c.header}] is required in a new row." for c in table.columns if c.required and c.name not in filled
    ]
