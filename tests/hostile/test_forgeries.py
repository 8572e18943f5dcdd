"""The hostile files are what they say they are: a bomb with a wrong checksum would be refused for that."""

import io
import socket
import zipfile
from dataclasses import replace
from urllib.parse import urlsplit

from forged_zip import packed, repeated, zipped
from listening import Ear


def opened(content: bytes) -> zipfile.ZipFile:
    """Return a zip that somebody else's reader has opened."""
    return zipfile.ZipFile(io.BytesIO(content))


def test_a_bomb_is_an_honest_zip() -> None:
    """Size and checksum are those of what it unpacks to."""
    bomb = repeated("bomb.xml", b"<a>", b"boom" * 1000, 300, b"</a>")

    archive = opened(zipped([packed("a.txt", b"a"), bomb]))

    assert archive.testzip() is None
    assert archive.read("bomb.xml") == b"<a>" + b"boom" * 300_000 + b"</a>"
    assert archive.getinfo("bomb.xml").compress_size < 30_000


def test_more_members_than_a_zip_has_are_found_by_zip64() -> None:
    """A zip of 70,000 members has an end that says so."""
    one = packed("", b"")

    archive = opened(zipped(replace(one, name=f"{n}.txt".encode()) for n in range(70_000)))

    assert len(archive.namelist()) == 70_000


def test_who_asks_the_address_is_heard() -> None:
    """Once, and by whom it was is all the same."""
    with Ear() as ear:
        assert not ear.heard

        socket.create_connection((urlsplit(ear.url).hostname or "", urlsplit(ear.url).port or 0)).close()

        assert ear.heard
        assert not ear.heard
