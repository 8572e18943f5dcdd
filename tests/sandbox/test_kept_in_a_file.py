"""A catalogue in a file is the same after a restart."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from plain_http import ask, result

from bulkedit.core.trouble import RunError
from bulkedit.sandbox import Sandbox

EDITOR = "sandbox-editor"


def packages_of(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return all packages of parks; where addresses name the sandbox, its port is left out."""
    fq = '+owner_org:"{}"'.format(result(sandbox.url, "organization_show", id="parks")["id"])
    every = {"fq": fq, "rows": 1000, "sort": "id asc", "include_private": True, "include_drafts": True}
    found: list[dict[str, Any]] = result(sandbox.url, "package_search", EDITOR, **every)["results"]
    for resource in [resource for one in found for resource in one["resources"]]:
        resource["url"] = resource["url"].replace(sandbox.url, "")
    return found


def make(sandbox: Sandbox, name: str) -> dict[str, Any]:
    """Create a package as the editor."""
    made: dict[str, Any] = result(
        sandbox.url, "package_create", EDITOR, name=name, title=name, owner_org="parks", license_id="cc-zero"
    )
    return made


def upload(sandbox: Sandbox, package: str, content: bytes) -> str:
    """Add a file to a package and return its address, without that of the sandbox."""
    answer = ask(
        "POST",
        f"{sandbox.url}/api/3/action/resource_create",
        data={"package_id": package, "name": "Levels"},
        files={"upload": ("levels.csv", content)},
        headers={"Authorization": EDITOR},
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["result"]["url"]).removeprefix(sandbox.url)


def test_records_changes_and_files_survive_a_restart(tmp_path: Path) -> None:
    """What was created, changed, deleted and uploaded is there again, with its ids and times."""
    path = tmp_path / "catalogue.db"
    with Sandbox(path, packages=False) as first:
        for name in ("kept", "changed", "gone"):
            make(first, name)
        address = upload(first, "kept", b"day;level\n1;30\n")
        result(first.url, "package_patch", EDITOR, id="changed", notes="Other words.")
        result(first.url, "package_delete", EDITOR, id="gone")
        before = packages_of(first)

    with Sandbox(path, packages=False) as second:
        after = packages_of(second)
        gone = result(second.url, "package_show", EDITOR, id="gone")
        content = ask("GET", second.url + address).content

    assert sorted(one["name"] for one in before) == ["changed", "kept"]
    assert after == before
    assert gone["state"] == "deleted"
    assert content == b"day;level\n1;30\n"


def test_a_restart_brings_no_samples_back(tmp_path: Path) -> None:
    """A file that is a catalogue already is not filled again: deleted samples stay deleted."""
    path = tmp_path / "catalogue.db"
    with Sandbox(path) as first:
        result(first.url, "package_delete", EDITOR, id="trail-network")
        before = packages_of(first)

    with Sandbox(path) as second:
        after = packages_of(second)

    assert len(before) == 39
    assert after == before


def test_a_catalogue_in_memory_is_gone(tmp_path: Path) -> None:
    """Without a file each sandbox begins anew."""
    with Sandbox(packages=False) as first:
        make(first, "trails")

    with Sandbox(packages=False) as second:
        found = packages_of(second)

    assert found == []


def _other_database(path: Path) -> None:
    with sqlite3.connect(path) as sql:
        sql.execute("CREATE TABLE packages (weight REAL)")
    sql.close()


NO_CATALOGUES: dict[str, Callable[[Path], object]] = {
    "text": lambda path: path.write_text("no database at all\n" * 100, encoding="utf-8"),
    "half of one": lambda path: path.write_bytes(b"SQLite format 3\x00" + bytes(50)),
    "folder": lambda path: path.mkdir(),
    "in a folder that is missing": lambda path: path.with_name("missing"),
    "another database": _other_database,
}


@pytest.mark.parametrize("case", NO_CATALOGUES)
def test_a_file_that_is_no_catalogue_is_told(tmp_path: Path, case: str) -> None:
    """One sentence that names the file, and the file stays as it is."""
    path = tmp_path / ("missing/catalogue.db" if "missing" in case else "catalogue.db")
    NO_CATALOGUES[case](path)
    before = path.read_bytes() if path.is_file() else b""

    with pytest.raises(RunError) as caught:
        Sandbox(path)

    assert str(path) in str(caught.value)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    assert (path.read_bytes() if path.is_file() else b"") == before
