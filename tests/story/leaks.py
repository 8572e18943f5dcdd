"""Where a secret could have got to: files and what lies in them, the ledger, output, the list of processes.

    assert holding(folder, TOKEN) == []
    assert processes_with(TOKEN) == []

Files are looked into as far as somebody who finds them could: parts of workbooks, a database's cells, what
a database has written into its log, compressed or not.
"""

import io
import os
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")
_DATABASE = b"SQLite format 3\0"
_LOGS = (b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")  # how a write-ahead log begins
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
_MOST = 50_000_000  # bytes of a part
_COMPRESSED = re.compile(rb"\x78[\x01\x5e\x9c\xda]")  # how zlib begins (RFC 1950)


def holding(folder: Path, secret: str, largest: int = 1_000_000_000) -> list[str]:
    """Return the files below a folder that hold a secret anywhere, in names or content, unless they are larger."""
    return [
        str(path)
        for path in sorted(folder.rglob("*"))
        if secret in path.name
        or (path.is_file() and path.stat().st_size <= largest and any(has(one, secret) for one in contents(path)))
    ]


def has(content: bytes, secret: str) -> bool:
    """Tell whether bytes hold a secret, in one of the encodings in which texts are written."""
    return any(secret.encode(encoding) in content for encoding in ENCODINGS)


def contents(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, and what is within: parts of a workbook, cells of a database."""
    try:
        held = path.read_bytes()
    except FileNotFoundError:  # a database's log goes when the last one closes it
        return
    yield held
    if zipfile.is_zipfile(io.BytesIO(held)):
        yield from _parts(held)
    if held.startswith((_DATABASE, *_LOGS)):
        yield from _compressed(held)
    if held.startswith(_DATABASE):
        yield from _cells(path)


def _parts(held: bytes) -> Iterator[bytes]:
    """Yield the parts of a zip as far as they can be read: some workbooks of the tests are damaged, or bombs."""
    with suppress(zipfile.BadZipFile), zipfile.ZipFile(io.BytesIO(held)) as parts:
        for name in parts.namelist():
            with suppress(*_DAMAGED), parts.open(name) as part:
                yield part.read(_MOST)


def _compressed(held: bytes) -> Iterator[bytes]:
    """Yield what zlib has compressed anywhere within bytes, as far as it goes."""
    for found in _COMPRESSED.finditer(held):
        with suppress(zlib.error):
            yield zlib.decompressobj().decompress(held[found.start() :])


def _cells(path: Path) -> Iterator[bytes]:
    """Yield every value of a database, compressed ones also as they were: they may lie over several pages."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in tables:
            for row in database.execute(f'SELECT * FROM "{table}"'):  # noqa: S608  a name from the database itself
                for value in row:
                    yield value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
                    if isinstance(value, bytes):
                        yield from _compressed(value)


def processes_with(secret: str) -> list[str]:
    """Return this user's processes whose command lines hold a secret; none where the system keeps no list."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended, or is not ours to see
            if entry.stat().st_uid == os.getuid() and has(entry.read_bytes(), secret):
                found.append(str(entry))
    return found


def leaks(secret: str, folders: Sequence[Path], output: str, meant: Sequence[Path] = ()) -> list[str]:
    """Return everywhere that a secret is, other than in files that are meant to hold it."""
    files = [name for folder in folders for name in holding(folder, secret) if Path(name) not in meant]
    return [*files, *processes_with(secret), *(["the output"] if secret in output else [])]
