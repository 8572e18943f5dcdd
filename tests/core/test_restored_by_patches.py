"""Undoing a run on a site without ``package_revise``: the calls that put everything back all the same."""

import pytest
from api_packages import link, parks, upload

from bulkedit.core.calls import PATCH, PATCH_RESOURCE
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.restoring import plan_restoration

OLD = File("/saved", "old.csv", 7, "1")


def calls(live: Package, target: Package, files: dict[str, File] | None = None) -> list[tuple[str, JSON]]:
    """Return the calls that make a package what it was."""
    found = plan_restoration(live, target, files or {}, ["g1"], revise=False)
    return [(call.action, dict(call.payload)) for call in found]


def test_nothing_to_put_back_is_nothing_to_send() -> None:
    """The package is what it was."""
    assert calls(parks(notes="b"), parks(notes="b")) == []


@pytest.mark.parametrize(
    ("live", "target", "sent"),
    [
        (parks(notes="a"), parks(notes="b"), {"notes": "b"}),
        (parks(notes="a"), parks(), {"notes": None}),
        (parks(contacts=[{"name": "Ann"}]), parks(), {"contacts": []}),
        (parks(settings={"a": 1}), parks(), {"settings": None}),
    ],
)
def test_a_field_is_patched(live: Package, target: Package, sent: dict[str, JSON]) -> None:
    """A list that was not there becomes an empty one: nothing can be filtered out."""
    assert calls(live, target) == [(PATCH, {"id": "p1", **sent})]


def test_resources_go_whole() -> None:
    """One that changes without what only the site says and what it did not have; a deleted one anew."""
    live = parks(link("r1", size=6, mood="fine", position=0), link("r2"))
    target = parks(link("r1", size=5), link("r2"), link("r3"))

    found = calls(live, target)

    assert found == [(PATCH, {"id": "p1", "resources": [link("r1", size=5), link("r2"), link("r3")]})]


def test_a_field_that_was_not_there_goes_by_itself() -> None:
    """Nothing else of the resource has changed."""
    found = calls(parks(link("r1", mood="fine")), parks(link("r1")))

    assert found == [(PATCH, {"id": "p1", "resources": [link("r1")]})]


def test_what_describes_a_file_comes_back_with_it() -> None:
    """Not before it: the file of the run is there until then. Other fields go before."""
    old = upload("r1", "old.csv", "t1", hash="sha256:1", mimetype="text/csv") | {"name": "B"}
    new = upload("r1", "new.csv", "t2", hash="sha256:2", mimetype="text/plain") | {"name": "A"}

    first, second = calls(parks(new), parks(old), {"r1": OLD})

    assert first == (PATCH, {"id": "p1", "resources": [new | {"name": "B"}]})
    assert second == (PATCH_RESOURCE, {"id": "r1", "hash": "sha256:1", "mimetype": "text/csv"})


def test_where_only_a_file_comes_back_nothing_goes_before_it() -> None:
    """One call for the file."""
    old = upload("r1", "old.csv", "t1", hash="sha256:1")
    new = upload("r1", "new.csv", "t2", hash="sha256:2")

    assert calls(parks(new), parks(old), {"r1": OLD}) == [(PATCH_RESOURCE, {"id": "r1", "hash": "sha256:1"})]


def test_lists_of_ckans_own_go_in_the_words_in_which_it_takes_them() -> None:
    """Tags by name and vocabulary, groups by id, extras by key and value."""
    target = parks(
        tags=[{"name": "a", "id": "1", "vocabulary_id": None}, {"name": "b", "vocabulary_id": "v"}],
        groups=[{"id": "g1", "title": "Water"}],
        extras=[{"key": "mood", "value": "fine", "id": "1"}],
    )

    [(_, payload)] = calls(parks(tags=[], groups=[], extras=[]), target)

    assert payload == {
        "id": "p1",
        "tags": [{"name": "a"}, {"name": "b", "vocabulary_id": "v"}],
        "groups": [{"id": "g1"}],
        "extras": [{"key": "mood", "value": "fine"}],
    }
