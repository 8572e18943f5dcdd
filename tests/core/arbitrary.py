"""Hypothesis strategies: arbitrary JSON values, and arbitrary packages of ``worlds.SCHEMA``."""

import json

from hypothesis import strategies as st

from bulkedit.core.json_value import JSON, Package

CHARACTERS = st.characters(exclude_characters="\x00")
"""Any code point, lone surrogates too, that a site could hold: PostgreSQL has no NUL in texts."""

TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=8),
    st.text(st.sampled_from(list('; "\r\n\tab[]=_x0Dé\U0001f600\ud800\ufffe')), max_size=10),
    st.sampled_from(
        ["Red", "r", "Red [Red]", "[]", '["a"]', "{}", "null", "TRUE", "00123", "1.10", "=1+1", "#N/A"]
    ),
)

STORABLE = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r\ufffe\uffff"), max_size=8)
"""Texts that a cell gives back to the letter."""


def _nested(children: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    return st.lists(children, max_size=3) | st.dictionaries(STORABLE, children, max_size=3)


NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
JSON_VALUES: st.SearchStrategy[JSON] = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS, _nested, max_leaves=6
)
OBJECTS: st.SearchStrategy[JSON] = st.dictionaries(STORABLE, JSON_VALUES, max_size=3)
DATES = st.dates().map(str)
DATETIMES = st.datetimes().map(lambda moment: moment.isoformat())
STORED_COLOURS = st.sampled_from(["r", "g", "b", "Red", "g2", "Green", "Crimson", "blue", "r [r]", "x; y", 'q"'])
LISTS_OF_COLOURS = st.lists(STORED_COLOURS, max_size=4)


def as_json_text(values: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    """Return the values as they are, or as JSON text, which some extensions store."""
    return values | values.map(json.dumps)


def field(values: st.SearchStrategy[JSON]) -> st.SearchStrategy[JSON]:
    """Return what a field of a real catalogue holds: mostly what it should, now and then anything."""
    return st.one_of(values, values, values, st.sampled_from([None, ""]), JSON_VALUES)


def objects(
    required: dict[str, st.SearchStrategy[JSON]], optional: dict[str, st.SearchStrategy[JSON]]
) -> st.SearchStrategy[dict[str, JSON]]:
    """Return dicts with all required and some of the optional keys."""
    return st.fixed_dictionaries(required, optional=optional)


CONTACTS = objects(
    {"name": TEXTS},
    {"email": field(TEXTS), "roles": field(LISTS_OF_COLOURS), "unknown_key": field(TEXTS)},
)
DATED = objects({}, {"type": field(STORED_COLOURS), "date": field(DATES), "other": field(TEXTS)})
EXTENTS = objects({}, {"begin_date": field(DATES), "end_date": field(DATES)})
EXTRAS = objects({"key": TEXTS, "value": TEXTS}, {"id": TEXTS, "state": st.just("active")})
UNREADABLE: st.SearchStrategy[JSON] = st.sampled_from(["null", "no JSON", 5, ["text"], [{"name": "x"}, "text"]])


def repeating(items: st.SearchStrategy[dict[str, JSON]]) -> st.SearchStrategy[JSON]:
    """Return a repeating field: a list, one object, JSON text of either, missing, or unreadable."""
    lists: st.SearchStrategy[JSON] = st.lists(items, max_size=3)
    stored = st.one_of(lists, lists, as_json_text(lists), as_json_text(items))
    return st.one_of(stored, stored, stored, st.sampled_from([None, ""]), UNREADABLE)


TAGS: st.SearchStrategy[JSON] = st.lists(
    objects({"name": TEXTS}, {"vocabulary_id": st.sampled_from([None, "v1"]), "state": st.just("active")}),
    max_size=4,
)
GROUPS: st.SearchStrategy[JSON] = st.lists(
    st.sampled_from(["forest", "water", "road"]).map(lambda name: {"name": name, "id": f"g-{name}"}),
    max_size=3,
    unique_by=lambda group: group["name"],
)


def resources(count: int) -> st.SearchStrategy[JSON]:
    """Return lists of that many resources, with the ids ``r0``, ``r1``, ..."""
    return st.tuples(*(_resource(n) for n in range(count))).map(list)


def _resource(number: int) -> st.SearchStrategy[dict[str, JSON]]:
    return objects(
        {"id": st.just(f"r{number}"), "name": TEXTS, "url": TEXTS},
        {
            "size": field(NUMBERS | TEXTS),
            "colours": field(LISTS_OF_COLOURS),
            "temporal_extent": repeating(EXTENTS),
            "created": st.just("2020-01-01T00:00:00"),
            "url_type": st.sampled_from([None, "link"]),
            "bcdc_type": field(TEXTS),
        },
    )


def packages(package_id: str = "p1", name: str = "parks", count: int = 2) -> st.SearchStrategy[Package]:
    """Return packages of the schema, with that many resources."""
    return objects(
        {
            "id": st.just(package_id),
            "name": st.just(name),
            "type": st.just("record"),
            "state": st.just("active"),
            "private": st.booleans(),
            "metadata_modified": DATETIMES,
            "title": field(TEXTS),
            "resources": resources(count),
        },
        {
            "notes": field(TEXTS),
            "owner_org": field(st.sampled_from(["org-1", "org-2", "org-gone", "Parks Branch"])),
            "license_id": field(st.sampled_from(["ogl", "cc-by", "notspecified"])),
            "tags": TAGS,
            "groups": GROUPS,
            "colour": field(STORED_COLOURS),
            "shade": field(STORED_COLOURS),
            "colours": field(as_json_text(LISTS_OF_COLOURS) | STORED_COLOURS),
            "other_names": field(as_json_text(st.lists(TEXTS, max_size=3))),
            "published": field(DATES),
            "checked": field(DATETIMES),
            "settings": field(as_json_text(OBJECTS)),
            "open": field(st.booleans() | st.sampled_from(["true", "False"])),
            "contacts": repeating(CONTACTS),
            "dates": repeating(DATED),
            "extras": st.lists(EXTRAS, max_size=3),
            "unknown_field": JSON_VALUES,
            "num_tags": st.integers(0, 9),
        },
    )
