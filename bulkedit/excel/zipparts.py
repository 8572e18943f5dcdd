"""Read the parts of a workbook's zip, and write the zip again with some parts replaced."""

import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO, Final

from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.zipcopy import Deflated, ZipCopy

_CHUNK: Final = 1 << 18
PART_LIMIT: Final = 1 << 30
"""Most bytes of one unpacked part: what a bomb would exceed, and no sheet of a sane size does."""


class Parts:
    """The parts of a workbook; names are compared as OPC does, ignoring case (ECMA-376 part 2, M1.12)."""

    def __init__(self, file: BinaryIO, archive: zipfile.ZipFile) -> None:
        self._file = file
        self._archive = archive
        self._members = {member.filename.lower(): member for member in archive.infolist()}
        if len(self._members) < len(archive.infolist()):
            raise WorkbookDamaged(
                "The workbook holds two parts of the same name; open it in a spreadsheet program and save it"
                " again."
            )

    @property
    def names(self) -> list[str]:
        """The names of all parts, as the zip spells them."""
        return [member.filename for member in self._members.values()]

    def name(self, part: str) -> str | None:
        """Return a part's name as the zip spells it, None when there is no such part."""
        member = self._members.get(part.lower())
        return None if member is None else member.filename

    def read(self, part: str) -> bytes:
        """Return the content of a part.

        Raises:
            WorkbookDamaged: there is none, or it is damaged, encrypted or monstrous.
        """
        member = self._members.get(part.lower())
        if member is None:
            raise WorkbookDamaged(
                f"The file is not a workbook: it has no part {part}; open it in a spreadsheet program and save"
                " it again."
            )
        if member.file_size > PART_LIMIT:
            raise WorkbookDamaged(f"The part {part} of the workbook is too large for any sheet; export again.")
        content = BytesIO()
        try:
            # In chunks: ZipFile.read holds a large part twice.
            with self._archive.open(member) as unpacked:
                copyfileobj(unpacked, content, _CHUNK)
        except (zipfile.BadZipFile, zlib.error, EOFError) as trouble:
            raise WorkbookDamaged(
                f"The part {part} of the workbook is damaged ({trouble}); take an earlier copy of the workbook."
            ) from trouble
        except (RuntimeError, NotImplementedError) as trouble:
            raise WorkbookDamaged(
                f"The part {part} of the workbook has a password or an unknown compression; save it without"
                " a password."
            ) from trouble
        return content.getvalue()

    def write(self, target: BinaryIO, replaced: Mapping[str, Deflated], dropped: Collection[str]) -> None:
        """Write the whole zip: same order, names, times and compressed bytes, but for the parts given.

        Args:
            target: where to write, from its present position on; it need not be seekable.
            replaced: new contents by part.
            dropped: parts to leave out.

        Raises:
            WorkbookDamaged: the zip is cut off, or beyond 4 GB.
        """
        contents = {part.lower(): content for part, content in replaced.items()}
        left_out = {part.lower() for part in dropped}
        writer = ZipCopy(self._file, target)
        for name, member in self._members.items():
            if name in contents:
                writer.replace(member, contents[name])
            elif name not in left_out:
                writer.copy(member)
        writer.finish(self._archive.comment)


@contextmanager
def open_parts(path: Path) -> Iterator[Parts]:
    """Open a workbook to read its parts.

    Raises:
        WorkbookDamaged: it is no zip.
        OSError: it cannot be opened.
    """
    with path.open("rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, NotImplementedError, ValueError) as trouble:
            raise WorkbookDamaged(
                "The file is not an .xlsx workbook, or it is cut off; take an earlier copy."
            ) from trouble
        with archive:
            yield Parts(file, archive)
