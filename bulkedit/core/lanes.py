"""Which packages must wait for each other: those that want, have or give up the same name."""

from collections.abc import Mapping, Sequence

from bulkedit.core.columns import Level
from bulkedit.core.edits import RowEdit


def lanes(by_package: Mapping[str, Sequence[RowEdit]]) -> list[list[str]]:
    """Return the keys of packages in lanes: what is in one goes one after the other, in the order given.

    Lanes are independent of each other, and in the order of their first package.
    """
    lane_of: dict[str, list[str]] = {}
    found: list[list[str]] = []
    for key, rows in by_package.items():
        names = _names(rows)
        shared = list({id(lane): lane for name in names if (lane := lane_of.get(name)) is not None}.values())
        lane = shared[0] if shared else []
        for other in shared[1:]:
            lane += other
            found = [one for one in found if one is not other]
        if not shared:
            found.append(lane)
        lane.append(key)
        held = {name for name, of in lane_of.items() if any(of is other for other in shared)}
        lane_of |= dict.fromkeys(names | held, lane)
    return _in_order(found, list(by_package))


def _names(rows: Sequence[RowEdit]) -> set[str]:
    """Return the names that a package's rows have to do with, if they create or rename it."""
    found: set[str] = set()
    for row in rows:
        if row.table.level is Level.PACKAGE:
            found |= {row.name} if row.new else set()
            changed = [cell for cell in row.cells if cell.column.name == "name" and not row.new]
            found |= {text for cell in changed for text in (cell.exported, cell.edited)}
    return found


def _in_order(found: Sequence[list[str]], keys: Sequence[str]) -> list[list[str]]:
    at = {key: n for n, key in enumerate(keys)}
    return sorted((sorted(lane, key=at.__getitem__) for lane in found), key=lambda lane: at[lane[0]])
