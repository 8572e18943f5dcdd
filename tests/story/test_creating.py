"""New packages and resources from the workbook: in one call, once, under names of their own."""

from pathlib import Path
from typing import Any

import pytest
from live_catalogue import WATERS, LiveCatalogue, PackageDict, described, package, package_id, resource_id
from new_rows import BRIDGES, FORDS, LIST, OF_TRAILS, ONE, NewRow, add, at_desk, called, resources_of, results
from office_desk import Desk, edit, row_of, rows, two_packages

from bulkedit.excel.typist import Typist

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
