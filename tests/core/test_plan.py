"""From edits to the one call of a package."""

import json

import pytest
from revision import revised
from worlds import Desk, desk_of, package, parks, resource, trails

from bulkedit.core import columns as own
from bulkedit.core.calls import Call, Plan
from bulkedit.core.catalogue import tabulate
from bulkedit.core.diff import diff_package
from bulkedit.core.edits import Place
from bulkedit.core.json_value import JSON, Package, resources_of
from bulkedit.core.plan import plan_package


def _plan(desk: Desk, live: Package, groups: tuple[str, ...] = ()) -> Plan:
    rows = [row for row in desk.edits().rows if row.asks]
    return plan_package(diff_package(rows, desk.catalogue, tabulate(desk.layout, [live])), live, groups)


def _call(desk: Desk, live: Package, groups: tuple[str, ...] = ()) -> Call:
    plan = _plan(desk, live, groups)
    assert plan.call is not None
    return plan.call


def _update(call: Call) -> dict[str, JSON]:
    update = call.payload.get("update", {})
    assert isinstance(update, dict)
    return update


def test_nothing_edited_is_nothing_to_send() -> None:
    """No edit: no call."""
    assert _plan(desk_of(parks()), parks()) == Plan()


def test_one_call_holds_everything_of_a_package() -> None:
    """Fields, lists and resources go in one call, each addressed as package_revise wants it."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Notes"] = "Some"
    desk.rows["Resources"][1]["Name"] = "the list"
    desk.rows["Contacts"][1]["E-mail"] = "new@x.org"

    call = _call(desk, parks())

    assert call.payload == {
        "match": {
            "id": "id-parks",
            "metadata_modified": "2026-11-20T10:00:00.123456",
            "state": "active",
            "private": False,
        },
        "filter": ["-contacts"],
        "update": {
            "notes": "Some",
            "contacts": [{"name": "Ann", "email": "ann@x.org"}, {"name": "Bob", "email": "new@x.org"}],
        },
        "update__resources__id-list": {"name": "the list"},
    }


def test_metadata_modified_is_matched_and_never_written() -> None:
    """The server refuses what was changed since; the time itself is the server's own text, and not sent back."""
    live = parks() | {"metadata_modified": "2026-11-21T00:00:00"}
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Notes"] = "Some"

    call = _call(desk, live)

    assert call.payload["match"] == {k: live[k] for k in ("id", "metadata_modified", "state", "private")}
    assert "metadata_modified" not in _update(call)


def test_clearing_is_the_empty_text() -> None:
    """An emptied field is sent as an empty text: null is ignored or means something else, by version."""
    desk = desk_of(parks())
    desk.rows["Packages"][0]["Notes"] = ""
    desk.rows["Packages"][0]["Colour"] = ""

    assert _update(_call(desk, parks())) == {"notes": "", "colour": ""}


@pytest.mark.parametrize(
    ("held", "typed", "sent"),
    [
        (10, "11", 11),
        (1.5, "2.25", 2.25),
        ("12", "13", "13"),
        (None, "13", "13"),
        (10, "big", "big"),
        (10, "", ""),
    ],
)
def test_values_go_back_in_the_type_in_which_they_were_read(held: JSON, typed: str, sent: JSON) -> None:
    """A number stays a number, a text of digits a text."""
    one = package("parks", resources=[resource("map", size=held)])
    desk = desk_of(one)
    desk.rows["Resources"][0]["Size"] = typed

    value = _call(desk, one).payload["update__resources__id-map"]

    assert isinstance(value, dict)
    assert repr(value["size"]) == repr(sent)


def test_lists_are_filtered_out_and_given_whole() -> None:
    """CKAN merges lists by index and never shortens them; without the filter a removed value would stay."""
    one = package("parks", colours=["r", "g", "b"], resources=[resource("map", colours=["r", "g"])])
    desk = desk_of(one)
    desk.rows["Packages"][0]["Colours"] = "Red"
    desk.rows["Resources"][0]["Colours"] = "Blue"

    call = _call(desk, one)

    after = revised(one, call.payload)
    assert call.payload["filter"] == ["-colours", "-resources__id-map__colours"]
    assert after["colours"] == ["r"]
    assert after["resources"] == [resource("map", colours=["b"])]


@pytest.mark.parametrize("stored", [json.dumps, lambda value: value])
def test_a_repeating_field_keeps_its_storage_and_what_no_column_shows(stored: object) -> None:
    """JSON text stays JSON text; keys that no subfield names and odd values of others go back as they were."""
    assert callable(stored)
    items = [{"type": "r", "date": "2020-01-01", "x_odd": [1]}, {"type": None, "date": "2021-01-01"}]
    one = package("parks", dates=stored(items))
    desk = desk_of(one)
    desk.rows["Dates"][0]["Date"] = "2020-02-02"

    after = revised(one, _call(desk, one).payload)

    items[0]["date"] = "2020-02-02"
    assert after["dates"] == stored(items)


def test_one_object_stays_an_object_while_it_is_one() -> None:
    """A composite that holds one item without a list becomes a list only when there are several."""
    one = package("parks", dates={"type": "r"})
    desk = desk_of(one)
    desk.rows["Dates"][0]["Type"] = "Blue"

    edited = _call(desk, one)
    desk.rows["Dates"].append({own.PACKAGE: "parks", "Type": "Red"})
    added = _call(desk, one)

    assert _update(edited) == {"dates": {"type": "b"}}
    assert _update(added) == {"dates": [{"type": "b"}, {"type": "r"}]}


@pytest.mark.parametrize("held", ["null", "no JSON", ["text"]])
def test_a_list_that_cannot_be_read_is_not_overwritten(held: JSON) -> None:
    """Adding to a repeating field whose stored value nobody understands is refused, not done over it."""
    one = package("parks", dates=held)
    desk = desk_of(one)
    desk.rows["Dates"].append({own.PACKAGE: "parks", "Type": "Red"})

    plan = _plan(desk, one)

    assert plan.call is None
    assert plan.problems.keys() == {Place("Dates", 2)}


def test_a_typed_link_is_no_upload_any_more() -> None:
    """The url of an uploaded file that is edited becomes a link: else CKAN keeps only its last part."""
    desk = desk_of(parks())
    desk.rows["Resources"][0]["URL"] = "https://example.org/a"
    desk.rows["Resources"][1]["URL"] = "https://example.org/b"

    payload = _call(desk, parks()).payload

    assert payload["update__resources__id-map"] == {"url": "https://example.org/a"}
    assert payload["update__resources__id-list"] == {"url": "https://example.org/b", "url_type": ""}


GROUPS: JSON = [{"name": "forest", "id": "g1"}, {"name": "water", "id": "g2"}]


def test_groups_that_the_user_is_not_in_are_left_out() -> None:
    """CKAN 2.11 and 2.12 answer 403 to any revision that holds them, and keep them when it does not."""
    one = package("parks", groups=GROUPS)
    desk = desk_of(one)
    desk.rows["Packages"][0]["Notes"] = "Some"

    call = _call(desk, one, ("g1",))

    assert _update(call) == {"notes": "Some", "groups": [{"id": "g1"}]}
    assert call.payload["match"]["groups"] == [{"id": "g1"}, {"id": "g2"}]
    assert call.payload["match__groups__-1__id"] == "g2"
    assert call.payload["filter"] == ["-groups"]


def test_edited_groups_leave_foreign_ones_out_as_well() -> None:
    """An edit of the groups touches only those that the user is in."""
    one = package("parks", groups=GROUPS)
    desk = desk_of(one)
    desk.rows["Packages"][0]["Groups"] = "road; water"

    call = _call(desk, one, ("g1", "g3"))

    assert _update(call) == {"groups": [{"name": "road"}]}
    assert call.payload["filter"] == ["-groups"]


def test_groups_are_not_touched_by_somebody_who_is_in_all_of_them() -> None:
    """Nothing is sent that need not be."""
    one = package("parks", groups=GROUPS)
    desk = desk_of(one)
    desk.rows["Packages"][0]["Notes"] = "Some"

    assert _update(_call(desk, one, ("g1", "g2"))) == {"notes": "Some"}


def test_tags_go_back_under_their_own_key_with_their_vocabulary() -> None:
    """`tag_string` would only ever add: the list of tags is sent whole."""
    one = package("parks", tags=[{"name": "b", "vocabulary_id": "v"}, {"name": "a", "state": "active"}])
    desk = desk_of(one)
    desk.rows["Packages"][0]["Tags"] = "b; cc"

    call = _call(desk, one)

    assert _update(call) == {"tags": [{"name": "b", "vocabulary_id": "v"}, {"name": "cc"}]}
    assert call.payload["filter"] == ["-tags"]


def test_what_cannot_be_read_in_the_type_of_the_live_value_is_a_problem_of_its_row() -> None:
    """A list of a site's own making takes only JSON: the package is not sent, and the row says why."""
    one = package("parks", notes=[1, 2])
    desk = desk_of(one)
    desk.rows["Packages"][0]["Notes"] = "[1, 2"

    plan = _plan(desk, one)

    assert plan.call is None
    assert plan.problems[Place("Packages", 2)][0].startswith("[Notes] is not valid JSON")


def test_a_list_where_a_text_belongs_can_be_cleared() -> None:
    """CKAN would merge the empty text into it, so the list goes first."""
    one = package("parks", notes=[1, 2])
    desk = desk_of(one)
    desk.rows["Packages"][0]["Notes"] = ""

    call = _call(desk, one)

    assert (call.payload["filter"], _update(call)) == (["-notes"], {"notes": ""})
    assert revised(one, call.payload)["notes"] == ""


def test_resources_go_to_their_places_with_their_edits() -> None:
    """Each to the place that its row says, whichever is asked first; the others follow in their order."""
    one = package("parks", resources=[resource(name) for name in "abcd"])
    desk = desk_of(one)
    desk.rows["Resources"][0] |= {own.POSITION: "3", "Size": "11"}
    desk.rows["Resources"][1][own.POSITION] = "1"
    desk.rows["Resources"][3]["Size"] = "14"

    call = _call(desk, one)

    after = resources_of(revised(one, call.payload))
    assert [(r["name"], r.get("size")) for r in after] == [("b", None), ("c", None), ("a", "11"), ("d", "14")]
    assert call.resources == [r["id"] for r in after]


def test_the_call_remembers_what_it_sent() -> None:
    """To find the row of a refused item: the rows of edited and new items, the exported number of the others."""
    desk = desk_of(parks())
    desk.rows["Contacts"][0][own.ACTION] = "delete"
    desk.rows["Contacts"].append({own.PACKAGE: "parks", "Name": "Dee"})

    call = _call(desk, parks())

    assert call.sent == {("id-parks", "contacts"): [2, Place("Contacts", 4)]}
    assert call.resources == ["id-map", "id-list"]


def test_extras_are_sent_whole_with_the_keys_that_no_column_shows() -> None:
    """Free extras are a list like others; ids and states of theirs go back as they were."""
    one = trails() | {"extras": [{"key": "z", "value": "1", "id": "x1"}, {"key": "a", "value": "2"}]}
    desk = desk_of(one)
    desk.rows["Extras"][1]["Value"] = "9"

    call = _call(desk, one)

    assert _update(call) == {"extras": [{"key": "a", "value": "2"}, {"key": "z", "value": "9", "id": "x1"}]}


def test_a_new_extra_without_a_value_has_an_empty_one() -> None:
    """CKAN refuses an extra that has no value at all."""
    one = trails() | {"extras": [{"key": "a", "value": "1"}]}
    desk = desk_of(one)
    desk.rows["Extras"].append({own.PACKAGE: "trails", "Key": "note"})

    call = _call(desk, one)

    assert _update(call) == {"extras": [{"key": "a", "value": "1"}, {"key": "note", "value": ""}]}
