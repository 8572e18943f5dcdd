"""Copy members from one zip to another without unpacking them.

`zipfile` has no public way to do that, so the three structures of a zip that it takes are written here
(PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16).
"""

import struct
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from io import SEEK_END
from typing import BinaryIO, Final

from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.spool import Spool, new_spool, pieces_of

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_CENTRAL: Final = struct.Struct("<4s4B4H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_CHUNK: Final = 1 << 20
_SIZES_FOLLOW: Final = 0x8  # flag: the sizes stand after the data (general purpose bit 3, 4.4.4)
_UTF8_NAME: Final = 0x800
_ZIP64_FIELD: Final = 1
_LARGEST: Final = 0xFFFF_FFFE
_MOST_MEMBERS: Final = 0xFFFE
_INFLATE_VERSION: Final = 20


@dataclass(frozen=True, slots=True)
class Deflated:
    """A part in compressed form, ready to be written; ``size`` and ``crc`` are of what was compressed."""

    content: Spool
    crc: int
    size: int


def deflate(pieces: Iterable[bytes | memoryview]) -> Deflated:
    """Compress a part that comes in pieces; a large one waits in a file, which is gone when nobody needs it."""
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    content = new_spool()
    crc = size = 0
    for piece in pieces:
        content.write(compressor.compress(piece))
        crc = zlib.crc32(piece, crc)
        size += len(piece)
    content.write(compressor.flush())
    return Deflated(content, crc, size)


class ZipCopy:
    """Writes a zip of members of another zip, each as it was or with another content.

    A member keeps its name, time, attributes and comment; ZIP64 is not needed below 4 GB and left out.

    Args:
        source: the other zip, seekable.
        target: where to write, from its present position on; it need not be seekable.
    """

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self._source = source
        self._target = target
        self._offset = 0
        self._directory: list[bytes] = []

    def copy(self, member: zipfile.ZipInfo) -> None:
        """Copy a member's compressed bytes.

        Raises:
            WorkbookDamaged: they are not all there.
        """
        data_start = self._header(
            member,
            member.extract_version,
            member.flag_bits & ~_SIZES_FOLLOW,
            member.compress_type,
            (member.CRC, member.compress_size, member.file_size),
        )
        self._source.seek(data_start)
        left = member.compress_size
        while left > 0:
            chunk = self._source.read(min(left, _CHUNK))
            if not chunk:
                raise WorkbookDamaged(
                    f"The workbook is cut off within its part {member.filename}; take an earlier copy."
                )
            self._put(chunk)
            left -= len(chunk)

    def replace(self, member: zipfile.ZipInfo, content: Deflated) -> None:
        """Write a member with another content."""
        self._header(
            member,
            max(member.extract_version, _INFLATE_VERSION),
            member.flag_bits & _UTF8_NAME,
            zipfile.ZIP_DEFLATED,
            (content.crc, content.content.seek(0, SEEK_END), content.size),
        )
        for chunk in pieces_of(content.content):
            self._put(chunk)

    def finish(self, comment: bytes) -> None:
        """Write the directory and the zip's comment."""
        start, count = self._offset, len(self._directory)
        size = sum(map(len, self._directory))
        if count > _MOST_MEMBERS or start + size > _LARGEST:
            raise WorkbookDamaged("The workbook is larger than 4 GB; export fewer packages at once.")
        for entry in self._directory:
            self._put(entry)
        self._put(_END.pack(b"PK\5\6", 0, 0, count, count, size, start, len(comment)) + comment)

    def _header(
        self, member: zipfile.ZipInfo, version: int, flags: int, method: int, sizes: tuple[int, int, int]
    ) -> int:
        """Write a local header, note the directory entry, return where the source holds the data."""
        if max(self._offset, *sizes) > _LARGEST:
            raise WorkbookDamaged("The workbook is larger than 4 GB; export fewer packages at once.")
        name, local_extra, data_start = self._local_record(member)
        central_extra = _without_zip64(member.extra)
        common = (flags, method, *_dos_time(member.date_time), *sizes, len(name))
        self._directory.append(
            _CENTRAL.pack(
                *(b"PK\1\2", member.create_version, member.create_system, version, member.reserved),
                *common,
                *(len(central_extra), len(member.comment), 0, member.internal_attr, member.external_attr),
                self._offset,
            )
            + name
            + central_extra
            + member.comment
        )
        self._put(_LOCAL.pack(b"PK\3\4", version, *common, len(local_extra)) + name + local_extra)
        return data_start

    def _local_record(self, member: zipfile.ZipInfo) -> tuple[bytes, bytes, int]:
        """Return from the source's local header: the name, the extra field, and where the data begins."""
        self._source.seek(member.header_offset)
        header = self._source.read(_LOCAL.size)
        if len(header) < _LOCAL.size or header[:4] != b"PK\3\4":
            raise WorkbookDamaged(f"The workbook is damaged at its part {member.filename}; take an earlier copy.")
        name_length, extra_length = _LOCAL.unpack(header)[-2:]
        name = self._source.read(name_length)
        encoding = "utf-8" if member.flag_bits & _UTF8_NAME else "cp437"
        if name.decode(encoding, "replace") != member.orig_filename:
            raise WorkbookDamaged(
                f"The workbook gives its part {member.filename} two names; take an earlier copy."
            )
        extra = self._source.read(extra_length)
        return name, _without_zip64(extra), self._source.tell()

    def _put(self, piece: bytes) -> None:
        self._target.write(piece)
        self._offset += len(piece)


def _dos_time(moment: tuple[int, int, int, int, int, int]) -> tuple[int, int]:
    """Return the two numbers in which a zip holds a time, to two seconds (4.4.6)."""
    year, month, day, hour, minute, second = moment
    return hour << 11 | minute << 5 | second // 2, (year - 1980) << 9 | month << 5 | day


def _without_zip64(extra: bytes) -> bytes:
    """Return an extra field without its ZIP64 record (4.5.3), whose sizes the headers tell now."""
    kept = b""
    while len(extra) >= 4:
        field, length = struct.unpack("<2H", extra[:4])
        if field != _ZIP64_FIELD:
            kept += extra[: 4 + length]
        extra = extra[4 + length :]
    return kept + extra
