"""New packages and resources from the workbook, and the end of old ones: nothing twice, nothing by mistake."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from live_catalogue import WATERS, LiveCatalogue, PackageDict, described, package, package_id, resource_id
from office_desk import Desk, edit, rows, two_packages
from scripted import TOKEN

from bulkedit.excel.typist import Typist

ONE, TWO = package_id(1), package_id(2)
NewRow = tuple[str, Mapping[str, str]]

BRIDGES: NewRow = ("Packages", {"Title": "Bridges", "Description": "Where to cross."})
"""Its name is made of its title."""
FORDS: NewRow = ("Packages", {"Title": "Fords", "Name": "the-fords"})
LIST: NewRow = ("Resources", {"Package": "Bridges", "Name": "list", "URL": "https://files.example/bridges.csv"})
MAP: NewRow = ("Resources", {"Package": "bridges", "Name": "map", "URL": "https://files.example/map"})
OF_TRAILS: NewRow = ("Resources", {"Package": "trails-1", "Name": "gpx", "URL": "https://files.example/1.gpx"})


def add(path: Path, *new: NewRow) -> None:
    """Type new rows below the others."""
    typist = Typist(path)
    for sheet, texts in new:
        typist.add(sheet, texts)
    typist.save()


def at_desk(desk: Desk, *new: NewRow, others: tuple[PackageDict, ...] = ()) -> tuple[LiveCatalogue, Path]:
    """Export two packages and type new rows."""
    ckan, workbook = desk.exported([*two_packages(), *others])
    add(workbook, *new)
    return ckan, workbook


def row_of(path: Path, sheet: str, header: str, text: str) -> dict[str, str]:
    """Return the row of a sheet with a text in a column."""
    return next(row for row in rows(path, sheet) if row[header] == text)


def results(path: Path, sheet: str) -> list[str]:
    """Return the results of the rows below the exported two."""
    return [row["Result"] for row in rows(path, sheet)[2:]]


def called(ckan: LiveCatalogue) -> list[str]:
    """Return the names of all packages of the site that are not deleted."""
    found = ckan.call("package_search", rows=1000, include_private=True)["results"]
    return sorted(one["name"] for one in found)


def resources_of(ckan: LiveCatalogue, key: str) -> list[str]:
    """Return the names of a package's resources."""
    return [resource["name"] for resource in ckan.shown(key)["resources"]]


# -- created


def record(number: int, **fields: Any) -> PackageDict:
    """Return a package with the schema's fields, a contact, and a resource with a described column."""
    made = described(
        number,
        contacts=[{"name": "Ann", "email": "ann@parks.example", "role": "custodian"}],
        **fields,
    )
    made["resources"][0] |= {"resource_update_cycle": "monthly", "table_columns": [{"column_name": "length"}]}
    return made


NEW_RECORD: tuple[NewRow, ...] = (
    (
        "Packages",
        {
            "Title": "Bridges", "Description": "Where to cross.",
            "Licence": "Creative Commons: name the source (CC BY 4.0)",
            "State of publication": "Draft", "Status of the data": "Complete", "Security classification": "Public",
            "Who may see it": "Everybody", "Keywords": "wood; steel", "Topics": "Water; Paths and bridges",
        },
    ),
    (
        "Resources",
        {"Package": "Bridges", "Name": "list", "URL": "https://x.example/b.csv", "Update cycle": "Every year"},
    ),
    ("Contacts", {"Package": "bridges", "Name": "Cy", "E-mail": "cy@parks.example", "Role": "Custodian"}),
    ("Contacts", {"Package": "Bridges", "Name": "Dee", "E-mail": "dee@parks.example", "Role": "Distributor"}),
    ("Resource Columns of the table", {"Package": "Bridges", "Resource": "list", "Column": "span"}),
)  # fmt: skip


def recorded(desk: Desk, *new: NewRow) -> tuple[LiveCatalogue, Path]:
    """Export a record with the schema's fields, and type new rows."""
    ckan, workbook = desk.exported([record(1)])
    add(workbook, *new)
    return ckan, workbook


def test_a_package_comes_with_all_that_belongs_to_it_in_one_call(desk: Desk) -> None:
    """Resources, contacts and a resource's own list: one package_create, and every row says `created`."""
    ckan, workbook = recorded(desk, *NEW_RECORD)

    said = desk("import", workbook, "--yes", "--json")

    made = ckan.shown("bridges")
    assert (said.status, said.json()["counts"]) == (0, {"created": 5, "unchanged": 4})
    assert [action for action in ckan.actions if action.startswith("package_c")] == ["package_create"]
    assert len(ckan.writes) == 1
    assert ([c["name"] for c in made["contacts"]], made["topics"]) == (["Cy", "Dee"], ["water", "paths"])
    assert {tag["name"] for tag in made["tags"]} == {"wood", "steel"}
    assert (made["owner_org"], made["type"]) == (ckan.shown(ONE)["owner_org"], "bcdc_dataset")
    [resource] = made["resources"]
    assert (resource["name"], resource["format"], resource["table_columns"][0]["column_name"]) == (
        "list",
        "CSV",
        "span",
    )


def test_ids_and_names_stand_in_the_workbook_afterwards(desk: Desk) -> None:
    """The package's row has its id and name, rows that used the title the name, and items their numbers."""
    ckan, workbook = recorded(desk, *NEW_RECORD)

    desk("import", workbook, "--yes")

    made = ckan.shown("bridges")
    resource = made["resources"][0]["id"]
    new = row_of(workbook, "Packages", "Title", "Bridges")
    assert (new["ID"], new["URL"]) == (made["id"], "bridges")
    listed = row_of(workbook, "Resources", "Name", "list")
    assert (listed["Package"], listed["ID"], listed["Position"]) == ("bridges", resource, "1")
    assert [(r["Package"], r["Item"]) for r in rows(workbook, "Contacts")[1:]] == [
        ("bridges", "1"),
        ("bridges", "2"),
    ]
    column = row_of(workbook, "Resource Columns of the table", "Column", "span")
    assert (column["Package"], column["Resource ID"], column["Item"]) == ("bridges", resource, "1")


def test_a_second_import_sends_nothing(desk: Desk) -> None:
    """After a run the workbook knows what it has created, all of it."""
    ckan, workbook = recorded(desk, *NEW_RECORD)
    desk("import", workbook, "--yes")
    ckan.heard.clear()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, ckan.writes, said.json()["counts"]) == (0, [], {"unchanged": 9})


def test_what_was_created_can_be_edited_on(desk: Desk) -> None:
    """Another title, one more resource, a contact edited and one removed: sent as for any other package."""
    ckan, workbook = recorded(desk, *NEW_RECORD)
    desk("import", workbook, "--yes")
    made = ckan.shown("bridges")
    edit(workbook, ("Packages", made["id"], "Title", "Bridges and fords"))
    typist = Typist(workbook)
    typist.type("Contacts", 3, "E-mail", "new@parks.example")
    typist.type("Contacts", 4, "Action", "delete")
    typist.add(
        "Resources",
        {"Package": "bridges", "Name": "map", "URL": "https://x.example/m", "Update cycle": "Every day"},
    )
    typist.save()
    ckan.heard.clear()

    said = desk("import", workbook, "--yes", "--json")

    after = ckan.shown("bridges")
    assert (said.status, ckan.actions.count("package_revise"), len(ckan.writes)) == (0, 1, 1)
    assert said.json()["counts"] == {"updated": 2, "created": 1, "deleted": 1, "unchanged": 6}
    assert (after["title"], resources_of(ckan, "bridges")) == ("Bridges and fords", ["list", "map"])
    assert [contact["email"] for contact in after["contacts"]] == ["new@parks.example"]
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"unchanged": 10}


def test_several_packages_are_one_call_each(desk: Desk) -> None:
    """Thirty packages with a resource each: sixty rows, thirty calls."""
    new = [("Packages", {"Title": f"Bridge {n}"}) for n in range(30)]
    theirs = [
        ("Resources", {"Package": f"Bridge {n}", "Name": "list", "URL": "https://x.example"}) for n in range(30)
    ]
    ckan, workbook = at_desk(desk, *new, *theirs)

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"] == {"created": 60, "unchanged": 4}
    assert ckan.actions.count("package_create") == len(ckan.writes) == 30
    assert all(resources_of(ckan, f"bridge-{n}") == ["list"] for n in range(30))


def test_a_new_resource_goes_with_the_edits_of_its_package(desk: Desk) -> None:
    """One package_revise holds both; the new resource comes last and its row has its id and place."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    edit(
        workbook,
        ("Packages", ONE, "Title", "Trails and paths"),
        ("Resources", resource_id(1), "Description", "All"),
    )

    said = desk("import", workbook, "--yes", "--json")

    after = ckan.shown(ONE)
    row = row_of(workbook, "Resources", "Name", "gpx")
    assert (said.status, len(ckan.writes)) == (0, 1)
    assert (after["title"], resources_of(ckan, ONE)) == ("Trails and paths", ["trails-1.csv", "gpx"])
    assert (row["Result"], row["ID"], row["Position"]) == ("created", after["resources"][1]["id"], "2")
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"unchanged": 5}
    assert len(ckan.writes) == 1


def test_new_rows_may_stand_anywhere(desk: Desk) -> None:
    """A sheet that was sorted has its new rows in the middle."""
    ckan, workbook = at_desk(desk)
    typist = Typist(workbook)
    for sheet in ("Packages", "Resources"):
        last = rows(workbook, sheet)[1]
        for header, text in last.items():
            typist.type(sheet, 4, header, text)
            typist.type(sheet, 3, header, "")
    for header, text in BRIDGES[1].items():
        typist.type("Packages", 3, header, text)
    for header, text in LIST[1].items():
        typist.type("Resources", 3, header, text)
    typist.save()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, said.json()["counts"]) == (0, {"created": 2, "unchanged": 4})
    assert resources_of(ckan, "bridges") == ["list"]
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"unchanged": 6}


def test_a_copied_row_with_its_id_emptied_is_a_new_record(desk: Desk) -> None:
    """The usual way to a new record: what CKAN sets by itself is taken from the site, and no trouble later."""
    ckan, workbook = desk.exported(two_packages())
    old, resource = rows(workbook, "Packages")[0], rows(workbook, "Resources")[0]
    of_copy, of_old = (
        resource | {"ID": "", "Position": "", "Package": "copy"},
        resource | {"ID": "", "Position": ""},
    )
    add(workbook, ("Packages", old | {"ID": "", "Title": "Copy", "Name": "copy"}))
    add(workbook, ("Resources", of_copy), ("Resources", of_old))

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"] == {"created": 3, "unchanged": 4}
    assert ckan.shown("copy")["notes"] == ckan.shown(ONE)["notes"]
    assert (len(resources_of(ckan, "copy")), len(resources_of(ckan, ONE))) == (1, 2)
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"unchanged": 7}


def test_a_dry_run_creates_nothing(desk: Desk) -> None:
    """It says which name the package would have; the import after it does just that."""
    ckan, workbook = at_desk(
        desk, BRIDGES, LIST, OF_TRAILS, others=(package(3, name="bridges", owner_org=WATERS),)
    )

    said = desk("import", workbook, "--dry-run", "--json")

    assert (said.status, ckan.writes, said.json()["counts"]) == (0, [], {"would create": 3, "unchanged": 4})
    new = row_of(workbook, "Packages", "Title", "Bridges")
    assert (new["ID"], "Its name is 'bridges-2'." in new["Message"]) == ("", True)
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"created": 3, "unchanged": 4}


# -- names


def test_a_made_name_that_is_taken_is_numbered(desk: Desk) -> None:
    """The other package may be anybody's, also one that the editor cannot see; the row says the name."""
    others = (
        package(3, name="bridges", owner_org=WATERS),
        package(4, name="bridges-2", owner_org=WATERS, private=True),
    )
    ckan, workbook = at_desk(desk, BRIDGES, LIST, others=others)

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert row_of(workbook, "Packages", "Title", "Bridges")["Name"] == "bridges-3"
    assert row_of(workbook, "Resources", "Name", "list")["Package"] == "bridges-3"
    assert resources_of(ckan, "bridges-3") == ["list"]


def test_a_long_name_is_numbered_within_its_length(desk: Desk) -> None:
    """CKAN takes names of 100 characters."""
    ckan, workbook = at_desk(
        desk, ("Packages", {"Title": "b" * 120}), others=(package(3, name="b" * 100, owner_org=WATERS),)
    )

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert ckan.shown("b" * 98 + "-2")["title"] == "b" * 120


@pytest.mark.parametrize("private", [False, True])
def test_a_typed_name_that_is_taken_is_invalid(desk: Desk, private: bool) -> None:
    """Somebody chose it: it is not changed, nothing of the package is sent, and the other package goes through."""
    theirs = package(3, name="the-fords", owner_org=WATERS, private=private)
    ckan, workbook = at_desk(
        desk, FORDS, BRIDGES, ("Resources", {"Package": "the-fords", "Name": "x"}), others=(theirs,)
    )

    said = desk("import", workbook, "--yes")

    assert said.status == 1
    assert results(workbook, "Packages") == ["invalid", "created"]
    assert results(workbook, "Resources") == ["not sent"]
    assert "'the-fords'; give another name" in rows(workbook, "Packages")[2]["Message"]
    assert [sent["name"] for sent in ckan.writes] == ["bridges"]


@pytest.mark.parametrize("title", ["Дороги", "B", "!"])
def test_a_title_that_makes_no_name_needs_a_typed_one(desk: Desk, title: str) -> None:
    """Said before anything is sent."""
    ckan, workbook = at_desk(desk, ("Packages", {"Title": title}))

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.writes) == (1, [])
    assert "needs a name" in rows(workbook, "Packages")[2]["Message"]


def test_a_created_package_has_the_address_of_its_page(desk: Desk) -> None:
    """Its row ends like any other: with where it can be looked at."""
    ckan, workbook = at_desk(desk, FORDS)

    desk("import", workbook, "--yes")

    row = row_of(workbook, "Packages", "Title", "Fords")
    assert row["Page"] == f"{ckan.url}/dataset/{row['ID']}"


def test_the_name_of_a_deleted_package_is_free(desk: Desk) -> None:
    """CKAN lets a new package take it."""
    ckan = desk.open([*two_packages(), package(3, name="the-fords")])
    ckan.delete(package_id(3))
    workbook = desk.export()
    add(workbook, FORDS)

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"]["created"] == 1
    assert ckan.shown("the-fords")["title"] == "Fords"


# -- organizations


def test_several_organizations_need_to_be_told_apart(desk: Desk) -> None:
    """In a workbook of two organizations a new package names its own, or its row is invalid at that cell."""
    ckan = desk.open([*two_packages(), package(3, owner_org=WATERS)])
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["admin"])
    desk("export", "parks", WATERS, "-o", "both.xlsx")
    workbook = desk.folder / "both.xlsx"
    add(workbook, ("Packages", {"Title": "Nobody's"}), ("Packages", {"Title": "Theirs", "Organization": WATERS}))

    said = desk("import", workbook, "--yes")

    assert said.status == 1
    assert [row["Result"] for row in rows(workbook, "Packages")[3:]] == ["invalid", "created"]
    assert "[Organization]" in rows(workbook, "Packages")[3]["Message"]
    assert ckan.shown("theirs")["organization"]["name"] == WATERS


def test_a_link_beside_a_file_is_invalid(desk: Desk) -> None:
    """A resource is a link or a file: a row that asks for both is not sent."""
    (desk.folder / "walks.csv").write_text("a,b")
    row = {"Package": "trails-1", "Name": "Walks", "URL": "https://example.org/walks", "Upload": "walks.csv"}
    ckan, workbook = at_desk(desk, ("Resources", row))

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.writes) == (1, [])
    assert "[Upload] and [URL] ask for a file and for a link; empty one of them." in said.out


def test_a_new_record_s_file_is_told_once(desk: Desk) -> None:
    """It goes in a call of its own, after the record; Results has one line for it, and so has the report."""
    (desk.folder / "list.csv").write_text("a,b")
    _, workbook = at_desk(desk, BRIDGES, ("Resources", {**LIST[1], "URL": "", "Upload": "list.csv"}))

    said = desk("import", workbook, "--yes", "--json")

    [row] = [row for row in said.json()["rows"] if row["sheet"] == "Resources"]
    assert [change["field"] for change in row["changes"]] == ["name", "upload"]
    assert [line["Field"] for line in rows(workbook, "Results") if line["Sheet"] == "Resources"] == [
        "name",
        "upload",
    ]


def test_an_organization_that_is_not_ones_own_is_invalid(desk: Desk) -> None:
    """The message says which ones are."""
    ckan, workbook = at_desk(desk, ("Packages", {"Title": "Theirs", "Organization": WATERS}))

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.writes) == (1, [])
    assert "allowed are parks" in rows(workbook, "Packages")[2]["Message"]


# -- lost answers


LOST = {"cut-before": False, "cut-after": True, "504": True, "half-body": True}
"""Ways to lose the answer to a call, and whether the call was carried out."""


def gone_with(desk: Desk, ckan: LiveCatalogue, action: str, fault: str) -> None:
    """Let a call lose its answer, and the site answer nothing about packages after that."""
    ckan.sandbox.misbehave(f"{action} {fault} times=1")
    ckan.before(action, lambda: ckan.sandbox.misbehave("package_show 504"))


@pytest.mark.parametrize("away", [False, True], ids=["read at once", "read by the next import"])
@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("new", [(BRIDGES, LIST, MAP), (BRIDGES,), (FORDS,)], ids=["resources", "bare", "named"])
def test_a_creation_without_an_answer_is_settled_by_reading(
    desk: Desk, fault: str, new: tuple[NewRow, ...], away: bool
) -> None:
    """Whether it was stored or not, nothing is created twice; another import sends nothing."""
    ckan, workbook = at_desk(desk, *new)
    before = called(ckan)
    if away:
        gone_with(desk, ckan, "package_create", fault)
    else:
        ckan.sandbox.misbehave(f"package_create {fault} times=1")

    first = desk("import", workbook, "--yes")
    after_first = results(workbook, "Packages"), rows(workbook, "Packages")[2]["ID"]
    ckan.sandbox.behave()
    second = desk("import", workbook, "--yes")
    writes = len(ckan.writes)
    third = desk("import", workbook, "--yes", "--json")

    [name] = [name for name in called(ckan) if name not in before]
    row = rows(workbook, "Packages")[2]
    if away:
        assert (first.status, after_first) == (1, (["unknown"], ""))
    else:
        assert (first.status, after_first) == (0, (["created"], ckan.shown(name)["id"]))
    assert (second.status, writes) == (0, 1 if LOST[fault] else 2)
    assert (row["ID"], row["Name"]) == (ckan.shown(name)["id"], name)
    assert [r["Name"] for r in rows(workbook, "Resources")[2:]] == resources_of(ckan, name)
    assert [r["ID"] for r in rows(workbook, "Resources")[2:]] == [r["id"] for r in ckan.shown(name)["resources"]]
    assert (third.status, third.json()["counts"]) == (0, {"unchanged": 4 + len(new)})
    assert len(ckan.writes) == writes


@pytest.mark.parametrize("fault", LOST)
def test_a_new_resource_without_an_answer_is_settled_by_reading(desk: Desk, fault: str) -> None:
    """The package has one more resource in the end, and its row the id."""
    ckan, workbook = at_desk(desk, OF_TRAILS, OF_TRAILS)
    ckan.sandbox.misbehave(f"package_revise {fault} times=1")

    first = desk("import", workbook, "--yes")
    after_first = results(workbook, "Resources")
    writes = len(ckan.writes)
    second = desk("import", workbook, "--yes", "--json")

    assert (first.status, after_first) == (0, ["created", "created"])
    assert resources_of(ckan, ONE) == ["trails-1.csv", "gpx", "gpx"]
    assert [r["ID"] for r in rows(workbook, "Resources")[2:]] == [
        r["id"] for r in ckan.shown(ONE)["resources"][1:]
    ]
    assert (second.json()["counts"], len(ckan.writes)) == ({"unchanged": 6}, writes)


def test_a_run_whose_results_were_lost_creates_nothing_twice(desk: Desk) -> None:
    """The computer went down before the workbook was written: the old one, imported again, finds all in place."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST, MAP, FORDS, OF_TRAILS)
    desk("import", workbook, "--yes", "--no-write")
    before, writes = called(ckan), len(ckan.writes)

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, len(ckan.writes), called(ckan)) == (0, writes, before)
    assert said.json()["counts"] == {"unchanged": 9}
    assert row_of(workbook, "Packages", "Title", "Bridges")["ID"] == ckan.shown("bridges")["id"]
    assert (resources_of(ckan, "bridges"), resources_of(ckan, ONE)) == (["list", "map"], ["trails-1.csv", "gpx"])


def test_results_in_a_copy_leave_the_original_fit_to_be_imported(desk: Desk) -> None:
    """Whoever goes on in the wrong file creates nothing twice either."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST)
    desk("import", workbook, "--yes", "-o", "copy.xlsx")
    writes = len(ckan.writes)

    said = desk("import", workbook, "--yes", "--json")

    assert (said.json()["counts"], len(ckan.writes)) == ({"unchanged": 6}, writes)


def test_a_lost_creation_in_another_organization_is_found_as_well(desk: Desk) -> None:
    """The workbook is of one organization, the new package of another: it is known by that one."""
    ckan = desk.open(two_packages())
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["admin"])
    workbook = desk.export()
    add(workbook, ("Packages", {"Title": "Theirs", "Organization": WATERS}))
    ckan.sandbox.misbehave("package_create cut-after times=1")
    desk("import", workbook, "--yes")

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert [name for name in called(ckan) if name.startswith("theirs")] == ["theirs"]


# -- somebody else


def theirs_first(desk: Desk, ckan: LiveCatalogue, *new: NewRow) -> None:
    """Let a colleague export, type new rows and import them."""
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["colleague"])
    assert desk("export", "parks", "-o", "theirs.xlsx").status == 0
    add(desk.folder / "theirs.xlsx", *new)
    assert desk("import", "theirs.xlsx", "--yes").status == 0
    desk.monkeypatch.setenv("CKAN_API_KEY", TOKEN)


@pytest.mark.parametrize("ours", [(), (LIST,)], ids=["bare", "resources"])
@pytest.mark.parametrize("theirs", [(), (LIST,)], ids=["bare", "resources"])
def test_two_editors_may_create_packages_of_one_title(
    desk: Desk, ours: tuple[NewRow, ...], theirs: tuple[NewRow, ...]
) -> None:
    """From two exports: each has its own package, with its own resources; the later one's name is numbered."""
    ckan, workbook = at_desk(desk, BRIDGES, *ours)
    theirs_first(desk, ckan, ("Packages", {"Title": "Bridges", "Description": "Theirs."}), *theirs)

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    found = {name: (ckan.shown(name)["notes"], len(resources_of(ckan, name))) for name in ("bridges", "bridges-2")}
    assert found == {"bridges": ("Theirs.", len(theirs)), "bridges-2": ("Where to cross.", len(ours))}


def test_what_was_edited_before_the_second_try_makes_no_second_package(desk: Desk) -> None:
    """No answer, then a resource is renamed in the workbook: the package is known by who created it, and when."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST)
    gone_with(desk, ckan, "package_create", "cut-after")
    desk("import", workbook, "--yes")
    ckan.sandbox.behave()
    typist = Typist(workbook)
    typist.type("Resources", 4, "Name", "another")
    typist.save()

    said = desk("import", workbook, "--yes")

    assert said.status == 0
    assert called(ckan) == ["bridges", "trails-1", "trails-2"]
    assert resources_of(ckan, "bridges") == ["list", "another"]


def test_another_name_for_its_package_makes_no_second_resource(desk: Desk) -> None:
    """No answer, then the row calls the package by its id: one resource all the same."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    gone_with(desk, ckan, "package_revise", "cut-after")
    desk("import", workbook, "--yes")
    ckan.sandbox.behave()
    typist = Typist(workbook)
    typist.type("Resources", 4, "Package", ONE)
    typist.save()

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"] == {"unchanged": 5}
    assert resources_of(ckan, ONE) == ["trails-1.csv", "gpx"]


def test_a_copy_of_the_workbook_creates_nothing_twice(desk: Desk) -> None:
    """Two people import copies of one file: it is one workbook, and asks for one package."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST)
    copy = desk.folder / "copy.xlsx"
    shutil.copyfile(workbook, copy)
    desk("import", workbook, "--yes")

    said = desk("import", copy, "--yes", "--json")

    assert (said.json()["counts"], len(ckan.writes)) == ({"unchanged": 6}, 1)


def test_a_new_resource_survives_an_edit_in_between(desk: Desk) -> None:
    """Somebody saves the package between our reading and our writing: read again, sent again, created once."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    ckan.before("package_revise", lambda: ckan.edit(ONE, notes="Somebody's words."))

    said = desk("import", workbook, "--yes")

    assert (said.status, len(ckan.writes)) == (0, 2)
    assert (resources_of(ckan, ONE), ckan.shown(ONE)["notes"]) == (["trails-1.csv", "gpx"], "Somebody's words.")


def test_a_new_resource_of_a_package_that_is_gone_is_a_conflict(desk: Desk) -> None:
    """It has nowhere to go; nothing is sent."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    ckan.delete(ONE)

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.writes, results(workbook, "Resources")) == (1, [], ["conflict"])


def test_an_invalid_row_holds_back_its_new_package_only(desk: Desk) -> None:
    """A contact's address is no address: invalid at its cell, its package not created, the other one is."""
    contact = ("Contacts", {"Package": "Bridges", "Name": "Eve", "E-mail": "eve at parks", "Role": "Custodian"})
    other = ("Packages", {**NEW_RECORD[0][1], "Title": "Fords"})
    ckan, workbook = recorded(desk, *NEW_RECORD, contact, other)

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 1
    assert said.json()["counts"] == {"created": 1, "unchanged": 4, "invalid": 1, "not sent": 5}
    assert (
        "[E-mail] “eve at parks” is not an e-mail address."
        in row_of(workbook, "Contacts", "Name", "Eve")["Message"]
    )
    assert [name for name in called(ckan) if name in ("bridges", "fords")] == ["fords"]
    typist = Typist(workbook)
    typist.type("Contacts", 5, "E-mail", "eve@parks.example")
    typist.save()
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"created": 6, "unchanged": 5}


# -- deleted


def deleting(desk: Desk, *edits: tuple[str, str, str, str]) -> tuple[LiveCatalogue, Path]:
    """Export, and write delete at the first package and the second one's resource."""
    ckan, workbook = desk.exported(two_packages())
    edit(
        workbook, ("Packages", ONE, "Action", "delete"), ("Resources", resource_id(2), "Action", "delete"), *edits
    )
    return ckan, workbook


@pytest.mark.parametrize("number", [(), ("--confirm-deletes", "1"), ("--confirm-deletes", "3")])
def test_deleting_needs_the_number(desk: Desk, number: tuple[str, ...]) -> None:
    """Nobody deletes by mistake: without the right number nothing at all is sent, and a sentence says it."""
    ckan, workbook = deleting(desk, ("Packages", TWO, "Title", "Paths"))
    before = desk.files()

    said = desk("import", workbook, "--yes", *number)

    assert said.status == 3
    assert "2 packages and resources will be deleted." in said.told
    assert (ckan.writes, desk.files()) == ([], before)


def test_with_the_number_they_are_deleted(desk: Desk) -> None:
    """Rows say so; the package is gone for whoever searches, and still there to be brought back."""
    ckan, workbook = deleting(desk)

    said = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--json")

    assert (said.status, said.json()["counts"]) == (0, {"deleted": 2, "unchanged": 2})
    assert rows(workbook, "Packages")[0]["Message"] == "Deleted this package. With it goes its resource."
    assert rows(workbook, "Resources")[1]["Message"] == "Deleted this resource."
    assert [found["name"] for found in ckan.call("package_search", by="member")["results"]] == ["trails-2"]
    assert (ckan.shown(ONE)["state"], resources_of(ckan, TWO)) == ("deleted", [])


def test_what_was_deleted_is_not_deleted_again(desk: Desk) -> None:
    """The second import sends nothing and asks for no number; the rows may stay in the sheet."""
    ckan, workbook = deleting(desk)
    desk("import", workbook, "--yes", "--confirm-deletes", "2")
    ckan.heard.clear()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, ckan.writes, said.json()["counts"]) == (0, [], {"unchanged": 4})


def test_what_was_deleted_and_came_back_is_not_deleted_again(desk: Desk) -> None:
    """The rows' Action is empty once they are deleted: brought back by whoever, the records stay."""
    ckan, workbook = deleting(desk)
    resource = ckan.shown(TWO)["resources"][0]
    desk("import", workbook, "--yes", "--confirm-deletes", "2")
    ckan.edit(ONE, state="active")
    ckan.edit(TWO, resources=[{key: resource[key] for key in ("id", "name", "url", "format", "description")}])
    ckan.heard.clear()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, ckan.writes, said.json()["counts"]) == (0, [], {"unchanged": 4})
    assert [row["Action"] for sheet in ("Packages", "Resources") for row in rows(workbook, sheet)] == [""] * 4


def test_a_dry_run_deletes_nothing_and_needs_no_number(desk: Desk) -> None:
    """It says how many there would be."""
    ckan, workbook = deleting(desk)

    said = desk("import", workbook, "--dry-run", "--json")

    assert (said.status, ckan.writes, said.json()["counts"]) == (0, [], {"would delete": 2, "unchanged": 2})


@pytest.mark.parametrize("fault", LOST)
def test_a_deletion_without_an_answer_is_settled_by_reading(desk: Desk, fault: str) -> None:
    """Deleted or not: it ends as if nothing had happened."""
    ckan, workbook = deleting(desk)
    ckan.sandbox.misbehave(f"package_revise {fault} times=2")

    said = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--json")

    assert (said.status, said.json()["counts"]) == (0, {"unchanged": 2, "deleted": 2})
    assert len(ckan.writes) == (2 if LOST[fault] else 4)
    assert (ckan.shown(ONE)["state"], resources_of(ckan, TWO)) == ("deleted", [])


def test_what_a_colleague_edited_is_not_deleted(desk: Desk) -> None:
    """The edit may be the reason to keep it: a conflict, unless the editor insists."""
    ckan, workbook = deleting(desk)
    ckan.edit(ONE, title="Better trails")
    two = ckan.shown(TWO)
    ckan.edit(TWO, resources=[two["resources"][0] | {"description": "Better"}])

    kept = desk("import", workbook, "--yes", "--confirm-deletes", "2")
    messages = rows(workbook, "Packages")[0]["Message"], rows(workbook, "Resources")[1]["Message"]
    states = ckan.shown(ONE)["state"], resources_of(ckan, TWO)
    forced = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--on-conflict", "overwrite")

    assert (kept.status, states) == (1, ("active", ["trails-2.csv"]))
    assert all(text in messages[0] for text in ("Conflict", "[Title]", "Better trails", "Not deleted"))
    assert all(text in messages[1] for text in ("Conflict", "[Description]", "Better", "Not deleted"))
    assert forced.status == 0
    assert (ckan.shown(ONE)["state"], resources_of(ckan, TWO)) == ("deleted", [])


def test_an_edit_in_the_last_second_saves_a_package(desk: Desk) -> None:
    """Somebody saves between our reading and our deleting: CKAN refuses, and what is read then is a conflict."""
    ckan, workbook = deleting(desk)
    ckan.before("package_revise", lambda: ckan.edit(ONE, title="Better trails"))

    said = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--workers", "1")

    assert (said.status, ckan.shown(ONE)["state"]) == (1, "active")


def test_deleting_and_editing_contradict(desk: Desk) -> None:
    """A package that is to go and whose resource is edited: invalid, neither happens; the other package's does."""
    ckan, workbook = deleting(desk, ("Resources", resource_id(1), "Description", "All trails"))

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1")

    assert said.status == 1
    assert [row["Result"] for row in rows(workbook, "Resources")] == ["invalid", "deleted"]
    assert ckan.shown(ONE)["state"] == "active"


def test_a_package_can_lose_a_resource_and_get_another(desk: Desk) -> None:
    """In one call: the old one goes, the new one stands in its place, the rest of the package is edited."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    edit(workbook, ("Resources", resource_id(1), "Action", "delete"), ("Packages", ONE, "Title", "Paths"))

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1", "--json")

    assert (said.status, len(ckan.writes)) == (0, 1)
    assert (ckan.shown(ONE)["title"], resources_of(ckan, ONE)) == ("Paths", ["gpx"])
    assert said.json()["counts"] == {"updated": 1, "created": 1, "deleted": 1, "unchanged": 2}


def test_a_members_token_creates_and_deletes_nothing(desk: Desk) -> None:
    """Who may only read is told so before the run begins."""
    ckan, workbook = at_desk(desk, BRIDGES)
    edit(workbook, ("Packages", ONE, "Action", "delete"))
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["member"])

    said = desk("import", workbook, "--yes", "--confirm-deletes", "1")

    assert (said.status, ckan.writes) == (3, [])
    assert "may read but not edit parks" in said.told


@pytest.mark.parametrize("what", ["skip", "delete"])
def test_nothing_is_made_of_a_new_package_that_is_left_alone(desk: Desk, what: str) -> None:
    """Its rows in other sheets say so, and make no package of their own."""
    ckan, workbook = at_desk(desk, ("Packages", {**BRIDGES[1], "Action": what}), LIST, OF_TRAILS)

    said = desk("import", workbook, "--yes")

    assert said.status == 1
    assert results(workbook, "Resources") == ["invalid", "created"]
    assert "bridges" not in called(ckan)


def test_one_more_resource_like_a_created_one(desk: Desk) -> None:
    """The created row is copied and its ID emptied: a second resource, and the first is not touched."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    desk("import", workbook, "--yes")
    add(workbook, OF_TRAILS)

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"] == {"created": 1, "unchanged": 5}
    assert resources_of(ckan, ONE) == ["trails-1.csv", "gpx", "gpx"]


def test_a_created_record_can_be_deleted(desk: Desk) -> None:
    """What one run made another may take away."""
    ckan, workbook = at_desk(desk, BRIDGES, LIST, OF_TRAILS)
    desk("import", workbook, "--yes")
    edit(workbook, ("Packages", ckan.shown("bridges")["id"], "Action", "delete"))
    edit(workbook, ("Resources", ckan.shown(ONE)["resources"][1]["id"], "Action", "delete"))

    said = desk("import", workbook, "--yes", "--confirm-deletes", "2", "--json")

    assert said.json()["counts"] == {"deleted": 2, "unchanged": 5}
    assert (called(ckan), resources_of(ckan, ONE)) == (["trails-1", "trails-2"], ["trails-1.csv"])


def test_a_deleted_resource_made_anew_is_a_new_one(desk: Desk) -> None:
    """The ID emptied and delete taken back: created again, and unchanged after that."""
    ckan, workbook = at_desk(desk, OF_TRAILS)
    desk("import", workbook, "--yes")
    edit(workbook, ("Resources", ckan.shown(ONE)["resources"][1]["id"], "Action", "delete"))
    desk("import", workbook, "--yes", "--confirm-deletes", "1")
    typist = Typist(workbook)
    for header in ("ID", "Position", "Action"):
        typist.type("Resources", 4, header, "")
    typist.save()

    said = desk("import", workbook, "--yes", "--json")

    assert said.json()["counts"] == {"created": 1, "unchanged": 4}
    assert resources_of(ckan, ONE) == ["trails-1.csv", "gpx"]
    assert desk("import", workbook, "--yes", "--json").json()["counts"] == {"unchanged": 5}


def test_a_run_that_was_cut_in_the_middle_goes_on_where_it_stopped(desk: Desk) -> None:
    """Of five packages the second's answer was lost and the site went away: in the end there are five."""
    new = [("Packages", {"Title": f"Bridge {n}"}) for n in range(5)]
    ckan, workbook = at_desk(desk, *new)
    ckan.sandbox.misbehave("package_create cut-after skip=1")
    ckan.before("package_create", lambda: None, lambda: ckan.sandbox.misbehave("* 504"))

    first = desk("import", workbook, "--yes", "--workers", "1")
    after_first = results(workbook, "Packages")
    ckan.sandbox.behave()
    second = desk("import", workbook, "--yes", "--json")

    assert (first.status, after_first) == (1, ["created", "unknown", *["not sent"] * 3])
    assert second.json()["counts"] == {"created": 3, "unchanged": 6}
    assert called(ckan) == [*(f"bridge-{n}" for n in range(5)), "trails-1", "trails-2"]


def test_what_arrived_without_an_answer_was_created_by_this_run(desk: Desk) -> None:
    """Neither the answer to the package nor that to its file came: every row says created all the same."""
    (desk.folder / "list.csv").write_text("a,b\n1,2\n")
    ckan, workbook = at_desk(desk, BRIDGES, ("Resources", {**LIST[1], "URL": "", "Upload": "list.csv"}), FORDS)
    ckan.sandbox.misbehave("package_create cut-after times=1", "package_revise cut-after times=1")

    said = desk("import", workbook, "--yes", "--json", "--workers", "1")

    assert (said.status, said.json()["counts"]) == (0, {"created": 3, "unchanged": 4})
    assert [row["message"].split(" with ")[0] for row in said.json()["rows"]] == [
        "Created this package",
        "Created this package",
        "Created this resource",
    ]
