"""Files of rows are sent once, replace what was there, and are refused at their cells."""

import catalogue
import lab as labs
import records
from cutting_proxy import CuttingProxy
from desk import Desk
from new_things import by_name, nothing_left, views, wrote
from typed import Typed

LARGEST = 100  # MB that the lab's CKANs take; CKAN's own default is 10
TOO_LARGE = b"".join([b"x" * ((1 << 20) - 1), b"\n"]) * (LARGEST + 1)


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
