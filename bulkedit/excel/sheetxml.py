"""One pass over a worksheet part: which row, cell and other element stands where."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from bulkedit.excel.cellxml import column_letters, column_number, row_number, split_reference, whole_number
from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.splices import Splices
from bulkedit.excel.window import Window
from bulkedit.excel.xmlbytes import LocalNames, Span, StartTag, feed, new_parser

_TRUE = ("1", "true")
_WORKSHEET, _CHILD, _ROW, _CELL = 1, 2, 3, 4  # depths of the elements that matter


@dataclass(frozen=True, slots=True)
class Child:
    """An element directly below ``<worksheet>``; the name is empty for one of a foreign namespace."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Row:
    """A row where it begins: its number (counted where the file gives none), its byte, its own style."""

    number: int
    start: int
    style: str | None


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell where it begins: its column, its byte, its style index."""

    column: int
    start: int
    style: str | None


@dataclass(frozen=True, slots=True)
class Extent:
    """The cells from (top, left) to (bottom, right), rows and columns counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    @classmethod
    def parse(cls, reference: str) -> "Extent":
        """Read ``A1:K20`` or ``A1``.

        Raises:
            WorkbookDamaged: it is neither.
        """
        first, _, last = reference.partition(":")
        return cls(*split_reference(first), *split_reference(last or first))

    def including(self, row: int, column: int) -> "Extent":
        """Return the smallest extent around this one and a cell."""
        return Extent(min(self.top, row), min(self.left, column), max(self.bottom, row), max(self.right, column))

    def __str__(self) -> str:
        first = f"{column_letters(self.left)}{self.top}"
        last = f"{column_letters(self.right)}{self.bottom}"
        return first if first == last else f"{first}:{last}"


class ColumnStyles:
    """The style indexes that ``<cols>`` gives whole columns (ECMA-376 part 1, 18.3.1.13)."""

    def __init__(self) -> None:
        self._ranges: list[tuple[int, int, str]] = []
        self._known: dict[int, str | None] = {}

    def add(self, attributes: dict[str, str]) -> None:
        """Take in one ``<col>``."""
        if "style" in attributes:
            first, last = (whole_number(attributes.get(end, "")) for end in ("min", "max"))
            self._ranges.append((first, last, attributes["style"]))

    def of(self, column: int) -> str | None:
        """Return the style index of a column, None where ``<cols>`` gives none."""
        if column not in self._known:
            styles = (style for first, last, style in self._ranges if 0 < first <= column <= last)
            self._known[column] = next(styles, None)
        return self._known[column]


@dataclass(frozen=True, slots=True)
class SheetPatch:
    """What is to be spliced into a worksheet part, and whether formulas go by it."""

    splices: Splices
    formulas_lost: bool


class Watcher(Protocol):
    """Who is told of the rows and cells of a `SheetScan`, as they come; cells in the order of their columns."""

    def row_opened(self, row: Row) -> int:
        """Take note of a row; return up to which column its cells matter: 0 if not even its end does."""

    def cell_opened(self, row: Row, cell: Cell) -> bool:
        """Take note of a cell; true asks for its end."""

    def cell_closed(self, row: Row, cell: Cell, xml: bytes, *, formula: bool) -> None:
        """Take note of a whole cell, and whether it holds a formula."""

    def row_closed(self, row: Row, place: Span) -> None:
        """Take note of the end of a row."""


class SheetScan:
    """Walk a worksheet part once, as it comes.

    While the rows come, a watcher can rely on ``columns`` and on ``prefix`` (``x:`` where the part writes
    ``<x:row>``). After `run` there are also ``children`` (all elements below ``<worksheet>``, in order),
    ``rows`` (where ``<sheetData>`` is) and ``has_formulas``.
    """

    def __init__(self, chunks: Iterable[bytes], watcher: Watcher) -> None:
        self.children: list[Child] = []
        self.columns = ColumnStyles()
        self.prefix = ""
        self.has_formulas = False
        self._chunks = chunks
        self._window = Window()
        self._watcher = watcher
        self._parser = new_parser(self._start, self._end)
        self._names = LocalNames()
        self._depth = 0
        self._child: tuple[str, StartTag] | None = None
        self._rows: Span | None = None
        self._in_rows = False
        self._row_start: int | None = None
        self._row_attributes: dict[str, str] = {}
        self._row: Row | None = None
        self._row_tag: StartTag | None = None
        self._row_number = 0
        self._cell: Cell | None = None
        self._cell_formula = False
        self._column = self._last_column = 0

    def run(self) -> None:
        """Walk the part.

        Raises:
            WorkbookDamaged: it is not a worksheet part, or see `xmlbytes.feed`.
        """
        for _ in feed(self._parser, self._window.passing(self._chunks, self._needed)):
            pass
        if self._rows is None:
            raise WorkbookDamaged("it has no element for rows")

    def _needed(self) -> int:
        """Return from which offset on bytes are still to be looked at."""
        if self._cell is not None:
            return self._cell.start
        if self._row is None and self._row_start is not None:
            return self._row_start
        return max(self._parser.CurrentByteIndex, 0)

    @property
    def rows(self) -> Span:
        """Return where ``<sheetData>`` is, once the walk is over."""
        if self._rows is None:
            raise RuntimeError("run() comes first")
        return self._rows

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if not self._in_rows:
            self._start_outside_rows(self._names[name], attributes)
            return
        local = self._names[name]
        if local == "c":
            if self._depth == _CELL and self._row_start is not None:
                self._start_cell(attributes)
        elif local == "f":
            self.has_formulas = self._cell_formula = True
        elif local == "row" and self._depth == _ROW:
            self._row_start = self._parser.CurrentByteIndex
            self._row_attributes = attributes
            if "r" in attributes:
                self._open_row(None)
                if self._row_tag is None:
                    self._skip_cells()

    def _start_outside_rows(self, local: str, attributes: dict[str, str]) -> None:
        if self._depth == _WORKSHEET and local != "worksheet":
            raise WorkbookDamaged("it is not a worksheet")
        if self._depth == _CHILD:
            tag = self._window.tag(self._parser.CurrentByteIndex)
            self._child = (local, tag)
            self._in_rows = local == "sheetData" and self._rows is None
            if self._in_rows:
                self.prefix = tag.name.decode()[: -len("sheetData")]
        elif local == "col" and self._depth == _ROW:
            self.columns.add(attributes)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        row = self._row or self._open_row(reference)
        if self._row_tag is None:
            self._skip_cells()
            return
        self._column = column_number(reference) if reference else self._column + 1
        cell = Cell(self._column, self._parser.CurrentByteIndex, attributes.get("s"))
        if self._watcher.cell_opened(row, cell):
            self._cell, self._cell_formula = cell, False
        elif self._column >= self._last_column:
            self._skip_cells()

    def _open_row(self, first_reference: str | None) -> Row:
        """Settle the number of a row: its own, else that of its first cell, else the next one."""
        attributes = self._row_attributes
        if "r" in attributes:
            self._row_number = row_number(attributes["r"])
        elif first_reference:
            self._row_number = split_reference(first_reference)[0]
        else:
            self._row_number += 1
        style = attributes.get("s") if attributes.get("customFormat") in _TRUE else None
        self._row = row = Row(self._row_number, self._row_start or 0, style)
        self._column = 0
        self._last_column = self._watcher.row_opened(row)
        if self._last_column:
            self._row_tag = self._window.tag(row.start)
        return row

    def _end(self, _: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if depth == _CHILD:
            self._end_child()
        elif not self._in_rows:
            return
        elif depth == _CELL and self._row is not None and self._cell is not None:
            xml = self._window.element(self._cell.start, self._parser.CurrentByteIndex)
            self._watcher.cell_closed(self._row, self._cell, xml, formula=self._cell_formula)
            self._cell = None
            if self._column >= self._last_column:
                self._skip_cells()
        elif depth == _ROW and self._row_start is not None:
            self._end_row()

    def _skip_cells(self) -> None:
        """Pass over what is left of the row: that is most of a sheet, and calls into Python take the time."""
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = self._end_skipped

    def _end_skipped(self, name: str) -> None:
        local = self._names[name]
        if local == "f":
            self.has_formulas = True
        elif local == "row":
            self._parser.StartElementHandler = self._start
            self._parser.EndElementHandler = self._end
            self._depth = _ROW
            self._end(name)

    def _end_row(self) -> None:
        row = self._row or self._open_row(None)
        if self._row_tag is not None:
            self._watcher.row_closed(row, self._window.span(self._row_tag, self._parser.CurrentByteIndex))
        self._row = self._row_start = self._row_tag = None

    def _end_child(self) -> None:
        if self._child is None:
            return
        local, tag = self._child
        place = self._window.span(tag, self._parser.CurrentByteIndex)
        self.children.append(Child(local, place))
        if self._in_rows:
            self._rows = place
            self._in_rows = False
