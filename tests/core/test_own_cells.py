"""The cells of ours that ask for something: a file to send, another place, a deletion."""

from collections.abc import Sequence

import pytest
from worlds import Desk, desk_of, package, parks, resource

from bulkedit.core import columns as own
from bulkedit.core.advance import Advance, advance, went_through
from bulkedit.core.answers import Accepted, Answer
from bulkedit.core.catalogue import tabulate, tabulate_as
from bulkedit.core.diff import Change, Verdict, diff_package
from bulkedit.core.edits import Place
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON, Package, resources_of
from bulkedit.core.outcomes import Settled
from bulkedit.core.plan import plan_package

WALKS = File("/walks.csv", "walks.csv", 5, "d1")
MAP, LIST = Place("Resources", 2), Place("Resources", 3)
"""The rows of the resources of `parks`."""


@pytest.fixture
def desk() -> Desk:
    """An export of a package with two resources, the second with a file."""
    return desk_of(parks())


def with_resources(*resources: dict[str, JSON]) -> Package:
    """Return `parks` with other resources."""
    return parks() | {"resources": list(resources)}


def changed(**fields: JSON) -> Package:
    """Return `parks` with other fields in its second resource."""
    first, second = resources_of(parks())
    return with_resources(first, second | fields)


def changes(desk: Desk, live: Package, *, sends: Sequence[Place] = ()) -> list[Change]:
    """Return the verdicts on the edits of a desk."""
    rows = [row for row in desk.edits().rows if row.asks]
    live_texts = tabulate(desk.layout, [live])
    return [*diff_package(rows, desk.catalogue, live_texts, files=dict.fromkeys(sends, WALKS)).changes]


def imported(desk: Desk, live: Package, answer: Answer | None, *, sends: Sequence[Place] = ()) -> Advance:
    """Return what moves on when the edits of a desk are answered."""
    files = dict.fromkeys(sends, WALKS)
    rows = [row for row in desk.edits().rows if row.asks]
    diff = diff_package(rows, desk.catalogue, tabulate(desk.layout, [live]), files=files)
    one = Settled(rows, diff, plan_package(diff, live, files=files).call, answer, live=live)
    return advance(desk.layout, desk.catalogue, [one], desk.edits().rows)


# -- files


def test_a_file_that_has_arrived_is_emptied_out_of_its_cell_and_its_address_comes_in(desk: Desk) -> None:
    """The next import sends no file and changes nothing; what was typed beside it stands."""
    desk.rows["Resources"][0] |= {own.UPLOAD: "walks.csv", "Name": "walks"}
    first, second = resources_of(parks())
    sent: dict[str, JSON] = {"name": "walks", "url": "https://x.org/walks.csv", "url_type": "upload", "size": 5}
    after = with_resources(first | sent, second)

    moved = imported(desk, parks(), Accepted(after), sends=[MAP])
    desk.write(moved.cells)

    assert moved.cells[MAP] == {
        own.UPLOAD: "",
        "URL": "https://x.org/walks.csv",
        "Size": "5",
        "url_type": "upload",
    }
    assert [row for row in desk.edits().rows if row.asks] == []


def test_a_file_is_known_by_its_digest(desk: Desk) -> None:
    """It has arrived, unless one of another length has taken its place."""
    desk.rows["Resources"][1][own.UPLOAD] = "walks.csv"

    [there] = changes(desk, changed(hash="sha256:d1", size=5), sends=[LIST])
    [replaced] = changes(desk, changed(hash="sha256:d1", size=6), sends=[LIST])

    assert there.verdict is Verdict.ALREADY
    assert replaced.verdict is Verdict.CONFLICT


def test_a_row_whose_file_could_not_be_examined_sends_none(desk: Desk) -> None:
    """Its other edits go."""
    desk.rows["Resources"][1] |= {own.UPLOAD: "walks.csv", "Name": "walks"}
    rows = [row for row in desk.edits().rows if row.asks]

    plan = plan_package(diff_package(rows, desk.catalogue, tabulate(desk.layout, [parks()])), parks())

    assert plan.call is not None
    assert (plan.call.uploads, plan.call.payload["update__resources__id-list"]) == ({}, {"name": "walks"})


def test_a_new_resource_asks_for_a_file_or_for_a_link(desk: Desk) -> None:
    """Not for both."""
    desk.rows["Resources"].append(
        {own.PACKAGE: "parks", "Name": "new", "URL": "https://x.org", own.UPLOAD: "a.csv"}
    )

    row = next(row for row in desk.edits().rows if row.new)

    assert row.problems == ("[Upload] and [URL] ask for a file and for a link; empty one of them.",)


# -- places


def test_a_moved_resource_and_its_neighbour_show_their_places(desk: Desk) -> None:
    """They stand where the site has them now."""
    desk.rows["Resources"][0][own.POSITION] = "2"
    first, second = resources_of(parks())

    moved = imported(desk, parks(), Accepted(with_resources(second, first)))

    assert moved.cells == {MAP: {own.POSITION: "2"}, LIST: {own.POSITION: "1"}}


def test_a_new_resource_got_its_place_when_it_was_created() -> None:
    """An earlier run made it, and was not told: where it stands now is no edit."""
    desk = desk_of(parks())
    desk.rows["Resources"].append({own.PACKAGE: "parks", "Name": "gpx", "URL": "https://x.org", own.POSITION: "1"})
    row = next(row for row in desk.edits().rows if row.new)
    live = with_resources(*resources_of(parks()), resource("gpx", id=row.owner, url="https://x.org"))

    verdicts = {change.cell.column.name: change.verdict for change in changes(desk, live) if change.cell}

    assert verdicts == {"name": Verdict.ALREADY, "url": Verdict.ALREADY, "position": Verdict.ALREADY}


@pytest.mark.parametrize(("digest", "verdict"), [("", Verdict.CHANGE), ("sha256:d9", Verdict.CONFLICT)])
def test_a_new_resource_that_is_there_gets_its_file_unless_it_has_another(digest: str, verdict: Verdict) -> None:
    """An earlier run made it, and may have been stopped before its file went."""
    desk = desk_of(parks())
    desk.rows["Resources"].append({own.PACKAGE: "parks", "Name": "gpx", own.UPLOAD: "walks.csv"})
    row = next(row for row in desk.edits().rows if row.new)
    live = with_resources(*resources_of(parks()), resource("gpx", id=row.owner, hash=digest, url_type="upload"))

    found = changes(desk, live, sends=[row.place])

    assert [one.verdict for one in found if one.cell and one.cell.column == own.FILE_COLUMN] == [verdict]


@pytest.mark.parametrize(("kept", "verdict"), [("CSV", Verdict.ALREADY), ("PDF", Verdict.CONFLICT)])
def test_a_new_resource_may_have_its_format_in_ckans_spelling(kept: str, verdict: Verdict) -> None:
    """CKAN knows one spelling of each; another format is somebody's change."""
    desk = desk_of(package("parks", resources=[resource("map", format="HTML")]))
    desk.rows["Resources"].append({own.PACKAGE: "parks", "URL": "https://x.org", "Format": "csv"})
    row = next(row for row in desk.edits().rows if row.new)
    live = with_resources(resource("map"), {"id": row.owner, "url": "https://x.org", "format": kept})

    verdicts = {change.cell.column.name: change.verdict for change in changes(desk, live) if change.cell}

    assert verdicts == {"url": Verdict.ALREADY, "format": verdict}


def test_a_new_package_may_have_its_title_stripped(desk: Desk) -> None:
    """CKAN does so."""
    desk.rows["Packages"].append({"Title": " Lakes ", "Address": "lakes"})
    rows = [row for row in desk.edits().rows if row.asks]
    live = tabulate_as(desk.layout, package("lakes"), rows[0].owner)

    found = diff_package(rows, desk.catalogue, live)

    assert {change.verdict for change in found.changes} == {Verdict.ALREADY}


# -- deletions


def test_the_word_delete_goes_with_the_record(desk: Desk) -> None:
    """Or it would be deleted again, should it ever come back."""
    desk.rows["Resources"][0][own.ACTION] = "delete"

    moved = imported(desk, parks(), Accepted(with_resources(resources_of(parks())[1])))

    assert moved.cells[MAP] == {own.ACTION: ""}


def test_of_a_package_that_was_not_compared_nothing_went_through(desk: Desk) -> None:
    """The run stopped before it was read."""
    assert went_through(Settled(desk.edits().rows)) == []
