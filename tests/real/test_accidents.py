"""What LibreOffice and a person did to a workbook is found at exactly the cells where it was done."""

import pytest
from accidents import BY_CODE, HONEST, Accident, numbers_are_rounded, packages_are_sorted_without_ids
from invented import Bench, changed
from openpyxl.utils import get_column_letter

from bulkedit.core.edits import Edits
from bulkedit.core.sheets import find_heads
from bulkedit.excel.read import Book

UNCHANGED = {"codes_become_numbers", "dates_become_date_cells", "honest_sort"}
"""What changes how cells are stored, or where rows stand, and no text."""


def found(book: Book, edits: Edits) -> set[str]:
    """Return the edited cells, such as `Packages!H7`."""
    cells = set()
    for row in edits.rows:
        sheet = book.sheets[row.place.sheet]
        at = dict(find_heads(row.table, sheet).fields)
        for cell in row.cells:
            position = at[row.table.names[cell.column.name]]
            cells.add(f"{row.place.sheet}!{get_column_letter(position)}{row.place.row}")
    return cells


def named(accident: Accident) -> str:
    """Return an accident's name."""
    return accident.__name__


EXACT = [
    accident
    for accident in (one for table in (BY_CODE, HONEST) for several in table.values() for one in several)
    if accident not in (numbers_are_rounded, packages_are_sorted_without_ids) and named(accident) not in UNCHANGED
]


@pytest.mark.parametrize("accident", EXACT, ids=named)
def test_edits_are_the_cells_that_were_changed(bench: Bench, accident: Accident) -> None:
    """Every changed cell is an edit, and no other one; no row is missing."""
    with bench.editing() as book:
        told = accident(book)

    edits = bench.edits()

    assert found(bench.read(), edits) == set(told)
    assert len(told) == len(set(told)) > 0
    assert edits.missing == {}


@pytest.mark.parametrize("accident", [a for several in HONEST.values() for a in several], ids=named)
def test_honest_edits_can_be_sent(bench: Bench, accident: Accident) -> None:
    """What looks like an accident and is none gives no row that cannot be sent."""
    with bench.editing() as book:
        accident(book)

    edits = bench.edits()

    assert [row.problems for row in edits.rows if row.problems] == []
    assert (changed(edits) == []) == (named(accident) in UNCHANGED)


@pytest.mark.parametrize("accident", BY_CODE["dates-retyped"], ids=named)
def test_dates_in_another_form_are_invalid(bench: Bench, accident: Accident) -> None:
    """A number, or a day and a month that could be either, is never sent as a date."""
    with bench.editing() as book:
        told = accident(book)

    rows = changed(bench.edits())

    assert len(rows) == len(told)
    assert all("is not a date" in row.problems[0] for row in rows)


def test_rounded_numbers_are_edits_unless_they_are_the_same_number(bench: Bench) -> None:
    """Of 18 digits 15 are left: where the others were zeros as far as a number can tell, nothing changed."""
    with bench.editing() as book:
        told = numbers_are_rounded(book)

    edits = bench.edits()

    cells = [cell for row in edits.rows for cell in row.cells]
    assert found(bench.read(), edits) < set(told)
    assert len(cells) > 50
    assert all(float(cell.edited) != float(cell.exported) for cell in cells)


def test_names_beside_other_ids_are_invalid(bench: Bench) -> None:
    """All but the IDs were sorted: each row that now claims another record is refused, none is sent."""
    with bench.editing() as book:
        packages_are_sorted_without_ids(book)

    rows = changed(bench.edits())

    assert len(rows) == 99  # one stands where it stood
    assert all("were only some columns sorted?" in row.problems[0] for row in rows)
