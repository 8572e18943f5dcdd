"""The workbook that benchmarks measure, and a catalogue for it; each job is a process of its own.

python benchmarks/made.py write FILE SITE ORGANIZATION PACKAGES RESOURCES COLUMNS
"""

import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import requests
from openpyxl import load_workbook

from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.schema import Vocabulary
from bulkedit.excel.patch import patch_workbook
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


def patch(path: str, target: str, every: str) -> None:
    """Write an answer into each row, or each tenth one, of the packages: as an import does with its results."""
    with Path(target).open("wb") as file:
        rows = range(2, int(every.partition("/")[0]) + 2, int(every.partition("/")[2] or 1))
        patch_workbook(
            Path(path), file, {"Packages": {row: {2: "unchanged", 3: "Nothing to do."} for row in rows}}, {}
        )


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


JOBS = {"write": write, "make": make, "patch": patch, "serve": serve, "cells": tell_cells}

if __name__ == "__main__":
    JOBS[sys.argv[1]](*sys.argv[2:])
