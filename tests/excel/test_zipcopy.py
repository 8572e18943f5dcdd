"""Members of a zip copied as they lie there, or with another content: every reader finds what was written."""

import io
import struct
import zipfile

import pytest

from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.zipcopy import ZipCopy, deflate

SHEET = "xl/worksheets/größe.xml"
LOCAL_NAME = 30
"""Where the name stands in the header before a member's data."""


def source_of(*, method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """Return a zip of two members, with a comment."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        archive.writestr(SHEET, "<old/>" * 100)
        member = zipfile.ZipInfo("xl/other.bin", (2026, 11, 28, 13, 59, 58))
        member.comment, member.external_attr, member.compress_type = b"theirs", 0o640 << 16, method
        archive.writestr(member, bytes(range(256)))
        archive.comment = b"of somebody"
    return held


def copied(source: io.BytesIO, new: bytes) -> zipfile.ZipFile:
    """Return a copy of a zip with another content for its first member, which comes in two pieces."""
    with zipfile.ZipFile(source) as archive:
        first, second = archive.infolist()
        target = io.BytesIO()
        copy = ZipCopy(source, target)
        copy.replace(first, deflate([new[:3], new[3:]]))
        copy.copy(second)
        copy.finish(archive.comment)
    return zipfile.ZipFile(target)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_with_another_content_is_whole(method: int) -> None:
    """Names in any script, content, check sums; the other member keeps its bytes, and all that is said of it."""
    found = copied(source_of(method=method), b"<new>" + b"x" * 999)

    assert found.testzip() is None
    assert found.namelist() == [SHEET, "xl/other.bin"]
    assert (found.read(SHEET), found.read("xl/other.bin")) == (b"<new>" + b"x" * 999, bytes(range(256)))
    other = found.getinfo("xl/other.bin")
    assert (other.date_time, other.comment, other.external_attr >> 16, other.compress_type) == (
        (2026, 11, 28, 13, 59, 58), b"theirs", 0o640, method,
    )  # fmt: skip
    assert found.comment == b"of somebody"


def test_a_member_that_is_cut_off_is_no_shorter_member() -> None:
    """Nobody could tell afterwards that something is missing."""
    source = source_of()
    with zipfile.ZipFile(source) as archive:
        member = archive.infolist()[0]
    cut = io.BytesIO(source.getvalue()[: member.header_offset + LOCAL_NAME + len(SHEET.encode()) + 2])

    with pytest.raises(WorkbookDamaged, match="is cut off within its part"):
        ZipCopy(cut, io.BytesIO()).copy(member)


def test_a_member_with_two_names_is_not_copied() -> None:
    """Readers that go by the one would see another workbook than those that go by the other."""
    source = source_of()
    with zipfile.ZipFile(source) as archive:
        member = archive.infolist()[1]
    forged = bytearray(source.getvalue())
    struct.pack_into("5s", forged, member.header_offset + LOCAL_NAME, b"XL/oT")

    with pytest.raises(WorkbookDamaged, match="two names"):
        ZipCopy(io.BytesIO(bytes(forged)), io.BytesIO()).copy(member)
