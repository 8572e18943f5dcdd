"""New rows in a workbook, and what an import makes of them."""

from collections.abc import Mapping
from pathlib import Path

from live_catalogue import LiveCatalogue, PackageDict, package_id
from office_desk import Desk, rows, two_packages

from bulkedit.excel.typist import Typist

ONE, TWO = package_id(1), package_id(2)
NewRow = tuple[str, Mapping[str, str]]
BRIDGES: NewRow = ("Packages", {"Title": "Bridges", "Description": "Where to cross."})
"""Its name is made of its title."""
FORDS: NewRow = ("Packages", {"Title": "Fords", "Name": "the-fords"})
LIST: NewRow = ("Resources", {"Package": "Bridges", "Name": "list", "URL": "https://files.example/bridges.csv"})
MAP: NewRow = ("Resources", {"Package": "bridges", "Name": "map", "URL": "https://files.example/map"})
OF_TRAILS: NewRow = ("Resources", {"Package": "trails-1", "Name": "gpx", "URL": "https://files.example/1.gpx"})


def add(path: Path, *new: NewRow) -> None:
    """Type new rows below the others."""
    typist = Typist(path)
    for sheet, texts in new:
        typist.add(sheet, texts)
    typist.save()


def at_desk(desk: Desk, *new: NewRow, others: tuple[PackageDict, ...] = ()) -> tuple[LiveCatalogue, Path]:
    """Export two packages and type new rows."""
    ckan, workbook = desk.exported([*two_packages(), *others])
    add(workbook, *new)
    return ckan, workbook


def results(path: Path, sheet: str) -> list[str]:
    """Return the results of the rows below the exported two."""
    return [row["Result"] for row in rows(path, sheet)[2:]]


def called(ckan: LiveCatalogue) -> list[str]:
    """Return the names of all packages of the site that are not deleted."""
    found = ckan.call("package_search", rows=1000, include_private=True)["results"]
    return sorted(one["name"] for one in found)


def resources_of(ckan: LiveCatalogue, key: str) -> list[str]:
    """Return the names of a package's resources."""
    return [resource["name"] for resource in ckan.shown(key)["resources"]]


LOST = {"cut-before": False, "cut-after": True, "504": True, "half-body": True}
"""Ways to lose the answer to a call, and whether the call was carried out."""


def gone_with(desk: Desk, ckan: LiveCatalogue, action: str, fault: str) -> None:
    """Let a call lose its answer, and the site answer nothing about packages after that."""
    ckan.sandbox.misbehave(f"{action} {fault} times=1")
    ckan.before(action, lambda: ckan.sandbox.misbehave("package_show 504"))
