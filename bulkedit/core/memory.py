"""The memory of a workbook: the exported cell texts as plain rows, for the hidden sheet ``_base``."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence

from bulkedit.core.catalogue import Catalogue, Owner
from bulkedit.core.columns import Layout
from bulkedit.core.text import fits

_PACKAGE, _RESOURCE, _ROW, _SHOWN = "package", "resource", "row", "shown"


class MemoryDamagedError(ValueError):
    """The memory of a workbook is not what was written; ``str()`` is one sentence."""


_GUARD = "\ue000"
_REST_OF_ESCAPE = "(?=[0-9A-Fa-f]{1,4}[_\x00-\x1f])"  # a control character is about to be written as _xHHHH_
_LOOKS_ESCAPED = re.compile(f"_x({_GUARD}*){_REST_OF_ESCAPE}")
_GUARDED = re.compile(f"_x({_GUARD}*){_GUARD}{_REST_OF_ESCAPE}")


def guarded(text: str) -> str:
    """Return a text in which no spreadsheet program sees an escape like ``_x0041_`` (`after_libreoffice`).

    A text so long that it would not fit into a cell with its guards stays as it is.
    """
    safe = _LOOKS_ESCAPED.sub(rf"_x\1{_GUARD}", text) if "_x" in text else text
    return safe if fits(safe) else text


def unguarded(text: str) -> str:
    """Return the text that `guarded` was given."""
    return _GUARDED.sub(r"_x\1", text) if "_x" in text else text


def to_rows(catalogue: Catalogue) -> Iterator[list[str]]:
    """Yield the rows that hold a catalogue of cell texts."""
    for key, name in catalogue.packages.items():
        yield [_PACKAGE, key, guarded(name)]
    for key, owner in catalogue.resources.items():
        yield [_RESOURCE, key, owner.package, guarded(owner.name), str(owner.position)]
    for title, rows in catalogue.rows.items():
        for key, texts in rows.items():
            yield [_ROW, title, key, *map(guarded, texts)]
    for (title, key, name), text in catalogue.shown.items():
        yield [_SHOWN, title, key, name, guarded(text)]


def digest(rows: Iterable[Sequence[str]]) -> str:
    """Return the SHA-256 digest of rows; empty texts at their ends do not count."""
    sha = hashlib.sha256()
    for row in rows:
        full = list(row)
        while full and full[-1] == "":
            full.pop()
        sha.update(json.dumps(full).encode())
        sha.update(b"\n")
    return sha.hexdigest()


def from_rows(rows: Sequence[Sequence[str]], layout: Layout, expected_digest: str) -> Catalogue:
    """Read a catalogue of cell texts.

    Raises:
        MemoryDamagedError: the rows are not those that were written.
    """
    if digest(rows) != expected_digest:
        raise MemoryDamagedError("The sheet _base was changed or damaged; export again.")
    widths = {table.title: len(table.columns) for table in layout.tables}
    catalogue = Catalogue({table.title: {} for table in layout.tables})
    for row in rows:
        match list(row):
            case [kind, key, *rest] if kind == _PACKAGE:
                catalogue.packages[key] = unguarded(rest[0]) if rest else ""
            case [kind, key, package, *rest] if kind == _RESOURCE:
                name, position = [*rest, "", ""][:2]
                catalogue.resources[key] = Owner(package, unguarded(name), int(position or 0))
            case [kind, title, key, name, *rest] if kind == _SHOWN and title in widths:
                catalogue.shown[title, key, name] = unguarded(rest[0]) if rest else ""
            case [kind, title, key, *texts] if kind == _ROW and title in widths:
                catalogue.rows[title][key] = _padded([*map(unguarded, texts)], widths[title])
            case _:
                raise MemoryDamagedError("The sheet _base does not fit the sheet _meta; export again.")
    if not _is_whole(catalogue, layout):
        raise MemoryDamagedError("The sheet _base does not fit together; export again.")
    return catalogue


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


def _padded(texts: Sequence[str], width: int) -> tuple[str, ...]:
    return (*texts, *[""] * (width - len(texts)))[:width]
