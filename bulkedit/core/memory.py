"""The memory of a workbook: the exported cell texts as plain rows, for the hidden sheet ``_base``.

The rows of the tables come first, each as it stands in its sheet: formulas there look a row up by the key in
the first column (`lookup_key`), which follows from what identifies the row to people, and find a cell's text
among the row's. So the memory holds what a cell shows; where the site keeps another form of it, that follows in
a row of its own. The texts of a row share a cell (`packed`): ten thousand rows of forty cells each would take a
spreadsheet program as long to open as the data themselves.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from bulkedit.core.catalogue import Catalogue, Owner, Texts
from bulkedit.core.columns import POSITION, UPLOAD, Layout, Level, Table
from bulkedit.core.text import CELL_LIMIT, after_libreoffice, fits

_PACKAGE, _RESOURCE, _KEPT = "package", "resource", "kept"
KEYS_COLUMN, TEXTS_COLUMN, LAST_TEXTS_COLUMN = 1, 3, 52
"""Columns of the sheet (from 1): the keys to look rows up by, the first of the texts, the last one searched."""


class MemoryDamagedError(ValueError):
    """The memory of a workbook is not what was written; ``str()`` is one sentence."""


_TAKE_ANOTHER = "take an earlier copy of the workbook, or export again"

GUARD = "\ue000"
"""What stands in a text of the memory that LibreOffice would damage; to be left out where texts are compared."""

_REST_OF_ESCAPE = "(?=[0-9A-Fa-f]{1,4}[_\x00-\x1f])"  # a control character is about to be written as _xHHHH_
_LOOKS_ESCAPED = re.compile(f"_x({GUARD}*){_REST_OF_ESCAPE}")
_GUARDED = re.compile(f"_x({GUARD}*){GUARD}{_REST_OF_ESCAPE}")


def guarded(text: str) -> str:
    """Return a text of which LibreOffice loses nothing (`after_libreoffice`).

    A text so long that it would not fit into a cell with its guards stays as it is.
    """
    if "_x" not in text or (after_libreoffice(text) == (text,) and not _GUARDED.search(text)):
        return text
    safe = _LOOKS_ESCAPED.sub(rf"_x\1{GUARD}", text)
    return safe if fits(safe) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return _GUARDED.sub(r"_x\1", text) if "_x" in text else text


START, OF, _ESCAPE = "\ue001", "\ue002", "\ue003"
"""What a packed text stands between: `START`, its number, `OF`, the text, `START` again."""

PACKED_AT_MOST = 32_000
"""Characters of a text that are packed together, and that formulas compare; the rest follows by itself."""

_SIGNS = {START: _ESCAPE + "1", OF: _ESCAPE + "2", _ESCAPE: _ESCAPE + "3"}
_SIGN = re.compile("|".join(_SIGNS))
_SPECIAL = re.compile("|".join((*_SIGNS, "_x")))
"""What a text may hold that is not remembered as it is."""

_ESCAPED_SIGNS = {escaped: sign for sign, escaped in _SIGNS.items()}
_ESCAPED_SIGN = re.compile("|".join(_ESCAPED_SIGNS))
_ENTRY = re.compile(f"([0-9]{{1,6}})[+]?{OF}(.*)", re.DOTALL)


_POSITION = re.compile("[0-9]{0,9}")


def packed(texts: Sequence[str]) -> list[str]:
    """Return cells that hold many texts, each with its number from 1; empty ones are left out."""
    cells: list[str] = []
    for number, text in enumerate(texts, 1):
        if not text:
            continue
        plain = len(text) < CELL_LIMIT // 4 and not _SPECIAL.search(text)
        for entry in (f"{number}{OF}{text}{START}",) if plain else _entries(str(number), text):
            if cells and len(cells[-1]) + len(entry) <= CELL_LIMIT // 2:  # so it fits, whatever the characters
                cells[-1] += entry
            else:
                cells.append(START + entry)
    return cells


def _entries(number: str, text: str, most: int = PACKED_AT_MOST) -> Iterator[str]:
    """Yield a text in as many entries as it needs for each to fit into a cell; further ones have a ``+``."""
    part, rest = text[:most], text[most:]
    entry = f"{number}{OF}{_SIGN.sub(lambda sign: _SIGNS[sign[0]], guarded(part))}{START}"
    if not fits(START + entry):
        yield from _entries(number, text, most // 2)
        return
    yield entry
    if rest:
        yield from _entries(f"{number.rstrip('+')}+", rest, most)


def unpacked(cells: Iterable[str], count: int) -> Texts:
    """Return the texts that `packed` was given.

    Raises:
        MemoryDamagedError: the cells do not hold so many texts.
    """
    texts = [""] * count
    for entry in filter(None, START.join(cells).split(START)):
        found = _ENTRY.fullmatch(entry)
        if found is None or not 0 < int(found[1]) <= count:
            raise MemoryDamagedError(f"The hidden sheet _base does not fit the sheet _meta; {_TAKE_ANOTHER}.")
        texts[int(found[1]) - 1] += _unsigned(found[2])
    return tuple(texts)


def _unsigned(text: str) -> str:
    signed = _ESCAPED_SIGN.sub(lambda sign: _ESCAPED_SIGNS[sign[0]], text) if _ESCAPE in text else text
    return unguarded(signed)


def lookup_key(table_number: int, table: Table, key: str, catalogue: Catalogue) -> str:
    """Return what a row is looked up by: its table's number, then what its identifying cells say.

    Args:
        table_number: of the table in its layout, from 1.
        table: the table.
        key: the key of the row.
        catalogue: knows the names of packages.
    """
    if table.level is Level.ITEM:
        package, _, item = key.rpartition("/")
        key = f"{catalogue.packages.get(package, package)}/{item}"
    return f"{table_number}|{key}"


def remembered_headers(table: Table) -> list[str]:
    """Return the headers of the texts that are remembered of each row, in their order."""
    ours = [POSITION, UPLOAD] if table.level is Level.RESOURCE else []
    return [*ours, *(column.header for column in table.columns)]


def to_rows(catalogue: Catalogue, layout: Layout) -> Iterator[list[str]]:
    """Yield the rows that hold a catalogue of cell texts."""
    for number, table in enumerate(layout.tables, 1):
        for key, texts in catalogue.rows[table.title].items():
            lookup = guarded(lookup_key(number, table, key, catalogue))
            ours = [str(catalogue.resources[key].position), ""] if table.level is Level.RESOURCE else []
            yield [lookup, key, *packed([*ours, *_as_shown(catalogue, table, key, texts)])]
    for key, name in catalogue.packages.items():
        yield [_PACKAGE, key, guarded(name)]
    for key, owner in catalogue.resources.items():
        yield [_RESOURCE, key, owner.package, guarded(owner.name), str(owner.position)]
    for title, key, name in catalogue.shown:
        shown_in = layout.table(title)
        kept = None if shown_in is None else catalogue.texts(shown_in, key)
        if shown_in is not None and kept is not None:
            yield [_KEPT, title, key, name, guarded(kept[shown_in.names[name]])]


def _as_shown(catalogue: Catalogue, table: Table, key: str, texts: Texts) -> Texts:
    if not catalogue.shown:
        return texts
    pairs = zip(table.columns, texts, strict=True)
    return tuple(catalogue.shown.get((table.title, key, column.name), text) for column, text in pairs)


class Digest:
    """The SHA-256 digest of rows that pass by; empty texts at their ends do not count."""

    def __init__(self) -> None:
        self._sha = hashlib.sha256()

    def over(self, rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
        """Yield the rows, and take each into the digest."""
        for row in rows:
            end = len(row)
            while end and row[end - 1] == "":
                end -= 1
            self._sha.update(json.dumps(row[:end]).encode())
            self._sha.update(b"\n")
            yield row

    def __str__(self) -> str:
        """Return it in hexadecimal digits."""
        return self._sha.hexdigest()


def digest(rows: Iterable[Sequence[str]]) -> str:
    """Return the `Digest` of rows."""
    found = Digest()
    for _ in found.over(rows):
        pass
    return str(found)


def from_rows(rows: Sequence[Sequence[str]], layout: Layout, expected_digest: str) -> Catalogue:
    """Read a catalogue of cell texts.

    Raises:
        MemoryDamagedError: the rows are not those that were written.
    """
    if digest(rows) != expected_digest:
        raise MemoryDamagedError(f"The hidden sheet _base was changed or damaged; {_TAKE_ANOTHER}.")
    numbered = {str(number): table for number, table in enumerate(layout.tables, 1)}
    catalogue = Catalogue({table.title: {} for table in layout.tables})
    kept: list[list[str]] = []
    for row in rows:
        match list(row):
            case [kind, key, *rest] if kind == _PACKAGE:
                catalogue.packages[key] = unguarded(rest[0]) if rest else ""
            case [kind, key, package, *rest] if kind == _RESOURCE:
                name, position = [*rest, "", ""][:2]
                if not _POSITION.fullmatch(position):
                    raise MemoryDamagedError(f"The hidden sheet _base does not fit together; {_TAKE_ANOTHER}.")
                catalogue.resources[key] = Owner(package, unguarded(name), int(position or 0))
            case [kind, title, key, name, *rest] if kind == _KEPT:
                kept.append([title, key, name, unguarded(rest[0]) if rest else ""])
            case [lookup, key, *cells] if (table := numbered.get(lookup.partition("|")[0])) is not None:
                texts = unpacked(cells, len(remembered_headers(table)))
                catalogue.rows[table.title][key] = texts[-len(table.columns) :] if table.columns else ()
            case _:
                raise MemoryDamagedError(f"The hidden sheet _base does not fit the sheet _meta; {_TAKE_ANOTHER}.")
    if not _is_whole(catalogue, layout) or not all(_keep(catalogue, layout, *row) for row in kept):
        raise MemoryDamagedError(f"The hidden sheet _base does not fit together; {_TAKE_ANOTHER}.")
    return catalogue


def _keep(catalogue: Catalogue, layout: Layout, title: str, key: str, name: str, text: str) -> bool:
    """Remember a text that the sheet shows in another form; tell whether there is such a cell."""
    table = layout.table(title)
    texts = None if table is None else catalogue.texts(table, key)
    if table is None or texts is None or name not in table.names:
        return False
    at = table.names[name]
    catalogue.shown[title, key, name] = texts[at]
    catalogue.rows[title][key] = (*texts[:at], text, *texts[at + 1 :])
    return True


def _is_whole(catalogue: Catalogue, layout: Layout) -> bool:
    """Tell whether every row belongs to a package or resource that is there."""
    if any(owner.package not in catalogue.packages for owner in catalogue.resources.values()):
        return False
    for table in layout.tables:
        owners = catalogue.resources if table.level.of_resources else catalogue.packages
        for key in catalogue.rows[table.title]:
            if (key.rpartition("/")[0] if table.level.of_items else key) not in owners:
                return False
    return True
