"""A list of items that nobody edited, taken over whole from the site."""

from collections.abc import Sequence

from bulkedit.core import columns as own
from bulkedit.core.added import Added
from bulkedit.core.advance import Advance
from bulkedit.core.catalogue import Texts, item_key
from bulkedit.core.columns import Table
from bulkedit.core.edits import RowEdit
from bulkedit.core.incoming import Incoming
from bulkedit.core.matching import match_items


def take_over(
    table: Table,
    owner: str,
    live: Sequence[Texts],
    rows: Sequence[RowEdit],
    moved: Advance,
    incoming: Incoming,
    added: Added,
) -> None:
    """Let the rows of a list hold what the site's list holds.

    Args:
        table: the table of items.
        owner: id of the package or resource.
        live: the items on the site.
        rows: the rows of the list as exported, each once; further ones ask for nothing.
        moved: what is remembered; the list in it gives way to the live one.
        incoming: gets the cells that change.
        added: gets the items for which there is no row.
    """
    before = moved.exported.items(table, owner)
    places = rows_of_items(before, live)
    shown: list[dict[str, str]] = [{} for _ in live]
    for row in sorted((row for row in rows if row.number), key=lambda row: row.number):
        held, at = before[row.number - 1], places.get(row.number - 1)
        if at is None:
            incoming.empty(row, held)
            continue
        standing = moved.exported.shown_of(table, item_key(owner, row.number))
        if at + 1 != row.number:
            incoming.comes(row.place, own.ITEM, "item", str(row.number), str(at + 1), quiet=True)
        for column, was, now in zip(table.columns, held, live[at], strict=True):
            if was != now:
                incoming.comes(row.place, column.header, column.name, standing.get(column.name, was), now)
            elif column.name in standing:
                shown[at][column.name] = standing[column.name]
    moved.exported.replace_items(table, owner, live, shown)
    for at in sorted(set(range(len(live))) - set(places.values())):
        added.item(table, owner, at + 1, live[at])


def rows_of_items(before: Sequence[Texts], live: Sequence[Texts]) -> dict[int, int]:
    """Return which live item each row shows from now on, by index.

    A row stays with its item, where that is recognized: what people noted beside it is about that one. The rows
    left over take the items left over, in their order.
    """
    found = dict(match_items(before, live, {}, []).items)
    rows = (i for i in range(len(before)) if i not in found)
    items = (j for j in range(len(live)) if j not in found.values())
    return found | dict(zip(list(rows), list(items), strict=False))
