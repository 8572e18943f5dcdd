"""A site where an import changed everything that it can change, and what is there before and after."""

import os
from pathlib import Path
from typing import Any

from live_catalogue import LiveCatalogue, PackageDict, described, package, package_id, resource_id
from office_desk import Desk, Said, edit, rows

from bulkedit.excel.typist import Typist
from bulkedit.ledger import Ledger

ONE, TWO, THREE, FOUR = (package_id(number) for number in range(1, 5))
STAMPS = frozenset("metadata_modified metadata_created last_modified created".split())


def record(number: int) -> PackageDict:
    """Return a package with the schema's fields, contacts, tags, and a resource."""
    made = described(
        number,
        purpose="To find the way.",
        fee_cents=5,
        topics=["water", "paths"],
        tags=[{"name": "wood"}, {"name": "steel"}],
        contacts=[
            {"name": name, "email": f"{name.lower()}@parks.example", "role": "custodian"}
            for name in ("Ann", "Bob")
        ],
    )
    made["resources"][0] |= {"resource_update_cycle": "monthly", "table_columns": [{"column_name": "length"}]}
    return made


def many_things() -> PackageDict:
    """Return a package with extras, a group, and three resources."""
    more = [{"id": resource_id(n), "name": f"part {n}", "url": f"https://x.example/{n}"} for n in (21, 22)]
    made = package(2, extras=[{"key": "seen", "value": "yes"}, {"key": "by", "value": "Ann"}])
    made["resources"] += more
    return {**made, "groups": [{"name": "outdoors"}, {"name": "safety"}], "tags": [{"name": "old"}]}


def catalogue(desk: Desk, **how: Any) -> tuple[LiveCatalogue, Path]:
    """Export four packages; the fourth has two uploaded files."""
    ckan = desk.open([record(1), many_things(), package(3), files()], **how)
    for number, name in ((4, "old.csv"), (41, "gone.csv"), (42, "link.csv")):
        ckan.upload(resource_id(number), name, f"content of {name}".encode())
    workbook = desk.export()
    ckan.heard.clear()
    return ckan, workbook


def files() -> PackageDict:
    """Return a package with three resources, to be files."""
    made = package(4)
    made["resources"] += [
        {"id": resource_id(n), "name": f"file {n}", "url": "https://x.example/f"} for n in (41, 42)
    ]
    return made


def change_everything(workbook: Path) -> None:
    """Edit, add, remove, move, rename, create, delete, replace: what an import can do."""
    typist = Typist(workbook)

    def at(sheet: str, header: str, text: str) -> int:
        return next(row.number for row in typist.rows(sheet) if row[header] == text)

    def type_at(sheet: str, key: str, **texts: str) -> None:
        for header, text in texts.items():
            typist.type(sheet, at(sheet, "ID", key), header.replace("_", " "), text)

    contacts = "Contacts bcdc_dataset"
    type_at("Packages bcdc_dataset", ONE, Title="Paths", Purpose="", Licence="lowland-ol-2")
    type_at("Packages bcdc_dataset", ONE, Topics="Paths and bridges", Keywords="steel; stone", Fee_in_cents="7")
    typist.type(contacts, at(contacts, "Name", "Ann"), "Name", "Anna")
    typist.type(contacts, at(contacts, "Name", "Bob"), "Action", "delete")
    new = {"Package": "trails-1", "Name": "Cy", "E-mail": "cy@parks.example", "Role": "Custodian"}
    typist.add(contacts, new)
    type_at("Resources bcdc_dataset", resource_id(1), Update_cycle="Every year", Description="All of them")
    type_at("Packages", TWO, Name="renamed", Tags="new", Groups="safety")
    typist.type("Extras", at("Extras", "Key", "seen"), "Value", "no")
    typist.type("Extras", at("Extras", "Key", "by"), "Action", "delete")
    typist.add("Extras", {"Package": "renamed", "Key": "when", "Value": "today"})
    type_at("Resources", resource_id(22), Position="1")
    type_at("Resources", resource_id(21), Action="delete")
    typist.add("Resources", {"Package": "renamed", "Name": "map", "URL": "https://x.example/map"})
    type_at("Packages", THREE, Action="delete")
    type_at("Resources", resource_id(4), Upload="new.csv")
    type_at("Resources", resource_id(41), Action="delete")
    type_at("Resources", resource_id(42), URL="https://x.example/linked")
    typist.add("Packages", {"Title": "Bridges", "Description": "Where to cross."})
    typist.add("Resources", {"Package": "Bridges", "Name": "list", "Upload": "list.csv"})
    typist.save()
    (workbook.parent / "new.csv").write_bytes(b"new content")
    (workbook.parent / "list.csv").write_bytes(b"a list")


def imported(desk: Desk, workbook: Path, *options: str) -> Said:
    """Import the workbook, whatever it deletes."""
    deletions = sum(row["Action"] == "delete" for s in ("Packages", "Resources") for row in rows(workbook, s))
    return desk("import", workbook, "--yes", "--json", "--confirm-deletes", str(deletions), *options)


def everything_changed(desk: Desk, *options: str, **how: Any) -> tuple[LiveCatalogue, Path, list[Any]]:
    """Import many changes; return what the packages were before."""
    ckan, workbook = catalogue(desk, **how)
    before = comparable(ckan)
    change_everything(workbook)
    said = imported(desk, workbook, *options)
    assert said.status == 0, said.out
    assert comparable(ckan) != before
    return ckan, workbook, before


def retitled(desk: Desk) -> tuple[LiveCatalogue, Path, list[Any]]:
    """Import another title and description of the first package."""
    ckan, workbook = desk.exported([package(1), package(2)])
    before = comparable(ckan)
    edit(workbook, ("Packages", ONE, "Title", "Paths"), ("Packages", ONE, "Description", "All of them."))
    assert imported(desk, workbook).status == 0
    ckan.heard.clear()
    return ckan, workbook, before


def comparable(ckan: LiveCatalogue) -> list[Any]:
    """Return every package made by the test as `package_show` has it, but for CKAN's own times."""
    return [without_stamps(one) for one in ckan.snapshot()]


def without_stamps(value: Any) -> Any:
    """Return a value without CKAN's own times."""
    if isinstance(value, dict):
        return {key: without_stamps(held) for key, held in value.items() if key not in STAMPS}
    return [without_stamps(entry) for entry in value] if isinstance(value, list) else value


def empty_alike(value: Any) -> Any:
    """Return a value in which null is an empty text."""
    if isinstance(value, dict):
        return {key: empty_alike(held) for key, held in value.items()}
    return [empty_alike(entry) for entry in value] if isinstance(value, list) else "" if value is None else value


def content(ckan: LiveCatalogue, number: int) -> bytes:
    """Return the bytes of a resource's file."""
    found = ckan.sandbox.store.upload(resource_id(number))
    return b"" if found is None else found[1]


def ledger_of(desk: Desk) -> Ledger:
    """Return the ledger of the desk."""
    return Ledger(Path(os.environ["BULKEDIT_LEDGER"]))


def row_of(said: Said, package_name: str, resource: str | None = None) -> Any:
    """Return the row of a package or resource in a report."""
    return next(
        row for row in said.json()["rows"] if (row["package"], row["resource"]) == (package_name, resource)
    )
