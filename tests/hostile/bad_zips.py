"""Attacks on whoever opens zips: numbers that lie, members that overlap, names that mean other places."""

import bz2
import lzma
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from attack import Attack, attack
from forged_zip import STORED, Member, end64, packed, repeated, zipped
from good_book import BOOK, STRINGS, Good, Make

MB = 1 << 20
_SIZES_FOLLOW = 0x8
_ENCRYPTED, _UTF8 = 0x1, 0x800
_BZIP2, _LZMA, _DEFLATE64, _AES = 12, 14, 9, 99


def listed(title: str, change: Callable[[Member], Member]) -> Make:
    """Change what is said of the member of one sheet."""

    def make(good: Good) -> bytes:
        at = good.sheets.get(title, title)
        return zipped(change(one) if one.name == at.encode() else one for one in good.members())

    return make


def _said(**otherwise: int | bytes) -> Make:
    """Let the directory say something else of the sheet `Packages`."""
    return listed("Packages", lambda one: replace(one, listed=otherwise))


def _said_twice(**otherwise: int | bytes) -> Make:
    """Let directory and header both say something else of the sheet `Packages`."""
    return listed("Packages", lambda one: replace(one, listed=otherwise, local=otherwise))


def _packed_by(compress: Callable[[bytes], bytes], method: int) -> Make:
    """Pack the sheet `Packages` by a method that Python's zips know and workbooks do not."""

    def make(good: Good) -> bytes:
        content = good.parts[good.packages]
        one = replace(packed(good.packages, content), data=compress(content), method=method)
        return zipped(good.members({good.packages: one}))

    return make


def _by_lzma(content: bytes) -> bytes:
    """Pack by LZMA, with the header of zips instead of its own (APPNOTE 5.8.8)."""
    properties = struct.pack("<BL", 0x5D, 1 << 23)
    head = struct.pack("<2BH", 9, 4, len(properties)) + properties
    return head + lzma.compress(content, lzma.FORMAT_RAW, filters=[{"id": lzma.FILTER_LZMA1}])


def _more(*members: Member) -> Make:
    """Add members."""
    return lambda good: zipped([*good.members(), *members])


def _named(*names: str) -> Make:
    """Add members of these names."""
    return _more(*(packed(name, b"<x/>") for name in names))


def _many(names: Callable[[], Iterable[str]]) -> Make:
    one = packed("", b"")
    return lambda good: zipped([*good.members(), *(replace(one, name=name.encode()) for name in names())])


def _ended(comment: bytes = b"", **end: int) -> Make:
    return lambda good: zipped(good.members(), comment, end)


def _cut(at: Callable[[bytes], int]) -> Make:
    def make(good: Good) -> bytes:
        content = zipped(good.members())
        return content[: at(content)]

    return make


def _bomb_behind(small: int) -> Make:
    """Say a small size of data that unpack to 3 GB."""

    def make(good: Good) -> bytes:
        before, mark, after = good.parts[good.packages].partition(b"<sheetData>")
        bomb = repeated(good.packages, before + mark, b" " * MB, 3072, after)
        said: Mapping[str, int | bytes] = {"size": small}
        return zipped(good.members({good.packages: replace(bomb, listed=said, local=said)}))

    return make


def _overlapping(good: Good) -> bytes:
    """Return a zip with a thousand more members, all of the same data."""
    members = good.members()
    bomb = repeated("xl/media/image1.bin", b"", b" " * MB, 64, b"")
    offset = sum(len(one.before_data()) + len(one.data) for one in members)
    copies = [
        Member(f"xl/media/image{n}.bin".encode(), b"", 0, 0, listed={
            "offset": offset, "packed": len(bomb.data), "size": bomb.size, "crc": bomb.crc,
        }) for n in range(2, 1002)
    ]  # fmt: skip
    return zipped([*members, bomb, *copies])


def _one_within_another(good: Good) -> bytes:
    """Return a zip whose member of shared strings reaches over the one behind it."""
    members = good.members()
    at = next(n for n, one in enumerate(members) if one.name == STRINGS.encode())
    members.append(packed("xl/media/image1.bin", b"x" * 1000))
    behind = members[at + 1]
    reach = len(members[at].data) + len(behind.before_data()) + len(behind.data)
    members[at] = replace(members[at], listed={"packed": reach}, local={"packed": reach})
    return zipped(members)


def _itself(good: Good) -> bytes:
    """Return a zip with a member that is the whole zip."""
    name = b"xl/embeddings/self.xlsx"
    size = len(zipped([Member(name, b"", 0, 0), *good.members()]))
    said: Mapping[str, int | bytes] = {"packed": size - 30 - len(name), "size": size - 30 - len(name)}
    return zipped([Member(name, b"", 0, 0, STORED, said, said), *good.members()])


def _two_directories(good: Good) -> bytes:
    """Return a zip with a second end in its comment, which names another directory."""
    other = zipped(good.members({good.packages: None}))
    fake = other[other.rindex(b"PK\x05\x06") :]
    return zipped(good.members(), b"x" * 100 + fake + b"y" * 20)


def _far_end64(good: Good) -> bytes:
    content = zipped(good.members(), end={"count": 0xFFFF, "size": 0xFFFFFFFF, "offset": 0xFFFFFFFF})
    at = content.rindex(b"PK\x05\x06")
    return content[:at] + end64(len(good.parts), 1 << 62, 1 << 62, at=1 << 40) + content[at:]


def _many_by_end64(good: Good) -> bytes:
    content = zipped(good.members(), end={"count": 0xFFFF, "size": 0xFFFFFFFF, "offset": 0xFFFFFFFF})
    at = content.rindex(b"PK\x05\x06")
    start = content.index(b"PK\x01\x02")
    return content[:at] + end64(1 << 40, at - start, start) + content[at:]


_EXTRA64 = struct.pack("<2H3Q", 1, 24, 1 << 62, 1 << 62, 1 << 62)
_TRUE64 = 0xFFFFFFFF

ATTACKS: dict[str, Attack] = {
    "encrypted member": attack("A sheet that is encrypted, as the directory says.", _said_twice(flags=_ENCRYPTED)),
    "encrypted in the header only": attack(
        "A sheet that is encrypted, as the header before it says and the directory does not.",
        listed("Packages", lambda one: replace(one, local={"flags": _ENCRYPTED})),
    ),
    "unknown compression": attack("A sheet packed by a method that nobody knows.", _said_twice(method=77)),
    "compression of AES": attack(
        "A sheet packed by the method 99, which is encryption.", _said_twice(method=_AES)
    ),
    "compression of Deflate64": attack("A sheet packed by Deflate64.", _said_twice(method=_DEFLATE64)),
    "compression of LZMA": attack(
        "A sheet packed by LZMA, whose unpacking may ask for any amount of memory.", _packed_by(_by_lzma, _LZMA)
    ),
    "compression of bzip2": attack("A sheet packed by bzip2.", _packed_by(bz2.compress, _BZIP2)),
    "says stored, is deflated": attack("A sheet that says it is not packed.", _said_twice(method=STORED)),
    "two members of one name": attack(
        "The sheet Packages twice: two readers see two sheets.",
        lambda good: zipped([*good.members(), packed(good.packages, good.parts[good.packages])]),
    ),
    "names that differ in case": attack(
        "The sheet Packages a second time, with a capital in its name.",
        lambda good: zipped([*good.members(), packed(good.packages.replace("sheet", "Sheet"), b"<x/>")]),
    ),
    "a thousand members of the same data": attack(
        "A thousand members that overlap: 64 KB become 64 GB.", _overlapping
    ),
    "member that reaches over the next": attack(
        "A member that says it holds the one behind it as well.", _one_within_another
    ),
    "zip that holds itself": attack("A member that is the whole zip, with itself in it.", _itself),
    "3 GB behind a small size": attack(
        "The directory says 10,000 bytes, the data unpack to 3 GB.", _bomb_behind(10_000)
    ),
    "size too small": attack(
        "The directory says that a sheet is smaller than it is.",
        listed("Packages", lambda one: replace(one, listed={"size": one.size - 100})),
    ),
    "size too large": attack(
        "The directory says that a sheet is a little larger than it is.",
        listed("Packages", lambda one: replace(one, listed={"size": one.size + 100})),
    ),
    "size too large, without another word": attack(
        "The directory says that a sheet is a little larger than it is, and the header leaves it open.",
        listed(
            "Packages", lambda one: replace(one, listed={"size": one.size + 100}, local={"flags": _SIZES_FOLLOW})
        ),
    ),
    "size of 4 GB": attack("The directory says that a sheet has 4 GB.", _said(size=0xFFFFFFFE)),
    "packed size too small": attack(
        "The directory says that a sheet is packed smaller than it is.", _said(packed=50)
    ),
    "packed size too large": attack(
        "The directory says that a sheet fills the whole file.", _said(packed=100_000_000)
    ),
    "size of the header too large": attack(
        "The header before a sheet says another size than the directory.",
        listed("Packages", lambda one: replace(one, local={"size": one.size + 1})),
    ),
    "other name in the header": attack(
        "The header before a sheet says another name than the directory.",
        listed("Packages", lambda one: replace(one, local={"name": b"xl/worksheets/sheetX.xml"})),
    ),
    "wrong checksum": attack("A sheet with a wrong checksum.", _said_twice(crc=0x12345678)),
    "wrong checksum of _base": attack(
        "The hidden sheet _base with a wrong checksum.",
        listed("_base", lambda one: replace(one, listed={"crc": 1}, local={"crc": 1})),
    ),
    "offset beyond the file": attack("A sheet that lies beyond the end of the file.", _said(offset=0x7FFFFFFF)),
    "offset of another member": attack("A sheet that lies where the first member lies.", _said(offset=0)),
    "cut in half": attack("The first half of the file.", _cut(lambda content: len(content) // 2)),
    "cut at the end": attack("All but the last ten bytes of the file.", _cut(lambda content: len(content) - 10)),
    "cut at the beginning": attack(
        "A file without its first 1,000 bytes.", lambda good: b"PK\x03\x04" + zipped(good.members())[1000:]
    ),
    "directory far away": attack("The directory lies at 3 GB, says its end.", _ended(offset=3_000_000_000)),
    "directory within the data": attack("The directory lies at 100, says its end.", _ended(offset=100)),
    "directory of 4 GB": attack("The directory has 4 GB, says its end.", _ended(size=0xFFFFFFF0)),
    "directory with fewer members": attack("The directory has three members, says its end.", _ended(count=3)),
    "directory with more members": attack("The directory has 60,000 members, says its end.", _ended(count=60_000)),
    "sizes of ZIP64 that lie": attack(
        "ZIP64 says that a sheet has 4 exabytes.",
        listed(
            "Packages",
            lambda one: replace(
                one, extra=_EXTRA64, listed={"size": _TRUE64, "packed": _TRUE64, "offset": _TRUE64}
            ),
        ),
    ),
    "ZIP64 sizes that are missing": attack(
        "A sheet whose size stands in a field of ZIP64 that is not there.", _said(size=_TRUE64)
    ),
    "directory of ZIP64 far away": attack("The end of ZIP64 says that it lies at 1 TB.", _far_end64),
    "a trillion members by ZIP64": attack("The end of ZIP64 says that there are 2^40 members.", _many_by_end64),
    "extra field that lies": attack(
        "An extra field that says it is longer than it is.",
        listed("Packages", lambda one: replace(one, extra=struct.pack("<2H", 1, 60_000))),
    ),
    "70,000 members": attack(
        "70,000 empty members: more than a zip without ZIP64 has.",
        _many(lambda: (f"xl/media/image{n}.png" for n in range(70_000))),
    ),
    "100,000 parts named alike": attack(
        "100,000 members of one name.", _many(lambda: ("xl/worksheets/sheet99.xml" for _ in range(100_000)))
    ),
    "member of a name of 65,000 letters": attack("A member with a name of 65,000 letters.", _named("x" * 65_000)),
    "member whose name is no UTF-8": attack(
        "A member that says its name is UTF-8, and is not.",
        _more(replace(packed("", b""), name=b"xl/\xff\xfe.xml", listed={"flags": _UTF8}, local={"flags": _UTF8})),
    ),
    "name with a null byte": attack(
        "A member named like a sheet, a null byte and more: two readers see two names.",
        _named("xl/worksheets/sheet2.xml\0.png"),
    ),
    "name that leads out": attack("A member `../../evil.xml`.", _named("../../evil.xml", "xl/../../evil2.xml")),
    "absolute name": attack("A member `/tmp/evil.xml`.", _named("/tmp/evil.xml")),  # noqa: S108  an attack
    "name of a drive": attack("A member `C:\\evil.xml`.", _named("C:\\evil.xml", "xl\\..\\..\\evil.xml")),
    "comment full of ends": attack(
        "A comment of 65,535 bytes, each four of which say that the directory ends here.",
        lambda good: zipped(good.members(), b"PK\x05\x06" * 16_383),
    ),
    "two directories": attack(
        "A second end of the directory in the comment: two readers see two workbooks.", _two_directories
    ),
    "zip in a zip": attack(
        "The workbook, packed into a zip that is called .xlsx.",
        lambda good: zipped([packed("parks.xlsx", zipped(good.members()))]),
    ),
    "zip of nothing": attack("A zip without members.", lambda _: zipped([])),
    "workbook part of 2 GB": attack(
        "A workbook part that unpacks to 2 GB.",
        lambda good: zipped(
            good.members(
                {
                    BOOK: repeated(
                        BOOK,
                        good.parts[BOOK].partition(b"<sheets>")[0],
                        b" " * MB,
                        2048,
                        b"<sheets>" + good.parts[BOOK].partition(b"<sheets>")[2],
                    )
                }
            )
        ),
    ),
    "pictures of 6 GB": attack(
        "Three pictures that nobody reads, of 2 GB each.",
        lambda good: zipped(
            [
                *good.members(),
                *(repeated(f"xl/media/image{n}.png", b"", b"\0" * MB, 2048, b"") for n in (1, 2, 3)),
            ]
        ),
    ),
}
