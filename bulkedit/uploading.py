"""Files on this computer that rows ask to send: found, examined, and kept inside one folder."""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from bulkedit.core.columns import FILE_COLUMN, UPLOAD
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.files import File
from bulkedit.core.text import UNSEEN, excerpt
from bulkedit.opening import NoFileError, open_inside, stamp_of

_SPECIAL = re.compile(r"(?i)(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *([.:].*)?|.*:.*|.*[ .](?<!^\.)")


class FileError(Exception):
    """A file cannot be sent; ``str()`` is the rest of a sentence about it."""


def examine_files(rows: Iterable[RowEdit], folder: Path) -> tuple[list[RowEdit], dict[Place, File]]:
    """Look at every file that a row asks for.

    Args:
        rows: all rows of a workbook.
        folder: where the files lie; nothing outside of it is ever sent.

    Returns:
        The rows, with a problem at those whose file cannot be sent, and the files by row.
    """
    found: dict[Place, File] = {}
    examined: list[RowEdit] = []
    for row in rows:
        path = next((cell.edited for cell in row.cells if cell.column == FILE_COLUMN), "")
        if path and row.asks:
            try:
                found[row.place] = examine(path, folder)
            except FileError as error:
                row = replace(row, problems=(*row.problems, f"[{UPLOAD}] {excerpt(path, 80)} {error}."))
        examined.append(row)
    return examined, found


def examine(path: str, folder: Path) -> File:
    """Return what is known of a file.

    Raises:
        FileError: it cannot be sent.
    """
    _refuse_odd_name(path, on_windows=os.name == "nt")
    root = folder.resolve()
    place = _inside(path, folder, root)
    try:
        with open_inside(root, place) as stream:
            before = os.fstat(stream.fileno())
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            after, stamp = os.fstat(stream.fileno()), stamp_of(stream)
    except NoFileError:
        raise FileError("is a link that leads nowhere" if place.is_symlink() else "is no file") from None
    except (FileNotFoundError, NotADirectoryError):
        raise FileError(f"is not in the folder {folder}") from None
    except OSError as error:
        raise FileError(f"cannot be read ({error.strerror})") from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise FileError("changes while it is read; wait until the program that writes it is done")
    if not after.st_size:
        raise FileError("is empty")
    return File(str(place), PurePosixPath(path.replace("\\", "/")).name, after.st_size, digest, stamp)


def _refuse_odd_name(path: str, *, on_windows: bool) -> None:
    """Make sure that a path reads as what it is, and is no device or hidden part of a file.

    Names that Windows gives a meaning: https://learn.microsoft.com/windows/win32/fileio/naming-a-file.
    """
    if unseen := UNSEEN.search(path):
        raise FileError(f"has a character that cannot be seen (U+{ord(unseen[0]):04X}); rename the file")
    if on_windows and any(_SPECIAL.fullmatch(part) for part in re.split(r"[\\/]", path)):
        raise FileError("has a name to which Windows gives another meaning; rename the file")


def _inside(path: str, folder: Path, root: Path) -> Path:
    """Return the place of a path written in a cell, without links; it must not leave the folder.

    Args:
        path: whatever system wrote it.
        folder: the folder as people call it.
        root: the folder without links in its path.

    Raises:
        FileError: it leaves the folder, or is the folder itself.
    """
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive or PureWindowsPath(path).root:
        raise FileError(f"must be written as seen from the folder {folder}")
    parts = path.replace("\\", "/").split("/")
    if ".." in parts:
        raise FileError(f"leaves the folder {folder}")
    try:
        place = root.joinpath(*parts).resolve()
    except (OSError, RuntimeError):
        raise FileError("is a link that leads nowhere") from None
    if not place.is_relative_to(root):
        raise FileError(f"is a link that leaves the folder {folder}")
    if place == root:
        raise FileError("is no file")
    return place
