"""Our own sheets are replaced whole: their rows change, all around them stays."""

from itertools import pairwise
from pathlib import Path

import books
import pytest
from books import MAIN, by_hand, part, texts, worksheet
from patching import inline, patched, rows_of

from bulkedit.excel.patch import Link

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
