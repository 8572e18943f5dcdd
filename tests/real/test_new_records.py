"""New packages, resources and files come from rows without an ID, once, exactly as typed; deletes are counted."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import catalogue
import lab as labs
import office as offices
import pytest
import records
import requests
from ckanapi import NotFound
from cutting_proxy import CuttingProxy, every, never
from desk import Desk
from typed import Typed

BLANK = ("--blank", "--type", "bcdc_dataset")
MANY = 50
LARGEST = 100  # MB that the lab's CKANs take; CKAN's own default is 10
TOO_LARGE = b"".join([b"x" * ((1 << 20) - 1), b"\n"]) * (LARGEST + 1)


@pytest.fixture
def desk(lab: labs.Lab, new_organization: catalogue.Organization, office: offices.Office, tmp_path: Path) -> Desk:
    """Sit down, with no workbook yet."""
    return Desk(lab, new_organization.name, tmp_path, office)


@pytest.fixture
def blank(desk: Desk) -> Desk:
    """Sit down with an empty workbook."""
    desk.exported(*BLANK)
    return desk


@pytest.fixture
def proxy(lab: labs.Lab) -> Iterator[CuttingProxy]:
    """Put a proxy before the CKAN; it loses nothing yet."""
    with CuttingProxy(lab.url) as proxy:
        yield proxy


@pytest.fixture
def lossy(desk: Desk, proxy: CuttingProxy) -> Desk:
    """Sit down behind the proxy, with no workbook yet."""
    return replace(desk, lab=replace(desk.lab, url=proxy.url))


def nothing_left(desk: Desk) -> bool:
    """Tell whether another import of the same workbook finds nothing to do and says so."""
    again = desk.imported()
    return (set(again["counts"]), again["writes"]) == ({"unchanged"}, 0)


def wrote(desk: Desk, path: str, content: bytes) -> bytes:
    """Write a file beside the workbook."""
    place = desk.folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return content


def by_name(package: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a package's resources by name."""
    return {resource["name"]: resource for resource in package["resources"]}


def views(desk: Desk, package: dict[str, Any]) -> list[Any]:
    """Return the views of all of a package's resources, by name of the resource and then of the view."""
    found = [(r["name"], catalogue.resource_views(desk.lab, r["id"])) for r in package["resources"]]
    return sorted((name, [view["title"] for view in ones], [view["id"] for view in ones]) for name, ones in found)


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


def test_a_file_replaces_another_and_all_else_stays(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """The resource keeps its id, place, views and fields; the bytes are those of the file; it goes once."""
    name = f"{new_organization.name}-files"
    package = catalogue.put(
        lab, new_organization, records.required(name, name) | {"resources": [records.resource(4, 1)]}
    )
    catalogue.put_file(lab, package, "Uploaded", "gauges.csv", b"id\n1\n")
    catalogue.put_file(lab, package, "Other", "other.csv", b"other")
    before = catalogue.snapshot(lab, [package])
    seen = views(desk, before[package])
    path = "Gezeiten Übersicht №2; (neu).csv"
    content = wrote(desk, path, b"id;m\r\n1;0,80\r\n\x00\xff" * 1000)
    desk.exported()
    row = desk.row("Resources", Name="Uploaded")
    desk.type([("Resources", row, "Upload", path)])

    report = desk.imported()

    after = catalogue.snapshot(lab, [package])
    file = by_name(after[package])["Uploaded"]
    own = {"url", "hash", "size", "last_modified", "mimetype"}
    changed = {path.rpartition(".")[2] for path in catalogue.differences(before, after)[package]}
    assert {f"resources[{file['id']}].{field}" for field in changed} == set(
        catalogue.differences(before, after)[package]
    )
    assert {"url", "hash", "size"} <= changed <= own
    assert (catalogue.download(lab, file), file["size"], file["position"]) == (content, len(content), 1)
    assert catalogue.download(lab, by_name(after[package])["Other"]) == b"other"
    assert views(desk, after[package]) == seen
    assert (desk.result("Resources", row)[0], report["writes"]) == ("updated", 1)
    assert next(line for line in desk.table("Resources") if line["ID"] == file["id"])["Upload"] == ""
    assert nothing_left(desk)

    desk.type([("Resources", row, "Upload", path)])

    assert nothing_left(desk)  # it is there already

    desk.type([("Resources", row, "Upload", path)])
    changed_content = wrote(desk, path, b"another")

    assert desk.imported()["writes"] == 1
    assert (
        catalogue.download(lab, by_name(catalogue.snapshot(lab, [package])[package])["Uploaded"])
        == changed_content
    )


def test_what_was_there_before_is_not_taken_for_the_file(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Where somebody has replaced a file since, CKAN still shows its old digest: a conflict, sent when asked."""
    name = f"{new_organization.name}-files"
    package = catalogue.put(lab, new_organization, records.required(name, name))
    resource = catalogue.put_file(lab, package, "Uploaded", "gauges.csv", b"id\n1\n")
    content = wrote(desk, "tides.csv", b"hour,metres\n1,0.80\n")
    desk.exported()
    row = desk.row("Resources", Name="Uploaded")
    desk.type([("Resources", row, "Upload", "tides.csv")])
    desk.imported()
    with catalogue.client(lab, lab.sysadmin) as rival:
        rival.call_action("resource_patch", {"id": resource}, files={"upload": ("rival.csv", b"a rival's")})

    desk.type([("Resources", row, "Upload", "tides.csv")])
    asked = desk.imported(status=1)
    report = desk.imported("--on-conflict", "overwrite")

    shown = catalogue.snapshot(lab, [package])[package]["resources"][0]
    assert (asked["counts"]["conflict"], asked["writes"]) == (1, 0)
    assert (report["writes"], catalogue.download(lab, shown)) == (1, content)


def test_a_file_gives_way_to_a_link_and_back(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """In one workbook, one after the other: what the workbook itself has done to the address is no conflict."""
    name = f"{new_organization.name}-files"
    package = catalogue.put(lab, new_organization, records.required(name, name))
    catalogue.put_file(lab, package, "Uploaded", "gauges.csv", b"id\n1\n")
    content = wrote(desk, "tides.csv", b"hour,metres\n1,0.80\n")
    desk.exported()
    row = desk.row("Resources", Name="Uploaded")
    found = []

    for header, text in [("Upload", "tides.csv"), ("Resource", "https://example.org/1"), ("Upload", "tides.csv")]:
        desk.type([("Resources", row, header, text)])
        desk.imported()
        found.append(catalogue.snapshot(lab, [package])[package]["resources"][0])
        assert desk.table("Resources")[0]["Resource"] == found[-1]["url"]

    assert [resource["url_type"] for resource in found] == ["upload", "", "upload"]
    assert found[1]["url"] == "https://example.org/1"
    assert catalogue.download(lab, found[2]) == content
    assert nothing_left(desk)


def two_links_and_two_files(lab: labs.Lab, organization: catalogue.Organization) -> str:
    """Put a package with four resources into an organization and return its id."""
    name = f"{organization.name}-four"
    links = [records.resource(2, 0), records.resource(4, 1)]
    package = catalogue.put(lab, organization, records.required(name, name) | {"resources": links})
    for letter in "cd":
        catalogue.put_file(lab, package, f"File {letter}", f"{letter}ä.csv", letter.encode())
    return package


def test_everything_about_the_resources_of_a_package_in_one_call(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Deleted, moved, renamed, replaced and added, with files and entries of their own, all at once."""
    package, name = two_links_and_two_files(lab, new_organization), f"{new_organization.name}-four"
    before = catalogue.snapshot(lab, [package])
    seen = views(desk, before[package])
    a, b, c, d = (resource["id"] for resource in before[package]["resources"])
    contents = [wrote(desk, "other.csv", b"another"), wrote(desk, "new.csv", b"new")]
    desk.exported()
    rows = {line["ID"]: int(line["#"]) for line in desk.table("Resources")}
    typed = Typed()
    typed.resource(name, "New file", upload="new.csv", Position="2")
    typed.resource(name, "New link")
    typed.extent(name, "New link", "2001-01-01", "2001-12-31")
    desk.fill(typed.rows)
    desk.type(
        [
            ("Resources", rows[a], "Name", "Renamed"),
            ("Resources", rows[b], "Action", "delete"),
            ("Resources", rows[c], "Upload", "other.csv"),
            ("Resources", rows[d], "Position", "1"),
        ]
    )

    report = desk.imported("--confirm-deletes", "1")

    after = catalogue.snapshot(lab, [package])[package]
    found = by_name(after)
    assert list(found) == ["File d", "New file", "Renamed", "File c", "New link"]
    assert typed.differences({name: {"resources": [found["New file"], found["New link"]]}}) == {}
    assert [catalogue.download(lab, found[n]) for n in ("File c", "New file", "File d")] == [*contents, b"d"]
    assert {n: found[n]["id"] for n in ("Renamed", "File c", "File d")} == {"Renamed": a, "File c": c, "File d": d}
    assert [view for view in views(desk, after) if view[1]] == [view for view in seen if view[1]]
    assert (report["writes"], report["counts"]["deleted"]) == (1, 1)
    assert nothing_left(desk)


def test_files_that_cannot_be_sent_are_told_at_their_cell(
    blank: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Empty, missing, outside of the folder, a folder, a link out: invalid, and nothing of the package goes."""
    wrote(blank, "empty.csv", b"")
    wrote(blank, "inside/file.csv", b"x")
    (blank.folder / "link.csv").symlink_to("/etc/hostname")
    paths = ["empty.csv", "missing.csv", "../out.csv", "/etc/hostname", "C:\\out.csv", "inside", "link.csv"]
    typed = Typed()
    for at, path in enumerate(paths):
        typed.package(f"{new_organization.name}-{at}")
        typed.resource(f"{new_organization.name}-{at}", "File", upload=path)
    numbers = blank.fill(typed.rows)

    report = blank.imported(status=1)

    assert (report["writes"], catalogue.packages_of(lab, new_organization)) == (0, {})
    told = [blank.result("Resources", row) for row in numbers["Resources"]]
    assert [result for result, _ in told] == ["invalid"] * len(paths)
    assert all("[Upload]" in message and path in message for path, (_, message) in zip(paths, told, strict=True))
    assert {blank.result("Packages", row)[0] for row in numbers["Packages"]} == {"not sent"}


def test_a_file_too_large_for_the_site_is_refused_at_its_cell(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Nothing else of its package is stored; other packages are; a smaller file goes through later."""
    names = [f"{new_organization.name}-{short}" for short in ("large", "small")]
    large, small = (catalogue.put(lab, new_organization, records.required(name, name)) for name in names)
    catalogue.put_file(lab, large, "Uploaded", "gauges.csv", b"id\n1\n")
    before = catalogue.snapshot(lab, [large])
    wrote(desk, "large.csv", TOO_LARGE)
    desk.exported()
    row, own = desk.row("Resources", Name="Uploaded"), desk.row("Packages", URL=names[0])
    desk.type(
        [
            ("Resources", row, "Upload", "large.csv"),
            ("Packages", own, "Title", "Not to be stored"),
            ("Packages", desk.row("Packages", URL=names[1]), "Title", "To be stored"),
        ]
    )

    desk.imported(status=1)

    assert catalogue.snapshot(lab, [large]) == before
    assert catalogue.download(lab, before[large]["resources"][0]) == b"id\n1\n"
    assert catalogue.snapshot(lab, [small])[small]["title"] == "To be stored"
    result, message = desk.result("Resources", row)
    assert (result, "[Upload]" in message) == ("refused", True)
    assert desk.result("Packages", own)[0] == "not sent"

    content = wrote(desk, "large.csv", b"1234567,\n")
    desk.imported()

    after = catalogue.snapshot(lab, [large])[large]
    assert (after["title"], catalogue.download(lab, after["resources"][0])) == ("Not to be stored", content)


def test_a_file_too_large_for_a_proxy_is_refused_at_its_cell(
    lossy: Desk, proxy: CuttingProxy, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Its answer is a web page instead of CKAN's; the row with the file is the one that says so."""
    name = f"{new_organization.name}-large"
    package = catalogue.put(lab, new_organization, records.required(name, name))
    catalogue.put_file(lab, package, "Uploaded", "gauges.csv", b"id\n1\n")
    before = catalogue.snapshot(lab, [package])
    wrote(lossy, "large.csv", b"x" * 2_000_000)
    proxy.longest = 1_000_000
    lossy.exported()
    row, own = lossy.row("Resources", Name="Uploaded"), lossy.row("Packages", URL=name)
    lossy.type([("Resources", row, "Upload", "large.csv"), ("Packages", own, "Title", "Not to be stored")])

    lossy.imported(status=1)

    assert catalogue.snapshot(lab, [package]) == before
    assert lossy.result("Resources", row)[0] == "refused"
    assert "large" in lossy.result("Resources", row)[1]


def test_a_new_package_with_files(blank: Desk, new_organization: catalogue.Organization, lab: labs.Lab) -> None:
    """One call creates it, one brings its files, which may lie elsewhere; a file too large is told at its cell."""
    name, other = f"{new_organization.name}-files", f"{new_organization.name}-large"
    contents = {n: wrote(blank, f"elsewhere/{n}.csv", n.encode() * 100) for n in ("Ebbe", "Flut №1")}
    wrote(blank, "elsewhere/large.csv", TOO_LARGE)
    typed = Typed()
    typed.package(name)
    typed.resource(name, "Ebbe", upload="Ebbe.csv")
    typed.resource(name, "A link")
    typed.resource(name, "Flut №1", upload="Flut №1.csv")
    typed.package(other)
    typed.resource(other, "Large", upload="large.csv")
    numbers = blank.fill(typed.rows)

    report = blank.imported("--files", blank.folder / "elsewhere", status=1)

    found = catalogue.packages_of(lab, new_organization)
    assert (typed.differences(found), report["writes"]) == ({}, 4)
    resources = by_name(found[name])
    assert {n: catalogue.download(lab, resources[n]) for n in contents} == contents
    results = [blank.result("Resources", row)[0] for row in numbers["Resources"]]
    assert results == ["created", "created", "created", "refused"]
    assert "[Upload]" in blank.result("Resources", numbers["Resources"][3])[1]

    content = wrote(blank, "elsewhere/large.csv", b"smaller")
    again = blank.imported("--files", blank.folder / "elsewhere")

    assert again["writes"] == 1
    resource = catalogue.packages_of(lab, new_organization)[other]["resources"][0]
    assert catalogue.download(lab, resource) == content
    assert nothing_left(blank)


def test_moved_resources_stay_themselves(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab
) -> None:
    """Another order, and nothing else: the same ids, files, views and fields; the sheet says where they are."""
    package = two_links_and_two_files(lab, new_organization)
    before = catalogue.snapshot(lab, [package])
    seen = views(desk, before[package])
    a, b, c, d = (resource["id"] for resource in before[package]["resources"])
    desk.exported()
    rows = {line["ID"]: int(line["#"]) for line in desk.table("Resources")}
    desk.type([("Resources", rows[d], "Position", "1"), ("Resources", rows[a], "Position", "4")])

    report = desk.imported()

    after = catalogue.snapshot(lab, [package])
    assert [resource["id"] for resource in after[package]["resources"]] == [d, b, c, a]
    assert catalogue.differences(before, after) == {package: ["resources"]}
    assert views(desk, after[package]) == seen
    files = by_name(after[package])
    assert [catalogue.download(lab, files[f"File {letter}"]) for letter in "cd"] == [b"c", b"d"]
    positions = {line["ID"]: line["Position"] for line in desk.table("Resources")}
    assert (positions, report["writes"]) == ({d: "1", b: "2", c: "3", a: "4"}, 1)
    assert nothing_left(desk)


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
