"""Promise 1: an untouched workbook changes nothing, also after a spreadsheet program saved it."""

import zipfile

import catalogue
import pytest
from desk import Desk


@pytest.fixture(scope="module")
def desk(shared_desk: Desk) -> Desk:
    """Sit down with one export for all."""
    return shared_desk


def test_export_holds_every_package(desk: Desk, organization: catalogue.Organization) -> None:
    """Drafts, private ones and every dataset type are in the workbook, each once."""
    ids = [row["ID"] for sheet in ("Packages", "Packages dataset") for row in desk.table(sheet)]

    assert sorted(ids) == sorted(organization.packages)
    assert len(ids) >= 60


def test_untouched_workbook_changes_nothing(desk: Desk, organization: catalogue.Organization) -> None:
    """Imported as exported: every row is unchanged, nothing is written, nothing is different."""
    before = catalogue.snapshot(desk.lab, organization.packages)

    report = desk.imported()

    assert set(report["counts"]) == {"unchanged"}
    assert (report["rows"], report["writes"], report["missing_rows"]) == ([], 0, 0)
    assert catalogue.differences(before, catalogue.snapshot(desk.lab, organization.packages), frozenset()) == {}


def test_workbook_saved_by_libreoffice_changes_nothing(desk: Desk, organization: catalogue.Organization) -> None:
    """Opened and saved by LibreOffice, which rewrites every part of it: still nothing."""
    before = catalogue.snapshot(desk.lab, organization.packages)
    with desk.editing():
        pass

    report = desk.imported()

    assert set(report["counts"]) == {"unchanged"}
    assert (report["rows"], report["writes"], report["missing_rows"]) == ([], 0, 0)
    assert catalogue.differences(before, catalogue.snapshot(desk.lab, organization.packages), frozenset()) == {}


def test_answered_workbook_saved_again_changes_nothing(desk: Desk) -> None:
    """The results that an import wrote are no edits, before and after another save."""
    report = desk.imported()
    with desk.editing():
        pass

    again = desk.imported("--dry-run")

    assert again["counts"] == report["counts"]
    assert all(row["Result"] == "unchanged" for row in desk.table("Packages"))


def test_dry_run_leaves_the_memory_alone(desk: Desk) -> None:
    """A dry run writes results only: the hidden sheets stay byte for byte."""

    def hidden() -> list[bytes]:
        with zipfile.ZipFile(desk.workbook) as parts:
            last = sum(name.startswith("xl/worksheets/sheet") for name in parts.namelist())
            return [parts.read(f"xl/worksheets/sheet{number}.xml") for number in range(last - 2, last + 1)]

    desk.exported()
    before = hidden()

    desk.imported("--dry-run")

    assert hidden() == before
