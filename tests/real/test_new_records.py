"""New packages, resources and files come from rows without an ID, once, exactly as typed; deletes are counted."""

import catalogue
import lab as labs
import pytest
import records
import requests
from ckanapi import NotFound
from cutting_proxy import CuttingProxy, every, never
from desk import Desk
from new_things import BLANK, by_name, nothing_left, views, wrote
from typed import Typed

MANY = 50


def test_fifty_packages_from_a_blank_workbook(blank: Desk, new_organization: catalogue.Organization) -> None:
    """With resources, contacts, dates and keywords: one call each, everything as typed, and only once."""
    typed = Typed()
    for number in range(MANY):
        name = f"{new_organization.name}-{number:02}"
        typed.package(name, f"=Tides, “{number}”; ñ", keywords=("tides", f"series {number % 3}"))
        for row in range(3):
            typed.resource(name, f"Year {2000 + row}")
        typed.extent(name, "Year 2001", "2001-01-01", "2001-12-31")
        typed.contact(name, f"Keeper {number}")
        typed.contact(name, "Ann")
        typed.item("Related Links", name, "more_info", {"URL": "https://a.b/c"}, {"url": "https://a.b/c"})
        date = {"type": "Created", "date": "2020-02-29"}
        typed.item("Lifecycle Event", name, "dates", {"Type": "Created", "Date": "2020-02-29"}, date)
    numbers = blank.fill(typed.rows)

    report = blank.imported()

    found = catalogue.packages_of(blank.lab, new_organization)
    assert (len(found), report["writes"]) == (MANY, MANY)
    assert typed.differences(found) == {}
    assert report["counts"] == {"created": sum(map(len, numbers.values()))}
    ids = {line["ID"] for line in blank.table("Packages")}
    assert ids == {package["id"] for package in found.values()}
    resources = {r["id"]: (p["name"], str(r["position"] + 1)) for p in found.values() for r in p["resources"]}
    assert {line["ID"]: (line["Package"], line["Position"]) for line in blank.table("Resources")} == resources
    assert nothing_left(blank)
    assert catalogue.packages_of(blank.lab, new_organization) == found


def test_fifty_answers_lost_make_fifty_packages(
    lossy: Desk, proxy: CuttingProxy, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """The connection is cut after CKAN has stored each package: reading finds them all, nothing is sent again."""
    lossy.exported(*BLANK)
    typed = Typed()
    for number in range(MANY):
        name = f"{new_organization.name}-{number:02}"
        typed.package(name)
        for row in range(3):
            typed.resource(name, f"Year {2000 + row}")
    lossy.fill(typed.rows)
    proxy.cuts = every("package_create")
    first = lossy.imported()
    proxy.cuts = never

    second = lossy.imported()

    found = catalogue.packages_of(lab, new_organization)
    assert (first["writes"], second["writes"]) == (MANY, 0)
    assert (len(found), sum(len(package["resources"]) for package in found.values())) == (MANY, 3 * MANY)
    assert typed.differences(found) == {}
    assert nothing_left(lossy)


def test_answers_lost_after_each_create_make_nothing_twice(
    lossy: Desk, proxy: CuttingProxy, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Named or not, with resources, files or neither: what CKAN stored unheard is found again."""
    lossy.exported(*BLANK)
    content = wrote(lossy, "tides.csv", b"hour,metres\n1,0.80\n")
    typed = Typed()
    for number in range(10):
        name = f"{new_organization.name}-{number}"
        typed.package(name, name.replace("-", " "))
        if number % 2:  # named by its title
            typed.rows["Packages"][-1]["URL"] = ""
        for row in range(number % 3):
            typed.resource(name, f"Year {row}", upload="tides.csv" if row else "")
        typed.contact(name if number % 4 else name.replace("-", " "), "Ann")
        if number % 4 == 0:
            typed.expected[name]["contacts"] = typed.expected.pop(name.replace("-", " "))["contacts"]
    numbers = lossy.fill(typed.rows)

    proxy.cuts = every("package_create", "package_revise")
    first = lossy.imported()
    proxy.cuts = never
    second = lossy.imported()

    found = catalogue.packages_of(lab, new_organization)
    assert sorted(proxy.cut) == ["package_create"] * 10 + ["package_revise"] * 3
    assert (first["counts"], first["writes"]) == ({"created": sum(map(len, numbers.values()))}, 13)
    assert second["writes"] == 0
    assert typed.differences(found) == {}
    files = [resource for package in found.values() for resource in package["resources"] if resource["url_type"]]
    assert [catalogue.download(lab, file) for file in files] == [content] * 3
    assert nothing_left(lossy)
    assert catalogue.packages_of(lab, new_organization) == found


def test_new_resources_of_packages_that_are_there(
    lossy: Desk, proxy: CuttingProxy, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Links and files, at a place or at the end, with entries of their own; once, though every answer was lost."""
    name = f"{new_organization.name}-old"
    old = catalogue.put(
        lab, new_organization, records.required(name, name) | {"resources": [records.resource(4, 1)]}
    )
    catalogue.put_file(lab, old, "Uploaded", "gauges.csv", b"id\n1\n")
    before = catalogue.snapshot(lab, [old])
    seen = views(lossy, before[old])
    content = wrote(lossy, "deep/er/März №1.csv", b"\x00\xff\r\n")
    lossy.exported_with_lists()
    typed = Typed()
    typed.resource(name, "First", Position="1")
    typed.resource(name, "Last")
    typed.resource(name, "New file", upload="deep\\er\\März №1.csv", Position="3")
    typed.listed_extent(name, "Last", "2001-01-01", "2001-12-31")
    typed.listed_extent(name, "Last", "2002-01-01", "2002-12-31")
    lossy.fill(typed.rows)

    proxy.cuts = every("package_revise")
    lossy.imported()
    proxy.cuts = never
    second = lossy.imported()

    after = catalogue.snapshot(lab, [old])
    resources = by_name(after[old])
    assert list(resources) == ["First", before[old]["resources"][0]["name"], "New file", "Uploaded", "Last"]
    typed.expected[name]["resources"] = [typed.resources(name)[at] for at in (0, 2, 1)]
    assert typed.differences({name: {"resources": [resources[n] for n in ("First", "New file", "Last")]}}) == {}
    new = {f"resources[{resources[n]['id']}]" for n in ("First", "New file", "Last")}
    assert set(catalogue.differences(before, after)[old]) == new
    assert catalogue.download(lab, resources["New file"]) == content
    assert [view for view in views(lossy, after[old]) if view[1]] == [view for view in seen if view[1]]
    assert (second["writes"], proxy.cut) == (0, ["package_revise"])
    assert nothing_left(lossy)


def test_deletes_are_counted_asked_for_and_final(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Nothing is sent without their number; then readers find neither package nor resource, and rows say so."""
    names = [f"{new_organization.name}-{short}" for short in ("gone", "stays")]
    resources = [records.resource(4, row) for row in range(3)]
    gone, stays = (
        catalogue.put(lab, new_organization, records.required(name, name) | {"resources": resources})
        for name in names
    )
    before = catalogue.snapshot(lab, [gone, stays])
    desk.exported()
    package = desk.row("Packages", URL=names[0])
    resource = desk.row("Resources", Package=names[1], Position="2")
    other = desk.row("Resources", Package=names[1], Position="3")
    edits = [("Packages", package, "Action", "delete"), ("Resources", resource, "Action", "Delete")]
    desk.type([*edits, ("Resources", other, "Name", "Renamed")])

    for options in ([], ["--confirm-deletes", "1"], ["--confirm-deletes", "3"]):
        refused = desk.bulkedit("import", desk.workbook, "--yes", *options)
        assert (refused.status, refused.out) == (3, "")
        assert "2 packages and resources will be deleted" in refused.err
    assert catalogue.snapshot(lab, [gone, stays]) == before

    report = desk.imported("--confirm-deletes", "2")

    after = catalogue.snapshot(lab, [stays])
    first, second, third = (r["id"] for r in before[stays]["resources"])
    assert set(catalogue.differences({stays: before[stays]}, after)[stays]) == {
        f"resources[{second}]",
        f"resources[{third}].name",
    }
    assert [r["id"] for r in after[stays]["resources"]] == [first, third]
    for action, parameters in (("package_show", {"id": gone}), ("resource_show", {"id": second})):
        assert requests.get(f"{lab.url}/api/3/action/{action}", parameters, timeout=60).status_code in (403, 404)
    with catalogue.client(lab, "") as anybody:
        found = anybody.call_action("package_search", {"fq": f"owner_org:{new_organization.id}"})
    assert [one["id"] for one in found["results"]] == [stays]
    assert [desk.result(*row)[0] for row in (("Packages", package), ("Resources", resource))] == ["deleted"] * 2
    assert (report["writes"], report["counts"]["deleted"]) == (2, 2)
    assert nothing_left(desk)  # and nobody need say a number again


def test_a_workflow_is_followed(blank: Desk, new_organization: catalogue.Organization, lab: labs.Lab) -> None:
    """A new record begins where the schema says; it goes on only as the schema allows."""
    names = [f"{new_organization.name}-{short}" for short in ("draft", "published")]
    typed = Typed()
    typed.package(names[0])
    typed.package(names[1], State="Published")
    draft, published = blank.fill(typed.rows)["Packages"]

    blank.imported(status=1)

    assert set(catalogue.packages_of(lab, new_organization)) == {names[0]}
    assert blank.result("Packages", draft)[0] == "created"
    result, message = blank.result("Packages", published)
    assert (result, "[State]" in message, "Draft" in message) == ("invalid", True, True)

    blank.type([("Packages", draft, "State", "Archived"), ("Packages", published, "State", "Draft")])
    blank.imported(status=1)

    result, message = blank.result("Packages", draft)
    assert (result, "Pending Publish" in message) == ("invalid", True)
    assert blank.result("Packages", published)[0] == "created"

    blank.type([("Packages", draft, "State", "PENDING PUBLISH")])
    blank.imported()

    found = catalogue.packages_of(lab, new_organization)
    assert [found[name]["publish_state"] for name in names] == ["PENDING PUBLISH", "DRAFT"]


def test_what_the_site_would_refuse_of_a_new_package_is_said_at_its_cell(
    blank: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Nothing of that package is stored, its other rows wait; other packages are; mended, it is created."""
    names = [f"{new_organization.name}-{short}" for short in ("keyword", "fine")]
    typed = Typed()
    for name in names:
        typed.package(name)
        typed.resource(name, "First")
        typed.contact(name, "Ann")
    typed.rows["Packages"][0]["Keywords"] = "tides; a/b"
    numbers = blank.fill(typed.rows)

    blank.imported(status=1)

    assert set(catalogue.packages_of(lab, new_organization)) == {names[1]}
    results = {sheet: [blank.result(sheet, row)[0] for row in rows] for sheet, rows in numbers.items()}
    assert results.pop("Packages") == ["invalid", "created"]
    assert results == {"Resources": ["not sent", "created"], "Contacts": ["not sent", "created"]}
    assert "[Keywords]" in blank.result("Packages", numbers["Packages"][0])[1]

    blank.type([("Packages", numbers["Packages"][0], "Keywords", "tides")])
    blank.imported()

    assert typed.differences(catalogue.packages_of(lab, new_organization)) == {}
    assert nothing_left(blank)


def test_a_name_that_is_taken(blank: Desk, new_organization: catalogue.Organization, lab: labs.Lab) -> None:
    """A typed name of another package is refused; one made of the title is numbered; a deleted one's is free."""
    taken, titled, freed = (f"{new_organization.name}-{short}" for short in ("taken", "titled", "freed"))
    others = [records.required(name, "Another's title") for name in (taken, titled, freed)]
    first, second, third = (catalogue.put(lab, new_organization, record) for record in others)
    with catalogue.client(lab, lab.editor) as ckan:
        ckan.call_action("package_delete", {"id": third})
    before = catalogue.snapshot(lab, [first, second])
    typed = Typed()
    typed.package(taken)
    typed.package(f"{titled}-2", titled.replace("-", " "))
    typed.package(freed)
    typed.rows["Packages"][1]["URL"] = ""
    rows = blank.fill(typed.rows)["Packages"]

    blank.imported(status=1)

    found = catalogue.packages_of(lab, new_organization)
    assert set(found) == {taken, titled, f"{titled}-2", freed}
    assert catalogue.snapshot(lab, [first, second]) == before
    assert found[freed]["id"] != third
    assert [blank.result("Packages", row)[0] for row in rows] == ["invalid", "created", "created"]
    assert taken in blank.result("Packages", rows[0])[1]
    assert blank.table("Packages")[1]["URL"] == f"{titled}-2"


def test_a_new_package_belongs_to_somebody(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """To the one that was exported; of several to the one that is typed, and without any it is not sent."""
    mine, nobodys = (f"{new_organization.name}-{short}" for short in ("mine", "nobodys"))
    desk.bulkedit("export", new_organization.name, lab.organization, "-o", desk.workbook, *BLANK)
    typed = Typed()
    typed.package(mine, Published_By=new_organization.title)
    typed.package(nobodys)
    rows = desk.fill(typed.rows)["Packages"]

    report = desk.imported(status=1)

    assert set(catalogue.packages_of(lab, new_organization)) == {mine}
    with catalogue.client(lab, lab.editor) as ckan, pytest.raises(NotFound):
        ckan.call_action("package_show", {"id": nobodys})
    assert [desk.result("Packages", row)[0] for row in rows] == ["created", "invalid"]
    assert "[Published By]" in desk.result("Packages", rows[1])[1]
    assert report["writes"] == 1


def test_what_was_edited_after_a_lost_answer_stays_a_conflict(
    lossy: Desk, proxy: CuttingProxy, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """The package is there already, with the former text; the new one is sent when asked, and never forgotten."""
    name = f"{new_organization.name}-lost"
    typed = Typed()
    typed.package(name)
    typed.resource(name, "First")
    lossy.exported(*BLANK)
    row = lossy.fill(typed.rows)["Packages"][0]
    proxy.cuts = every("package_create")
    lossy.imported("--no-write")  # as if it had been killed before the results were written
    proxy.cuts = never
    lossy.type([("Packages", row, "Purpose", "Thought better of it")])

    for _ in range(2):
        report = lossy.imported(status=1)
        assert (report["counts"]["conflict"], report["writes"]) == (1, 0)
        assert "[Purpose]" in lossy.result("Packages", row)[1]
    lossy.imported("--on-conflict", "overwrite")

    assert catalogue.packages_of(lab, new_organization)[name]["purpose"] == "Thought better of it"
    assert nothing_left(lossy)
