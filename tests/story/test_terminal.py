"""At a terminal an import shows what it would do and asks; without a yes nothing is sent."""

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from live_catalogue import package, package_id
from office_desk import NEW_TITLE, Desk, edit, rows, two_packages
from scripted import TOKEN
from terminal import Terminal

ONE = package_id(1)


def at_terminal(desk: Desk, url: str, *arguments: str) -> Terminal:
    """Start the program in a terminal of its own."""
    environment = {**os.environ, "CKAN_URL": url, "CKAN_API_KEY": TOKEN, "TERM": "dumb"}
    return Terminal([sys.executable, "-m", "bulkedit", *arguments], desk.folder, environment)


@pytest.mark.parametrize(("answer", "sent"), [("n\n", 0), ("\n", 0), ("y\n", 1)])
def test_an_import_asks_first(desk: Desk, answer: str, sent: int) -> None:
    """Only a yes sends anything; the plan stands above the question, both texts of the field in it."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()
    terminal = at_terminal(desk, ckan.url, "import", workbook.name)

    terminal.wait_for("Send the edits of 1 package")
    waiting = len(ckan.writes)
    terminal.type(answer)
    status = terminal.ended()

    assert (waiting, status, len(ckan.writes)) == (0, 0, sent)
    assert "would update" in terminal.screen
    assert "[Title] “Trails 1” → “Trails and paths”" in terminal.screen
    assert ("Nothing was sent." in terminal.screen) == (sent == 0)
    assert (desk.files() == before) is (sent == 0)


def test_an_import_asks_although_every_row_has_a_conflict_too(desk: Desk) -> None:
    """A row whose title clashes and whose description does not would be written to: so it is asked."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE, ("Packages", ONE, "Description", "New words"))
    ckan.edit(ONE, title="Somebody else's")
    terminal = at_terminal(desk, ckan.url, "import", workbook.name)

    terminal.wait_for("Send the edits of 1 package")
    terminal.type("n\n")

    assert (terminal.ended(), ckan.writes) == (0, [])


def test_ctrl_c_at_the_question_sends_nothing_and_says_so(desk: Desk) -> None:
    """Exit 130; the workbook is as it was."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    before = desk.files()
    terminal = at_terminal(desk, ckan.url, "import", workbook.name)

    terminal.wait_for("[y/N]")
    time.sleep(0.5)  # Python notices a signal only once it waits for the keyboard
    os.killpg(terminal.program.pid, signal.SIGINT)

    assert (terminal.ended(), ckan.writes, desk.files()) == (130, [], before), terminal.screen
    assert "nothing was sent" in terminal.screen


def test_a_workbook_saved_while_the_question_stands_is_not_sent(desk: Desk, tmp_path: Path) -> None:
    """What was shown is not what the file holds any more: exit 3, import again."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    terminal = at_terminal(desk, ckan.url, "import", workbook.name)

    terminal.wait_for("[y/N]")
    edit(workbook, ("Packages", ONE, "Title", "Something else"))
    terminal.type("y\n")

    assert (terminal.ended(), ckan.writes) == (3, [])
    assert "saved by another program meanwhile" in terminal.screen
    assert rows(workbook, "Packages")[0]["Result"] == ""


@pytest.mark.parametrize(("typed", "sent"), [("2", 0), ("", 0), ("1", 1)])
def test_the_number_of_deletions_is_asked_for(desk: Desk, typed: str, sent: int) -> None:
    """Only whoever types how many will be deleted is asked for the yes, and deletes."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, ("Packages", ONE, "Action", "delete"))
    before = desk.files()
    terminal = at_terminal(desk, ckan.url, "import", workbook.name)

    terminal.wait_for("Type the number to go on")
    terminal.type(f"{typed}\n")
    if sent:
        terminal.wait_for("[y/N]")
        terminal.type("y\n")
    status = terminal.ended()

    assert "1 package or resource will be deleted." in terminal.screen
    assert (status, len(ckan.writes)) == (0 if sent else 3, sent), terminal.screen
    assert ckan.shown(ONE)["state"] == ("deleted" if sent else "active")
    assert (desk.files() == before) is (sent == 0)


def test_nobody_is_asked_for_a_number_that_was_given(desk: Desk) -> None:
    """With --confirm-deletes only the yes is left to say."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, ("Packages", ONE, "Action", "delete"))
    terminal = at_terminal(desk, ckan.url, "import", workbook.name, "--confirm-deletes", "1")

    terminal.wait_for("[y/N]")
    terminal.type("n\n")

    assert (terminal.ended(), ckan.writes) == (0, [])
    assert "Type the number" not in terminal.screen


def test_a_finding_is_no_question(desk: Desk) -> None:
    """At a terminal, too, what looks like the spreadsheet program's doing stops it: a yes is said too easily."""
    ckan, workbook = desk.exported([package(1, version="00012")])
    edit(workbook, ("Packages", ONE, "Version", "12"))
    terminal = at_terminal(desk, ckan.url, "import", workbook.name)

    assert (terminal.ended(), ckan.writes) == (3, [])
    assert "[y/N]" not in terminal.screen
    assert "--accept zeros-lost" in terminal.screen


@pytest.mark.parametrize(("said", "sent"), [("y\n", 1), ("n\n", 0)])
def test_an_undo_shows_what_would_come_back_and_asks(desk: Desk, said: str, sent: int) -> None:
    """Only a yes sends it."""
    ckan, workbook = desk.exported(two_packages())
    edit(workbook, NEW_TITLE)
    desk("import", workbook, "--yes")
    ckan.heard.clear()
    terminal = at_terminal(desk, ckan.url, "undo")

    terminal.wait_for("Put back 1 package")
    terminal.type(said)

    assert (terminal.ended(), len(ckan.writes)) == (0, sent), terminal.screen
    assert "Would put back [Title]." in terminal.screen
    assert ("Nothing was sent." in terminal.screen) == (sent == 0)
