"""What is no workbook, or a damaged one, is refused in one sentence, and nothing is written."""

import re
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from books import FIRST_SHEET, MAIN, by_hand, worksheet
from patching import patched

from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.patch import CellPatches, patch_workbook


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
