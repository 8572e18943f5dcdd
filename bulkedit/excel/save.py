"""Put a workbook's new content in its place, so that no moment exists in which it could be lost."""

import glob
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from bulkedit.core.trouble import RunError


def is_open_elsewhere(path: Path) -> bool:
    """Tell whether a spreadsheet program has the file open, by the lock file it puts beside it."""
    path = _followed(path)
    locks = (f".~lock.{path.name}#", f"~${path.name}", f"~${path.name[2:]}")
    return any((path.parent / lock).exists() for lock in locks)


def ensure_writable(path: Path) -> None:
    """Make sure that a file can be written at a place, before anything is sent.

    Raises:
        RunError: it cannot.
    """
    path = _followed(path)
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".bulkedit-"):
            return
    except OSError as error:
        raise RunError(
            f"Nothing can be written into the folder {path.parent} ({error.strerror}); use -o FILE to write"
            " elsewhere."
        ) from None


def save(path: Path, write: Callable[[BinaryIO], None]) -> None:
    """Write a file whole: to a temporary file first, then renamed; what was there stays as ``.bak.xlsx``.

    Raises:
        OSError: it could not be written; what was there is untouched.
    """
    path = _followed(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path), suffix=".xlsx")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            shutil.copymode(path, temporary)
            _back_up(path)
        else:
            temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
        _sync_folder(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _prefix(path: Path) -> str:
    return f".bulkedit-{path.stem}-"


_RANDOM = "?" * 8
"""What `tempfile` puts behind the prefix; other workbooks' names may begin like this one's."""


def tidy(path: Path) -> None:
    """Remove what a program that was killed while it wrote a workbook has left; nobody else may be writing it."""
    path = _followed(path)
    for left in path.parent.glob(f"{glob.escape(_prefix(path))}{_RANDOM}.xlsx"):
        with suppress(OSError):
            left.unlink()


def backup_of(path: Path) -> Path:
    """Return where the previous version of a workbook is kept."""
    return path.with_name(f"{path.stem}.bak{path.suffix}")


def _followed(path: Path) -> Path:
    """Return where a link leads: renaming over it would leave the workbook itself as it was."""
    return path.resolve() if path.is_symlink() else path


def _back_up(path: Path) -> None:
    backup = backup_of(path)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(path), suffix=".xlsx")
    os.close(handle)
    try:
        shutil.copy2(path, name)
        Path(name).replace(backup)
    finally:
        Path(name).unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return  # Windows cannot sync a folder
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def refuse_other_format(path: Path) -> None:
    """Make sure that what is written is called what it is.

    Raises:
        RunError: the name does not end in .xlsx.
    """
    if path.suffix.lower() != ".xlsx":
        raise RunError(f"{path} is no name for a workbook: it must end in .xlsx.")
