"""Whatever a catalogue answers: a documented end, no write that nobody meant, no false word of success."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from live_catalogue import LiveCatalogue, package, package_id, resource_id
from lying_proxy import Lie, LyingProxy, Told, lies
from office_desk import Said, edit
from patience import examples, within
from quick_time import QuickTime
from scripted import TOKEN

from bulkedit.ckan import pace
from bulkedit.cli import run
from bulkedit.sandbox import Sandbox
from bulkedit.sandbox.actions import READING

ONE, TWO, THREE = map(package_id, (1, 2, 3))
EDITS = (
    ("Packages", ONE, "Title", "Trails and paths"),
    ("Packages", TWO, "Description", "Where to run."),
    ("Resources", resource_id(2), "Description", "All trails"),
)
READ = (
    "status_show help_show user_show organization_list_for_user package_search package_show group_list_authz"
).split()
"""Actions that an import reads with."""
STALE = 500
"""Stands for `metadata_modified` in a lie about a key: the site refuses what is sent."""


class Street:
    """A catalogue, a liar before it, and a folder with a workbook; everything is as new in each example."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.proxy, self._capsys = LyingProxy(), capsys
        self.ckan: LiveCatalogue
        self.folder: Path
        self.workbooks: dict[str, bytes] = {}

    def begin(self, folder: str) -> None:
        """Start anew."""
        ticks = iter(range(1, 10_000))
        self.ckan = LiveCatalogue(
            Sandbox(packages=False, now=lambda: datetime(2026, 11, 1, 8, next(ticks) // 60, 0, tzinfo=UTC)).start()
        )
        self.folder = Path(folder)
        self.ckan.make(package(1), package(2), package(3))
        os.environ["BULKEDIT_LEDGER"] = str(self.folder / "ledger.sqlite")
        os.environ["CKAN_URL"] = self.proxy.server.url

    def end(self) -> None:
        """Put the catalogue away."""
        self.ckan.close()

    def lie(self, told: Sequence[Told] = ()) -> None:
        """Lie from now on; what was asked so far is forgotten."""
        self.proxy.stand_before(self.ckan.url, told)
        self.ckan.heard.clear()

    def __call__(self, *arguments: str | Path) -> Said:
        """Run the program; it ends in a documented way and in time, whatever it was told."""
        self._capsys.readouterr()
        with within(60):
            status = run([str(argument) for argument in arguments])
        said = self._capsys.readouterr()
        found = Said(status, said.out, said.err)
        assert status in (0, 1, 3), found
        trouble = [line for line in said.err.splitlines() if not line.startswith("Note: ")]
        assert len(trouble) <= (1 if status == 3 else 2), found
        assert status == 3 or not said.err or "mistake" not in said.err, found
        assert "Traceback" not in said.out + said.err, found
        assert "made a mistake" not in said.out, found
        return found

    def exported(self) -> Path:
        """Return an export of the catalogue, by an honest answer; it is made once."""
        path = self.folder / "parks.xlsx"
        if "exported" not in self.workbooks:
            self.lie()
            assert self("export", "parks", "-o", path).status == 0
            self.workbooks["exported"] = path.read_bytes()
            edit(path, *EDITS)
            self.workbooks["edited"] = path.read_bytes()
        path.write_bytes(self.workbooks["exported"])
        return path

    def edited(self) -> Path:
        """Return the export with edits in it."""
        path = self.exported()
        path.write_bytes(self.workbooks["edited"])
        return path

    def written(self) -> set[str]:
        """Return the ids of the packages that writes were about; the probe that says nothing is none."""
        writes = [said for action, said in self.ckan.heard if action not in READING and said]
        return {str((said.get("match") or said).get("id")) for said in writes}

    def assert_true(self, rows: Sequence[dict[str, Any]]) -> None:
        """Assert that the catalogue holds what rows say to be there."""
        for row in rows:
            if row["result"] == "updated":
                held = self.ckan.shown({f"trails-{n}": package_id(n) for n in (1, 2, 3)}[row["package"]])
                owner = held if row["sheet"] == "Packages" else held["resources"][0]
                for change in row["changes"]:
                    assert owner[change["field"]] == change["edited"], (row, held)

    def assert_ledger_is_read(self) -> None:
        """Assert that the ledger tells its runs."""
        assert self("history", "--json").status == 0


@pytest.fixture
def street(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Street]:
    """Return a street; its examples share the proxy, whose address stands in the workbook."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("CKAN_API_KEY", TOKEN)
    monkeypatch.setenv("CKAN_URL", "")
    monkeypatch.setattr(pace, "RealTime", QuickTime)
    one = Street(capsys)
    yield one
    one.proxy.server.stop()


@examples(6)
@given(told=lies(*READ, "package_revise", "package_revise"))
@example(told=[Told("package_search", 0, 1, Lie.KEY, STALE), Told("package_show", 0, 20, Lie.KEY, STALE)])
def test_an_import_that_is_lied_to(street: Street, told: list[Told]) -> None:
    """It writes to edited packages only, and a row called updated is; the honest import after it ends the work."""
    with tempfile.TemporaryDirectory() as folder:
        street.begin(folder)
        try:
            workbook = street.edited()
            street.lie(told)

            said = street("import", workbook, "--yes", "--json")

            assert street.written() <= {ONE, TWO}
            street.assert_true(said.json()["rows"] if said.out else [])
            street.assert_ledger_is_read()
            street.lie()
            after = street("import", workbook, "--yes", "--json")
            assert after.status in (0, 1), after
            assert street.written() <= {ONE, TWO}
            street.assert_true(after.json()["rows"])
        finally:
            street.end()


@examples(4)
@given(told=lies(*READ, "package_revise", "package_revise"))
def test_an_undo_that_is_lied_to(street: Street, told: list[Told]) -> None:
    """It writes to the packages of its run only."""
    with tempfile.TemporaryDirectory() as folder:
        street.begin(folder)
        try:
            workbook = street.edited()
            street.lie()
            assert street("import", workbook, "--yes", "--json").status == 0
            street.lie(told)

            street("undo", "--yes", "--json")

            assert street.written() <= {ONE, TWO}
            street.assert_ledger_is_read()
        finally:
            street.end()


@examples(4)
@given(told=lies(*READ))
def test_a_refresh_that_is_lied_to(street: Street, told: list[Told]) -> None:
    """It writes nothing to the site, and what it leaves can be checked: the edits are in it."""
    with tempfile.TemporaryDirectory() as folder:
        street.begin(folder)
        try:
            workbook = street.edited()
            street.ckan.edit(THREE, title="Somebody's title", notes="Somebody's words")
            street.lie(told)

            street("refresh", workbook, "--json")

            assert street.written() == set()
            checked = street("check", workbook, "--no-write", "--json")
            kept = {
                (row["sheet"], change["edited"]) for row in checked.json()["rows"] for change in row["changes"]
            }
            assert {(sheet, text) for sheet, _, _, text in EDITS} <= kept, checked
        finally:
            street.end()


@examples(4)
@given(
    told=lies(
        *(*READ, "organization_show", "license_list", "member_list", "scheming_dataset_schema_show"),
        *("package_search", "scheming_dataset_schema_show"),
    )
)
def test_an_export_that_is_lied_to(street: Street, told: list[Told]) -> None:
    """It writes nothing, and either there is no workbook or one in which nothing is edited."""
    with tempfile.TemporaryDirectory() as folder:
        street.begin(folder)
        try:
            path = street.folder / "lies.xlsx"
            street.lie(told)

            said = street("export", "parks", "-o", path, "--json")

            assert street.written() == set()
            assert path.exists() == (said.status == 0)
            if said.status == 0:
                checked = street("check", path, "--no-write", "--json")
                assert (checked.status, checked.json()["rows"]) == (0, []), checked
        finally:
            street.end()
