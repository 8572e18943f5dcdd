"""Numbers that are dates: a cell holds the number, and its style says so."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel, from_ISO8601

from bulkedit.core.cells import Form, OddCell
from bulkedit.excel.xmlbytes import elements


@dataclass(frozen=True, slots=True)
class DateStyles:
    """Which style indexes (attribute ``s`` of a cell) show a number as a date, and which as hours.

    ``from_1904`` is the other calendar that a workbook may count days in (ECMA-376 part 1, 18.17.4.1).
    """

    dates: frozenset[str] = frozenset()
    hours: frozenset[str] = frozenset()
    from_1904: bool = False

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
        WorkbookDamaged: it is no XML; half a sentence.
    """
    codes = list(_format_codes(styles)) if styles else []
    return DateStyles(
        frozenset(str(index) for index, code in enumerate(codes) if is_date_format(code)),
        frozenset(str(index) for index, code in enumerate(codes) if is_timedelta_format(code)),
        from_1904,
    )


def _format_codes(styles: bytes) -> Iterator[str | None]:
    """Yield the number format of each cell style, by its index."""
    own: dict[str, str] = {}
    inside = ""
    for element in elements(styles):
        if element.name == "numFmt":
            own[element.attributes.get("numFmtId", "")] = element.attributes.get("formatCode", "")
        elif element.name == "xf" and inside == "cellXfs":
            number = element.attributes.get("numFmtId", "")
            yield own.get(number) or BUILTIN_FORMATS.get(int(number) if number.isdecimal() else 0)
        else:
            inside = element.name if element.name in ("cellStyleXfs", "cellXfs", "cellStyles", "dxfs") else inside


def iso_cell(text: str) -> OddCell:
    """Return the cell of a date written as such (``t="d"``).

    Raises:
        ValueError: it is none.
    """
    return date_cell(from_ISO8601(text))  # type: ignore[no-untyped-call]


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
