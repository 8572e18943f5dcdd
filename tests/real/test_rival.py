"""Somebody else edits the same packages all the time while an import runs: nothing of either side is lost."""

import threading
from pathlib import Path

import catalogue
import lab as labs
import office as offices
import pytest
import records
from desk import Desk

from bulkedit.ledger import Ledger

PACKAGES = 12
CLASHES = 3


class Rival:
    """Another client, who changes the purpose of one package after the other until told to stop.

    Attributes:
        wrote: the last text that CKAN acknowledged, by package.
    """

    def __init__(self, lab: labs.Lab, packages: list[str]) -> None:
        self.wrote: dict[str, str] = {}
        self.trouble = ""
        self._lab, self._packages = lab, packages
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> "Rival":
        self._thread.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._over.set()
        self._thread.join(60)

    def _work(self) -> None:
        number = 0
        with catalogue.client(self._lab, self._lab.sysadmin) as other:
            while not self._over.is_set():
                package = self._packages[number % len(self._packages)]
                number += 1
                text = f"The rival's purpose, {number}"
                try:
                    other.call_action("package_revise", {"match": {"id": package}, "update": {"purpose": text}})
                except Exception as error:
                    self.trouble = repr(error)
                    return
                self.wrote[package] = text


@pytest.fixture
def desk(lab: labs.Lab, new_organization: catalogue.Organization, office: offices.Office, tmp_path: Path) -> Desk:
    """Sit down before packages that nobody else knows yet."""
    for number in range(PACKAGES):
        name = f"{new_organization.name}-{number:02}"
        catalogue.put(lab, new_organization, records.required(name, name))
    desk = Desk(lab, new_organization.name, tmp_path, office)
    desk.exported()
    return desk


def test_a_rival_who_edits_all_the_time_loses_nothing_and_takes_nothing_away(
    desk: Desk, new_organization: catalogue.Organization, lab: labs.Lab, own_ledger: Path
) -> None:
    """Every last edit of the rival stands, every title of the editor stands or its row is a conflict."""
    rows = desk.table("Packages")
    desk.type([("Packages", int(row["#"]), "Title", f"{row['URL']} edited") for row in rows])
    clashing = [row["ID"] for row in rows[:CLASHES]]
    with catalogue.client(lab, lab.sysadmin) as other:
        for package in clashing:
            other.call_action("package_patch", {"id": package, "title": f"The rival's {package}"})

    with Rival(lab, [row["ID"] for row in rows]) as rival:
        report = desk.imported("--max-rate", "5", status=1)  # so that they meet
    again = desk.imported(status=1)

    after = catalogue.snapshot(lab, [row["ID"] for row in rows])
    titles = {row["ID"]: f"{row['URL']} edited" for row in rows}
    calls = [call for run in Ledger(own_ledger).runs() for call in Ledger(own_ledger).calls(run.id)]
    assert rival.trouble == ""
    assert {key: after[key]["purpose"] for key in rival.wrote} == rival.wrote
    assert {key: after[key]["title"] for key in titles if key not in clashing} == {
        key: title for key, title in titles.items() if key not in clashing
    }
    assert [after[key]["title"] for key in clashing] == [f"The rival's {key}" for key in clashing]
    in_conflict = {row["package"] for row in again["rows"] if row["result"] == "conflict"}
    assert in_conflict == {row["URL"] for row in rows[:CLASHES]}
    assert {row["result"] for row in report["rows"]} <= {"updated", "conflict"}
    assert in_conflict <= {row["package"] for row in report["rows"] if row["result"] == "conflict"}
    assert "mismatched" in {call.reason for call in calls}
