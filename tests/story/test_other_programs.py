"""The whole way of a workbook that another program saved: read, sent, answered, sent again; and unharmed."""

import pytest
from live_catalogue import package, package_id, resource_id
from office_desk import Desk, PackageDict
from producers import PRODUCERS, Producer, parts_of, type_text
from unharmed import assert_unharmed

from bulkedit.excel.typist import Typist

BOTH = pytest.mark.parametrize("producer", PRODUCERS.values(), ids=PRODUCERS)


def odd_packages() -> list[PackageDict]:
    """Return packages whose texts need care in XML, and one that leaves most cells empty."""
    return [
        package(1, notes="Walks  & rides <b>\r\n\n _x0041_ =1+1 ", version="00123", author="\ta;\x0b"),
        package(2, notes="", version="1.10", extras=[{"key": "season", "value": "2024-01-31"}]),
        package(3),
    ]


@BOTH
def test_untouched_it_changes_nothing(desk: Desk, producer: Producer) -> None:
    """No row is edited, missing or in trouble, whoever saved the workbook."""
    ckan, workbook = desk.exported(odd_packages())
    producer(workbook)

    said = desk("import", workbook, "--yes", "--json")

    report = said.json()
    assert (said.status, report["rows"], report["missing_rows"], ckan.writes) == (0, [], 0, [])
    assert report["counts"] == {"unchanged": 7}


@BOTH
def test_an_edit_is_found_where_it_was_typed(desk: Desk, producer: Producer) -> None:
    """One typed text gives one change: its row, its field, before and after."""
    _, workbook = desk.exported(odd_packages())
    type_text(workbook, "Packages", "Trails 2", "Trails &amp; paths")
    producer(workbook)

    said = desk("import", workbook, "--dry-run", "--json", "--no-write")

    [row] = said.json()["rows"]
    [change] = row["changes"]
    assert (row["sheet"], row["row"], row["result"]) == ("Packages", 3, "would update")
    assert (change["field"], change["exported"], change["edited"]) == ("title", "Trails 2", "Trails & paths")


@BOTH
def test_results_are_written_into_it_unharmed(desk: Desk, producer: Producer) -> None:
    """After an import only our cells and our own sheets differ; the backup is the file as it was before."""
    ckan, workbook = desk.exported(odd_packages())
    type_text(workbook, "Packages", "Trails 2", "Trails &amp; paths")
    producer(workbook)
    before, content = parts_of(workbook), workbook.read_bytes()

    said = desk("import", workbook, "--yes", "--json")

    assert (said.status, said.json()["counts"]) == (0, {"updated": 1, "unchanged": 6})
    assert ckan.shown(package_id(2))["title"] == "Trails & paths"
    assert_unharmed(before, parts_of(workbook))
    assert (desk.folder / "parks.bak.xlsx").read_bytes() == content


@BOTH
def test_the_next_round_sends_the_next_edit_only(desk: Desk, producer: Producer) -> None:
    """What arrived is not sent again, from the answered workbook as it is and after one more edit."""
    ckan, workbook = desk.exported(odd_packages())
    type_text(workbook, "Packages", "Trails 2", "Trails &amp; paths")
    producer(workbook)
    desk("import", workbook, "--yes")
    ckan.heard.clear()

    again = desk("import", workbook, "--yes", "--json").json()
    unsent = list(ckan.writes)
    typist = Typist(workbook)  # splices the cell in: the workbook stays as the other program saved it
    typist.type("Resources", 3, "Description", "All paths")
    typist.save()
    more = desk("import", workbook, "--yes", "--json").json()

    assert (again["rows"], unsent) == ([], [])
    assert [(row["sheet"], row["row"], row["result"]) for row in more["rows"]] == [("Resources", 3, "updated")]
    assert ckan.shown(package_id(2))["resources"][0]["description"] == "All paths"
    answered = Typist(workbook).rows("Resources")
    assert [row["ID"] for row in answered if row["Result"] == "updated"] == [resource_id(2)]
