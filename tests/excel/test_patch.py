"""Promise 5: your workbook stays yours. Apart from our own cells and our own sheets, no byte of it changes."""

import os
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from io import BytesIO, RawIOBase
from itertools import count, pairwise
from pathlib import Path

import books
import openpyxl
import pytest
from books import FIRST_SHEET, MAIN, STRICT_MAIN, by_hand, cell_xml, members, part, texts, worksheet
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.patch import CellPatches, Link, SheetRows, patch_workbook

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*will be removed:UserWarning:openpyxl"),
    pytest.mark.filterwarnings("ignore:.*no default style:UserWarning:openpyxl"),
]


_numbers = count(1)


def patched(source: Path, cells: CellPatches, sheets: SheetRows | None = None) -> Path:
    """Patch a workbook into a new file beside it."""
    target = source.with_name(f"patched {next(_numbers)}.xlsx")
    with target.open("wb") as file:
        patch_workbook(source, file, cells, sheets or {})
    return target


def patched_sheet(folder: Path, sheet: str | bytes, cells: dict[int, dict[int, str]]) -> str:
    """Patch cells of a hand-written sheet and return its XML."""
    source = by_hand(folder / "book.xlsx", sheet)
    return part(patched(source, {"Packages": cells})).decode()


def rows_of(sheet: str) -> str:
    """Return what stands between the rows element's tags."""
    return sheet.partition("<sheetData>")[2].partition("</sheetData>")[0]


def inline(reference: str, text: str, style: int | None = None) -> str:
    """Return the XML of a patched cell."""
    s = "" if style is None else f' s="{style}"'
    return f'<c r="{reference}"{s} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'


# -- a workbook with everything in it


def test_every_other_part_keeps_its_compressed_bytes(tmp_path: Path) -> None:
    """Pictures, charts, notes, threads, pivots, slicers, custom parts: same bytes, order, names and times."""
    source = books.rich(tmp_path / "rich.xlsx")

    target = patched(source, {"Packages": {2: {2: "updated", 3: "a message"}, 5: {2: "conflict"}}})

    before, after = members(source), members(target)
    assert [one.name for one in after] == [one.name for one in before]
    assert [one.time for one in after] == [one.time for one in before]
    assert [one for one in after if one.name != FIRST_SHEET] == [one for one in before if one.name != FIRST_SHEET]
    assert zipfile.ZipFile(target).testzip() is None


def test_a_patched_sheet_changes_in_the_patched_cells_only(tmp_path: Path) -> None:
    """Sparklines, extension blocks, formulas, links and all else in the sheet keep every byte."""
    source = books.rich(tmp_path / "rich.xlsx")
    sheet = part(source)

    target = patched(source, {"Packages": {2: {2: "updated"}, 5: {2: "conflict", 3: ""}}})

    expected = (
        sheet.replace(cell_xml(sheet, "B2"), inline("B2", "updated", 1).encode())
        .replace(cell_xml(sheet, "B5"), inline("B5", "conflict", 1).encode())
        .replace(cell_xml(sheet, "C5"), b'<c r="C5" s="1"/>')
    )
    assert part(target) == expected


def test_other_cells_read_the_same(tmp_path: Path) -> None:
    """A reader finds the patched texts, and every other value and formula as before."""
    source = books.rich(tmp_path / "rich.xlsx")

    target = patched(source, {"Packages": {2: {2: "updated"}, 5: {3: ""}}})

    expected = texts(source) | {("Packages", 2, 2): "updated"}
    del expected["Packages", 5, 3]
    assert texts(target) == expected


def test_own_sheet_replaced_beside_everything_else(tmp_path: Path) -> None:
    """Replacing `Results` touches no part but that sheet's."""
    source = books.rich(tmp_path / "rich.xlsx")

    target = patched(source, {}, {"Results": [["Run", "Row"], ["1", Link("5", "Packages", "B5")]]})

    results = "xl/worksheets/sheet2.xml"
    assert [one for one in members(target) if one.name != results] == [
        one for one in members(source) if one.name != results
    ]
    assert texts(target)["Results", 2, 2] == "5"
    assert ("Results", 2, 3) not in texts(target)


def test_nothing_to_patch_gives_the_same_workbook(tmp_path: Path) -> None:
    """Without patches, or with texts that stand there already, every member is copied as it is."""
    source = books.rich(tmp_path / "rich.xlsx")
    once = books.recompressed(patched(source, {"Packages": {2: {2: "updated"}}}), level=1)

    same: list[CellPatches] = [{}, {"Packages": {}, "Results": {3: {}}}, {"Packages": {2: {2: "updated"}}}]
    for no_change in same:
        assert members(patched(once, no_change)) == members(once)


# -- the calculation chain

CHAIN = "xl/calcChain.xml"


def test_formula_replaced_drops_the_calculation_chain(tmp_path: Path) -> None:
    """A chain that names a cell without a formula makes Excel offer a repair, so it goes with its mentions."""
    source = books.rich(tmp_path / "rich.xlsx")
    relations, types = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"

    target = patched(source, {"Packages": {2: {8: "no formula"}}})

    assert [one.name for one in members(target)] == [one.name for one in members(source) if one.name != CHAIN]
    changed = {FIRST_SHEET, relations, types, CHAIN}
    assert [one for one in members(target) if one.name not in changed] == [
        one for one in members(source) if one.name not in changed
    ]
    for name in (relations, types):
        mention = re.findall(rb"<(?:Relationship|Override) [^>]*calcChain[^>]*/>", part(source, name))
        assert len(mention) == 1
        assert part(target, name) == part(source, name).replace(mention[0], b"")
    assert texts(target)["Packages", 2, 8] == "no formula"
    assert texts(target)["Packages", 3, 8] == "=LEN(A3)"


def test_sheet_with_formulas_replaced_drops_the_calculation_chain(tmp_path: Path) -> None:
    """A formula anywhere in the old rows of a replaced sheet counts."""
    rows = '<row r="1"><c r="A1"/></row><row r="9"><c r="A9"/><c r="B9"><f>1+1</f><v>2</v></c></row>'
    source = by_hand(tmp_path / "book.xlsx", worksheet(rows))
    books.with_calc_chain(source, ["B9"])

    target = patched(source, {}, {"Packages": [["a"]]})

    assert CHAIN not in [one.name for one in members(target)]


def test_calculation_chain_stays_while_its_formulas_do(tmp_path: Path) -> None:
    """Patching cells without formulas leaves the chain and its mentions alone."""
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>'
    source = by_hand(tmp_path / "book.xlsx", worksheet(rows))
    books.with_calc_chain(source, ["B1"])

    target = patched(source, {"Packages": {1: {1: "x"}}}, {"Notes": [["y"]]})

    assert [one.name for one in members(target)] == [one.name for one in members(source)]


def test_shared_formulas_beside_a_patched_cell_survive(tmp_path: Path) -> None:
    """A group of shared formulas stays a group, cached values included."""
    formulas = (
        '<c r="C2"><f aca="false" t="shared" ref="C2:C3" si="0">A2*2</f><v>2</v></c>',
        '<c r="C3"><f aca="false" t="shared" si="0"/><v>4</v></c>',
    )
    rows = f'<row r="2"><c r="B2" s="1"/>{formulas[0]}</row><row r="3"><c r="A3"><v>2</v></c>{formulas[1]}</row>'
    source = by_hand(tmp_path / "book.xlsx", worksheet(rows))

    target = patched(source, {"Packages": {2: {2: "x"}, 3: {2: "y"}}})

    sheet = part(target).decode()
    assert all(formula in sheet for formula in formulas)
    assert texts(target)["Packages", 3, 3] == "=A3*2"


# -- where a cell goes


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
            {1: {3: "c"}, 2: {3: "c"}},
            f'<row r="1" ht="9"><c r="A1"/>{inline("C1", "c")}</row>'
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
            '<row r="3"><c r="C3"/><c r="A3"/></row><row r="1"><c r="A1"/></row>',
            {1: {1: "x"}, 3: {1: "y"}},
            f'<row r="3"><c r="C3"/>{inline("A3", "y")}</row><row r="1">{inline("A1", "x")}</row>',
            id="out of order: found, not doubled",
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


# -- other producers

GRID = [["id", "Result", "Title"], ["1", "", "Trails"], ["2", "old", "Parks"], ["3", "", ""]]
GRID_TEXTS = {
    ("Packages", row, column): text
    for row, cells in enumerate(GRID, start=1)
    for column, text in enumerate(cells, start=1)
    if text
}


@pytest.mark.parametrize(
    "write",
    [books.by_openpyxl, books.by_xlsxwriter, books.by_xlsxwriter_streaming],
    ids=["openpyxl", "XlsxWriter", "XlsxWriter in constant memory"],
)
def test_libraries(tmp_path: Path, write: Callable[[Path, books.Grid], None]) -> None:
    """Books of the usual libraries: shared or inline strings, missing or blank cells."""
    source = tmp_path / "book.xlsx"
    write(source, GRID)

    target = patched(source, {"Packages": {2: {2: "updated"}, 3: {2: ""}, 6: {1: "new"}}})

    expected = texts(source) | {("Packages", 2, 2): "updated", ("Packages", 6, 1): "new"}
    del expected["Packages", 3, 2]
    assert texts(source).items() >= GRID_TEXTS.items()
    assert texts(target) == expected


EXCEL_SHEET = f"""\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r
<worksheet xmlns="{MAIN}" xmlns:r="{books.RELATIONS}" \
xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac xr" \
xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" \
xmlns:xr="http://schemas.microsoft.com/office/spreadsheetml/2014/revision" xr:uid="{{0-1}}">\
<dimension ref="A1:C3"/><sheetFormatPr defaultRowHeight="15" x14ac:dyDescent="0.25"/>\
<cols><col min="1" max="3" width="20" style="1"/></cols>\
<sheetData><row r="1" spans="1:3" x14ac:dyDescent="0.25"><c r="A1" s="2" t="s"><v>0</v></c>\
<c r="C1" s="2" t="s"><v>1</v></c></row>\
<row r="3" spans="1:3" s="3" customFormat="1" ht="30" x14ac:dyDescent="0.25"><c r="A3" s="1" t="s"><v>2</v></c>\
<c r="B3" s="4" t="b"><v>1</v></c></row></sheetData>\
<extLst><ext uri="{{X}}" xmlns:x14="urn:x14"><x14:row r="1"><x14:c r="A1"/></x14:row></ext></extLst>\
</worksheet>"""

LIBREOFFICE_SHEET = f"""\
<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="{MAIN}" xmlns:r="{books.RELATIONS}">\
<sheetPr filterMode="false"><pageSetUpPr fitToPage="false"/></sheetPr><dimension ref="A1:C3"/>\
<cols><col collapsed="false" customWidth="true" hidden="false" outlineLevel="0" max="3" min="1" style="1" \
width="20.71"/></cols><sheetData>\
<row r="1" customFormat="false" ht="15" hidden="false" customHeight="false" outlineLevel="0" collapsed="false">\
<c r="A1" s="2" t="s"><v>0</v></c><c r="C1" s="2" t="s"><v>1</v></c></row>\
<row r="3" customFormat="false" ht="15" hidden="false" customHeight="false" outlineLevel="0" collapsed="false">\
<c r="A3" s="1" t="s"><v>2</v></c><c r="B3" s="4" t="b"><v>1</v></c>\
<c r="C3" s="1" t="n"><f aca="false">LEN(A1)</f><v>4</v></c></row>\
</sheetData><autoFilter ref="A1:C3"></autoFilter></worksheet>"""

PREFIXED_SHEET = f"""\
<?xml version="1.0" encoding="utf-8"?><x:worksheet xmlns:x="{MAIN}"><x:dimension ref="A1:C3"/><x:sheetData>\
<x:row><x:c t="s"><x:v>0</x:v></x:c><x:c r="C1" t="s"><x:v>1</x:v></x:c></x:row>\
<x:row r="3"><x:c t="s"><x:v>2</x:v></x:c><x:c t="b"><x:v>1</x:v></x:c></x:row>\
</x:sheetData></x:worksheet>"""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"], ids=["no BOM", "BOM"])
@pytest.mark.parametrize(
    "sheet",
    [EXCEL_SHEET, LIBREOFFICE_SHEET, PREFIXED_SHEET],
    ids=["Excel", "LibreOffice", "prefixed, as by the OpenXML SDK"],
)
def test_other_programs(tmp_path: Path, sheet: str, mark: bytes) -> None:
    """What Excel, LibreOffice and the OpenXML SDK write is patched; the rest reads as before."""
    source = by_hand(tmp_path / "book.xlsx", mark + sheet.encode())

    target = patched(source, {"Packages": {1: {2: "Result"}, 2: {2: "new row"}, 3: {1: "ä", 2: "updated"}}})

    expected = texts(source) | {
        ("Packages", 1, 2): "Result",
        ("Packages", 2, 2): "new row",
        ("Packages", 3, 1): "ä",
        ("Packages", 3, 2): "updated",
    }
    assert texts(target) == expected
    assert part(target).startswith(mark + sheet[:100].encode())


def test_prefixed_elements_get_prefixed_company(tmp_path: Path) -> None:
    """Inserted elements take the prefix of the part, else they would be of no namespace."""
    source = by_hand(tmp_path / "book.xlsx", PREFIXED_SHEET)

    patched_cells = part(patched(source, {"Packages": {9: {1: "x"}}})).decode()
    replaced = part(patched(source, {}, {"Packages": [["h"], [Link("x", "Notes", "A1")]]})).decode()

    assert (
        '<x:row r="9"><x:c r="A9" t="inlineStr"><x:is><x:t xml:space="preserve">x</x:t></x:is></x:c></x:row>'
        in patched_cells
    )
    assert '<x:hyperlinks><x:hyperlink ref="A2" ' in replaced
    assert texts(patched(source, {}, {"Packages": [["h"]]}))["Packages", 1, 1] == "h"


def test_strict_workbook(tmp_path: Path) -> None:
    """The strict namespaces (ECMA-376 part 1, annex A) are as good as the usual ones."""
    sheet = worksheet('<row r="1"><c r="A1" t="s"><v>0</v></c></row>').replace(MAIN, STRICT_MAIN)
    source = by_hand(tmp_path / "book.xlsx", sheet, strict=True)

    target = patched(source, {"Packages": {1: {1: "x", 2: "y"}}}, {"Notes": [["z"]]})

    assert [node.text for node in books.elements(part(target), f".//{{{STRICT_MAIN}}}t")] == ["x", "y"]
    assert b">z<" in part(target, "xl/worksheets/sheet2.xml")


def test_parts_are_found_by_relationship_not_by_name(tmp_path: Path) -> None:
    """The sheet's title decides, whatever its part is called, in whatever case."""
    relation = f'<Relationship Id="%s" Type="{books.RELATIONS}/%s" Target="%s"/>'
    source = by_hand(
        tmp_path / "book.xlsx",
        worksheet("<row><c><v>1</v></c></row>"),
        title="It&apos;s &amp;",
        more={
            "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
            'relationships">'
            + relation % ("rId1", "worksheet", "../Elsewhere/Tabelle1.XML")
            + relation % ("rId2", "chartsheet", "worksheets/sheet2.xml")
            + "</Relationships>",
            "elsewhere/tabelle1.xml": worksheet("<row><c><v>2</v></c></row>"),
        },
    )

    target = patched(source, {"It's &": {1: {1: "x"}}})

    assert part(target) == part(source)
    assert rows_of(part(target, "elsewhere/tabelle1.xml").decode()) == f"<row>{inline('A1', 'x')}</row>"
    with pytest.raises(LookupError, match="no worksheet “Notes”"):
        patched(source, {"Notes": {1: {1: "x"}}})


# -- texts

HOSTILE = [
    "=1+1",
    "+cmd|' /C calc'!A0",
    "@SUM(1)",
    "<f>1+1</f>]]>&amp;&#10;",
    ' r="A1" ',
    "  two  spaces  ",
    "line\nline\ttab",
    "cr\r\nlf\r",
    "\x00\x01\x0b\x1f\x7f\x85\u2028",
    "_x000D_ _x0041_ _x005F_ _X0041_ _x00_",
    "_x0041_x0042_x0043_",
    "_x0041\x0b_x0041\r",
    "__x0041__",
    "\ud800 \udfff \ufffe \uffff",
    "👩‍👩‍👧‍👦 e\u0301 \u202eRTL\u202c",
]


def stored(text: str) -> str:
    """Return a text as it must come back: only what XML cannot hold has changed."""
    return re.sub("[\ud800-\udfff\ufffe\uffff]", "\ufffd", text)


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


# -- whole sheets

OWN_SHEET_REST = (
    '<sheetProtection sheet="1"/>{filter}{merged}<conditionalFormatting sqref="A1:A9"><cfRule type="expression" '
    'priority="1"><formula>1</formula></cfRule></conditionalFormatting>{links}<pageMargins left="1" '
    'right="1" top="1" bottom="1" header="1" footer="1"/><pageSetup orientation="landscape"/>'
)


def own_sheet(rows: str, *, filter_: str = "", merged: str = "", links: str = "") -> str:
    """Return a sheet of ours with all around its rows."""
    return worksheet(
        rows,
        before='<dimension ref="A1:Z99"/><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" '
        'state="frozen"/></sheetView></sheetViews><cols><col min="1" max="2" width="9" style="5"/></cols>',
        after=OWN_SHEET_REST.format(filter=filter_, merged=merged, links=links),
    )


def test_replaced_sheet_keeps_all_but_its_rows(tmp_path: Path) -> None:
    """Panes, widths, protection and colours keep every byte; what referred to the old rows is adjusted or goes."""
    old = own_sheet(
        '<row r="1"><c r="A1" t="s"><v>0</v></c></row>',
        filter_='<autoFilter ref="A1:C9" foo="1"><filterColumn colId="0"/></autoFilter>',
        merged='<mergeCells count="1"><mergeCell ref="A2:B2"/></mergeCells>',
        links='<hyperlinks><hyperlink ref="A1" location="Notes!A1"/></hyperlinks>',
    )
    source = by_hand(tmp_path / "book.xlsx", old)

    target = patched(source, {}, {"Packages": [["h", "i"], ["a", Link("b", "It's", "A5")]]})

    rows = (
        f'<row r="1">{inline("A1", "h", 5)}{inline("B1", "i", 5)}</row>'
        f'<row r="2">{inline("A2", "a", 5)}{inline("B2", "b", 5)}</row>'
    )
    new = own_sheet(
        rows,
        filter_='<autoFilter ref="A1:B2" foo="1"></autoFilter>',
        links='<hyperlinks><hyperlink ref="B2" location="\'It\'\'s\'!A5" display="b"/></hyperlinks>',
    )
    assert part(target).decode() == new.replace("A1:Z99", "A1:B2")


def test_replaced_sheet_keeps_styles(tmp_path: Path) -> None:
    """Headers keep row 1's styles and height; other cells have their column's style, else that of row 2."""
    old = worksheet(
        '<row r="1" spans="1:2" ht="40" customHeight="1"><c r="A1" s="1"/><c r="C1" s="2"/></row>'
        '<row r="2"><c r="A2" s="3"/><c r="C2" s="4"/></row>',
        before='<cols><col min="1" max="2" width="9" style="5"/></cols>',
    )
    source = by_hand(tmp_path / "book.xlsx", old)

    target = patched(source, {}, {"Packages": [["a", "b", "c", "d"], ["a", "", "", "d"], [], ["", "b", "c"]]})

    assert rows_of(part(target).decode()) == (
        '<row r="1" ht="40" customHeight="1">'
        + inline("A1", "a", 1)
        + inline("B1", "b", 5)
        + inline("C1", "c", 2)
        + inline("D1", "d")
        + f'</row><row r="2">{inline("A2", "a", 5)}<c r="C2" s="4"/>{inline("D2", "d")}</row>'
        + f'<row r="3"></row><row r="4">{inline("B4", "b", 5)}{inline("C4", "c", 4)}</row>'
    )


@pytest.mark.parametrize(
    "after",
    ["", "<phoneticPr/><dataValidations/>{}<printOptions/><extLst/>", '<sheetProtection sheet="1"/>{}<drawing/>'],
)
def test_links_stand_where_the_schema_wants_them(tmp_path: Path, after: str) -> None:
    """`<hyperlinks>` comes after data validations and before print options (CT_Worksheet, 18.3.1.99)."""
    source = by_hand(tmp_path / "book.xlsx", worksheet("", after=after.format("")))

    target = patched(source, {}, {"Packages": [[Link("x", "Notes", "A1")]]})

    names = [node.tag.rpartition("}")[2] for node in books.elements(part(target), "./*")]
    order = ["sheetData", "sheetProtection", "phoneticPr", "dataValidations", "hyperlinks"]
    order += ["printOptions", "drawing", "extLst"]
    assert all(order.index(one) < order.index(other) for one, other in pairwise(names))


def test_links_lead_to_their_cells(tmp_path: Path) -> None:
    """Quotes, markup and line breaks in titles and texts reach the reader as they are."""
    source = by_hand(tmp_path / "book.xlsx", worksheet(""))
    links = [[Link("plain", "Packages", "A5")], [Link('"<&>"\nü_x0041_', "It's \"<&>\" 'x'", "XFD9")]]

    target = patched(source, {}, {"Packages": links})

    found = [
        (node.attrib["ref"], node.attrib["location"], node.attrib["display"])
        for node in books.elements(part(target), f".//{{{MAIN}}}hyperlink")
    ]
    assert found == [
        ("A1", "'Packages'!A5", "plain"),
        ("A2", "'It''s \"<&>\" ''x'''!XFD9", '"<&>"\nü_x005F_x0041_'),
    ]
    assert texts(target)["Packages", 2, 1] == '"<&>"\nü_x0041_'


def test_links_beyond_what_a_sheet_holds_stay_texts(tmp_path: Path) -> None:
    """Excel takes 65,530 links in a sheet; the cells of further ones are still there."""
    source = by_hand(tmp_path / "book.xlsx", worksheet(""))

    target = patched(source, {}, {"Packages": [[Link("x", "Notes", "A1")]] * 65_532})

    assert part(target).count(b"<hyperlink ") == 65_530
    assert part(target).count(b"<row ") == 65_532


@pytest.mark.parametrize("empty", ["<sheetData/>", "<sheetData></sheetData>"])
def test_empty_own_sheet(tmp_path: Path, empty: str) -> None:
    """A sheet without rows takes some, and a sheet can be emptied."""
    sheet = worksheet("", before='<dimension ref="A1"/>').replace("<sheetData></sheetData>", empty)
    source = by_hand(tmp_path / "book.xlsx", sheet)

    filled = patched(source, {}, {"Packages": [["a", Link("b", "Notes", "A1")]]})
    emptied = patched(filled, {}, {"Packages": []})

    assert texts(filled).items() >= {("Packages", 1, 1): "a", ("Packages", 1, 2): "b"}.items()
    assert part(emptied).decode() == sheet.replace(empty, "<sheetData></sheetData>")


# -- zips


def test_zips_of_every_make(tmp_path: Path) -> None:
    """Members written to a stream, stored ones, ZIP64 fields, names beyond ASCII, comments: all are copied."""
    plain = by_hand(tmp_path / "plain.xlsx", worksheet('<row r="1"><c r="A1"/></row>'))
    stream = Unseekable()
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(info.filename, old.read(info))
    source = tmp_path / "book.xlsx"
    source.write_bytes(stream.written)
    with zipfile.ZipFile(source, "a") as archive:
        archive.writestr("xl/media/ü.bin", b"stored", zipfile.ZIP_STORED)
        with archive.open("xl/media/large.bin", "w", force_zip64=True) as member:
            member.write(b"small")
        note = zipfile.ZipInfo("xl/media/note.bin", (1999, 12, 31, 23, 59, 58))
        note.comment, note.extra, note.external_attr = b"a comment", b"\xfe\xca\x02\0hi", 0o644 << 16
        archive.writestr(note, b"note")
        archive.comment = b"of the whole"

    target = patched(source, {"Packages": {1: {1: "x"}}})

    def others(path: Path) -> list[books.Member]:
        return [one for one in members(path) if one.name != FIRST_SHEET]

    assert others(target) == others(source)
    with zipfile.ZipFile(target) as archive:
        assert archive.testzip() is None
        assert archive.comment == b"of the whole"
        assert archive.getinfo("xl/media/note.bin").extra == note.extra
        assert archive.read("xl/media/large.bin") == b"small"
        assert not any(info.flag_bits & 0x8 for info in archive.infolist())
    assert books.local_header(target, "xl/media/large.bin") == (0, 5, 5, b"")
    assert books.local_header(target, "xl/media/note.bin")[1:] == (4, 4, note.extra)
    assert texts(target)["Packages", 1, 1] == "x"


class Unseekable(RawIOBase):
    """A stream like a pipe, which makes `zipfile` write sizes after the data."""

    def __init__(self) -> None:
        self.written = b""

    def writable(self) -> bool:
        """Take bytes."""
        return True

    def write(self, data: object) -> int:
        """Keep bytes."""
        assert isinstance(data, bytes | bytearray | memoryview)
        self.written += bytes(data)
        return len(data)


def test_target_may_hold_something_already(tmp_path: Path) -> None:
    """The workbook is written from the target's present position on, and nothing is read back from it."""
    source = by_hand(tmp_path / "book.xlsx", worksheet('<row r="1"><c r="A1"/></row>'))
    stream, file = Unseekable(), BytesIO(b"before")
    file.seek(0, os.SEEK_END)

    patch_workbook(source, stream, {"Packages": {1: {1: "x"}}}, {})  # type: ignore[arg-type]  # no whole file
    patch_workbook(source, file, {"Packages": {1: {1: "x"}}}, {})

    assert file.getvalue() == b"before" + stream.written


# -- refusals


def refused(source: Path, cells: CellPatches | None = None) -> str:
    """Return the sentence with which a workbook is refused; nothing may have been written by then."""
    target = BytesIO()
    with pytest.raises(WorkbookDamaged) as trouble:
        patch_workbook(source, target, cells or {"Packages": {1: {1: "x"}}}, {})
    assert target.getvalue() == b""
    sentence = str(trouble.value)
    assert re.fullmatch(r"[A-Z].*\.", sentence), sentence
    return sentence


@pytest.mark.parametrize(
    ("sheet", "says"),
    [
        (worksheet("").encode("utf-16"), "UTF-8"),
        (worksheet("").replace("UTF-8", "UTF-16").encode("utf-16-be"), "UTF-8"),
        (worksheet("").replace("UTF-8", "ISO-8859-1").encode("latin-1"), "UTF-8"),
        (worksheet("").replace("UTF-8", "x-unknown").encode(), "UTF-8"),
        (worksheet("").replace("<worksheet", "<!DOCTYPE worksheet><worksheet", 1), "document type"),
        (
            worksheet("&a;").replace("<worksheet", '<!DOCTYPE w [<!ENTITY a "aa">]><worksheet', 1),
            "document type",
        ),
        (worksheet("<row>"), "damaged"),
        (worksheet("<y:row/>"), "damaged"),
        ("", "damaged"),
        (f'<chartsheet xmlns="{MAIN}"/>', "not a worksheet"),
        ('<worksheet xmlns="urn:other"><sheetData/></worksheet>', "not a worksheet"),
        (f'<worksheet xmlns="{MAIN}"/>', "no element for rows"),
        (worksheet('<row r="1"/><row r="1"/>'), "row 1 twice"),
        (worksheet('<row r="2000000000"/>'), "row “2000000000”"),
        (worksheet('<row r="0"/>'), "row “0”"),
        (worksheet('<row r="1"><c r="ZZZZ1"/></row>'), "column “ZZZZ”"),
        (worksheet('<row r="1"><c r="XFE1"/></row>'), "column “XFE”"),
        (worksheet('<row><c r="A"/></row>'), "row “”"),
    ],
)
def test_sheets_that_cannot_be_patched(tmp_path: Path, sheet: str | bytes, says: str) -> None:
    """A sheet this program cannot splice is refused in one sentence that names the part."""
    sentence = refused(by_hand(tmp_path / "book.xlsx", sheet))

    assert says in sentence
    assert FIRST_SHEET in sentence


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("_rels/.rels", "<Relationships/>"),
        ("xl/workbook.xml", "<!DOCTYPE workbook><workbook/>"),
        ("xl/workbook.xml", "<workbook>"),
        ("xl/_rels/workbook.xml.rels", "no XML"),
    ],
)
def test_workbooks_whose_parts_cannot_be_found(tmp_path: Path, name: str, content: str) -> None:
    """Trouble in the parts that lead to the sheets is told the same way."""
    refused(by_hand(tmp_path / "book.xlsx", worksheet(""), more={name: content}))


def test_files_that_are_no_workbooks(tmp_path: Path) -> None:
    """An old .xls, a text, an empty file, a cut-off one and another zip are refused in one sentence."""
    good = by_hand(tmp_path / "good.xlsx", worksheet("")).read_bytes()
    other = BytesIO()
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    source = tmp_path / "book.xlsx"

    for content in (b"\xd0\xcf\x11\xe0" + b"\0" * 600, b"id,title\n", b"", good[:-30], other.getvalue()):
        source.write_bytes(content)
        refused(source)


def test_damaged_zip_members(tmp_path: Path) -> None:
    """A wrong checksum in a sheet, a broken local header and a doubled name are refused."""
    good = by_hand(tmp_path / "book.xlsx", worksheet(""))
    with zipfile.ZipFile(good) as archive:
        sheet, last = archive.getinfo(FIRST_SHEET), archive.getinfo("xl/sharedStrings.xml")
    data = good.read_bytes()

    wrong_sum = bytearray(data)
    wrong_sum[sheet.header_offset + 30 + len(FIRST_SHEET) + 5] ^= 0xFF
    no_header = data[: last.header_offset] + b"XX" + data[last.header_offset + 2 :]
    other_name = data.replace(b"xl/sharedStrings.xml", b"xl/sharedString_.xml", 1)
    for content in (bytes(wrong_sum), no_header, other_name):
        good.write_bytes(content)
        with pytest.raises(WorkbookDamaged), (tmp_path / "out.xlsx").open("wb") as target:
            patch_workbook(good, target, {"Packages": {1: {1: "x"}}}, {})

    good.write_bytes(data)
    with zipfile.ZipFile(good, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr(FIRST_SHEET, worksheet(""))
    assert "same name" in refused(good)


def test_sheet_that_is_not_there(tmp_path: Path) -> None:
    """A title the workbook does not have is told, and nothing is written."""
    source = by_hand(tmp_path / "book.xlsx", worksheet(""))
    target = BytesIO()

    with pytest.raises(LookupError, match=r"^The workbook has no worksheet “Resources”\.$"):
        patch_workbook(source, target, {"Resources": {}}, {})
    with pytest.raises(LookupError, match="“packages”"):
        patch_workbook(source, target, {}, {"packages": []})
    assert target.getvalue() == b""


def test_wishes_that_cannot_be(tmp_path: Path) -> None:
    """A sheet both patched and replaced, or a cell outside a sheet, is a mistake of the program."""
    source = by_hand(tmp_path / "book.xlsx", worksheet(""))

    with pytest.raises(ValueError, match="Packages"):
        patched(source, {"Packages": {1: {1: "x"}}}, {"Packages": []})
    for row, column in ((0, 1), (1_048_577, 1), (1, 0), (1, 16_385)):
        with pytest.raises(ValueError, match="a sheet has no"):
            patched(source, {"Packages": {row: {column: "x"}}})


# -- LibreOffice itself


@pytest.mark.real
@pytest.mark.skipif(
    os.environ.get("BULKEDIT_REAL") != "1" or shutil.which("soffice") is None,
    reason="BULKEDIT_REAL=1 is not set (set by make test-real), or there is no LibreOffice",
)
def test_libreoffice_saves_and_opens(tmp_path: Path) -> None:
    """A book that LibreOffice saved is patched, and LibreOffice reads the result."""
    source = tmp_path / "one" / "book.xlsx"
    source.parent.mkdir()
    books.by_xlsxwriter(source, GRID)
    saved = by_libreoffice(source, tmp_path / "two")
    patches = {row: {2: text} for row, text in enumerate(HOSTILE[:6], start=2)}

    target = patched(saved, {"Packages": patches}, {"Notes": [["h"], [Link("go", "Packages", "A2")]]})

    expected = {("Packages", row, 2): columns[2] for row, columns in patches.items()}
    others = {place: text for place, text in GRID_TEXTS.items() if place[1:] not in ((3, 2),)}
    assert texts(target).items() >= {**others, **expected}.items()
    back = by_libreoffice(target, tmp_path / "three")
    assert texts(back).items() >= {**others, **expected, ("Notes", 2, 1): "go"}.items()
    assert openpyxl.load_workbook(back)["Notes"]["A2"].hyperlink.location in ("Packages!A2", "'Packages'!A2")


def by_libreoffice(path: Path, folder: Path) -> Path:
    """Open a book in LibreOffice, save it into a folder, and return the new file."""
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return folder / path.name
