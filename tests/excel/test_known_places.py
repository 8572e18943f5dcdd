"""Places that were found before texts were known: the workbook comes out as if they were looked for now."""

import tracemalloc
from io import BytesIO
from pathlib import Path

import pytest
from books import by_hand, worksheet
from hypothesis import given
from hypothesis import strategies as st
from patching import patched

from bulkedit.excel.cellplaces import CellPlaces
from bulkedit.excel.patch import find_places, patch_workbook
from bulkedit.excel.sheetcells import patch_cells, patch_places
from bulkedit.excel.splices import spliced

SHEET = worksheet(
    '<row r="1" spans="1:2"><c r="A1" s="1" t="str"><v>a</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>'
    '<row r="2"/><row r="3"><c r="C3"/></row><row r="5" s="3" customFormat="1"></row>',
    before='<dimension ref="A1:C5"/><cols><col min="1" max="3" width="9" style="4"/></cols>',
).encode()
CELLS = st.dictionaries(st.integers(1, 7), st.dictionaries(st.integers(1, 4), st.sampled_from(("", "x", "y"))))


@given(CELLS, CELLS)
def test_what_was_found_for_more_cells_serves_fewer(
    texts: dict[int, dict[int, str]], more: dict[int, dict[int, str]]
) -> None:
    """Cells of which nothing is to be said stay as they are."""
    wanted = {row: {*texts.get(row, ()), *more.get(row, ())} for row in {*texts, *more}}

    found = patch_places(CellPlaces([SHEET], wanted), texts)
    now = patch_cells([SHEET], texts)

    assert b"".join(spliced([SHEET], found.splices)) == b"".join(spliced([SHEET], now.splices))
    assert found.formulas_lost == now.formulas_lost


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param({1: {1: "x"}}, id="these"),
        pytest.param({1: {2: "x"}}, id="other columns"),
        pytest.param({1: {1: "x", 3: "z"}, 2: {1: "y"}}, id="more columns"),
        pytest.param({1: {1: "x"}, 4: {1: "y"}}, id="more rows"),
    ],
)
def test_cells_that_were_not_looked_for_are_found_now(tmp_path: Path, cells: dict[int, dict[int, str]]) -> None:
    """An answer may come with an ID for a cell of which nobody thought before."""
    source, target = by_hand(tmp_path / "book.xlsx", SHEET), BytesIO()
    known = find_places(source, {"Packages": {1: [1], 2: [1]}})

    patch_workbook(source, target, {"Packages": cells}, {}, known=known)

    assert target.getvalue() == patched(source, {"Packages": cells}).read_bytes()


def test_places_in_rows_that_tell_their_spans_take_no_more_room() -> None:
    """Excel writes them into each row; of many rows no object may be kept for that."""
    plain, with_spans = (held_by_places(row) for row in ('<row r="{0}">', '<row r="{0}" spans="4:9">'))

    assert with_spans < 1.3 * plain


def held_by_places(row: str) -> int:
    """Return the bytes that the places of 4,000 cells take which 2,000 rows do not have."""
    numbers = range(1, 2_001)
    cells = "".join(f'{row.format(at)}<c r="D{at}"><v>1</v></c></row>' for at in numbers)
    sheet, wanted = worksheet(cells).encode(), dict.fromkeys(numbers, (2, 3))
    tracemalloc.start()
    places = CellPlaces([sheet], wanted)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert sum(place.missing for place in places) == 2 * len(numbers)
    return held


def test_what_leaves_two_cells_out_is_cut_once() -> None:
    """Splices must not overlap: two insertions, and the row's ``spans``."""
    sheet = worksheet('<row r="1" spans="4:9"><c r="D1"/></row>').encode()

    patch = patch_cells([sheet], {1: {2: "x", 3: "y"}})

    assert len(patch.splices) == 3
