"""The tools of the real-world tests do what they say: catalogue, comparison, person at the desk."""

import os
import signal
from collections import Counter
from pathlib import Path
from typing import Any

import lab as labs
import pytest
import records
import requests
import xlsxwriter
from catalogue import Organization, client, differences, resource_views, snapshot
from office import Book, Office, OfficeTroubleError, to_pdf
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

HEADERS = ["ID", "Title", "Colour", "Day"]
ROWS = 10
SHEET = "Packages"


# -- the catalogue


@pytest.fixture(scope="module")
def seeded(lab: labs.Lab, organization: Organization) -> dict[str, records.Record]:
    """Return what CKAN shows of the fresh organization."""
    return snapshot(lab, organization.packages)


def test_the_catalogue_is_a_mix(organization: Organization, seeded: dict[str, records.Record]) -> None:
    """At least 60 packages: two types, private ones, drafts, 0 to 12 resources, 0 to 6 contacts."""
    kinds = Counter((package["type"], package["state"], package["private"]) for package in seeded.values())

    assert len(seeded) == len(organization.packages) >= 60
    assert all(
        kinds[type_, "active", private] for type_ in ("bcdc_dataset", "dataset") for private in (True, False)
    )
    assert kinds["bcdc_dataset", "draft", True]
    assert kinds["bcdc_dataset", "draft", False]
    assert {package["num_resources"] for package in seeded.values()} >= set(range(13))
    assert {len(package.get("contacts", ())) for package in seeded.values()} >= set(range(7))


def test_every_field_of_the_schema_is_filled_somewhere(
    lab: labs.Lab, organization: Organization, seeded: dict[str, records.Record]
) -> None:
    """Fields, resource fields and their subfields; keywords are shown as tags."""
    with client(lab, lab.editor) as ckan:
        schema = ckan.call_action("scheming_dataset_schema_show", {"type": "bcdc_dataset"})
    packages = [package for package in seeded.values() if package["type"] == "bcdc_dataset"]
    resources = [resource for package in packages for resource in package["resources"]]

    unfilled = [
        *_unfilled(schema["dataset_fields"], packages),
        *_unfilled(schema["resource_fields"], resources),
    ]

    assert unfilled == ["tag_string"]


def test_hostile_texts_are_stored_unchanged(organization: Organization, seeded: dict[str, records.Record]) -> None:
    """CKAN keeps every awkward text as it was sent, at least in the purpose."""
    stored = {name: seeded[organization.called[f"hostile-{name}"]].get("purpose") for name in records.HOSTILE}

    assert stored == records.HOSTILE


def test_groups_that_the_editor_is_not_in(lab: labs.Lab, organization: Organization) -> None:
    """One package is in such a group alone, one also in a group of the editor's."""
    with client(lab, lab.editor) as ckan:
        mine = {group["id"] for group in ckan.call_action("group_list_authz")}
    shown = snapshot(lab, [organization.called["only-foreign-group"], organization.called["foreign-group"]])

    alone, both = ({group["id"] for group in package["groups"]} for package in shown.values())

    assert len(alone) == 1
    assert not alone & mine
    assert len(both) == 2
    assert len(both & mine) == 1


def test_uploaded_files_and_views(lab: labs.Lab, organization: Organization) -> None:
    """Two files can be downloaded; their views are listed, where this CKAN has a kind of view."""
    (package,) = snapshot(lab, [organization.called["same-title-0"]]).values()
    files = [resource for resource in package["resources"] if resource["url_type"] == "upload"]

    assert [resource["name"] for resource in files] == ["Uploaded gauges.csv", "Uploaded Gezeiten März.txt"]
    assert requests.get(files[0]["url"], timeout=30).content == b"id,metres\n1,0.80\n"
    with client(lab, lab.editor) as ckan:
        views = {"text_view", "image_view"} & set(ckan.call_action("status_show")["extensions"])
    assert len(resource_views(lab, files[0]["id"])) == len(views)


# -- the comparison


def test_one_changed_field_is_the_only_difference(lab: labs.Lab, organization: Organization) -> None:
    """The time stamps that CKAN sets with it are not told."""
    package = organization.called["many-rows"]
    before = snapshot(lab, organization.packages)
    with client(lab, lab.editor) as ckan:
        contacts = before[package]["contacts"]
        contacts = [contacts[0] | {"email": "new@example.org"}, *contacts[1:]]
        ckan.call_action("package_patch", {"id": package, "contacts": contacts})

    after = snapshot(lab, organization.packages)

    assert before[package]["metadata_modified"] != after[package]["metadata_modified"]
    assert differences(before, after) == {package: ["contacts[0].email"]}


def test_lists_are_compared_by_id_and_order() -> None:
    """A resource that came, went or moved is told once; missing, null and empty differ."""
    before = {"p": {"resources": [{"id": "a", "url": None}, {"id": "b"}, {"id": "c"}], "tags": [{"name": "x"}]}}
    after = {"p": {"resources": [{"id": "c"}, {"id": "a", "url": ""}, {"id": "d"}], "tags": []}}

    found = differences(before, after)

    assert found == {"p": ["resources", "resources[a].url", "resources[b]", "resources[d]", "tags[x]"]}


def test_a_vanished_package_is_a_difference() -> None:
    """It is told by an empty path."""
    assert differences({"p": {"title": "x"}}, {}) == {"p": [""]}


# -- the person at the desk


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Make a small workbook like an export: text columns, autofilter, frozen header, a hidden sheet."""
    path = tmp_path / "small.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        text = workbook.add_format({"num_format": "@"})
        sheet = workbook.add_worksheet(SHEET)
        workbook.add_worksheet("_base").very_hidden()
        sheet.set_column(0, len(HEADERS) - 1, 20, text)
        for row, cells in enumerate([HEADERS, *map(_row, range(ROWS))]):
            for column, cell in enumerate(cells):
                sheet.write_string(row, column, cell, text)
        sheet.autofilter(0, 0, ROWS, len(HEADERS) - 1)
        sheet.freeze_panes(1, 1)
    return path


def test_typing_into_a_text_column_stays_text(office: Office, path: Path) -> None:
    """Whatever it looks like; in a General cell the same text becomes a date, a number, a formula."""
    typed = ["2024-01-31", "00123", "=1+1", "TRUE", "'quoted", "two\nlines"]
    book = office.open(path)
    for row, text in enumerate(typed, start=2):
        book.type(SHEET, f"B{row}", text)
        book.type(SHEET, f"Z{row}", text)

    assert [book.read(SHEET, f"B{row}") for row in range(2, 8)] == typed
    assert {book.kind(SHEET, f"B{row}") for row in range(2, 8)} == {"text"}
    assert [book.kind(SHEET, f"Z{row}") for row in range(2, 8)] == [
        "value",
        "value",
        "formula",
        "value",
        "text",
        "text",
    ]
    assert (book.number_format(SHEET, "B2"), book.number_format(SHEET, "Z2")) == ("@", "YYYY-MM-DD")
    book.close()


def test_pasting_from_elsewhere_brings_its_type(office: Office, path: Path) -> None:
    """Numbers, dates and formulas arrive as such even in a text column; Delete leaves an empty cell."""
    book = office.open(path)
    book.put_value(SHEET, "B2", 45322)
    book.put_date(SHEET, "B3", "2024-01-31")
    book.formula(SHEET, "B4", "=1+1")
    book.clear(SHEET, "B5")

    sheet = _saved(book)

    assert [sheet[f"B{row}"].data_type for row in range(2, 6)] == ["n", "d", "f", "n"]
    assert [sheet[f"B{row}"].value for row in (2, 4, 5)] == [45322, "=1+1", None]


def test_sorting_keeps_rows_together(office: Office, path: Path) -> None:
    """All columns move with the sorted one; the header stays."""
    book = office.open(path)
    book.sort(SHEET, "B", descending=True)

    rows = _rows(_saved(book))

    assert rows == [HEADERS, *sorted(map(_row, range(ROWS)), key=lambda row: row[1], reverse=True)]


def test_columns_move_hide_and_come_between(office: Office, path: Path) -> None:
    """A column stands where it was moved to, in both directions; `header` tells the letters."""
    book = office.open(path)
    book.move_column(SHEET, "B", "D")
    book.move_column(SHEET, "B", "A")
    book.insert_column(SHEET, "B", "Mine", ["one", "two"])
    book.hide_column(SHEET, "C")

    letters = book.header(SHEET)
    sheet = _saved(book)

    assert letters == {"Colour": "A", "Mine": "B", "ID": "C", "Day": "D", "Title": "E"}
    assert [cell.value for cell in sheet[2]] == ["red", "one", "id0", "2024-01-31", "t00"]
    assert sheet.column_dimensions["C"].hidden


def test_filtering_hides_rows(office: Office, path: Path) -> None:
    """Rows of another colour are hidden in the file, not gone."""
    book = office.open(path)
    hidden = book.filter(SHEET, "C", "red")

    sheet = _saved(book)

    assert hidden == 5
    assert [row for row in range(1, ROWS + 2) if sheet.row_dimensions[row].hidden] == [3, 5, 7, 9, 11]
    assert sheet.max_row == ROWS + 1


def test_rows_and_sheets_come_and_go(office: Office, path: Path) -> None:
    """A row is appended below the last that holds something; a deleted one closes the gap."""
    book = office.open(path)
    row = book.append_row(SHEET, {"A": "new", "D": "2025-02-28"})
    book.delete_row(SHEET, 2)
    book.add_sheet("Notes", [["to do", "by"], ["check", "Friday"]])

    last = book.last_row(SHEET)
    sheets = book.sheets()
    rows = _rows(_saved(book))

    assert (row, last) == (ROWS + 2, ROWS + 1)
    assert sheets == [SHEET, "_base", "Notes"]
    assert rows[1] == _row(1)
    assert rows[-1] == ["new", None, None, "2025-02-28"]


def test_nobody_types_into_a_hidden_sheet(office: Office, path: Path) -> None:
    """The driver refuses what a person cannot do, and goes on."""
    book = office.open(path)

    with pytest.raises(OfficeTroubleError, match="hidden"):
        book.type("_base", "A1", "x")

    assert book.read(SHEET, "A1") == "ID"
    book.close()


def test_a_hung_office_is_killed_and_started_again(path: Path) -> None:
    """It costs a test, never the run, and the workbook is not left locked."""
    with Office() as office:
        office.open(path)
        os.killpg(office._processes[0].pid, signal.SIGSTOP)

        with pytest.raises(OfficeTroubleError, match="hung"):
            office.ask("sheets", 1, seconds=0.5)

        assert not list(path.parent.glob(".~lock*"))
        assert office.open(path).sheets() == [SHEET, "_base"]


def test_printing(office: Office, path: Path, tmp_path: Path) -> None:
    """The PDF stands in the folder that was asked for, also while another LibreOffice runs."""
    office.open(path).close()

    assert to_pdf(path, tmp_path / "printed").read_bytes().startswith(b"%PDF")


def _row(number: int) -> list[str]:
    return [f"id{number}", f"t{number * 7 % ROWS:02}", ("red", "blue")[number % 2], "2024-01-31"]


def _saved(book: Book) -> Worksheet:
    book.save()
    book.close()
    sheet = load_workbook(book.path)[SHEET]
    assert isinstance(sheet, Worksheet)
    return sheet


def _rows(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def _unfilled(fields: list[records.Record], holders: list[records.Record]) -> list[str]:
    """Return the names of the fields that no holder has a value in."""
    names = []
    for field in fields:
        values = [holder[field["field_name"]] for holder in holders if holder.get(field["field_name"])]
        if not values:
            names.append(field["field_name"])
        elif "repeating_subfields" in field:
            rows = [row for value in values for row in value]
            names += [f"{field['field_name']}.{name}" for name in _unfilled(field["repeating_subfields"], rows)]
    return names
