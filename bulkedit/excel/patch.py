"""Give a workbook back unharmed: replace only our own cells and our own sheets inside the zip.

Loading and saving a workbook with a library loses whatever the library does not know: threaded comments,
slicers, sparklines, cached formula values. Here all parts but the patched sheets are copied as compressed
bytes, and a patched sheet is spliced, so what lies outside our cells keeps every byte.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

from bulkedit.excel.bookparts import BookParts, cuts_of_calc_chain, find_parts
from bulkedit.excel.filters import grown_filters
from bulkedit.excel.sheetcells import patch_cells
from bulkedit.excel.sheetrows import Link, replace_rows
from bulkedit.excel.sheetxml import SheetPatch
from bulkedit.excel.splices import spliced
from bulkedit.excel.xmlbytes import naming
from bulkedit.excel.zipcopy import Deflated, deflate
from bulkedit.excel.zipparts import Parts, open_parts

__all__ = ["CellPatches", "Link", "SheetRows", "patch_workbook", "rehearse_patch"]

CellPatches: TypeAlias = Mapping[str, Mapping[int, Mapping[int, str]]]
"""Sheet title, row number, column number (both from 1): the text of a cell; an empty one blanks it."""

SheetRows: TypeAlias = Mapping[str, Iterable[Sequence[str | Link]]]
"""Sheet title: all rows the sheet holds from now on, the header row first; gone through once, sheet by sheet."""

_Edit: TypeAlias = Callable[[Iterable[bytes]], SheetPatch]


Reach: TypeAlias = Mapping[str, int]
"""Sheet title: the last row that was added to it."""


def patch_workbook(
    source: Path, target: BinaryIO, cells: CellPatches, sheets: SheetRows, reach: Reach | None = None
) -> None:
    """Write a copy of a workbook with some cells and some whole sheets replaced.

    Every member of the zip that does not change is copied raw: same compressed bytes, order, name and time.
    In a patched sheet everything outside the patched cells keeps its bytes. Nothing is written before all
    sheets are patched, so an exception leaves the target empty.

    A patched cell becomes text and keeps its style; a formula in it goes. A missing one is inserted in
    order, styled like its row or column; ``<dimension>`` and ``spans`` give way where they leave it out.

    A replaced sheet keeps its widths, panes, protection and colours. Header cells keep the styles of the old
    row 1, other cells have their column's style, or that of the old row 2. Links replace the old ones, merged
    cells go, the autofilter covers the new rows without criteria.

    Where rows were added below the range of a sheet's autofilter, the range grows to take them in: in the sheet,
    and in the defined name that goes with it.

    If a formula was replaced, the calculation chain goes, with its relationship and its content type.

    Texts over 32,767 UTF-16 units are cut, with an ellipsis. No text can become a formula.

    Args:
        source: the workbook.
        target: a binary file, written from its present position; the caller syncs and renames it.
        cells: texts for single cells.
        sheets: rows for whole sheets.
        reach: the last row of each sheet of `cells` to which rows were added.

    Raises:
        LookupError: the workbook has no worksheet of a title.
        ValueError: a sheet is named in both, or a cell lies outside a sheet.
        WorkbookDamaged: the file cannot be read as a workbook.
        OSError: source or target cannot be read or written.
    """
    with open_parts(source) as parts:
        book = find_parts(parts)
        replaced, formulas_lost = _edit_sheets(parts, _edits(book, cells, sheets, reach or {}))
        if reach and (cuts := grown_filters(parts.read(book.workbook), reach)):
            replaced[book.workbook] = deflate(spliced(parts.chunks(book.workbook), cuts))
        dropped: set[str] = set()
        if formulas_lost and book.calc_chain is not None:
            dropped.add(book.calc_chain)
            for part, cuts in cuts_of_calc_chain(parts, book).items():
                replaced[part] = deflate(spliced(parts.chunks(part), cuts))
        parts.write(target, replaced, dropped)


def rehearse_patch(source: Path, cells: CellPatches) -> None:
    """Look for all that `patch_workbook` would change, and change nothing.

    Raises:
        LookupError, ValueError, WorkbookDamaged, OSError: as it would.
    """
    with open_parts(source) as parts:
        for part, edit in _edits(find_parts(parts), cells, {}, {}).items():
            with naming(part):
                edit(parts.chunks(part))


def _edits(book: BookParts, cells: CellPatches, sheets: SheetRows, reach: Reach) -> dict[str, _Edit]:
    """Return by part what is to be done to it."""
    for title in (*cells, *sheets):
        if title not in book.worksheets:
            raise LookupError(f"The workbook has no worksheet “{title}”.")
    if both := cells.keys() & sheets.keys():
        raise ValueError(f"cells of a sheet that is replaced as a whole: {sorted(both)}")
    return {
        **{
            book.worksheets[title]: partial(patch_cells, texts=texts, reach=reach.get(title, 0))
            for title, texts in cells.items()
        },
        **{book.worksheets[title]: partial(replace_rows, rows=rows) for title, rows in sheets.items()},
    }


def _edit_sheets(parts: Parts, edits: Mapping[str, _Edit]) -> tuple[dict[str, Deflated], bool]:
    """Return the parts that change, and whether a formula was replaced.

    A sheet is unpacked twice, piece by piece: what comes first in it may depend on what comes last.
    """
    changed: dict[str, Deflated] = {}
    formulas_lost = False
    for part, edit in edits.items():
        with naming(part):
            patch = edit(parts.chunks(part))
        formulas_lost |= patch.formulas_lost
        if patch.splices:
            changed[part] = deflate(spliced(parts.chunks(part), patch.splices))
    return changed, formulas_lost
