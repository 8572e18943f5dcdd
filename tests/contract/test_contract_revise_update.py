"""`package_revise`: what an update does to the fields of a package."""

from typing import Any

import pytest
from revising import changes, errors, revise, wrapped
from speaking import (
    SAID,
    Packages,
    Site,
    contact,
    names,
    show,
)

MERGED = [
    ("topics", ["water", "safety"], ["paths"], ["paths", "safety"], ["paths"]),
    ("other_titles", ["Weirs", "Fords"], ["Dams"], ["Dams", "Fords"], ["Dams"]),
    ("access_rules", {"a": 1, "b": {"c": 1}}, {"b": {"d": 2}}, {"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"d": 2}}),
    (
        "contacts",
        [contact(), contact("Sage")],
        [contact("Ash")],
        [contact("Ash"), contact("Sage")],
        [contact("Ash")],
    ),
]


@pytest.mark.parametrize(("field", "before", "sent", "merged", "replaced"), MERGED)
def test_merge_and_replace(
    site: Site, packages: Packages, field: str, before: Any, sent: Any, merged: Any, replaced: Any
) -> None:
    """An update is merged into lists by place and into objects by key; with a filter before it, it replaces."""
    one, other = packages.record(**{field: before}), packages.record(**{field: before})

    assert changes(site, one, update={field: sent}) == {field: merged}
    assert changes(site, other, filter=[f"-{field}"], update={field: sent}) == {field: replaced}


def test_merge_of_an_item(site: Site, packages: Packages) -> None:
    """An item keeps what an update does not name of it."""
    made = packages.record(contacts=[contact(), contact("Sage", role="distributor")])

    first = changes(site, made, update={"contacts": [{"name": "Ash"}]})
    second = changes(site, made, update__contacts__1__email="sage@example.org")

    assert first == {"contacts": [contact("Ash"), contact("Sage", role="distributor")]}
    assert second["contacts"][1] == contact("Sage", role="distributor", email="sage@example.org")


def test_extend_items(site: Site, packages: Packages) -> None:
    """A list is made longer by `extend`, which takes a list."""
    made = packages.record(contacts=[contact()])

    changed = changes(site, made, update__contacts__extend=[contact("Sage"), contact("Ash")])

    assert changed == {"contacts": [contact(), contact("Sage"), contact("Ash")]}
    refused = errors(revise(site, made, update__contacts__extend=contact("Sage")))
    assert refused.keys() == ({"message"} if site.old else {"contacts__extend"})


def test_tags(site: Site, packages: Packages) -> None:
    """Tags are merged by place and replaced after a filter; a text of tags adds."""
    tags = [{"name": "ford"}, {"name": "weir"}]
    made = packages.record(tags=tags)

    merged = changes(site, made, update={"tags": [{"name": "pond"}]})
    replaced = changes(site, made, filter=["-tags"], update={"tags": [{"name": "dam"}]})
    added = changes(site, made, update={"tag_string": "ford"})

    assert names(merged["tags"]) == ["pond", "weir"]
    assert names(replaced["tags"]) == ["dam"]
    assert names(added["tags"]) == ["dam", "ford"]


def test_extras(site: Site, packages: Packages) -> None:
    """Free keys are merged by place and replaced after a filter."""
    made = packages.dataset(extras=[{"key": "house", "value": "1"}])

    merged = changes(site, made, update={"extras": [{"value": "2"}]})
    replaced = changes(site, made, filter=["-extras"], update={"extras": [{"key": "room", "value": "3"}]})

    assert merged == {"extras": [{"key": "house", "value": "2"}]}
    assert replaced == {"extras": [{"key": "room", "value": "3"}]}


def test_nested_before_flattened(site: Site, packages: Packages) -> None:
    """Flattened keys come after the update."""
    made = packages.record()

    assert changes(site, made, update={"title": "Weirs"}, update__title="Dams") == {"title": "Dams"}


def test_flattened_texts(site: Site, packages: Packages) -> None:
    """The text of a flattened key is read as JSON where it is JSON."""
    made = packages.record(author="Rowan")

    changed = changes(
        site,
        made,
        update__purpose="plain text",
        update__data_quality='"quoted"',
        update__object_name="5",
        update__author="null",
        update__topics='["water"]',
        update__access_rules='{"a": 1}',
    )

    assert changed == {
        "purpose": "plain text",
        "data_quality": "quoted",
        "object_name": "5",
        "author": None,
        "topics": ["water"],
        "access_rules": {"a": 1},
    }


def test_a_nested_text(site: Site, packages: Packages) -> None:
    """A text inside of the update is the text itself."""
    made = packages.record()

    changed = changes(site, made, update={"purpose": '"quoted"', "data_quality": "null", "version": "1.0"})

    assert changed == {"purpose": '"quoted"', "data_quality": "null", "version": "1.0"}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("resources__abcdefg", {"name": "x"}),
        ("resources__abcdefg__name", "x"),
        ("resources__9", {"name": "x"}),
        ("title__x", "y"),
    ],
)
def test_update_what_is_not_there(site: Site, kept: dict[str, Any], key: str, value: Any) -> None:
    """A key that leads nowhere is named in the error, as it was sent."""
    reply = revise(site, kept, **{f"update__{key}": value, "update": {"purpose": "x"}})

    assert reply.invalid == wrapped(site, {key: [SAID]})
    assert show(site, kept["id"]) == kept


def test_include(site: Site, packages: Packages) -> None:
    """The answer may be cut to what is wanted of it."""
    made = packages.record()

    some = revise(
        site, made, update={"purpose": "x"}, include=["+package__id", "+package__purpose", "-package__*"]
    )
    none = revise(site, made, include=["-*"])

    assert some.result == {"package": {"id": made["id"], "purpose": "x"}}
    assert none.result == {}
