"""Zips as no honest program writes them: every number in them may lie, and little data unpack to much."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

STORED, DEFLATED = 0, 8
_LOCAL, _LISTED, _END = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_DATE = 0x0021  # 1980-01-01
_LONGEST = 0xFFFF


@dataclass(frozen=True)
class Member:
    """A member of a zip, and what is said of it.

    Attributes:
        name: as it stands in the zip.
        data: its bytes as they lie there, packed.
        size: how many they are when unpacked, in truth.
        crc: the checksum, in truth.
        listed: what the directory says otherwise: any of method, flags, crc, packed, size, offset, time, name.
        local: the same for the header before the data.
        extra: the extra field of the directory's entry.
    """

    name: bytes
    data: bytes
    size: int
    crc: int
    method: int = DEFLATED
    listed: Mapping[str, int | bytes] = field(default_factory=dict)
    local: Mapping[str, int | bytes] = field(default_factory=dict)
    extra: bytes = b""

    def _said(self, otherwise: Mapping[str, int | bytes]) -> dict[str, int | bytes]:
        true: dict[str, int | bytes] = {
            "name": self.name, "method": self.method, "flags": 0, "crc": self.crc, "packed": len(self.data),
            "size": self.size, "time": 0,
        }  # fmt: skip
        return {**true, **otherwise}

    def before_data(self) -> bytes:
        """Return the header before the data."""
        said = self._said(self.local)
        name = bytes(said["name"])
        numbers = (said["time"], _DATE, said["crc"], said["packed"], said["size"], len(name), 0)
        return _LOCAL + struct.pack("<5H3L2H", 20, said["flags"], said["method"], *numbers) + name

    def entry(self, offset: int) -> bytes:
        """Return the entry of the directory."""
        said = {"offset": offset, **self._said(self.listed)}
        name = bytes(said["name"])
        numbers = (said["time"], _DATE, said["crc"], said["packed"], said["size"], len(name), len(self.extra))
        head = struct.pack("<6H3L2H", 20, 20, said["flags"], said["method"], *numbers)
        return _LISTED + head + struct.pack("<3H2L", 0, 0, 0, 0, said["offset"]) + name + self.extra


def packed(name: str, content: bytes, method: int = DEFLATED) -> Member:
    """Return an honest member."""
    data = _deflated(content, zlib.Z_FINISH) if method == DEFLATED else content
    return Member(name.encode(), data, len(content), zlib.crc32(content), method)


def repeated(name: str, before: bytes, block: bytes, times: int, after: bytes) -> Member:
    """Return a member that unpacks to a block many times; making it costs one block (RFC 1951, 3.2.4)."""
    data = b"".join((
        _deflated(before, zlib.Z_FULL_FLUSH),
        _deflated(block, zlib.Z_FULL_FLUSH) * times,
        _deflated(after, zlib.Z_FINISH),
    ))  # fmt: skip
    crc, of_block, step = zlib.crc32(before), zlib.crc32(block), _shift(len(block))
    for _ in range(times):
        crc = _product(step, crc) ^ of_block
    crc = _product(_shift(len(after)), crc) ^ zlib.crc32(after)
    return Member(name.encode(), data, len(before) + len(block) * times + len(after), crc)


def zipped(members: Iterable[Member], comment: bytes = b"", end: Mapping[str, int] | None = None) -> bytes:
    """Return a zip.

    Args:
        members: in their order.
        comment: at the end of the zip.
        end: what the end of the directory says otherwise: count, size, offset.
    """
    content, listed, count = bytearray(), bytearray(), 0
    for member in members:
        listed += member.entry(len(content))
        content += member.before_data() + member.data
        count += 1
    said = {"count": min(count, _LONGEST), "size": len(listed), "offset": len(content), **(end or {})}
    content += listed
    content += end64(count, len(listed), len(content) - len(listed)) if count > _LONGEST else b""
    numbers = (said["count"], said["count"], said["size"], said["offset"], len(comment))
    return bytes(content) + _END + struct.pack("<4H2LH", 0, 0, *numbers) + comment


def end64(count: int, size: int, offset: int, at: int | None = None) -> bytes:
    """Return the end of a directory of ZIP64, and the record that says where it is (at: or elsewhere)."""
    record = b"PK\x06\x06" + struct.pack("<Q2H2L4Q", 44, 45, 45, 0, 0, count, count, size, offset)
    return record + b"PK\x06\x07" + struct.pack("<LQL", 0, offset + size if at is None else at, 1)


def _deflated(content: bytes, flush: int) -> bytes:
    packer = zlib.compressobj(1 if len(content) > 1 << 22 else 9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush(flush)


# The checksum of two texts, one after the other, from those of each: as zlib's crc32_combine does it.

_POLYNOMIAL = 0xEDB88320


def _product(one: int, other: int) -> int:
    found, bit = 0, 1 << 31
    while bit:
        if one & bit:
            found ^= other
        other = other >> 1 ^ _POLYNOMIAL if other & 1 else other >> 1
        bit >>= 1
    return found


def _shift(length: int) -> int:
    found, power, bits = 1 << 31, 1 << 30, length * 8
    while bits:
        if bits & 1:
            found = _product(power, found)
        power = _product(power, power)
        bits >>= 1
    return found
