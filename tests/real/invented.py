"""An invented catalogue, written into a workbook by our own export code: nothing but LibreOffice is needed.

An office for sea marks keeps 100 records. Their columns are those that spreadsheet programs harm: codes with
leading zeros, numbers of 18 digits, dates, projections that end in a number, texts nearly as long as a
cell can be. Each has four contacts.
"""

import shutil
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import office as offices

from bulkedit.core.catalogue import tabulate
from bulkedit.core.edits import Edits, RowEdit
from bulkedit.core.find import find_edits
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import Schema, layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.schema import Vocabulary
from bulkedit.excel.read import Book, read_workbook
from bulkedit.excel.write import Export, write_workbook

RECORDS = 100
CONTACTS_EACH = 4
IDENTITY = Identity("https://catalogue.example", {"marks": "Sea Marks"}, "2026-11-22T08:00:00", "anna")
VOCABULARY = Vocabulary()
SCHEMA: Schema = {
    "dataset_type": "mark",
    "dataset_fields": [
        {"field_name": "title", "label": "Title", "required": True},
        {"field_name": "name", "label": "Address", "preset": "dataset_slug", "required": True},
        {"field_name": "notes", "label": "Description"},
        {"field_name": "code", "label": "Code"},
        {"field_name": "register", "label": "Register number"},
        {"field_name": "laid", "label": "Laid on", "preset": "date"},
        {"field_name": "projection", "label": "Projection"},
        {
            "field_name": "contacts",
            "label": "Contacts",
            "repeating_subfields": [
                {"field_name": "name", "label": "Name", "required": True},
                {"field_name": "email", "label": "E-mail"},
                {"field_name": "phone", "label": "Phone"},
            ],
        },
    ],
    "resource_fields": [
        {"field_name": "name", "label": "Name"},
        {"field_name": "url", "label": "URL"},
        {"field_name": "edition", "label": "Edition"},
    ],
}

PEOPLE = ("Ida Strand", "Per Holm", "Mia Voss", "Jon Skye", "Eva Lund", "Tom Reef", "Liv Berg")
NEARLY_FULL = 32_700  # UTF-16 units of the first record's description; a cell takes 32,767


def packages() -> list[Package]:
    """Return the records as `package_show` would."""
    return [_package(number) for number in range(1, RECORDS + 1)]


def _package(number: int) -> Package:
    name = f"mark-{number:03}"
    return {
        "id": f"id-{name}",
        "name": name,
        "title": f"Light buoy no. {number} off Calm Point",
        "type": "mark",
        "notes": _long_text() if number == 1 else f"Red  and white, seen from {number} miles. ",
        "code": f"{number * 37 % 1000:05}",
        "register": str(704_318_552_097_461_003 + number * 1_000_003),
        "laid": (date(1998, 3, 1) + timedelta(days=number * 67)).isoformat(),
        "projection": f"epsg{(3005, 26910, 4269)[number % 3]}",
        "contacts": [_contact(number, at) for at in range(CONTACTS_EACH)],
        "resources": [
            {
                "id": f"r-{name}",
                "name": f"Chart {number}",
                "url": f"https://marks.example/{number}",
                "edition": "01",
            }
        ],
    }


def _long_text() -> str:
    """Return a text that nearly fills a cell, no two sentences alike."""
    return " ".join(f"Sounding {at}: {at * 7919 % 997 / 10} m." for at in range(1, 3000))[:NEARLY_FULL].rstrip()


def _contact(number: int, at: int) -> dict[str, JSON]:
    who = PEOPLE[(number * 3 + at) % len(PEOPLE)]
    return {
        "name": who,
        "email": f"{who.lower().replace(' ', '.')}@marks.example",
        "phone": f"0{number * 7919 % 9000 + 1000} {at}",
    }


def export(path: Path, records: Sequence[Package] | None = None) -> Path:
    """Write the records (or others of the same schema) into a workbook, as an export does."""
    found = packages() if records is None else records
    layout = layout_of(found, {"mark": SCHEMA}, VOCABULARY, ["mark"])
    with path.open("wb") as file:
        write_workbook(file, Export(IDENTITY, layout, [tabulate(layout, found)]))
    return path


@dataclass(frozen=True)
class Bench:
    """A workbook of the invented catalogue and a LibreOffice to work in it."""

    workbook: Path
    office: offices.Office

    def editing(self) -> AbstractContextManager[offices.Book]:
        """Open the workbook in LibreOffice, and save and close it afterwards."""
        return self.office.editing(self.workbook)

    def read(self) -> Book:
        """Read the workbook as an import does."""
        return read_workbook(self.workbook)

    def edits(self) -> Edits:
        """Find what an import would find."""
        book = self.read()
        return find_edits(book.layout, book.exported, book.sheets)


def bench(export: Path, folder: Path, office: offices.Office) -> Bench:
    """Return a bench with a copy of an export of its own."""
    return Bench(Path(shutil.copy(export, folder / "marks.xlsx")), office)


def changed(edits: Edits) -> list[RowEdit]:
    """Return the rows that ask for something or cannot be sent."""
    return [row for row in edits.rows if row.asks or row.problems]


def cells_of(edits: Edits) -> dict[tuple[str, int, str], str]:
    """Return the edited texts of all cells by sheet, row and header."""
    return {
        (row.place.sheet, row.place.row, cell.column.header): cell.edited
        for row in edits.rows
        for cell in row.cells
    }
