"""Between API values and cell texts: three laws for every kind of column, and what is no edit."""

import json
from collections.abc import Callable

import pytest
from arbitrary import (
    DATES,
    DATETIMES,
    JSON_VALUES,
    LISTS_OF_COLOURS,
    OBJECTS,
    STORED_COLOURS,
    TAGS,
    TEXTS,
    as_json_text,
    field,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Choice, Column, Kind
from bulkedit.core.json_value import JSON
from bulkedit.core.plain import UnreadableError
from bulkedit.core.text import canonical

CHOICES = (
    Choice("r", "Red"),
    Choice("g", "Green", ("verde",)),
    Choice("b", "Blue"),
    Choice("Red", "Crimson"),
    Choice("g2", "Green"),
    Choice("n", ""),
    Choice("e", "Q [Q]"),
    Choice("é", "Q"),
    Choice("d", "Red [r]"),
)
"""Labels that repeat, that are another's value, that look made unmistakable; a choice without a label."""

VALUES: dict[Kind, st.SearchStrategy[JSON]] = {
    Kind.TEXT: JSON_VALUES,
    Kind.CHOICE: field(STORED_COLOURS | TEXTS),
    Kind.CHOICES: as_json_text(LISTS_OF_COLOURS | st.lists(TEXTS, max_size=3)) | STORED_COLOURS | OBJECTS,
    Kind.TEXTS: as_json_text(st.lists(TEXTS, max_size=4)) | JSON_VALUES,
    Kind.DATE: field(DATES),
    Kind.DATETIME: field(DATETIMES),
    Kind.JSON: as_json_text(OBJECTS) | JSON_VALUES,
    Kind.TAGS: TAGS,
    Kind.GROUPS: TAGS,
    Kind.BOOLEAN: field(st.booleans() | st.sampled_from(["true", "True", "TRUE", "false"])),
}


def _column(kind: Kind, *, closed: bool = False) -> Column:
    return Column("Field", "field", kind, CHOICES, closed=closed)


EVERY_KIND = [pytest.param(_column(kind), id=kind) for kind in Kind]
EVERY_KIND += [
    pytest.param(_column(kind, closed=True), id=f"closed {kind}") for kind in (Kind.CHOICE, Kind.CHOICES)
]
MANY = settings(max_examples=100, deadline=None)


# -- the three laws


@pytest.mark.parametrize("column", EVERY_KIND)
@MANY
@given(st.data())
def test_what_was_exported_can_be_sent_back(column: Column, data: st.DataObject) -> None:
    """First law: a value read from its own text shows that text again, also where a site holds odd values."""
    value = data.draw(VALUES[column.kind])
    codec = codec_of(column)

    text = codec.show(value)

    assert codec.show(codec.read(text, value)) == text


@pytest.mark.parametrize("column", EVERY_KIND)
@MANY
@given(st.data())
def test_what_was_exported_is_in_normal_form(column: Column, data: st.DataObject) -> None:
    """Second law: an exported text is what it is normalised to, so that an untouched cell is no edit."""
    value = data.draw(VALUES[column.kind])
    codec = codec_of(column)

    text = codec.show(value)

    assert codec.normal(text) == text
    assert canonical(text) == text


@pytest.mark.parametrize("column", EVERY_KIND)
@MANY
@given(st.data())
def test_any_typed_text_has_one_normal_form(column: Column, data: st.DataObject) -> None:
    """Normalising a normal text changes nothing: what an import remembers is no edit the next time."""
    text = canonical(data.draw(TEXTS | STORED_COLOURS))
    codec = codec_of(column)

    normal = codec.normal(text)

    assert codec.normal(normal) == normal


SAME_TYPE: list[tuple[Kind, st.SearchStrategy[JSON]]] = [
    (Kind.TEXT, TEXTS),
    (Kind.TEXT, st.integers()),
    (Kind.TEXT, st.floats(allow_nan=False, allow_infinity=False)),
    (Kind.TEXT, st.booleans()),
    (Kind.TEXT, st.lists(JSON_VALUES, max_size=3)),
    (Kind.TEXT, OBJECTS),
    (Kind.CHOICES, LISTS_OF_COLOURS),
    (Kind.CHOICES, LISTS_OF_COLOURS.map(json.dumps)),
    (Kind.TEXTS, st.lists(TEXTS, max_size=3)),
    (Kind.TEXTS, st.lists(TEXTS, max_size=3).map(json.dumps)),
    (Kind.JSON, OBJECTS),
    (Kind.JSON, OBJECTS.map(json.dumps)),
    (Kind.BOOLEAN, st.booleans()),
    (Kind.BOOLEAN, st.sampled_from(["true", "false"])),
    (Kind.BOOLEAN, st.sampled_from(["True", "False"])),
]


@pytest.mark.parametrize(("kind", "values"), SAME_TYPE)
@MANY
@given(st.data())
def test_values_go_back_in_the_type_in_which_they_were_read(
    kind: Kind, values: st.SearchStrategy[JSON], data: st.DataObject
) -> None:
    """Third law: the text of one value, read in place of another of the same type, is a value of that type."""
    held, typed = data.draw(values), data.draw(values)
    codec = codec_of(_column(kind))
    text = codec.show(typed)
    assume(text)

    value = codec.read(text, held)

    assert codec.show(value) == text
    assert held == "" or type(value) is type(held)
    if isinstance(held, str) and kind in (Kind.CHOICES, Kind.TEXTS):
        assert isinstance(json.loads(str(value)), list)


LOOKALIKES = TEXTS | st.sampled_from(["L", "M", "L [L]", "L [M]", "M [L]", "L [L] [L]", "L [L] [L [L]]"])


@settings(max_examples=600, deadline=None)
@given(st.lists(st.builds(Choice, LOOKALIKES, LOOKALIKES), max_size=5), LOOKALIKES, LOOKALIKES)
def test_no_two_stored_values_share_a_text(choices: list[Choice], one: str, two: str) -> None:
    """Whatever a schema's choices are called, and whatever else is stored, texts tell values apart."""
    codec = codec_of(Column("Field", "field", Kind.CHOICE, tuple(c for c in choices if c.value)))
    stored = {v for v in (one, two, *(c.value for c in choices)) if v}

    texts = {value: codec.show(value) for value in stored}

    for value, text in texts.items():
        assert canonical(str(codec.read(text, ""))) == canonical(value)


# -- what is no edit


@pytest.mark.parametrize(
    ("kind", "typed", "shown"),
    [
        (Kind.CHOICE, "b", "Blue"),
        (Kind.CHOICE, "verde", "Green [g]"),
        (Kind.CHOICE, "Red", "Red"),
        (Kind.CHOICES, "Blue; r", "Red; Blue"),
        (Kind.CHOICES, "b ;Red;; Blue", "Red; Blue"),
        (Kind.TAGS, "road; forest; road", "forest; road"),
        (Kind.GROUPS, "b; a", "a; b"),
        (Kind.BOOLEAN, "true", "TRUE"),
        (Kind.JSON, '{"b":1,  "a": [ ]}', '{"a": [], "b": 1}'),
        (Kind.TEXTS, ' b;"a"', "b; a"),
    ],
)
def test_another_way_to_write_the_same_is_no_edit(kind: Kind, typed: str, shown: str) -> None:
    """Raw values, another order where order means nothing, other spacing, `true`: the same normal form."""
    assert codec_of(_column(kind)).normal(typed) == shown


@pytest.mark.parametrize(("kind", "typed"), [(Kind.TEXTS, "b; a"), (Kind.TEXT, " a"), (Kind.TEXT, "a ")])
def test_order_of_texts_and_white_space_are_edits(kind: Kind, typed: str) -> None:
    """Where order means something, and wherever white space stands, the text is taken as typed."""
    assert codec_of(_column(kind)).normal(typed) == typed


# -- what cannot be read


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (Kind.CHOICE, "Rde"),
        (Kind.CHOICES, "Red; Rde"),
        (Kind.DATE, "31.03.2026"),
        (Kind.DATE, "2026-02-29"),
        (Kind.DATE, "1900-02-29"),
        (Kind.DATE, "2026-04-31"),
        (Kind.DATE, "2026-03-31T12:00"),
        (Kind.DATE, "２０２６-01-01"),
        (Kind.DATETIME, "2026-01-01T25:00"),
        (Kind.BOOLEAN, "yes"),
        (Kind.JSON, "{"),
        (Kind.JSON, "NaN"),
        (Kind.JSON, '{"a": -Infinity}'),
        (Kind.JSON, "[1e999]"),
        (Kind.JSON, "1" * 5000),
        (Kind.JSON, "[" * 100_000),
        (Kind.TEXTS, '"open'),
        (Kind.TAGS, '"a" b'),
    ],
)
def test_a_text_that_stands_for_no_value_is_refused(kind: Kind, text: str) -> None:
    """A closed choice, a date, a truth value, JSON (`NaN` is none): said to be wrong before anything is sent."""
    with pytest.raises(UnreadableError):
        codec_of(_column(kind, closed=True)).read(text, None)


@pytest.mark.parametrize("day", ["2024-02-29", "2000-02-29", "2026-04-30", "2026-12-31"])
def test_a_day_of_the_calendar_is_a_date(day: str) -> None:
    """Leap years are those of the calendar."""
    assert codec_of(_column(Kind.DATE)).read(day, None) == day


def test_midnight_is_a_time() -> None:
    """Of a day CKAN cuts it off, of a point in time it is part."""
    midnight = "2026-03-31T00:00:00"

    assert codec_of(_column(Kind.DATE)).normal(midnight) == "2026-03-31"
    assert codec_of(_column(Kind.DATETIME)).normal(midnight) == midnight


@pytest.mark.parametrize(("held", "typed", "value"), [("True", "FALSE", "False"), ("true", "FALSE", "false")])
def test_a_truth_value_held_as_text_keeps_its_spelling(held: str, typed: str, value: str) -> None:
    """As the site's own form writes it."""
    assert codec_of(_column(Kind.BOOLEAN)).read(typed, held) == value


def test_a_wrong_choice_is_told_the_closest() -> None:
    """The message about a mistyped choice names the one that was probably meant."""
    with pytest.raises(UnreadableError, match="closest is “Crimson”"):
        codec_of(_column(Kind.CHOICE, closed=True)).read("crimsom", None)


@pytest.mark.parametrize("kind", list(Kind))
def test_an_empty_cell_clears(kind: Kind) -> None:
    """Every kind of field can be emptied: empty text, or an empty list where CKAN holds a list."""
    value = codec_of(_column(kind, closed=True)).read("", None)

    assert value == ([] if kind in (Kind.CHOICES, Kind.TEXTS, Kind.TAGS, Kind.GROUPS) else "")


@pytest.mark.parametrize("empty", [None, ""])
@pytest.mark.parametrize("kind", list(Kind))
def test_missing_null_and_empty_show_alike(kind: Kind, empty: JSON) -> None:
    """CKAN makes no difference between them, nor does a cell."""
    assert codec_of(_column(kind)).show(empty) == ""


def test_tags_keep_their_vocabulary_and_groups_only_their_name() -> None:
    """A tag that stays goes back with its vocabulary; a new one has none; groups are addressed by name."""
    held: JSON = [{"name": "road", "vocabulary_id": "v1", "state": "active"}, {"name": "gone"}]
    read: Callable[[Kind], JSON] = lambda kind: codec_of(_column(kind)).read("new; road", held)  # noqa: E731  short, and used at once

    assert read(Kind.TAGS) == [{"name": "new"}, {"name": "road", "vocabulary_id": "v1"}]
    assert read(Kind.GROUPS) == [{"name": "new"}, {"name": "road"}]


def test_what_a_name_stands_for_goes_back_with_it() -> None:
    """A tag that two vocabularies have is two tags; a group goes by its id, by which it can be left out too."""
    tags: JSON = [{"name": "road", "vocabulary_id": "v1"}, {"name": "road", "vocabulary_id": "v2"}]
    groups: JSON = [{"name": "road", "id": "g1", "title": "Roads"}]

    assert codec_of(_column(Kind.TAGS)).read("road", tags) == tags
    assert codec_of(_column(Kind.GROUPS)).read("road", groups) == [{"name": "road", "id": "g1"}]


def test_a_number_keeps_the_spelling_that_was_typed() -> None:
    """A value of a site's own making becomes a number only where that is written in the same way."""
    read = [codec_of(_column(Kind.TEXT)).read(text, 5) for text in ("6", "6.5", "6e3", "06")]

    assert read == [6, 6.5, "6e3", "06"]


def test_structures_are_shown_as_people_read_them() -> None:
    """Letters are no escapes."""
    assert codec_of(_column(Kind.JSON)).show({"é": "公園"}) == '{"é": "公園"}'


def test_small_letters_that_two_choices_share_mean_neither() -> None:
    """Any case will do where that is clear."""
    lakes = (Choice("1", "Lake"), Choice("2", "LAKE"), Choice("3", "River"))
    codec = codec_of(Column("Water", "water", Kind.CHOICE, lakes, closed=True))

    assert [codec.read(text, None) for text in ("Lake", "LAKE", "river")] == ["1", "2", "3"]
    with pytest.raises(UnreadableError):
        codec.read("lake", None)


def test_a_closed_choice_keeps_a_stored_value_that_is_none() -> None:
    """What a site stores outside its own choices can stay in a list of which another value is edited."""
    value = codec_of(_column(Kind.CHOICES, closed=True)).read("Blue; old\nvalue", ["old\r\nvalue"])

    assert value == ["b", "old\r\nvalue"]


def test_another_name_that_two_choices_share_names_neither() -> None:
    """Two organizations with one title: the title does not choose between them, their names do."""
    shared = (Choice("1", "aa", ("Water Board",)), Choice("2", "zz", ("water board",)))
    codec = codec_of(Column("Organization", "owner_org", Kind.CHOICE, shared, closed=True))

    with pytest.raises(UnreadableError):
        codec.read("Water Board", None)
    assert codec.read("zz", None) == "2"


@pytest.mark.parametrize("held", ["[x", '["a", 1]'])
def test_a_text_that_only_looks_like_a_list_is_one_value(held: str) -> None:
    """It stays among the values to be chosen, and is replaced like any text."""
    codec = codec_of(_column(Kind.CHOICES))

    assert codec.read("Red; Blue", held) == ["r", "b"]


def test_a_value_typed_twice_counts_once() -> None:
    """In whatever words."""
    assert codec_of(_column(Kind.CHOICES)).read("Blue; b; verde; Blue", None) == ["b", "g"]
