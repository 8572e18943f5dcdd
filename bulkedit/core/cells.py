"""What a cell of a workbook can hold when a person gives it back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias


class Form(StrEnum):
    """How a spreadsheet program stored a cell that is not text."""

    NUMBER = "number"
    DATE = "date"
    BOOLEAN = "boolean"
    FORMULA = "formula"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class OddCell:
    """A cell that is not text: its canonical text and the form it was stored in.

    A formula's text is the formula itself (``=A1&B1``), never its cached value, which anybody can forge.
    """

    text: str
    form: Form


Cell: TypeAlias = str | OddCell
"""Text is the usual thing; a missing cell is the empty text."""


def cell_text(cell: Cell) -> str:
    """Return the canonical text of a cell."""
    return cell if isinstance(cell, str) else cell.text


def says_the_same(cell: OddCell, text: str) -> bool:
    """Tell whether a retyped cell still says what a text says, both read as number, date or boolean.

    A spreadsheet program stores ``00123`` pasted into a General cell as the number 123, and
    ``2024-01-31`` as a date; nobody edited anything.
    """
    match cell.form:
        case Form.NUMBER:
            return _number(text) is not None and _number(text) == _number(cell.text)
        case Form.DATE:
            return _date(text) is not None and _date(text) == _date(cell.text)
        case Form.BOOLEAN:
            return text.lower() == cell.text.lower()
        case Form.FORMULA | Form.ERROR:  # pragma: no branch  mypy knows that there is no other
            return False


def _number(text: str) -> float | None:
    if "_" in text:
        return None  # Python's own way of writing 1_000
    try:
        return float(text)
    except ValueError:
        return None


def _date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        return None
