"""After a write a real CKAN is held against what was there: what it did besides is said, and only that."""

import secrets
from functools import partial
from pathlib import Path
from typing import Any

import catalogue
import lab as labs
import pytest
import records
from cutting_proxy import CuttingProxy

from bulkedit.ckan.client import Client
from bulkedit.ckan.send import send
from bulkedit.ckan.site import Site
from bulkedit.excel.typist import Typist
from bulkedit.workflow.exporting import export
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions

BESIDES = ("also changed", "same moment", "was kept as", "should hold", "The site took this", "not on the site")


def imported(url: str, lab: labs.Lab, workbook: Path, *accept: str) -> dict[str, Any]:
    """Import a workbook and return the report."""
    job = Import(Site(Client(url, lab.editor)), workbook, ImportOptions(accept=frozenset(accept)))
    return job.report(job.run(partial(send, job.site.client)), dry_run=False).to_json()


@pytest.mark.parametrize("firewall", [False, True], ids=["revised", "patched"])
def test_an_edit_of_everything_says_nothing_besides(
    lab: labs.Lab, organization: catalogue.Organization, tmp_path: Path, firewall: bool
) -> None:
    """Records with every field, hostile texts, real ones: one edit each, and no word of anything else."""
    with CuttingProxy(lab.url) as proxy:
        if firewall:
            proxy.refused["package_revise"] = 403
        workbook = tmp_path / "all.xlsx"
        export(Site(Client(proxy.url, lab.editor)), [organization.name], workbook)
        typist = Typist(workbook)
        for sheet in ("Packages", "Packages dataset"):
            header = "Purpose" if sheet == "Packages" else "Version"
            for row in typist.rows(sheet):
                typist.type(sheet, row.number, header, f"{row['ID'][:8]} {firewall}")
        typist.save()

        said = imported(proxy.url, lab, workbook, "series-filled")

    updated = [row for row in said["rows"] if row["result"] == "updated"]
    assert len(updated) > 20, said["counts"]
    assert [row for row in updated if any(words in row["message"] for words in BESIDES)] == []
    assert said["atomic"] is not firewall


def test_groups_that_are_not_the_editors(
    lab: labs.Lab, new_organization: catalogue.Organization, tmp_path: Path
) -> None:
    """CKAN refuses to put a package there, and keeps one there in silence: the row says so."""
    word, workbook = secrets.token_hex(3), tmp_path / "groups.xlsx"
    record = records.required(f"grouped-{word}", "Grouped")
    inside, outside = (
        catalogue.put(lab, new_organization, record | {"name": f"{kind}-{word}"}) for kind in ("inside", "outside")
    )
    with catalogue.client(lab, lab.sysadmin) as admin:
        foreign = admin.call_action("group_create", {"name": f"foreign-{word}"})
        admin.call_action("package_patch", {"id": inside, "groups": [{"id": foreign["id"]}]})
    export(Site(Client(lab.url, lab.editor)), [new_organization.name], workbook)
    typist = Typist(workbook)
    for row in typist.rows("Packages"):
        typist.type("Packages", row.number, "Groups", "" if row["ID"] == inside else foreign["name"])
    typist.save()

    said = imported(lab.url, lab, workbook)

    found = {row["package"].partition("-")[0]: row for row in said["rows"]}
    assert found["outside"]["result"] == "refused"
    assert found["inside"]["result"] == "updated"
    assert f"[Groups] was kept as “{foreign['name']}”." in found["inside"]["message"]
    assert catalogue.snapshot(lab, [outside])[outside]["groups"] == []


def test_what_ckan_keeps_in_another_form(
    lab: labs.Lab, new_organization: catalogue.Organization, tmp_path: Path
) -> None:
    """A title is stripped, and the row says what is there."""
    workbook = tmp_path / "title.xlsx"
    catalogue.put(lab, new_organization, records.required(f"title-{secrets.token_hex(3)}", "Title"))
    export(Site(Client(lab.url, lab.editor)), [new_organization.name], workbook)
    typist = Typist(workbook)
    [row] = typist.rows("Packages")
    typist.type("Packages", row.number, "Title", "  Blanks around  ")
    typist.save()

    [told] = imported(lab.url, lab, workbook)["rows"]

    assert told["message"].startswith("Changed [Title]. [Title] was kept as ")
