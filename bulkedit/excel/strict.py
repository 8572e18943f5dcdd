"""Strict workbooks, which Excel saves as "Strict Open XML", for a reader that knows only the usual kind.

They differ from the transitional ones in the names of namespaces and relationships (ECMA-376 part 1, annex A),
and in dates, which may be written as such. openpyxl knows the latter, but not the former.
"""

import re
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from bulkedit.excel.zipparts import Parts, open_parts

_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_USUAL: Final = b"http://schemas.openxmlformats.org/"
_NAMES: Final = {
    b"spreadsheetml/main": b"spreadsheetml/2006/main",
    b"drawingml/main": b"drawingml/2006/main",
    b"officeDocument/relationships": b"officeDocument/2006/relationships",
    b"officeDocument/customProperties": b"officeDocument/2006/custom-properties",
    b"officeDocument/extendedProperties": b"officeDocument/2006/extended-properties",
    b"officeDocument/docPropsVTypes": b"officeDocument/2006/docPropsVTypes",
}
_TAG: Final = re.compile(rb"<[A-Za-z_][^<>]*" + re.escape(_STRICT) + rb"[^<>]*>")
_NAME: Final = re.compile(re.escape(_STRICT) + rb"(" + rb"|".join(_NAMES) + rb")")


@contextmanager
def transitional(path: Path, workbook: str) -> Iterator[Path | IO[bytes]]:
    """Give a workbook as openpyxl can read it: itself, or a copy with the usual names.

    Args:
        path: the workbook.
        workbook: its workbook part.

    Raises:
        WorkbookDamaged: it cannot be read.
    """
    with open_parts(path) as parts:
        root = _TAG.search(parts.read(workbook)[:_HEAD])
        if root is None:
            yield path
            return
        with tempfile.TemporaryFile(suffix=".xlsx") as file:
            _copy(parts, file)
            yield file


_HEAD: Final = 10_000  # bytes; the workbook's own tag stands at its beginning


def _copy(parts: Parts, file: IO[bytes]) -> None:
    """Copy what openpyxl reads: all XML; pictures and the like stay behind."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name in parts.names:
            if name.lower().endswith((".xml", ".rels")):
                archive.writestr(name, _renamed(parts.read(name)))


def _renamed(xml: bytes) -> bytes:
    # Only inside tags: a text that speaks of these addresses stays as it is.
    return _TAG.sub(lambda tag: _NAME.sub(lambda name: _USUAL + _NAMES[name[1]], tag[0]), xml)
