"""The workbook that benchmarks measure, and a catalogue for it; each job is a process of its own.

python benchmarks/made.py write FILE SITE ORGANIZATION PACKAGES RESOURCES COLUMNS
python benchmarks/made.py fill SITE ORGANIZATION TOKEN PACKAGES RESOURCES
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import ckanapi
import requests
from openpyxl import load_workbook

from bulkedit.core.find import find_edits
from bulkedit.core.json_value import JSON, Package, dicts
from bulkedit.core.layout import layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.schema import Vocabulary
from bulkedit.excel.patch import patch_workbook
from bulkedit.excel.read import read_workbook
from bulkedit.excel.write import Export, write_workbook
from bulkedit.sandbox.server import Sandbox
from bulkedit.workflow.exporting import pieces
from bulkedit.workflow.records import Records


def packages(count: int, resources: int, columns: int) -> Iterator[Package]:
    """Yield packages as long as real ones: an abstract, a title, short texts, and files."""
    return (_package(number, resources, columns) for number in range(count))


def _package(number: int, resources: int, columns: int) -> Package:
    key = f"{number:08d}-5a3b-4000-8000-000000000000"
    held: Package = {f"field_{at}": f"Text {at} of {number}, some words" for at in range(columns - 3)}
    held["notes"] = f"About {number}. " + "Measured since 1990 in all the districts. " * 11
    files: list[JSON] = [
        {
            "id": f"{number:08d}-5a3b-4000-8000-{at:012d}",
            "package_id": key,
            "name": f"Table {at} of {number}",
            "url": f"https://files.example/{number}/{at}.csv",
            "format": "CSV",
            "description": f"All that was measured in the year {2000 + at}",
        }
        for at in range(resources)
    ]
    title = f"Record {number} of the register of places"
    return held | {"id": key, "name": f"record-{number}", "title": title, "resources": files, "type": "dataset"}


def schema(columns: int) -> dict[str, JSON]:
    """Return a schema with so many fields of packages."""
    own: list[JSON] = [{"field_name": name, "label": name.title()} for name in ("title", "name", "notes")]
    more: list[JSON] = [{"field_name": f"field_{at}", "label": f"Field {at}"} for at in range(columns - 3)]
    files: list[JSON] = [{"field_name": name} for name in ("name", "url", "format", "description")]
    return {"dataset_fields": own + more, "resource_fields": files}


def write(path: str, site: str, organization: str, count: str, resources: str, columns: str) -> None:
    """Write a workbook as an export does, from packages that come one by one."""
    layout = layout_of([], {"dataset": schema(int(columns))}, Vocabulary(), ["dataset"])
    records = Records()
    for package in packages(int(count), int(resources), int(columns)):
        records.add(package)
    identity = Identity(site, {organization: "parks"}, "2026-11-22T08:00:00", "editor")
    with Path(path).open("wb") as file:
        write_workbook(file, Export(identity, layout, pieces(layout, records)))


def make(count: str, resources: str, columns: str) -> None:
    """Make the texts of a workbook, and write nothing."""
    layout = layout_of([], {"dataset": schema(int(columns))}, Vocabulary(), ["dataset"])
    records = Records()
    for package in packages(int(count), int(resources), int(columns)):
        records.add(package)
    for _ in pieces(layout, records):
        pass


def patch(path: str, target: str, count: str, step: str) -> None:
    """Write a result into each row of the packages, or each so many-th, as an import does."""
    rows = range(2, int(count) + 2, int(step))
    cells = {"Packages": {row: {2: "unchanged", 3: "Nothing to do."} for row in rows}}
    with Path(target).open("wb") as file:
        patch_workbook(Path(path), file, cells, {})


def check(path: str) -> None:
    """Read a workbook, and find out what was edited."""
    book = read_workbook(Path(path))
    edits = find_edits(book.layout, book.exported, book.sheets, book.identity.salt)
    assert not edits.by_package()


def fill(site: str, organization: str, token: str, count: str, resources: str) -> None:
    """Create packages in an organization, as an editor's script would."""
    remote = ckanapi.RemoteCKAN(site, apikey=token)
    for package in packages(int(count), int(resources), 3):
        files = [
            {key: held for key, held in one.items() if key != "package_id"} for one in dicts(package["resources"])
        ]
        made = {key: held for key, held in package.items() if key != "id"}
        remote.action.package_create(**made | {"owner_org": organization, "resources": files})


def serve(token: str) -> None:
    """Start a catalogue, print its address and its organization, and stay."""
    with Sandbox(packages=False) as sandbox:
        sandbox.tokens["editor"] = token
        asked = requests.post(
            f"{sandbox.url}/api/3/action/organization_list_for_user",
            json={},
            headers={"Authorization": token},
            timeout=60,
        )
        print(sandbox.url, asked.json()["result"][0]["id"], flush=True)
        time.sleep(24 * 3600)


def tell_cells(book: str, target: str) -> None:
    """Write the texts of all sheets as JSON lines, for the bare writer."""
    with Path(target).open("w", encoding="utf-8") as file:
        for sheet in load_workbook(book, read_only=True):
            rows = [
                [(at, str(value)) for at, value in enumerate(row) if value]
                for row in sheet.iter_rows(values_only=True)
            ]
            file.write(json.dumps([sheet.title, rows]) + "\n")


JOBS = {
    "write": write,
    "make": make,
    "patch": patch,
    "check": check,
    "fill": fill,
    "serve": serve,
    "cells": tell_cells,
}

if __name__ == "__main__":
    JOBS[sys.argv[1]](*sys.argv[2:])
