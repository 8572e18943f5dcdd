"""A real CKAN behind a firewall that lets no ``package_revise`` through: the same edits, by ``package_patch``."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import catalogue
import lab as labs
import pytest
import records
from cutting_proxy import CuttingProxy
from typed import Typed

from bulkedit.ckan.client import Client
from bulkedit.ckan.revising import takes_revise
from bulkedit.ckan.send import send
from bulkedit.ckan.site import Site
from bulkedit.excel.typist import Typist
from bulkedit.workflow.exporting import export
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions

STAMPS = {"metadata_modified", "metadata_created", "created", "last_modified", "id", "package_id", "position"}
"""Of each package its own."""

Shown = dict[str, Any]


@dataclass
class Way:
    """A package, a workbook of its organization, and the address by which both are reached."""

    lab: labs.Lab
    url: str
    workbook: Path
    package: str

    def site(self) -> Site:
        """Return the site as the editor sees it."""
        return Site(Client(self.url, self.lab.editor))

    def shown(self) -> Shown:
        """Return the package as it is now."""
        return catalogue.snapshot(self.lab, [self.package])[self.package]

    def type(self, sheet: str, header: str, text: str, *, item: str = "1") -> None:
        """Type into a row of the package in a sheet: its own, that of its so-manieth resource, or of an item."""
        typist, name = Typist(self.workbook), self.shown()["name"]
        number = next(
            row.number
            for row in typist.rows(sheet)
            if (row["ID"] == self.package if sheet == "Packages" else row["Package"] == name)
            and item in (row["Item"], row["Position"], "1" if sheet == "Packages" else "")
        )
        typist.type(sheet, number, header, text)
        typist.save()

    def fill(self, typed: Typed) -> None:
        """Type new rows below the others."""
        typist = Typist(self.workbook)
        for sheet, rows in typed.rows.items():
            for row in rows:
                typist.add(sheet, {header: text for header, text in row.items() if text})
        typist.save()

    def imported(self, job: Import | None = None) -> dict[str, Any]:
        """Import the workbook, whatever it deletes, and return the report."""
        job = job or self.job()
        return job.report(job.run(partial(send, job.site.client)), dry_run=False).to_json()

    def job(self) -> Import:
        """Read the workbook and what it edits."""
        return Import(self.site(), self.workbook, ImportOptions())


@pytest.fixture(params=[403, 404])
def proxy(lab: labs.Lab, request: pytest.FixtureRequest) -> Iterator[CuttingProxy]:
    """Stand before the CKAN as a firewall that lets the action through no more."""
    with CuttingProxy(lab.url) as proxy:
        proxy.refused["package_revise"] = request.param
        yield proxy


@pytest.fixture
def ways(
    lab: labs.Lab, proxy: CuttingProxy, new_organization: catalogue.Organization, tmp_path: Path
) -> tuple[Way, Way]:
    """Return two packages that are alike: one is edited straight, the other through the firewall."""
    word = secrets.token_hex(3)
    group, foreign = (_group(lab, f"{kind}-{word}", member=kind == "own") for kind in ("own", "foreign"))
    ids = [_put(lab, new_organization, f"twin-{word}-{n}", [group, foreign]) for n in (1, 2)]
    made = []
    for url, name, package in ((lab.url, "straight", ids[0]), (proxy.url, "around", ids[1])):
        way = Way(lab, url, tmp_path / f"{name}.xlsx", package)
        export(way.site(), [new_organization.name], way.workbook)
        made.append(way)
    proxy.passed.clear()
    return made[0], made[1]


def _group(lab: labs.Lab, name: str, *, member: bool) -> str:
    with catalogue.client(lab, lab.sysadmin) as admin:
        made: str = admin.call_action("group_create", {"name": name, "title": name})["id"]
        if member:
            admin.call_action("group_member_create", {"id": made, "username": "lab-editor", "role": "editor"})
    return made


def _put(lab: labs.Lab, organization: catalogue.Organization, name: str, groups: list[str]) -> str:
    record = records.plain(4) | {
        "name": name,
        "title": "Twin",
        "resources": [records.resource(4, n) for n in (1, 2, 3)],
    }
    package = catalogue.put(lab, organization, record)
    with catalogue.client(lab, lab.sysadmin) as admin:
        admin.call_action("package_patch", {"id": package, "groups": [{"id": group} for group in groups]})
    catalogue.put_file(lab, package, "Uploaded", "gauges.csv", b"id,metres\n1,0.80\n")
    return package


def likeness(package: Shown, lab: labs.Lab) -> Any:
    """Return a package without what distinguishes twins: ids, stamps, the number in its name."""
    ids = [package["id"], *(one["id"] for one in package["resources"])]

    def plain(value: Any) -> Any:
        match value:
            case dict():
                return {key: plain(held) for key, held in value.items() if key not in STAMPS}
            case list():
                return [plain(held) for held in value]
            case str():
                for key in ids:
                    value = value.replace(key, "ID")
                return re.sub(r"^(twin-\w+)-\d$", r"\1", value)
            case _:
                return value

    return plain(package)


def everything(way: Way) -> None:
    """Edit fields, a list, groups; edit, add, move and delete resources; send a file to an old and a new one."""
    (way.workbook.parent / "walks.csv").write_bytes(b"id,name\n1,Ford\n")
    way.type("Packages", "Title", "Another title")
    way.type("Packages", "Purpose", "")
    way.type("Packages", "Keywords", "one; two")
    way.type("Contacts", "Email", "new@example.org")
    way.type("Resources", "Resource Description", "New words.", item="2")
    way.type("Resources", "Action", "delete", item="1")
    way.type("Resources", "Upload", "walks.csv", item="3")
    way.type("Resources", "Position", "1", item="3")
    typed = Typed()
    typed.resource(way.shown()["name"], "Sent", upload="walks.csv")
    way.fill(typed)


def test_both_ways_leave_the_same(ways: tuple[Way, Way], proxy: CuttingProxy, lab: labs.Lab) -> None:
    """The twin edited around package_revise is like the one edited by it, files and foreign groups included."""
    said = []
    for way in ways:
        everything(way)
        said.append(way.imported())

    straight, around = (likeness(way.shown(), lab) for way in ways)
    assert around == straight
    straightly, roundabout = ([row["result"] for row in one["rows"]] for one in said)
    assert roundabout == straightly
    assert {row["result"] for row in said[1]["rows"]} == {"updated", "created", "deleted"}, said[1]["rows"]
    assert [one["atomic"] for one in said] == [True, False]
    assert [a for a in proxy.passed if "patch" in a] == ["package_patch", "resource_patch", "resource_patch"]
    files = [catalogue.download(lab, one) for one in ways[1].shown()["resources"] if one["url_type"] == "upload"]
    assert files.count(b"id,name\n1,Ford\n") == 2


def test_an_import_again_sends_nothing(ways: tuple[Way, Way], proxy: CuttingProxy) -> None:
    """What has arrived is there, file and all."""
    _, way = ways
    everything(way)
    way.imported()
    proxy.passed.clear()

    again = way.imported()

    assert (again["writes"], again["rows"]) == (0, [])
    assert not [action for action in proxy.passed if "patch" in action]


def test_a_package_is_created_and_deleted(ways: tuple[Way, Way], lab: labs.Lab) -> None:
    """With a resource and its file; and deleted by its state."""
    _, way = ways
    (way.workbook.parent / "walks.csv").write_bytes(b"walks\n")
    typed, name = Typed(), f"new-{secrets.token_hex(4)}"
    typed.package(name)
    typed.contact(name, "Ann")
    typed.item("Lifecycle Event", name, "dates", {"Type": "Created", "Date": "2020-02-29"}, {})
    typed.resource(name, "Walks", upload="walks.csv")
    way.fill(typed)
    way.type("Packages", "Action", "delete")

    said = way.imported()

    assert sorted({row["result"] for row in said["rows"]}) == ["created", "deleted"], [
        row["message"] for row in said["rows"]
    ]
    assert way.shown()["state"] == "deleted"
    with catalogue.client(lab, lab.editor) as ckan:
        [made] = ckan.call_action("package_show", {"id": name})["resources"]
    assert catalogue.download(lab, made) == b"walks\n"


def test_a_rival_between_reading_and_writing_is_told(
    ways: tuple[Way, Way], proxy: CuttingProxy, lab: labs.Lab
) -> None:
    """CKAN cannot refuse it here; what the rival wrote elsewhere is named, with both texts."""
    _, way = ways
    way.type("Packages", "Title", "Mine")
    job = way.job()

    def late(call: Any) -> Any:
        if call.action == "package_patch":
            with catalogue.client(lab, lab.sysadmin) as rival:
                rival.call_action("package_patch", {"id": way.package, "purpose": "The rival's purpose"})
        return send(job.site.client, call)

    said = job.report(job.run(late), dry_run=False).to_json()

    assert way.shown()["purpose"] == "The rival's purpose"
    [row] = said["rows"]
    assert row["result"] == "updated"
    assert "[Purpose] was" in row["message"]
    assert "“The rival's purpose”: it may have been changed by somebody at the same moment." in row["message"]


def test_a_refusal_lands_at_its_cell(ways: tuple[Way, Way]) -> None:
    """CKAN's errors of package_patch stand at places of the list that was sent."""
    _, way = ways
    way.type("Resources", "Action", "delete", item="1")
    way.type("Resources", "Resource Storage Format", "", item="3")
    before = way.shown()

    said = way.imported()

    assert way.shown() == before, said["rows"]
    assert {row["result"] for row in said["rows"]} <= {"not sent", "refused", "invalid"}


def test_the_question_whether_it_can_be_called_changes_nothing(lab: labs.Lab, proxy: CuttingProxy) -> None:
    """An empty package_revise is answered by CKAN with an error, and by the firewall with a page."""
    straight, around = Client(lab.url, lab.editor), Client(proxy.url, lab.editor)

    assert (takes_revise(straight), takes_revise(around)) == (True, False)
    assert (straight.writes, around.writes) == (0, 0)
