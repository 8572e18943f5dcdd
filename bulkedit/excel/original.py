"""The workbook as it was read, and its answers written back into it."""

import errno
import hashlib
import os
import shutil
import tempfile
import weakref
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import BinaryIO, Final

from bulkedit.core import columns as own
from bulkedit.core.advance import Advance
from bulkedit.core.edits import Place
from bulkedit.core.memory import Digest, to_rows
from bulkedit.core.report import Report
from bulkedit.core.results import Outcome
from bulkedit.core.sheets import Heads, find_heads, letters, positions
from bulkedit.core.trouble import RunError
from bulkedit.excel import bounds
from bulkedit.excel.patch import CellPlaces, Link, find_places, patch_workbook
from bulkedit.excel.read import read_workbook
from bulkedit.excel.save import is_open_elsewhere, save
from bulkedit.excel.write import BASE, META, RESULT_HEADERS, RESULTS, meta_rows
from bulkedit.excel.zipparts import open_source
from bulkedit.opening import NoFileError, open_file

_CHUNK: Final = 1 << 20


class Original:
    """A workbook as it was when an import began.

    A copy of it is kept: what is read and what the answers are written into is the same file, whatever
    somebody does with the workbook meanwhile. The copy has no name that could stay behind, even if the
    program is killed.
    """

    def __init__(self, path: Path) -> None:
        """Copy and read the workbook.

        Raises:
            RunError: there is no such file, or it is no workbook of ours.
        """
        self.path = path
        self._copy = _copied(path)
        weakref.finalize(self, self._copy.close)
        self.book = read_workbook(self._copy, path.name)
        self._places: dict[str, CellPlaces] = {}

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the workbook as it was read, in hexadecimal digits."""
        with open_source(self._copy) as file:
            return _digest(file)

    @cached_property
    def _heads(self) -> dict[str, Heads]:
        """Where the columns stand in each data sheet that is there."""
        sheets = self.book.sheets
        return {t.title: find_heads(t, sheets[t.title]) for t in self.book.layout.tables if t.title in sheets}

    @property
    def _positions(self) -> dict[str, dict[str, int]]:
        """The column number of each header that is ours or a field's, by sheet."""
        tables = {table.title: table for table in self.book.layout.tables}
        return {title: positions(tables[title], heads) for title, heads in self._heads.items()}

    def changed_meanwhile(self) -> bool:
        """Tell whether somebody saved the workbook since it was read: rows may stand elsewhere in it now."""
        try:
            with self.path.open("rb") as file:
                return _digest(file) != self.digest
        except OSError:
            return True

    def rehearse(self, rows: Iterable[Place], folder: Path) -> None:
        """Make sure, before anything is sent, that the answers will find their place in the workbook.

        Args:
            rows: that get an answer.
            folder: where the results will be written.

        Raises:
            RunError: the workbook can be read but not written back.
        """
        columns = {
            title: [found[header] for header in (own.RESULT, own.MESSAGE) if header in found]
            for title, found in self._positions.items()
        }
        wanted: dict[str, dict[int, list[int]]] = {}
        for place in rows:
            wanted.setdefault(place.sheet, {})[place.row] = columns[place.sheet]
        try:
            self._places = find_places(self._copy, wanted)
            for needed in {folder.resolve(), Path(tempfile.gettempdir()).resolve()}:
                self._ensure_room(needed)
        except (LookupError, ValueError, OSError) as error:
            raise RunError(f"The results could not be written back into {self.path}: {error}") from error

    def _ensure_room(self, folder: Path) -> None:
        """Make sure that another such workbook fits into a folder; parts that change wait in the temporary one."""
        with tempfile.TemporaryFile(dir=folder) as room:
            for _ in range(0, os.fstat(self._copy.fileno()).st_size, _CHUNK):
                room.write(bytes(_CHUNK))

    def write(self, report: Report, moved: Advance | None, target: Path) -> Path:
        """Write the answers, and return the path of the file that holds them.

        Where the workbook is open in a spreadsheet program, or was saved by one meanwhile, that is a new
        file beside it.

        Args:
            report: the answers.
            moved: what is remembered as exported from now on; None where that stays as it is.
            target: the file to write.

        Raises:
            OSError: it cannot be written; what was there is untouched.
            RunError: see `rehearse`.
        """
        cells = _cells(report.outcomes, moved.cells if moved else {}, self._positions)
        reach = moved.reach if moved else {}
        stamp = report.time.replace(":", "").replace("T", " ")
        beside = target.with_name(f"{target.stem} results {stamp}{target.suffix}")

        def put(place: Path) -> Path:
            sheets = self._sheets(report, moved)
            save(place, lambda file: patch_workbook(self._copy, file, cells, sheets, reach, self._places))
            return place

        if is_open_elsewhere(target) or (target.resolve() == self.path.resolve() and self.changed_meanwhile()):
            return put(beside)
        try:
            return put(target)
        except PermissionError:  # Windows does not let go of a file that is open
            return put(beside)

    def _sheets(self, report: Report, moved: Advance | None) -> dict[str, Iterable[Sequence[str | Link]]]:
        """Return the rows of the sheets that are ours; they come one by one, each once."""
        sheets: dict[str, Iterable[Sequence[str | Link]]] = {RESULTS: _results(report, self._heads)}
        if moved is not None and moved.remembers_more:
            memory = Digest()
            sheets[BASE] = memory.over(to_rows(moved.exported, self.book.layout))
            sheets[META] = self._meta(memory)  # after what it is the digest of
        return {title: rows for title, rows in sheets.items() if title in self.book.titles}

    def _meta(self, memory: Digest) -> Iterator[list[str]]:
        yield from meta_rows(self.book.described, str(memory))


def _digest(file: BinaryIO) -> str:
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]  # files of the system can all be read into a buffer


def _copied(path: Path) -> BinaryIO:
    """Return a copy of the workbook as it is now, open: what is read, and what the results are written into.

    Raises:
        RunError: there is no such file, it cannot be read or is too large, or there is no room for a copy.
    """
    with _opened(path) as workbook:
        copy = tempfile.TemporaryFile()  # noqa: SIM115  it is open as long as the Original lives
        try:
            shutil.copyfileobj(workbook, copy, _CHUNK)
            copy.flush()
        except OSError as error:
            with suppress(OSError):  # what did not fit does not fit now
                copy.close()
            if error.errno in (errno.ENOSPC, errno.EFBIG, errno.EDQUOT):
                raise RunError(
                    f"There is no room for a copy of {path} in the folder {tempfile.gettempdir()}"
                    f" ({error.strerror}); make room there."
                ) from None
            raise _unreadable(path, error) from None
    return copy


def _opened(path: Path) -> BinaryIO:
    """Open a workbook to read it: a file, nothing that gives bytes for ever or waits for somebody.

    Raises:
        RunError: it cannot be opened, is no file, or is too large.
    """
    try:
        file = open_file(os.path.realpath(path))  # a link to a workbook is a workbook
    except NoFileError:
        raise RunError(f"{path} cannot be read: it is not a file.") from None
    except OSError as error:
        raise _unreadable(path, error) from None
    if os.fstat(file.fileno()).st_size > bounds.FILE_BYTES:
        file.close()
        raise RunError(f"{path} is larger than {bounds.FILE_BYTES >> 30} GB; take the workbook that was exported.")
    return file


def _unreadable(path: Path, error: OSError) -> RunError:
    reason = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
    return RunError(f"{path} cannot be read: {reason}.")


def _cells(
    outcomes: Iterable[Outcome],
    moved: Mapping[Place, Mapping[str, str]],
    positions: Mapping[str, Mapping[str, int]],
) -> dict[str, dict[int, dict[int, str]]]:
    """Return the texts of the cells to write: by sheet, row and column."""
    found: dict[str, dict[int, dict[int, str]]] = {title: {} for title in positions}
    answers = {one.place: {own.RESULT: one.result.value, own.MESSAGE: one.message} for one in outcomes}
    for place in dict.fromkeys((*answers, *moved)):
        columns = positions[place.sheet]
        texts = {**answers.get(place, {}), **moved.get(place, {})}
        row = {columns[header]: text for header, text in texts.items() if header in columns}
        found[place.sheet][place.row] = row
    return {title: rows for title, rows in found.items() if rows}


def _results(report: Report, heads: Mapping[str, Heads]) -> Iterator[list[str | Link]]:
    yield list(RESULT_HEADERS)
    for outcome, texts in report.result_rows():
        column = letters(heads[outcome.place.sheet].own.get(own.RESULT, 1))
        row: list[str | Link] = list(texts)
        row[3] = Link(texts[3], outcome.place.sheet, f"{column}{outcome.place.row}")
        yield row
