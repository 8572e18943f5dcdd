"""What `bulkedit demo` shows, and the sample workbooks that it leaves."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import sample_workbooks
from office_desk import Desk, rows

from bulkedit.ckan.client import Client
from bulkedit.sandbox import Sandbox


@dataclass(frozen=True)
class Day:
    """A demo that was run: what it told, and its folder."""

    told: str
    folder: Path


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    """Run the demo once, as a program of its own."""
    folder = tmp_path_factory.mktemp("desk")
    done = subprocess.run(
        [sys.executable, "-m", "bulkedit", "demo", "day"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return Day(done.stdout, folder / "day")


def test_the_demo_shows_every_kind_of_answer(day: Day) -> None:
    """Updated, created and deleted rows, a conflict, an invalid row with its cell, and what it held back."""
    results = {row["Result"] for row in rows(day.folder / "parks-imported.xlsx", "Contacts")}

    assert results == {"updated", "created", "deleted", "invalid", "unchanged"}
    assert "Conflict in [Title]" in day.told
    assert "dark-places  deleted\n    Deleted this package." in day.told
    assert "benches  created\n    Created this package" in day.told
    assert "invalid\n    [E-mail] “tomas.fenn at parks.example” is not an e-mail address." in day.told
    assert "not sent\n    Not sent, because Contacts row 36 of the same package is invalid." in day.told


def test_the_demo_ends_with_nothing_left_to_do(day: Day) -> None:
    """What was mended went through, and the last import finds every row unchanged."""
    imports = re.findall(r"^(?:\d+ \w+.*)\.$", day.told, re.MULTILINE)

    assert imports[-4].startswith("3 updated, ")
    assert re.fullmatch(r"\d+ unchanged\.", imports[-3])
    assert {row["Result"] for row in rows(day.folder / "parks.xlsx", "Packages")} == {"unchanged"}


def test_the_demo_takes_its_last_run_back_and_does_it_again(day: Day) -> None:
    """An undo brings back what was, and the undo of it what had been sent: the end is the same."""
    undone, redone = re.findall(r"^This takes back .*$", day.told, re.MULTILINE)

    assert "the import of" in undone
    assert "the undo of run" in redone
    assert day.told.count("2 updated.") == 2


def test_the_demo_sends_a_file(day: Day) -> None:
    """The new record's file lies on the site, as it lies in the folder."""
    with Sandbox(day.folder / "catalogue.sqlite") as sandbox:
        [resource] = Client(sandbox.url, sandbox.tokens["editor"]).read("package_show", id="benches")["resources"]
        content = sandbox.store.upload(resource["id"])[1]

    assert resource["url_type"] == "upload"
    assert content == (day.folder / "benches.csv").read_bytes()


def test_the_colleague_keeps_what_she_wrote(day: Day) -> None:
    """The catalogue ends with both: the colleague's title and purpose, and the editor's keyword and answer."""
    with Sandbox(day.folder / "catalogue.sqlite") as sandbox:
        shown = {
            name: Client(sandbox.url, sandbox.tokens["editor"]).read("package_show", id=name)
            for name in ("signposts-and-waymarks", "picnic-sites")
        }

    assert shown["signposts-and-waymarks"]["title"] == "Signposts, waymarks and noticeboards"
    assert shown["picnic-sites"]["purpose"].startswith("To show visitors where they can rest")
    assert shown["picnic-sites"]["open_by_default"] == "true"


def test_the_demo_leaves_four_workbooks_and_the_catalogue(day: Day) -> None:
    """The workbook at work, copies of it exported, edited and imported, the catalogue and the ledger."""
    left = {path.name for path in day.folder.iterdir() if not path.name.startswith("ledger-")}

    assert left == {
        "parks.xlsx",
        "parks.bak.xlsx",
        "parks-exported.xlsx",
        "parks-edited.xlsx",
        "parks-imported.xlsx",
        "benches.csv",
        "catalogue.sqlite",
        "ledger.sqlite",
    }


def test_a_second_demo_leaves_the_first_and_the_environment_alone(desk: Desk) -> None:
    """Without a folder's name each demo has a new one, and it names its own catalogue only while it runs."""
    (desk.folder / "bulkedit-demo").mkdir()
    (desk.folder / "bulkedit-demo" / "parks.xlsx").write_text("edits")
    before = desk.files()
    desk.monkeypatch.setenv("CKAN_URL", "http://127.0.0.1:9")

    said = desk("demo")

    assert said.status == 0
    assert {name: digest for name, digest in desk.files().items() if name in before} == before
    assert (desk.folder / "bulkedit-demo-2" / "parks.xlsx").is_file()
    assert os.environ["CKAN_URL"] == "http://127.0.0.1:9"


def test_a_folder_in_use_is_refused(desk: Desk) -> None:
    """Somebody's files are not mixed with the demo's."""
    (desk.folder / "mine").mkdir()
    (desk.folder / "mine" / "notes.txt").write_text("mine")
    before = desk.files()

    said = desk("demo", "mine")

    assert said.status == 3
    assert said.told == "The folder mine is not empty; give another one, or remove it."
    assert desk.files() == before


@pytest.mark.parametrize("name", ["x" * 300, "y" * 200 + "/" + "z" * 300])
def test_a_folder_that_cannot_be_made(desk: Desk, name: str) -> None:
    """One sentence."""
    said = desk("demo", name)

    assert said.status == 3
    assert said.told == f"The folder {name} cannot be made (File name too long); give another one."


def demo(folder: Path, *arguments: str, **how: Any) -> subprocess.CompletedProcess[str]:
    """Run the demo as a program of its own."""
    command = [sys.executable, "-m", "bulkedit", "demo", *arguments]
    return subprocess.run(command, cwd=folder, stderr=subprocess.PIPE, text=True, check=False, **how)


def test_a_demo_behind_a_proxy_in_a_folder_with_a_blank(tmp_path: Path) -> None:
    """The catalogue is on this computer, where no proxy is asked; what is shown can be typed as it stands."""
    proxies = dict.fromkeys(("HTTP_PROXY", "http_proxy", "ALL_PROXY"), "http://127.0.0.1:9")

    done = demo(tmp_path, "a day", env=os.environ | proxies, stdout=subprocess.PIPE)

    assert (done.returncode, done.stderr) == (0, "")
    assert "$ bulkedit import 'a day/parks.xlsx' --dry-run" in done.stdout
    assert "sandbox --db 'a day/catalogue.sqlite'" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device")
def test_a_demo_that_nobody_can_read(tmp_path: Path) -> None:
    """Where nothing can be written, one sentence says so."""
    with Path("/dev/full").open("w") as full:
        done = demo(tmp_path, stdout=full)

    assert done.returncode == 3
    assert done.stderr == "bulkedit: The output cannot be written (No space left on device); is a disk full?\n"


# -- samples


def test_the_sample_workbooks_are_what_bulkedit_makes_today(tmp_path: Path) -> None:
    """Exported, edited and imported: every cell of every sheet; `make samples` makes them anew."""
    url = sample_workbooks.regenerate(tmp_path, port=0)

    for name in sample_workbooks.NAMES:
        kept, made = (cells(folder / name) for folder in (sample_workbooks.FOLDER, tmp_path))
        assert kept.keys() == made.keys()
        for sheet, texts in made.items():
            assert kept[sheet] == [text.replace(url, "http://127.0.0.1:5080") for text in texts], (name, sheet)


def cells(path: Path) -> dict[str, list[str]]:
    """Return the texts of a workbook's cells by sheet; the digest, which follows from them, is left out."""
    book = openpyxl.load_workbook(path)
    found = {
        sheet.title: [
            str(value)
            for row in sheet.iter_rows(values_only=True)
            if row[0] != "base_sha256"
            for value in row
            if value is not None
        ]
        for sheet in book
    }
    book.close()
    return found
