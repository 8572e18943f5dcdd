"""What people do to sheets all day, done by LibreOffice as they do it (`accidents.py`: what goes wrong in cells).

Every function takes an open book of the invented catalogue (`invented.py`).
"""

from collections.abc import Sequence

from accidents import CONTACTS, FIRST, PACKAGES, column, rows, texts
from office import Book

TYPED = {
    "2024-01-31": "2024-01-31",
    "2024-01-31T10:20:30": "2024-01-31T10:20:30",
    "00123": "123",
    "1.10": "1.1",
    "+1": "1",
    "-5": "-5",
    "TRUE": "TRUE",
    "1/2/2024": "2024-01-02",
    "1E5": "100000",
    "50%": "0.5",
    "$5": "5",
    "10:20": "10:20:00",
    "26:00": "26:00:00",
    "1234567890123456": "1234567890123460",
    "'00123": "00123",
    "1-2": "1-2",
    "1,5": "1,5",
    "#N/A": "#N/A",
    "MAR1": "MAR1",
    "1.2.3": "1.2.3",
    "“fog”, she said – ‘no’ …": "“fog”, she said – ‘no’ …",
}
"""Texts, and what a General cell (en-US) makes of them, as it is read again."""


def type_into_text_cells(book: Book, typed: Sequence[str]) -> None:
    """Type texts into the descriptions, from the second record on."""
    book.type_down(PACKAGES, f"{column(book, PACKAGES, 'Description')}{FIRST + 1}", typed)


def type_into_general_cells(book: Book, typed: Sequence[str], locale: str = "en-US") -> None:
    """Clear the text format of the descriptions first: what is typed becomes what the language makes of it."""
    letter = column(book, PACKAGES, "Description")
    book.set_format(PACKAGES, f"{letter}{FIRST + 1}:{letter}{FIRST + len(typed)}", "General", locale)
    type_into_text_cells(book, typed)


def type_dates(book: Book, typed: Sequence[str], *, general: str = "") -> None:
    """Type into the first dates, perhaps after giving the cells a General format of a language (`de-DE`)."""
    letter = column(book, PACKAGES, "Laid on")
    if general:
        book.set_format(PACKAGES, f"{letter}{FIRST}:{letter}{FIRST + len(typed) - 1}", "General", general)
    book.type_down(PACKAGES, f"{letter}{FIRST}", typed)


def delete_a_column(book: Book) -> None:
    """Delete the whole column of codes."""
    book.delete_column(PACKAGES, column(book, PACKAGES, "Code"))


def insert_a_column(book: Book, header: str) -> None:
    """Insert a column of one's own before the codes, with or without a header."""
    book.insert_column(PACKAGES, column(book, PACKAGES, "Code"), header, ["ask Ida", "done"])


def insert_empty_rows(book: Book) -> None:
    """Insert two empty rows in the middle of both sheets."""
    for sheet in (PACKAGES, CONTACTS):
        book.insert_rows(sheet, 50, 2)


def duplicate_a_package(book: Book, row: int) -> None:
    """Insert a copy of a package's row below it."""
    book.duplicate_row(PACKAGES, row)


def duplicate_a_contact(book: Book, row: int, *, as_new: bool) -> None:
    """Insert a copy of a contact's row below it, and perhaps empty its Item, as the notes say."""
    book.duplicate_row(CONTACTS, row)
    if as_new:
        book.clear(CONTACTS, f"{column(book, CONTACTS, 'Item')}{row + 1}")


def delete_rows(book: Book, first: int, count: int) -> None:
    """Delete contacts' whole rows."""
    for _ in range(count):
        book.delete_row(CONTACTS, first)


def filter_and_edit(book: Book, person: str, phone: str) -> list[int]:
    """Show one person's rows only, type a phone number into each that is seen, and return their numbers."""
    seen = [row for row, name in enumerate(texts(book, CONTACTS, "Name"), FIRST) if name == person]
    book.filter(CONTACTS, column(book, CONTACTS, "Name"), person)
    for row in seen:
        book.type(CONTACTS, f"{column(book, CONTACTS, 'Phone')}{row}", phone)
    return seen


def filter_and_paste_down(book: Book, person: str) -> list[int]:
    """Show one person's rows only, paste her first phone number down to the last; return the rows seen."""
    seen = [row for row, name in enumerate(texts(book, CONTACTS, "Name"), FIRST) if name == person]
    book.filter(CONTACTS, column(book, CONTACTS, "Name"), person)
    letter = column(book, CONTACTS, "Phone")
    book.copy(CONTACTS, f"{letter}{seen[0]}")
    book.paste_here(CONTACTS, f"{letter}{seen[0]}:{letter}{seen[-1]}")
    return seen


def replace_everywhere(book: Book, sheet: str, text: str, by: str) -> None:
    """Find and replace over a whole sheet, whatever is hit."""
    book.replace_all(sheet, text, by)


def leave_blank_rows_behind(book: Book) -> None:
    """Give rows below the data formats, type into some of them, and delete that again."""
    below = rows(book, CONTACTS).stop
    letter = column(book, CONTACTS, "Phone")
    book.set_format(CONTACTS, f"A{below}:{letter}{below + 300}", "0.00")
    book.type_down(CONTACTS, f"{letter}{below + 10}", ["1", "2", "3"])
    book.clear(CONTACTS, f"{letter}{below + 10}:{letter}{below + 12}")
