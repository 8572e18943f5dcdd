"""Whatever a catalogue, a server or a name of a file holds: what the program says drives no terminal."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.parsers import expat

import openpyxl
import pytest
from live_catalogue import LiveCatalogue, package, package_id
from office_desk import Desk, edit, rows
from past_runs import ROWS, finished
from past_runs import row as a_row
from scripted import Answer, Reply, Server, error, ok, page, string

from bulkedit.excel.typist import Typist

EVIL = "\x1b]0;owned\x07\x1b[2J\x9b31m\r\x08\u202egnp.exe\u2066\u2028<script>x</script>=cmd|'A0"
ONE = package_id(1)
KEPT = ("<script>x</script>", "=cmd|'A0")
"""Of that text, what a terminal takes for text."""


def harmless(desk: Desk) -> bool:
    """Tell whether all that was said so far is lines of characters that can be seen."""
    said = [text for one in desk.said for text in (one.out, one.err)]
    return all(line.isprintable() for text in said for line in text.split("\n"))


def hostile(number: int) -> dict[str, Any]:
    """Return a package that holds the text wherever somebody may type one."""
    one = package(number, title=EVIL, notes=EVIL, author=EVIL, extras=[{"key": EVIL, "value": EVIL}])
    one["resources"][0] |= {"name": EVIL, "description": EVIL}
    return one


@pytest.fixture
def world(desk: Desk) -> tuple[LiveCatalogue, Server, Path]:
    """Export a hostile catalogue through a server that can say anything."""
    return desk.exported_through([hostile(1), hostile(2)])


def test_what_a_catalogue_holds_drives_no_terminal(desk: Desk, world: tuple[LiveCatalogue, Server, Path]) -> None:
    """Edited, checked, foreseen, sent, refreshed, told again and undone, it stands in lines of its own."""
    ckan, _, workbook = world
    typist = Typist(workbook)
    typist.type("Packages", 2, "Title", f"{EVIL} new")
    typist.type("Packages", 3, "Description", f"new {EVIL}")
    typist.type("Resources", 2, "Name", f"{EVIL}{EVIL}")
    typist.type("Resources", 3, "Upload", EVIL)
    typist.save()
    ckan.edit(ONE, title=f"{EVIL} theirs")
    desk("whoami")
    for command in (("check",), ("import", "--dry-run"), ("import", "--yes"), ("refresh",)):
        for more in ((), ("--json",)):
            desk(*command[:1], workbook, *command[1:], *more)
    for command in (("history",), ("history", "parks.xlsx"), ("undo", "--dry-run"), ("undo", "--yes")):
        for more in ((), ("--json",)):
            desk(*command, *more)

    assert harmless(desk)
    shown = "".join(one.out for one in desk.said)
    assert all(text in shown for text in KEPT)


def test_what_is_written_into_the_workbook_is_text(desk: Desk, world: tuple[LiveCatalogue, Server, Path]) -> None:
    """Results, messages, what a refresh brings: no formula, no link to elsewhere, every part well-formed."""
    ckan, server, workbook = world
    edit(workbook, ("Packages", ONE, "Title", "Trails and paths"))
    server.script["package_revise"] = error(409, "Validation Error", title=[EVIL, "=1+1"], **{EVIL: ["=2+2"]})
    desk("import", workbook, "--yes")
    message = rows(workbook, "Packages")[0]["Message"]
    ckan.edit(package_id(2), title=f"={EVIL}")
    ckan.make(hostile(3))
    desk("refresh", workbook)

    with zipfile.ZipFile(workbook) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    for name, content in parts.items():
        expat.ParserCreate().Parse(content, True)
        assert not re.search(rb"<(?:\w+:)?f[ >]", content), name
        for target in re.findall(rb'Target="([^"]*)" TargetMode="External"', content):
            assert target.decode().startswith(server.url)
    book = openpyxl.load_workbook(workbook)
    cells = [
        cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None
    ]
    book.close()
    assert {cell.data_type for cell in cells} == {"s"}
    assert "=1+1" in message
    assert message.isprintable()


def test_json_is_json(desk: Desk, world: tuple[LiveCatalogue, Server, Path]) -> None:
    """With the text as it is, in ASCII: whoever reads it gets what the catalogue holds."""
    _, _, workbook = world
    typist = Typist(workbook)
    typist.type("Packages", 2, "Title", f"{EVIL} new")
    typist.save()

    said = [
        desk("check", workbook, "--json"),
        desk("import", workbook, "--yes", "--json"),
        desk("history", "parks.xlsx", "--json"),
        desk("refresh", workbook, "--json"),
    ]

    assert all(one.out.isascii() for one in said)
    assert all(isinstance(json.loads(one.out), dict) for one in said)
    assert said[1].json()["rows"][0]["changes"][0]["edited"].endswith("=cmd|'A0 new")


ANSWERS: dict[str, Answer] = {
    "page of an error": page(500, EVIL),
    "page of a proxy": page(502, EVIL),
    "page in place of an answer": page(200, EVIL),
    "a text": string(EVIL),
    "validation": error(409, "Validation Error", title=[EVIL], **{EVIL: [EVIL], "extras": [{"key": [EVIL]}]}),
    "validation of what is nowhere": error(409, "Validation Error", resources=[{EVIL: [EVIL]}], contacts=[EVIL]),
    "no right": error(403, "Authorization Error", message=EVIL),
    "gone": error(404, "Not Found Error", message=EVIL),
    "odd": error(500, EVIL, **{EVIL: EVIL}),
    "headers": Reply(302, "", {"Location": "https://x.example/\x1b[31m\x9b"}),
    "half": Reply(200, f'{{"success": true, "result": "{EVIL}'),
    "another package": ok({"id": EVIL, "package": {"id": EVIL}}),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("action", ["package_revise", "package_search", "status_show"])
def test_what_a_server_says_drives_no_terminal(
    desk: Desk, world: tuple[LiveCatalogue, Server, Path], action: str, answer: Answer
) -> None:
    """Nor anybody who reads the workbook, or the ledger later: the rest of a line stays as it is."""
    _, server, workbook = world
    edit(workbook, ("Packages", ONE, "Title", "Trails and paths"))
    server.script[action] = answer

    desk("import", workbook, "--yes")
    desk("import", workbook, "--yes", "--json", "--no-write")
    desk("history", "parks.xlsx")

    assert harmless(desk)
    messages = [row["message"] for row in desk.said[-2].json()["rows"]] if desk.said[-2].out else []
    assert all(message.isprintable() for message in messages)


@pytest.mark.parametrize("command", ["whoami", "export", "refresh"])
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
def test_what_a_server_says_of_itself_drives_no_terminal(
    desk: Desk, world: tuple[LiveCatalogue, Server, Path], command: str, answer: Answer
) -> None:
    """Its version, its users, its organizations."""
    _, server, workbook = world
    server.script["status_show"] = ok({"ckan_version": EVIL, "locale_default": EVIL})
    server.script["organization_list_for_user"] = answer

    desk(*{"whoami": ["whoami"], "export": ["export", EVIL], "refresh": ["refresh", workbook]}[command])

    assert harmless(desk)


def test_what_a_ledger_holds_drives_no_terminal(desk: Desk, own_ledger: Path) -> None:
    """Whoever wrote it."""
    answers = [*ROWS, a_row(9, EVIL, "refused", EVIL, sheet=EVIL)]
    finished(own_ledger, answers, user=EVIL, by=EVIL, workbook=EVIL, organizations={"o": EVIL}, site=EVIL)

    desk("history")
    desk("history", "a")
    desk("undo", "a", "--site", "https://ckan.example")

    assert harmless(desk)


@pytest.mark.parametrize(
    "command",
    [
        ["check", f"{EVIL}.xlsx"],
        ["import", f"{EVIL}.xlsx", "--yes"],
        ["import", "x.xlsx", "--yes", "--files", EVIL],
        ["import", "x.xlsx", "--accept", EVIL],
        ["export", EVIL, "-o", f"{EVIL}.xls"],
        ["history", EVIL],
        ["history", "--html", f"{EVIL}.html", EVIL],
        ["undo", EVIL],
        [EVIL],
        [f"--{EVIL}"],
        ["whoami", "--site", f"https://{EVIL}"],
        ["whoami", "--api-key-file", EVIL],
        ["export", "parks", "--template", EVIL],
        ["export", "parks", "--template", "evil.yaml"],
    ],
)
def test_what_is_said_of_a_name_drives_no_terminal(desk: Desk, own_ledger: Path, command: list[str]) -> None:
    """A file's name comes by mail as well, and people complete it with the tabulator key."""
    finished(own_ledger)
    desk.open([package(1)])
    (desk.folder / "x.xlsx").write_bytes(b"")
    (desk.folder / "evil.yaml").write_text(json.dumps({EVIL: EVIL, "packages": {EVIL: [EVIL]}}), encoding="utf-8")

    said = desk(*command)

    assert said.status in (2, 3)
    assert harmless(desk)
