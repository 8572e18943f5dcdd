"""The command line: one sentence for what cannot be done, the right exit status, and nothing else happens."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import openpyxl
import pytest
from live_catalogue import WATERS, package, package_id
from office_desk import Desk, Said, edit, holding, two_packages
from scripted import NOT_FOUND, TOKEN, Answer, Reply, Request, error, in_turn, page

from bulkedit import __version__
from bulkedit.cli import COMMANDS, command_named
from bulkedit.sandbox.actions import READING, WRITING

ONE = package_id(1)
NEW_TITLE = ("Packages", ONE, "Title", "Trails and paths")
KEYS = {
    "run", "dry_run", "site", "workbook", "counts", "reads", "writes", "atomic", "rows", "findings",
    "missing_rows", "unknown_columns",
}  # fmt: skip
"""What `import --json` prints."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def started(*arguments: str | Path, **more: Any) -> subprocess.CompletedProcess[str]:
    """Start the program as a process of its own."""
    command = [sys.executable, "-m", "bulkedit", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", timeout=30, check=False, **more)


# -- a run that cannot be done is one sentence, status 3


@pytest.mark.parametrize("command", [("export", "parks"), ("import", "parks.xlsx", "--yes"), ("whoami",)])
def test_no_token(desk: Desk, command: tuple[str, ...]) -> None:
    """Without a token nothing is asked of the site; the sentence says where a token goes."""
    ckan = desk.open(two_packages())
    desk.monkeypatch.delenv("CKAN_API_KEY")

    said = desk(*command)

    assert said.status == 3
    assert "CKAN_API_KEY" in said.told
    assert (ckan.heard, desk.files(), said.out) == ([], {}, "")


def test_no_address(desk: Desk) -> None:
    """Without an address the sentence says how to give one."""
    said = desk("export", "parks")

    assert said.status == 3
    assert "--site" in said.told


@pytest.mark.parametrize("url", ["catalogue.example", "ftp://127.0.0.1", "http://", "http://[::1", "c:\\data"])
def test_an_address_that_is_none(desk: Desk, url: str) -> None:
    """An address that is none is named."""
    said = desk("export", "parks", "--site", url)

    assert said.status == 3
    assert url in said.told


@pytest.mark.parametrize("url", ["http://nosuch.invalid", "http://a..b", "http://127.0.0.1:99999"])
@pytest.mark.parametrize("command", [("export", "parks"), ("whoami",)])
def test_an_unknown_site(desk: Desk, command: tuple[str, ...], url: str) -> None:
    """A site that does not exist is named."""
    said = desk(*command, "--site", url)

    assert said.status == 3
    assert f"{url} cannot be reached" in said.told
    assert desk.files() == {}


@pytest.mark.parametrize("command", [("export", "parks"), ("whoami",)])
def test_no_network(desk: Desk, command: tuple[str, ...]) -> None:
    """Where nobody listens, the sentence names the site and no file appears."""
    ckan = desk.open([])
    ckan.sandbox.stop()

    said = desk(*command)

    assert said.status == 3
    assert ckan.url in said.told
    assert desk.files() == {}


def test_no_network_for_an_import(desk: Desk) -> None:
    """Where nobody listens, the workbook stays as it is."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    ckan.sandbox.stop()
    before = desk.files()

    said = desk("import", workbook, "--yes")

    assert said.status == 3
    assert "cannot be reached" in said.told
    assert desk.files() == before


@pytest.mark.parametrize(
    "answer",
    [
        page(200, "Welcome"),
        page(404),
        page(403),
        page(401),
        page(301, Location="https://else.example/api"),
        Reply(404, '{"error": "no such thing"}'),
    ],
    ids=["page", "404", "403", "401", "redirect", "json"],
)
@pytest.mark.parametrize("command", [("export", "parks"), ("whoami",)])
def test_something_else_than_a_ckan(desk: Desk, command: tuple[str, ...], answer: Answer) -> None:
    """A web page, a login wall, a redirect: named, and nothing is written."""
    server = desk.open_scripted({"status_show": answer})

    said = desk(*command)

    assert said.status == 3
    assert server.url in said.told
    assert desk.files() == {}


def test_an_address_without_a_ckan_for_an_import(desk: Desk) -> None:
    """An import into something else than a CKAN sends nothing and changes nothing."""
    _, server, workbook = desk.exported_through(two_packages())
    edit(workbook, NEW_TITLE)
    server.script = dict.fromkeys([*READING, *WRITING], page(200, "Log in"))
    before = desk.files()

    said = desk("import", workbook, "--yes")

    assert said.status == 3
    assert "does not answer like a CKAN site" in said.told
    assert (server.writes, desk.files()) == ([], before)


def test_a_token_that_is_not_recognized(desk: Desk) -> None:
    """To CKAN a wrong token is a visitor, who sees half: no export and no import is begun."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()
    desk.monkeypatch.setenv("CKAN_API_KEY", "another-token")

    runs = [desk("export", "parks"), desk("import", workbook, "--yes"), desk("whoami")]

    assert [said.status for said in runs] == [3, 3, 3]
    assert all("does not recognize the token" in said.told for said in runs)
    assert (ckan.writes, desk.files()) == ([], before)


def test_a_members_token_exports_and_does_not_import(desk: Desk) -> None:
    """A member may read: an export says that an import would be refused, and the import is, before it begins."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()
    desk.monkeypatch.setenv("CKAN_API_KEY", ckan.sandbox.tokens["member"])

    exported = desk("export", "parks", "-o", "mine.xlsx")
    (desk.folder / "mine.xlsx").unlink()
    imported = desk("import", workbook, "--yes")

    assert exported.status == 0
    assert "import would be refused" in exported.told
    assert imported.status == 3
    assert "may read but not edit parks" in imported.told
    assert (ckan.writes, desk.files()) == ([], before)


def test_an_export_tells_which_organizations_cannot_be_edited(desk: Desk) -> None:
    """An editor of one may export another one along; an import then sends what may be sent."""
    desk.open(two_packages())

    said = desk("export", "parks", "waters")

    assert said.status == 0
    assert "may read but not edit the packages of waters; edits of them would be refused" in said.told


def test_a_wrong_organization(desk: Desk) -> None:
    """An organization nobody knows is named, with the site."""
    ckan = desk.open(two_packages())

    said = desk("export", "parcs")

    assert said.status == 3
    assert "'parcs'" in said.told
    assert ckan.url in said.told
    assert desk.files() == {}


def test_a_workbook_of_another_site(desk: Desk) -> None:
    """A workbook goes back to where it came from only: both sites are named, and neither is asked anything."""
    home, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    other = desk.open(two_packages())
    before = desk.files()

    said = desk("import", workbook, "--yes")

    assert said.status == 3
    assert home.url in said.told
    assert other.url in said.told
    assert (home.heard, other.heard, desk.files()) == ([], [], before)


def test_an_address_written_another_way_is_the_same_site(desk: Desk) -> None:
    """A slash at the end and capitals in the scheme make no other site."""
    ckan, workbook = desk.exported(two_packages())

    said = desk("import", workbook, "--yes", "--site", ckan.url.replace("http", "HTTP") + "/")

    assert said.status == 0


# -- files that are no workbook


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


# -- help


HEAVY = ("openpyxl", "xlsxwriter", "requests", "ckanapi", "flask", "sqlite3", "yaml", "keyring")


def test_the_program_starts_without_what_it_does_not_need(desk: Desk) -> None:
    """Nobody waits for libraries to say a version: each command loads what it uses."""
    script = "import sys; from bulkedit.cli import run; run(['--version']); print(*sys.modules)"

    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert set(HEAVY) & set(done.stdout.split()) == set()


def commands() -> list[tuple[str, click.Command]]:
    """Return all commands with their names."""
    return [(name, command_named(name)) for name in sorted(COMMANDS)]


@pytest.mark.parametrize(("name", "command"), commands())
def test_every_option_has_a_help_text(desk: Desk, name: str, command: click.Command) -> None:
    """Every command says what it does, and every option what it means; the help names each of its spellings."""
    said = desk(name, "--help")

    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert (said.status, said.err) == (0, "")
    assert command.help
    assert all(option.help for option in options)
    assert all(spelling in said.out for option in options for spelling in option.opts)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("export", "-o --output --type --query --headers --force --json --site --api-key-file"),
        ("import", "--dry-run -y --yes -o --output --no-write --on-conflict --json --site --api-key-file"),
        ("whoami", "--json --site --api-key-file"),
    ],
)
def test_the_options_of_the_contract_are_there(desk: Desk, name: str, options: str) -> None:
    """The promised options are in the help."""
    said = desk(name, "-h")

    words = said.out.replace(",", " ").split()
    assert [option for option in options.split() if option not in words] == []


def test_the_program_lists_its_commands(desk: Desk) -> None:
    """The program's own help names every command, the environment and the exit statuses."""
    said = desk("--help")

    names = [name for name, _ in commands()]
    assert said.status == 0
    assert all(word in said.out for word in (*names, "CKAN_URL", "CKAN_API_KEY", "130"))


def test_no_option_takes_a_token() -> None:
    """A token is never an option's value: it would stand in the shell's history and in the list of processes."""
    found = [option for _, command in commands() for parameter in command.params for option in parameter.opts]

    assert [option for option in found if "key" in option or "token" in option] == [
        option for option in found if option == "--api-key-file"
    ]


# -- the token


@pytest.mark.parametrize("content", [f"{TOKEN}\n", f"  {TOKEN}\r\n", f"\ufeff{TOKEN}"], ids=["lf", "crlf", "bom"])
def test_a_token_from_a_file(desk: Desk, content: str) -> None:
    """A file that an editor wrote holds the token, whatever stands around it."""
    desk.open([])
    desk.monkeypatch.delenv("CKAN_API_KEY")
    desk.token_file("token.txt", content)

    said = desk("whoami", "--api-key-file", "token.txt", "--json")

    assert said.status == 0
    assert said.json()["user"] == "editor"


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\xff\xfe\x00", "tokén".encode(), b"two words", b"two\nlines", b"nul\0"]
)
def test_a_file_without_a_token(desk: Desk, content: bytes) -> None:
    """A file that holds no token is told as such, and its content is not repeated."""
    ckan = desk.open(two_packages())
    desk.token_file("token.txt").write_bytes(content)

    said = desk("whoami", "--api-key-file", "token.txt")

    assert said.status == 3
    assert "token" in said.told
    assert not any(word in said.told for word in ("tokén", "two words", "nul\0"))
    assert ckan.heard == []


def test_a_token_file_that_is_missing(desk: Desk) -> None:
    """The sentence names the file."""
    desk.open(two_packages())

    said = desk("whoami", "--api-key-file", "nowhere.txt")

    assert said.status == 3
    assert "nowhere.txt" in said.told


def test_the_token_appears_nowhere(desk: Desk) -> None:
    """No output and no file holds the token, whatever the site says, not even inside of workbooks."""
    _, server, workbook = desk.exported_through(two_packages())

    def echo(request: Request) -> Answer:
        token = request.headers["Authorization"]
        return error(409, "Validation Error", title=[f"Bad: {token}"], other=[{}, {"x": [token]}])

    said = [desk("export", "parks", "-o", "again.xlsx", "--json"), desk("whoami")]
    edit(workbook, NEW_TITLE)
    server.script["package_revise"] = in_turn(
        echo,
        lambda request: error(403, "Authorization Error", message=f"{request.headers['Authorization']}: no"),
        lambda request: page(502, request.headers["Authorization"]),
        server.passed_on,
    )
    said += [desk("import", workbook, "--yes", *more) for more in ((), ("--json",), ())]
    said += [desk("import", workbook, "--dry-run"), desk("import", workbook, "--yes")]
    server.script["status_show"] = lambda request: page(404, request.headers["Authorization"])
    said += [desk("whoami"), desk("export", "parks")]

    assert [one.status for one in said] == [0, 0, 1, 1, 0, 0, 0, 3, 3]
    assert len(server.writes) == 4
    assert not any(TOKEN in one.out or TOKEN in one.err for one in said)
    assert holding(desk.folder, TOKEN) == []


@pytest.mark.token_planted
def test_the_search_for_the_token_would_find_it(desk: Desk) -> None:
    """The search of the test above looks into the parts of workbooks."""
    packages = [package(1, notes=f"Do not write {TOKEN} down")]

    _, workbook = desk.exported(packages)

    assert TOKEN.encode() not in workbook.read_bytes()
    assert holding(desk.folder, TOKEN) == [str(workbook)]


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
