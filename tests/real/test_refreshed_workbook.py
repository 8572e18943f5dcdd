"""A refresh with real CKANs and the schema of a whole catalogue, and what LibreOffice makes of the workbook."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import catalogue
import lab as labs
import office as offices
import pytest
import records
from desk import Desk
from live_catalogue import LiveCatalogue, package, package_id, resource_id
from office import Book, Office
from office_desk import Desk as SandboxDesk
from office_desk import rows
from shown import shown

from bulkedit.excel import looks

NUMBERS = (2, 3, 5, 6, 10)
LEFT_OUT = ("#", "Result", "Message", "mimetype")
"""Where a row stands, its answer, and what CKAN guesses of new resources: the workbook has no column for that."""


@pytest.fixture
def desk(lab: labs.Lab, new_organization: catalogue.Organization, office: offices.Office, tmp_path: Path) -> Desk:
    """Sit down with a fresh export of five records."""
    sitting = Desk(lab, new_organization.name, tmp_path, office)
    for number in NUMBERS:
        record = records.plain(number) | {"name": f"{new_organization.name}-{number}"}
        catalogue.put(lab, new_organization, record)
    sitting.exported()
    return sitting


def at_work(desk: Desk, organization: catalogue.Organization) -> dict[int, str]:
    """Let somebody else change fields, lists, resources, names, and the packages; return the ids by number."""
    prefix = f"{organization.name}-"
    found = catalogue.packages_of(desk.lab, organization)
    ids = {int(name.removeprefix(prefix)): one["id"] for name, one in found.items()}
    with catalogue.client(desk.lab, desk.lab.sysadmin) as other:

        def patch(number: int, **fields: Any) -> None:
            other.call_action("package_patch", {"id": ids[number], **fields})

        two, three, six = (found[f"{prefix}{number}"] for number in (2, 3, 6))
        patch(2, purpose="Their purpose", contacts=[*two["contacts"][1:], records.contact(9, 1)])
        patch(3, name=f"{prefix}renamed", resources=[records.resource(9, 1), *three["resources"][1:]])
        patch(6, purpose="Their six", contacts=[*six["contacts"], records.contact(9, 2)])
        other.call_action("package_delete", {"id": ids[5]})
    new = records.plain(11) | {"name": f"{prefix}new"}
    catalogue.put(desk.lab, organization, new)
    return ids


def texts(desk: Desk, sheet: str) -> list[dict[str, str]]:
    """Return the rows of a sheet without their answers, in no order, but for those of what is gone."""
    found = [
        {header: text for header, text in row.items() if header not in LEFT_OUT}
        for row in desk.table(sheet)
        if row["Result"] != "deleted"
    ]
    return sorted((row for row in found if any(row.values())), key=lambda row: sorted(row.items()))


def test_a_refreshed_workbook_is_what_an_export_would_be(
    desk: Desk, new_organization: catalogue.Organization
) -> None:
    """Sorted and saved by LibreOffice before and after: its rows are those of a fresh export."""
    with desk.editing() as book:
        book.sort("Packages", desk.letter("Packages", "Title"), descending=True)
        book.sort("Contacts", desk.letter("Contacts", "Item"), descending=True)
    at_work(desk, new_organization)

    refreshed = desk.bulkedit("refresh", desk.workbook, "--json")
    assert refreshed.status == 0, refreshed.err
    with desk.editing() as book:
        sheets = [sheet for sheet in book.sheets() if not sheet.startswith("_")]
    again = desk.bulkedit("refresh", desk.workbook, "--json")

    counts = refreshed.json["counts"]
    assert min(counts["updated"], counts["created"], counts["deleted"]) > 0
    assert again.json["counts"].keys() == {"unchanged", "deleted"}
    of_gone = {f"{new_organization.name}-{name}" for name in ("5", "renamed")}  # of the latter a resource
    assert {row["package"] for row in again.json["rows"]} == of_gone
    assert desk.imported()["writes"] == 0
    desk.bulkedit("refresh", desk.workbook)
    found = {sheet: texts(desk, sheet) for sheet in sheets if sheet not in ("Start here", "Results")}
    desk.exported()
    assert found == {sheet: texts(desk, sheet) for sheet in found}


def test_after_a_refresh_only_the_edits_are_sent(desk: Desk, new_organization: catalogue.Organization) -> None:
    """Typed in LibreOffice while others were at work: fields, a contact, a resource. Nothing of theirs is lost."""
    prefix = f"{new_organization.name}-"
    contact = desk.row("Contacts", Package=f"{prefix}6", Item="1")
    desk.type(
        [
            ("Packages", desk.row("Packages", URL=f"{prefix}2"), "Title", "My title"),
            ("Contacts", contact, "Email", "mine@example.org"),
        ]
    )
    ids = at_work(desk, new_organization)
    before = catalogue.snapshot(desk.lab, ids.values())

    refreshed = desk.bulkedit("refresh", desk.workbook, "--json")
    report = desk.imported()

    assert refreshed.status == 0, refreshed.out
    assert (report["writes"], report["counts"]["updated"]) == (2, 2)
    assert catalogue.differences(before, catalogue.snapshot(desk.lab, ids.values())) == {
        ids[2]: ["title"],
        ids[6]: ["contacts[0].email"],
    }


def test_both_sides_changed_the_same_cell(desk: Desk, new_organization: catalogue.Organization) -> None:
    """The refresh says what the import says, and neither changes anything."""
    row = desk.row("Packages", URL=f"{new_organization.name}-2")
    desk.type([("Packages", row, "Purpose", "My purpose")])
    at_work(desk, new_organization)

    refreshed = desk.bulkedit("refresh", desk.workbook)
    said = desk.result("Packages", row)
    report = desk.imported(status=1)

    assert refreshed.status == 1
    assert (said[0], report["counts"]["conflict"], report["writes"]) == ("conflict", 1, 0)
    assert said[1].startswith("Conflict in [Purpose]: here “My purpose”, on the site now “Their purpose”")


# -- what LibreOffice shows


@pytest.fixture
def ckan(sandbox_desk: SandboxDesk) -> LiveCatalogue:
    """Export two packages of the embedded catalogue, let others work there, and refresh."""
    ckan, workbook = sandbox_desk.exported([package(1, extras=[{"key": "a", "value": "1"}]), package(2)])
    ckan.edit(package_id(1), notes="Theirs", name="paths-1")
    ckan.make(package(3, extras=[{"key": "b", "value": "2"}]))
    assert sandbox_desk("refresh", workbook).status == 0
    return ckan


@pytest.fixture
def refreshed(ckan: LiveCatalogue, sandbox_desk: SandboxDesk, office: Office) -> Iterator[Book]:
    """Open the refreshed workbook."""
    opened = office.open(sandbox_desk.folder / "parks.xlsx")
    yield opened
    opened.close()


def _lit(book: Book, colour: object) -> set[tuple[str, int, str]]:
    """Return the cells of the data sheets with a ground of a colour: sheet, row, header."""
    found = set()
    for sheet, lines in shown(book).items():
        headers = [cell.text for cell in lines[0]] if lines else []
        for row, line in enumerate(lines[1:] if "Action" in headers else [], 2):
            found |= {(sheet, row, h) for h, cell in zip(headers, line, strict=False) if cell.ground == colour}
    return found


def test_nothing_lights_up_as_edited_after_a_refresh(refreshed: Book) -> None:
    """Neither what came in nor what was added is anybody's edit; rows of renamed packages are found."""
    assert _lit(refreshed, looks.CHANGED["bg_color"]) == set()
    assert _lit(refreshed, looks.MISSING["bg_color"]) == set()


def test_what_is_typed_into_added_rows_lights_up(refreshed: Book) -> None:
    """As in exported ones."""
    at = {sheet: refreshed.header(sheet) for sheet in ("Packages", "Resources", "Extras")}
    refreshed.type("Packages", f"{at['Packages']['Title']}4", "Mine")
    refreshed.type("Extras", f"{at['Extras']['Value']}3", "Mine")
    refreshed.type("Resources", f"{at['Resources']['Description']}4", "Mine")
    refreshed.type("Packages", f"{at['Packages']['Title']}2", "Mine")

    assert _lit(refreshed, looks.CHANGED["bg_color"]) == {
        ("Packages", 4, "Title"),
        ("Extras", 3, "Value"),
        ("Resources", 4, "Description"),
        ("Packages", 2, "Title"),
    }


def test_added_rows_are_like_exported_ones(refreshed: Book) -> None:
    """Text cells, drop-downs, one line high."""
    at = refreshed.header("Packages")

    for row in (2, 4):
        assert refreshed.number_format("Packages", f"{at['Title']}{row}") == "@"
    drop_downs = [refreshed.validation("Packages", f"{at['License']}{row}") for row in (2, 4)]
    assert drop_downs[0] == drop_downs[1]
    assert drop_downs[0]["type"] == "LIST"
    assert refreshed.row_height("Packages", 4) == pytest.approx(refreshed.row_height("Packages", 2))


def test_the_filter_finds_the_added_rows(refreshed: Book) -> None:
    """Its range reaches them, so filtering hides the others."""
    hidden = refreshed.filter("Packages", refreshed.header("Packages")["Title"], "Trails 2")

    assert hidden == 2


def test_saved_by_libreoffice_it_holds_no_edits(
    ckan: LiveCatalogue, sandbox_desk: SandboxDesk, office: Office
) -> None:
    """An untouched workbook changes nothing, also a refreshed one."""
    workbook = sandbox_desk.folder / "parks.xlsx"
    with office.editing(workbook) as book:
        book.sort("Packages", book.header("Packages")["Title"], descending=True)

    said = sandbox_desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"].keys() == {"unchanged"}
    assert ckan.writes == []
    assert {row["ID"] for row in rows(workbook, "Resources")} == {resource_id(number) for number in (1, 2, 3)}
