"""What spreadsheet programs make of a single text: dates, codes, long numbers and long texts in another form.

Sources: what Excel and LibreOffice do to cells that are not formatted as text (General), to .csv files opened in
them, and to texts beyond the limit of a cell (Excel specifications and limits).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from enum import IntEnum
from types import MappingProxyType

from bulkedit.core.cells import Form
from bulkedit.core.text import CELL_LIMIT


class Sign(IntEnum):
    """How surely an edit is a program's doing."""

    NONE = 0
    LIKELY = 1  # not by itself: some in one column are
    SURE = 2


Judge = Callable[[str, str, "Form | None"], Sign]
"""Takes the exported text, the edited text, and the form of a cell that is not text."""


# -- dates

_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})([T ].*)?", re.ASCII | re.DOTALL)
_MONTH = re.compile(r"(\d{4})-(\d{2})", re.ASCII)
_SHORT_DATE = re.compile(
    r"\d{1,4}[-/.]\d{1,4}([-/.]\d{1,4})?|[A-Za-z]{3,9}[-. ]?\d{1,4}|\d{1,2}[-. ]?[A-Za-z]{3,9}"
)
_DAY_AND_MONTH = re.compile(r"\d{1,2}[-. ][A-Z][a-zäéû]{2}|[A-Z][a-zäéû]{2}[-. ]\d{1,2}")
_SERIAL = re.compile(r"\d{1,6}(\.\d+)?", re.ASCII)
_EPOCHS = (date(1899, 12, 30), date(1904, 1, 1))
_SERIALS_OF_OUR_TIME = range(10_000, 90_000)  # 1927 to 2146
_BETWEEN_EPOCHS = _EPOCHS[1] - _EPOCHS[0]


def dates_retyped(exported: str, edited: str, form: Form | None) -> Sign:
    """Tell whether a date became a number, another form of writing it, or its day became its month."""
    before = iso_date(exported)
    if before is None:
        return _month_retyped(exported, edited, form)
    if _SERIAL.fullmatch(edited):
        return _as_serial(before, edited)
    after = iso_date(edited)
    if after is not None:
        swapped = (after.year, after.month, after.day) == (before.year, before.day, before.month)
        return (
            Sign.LIKELY if after != before and (swapped or abs(after - before) == _BETWEEN_EPOCHS) else Sign.NONE
        )
    readings = set(_readings(edited))
    if before in readings or (before.replace(day=1) in readings and _of_month(edited)):
        return Sign.SURE
    return Sign.LIKELY if readings else Sign.NONE


def iso_date(text: str) -> date | None:
    """Return the day of an ISO date or time; None for any other text."""
    found = _ISO.fullmatch(text)
    return None if found is None else _day(int(found[1]), int(found[2]), int(found[3]))


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _as_serial(before: date, edited: str) -> Sign:
    """Compare a date with a number, which counts days since 1900 or, in some workbooks, since 1904."""
    number = int(edited.partition(".")[0])
    if any(epoch + timedelta(days=number) == before for epoch in _EPOCHS):
        return Sign.SURE
    return Sign.LIKELY if number in _SERIALS_OF_OUR_TIME else Sign.NONE


def _month_retyped(exported: str, edited: str, form: Form | None) -> Sign:
    """Look at what is less than a date: ``2024-01`` becomes ``Jan-24``; ``3/4`` and ``MAR1`` become days."""
    found = _MONTH.fullmatch(exported)
    first = None if found is None else _day(int(found[1]), int(found[2]), 1)
    if first is not None:
        if _SERIAL.fullmatch(edited):
            return Sign.SURE if _as_serial(first, edited) is Sign.SURE else Sign.NONE
        as_date = form is Form.DATE and iso_date(edited) == first
        return Sign.SURE if as_date or (_of_month(edited) and first in _readings(edited)) else Sign.NONE
    short = _SHORT_DATE.fullmatch(exported.strip()) and not _DAY_AND_MONTH.fullmatch(exported.strip())
    return Sign.LIKELY if short and (form is Form.DATE or _DAY_AND_MONTH.fullmatch(edited)) else Sign.NONE


_CLOCK = re.compile(r"[T ,]+\d{1,2}[:.]\d{2}([:.]\d{2}([.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?$")
_WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?, ?")
_PARTS = re.compile(r"\d+|[^\W\d_]+")
_BETWEEN = re.compile(r"[ ,./\-]*")
_MONTHS = (
    "jan ene gen",
    "feb fév fev",
    "mar mär mrz maa",
    "apr avr abr",
    "may mai mag mei",
    "jun juin giu",
    "jul juil lug",
    "aug aoû ago",
    "sep set",
    "oct okt ott",
    "nov",
    "dec dez déc dic",
)
_LONGEST_DATE = 40


def _readings(text: str) -> Iterator[date]:
    """Yield the days that a text can mean, written with numbers or with the name of a month."""
    if len(text) > _LONGEST_DATE:
        return
    text = _WEEKDAY.sub("", _CLOCK.sub("", text.strip()))
    parts = _PARTS.findall(text)
    if not _BETWEEN.fullmatch(_PARTS.sub("", text)) or not all(len(part) <= 4 or part.isalpha() for part in parts):
        return
    words = [part for part in parts if part.isalpha()]
    numbers = [int(part) for part in parts if part.isdecimal()]
    months = _months_called(words[0]) if len(words) == 1 else []
    match len(words), numbers:
        case 1, [year]:
            days = [(full, month, 1) for month in months for full in _full(year)]
        case 1, [one, two]:
            days = [(y, m, d) for m in months for a, d in ((one, two), (two, one)) for y in _full(a)]
        case 0, [one, two, three]:
            orders = ((one, two, three), (three, two, one), (three, one, two))
            days = [(y, m, d) for a, m, d in orders for y in _full(a)]
        case _:
            days = []
    yield from (day for year, month, number in days if (day := _day(year, month, number)) is not None)


def _full(year: int) -> tuple[int, ...]:
    return (1900 + year, 2000 + year) if year < 100 else (year,) if year >= 1000 else ()


def _months_called(word: str) -> list[int]:
    low = word.casefold()
    return [n for n, stems in enumerate(_MONTHS, 1) if any(low.startswith(stem) for stem in stems.split())]


def _of_month(text: str) -> bool:
    """Tell whether a text names a month and a year only."""
    return len(_PARTS.findall(text)) == 2


# -- codes and long numbers

_CODE = re.compile(r"0+\d+(\.\d+)?", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)


def zeros_lost(exported: str, edited: str, form: Form | None) -> Sign:
    """Tell whether a code such as 00123 lost its zeros."""
    if not _CODE.fullmatch(exported) or _CODE.fullmatch(edited):
        return Sign.NONE
    if _number(edited) == _number(exported):
        return Sign.SURE
    shorter = form is Form.NUMBER and _DIGITS.fullmatch(edited) and len(edited) < len(exported)
    return Sign.LIKELY if shorter else Sign.NONE


_LONG_NUMBER = re.compile(r"[+-]?\d{12,}([.,]\d+)?", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d([.,]\d+)?[eE]\+?\d{1,3}", re.ASCII)
_DIGITS_KEPT = 15
"""Digits that a number in a spreadsheet has; the others become zeros."""


def digits_rounded(exported: str, edited: str, form: Form | None) -> Sign:
    """Tell whether a long number lost digits: rounded to 15, or written like 1.23457E+15."""
    if not _LONG_NUMBER.fullmatch(exported):
        return Sign.NONE
    before, after = _number(exported), _number(edited)
    if before is None or after is None or not before or not after:
        return Sign.NONE
    kept = _significant(after)
    if _significant(before) > _DIGITS_KEPT:
        places = {kept if _SCIENTIFIC.fullmatch(edited) else _DIGITS_KEPT}
    else:
        places = {kept} if _SCIENTIFIC.fullmatch(edited) else set()
    return Sign.SURE if any(after in _rounded(before, digits) for digits in places) else Sign.NONE


def _number(text: str) -> Decimal | None:
    try:
        found = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _significant(number: Decimal) -> int:
    return len(str(int("".join(map(str, number.as_tuple().digits)) or "0")).rstrip("0"))


def _rounded(number: Decimal, digits: int) -> set[Decimal]:
    """Return a number of so many digits: LibreOffice rounds, Excel cuts off."""
    return {
        Context(prec=max(digits, 1), rounding=rounding).plus(number) for rounding in (ROUND_HALF_UP, ROUND_DOWN)
    }


# -- long texts

_CUT_AT = frozenset((255, 256, *(2**n - less for n in range(10, 15) for less in (0, 1))))
"""Lengths at which spreadsheet programs, forms and databases cut."""


def text_cut(exported: str, edited: str, form: Form | None) -> Sign:
    """Tell whether a text ends where a cell is full, or where programs cut."""
    length = _units(edited)
    if length in (CELL_LIMIT, CELL_LIMIT - 1):
        return Sign.SURE if _units(exported) != length else Sign.NONE
    cut = len(edited) < len(exported) and length in _CUT_AT and exported.startswith(edited)
    return Sign.SURE if cut else Sign.NONE


def _units(text: str) -> int:
    """Return the length in UTF-16 units, which is how spreadsheet programs count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


JUDGES: Mapping[str, Judge] = MappingProxyType(
    {
        "dates-retyped": dates_retyped,
        "zeros-lost": zeros_lost,
        "digits-rounded": digits_rounded,
        "text-cut": text_cut,
    }
)
"""By the code of the guard that asks."""
