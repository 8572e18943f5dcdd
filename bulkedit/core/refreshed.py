"""A refresh: what the site says now comes into the workbook wherever the person has not edited.

| the cell         | the site            | the cell then        | the memory   |
|------------------|---------------------|----------------------|--------------|
| nobody edited it | anything            | says what is there   | moves on     |
| edited           | as exported         | stays                | stays        |
| edited           | as edited           | stays                | moves on     |
| edited           | something else      | stays: a conflict    | stays        |

Lists of items come whole or not at all: one of which the person touched anything stays as it is, and an import
brings both together. What the person took out of the workbook stays out, and what a row that is to be deleted
would take with it stays as it was: the deletion is of what was seen.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bulkedit.core import columns as own
from bulkedit.core.added import Added
from bulkedit.core.advance import Advance
from bulkedit.core.catalogue import Catalogue, Texts, tabulate
from bulkedit.core.cells import cell_text
from bulkedit.core.clashes import compared
from bulkedit.core.columns import FILE_COLUMN, PLACE_COLUMN, Layout, Level, Table
from bulkedit.core.diff import FILE_STAMPS
from bulkedit.core.edits import Edits, Place, RowEdit
from bulkedit.core.files import Files
from bulkedit.core.forgotten import without
from bulkedit.core.held_names import free_names
from bulkedit.core.incoming import ALREADY, Incoming
from bulkedit.core.json_value import Package, text_of
from bulkedit.core.refreshed_items import take_over
from bulkedit.core.results import Outcome
from bulkedit.core.sheets import Sheet
from bulkedit.core.text import canonical


@dataclass(frozen=True)
class Refresh:
    """A workbook brought up to date.

    Attributes:
        moved: what to remember as exported from now on, and the cells to write.
        outcomes: the answer to every row, added ones too, in sheet order.
        without_sheets: how many new packages are of a dataset type that the workbook has no sheets for, by type.
        names_taken: names of new packages that other packages of the workbook still have.
    """

    moved: Advance
    outcomes: Sequence[Outcome]
    without_sheets: Mapping[str, int] = field(default_factory=dict)
    names_taken: Sequence[str] = ()


def refresh(
    layout: Layout,
    exported: Catalogue,
    edits: Edits,
    packages: Mapping[str, Package],
    sheets: Mapping[str, Sheet],
    *,
    site: str = "",
    files: Files | None = None,
) -> Refresh:
    """Bring a workbook up to date with its site.

    Args:
        layout: the workbook's tables.
        exported: cell texts as exported.
        edits: all rows of the workbook.
        packages: packages as they are now, by id: all of the workbook that are there, and new ones.
        sheets: the data sheets that are there, by title.
        site: address of the catalogue, for the pages of new packages.
        files: what the rows that ask for a file would send, as far as the files are there.
    """
    return _Refresher(layout, exported, edits, packages, sheets, site, files or {}).refreshed()


class _Refresher:
    def __init__(
        self,
        layout: Layout,
        exported: Catalogue,
        edits: Edits,
        packages: Mapping[str, Package],
        sheets: Mapping[str, Sheet],
        site: str,
        files: Files,
    ) -> None:
        self.layout, self.exported, self.edits, self.sheets = layout, exported, edits, sheets
        self.packages = packages
        self.live = {key: tabulate(layout, [package]) for key, package in packages.items()}
        self.nothing = tabulate(layout, [])
        self.cells = {Place(title, row.number): row.cells for title, sheet in sheets.items() for row in sheet.rows}
        self.by_package: dict[str, list[RowEdit]] = {}
        self.by_list: dict[tuple[str, str], list[RowEdit]] = {}
        for row in edits.rows:
            self.by_package.setdefault(row.package, []).append(row)
            if row.table.level.of_items:
                self.by_list.setdefault((row.table.title, row.owner), []).append(row)
        gone = {key for key in exported.packages if key not in packages and key not in self.by_package}
        self.memory = without(exported, layout, gone)  # their rows have been deleted, as an earlier refresh said
        self.moved = Advance(self.memory)
        self.incoming = Incoming(self.moved, edits.positions)
        self.added = Added(self.moved, sheets, site)
        self.resources: dict[str, list[str]] = {}
        for key, held in exported.resources.items():
            self.resources.setdefault(held.package, []).append(key)
        self.doomed = {row.owner for row in edits.rows if row.action == "delete" and not row.table.level.of_items}
        self.records = {row.owner: row for row in edits.rows if _is_record(row)}
        self.clashes, self.arrived = compared(edits, exported, packages, layout, files)
        self.new = self._new_packages()
        self.names = self._names()

    def refreshed(self) -> Refresh:
        """Return the workbook brought up to date."""
        for row in self.records.values():
            self._record(row)
        for key in self.exported.packages:
            self._lists(key)
        for key in self.exported.packages:
            self._new_resources(key)
        self._rename()
        for key in self.new:
            if key in self.names:
                self._new_package(key)
        self._clear_leftovers()
        taken = [name for key, name in self.new.items() if key not in self.names]
        return Refresh(self.moved, list(self._outcomes()), self._without_sheets(), taken)

    def _of(self, package: str) -> Catalogue:
        """Return the live texts of a package; of none where it is gone."""
        return self.live.get(package, self.nothing)

    def _is_held(self, row: RowEdit) -> bool:
        """Tell whether a row belongs to what another one, or itself, is to delete: that stays as it was seen."""
        return bool(self.doomed & {row.package, row.owner, row.resource})

    # -- packages and resources

    def _record(self, row: RowEdit) -> None:
        live = self._of(row.package)
        texts = live.texts(row.table, row.owner)
        if row.action == "skip":
            return
        if texts is None:
            if row.place not in self.clashes:
                self.incoming.gone(row, self._what_is_gone(row))
        elif not self._is_held(row):
            self._fields(row, texts, live)
            if row.table.level is Level.RESOURCE:
                self._position(row, live)

    def _what_is_gone(self, row: RowEdit) -> str:
        at_home = row.package in self.live and row.table.level.of_resources
        return (Level.RESOURCE if at_home else Level.PACKAGE).value

    def _fields(self, row: RowEdit, texts: Texts, live: Catalogue) -> None:
        title, table = row.table.title, row.table
        edited = {c.column.name: c for c in row.cells if c.column not in (FILE_COLUMN, PLACE_COLUMN)}
        stays = {*edited, *self._bound(row)}
        after = list(self.memory.rows[title][row.owner])
        for at, (column, now) in enumerate(zip(table.columns, texts, strict=True)):
            cell, place = edited.get(column.name), (title, row.owner, column.name)
            if cell is not None and not row.problems and cell.edited == now:
                after[at] = now
                self.memory.shown.pop(place, None)
                if cell.stands != now:
                    self.memory.shown[place] = cell.stands
                self.incoming.note(row.place, f"[{column.header}]: the site has this already.")
            elif column.name not in stays and after[at] != now:
                stood = self.memory.shown.pop(place, after[at])
                after[at] = now
                says = self._in_words(row, column.name, now)
                if says != now:
                    self.memory.shown[place] = says
                self.incoming.comes(row.place, column.header, column.name, stood, says, quiet=column.read_only)
        self.memory.rows[title][row.owner] = tuple(after)
        at = table.names.get("name", -1)
        if at < 0 or after[at] == texts[at]:
            self._call_anew(row, live)

    def _in_words(self, row: RowEdit, name: str, text: str) -> str:
        """Return what a cell says; of an organization that the workbook does not know, its name and not its id."""
        organization = self.packages[row.package].get("organization")
        if name != "owner_org" or not isinstance(organization, dict) or organization.get("id") != text:
            return text
        return canonical(text_of(organization.get("name"))) or text

    def _call_anew(self, row: RowEdit, live: Catalogue) -> None:
        if row.table.level is Level.RESOURCE:
            held = self.memory.resources[row.owner]
            self.memory.resources[row.owner] = replace(held, name=live.resources[row.owner].name)
        elif row.owner in self.names:
            self.memory.packages[row.owner] = self.names[row.owner]

    def _bound(self, row: RowEdit) -> set[str]:
        """Return the fields of a row that stay though nobody edited them.

        A name that another package of the workbook still has; and beside a file to be sent, what tells whether
        somebody replaced the one that was there.
        """
        found = {"name"} if row.table.level is Level.PACKAGE and row.owner not in self.names else set()
        sends = any(c.column == FILE_COLUMN and id(c) not in self.arrived for c in row.cells)
        for cell in row.cells:
            if cell.column == FILE_COLUMN and id(cell) in self.arrived:
                self.incoming.comes(row.place, own.UPLOAD, FILE_COLUMN.name, cell.edited, "")
        return found | ({"url", *FILE_STAMPS} if sends else set())

    def _position(self, row: RowEdit, live: Catalogue) -> None:
        before, now = self.memory.resources[row.owner], live.resources[row.owner].position
        wanted = next((cell for cell in row.cells if cell.column == PLACE_COLUMN), None)
        if before.position == now or (wanted is not None and id(wanted) not in self.arrived):
            return
        self.memory.resources[row.owner] = replace(before, position=now)
        if wanted is None:
            self.incoming.comes(row.place, own.POSITION, PLACE_COLUMN.name, str(before.position), str(now))
        else:
            self.moved.write(row.place, own.POSITION, str(now))
            self.incoming.note(row.place, ALREADY)

    # -- lists

    def _lists(self, package: str) -> None:
        resources = self.resources.get(package, [])
        for table in self.layout.tables:
            for owner in resources if table.level.of_resources else [package]:
                if table.level.of_items:
                    self._list(table, owner, package, self.by_list.get((table.title, owner), []))

    def _list(self, table: Table, owner: str, package: str, rows: Sequence[RowEdit]) -> None:
        live = self._of(package)
        if owner not in (live.resources if table.level.of_resources else live.packages):
            for row in rows:
                if row.place not in self.clashes and row.action != "skip":
                    self.incoming.gone(row, self._what_is_gone(row))
            return
        before, now = self.exported.items(table, owner), live.items(table, owner)
        if before == now or self.doomed & {owner, package}:
            return
        if not rows and not before:
            if owner in self.records and self.added.has_sheet(table):
                self.added.items(table, owner, live)
        elif _is_untouched(rows, len(before)):
            take_over(table, owner, now, rows, self.moved, self.incoming, self.added)
        elif rows and not any(row.place in self.clashes for row in rows):
            self.incoming.note(
                rows[0].place,
                f"The site has other entries in {table.title} here now; this list was edited here, so it stays"
                " as it is, and an import brings both together.",
            )

    # -- names

    def _new_packages(self) -> dict[str, str]:
        """Return the names of packages that are new on the site, by id.

        Not those that rows here ask for: an earlier run made them, and an import finds that out.
        """
        mine = {row.name for row in self.edits.rows if row.new and row.table.level is Level.PACKAGE}
        return {
            key: live.packages[key]
            for key, live in self.live.items()
            if key not in self.exported.packages and live.packages[key] not in mine and self._table_of(key)
        }

    def _table_of(self, key: str) -> Table | None:
        """Return the table of packages in which a package has a row, if the workbook has its sheet."""
        live = self.live[key]
        tables = (t for t in self.layout.tables if t.level is Level.PACKAGE and live.texts(t, key) is not None)
        return next((table for table in tables if self.added.has_sheet(table)), None)

    def _names(self) -> dict[str, str]:
        """Return what packages are called from now on, known and new ones, by id; others keep their names."""
        wanted = dict(self.new)
        for key, row in self.records.items():
            live = self.live.get(key)
            if row.table.level is not Level.PACKAGE or live is None or row.action == "skip" or self._is_held(row):
                continue
            cell = next((cell for cell in row.cells if cell.column.name == "name"), None)
            name = live.packages[key]
            if cell is None or (cell.edited == name and not row.problems):
                wanted[key] = name
        return free_names(self.memory.packages, wanted)

    def _rename(self) -> None:
        """Let all rows of what was renamed call it by its name."""
        called = Counter((owner.package, owner.name) for owner in self.memory.resources.values())
        for key, rows in self.by_package.items():
            now = self.memory.packages.get(key, "")
            for row in rows:
                before = self.exported.packages.get(key, "")
                if row.table.level is not Level.PACKAGE and before != now:
                    self._call(row, own.PACKAGE, before, now)
                held = self.exported.resources.get(row.owner)
                if row.table.level is Level.RESOURCE_ITEM and held is not None:
                    name = self.memory.resources[row.owner].name
                    self._call(row, own.RESOURCE, held.name, name)
                    if called[key, name] > 1 and not self._stands(row.place, own.RESOURCE_ID):
                        self._tell_apart(row)

    def _tell_apart(self, row: RowEdit) -> None:
        """Fill in the id of a resource that a new row calls by its name, where another one has that name now."""
        if not self.incoming.is_emptied(row.place):
            self.incoming.comes(row.place, own.RESOURCE_ID, "resource_id", "", row.owner)

    def _call(self, row: RowEdit, header: str, before: str, now: str) -> None:
        """Let an identifying cell say another name, unless what it says is no name of the record."""
        stands = self._stands(row.place, header)
        named = stands != now and (stands == before or (row.certain and stands != ""))
        if before != now and named and not self.incoming.is_emptied(row.place):
            self.incoming.comes(row.place, header, header.lower(), stands, now)

    def _stands(self, place: Place, header: str) -> str:
        """Return the text that stands in a cell of ours."""
        at = self.edits.positions.get(place.sheet, {}).get(header)
        return "" if at is None else cell_text(self.cells[place].get(at, ""))

    # -- what is new

    def _without_sheets(self) -> dict[str, int]:
        """Return how many new packages have no sheets to be added to, by dataset type."""
        found: dict[str, int] = {}
        for key, package in self.packages.items():
            dataset_type = text_of(package.get("type")) or "dataset"
            if key not in self.exported.packages and not self.layout.of_type(dataset_type):
                found[dataset_type] = found.get(dataset_type, 0) + 1
        return found

    def _new_package(self, key: str) -> None:
        table, live = self._table_of(key), self.live[key]
        if table is None:  # pragma: no cover  # it would not be among the new ones
            return
        self.memory.packages[key] = self.names[key]
        self.added.record(table, key, live)
        self._add_lists(key, live, table.dataset_type, Level.ITEM)
        for resource in live.resources:
            self._add_resource(resource, live, table.dataset_type)

    def _new_resources(self, package: str) -> None:
        """Add the resources that came to a package; not those that rows here ask for."""
        row, live = self.records.get(package), self._of(package)
        if row is None or self._is_held(row):
            return
        made = {one.owner for one in self.by_package[package] if one.new}
        for key in live.resources:
            if key not in self.exported.resources and key not in made:
                self._add_resource(key, live, row.table.dataset_type)

    def _add_resource(self, key: str, live: Catalogue, dataset_type: str) -> None:
        table = self.layout.find(dataset_type, Level.RESOURCE)
        if table is not None and self.added.has_sheet(table):
            self.memory.resources[key] = live.resources[key]
            self.added.record(table, key, live)
            self._add_lists(key, live, dataset_type, Level.RESOURCE_ITEM)

    def _add_lists(self, owner: str, live: Catalogue, dataset_type: str, level: Level) -> None:
        for table in self.layout.of_type(dataset_type):
            if table.level is level:
                self.added.items(table, owner, live)

    # -- the answers

    def _outcomes(self) -> Iterator[Outcome]:
        names = {key: owner.name for key, owner in self.memory.resources.items()}
        answers = [
            self.incoming.outcome(
                row, self.clashes.get(row.place), self.memory.packages.get(row.package, row.name), names
            )
            for row in self.edits.rows
        ]
        by_sheet: dict[str, list[Outcome]] = {}
        for one in (*answers, *self.added.outcomes):
            by_sheet.setdefault(one.place.sheet, []).append(one)
        for found in by_sheet.values():
            yield from found

    def _clear_leftovers(self) -> None:
        """Clear the answers of rows that hold nothing else: an earlier refresh has emptied them."""
        answered = {row.place for row in self.edits.rows}
        for place in self.cells.keys() - answered:
            for header in (own.RESULT, own.MESSAGE):
                if self._stands(place, header):
                    self.moved.write(place, header, "")


def _is_record(row: RowEdit) -> bool:
    return bool(row.owner) and row.certain and not row.new and not row.table.level.of_items


def _is_untouched(rows: Iterable[RowEdit], count: int) -> bool:
    """Tell whether the rows of a list are exactly those that were exported, with nothing edited."""
    rows = list(rows)
    touched = any(row.cells or row.problems or row.action or not row.certain for row in rows)
    return not touched and sorted(row.number for row in rows if row.number) == list(range(1, count + 1))
