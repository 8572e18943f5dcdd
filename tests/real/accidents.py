"""What happens to a workbook in a person's hands, each accident done by LibreOffice as the person does it.

Every function takes an open book of the invented catalogue (`invented.py`) and returns the cells whose values it
changed, such as ``Packages!H7``. The first part are accidents: nobody meant what came of them. The second part are
their honest counterparts: edits that look alike, and are the job. What a spreadsheet program does with
values: typing a text into a General cell (or opening a .csv) makes numbers and dates of texts, pasting such cells
takes their format along, dragging the fill handle counts on, sorting a selection leaves the rest behind.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from office import Book

Accident: TypeAlias = Callable[[Book], list[str]]

PACKAGES, CONTACTS = "Packages", "Contacts"
FIRST = 2  # the row below the header


def column(book: Book, sheet: str, header: str) -> str:
    """Return the letter of a column."""
    return book.header(sheet)[header]


def texts(book: Book, sheet: str, header: str) -> list[str]:
    """Return what a column shows below its header, down to the last row."""
    return book.read_down(sheet, _area(book, sheet, column(book, sheet, header)))


def rows(book: Book, sheet: str) -> range:
    """Return the numbers of the rows below the header."""
    return range(FIRST, book.last_row(sheet) + 1)


def _cells(sheet: str, letter: str, numbers: Sequence[int]) -> list[str]:
    return [f"{sheet}!{letter}{number}" for number in numbers]


def _area(book: Book, sheet: str, letter: str) -> str:
    return f"{letter}{FIRST}:{letter}{book.last_row(sheet)}"


def _elsewhere(book: Book, values: Sequence[str], number_format: str = "", locale: str = "en-US") -> Book:
    """Type texts into a new workbook, where all cells are General, and perhaps choose another format then."""
    other = book.office.new()
    other.type_down(_sheet(other), "A1", values)
    if number_format:
        other.set_format(_sheet(other), f"A1:A{len(values)}", number_format, locale)
    return other


def _sheet(other: Book) -> str:
    return other.sheets()[0]


def _cells_from_elsewhere(
    book: Book, sheet: str, header: str, number_format: str = "", values: Sequence[str] = ()
) -> list[str]:
    """Carry a column to another workbook and its cells back, formats and all."""
    values = values or texts(book, sheet, header)
    letter = column(book, sheet, header)
    other = _elsewhere(book, values, number_format)
    other.copy(_sheet(other), f"A1:A{len(values)}")
    book.paste_here(sheet, f"{letter}{FIRST}")
    other.close()
    return _cells(sheet, letter, rows(book, sheet)[: len(values)])


def _shown_elsewhere(
    book: Book, sheet: str, header: str, number_format: str = "", locale: str = "en-US"
) -> list[str]:
    """Carry the top of a column to another program, and back what that one shows, as mere text."""
    letter = column(book, sheet, header)
    other = _elsewhere(book, texts(book, sheet, header)[:_CARRIED], number_format, locale)
    shown = other.read_down(_sheet(other), f"A1:A{other.last_row(_sheet(other))}")
    other.close()
    book.paste_text(sheet, f"{letter}{FIRST}", shown)
    return _cells(sheet, letter, rows(book, sheet)[:_CARRIED])


_CARRIED = 30
"""Rows that are carried as text; LibreOffice takes its time to type and to paste them."""


# -- dates-retyped


def dates_become_numbers(book: Book) -> list[str]:
    """Carry all dates through a spreadsheet, where somebody clears the formats: 35929 for 1998-05-14."""
    return _cells_from_elsewhere(book, PACKAGES, "Laid on", "General")


def dates_take_a_german_form(book: Book) -> list[str]:
    """Carry thirty dates through a program that shows them as 14.05.1998."""
    return _shown_elsewhere(book, PACKAGES, "Laid on", "TT.MM.JJJJ", "de-DE")


def dates_take_an_american_form(book: Book) -> list[str]:
    """Carry thirty dates through a program that shows them as 5/14/1998."""
    return _shown_elsewhere(book, PACKAGES, "Laid on", "M/D/YYYY")


# -- zeros-lost


def codes_lose_zeros(book: Book) -> list[str]:
    """Carry thirty codes through General cells, and back as text: 37 for 00037."""
    return _shown_elsewhere(book, PACKAGES, "Code")


# -- digits-rounded


def numbers_are_rounded(book: Book) -> list[str]:
    """Carry all register numbers through General cells, and back as cells: 7.04318552098461E+017."""
    return _cells_from_elsewhere(book, PACKAGES, "Register number")


def numbers_end_in_zeros(book: Book) -> list[str]:
    """Carry thirty register numbers through cells that show all digits, and back as text: 704318552098461000."""
    return _shown_elsewhere(book, PACKAGES, "Register number", "0")


# -- series-filled


def projections_are_dragged(book: Book) -> list[str]:
    """Drag the fill handle of one projection over all below: epsg3005, epsg3006, epsg3007, ..."""
    return _dragged(book, PACKAGES, "Projection")


def codes_are_dragged(book: Book) -> list[str]:
    """Drag the fill handle of one code over all below: 00037, 00038, 00039, ..."""
    return _dragged(book, PACKAGES, "Code")


def dates_are_dragged(book: Book) -> list[str]:
    """Drag the fill handle of one date, which is text, over all below: 1998-05-07, 1998-05-08, ... 1998-05-106."""
    return _dragged(book, PACKAGES, "Laid on")


def ids_are_dragged(book: Book) -> list[str]:
    """Drag the fill handle of an ID over twenty below."""
    letter = column(book, PACKAGES, "ID")
    book.drag(PACKAGES, f"{letter}{FIRST}:{letter}{FIRST}", f"{letter}{FIRST + 20}")
    return _cells(PACKAGES, letter, range(FIRST + 1, FIRST + 21))


def _dragged(book: Book, sheet: str, header: str) -> list[str]:
    letter = column(book, sheet, header)
    book.drag(sheet, f"{letter}{FIRST}:{letter}{FIRST}", f"{letter}{book.last_row(sheet)}")
    return _cells(sheet, letter, rows(book, sheet)[1:])


# -- text-cut


def long_text_is_cut(book: Book) -> list[str]:
    """Add a paragraph to a text that nearly fills its cell: what goes beyond 32,767 characters is not saved."""
    letter = column(book, PACKAGES, "Description")
    book.paste_text(PACKAGES, f"{letter}{FIRST}", [book.read(PACKAGES, f"{letter}{FIRST}") + "and more " * 40])
    return [f"{PACKAGES}!{letter}{FIRST}"]


# -- rows-scrambled


def contacts_are_sorted_without_packages(book: Book) -> list[str]:
    """Select name, e-mail and phone of all contacts, and sort just these by name."""
    first, last = column(book, CONTACTS, "Name"), column(book, CONTACTS, "Phone")
    return _sorted(book, CONTACTS, first, last)


def titles_are_sorted_alone(book: Book) -> list[str]:
    """Select the column of titles, and sort it alone."""
    letter = column(book, PACKAGES, "Title")
    return _sorted(book, PACKAGES, letter, letter)


def packages_are_sorted_without_ids(book: Book) -> list[str]:
    """Select everything right of the IDs, names too, and sort that by title."""
    return _sorted(book, PACKAGES, column(book, PACKAGES, "Title"), column(book, PACKAGES, "Projection"))


def _sorted(book: Book, sheet: str, first: str, last: str) -> list[str]:
    """Sort a selection of columns, descending by its first one; return the cells that changed."""
    letters = [letter for letter in book.header(sheet).values() if first <= letter <= last]
    before = [book.read_down(sheet, _area(book, sheet, letter)) for letter in letters]
    book.sort_area(sheet, f"{first}{FIRST}:{last}{book.last_row(sheet)}", first, descending=True)
    after = [book.read_down(sheet, _area(book, sheet, letter)) for letter in letters]
    return [
        f"{sheet}!{letter}{row}"
        for letter, old, new in zip(letters, before, after, strict=True)
        for row, (was, now) in enumerate(zip(old, new, strict=True), FIRST)
        if was != now
    ]


# -- column-cleared


def a_column_is_cleared(book: Book) -> list[str]:
    """Select the e-mail addresses of all contacts, and press Delete."""
    letter = column(book, CONTACTS, "E-mail")
    book.clear(CONTACTS, _area(book, CONTACTS, letter))
    return _cells(CONTACTS, letter, rows(book, CONTACTS))


# -- accidents that change nothing today, since both sides read as the same number or date


def codes_become_numbers(book: Book) -> list[str]:
    """Carry thirty codes through General cells, and back as cells: the number 37 for 00037."""
    return _cells_from_elsewhere(book, PACKAGES, "Code")


def dates_become_date_cells(book: Book) -> list[str]:
    """Carry all dates through General cells, and back as cells: dates, shown as before."""
    return _cells_from_elsewhere(book, PACKAGES, "Laid on")


# -- honest counterparts


def honest_dates(book: Book) -> list[str]:
    """Type other dates into twenty cells, as they are written here."""
    letter = column(book, PACKAGES, "Laid on")
    book.type_down(PACKAGES, f"{letter}{FIRST}", [f"20{at + 10}-0{at % 9 + 1}-1{at % 7}" for at in range(20)])
    return _cells(PACKAGES, letter, range(FIRST, FIRST + 20))


def honest_dates_in_general_cells(book: Book) -> list[str]:
    """Paste other dates from a spreadsheet, for all records: date cells."""
    days = [f"20{at % 30 + 10}-{at % 12 + 1:02}-{at * 7 % 28 + 1:02}" for at in rows(book, PACKAGES)]
    return _cells_from_elsewhere(book, PACKAGES, "Laid on", values=days)


def honest_codes(book: Book) -> list[str]:
    """Type other codes into thirty cells, with their zeros: 00530 for 00037."""
    return _retyped(book, PACKAGES, "Code", 30, lambda text: f"{(int(text) * 7 + 271) % 1000:05}")


def honest_codes_without_zeros(book: Book) -> list[str]:
    """Type other codes into three cells, which never had zeros in front."""
    return _retyped(book, PACKAGES, "Code", 3, lambda text: f"{int(text) + 10_000}")


def honest_numbers(book: Book) -> list[str]:
    """Correct the last digits of thirty register numbers."""
    return _retyped(book, PACKAGES, "Register number", 30, lambda text: str(int(text) + 11))


def honest_projection_everywhere(book: Book) -> list[str]:
    """Fill one projection down the whole column (Ctrl+D): the job."""
    letter = column(book, PACKAGES, "Projection")
    held = texts(book, PACKAGES, "Projection")
    book.fill_down(PACKAGES, _area(book, PACKAGES, letter))
    return _cells(PACKAGES, letter, [row for row, text in enumerate(held, FIRST) if text != held[0]])


def honest_shorter_text(book: Book) -> list[str]:
    """Shorten a long text to its first sentences."""
    return _retyped(book, PACKAGES, "Description", 1, lambda text: text[:900])


def honest_white_space(book: Book) -> list[str]:
    """Mend double and trailing blanks in thirty descriptions, and nothing else."""
    letter = column(book, PACKAGES, "Description")
    numbers = rows(book, PACKAGES)[1:31]
    for number in numbers:
        book.type(PACKAGES, f"{letter}{number}", " ".join(book.read(PACKAGES, f"{letter}{number}").split()))
    return _cells(PACKAGES, letter, numbers)


def honest_five_cleared(book: Book) -> list[str]:
    """Clear five e-mail addresses."""
    letter = column(book, CONTACTS, "E-mail")
    book.clear(CONTACTS, f"{letter}{FIRST}:{letter}{FIRST + 4}")
    return _cells(CONTACTS, letter, range(FIRST, FIRST + 5))


def honest_contact_everywhere(book: Book) -> list[str]:
    """Put one contact into all four hundred rows: name and e-mail, filled down."""
    changed = []
    for header, text in (("Name", "Ann Newhall"), ("E-mail", "ann.newhall@marks.example")):
        letter = column(book, CONTACTS, header)
        book.type(CONTACTS, f"{letter}{FIRST}", text)
        book.fill_down(CONTACTS, _area(book, CONTACTS, letter))
        changed += _cells(CONTACTS, letter, rows(book, CONTACTS))
    return changed


def honest_contact_replaced(book: Book) -> list[str]:
    """Replace one person by another wherever she stands, by find and replace: somebody left the agency."""
    changed = []
    for header, text, by in (
        ("Name", "Ida Strand", "Ann Newhall"),
        ("E-mail", "ida.strand@marks.example", "ann.newhall@marks.example"),
    ):
        letter = column(book, CONTACTS, header)
        hit = [row for row, held in enumerate(texts(book, CONTACTS, header), FIRST) if held == text]
        book.replace_all(CONTACTS, text, by)
        changed += _cells(CONTACTS, letter, hit)
    return changed


def honest_sort(book: Book) -> list[str]:
    """Sort both sheets whole, packages by title and contacts by name: nothing is edited."""
    book.sort(PACKAGES, column(book, PACKAGES, "Title"), descending=True)
    book.sort(CONTACTS, column(book, CONTACTS, "Name"))
    return []


def _retyped(book: Book, sheet: str, header: str, count: int, change: Callable[[str], str]) -> list[str]:
    """Type something else into the first cells of a column."""
    letter = column(book, sheet, header)
    numbers = rows(book, sheet)[:count]
    held = texts(book, sheet, header)[:count]
    book.type_down(sheet, f"{letter}{FIRST}", [change(text) for text in held])
    return _cells(sheet, letter, numbers)


BY_CODE: dict[str, tuple[Accident, ...]] = {
    "dates-retyped": (dates_become_numbers, dates_take_a_german_form, dates_take_an_american_form),
    "zeros-lost": (codes_lose_zeros,),
    "digits-rounded": (numbers_are_rounded, numbers_end_in_zeros),
    "series-filled": (projections_are_dragged, codes_are_dragged, dates_are_dragged),
    "text-cut": (long_text_is_cut,),
    "rows-scrambled": (
        contacts_are_sorted_without_packages,
        titles_are_sorted_alone,
        packages_are_sorted_without_ids,
    ),
    "column-cleared": (a_column_is_cleared,),
}
"""Accidents by the code of what they look like."""

HONEST: dict[str, tuple[Accident, ...]] = {
    "dates-retyped": (honest_dates, honest_dates_in_general_cells, dates_become_date_cells),
    "zeros-lost": (honest_codes, honest_codes_without_zeros, codes_become_numbers),
    "digits-rounded": (honest_numbers,),
    "series-filled": (honest_projection_everywhere,),
    "text-cut": (honest_shorter_text, honest_white_space),
    "rows-scrambled": (honest_sort, honest_contact_everywhere, honest_contact_replaced),
    "column-cleared": (honest_five_cleared,),
}
"""Edits that look like an accident of a code, and are none."""
