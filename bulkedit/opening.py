"""Open files of which something was promised: no link is followed, and nothing but a file is waited for."""

import os
import stat
from contextlib import ExitStack
from io import BufferedReader
from pathlib import Path
from typing import IO

BY_STEPS = os.open in os.supports_dir_fd and os.stat in os.supports_dir_fd and hasattr(os, "O_NOFOLLOW")
"""Tells whether this system opens a path folder by folder, each inside the one before (Windows does not)."""

# Without O_NONBLOCK a pipe that takes the file's place in the last moment would be waited for.
_FILE = os.O_RDONLY | sum(
    getattr(os, flag, 0) for flag in ("O_NOFOLLOW", "O_NONBLOCK", "O_NOCTTY", "O_BINARY", "O_NOINHERIT")
)
_FOLDER = (
    getattr(os, "O_PATH", os.O_RDONLY)  # a folder that may be entered need not be one that may be listed
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
)


class NoFileError(OSError):
    """There is something else: a folder, a pipe, a device, a link."""


def open_file(path: str | Path, *, within: int | None = None) -> BufferedReader:
    """Open a file for reading.

    Args:
        path: where it is.
        within: descriptor of an open folder, as seen from which the path is meant.

    Raises:
        NoFileError: it is none, or a link to one.
        OSError: it cannot be opened.
    """
    if not stat.S_ISREG(os.stat(path, dir_fd=within, follow_symlinks=False).st_mode):
        raise NoFileError  # before it is opened: some devices do something then
    stream = os.fdopen(os.open(path, _FILE, dir_fd=within), "rb")
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise NoFileError
    return stream


def open_inside(folder: Path, place: Path) -> BufferedReader:
    """Open a file below a folder, wherever links that are made meanwhile lead to.

    Args:
        folder: the folder, without links in its path.
        place: the file, without links in its path, as far as was seen.

    Raises:
        NoFileError: it is no file any more.
        OSError: it cannot be opened, or something on the way is a link now.
    """
    if not BY_STEPS:
        return _still_inside(place)
    *steps, name = place.relative_to(folder).parts
    with ExitStack() as held:
        within: int | None = None
        for step in (str(folder), *steps):
            within = os.open(step, _FOLDER, dir_fd=within)
            held.callback(os.close, within)
        return open_file(name, within=within)


def _still_inside(place: Path) -> BufferedReader:
    """Open a file, and look afterwards whether that is what now lies there, without a link on the way.

    Raises:
        NoFileError: it is not.
        OSError: it cannot be opened.
    """
    stream = open_file(place)
    there = place.resolve() == place and os.path.samestat(os.lstat(place), os.fstat(stream.fileno()))
    if not there:
        stream.close()
        raise NoFileError
    return stream


def stamp_of(stream: IO[bytes]) -> tuple[int, int, int]:
    """Return what tells an open file from any other, and from itself changed."""
    now = os.fstat(stream.fileno())
    return now.st_dev, now.st_ino, now.st_mtime_ns
