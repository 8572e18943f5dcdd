"""The command line: wrong use is exit status 2, and what is printed can be read by people and by programs."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from live_catalogue import WATERS, package, package_id
from office_desk import NEW_TITLE, Desk, Said, edit, two_packages
from scripted import NOT_FOUND, TOKEN, error

from bulkedit import __version__

ONE = package_id(1)
KEYS = {
    "run", "dry_run", "site", "workbook", "counts", "reads", "writes", "atomic", "rows", "findings",
    "missing_rows", "unknown_columns",
}  # fmt: skip
"""What `import --json` prints."""


def started(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Start the program as a process of its own."""
    command = [sys.executable, "-m", "bulkedit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=30, check=False, **more)


# -- wrong use, status 2


def usage(said: Said) -> str:
    """Return the sentence of a usage error, which follows after click's two lines on how to use the command."""
    lines = said.err.splitlines()
    assert lines[0].startswith("Usage: ")
    assert "Traceback" not in said.err
    return lines[-1]


@pytest.mark.parametrize("more", [(), ("--json",)])
def test_nobody_to_ask(desk: Desk, more: tuple[str, ...]) -> None:
    """Without a terminal an import needs `--yes`; nothing is asked of the site."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()

    said = desk("import", workbook, *more)

    assert said.status == 2
    assert all(option in usage(said) for option in ("--yes", "--dry-run"))
    assert (ckan.heard, desk.files(), said.out) == ([], before, "")


def test_two_options_that_exclude_each_other(desk: Desk) -> None:
    """Results in a copy and results nowhere cannot both be."""
    ckan, workbook = desk.exported(two_packages())
    before = desk.files()

    said = desk("import", workbook, "--yes", "-o", "copy.xlsx", "--no-write")

    assert said.status == 2
    assert all(option in usage(said) for option in ("-o", "--no-write"))
    assert (ckan.heard, desk.files()) == ([], before)


@pytest.mark.parametrize(
    "arguments",
    [
        ("export",),
        ("import",),
        ("exprot", "parks"),
        ("export", "parks", "--forse"),
        ("export", "parks", "--headers", "labls"),
        ("import", "parks.xlsx", "--yes", "--on-conflict", "guess"),
        ("export", "parks", "--api-key", TOKEN),
    ],
)
def test_wrong_use(desk: Desk, arguments: tuple[str, ...]) -> None:
    """A command that does not exist, an argument that is missing, an option's wrong value: status 2."""
    ckan = desk.open(two_packages())

    said = desk(*arguments)

    assert said.status == 2
    assert said.out == ""
    assert usage(said).startswith("Error: ") or "Did you mean" in usage(said) or "Possible options" in usage(said)
    assert (ckan.heard, desk.files()) == ([], {})


# -- what is printed


def test_import_prints_one_object(desk: Desk) -> None:
    """`import --json` prints exactly one object with the keys of the contract, also where rows failed."""
    ckan, workbook = desk.exported([*two_packages(), package(3, name="taken", owner_org=WATERS)])
    edit(workbook, ("Packages", ONE, "Name", "taken"))

    said = desk("import", workbook, "--yes", "--json")

    found = said.json()
    assert (said.status, said.err) == (1, "")
    assert found.keys() == KEYS
    assert (found["site"], found["workbook"], found["dry_run"]) == (ckan.url, str(workbook), False)
    assert (found["reads"], found["writes"]) == (len(ckan.heard) - 1, 1)
    assert found["rows"] == [
        {
            "sheet": "Packages",
            "row": 2,
            "package": "trails-1",
            "resource": None,
            "result": "refused",
            "message": "The site refused [Name]: That URL is already in use.",
            "changes": [{"field": "name", "exported": "trails-1", "edited": "taken", "live": "trails-1"}],
        }
    ]


def test_a_dry_run_prints_the_same_object(desk: Desk) -> None:
    """A dry run's object has the same keys, and says that it is one."""
    _, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)

    found = desk("import", workbook, "--dry-run", "--json").json()

    assert found.keys() == KEYS
    assert (found["dry_run"], found["writes"], found["counts"]) == (True, 0, {"would update": 1, "unchanged": 3})


def test_export_prints_one_object(desk: Desk) -> None:
    """`export --json` prints site, organization, workbook and the rows of each sheet."""
    ckan = desk.open(two_packages())

    said = desk("export", "Parks and Trails Agency", "--json")

    assert (said.status, said.err) == (0, "")
    assert said.json() == {
        "site": ckan.url,
        "organization": "parks",
        "workbook": "parks.xlsx",
        "counts": {"Packages": 2, "Resources": 2, "Extras": 0},
    }
    assert list(desk.files()) == ["parks.xlsx"]


def test_whoami_prints_one_object(desk: Desk) -> None:
    """`whoami --json` prints site, version, user and the organizations whose packages the user may edit."""
    ckan = desk.open(two_packages())

    said = desk("whoami", "--json")

    assert (said.status, said.err) == (0, "")
    parks = {key: ckan.call("organization_show", id="parks")[key] for key in ("id", "name", "title")}
    assert said.json() == {
        "site": ckan.url, "version": "2.12.0", "user": "editor", "organizations": [parks],
    }  # fmt: skip


def test_whoami_in_words(desk: Desk) -> None:
    """Where CKAN does not tell who we are, that is said."""
    ckan = desk.open([])
    server = desk.open_scripted({"user_show": NOT_FOUND}, behind=ckan.url)

    said = desk("whoami")

    assert said.status == 0
    assert all(words in said.out for words in (server.url, "2.12.0", "does not tell the name", "parks"))


def test_an_import_in_words(desk: Desk) -> None:
    """Without `--json` each row that was not unchanged is told, then the counts, then where the results are."""
    _, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)

    said = desk("import", workbook, "--yes")

    assert said.out.splitlines() == [
        "Packages row 2  trails-1  updated",
        "    Changed [Title].",
        "    [Title] “Trails 1” → “Trails and paths”",
        "1 updated, 3 unchanged.",
        f"Every row's result is in {workbook}",
    ]


def test_results_go_into_a_copy(desk: Desk) -> None:
    """With `-o` the workbook stays as it is and the copy holds the results."""
    _, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()

    said = desk("import", workbook, "--yes", "-o", "copy.xlsx")

    assert said.status == 0
    assert {name: digest for name, digest in desk.files().items() if name != "copy.xlsx"} == before
    assert "copy.xlsx" in desk.files()


def test_results_go_nowhere(desk: Desk) -> None:
    """With `--no-write` the edits are sent and no file changes."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()

    said = desk("import", workbook, "--yes", "--no-write")

    assert (said.status, len(ckan.writes), desk.files()) == (0, 1, before)
    assert "result is in" not in said.out


# -- as a process of its own


def test_a_process_of_its_own(desk: Desk) -> None:
    """Started as a program it exports, imports and exits as promised, silent on standard error."""
    ckan = desk.open(two_packages())

    exported = started("export", "parks")
    edit(desk.folder / "parks.xlsx", NEW_TITLE)
    imported = started("import", "parks.xlsx", "--yes", "--json")

    assert (exported.returncode, exported.stderr) == (0, "")
    assert (imported.returncode, imported.stderr) == (0, "")
    assert json.loads(imported.stdout)["counts"] == {"updated": 1, "unchanged": 3}
    assert len(ckan.writes) == 1


def test_a_process_that_cannot_do_its_run(desk: Desk) -> None:
    """Started as a program it says one sentence and exits with 3."""
    ckan = desk.open([])
    ckan.sandbox.stop()

    said = started("whoami")

    assert (said.returncode, said.stdout) == (3, "")
    assert said.stderr.count("\n") == 1
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize(
    ("encoding", "more"), [("ascii", ()), ("cp1252", ()), ("utf-8", ()), ("ascii", ("--json",))]
)
def test_an_output_that_takes_few_characters(desk: Desk, encoding: str, more: tuple[str, ...]) -> None:
    """Where standard output lacks characters (as a pipe on Windows does), a run still ends and is reported."""
    _, server, workbook = desk.exported_through([package(1)])
    edit(workbook, ("Packages", ONE, "Title", "公園"))
    server.script["package_revise"] = error(409, "Validation Error", title=["長すぎる \ud800"])

    said = started("import", workbook, "--yes", *more, env={**os.environ, "PYTHONIOENCODING": encoding})

    assert said.stderr == ""
    assert said.returncode == 1
    assert len(server.writes) == 1


def test_the_version(desk: Desk) -> None:
    """`--version` prints it."""
    said = desk("--version")

    assert said.status == 0
    assert __version__ in said.out


def test_an_empty_organization(desk: Desk) -> None:
    """An organization without packages is exported as an empty workbook, not an error."""
    ckan = desk.open([])

    said = desk("export", "parks", "--json")

    assert said.status == 0
    assert said.json()["counts"] == {"Packages": 0, "Resources": 0, "Extras": 0}
    assert ckan.writes == []


def test_a_search_that_fails_leaves_no_file(desk: Desk) -> None:
    """An export that breaks off in the middle leaves nothing behind."""
    ckan = desk.open(two_packages(), rows_max=1)
    ckan.sandbox.misbehave("package_search 500 skip=1")

    said = desk("export", "parks")

    assert (said.status, len(ckan.asked("package_search"))) == (3, 2)
    assert ckan.url in said.told
    assert desk.files() == {}
