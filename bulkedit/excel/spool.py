"""Bytes that wait until what stands before them is known: a few in memory, many in a file without a name."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Final, TypeAlias

Spool: TypeAlias = SpooledTemporaryFile[bytes]

_IN_MEMORY: Final = 4 << 20  # bytes
_CHUNK: Final = 1 << 18


def new_spool() -> Spool:
    """Return an empty one; its file is gone when it is closed or forgotten."""
    return SpooledTemporaryFile(_IN_MEMORY)


def pieces_of(spool: Spool) -> Iterator[bytes]:
    """Yield all that was written, from the beginning."""
    spool.seek(0)
    while chunk := spool.read(_CHUNK):
        yield chunk
