"""Files on this computer that rows ask to send: found, examined, and kept inside one folder."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from bulkedit.core.columns import FILE_COLUMN, UPLOAD
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.files import File
from bulkedit.core.text import excerpt

_CHUNK = 1 << 20


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
    place = _inside(path, folder)
    try:
        if not place.is_file():
            raise FileError("is no file" if place.exists() else f"is not in the folder {folder}")
        before = place.stat()
        with place.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        after = place.stat()
    except OSError as error:
        raise FileError(f"cannot be read ({error.strerror})") from None
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise FileError("changes while it is read; wait until the program that writes it is done")
    if not after.st_size:
        raise FileError("is empty")
    stamp = (after.st_dev, after.st_ino, after.st_mtime_ns)
    return File(str(place.resolve()), place.name, after.st_size, digest, stamp)


def _inside(path: str, folder: Path) -> Path:
    """Return the place of a path written in a cell, which must not leave the folder, whatever system wrote it."""
    if PurePosixPath(path).is_absolute() or PureWindowsPath(path).drive or PureWindowsPath(path).root:
        raise FileError(f"must be written as seen from the folder {folder}")
    parts = path.replace("\\", "/").split("/")
    if ".." in parts or "\x00" in path:
        raise FileError(f"leaves the folder {folder}")
    place = folder.joinpath(*parts)
    try:
        resolved = place.resolve()
    except (OSError, RuntimeError):
        raise FileError("is a link that leads nowhere") from None
    if not resolved.is_relative_to(folder.resolve()):
        raise FileError(f"is a link that leaves the folder {folder}")
    return place
