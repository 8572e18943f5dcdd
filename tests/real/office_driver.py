"""LibreOffice's side of `office.py`: JSON lines in, JSON lines out.

Run by a Python that has `uno` (Debian's own), never imported by the tests:

    python3 office_driver.py PIPE

Every line asks `{"do": METHOD, "args": [...]}` and is answered by `{"answer": ...}` or `{"error": "..."}`.
Cells are addressed as people say them (`C5`); sheets by their names; row 1 is the header.
"""
# ruff: noqa: D102  what each method does stands at its namesake in office.py's Book

import json
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uno
import unohelper
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.datatransfer import DataFlavor, XTransferable
from com.sun.star.lang import Locale
from com.sun.star.sheet import TableFilterField2
from com.sun.star.sheet.FilterOperator2 import EQUAL
from com.sun.star.table import BorderLine2, TableSortField

XLSX = "Calc MS Excel 2007 XML"
GENERAL = 0  # the number format key of General
CONTENT = 1 | 2 | 4 | 16  # CellFlags: VALUE, DATETIME, STRING, FORMULA
NO_FORMAT = -1  # what NumberFormats.queryKey says where there is none
START_SECONDS = 60
PIXEL = 2540 / 96  # in hundredths of a millimetre
GRID, SIDES = 0xD4D7DA, ("Top", "Bottom", "Left", "Right", "Horizontal", "Vertical")


def column_number(letter: str) -> int:
    """Return the column's index: A is 0, AA is 26."""
    number = 0
    for character in letter.upper():
        number = number * 26 + ord(character) - ord("A") + 1
    return number - 1


def column_letter(number: int) -> str:
    """Return the letter of a column index: 0 is A, 26 is AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def properties(**named: Any) -> tuple[Any, ...]:
    """Return UNO property values, as most of its calls want them."""
    return tuple(PropertyValue(Name=name, Value=value) for name, value in named.items())


class PlainText(unohelper.Base, XTransferable):
    """What another program, which knows no cells, puts on the clipboard."""

    def __init__(self, text: str) -> None:
        self.text = text

    def getTransferData(self, flavor: Any) -> str:  # noqa: N802  UNO's name
        return self.text

    def getTransferDataFlavors(self) -> tuple[Any, ...]:  # noqa: N802  UNO's name
        return (DataFlavor("text/plain;charset=utf-16", "Unicode-Text", uno.getTypeByName("string")),)

    def isDataFlavorSupported(self, flavor: Any) -> bool:  # noqa: N802  UNO's name
        return flavor.MimeType.startswith("text/plain;charset=utf-16")


class Desk:
    """The open workbooks, by number, and what a person at the keyboard does with them."""

    def __init__(self, context: Any) -> None:
        services = context.ServiceManager
        self.desktop = services.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        self.dispatcher = services.createInstanceWithContext("com.sun.star.frame.DispatchHelper", context)
        self.books: dict[int, Any] = {}
        self.count = 0

    # -- files

    def open(self, path: str) -> int:
        book = self.desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, ())
        if book is None:
            raise ValueError(f"LibreOffice does not open {path} (another one has it open?)")
        self.count += 1
        self.books[self.count] = book
        return self.count

    def save(self, number: int) -> None:
        book = self.books[number]
        book.storeAsURL(book.URL, properties(FilterName=XLSX, Overwrite=True))

    def new(self) -> int:
        self.count += 1
        self.books[self.count] = self.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, ())
        return self.count

    def close(self, number: int) -> None:
        self.books.pop(number).close(True)

    def quit(self) -> None:
        for number in list(self.books):
            self.close(number)
        self.desktop.terminate()

    # -- reading

    def sheets(self, number: int) -> list[str]:
        return list(self.books[number].Sheets.ElementNames)

    def read(self, number: int, sheet: str, cell: str) -> str:
        return self._sheet(number, sheet).getCellRangeByName(cell).String

    def read_down(self, number: int, sheet: str, area: str) -> list[str]:
        cells = self._sheet(number, sheet).getCellRangeByName(area)
        return [cells.getCellByPosition(0, row).String for row in range(cells.Rows.Count)]

    def format(self, number: int, sheet: str, cell: str) -> str:
        key = self._sheet(number, sheet).getCellRangeByName(cell).NumberFormat
        return self.books[number].NumberFormats.getByKey(key).FormatString

    def kind(self, number: int, sheet: str, cell: str) -> str:
        return self._sheet(number, sheet).getCellRangeByName(cell).Type.value.lower()

    def last_row(self, number: int, sheet: str) -> int:
        return self._extent(number, sheet)[1] + 1

    def header(self, number: int, sheet: str) -> dict[str, str]:
        last_column, _ = self._extent(number, sheet)
        row = self._sheet(number, sheet).getCellRangeByPosition(0, 0, last_column, 0).DataArray[0]
        return {str(text): column_letter(at) for at, text in enumerate(row) if text != ""}

    # -- the keyboard

    def type(self, number: int, sheet: str, cell: str, text: str) -> None:
        self._go(number, sheet, cell)
        self._do(number, "EnterString", StringName=text)

    def clear(self, number: int, sheet: str, cell: str) -> None:
        self._go(number, sheet, cell)
        self._do(number, "ClearContents")

    def put_value(self, number: int, sheet: str, cell: str, value: float) -> None:
        there = self._general(number, sheet, cell)
        there.Value = value

    def put_date(self, number: int, sheet: str, cell: str, iso: str) -> None:
        self._general(number, sheet, cell)
        self.type(number, sheet, cell, iso)

    def formula(self, number: int, sheet: str, cell: str, text: str) -> None:
        self._general(number, sheet, cell)
        self.type(number, sheet, cell, text)

    def type_down(self, number: int, sheet: str, cell: str, texts: list[str]) -> None:
        self._go(number, sheet, cell)
        for text in texts:
            self._do(number, "EnterString", StringName=text)
            self._do(number, "GoDown", By=1)

    def set_format(self, number: int, sheet: str, area: str, code: str, language: str, country: str) -> None:
        formats, locale = self.books[number].NumberFormats, Locale(language, country, "")
        key = formats.queryKey(code, locale, False)
        key = formats.addNew(code, locale) if key == NO_FORMAT else key
        self._sheet(number, sheet).getCellRangeByName(area).NumberFormat = key

    def replace_all(self, number: int, sheet: str, text: str, by: str) -> int:
        there = self._sheet(number, sheet)
        wanted = there.createReplaceDescriptor()
        wanted.SearchString, wanted.ReplaceString, wanted.SearchCaseSensitive = text, by, True
        return there.replaceAll(wanted)

    # -- the clipboard and the fill handle

    def copy(self, number: int, sheet: str, area: str) -> None:
        self._select_area(number, sheet, area)
        self._do(number, "Copy")

    def paste_here(self, number: int, sheet: str, cell: str) -> None:
        self._select_area(number, sheet, cell)
        self._do(number, "Paste")

    def paste_text(self, number: int, sheet: str, cell: str, lines: list[str]) -> None:
        # One by one: for several lines at once LibreOffice asks how to import them, and nobody is there.
        self._go(number, sheet, cell)
        for line in lines:
            self.books[number].CurrentController.insertTransferable(PlainText(line))
            self._do(number, "GoDown", By=1)

    def fill_down(self, number: int, sheet: str, area: str) -> None:
        self._select_area(number, sheet, area)
        self._do(number, "FillDown")

    def drag(self, number: int, sheet: str, area: str, until: str) -> None:
        self._select_area(number, sheet, area)
        self._do(number, "AutoFill", EndCell=until)

    # -- rows

    def insert_rows(self, number: int, sheet: str, row: int, count: int) -> None:
        self._select_area(number, sheet, f"A{row}:A{row + count - 1}")
        self._do(number, "InsertRowsBefore")

    def duplicate_row(self, number: int, sheet: str, row: int) -> None:
        self.insert_rows(number, sheet, row + 1, 1)
        width = column_letter(self._extent(number, sheet)[0])
        self.copy(number, sheet, f"A{row}:{width}{row}")
        self.paste_here(number, sheet, f"A{row + 1}")

    def sort_area(self, number: int, sheet: str, area: str, letter: str, descending: bool) -> None:
        # Not by DataSort: for a single column it asks whether its neighbours shall come along.
        cells = self._sheet(number, sheet).getCellRangeByName(area)
        field = TableSortField(
            Field=column_number(letter) - cells.RangeAddress.StartColumn, IsAscending=not descending
        )
        fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
        told = properties(SortFields=fields, ContainsHeader=False, IsSortColumns=False)
        uno.invoke(cells, "sort", (told,))

    def append_row(self, number: int, sheet: str, texts: dict[str, str]) -> int:
        row = self.last_row(number, sheet) + 1
        for letter, text in texts.items():
            self.type(number, sheet, f"{letter}{row}", text)
        return row

    def paste(self, number: int, sheet: str, row: int, columns: dict[str, list[str]]) -> None:
        there = self._sheet(number, sheet)
        for letter, texts in columns.items():
            area = there.getCellRangeByName(f"{letter}{row}:{letter}{row + len(texts) - 1}")
            area.setDataArray(tuple((text,) for text in texts))

    def delete_row(self, number: int, sheet: str, row: int) -> None:
        self._sheet(number, sheet).Rows.removeByIndex(row - 1, 1)

    def sort(self, number: int, sheet: str, letter: str, descending: bool) -> None:
        self._select(number, sheet, self._used(number, sheet))
        self._do(
            number,
            "DataSort",
            ByRows=True,
            HasHeader=True,
            CaseSensitive=False,
            NaturalSort=False,
            IncludeAttribs=True,
            UserDefIndex=0,
            Col1=column_number(letter) + 1,
            Ascending1=not descending,
        )

    def filter(self, number: int, sheet: str, letter: str, value: str) -> int:
        area = self._filtered_area(number, sheet)
        first = area.DataArea.StartColumn
        wanted = TableFilterField2(
            Field=column_number(letter) - first, Operator=EQUAL, IsNumeric=False, StringValue=value
        )
        descriptor = area.getFilterDescriptor()
        descriptor.ContainsHeader = True
        descriptor.setFilterFields2((wanted,))
        area.refresh()
        return self._hidden_rows(number, sheet, letter)

    # -- columns

    def move_column(self, number: int, sheet: str, letter: str, to_letter: str) -> None:
        there = self._sheet(number, sheet)
        start, goal = column_number(letter), column_number(to_letter)
        gap = goal + 1 if goal > start else goal
        there.Columns.insertByIndex(gap, 1)
        source = start if goal > start else start + 1
        moved = there.Columns.getByIndex(source).RangeAddress
        there.moveRange(there.getCellByPosition(gap, 0).CellAddress, moved)
        there.Columns.removeByIndex(source, 1)

    def hide_column(self, number: int, sheet: str, letter: str) -> None:
        self._sheet(number, sheet).Columns.getByName(letter).IsVisible = False

    def insert_column(self, number: int, sheet: str, letter: str, header: str, values: list[str]) -> None:
        self._go(number, sheet, f"{letter}1")
        self._do(number, "InsertColumnsBefore")
        for row, text in enumerate([header, *values], start=1):
            self.type(number, sheet, f"{letter}{row}", text)

    def delete_column(self, number: int, sheet: str, letter: str) -> None:
        self._sheet(number, sheet).Columns.removeByIndex(column_number(letter), 1)

    # -- what is to be seen

    def row_height(self, number: int, sheet: str, row: int) -> int:
        return self._sheet(number, sheet).Rows.getByIndex(row - 1).Height

    def validation(self, number: int, sheet: str, cell: str) -> dict[str, str]:
        held = self._sheet(number, sheet).getCellRangeByName(cell).Validation
        alert = held.ErrorAlertStyle.value if held.ShowErrorMessage else ""
        return {"type": held.Type.value, "formula": held.getFormula1(), "error": alert}

    def html(self, number: int) -> str:
        path = Path(tempfile.mkdtemp()) / "shown.html"
        self.books[number].storeToURL(path.as_uri(), properties(FilterName="HTML (StarCalc)"))
        text = path.read_text("utf-8", "replace")
        shutil.rmtree(path.parent)
        return text

    def screens(self, number: int, pdf: str, width: int, height: int, no_grid: list[str]) -> list[str]:
        book = self.books[number]
        seen = [book.Sheets.getByName(name) for name in self.sheets(number)]
        seen = [sheet for sheet in seen if sheet.IsVisible]
        for sheet in seen:
            shown = self._as_page(book, sheet, width * PIXEL, height * PIXEL)
            if sheet.Name not in no_grid:
                _draw_grid(shown)
        book.storeToURL(Path(pdf).as_uri(), properties(FilterName="calc_pdf_Export"))
        return [sheet.Name for sheet in seen]

    def _as_page(self, book: Any, sheet: Any, width: float, height: float) -> Any:
        """Let a sheet print what a window of a size shows of it, and more; return those cells."""
        page = book.StyleFamilies.getByName("PageStyles").getByName(sheet.PageStyle)
        for name in ("HeaderIsOn", "FooterIsOn", "CenterHorizontally", "CenterVertically"):
            page.setPropertyValue(name, False)
        for name in ("LeftMargin", "RightMargin", "TopMargin", "BottomMargin"):
            page.setPropertyValue(name, 0)
        page.IsLandscape, page.Width, page.Height = True, round(width * 2), round(height * 2)
        page.PrintHeaders = True
        page.PrintAnnotations = False
        page.PageScale = 100
        columns, room = 0, width
        while room > 0:
            room -= sheet.Columns.getByIndex(columns).Width if sheet.Columns.getByIndex(columns).IsVisible else 0
            columns += 1
        rows, room = 0, height
        while room > 0:
            room -= sheet.Rows.getByIndex(rows).Height if sheet.Rows.getByIndex(rows).IsVisible else 0
            rows += 1
        shown = sheet.getCellRangeByPosition(0, 0, columns - 1, rows - 1)
        sheet.setPrintAreas((shown.RangeAddress,))
        return shown

    # -- sheets

    def add_sheet(self, number: int, name: str, rows: list[list[str]]) -> None:
        sheets = self.books[number].Sheets
        sheets.insertNewByName(name, sheets.Count)
        for at, row in enumerate(rows, start=1):
            for column, text in enumerate(row):
                self.type(number, name, f"{column_letter(column)}{at}", text)

    def rename_sheet(self, number: int, sheet: str, name: str) -> None:
        self._sheet(number, sheet).setName(name)

    def copy_sheet(self, number: int, sheet: str, name: str) -> None:
        sheets = self.books[number].Sheets
        sheets.copyByName(sheet, name, self.sheets(number).index(sheet) + 1)

    def delete_sheet(self, number: int, sheet: str) -> None:
        self.books[number].Sheets.removeByName(sheet)

    def merge(self, number: int, sheet: str, area: str) -> None:
        self._sheet(number, sheet).getCellRangeByName(area).merge(True)

    # -- below the surface

    def _sheet(self, number: int, name: str) -> Any:
        return self.books[number].Sheets.getByName(name)

    def _do(self, number: int, command: str, **named: Any) -> None:
        frame = self.books[number].CurrentController.Frame
        told = properties(SynchronMode=True, **named)
        self.dispatcher.executeDispatch(frame, f".uno:{command}", "", 0, told)

    def _show(self, number: int, sheet: str) -> None:
        there = self._sheet(number, sheet)
        if not there.IsVisible:
            raise ValueError(f"{sheet} is hidden: a person does not edit there")
        self.books[number].CurrentController.setActiveSheet(there)

    def _go(self, number: int, sheet: str, cell: str) -> None:
        self._show(number, sheet)
        self._do(number, "GoToCell", ToPoint=cell)

    def _select(self, number: int, sheet: str, area: Any) -> None:
        self._show(number, sheet)
        self.books[number].CurrentController.select(area)

    def _select_area(self, number: int, sheet: str, area: str) -> None:
        self._select(number, sheet, self._sheet(number, sheet).getCellRangeByName(area))

    def _general(self, number: int, sheet: str, cell: str) -> Any:
        there = self._sheet(number, sheet).getCellRangeByName(cell)
        there.NumberFormat = GENERAL
        return there

    def _extent(self, number: int, sheet: str) -> tuple[int, int]:
        """Return the last column and row (from 0) that hold something; formats alone do not count."""
        cells = self._sheet(number, sheet).queryContentCells(CONTENT).RangeAddresses
        return max((c.EndColumn for c in cells), default=0), max((c.EndRow for c in cells), default=0)

    def _used(self, number: int, sheet: str) -> Any:
        column, row = self._extent(number, sheet)
        return self._sheet(number, sheet).getCellRangeByPosition(0, 0, column, row)

    def _filtered_area(self, number: int, sheet: str) -> Any:
        index = self.sheets(number).index(sheet)
        book = self.books[number]
        unnamed = book.getPropertyValue("UnnamedDatabaseRanges")
        if unnamed.hasByTable(index):
            return unnamed.getByTable(index)
        for area in book.DatabaseRanges:
            if area.DataArea.Sheet == index and area.AutoFilter:
                return area
        raise ValueError(f"{sheet} has no autofilter")

    def _hidden_rows(self, number: int, sheet: str, letter: str) -> int:
        column = self._sheet(number, sheet).getCellRangeByName(f"{letter}1:{letter}{self.last_row(number, sheet)}")
        shown = column.queryVisibleCells().RangeAddresses
        return column.Rows.Count - sum(part.EndRow - part.StartRow + 1 for part in shown)


def _draw_grid(cells: Any) -> None:
    """Draw the grid as borders: printed as a grid it would be black."""
    line, borders = BorderLine2(), cells.TableBorder2
    line.Color, line.OuterLineWidth, line.LineWidth = GRID, 18, 18
    for side in SIDES:
        setattr(borders, f"{side}Line", line)
        setattr(borders, f"Is{side}LineValid", True)
    cells.TableBorder2 = borders


def connected(pipe: str) -> Any:
    """Return the office's component context, as soon as it listens on the pipe."""
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def answer(desk: Desk, line: str) -> dict[str, Any]:
    """Return what doing one line gives; trouble is told, never raised."""
    asked = json.loads(line)
    try:
        return {"answer": getattr(desk, asked["do"])(*asked["args"])}
    except Exception as trouble:  # whatever LibreOffice throws is the test's to see
        return {"error": f"{type(trouble).__name__}: {trouble}"}


def main() -> None:
    """Serve until standard input ends."""
    desk = Desk(connected(sys.argv[1]))
    print(json.dumps({"answer": "ready"}), flush=True)
    for line in sys.stdin:
        print(json.dumps(answer(desk, line)), flush=True)


if __name__ == "__main__":
    main()
