"""Read a workbook that comes back from a person, or from anybody: nothing in it is trusted."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from bulkedit.core.catalogue import Catalogue
from bulkedit.core.cells import cell_text
from bulkedit.core.columns import Layout, Table, own_headers
from bulkedit.core.json_value import JSON
from bulkedit.core.memory import MemoryDamagedError, from_rows
from bulkedit.core.meta import Identity, MetaError, from_json
from bulkedit.core.sheets import Sheet, SheetRow
from bulkedit.excel import bounds
from bulkedit.excel.bookparts import find_parts
from bulkedit.excel.dates import DateStyles, find_date_styles
from bulkedit.excel.errors import TooLarge, WorkbookDamaged
from bulkedit.excel.readrows import Row, read_rows
from bulkedit.excel.strings import read_strings
from bulkedit.excel.write import BASE, META, START
from bulkedit.excel.xmlbytes import naming
from bulkedit.excel.zipparts import Parts, Source, open_parts, open_source


@dataclass(frozen=True)
class Book:
    """A workbook as it came back.

    Attributes:
        sheets: the data sheets that are there, by title.
        titles: the titles of all sheets.
        described: the workbook's description of itself, as it stands in ``_meta``.
        copies: sheets of the person's own that have the headers of a data sheet: their titles, and that one's.
    """

    identity: Identity
    layout: Layout
    exported: Catalogue
    sheets: dict[str, Sheet]
    titles: frozenset[str]
    described: dict[str, JSON]
    copies: tuple[tuple[str, str], ...] = ()


def read_workbook(source: Source, name: str = "") -> Book:
    """Read a workbook.

    Args:
        source: the file.
        name: what it is called, for messages, where that is not its own name.

    Raises:
        WorkbookDamaged: it is no workbook of ours, or damaged; one sentence.
    """
    with _opened(source, name or _name(source)) as raw:
        meta = {row[0]: row[1:] for row in raw.texts(META) if row}
        if sum(len(text) for row in meta.values() for text in row) > bounds.META_LETTERS:
            raise _damaged_meta()
        described = _described(meta.get("layout", ()))
        try:
            identity, layout = from_json(described)
            base = raw.texts(BASE)
            exported = from_rows(base, layout, "".join(meta.get("base_sha256", ())))
        except (MetaError, MemoryDamagedError) as error:
            raise WorkbookDamaged(str(error)) from error
        titles = [table.title for table in layout.tables]
        copies = tuple(_lookalikes(raw, layout))
        _refuse_renamed(raw, copies)
        for title in raw.charts.intersection(titles):
            raise WorkbookDamaged(f"The sheet {title!r} is a chart; take an earlier copy of the workbook.")
        sheets = {title: raw.sheet(title) for title in titles if title in raw.titles}
    said = described if isinstance(described, dict) else {}
    return Book(identity, layout, exported, sheets, raw.titles, said, copies)


def _name(source: Source) -> str:
    return source.name if isinstance(source, Path) else "The file"


_ALIKE = 0.8  # share of a table's headers by which a sheet is taken for a renamed one, or a copy


def _lookalikes(raw: "_Raw", layout: Layout) -> Iterator[tuple[str, str]]:
    """Yield the sheets that are none of ours but have the headers of one, with that one's title."""
    ours = {table.title for table in layout.tables}
    for title in raw.order:
        found = frozenset() if title in ours else raw.headers(title)
        shares = {table.title: _share(found, table) for table in layout.tables}
        alike = [one for one, share in shares.items() if share >= _ALIKE]
        if alike:  # to one that is missing rather: it was renamed
            yield title, max(alike, key=lambda one: (one not in raw.titles, shares[one]))


def _share(headers: frozenset[str], table: Table) -> float:
    """Return how much of a table's headers are there, by labels or by API names."""
    ours = own_headers(table.level)
    labels, names = {*ours, *(c.header for c in table.columns)}, {*ours, *(c.name for c in table.columns)}
    return max(len(headers & labels) / len(labels), len(headers & names) / len(names))


def _refuse_renamed(raw: "_Raw", copies: Sequence[tuple[str, str]]) -> None:
    """Make sure that no data sheet goes by another name: what is edited there would silently be ignored."""
    for title, meant in copies:
        if meant not in raw.titles:
            raise WorkbookDamaged(
                f"The sheet {meant!r} is not there, and {title!r} has its headers; name it {meant!r} again."
            )


def _described(chunks: Sequence[str]) -> JSON:
    try:
        described: JSON = json.loads("".join(chunks))
    except (ValueError, RecursionError) as error:
        raise _damaged_meta() from error
    return described


def _damaged_meta() -> WorkbookDamaged:
    return WorkbookDamaged(
        "The hidden sheet _meta was changed or damaged; take an earlier copy of the workbook, or export again."
    )


_OLE: Final = b"\xd0\xcf\x11\xe0"
_ZIP: Final = (b"PK\3\4", b"PK\5\6")


@contextmanager
def _opened(source: Source, name: str) -> Iterator["_Raw"]:
    """Open a workbook, every failure as one sentence."""
    _refuse_other_files(source, name)
    with open_parts(source) as parts:
        if not any(part.lower() == "[content_types].xml" for part in parts.names):
            raise WorkbookDamaged(f"{name} is not an .xlsx workbook; save it as .xlsx.")
        yield _Raw(parts, name)


def _refuse_other_files(source: Source, name: str) -> None:
    """Say what a file is that is no zip."""
    try:
        with open_source(source) as file:
            start = file.read(4)
    except FileNotFoundError:
        raise WorkbookDamaged(f"There is no file {name}.") from None
    except OSError as error:
        raise WorkbookDamaged(f"{name} cannot be read: {error.strerror}.") from error
    if start == _OLE:
        raise WorkbookDamaged(
            f"{name} is an .xls file or protected by a password; save it as .xlsx without a password."
        )
    if start not in _ZIP:
        raise WorkbookDamaged(f"{name} is not an .xlsx workbook; save it as .xlsx.")


class _Raw:
    """The cells of a workbook, sheet by sheet."""

    def __init__(self, parts: Parts, name: str) -> None:
        self._parts, self._book, self._name = parts, find_parts(parts), name

    @property
    def order(self) -> list[str]:
        """The titles of all sheets with cells, in their order."""
        return list(self._book.worksheets)

    @property
    def charts(self) -> frozenset[str]:
        """The titles of sheets without cells."""
        return self._book.charts

    @property
    def titles(self) -> frozenset[str]:
        """The titles of all sheets with cells."""
        return frozenset(self._book.worksheets)

    @cached_property
    def _strings(self) -> list[str]:
        part = self._book.shared_strings
        if part is None:
            return []
        with naming(part):
            return read_strings(self._parts.chunks(part))

    @cached_property
    def _dates(self) -> DateStyles:
        part = self._book.styles
        with naming(part or ""):
            return find_date_styles(self._parts.read(part) if part else None, from_1904=self._book.from_1904)

    def _rows(self, title: str, most_bytes: int = bounds.PART_BYTES) -> Iterator[Row]:
        chunks = _first(self._parts.chunks(self._book.worksheets[title]), most_bytes)
        try:
            yield from read_rows(chunks, self._strings, self._dates)
        except TooLarge as trouble:
            raise WorkbookDamaged(
                f"The sheet {title!r} of {self._name} is too large: {trouble}; delete what does not belong there,"
                " or export fewer packages at once."
            ) from trouble
        except WorkbookDamaged as trouble:
            raise WorkbookDamaged(
                f"The sheet {title!r} of {self._name} is damaged: {trouble}; open it in a spreadsheet program and"
                " save it again."
            ) from trouble

    def texts(self, title: str) -> list[list[str]]:
        """Return a sheet of ours as rows of texts."""
        if title not in self.titles:
            if not self.titles & {META, BASE, START}:
                raise WorkbookDamaged(
                    "This is not a workbook that bulkedit exported (it has no sheet _meta); take the one that is."
                )
            raise WorkbookDamaged(
                f"The hidden sheet {title} was deleted or renamed; take an earlier copy of the workbook, or export"
                " again."
            )
        found = []
        for _, cells in self._rows(title):
            row = [""] * max(cells)
            for at, cell in cells.items():
                row[at - 1] = cell_text(cell)
            found.append(row)
        return found

    def headers(self, title: str) -> frozenset[str]:
        """Return the texts of a sheet's first row; none where that is empty."""
        try:
            number, cells = next(self._rows(title, bounds.HEADER_BYTES), (0, {}))
        except WorkbookDamaged:  # a sheet of somebody's own: nothing else of it is read
            return frozenset()
        return frozenset(map(cell_text, cells.values())) if number == 1 else frozenset()

    def sheet(self, title: str) -> Sheet:
        """Return a data sheet."""
        headers: dict[int, str] = {}
        body: list[SheetRow] = []
        for number, cells in self._rows(title):
            if number == 1:
                headers = {at: cell_text(cell) for at, cell in cells.items()}
            else:
                body.append(SheetRow(number, cells))
        return Sheet(title, headers, body)


def _first(chunks: Iterator[bytes], most_bytes: int) -> Iterator[bytes]:
    """Yield the pieces that begin within the first so many bytes."""
    read = 0
    for chunk in chunks:
        yield chunk
        read += len(chunk)
        if read >= most_bytes:
            return
