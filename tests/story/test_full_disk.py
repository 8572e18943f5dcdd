"""A disk that fills up while a workbook is written: what was there survives, nothing half-written is left."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from live_catalogue import package
from office_desk import NEW_TITLE, Desk, edit, two_packages

from bulkedit.core.trouble import RunError
from bulkedit.excel.patch import patch_workbook
from bulkedit.excel.save import backup_of, ensure_writable, save

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and folders as Linux has them")

NOWHERE = Path("/proc")  # a folder into which not even root can write


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond a size: writing on fails, as on a full disk."""
    import resource  # POSIX only

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_workbook_survives_a_disk_that_is_full_half_way(desk: Desk) -> None:
    """The new content breaks off in the middle: workbook and backup are as before, no other file is there."""
    _, workbook = desk.exported(two_packages())
    save(workbook, lambda file: patch_workbook(workbook, file, {"Packages": {2: {2: "first"}}}, {}))
    before = desk.files()

    with room_for(workbook.stat().st_size // 2), pytest.raises(OSError, match="large"):
        save(workbook, lambda file: patch_workbook(workbook, file, {"Packages": {2: {2: "second"}}}, {}))

    assert desk.files() == before
    assert list(before) == ["parks.bak.xlsx", "parks.xlsx"]


def test_a_workbook_survives_a_disk_with_no_room_for_its_backup(tmp_path: Path) -> None:
    """The new content has room and the backup has none: nothing changes, and the previous backup stays."""
    path = tmp_path / "parks.xlsx"
    for content in (b"first" * 1000, b"second" * 1000):
        save(path, lambda file, held=content: file.write(held))

    with room_for(2000), pytest.raises(OSError, match="large"):
        save(path, lambda file: file.write(b"third"))

    assert (path.read_bytes(), backup_of(path).read_bytes()) == (b"second" * 1000, b"first" * 1000)
    assert sorted(held.name for held in tmp_path.iterdir()) == ["parks.bak.xlsx", "parks.xlsx"]


@pytest.mark.parametrize(
    ("share", "says"),
    [(0.5, "There is no room for a copy of"), (1.0, "The results could not be written back into")],
    ids=["not even for a copy", "not for the results"],
)
def test_an_import_without_room_sends_nothing(desk: Desk, share: float, says: str) -> None:
    """That the results will have room is tried before anything is sent: one sentence, and the files as before."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()
    desk("import", workbook, "--yes", "--no-write", "--site", "http://127.0.0.1:9")  # there is a ledger now

    with room_for(int(workbook.stat().st_size * share)):
        said = desk("import", workbook, "--yes")

    assert (said.status, said.out) == (3, "")
    assert said.told.startswith(f"{says} {workbook}")
    assert "too large" in said.told
    assert ckan.writes == []
    assert desk.files() == before


@pytest.mark.parametrize("size", [0, 1_000, 20_000])
def test_an_export_without_room_is_told(desk: Desk, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the room ends: one sentence, and no file is left, no temporary one either."""
    desk.open([package(number) for number in range(1, 40)])
    temporary = desk.folder / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))

    with room_for(size):
        said = desk("export", "parks", "-o", "parks.xlsx")

    assert (said.status, said.out) == (3, "")
    assert said.told == "parks.xlsx could not be written (File too large); nothing was changed."
    assert (desk.files(), list(temporary.iterdir())) == ({}, [])


def test_a_folder_that_cannot_be_written_is_told() -> None:
    """Which folder, why, and what to do."""
    with pytest.raises(RunError, match=r"Nothing can be written into the folder /proc \(.*\); use -o FILE"):
        ensure_writable(NOWHERE / "parks.xlsx")


def test_an_import_into_a_folder_that_cannot_be_written_sends_nothing(desk: Desk) -> None:
    """The results would have no place, so nothing is sent."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()

    said = desk("import", workbook, "--yes", "-o", NOWHERE / "parks.xlsx")

    assert (said.status, said.out) == (3, "")
    assert "Nothing can be written into the folder /proc" in said.told
    assert (ckan.writes, desk.files()) == ([], before)
