"""Read a workbook that comes back from a person.

openpyxl reads it row by row, formulas kept as formulas. Shared strings are read here: openpyxl's reader
of them loses the difference between the escape ``_x0041_`` and that text itself (``_x005F_x0041_``).
"""

import datetime
import json
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, iterparse

import openpyxl

from bulkedit.core.catalogue import Catalogue
from bulkedit.core.cells import Cell, Form, OddCell, cell_text
from bulkedit.core.columns import Layout, Table, own_headers
from bulkedit.core.json_value import JSON
from bulkedit.core.memory import MemoryDamagedError, from_rows
from bulkedit.core.meta import Identity, MetaError, from_json
from bulkedit.core.sheets import Sheet, SheetRow
from bulkedit.excel.bookparts import BookParts, find_parts
from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.strict import transitional
from bulkedit.excel.write import BASE, META, START
from bulkedit.excel.zipparts import open_parts


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


def read_workbook(path: Path, name: str = "") -> Book:
    """Read a workbook.

    Args:
        path: the file.
        name: what the file is called, for messages, where that is not its own name.

    Raises:
        WorkbookDamaged: it is no workbook of ours, or damaged; one sentence.
    """
    with _opened(path, name or path.name) as raw:
        meta = {row[0]: row[1:] for row in raw.texts(META) if row}
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
        sheets = {title: raw.sheet(title) for title in titles if title in raw.titles}
    said = described if isinstance(described, dict) else {}
    return Book(identity, layout, exported, sheets, raw.titles, said, copies)


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
    except ValueError as error:
        raise WorkbookDamaged(
            "The hidden sheet _meta was changed or damaged; take an earlier copy of the workbook, or export again."
        ) from error
    return described


_WORKBOOK = re.compile(r"xl/workbook\d*\.xml", re.IGNORECASE)  # Excel for the web numbers it
_OLE = b"\xd0\xcf\x11\xe0"


@contextmanager
def _opened(path: Path, name: str) -> Iterator["_Raw"]:
    """Open a workbook with openpyxl, every failure as one sentence."""
    try:
        parts = _look_inside(path, name)
        with warnings.catch_warnings(), transitional(path, parts.workbook) as file:
            warnings.simplefilter("ignore")  # about features that openpyxl would lose: it never writes here
            book = openpyxl.load_workbook(file, read_only=True, keep_links=False)
            try:
                yield _Raw(book, _shared_strings(path, parts.shared_strings), name)
            finally:
                book.close()
    except WorkbookDamaged:
        raise
    except Exception as error:  # openpyxl and zipfile raise whatever a damaged file makes them trip over
        raise WorkbookDamaged(
            f"{name} cannot be read as an .xlsx workbook; open it in a spreadsheet program and save it as .xlsx."
        ) from error


def _look_inside(path: Path, name: str) -> BookParts:
    """Return the parts of a workbook, or say what the file is instead."""
    try:
        with path.open("rb") as file:
            start = file.read(4)
    except FileNotFoundError:
        raise WorkbookDamaged(f"There is no file {name}.") from None
    except OSError as error:
        raise WorkbookDamaged(f"{name} cannot be read: {error.strerror}.") from error
    if start == _OLE:
        raise WorkbookDamaged(
            f"{name} is an .xls file or protected by a password; save it as .xlsx without a password."
        )
    if not zipfile.is_zipfile(path):
        raise WorkbookDamaged(f"{name} is not an .xlsx workbook; save it as .xlsx.")
    with open_parts(path) as parts:
        if not any(_WORKBOOK.fullmatch(part) for part in parts.names):
            raise WorkbookDamaged(f"{name} is not an .xlsx workbook; save it as .xlsx.")
        return find_parts(parts)


class _Raw:
    """The cells of a workbook, sheet by sheet."""

    def __init__(self, book: Any, strings: list[str], name: str) -> None:
        self.book, self.strings, self.name = book, strings, name

    @property
    def order(self) -> list[str]:
        """The titles of all sheets, in their order."""
        return list(self.book.sheetnames)

    @property
    def titles(self) -> frozenset[str]:
        """The titles of all sheets."""
        return frozenset(self.order)

    def _rows(self, title: str) -> Iterator[tuple[int, dict[int, Cell]]]:
        sheet = self.book[title]
        sheet.reset_dimensions()  # the declared size may be anything
        sheet._shared_strings = self.strings
        try:
            for number, row in enumerate(sheet.iter_rows(), 1):
                cells = {at: _cell(cell) for at, cell in enumerate(row, 1) if cell.value is not None}
                cells = {at: cell for at, cell in cells.items() if cell != ""}
                if cells:
                    yield number, cells
        except Exception as error:  # whatever a damaged sheet makes openpyxl trip over
            raise WorkbookDamaged(
                f"The sheet {title!r} of {self.name} is damaged; open it in a spreadsheet program and save it"
                " again."
            ) from error

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
        """Return the texts of a sheet's first row; none where that is empty, or where it is no sheet of cells."""
        if not hasattr(self.book[title], "iter_rows"):  # a chart
            return frozenset()
        try:
            number, cells = next(self._rows(title), (0, {}))
        except WorkbookDamaged:  # a sheet of somebody's own: nothing else of it is read
            return frozenset()
        return frozenset(map(cell_text, cells.values())) if number == 1 else frozenset()

    def sheet(self, title: str) -> Sheet:
        """Return a data sheet."""
        rows = self._rows(title)
        headers: dict[int, str] = {}
        body: list[SheetRow] = []
        for number, cells in rows:
            if number == 1:
                headers = {at: cell_text(cell) for at, cell in cells.items()}
            else:
                body.append(SheetRow(number, cells))
        return Sheet(title, headers, body)


_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")


def _decoded(text: str) -> str:
    """Undo the escapes of ST_Xstring (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _cell(cell: Any) -> Cell:
    value, form = cell.value, cell.data_type
    if form == "f":
        return OddCell(getattr(value, "text", None) or str(value), Form.FORMULA)
    if form == "e":
        return OddCell(str(value), Form.ERROR)
    match value:
        case str():
            return _decoded(value)
        case bool():
            return OddCell("TRUE" if value else "FALSE", Form.BOOLEAN)
        case int() | float():
            return OddCell(_number(value), Form.NUMBER)
        case datetime.timedelta():
            return OddCell(_duration(value), Form.DATE)
        case datetime.datetime() if value.time() == datetime.time():
            return OddCell(value.date().isoformat(), Form.DATE)
        case datetime.datetime() | datetime.date() | datetime.time():
            return OddCell(value.isoformat(), Form.DATE)
        case _:
            return OddCell(str(value), Form.NUMBER)


def _duration(value: datetime.timedelta) -> str:
    """Return hours, minutes and seconds, the way the format ``[HH]:MM:SS`` shows them."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


_WHOLE = 1e15  # beyond it a spreadsheet's number has lost digits


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) and abs(value) < _WHOLE else repr(value)


def _shared_strings(path: Path, name: str | None) -> list[str]:
    """Return the shared strings, escapes and all (ECMA-376 part 1, 18.4.8); phonetic hints left out."""
    if name is None:
        return []
    found: list[str] = []
    with zipfile.ZipFile(path) as archive, archive.open(name) as part:
        for _, element in iterparse(part):  # noqa: S314  the archive was opened by the same parser before
            if _local(element) == "si":
                found.append("".join(_runs(element)))
                element.clear()
    return found


def _runs(item: Element) -> Iterator[str]:
    for child in item:
        if _local(child) == "t":
            yield child.text or ""
        elif _local(child) == "r":
            yield from (text.text or "" for text in child if _local(text) == "t")


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]
