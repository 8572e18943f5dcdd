"""A run is taken back: every record is what it was, but for what others did since."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from live_catalogue import LiveCatalogue, PackageDict, described, package, package_id, resource_id
from office_desk import Desk, Said, edit, rows
from scripted import TOKEN, page

from bulkedit.excel.typist import Typist
from bulkedit.ledger import CallOutcome, Ledger, Run, RunState

ONE, TWO, THREE, FOUR = (package_id(number) for number in range(1, 5))
STAMPS = frozenset("metadata_modified metadata_created last_modified created".split())


def record(number: int) -> PackageDict:
    """Return a package with the schema's fields, contacts, tags, and a resource."""
    made = described(
        number,
        purpose="To find the way.",
        fee_cents=5,
        topics=["water", "paths"],
        tags=[{"name": "wood"}, {"name": "steel"}],
        contacts=[
            {"name": name, "email": f"{name.lower()}@parks.example", "role": "custodian"}
            for name in ("Ann", "Bob")
        ],
    )
    made["resources"][0] |= {"resource_update_cycle": "monthly", "table_columns": [{"column_name": "length"}]}
    return made


def many_things() -> PackageDict:
    """Return a package with extras, a group, and three resources."""
    more = [{"id": resource_id(n), "name": f"part {n}", "url": f"https://x.example/{n}"} for n in (21, 22)]
    made = package(2, extras=[{"key": "seen", "value": "yes"}, {"key": "by", "value": "Ann"}])
    made["resources"] += more
    return {**made, "groups": [{"name": "outdoors"}, {"name": "safety"}], "tags": [{"name": "old"}]}


def catalogue(desk: Desk, **how: Any) -> tuple[LiveCatalogue, Path]:
    """Export four packages; the fourth has two uploaded files."""
    ckan = desk.open([record(1), many_things(), package(3), files()], **how)
    for number, name in ((4, "old.csv"), (41, "gone.csv"), (42, "link.csv")):
        ckan.upload(resource_id(number), name, f"content of {name}".encode())
    workbook = desk.export()
    ckan.heard.clear()
    return ckan, workbook


def files() -> PackageDict:
    """Return a package with three resources, to be files."""
    made = package(4)
    made["resources"] += [
        {"id": resource_id(n), "name": f"file {n}", "url": "https://x.example/f"} for n in (41, 42)
    ]
    return made


def change_everything(workbook: Path) -> None:
    """Edit, add, remove, move, rename, create, delete, replace: what an import can do."""
    typist = Typist(workbook)

    def at(sheet: str, header: str, text: str) -> int:
        return next(row.number for row in typist.rows(sheet) if row[header] == text)

    def type_at(sheet: str, key: str, **texts: str) -> None:
        for header, text in texts.items():
            typist.type(sheet, at(sheet, "ID", key), header.replace("_", " "), text)

    contacts = "Contacts bcdc_dataset"
    type_at("Packages bcdc_dataset", ONE, Title="Paths", Purpose="", Licence="lowland-ol-2")
    type_at("Packages bcdc_dataset", ONE, Topics="Paths and bridges", Keywords="steel; stone", Fee_in_cents="7")
    typist.type(contacts, at(contacts, "Name", "Ann"), "Name", "Anna")
    typist.type(contacts, at(contacts, "Name", "Bob"), "Action", "delete")
    new = {"Package": "trails-1", "Name": "Cy", "E-mail": "cy@parks.example", "Role": "Custodian"}
    typist.add(contacts, new)
    type_at("Resources bcdc_dataset", resource_id(1), Update_cycle="Every year", Description="All of them")
    type_at("Packages", TWO, Name="renamed", Tags="new", Groups="safety")
    typist.type("Extras", at("Extras", "Key", "seen"), "Value", "no")
    typist.type("Extras", at("Extras", "Key", "by"), "Action", "delete")
    typist.add("Extras", {"Package": "renamed", "Key": "when", "Value": "today"})
    type_at("Resources", resource_id(22), Position="1")
    type_at("Resources", resource_id(21), Action="delete")
    typist.add("Resources", {"Package": "renamed", "Name": "map", "URL": "https://x.example/map"})
    type_at("Packages", THREE, Action="delete")
    type_at("Resources", resource_id(4), Upload="new.csv")
    type_at("Resources", resource_id(41), Action="delete")
    type_at("Resources", resource_id(42), URL="https://x.example/linked")
    typist.add("Packages", {"Title": "Bridges", "Description": "Where to cross."})
    typist.add("Resources", {"Package": "Bridges", "Name": "list", "Upload": "list.csv"})
    typist.save()
    (workbook.parent / "new.csv").write_bytes(b"new content")
    (workbook.parent / "list.csv").write_bytes(b"a list")


def imported(desk: Desk, workbook: Path, *options: str) -> Said:
    """Import the workbook, whatever it deletes."""
    deletions = sum(row["Action"] == "delete" for s in ("Packages", "Resources") for row in rows(workbook, s))
    return desk("import", workbook, "--yes", "--json", "--confirm-deletes", str(deletions), *options)


def everything_changed(desk: Desk, *options: str, **how: Any) -> tuple[LiveCatalogue, Path, list[Any]]:
    """Import many changes; return what the packages were before."""
    ckan, workbook = catalogue(desk, **how)
    before = comparable(ckan)
    change_everything(workbook)
    said = imported(desk, workbook, *options)
    assert said.status == 0, said.out
    assert comparable(ckan) != before
    return ckan, workbook, before


def retitled(desk: Desk) -> tuple[LiveCatalogue, Path, list[Any]]:
    """Import another title and description of the first package."""
    ckan, workbook = desk.exported([package(1), package(2)])
    before = comparable(ckan)
    edit(workbook, ("Packages", ONE, "Title", "Paths"), ("Packages", ONE, "Description", "All of them."))
    assert imported(desk, workbook).status == 0
    ckan.heard.clear()
    return ckan, workbook, before


def comparable(ckan: LiveCatalogue) -> list[Any]:
    """Return every package made by the test as `package_show` has it, but for CKAN's own times."""
    return [without_stamps(one) for one in ckan.snapshot()]


def without_stamps(value: Any) -> Any:
    """Return a value without CKAN's own times."""
    if isinstance(value, dict):
        return {key: without_stamps(held) for key, held in value.items() if key not in STAMPS}
    return [without_stamps(entry) for entry in value] if isinstance(value, list) else value


def empty_alike(value: Any) -> Any:
    """Return a value in which null is an empty text."""
    if isinstance(value, dict):
        return {key: empty_alike(held) for key, held in value.items()}
    return [empty_alike(entry) for entry in value] if isinstance(value, list) else "" if value is None else value


def content(ckan: LiveCatalogue, number: int) -> bytes:
    """Return the bytes of a resource's file."""
    found = ckan.sandbox.store.upload(resource_id(number))
    return b"" if found is None else found[1]


def ledger_of(desk: Desk) -> Ledger:
    """Return the ledger of the desk."""
    return Ledger(Path(os.environ["BULKEDIT_LEDGER"]))


def row_of(said: Said, package_name: str, resource: str | None = None) -> Any:
    """Return the row of a package or resource in a report."""
    return next(
        row for row in said.json()["rows"] if (row["package"], row["resource"]) == (package_name, resource)
    )


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


def test_a_rival_is_left_alone_on_a_site_without_revise_too(desk: Desk) -> None:
    """What somebody changed since the run is a conflict there as well; the rest comes back."""
    ckan, workbook = desk.exported([package(1), package(2)], without=("package_revise",))
    edit(workbook, ("Packages", ONE, "Title", "Paths"), ("Packages", ONE, "Description", "All of them."))
    imported(desk, workbook)
    ckan.edit(ONE, notes="Theirs.")

    said = desk("undo", "--yes")

    assert said.status == 1
    assert (ckan.shown(ONE)["title"], ckan.shown(ONE)["notes"]) == ("Trails 1", "Theirs.")


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


# -- what others did since


def test_what_somebody_changed_since_stays_and_the_rest_comes_back(desk: Desk) -> None:
    """The row is a conflict, with the three texts."""
    ckan, _, _ = retitled(desk)
    ckan.edit(ONE, title="Theirs", author="Bea")

    said = desk("undo", "--yes", "--json")

    shown, row = ckan.shown(ONE), row_of(said, "trails-1")
    assert (said.status, row["result"]) == (1, "conflict")
    assert (shown["title"], shown["notes"], shown["author"]) == ("Theirs", "Where to walk.", "Bea")
    assert all(
        text in row["message"] for text in ("[Title]", "“Paths”", "“Theirs”", "“Trails 1”", "Put back [Desc")
    )


def test_what_somebody_does_in_the_last_second_stays(desk: Desk) -> None:
    """CKAN itself refuses; the package is read again, and only the rest is sent."""
    ckan, _, _ = retitled(desk)
    ckan.before("package_revise", lambda: ckan.edit(ONE, title="Theirs"))

    said = desk("undo", "--yes")

    shown = ckan.shown(ONE)
    assert (said.status, shown["title"], shown["notes"]) == (1, "Theirs", "Where to walk.")


def add_a_resource(ckan: LiveCatalogue) -> None:
    """Add a resource to the created package."""
    ckan.call("resource_create", by="colleague", package_id="bridges", name="new", url="https://x.example")


def another_title(ckan: LiveCatalogue) -> None:
    """Change the created package's title."""
    ckan.edit("bridges", title="Theirs")


def another_file(ckan: LiveCatalogue) -> None:
    """Replace the created package's file."""
    ckan.upload(ckan.shown("bridges")["resources"][0]["id"], "theirs.csv", b"theirs")


@pytest.mark.parametrize("deed", [add_a_resource, another_title, another_file])
def test_a_created_package_that_somebody_changed_is_not_deleted(
    desk: Desk, deed: Callable[[LiveCatalogue], None]
) -> None:
    """It is theirs as well by now."""
    ckan, workbook = desk.exported([package(1)])
    typist = Typist(workbook)
    typist.add("Packages", {"Title": "Bridges"})
    typist.add("Resources", {"Package": "Bridges", "Name": "list", "Upload": "list.csv"})
    typist.save()
    (workbook.parent / "list.csv").write_bytes(b"a list")
    imported(desk, workbook)
    deed(ckan)

    said = desk("undo", "--yes", "--json")

    assert (said.status, ckan.shown("bridges")["state"]) == (1, "active")
    assert row_of(said, "bridges")["result"] == "conflict"


def test_a_deleted_package_that_nobody_sees_any_more_is_a_conflict(desk: Desk) -> None:
    """Moved to an organization that keeps it to itself: nothing is sent."""
    ckan, _, _ = retitled(desk)
    ckan.hide(ONE)
    ckan.heard.clear()

    said = desk("undo", "--yes", "--json")

    assert (said.status, ckan.writes) == (1, [])
    assert "no longer on the site" in row_of(said, "trails-1")["message"]


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


# -- killed runs, lost answers


@pytest.mark.parametrize(("arrived", "counts"), [(True, {"updated": 1}), (False, {"unchanged": 1})])
def test_a_call_of_which_nobody_knows_is_settled_by_reading(
    desk: Desk, arrived: bool, counts: dict[str, int]
) -> None:
    """The run was killed while the call was under way: what it asked for tells whether it has arrived."""
    ckan, workbook, before = retitled(desk)
    ledger = ledger_of(desk)
    [sent] = ledger.calls(ledger.runs()[0].id)
    killed = Run("dead", "import", "2030-01-01T00:00:00", ckan.url, "", "", {}, str(workbook), "")
    ledger.begin(killed)
    ledger.intend("dead", sent.package, sent.name, sent.action, sent.payload, sent.before, killed.began)
    if not arrived:
        desk("undo", ledger.runs()[1].id, "--yes")

    said = desk("undo", "dead", "--yes", "--json")

    assert (said.status, said.json()["counts"]) == (0, counts)
    assert comparable(ckan) == before


def test_what_cannot_be_told_is_left_alone(desk: Desk) -> None:
    """The call's fate is unknown, and somebody has changed the same field: `unknown`, at that row."""
    ckan, workbook, _ = retitled(desk)
    ledger = ledger_of(desk)
    [sent] = ledger.calls(ledger.runs()[0].id)
    ledger.answered(sent.number, CallOutcome.UNKNOWN, "2030-01-01T00:00:00")
    ckan.edit(ONE, title="Theirs")

    said = desk("undo", workbook, "--yes", "--json")

    shown = ckan.shown(ONE)
    assert (said.status, row_of(said, "trails-1")["result"]) == (1, "unknown")
    assert (shown["title"], shown["notes"]) == ("Theirs", "Where to walk.")


def test_an_undo_without_an_answer_is_settled_by_reading(desk: Desk) -> None:
    """The connection is cut after the site has stored it: found again, and not sent twice."""
    ckan, _, before = retitled(desk)
    ckan.sandbox.misbehave("package_revise cut-after times=1")

    said = desk("undo", "--yes", "--json")

    assert (said.status, said.json()["counts"], len(ckan.writes)) == (0, {"updated": 1}, 1)
    assert comparable(ckan) == before
    assert ledger_of(desk).calls(said.json()["run"])[0].outcome is CallOutcome.STORED


# -- which run


def test_without_a_name_it_is_the_latest_run_that_stored_anything(desk: Desk) -> None:
    """Runs that stored nothing are passed over."""
    ckan, workbook, before = retitled(desk)
    edit(workbook, ("Packages", TWO, "Title", "Two"))
    ckan.sandbox.misbehave("package_revise 500 times=9")
    assert imported(desk, workbook).status == 1
    ckan.sandbox.behave()

    said = desk("undo", "--yes", "--json")

    assert (said.status, comparable(ckan) == before) == (0, True)


def test_a_workbook_stands_for_its_latest_run(desk: Desk) -> None:
    """However its path is written."""
    ckan, _, before = retitled(desk)

    said = desk("undo", "./parks.xlsx", "--yes")

    assert (said.status, comparable(ckan) == before) == (0, True)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("nothing-such",), "no run begins with 'nothing-such'"),
        (("other.xlsx",), "no run begins with 'other.xlsx', and none is of a workbook there"),
        (("empty",), "knows of nothing of empty that was stored, so there is nothing to undo."),
    ],
)
def test_runs_that_cannot_be_undone(desk: Desk, asked: tuple[str, ...], told: str) -> None:
    """One sentence, exit status 3, nothing sent."""
    ckan, workbook, _ = retitled(desk)
    began = "2020-01-01T00:00:00"
    ledger_of(desk).begin(Run("empty", "import", began, ckan.url, "", "", {}, str(workbook), ""))

    said = desk("undo", *asked, "--yes")

    assert (said.status, ckan.writes) == (3, [])
    assert told in said.told


def test_an_empty_ledger_has_nothing_to_undo(desk: Desk) -> None:
    """It says where it has looked."""
    desk.open([])

    said = desk("undo", "--yes")

    assert said.status == 3
    assert "knows of nothing that was stored" in said.told


def test_a_run_goes_back_to_its_own_site(desk: Desk) -> None:
    """Without --site and CKAN_URL it is asked there; another one is refused."""
    ckan, _, before = retitled(desk)

    other = desk("undo", "--yes", "--site", "http://127.0.0.1:1")
    desk.monkeypatch.delenv("CKAN_URL")
    said = desk("undo", "--yes")

    assert other.status == 3
    assert "can be undone only there; you gave http://127.0.0.1:1." in other.told
    assert (said.status, comparable(ckan) == before) == (0, True)


def test_who_may_not_edit_undoes_nothing(desk: Desk) -> None:
    """A member's token may read only."""
    ckan, _, _ = retitled(desk)
    ckan.sandbox.tokens |= {"editor": "another", "member": TOKEN}

    said = desk("undo", "--yes")

    assert (said.status, ckan.writes) == (3, [])
    assert "ask for the role of editor" in said.told


@pytest.mark.parametrize("busy", ["run", "organization"])
def test_two_runs_do_not_meet(desk: Desk, busy: str) -> None:
    """A run that is under way is not undone, and an import of the same organization is waited for."""
    ckan, _, _ = retitled(desk)
    ledger = ledger_of(desk)
    run = ledger.runs()[0]
    what = {"run": f"run {run.id}", "organization": f"organization {ckan.url} {next(iter(run.organizations))}"}
    lock = ledger.claim(what[busy], "")

    said = desk("undo", "--yes")
    lock.release()

    assert (said.status, ckan.writes) == (3, [])
    assert "wait until" in said.told


def test_without_a_terminal_it_wants_to_be_told(desk: Desk) -> None:
    """Nobody can be asked: --yes or --dry-run."""
    ckan, _, _ = retitled(desk)

    said = desk("undo")

    assert (said.status, ckan.writes) == (2, [])
    assert "There is nobody to ask" in said.err


def test_the_ledger_knows_the_undo(desk: Desk) -> None:
    """What it undoes, how it ended, and the answer to each row."""
    _, workbook, _ = retitled(desk)
    ran = ledger_of(desk).runs()[0].id

    desk("undo", "--yes")

    run = ledger_of(desk).runs()[0]
    assert (run.kind, run.undoes, run.state, run.workbook) == ("undo", ran, RunState.DONE, str(workbook))
    assert (run.counts, run.user) == ({"updated": 1}, "editor")
    assert [row["result"] for row in ledger_of(desk).rows(run.id)] == ["updated"]


def test_a_refusal_is_told_with_its_reason(desk: Desk) -> None:
    """What the site does not take is not stored, and its package's rows say so."""
    ckan, workbook, _ = retitled(desk)
    edit(workbook, ("Packages", ONE, "Name", "walks"))
    imported(desk, workbook)
    ckan.call("package_create", by="colleague", name="trails-1", owner_org="parks", title="Theirs")

    said = desk("undo", "--yes", "--json")

    row = row_of(said, "walks")
    assert (said.status, row["result"]) == (1, "refused")
    assert "The site refused it: name:" in row["message"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process that is sent a signal")
def test_an_interrupted_undo_goes_on_later(desk: Desk) -> None:
    """Ctrl+C while a call is under way: exit 130; the undo of the same run ends it, sending nothing twice."""
    ckan, workbook = desk.exported([package(1), package(2)])
    before = comparable(ckan)
    edit(workbook, ("Packages", ONE, "Title", "One"), ("Packages", TWO, "Title", "Two"))
    imported(desk, workbook)
    ran = ledger_of(desk).runs()[0].id
    ckan.heard.clear()
    ckan.sandbox.misbehave("package_revise silent seconds=1 times=1")
    ckan.before("package_revise", lambda: os.kill(os.getpid(), signal.SIGINT))

    first = desk("undo", "--yes", "--workers", "1")
    state = ledger_of(desk).runs()[0].state
    second = desk("undo", ran, "--yes", "--json")

    assert (first.status, state) == (130, RunState.INTERRUPTED)
    assert "undo again to go on" in first.err
    assert second.json()["counts"] == {"updated": 1, "unchanged": 1}
    assert len(ckan.writes) == 2
    assert comparable(ckan) == before
