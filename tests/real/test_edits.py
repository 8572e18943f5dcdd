"""What is typed arrives, exactly; nothing else moves; and it arrives once."""

import json
import re
from typing import Any

import catalogue
import office as offices
import pytest
from desk import Desk

Edit = tuple[str, str, str, str, str, Any]
"""Sheet, short name of the package, header, typed text, path of the difference, the value that CKAN then has."""


@pytest.fixture
def desk(exported_desk: Desk) -> Desk:
    """Sit down with a fresh export."""
    return exported_desk


def named(organization: catalogue.Organization, short: str) -> str:
    """Return the full name of a package."""
    return f"{organization.name}-{short}"


def own_edits(organization: catalogue.Organization) -> list[tuple[str, str, str, str, str, Any]]:
    """Return one edit of every kind of cell in the rows of packages and resources."""
    schema = {"fields": [{"name": "height", "type": "number"}]}
    return [
        ("Packages", "plain-04", "Title", "Ferry landings, “revised” & =1+1", "title", None),
        ("Packages", "plain-04", "Description", "=not a formula", "notes", None),
        ("Packages", "plain-05", "Security Classification", "Protected-B", "security_class", "PROTECTED B"),
        ("Packages", "plain-06", "Licence", "Creative Commons Attribution", "license_id", "cc-by"),
        ("Packages", "plain-07", "Retention Expiry Date", "2031-02-03", "retention_expiry_date", None),
        ("Packages", "plain-08", "Keywords", "new word; tides", "tags", {"new word", "tides"}),
        ("Packages", "plain-09", "Private", "FALSE", "private", False),
        ("Packages", "plain-10", "Published By", "lab-org", "owner_org", None),
        ("Packages", "own-group", "Groups", "", "groups", set()),
        ("Packages", "foreign-group", "Title", "In somebody else's group", "title", None),
        ("Packages", "plain-11", "Purpose", "00123", "purpose", None),
        ("Packages", "plain-12", "Data Quality", "", "data_quality", ""),
        ("Packages dataset", "vanilla-3", "Maintainer e-mail", "new@example.org", "maintainer_email", None),
        ("Packages dataset", "vanilla-4", "Tags", "atlas; zone", "tags", {"atlas", "zone"}),
        ("Resources", "plain-12", "Resource Description", "2024-01-31", "description", None),
        (
            "Resources",
            "plain-14",
            "ISO Topic Category",
            "Oceans; Economy",
            "iso_topic_category",
            ["economy", "oceans"],
        ),
        ("Resources", "plain-16", "JSON Table Schema", json.dumps(schema), "json_table_schema", schema),
        ("Resources", "same-title-0", "Resource Description", "An uploaded file, described", "description", None),
        ("Resources", "plain-17", "Resource Storage Format", "zip", "format", "zip"),
        ("Resources dataset", "vanilla-1", "Description", "+1", "description", None),
        ("Contacts", "plain-18", "Email", "new.keeper@example.org", "contacts[0].email", None),
        ("Contacts", "plain-18", "Displayed", "", "contacts[0].displayed", None),
        (
            "Resources",
            "plain-19",
            "Data Collection Period: End Date",
            "2044-05-06",
            "temporal_extent[0].end_date",
            None,
        ),
        ("Extras dataset", "vanilla-2", "Value", "a new value", "extras", None),
    ]


def test_edits_of_every_kind_arrive_and_nothing_else_moves(
    desk: Desk, organization: catalogue.Organization
) -> None:
    """Typed into LibreOffice; `package_show` differs in those fields, in CKAN's stamps, and nowhere else."""
    before = catalogue.snapshot(desk.lab, organization.packages)
    views = _views(desk, before[organization.called["same-title-0"]])
    expected: dict[str, set[str]] = {}
    typed, checks = [], []
    for sheet, short, header, text, path, value in own_edits(organization):
        key = "Name" if sheet == "Packages dataset" else "URL" if sheet == "Packages" else "Package"
        row = desk.row(sheet, **{key: named(organization, short)})
        typed.append((sheet, row, header, text))
        package = organization.called[short]
        resource = _resource(desk, sheet, row)
        checks.append((package, resource, path, text if value is None else value))
        expected.setdefault(package, set()).add(f"resources[{resource}].{path}" if resource else path)
    desk.type(typed)

    report = desk.imported()

    after = catalogue.snapshot(desk.lab, organization.packages)
    found = {key: _families(paths) for key, paths in catalogue.differences(before, after).items()}
    assert found == {key: _families(paths) for key, paths in expected.items()}
    for package, resource, path, value in checks:
        assert _value(after[package], resource, path) == value, (package, path)
    assert report["writes"] == len(expected)
    assert report["reads"] <= 6
    assert set(report["counts"]) == {"updated", "unchanged"}
    for sheet, row, header, _ in typed:
        assert desk.result(sheet, row)[0] == "updated"
        assert f"[{header}]" in desk.result(sheet, row)[1]
    assert {key: [r["id"] for r in before[key]["resources"]] for key in before} == {
        key: [r["id"] for r in after[key]["resources"]] for key in after
    }

    assert views
    assert _views(desk, after[organization.called["same-title-0"]]) == views

    again = desk.imported()

    assert (set(again["counts"]), again["writes"]) == ({"unchanged"}, 0)


def _views(desk: Desk, package: dict[str, Any]) -> list[Any]:
    """Return the views of a package's resources; its uploads are among them."""
    assert any(resource["url_type"] == "upload" for resource in package["resources"])
    return [
        view for resource in package["resources"] for view in catalogue.resource_views(desk.lab, resource["id"])
    ]


def _resource(desk: Desk, sheet: str, row: int) -> str:
    line = next(line for line in desk.table(sheet) if line["#"] == str(row))
    if sheet.startswith("Resources"):
        return line["ID"]
    return line["Resource ID"] if sheet.startswith("Resource ") else ""


def _families(paths: Any) -> set[str]:
    """Return paths without what stands in brackets behind a list: which element it is, is compared by value."""
    return {re.sub(r"(?<!resources)\[.*", "", path) for path in paths}


def _value(package: dict[str, Any], resource: str, path: str) -> Any:
    found: Any = package
    if resource:
        found = next(r for r in package["resources"] if r["id"] == resource)
    if path in ("tags", "groups"):
        return {entry["name"] for entry in found[path]}
    if path == "extras":
        return next(e["value"] for e in found["extras"] if e["value"] == "a new value")
    if path == "owner_org":
        return found["organization"]["name"]
    for step in path.replace("]", "").replace("[", ".").split("."):
        found = found[int(step)] if isinstance(found, list) else found.get(step, "")
    return "" if found in (None, []) else found


def test_items_are_added_and_removed(desk: Desk, organization: catalogue.Organization) -> None:
    """A new row adds an entry to a list, `delete` removes one; the others stay as they were."""
    desk.exported_with_lists()
    package, name = organization.called["plain-20"], named(organization, "plain-20")
    resource = catalogue.snapshot(desk.lab, [package])[package]["resources"][1]["id"]
    before = catalogue.snapshot(desk.lab, [package])[package]
    org = before["contacts"][0]["org"]
    new = {
        "Package": name,
        "Name": "Ann New",
        "Email": "ann@example.org",
        "Organization": org,
        "Role": "Custodian",
    }
    added = desk.append("Contacts", new)
    removed = desk.row("Contacts", Package=name, Item="2")
    desk.type([("Contacts", removed, "Action", "delete")])
    extent = {"Resource ID": resource, "Package": name, "Beginning Date": "2001-01-01", "End Date": "2001-02-02"}
    desk.append("Resource Data Collection Period", extent)

    report = desk.imported()

    after = catalogue.snapshot(desk.lab, [package])[package]
    kept = [c for i, c in enumerate(before["contacts"]) if i != 1]
    assert after["contacts"][: len(kept)] == kept
    assert after["contacts"][-1]["email"] == "ann@example.org"
    assert after["contacts"][-1]["role"] == "custodian"
    assert len(after["contacts"]) == len(kept) + 1
    assert {r["result"] for r in report["rows"]} == {"created", "deleted"}
    assert report["writes"] == 1
    assert desk.result("Contacts", added)[0] == "created"
    items = [row["Item"] for row in desk.table("Contacts") if row["Package"] == name and row["Item"]]
    assert sorted(map(int, items)) == list(range(1, len(kept) + 2))

    again = desk.imported()

    assert (set(again["counts"]), again["writes"]) == ({"unchanged"}, 0)
    assert catalogue.snapshot(desk.lab, [package])[package] == after


def test_rows_sorted_columns_moved_hidden_filtered_and_own_ones_added(
    desk: Desk, organization: catalogue.Organization
) -> None:
    """However the sheet was arranged, the edit lands on its record and nothing else moves."""
    package, name = organization.called["plain-21"], named(organization, "plain-21")
    before = catalogue.snapshot(desk.lab, organization.packages)
    desk.type([("Packages", desk.row("Packages", URL=name), "Title", "Sorted away")])
    letter = desk.letter("Packages", "Title")
    with desk.editing() as book:
        book.sort("Packages", letter, True)
        book.insert_column("Packages", "F", "My remarks", ["look at this", "and this"])
        book.move_column("Packages", desk_letter(book, "Packages", "URL"), "A")
        book.hide_column("Packages", desk_letter(book, "Packages", "ID"))
        book.filter("Packages", desk_letter(book, "Packages", "State"), "Published")
        book.sort("Contacts", desk_letter(book, "Contacts", "Email"), True)
        book.add_sheet("My notes", [["some", "notes"], ["1", "2"]])

    report = desk.imported()

    found = catalogue.differences(before, catalogue.snapshot(desk.lab, organization.packages))
    assert {key: list(paths) for key, paths in found.items()} == {package: ["title"]}
    assert report["counts"]["updated"] == 1
    assert [column["header"] for column in report["unknown_columns"]] == ["My remarks"]
    assert desk.result("Packages", desk.row("Packages", URL=name))[0] == "updated"


def desk_letter(book: offices.Book, sheet: str, header: str) -> str:
    """Return the letter of a header in a workbook that is open."""
    return book.header(sheet)[header]


def test_dry_run_says_what_an_import_would_do_and_sends_nothing(
    desk: Desk, organization: catalogue.Organization
) -> None:
    """The dry run and the import that follows answer the same rows; only the tense differs."""
    row = desk.row("Packages", URL=named(organization, "plain-22"))
    desk.type([("Packages", row, "Title", "Foreseen")])
    before = catalogue.snapshot(desk.lab, organization.packages)

    dry = desk.imported("--dry-run")

    assert catalogue.differences(before, catalogue.snapshot(desk.lab, organization.packages), frozenset()) == {}
    assert (dry["counts"]["would update"], dry["writes"]) == (1, 0)
    assert desk.result("Packages", row) == ("would update", "Would change [Title].")

    real = desk.imported()

    assert [r["changes"] for r in real["rows"]] == [r["changes"] for r in dry["rows"]]
    assert desk.result("Packages", row) == ("updated", "Changed [Title].")


def test_a_workbook_goes_on_being_edited(desk: Desk, organization: catalogue.Organization) -> None:
    """After an import the same workbook is edited and imported again at once; a rival's edit between is kept."""
    package, row = organization.called["plain-23"], desk.row("Packages", URL=named(organization, "plain-23"))
    desk.type([("Packages", row, "Title", "First")])
    desk.imported()
    with catalogue.client(desk.lab, desk.lab.sysadmin) as rival:
        rival.call_action("package_patch", {"id": package, "purpose": "A rival's purpose"})
    desk.type([("Packages", row, "Title", "Second")])

    report = desk.imported()

    shown = catalogue.snapshot(desk.lab, [package])[package]
    assert (shown["title"], shown["purpose"]) == ("Second", "A rival's purpose")
    assert report["rows"][0]["changes"] == [
        {"field": "title", "exported": "First", "edited": "Second", "live": "First"}
    ]


def test_an_organization_of_a_contact_is_typed_by_its_title(
    desk: Desk, organization: catalogue.Organization
) -> None:
    """People know the title, CKAN keeps the id; where a contact names one, the workbook shows its title."""
    package, name = organization.called["plain-24"], named(organization, "plain-24")
    with catalogue.client(desk.lab, desk.lab.sysadmin) as admin:
        own, other = (
            admin.call_action("organization_show", {"id": key})
            for key in (desk.lab.organization, desk.lab.other_organization)
        )
        contacts = admin.call_action("package_show", {"id": package})["contacts"]
        contacts[0]["org"] = other["id"]
        admin.call_action("package_patch", {"id": package, "contacts": contacts})
    desk.exported()
    row = desk.row("Contacts", Package=name, Item="1")
    shown = desk.table("Contacts")[row - 2]["Organization"]
    desk.type([("Contacts", row, "Organization", own["title"])])

    report = desk.imported()

    assert shown == other["title"]
    assert report["writes"] == 1
    assert catalogue.snapshot(desk.lab, [package])[package]["contacts"][0]["org"] == own["id"]


def test_what_the_catalogue_sets_itself_cannot_be_edited(desk: Desk, organization: catalogue.Organization) -> None:
    """The record's own dates are there to be read; an edit of one is told at its cell and not sent."""
    row = desk.row("Packages", URL=named(organization, "plain-25"))
    desk.type([("Packages", row, "Record published", "1999-01-01")])

    report = desk.imported(status=1)

    assert report["writes"] == 0
    assert desk.result("Packages", row)[0] == "invalid"
    assert "[Record published] is read-only" in desk.result("Packages", row)[1]
