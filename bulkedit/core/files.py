"""Files that rows ask to send: what is known of each before it goes."""

from collections.abc import Mapping
from dataclasses import dataclass
from mimetypes import MimeTypes
from typing import TypeAlias

from bulkedit.core.edits import Place


@dataclass(frozen=True, slots=True)
class File:
    """A file to be sent.

    Attributes:
        path: where it lies, for whoever opens it.
        name: what it is called.
        size: in bytes.
        digest: SHA-256 of its content, in hexadecimal digits.
        stamp: what distinguishes it, as it was examined, from any other file and from itself changed.
    """

    path: str
    name: str
    size: int
    digest: str
    stamp: tuple[int, ...] = ()

    def __str__(self) -> str:
        return f"{self.name} ({self.size:,} bytes, SHA-256 {self.digest[:12]}…)"


Files: TypeAlias = Mapping[Place, File]

_MEDIA_TYPES = MimeTypes()


def media_type_of(address: str) -> str:
    """Return the media type that the end of an address or file name tells; empty where it tells none."""
    return _MEDIA_TYPES.guess_type(address)[0] or ""
