"""Files of the site that --keep-files saves: written into their folder and nowhere else, whatever their names."""

import json
import os
import sys
from pathlib import Path

import pytest
from live_catalogue import LiveCatalogue, OpenCatalogue, package, package_id, resource_id
from scripted import TOKEN

from bulkedit.ckan.client import Client
from bulkedit.ckan.site import Site
from bulkedit.core.api_value import file_key
from bulkedit.core.json_value import Resource
from bulkedit.workflow.keeping import saved, saved_files

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links as POSIX has them")
FIRST, CONTENT = resource_id(1), b"hour,metres\n"
NAMES = [
    "../../../x.csv",
    "/etc/x.csv",
    "C:\\x.csv",
    "..\\x.csv",
    "nul",
    "a\r\nb.csv",
    "a\x00b",
    "\u202egnp.exe",
    "\ud800",
    "",
    "x" * 400,
]


@pytest.fixture
def ckan(open_catalogue: OpenCatalogue) -> LiveCatalogue:
    """Start a catalogue with a file."""
    ckan = open_catalogue([package(1)])
    ckan.upload(FIRST, "tides.csv", CONTENT)
    return ckan


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return where files are saved; it is not there yet."""
    return tmp_path / "ledger" / "files" / "run"


def resource(ckan: LiveCatalogue, name: str | None = None, **fields: str) -> Resource:
    """Return the resource that has the file, which the site may call by another name."""
    found: Resource = ckan.shown(package_id(1))["resources"][0]
    url = (
        f"{ckan.url}/dataset/{package_id(1)}/resource/{FIRST}/download/{name}"
        if name is not None
        else found["url"]
    )
    return {**found, "url": url, **fields}


def site(ckan: LiveCatalogue) -> Site:
    """Return the catalogue with the editor's eyes."""
    return Site(Client(ckan.url, TOKEN))


def files_below(folder: Path) -> list[Path]:
    """Return all files below a folder."""
    return sorted(path for path in folder.rglob("*") if not path.is_dir())


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_kept_in_its_folder_whatever_it_is_called(
    ckan: LiveCatalogue, folder: Path, tmp_path: Path, name: str
) -> None:
    """Its own name stands in the record only, without what could end a line or turn it around."""
    one = resource(ckan, name)

    reason = saved([one], site(ckan), folder)

    assert {path.parent for path in files_below(tmp_path)} <= {folder}
    for file in saved_files(folder).values():
        assert (reason, Path(file.path).parent, Path(file.path).read_bytes()) == (None, folder, CONTENT)
        assert not set(file.name) & set("\r\n\x00\u202e\ud800/")


@pytest.mark.parametrize("key", ["../../x", "/x", "a\r\nb", "nul"])
def test_no_id_of_a_resource_names_a_file(ckan: LiveCatalogue, folder: Path, tmp_path: Path, key: str) -> None:
    """The site says what it is; what a file is called here does not come from there."""
    saved([resource(ckan, id=key)], site(ckan), folder)

    assert {path.parent for path in files_below(tmp_path)} <= {folder}


@POSIX
def test_no_planted_link_is_written_through(ckan: LiveCatalogue, folder: Path, tmp_path: Path) -> None:
    """Somebody puts links where the file and its record will be: what they lead to stays as it is."""
    one = resource(ckan)
    saved([one], site(ckan), folder)
    (tmp_path / "victim").write_bytes(b"victim")
    for path in files_below(folder):
        path.unlink()
        if path.suffix != ".json":  # a record that is there means that the file is saved
            for name in (path.name, f"{path.name}.part"):
                (folder / name).symlink_to(tmp_path / "victim")

    reason = saved([one], site(ckan), folder)

    assert reason is None
    assert (tmp_path / "victim").read_bytes() == b"victim"
    assert list(saved_files(folder)) == [file_key(one)]


@POSIX
def test_what_is_not_as_it_was_saved_does_not_come_back(ckan: LiveCatalogue, folder: Path, tmp_path: Path) -> None:
    """A link, a pipe, other content in the file's place, and records that nobody here wrote."""
    saved([resource(ckan)], site(ckan), folder)
    [file] = saved_files(folder).values()
    place = Path(file.path)
    place.rename(tmp_path / "elsewhere")
    record = place.with_suffix(".json").read_text()
    for name, text in {"a": "{", "b": "[]", "c": '{"sha256": 1}', "d": json.dumps({"key": 5})}.items():
        (folder / f"{name}.json").write_text(text)
        (folder / name).write_bytes(CONTENT)
    os.mkfifo(folder / "e.json")
    os.mkfifo(folder / "f")
    (folder / "f.json").write_text(record)
    place.symlink_to(tmp_path / "elsewhere")

    found = saved_files(folder)

    assert found == {}
