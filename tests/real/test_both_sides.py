"""Promise 2: nobody's edit is lost, whoever wrote when; and promise 3: every row says what became of it."""

from functools import partial
from typing import Any

import catalogue
import pytest
from desk import Desk

from bulkedit.ckan.client import Client
from bulkedit.ckan.send import send
from bulkedit.ckan.site import Site
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions


@pytest.fixture
def desk(exported_desk: Desk) -> Desk:
    """Sit down with a fresh export."""
    return exported_desk


def rival(desk: Desk, package: str, **fields: Any) -> None:
    """Change fields of a package on the site, as somebody else would."""
    with catalogue.client(desk.lab, desk.lab.sysadmin) as other:
        other.call_action("package_patch", {"id": package, **fields})


def shown(desk: Desk, package: str) -> dict[str, Any]:
    """Return a package as it is now."""
    return catalogue.snapshot(desk.lab, [package])[package]


def package_row(desk: Desk, organization: catalogue.Organization, short: str) -> int:
    """Return the row of a package in the sheet Packages."""
    return desk.row("Packages", URL=f"{organization.name}-{short}")


def test_a_field_changed_on_the_site_meanwhile_is_kept(desk: Desk, organization: catalogue.Organization) -> None:
    """The rival's purpose and the editor's title both stand."""
    package, row = organization.called["plain-04"], package_row(desk, organization, "plain-04")
    desk.type([("Packages", row, "Title", "The editor's title")])
    rival(desk, package, purpose="The rival's purpose")

    desk.imported()

    after = shown(desk, package)
    assert (after["title"], after["purpose"]) == ("The editor's title", "The rival's purpose")


def test_the_same_field_changed_on_both_sides_is_a_conflict(
    desk: Desk, organization: catalogue.Organization
) -> None:
    """Not applied; the message shows both values; the row's other field goes through; and so it stays."""
    package, row = organization.called["plain-05"], package_row(desk, organization, "plain-05")
    desk.type([("Packages", row, "Title", "The editor's title"), ("Packages", row, "Purpose", "Mine")])
    rival(desk, package, title="The rival's title")

    report = desk.imported(status=1)

    after = shown(desk, package)
    assert (after["title"], after["purpose"]) == ("The rival's title", "Mine")
    result, message = desk.result("Packages", row)
    assert result == "conflict"
    assert "The editor's title" in message
    assert "The rival's title" in message
    assert "[Title]" in message
    assert {c["field"]: c["live"] for c in report["rows"][0]["changes"]}["title"] == "The rival's title"

    again = desk.imported(status=1)

    assert (again["counts"]["conflict"], again["writes"]) == (1, 0)

    forced = desk.imported("--on-conflict", "overwrite")

    assert forced["counts"]["updated"] == 1
    assert shown(desk, package)["title"] == "The editor's title"


def test_a_contact_changed_on_both_sides_is_a_conflict_and_the_others_merge(
    desk: Desk, organization: catalogue.Organization
) -> None:
    """In a list: the same cell conflicts; another contact's edit, and a contact that came meanwhile, stand."""
    short = "plain-06"
    package, name = organization.called[short], f"{organization.name}-{short}"
    first, second = (desk.row("Contacts", Package=name, Item=str(n)) for n in (1, 2))
    desk.type(
        [("Contacts", first, "Email", "mine@example.org"), ("Contacts", second, "Email", "also@example.org")]
    )
    contacts = shown(desk, package)["contacts"]
    newcomer = {**contacts[0], "name": "Newcomer", "email": "newcomer@example.org"}
    contacts[0]["email"] = "rival@example.org"
    rival(desk, package, contacts=[newcomer, *contacts])

    desk.imported(status=1)

    emails = [contact["email"] for contact in shown(desk, package)["contacts"]]
    assert emails[:3] == ["newcomer@example.org", "rival@example.org", "also@example.org"]
    assert len(emails) == len(contacts) + 1
    assert desk.result("Contacts", first)[0] == "conflict"
    assert desk.result("Contacts", second)[0] == "updated"


@pytest.mark.parametrize(("theirs", "result"), [("purpose", "updated"), ("title", "conflict")])
def test_a_change_between_reading_and_writing_is_caught_by_the_server(
    desk: Desk, organization: catalogue.Organization, theirs: str, result: str
) -> None:
    """`match` refuses; read again, another field merges, and the same one is a conflict, never a failure."""
    short = "plain-07" if theirs == "purpose" else "plain-08"
    package, row = organization.called[short], package_row(desk, organization, short)
    desk.type([("Packages", row, "Title", "Typed before")])
    site = Site(Client(desk.lab.url, desk.lab.editor))
    job = Import(site, desk.workbook, ImportOptions())  # reads the live state

    rival(desk, package, **{theirs: "Changed in between"})
    report = job.report(job.run(partial(send, job.site.client)), dry_run=False)

    after = shown(desk, package)
    assert after[theirs] == "Changed in between"
    assert after["title"] == ("Typed before" if theirs == "purpose" else "Changed in between")
    assert [str(outcome.result) for outcome in report.answered] == [result]
    assert desk.result("Packages", row)[0] == result


def test_a_package_deleted_meanwhile_is_said_to_be_gone(desk: Desk, organization: catalogue.Organization) -> None:
    """It stays deleted; the row says so."""
    package, row = organization.called["plain-26"], package_row(desk, organization, "plain-26")
    desk.type([("Packages", row, "Title", "Too late")])
    rival(desk, package, state="deleted")

    desk.imported(status=1)

    result, message = desk.result("Packages", row)
    assert result == "conflict"
    assert "no longer on the site" in message
    rival(desk, package, state="active")


def test_what_the_site_refuses_lands_on_its_row_and_cell(desk: Desk, organization: catalogue.Organization) -> None:
    """The cell is named, the package's other rows are not sent, all other packages go through."""
    short = "plain-09"
    name = f"{organization.name}-{short}"
    own = package_row(desk, organization, short)
    contact = desk.row("Contacts", Package=name, Item="1")
    resource = desk.row("Resources", Package=name, Position="2")
    date = desk.row("Lifecycle Event", Package=name)
    refused = desk.row("Resources", Package=name, Position="3")
    other = package_row(desk, organization, "plain-10")
    before = shown(desk, organization.called[short])
    desk.type(
        [
            ("Packages", own, "Title", "Not to be stored"),
            ("Contacts", contact, "Email", "new@example.org"),
            ("Resources", resource, "Resource Description", "Not to be stored"),
            ("Lifecycle Event", date, "Date", "2024-01-31"),
            ("Resources", refused, "size", "many bytes"),
            ("Packages", other, "Title", "To be stored"),
        ]
    )

    report = desk.imported(status=1)

    assert catalogue.differences({"p": before}, {"p": shown(desk, organization.called[short])}) == {}
    assert shown(desk, organization.called["plain-10"])["title"] == "To be stored"
    result, message = desk.result("Resources", refused)
    assert result == "refused"
    assert "[size]" in message
    held = [("Packages", own), ("Contacts", contact), ("Resources", resource)]
    for sheet, row in [*held, ("Lifecycle Event", date)]:
        assert desk.result(sheet, row)[0] == "not sent"
        assert f"Resources row {refused}" in desk.result(sheet, row)[1]
    assert report["counts"]["updated"] == 1

    again = desk.imported("--dry-run")

    assert again["counts"]["would update"] == 5


def test_what_ckan_would_refuse_is_not_sent(desk: Desk, organization: catalogue.Organization) -> None:
    """A version too long, a key twice: invalid, each at its own row."""
    row = desk.row("Packages dataset", Name=f"{organization.name}-vanilla-1")
    other = f"{organization.name}-vanilla-2"
    key = next(line["Key"] for line in desk.table("Extras dataset") if line["Package"] == other)
    desk.type([("Packages dataset", row, "Version", "9" * 101)])
    extra = desk.append("Extras dataset", {"Package": other, "Key": key, "Value": "the same key again"})

    desk.imported(status=1)

    assert desk.result("Packages dataset", row)[0] == "invalid"
    assert "[Version]" in desk.result("Packages dataset", row)[1]
    assert desk.result("Extras dataset", extra)[0] == "invalid"
    assert key in desk.result("Extras dataset", extra)[1]


def test_the_site_refuses_an_extra(desk: Desk, organization: catalogue.Organization) -> None:
    """A key that only CKAN knows to be a field's: refused at the entry's own row."""
    other = f"{organization.name}-vanilla-2"
    extra = desk.append("Extras dataset", {"Package": other, "Key": "type", "Value": "x"})

    desk.imported(status=1)

    assert desk.result("Extras dataset", extra)[0] == "refused"
    assert "[Key]" in desk.result("Extras dataset", extra)[1]


def test_a_name_that_is_none_or_anothers_is_not_sent(desk: Desk, organization: catalogue.Organization) -> None:
    """CKAN would store a name with a line end, and two packages that swap names need a hand."""
    row = package_row(desk, organization, "plain-11")
    for name in ("Not A Name!", "ends-in-a-line\n", f"{organization.name}-plain-12"):
        desk.type([("Packages", row, "URL", name)])

        report = desk.imported(status=1)

        assert (desk.result("Packages", row)[0], report["writes"]) == ("invalid", 0)


def test_groups_changed_meanwhile_stay(desk: Desk, organization: catalogue.Organization) -> None:
    """A group renamed since, and one that the package joins between reading and writing, are both kept.

    Neither moves the package's time of change, and a package in a group of others is sent with its groups.
    """
    package = organization.called["foreign-group"]
    row = package_row(desk, organization, "foreign-group")
    own = next(g for g in shown(desk, package)["groups"] if g["name"].startswith("own"))
    joined = f"joined-{own['name']}"
    desk.type([("Packages", row, "Title", "Its groups moved")])
    with catalogue.client(desk.lab, desk.lab.sysadmin) as admin:
        admin.call_action("group_patch", {"id": own["id"], "name": f"re{own['name']}"})
        users = [{"name": "lab-editor", "capacity": "editor"}]
        admin.call_action("group_create", {"name": joined, "users": users})
    job = Import(Site(Client(desk.lab.url, desk.lab.editor)), desk.workbook, ImportOptions())

    with catalogue.client(desk.lab, desk.lab.sysadmin) as admin:
        admin.call_action(
            "member_create", {"id": joined, "object": package, "object_type": "package", "capacity": "public"}
        )
    report = job.report(job.run(partial(send, job.site.client)), dry_run=False)

    with catalogue.client(desk.lab, desk.lab.sysadmin) as admin:
        for group in (own["id"], joined):
            members = admin.call_action("member_list", {"id": group, "object_type": "package"})
            assert package in [member[0] for member in members]
    assert [str(outcome.result) for outcome in report.answered] == ["updated"]
    assert shown(desk, package)["title"] == "Its groups moved"


def test_a_renamed_package_keeps_its_rows(desk: Desk, organization: catalogue.Organization) -> None:
    """After a rename the other sheets carry the new name, and the next edit still finds its package."""
    short, new = "plain-13", f"{organization.name}-renamed"
    row, contact = package_row(desk, organization, short), 0
    contact = desk.row("Contacts", Package=f"{organization.name}-{short}", Item="1")
    desk.type([("Packages", row, "URL", new)])

    desk.imported()

    assert "address" in desk.result("Packages", row)[1]
    assert desk.row("Contacts", Package=new, Item="1") == contact
    assert desk.imported()["writes"] == 0

    desk.type([("Contacts", contact, "Email", "after@example.org")])
    desk.imported()

    package = shown(desk, organization.called[short])
    assert (package["name"], package["contacts"][0]["email"]) == (new, "after@example.org")


def test_what_the_program_refuses_is_said_before_anything_of_the_package_is_sent(
    desk: Desk, organization: catalogue.Organization
) -> None:
    """Formulas, wrong choices, read-only and emptied required cells, no place, new rows without what they need."""
    rows = {short: package_row(desk, organization, short) for short in ("plain-14", "plain-15", "plain-16")}
    name = f"{organization.name}-plain-17"
    resource = desk.row("Resources", Package=name, Position="1")
    desk.type(
        [
            ("Packages", rows["plain-14"], "Security Classification", "Publik"),
            ("Packages", rows["plain-15"], "Title", ""),
            ("Packages", rows["plain-15"], "Purpose", "Held back"),
            ("Packages", rows["plain-16"], "Metadata modified", "2020-01-01"),
            ("Resources", resource, "Position", "0"),
        ]
    )
    with desk.editing() as book:
        book.formula("Contacts", f"{desk.letter('Contacts', 'Email')}3", "=1+1")
    new = desk.append("Packages", {"Title": "A new one"})

    report = desk.imported(status=1)

    assert report["writes"] == 0
    assert "“Public”" in desk.result("Packages", rows["plain-14"])[1]
    assert "[Title]" in desk.result("Packages", rows["plain-15"])[1]
    assert "read-only" in desk.result("Packages", rows["plain-16"])[1]
    assert "[Position]" in desk.result("Resources", resource)[1]
    assert "formula" in desk.result("Contacts", 3)[1]
    assert "[Description] is required" in desk.result("Packages", new)[1]
    assert report["counts"]["invalid"] == 6
