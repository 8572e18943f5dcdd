"""Give a workbook back unharmed: replace only our own cells and our own sheets inside the zip.

Loading and saving a workbook with a library loses whatever the library does not know: threaded comments,
slicers, sparklines, cached formula values. Here all parts but the patched sheets are copied as compressed
bytes, and a patched sheet is spliced, so what lies outside our cells keeps every byte.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import BinaryIO, TypeAlias

from bulkedit.excel.bookparts import BookParts, cuts_of_calc_chain, find_parts
from bulkedit.excel.cellplaces import CellPlaces
from bulkedit.excel.filters import grown_filters
from bulkedit.excel.sheetcells import patch_cells, patch_places
from bulkedit.excel.sheetrows import Link, replace_rows
from bulkedit.excel.sheetxml import SheetPatch
from bulkedit.excel.splices import spliced
from bulkedit.excel.xmlbytes import naming
from bulkedit.excel.zipcopy import Deflated, deflate
from bulkedit.excel.zipparts import Parts, Source, open_parts

__all__ = ["CellPatches", "CellPlaces", "Link", "SheetRows", "find_places", "patch_workbook"]

CellPatches: TypeAlias = Mapping[str, Mapping[int, Mapping[int, str]]]
"""Sheet title, row number, column number (both from 1): the text of a cell; an empty one blanks it."""

SheetRows: TypeAlias = Mapping[str, Iterable[Sequence[str | Link]]]
"""Sheet title: all rows the sheet holds from now on, the header row first; gone through once, sheet by sheet."""

_Edit: TypeAlias = Callable[[Iterable[bytes]], SheetPatch]


Reach: TypeAlias = Mapping[str, int]
"""Sheet title: the last row that was added to it."""


def patch_workbook(
    source: Source,
    target: BinaryIO,
    cells: CellPatches,
    sheets: SheetRows,
    reach: Reach | None = None,
    known: Mapping[str, CellPlaces] | None = None,
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

    Cells must stand in the order of their columns, as `read.read_workbook` makes sure of.

    If a formula was replaced, the calculation chain goes, with its relationship and its content type.

    Texts over 32,767 UTF-16 units are cut, with an ellipsis. No text can become a formula.

    Args:
        source: the workbook.
        target: a binary file, written from its present position; the caller syncs and renames it.
        cells: texts for single cells.
        sheets: rows for whole sheets.
        reach: the last row of each sheet of `cells` to which rows were added.
        known: what `find_places` found in the same file, by sheet title; what is not there is looked for now.

    Raises:
        LookupError: the workbook has no worksheet of a title.
        ValueError: a sheet is named in both, or a cell lies outside a sheet.
        WorkbookDamaged: the file cannot be read as a workbook.
        OSError: source or target cannot be read or written.
    """
    with open_parts(source) as parts:
        book = find_parts(parts)
        replaced, formulas_lost = _edit_sheets(parts, _edits(book, cells, sheets, reach or {}, known or {}))
        if reach and (cuts := grown_filters(parts.read(book.workbook), reach)):
            replaced[book.workbook] = deflate(spliced(parts.chunks(book.workbook), cuts))
        dropped: set[str] = set()
        if formulas_lost and book.calc_chain is not None:
            dropped.add(book.calc_chain)
            for part, cuts in cuts_of_calc_chain(parts, book).items():
                replaced[part] = deflate(spliced(parts.chunks(part), cuts))
        parts.write(target, replaced, dropped)


def find_places(source: Source, wanted: Mapping[str, Mapping[int, Collection[int]]]) -> dict[str, CellPlaces]:
    """Return by sheet title where the cells are that texts will be put into, and change nothing.

    Args:
        source: the workbook.
        wanted: sheet title, row number: column numbers, both counted from 1.

    Raises:
        LookupError, ValueError, WorkbookDamaged, OSError: as `patch_workbook` would.
    """
    found = {}
    with open_parts(source) as parts:
        worksheets = find_parts(parts).worksheets
        for title, rows in wanted.items():
            _ensure_there(title, worksheets)
            with naming(worksheets[title]):
                found[title] = CellPlaces(parts.chunks(worksheets[title]), rows)
    return found


def _edits(
    book: BookParts, cells: CellPatches, sheets: SheetRows, reach: Reach, known: Mapping[str, CellPlaces]
) -> dict[str, _Edit]:
    """Return by part what is to be done to it."""
    for title in (*cells, *sheets):
        _ensure_there(title, book.worksheets)
    if both := cells.keys() & sheets.keys():
        raise ValueError(f"cells of a sheet that is replaced as a whole: {sorted(both)}")
    return {
        **{
            book.worksheets[title]: _put(texts, reach.get(title, 0), known.get(title))
            for title, texts in cells.items()
        },
        **{book.worksheets[title]: partial(replace_rows, rows=rows) for title, rows in sheets.items()},
    }


def _put(texts: Mapping[int, Mapping[int, str]], reach: int, places: CellPlaces | None) -> _Edit:
    """Return what puts texts into a sheet, of which the places of some cells may be known."""
    if places is None or not places.include(texts):
        return partial(patch_cells, texts=texts, reach=reach)
    return lambda _: patch_places(places, texts, reach)


def _ensure_there(title: str, worksheets: Collection[str]) -> None:
    if title not in worksheets:
        raise LookupError(f"The workbook has no worksheet “{title}”.")


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
