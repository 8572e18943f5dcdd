"""A workbook of some packages and the site that they came from, to be refreshed."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from worlds import Desk, desk_of, parks, settled, trails

from bulkedit.core.edits import Place
from bulkedit.core.files import Files
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.refreshed import Refresh, refresh
from bulkedit.core.results import Outcome


@dataclass
class Office:
    """A workbook of some packages, the site that they came from, and files that its rows name."""

    desk: Desk
    site: dict[str, Package]
    found: Refresh | None = None
    files: Files = field(default_factory=dict)

    @property
    def rows(self) -> dict[str, list[dict[str, Any]]]:
        """The rows of the sheets, the first of which is row 2."""
        return self.desk.rows

    def rival(self, name: str, /, **fields: JSON) -> None:
        """Change a package on the site."""
        self.site[f"id-{name}"] = self.site[f"id-{name}"] | fields

    def refresh(self) -> dict[Place, Outcome]:
        """Refresh the workbook and return the answers by row."""
        desk = self.desk
        self.found = refresh(
            desk.layout,
            desk.catalogue,
            desk.edits(),
            self.site,
            desk.sheets(),
            site="https://catalogue.example",
            files=self.files,
        )
        for place in self.found.moved.cells:
            self.rows[place.sheet] += [{} for _ in range(place.row - 1 - len(self.rows[place.sheet]))]
        desk.write(self.found.moved.cells)
        desk.catalogue = self.found.moved.exported
        for one in self.found.outcomes:
            self.rows[one.place.sheet][one.place.row - 2] |= {"Result": one.result.value, "Message": one.message}
        return {one.place: one for one in self.found.outcomes}

    def results(self, sheet: str) -> list[str]:
        """Refresh, and return the results of a sheet's rows."""
        return [one.result.value for place, one in self.refresh().items() if place.sheet == sheet]

    def column(self, sheet: str, *headers: str) -> list[Any]:
        """Return what columns of a sheet say."""
        found = [tuple(row.get(header, "") for header in headers) for row in self.rows[sheet]]
        return [texts[0] for texts in found] if len(headers) == 1 else found

    def import_(self) -> dict[str, list[str]]:
        """Import the workbook, and return by verdict the fields that it edits."""
        found: dict[str, list[str]] = {}
        for one in settled(self.desk, self.site):
            assert one.diff is not None, one.problems
            for change in one.diff.changes:
                name = "(row)" if change.cell is None else change.cell.column.name
                found.setdefault(change.verdict.name, []).append(name)
        return found


@pytest.fixture
def office() -> Office:
    """Return an untouched workbook of two packages, parks and trails."""
    return office_of(parks(), trails())


def office_of(*packages: Package) -> Office:
    """Return an untouched workbook of packages."""
    return Office(desk_of(*packages), {str(one["id"]): one for one in packages})


def at(sheet: str, row: int) -> Place:
    """Return a place."""
    return Place(sheet, row)


def contacts(*names: str) -> JSON:
    """Return contacts of these names."""
    return [{"name": name, "email": f"{name.lower()}@x.org"} for name in names]
