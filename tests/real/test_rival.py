"""Somebody else edits the same packages all the time while an import runs: nothing of either side is lost."""

import json
import threading
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import catalogue
import lab as labs
import office as offices
import pytest
import records
from cutting_proxy import CuttingProxy
from desk import Desk

from bulkedit.ledger import Ledger
from bulkedit.workflow.delivery import ATTEMPTS

PACKAGES = 12
CLASHES = {0: "title", 1: "title", 2: "title", 3: "tags", 4: "tags", 5: "email"}
"""What the rival has changed by package before the import, and the editor as well."""
STUBBORN, PATIENT = 11, 10
"""Packages that the rival changes before every attempt, and before all but the last."""

FIELDS = {
    "title": ("Packages", "Title"),
    "notes": ("Packages", "Description"),
    "tags": ("Packages", "Keywords"),
    "email": ("Contacts", "Email"),
}
AGAIN = "The package was changed on the site again and again while this was sent; nothing was stored."
SECONDS = 60


def edits(number: int, name: str) -> dict[str, str]:
    """Return what the editor makes of a package: another title, in some rows a second field, in some a contact."""
    made = {"title": f"{name} edited"}
    if number % 2 == 0:
        made["notes"] = f"The editor's words on {name}."
    if number in (3, 4, 9):
        made["tags"] = "edited; tides"
    if number in (5, 7):
        made["email"] = f"editor-{number}@example.org"
    return made


def seen(package: Mapping[str, Any]) -> dict[str, str]:
    """Return of a package what either side edits here, but for the purpose, which is the rival's alone."""
    tags = "; ".join(sorted(tag["name"] for tag in package["tags"]))
    contact = package["contacts"][0]
    return {"title": package["title"], "notes": package["notes"], "tags": tags, "email": contact["email"]}


class Rival:
    """Another client, who changes the purpose of one package after the other until told to stop, or robbed.

    Attributes:
        wrote: the last text that CKAN acknowledged, by package.
        times: how often CKAN acknowledged one, by package.
        trouble: what went wrong first, or what was lost.
    """

    def __init__(self, lab: labs.Lab, packages: list[str]) -> None:
        self.wrote: dict[str, str] = {}
        self.times: Counter[str] = Counter()
        self.trouble = ""
        self._lab, self._packages = lab, packages
        self._over = threading.Event()
        self._written = threading.Condition()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> "Rival":
        self._thread.start()
        return self

    def __exit__(self, *trouble: object) -> None:
        self._over.set()
        self._thread.join(SECONDS)

    @property
    def at_work(self) -> bool:
        """Tell whether anything may still be written."""
        return self._thread.is_alive()

    def write(self, package: str) -> None:
        """Change a package now, if what was written last is still there: else it is lost, and CKAN refuses."""
        with self._written, catalogue.client(self._lab, self._lab.sysadmin) as other:
            text = f"The rival's purpose, {self.times.total() + 1}"
            last = {"purpose": self.wrote[package]} if package in self.wrote else {}
            call = {"match": {"id": package, **last}, "update": {"purpose": text}}
            try:
                other.call_action("package_revise", call)
            except Exception as error:
                self.trouble = self.trouble or f"{package}, {text}: {error!r}"
                raise
            self.wrote[package] = text
            self.times[package] += 1
            self._written.notify_all()

    def go_round(self) -> None:
        """Wait until every package has been changed once more."""
        with self._written:
            before = self.times.copy()
            there = self._written.wait_for(lambda: all(self.times[p] > before[p] for p in self._packages), SECONDS)
            assert there, self.trouble

    def _work(self) -> None:
        while not self._over.is_set():
            for package in self._packages:
                with suppress(Exception):  # it is noted
                    self.write(package)
                if self.trouble:
                    return
                time.sleep(0.1)  # faster, and nobody else would ever get a word in: three tries are three


class Meeting:
    """Has the rival write between the import's reading and writing.

    Every package is read before the first is written, so a round of the rival before that one changes them all
    in between. Some packages are changed again, before so many attempts.
    """

    def __init__(self, rival: Rival, attempts: Mapping[str, int]) -> None:
        self.met: Counter[str] = Counter()
        self._rival, self._attempts = rival, attempts
        self._lock = threading.Lock()

    def __call__(self, action: str, body: bytes) -> None:
        """Let the rival write before a call is passed on."""
        if action != "package_revise":
            return
        package = json.loads(body)["match"]["id"]
        with self._lock:
            if not self.met:
                self._rival.go_round()
            self.met[package] += 1
            if self.met[package] <= self._attempts.get(package, 0):
                self._rival.write(package)


@pytest.fixture
def desk(
    lab: labs.Lab,
    proxy: CuttingProxy,
    new_organization: catalogue.Organization,
    office: offices.Office,
    tmp_path: Path,
) -> Desk:
    """Sit down before packages that nobody else knows yet."""
    for number in range(PACKAGES):
        name = f"{new_organization.name}-{number:02}"
        more = {"contacts": [records.contact(number, 0)], "tags": [{"name": "tides"}]}
        catalogue.put(lab, new_organization, records.required(name, name) | more)
    desk = Desk(replace(lab, url=proxy.url), new_organization.name, tmp_path, office)
    desk.exported()
    return desk


@dataclass(frozen=True)
class Sides:
    """What both sides have done when the import begins.

    Attributes:
        names: names of the packages by id, in the workbook's order.
        before: what `seen` sees of each package by id.
        wanted: what it is to see at the end.
        clashes: the headers of the fields that both sides changed, by sheet and row.
    """

    names: dict[str, str]
    before: dict[str, dict[str, str]]
    wanted: dict[str, dict[str, str]]
    clashes: dict[tuple[str, int], str]


@pytest.fixture
def sides(desk: Desk, lab: labs.Lab) -> Sides:
    """Have the editor edit the workbook, and the rival the same fields on the site."""
    names = {row["ID"]: row["URL"] for row in desk.table("Packages")}
    typed = {key: edits(number, name) for number, (key, name) in enumerate(names.items())}
    clashing = {list(names)[number]: field for number, field in CLASHES.items()}

    def place(key: str, field: str) -> tuple[str, int]:
        sheet = FIELDS[field][0]
        return sheet, desk.row(sheet, **{"URL" if sheet == "Packages" else "Package": names[key]})

    clashes = {place(key, field): FIELDS[field][1] for key, field in clashing.items()}
    desk.type(
        [(*place(key, field), FIELDS[field][1], text) for key, own in typed.items() for field, text in own.items()]
    )
    for key, field in clashing.items():
        clash(lab, key, field)
    before = {key: seen(package) for key, package in catalogue.snapshot(lab, names).items()}
    going = {key: {f: text for f, text in own.items() if f != clashing.get(key)} for key, own in typed.items()}
    return Sides(names, before, {key: before[key] | going[key] for key in names}, clashes)


def clash(lab: labs.Lab, package: str, field: str) -> None:
    """Change a field that the editor has changed in the workbook."""
    word = f"rival-{package[:8]}"
    contact = catalogue.snapshot(lab, [package])[package]["contacts"][0]
    changed: dict[str, dict[str, Any]] = {
        "title": {"title": word},
        "tags": {"tags": [{"name": word}]},
        "email": {"contacts": [contact | {"email": f"{word}@example.org"}]},
    }
    with catalogue.client(lab, lab.sysadmin) as other:
        other.call_action("package_patch", {"id": package, **changed[field]})


def places(report: Mapping[str, Any], result: str) -> dict[tuple[str, int], str]:
    """Return the messages of rows with a result, by sheet and row."""
    return {(row["sheet"], row["row"]): row["message"] for row in report["rows"] if row["result"] == result}


def refusals(ledger_path: Path, run: str) -> dict[str, list[str]]:
    """Return why each call of a run was not stored, in their order, by package; nothing where it was."""
    reasons: dict[str, list[str]] = {}
    with closing(Ledger(ledger_path)) as ledger:
        for call in ledger.calls(run):
            reasons.setdefault(call.package, []).append(call.reason)
    return reasons


def test_a_rival_who_edits_all_the_time_loses_nothing_and_takes_nothing_away(
    sides: Sides, desk: Desk, proxy: CuttingProxy, lab: labs.Lab, own_ledger: Path
) -> None:
    """Every edit of the rival stands, every edit of the editor stands or its row is a conflict that says why."""
    ids = list(sides.names)

    with Rival(lab, ids) as rival:
        proxy.before = Meeting(rival, {ids[STUBBORN]: ATTEMPTS, ids[PATIENT]: ATTEMPTS - 1})
        first = desk.imported("--max-rate", "5", status=1)  # so that they meet by chance as well
    between = catalogue.snapshot(lab, ids)
    second = desk.imported(status=1)
    after = catalogue.snapshot(lab, ids)

    assert (rival.trouble, rival.at_work, rival.times.keys()) == ("", False, set(ids))
    assert {key: package["purpose"] for key, package in after.items()} == rival.wrote
    they_met(refusals(own_ledger, first["run"]), ids)
    said = places(first, "conflict")
    late = {row["package"] for row in first["rows"] if AGAIN in row["message"]}
    assert sides.names[ids[STUBBORN]] in late
    assert {row["result"] for row in first["rows"]} == {"updated", "conflict"}
    assert {place for place, message in said.items() if not message.startswith(AGAIN)} == sides.clashes.keys()
    assert [place for place, header in sides.clashes.items() if f"Conflict in [{header}]" not in said[place]] == []
    assert {key: seen(package) for key, package in between.items()} == {
        key: sides.before[key] if name in late else sides.wanted[key] for key, name in sides.names.items()
    }
    assert {key: seen(package) for key, package in after.items()} == sides.wanted
    assert places(second, "conflict").keys() == sides.clashes.keys()
    assert places(second, "updated").keys() == {p for p in said if AGAIN in said[p]} - sides.clashes.keys()
    assert {row["result"] for row in second["rows"]} == {"updated", "conflict"}


def they_met(reasons: Mapping[str, list[str]], ids: list[str]) -> None:
    """Assert that every package that was sent had been changed since it was read, two of them more than once."""
    nothing_goes = {ids[number] for number, field in CLASHES.items() if edits(number, "").keys() == {field}}
    met = ["mismatched"]
    assert {key: own[:1] for key, own in reasons.items()} == {key: met for key in ids if key not in nothing_goes}
    assert reasons[ids[STUBBORN]] == met * ATTEMPTS
    assert reasons[ids[PATIENT]][: ATTEMPTS - 1] == met * (ATTEMPTS - 1)
