"""Undoing a run in one package: three states, and the call that makes a package what it was."""

from copy import deepcopy

import pytest
from api_packages import REVISE, link, of_resource, parks, update, upload
from arbitrary import packages
from hypothesis import given
from hypothesis import strategies as st
from revision import revised

from bulkedit.core.api_value import file_key, own_fields, own_fields_of_resource, same
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON, Package, resources_of
from bulkedit.core.restoring import plan_restoration
from bulkedit.core.undo import Step, Undone, Way, undo


def undone(live: Package, *steps: Step, saved: dict[str, File] | None = None) -> Undone:
    """Return how steps are undone."""
    return undo(live, steps, saved or {})


def ways(found: Undone) -> dict[tuple[str, str], Way]:
    """Return what becomes of each field, by resource and field."""
    return {(one.owner, one.field): one.way for one in found.fields}


def brought(live: Package, found: Undone) -> Package:
    """Return the package after the call of an undo, as CKAN would make it."""
    calls = plan_restoration(live, found.target, found.files, ["g-forest", "g-water", "g-road"])
    for call in calls:
        live = revised(live, call.payload)
    return live


# -- the truth table


@pytest.mark.parametrize(
    ("left", "before", "live", "way"),
    [
        ("a", "b", "a", Way.BACK),
        ("a", "b", "b", Way.ALREADY),
        ("a", "b", "c", Way.CONFLICT),
        ("a", None, "a", Way.BACK),
        ("", "b", None, Way.BACK),
        ("a", "", None, Way.ALREADY),
        (["a"], ["a", "b"], ["a"], Way.BACK),
        ({"k": 1}, {"k": 2}, {"k": 3}, Way.CONFLICT),
        (5, "5", 5, Way.BACK),
    ],
)
def test_three_states(left: JSON, before: JSON, live: JSON, way: Way) -> None:
    """Live as the run left it: put back. Live as before: already so. Anything else: a conflict, left alone."""
    step = Step(REVISE, update(notes=left), parks(notes=before), parks(notes=left))

    found = undone(parks(notes=live), step)

    assert ways(found) == {("", "notes"): way}
    assert found.target["notes"] == (before if way is Way.BACK else live)


def test_what_was_missing_is_missing_again() -> None:
    """A field that was not there at all is not in the target either."""
    step = Step(REVISE, update(notes="a"), parks(), parks(notes="a"))

    assert "notes" not in undone(parks(notes="a"), step).target


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("tags", [{"name": "a", "id": "1"}, {"name": "b", "id": "2"}], [{"name": "b"}, {"name": "a"}]),
        ("groups", [{"id": "1", "title": "old"}, {"id": "2"}], [{"id": "2"}, {"id": "1", "title": "new"}]),
        ("extras", [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}],
         [{"key": "b", "value": "2"}, {"key": "a", "value": "1"}]),
        ("notes", None, ""),
        ("contacts", None, []),
    ],
)  # fmt: skip
def test_values_that_say_the_same(field: str, one: JSON, other: JSON) -> None:
    """Null, empty and missing; tags by name, groups by id, extras by key, in any order."""
    assert same(field, one, other)


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("tags", [{"name": "a"}], [{"name": "a", "vocabulary_id": "v"}]),
        ("extras", [{"key": "a", "value": "1"}], [{"key": "a", "value": "2"}]),
        ("topics", ["a", "b"], ["b", "a"]),
        ("notes", "", " "),
    ],
)
def test_values_that_do_not_say_the_same(field: str, one: JSON, other: JSON) -> None:
    """Tags of a vocabulary are others; lists of the schema have an order; white space counts."""
    assert not same(field, one, other)


def test_a_conflict_leaves_the_rest_alone() -> None:
    """Fields beside one that somebody changed come back all the same."""
    step = Step(REVISE, update(notes="a", title="A"), parks(notes="b", title="B"), parks(notes="a", title="A"))

    found = undone(parks(notes="c", title="A"), step)

    assert ways(found) == {("", "notes"): Way.CONFLICT, ("", "title"): Way.BACK}
    assert (found.target["notes"], found.target["title"]) == ("c", "B")


def test_what_the_site_derives_is_no_conflict() -> None:
    """A field that no call named, and that the site changed with it, is put back or silently left."""
    step = Step(REVISE, update(title="A"), parks(title="B", stamp="1"), parks(title="A", stamp="2"))

    as_left = undone(parks(title="A", stamp="2"), step)
    moved_on = undone(parks(title="A", stamp="3"), step)

    assert (as_left.target["stamp"], moved_on.target["stamp"]) == ("1", "3")
    assert ways(as_left) == ways(moved_on) == {("", "title"): Way.BACK}


def test_stamps_of_ckan_are_neither_compared_nor_restored() -> None:
    """What CKAN computes is its own."""
    before, after = parks(title="B", num_tags=1, isopen=True), parks(title="A", num_tags=2, isopen=False)

    [call] = plan_restoration(after, undone(after, Step(REVISE, update(title="A"), before, after)).target, {})

    assert call.payload["update"] == {"title": "B"}


# -- several calls


def test_the_calls_of_a_run_are_undone_one_by_one() -> None:
    """What the first call found comes back, and the note tells what the last one left."""
    steps = [
        Step(REVISE, update(notes="2"), parks(notes="1"), parks(notes="2")),
        Step(REVISE, update(notes="3"), parks(notes="2"), parks(notes="3")),
    ]

    found = undone(parks(notes="3"), *steps)

    assert [(one.left, one.before, one.live, one.way) for one in found.fields] == [("3", "1", "3", Way.BACK)]
    assert found.target["notes"] == "1"


def test_a_conflict_with_the_last_call_is_none_of_the_first() -> None:
    """A field that somebody changed after the run stays, whatever earlier calls did to it."""
    steps = [
        Step(REVISE, update(notes="2"), parks(notes="1"), parks(notes="2")),
        Step(REVISE, update(notes="3"), parks(notes="9"), parks(notes="3")),
    ]

    found = undone(parks(notes="2"), *steps)

    assert (ways(found), found.target["notes"]) == ({("", "notes"): Way.CONFLICT}, "2")


# -- whole records


def test_a_created_package_is_deleted() -> None:
    """By its state; with all that later calls did to it."""
    created, filed = parks(link("r1")), parks(upload("r1", "a.csv", "t1"))
    steps = [
        Step("package_create", dict(created), None, created),
        Step(REVISE, of_resource("r1", hash="sha256:1"), created, filed),
    ]

    found = undone(filed, *steps)

    assert ways(found) == {("", "state"): Way.BACK}
    assert found.target == {**filed, "state": "deleted"}


@pytest.mark.parametrize(
    "live",
    [
        parks(link("r1"), notes="theirs"),
        parks(link("r1", description="theirs")),
        parks(link("r1"), link("r2")),
        parks(),
    ],
)
def test_a_created_package_that_somebody_changed_stays(live: Package) -> None:
    """Its fields, its resources, their number: a conflict, and nothing of it is touched."""
    found = undone(live, Step("package_create", {}, None, parks(link("r1"))))

    assert (ways(found), found.target) == ({("", "state"): Way.CONFLICT}, live)


def test_a_created_package_that_is_deleted_already() -> None:
    """Nothing is left to do."""
    found = undone(parks(state="deleted"), Step("package_create", {}, None, parks()))

    assert found.settled


def test_a_deleted_package_comes_back() -> None:
    """By its state."""
    step = Step(REVISE, update(state="deleted"), parks(), parks(state="deleted"))

    assert undone(parks(state="deleted"), step).target["state"] == "active"


def test_of_a_package_deleted_since_nothing_comes_back() -> None:
    """Somebody has deleted it: every field is a conflict."""
    step = Step(REVISE, update(notes="a"), parks(notes="b"), parks(notes="a"))
    live = parks(notes="a", state="deleted")

    found = undone(live, step)

    assert (ways(found), found.target, found.fields[0].gone) == ({("", "notes"): Way.CONFLICT}, live, True)


def test_a_created_resource_is_removed_unless_somebody_changed_it() -> None:
    """Its other resources stay as they are."""
    before, after = parks(link("r1")), parks(link("r1"), link("r2"))
    step = Step(REVISE, {"update__resources__extend": [link("r2")]}, before, after)

    gone = undone(after, step)
    kept = undone(parks(link("r1"), link("r2", description="theirs")), step)

    assert [one["id"] for one in resources_of(gone.target)] == ["r1"]
    assert (ways(kept), len(resources_of(kept.target))) == ({("r2", "state"): Way.CONFLICT}, 2)


def test_a_created_resource_whose_file_was_replaced_stays() -> None:
    """By another one of the same name and length: only the time tells."""
    before, after = parks(), parks(upload("r1", "map.csv", "t1"))
    step = Step(REVISE, {"update__resources__extend": [link("r1")]}, before, after)

    found = undone(parks(upload("r1", "map.csv", "t2")), step)

    assert (ways(found), len(resources_of(found.target))) == ({("r1", "state"): Way.CONFLICT}, 1)


def test_a_deleted_resource_comes_back_whole_in_its_place() -> None:
    """Under its id, after the resource that it stood behind; what others added since stays."""
    before, after = parks(link("r1"), link("r2", size=5), link("r3")), parks(link("r1"), link("r3"))
    step = Step(REVISE, {"filter": ["-resources__r2"]}, before, after)

    found = undone(parks(link("r1"), link("r3"), link("r4")), step)

    assert [one["id"] for one in resources_of(found.target)] == ["r1", "r2", "r3", "r4"]
    assert resources_of(found.target)[1] == link("r2", size=5)


def test_the_order_comes_back_where_nobody_changed_it() -> None:
    """What others added since keeps its place."""
    a, b, c, d = (link(key) for key in "abcd")
    step = Step(
        REVISE, {"filter": ["-resources"], "update": {"resources": [c, a, b]}}, parks(a, b, c), parks(c, a, b)
    )

    back = undone(parks(c, a, d, b), step)
    kept = undone(parks(b, a, c), step)

    assert [one["id"] for one in resources_of(back.target)] == ["a", "b", "d", "c"]
    assert (ways(kept), kept.target) == ({("", "position"): Way.CONFLICT}, parks(b, a, c))


def test_fields_of_a_resource_that_is_gone_are_conflicts() -> None:
    """Somebody has deleted it since."""
    step = Step(REVISE, of_resource("r1", name="A"), parks(link("r1", name="B")), parks(link("r1", name="A")))

    found = undone(parks(), step)

    assert (ways(found), found.fields[0].gone) == ({("r1", "name"): Way.CONFLICT}, True)


# -- files

OLD, NEW = upload("r1", "old.csv", "t1"), upload("r1", "new.csv", "t2", hash="sha256:2")
REPLACED = Step(REVISE, of_resource("r1", hash="sha256:2"), parks(OLD), parks(NEW))
SAVED = {file_key(OLD): File("/saved", "old.csv", 7, "1")}


def test_a_replaced_file_that_was_saved_comes_back() -> None:
    """With all fields that describe it."""
    found = undone(parks(NEW), REPLACED, saved=SAVED)

    assert (ways(found), found.files) == ({("r1", "upload"): Way.BACK}, {"r1": SAVED[file_key(OLD)]})
    assert resources_of(found.target) == [OLD]


def test_a_replaced_file_that_nobody_saved_is_lost_and_the_rest_comes_back() -> None:
    """The new file keeps its description; another field of the resource is restored."""
    step = Step(
        REVISE,
        of_resource("r1", hash="sha256:2", name="A"),
        parks({**OLD, "name": "B"}),
        parks({**NEW, "name": "A"}),
    )

    found = undone(parks({**NEW, "name": "A"}), step)

    assert ways(found) == {("r1", "upload"): Way.LOST, ("r1", "name"): Way.BACK}
    assert resources_of(found.target) == [{**NEW, "name": "B"}]


def test_a_file_that_somebody_replaced_since_is_a_conflict() -> None:
    """CKAN keeps the old digest then, but not the time."""
    live = parks({**NEW, "last_modified": "t3"})

    found = undone(live, REPLACED, saved=SAVED)

    assert (ways(found), found.target, found.files) == ({("r1", "upload"): Way.CONFLICT}, live, {})


def test_a_link_that_a_file_replaced_comes_back_without_any_file() -> None:
    """Nothing was overwritten."""
    step = Step(REVISE, of_resource("r1", hash="sha256:2"), parks(link("r1")), parks(NEW))

    found = undone(parks(NEW), step)

    assert (ways(found), found.files) == ({("r1", "upload"): Way.BACK}, {})
    assert resources_of(found.target)[0]["url"] == "https://x.example/r1"


def test_a_file_given_up_for_a_link_comes_back() -> None:
    """It is still on the site's disk."""
    step = Step(REVISE, of_resource("r1", url="https://y.example", url_type=""), parks(OLD), parks(link("r1")))

    found = undone(parks(link("r1")), step)

    assert (ways(found), found.files, resources_of(found.target)[0]["url"]) == (
        {("r1", "upload"): Way.BACK},
        {},
        OLD["url"],
    )


def test_a_time_that_people_may_say_comes_back() -> None:
    """CKAN stamps when a file last changed; a schema may let people type it, and then it is theirs."""
    before, after = parks(link("r1", last_modified="t1")), parks(link("r1", last_modified="t2"))
    typed = Step(REVISE, of_resource("r1", last_modified="t2"), before, after)
    stamped = Step(REVISE, of_resource("r1", name="name of r1"), before, after)

    back = undone(after, typed)

    assert (ways(back), resources_of(back.target)[0]["last_modified"]) == (
        {("r1", "last_modified"): Way.BACK},
        "t1",
    )
    assert ways(undone(after, stamped)) == {}


# -- calls without an answer


@pytest.mark.parametrize(("live", "way"), [("a", Way.BACK), ("b", Way.ALREADY), ("c", Way.UNKNOWN)])
def test_a_call_without_an_answer(live: str, way: Way) -> None:
    """It has arrived where live is what it asked for; where live is neither, nobody can tell."""
    step = Step(REVISE, update(notes="a"), parks(notes="b", title="T"), None)

    found = undone(parks(notes=live, title="theirs"), step)

    assert ways(found) == {("", "notes"): way}
    assert (found.target["notes"], found.target["title"]) == ("c" if way is Way.UNKNOWN else "b", "theirs")


@pytest.mark.parametrize(
    ("live", "way"),
    [
        (parks(link("r1"), title="T", notes=None), Way.BACK),
        (parks(link("r1"), title="theirs"), Way.UNKNOWN),
        (parks(link("r9"), title="T"), Way.UNKNOWN),
    ],
)
def test_a_creation_without_an_answer(live: Package, way: Way) -> None:
    """The package that is there is ours if it has all that was asked for, its resource's id too."""
    asked = {"name": "parks", "title": "T", "resources": [{"id": "r1", "url": "https://x.example/r1"}]}

    assert ways(undone(live, Step("package_create", asked, None, None))) == {("", "state"): way}


def test_a_file_whose_answer_never_came_is_known_by_its_digest() -> None:
    """Sent: the saved one comes back. Not sent: already so."""
    step = Step(REVISE, of_resource("r1", hash="sha256:2", mimetype="text/csv"), parks(OLD), None)

    assert ways(undone(parks(NEW), step, saved=SAVED)) == {("r1", "upload"): Way.BACK}
    assert ways(undone(parks(OLD), step, saved=SAVED)) == {("r1", "upload"): Way.ALREADY}


# -- the law

IDS = [f"r{number}" for number in range(4)]


@st.composite
def histories(draw: st.DrawFn) -> tuple[Package, Package]:
    """Return a package before and after a run: any fields, any resources, in any order."""
    before, after = draw(packages(count=4)), draw(packages(count=4))
    for package in (before, after):
        chosen = draw(st.lists(st.sampled_from(resources_of(package)), unique_by=lambda one: str(one["id"])))
        package["resources"] = list(deepcopy(chosen))
        package["state"] = draw(st.sampled_from(["active", "deleted"]))
    return before, after


def like(package: Package) -> dict[str, JSON]:
    """Return what of a package must come back."""
    found = {key: package.get(key) for key in own_fields(package)}
    return found | {
        "resources": [
            {"id": one["id"]} | {key: one.get(key) for key in own_fields_of_resource(one)}
            for one in resources_of(package)
        ]
    }


def differences(found: Package, before: Package) -> list[str]:
    """Return the fields in which two packages do not say the same."""
    one, other = like(found), like(before)
    keys = [key for key in one.keys() | other.keys() if key != "resources"]
    wrong = [key for key in keys if not same(key, one.get(key), other.get(key))]
    held, wanted = resources_of(one), resources_of(other)
    if [r["id"] for r in held] != [r["id"] for r in wanted]:
        return [*wrong, "order"]
    pairs = zip(held, wanted, strict=True)
    return wrong + [
        f"{b['id']} {k}" for a, b in pairs for k in a.keys() | b.keys() if not same(k, a.get(k), b.get(k))
    ]


@given(histories())
def test_a_run_and_its_undo_leave_a_package_as_it_was(states: tuple[Package, Package]) -> None:
    """Whatever a run made of a package, in one call or in several: the undo makes it what it was, exactly."""
    before, after = states
    after["metadata_modified"] = "later"

    found = undone(after, Step(REVISE, {}, before, after))
    back = brought(after, found)

    assert all(one.way is Way.BACK for one in found.fields)
    assert differences(back, before) == []


@given(histories())
def test_what_is_back_needs_no_call(states: tuple[Package, Package]) -> None:
    """An undo that is repeated sends nothing."""
    before, after = states

    found = undone(before, Step(REVISE, {}, before, after))

    assert plan_restoration(before, found.target, found.files) == []
    assert found.settled


def test_the_call_matches_what_was_read() -> None:
    """So the site itself refuses to overwrite what somebody does meanwhile."""
    step = Step(REVISE, update(notes="a"), parks(notes="b"), parks(notes="a"))

    [call] = plan_restoration(parks(notes="a"), undone(parks(notes="a"), step).target, {})

    assert call.payload["match"] == {
        "id": "p1",
        "metadata_modified": "2026-11-20T10:00:00.123456",
        "state": "active",
        "private": False,
    }


def test_a_conflict_with_the_first_call_goes_back_to_what_was_before_the_last() -> None:
    """Somebody changed the field between the two calls of a run: that is what comes back."""
    steps = [
        Step(REVISE, update(notes="2"), parks(notes="1"), parks(notes="2")),
        Step(REVISE, update(notes="4"), parks(notes="3"), parks(notes="4")),
    ]

    found = undone(parks(notes="4"), *steps)

    assert (ways(found), found.target["notes"]) == ({("", "notes"): Way.BACK}, "3")


def test_a_file_lost_in_the_last_call_is_not_looked_for_in_the_first() -> None:
    """The undo of a resource's file has ended there."""
    newest = upload("r1", "newest.csv", "t3", hash="sha256:3")
    steps = [REPLACED, Step(REVISE, of_resource("r1", hash="sha256:3"), parks(NEW), parks(newest))]

    found = undone(parks(newest), *steps, saved=SAVED)

    assert (ways(found), found.files) == ({("r1", "upload"): Way.LOST}, {})


def test_a_call_without_an_answer_that_sent_no_file_did_nothing_to_any() -> None:
    """Whatever file is there now."""
    step = Step(REVISE, of_resource("r1", name="A"), parks(OLD | {"name": "B"}), None)

    assert ways(undone(parks(NEW | {"name": "A"}), step)) == {("r1", "name"): Way.BACK}


def test_a_link_that_somebody_put_in_place_of_our_file_is_a_conflict() -> None:
    """A file and a link are never the same."""
    live = parks(link("r1"))

    assert ways(undone(live, REPLACED, saved=SAVED)) == {("r1", "upload"): Way.CONFLICT}
