"""Killed anywhere on a real CKAN, an import that is begun again ends as if nothing had happened."""

import random
import sys
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import catalogue
import lab as labs
import openpyxl
import pytest
import records
from orders import NOWHERE, Boundary, Ended, Mortal, integrity, litter
from typed import Typed

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")

EDITED, FILES, CREATED, DELETED = 10, 2, 2, 1
CALLS = EDITED + CREATED + 1 + DELETED
"""A package that is edited takes its file along; one that is new gets it in a call of its own."""
OF_CALLS = ("intended", "under way", "answered", "noted")
BOUNDARIES = dict.fromkeys(OF_CALLS, CALLS) | {
    "begun": 1,
    "written": 1,
    "ended": 1,
    "writing": 15,
}
KILLED = 10
"""So many boundaries are killed at on each CKAN."""

WORKBOOK = "work.xlsx"
IMPORT = ["import", WORKBOOK, "--yes", "--json"]
CONFIRMED = ("--confirm-deletes", str(DELETED))


def chosen(seed: str) -> list[Boundary]:
    """Return a boundary of each kind, and others at the last calls, which create; always the same of a seed."""
    dice = random.Random(seed)  # noqa: S311  no secret
    one_each = [(kind, dice.randint(1, last)) for kind, last in BOUNDARIES.items()]
    creating = [(kind, number) for kind in OF_CALLS for number in range(EDITED + DELETED + 1, CALLS + 1)]
    return one_each + dice.sample([one for one in creating if one not in one_each], KILLED - len(one_each))


@pytest.fixture(scope="module")
def mortal() -> Iterator[Mortal]:
    """Keep one program for all tests."""
    with Mortal() as started:
        yield started


@pytest.fixture(scope="module")
def standing(lab: labs.Lab) -> Iterator[catalogue.Organization]:
    """Found an organization with the packages that every test edits, two of them with a file."""
    empty = catalogue.found(lab)
    called = {}
    for number in range(EDITED):
        name = f"{empty.name}-{number}"
        record = records.required(name, name) | {
            "tags": [{"name": "tides"}],
            "contacts": [records.contact(number, 0)],
            "resources": [] if number < FILES else [records.resource(number, 0)],
        }
        called[name] = catalogue.put(lab, empty, record)
    for name in list(called)[:FILES]:
        catalogue.put_file(lab, called[name], "Table", "table.csv", b"hour,metres\n")
    yield replace(empty, packages=list(called.values()), called=called)
    catalogue.remove(lab, empty)


@dataclass
class Work:
    """What somebody does in a workbook, and what is to come of it.

    Attributes:
        word: stands in everything that is typed.
        edited: what each edited package is to be, as `seen` sees it.
        created: the new packages.
        deleted: the id of the package that is to go.
        files: content of files by name of package.
    """

    word: str
    edited: dict[str, dict[str, Any]]
    deleted: str
    created: Typed = field(default_factory=Typed)
    files: dict[str, bytes] = field(default_factory=dict)


def seen(package: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a package what is edited here, and what is beside it."""
    return {
        "title": package["title"],
        "notes": package["notes"],
        "tags": [tag["name"] for tag in package["tags"]],
        "contacts": package["contacts"],
        "resources": [(resource["id"], resource["name"]) for resource in package["resources"]],
    }


def worked(mortal: Mortal, lab: labs.Lab, organization: catalogue.Organization, folder: Path, word: str) -> Work:
    """Export everything anew, and do the work in the workbook."""
    gone = f"{organization.name}-{word}-gone"
    deleted = catalogue.put(lab, organization, records.required(gone, gone))
    before = catalogue.snapshot(lab, organization.packages)
    work = Work(word, {one["name"]: seen(one) for one in before.values()}, deleted)
    exported = mortal.run(["export", organization.name, "-o", WORKBOOK], folder, lab.url, token=lab.editor)
    assert exported.status == 0, exported.said
    book = openpyxl.load_workbook(folder / WORKBOOK)
    _edit(work, book, folder)
    _delete(work, book)
    _create(work, book, folder, organization.name)
    book.save(folder / WORKBOOK)
    book.close()
    return work


def _edit(work: Work, book: Any, folder: Path) -> None:
    """Give every package another title and something else, and two of them another file."""
    rows = _rows(book["Packages"], "URL")
    contacts, resources = (_rows(book[sheet], "Package") for sheet in ("Contacts", "Resources"))
    for number, (name, wanted) in enumerate(work.edited.items()):
        title, text = f"{name} of {work.word}", f"{work.word} for {name}"
        rows[name]["Title"].value = wanted["title"] = title
        match number % 3:
            case 0:
                rows[name]["Description"].value = wanted["notes"] = text
            case 1:
                wanted["tags"] = sorted([work.word, "tides"])
                rows[name]["Keywords"].value = "; ".join(wanted["tags"])
            case _:
                email = f"{work.word}@example.org"
                contacts[name]["Email"].value = email
                wanted["contacts"] = [wanted["contacts"][0] | {"email": email}]
        if number < FILES:
            resources[name]["Upload"].value = _laid(work, folder, name)


def _delete(work: Work, book: Any) -> None:
    _rows(book["Packages"], "ID")[work.deleted]["Action"].value = "delete"


def _create(work: Work, book: Any, folder: Path, prefix: str) -> None:
    """Add a package with a name and a file, and one whose name is made of its title, with a link."""
    named, titled = (f"{prefix}-{work.word}-{kind}" for kind in ("named", "titled"))
    work.created.package(named)
    work.created.resource(named, "Table", upload=_laid(work, folder, named))
    work.created.package(titled, titled.replace("-", " "))
    work.created.resource(titled, "Link")
    work.created.rows["Packages"][-1]["URL"] = ""
    for sheet, new in work.created.rows.items():
        heads, last = _heads(book[sheet]), _last_row(book[sheet])
        for row, texts in enumerate(new, last + 1):
            for header, text in texts.items():
                book[sheet].cell(row, heads[header]).value = text or None


def _heads(sheet: Any) -> dict[str, int]:
    return {cell.value: cell.column for cell in sheet[1] if cell.value}


def _last_row(sheet: Any) -> int:
    return max(cell.row for cells in sheet.iter_rows() for cell in cells if cell.value is not None)


def _rows(sheet: Any, key: str) -> dict[str, dict[str, Any]]:
    """Return the cells of a sheet's rows by header, the first row of each key."""
    heads = _heads(sheet)
    rows: dict[str, dict[str, Any]] = {}
    for number in range(2, _last_row(sheet) + 1):
        cells = {header: sheet.cell(number, column) for header, column in heads.items()}
        rows.setdefault(cells[key].value, cells)
    return rows


def _laid(work: Work, folder: Path, package: str) -> str:
    """Lay a file for a package beside the workbook and return its name."""
    name = f"table-{package}.csv"
    work.files[package] = f"hour,metres\n{work.word},{package}\n".encode()
    (folder / name).write_bytes(work.files[package])
    return name


def run(
    mortal: Mortal, lab: labs.Lab, folder: Path, die: Boundary = NOWHERE, deletes: Sequence[str] = CONFIRMED
) -> Ended:
    """Import the workbook, or die of it."""
    return mortal.run([*IMPORT, *deletes], folder, lab.url, die, lab.editor)


def wrong(work: Work, lab: labs.Lab, organization: catalogue.Organization, before: Collection[str]) -> list[Any]:
    """Return what is otherwise on the site than the work wants it: nothing, if all is well."""
    found = catalogue.packages_of(lab, organization)
    new = {name: package for name, package in found.items() if name not in before}
    edited = {name: (seen(found[name]), wanted) for name, wanted in work.edited.items()}
    files = {name: _download(lab, found.get(name, {})) for name in work.files}
    gone = catalogue.snapshot(lab, [work.deleted])
    return [
        *((name, *both) for name, both in edited.items() if both[0] != both[1]),
        *([sorted(new)] if new.keys() != work.created.expected.keys() else []),
        *work.created.differences(new).items(),
        *((name, files[name]) for name, content in work.files.items() if files[name] != content),
        *([work.deleted] if [package["state"] for package in gone.values()] != ["deleted"] else []),
    ]


def _download(lab: labs.Lab, package: Mapping[str, Any]) -> bytes:
    uploaded = [one for one in package.get("resources", ()) if one["url_type"] == "upload"]
    return b"".join(catalogue.download(lab, one) for one in uploaded)


@pytest.mark.parametrize("number", range(KILLED))
def test_an_import_killed_and_begun_again_ends_as_if_nothing_had_happened(
    number: int, lab: labs.Lab, standing: catalogue.Organization, mortal: Mortal, tmp_path: Path
) -> None:
    """All is on the site as typed, and once; nothing is left to send; workbook and ledger can be read."""
    die = chosen(lab.version)[number]
    word = f"{die[0].replace(' ', '-')}-{die[1]}"
    work = worked(mortal, lab, standing, tmp_path, word)
    before = catalogue.packages_of(lab, standing).keys()

    killed = run(mortal, lab, tmp_path, die)
    again = run(mortal, lab, tmp_path)
    third = run(mortal, lab, tmp_path, deletes=())

    assert (killed.status, again.status, third.status) == (-9, 0, 0), (die, killed.said, again.said)
    assert wrong(work, lab, standing, before) == [], die
    assert (third.counts.keys(), third.report["writes"]) == ({"unchanged"}, 0), die
    assert integrity(tmp_path) == "ok"
    assert litter(tmp_path) == []
    openpyxl.load_workbook(tmp_path / WORKBOOK).close()


def test_every_boundary_is_there(
    lab: labs.Lab, standing: catalogue.Organization, mortal: Mortal, tmp_path: Path
) -> None:
    """The boundaries that are chosen from are all there are, and whoever passes them all ends the same way."""
    work = worked(mortal, lab, standing, tmp_path, "undisturbed")
    before = catalogue.packages_of(lab, standing).keys()

    ended = run(mortal, lab, tmp_path)

    assert (ended.status, ended.passed) == (0, BOUNDARIES), ended.said
    assert wrong(work, lab, standing, before) == []
    assert ended.report["writes"] == CALLS
