"""Numbers that are dates: a cell holds the number, and its style says so."""

import datetime
from dataclasses import dataclass

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from bulkedit.core.cells import Form, OddCell
from bulkedit.excel import bounds
from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.xmlbytes import LocalNames, new_parser, parse, too_deep


@dataclass(frozen=True, slots=True)
class DateStyles:
    """What the styles of a workbook make of a number; a cell names one by its index (attribute ``s``).

    Attributes:
        dates: the styles that show a date, or hours.
        hours: those that show hours.
        count: how many there are.
        from_1904: days are counted in the other calendar (ECMA-376 part 1, 18.17.4.1).
    """

    dates: frozenset[str] = frozenset()
    hours: frozenset[str] = frozenset()
    count: int = 1
    from_1904: bool = False

    def knows(self, style: str) -> bool:
        """Tell whether there is such a style."""
        return not style or (style.isascii() and style.isdecimal() and len(style) < 7 and int(style) < self.count)

    def cell(self, number: float, style: str) -> OddCell:
        """Return what a cell shows that holds a number in a style of ``dates``.

        A number that no calendar reaches is an error, as spreadsheet programs show it (``#####``).
        """
        epoch = MAC_EPOCH if self.from_1904 else WINDOWS_EPOCH
        try:
            return date_cell(from_excel(number, epoch, timedelta=style in self.hours))
        except (OverflowError, ValueError):
            return OddCell("#VALUE!", Form.ERROR)


def find_date_styles(styles: bytes | None, *, from_1904: bool) -> DateStyles:
    """Return the date styles of a workbook (ECMA-376 part 1, 18.8.10, 18.8.30 and 18.8.31).

    Args:
        styles: the part that describes them; None where there is none.
        from_1904: the workbook says that its days count from 1904.

    Raises:
        WorkbookDamaged: it does not describe styles; half a sentence.
    """
    codes = _FormatCodes(styles).codes if styles else []
    return DateStyles(
        frozenset(str(index) for index, code in enumerate(codes) if is_date_format(code)),
        frozenset(str(index) for index, code in enumerate(codes) if is_timedelta_format(code)),
        max(len(codes), 1),
        from_1904,
    )


class _FormatCodes:
    """Gathers the number format of each cell style, by its index, None for one that nobody knows."""

    def __init__(self, styles: bytes) -> None:
        self.codes: list[str | None] = []
        self._own: dict[str, str] = {}
        self._names = LocalNames()
        self._path: list[str] = []
        parse(new_parser(self._start, self._end), styles)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = self._names[name]
        if not self._path and local != "styleSheet":
            raise WorkbookDamaged("it describes no styles")
        if len(self._path) == bounds.DEPTH:
            raise too_deep()
        number = attributes.get("numFmtId", "")
        if local == "numFmt":
            self._own[number] = attributes.get("formatCode", "")
        elif local == "xf" and self._path[-1] == "cellXfs":
            built_in = int(number) if number.isascii() and number.isdecimal() and len(number) < _LONGEST_ID else 0
            self.codes.append(self._own.get(number) or BUILTIN_FORMATS.get(built_in))
        self._path.append(local)

    def _end(self, _: str) -> None:
        self._path.pop()


_LONGEST_ID = 7  # digits


def iso_cell(text: str) -> OddCell:
    """Return the cell of a date written as such (``t="d"``).

    Raises:
        ValueError: it is none.
    """
    return date_cell(from_ISO8601(text))  # type: ignore[no-untyped-call]  # openpyxl has no types here


def date_cell(value: datetime.datetime | datetime.date | datetime.time | datetime.timedelta) -> OddCell:
    """Return a date in ISO 8601, without a time at midnight; a duration as hours, minutes and seconds."""
    match value:
        case datetime.timedelta():
            return OddCell(_duration(value), Form.DATE)
        case datetime.datetime() if value.time() == datetime.time():
            return OddCell(value.date().isoformat(), Form.DATE)
        case _:
            return OddCell(value.isoformat(), Form.DATE)


def _duration(value: datetime.timedelta) -> str:
    """Return hours, minutes and seconds, the way the format ``[HH]:MM:SS`` shows them."""
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
