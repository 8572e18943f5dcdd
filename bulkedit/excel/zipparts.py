"""Read the parts of a workbook's zip, and write the zip again with some parts replaced."""

import os
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from bulkedit.core.text import excerpt
from bulkedit.excel import bounds
from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.xmlbytes import naming, refuse_dtd
from bulkedit.excel.zipcopy import Deflated, ZipCopy

_CHUNK: Final = 1 << 18
_ENCRYPTED: Final = 0x1  # flag (PKWARE APPNOTE 6.3.10, 4.4.4)
_SIZES_FOLLOW: Final = 0x8  # flag: the sizes stand after the data (4.4.4)
_IN_ZIP64: Final = 0xFFFF_FFFF  # in the place of a size that stands elsewhere (4.5.3)
_LOCAL: Final = struct.Struct("<6x2H8x2L4x")  # of a local header (4.3.7): flags, method, packed size, size
_END_BYTES: Final = 22  # of the end of the directory, without its comment
_END_COUNT: Final = struct.Struct("<10xH")
_LOCATOR: Final = struct.Struct("<4s4xQ4x")  # of the end in ZIP64 (4.3.15)
_END64_COUNT: Final = struct.Struct("<32xQ")
_XML: Final = (".xml", ".rels", ".vml")
_LEADS_OUT: Final = re.compile(r"^/|\\|:|(^|/)\.\.(/|$)")


class Parts:
    """The parts of a workbook; names are compared as OPC does, ignoring case (ECMA-376 part 2, M1.12)."""

    def __init__(self, file: BinaryIO, archive: zipfile.ZipFile) -> None:
        self._file = file
        self._archive = archive
        self._members = {member.filename.lower(): member for member in archive.infolist()}
        if len(self._members) < len(archive.infolist()):
            raise WorkbookDamaged(
                "The workbook holds two parts of the same name; open it in a spreadsheet program and save it"
                " again."
            )

    @property
    def names(self) -> list[str]:
        """The names of all parts, as the zip spells them."""
        return [member.filename for member in self._members.values()]

    def name(self, part: str) -> str | None:
        """Return a part's name as the zip spells it, None when there is no such part."""
        member = self._members.get(part.lower())
        return None if member is None else member.filename

    def read(self, part: str) -> bytes:
        """Return the content of a part.

        Raises:
            WorkbookDamaged: there is none, or it is damaged.
        """
        content = BytesIO()
        for chunk in self.chunks(part):  # ZipFile.read holds a large part twice
            content.write(chunk)
        return content.getvalue()

    def chunks(self, part: str) -> Iterator[bytes]:
        """Yield the content of a part, piece by piece.

        Raises:
            WorkbookDamaged: there is none, or it is damaged.
        """
        member = self._members.get(part.lower())
        if member is None:
            raise WorkbookDamaged(
                f"The file is not a workbook: it has no part {excerpt(part, 80)}; open it in a spreadsheet program"
                " and save it again."
            )
        try:
            left = member.file_size
            with self._archive.open(member) as unpacked:
                while chunk := unpacked.read(_CHUNK):
                    left -= len(chunk)
                    yield chunk
            if left:
                raise EOFError  # noqa: TRY301  as zipfile says it of others
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as trouble:
            raise WorkbookDamaged(
                f"The part {excerpt(part, 80)} of the workbook is damaged; take an earlier copy of the workbook."
            ) from trouble
        except (RuntimeError, NotImplementedError) as trouble:
            raise _locked(part) from trouble

    def write(self, target: BinaryIO, replaced: Mapping[str, Deflated], dropped: Collection[str]) -> None:
        """Write the whole zip: same order, names, times and compressed bytes, but for the parts given.

        Args:
            target: where to write, from its present position on; it need not be seekable.
            replaced: new contents by part.
            dropped: parts to leave out.

        Raises:
            WorkbookDamaged: the zip is cut off, or beyond 4 GB.
        """
        contents = {part.lower(): content for part, content in replaced.items()}
        left_out = {part.lower() for part in dropped}
        writer = ZipCopy(self._file, target)
        for name, member in self._members.items():
            if name in contents:
                writer.replace(member, contents[name])
            elif name not in left_out:
                writer.copy(member)
        writer.finish(self._archive.comment)


Source: TypeAlias = Path | BinaryIO
"""A workbook: its path, or a binary file that is open and seekable, and used by nobody else meanwhile."""


@contextmanager
def open_source(source: Source) -> Iterator[BinaryIO]:
    """Open a workbook from its beginning; one that was open stays open.

    Raises:
        OSError: it cannot be opened.
    """
    if isinstance(source, Path):
        with source.open("rb") as file:
            yield file
    else:
        source.seek(0)
        yield source


@contextmanager
def open_parts(source: Source) -> Iterator[Parts]:
    """Open a workbook to read its parts; nothing is unpacked before its directory was looked at.

    Raises:
        WorkbookDamaged: it is no zip, or one that no program for workbooks writes.
        OSError: it cannot be opened.
    """
    with open_source(source) as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, OSError) as trouble:
            raise WorkbookDamaged(
                "The file is not an .xlsx workbook, or it is cut off; take an earlier copy."
            ) from trouble
        with archive:
            _examine(file, archive.infolist())
            if _counted(file, len(archive.comment)) != len(archive.infolist()):
                raise WorkbookDamaged("The workbook counts its parts in two ways; take an earlier copy.")
            parts = Parts(file, archive)
            for name in parts.names:
                if name.lower().endswith(_XML):
                    with naming(name):
                        refuse_dtd(parts.chunks(name))
            yield parts


def _examine(file: BinaryIO, members: Sequence[zipfile.ZipInfo]) -> None:
    """Refuse a zip by its directory: what it claims is all that will be unpacked of it.

    Raises:
        WorkbookDamaged: too many parts, or too large ones, a password, parts that lie in each other, or are
            described in two ways.
    """
    if len(members) > bounds.PARTS:
        raise WorkbookDamaged(
            f"The workbook holds {len(members):,} parts, more than {bounds.PARTS:,}; export again and take over"
            " your edits."
        )
    for member in members:
        # OPC knows no other kinds of compression (ECMA-376 part 2, annex B).
        if member.flag_bits & _ENCRYPTED or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _locked(member.filename)
        if member.file_size > bounds.PART_BYTES or _is_bomb(member):
            raise WorkbookDamaged(
                f"The part {excerpt(member.filename, 80)} of the workbook unpacks to {member.file_size:,} bytes,"
                " too large for any sheet; take an earlier copy, or export again."
            )
        if len(member.filename) > bounds.NAME_LETTERS or _LEADS_OUT.search(member.filename):
            raise WorkbookDamaged(
                f"The part {excerpt(member.filename, 80)} of the workbook is named as no part is; take an earlier"
                " copy."
            )
    if sum(member.file_size for member in members) > bounds.ALL_BYTES:
        raise WorkbookDamaged(
            f"The workbook unpacks to more than {bounds.ALL_BYTES >> 30} GB; take an earlier copy, or export"
            " again."
        )
    _refuse_overlaps(members)
    for member in members:
        _refuse_other_header(file, member)


def _counted(file: BinaryIO, comment: int) -> int:
    """Return how many parts the end of the zip says there are (4.3.16, and 4.3.14 for ZIP64)."""
    end = file.seek(0, os.SEEK_END) - _END_BYTES - comment
    file.seek(end)
    count: int = _END_COUNT.unpack(file.read(_END_COUNT.size))[0]
    file.seek(max(end - _LOCATOR.size, 0))
    signature, offset = _LOCATOR.unpack(file.read(_LOCATOR.size))
    if signature == b"PK\6\7":
        file.seek(min(offset, end))
        record = file.read(_END64_COUNT.size)
        count = _END64_COUNT.unpack(record)[0] if len(record) == _END64_COUNT.size else 0
    return count


def _refuse_other_header(file: BinaryIO, member: zipfile.ZipInfo) -> None:
    """Make sure that the header before a part says what the directory says: readers go by the one or the other."""
    file.seek(member.header_offset)
    header = file.read(_LOCAL.size)
    if len(header) == _LOCAL.size and header.startswith(b"PK\3\4"):
        flags, method, packed, size = _LOCAL.unpack(header)
        said = (flags & _ENCRYPTED, method) == (member.flag_bits & _ENCRYPTED, member.compress_type)
        later = flags & _SIZES_FOLLOW or _IN_ZIP64 in (packed, size)
        if said and (later or (packed, size) == (member.compress_size, member.file_size)):
            return
    raise WorkbookDamaged(
        f"The part {excerpt(member.filename, 80)} of the workbook is described in two ways; take an earlier copy."
    )


def _is_bomb(member: zipfile.ZipInfo) -> bool:
    return member.file_size > max(bounds.FREE_BYTES, bounds.RATIO * member.compress_size)


def _refuse_overlaps(members: Sequence[zipfile.ZipInfo]) -> None:
    """Make sure that no bytes are unpacked twice: that is how a small zip holds petabytes."""
    end = 0
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise WorkbookDamaged(
                f"The part {excerpt(member.filename, 80)} of the workbook lies within another one; take an earlier"
                " copy."
            )
        end = member.header_offset + _LOCAL.size + member.compress_size


def _locked(part: str) -> WorkbookDamaged:
    return WorkbookDamaged(
        f"The part {excerpt(part, 80)} of the workbook has a password or an unknown compression; save it without a"
        " password."
    )
