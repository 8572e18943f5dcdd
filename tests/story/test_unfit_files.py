"""Files that are no workbook, and places where none can be written: one sentence, and nothing else happens."""

import os
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from office_desk import NEW_TITLE, Desk, edit, two_packages

# -- files that are no workbook


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _truncated(path: Path, workbook: bytes) -> None:
    path.write_bytes(workbook[: len(workbook) // 2])


def _other_zip(path: Path, workbook: bytes) -> None:
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("content.xml", "<x/>")


def _other_workbook(path: Path, workbook: bytes) -> None:
    openpyxl.Workbook().save(path)


BAD_FILES: dict[str, Callable[[Path, bytes], object]] = {
    "text": lambda path, _: path.write_text("a;b;c\n", encoding="utf-8"),
    "empty": lambda path, _: path.write_bytes(b""),
    "one byte": lambda path, _: path.write_bytes(b"P"),
    "xls or encrypted": lambda path, _: path.write_bytes(OLE + bytes(5000)),
    "truncated": _truncated,
    "another zip": _other_zip,
    "another workbook": _other_workbook,
    "missing": lambda path, _: None,
    "folder": lambda path, _: path.mkdir(),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_file_that_is_no_workbook(desk: Desk, case: str) -> None:
    """Whatever is given as a workbook gets one sentence; the site is not asked and the file not touched."""
    ckan, workbook = desk.exported(two_packages())
    path = desk.folder / "given.xlsx"
    BAD_FILES[case](path, workbook.read_bytes())
    before = desk.files()

    said = desk("import", path, "--yes")

    assert said.status == 3
    assert len(said.told) > 20
    assert (ckan.heard, desk.files(), said.out) == ([], before, "")


def test_an_export_does_not_replace_a_workbook_that_is_open(desk: Desk) -> None:
    """A spreadsheet program would write its own version over it: exit 3, the file stays."""
    _, workbook = desk.exported(two_packages())
    (desk.folder / f".~lock.{workbook.name}#").write_bytes(b"")
    before = desk.files()

    said = desk("export", "parks", "-o", workbook, "--force")

    assert (said.status, said.out, desk.files()) == (3, "", before)
    assert "open in a spreadsheet program" in said.told


@pytest.mark.parametrize("name", ["parks.xls", "parks", "parks.csv"])
def test_a_workbook_is_called_xlsx(desk: Desk, name: str) -> None:
    """A spreadsheet program opens a file by its name: exit 3, nothing is written or asked."""
    desk.open(two_packages())

    said = desk("export", "parks", "-o", name)

    assert (said.status, said.out, desk.files()) == (3, "", {})
    assert ".xlsx" in said.told


def test_results_beside_an_open_workbook_say_where_to_go_on(desk: Desk) -> None:
    """The open workbook does not know what was sent: one must go on in the other file."""
    _, workbook = desk.exported(two_packages())
    (desk.folder / f".~lock.{workbook.name}#").write_bytes(b"")

    said = desk("import", workbook, "--yes")

    assert "is open in a spreadsheet program" in said.out
    assert "go on in that file" in said.out


def test_an_organization_given_twice_is_exported_once(desk: Desk) -> None:
    """By name and by title it is the same one: its packages stand there once."""
    desk.open(two_packages())

    said = desk("export", "parks", "parks", "-o", "parks.xlsx", "--json")

    assert said.json()["counts"]["Packages"] == 2


def test_an_export_without_packages_says_so(desk: Desk) -> None:
    """A slip in a filter gives an empty workbook: it is said beside the counts."""
    desk.open([])

    said = desk("export", "parks")

    assert said.status == 0
    assert "no packages were found" in said.err


def test_a_password_in_the_address_is_refused(desk: Desk) -> None:
    """It would stand in the workbook and in messages; nothing is asked of the site."""
    ckan = desk.open(two_packages())

    said = desk("export", "parks", "--site", ckan.url.replace("://", "://ann:secret@"))

    assert (said.status, said.out, ckan.heard) == (3, "", [])
    assert "secret" not in said.told


def test_a_workbook_damaged_anywhere(desk: Desk) -> None:
    """Wrong bytes in any part of a workbook end in one sentence, and nothing is sent."""
    ckan, workbook = desk.exported(two_packages())
    whole = workbook.read_bytes()
    with zipfile.ZipFile(workbook) as parts:
        starts = [part.header_offset + 30 + len(part.filename) for part in parts.infolist()]
    damaged = [whole[: at + 8] + bytes(12) + whole[at + 20 :] for at in starts]

    runs = []
    for content in damaged:
        workbook.write_bytes(content)
        runs.append(desk("import", workbook, "--yes", "--no-write"))

    assert {said.status for said in runs} == {3}
    assert all(said.told for said in runs)
    assert ckan.writes == []


def test_an_encrypted_workbook_is_called_that(desk: Desk) -> None:
    """Old and password-protected files look alike: the sentence says what to do in both cases."""
    desk.open([])
    (desk.folder / "given.xlsx").write_bytes(OLE + bytes(5000))

    said = desk("import", "given.xlsx", "--yes")

    assert all(word in said.told for word in ("given.xlsx", ".xls", "password"))


# -- where results would go


def test_a_workbook_that_exists_is_not_replaced(desk: Desk) -> None:
    """A workbook may hold edits: only `--force` replaces it, and what was there stays as a backup."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()

    refused = desk("export", "parks", "-o", workbook)
    after = desk.files()
    forced = desk("export", "parks", "-o", workbook, "--force")

    assert refused.status == 3
    assert all(word in refused.told for word in ("parks.xlsx", "--force"))
    assert after == before
    assert forced.status == 0
    assert desk.files()["parks.bak.xlsx"] == before["parks.xlsx"]
    assert ckan.writes == []


def closed_folder(folder: Path) -> Path:
    """Return a folder into which nobody can write."""
    closed = folder / "closed"
    closed.mkdir(mode=0o500)
    return closed if not os.access(closed, os.W_OK) else Path("/proc")  # nothing is closed to root but this


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
@pytest.mark.parametrize("where", ["closed", "missing"])
def test_a_folder_that_is_not_writable(desk: Desk, where: str) -> None:
    """Before anything is sent it is certain that the results can be written."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    folder = closed_folder(desk.folder) if where == "closed" else desk.folder / "missing"
    before = desk.files()

    runs = [
        desk("import", workbook, "--yes", "-o", folder / "copy.xlsx"),
        desk("export", "parks", "-o", folder / "copy.xlsx"),
    ]

    assert [said.status for said in runs] == [3, 3]
    assert all(str(folder) in said.told for said in runs)
    assert (ckan.writes, desk.files()) == ([], before)
