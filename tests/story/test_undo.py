"""A run is taken back: every record is what it was, but for what others did since."""

import json
from typing import Any

import pytest
from changed_sites import (
    FOUR,
    ONE,
    comparable,
    content,
    empty_alike,
    everything_changed,
    imported,
    ledger_of,
    record,
    retitled,
    row_of,
)
from live_catalogue import package, resource_id
from office_desk import Desk, edit
from scripted import page

from bulkedit.excel.typist import Typist
from bulkedit.ledger import Ledger

# -- everything comes back


def test_after_an_undo_every_record_is_what_it_was(desk: Desk) -> None:
    """Fields, choices, items, tags, extras, groups, places, names, files, records that came and went."""
    ckan, _, before = everything_changed(desk, "--keep-files")

    said = desk("undo", "--yes", "--json")

    assert said.status == 0, said.out
    assert comparable(ckan) == before
    assert [content(ckan, n) for n in (4, 41, 42)] == [
        b"content of old.csv",
        b"content of gone.csv",
        b"content of link.csv",
    ]
    assert ckan.shown("bridges")["state"] == "deleted"


def test_a_site_without_revise_gets_everything_back_too(desk: Desk) -> None:
    """By `package_patch`, files too, and again (a form has no null); the weaker promise is said."""
    ckan, _, before = everything_changed(desk, "--keep-files", without=("package_revise",))
    before, changed = empty_alike(before), empty_alike(comparable(ckan))

    said = desk("undo", "--yes")

    assert said.status == 0, said.out
    assert empty_alike(comparable(ckan)) == before
    assert [content(ckan, n) for n in (4, 41)] == [b"content of old.csv", b"content of gone.csv"]
    assert "This site does not take package_revise" in said.out
    assert desk("undo", "--yes").status == 0
    assert (empty_alike(comparable(ckan)), content(ckan, 4)) == (changed, b"new content")


def test_what_was_not_there_goes_away_on_a_site_without_revise_too(desk: Desk) -> None:
    """Topics, a fee, a link and a resource's way of access that the run set for the first time."""
    bare = record(1)
    del bare["topics"], bare["fee_cents"]
    ckan = desk.open([bare], without=("package_revise",))
    workbook, before = desk.export(), empty_alike(comparable(ckan))
    edit(workbook, ("Packages", ONE, "Topics", "Paths and bridges"), ("Packages", ONE, "Fee in cents", "7"))
    edit(workbook, ("Resources", resource_id(1), "Way of access", "Service"))
    typist = Typist(workbook)
    typist.add("More information", {"Package": "trails-1", "Address": "https://x.example/more"})
    typist.save()
    said = imported(desk, workbook)
    assert said.status == 0, said.out
    assert ckan.shown(ONE)["more_info"]

    said = desk("undo", "--yes")

    assert said.status == 0, said.out
    now = empty_alike(comparable(ckan))
    assert [without_empty(one) for one in now] == [without_empty(one) for one in before]


def without_empty(value: Any) -> Any:
    """Return a value without fields that hold nothing."""
    if isinstance(value, dict):
        return {key: without_empty(held) for key, held in value.items() if held not in ("", [], {})}
    return [without_empty(entry) for entry in value] if isinstance(value, list) else value


def test_a_site_that_took_revise_and_takes_it_no_more_gets_everything_back(desk: Desk) -> None:
    """The run went by `package_revise`; a proxy refuses it now, and the undo goes by `package_patch`."""
    ckan, server, workbook = desk.exported_through([package(1), package(2)])
    before = comparable(ckan)
    edit(workbook, ("Packages", ONE, "Title", "Paths"))
    imported(desk, workbook)
    server.script["package_revise"] = page(403, "Forbidden")

    said = desk("undo", "--yes")

    assert said.status == 0, said.out
    assert comparable(ckan) == before


def test_an_undo_is_one_call_for_each_package(desk: Desk) -> None:
    """As an import is, and each matches what was read."""
    ckan, _, _ = everything_changed(desk, "--keep-files")
    ckan.heard.clear()

    desk("undo", "--yes")

    assert [action for action in ckan.actions if action == "package_revise"] == ["package_revise"] * 5
    assert len(ckan.writes) == 5
    assert all(
        "metadata_modified" in json.loads(w["match"]) if isinstance(w["match"], str) else w["match"]
        for w in ckan.writes
    )


def test_the_undo_of_an_undo_does_it_all_again(desk: Desk) -> None:
    """`bulkedit undo` takes back the latest run, an undo too, and says so; files come back as well."""
    ckan, _, before = everything_changed(desk, "--keep-files")
    changed, ran = comparable(ckan), ledger_of(desk).runs()[0].id
    desk("undo", "--yes")

    again = desk("undo", "--yes")

    assert again.status == 0, again.out
    assert f"This takes back the undo of run {ran}" in again.out
    assert comparable(ckan) == changed
    assert (content(ckan, 4), ckan.shown("bridges")["state"]) == (b"new content", "active")
    assert desk("undo", "--yes").status == 0
    assert comparable(ckan) == before


def test_rows_say_what_came_back(desk: Desk) -> None:
    """At the places of the run's rows, a row for each record, and how to go on."""
    _, workbook, _ = everything_changed(desk, "--keep-files")

    said = desk("undo", "--yes", "--json")

    report = said.json()
    assert report.keys() >= {"run", "dry_run", "site", "workbook", "counts", "reads", "writes", "rows", "undoes"}
    assert (report["workbook"], report["undoes"]) == (str(workbook), ledger_of(desk).runs()[1].id)
    assert report["counts"] == {"updated": 5, "created": 3, "deleted": 2}
    one, three = row_of(said, "trails-1"), row_of(said, "trails-3")
    assert (one["sheet"], one["row"], one["result"]) == ("Packages bcdc_dataset", 2, "updated")
    assert "[Title]" in one["message"]
    assert {"field": "title", "exported": "Paths", "edited": "Trails 1", "live": "Paths"} in one["changes"]
    assert (three["result"], three["message"]) == ("created", "The run had deleted this package; it is back.")
    assert row_of(said, "renamed", "map")["result"] == "deleted"
    assert row_of(said, "renamed", "part 21")["sheet"] == "Resources"
    assert row_of(said, "bridges")["message"] == "The run had created this package; it is deleted."


def test_an_undo_is_told_in_the_order_of_the_rows(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several workers send as they come: the last row's call may be the first in the ledger."""
    everything_changed(desk)
    calls = Ledger.calls
    monkeypatch.setattr(Ledger, "calls", lambda *asked: calls(*asked)[::-1])

    told = desk("undo", "--dry-run", "--json").json()["rows"]

    rows = [(row["sheet"], row["row"]) for row in told if row["sheet"].startswith("Packages")]
    assert rows == [("Packages", 2), ("Packages", 3), ("Packages", 5), ("Packages bcdc_dataset", 2)]


def test_a_record_that_no_row_was_about_has_no_row(desk: Desk) -> None:
    """Who edited but a contact is told the package, on the terminal, in the history and on the page: no row 0."""
    ckan = desk.open([record(1)])
    workbook = desk.export()
    typist = Typist(workbook)
    typist.type("Contacts", 2, "Name", "Anna")
    typist.save()
    imported(desk, workbook)

    said = [desk("undo", "--yes"), desk("history", workbook), desk("history", workbook, "--html", "run.html")]

    assert [one.status for one in said] == [0, 0, 0]
    assert all("Packages  trails-1  updated" in one.out for one in said[:2])
    page_of_run = (desk.folder / "run.html").read_text(encoding="utf-8")
    assert "row 0" not in page_of_run + said[0].out + said[1].out
    assert ckan.shown(ONE)["contacts"][0]["name"] == "Ann"


def test_how_to_go_on_is_said(desk: Desk) -> None:
    """How the workbook gets the values, and how the undo is undone."""
    _, workbook, _ = retitled(desk)

    said = desk("undo", "--yes")

    assert f"bulkedit refresh {workbook} brings what is on the site now into the workbook." in said.out
    assert f"bulkedit undo {ledger_of(desk).runs()[0].id} takes this undo back." in said.out


def test_a_dry_run_sends_nothing_and_notes_nothing(desk: Desk) -> None:
    """It shows what would come back."""
    ckan, _, _ = everything_changed(desk, "--keep-files")
    changed = comparable(ckan)
    ckan.heard.clear()

    said = desk("undo", "--dry-run", "--json")

    assert (said.status, ckan.writes, said.json()["dry_run"]) == (0, [], True)
    assert said.json()["counts"] == {"would update": 5, "would create": 3, "would delete": 2}
    assert comparable(ckan) == changed
    assert len(ledger_of(desk).runs()) == 1


def test_an_undo_that_is_repeated_sends_nothing(desk: Desk) -> None:
    """Named by its id, the run is back already."""
    ckan, _, before = everything_changed(desk, "--keep-files")
    ran = ledger_of(desk).runs()[0].id
    desk("undo", ran[:5], "--yes")
    ckan.heard.clear()

    said = desk("undo", ran, "--yes", "--json")

    assert (said.status, ckan.writes) == (0, [])
    assert said.json()["counts"].keys() == {"unchanged"}
    assert comparable(ckan) == before


def test_after_an_undo_the_workbook_changes_nothing(desk: Desk) -> None:
    """Not even the records that it had deleted, which are back."""
    ckan, workbook, before = everything_changed(desk, "--keep-files")
    desk("undo", "--yes")
    ckan.heard.clear()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, ckan.writes) == (0, [])
    assert said.json()["counts"].keys() == {"unchanged"}
    assert comparable(ckan) == before


# -- files


def test_a_file_that_nobody_saved_is_named_and_the_rest_comes_back(desk: Desk) -> None:
    """Exit status 1: something is not as it was."""
    ckan, _, _ = everything_changed(desk)

    said = desk("undo", "--yes", "--json")

    row = row_of(said, "trails-4", "trails-4.csv")
    assert (said.status, row["result"]) == (1, "not sent")
    assert "The file “old.csv” that the run replaced cannot come back; import --keep-files would" in row["message"]
    assert (content(ckan, 4), content(ckan, 41), ckan.shown(ONE)["title"]) == (
        b"new content",
        b"content of gone.csv",
        "Trails 1",
    )
    assert said.json()["counts"] == {"updated": 4, "created": 3, "deleted": 2, "not sent": 1}


def test_files_are_kept_beside_the_ledger(desk: Desk) -> None:
    """Each that the run replaced, deleted or gave up, once, with the digest of its content."""
    _, _, _ = everything_changed(desk, "--keep-files")
    folder = ledger_of(desk).files_of(ledger_of(desk).runs()[0].id)

    kept = {json.loads(record.read_text())["name"]: record.with_suffix("") for record in folder.glob("*.json")}

    assert {name: path.read_bytes() for name, path in kept.items()} == {
        "old.csv": b"content of old.csv",
        "gone.csv": b"content of gone.csv",
        "link.csv": b"content of link.csv",
    }
    assert len(list(folder.iterdir())) == 6


def test_without_its_file_saved_nothing_of_a_package_is_sent(desk: Desk) -> None:
    """Other packages go; the row says why."""
    ckan = desk.open([package(1), package(4)])
    ckan.call("resource_patch", id=resource_id(4), url="old.csv", url_type="upload")  # which is nowhere
    workbook = desk.export()
    (workbook.parent / "new.csv").write_bytes(b"new content")
    edit(
        workbook,
        ("Resources", resource_id(4), "Upload", "new.csv"),
        ("Packages", FOUR, "Title", "Four"),
        ("Packages", ONE, "Title", "Paths"),
    )

    said = imported(desk, workbook, "--keep-files")

    row = row_of(said, "trails-4", "trails-4.csv")
    assert (said.status, row["result"]) == (1, "not sent")
    assert "old.csv could not be saved before its replacement (the site answers with status 404)" in row["message"]
    assert (ckan.shown(FOUR)["title"], ckan.shown(ONE)["title"]) == ("Trails 4", "Paths")
