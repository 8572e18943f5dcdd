"""What an import would say of the edits where the site has moved on: conflicts, and what is there already."""

from collections.abc import Mapping
from dataclasses import replace

from bulkedit.core.catalogue import Catalogue, tabulate
from bulkedit.core.columns import Layout
from bulkedit.core.diff import PackageDiff, Verdict, diff_package
from bulkedit.core.edits import Edits, Place, RowEdit
from bulkedit.core.files import Files
from bulkedit.core.json_value import Package, text_of
from bulkedit.core.naming import is_placeholder
from bulkedit.core.outcomes import Settled, outcomes_of
from bulkedit.core.results import Outcome


def compared(
    edits: Edits, exported: Catalogue, packages: Mapping[str, Package], layout: Layout, files: Files
) -> tuple[dict[Place, Outcome], set[int]]:
    """Return the conflicts by row, in the words of an import, and the ``id()`` of each edit that has arrived."""
    clashes: dict[Place, Outcome] = {}
    arrived: set[int] = set()
    names = {key: owner.name for key, owner in exported.resources.items()}
    for key, rows in edits.by_package().items():
        asking = [row for row in rows if not row.problems and not is_placeholder(key)]
        if not asking:
            continue
        package = packages.get(key)
        live = tabulate(layout, [] if package is None else [package])
        diff = diff_package(asking, exported, live, files=files, layout=layout)
        arrived |= {id(change.cell) for change in diff.of(Verdict.ALREADY) if not change.row.new}
        for one in outcomes_of(_conflicts_of(asking, diff, package), layout, {}, names):
            clashes[one.place] = one
    return clashes, arrived


def _conflicts_of(rows: list[RowEdit], diff: PackageDiff, package: Package | None) -> Settled:
    """Return a package's conflicts and nothing else, as if an import had found only them."""
    conflicts = diff.of(Verdict.CONFLICT)
    cells, places = {id(c.cell) for c in conflicts}, {c.row.place for c in conflicts}
    clashing = [
        replace(row, cells=tuple(cell for cell in row.cells if id(cell) in cells))
        for row in rows
        if row.place in places
    ]
    modified = "" if package is None else text_of(package.get("metadata_modified"))
    return Settled(clashing, PackageDiff(tuple(conflicts)), live_modified=modified, live=package)
