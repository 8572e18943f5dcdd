"""The story of a refresh: others changed the catalogue while somebody was editing the workbook."""

import json
import re
from pathlib import Path

import openpyxl
import pytest
from live_catalogue import WATERS, LiveCatalogue, PackageDict, package, package_id, resource_id
from office_desk import Desk, edit, row_of, rows, two_packages
from producers import parts_of, sheet_parts, split_cells
from scripted import TOKEN, page
from unharmed import assert_unharmed

from bulkedit.ledger import Ledger

ONE, TWO, THREE, FOUR = map(package_id, (1, 2, 3, 4))
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def extras(*keys: str, **values: str) -> list[dict[str, str]]:
    """Return free extras; the value of a key is itself where none is given."""
    return [{"key": key, "value": values.get(key, key)} for key in keys]


def texts(path: Path, sheet: str, *besides: str) -> list[dict[str, str]]:
    """Return the rows of a sheet without their answers and other headers, in no order.

    The site guesses the ``mimetype`` of new resources; a workbook exported before has no column for it.
    """
    left_out = {"Result", "Message", "mimetype", *besides}
    found = ({header: text for header, text in row.items() if header not in left_out} for row in rows(path, sheet))
    return sorted((row for row in found if any(row.values())), key=lambda row: json.dumps(row, sort_keys=True))


def sheet_of(path: Path, title: str) -> tuple[str, dict[tuple[int, int], str]]:
    """Return a sheet of a workbook without its cells, and the cells."""
    parts = parts_of(path)
    return split_cells(parts[sheet_parts(parts)[title]].decode())


def four_packages() -> list[PackageDict]:
    """Return four packages, the first of which has extras."""
    return [package(1, extras=extras("a", "b", "c")), package(2), package(3), package(4)]


def others_at_work(ckan: LiveCatalogue) -> None:
    """Let others change fields, lists, resources, names, and the packages that there are."""
    first = ckan.shown(ONE)
    new = {"name": "new.csv", "url": "https://files.example/new.csv", "format": "CSV"}
    ckan.edit(
        ONE, notes="Their words.", extras=extras("b", "c", "d", c="new"), resources=[new, *first["resources"]]
    )
    ckan.edit(TWO, name="paths-2", title="Paths 2")
    ckan.edit(THREE, by="admin", owner_org=WATERS, notes="Given away.")
    ckan.delete(FOUR)
    ckan.make(package(5, extras=extras("x")))


# -- the whole story


def test_after_a_refresh_only_the_edits_are_sent(desk: Desk) -> None:
    """Whatever others did meanwhile, the import after it sends what the person edited and finds no conflict."""
    ckan, workbook = desk.exported(four_packages())
    edit(
        workbook,
        ("Packages", ONE, "Title", "My trails"),
        ("Packages", TWO, "Description", "My words."),
        ("Packages", THREE, "Title", "Mine still"),
        ("Resources", resource_id(1), "Description", "My file."),
    )
    others_at_work(ckan)

    refreshed = desk("refresh", workbook)
    writes_of_refresh = list(ckan.writes)
    imported = desk("import", workbook, "--yes", "--json")

    assert (refreshed.status, refreshed.err, writes_of_refresh) == (0, "", [])
    sent = {
        one["match"]["id"]: {key: value for key, value in one.items() if key != "match"} for one in ckan.writes
    }
    assert sent.pop(THREE, None) == {"update": {"title": "Mine still"}}
    assert sent == {
        ONE: {
            "update": {"title": "My trails"},
            f"update__resources__{resource_id(1)}": {"description": "My file."},
        },
        TWO: {"update": {"notes": "My words."}},
    }
    assert {row["result"] for row in imported.json()["rows"]} <= {"updated", "refused"}
    assert [one["key"] for one in ckan.shown(ONE)["extras"]] == ["b", "c", "d"]


def test_a_refreshed_workbook_is_what_an_export_would_be(desk: Desk) -> None:
    """Nobody edited it: its rows are those of a fresh export, but for the rows of what is gone."""
    ckan, workbook = desk.exported(four_packages())
    others_at_work(ckan)
    ckan.edit(THREE, by="admin", owner_org="parks")

    refreshed = desk("refresh", workbook)
    desk("export", "parks", "-o", "fresh.xlsx")

    assert refreshed.status == 0
    gone = {FOUR, resource_id(4)}
    for sheet in ("Packages", "Resources", "Extras"):
        found = [row for row in texts(workbook, sheet) if row.get("ID") not in gone]
        assert found == texts(desk.folder / "fresh.xlsx", sheet)
    assert desk("import", workbook, "--yes", "--json").json()["counts"].keys() == {"unchanged"}


def test_a_second_refresh_finds_nothing_new(desk: Desk) -> None:
    """It clears the answers of emptied rows; that a package is gone it says again."""
    ckan, workbook = desk.exported(four_packages())
    others_at_work(ckan)
    ckan.edit(ONE, extras=extras("b"))
    desk("refresh", workbook)
    emptied = [row for row in rows(workbook, "Extras") if row["Result"] == "deleted"]

    said = desk("refresh", workbook, "--json")

    assert len(emptied) == 2
    assert said.json()["counts"].keys() == {"unchanged", "deleted"}
    assert {row["package"] for row in said.json()["rows"]} == {"trails-4"}
    assert [row["Result"] for row in rows(workbook, "Extras")] == ["unchanged", "unchanged"]


def test_both_sides_changed_the_same(desk: Desk) -> None:
    """The row is a conflict in the words of the import, and so it stays until somebody decides; status 1."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, ("Packages", ONE, "Title", "Mine"))
    ckan.edit(ONE, title="Theirs")

    runs = [desk("refresh", workbook), desk("refresh", workbook), desk("import", workbook, "--yes")]

    assert [said.status for said in runs] == [1, 1, 1]
    row = row_of(workbook, "Packages", "ID", ONE)
    assert (row["Title"], row["Result"]) == ("Mine", "conflict")
    assert row["Message"].startswith("Conflict in [Title]: here “Mine”, on the site now “Theirs”")
    assert ckan.writes == []


def test_the_answers_of_a_refresh(desk: Desk) -> None:
    """The object of --json is that of an import, and `Results` lists every cell that came in."""
    ckan, workbook = desk.exported(two_packages())
    ckan.edit(ONE, title="Theirs")

    said = desk("refresh", workbook, "--json").json()

    assert {key: said[key] for key in ("dry_run", "site", "writes", "findings", "missing_rows", "notes")} == {
        "dry_run": False,
        "site": ckan.url,
        "writes": 0,
        "findings": [],
        "missing_rows": 0,
        "notes": [],
    }
    assert said["counts"] == {"updated": 1, "unchanged": 3}
    assert said["reads"] == len(ckan.heard)
    (row,) = said["rows"]
    assert (row["sheet"], row["row"], row["package"], row["result"]) == ("Packages", 2, "trails-1", "updated")
    assert row["changes"][0] == {"field": "title", "exported": "Trails 1", "edited": "Theirs", "live": "Theirs"}
    lines = rows(workbook, "Results")
    assert (lines[0]["Field"], lines[0]["Exported"], lines[0]["Live"]) == ("title", "Trails 1", "Theirs")
    assert {line["Run"] for line in lines} == {said["run"]}


# -- the workbook stays the person's


def _rearrange(path: Path) -> None:
    """Sort rows upside down, move and hide columns, add a column of one's own, and a total below."""
    book = openpyxl.load_workbook(path)
    for title in ("Packages", "Resources", "Extras"):
        sheet = book[title]
        lines = [list(line) for line in sheet.iter_rows(values_only=True) if any(line)]
        head, body = lines[0], lines[1:]
        order = [*range(3, len(head)), 0, 1, 2]
        for at, line in enumerate([head, *reversed(body)], 1):
            moved = [line[column] for column in order]
            for column, text in enumerate(["Mine" if at == 1 else f"note {at}", *moved], 1):
                sheet.cell(at, column).value = text
        sheet.column_dimensions["C"].hidden = True
        sheet.cell(len(lines) + 3, 1).value = "=COUNTA(A2:A9)"
        sheet.auto_filter.ref = f"A1:{openpyxl.utils.get_column_letter(len(head) + 1)}{len(lines)}"
    book.save(path)


def test_a_rearranged_workbook_is_refreshed_where_its_cells_stand(desk: Desk) -> None:
    """Sorted rows, moved and hidden columns: each row gets its own; new rows come below all that is there."""
    ckan, workbook = desk.exported(four_packages())
    _rearrange(workbook)
    others_at_work(ckan)
    ckan.edit(THREE, by="admin", owner_org="parks")

    said = desk("refresh", workbook)
    desk("export", "parks", "-o", "fresh.xlsx")

    assert said.status == 0, said.err
    gone = {FOUR, resource_id(4)}
    for sheet in ("Packages", "Resources", "Extras"):
        found = [row for row in texts(workbook, sheet, "Mine") if row.get("ID") not in gone]
        assert found == texts(desk.folder / "fresh.xlsx", sheet)
    notes = [row["Mine"] for row in rows(workbook, "Packages")]
    assert notes == ["note 2", "note 3", "note 4", "note 5", "=COUNTA(A2:A9)", ""]
    assert [row["Result"] for row in rows(workbook, "Packages")][-1] == "created"
    assert desk("import", workbook, "--yes", "--json").json()["counts"].keys() == {"unchanged"}


def test_the_autofilter_takes_the_new_rows_in(desk: Desk) -> None:
    """In the sheet and in the defined name that goes with it; where no rows were added it stays."""
    ckan, workbook = desk.exported(two_packages())
    ckan.make(package(3, resources=[]))

    desk("refresh", workbook)

    book = openpyxl.load_workbook(workbook)
    ranges = {title: book[title].auto_filter.ref for title in ("Packages", "Resources")}
    assert {title: found.rpartition(":")[2].lstrip(LETTERS) for title, found in ranges.items()} == {
        "Packages": "4",
        "Resources": "3",
    }
    names = re.findall(r"_FilterDatabase[^>]*>([^<]*)<", parts_of(workbook)["xl/workbook.xml"].decode())
    last = {name.partition("!")[0].strip("'"): name.rpartition("$")[2] for name in names}
    assert (last["Packages"], last["Resources"]) == ("4", "3")


def test_a_refresh_without_news_changes_only_the_answers(desk: Desk) -> None:
    """Edited cells, formats, comments, what is the person's: every byte stays but Result and Message."""
    _, workbook = desk.exported(two_packages())
    edit(workbook, ("Packages", ONE, "Title", "Mine"))
    before = parts_of(workbook)

    said = desk("refresh", workbook)

    assert said.status == 0
    assert_unharmed(before, parts_of(workbook))
    assert {row["Result"] for row in rows(workbook, "Packages")} == {"unchanged"}


def test_only_cells_that_come_in_are_written(desk: Desk) -> None:
    """Of a changed package the cell that changed, when it changed, and the answers; no style, no other sheet."""
    ckan, workbook = desk.exported(two_packages())
    skeleton, cells = sheet_of(workbook, "Packages")
    others = sheet_of(workbook, "Resources")[1]
    headers = [cell for row in openpyxl.load_workbook(workbook)["Packages"].iter_rows(max_row=1) for cell in row]
    ckan.edit(ONE, notes="Theirs")

    desk("refresh", workbook)

    after, written = sheet_of(workbook, "Packages")
    changed = {place for place in {*cells, *written} if cells.get(place) != written.get(place)}
    answers = {(row, column) for row in (2, 3) for column in (2, 3)}
    assert {headers[column - 1].value for _, column in changed - answers} == {"Description", "Metadata modified"}
    assert {row for row, _ in changed - answers} == {2}
    assert after.replace(" ", "") == skeleton.replace(" ", "")
    untouched = sheet_of(workbook, "Resources")[1]
    assert {place for place in untouched if untouched[place] != others.get(place)} <= answers


def test_the_previous_workbook_is_kept(desk: Desk) -> None:
    """As an import keeps it."""
    ckan, workbook = desk.exported(two_packages())
    before = desk.files()["parks.xlsx"]
    ckan.edit(ONE, title="Theirs")

    desk("refresh", workbook)

    assert desk.files().keys() == {"parks.xlsx", "parks.bak.xlsx"}
    assert desk.files()["parks.bak.xlsx"] == before


def test_a_copy_is_written_with_o(desk: Desk) -> None:
    """The workbook itself stays as it is."""
    ckan, workbook = desk.exported(two_packages())
    before = desk.files()["parks.xlsx"]
    ckan.edit(ONE, title="Theirs")

    said = desk("refresh", workbook, "-o", "fresh.xlsx")

    assert said.status == 0
    assert desk.files()["parks.xlsx"] == before
    assert row_of(desk.folder / "fresh.xlsx", "Packages", "ID", ONE)["Title"] == "Theirs"


def test_a_workbook_that_is_open_gets_its_refreshed_self_beside_it(desk: Desk) -> None:
    """It cannot be written where somebody has it open; the new file is told."""
    ckan, workbook = desk.exported(two_packages())
    (desk.folder / "~$parks.xlsx").write_bytes(b"anna")
    ckan.edit(ONE, title="Theirs")

    said = desk("refresh", workbook)

    (beside,) = desk.folder.glob("parks results *.xlsx")
    assert beside.name in said.out
    assert row_of(beside, "Packages", "ID", ONE)["Title"] == "Theirs"
    assert row_of(workbook, "Packages", "ID", ONE)["Title"] == "Trails 1"


# -- what an export would hold


def test_the_filters_of_the_export_hold(desk: Desk) -> None:
    """New packages come if they match; known ones are refreshed whether they still match or not."""
    ckan = desk.open([package(1, license_id="cc-by-4"), package(2, license_id="notspecified")])
    desk("export", "parks", "-o", "parks.xlsx", "--query", "license_id:cc-by-4", "--type", "dataset")
    ckan.edit(ONE, license_id="notspecified", title="Theirs")
    ckan.make(package(3, license_id="cc-by-4"), package(4, license_id="notspecified"))

    said = desk("refresh", "parks.xlsx")

    assert said.status == 0, said.err
    assert [row["Title"] for row in rows(desk.folder / "parks.xlsx", "Packages")] == ["Theirs", "Trails 3"]


def test_a_workbook_exported_blank_stays_without_the_others(desk: Desk) -> None:
    """It was made for new packages: those created with it are refreshed, no others come."""
    ckan = desk.open(two_packages())
    desk("export", "parks", "-o", "new.xlsx", "--blank")

    said = desk("refresh", "new.xlsx", "--json")

    assert (said.status, said.json()["counts"]) == (0, {})
    assert ckan.writes == []


def test_a_package_that_is_not_to_be_seen_any_more_is_marked(desk: Desk) -> None:
    """It is not deleted from the workbook: maybe another person's token sees it."""
    ckan, workbook = desk.exported(two_packages())
    ckan.hide(TWO)

    desk("refresh", workbook)

    row = row_of(workbook, "Packages", "ID", TWO)
    assert (row["Result"], row["Title"]) == ("deleted", "Trails 2")
    assert row["Message"] == (
        "This package is not on the site any more (or not visible to you); you can delete this row."
    )


def test_a_package_that_was_given_away_says_to_whom(desk: Desk) -> None:
    """By the organization's name, though the workbook has no such choice; that is no edit, and can be edited."""
    ckan, workbook = desk.exported(two_packages())
    ckan.edit(ONE, by="admin", owner_org=WATERS)

    said = desk("refresh", workbook)
    given = row_of(workbook, "Packages", "ID", ONE)["Organization"]
    again = desk("refresh", workbook, "--json").json()["counts"]
    imported = desk("import", workbook, "--yes", "--json").json()["counts"]
    ckan.edit(ONE, by="admin", owner_org="parks")
    desk("refresh", workbook)

    assert said.status == 0
    assert (given, row_of(workbook, "Packages", "ID", ONE)["Organization"]) == (WATERS, "parks")
    assert (again, imported) == ({"unchanged": 4}, {"unchanged": 4})


# -- what stops a refresh


def _refused(desk: Desk, workbook: Path, *arguments: str) -> str:
    before = desk.files()
    said = desk("refresh", workbook, *arguments)
    assert said.status == 3
    assert desk.files() == before
    return said.told


def test_a_workbook_of_another_site_is_refused(desk: Desk) -> None:
    """Its packages would all look gone."""
    _, workbook = desk.exported(two_packages())
    other = desk.open([])

    told = _refused(desk, workbook)

    assert f"goes back only there; you gave {other.url}" in told


def test_a_token_that_is_not_recognized_stops_it(desk: Desk) -> None:
    """To CKAN it is a visitor, who does not see private packages: they would look gone."""
    _, workbook = desk.exported([package(1, private=True), package(2)])
    desk.monkeypatch.setenv("CKAN_API_KEY", TOKEN + "x")

    assert "does not recognize the token" in _refused(desk, workbook)


@pytest.mark.parametrize("action", ["package_search", "package_show", "member_list", "organization_list_for_user"])
def test_what_cannot_be_read_in_full_is_not_written(desk: Desk, action: str) -> None:
    """A site that fails in the middle leaves the workbook as it is."""
    ckan, server, workbook = desk.exported_through(two_packages())
    ckan.hide(TWO)  # so that it is looked for singly as well
    server.script[action] = page(200, "Log in")

    _refused(desk, workbook)


def test_a_workbook_is_not_refreshed_while_it_is_imported(desk: Desk, own_ledger: Path) -> None:
    """Each would overwrite what the other remembers."""
    _, workbook = desk.exported(two_packages())
    lock = Ledger(own_ledger).claim(f"workbook {workbook.resolve()}", "busy")

    told = _refused(desk, workbook)
    lock.release()

    assert told == f"{workbook} is being imported or refreshed at this moment; wait until that is done."
    assert desk("refresh", workbook).status == 0


def test_a_sheet_with_two_equal_headers_stops_it(desk: Desk) -> None:
    """Nobody knows then which column to write."""
    _, workbook = desk.exported(two_packages())
    book = openpyxl.load_workbook(workbook)
    book["Packages"].cell(1, book["Packages"].max_column + 1).value = "Title"
    book.save(workbook)

    assert "stands twice" in _refused(desk, workbook)
