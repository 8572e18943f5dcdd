"""What people's scripts do with ckanapi can be done from a workbook, and CKAN then shows the same."""

from typing import Any

import catalogue
import lab as labs
import pytest
import records
import requests
from desk import Desk
from new_things import BLANK
from openpyxl import load_workbook

OWN = {"id", "name", "title", "metadata_created", "metadata_modified", "package_id", "created", "last_modified"}
"""Differ between any two records, or are the time of a call."""
NOT_IN_A_SCRIPT = {"hash"}
"""A file's SHA-256, by which a workbook knows that the file has arrived."""
NO_URL = {"url": ""}
"""Holds the ids of package and resource."""

PACKAGE = {
    "Title": "Tides at Aldwick",
    "Description": "Read once a day.\nIn metres.",
    "State": "Draft",
    "Licence": "Creative Commons Attribution",
    "Create a support request": "https://support.example.org",
    "Purpose": "Ships need it.",
    "Security Classification": "Protected-A",
    "Who can view this data?": "Government",
    "Who can download this data?": "Not applicable",
    "Who can view this record?": "IDIR",
    "Keywords": "tides; North Sea",
    "Resource Status": "Historical Archive",
    "Retention Expiry Date": "2040-12-31",
    "Source Data Path": "//vault/tides",
}
AS_SCRIPTED: dict[str, Any] = {
    "type": "bcdc_dataset",
    "notes": PACKAGE["Description"],
    "publish_state": "DRAFT",
    "license_id": "cc-by",
    "support_url": "https://support.example.org",
    "purpose": "Ships need it.",
    "security_class": "PROTECTED A",
    "view_audience": "Government",
    "download_audience": "NA",
    "metadata_visibility": "IDIR",
    "tags": [{"name": "tides"}, {"name": "North Sea"}],
    "resource_status": "historicalArchive",
    "retention_expiry_date": "2040-12-31",
    "source_data_path": "//vault/tides",
    "contacts": [
        {
            "name": "Ann",
            "email": "ann@example.org",
            "org": "tides",
            "role": "pointOfContact",
            "displayed": ["displayed"],
        },
        {"name": "Bob", "email": "bob@example.org", "org": "tides", "role": "AccessApprover"},
    ],
    "dates": [{"type": "Created", "date": "2020-02-29"}, {"type": "Published", "date": "2021-01-01"}],
    "more_info": [{"description": "Handbook", "url": "https://example.org/book"}, {"url": "https://example.org"}],
}
PERIOD = {
    "Data Collection Period: Beginning Date": "2024-01-01",
    "Data Collection Period: End Date": "2024-12-31",
}
RESOURCE = {
    "Type": "Geographic Data",
    "Resource Description": "Every hour.",
    "Frequency of Resource Update": "As Needed",
    "Resource Storage Format": "csv",
    "Resource Storage Location": "Web or FTP Site",
    "Spatial Reference System": "EPSG:3005 - NAD83/BC Albers",
    "Spatial Datatype": "Not Applicable",
    "JSON Table Schema": '{"fields": [{"name": "height", "type": "number"}]}',
    "ISO Topic Category": "Oceans; Economy",
    "Resource Type": "Data",
    "Resource Access Method": "Direct Access",
}
RESOURCE_AS_SCRIPTED: dict[str, Any] = {
    "bcdc_type": "geographic",
    "description": "Every hour.",
    "resource_update_cycle": "asNeeded",
    "format": "csv",
    "resource_storage_location": "web or ftp site",
    "projection_name": "epsg3005",
    "spatial_datatype": "NA",
    "json_table_schema": {"fields": [{"name": "height", "type": "number"}]},
    "iso_topic_category": ["oceans", "economy"],
    "resource_type": "data",
    "resource_access_method": "direct access",
}


@pytest.fixture
def desk(desk: Desk) -> Desk:
    """Sit down with an empty workbook."""
    desk.exported(*BLANK)
    return desk


def script(desk: Desk) -> Any:
    """Connect as a script does."""
    return catalogue.client(desk.lab, desk.lab.editor)


def alike(shown: Any) -> Any:
    """Return what CKAN shows without what is a record's own; lists keep their order."""
    if isinstance(shown, dict):
        kept = {key: value for key, value in shown.items() if key not in NOT_IN_A_SCRIPT | (OWN - {"name"})}
        return {key: alike(value) for key, value in kept.items()}
    return [alike(value) for value in shown] if isinstance(shown, list) else shown


def same(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Compare two packages or resources; their own names differ, those of their contacts do not."""
    return {**alike(first), "name": ""} == {**alike(second), "name": ""}


def test_an_organization_by_name_title_or_id(desk: Desk, new_organization: catalogue.Organization) -> None:
    """`organization_show` and `package_search(fq=owner_org)`: an export finds the same records."""
    for number in range(3):
        name = f"{new_organization.name}-{number}"
        catalogue.put(desk.lab, new_organization, records.required(name, name) | {"private": number == 2})
    with script(desk) as ckan:
        organization = ckan.call_action("organization_show", {"id": new_organization.name})
        query = {"fq": f"owner_org:{organization['id']}", "include_private": True}
        found = ckan.call_action("package_search", query)["results"]

    for said in ("name", "title", "id"):
        done = desk.bulkedit("export", organization[said], "-o", desk.workbook, "--force", "--json")

        assert done.json["organization"] == new_organization.name
        ids = [line["ID"] for line in desk.table("Packages")]
        assert sorted(ids) == sorted(package["id"] for package in found)
        assert len(ids) == 3


def test_a_package_with_everything(desk: Desk, new_organization: catalogue.Organization) -> None:
    """`package_create` with contacts, keywords, dates, links and a resource: the same record."""
    names = [f"{new_organization.name}-{how}" for how in ("scripted", "typed")]
    link = {"name": "2024", "url": "https://example.org/2024.csv"}
    extent = {"beginning_date": "2024-01-01", "end_date": "2024-12-31"}
    resource = RESOURCE_AS_SCRIPTED | link | {"temporal_extent": [extent]}
    scripted = AS_SCRIPTED | {"name": names[0], "title": "Tides at Aldwick, scripted", "resources": [resource]}
    catalogue.put(desk.lab, new_organization, scripted)
    where = {"Package": names[1]}
    desk.fill(
        {
            "Packages": [PACKAGE | {"URL": names[1]}],
            "Contacts": [
                where
                | {
                    "Name": "Ann",
                    "Email": "ann@example.org",
                    "Organization": "tides",
                    "Role": "Point of Contact",
                    "Displayed": "Contact Displayed",
                },
                where
                | {"Name": "Bob", "Email": "bob@example.org", "Organization": "tides", "Role": "Access Approver"},
            ],
            "Lifecycle Event": [
                where | {"Type": "Created", "Date": "2020-02-29"},
                where | {"Type": "Published", "Date": "2021-01-01"},
            ],
            "Related Links": [
                where | {"Title of Web Asset": "Handbook", "URL": "https://example.org/book"},
                where | {"URL": "https://example.org"},
            ],
            "Resources": [where | RESOURCE | PERIOD | {"Name": "2024", "Resource": link["url"]}],
        }
    )

    report = desk.imported()

    found = catalogue.packages_of(desk.lab, new_organization)
    assert same(found[names[0]], found[names[1]]), _apart(found[names[0]], found[names[1]])
    assert found[names[1]]["title"] == PACKAGE["Title"]
    assert (report["writes"], report["counts"]) == (1, {"created": 8})


def _apart(first: dict[str, Any], second: dict[str, Any]) -> list[str]:
    """Say how two records differ."""
    return catalogue.differences({"": first}, {"": second}).get("", [])


def test_a_resource_with_a_file_and_then_another(desk: Desk, new_organization: catalogue.Organization) -> None:
    """`resource_create(upload=)`, then `resource_update(upload=)`: the same resource, and the views stay."""
    names = [f"{new_organization.name}-{how}" for how in ("scripted", "typed")]
    packages = [catalogue.put(desk.lab, new_organization, records.required(name, name)) for name in names]
    contents = [b"hour,metres\n1,0.80\n", b"hour,metres\r\n1,0.90\r\n2,0.70\r\n"]
    for file, content in zip(("Gezeiten März.csv", "tides.csv"), contents, strict=True):
        (desk.folder / file).write_bytes(content)
    flat = {k: v for k, v in RESOURCE_AS_SCRIPTED.items() if k not in ("json_table_schema", "iso_topic_category")}
    told = flat | {"package_id": packages[0], "name": "2024", "bcdc_type": "document"}
    with script(desk) as ckan, (desk.folder / "Gezeiten März.csv").open("rb") as file:
        made = ckan.call_action("resource_create", told, files={"upload": file})
    cells = {k: v for k, v in RESOURCE.items() if k not in ("JSON Table Schema", "ISO Topic Category")}
    named = {"Package": names[1], "Name": "2024", "Type": "Document/Tabular Data"}
    new = cells | named | {"Upload": "Gezeiten März.csv"}
    desk.exported()
    desk.fill({"Resources": [new]})

    desk.imported()

    scripted, typed = _resources(desk, packages)
    assert same(scripted | NO_URL, typed | NO_URL), _apart(scripted, typed)
    assert scripted["url"].rpartition("/")[2] == typed["url"].rpartition("/")[2]
    assert catalogue.download(desk.lab, typed) == contents[0]

    kept = ("id", "package_id", "position", "name", "created", *flat)
    for title in ("First", "Second"):
        _view(desk, typed["id"], title)
    seen = catalogue.resource_views(desk.lab, typed["id"])
    with script(desk) as ckan, (desk.folder / "tides.csv").open("rb") as file:
        ckan.call_action("resource_update", told | {"id": made["id"]}, files={"upload": file})
    desk.type([("Resources", desk.row("Resources", ID=typed["id"]), "Upload", "tides.csv")])
    report = desk.imported()

    scripted, updated = _resources(desk, packages)
    assert same(scripted | NO_URL, updated | NO_URL), _apart(scripted, updated)
    assert {key: updated[key] for key in kept} == {key: typed[key] for key in kept}
    assert catalogue.resource_views(desk.lab, typed["id"]) == seen
    assert updated["url"].endswith("/tides.csv")
    assert catalogue.download(desk.lab, updated) == contents[1]
    assert report["writes"] == 1


def _view(desk: Desk, resource: str, title: str) -> None:
    view = {"resource_id": resource, "view_type": "text_view", "title": title}
    with script(desk) as ckan:
        ckan.call_action("resource_view_create", view)


def _resources(desk: Desk, packages: list[str]) -> list[dict[str, Any]]:
    """Return the only resource of each package."""
    shown = catalogue.snapshot(desk.lab, packages)
    return [shown[package]["resources"][0] for package in packages]


def test_one_field_patched(desk: Desk, new_organization: catalogue.Organization) -> None:
    """`package_patch` and `resource_patch` of one field: that field, and nothing else of the record."""
    names = [f"{new_organization.name}-{how}" for how in ("scripted", "typed")]
    resources = [records.resource(4, 1), records.resource(2, 0)]
    packages = [
        catalogue.put(desk.lab, new_organization, records.plain(4) | {"name": name, "resources": resources})
        for name in names
    ]
    before = catalogue.snapshot(desk.lab, packages)
    desk.exported()
    with script(desk) as ckan:
        ckan.call_action("package_patch", {"id": packages[0], "title": "Patched"})
        resource = before[packages[0]]["resources"][1]["id"]
        ckan.call_action("resource_patch", {"id": resource, "description": "Patched as well"})
    second = desk.row("Resources", Package=names[1], Position="2")
    row = desk.row("Packages", URL=names[1])
    desk.type(
        [("Packages", row, "Title", "Patched"), ("Resources", second, "Resource Description", "Patched as well")]
    )

    report = desk.imported()

    after = catalogue.snapshot(desk.lab, packages)
    scripted, typed = (after[package] for package in packages)
    assert same(scripted, typed), _apart(scripted, typed)
    moved = catalogue.differences(before, after)[packages[1]]
    assert moved == [f"resources[{before[packages[1]]['resources'][1]['id']}].description", "title"]
    assert report["writes"] == 1


def test_drop_downs_hold_what_the_schema_says(desk: Desk) -> None:
    """`scheming_dataset_schema_show`: each choice list is offered, in its own order, under its own header."""
    with script(desk) as ckan:
        schema = ckan.call_action("scheming_dataset_schema_show", {"type": "bcdc_dataset"})
    fields = [("Packages", field) for field in schema["dataset_fields"]]
    fields += [("Resources", field) for field in schema["resource_fields"]]
    fields += [("Contacts", field) for field in _subfields(schema, "contacts")]
    fields += [("Lifecycle Event", field) for field in _subfields(schema, "dates")]
    one_of = {(sheet, f["label"]): f for sheet, f in fields if "choices" in f and f.get("preset") == "select"}

    book = load_workbook(desk.workbook)

    assert len(one_of) == 16
    for (sheet, header), field in one_of.items():
        offered = _offered(book, sheet, header)
        labels = [choice["label"] for choice in field["choices"]]
        assert offered == labels, header


def _subfields(schema: dict[str, Any], name: str) -> list[dict[str, Any]]:
    return next(f["repeating_subfields"] for f in schema["dataset_fields"] if f["field_name"] == name)


def _offered(book: Any, sheet: str, header: str) -> list[str]:
    """Return what a column's drop-down offers."""
    there = book[sheet]
    cell = next(cell for cell in there[1] if cell.value == header)
    rule = next(r for r in there.data_validations.dataValidation if f"{cell.column_letter}2" in r.sqref)
    formula = rule.formula1
    if formula in book.defined_names:
        formula = book.defined_names[formula].attr_text
    title, _, area = formula.partition("!")
    return [str(one.value) for (one,) in book[title.strip("'=")][area.replace("$", "")] if one.value]


def test_a_workbook_does_not_reach_the_other_host(
    desk: Desk, lab: labs.Lab, new_organization: catalogue.Organization
) -> None:
    """A test host beside the real one: a workbook of one goes back to it, and is refused at the other."""
    other = labs.start(labs.CKAN_2_9 if lab.version == labs.CKAN_2_12 else labs.CKAN_2_12)
    name = f"{new_organization.name}-here"
    desk.fill({"Packages": [PACKAGE | {"URL": name}]})

    refused = desk.bulkedit("import", desk.workbook, "--yes", token=other.editor, url=other.url)

    assert (refused.status, refused.out) == (3, "")
    assert lab.url in refused.err
    assert other.url in refused.err
    for one in (lab, other):
        answer = requests.get(f"{one.url}/api/3/action/package_show", {"id": name}, timeout=60)
        assert answer.status_code == 404
    option = desk.bulkedit("import", desk.workbook, "--yes", "--site", lab.url, url=other.url)
    assert option.status == 0
    assert set(catalogue.packages_of(lab, new_organization)) == {name}
