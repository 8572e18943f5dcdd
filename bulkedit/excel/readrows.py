"""Read the rows of a worksheet part as they come, whatever program wrote it."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.excel import bounds
from bulkedit.excel.cellxml import column_number, row_number, split_reference
from bulkedit.excel.dates import DateStyles, iso_cell
from bulkedit.excel.errors import TooLarge, WorkbookDamaged
from bulkedit.excel.xmlbytes import LocalNames, feed, new_parser, too_deep

Row = tuple[int, dict[int, Cell]]
"""The number of a row, and its cells that hold anything by column number, both from 1."""

_ESCAPED: Final = re.compile("_x([0-9A-Fa-f]{4})_")
_NUMBER: Final = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)
_DIGITS: Final = "0123456789"
_LONGEST_NUMBER: Final = 400  # characters; Excel writes 17 digits
_WHOLE: Final = 1e15  # beyond it a spreadsheet's number has lost digits
_CHILD, _ROW, _CELL, _CONTENT = 2, 3, 4, 5  # depths: sheetData, row, c, and v, f or is


def read_rows(chunks: Iterable[bytes], strings: Sequence[str], dates: DateStyles) -> Iterator[Row]:
    """Yield the rows of a worksheet part that hold anything; formats alone are nothing.

    Args:
        chunks: the part, in pieces.
        strings: the shared strings.
        dates: which styles make a number a date.

    Raises:
        WorkbookDamaged: it is no worksheet part; half a sentence.
        TooLarge: it holds more than is read; half a sentence.
    """
    reader = _RowReader(strings, dates)
    for _ in feed(reader.parser, chunks):
        yield from reader.rows
        reader.rows.clear()


def decoded(text: str) -> str:
    """Undo the escapes of ST_Xstring (ECMA-376 part 1, 22.9.2.19)."""
    if "_x" not in text:
        return text
    text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if any("\ud800" <= character <= "\udfff" for character in text):  # two halves may be one character
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text


class _RowReader:
    """Takes the events of a parser, and gathers rows.

    Rows and cells must stand in their order: where two say to be the same one, a reader that takes one of
    them and a spreadsheet program that shows the other would not see the same workbook.
    """

    def __init__(self, strings: Sequence[str], dates: DateStyles) -> None:
        self.parser = new_parser(self._start, self._end)
        self.parser.CharacterDataHandler = self._take
        self.rows: list[Row] = []
        self._strings = strings
        self._dates = dates
        self._names = LocalNames()
        self._columns: dict[str, int] = {}
        self._count = 0
        self._depth = 0
        self._in_rows = False
        self._row_attributes: dict[str, str] = {}
        self._row = 0
        self._row_digits = ""  # empty until the number of the row is settled
        self._cells: dict[int, Cell] = {}
        self._column = 0
        self._type = "n"
        self._style = ""
        self._seen = self._filled = 0
        self._is_cell = False
        self._is_formula = False
        self._is_inline = False
        self._is_phonetic = False
        self._taking = False
        self._text: list[str] = []

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth = depth = self._depth + 1
        if not self._in_rows:
            self._start_outside_rows(self._names[name], depth)
        elif depth == _CELL:
            if self._names[name] == "c":
                self._start_cell(attributes)
        elif depth >= _CONTENT:
            if self._is_cell:
                self._start_content(self._names[name], depth)
        elif self._names[name] == "row":
            self._row_attributes, self._row_digits, self._column = attributes, "", 0

    def _start_outside_rows(self, local: str, depth: int) -> None:
        if depth == 1 and local != "worksheet":
            raise WorkbookDamaged("it is not a worksheet")
        if depth > bounds.DEPTH:
            raise too_deep()
        self._in_rows = depth == _CHILD and local == "sheetData"

    def _start_cell(self, attributes: dict[str, str]) -> None:
        reference = attributes.get("r")
        if not self._row_digits:
            self._settle_row(reference)
        if reference:
            letters = reference.rstrip(_DIGITS)
            column = self._columns.get(letters) or self._learn_column(letters)
            digits = reference[len(letters) :]
            if digits != self._row_digits and row_number(digits) != self._row:
                raise WorkbookDamaged(f"its row {self._row} has a cell of row {digits}")
            if column <= self._column:
                raise WorkbookDamaged(f"its row {self._row} has the cells of a column twice, or out of order")
            self._column = column
        else:
            self._column += 1
        self._seen += 1
        self._is_cell, self._is_formula = True, False
        self._type = attributes.get("t", "n")
        self._style = attributes.get("s", "")
        self._text.clear()

    def _learn_column(self, letters: str) -> int:
        self._columns[letters] = column_number(letters)
        return self._columns[letters]

    def _settle_row(self, first_reference: str | None = None) -> None:
        """Settle the number of a row: its own, else that of its first cell, else the next one."""
        if "r" in self._row_attributes:
            number = row_number(self._row_attributes["r"])
        else:
            number = split_reference(first_reference)[0] if first_reference else self._row + 1
        if number <= self._row:
            raise WorkbookDamaged(f"it has row {number} twice, or out of order")
        self._row, self._row_digits = number, str(number)

    def _start_content(self, local: str, depth: int) -> None:
        if depth == _CONTENT:
            if local == "f":
                self._is_formula = self._taking = True
                self._text.clear()
            elif local == "v":
                self._taking = self._type != "inlineStr" and not self._is_formula
            else:
                self._is_inline = local == "is" and self._type == "inlineStr" and not self._is_formula
        elif depth > bounds.DEPTH:
            raise too_deep()
        elif local == "t":
            self._taking = self._is_inline and not self._is_phonetic
            if len(self._text) > bounds.TEXT_PIECES:
                raise TooLarge(f"a cell in row {self._row} holds more than {bounds.TEXT_PIECES:,} pieces of text")
        elif local == "rPh":
            self._is_phonetic = True

    def _take(self, text: str) -> None:
        if self._taking:
            self._text.append(text)

    def _end(self, name: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if not self._in_rows:
            return
        if depth >= _CONTENT:
            self._taking = False
            if self._is_phonetic and self._names[name] == "rPh":
                self._is_phonetic = False
        elif depth == _CELL:
            if self._is_cell:
                self._is_cell = self._is_inline = self._is_phonetic = False
                if self._text or self._is_formula:
                    self._end_cell()
        elif depth == _ROW:
            if not self._row_digits and self._names[name] == "row":
                self._settle_row()
            if self._cells:
                self._end_row()
            self._refuse_emptiness()
        else:
            self._in_rows = False

    def _end_cell(self) -> None:
        cell = self._cell("".join(self._text))
        if cell == "":
            return
        if self._column > bounds.FURTHEST_COLUMN or self._row > bounds.FURTHEST_ROW:
            raise TooLarge(
                f"it has a cell in row {self._row:,} and column {self._column:,}, beyond row"
                f" {bounds.FURTHEST_ROW:,} and column {bounds.FURTHEST_COLUMN:,}"
            )
        self._cells[self._column] = cell

    def _refuse_emptiness(self) -> None:
        """Make sure that it is not a sheet of empty cells that is read."""
        empty = self._seen - self._filled
        if empty > bounds.EMPTY_CELLS and self._filled < bounds.FULL_SHARE * self._seen:
            raise TooLarge(f"it has {empty:,} empty cells")

    def _end_row(self) -> None:
        self._count += 1
        if self._count > bounds.ROWS:
            raise TooLarge(f"it has more than {bounds.ROWS:,} rows")
        self._filled += len(self._cells)
        self.rows.append((self._row, self._cells))
        self._cells = {}

    def _cell(self, text: str) -> Cell:
        """Return what a cell holds (ECMA-376 part 1, 18.18.11)."""
        if len(text) > bounds.TEXT_LETTERS:
            raise TooLarge(f"a cell in row {self._row} holds more than {bounds.TEXT_LETTERS:,} characters")
        if self._is_formula:
            return OddCell(f"={text}", Form.FORMULA)
        match self._type:
            case "s":
                return self._shared(text)
            case "inlineStr" | "str":
                return decoded(text)
            case "n":
                return self._number_cell(text)
            case "b":
                return OddCell("TRUE" if text.strip() in ("1", "true") else "FALSE", Form.BOOLEAN)
            case "e":
                return OddCell(text, Form.ERROR)
            case "d":
                return self._date(text)
            case kind:
                raise WorkbookDamaged(f"row {self._row} has a cell of an unknown kind, “{kind[:20]}”")

    def _shared(self, text: str) -> str:
        if text.isdecimal() and len(text) < 10 and int(text) < len(self._strings):
            return self._strings[int(text)]
        raise WorkbookDamaged(f"a cell in row {self._row} refers to a text that is not there")

    def _number_cell(self, text: str) -> OddCell:
        if len(text) > _LONGEST_NUMBER or _NUMBER.fullmatch(text) is None or abs(float(text)) == float("inf"):
            raise WorkbookDamaged(f"a cell in row {self._row} holds a number that is none")
        if not self._dates.knows(self._style):
            raise WorkbookDamaged(f"a number in row {self._row} has a look that is not there")
        number = float(text) if set(text) & set(".eE") else int(text)
        if self._style in self._dates.dates:
            return self._dates.cell(number, self._style)
        return OddCell(_canonical(number), Form.NUMBER)

    def _date(self, text: str) -> OddCell:
        try:
            return iso_cell(text)
        except (ValueError, OverflowError):
            raise WorkbookDamaged(f"a cell in row {self._row} holds a date that is none") from None


def _canonical(number: float) -> str:
    return str(int(number)) if number == int(number) and abs(number) < _WHOLE else repr(number)
