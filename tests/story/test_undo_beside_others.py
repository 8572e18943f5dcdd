"""What others did since a run stays; what nobody can tell is left alone."""

from collections.abc import Callable

import pytest
from changed_sites import ONE, comparable, imported, ledger_of, retitled, row_of
from live_catalogue import LiveCatalogue, package
from office_desk import Desk, edit

from bulkedit.excel.typist import Typist
from bulkedit.ledger import CallOutcome, Run

# -- everything comes back


def test_a_rival_is_left_alone_on_a_site_without_revise_too(desk: Desk) -> None:
    """What somebody changed since the run is a conflict there as well; the rest comes back."""
    ckan, workbook = desk.exported([package(1), package(2)], without=("package_revise",))
    edit(workbook, ("Packages", ONE, "Title", "Paths"), ("Packages", ONE, "Description", "All of them."))
    imported(desk, workbook)
    ckan.edit(ONE, notes="Theirs.")

    said = desk("undo", "--yes")

    assert said.status == 1
    assert (ckan.shown(ONE)["title"], ckan.shown(ONE)["notes"]) == ("Trails 1", "Theirs.")


# -- what others did since


def test_what_somebody_changed_since_stays_and_the_rest_comes_back(desk: Desk) -> None:
    """The row is a conflict, with the three texts."""
    ckan, _, _ = retitled(desk)
    ckan.edit(ONE, title="Theirs", author="Bea")

    said = desk("undo", "--yes", "--json")

    shown, row = ckan.shown(ONE), row_of(said, "trails-1")
    assert (said.status, row["result"]) == (1, "conflict")
    assert (shown["title"], shown["notes"], shown["author"]) == ("Theirs", "Where to walk.", "Bea")
    assert all(
        text in row["message"] for text in ("[Title]", "“Paths”", "“Theirs”", "“Trails 1”", "Put back [Desc")
    )


def test_what_somebody_does_in_the_last_second_stays(desk: Desk) -> None:
    """CKAN itself refuses; the package is read again, and only the rest is sent."""
    ckan, _, _ = retitled(desk)
    ckan.before("package_revise", lambda: ckan.edit(ONE, title="Theirs"))

    said = desk("undo", "--yes")

    shown = ckan.shown(ONE)
    assert (said.status, shown["title"], shown["notes"]) == (1, "Theirs", "Where to walk.")


def add_a_resource(ckan: LiveCatalogue) -> None:
    """Add a resource to the created package."""
    ckan.call("resource_create", by="colleague", package_id="bridges", name="new", url="https://x.example")


def another_title(ckan: LiveCatalogue) -> None:
    """Change the created package's title."""
    ckan.edit("bridges", title="Theirs")


def another_file(ckan: LiveCatalogue) -> None:
    """Replace the created package's file."""
    ckan.upload(ckan.shown("bridges")["resources"][0]["id"], "theirs.csv", b"theirs")


@pytest.mark.parametrize("deed", [add_a_resource, another_title, another_file])
def test_a_created_package_that_somebody_changed_is_not_deleted(
    desk: Desk, deed: Callable[[LiveCatalogue], None]
) -> None:
    """It is theirs as well by now."""
    ckan, workbook = desk.exported([package(1)])
    typist = Typist(workbook)
    typist.add("Packages", {"Title": "Bridges"})
    typist.add("Resources", {"Package": "Bridges", "Name": "list", "Upload": "list.csv"})
    typist.save()
    (workbook.parent / "list.csv").write_bytes(b"a list")
    imported(desk, workbook)
    deed(ckan)

    said = desk("undo", "--yes", "--json")

    assert (said.status, ckan.shown("bridges")["state"]) == (1, "active")
    assert row_of(said, "bridges")["result"] == "conflict"


def test_a_deleted_package_that_nobody_sees_any_more_is_a_conflict(desk: Desk) -> None:
    """Moved to an organization that keeps it to itself: nothing is sent."""
    ckan, _, _ = retitled(desk)
    ckan.hide(ONE)
    ckan.heard.clear()

    said = desk("undo", "--yes", "--json")

    assert (said.status, ckan.writes) == (1, [])
    assert "no longer on the site" in row_of(said, "trails-1")["message"]


# -- killed runs, lost answers


@pytest.mark.parametrize(("arrived", "counts"), [(True, {"updated": 1}), (False, {"unchanged": 1})])
def test_a_call_of_which_nobody_knows_is_settled_by_reading(
    desk: Desk, arrived: bool, counts: dict[str, int]
) -> None:
    """The run was killed while the call was under way: what it asked for tells whether it has arrived."""
    ckan, workbook, before = retitled(desk)
    ledger = ledger_of(desk)
    [sent] = ledger.calls(ledger.runs()[0].id)
    killed = Run("dead", "import", "2030-01-01T00:00:00", ckan.url, "", "", {}, str(workbook), "")
    ledger.begin(killed)
    ledger.intend("dead", sent.package, sent.name, sent.action, sent.payload, sent.before, killed.began)
    if not arrived:
        desk("undo", ledger.runs()[1].id, "--yes")

    said = desk("undo", "dead", "--yes", "--json")

    assert (said.status, said.json()["counts"]) == (0, counts)
    assert comparable(ckan) == before


def test_what_cannot_be_told_is_left_alone(desk: Desk) -> None:
    """The call's fate is unknown, and somebody has changed the same field: `unknown`, at that row."""
    ckan, workbook, _ = retitled(desk)
    ledger = ledger_of(desk)
    [sent] = ledger.calls(ledger.runs()[0].id)
    ledger.answered(sent.number, CallOutcome.UNKNOWN, "2030-01-01T00:00:00")
    ckan.edit(ONE, title="Theirs")

    said = desk("undo", workbook, "--yes", "--json")

    shown = ckan.shown(ONE)
    assert (said.status, row_of(said, "trails-1")["result"]) == (1, "unknown")
    assert (shown["title"], shown["notes"]) == ("Theirs", "Where to walk.")


def test_an_undo_without_an_answer_is_settled_by_reading(desk: Desk) -> None:
    """The connection is cut after the site has stored it: found again, and not sent twice."""
    ckan, _, before = retitled(desk)
    ckan.sandbox.misbehave("package_revise cut-after times=1")

    said = desk("undo", "--yes", "--json")

    assert (said.status, said.json()["counts"], len(ckan.writes)) == (0, {"updated": 1}, 1)
    assert comparable(ckan) == before
    assert ledger_of(desk).calls(said.json()["run"])[0].outcome is CallOutcome.STORED
