"""Any text in any cell comes back as it was patched, and all other cells stay."""

from collections.abc import Callable
from pathlib import Path

import books
import pytest
from books import members, part, texts
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from patching import GRID, HOSTILE, patched, stored

# -- texts


def test_hostile_texts_come_back(tmp_path: Path) -> None:
    """Text is text: markup, control characters, escapes, formulas and lone surrogates do no harm."""
    source = tmp_path / "book.xlsx"
    books.by_xlsxwriter(source, GRID)

    patches = {row: {2: text, 7: text} for row, text in enumerate(HOSTILE, start=1)}
    target = patched(source, {"Packages": patches}, {"Notes": [HOSTILE, *([text] for text in HOSTILE)]})

    back = texts(target)
    assert [back["Packages", row, 2] for row in patches] == list(map(stored, HOSTILE))
    assert [back["Packages", row, 7] for row in patches] == list(map(stored, HOSTILE))
    assert [back["Notes", row + 1, 1] for row in patches] == list(map(stored, HOSTILE))
    assert b"<f>" not in part(target)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x" * 32_767, "x" * 32_767),
        ("x" * 32_768, "x" * 32_766 + "…"),
        ("😀" * 16_384, "😀" * 16_383 + "…"),
        ("x" + "😀" * 16_384, "x" + "😀" * 16_382 + "…"),
    ],
    ids=["fits", "one too long", "astral", "never half a character"],
)
def test_text_too_long_for_a_cell_is_cut(tmp_path: Path, text: str, expected: str) -> None:
    """A spreadsheet refuses more than 32,767 UTF-16 units in a cell, so a message is cut with an ellipsis."""
    source = tmp_path / "book.xlsx"
    books.by_openpyxl(source, GRID)

    target = patched(source, {"Packages": {2: {2: text}}})

    assert texts(target)["Packages", 2, 2] == expected


# -- laws

ANY_TEXT = st.one_of(
    st.text(alphabet=st.characters(codec=None), max_size=12),
    st.lists(
        st.sampled_from(
            ["_", "x", "_x0041", "_x000D_", "005F", "\r", "\n", "\x0b", " ", "<", "&", "]]>", "é", "\ud83d", "😀"]
        ),
        max_size=6,
    ).map("".join),
)
PLAIN_TEXT = st.text(alphabet="ab <&=", max_size=4)
SMALL_GRID = st.lists(st.lists(PLAIN_TEXT, min_size=1, max_size=4), min_size=1, max_size=4)
PATCHES = st.dictionaries(st.integers(1, 6), st.dictionaries(st.integers(1, 6), ANY_TEXT, max_size=4), max_size=4)
LAW = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def expected_after(before: books.Texts, cells: dict[int, dict[int, str]]) -> books.Texts:
    """Return what a reader must find after patching `Packages`."""
    wanted = {
        ("Packages", row, column): stored(text)
        for row, columns in cells.items()
        for column, text in columns.items()
    }
    return {place: text for place, text in (before | wanted).items() if text}


@given(
    grid=SMALL_GRID,
    cells=PATCHES,
    write=st.sampled_from([books.by_openpyxl, books.by_xlsxwriter, books.by_xlsxwriter_streaming]),
)
@example(grid=[["a"]], cells={1: {1: "_x0041_x0042_"}, 2: {1: "_x0041\r"}}, write=books.by_openpyxl)
@LAW
def test_any_text_in_any_cell_reads_back_and_others_stay(
    tmp_path: Path,
    grid: list[list[str]],
    cells: dict[int, dict[int, str]],
    write: Callable[[Path, books.Grid], None],
) -> None:
    """Law: after patching, patched cells read as patched and all others as before."""
    source = tmp_path / "book.xlsx"
    write(source, grid)

    target = patched(source, {"Packages": cells})

    assert texts(target) == expected_after(texts(source), cells)


@given(grid=SMALL_GRID, first=PATCHES, last=PATCHES)
@LAW
def test_patching_twice_is_patching_once_with_the_last(
    tmp_path: Path, grid: list[list[str]], first: dict[int, dict[int, str]], last: dict[int, dict[int, str]]
) -> None:
    """Law: a later patch of a cell replaces the earlier one; the same patch again changes no byte."""
    source = tmp_path / "book.xlsx"
    books.by_xlsxwriter(source, grid)

    once = patched(source, {"Packages": first})
    twice = patched(once, {"Packages": last})
    again = patched(twice, {"Packages": last})

    both = {row: {**first.get(row, {}), **last.get(row, {})} for row in first.keys() | last.keys()}
    assert texts(twice) == expected_after(texts(source), both)
    assert members(again) == members(twice)


@given(grid=SMALL_GRID, rows=st.lists(st.lists(ANY_TEXT, max_size=4), max_size=4))
@LAW
def test_replaced_sheet_holds_the_rows_given_and_nothing_else(
    tmp_path: Path, grid: list[list[str]], rows: list[list[str]]
) -> None:
    """Law: a replaced sheet reads as the rows given; doing it again changes no byte; other sheets stay."""
    source = tmp_path / "book.xlsx"
    books.by_xlsxwriter(source, grid)

    target = patched(source, {}, {"Packages": rows})
    again = patched(target, {}, {"Packages": rows})

    wanted = {row: dict(enumerate(cells, start=1)) for row, cells in enumerate(rows, start=1)}
    others = {place: text for place, text in texts(source).items() if place[0] != "Packages"}
    assert texts(target) == expected_after(others, wanted)
    assert part(again) == part(target)
