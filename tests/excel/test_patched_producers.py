"""A workbook is patched whatever program wrote it."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import books
import openpyxl
import pytest
from books import MAIN, STRICT_MAIN, by_hand, part, texts, worksheet
from patching import GRID, GRID_TEXTS, HOSTILE, inline, patched, rows_of

from bulkedit.excel.patch import Link

# -- other producers


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
