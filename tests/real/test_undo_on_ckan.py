"""A run on a real CKAN is taken back: every record is what it was, CKAN's own time stamps aside."""

from dataclasses import replace
from typing import Any

import catalogue
import lab as labs
import pytest
import records
from cutting_proxy import CuttingProxy
from desk import Desk
from typed import Typed

STAMPS = catalogue.IGNORED | {
    "metadata_created",
    "resources.created",
    "resources.last_modified",  # a file that comes back is a new one for CKAN
    "record_last_modified",  # stamps of the bcdc schema
}


def filled(lab: labs.Lab, organization: catalogue.Organization) -> dict[str, str]:
    """Put four packages into an organization and return their ids by short name."""
    made = {}
    for at, short in enumerate(("edited", "renamed", "gone", "files"), 3):
        links = [records.resource(at, row) for row in range(3)]
        record = records.plain(at) | {
            "name": f"{organization.name}-{short}",
            "title": f"{organization.name} {short}",
        }
        made[short] = catalogue.put(lab, organization, record | {"resources": links})
    for name in ("a", "b", "c"):
        catalogue.put_file(lab, made["files"], f"File {name}", f"{name}.csv", f"content of {name}".encode())
    return made


def change_everything(desk: Desk, name: str) -> None:
    """Edit, clear, add, remove, move, rename, create, delete, replace."""
    numbers = {line["ID"]: int(line["#"]) for line in desk.table("Resources")}
    own = {
        short: [numbers[line["ID"]] for line in desk.table("Resources") if line["Package"] == f"{name}-{short}"]
        for short in ("edited", "renamed", "files")
    }
    edited, renamed, gone = (desk.row("Packages", URL=f"{name}-{s}") for s in ("edited", "renamed", "gone"))
    for path in ("new.csv", "list.csv"):
        (desk.folder / path).write_bytes(b"content of " + path.encode())
    typed = Typed()
    typed.package(f"{name}-new")
    typed.resource(f"{name}-new", "List", upload="list.csv")
    typed.resource(f"{name}-edited", "Another", Position="2")
    typed.contact(f"{name}-renamed", "Cy")
    desk.fill(typed.rows)
    contact = desk.row("Contacts", Package=f"{name}-edited")
    desk.type(
        [
            ("Packages", edited, "Title", f"{name} other title"),
            ("Packages", edited, "Description", "Other words."),
            ("Packages", edited, "Keywords", "one; two"),
            ("Packages", edited, "Data Lineage", ""),
            ("Packages", renamed, "URL", f"{name}-other"),
            ("Packages", gone, "Action", "delete"),
            ("Contacts", contact, "Email", "other@example.org"),
            ("Resources", own["edited"][0], "Name", "Renamed"),
            ("Resources", own["edited"][1], "Action", "delete"),
            ("Resources", own["renamed"][2], "Position", "1"),
            ("Resources", own["files"][3], "Upload", "new.csv"),
            ("Resources", own["files"][4], "Action", "delete"),
            ("Resources", own["files"][5], "Resource", "https://example.org/linked"),
        ]
    )


def everything_changed(desk: Desk, name: str) -> dict[str, Any]:
    """Export, do everything in the workbook, and import it; return what was reported."""
    desk.exported()
    change_everything(desk, name)
    return desk.imported("--keep-files", "--confirm-deletes", "3")


def contents(lab: labs.Lab, package: dict[str, Any]) -> dict[str, bytes]:
    """Return the bytes of a package's uploaded files by resource."""
    uploads = (one for one in package["resources"] if one["url_type"] == "upload")
    return {one["name"]: catalogue.download(lab, one) for one in uploads}


def test_everything_a_run_did_is_taken_back_and_done_again(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every `package_show` is what it was, with every file; the undo of the undo makes it what it became."""
    monkeypatch.setenv("BULKEDIT_LEDGER", str(desk.folder / "ledger.sqlite"))
    ids, name = filled(lab, new_organization), new_organization.name
    before = catalogue.snapshot(lab, ids.values())
    files = contents(lab, before[ids["files"]])
    report = everything_changed(desk, name)
    changed = catalogue.snapshot(lab, ids.values())
    assert report["counts"].keys() == {"updated", "created", "deleted", "unchanged"}, report["rows"]
    assert set(catalogue.differences(before, changed)) == set(ids.values())

    undone = desk.bulkedit("undo", "--yes", "--json")
    after = catalogue.snapshot(lab, ids.values())

    assert undone.status == 0, undone.out
    assert catalogue.differences(before, after, STAMPS) == {}
    assert contents(lab, after[ids["files"]]) == files == {f"File {n}": f"content of {n}".encode() for n in "abc"}
    with catalogue.client(lab, lab.editor) as ckan:
        assert ckan.call_action("package_show", {"id": f"{name}-new"})["state"] == "deleted"

    again = desk.bulkedit("undo", "--yes", "--json")
    redone = catalogue.snapshot(lab, ids.values())

    assert again.status == 0, again.out
    assert catalogue.differences(changed, redone, STAMPS) == {}
    assert contents(lab, redone[ids["files"]]) == {"File a": b"content of new.csv"}


def without_empty(value: Any) -> Any:
    """Return a value without what holds nothing: a form, by which files go there, has no null."""
    if isinstance(value, dict):
        return {key: without_empty(held) for key, held in value.items() if held not in (None, "", [])}
    return [without_empty(entry) for entry in value] if isinstance(value, list) else value


def test_behind_a_firewall_everything_is_taken_back_and_done_again_too(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A site that takes no `package_revise`: the same comes back by `package_patch`, files too."""
    monkeypatch.setenv("BULKEDIT_LEDGER", str(desk.folder / "ledger.sqlite"))
    ids, name = filled(lab, new_organization), new_organization.name
    before = catalogue.snapshot(lab, ids.values())
    files = contents(lab, before[ids["files"]])
    with CuttingProxy(lab.url) as proxy:
        proxy.refused["package_revise"] = 403
        desk = replace(desk, lab=replace(lab, url=proxy.url))
        everything_changed(desk, name)
        changed = catalogue.snapshot(lab, ids.values())

        undone = desk.bulkedit("undo", "--yes")
        after = catalogue.snapshot(lab, ids.values())
        files_after = contents(lab, after[ids["files"]])
        again = desk.bulkedit("undo", "--yes")
        redone = catalogue.snapshot(lab, ids.values())

    assert (undone.status, again.status) == (0, 0), (undone.out, again.out)
    assert "package_revise" not in proxy.passed
    assert catalogue.differences(without_empty(before), without_empty(after), STAMPS) == {}
    assert files_after == files
    assert catalogue.differences(without_empty(changed), without_empty(redone), STAMPS) == {}


def test_after_an_undo_the_workbook_changes_nothing(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it had deleted is back, and stays so; what a colleague did meanwhile is kept and shown."""
    monkeypatch.setenv("BULKEDIT_LEDGER", str(desk.folder / "ledger.sqlite"))
    ids, name = filled(lab, new_organization), new_organization.name
    everything_changed(desk, name)
    with catalogue.client(lab, lab.sysadmin) as rival:
        rival.call_action("package_patch", {"id": ids["edited"], "notes": "A rival's words."})

    undone = desk.bulkedit("undo", "--yes", "--json")
    after = catalogue.snapshot(lab, ids.values())
    again = desk.imported(status=None)

    assert (undone.status, undone.json["counts"]["conflict"]) == (1, 1)
    assert after[ids["edited"]]["notes"] == "A rival's words."
    assert after[ids["edited"]]["title"] == f"{name} edited"
    assert again["writes"] == 0
    assert catalogue.snapshot(lab, ids.values()) == after
