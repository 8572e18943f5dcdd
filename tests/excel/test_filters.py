"""An autofilter takes in rows that were added below it, and no other range changes."""

from pathlib import Path

import pytest
from books import by_hand, part, worksheet

from bulkedit.excel.filters import grown_filters, grown_range
from bulkedit.excel.patch import patch_workbook
from bulkedit.excel.sheetcells import patch_cells
from bulkedit.excel.splices import spliced

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


@pytest.mark.parametrize(
    ("reference", "grown"),
    [
        ("A1:C5", "A1:C9"),
        ("$A$1:$C$5", "$A$1:$C$9"),
        ("Packages!$A$1:$C$5", "Packages!$A$1:$C$9"),
        ("'It''s mine!'!$A$1:$C$5", "'It''s mine!'!$A$1:$C$9"),
        ("A1:C9", "A1:C9"),
        ("A1:C20", "A1:C20"),
        ("A2:C5", "A2:C5"),
        ("A1", "A1"),
        ("#REF!", "#REF!"),
        ("", ""),
    ],
)
def test_a_range_from_the_header_row_grows_down_to_the_last_row(reference: str, grown: str) -> None:
    """One that begins elsewhere, reaches further, or is none stays to the letter."""
    assert grown_range(reference, 9) == grown


def _book(*names: str) -> bytes:
    return (
        f'<workbook xmlns="{MAIN}"><sheets><sheet name="Start" sheetId="1"/><sheet name="Packages" sheetId="2"/>'
        f"</sheets><definedNames>{''.join(names)}</definedNames></workbook>"
    ).encode()


def test_the_defined_name_of_the_filter_of_that_sheet_grows() -> None:
    """Those of other sheets, and other names, stay."""
    filters = '<definedName name="_xlnm._FilterDatabase" localSheetId="{}" hidden="1">{}</definedName>'
    others = [
        filters.format(0, "Start!$A$1:$C$5"),
        filters.format(7, "Gone!$A$1:$C$5"),
        '<definedName name="mine" localSheetId="1">Packages!$A$1:$C$5</definedName>',
    ]
    xml = _book(*others, filters.format(1, "Packages!$A$1:$C$5"))

    grown = b"".join(spliced([xml], grown_filters(xml, {"Packages": 9})))

    assert grown == _book(*others, filters.format(1, "Packages!$A$1:$C$9"))


def test_the_filter_grows_in_the_workbook(tmp_path: Path) -> None:
    """By as many rows as were added to that sheet."""
    after = '<autoFilter ref="A1:B2"/>'
    source = by_hand(tmp_path / "book.xlsx", worksheet('<row r="1"><c r="A1"/></row>', after=after))
    target = tmp_path / "patched.xlsx"

    with target.open("wb") as file:
        patch_workbook(source, file, {"Packages": {3: {1: "new"}}, "Notes": {9: {1: "x"}}}, {}, {"Packages": 3})

    assert b'<autoFilter ref="A1:B3"/>' in part(target)


def test_the_filter_of_a_sheet_grows_and_keeps_its_criteria() -> None:
    """What people look for stays; without added rows nothing changes."""
    criteria = '<filterColumn colId="0"><filters><filter val="x"/></filters></filterColumn>'
    after = f'<autoFilter ref="A1:B2">{criteria}</autoFilter>'
    xml = worksheet('<row r="1"><c r="A1"/></row>', after=after).encode()

    added = patch_cells([xml], {3: {1: "new"}}, 3)
    patched = patch_cells([xml], {3: {1: "new"}})

    assert b'<autoFilter ref="A1:B3"><filterColumn colId="0">' in b"".join(spliced([xml], added.splices))
    assert b'<autoFilter ref="A1:B2"><filterColumn colId="0">' in b"".join(spliced([xml], patched.splices))
