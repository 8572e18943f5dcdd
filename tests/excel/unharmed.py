"""What must be the same before and after results were written into a workbook."""

import re

from producers import sheet_parts, split_cells

OWN_SHEETS = ("Results", "_meta", "_base")
_EXTENTS = re.compile(r'<(?:\w+:)?dimension ref="[^"]*"/>| spans="[^"]*"')


def assert_unharmed(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    """Assert that two workbooks differ in nothing but cells of ours.

    Our own sheets may differ in all their rows; in data sheets only the cells of Result and Message, and what says
    how far a sheet or row reaches.

    Args:
        before: the parts of a workbook (`producers.parts_of`).
        after: the parts of the same one with results in it.
    """
    assert list(after) == list(before)
    titles = {part: title for title, part in sheet_parts(before).items()}
    changed = {name for name in before if before[name] != after[name]}
    assert changed <= titles.keys(), changed - titles.keys()
    assert changed
    for name in changed:
        assert titles[name] not in ("Start here", "_lists")
        if titles[name] not in OWN_SHEETS:
            _assert_sheet_unharmed(before[name].decode(), after[name].decode())


def _assert_sheet_unharmed(before: str, after: str) -> None:
    skeleton, old = split_cells(before)
    skeleton_after, new = split_cells(after)
    assert _EXTENTS.sub("", skeleton_after) == _EXTENTS.sub("", skeleton)
    assert _of_others(new) == _of_others(old)


def _of_others(cells: dict[tuple[int, int], str]) -> dict[tuple[int, int], str]:
    """Return the cells that are not ours: Result and Message stand second and third."""
    return {(row, column): cell for (row, column), cell in cells.items() if column not in (2, 3)}
