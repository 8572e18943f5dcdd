"""Catalogues in words: a schema with every kind of field, packages of it, and a workbook on a desk.

`Desk` is the double of a workbook: what reading an untouched export gives, to be edited by plain
assignments. The laws go through a real .xlsx file; single rules need not.
"""

import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from revision import revised

from bulkedit.core import columns as own
from bulkedit.core.advance import OwnCells
from bulkedit.core.answers import Accepted
from bulkedit.core.catalogue import Catalogue, Texts, tabulate
from bulkedit.core.cells import Cell, cell_text
from bulkedit.core.columns import Choice, Layout, Level, Table
from bulkedit.core.diff import diff_package
from bulkedit.core.edits import Edits, RowEdit
from bulkedit.core.find import find_edits
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import Schema, layout_of
from bulkedit.core.memory import remembered_headers, to_rows, unpacked
from bulkedit.core.meta import Identity
from bulkedit.core.naming import is_placeholder
from bulkedit.core.outcomes import Settled
from bulkedit.core.plan import plan_creation, plan_package
from bulkedit.core.schema import Vocabulary
from bulkedit.core.sheets import Sheet, SheetRow, header_texts
from bulkedit.core.template import NO_TEMPLATE, Template, read_template
from bulkedit.excel.read import Book, read_workbook
from bulkedit.excel.write import Export, write_workbook

VOCABULARY = Vocabulary(
    licences=(Choice("ogl", "Open Government Licence"), Choice("cc-by", "Attribution")),
    organizations=(Choice("org-1", "Parks Branch", ("parks-branch",)), Choice("org-2", "Roads Branch")),
)
IDENTITY = Identity("https://catalogue.example", {"org-1": "Parks Branch"}, "2026-11-22T08:00:00", "anna")


def choices(*pairs: tuple[str, str]) -> JSON:
    """Return the choices of a schema field from pairs of value and label."""
    return [{"value": value, "label": label} for value, label in pairs]


COLOURS = choices(("r", "Red"), ("g", "Green"), ("b", "Blue"), ("Red", "Crimson"), ("g2", "Green"))
"""Labels that repeat, and a value that is another one's label."""

SCHEMA: Schema = {
    "dataset_type": "record",
    "dataset_fields": [
        {"field_name": "title", "label": "Title", "preset": "title", "required": True},
        {"field_name": "name", "label": "Address", "preset": "dataset_slug", "required": True},
        {"field_name": "notes", "label": "Notes"},
        {"field_name": "owner_org", "label": "Organization", "preset": "dataset_organization"},
        {"field_name": "license_id", "label": "Licence"},
        {"field_name": "tag_string", "label": "Tags", "preset": "tag_string_autocomplete"},
        {"field_name": "colour", "label": "Colour", "preset": "select", "choices": COLOURS},
        {"field_name": "shade", "label": "Shade", "choices": COLOURS, "choices_helper": "shades"},
        {"field_name": "colours", "label": "Colours", "preset": "multiple_checkbox", "choices": COLOURS},
        {"field_name": "other_names", "label": "Other names", "preset": "multiple_text"},
        {"field_name": "published", "label": "Published", "preset": "date"},
        {"field_name": "checked", "label": "Checked", "preset": "datetime"},
        {"field_name": "settings", "label": "Settings", "preset": "json_object"},
        {"field_name": "open", "label": "Open", "validators": "ignore_missing boolean_validator"},
        {
            "field_name": "contacts",
            "label": "Contacts",
            "repeating_subfields": [
                {"field_name": "name", "label": "Name", "required": True},
                {"field_name": "email", "label": "E-mail"},
                {"field_name": "roles", "label": "Roles", "preset": "multiple_checkbox", "choices": COLOURS},
            ],
        },
        {
            "field_name": "dates",
            "label": "Dates",
            "preset": "composite_repeating",
            "subfields": [
                {"field_name": "type", "label": "Type", "preset": "select", "choices": COLOURS},
                {"field_name": "date", "label": "Date", "preset": "date"},
            ],
        },
    ],
    "resource_fields": [
        {"field_name": "name", "label": "Name"},
        {"field_name": "url", "label": "URL", "preset": "resource_url_upload"},
        {"field_name": "size", "label": "Size"},
        {"field_name": "colours", "label": "Colours", "preset": "multiple_select", "choices": COLOURS},
        {
            "field_name": "temporal_extent",
            "label": "Temporal extent",
            "repeating_subfields": [
                {"field_name": "begin_date", "label": "Beginning date", "preset": "date"},
                {"field_name": "end_date", "label": "End date", "preset": "date"},
            ],
        },
    ],
}


SINGLE = read_template(
    {"packages": {"single": ["dates"]}, "resources": {"single": ["temporal_extent"]}}, "single.yaml"
)
"""Writes lists of at most one item as columns."""


def laid_out(packages: Sequence[Package], template: Template = NO_TEMPLATE) -> Layout:
    """Return the layout of packages of `SCHEMA`."""
    return layout_of(packages, {"record": SCHEMA}, VOCABULARY, ["record"], {"record": template})


def unchecked(layout: Layout) -> Layout:
    """Return a layout whose columns take any text: what arbitrary values are good for is another matter."""
    tables = (
        replace(table, columns=tuple(replace(column, checks=()) for column in table.columns))
        for table in layout.tables
    )
    return Layout(tuple(tables))


def package(name: str, /, **fields: JSON) -> Package:
    """Return a package of `SCHEMA`, with the id ``id-<name>``."""
    return {
        "id": f"id-{name}",
        "name": name,
        "title": name.title(),
        "type": "record",
        "state": "active",
        "private": False,
        "owner_org": "org-1",
        "metadata_modified": "2026-11-20T10:00:00.123456",
        **fields,
    }


def resource(name: str, /, **fields: JSON) -> dict[str, JSON]:
    """Return a resource, with the id ``id-<name>``."""
    held: dict[str, JSON] = {"id": f"id-{name}", "name": name, "url": f"https://example.org/{name}"}
    return held | fields


def parks() -> Package:
    """Return a package with two contacts and two resources."""
    return package(
        "parks",
        notes="All parks",
        colour="r",
        contacts=[{"name": "Ann", "email": "ann@x.org"}, {"name": "Bob", "email": "bob@x.org"}],
        resources=[
            resource("map", size=10, temporal_extent=[{"begin_date": "2020-01-01", "end_date": "2021-01-01"}]),
            resource("list", size="12", url_type="upload"),
        ],
    )


def trails() -> Package:
    """Return a package with a contact and no resource."""
    return package("trails", notes="All trails", contacts=[{"name": "Cy", "email": "cy@x.org"}])


class Desk:
    """A workbook on somebody's desk: for each sheet its headers, and its rows by header.

    The first of the `rows` is row 2 of the sheet.
    """

    def __init__(self, layout: Layout, catalogue: Catalogue) -> None:
        """Lay an untouched export of a catalogue on the desk."""
        self.layout, self.catalogue = layout, catalogue
        self.headers = {table.title: header_texts(table, as_names=False) for table in layout.tables}
        self.rows: dict[str, list[dict[str, Cell]]] = {
            table.title: [self._row(table, key, texts) for key, texts in catalogue.rows[table.title].items()]
            for table in layout.tables
        }

    def _row(self, table: Table, key: str, texts: Texts) -> dict[str, Cell]:
        row: dict[str, Cell] = dict(leads(table, key, self.catalogue))
        row |= {column.header: text for column, text in zip(table.columns, texts, strict=True)}
        return row

    def sheets(self) -> dict[str, Sheet]:
        """Return the sheets as reading the workbook gives them."""
        found = {}
        for title, headers in self.headers.items():
            at = {header: n for n, header in enumerate(headers, 1)}
            rows = [
                SheetRow(n, {at[header]: cell for header, cell in row.items() if cell != "" and header in at})
                for n, row in enumerate(self.rows[title], 2)
            ]
            found[title] = Sheet(title, {n: h for h, n in at.items()}, [row for row in rows if row.cells])
        return found

    def edits(self, sheets: Mapping[str, Sheet] | None = None) -> Edits:
        """Return what a person edited."""
        return find_edits(self.layout, self.catalogue, self.sheets() if sheets is None else sheets)

    def write(self, cells: OwnCells) -> None:
        """Write texts into our own cells, as an import does at its end."""
        for place, texts in cells.items():
            self.rows[place.sheet][place.row - 2].update(texts)


def leads(table: Table, key: str, catalogue: Catalogue) -> dict[str, str]:
    """Return the identifying cells of a row, by header."""
    match table.level:
        case Level.PACKAGE:
            return {own.ID: key}
        case Level.RESOURCE:
            owner = catalogue.resources[key]
            return {
                own.PACKAGE: catalogue.packages[owner.package],
                own.ID: key,
                own.POSITION: str(owner.position),
            }
        case Level.ITEM:
            package_id, _, number = key.rpartition("/")
            return {own.PACKAGE: catalogue.packages[package_id], own.ITEM: number}
        case Level.RESOURCE_ITEM:
            resource_id, _, number = key.rpartition("/")
            owner = catalogue.resources[resource_id]
            return {
                own.PACKAGE: catalogue.packages[owner.package],
                own.RESOURCE: owner.name,
                own.RESOURCE_ID: resource_id,
                own.ITEM: number,
            }


def lit(desk: Desk) -> list[tuple[str, int, str]]:
    """Return the cells that light up as changed: sheet, row, header.

    This is what the sheet's own formulas do: a row is looked up in the memory by its identifying cells.
    """
    memory = {row[0]: row[2:] for row in to_rows(desk.catalogue, desk.layout)}
    found = []
    for number, table in enumerate(desk.layout.tables, 1):
        for at, row in enumerate(desk.rows[table.title], 2):
            identity = "/".join(str(row.get(header, "")) for header in _IDENTITY[table.level])
            headers = remembered_headers(table)
            texts = zip(headers, unpacked(memory.get(f"{number}|{identity}", ()), len(headers)), strict=True)
            if row.get(own.ACTION) != "delete":
                found += [
                    (table.title, at, header) for header, text in texts if cell_text(row.get(header, "")) != text
                ]
    return found


_IDENTITY = {
    Level.PACKAGE: (own.ID,),
    Level.RESOURCE: (own.ID,),
    Level.ITEM: (own.PACKAGE, own.ITEM),
    Level.RESOURCE_ITEM: (own.RESOURCE_ID, own.ITEM),
}


def desk_of(*packages: Package, template: Template = NO_TEMPLATE) -> Desk:
    """Return an untouched export of packages of `SCHEMA`."""
    layout = laid_out(packages, template)
    return Desk(layout, tabulate(layout, packages))


def through_workbook(layout: Layout, catalogue: Catalogue, *, headers_as_names: bool = False) -> Book:
    """Return a catalogue as it comes back from a real .xlsx file."""
    buffer = io.BytesIO()
    write_workbook(buffer, Export(IDENTITY, layout, [catalogue], headers_as_names))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.xlsx"
        path.write_bytes(buffer.getvalue())
        return read_workbook(path)


def settled(desk: Desk, site: dict[str, Package], groups: Iterable[str] = ()) -> list[Settled]:
    """Send all edits of a desk to a site (packages by id, changed in place) that accepts what it gets."""
    return [_settled(desk, site, key, rows, list(groups)) for key, rows in desk.edits().by_package().items()]


def _settled(
    desk: Desk, site: dict[str, Package], key: str, rows: Sequence[RowEdit], groups: Sequence[str]
) -> Settled:
    if any(row.problems for row in rows):
        return Settled(rows)
    if is_placeholder(key):
        return _created(desk, site, key, rows)
    live = site.get(key)
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [live] if live else []))
    if live is None:
        return Settled(rows, diff)
    plan = plan_package(diff, live, groups)
    if plan.call is None:
        return Settled(rows, diff, problems=plan.problems, live=live)
    site[key] = revised(live, plan.call.payload)
    return Settled(rows, diff, plan.call, Accepted(site[key]), live=live)


def _created(desk: Desk, site: dict[str, Package], key: str, rows: Sequence[RowEdit]) -> Settled:
    """Create a package as ``package_create`` does; its id follows from its name."""
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, []))
    plan = plan_creation(diff, key, "record", {"name": rows[0].name, "owner_org": "org-1"})
    if plan.call is None:
        return Settled(rows, diff, problems=plan.problems)
    sent = dict(plan.call.payload)
    site[f"id-{sent['name']}"] = package(str(sent["name"])) | sent
    return Settled(rows, diff, plan.call, Accepted(site[f"id-{sent['name']}"]))
