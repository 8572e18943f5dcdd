"""Which record a row of a sheet means: by its ID, by the names in its identifying columns, or a new one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from bulkedit.core import columns as own
from bulkedit.core.catalogue import Catalogue, item_key
from bulkedit.core.cells import cell_text
from bulkedit.core.columns import Layout, Level, Table
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.naming import made_id, placeholder, slug
from bulkedit.core.sheets import Heads, Sheet, SheetRow, find_heads, own_text
from bulkedit.core.text import after_libreoffice, canonical, excerpt

DIGITS_AT_MOST = 10
"""Of a number in a cell of ours; Python refuses to read thousands of them."""


def identify(row: SheetRow, table: Table, heads: Heads, names: "Names") -> RowEdit:
    """Return the row with the record that it means, or why that is not certain."""
    return _IDENTIFY[table.level](RowEdit(Place(table.title, row.number), table, "", "", ""), row, heads, names)


def content_positions(heads: Heads) -> tuple[int, ...]:
    """Return the columns of a sheet that hold something of a record: neither an answer nor an action."""
    ours = (at for header, at in heads.own.items() if header not in (own.RESULT, own.MESSAGE, own.ACTION))
    return (*ours, *(at for _, at in heads.fields))


def holds_anything(row: SheetRow, content: Iterable[int]) -> bool:
    """Tell whether any of these cells of a row holds something."""
    return any(cell_text(row.cells.get(at, "")) for at in content)


def with_problem(edit: RowEdit, sentence: str) -> RowEdit:
    """Return the row with one more reason why it cannot be sent."""
    return replace(edit, problems=(*edit.problems, sentence))


class Names:
    """Which package or resource a name in an identifying column means."""

    def __init__(self, layout: Layout, exported: Catalogue, sheets: Mapping[str, Sheet], salt: str) -> None:
        self.exported = exported
        self.new_packages: dict[str, list[Place]] = {}
        self._called: dict[str, str] = {}
        self.new_resources: dict[Place, str] = {}
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
        self._find_new_packages(layout, sheets)
        self._find_new_resources(layout, sheets, salt)

    def _find_new_packages(self, layout: Layout, sheets: Mapping[str, Sheet]) -> None:
        """Note what new packages are called: by name, by the name made of their title, and by title.

        What several of them are called means none of them.
        """
        called: tuple[dict[str, list[str]], ...] = ({}, {}, {})
        for table, heads, row in _rows_without_id(Level.PACKAGE, layout, sheets):
            place = Place(table.title, row.number)
            key = placeholder(place.sheet, place.row)
            self._types[key] = table.dataset_type
            name, title = _text_of(table, heads, row, "name"), _text_of(table, heads, row, "title")
            self.new_packages.setdefault(name or slug(title), []).append(place)
            self._called[key] = name or slug(title) or title
            for texts, text in zip(called, (name, slug(title), title), strict=True):
                texts.setdefault(text, []).append(key)
        for texts in called:
            taken = set(self.packages)
            self.packages |= {
                text: keys[0] if len(keys) == 1 else ""
                for text, keys in texts.items()
                if text and text not in taken
            }

    def _find_new_resources(self, layout: Layout, sheets: Mapping[str, Sheet], salt: str) -> None:
        """Give new resources their ids: by package, name and address, and by number where these are the same."""
        found: dict[tuple[str, str, str], int] = {}
        for table, heads, row in _rows_without_id(Level.RESOURCE, layout, sheets):
            text = own_text(row, heads, own.PACKAGE)
            name, url = _text_of(table, heads, row, "name"), _text_of(table, heads, row, "url")
            package = self.package(text)
            of = self._called.get(package) or package or text  # it stays the same, however the row calls it
            source = url or own_text(row, heads, own.UPLOAD)
            count, key = found.get((of, name, source), 0), ""
            while not key or key in self.exported.resources:  # an earlier run has made that one
                count += 1
                key = made_id(salt, of, name, source, str(count))
            found[of, name, source] = count
            self.new_resources[Place(table.title, row.number)] = key
            self.resources.setdefault((package, name), []).append(key)

    def package(self, text: str) -> str:
        """Return the id of a package by name (as exported, or as now edited) or id; empty if unknown."""
        found = self.packages.get(text) or (text if text in self.exported.packages else "")
        return found or self.packages.get(text.strip(), "")

    def has_table(self, package: str, table: Table) -> bool:
        """Tell whether a package is of the dataset type that a table is for."""
        return self._types.get(package) == table.dataset_type

    def name(self, package: str) -> str:
        """Return what a package was called when exported, or what a new one will be called."""
        return self.exported.packages.get(package, "") or self._called.get(package, "")


def _rows_without_id(
    level: Level, layout: Layout, sheets: Mapping[str, Sheet]
) -> Iterator[tuple[Table, Heads, SheetRow]]:
    for table in layout.tables:
        if table.level is level and (sheet := sheets.get(table.title)) is not None:
            heads = find_heads(table, sheet)
            content = content_positions(heads)
            for row in sheet.rows:
                if not own_text(row, heads, own.ID) and holds_anything(row, content):
                    yield table, heads, row


def _text_of(table: Table, heads: Heads, row: SheetRow, name: str) -> str:
    """Return the text of a field's cell; empty where the sheet has no such column."""
    position = dict(heads.fields).get(table.names.get(name, -1))
    return "" if position is None else canonical(cell_text(row.cells.get(position, "")))


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


def _identify_package(edit: RowEdit, row: SheetRow, heads: Heads, names: Names) -> RowEdit:
    key = own_text(row, heads, own.ID)
    if not key:
        return _identify_new_package(edit, row, heads, names)
    if key not in names.exported.rows.get(edit.table.title, {}):
        sentence = f"[{own.ID}] {excerpt(key, 40)} is not a package of this export; restore the ID."
        return with_problem(edit, sentence)
    edit = replace(edit, package=key, name=names.name(key), owner=key)
    return _beside_own_name(edit, row, heads, names)


def _identify_new_package(edit: RowEdit, row: SheetRow, heads: Heads, names: Names) -> RowEdit:
    name, title = (_text_of(edit.table, heads, row, field) for field in ("name", "title"))
    called = name or slug(title)
    key = placeholder(edit.place.sheet, edit.place.row)
    edit = replace(edit, package=key, name=called or title, owner=key, new=True)
    if called in names.exported_names:
        sentence = (
            f"[{own.ID}] is empty, but {called!r} is an exported package; restore the ID, or give another name."
        )
        return with_problem(edit, sentence)
    others = [place for place in names.new_packages.get(called, ()) if place != edit.place]
    if others and called:
        rows = ", ".join(str(place.row) for place in others)
        return with_problem(
            edit, f"A new package of the name {called!r} stands in row {rows} as well; give another name."
        )
    return edit


def _beside_own_name(edit: RowEdit, row: SheetRow, heads: Heads, names: Names) -> RowEdit:
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
    return with_problem(
        replace(edit, beside=header),
        f"[{own.ID}] belongs to the package {names.name(edit.package)!r}, but [{header}] says {written!r}, which"
        " is another exported package; were only some columns sorted?",
    )


def _beside(edit: RowEdit, header: str, another: bool) -> RowEdit:
    return replace(edit, beside=header) if another else edit


def _identify_resource(edit: RowEdit, row: SheetRow, heads: Heads, names: Names) -> RowEdit:
    key = own_text(row, heads, own.ID)
    package_text = own_text(row, heads, own.PACKAGE)
    if not key:
        return _identify_new_resource(edit, row, heads, names)
    if key not in names.exported.rows.get(edit.table.title, {}):
        sentence = f"[{own.ID}] {excerpt(key, 40)} is not a resource of this export; restore the ID."
        return with_problem(edit, sentence)
    held = names.exported.resources[key]
    edit = replace(edit, package=held.package, name=names.name(held.package), owner=key, resource=key)
    if package_text and names.package(package_text) != held.package:
        edit = with_problem(
            _beside(edit, own.PACKAGE, package_text in names.exported_names),
            f"[{own.PACKAGE}] says {excerpt(package_text, 60)}, but this resource belongs to"
            f" {edit.name!r} and cannot move to another package; restore the name.",
        )
    return edit


def _identify_new_resource(edit: RowEdit, row: SheetRow, heads: Heads, names: Names) -> RowEdit:
    text = own_text(row, heads, own.PACKAGE)
    package, key = names.package(text), names.new_resources[edit.place]
    edit = replace(edit, package=package, name=names.name(package) or text, owner=key, resource=key, new=True)
    if not package or not names.has_table(package, edit.table):
        return with_problem(edit, _no_such_package(text))
    return edit


def _identify_item(edit: RowEdit, row: SheetRow, heads: Heads, names: Names) -> RowEdit:
    text = own_text(row, heads, own.PACKAGE)
    package = names.package(text)
    if not package or not names.has_table(package, edit.table):
        return with_problem(replace(edit, name=text), _no_such_package(text))
    return _numbered(
        replace(edit, package=package, name=names.name(package) or text, owner=package), row, heads, names
    )


def _no_such_package(text: str) -> str:
    said = f"{excerpt(text, 60)} is no package of this export" if text else "is empty"
    return f"[{own.PACKAGE}] {said}; write the name of the package that the row belongs to."


def _identify_resource_item(edit: RowEdit, row: SheetRow, heads: Heads, names: Names) -> RowEdit:
    package_text, name = own_text(row, heads, own.PACKAGE), own_text(row, heads, own.RESOURCE)
    key = own_text(row, heads, own.RESOURCE_ID)
    if not key:
        package = names.package(package_text)
        found = names.resources.get((package, name), [])
        if len(found) != 1:
            return with_problem(replace(edit, name=package_text), _which_resource(name, len(found)))
        key = found[0]
        if key in names.new_resources.values():
            called = names.name(package) or package_text
            return replace(edit, package=package, name=called, owner=key, resource=key)
    held = names.exported.resources.get(key)
    if held is None:
        sentence = f"[{own.RESOURCE_ID}] {excerpt(key, 40)} is not a resource of this export; restore the ID."
        return with_problem(replace(edit, name=package_text), sentence)
    edit = replace(edit, package=held.package, name=names.name(held.package), owner=key, resource=key)
    if package_text and names.package(package_text) != held.package:
        edit = _beside(edit, own.PACKAGE, package_text in names.exported_names)
        return with_problem(
            edit, f"[{own.PACKAGE}] and [{own.RESOURCE_ID}] do not belong together; restore one of them."
        )
    if name and name not in after_libreoffice(held.name) and name in names.resource_names:
        return with_problem(
            replace(edit, beside=own.RESOURCE),
            f"[{own.RESOURCE}] and [{own.RESOURCE_ID}] do not belong together; restore one of them.",
        )
    return _numbered(edit, row, heads, names)


def _which_resource(name: str, found: int) -> str:
    if found:
        return f"[{own.RESOURCE}] {excerpt(name, 60)} names {found} resources; fill in [{own.RESOURCE_ID}]."
    return f"[{own.RESOURCE_ID}] is empty; fill in the ID of the resource that the row belongs to."


def _numbered(edit: RowEdit, row: SheetRow, heads: Heads, names: Names) -> RowEdit:
    text = own_text(row, heads, own.ITEM)
    if text == "":
        return edit
    if not (text.isascii() and text.isdigit()):
        return with_problem(
            edit, f"[{own.ITEM}] takes a number, or stays empty for a new row; it holds {excerpt(text, 40)}."
        )
    number = int(text) if len(text) < DIGITS_AT_MOST else 0
    if names.exported.texts(edit.table, item_key(edit.owner, number)) is None:
        what = "resource" if edit.table.level.of_resources else "package"
        sentence = f"[{own.ITEM}] This {what} has no item {excerpt(text, 20)}; empty [{own.ITEM}] to add the row."
        return with_problem(edit, sentence)
    return replace(edit, number=number)


_IDENTIFY = {
    Level.PACKAGE: _identify_package,
    Level.RESOURCE: _identify_resource,
    Level.ITEM: _identify_item,
    Level.RESOURCE_ITEM: _identify_resource_item,
}
