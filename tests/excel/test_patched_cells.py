"""Where a patched cell goes: into its place, in order, in its style."""

from pathlib import Path

import pytest
from books import by_hand, members, worksheet
from patching import inline, patched, patched_sheet, rows_of


@pytest.mark.parametrize(
    ("rows", "cells", "expected"),
    [
        pytest.param(
            '<row r="1"><c r="A1" s="1" t="s"><v>0</v></c></row>',
            {1: {1: "x"}},
            f'<row r="1">{inline("A1", "x", 1)}</row>',
            id="keeps the style",
        ),
        pytest.param(
            '<row r="1"><c r="A1" s="1" t="str" cm="1"><f>B1</f><v>0</v></c></row>',
            {1: {1: ""}},
            '<row r="1"><c r="A1" s="1"/></row>',
            id="blank: no formula, no value",
        ),
        pytest.param(
            '<row r="1"><c r="A1"/><c r="D1"/></row>',
            {1: {3: "c", 2: "b", 5: "e"}},
            f'<row r="1"><c r="A1"/>{inline("B1", "b")}{inline("C1", "c")}<c r="D1"/>{inline("E1", "e")}</row>',
            id="missing cells, in column order",
        ),
        pytest.param(
            '<row r="2"/><row r="9"/>',
            {1: {1: "a"}, 5: {1: "e"}, 4: {1: "d"}, 10: {1: "j"}},
            f'<row r="1">{inline("A1", "a")}</row><row r="2"/><row r="4">{inline("A4", "d")}</row>'
            f'<row r="5">{inline("A5", "e")}</row><row r="9"/><row r="10">{inline("A10", "j")}</row>',
            id="missing rows, in row order",
        ),
        pytest.param(
            '<row r="1" ht="9" />',
            {1: {2: "b", 1: "a"}},
            f'<row r="1" ht="9" >{inline("A1", "a")}{inline("B1", "b")}</row>',
            id="row without cells",
        ),
        pytest.param(
            '<row r="1"></row>',
            {1: {1: "a"}},
            f'<row r="1">{inline("A1", "a")}</row>',
            id="empty row with an end tag",
        ),
        pytest.param(
            '<row r="1" s="7" customFormat="1"/><row r="2" s="7"/>',
            {1: {1: "a"}, 2: {1: "b"}},
            f'<row r="1" s="7" customFormat="1">{inline("A1", "a", 7)}</row>'
            + f'<row r="2" s="7">{inline("A2", "b")}</row>',
            id="a row's own style, where it counts",
        ),
        pytest.param(
            '<row r="1" spans="1:2 5:6" ht="9"><c r="A1"/></row><row r="2" spans="1:3"/>',
            {1: {2: "b", 3: "c"}, 2: {3: "c"}},
            f'<row r="1" ht="9"><c r="A1"/>{inline("B1", "b")}{inline("C1", "c")}</row>'
            f'<row r="2" spans="1:3">{inline("C2", "c")}</row>',
            id="spans that leave a cell out go",
        ),
        pytest.param(
            "<row><c/><c><v>1</v></c></row><row/><row><c/></row>",
            {1: {2: "b", 3: "c"}, 2: {1: "a"}, 3: {1: "a"}},
            f"<row><c/>{inline('B1', 'b')}{inline('C1', 'c')}</row><row>{inline('A2', 'a')}</row>"
            f"<row>{inline('A3', 'a')}</row>",
            id="rows and cells without references are counted",
        ),
        pytest.param(
            '<row r="4"/><row><c/><c r="D5"/><c/></row>',
            {5: {1: "a", 3: "c", 5: "e"}},
            f'<row r="4"/><row>{inline("A5", "a")}{inline("C5", "c")}<c r="D5"/>{inline("E5", "e")}</row>',
            id="counting goes on from a reference",
        ),
        pytest.param(
            '<row><c r="A7"/></row><row><c r="A9"/></row>',
            {7: {1: "a"}, 8: {1: "b"}},
            f'<row>{inline("A7", "a")}</row><row r="8">{inline("A8", "b")}</row><row><c r="A9"/></row>',
            id="a row without a number is where its first cell is",
        ),
        pytest.param(
            '<row r="3"><c r="A3"/><c r="C3"/></row><row r="1"><c r="A1"/></row>',
            {1: {1: "x"}, 3: {1: "y"}},
            f'<row r="3">{inline("A3", "y")}<c r="C3"/></row><row r="1">{inline("A1", "x")}</row>',
            id="rows out of order: found, not doubled",
        ),
        pytest.param(
            '<!-- > --><row r="1"><?pi <c r="A1"/>?><c r="A1"><!-- x --><v><![CDATA[</c>]]></v></c>'
            "<!--<c/>--></row>",
            {1: {1: "x"}},
            f'<!-- > --><row r="1"><?pi <c r="A1"/>?>{inline("A1", "x")}<!--<c/>--></row>',
            id="comments, instructions and CDATA mislead nobody",
        ),
        pytest.param(
            '<row r="1" foo="a>b/>" spans = \'1:1\' bar=\'"\'><c r="A1" foo="/>"><v>1</v></c>'
            "<c r='B1' foo=\"'>\"/></row>",
            {1: {1: "x", 2: "y", 3: "z"}},
            f'<row r="1" foo="a>b/>" bar=\'"\'>{inline("A1", "x")}{inline("B1", "y")}{inline("C1", "z")}</row>',
            id="angle brackets in attributes mislead nobody",
        ),
        pytest.param(
            '<row r="1"><c r="A1" t="inlineStr"><is><r><rPr><b/></rPr><t>bold</t></r></is></c></row>',
            {1: {1: "x"}},
            f'<row r="1">{inline("A1", "x")}</row>',
            id="rich text gives way as a whole",
        ),
    ],
)
def test_cells_and_rows_take_their_places(
    tmp_path: Path, rows: str, cells: dict[int, dict[int, str]], expected: str
) -> None:
    """A patched cell becomes text and keeps its style; missing cells and rows are inserted in order."""
    sheet = worksheet(rows, before="<sheetViews/>", after='<pageMargins left="1"/>')

    result = patched_sheet(tmp_path, sheet, cells)

    assert result == sheet.replace(rows, expected)


def test_blanks_are_not_inserted(tmp_path: Path) -> None:
    """A missing cell is blank already; blanking it changes nothing, not even the compressed bytes."""
    source = by_hand(
        tmp_path / "book.xlsx", worksheet('<row r="1"/>', before='<cols><col min="1" max="9" style="1"/></cols>')
    )

    target = patched(source, {"Packages": {1: {1: ""}, 5: {1: ""}}})

    assert members(target) == members(source)


def test_inserted_cell_takes_the_style_of_its_column(tmp_path: Path) -> None:
    """Where the row has no style of its own, `<cols>` gives it; a column it does not cover has none."""
    columns = '<cols><col min="1" max="2" width="9" style="3"/><col min="4" max="4" width="9"/></cols>'

    result = patched_sheet(
        tmp_path,
        worksheet('<row r="1"><c r="C1"/></row>', before=columns),
        {1: {2: "b", 4: "d"}, 2: {1: "a"}},
    )

    assert rows_of(result) == (
        f'<row r="1">{inline("B1", "b", 3)}<c r="C1"/>{inline("D1", "d")}</row>'
        f'<row r="2">{inline("A2", "a", 3)}</row>'
    )


@pytest.mark.parametrize("empty", ["<sheetData/>", "<sheetData />", "<sheetData></sheetData>"])
def test_sheet_without_rows_gets_some(tmp_path: Path, empty: str) -> None:
    """A rows element that is empty, in any spelling, takes inserted rows."""
    sheet = worksheet("").replace("<sheetData></sheetData>", empty)

    result = patched_sheet(tmp_path, sheet, {2: {1: "x"}})

    assert f'<row r="2">{inline("A2", "x")}</row></sheetData></worksheet>' in result


def test_dimension_grows_with_inserted_cells_only(tmp_path: Path) -> None:
    """Readers that stream believe `<dimension>`; it is widened where an inserted cell lies outside it."""
    sheet = worksheet('<row r="2"><c r="B2"/></row>', before='<dimension ref="B2:C3"/>')

    inside = patched_sheet(tmp_path, sheet, {2: {2: "x"}, 3: {3: "y"}})
    outside = patched_sheet(tmp_path, sheet, {2: {1: "x"}, 7: {30: "y"}})

    assert '<dimension ref="B2:C3"/>' in inside
    assert '<dimension ref="A2:AD7"/>' in outside


def test_an_inserted_cell_takes_the_style_of_its_row_first(tmp_path: Path) -> None:
    """As a spreadsheet program does where both have one."""
    columns = '<cols><col min="1" max="2" width="9" style="3"/></cols>'
    rows = '<row r="1" s="7" customFormat="1"><c r="B1"/></row>'

    result = patched_sheet(tmp_path, worksheet(rows, before=columns), {1: {1: "a"}})

    assert rows_of(result) == f'<row r="1" s="7" customFormat="1">{inline("A1", "a", 7)}<c r="B1"/></row>'
