"""Files that rows ask to send: nothing outside the folder, and nothing that is no file, is ever read."""

import hashlib
import os
import socket
from pathlib import Path

import pytest
from secret_beside import INSIDE, POSIX, put_link, records_beside_a_secret, secret_behind, swapping

from bulkedit import opening, uploading
from bulkedit.opening import open_inside
from bulkedit.uploading import FileError, examine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file in a folder of its own, and a secret of the same name and length elsewhere."""
    return records_beside_a_secret(tmp_path)


@pytest.fixture(params=[pytest.param(True, marks=POSIX), False], ids=["by steps", "by path"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Open files as this system does, and as one does that knows no descriptors of folders."""
    monkeypatch.setattr(opening, "BY_STEPS", request.param)
    return bool(request.param)


def refusal(path: str, folder: Path) -> str:
    """Return why a file cannot be sent."""
    with pytest.raises(FileError) as error:
        examine(path, folder)
    return str(error.value)


@pytest.mark.usefixtures("way")
def test_a_file_of_the_folder_is_known_by_its_content(folder: Path) -> None:
    """By its name, size and digest, and by where it lies without links."""
    found = examine("maps/walks.csv", folder)

    assert (found.name, found.size) == ("walks.csv", len(INSIDE))
    assert found.digest == hashlib.sha256(INSIDE).hexdigest()
    assert found.path == str((folder / "maps/walks.csv").resolve())


@POSIX
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("absolute", [True, False])
def test_a_link_that_stays_inside_is_followed(folder: Path, absolute: bool) -> None:
    """Of a file or of a folder; the file is sent under the name that the row gives."""
    target = folder / "maps" if absolute else Path("maps")
    (folder / "linked").symlink_to(target)
    (folder / "paths.csv").symlink_to(target / "walks.csv")

    found = [examine("linked/walks.csv", folder), examine("paths.csv", folder)]

    assert {one.digest for one in found} == {hashlib.sha256(INSIDE).hexdigest()}
    assert [one.name for one in found] == ["walks.csv", "paths.csv"]


@POSIX
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("link", ["maps", "maps/walks.csv"])
@pytest.mark.parametrize("absolute", [True, False])
def test_a_link_that_leaves_is_refused(folder: Path, link: str, absolute: bool) -> None:
    """Of a file or of a folder on the way."""
    private = folder.parent / "private" if absolute else Path("../" * (link.count("/") + 1)) / "private"
    (folder / link).rename(folder / "away")
    (folder / link).symlink_to(private / "walks.csv" if link.endswith("csv") else private)

    assert "is a link that leaves the folder" in refusal("maps/walks.csv", folder)


@POSIX
@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("link", ["maps", "maps/walks.csv"])
def test_a_link_made_after_the_look_is_not_followed(folder: Path, link: str) -> None:
    """What was no link when the path was examined is none when it is opened, or it is not opened."""
    place = (folder / "maps/walks.csv").resolve()
    put_link(link, folder)

    with pytest.raises(OSError):  # noqa: PT011  which one depends on the system
        open_inside(folder.resolve(), place)


@POSIX
@pytest.mark.parametrize("link", ["maps", "maps/walks.csv"])
def test_no_race_gets_a_secret_examined(folder: Path, link: str) -> None:
    """Somebody swaps a file, or a folder on the way, for a link all the while: what is found is what is inside."""
    found = set()

    # For a moment in place, or else the others hardly ever see it there.
    with swapping((folder / link, secret_behind(link, folder)), in_place=0.0003):
        for _ in range(6000):
            try:
                found.add(examine("maps/walks.csv", folder).digest)
            except FileError:
                found.add("refused")

    assert found <= {hashlib.sha256(INSIDE).hexdigest(), "refused"}


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "\\etc\\passwd",
        "C:/a.csv",
        "C:a.csv",
        "\\\\host\\share\\a.csv",
        "//host/share",
        "\\\\?\\C:\\a",
    ],
)
def test_a_full_path_is_refused(folder: Path, path: str) -> None:
    """Whatever system wrote it."""
    assert "must be written as seen from the folder" in refusal(path, folder)


@pytest.mark.parametrize(
    "path", ["..", "../private/walks.csv", "maps/../../private/walks.csv", "maps\\..\\walks.csv"]
)
def test_a_path_never_goes_up(folder: Path, path: str) -> None:
    """Not even where it would come back."""
    assert "leaves the folder" in refusal(path, folder)


@pytest.mark.parametrize(
    "unseen", ["\n", "\r", "\t", "\x00", "\x1b", "\x85", "\u2028", "\u202e", "\u2066", "\ud800"]
)
def test_a_name_that_cannot_be_seen_is_refused(folder: Path, unseen: str) -> None:
    """It could end a line of the request, or read as another name than it is."""
    assert f"(U+{ord(unseen):04X}); rename the file" in refusal(f"maps/walks{unseen}.csv", folder)


@pytest.mark.parametrize(
    "name",
    ["CON", "nul", "nul.txt", "Com1.csv", "lpt9", "aux .csv", "CONIN$", "a.csv:b", "a.csv::$DATA", "a.", "a "],
)
def test_names_that_windows_reads_otherwise_are_refused_there(name: str) -> None:
    """Devices, streams, and ends that it cuts off, in any part of the path."""
    for path in (name, f"maps/{name}", f"maps\\{name}", f"{name}/walks.csv"):
        with pytest.raises(FileError, match="to which Windows gives another meaning"):
            uploading._refuse_odd_name(path, on_windows=True)
        uploading._refuse_odd_name(path, on_windows=False)


@pytest.mark.parametrize(
    "name", ["console.csv", ".hidden", "./a.csv", "common.txt", "a b.csv", "é–ü.csv", "nul-1.csv"]
)
def test_usual_names_are_fine_on_windows(name: str) -> None:
    """They only look a little alike."""
    uploading._refuse_odd_name(name, on_windows=True)


@POSIX
@pytest.mark.usefixtures("way")
def test_what_is_no_file_is_refused_at_once(folder: Path) -> None:
    """Folders, pipes, sockets, links that lead in circles: nothing is waited for."""
    os.mkfifo(folder / "pipe")
    (folder / "circle").symlink_to("circle")
    with socket.socket(socket.AF_UNIX) as one:
        here = Path.cwd()
        os.chdir(folder)  # the address of a socket is short
        one.bind("socket")
        os.chdir(here)

        said = [refusal(path, folder) for path in ("maps", "maps/", ".", "pipe", "socket")]

    assert set(said) == {"is no file"}
    assert refusal("circle", folder) == "is a link that leads nowhere"


@POSIX
def test_a_device_is_not_read() -> None:
    """Not even in a folder of devices."""
    assert refusal("zero", Path("/dev")) == "is no file"


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("path", ["gone.csv", "gone/walks.csv", "maps/walks.csv/more"])
def test_what_is_not_there_is_told(folder: Path, path: str) -> None:
    """With the folder in which it was looked for."""
    assert refusal(path, folder) == f"is not in the folder {folder}"


@POSIX
@pytest.mark.usefixtures("way")
def test_a_name_that_is_too_long_is_told(folder: Path) -> None:
    """As the system tells it."""
    assert refusal("x" * 300, folder).startswith("cannot be read (")


@POSIX
@pytest.mark.usefixtures("way")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="the superuser may read anything")
def test_a_file_that_may_not_be_read_is_told(folder: Path) -> None:
    """As the system tells it; a folder that may be entered but not listed is no hindrance."""
    (folder / "maps").chmod(0o311)
    found = examine("maps/walks.csv", folder) if opening.BY_STEPS and hasattr(os, "O_PATH") else None
    (folder / "maps/walks.csv").chmod(0)

    assert refusal("maps/walks.csv", folder) == "cannot be read (Permission denied)"
    assert found is None or found.size == len(INSIDE)


@pytest.mark.usefixtures("way")
def test_an_empty_file_is_refused(folder: Path) -> None:
    """Somebody has not written it yet."""
    (folder / "empty.csv").touch()

    assert refusal("empty.csv", folder) == "is empty"
