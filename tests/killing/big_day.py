"""A big day's work: 60 packages edited, 10 of them with a file, 10 created, 5 deleted; and what comes of it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from live_catalogue import PackageDict, package, package_id

EDITED, CREATED, DELETED, FILES = 60, 10, 5, 10
PACKAGES = EDITED + DELETED + 5
WRITES = EDITED + CREATED + DELETED

_GIVEN = "-0000-4000-8000-"
"""What the ids of `live_catalogue` have in common; by chance no other has it (a few digits would be had soon)."""

_STAMPS = frozenset("metadata_modified metadata_created last_modified created revision_id".split())


def packages() -> list[PackageDict]:
    """Return the packages before that day."""
    return [package(number) for number in range(1, PACKAGES + 1)]


def work(workbook: Path) -> None:
    """Edit an export of the packages as a person would, and lay the files beside it."""
    book = openpyxl.load_workbook(workbook)
    sheet, resources = book["Packages"], book["Resources"]
    for row, heads in _rows(sheet):
        number = _number(sheet.cell(row, heads["ID"]).value)
        if number <= EDITED:
            sheet.cell(row, heads["Title"]).value = f"Trails and paths {number}"
            if number % 2:
                sheet.cell(row, heads["Description"]).value = f"Where to walk and ride, {number}."
        elif number <= EDITED + DELETED:
            sheet.cell(row, heads["Action"]).value = "delete"
    heads = {cell.value: cell.column for cell in sheet[1]}
    for number in range(1, CREATED + 1):
        sheet.cell(PACKAGES + 1 + number, heads["Title"]).value = f"Bridges {number}"
    for row, columns in _rows(resources):
        number = _number(resources.cell(row, columns["ID"]).value)
        if number <= FILES:
            (workbook.parent / f"table-{number}.csv").write_text(f"a,b\n{number},2\n")
            resources.cell(row, columns["Upload"]).value = f"table-{number}.csv"
    book.save(workbook)
    book.close()


def _rows(sheet: Any) -> Sequence[tuple[int, dict[str, int]]]:
    heads = {cell.value: cell.column for cell in sheet[1]}
    return [(row, heads) for row in range(2, sheet.max_row + 1) if sheet.cell(row, heads["ID"]).value]


def _number(key: str) -> int:
    return int(key.rpartition("-")[2])


def comparable(value: Any) -> Any:
    """Return a package without made ids and time stamps."""
    if isinstance(value, dict):
        return {k: comparable(v) for k, v in value.items() if k not in _STAMPS and not _is_made_id(k, v)}
    return [comparable(entry) for entry in value] if isinstance(value, list) else value


def _is_made_id(key: str, value: Any) -> bool:
    return key in ("id", "package_id") and isinstance(value, str) and _GIVEN not in value


__all__ = ["package_id"]
