"""A cell of any make is read as what it says; a file that cannot be read is told in one sentence."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from exports import changes, edits_in, export, notes, touched
from producers import (
    change_sheets,
    parts_of,
    prefixed,
    rich_texts,
    shared_strings,
    sheet_parts,
    strict,
    write_parts,
)

from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.core.trouble import RunError
from bulkedit.excel.read import read_workbook

Put = Callable[[str], Path]


@pytest.fixture
def put(tmp_path: Path) -> Put:
    """Return what puts XML in the place of the first description's cell; `s` is the number of a date's style."""

    def put_in(cell: str) -> Path:
        path = tmp_path / "parks.xlsx"
        export(path, [{"id": f"p{n}", "name": f"park-{n}", "notes": f"notes {n}"} for n in (1, 2)])
        _with_date_style(path)

        def change(xml: str) -> str:
            old = re.search(r'<c r="(\w+)" s="(\d+)"[^>]*><is><t[^>]*>notes 1</t></is></c>', xml)
            assert old is not None
            return xml.replace(
                old[0], cell.replace("REF", old[1]).replace("DATE", _DATE_STYLE).replace("TEXT", old[2])
            )

        change_sheets(path, change, "Packages")
        return path

    return put_in


_DATE_STYLE = "199"


def _with_date_style(path: Path) -> None:
    """Add styles until there is one with the number `_DATE_STYLE`, a date's; the one after it counts hours."""
    parts = parts_of(path)
    styles = parts["xl/styles.xml"].decode()
    count = int(re.search(r'<cellXfs count="(\d+)"', styles)[1])  # type: ignore[index]  # it is there
    more = '<xf numFmtId="0"/>' * (int(_DATE_STYLE) - count) + '<xf numFmtId="22"/><xf numFmtId="46"/>'
    parts["xl/styles.xml"] = styles.replace("</cellXfs>", f"{more}</cellXfs>").encode()
    write_parts(path, parts)


CELLS: dict[str, tuple[str, Cell]] = {
    "number": ('<c r="REF" s="TEXT"><v>12.50</v></c>', OddCell("12.5", Form.NUMBER)),
    "whole number": ('<c r="REF" s="TEXT" t="n"><v>100000</v></c>', OddCell("100000", Form.NUMBER)),
    "number with exponent": ('<c r="REF"><v>1.5E-3</v></c>', OddCell("0.0015", Form.NUMBER)),
    "date": ('<c r="REF" s="DATE"><v>45322</v></c>', OddCell("2024-01-31", Form.DATE)),
    "date and time": ('<c r="REF" s="DATE"><v>45322.5</v></c>', OddCell("2024-01-31T12:00:00", Form.DATE)),
    "time": ('<c r="REF" s="DATE"><v>0.25</v></c>', OddCell("06:00:00", Form.DATE)),
    "hours": ('<c r="REF" s="200"><v>1.125</v></c>', OddCell("27:00:00", Form.DATE)),
    "date beyond all calendars": ('<c r="REF" s="DATE"><v>99999999</v></c>', OddCell("#VALUE!", Form.ERROR)),
    "ISO date": ('<c r="REF" t="d"><v>2024-01-31</v></c>', OddCell("2024-01-31", Form.DATE)),
    "ISO date at midnight": ('<c r="REF" t="d"><v>2024-01-31T00:00:00</v></c>', OddCell("2024-01-31", Form.DATE)),
    "ISO date and time": (
        '<c r="REF" t="d"><v>2024-01-31T10:20:30</v></c>',
        OddCell("2024-01-31T10:20:30", Form.DATE),
    ),
    "boolean": ('<c r="REF" t="b"><v>1</v></c>', OddCell("TRUE", Form.BOOLEAN)),
    "error": ('<c r="REF" t="e"><v>#N/A</v></c>', OddCell("#N/A", Form.ERROR)),
    "formula": ('<c r="REF" t="str"><f>A1&amp;"x"</f><v>notes 1</v></c>', OddCell('=A1&"x"', Form.FORMULA)),
    "formula without a value": ('<c r="REF"><f>1+1</f></c>', OddCell("=1+1", Form.FORMULA)),
    "array formula": (
        '<c r="REF"><f t="array" ref="REF">SUM(A1)</f><v>1</v></c>',
        OddCell("=SUM(A1)", Form.FORMULA),
    ),
    "shared formula, not the first": ('<c r="REF"><f t="shared" si="7"/><v>1</v></c>', OddCell("=", Form.FORMULA)),
    "text of a formula's kind without one": ('<c r="REF" t="str"><v>plain</v></c>', "plain"),
    "text with an escape": ('<c r="REF" t="inlineStr"><is><t>a_x000D_b</t></is></c>', "a\rb"),
    "text in pieces": ('<c r="REF" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab"),
    "text with a phonetic hint": (
        '<c r="REF" t="inlineStr"><is><t>a</t><rPh sb="0" eb="1"><t>b</t></rPh></is></c>',
        "a",
    ),
    "empty text": ('<c r="REF" t="inlineStr"><is><t></t></is></c>', ""),
    "empty inline": ('<c r="REF" t="inlineStr"/>', ""),
    "empty number": ('<c r="REF" s="TEXT"><v></v></c>', ""),
    "only a style": ('<c r="REF" s="TEXT"/>', ""),
}


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("also", [None, prefixed, strict], ids=["usual", "prefixed", "strict"])
def test_a_cell_is_read_as_what_it_says(put: Put, kind: str, also: Callable[[Path], None] | None) -> None:
    """Numbers, dates, formulas, errors and texts of every make, in every dialect; the cell below stays."""
    xml, expected = CELLS[kind]
    path = put(xml)
    if also is not None:
        also(path)

    book = read_workbook(path)

    assert notes(book) == [expected, "notes 2"]


def test_a_text_that_speaks_of_namespaces_is_kept_in_a_strict_workbook(tmp_path: Path) -> None:
    """Only the names of elements are translated for the reader, not what people wrote."""
    text = 'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main" <x xmlns="http://purl.oclc.org/ooxml/drawingml/main">'
    path = tmp_path / "parks.xlsx"
    export(path, [{"id": "p1", "name": "park", "notes": text}])
    strict(path)
    change_sheets(path, lambda xml: xml.replace("&gt;", ">"))  # which a text may hold as it is

    book = read_workbook(path)

    assert notes(book) == [text]


def test_parts_are_found_by_what_names_them(tmp_path: Path) -> None:
    """Excel for the web numbers the workbook part; others keep their texts elsewhere."""
    path = tmp_path / "parks.xlsx"
    export(path, [{"id": "p1", "name": "park", "notes": "a b"}])
    rich_texts(path)
    moved = {
        "xl/workbook.xml": "xl/workbook2.xml",
        "xl/_rels/workbook.xml.rels": "xl/_rels/workbook2.xml.rels",
        "xl/sharedStrings.xml": "xl/texts/all.xml",
    }
    names = (("/xl/workbook.xml", "/xl/workbook2.xml"), ('"xl/workbook.xml', '"xl/workbook2.xml'))
    texts = (("/xl/sharedStrings.xml", "/xl/texts/all.xml"), ('"sharedStrings.xml', '"texts/all.xml'))
    parts = parts_of(path)
    for name in ("[Content_Types].xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"):
        for old, new in (*names, *texts):
            parts[name] = parts[name].replace(old.encode(), new.encode())
    write_parts(path, {moved.get(name, name): content for name, content in parts.items()})

    book = read_workbook(path)

    assert notes(book) == ["a b"]
    assert touched(edits_in(path)) == []


NONSENSE = {
    '<c r="REF" t="s"><v>999</v></c>': "a cell in row 2 refers to a text that is not there",
    '<c r="REF" t="s"><v>-1</v></c>': "a cell in row 2 refers to a text that is not there",
    '<c r="REF"><v>abc</v></c>': "a cell in row 2 holds a number that is none",
    '<c r="REF"><v>1e999</v></c>': "a cell in row 2 holds a number that is none",
    '<c r="REF"><v>1_000</v></c>': "a cell in row 2 holds a number that is none",
    '<c r="REF" t="d"><v>tomorrow</v></c>': "a cell in row 2 holds a date that is none",
    '<c r="REF" t="x"><v>1</v></c>': "row 2 has a cell of an unknown kind, “x”",
    '<c r="4"/>': "it has a cell in column “”, which no sheet has",
    '<c r="REF1"/>': "its row 2 has a cell of row 21",
    '<c r="A1048577"/>': "it has a cell in row “1048577”, which no sheet has",
    '<c r="A2"/>': "its row 2 has the cells of a column twice, or out of order",
}


@pytest.mark.parametrize("cell", NONSENSE)
def test_a_cell_that_makes_no_sense_is_told(put: Put, cell: str) -> None:
    """Which workbook, which sheet and which row, and what may help."""
    path = put(cell)
    shared_strings(path)

    with pytest.raises(RunError) as told:
        read_workbook(path)

    assert str(told.value) == (
        f"The sheet 'Packages' of parks.xlsx is damaged: {NONSENSE[cell]}; open it in a spreadsheet program and"
        " save it again."
    )


def test_a_sheet_that_breaks_off_is_told(put: Put) -> None:
    """A part that ends in the middle makes no shorter sheet."""
    path = put('<c r="REF"/>')
    parts = parts_of(path)
    name = sheet_parts(parts)["Packages"]
    parts[name] = parts[name][: len(parts[name]) // 2]
    write_parts(path, parts)

    with pytest.raises(RunError, match=r"The sheet 'Packages' of parks\.xlsx is damaged"):
        read_workbook(path)


def test_two_edits_in_one_file_are_two(put: Put) -> None:
    """A number typed over a text is an edit of that cell."""
    found = changes(edits_in(put('<c r="REF"><v>7</v></c>')))

    assert found == {("Packages", 2, "Description"): ("notes 1", "7")}
