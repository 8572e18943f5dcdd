"""Workbooks as our own export writes them, and what an import finds in them; no catalogue is needed."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from bulkedit.core.catalogue import tabulate
from bulkedit.core.cells import Cell
from bulkedit.core.edits import Edits
from bulkedit.core.find import find_edits
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import Schema, layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.schema import Vocabulary
from bulkedit.core.sheets import find_heads
from bulkedit.excel.read import Book, read_workbook
from bulkedit.excel.write import Export, write_workbook

IDENTITY = Identity("https://catalogue.example", {"o": "Parks"}, "2026-11-22T08:00:00", "anna")


def package(number: int, texts: Mapping[str, str]) -> Package:
    """Return a package of CKAN's own fields with the texts wherever a workbook shows free text."""
    fields: dict[str, JSON] = dict(texts)
    return {
        "id": f"p{number}",
        "name": f"name{number}",
        "type": "dataset",
        "tags": [{"name": text} for text in texts.values()],
        "extras": [{"key": text, "value": text} for text in texts.values()],
        "resources": [{"id": f"r{number}-{n}", "name": t, "url": t} for n, t in enumerate(texts.values())],
        **fields,
    }


def export(
    target: Path | io.BytesIO, packages: Sequence[Package], schemas: Mapping[str, Schema] | None = None
) -> None:
    """Write packages into a workbook, as an export does."""
    layout = layout_of(packages, schemas or {}, Vocabulary())
    written = Export(IDENTITY, layout, [tabulate(layout, packages)])
    if isinstance(target, Path):
        with target.open("wb") as file:
            write_workbook(file, written)
    else:
        write_workbook(target, written)


def edits_of(book: Book) -> Edits:
    """Return what an import finds in a workbook."""
    return find_edits(book.layout, book.exported, book.sheets)


def edits_in(path: Path) -> Edits:
    """Return what an import finds in a file."""
    return edits_of(read_workbook(path))


def touched(edits: Edits) -> list[tuple[str, int]]:
    """Return sheet and row of every row that is edited or in trouble."""
    return [(row.place.sheet, row.place.row) for row in edits.rows if row.cells or row.problems]


def changes(edits: Edits) -> dict[tuple[str, int, str], tuple[str, str]]:
    """Return the texts, as exported and as edited, of every edited cell by sheet, row and header."""
    return {
        (row.place.sheet, row.place.row, cell.column.header): (cell.exported, cell.edited)
        for row in edits.rows
        for cell in row.cells
    }


def notes(book: Book) -> list[Cell]:
    """Return the cells of the column Description, as they came back."""
    table, sheet = book.layout.tables[0], book.sheets["Packages"]
    position = dict(find_heads(table, sheet).fields)[table.names["notes"]]
    return [row.cells.get(position, "") for row in sheet.rows]
