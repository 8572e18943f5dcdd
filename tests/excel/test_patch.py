"""Promise 5: your workbook stays yours. Apart from our own cells and our own sheets, no byte of it changes."""

import os
import zipfile
from io import BytesIO, RawIOBase
from pathlib import Path

import books
from books import FIRST_SHEET, by_hand, cell_xml, members, part, texts, worksheet
from patching import inline, patched

from bulkedit.excel.patch import CellPatches, Link, patch_workbook

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
