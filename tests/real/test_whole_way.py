"""The whole way of a workbook through LibreOffice: typed, saved, sent, answered, typed again, sent again."""

import office as offices
from live_catalogue import package, package_id
from office_desk import Desk, rows
from producers import parts_of
from unharmed import assert_unharmed

ODD = {"notes": "Walks  & rides <b>\n\n tile_x1_y2 =1+1 ", "version": "00123", "author": "\ta;"}


def saved(desk: Desk, office: offices.Office, *typed: tuple[str, str, str, str]) -> None:
    """Open the workbook, type into some cells (sheet, row, header, text), save and close it."""
    book = office.open(desk.folder / "parks.xlsx")
    for sheet, row, header, text in typed:
        book.type(sheet, f"{book.header(sheet)[header]}{row}", text)
    book.save()
    book.close()


def test_untouched_it_changes_nothing(sandbox_desk: Desk, office: offices.Office) -> None:
    """Saved by LibreOffice as it is, once and again: no row is edited, missing or in trouble."""
    ckan, workbook = sandbox_desk.exported([package(1, **ODD), package(2)])
    reports = []

    for _ in range(3):
        saved(sandbox_desk, office)
        reports.append(sandbox_desk("import", workbook, "--yes", "--json").json())

    assert [(report["rows"], report["missing_rows"]) for report in reports] == [([], 0)] * 3
    assert ckan.writes == []


def test_edits_arrive_round_after_round(sandbox_desk: Desk, office: offices.Office) -> None:
    """What is typed is sent and answered, once; the answered workbook opens again, and the next edit arrives."""
    ckan, workbook = sandbox_desk.exported([package(1, **ODD), package(2)])
    saved(sandbox_desk, office, ("Packages", "3", "Title", "Trails & paths"))
    before = parts_of(workbook)

    first = sandbox_desk("import", workbook, "--yes", "--json").json()
    after = parts_of(workbook)
    saved(sandbox_desk, office, ("Resources", "3", "Description", "001"))
    second = sandbox_desk("import", workbook, "--yes", "--json").json()
    saved(sandbox_desk, office)
    third = sandbox_desk("import", workbook, "--yes", "--json").json()

    assert_unharmed(before, after)
    assert [(row["sheet"], row["row"], row["result"]) for row in first["rows"]] == [("Packages", 3, "updated")]
    assert [(row["sheet"], row["row"], row["result"]) for row in second["rows"]] == [("Resources", 3, "updated")]
    assert third["rows"] == []
    shown = ckan.shown(package_id(2))
    assert (shown["title"], shown["resources"][0]["description"]) == ("Trails & paths", "001")
    assert ckan.shown(package_id(1))["notes"] == ODD["notes"]
    assert rows(workbook, "Packages")[1]["Title"] == "Trails & paths"
