"""Of new records and their files: what lies beside the workbook, and what the site has afterwards."""

from typing import Any

import catalogue
from desk import Desk

BLANK = ("--blank", "--type", "bcdc_dataset")
"""Options of an export into an empty workbook."""


def nothing_left(desk: Desk) -> bool:
    """Tell whether another import of the same workbook finds nothing to do and says so."""
    again = desk.imported()
    return (set(again["counts"]), again["writes"]) == ({"unchanged"}, 0)


def wrote(desk: Desk, path: str, content: bytes) -> bytes:
    """Write a file beside the workbook."""
    place = desk.folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return content


def by_name(package: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a package's resources by name."""
    return {resource["name"]: resource for resource in package["resources"]}


def views(desk: Desk, package: dict[str, Any]) -> list[Any]:
    """Return the views of all of a package's resources, by name of the resource and then of the view."""
    found = [(r["name"], catalogue.resource_views(desk.lab, r["id"])) for r in package["resources"]]
    return sorted((name, [view["title"] for view in ones], [view["id"] for view in ones]) for name, ones in found)
