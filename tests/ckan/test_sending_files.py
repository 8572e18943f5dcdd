"""Files on their way to a site: what is sent is the file that was examined, under its name and nothing else."""

import os
import time
from pathlib import Path

import pytest
from live_catalogue import LiveCatalogue, OpenCatalogue, package, resource_id
from quick_time import QuickTime
from scripted import TOKEN
from secret_beside import INSIDE, POSIX, put_link, records_beside_a_secret, secret_behind, swapping

from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import FileChangedError
from bulkedit.ckan.pace import Pace
from bulkedit.core.files import File
from bulkedit.uploading import FileError, examine

FIRST = resource_id(1)


@pytest.fixture
def ckan(open_catalogue: OpenCatalogue) -> LiveCatalogue:
    """Start a catalogue with a package."""
    return open_catalogue([package(1)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a file in a folder of its own, and a secret of the same name and length elsewhere."""
    return records_beside_a_secret(tmp_path)


def send(ckan: LiveCatalogue, file: File) -> None:
    """Send a file into the first resource."""
    client = Client(ckan.url, TOKEN, pace=Pace(clock=QuickTime()))
    try:
        client.write("resource_patch", {"id": FIRST}, {"upload": file})
    finally:
        client.close()


def stored(ckan: LiveCatalogue) -> bytes | None:
    """Return what the catalogue has of the first resource's file."""
    found = ckan.sandbox.store.upload(FIRST)
    return None if found is None else found[1]


@POSIX
@pytest.mark.parametrize("link", ["maps", "maps/walks.csv"])
def test_a_secret_in_the_files_place_is_not_sent(ckan: LiveCatalogue, folder: Path, link: str) -> None:
    """Neither through a link of the file nor of a folder, though name, length and time are the same."""
    file = examine("maps/walks.csv", folder)
    put_link(link, folder)

    with pytest.raises(FileChangedError):
        send(ckan, file)

    assert stored(ckan) is None


@POSIX
def test_a_pipe_in_the_files_place_is_not_waited_for(ckan: LiveCatalogue, folder: Path) -> None:
    """The file is gone; whoever put the pipe there holds nobody up."""
    file = examine("maps/walks.csv", folder)
    (folder / "maps/walks.csv").unlink()
    os.mkfifo(folder / "maps/walks.csv")

    with pytest.raises(FileChangedError, match=r"walks\.csv cannot be read any more"):
        send(ckan, file)


@POSIX
def test_no_race_gets_a_secret_sent(ckan: LiveCatalogue, folder: Path) -> None:
    """Whatever is swapped for what between the look and the end of sending: only what is inside arrives."""
    arrived: list[bytes | None] = []
    until = time.monotonic() + 4
    swaps = [(folder / link, secret_behind(link, folder)) for link in ("maps", "maps/walks.csv")]

    with swapping(*swaps, linked=0.002, in_place=0.004):
        while time.monotonic() < until:
            try:
                send(ckan, examine("maps/walks.csv", folder))
            except (FileError, FileChangedError):
                continue
            arrived.append(stored(ckan))

    assert set(arrived) <= {INSIDE}
    send(ckan, examine("maps/walks.csv", folder))
    assert stored(ckan) == INSIDE


@pytest.mark.parametrize(
    "name",
    [
        'a"; name="id"; x=".csv',
        'a.csv"\r\nContent-Type: text/html\r\n\r\nx',
        'a.csv\r\n--\r\nContent-Disposition: form-data; name="name"\r\n\r\nstolen',
        "..\\..\\x.csv",
        "../../x.csv",
        "a\x00\x1b.csv",
        "é \u202e.csv",
        "x" * 300 + ".csv",
    ],
)
def test_a_name_is_but_a_name(ckan: LiveCatalogue, tmp_path: Path, name: str) -> None:
    """Quotes and line ends in it end no header of the request, and add no parameter."""
    (tmp_path / "a.csv").write_bytes(INSIDE)
    file = examine("a.csv", tmp_path)
    before = ckan.shown(package(1)["id"])["resources"][0]

    send(ckan, File(file.path, name, file.size, file.digest, file.stamp))

    after = ckan.shown(package(1)["id"])["resources"][0]
    [(_, parameters)] = [one for one in ckan.heard if one[0] == "resource_patch"]
    assert set(parameters) == {"id", "upload"}
    assert (after["id"], after["name"], stored(ckan)) == (FIRST, before["name"], INSIDE)
