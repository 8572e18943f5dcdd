"""Saving a workbook: at no moment is there less than one whole workbook, and it stays the person's."""

import os
import stat
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import pytest
from live_catalogue import LiveCatalogue, package_id
from office_desk import NEW_TITLE, Desk, edit, rows, two_packages

from bulkedit.core.trouble import RunError
from bulkedit.excel.save import backup_of, ensure_writable, is_open_elsewhere, save, tidy

ONE = package_id(1)
POSIX = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links as POSIX has them")


def saying(content: bytes) -> Callable[[BinaryIO], None]:
    """Return a writer of some bytes."""

    def write(file: BinaryIO) -> None:
        file.write(content)

    return write


def breaking(file: BinaryIO) -> None:
    """Write half of something, and break."""
    file.write(b"half")
    file.flush()
    raise KeyboardInterrupt


def names(folder: Path) -> list[str]:
    """Return what is in a folder."""
    return sorted(path.name for path in folder.iterdir())


def test_a_new_file_is_written(tmp_path: Path) -> None:
    """A first save leaves the file and nothing else."""
    path = tmp_path / "parks.xlsx"

    save(path, saying(b"first"))

    assert path.read_bytes() == b"first"
    assert names(tmp_path) == ["parks.xlsx"]


def test_the_previous_version_stays(tmp_path: Path) -> None:
    """What was there before is kept beside it, always the version just before."""
    path = tmp_path / "parks.xlsx"

    for content in (b"first", b"second", b"third"):
        save(path, saying(content))

    assert path.read_bytes() == b"third"
    assert backup_of(path).read_bytes() == b"second"
    assert names(tmp_path) == ["parks.bak.xlsx", "parks.xlsx"]


def test_a_file_is_on_the_disk_before_it_has_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a power cut could leave an empty workbook where there was one."""
    path = tmp_path / "parks.xlsx"
    synced: list[tuple[int, bool]] = []
    sync = os.fsync

    def noting(handle: int) -> None:
        synced.append((os.fstat(handle).st_ino, path.exists()))
        sync(handle)

    monkeypatch.setattr(os, "fsync", noting)

    save(path, saying(b"new"))

    assert (path.stat().st_ino, False) in synced


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    """Of this workbook, whatever its name looks like to a shell; other runs write beside other workbooks."""
    parks, others = (
        tmp_path / "parks [2026].xlsx",
        [tmp_path / f"{name}.xlsx" for name in ("parks [2026]-north", "x")],
    )
    temporary: dict[Path, list[str]] = {}
    for path in (parks, *others):
        save(path, lambda file, of=path: temporary.update({of: names(tmp_path)}))
    left = [name for held in temporary.values() for name in held if name.startswith(".")]
    for name in left:
        (tmp_path / name).touch()

    tidy(parks)

    assert len(left) == 3
    assert [name for name in names(tmp_path) if name.startswith(".")] == sorted(left[1:])


def test_a_failure_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    """Whatever breaks while writing: file and backup are as before, and no temporary file stays."""
    path = tmp_path / "parks.xlsx"
    save(path, saying(b"first"))
    save(path, saying(b"second"))

    with pytest.raises(KeyboardInterrupt):
        save(path, breaking)

    assert (path.read_bytes(), backup_of(path).read_bytes()) == (b"second", b"first")
    assert names(tmp_path) == ["parks.bak.xlsx", "parks.xlsx"]


def test_a_failure_with_a_new_file_leaves_nothing(tmp_path: Path) -> None:
    """A first save that breaks leaves an empty folder."""
    with pytest.raises(KeyboardInterrupt):
        save(tmp_path / "parks.xlsx", breaking)

    assert names(tmp_path) == []


def test_the_file_is_whole_while_the_new_one_is_written(tmp_path: Path) -> None:
    """Until the new file is complete, whoever opens the workbook gets the old one."""
    path = tmp_path / "parks.xlsx"
    save(path, saying(b"first"))
    seen = []

    def write(file: BinaryIO) -> None:
        file.write(b"half")
        file.flush()
        seen.append(path.read_bytes())
        file.write(b" and whole")

    save(path, write)

    assert seen == [b"first"]
    assert path.read_bytes() == b"half and whole"


def test_a_backup_that_cannot_be_made_stops_the_save(tmp_path: Path) -> None:
    """Without a backup the old version is not replaced."""
    path = tmp_path / "parks.xlsx"
    save(path, saying(b"first"))
    backup_of(path).mkdir()

    with pytest.raises(OSError, match=r"parks\.bak\.xlsx"):
        save(path, saying(b"second"))

    assert path.read_bytes() == b"first"
    assert names(tmp_path) == ["parks.bak.xlsx", "parks.xlsx"]


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664, 0o444])
def test_permissions_are_kept(tmp_path: Path, mode: int) -> None:
    """Who may read a workbook may read it afterwards, and nobody else; the same for its backup."""
    path = tmp_path / "parks.xlsx"
    save(path, saying(b"first"))
    path.chmod(mode)

    save(path, saying(b"second"))

    assert [stat.S_IMODE(p.stat().st_mode) for p in (path, backup_of(path))] == [mode, mode]


@POSIX
@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_a_new_file_has_the_usual_permissions(tmp_path: Path, mask: int, mode: int) -> None:
    """A new workbook is as readable as any file its owner makes."""
    path = tmp_path / "parks.xlsx"
    before = os.umask(mask)
    try:
        save(path, saying(b"first"))
        after = os.umask(mask)
    finally:
        os.umask(before)

    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert after == mask


@POSIX
def test_a_link_stays_a_link(tmp_path: Path) -> None:
    """A workbook that is reached through a link is saved where it really lies, with its backup beside it."""
    (tmp_path / "share").mkdir()
    real = tmp_path / "share" / "parks.xlsx"
    save(real, saying(b"first"))
    link = tmp_path / "mine.xlsx"
    link.symlink_to(real)

    save(link, saying(b"second"))

    assert link.is_symlink()
    assert (real.read_bytes(), backup_of(real).read_bytes()) == (b"second", b"first")
    assert names(tmp_path) == ["mine.xlsx", "share"]


@pytest.mark.parametrize(
    ("name", "backup"),
    [
        ("parks.xlsx", "parks.bak.xlsx"),
        ("parks", "parks.bak"),
        ("a.b.XLSX", "a.b.bak.XLSX"),
        ("ü 1.xlsm", "ü 1.bak.xlsm"),
    ],
)
def test_a_backup_has_the_name_of_its_workbook(name: str, backup: str) -> None:
    """The backup opens with the same program: its ending stays."""
    found = backup_of(Path("folder") / name)

    assert found == Path("folder") / backup


# -- before anything is sent


def test_asking_whether_a_folder_takes_files_leaves_no_trace(tmp_path: Path) -> None:
    """The question is answered by trying, and cleaned up."""
    ensure_writable(tmp_path / "parks.xlsx")

    assert names(tmp_path) == []


def test_a_folder_that_takes_no_files_is_told(tmp_path: Path) -> None:
    """The sentence names the folder and says what to do."""
    with pytest.raises(RunError, match=r"missing.*use -o FILE"):
        ensure_writable(tmp_path / "missing" / "parks.xlsx")


# -- open in a spreadsheet program


@pytest.mark.parametrize(
    ("name", "lock"),
    [
        ("parks.xlsx", ".~lock.parks.xlsx#"),
        ("parks.xlsx", "~$parks.xlsx"),
        ("many parks.xlsx", "~$ny parks.xlsx"),
        ("ü 1.xlsx", ".~lock.ü 1.xlsx#"),
    ],
    ids=["libreoffice", "excel", "excel, long name", "libreoffice, other letters"],
)
def test_an_open_workbook_is_recognized(tmp_path: Path, name: str, lock: str) -> None:
    """LibreOffice and Excel put a file beside a workbook while it is open."""
    (tmp_path / name).write_bytes(b"")
    before = is_open_elsewhere(tmp_path / name)
    (tmp_path / lock).write_bytes(b"")

    after = is_open_elsewhere(tmp_path / name)

    assert (before, after) == (False, True)


def test_the_lock_of_another_workbook_says_nothing(tmp_path: Path) -> None:
    """Only this workbook's own lock counts."""
    for lock in (".~lock.other.xlsx#", "~$other.xlsx", "~$her.xlsx"):
        (tmp_path / lock).write_bytes(b"")

    assert not is_open_elsewhere(tmp_path / "parks.xlsx")


def opened(desk: Desk, lock: str) -> tuple[LiveCatalogue, Path]:
    """Export and edit a workbook, and leave it open."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    (desk.folder / lock).write_bytes(b"rita")
    return ckan, workbook


@pytest.mark.parametrize("lock", [".~lock.parks.xlsx#", "~$parks.xlsx"])
def test_results_of_an_open_workbook_go_to_another_name(desk: Desk, lock: str) -> None:
    """A workbook that is open is not written to: the results stand beside it, and the run says where."""
    ckan, workbook = opened(desk, lock)
    before = desk.files()

    said = desk("import", workbook, "--yes")

    new = [name for name in desk.files() if name not in before]
    assert said.status == 0
    assert ckan.shown(ONE)["title"] == "Trails and paths"
    assert len(new) == 1
    assert new[0].startswith("parks results ")
    assert new[0].endswith(".xlsx")
    assert str(desk.folder / new[0]) in said.out
    assert {name: digest for name, digest in desk.files().items() if name in before} == before
    assert rows(desk.folder / new[0], "Packages")[0]["Result"] == "updated"


def test_both_workbooks_are_ready_for_the_next_run(desk: Desk) -> None:
    """After results went to another name, neither that file nor the workbook itself sends anything twice."""
    ckan, workbook = opened(desk, "~$parks.xlsx")
    desk("import", workbook, "--yes")
    (desk.folder / "~$parks.xlsx").unlink()
    results = next(desk.folder.glob("parks results *"))
    ckan.heard.clear()

    runs = [desk("import", path, "--yes") for path in (results, workbook)]

    assert [said.status for said in runs] == [0, 0]
    assert ckan.writes == []


def test_an_open_copy_gets_another_name_too(desk: Desk) -> None:
    """The same holds for the file that `-o` names."""
    _, workbook = opened(desk, "~$copy.xlsx")

    said = desk("import", workbook, "--yes", "-o", "copy.xlsx")

    assert said.status == 0
    assert not (desk.folder / "copy.xlsx").exists()
    assert len(list(desk.folder.glob("copy results *.xlsx"))) == 1


def test_results_that_cannot_be_saved_are_told(desk: Desk) -> None:
    """Where the results cannot be written after the sending, standard output has them all and the status is 1."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    backup_of(workbook).mkdir()
    before = desk.files()

    said = desk("import", workbook, "--yes", "--json")

    assert said.status == 1
    assert "could not be written" in said.told
    assert said.json()["counts"] == {"updated": 1, "unchanged": 3}
    assert (len(ckan.writes), ckan.shown(ONE)["title"]) == (1, "Trails and paths")
    assert desk.files() == before


def test_results_that_could_not_be_saved_are_not_sent_twice(desk: Desk) -> None:
    """A run whose results were lost is repeated without harm."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    backup_of(workbook).mkdir()
    desk("import", workbook, "--yes")
    backup_of(workbook).rmdir()
    ckan.heard.clear()

    said = desk("import", workbook, "--yes")

    assert (said.status, ckan.writes) == (0, [])
    assert rows(workbook, "Packages")[0]["Message"] == "The site has this already."


# -- through the command line


def test_an_import_keeps_the_workbook_as_it_was(desk: Desk) -> None:
    """After an import the workbook as the person saved it lies beside the one with the results."""
    _, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = workbook.read_bytes()

    desk("import", workbook, "--yes")

    assert backup_of(workbook).read_bytes() == before
    assert workbook.read_bytes() != before
    assert list(desk.files()) == ["parks.bak.xlsx", "parks.xlsx"]


def test_an_export_makes_no_backup_of_nothing(desk: Desk) -> None:
    """A first export leaves one file."""
    desk.exported(two_packages())

    assert list(desk.files()) == ["parks.xlsx"]
