"""Three states of a cell, and what follows: exported, edited, live.

| exported | edited | live | verdict  |
|----------|--------|------|----------|
| a        | a      | any  | no edit  |
| a        | b      | a    | CHANGE   |
| a        | b      | b    | ALREADY  |
| a        | b      | c    | CONFLICT |

Items of a repeating field have no ids in CKAN. They are recognized by what they hold, wherever in the
list they stand now; an item that cannot be recognized is a conflict, never a guess.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from bulkedit.core.catalogue import Catalogue, Texts
from bulkedit.core.columns import FILE_COLUMN, PLACE_COLUMN, Kind, Layout, Level, Table
from bulkedit.core.edits import CellEdit, Place, RowEdit
from bulkedit.core.files import Files
from bulkedit.core.matching import match_items
from bulkedit.core.naming import is_placeholder


class Verdict(Enum):
    """What an edit means in the face of the live value."""

    CHANGE = auto()
    ALREADY = auto()
    CONFLICT = auto()


def verdict_of(exported: str, edited: str, live: str) -> Verdict:
    """Return the verdict on one edited cell (see the table above)."""
    if edited == live:
        return Verdict.ALREADY
    return Verdict.CHANGE if live == exported else Verdict.CONFLICT


@dataclass(frozen=True, slots=True)
class Change:
    """One edit and its verdict.

    Attributes:
        cell: the edited cell; None where a whole item is removed.
        live: the cell text found on the site (of a whole item: its texts, joined).
        overwrites: the site changed the same since the export, and the edit is sent in spite of it.
        gone: the record or item is on the site no more, or not so that it can be recognized.
    """

    row: RowEdit
    cell: CellEdit | None
    live: str
    verdict: Verdict
    gone: bool = False
    overwrites: bool = False


@dataclass(frozen=True, slots=True)
class NewItem:
    """One item of a list to be sent.

    Attributes:
        live: index in the live list (by number in the workbook) of the item it is made from; None for a new one.
        texts: cell texts to set, by column index.
        place: the row it comes from; None for an item that no row edits.
        number: the item's number as exported; 0 where it was not exported.
    """

    live: int | None
    texts: Mapping[int, str] = field(default_factory=dict)
    place: Place | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class ListChange:
    """A repeating field of one package or resource, to be replaced as a whole."""

    table: Table
    owner: str
    items: tuple[NewItem, ...]


@dataclass(frozen=True, slots=True)
class PackageDiff:
    """All edits of one package with their verdicts, and the lists that change."""

    changes: tuple[Change, ...]
    lists: tuple[ListChange, ...] = ()

    def of(self, verdict: Verdict) -> list[Change]:
        """Return the edits with one verdict."""
        return [change for change in self.changes if change.verdict is verdict]


def diff_package(
    rows: Sequence[RowEdit],
    exported: Catalogue,
    live: Catalogue,
    *,
    overwrite: bool = False,
    files: Files | None = None,
    layout: Layout | None = None,
) -> PackageDiff:
    """Compare the edited rows of one package with its live state.

    Args:
        rows: the rows that ask for something, all of one package.
        exported: cell texts as exported.
        live: cell texts as found on the site.
        overwrite: send the edit where both sides changed a cell.
        files: what the rows that ask for a file are to send.
        layout: all tables, where what belongs to a deleted record is to be compared as well.
    """
    changes: list[Change] = []
    lists: list[ListChange] = []
    made = {row.owner for row in rows if row.new}
    groups: dict[tuple[Table, str], list[RowEdit]] = {}
    for row in rows:
        if row.table.level.of_items:
            groups.setdefault((row.table, row.owner), []).append(row)
        elif row.action == "delete":
            changes.append(_deletion(row, exported, live, layout or Layout((row.table,))))
        else:
            changes += _field_changes(row, exported, live, files or {})
    for (table, owner), own in groups.items():
        merge = _ItemMerge(table, exported.items(table, owner), live.items(table, owner), own, overwrite)
        there = owner in made or _owner_lives(table, owner, live)
        changes += merge.changes() if there else _all_gone(own)
        if merge.edited or merge.removed or merge.added:
            lists.append(ListChange(table, owner, tuple(merge.items())))
    if overwrite:
        changes = [_overwritten(change) for change in changes]
    return PackageDiff(tuple(changes), tuple(lists))


def _overwritten(change: Change) -> Change:
    if change.verdict is not Verdict.CONFLICT or change.gone:
        return change
    overwrites = change.cell is None or change.live != change.cell.exported
    return replace(change, verdict=Verdict.CHANGE, overwrites=overwrites)


FILE_STAMPS = ("size", "last_modified")
"""Columns, often read-only, that tell whether a resource's file was replaced."""


def _deletion(row: RowEdit, exported: Catalogue, live: Catalogue, layout: Layout) -> Change:
    """Return the deletion of a package or resource: a conflict where somebody changed it since the export."""
    if live.texts(row.table, row.owner) is None:
        return Change(row, None, "", Verdict.ALREADY)
    differing = next(_differences(row, exported, live, layout), "")
    return Change(row, None, differing, Verdict.CONFLICT if differing else Verdict.CHANGE)


def _differences(row: RowEdit, exported: Catalogue, live: Catalogue, layout: Layout) -> Iterator[str]:
    """Yield what would be lost with a record that the row's author has not seen.

    What is gone already, because somebody deleted it, is no loss.
    """
    resources = [row.owner]
    if row.table.level is Level.PACKAGE:
        resources = list(live.resources)
        if not live.resources.keys() <= exported.resources.keys():
            yield "it has more resources than exported"
    for table in layout.of_type(row.table.dataset_type):
        owners = resources if table.level.of_resources else [row.owner]
        if row.table.level is Level.RESOURCE and not table.level.of_resources:
            continue
        for owner in owners:
            if not table.level.of_items:
                yield from _text_differences(table, exported.texts(table, owner), live.texts(table, owner))
            elif exported.items(table, owner) != live.items(table, owner):
                yield f"other {table.label} than exported"


def _text_differences(table: Table, before: Texts | None, now: Texts | None) -> Iterator[str]:
    for column, old, new in zip(table.columns, before or (), now or (), strict=False):
        if old != new and (not column.read_only or column.name in FILE_STAMPS):
            yield f"[{column.header}] {new}"


def _field_changes(row: RowEdit, exported: Catalogue, live: Catalogue, files: Files) -> Iterator[Change]:
    texts = live.texts(row.table, row.owner)
    for cell in row.cells:
        if texts is not None and cell.column in (FILE_COLUMN, PLACE_COLUMN):
            yield _own_change(row, cell, exported, live, files)
        elif texts is None and row.new and (is_placeholder(row.package) or row.package in live.packages):
            yield Change(row, cell, "", Verdict.CHANGE)
        elif texts is None:
            yield Change(row, cell, "", Verdict.CONFLICT, gone=True)
        else:
            found = texts[row.table.names[cell.column.name]]
            yield Change(row, cell, found, verdict_of(cell.exported, _as_kept(row, cell, found), found))


def _as_kept(row: RowEdit, cell: CellEdit, found: str) -> str:
    """Return what was typed for a new record, as CKAN keeps it: titles are stripped, formats have one spelling."""
    if row.new and cell.column.name == "title" and cell.edited.strip() == found:
        return found
    if row.new and cell.column.name == "format" and cell.edited.strip().casefold() == found.casefold():
        return found
    return cell.edited


def _own_change(row: RowEdit, cell: CellEdit, exported: Catalogue, live: Catalogue, files: Files) -> Change:
    """Return the verdict on a file to send, or on a resource's place.

    A file that has arrived is known by its digest, unless one of another length has replaced it there: CKAN
    keeps the digest of the former then. One that somebody else has put there since the export is not overwritten.
    A place is no text: that others move resources too is no conflict, unless this one was moved elsewhere.
    """
    held = live.resources[row.owner]
    if cell.column == FILE_COLUMN:
        file = files.get(row.place)
        if file is not None and file.digest == held.digest and held.size in ("", str(file.size)):
            return Change(row, cell, "", Verdict.ALREADY)
        other = _other_source(row, exported, live)
        return Change(row, cell, other, Verdict.CONFLICT if other else Verdict.CHANGE)
    now = str(held.position)
    if row.new:  # it got its place when it was created
        return Change(row, cell, now, Verdict.ALREADY)
    places = sum(owner.package == held.package for owner in live.resources.values())
    wanted = str(min(int(cell.edited), places))
    return Change(row, cell, now, verdict_of(cell.exported or now, wanted, now))


def _other_source(row: RowEdit, exported: Catalogue, live: Catalogue) -> str:
    """Return the link or file that somebody has put into a resource since the export; empty where nobody has."""
    before, now = exported.texts(row.table, row.owner), live.texts(row.table, row.owner)
    if before is None or now is None:  # of a new resource, whatever file an earlier run did not send
        return live.resources[row.owner].digest
    names = row.table.names
    places = [names[name] for name in ("url", *FILE_STAMPS) if name in names]
    if all(before[at] == now[at] for at in places):
        return ""
    return (now[names["url"]] if "url" in names else "") or "another file"


def _owner_lives(table: Table, owner: str, live: Catalogue) -> bool:
    return owner in (live.resources if table.level.of_resources else live.packages)


def _all_gone(rows: Sequence[RowEdit]) -> Iterator[Change]:
    for row in rows:
        for cell in row.cells or (None,):
            yield Change(row, cell, "", Verdict.CONFLICT, gone=True)


class _ItemMerge:
    """The edits of one repeating field, brought together with the live list."""

    def __init__(
        self,
        table: Table,
        exported: Sequence[Texts],
        live: Sequence[Texts],
        rows: Sequence[RowEdit],
        overwrite: bool,
    ) -> None:
        self.table, self.exported, self.live, self.rows = table, exported, live, rows
        self.overwrite = overwrite
        self.by_number = {row.number: row for row in rows if row.number}
        self.new = [row for row in rows if not row.number]
        self.wanted_new = [_applied(("",) * len(table.columns), row, table) for row in self.new]
        self.wanted = self._edited_items()
        self.match = match_items(exported, live, self.wanted, self.wanted_new)
        self.removed: set[int] = set()
        self.edited: dict[int, tuple[dict[int, str], Place]] = {}
        self.added: list[NewItem] = []
        self.made: list[Change] = []

    def _edited_items(self) -> dict[int, Texts]:
        """Return what each edited item should become, by exported index."""
        return {
            number - 1: _applied(self.exported[number - 1], row, self.table)
            for number, row in self.by_number.items()
            if row.action != "delete"
        }

    def changes(self) -> list[Change]:
        """Return every edit with its verdict."""
        if self._as_wanted() or self._have_arrived(self.wanted_new):
            self.made = [c for row in self.rows for c in self._all(row, Verdict.ALREADY)]
        elif self._have_arrived([]):
            self._add_to_what_arrived()
        else:
            for row in self.rows:
                if row.number:
                    self.made += self._removed(row) if row.action == "delete" else self._edited(row)
            taken = {*self.match.items.values(), *self.match.added.values()}
            strangers = [texts for at, texts in enumerate(self.live) if at not in taken]
            for n, row in enumerate(self.new):
                self.made += self._added(row, strangers, already=n in self.match.added)
        return self.made

    def _kept(self) -> list[Texts]:
        """Return what the exported items should become, without those to be removed."""
        return [
            self.wanted.get(i, texts)
            for i, texts in enumerate(self.exported)
            if (row := self.by_number.get(i + 1)) is None or row.action != "delete"
        ]

    def _have_arrived(self, new: Sequence[Texts]) -> bool:
        """Tell whether the edits are on the site already, whatever else has changed in the list since.

        They are when everything that they make is there, and nothing more of what they replace.
        """
        goal, live = Counter([*self._kept(), *new]), Counter(self.live)
        mine = [*self.wanted.values(), *new]
        away = [self.exported[number - 1] for number in self.by_number]
        return bool(mine) and all(live[t] >= goal[t] for t in mine) and all(live[t] <= goal[t] for t in away)

    def _add_to_what_arrived(self) -> None:
        """Take the edits of exported items as done, and add the new ones that are not there yet."""
        left = Counter(self.live) - Counter(self._kept())
        for row in self.rows:
            if row.number:
                self.made += self._all(row, Verdict.ALREADY)
        for row, texts in zip(self.new, self.wanted_new, strict=True):
            already = left[texts] > 0
            left[texts] -= already
            self.made += self._added(row, list(left.elements()), already=already)

    def _as_wanted(self) -> bool:
        """Tell whether the live list is exactly the one the workbook asks for."""
        return [*self._kept(), *self.wanted_new] == list(self.live)

    def _all(self, row: RowEdit, verdict: Verdict) -> Iterator[Change]:
        for cell in row.cells:
            yield Change(row, cell, cell.edited if verdict is Verdict.ALREADY else "", verdict)
        if not row.cells:
            yield Change(row, None, "", verdict)

    def _removed(self, row: RowEdit) -> Iterator[Change]:
        at = self.match.items.get(row.number - 1)
        if at is None:
            doubtful = row.number - 1 in self.match.doubtful
            yield Change(row, None, "", Verdict.CONFLICT if doubtful else Verdict.ALREADY, gone=doubtful)
            return
        live = ", ".join(filter(None, self.live[at]))
        if self.live[at] == self.exported[row.number - 1]:
            self.removed.add(at)
            yield Change(row, None, live, Verdict.CHANGE)
            return
        recognized = self._recognized(row, at)
        if self.overwrite and recognized:
            self.removed.add(at)
        yield Change(row, None, live, Verdict.CONFLICT, gone=not recognized)

    def _edited(self, row: RowEdit) -> Iterator[Change]:
        at = self.match.items.get(row.number - 1)
        if at is None:
            for cell in row.cells:
                yield Change(row, cell, "", Verdict.CONFLICT, gone=True)
            return
        texts = {}
        for cell, live, verdict in self._cell_verdicts(row, at):
            gone = verdict is Verdict.CONFLICT and not self._recognized(row, at)
            yield Change(row, cell, live, verdict, gone)
            if verdict is Verdict.CHANGE or (verdict is Verdict.CONFLICT and self.overwrite):
                texts[self.table.names[cell.column.name]] = cell.edited
        if texts and self._recognized(row, at):
            self.edited[at] = (texts, row.place)

    def _cell_verdicts(self, row: RowEdit, at: int) -> list[tuple[CellEdit, str, Verdict]]:
        """Return the verdict on each cell of an item, which is sent whole or, where one conflicts, not at all."""
        live = self.live[at]
        texts = [live[self.table.names[cell.column.name]] for cell in row.cells]
        if live == self.wanted[row.number - 1]:
            verdicts = [Verdict.ALREADY for _ in row.cells]
        elif not self._recognized(row, at):
            verdicts = [Verdict.CONFLICT for _ in row.cells]
        else:
            verdicts = [verdict_of(c.exported, c.edited, text) for c, text in zip(row.cells, texts, strict=True)]
        if Verdict.CONFLICT in verdicts:
            verdicts = [v if v is Verdict.ALREADY else Verdict.CONFLICT for v in verdicts]
        return list(zip(row.cells, texts, verdicts, strict=True))

    def _recognized(self, row: RowEdit, at: int) -> bool:
        """Tell whether the live item is the exported one, so that an edit of it still means the same.

        It is when nothing of it has changed, and when its first field (a contact's name, an extra's key)
        is as exported. Where that says nothing, being empty or edited itself, every field that nobody
        edited here must be; and where all are edited, at least one.
        """
        exported, live = self.exported[row.number - 1], self.live[at]
        if exported == live:
            return True
        touched = {self.table.names[cell.column.name] for cell in row.cells}
        if 0 not in touched and exported[0]:
            return exported[0] == live[0]
        if any(text for i, text in enumerate(exported) if i not in touched):
            return all(exported[i] == live[i] for i in range(len(exported)) if i not in touched)
        return any(text and text == there for text, there in zip(exported, live, strict=True))

    def _added(self, row: RowEdit, strangers: Sequence[Texts], *, already: bool) -> Iterator[Change]:
        """Add an item, unless it is there, or another of its name came to the list since the export."""
        if already:
            yield from self._all(row, Verdict.ALREADY)
            return
        first = self.table.columns[0]
        name = next((cell.edited for cell in row.cells if cell.column == first), "")
        if name and first.kind is not Kind.CHOICE:
            namesake = next((texts for texts in strangers if texts[0] == name), None)
            if namesake is not None:
                live = ", ".join(filter(None, namesake))
                yield from (Change(row, cell, live, Verdict.CONFLICT, gone=True) for cell in row.cells)
                return
        names = self.table.names
        self.added.append(NewItem(None, {names[c.column.name]: c.edited for c in row.cells}, row.place))
        yield from self._all(row, Verdict.CHANGE)

    def items(self) -> Iterator[NewItem]:
        """Yield the list to be sent: the live items in their order, without the removed, then the new ones."""
        numbers = {at: i + 1 for i, at in self.match.items.items()}
        for at in range(len(self.live)):
            if at not in self.removed:
                texts, place = self.edited.get(at, ({}, None))
                yield NewItem(at, texts, place, numbers.get(at, 0))
        yield from self.added


def _applied(texts: Texts, row: RowEdit, table: Table) -> Texts:
    changed = {table.names[cell.column.name]: cell.edited for cell in row.cells}
    return tuple(changed.get(i, text) for i, text in enumerate(texts))
