"""`package_create`: what is taken, what is refused and how it is said, what becomes of values."""

from typing import Any

import pytest
from speaking import (
    BAD_REQUEST,
    DENIED,
    NOT_FOUND,
    SAID,
    Packages,
    Site,
    call,
    contact,
    dataset,
    names,
    record,
    resource,
    some_id,
    some_name,
)

TEXT = [SAID]
"""The errors of a field with one sentence."""


def without(params: dict[str, Any], *keys: str) -> dict[str, Any]:
    """Return parameters without some."""
    return {key: value for key, value in params.items() if key not in keys}


def test_required_fields(site: Site, packages: Packages) -> None:
    """Every required field that is not there is named; a missing title is none, for the name stands in."""
    required = "license_id notes publish_state resource_status security_class view_audience".split()

    reply = packages.attempt(without(record(site), "title", *required))

    assert reply.invalid == dict.fromkeys(required, TEXT)


@pytest.mark.parametrize("value", ["", None])
def test_an_empty_required_field(site: Site, packages: Packages, value: str | None) -> None:
    """An empty text and null are missing values."""
    reply = packages.attempt(record(site) | {"notes": value, "publish_state": value})

    assert reply.invalid == {"notes": TEXT, "publish_state": TEXT}


WRONG_VALUES = [
    ("publish_state", "no such choice", TEXT),
    ("topics", ["water", "no such", "nor such"], TEXT * 2),
    ("topics", '["water"]', TEXT),
    ("topics", "", TEXT),
    ("topics", [1], TEXT),
    ("topics", {"water": True}, TEXT),
    ("topics", None, TEXT),
    ("other_titles", ["Fords", 3], TEXT),
    ("other_titles", {"a": "b"}, TEXT),
    ("other_titles", None, TEXT),
    ("enquiries_email", "nobody", TEXT),
    ("enquiries_email", " rowan@example.org", TEXT),
    ("record_publish_date", "1 March", TEXT),
    ("record_publish_date", "2024-02-30", TEXT),
    ("record_publish_date", "2024-03", TEXT),
    ("last_checked", "soon", TEXT),
    ("fee_cents", "ten", TEXT),
    ("fee_cents", 7.5, TEXT),
    ("fee_cents", "7.0", TEXT),
    ("access_rules", "{half", TEXT),
    ("access_rules", [1], TEXT),
    ("access_rules", "[1]", TEXT),
    ("access_rules", 5, TEXT),
    ("version", "v" * 101, TEXT),
    ("tag_string", "ok tag,b&d", TEXT),
    ("tag_string", "x", TEXT),
    ("tags", [{"name": "x"}], TEXT),
    ("tags", [{"name": "ok tag"}, {"name": "b&d"}, {"name": "a,b"}], TEXT * 2),
    ("tags", [{"name": "x" * 101}], TEXT),
    ("tags", [{"name": ""}], TEXT),
    ("tags", [{"name": "water", "vocabulary_id": "no-such"}], [{"vocabulary_id": TEXT}]),
    ("extras", [{"key": "purpose", "value": "x"}], [{"key": TEXT}]),
    ("id", "5f0c6a0e-9d5b-4b53-8f0a-2f6d1f0b7c11", TEXT),
]


@pytest.mark.parametrize(("field", "value", "error"), WRONG_VALUES)
def test_a_wrong_value(site: Site, packages: Packages, field: str, value: Any, error: Any) -> None:
    """A value that breaks its field's rules is refused with a sentence for each fault, under the field's key."""
    reply = packages.attempt(record(site) | {field: value})

    assert reply.invalid == {field: error}


@pytest.mark.parametrize("field", ["contacts", "tags", "resources", "extras"])
@pytest.mark.parametrize("value", ["text", {"name": "Rowan"}, ["text"]])
def test_what_is_no_list_of_objects(site: Site, packages: Packages, field: str, value: Any) -> None:
    """Where items are wanted, anything but a list of objects is a bad request, which repeats what was sent."""
    sent = record(site) | {field: value}

    reply = packages.attempt(sent)

    assert reply.refused == BAD_REQUEST
    assert reply.error.keys() == {"__type", "message", "data"}
    assert reply.error["data"] == sent


GOOD = contact()
WRONG_ITEMS = [
    ("contacts", [GOOD, contact(email="nobody", role="no such")], [{}, {"email": TEXT, "role": TEXT}]),
    ("contacts", [contact(name=""), GOOD], [{"name": TEXT}, {}]),
    ("contacts", [GOOD, {}, contact(email="nobody")], [{}, {"email": TEXT}]),
    ("contacts", [{"name": "Rowan"}], [{"email": TEXT, "role": TEXT}]),
    ("contacts", [{"unknown": "x"}], [{"email": TEXT, "name": TEXT, "role": TEXT}]),
    ("contacts", [contact(shown_as=["no such"])], [{"shown_as": TEXT}]),
    ("contacts", [contact(shown_as="")], [{"shown_as": TEXT}]),
    ("dates", [{"type": "Created", "date": "soon"}], [{"date": TEXT}]),
    ("dates", [{"type": "Created", "date": ""}], [{"date": TEXT}]),
    ("dates", [{"type": "Created"}], [{"date": TEXT}]),
    ("resources", [resource(), resource(size="big")], [{}, {"size": TEXT}]),
    ("resources", [resource(""), resource()], [{"name": TEXT}, {}]),
    ("resources", [resource(resource_update_cycle="no such")], [{"resource_update_cycle": TEXT}]),
    ("resources", [{"url": "x"}], [{"name": TEXT, "resource_update_cycle": TEXT}]),
    ("resources", [resource(row_count="many", languages=["xx"])], [{"row_count": TEXT, "languages": TEXT}]),
    ("resources", [resource(id="x")], [{"id": TEXT}]),
    ("resources", [resource(temporal_start="soon")], [{"temporal_start": TEXT}]),
    (
        "resources",
        [resource(table_columns=[{"column_name": "depth"}, {"data_type": "number"}]), resource()],
        [{"table_columns": [{}, {"column_name": TEXT}]}, {}],
    ),
]


@pytest.mark.parametrize(("field", "items", "errors"), WRONG_ITEMS)
def test_a_wrong_item(site: Site, packages: Packages, field: str, items: Any, errors: Any) -> None:
    """The errors of items are a list with an object for each item, empty for a good one; empty items count not."""
    reply = packages.attempt(record(site) | {field: items})

    assert reply.invalid == {field: errors}


def test_several_errors_at_once(site: Site, packages: Packages) -> None:
    """One answer holds the errors of all fields, items and resources."""
    reply = packages.attempt(
        record(site)
        | {"publish_state": "no such", "fee_cents": "ten", "notes": "", "name": "No Name"}
        | {"contacts": [contact(email="nobody")], "resources": [resource(), resource("", row_count="many")]}
    )

    assert reply.invalid == {
        "publish_state": TEXT,
        "fee_cents": TEXT,
        "notes": TEXT,
        "name": TEXT,
        "contacts": [{"email": TEXT}],
        "resources": [{}, {"name": TEXT, "row_count": TEXT}],
    }


WRONG_EXTRAS = [
    ({"extras": [{"key": "a", "value": "1"}, {"key": "a", "value": "2"}]}, {"extras_validation": TEXT}),
    ({"extras": [{"value": "1"}]}, {"extras": [{"key": TEXT}]}),
    ({"extras": [{"key": "", "value": "1"}]}, {"extras": [{"key": TEXT}]}),
    ({"extras": [{"key": "a", "value": "1"}, {"key": "b"}]}, {"extras": [{}, {"value": TEXT}]}),
    ({"author_email": "x", "maintainer_email": "y"}, {"author_email": TEXT, "maintainer_email": TEXT}),
]


@pytest.mark.parametrize(("fields", "errors"), WRONG_EXTRAS)
def test_a_wrong_value_of_a_dataset(site: Site, packages: Packages, fields: Any, errors: Any) -> None:
    """CKAN's own type has rules for its free keys and its addresses."""
    reply = packages.attempt(dataset(site) | fields)

    assert reply.invalid == errors


WRONG_NAMES = [
    ("No Name", 1),
    ("a.b", 1),
    ("a/b", 1),
    ("åb", 1),
    ("a", 2),
    ("a" * 101, 2),
    ("new", 1),
    ("edit", 1),
    ("search", 1),
    ("", 1),
    (None, 1),
]


@pytest.mark.parametrize(("name", "faults"), WRONG_NAMES)
def test_a_wrong_name(site: Site, packages: Packages, name: str | None, faults: int) -> None:
    """A name is of 2 to 100 small letters, digits, hyphens and underscores, and none of CKAN's own pages."""
    reply = packages.attempt(record(site) | {"name": name})

    assert reply.invalid == {"name": TEXT * faults}


@pytest.mark.parametrize("kind", [record, dataset])
def test_no_name(site: Site, packages: Packages, kind: Any) -> None:
    """The API makes no name from the title."""
    assert packages.attempt(without(kind(site), "name")).invalid == {"name": TEXT}


def test_unusual_names(packages: Packages) -> None:
    """Hyphens and underscores may stand anywhere."""
    name = f"_-{some_name()}_-"

    assert packages.dataset(name=name)["name"] == name


def test_a_taken_name(site: Site, packages: Packages) -> None:
    """Two packages have no name in common, whatever their types."""
    made = packages.record()

    assert packages.attempt(dataset(site) | {"name": made["name"]}).invalid == {"name": TEXT}


@pytest.mark.parametrize("kind", [record, dataset])
def test_no_organization(site: Site, packages: Packages, kind: Any) -> None:
    """CKAN 2.12 wants a package to have an organization; 2.9 does not."""
    reply = packages.attempt(without(kind(site), "owner_org"))

    if site.old:
        assert reply.result.get("owner_org") is None
    else:
        assert reply.invalid == {"owner_org": TEXT}


def test_an_organization_of_others(site: Site, packages: Packages) -> None:
    """In an organization of others, or in none, nothing may be made."""
    assert packages.attempt(record(site) | {"owner_org": site.other_organization}).refused == DENIED
    assert packages.attempt(record(site) | {"owner_org": "no-such-organization"}).refused == DENIED


def test_an_organization_by_id(site: Site, packages: Packages) -> None:
    """The organization is given by name or id, and kept as its id."""
    by_name = packages.record()

    by_id = packages.record(owner_org=by_name["owner_org"])

    assert by_id["owner_org"] == by_name["owner_org"] == by_name["organization"]["id"]
    assert by_id["organization"]["name"] == site.organization


def test_an_unknown_group(site: Site, packages: Packages) -> None:
    """A group that is not there is not found."""
    assert packages.attempt(record(site) | {"groups": [{"name": "no-such-group"}]}).refused == NOT_FOUND


TAKEN_VALUES = [
    # texts stay as they are, and what is no text becomes one
    ("purpose", " as typed ", " as typed "),
    ("purpose", "", ""),
    ("purpose", 5, "5"),
    ("purpose", True, "true"),
    ("purpose", None, ...),
    ("title", "  Fords and weirs ", "Fords and weirs"),
    ("license_id", "our-own", "our-own"),
    ("version", "", ""),
    # numbers and truths of a package are kept as texts
    ("fee_cents", 7, "7"),
    ("fee_cents", 7.0, "7"),
    ("fee_cents", " 0012 ", "12"),
    ("fee_cents", "0", "0"),
    ("fee_cents", 0, ...),
    ("fee_cents", "", ...),
    ("fee_cents", None, ...),
    ("open_by_default", True, "true"),
    ("open_by_default", "yes", "true"),
    ("open_by_default", "T", "true"),
    ("open_by_default", "1", "true"),
    ("open_by_default", "no", "false"),
    ("open_by_default", "perhaps", "false"),
    ("open_by_default", False, ...),
    ("open_by_default", "", ...),
    # dates
    ("record_publish_date", "2024-3-1", "2024-03-01"),
    ("record_publish_date", "2024/03/01", "2024-03-01"),
    ("record_publish_date", "2024-03-01T10:00:00", "2024-03-01"),
    ("last_checked", "2024-03-01", "2024-03-01T00:00:00"),
    ("last_checked", "2024-03-01 10:20", "2024-03-01T10:20:00"),
    ("last_checked", "2024-03-01T10:20:30.5", "2024-03-01T10:20:30.500000"),
    # choices come in the order of the schema, each once
    ("topics", ["safety", "water", "safety"], ["water", "safety"]),
    ("topics", "water", ["water"]),
    ("topics", [], []),
    ("other_titles", ["Weirs", "", " Fords "], ["Weirs", " Fords "]),
    ("other_titles", "Weirs", ["Weirs"]),
    ("other_titles", '["Weirs"]', ['["Weirs"]']),
    ("other_titles", "", []),
    ("access_rules", '{"gate": 1}', {"gate": 1}),
    ("access_rules", {"gate": [1, None, {"key": True}]}, {"gate": [1, None, {"key": True}]}),
    ("access_rules", None, ...),
    ("enquiries_email", "", ...),
    # items: empty ones and unknown keys go, an empty list is no field
    ("contacts", [contact(), {}, contact("Sage")], [contact(), contact("Sage")]),
    ("contacts", [contact(unknown="x")], [contact()]),
    ("contacts", [contact(shown_as="displayName")], [contact(shown_as=["displayName"])]),
    ("contacts", [], ...),
    ("contacts", [{}], ...),
    (
        "more_info",
        [{"url": "a", "description": None}, {"url": "b", "description": ""}],
        [{"url": "a"}, {"url": "b", "description": ""}],
    ),
    # what only CKAN sets, and what nobody knows
    ("nonsense", "x", ...),
    ("num_tags", 9, 0),
    ("license_url", "x", ...),
    ("state", "draft", "active"),
    ("state", "deleted", "active"),
    ("private", "true", True),
    ("private", "yes", True),
    ("private", "no", False),
    ("private", None, False),
    ("extras", [{"key": "house", "value": "x"}], [{"key": "house", "value": "x"}]),
]


def rounds() -> list[dict[str, tuple[Any, Any]]]:
    """Return the values in as few packages as possible: the first of each field, and so on."""
    of_field: dict[str, list[tuple[Any, Any]]] = {}
    for field, value, shown in TAKEN_VALUES:
        of_field.setdefault(field, []).append((value, shown))
    most = max(map(len, of_field.values()))
    return [{field: values[at] for field, values in of_field.items() if at < len(values)} for at in range(most)]


@pytest.mark.parametrize("values", rounds())
def test_values_taken(packages: Packages, values: dict[str, tuple[Any, Any]]) -> None:
    """A value is shown in the form that its field keeps; `...` stands for a field that is not shown."""
    made = packages.record(**{field: value for field, (value, _) in values.items()})

    assert {field: made.get(field, ...) for field in values} == {
        field: shown for field, (_, shown) in values.items()
    }


@pytest.mark.parametrize(
    ("field", "value"), [("record_publish_date", ""), ("last_checked", ""), ("last_checked", None)]
)
def test_an_empty_date(site: Site, packages: Packages, field: str, value: Any) -> None:
    """CKAN 2.12 keeps an empty date as an empty text, 2.9 not at all."""
    made = packages.record(**{field: value})

    assert made.get(field, ...) == (... if site.old else "")


@pytest.mark.parametrize("value", ["", {}])
def test_an_empty_object(site: Site, packages: Packages, value: Any) -> None:
    """CKAN 2.12 keeps an empty JSON object as an empty text, 2.9 not at all."""
    made = packages.record(access_rules=value)

    assert made.get("access_rules", ...) == (... if site.old else "")


def test_a_time_with_an_offset(site: Site, packages: Packages) -> None:
    """CKAN 2.12 takes a time of a zone and writes it with its offset; 2.9 refuses it."""
    reply = packages.attempt(record(site) | {"last_checked": "2024-03-01T10:20:30Z"})

    if site.old:
        assert reply.invalid == {"last_checked": TEXT}
    else:
        assert reply.result["last_checked"] == "2024-03-01T10:20:30+00:00"


@pytest.mark.parametrize("title", ["", None])
def test_no_title(packages: Packages, title: str | None) -> None:
    """A package without a title is called by its name."""
    made = packages.record(title=title)

    assert made["title"] == made["name"]


def test_an_unknown_type(site: Site, packages: Packages) -> None:
    """A type without a schema is taken, and has CKAN's own fields."""
    made = packages.dataset(type="no-such-type")

    assert made["type"] == "no-such-type"
    assert made["extras"] == []


def test_stamps_of_ones_own(packages: Packages) -> None:
    """Stamps and creator cannot be sent."""
    old = "2001-01-01T00:00:00"

    made = packages.dataset(metadata_created=old, metadata_modified=old, creator_user_id="somebody")

    assert old not in (made["metadata_created"], made["metadata_modified"])
    assert made["creator_user_id"] != "somebody"


TAKEN_TAGS = [
    ({"tags": [{"name": "weir"}, {"name": "Ford"}, {"name": "ford"}]}, ["Ford", "ford", "weir"]),
    ({"tags": [{"name": "weir"}, {"name": "weir"}]}, ["weir"]),
    ({"tags": [{"name": "a.b-c_d é"}]}, ["a.b-c_d é"]),
    ({"tags": [{"name": "x" * 100}]}, ["x" * 100]),
    ({"tags": [{}]}, []),
    ({"tag_string": "weir, ford ,"}, ["ford", "weir"]),
    ({"tag_string": ""}, []),
    ({"tag_string": None}, []),
    ({"tag_string": "weir,ford", "tags": [{"name": "ford"}, {"name": "pond"}]}, ["ford", "pond", "weir"]),
]


@pytest.mark.parametrize(("sent", "expected"), TAKEN_TAGS)
def test_tags(packages: Packages, sent: Any, expected: list[str]) -> None:
    """Tags are sorted by name, each once; the text of tags is split at commas, and not shown."""
    made = packages.record(**sent)

    assert names(made["tags"]) == expected
    assert made["num_tags"] == len(expected)
    assert "tag_string" not in made


@pytest.mark.parametrize(
    ("key", "value", "shown"),
    [
        ("value", 5, "5"),
        ("value", "", ""),
        ("value", " as typed ", " as typed "),
        ("key", " as typed ", " as typed "),
    ],
)
def test_an_extra(packages: Packages, key: str, value: Any, shown: str) -> None:
    """Free keys and their values are texts."""
    made = packages.dataset(extras=[{"key": "house", "value": "x"} | {key: value}])

    assert made["extras"] == [{"key": "house", "value": "x"} | {key: shown}]


TAKEN_RESOURCES = [
    ({"format": "csv"}, {"format": "CSV"}),
    ({"format": "geojson"}, {"format": "GeoJSON"}),
    ({"format": "text/csv"}, {"format": "CSV"}),
    ({"format": "application/json"}, {"format": "JSON"}),
    ({"format": "excel"}, {"format": "XLS"}),
    ({"format": "Kml"}, {"format": "KML"}),
    ({"format": "wms"}, {"format": "WMS"}),
    ({"format": "shp"}, {"format": "SHP"}),
    ({"format": "Herbarium"}, {"format": "Herbarium"}),
    ({"format": ".csv"}, {"format": ".csv"}),
    # without a format it is guessed from the address, unless the id is chosen
    ({"format": ""}, {"format": "CSV"}),
    ({"format": None, "url": "https://example.org/a.geojson"}, {"format": "GeoJSON"}),
    ({"format": "", "url": "https://example.org/a.html"}, {"format": "HTML"}),
    ({"format": "", "url": "https://example.org/a.xlsx"}, {"format": "XLSX"}),
    ({"format": "", "url": "https://example.org/a.JSON?b=1"}, {"format": ""}),
    ({"format": "", "url": "https://example.org/a"}, {"format": ""}),
    ({"format": "", "url": "https://example.com"}, {"format": ""}),
    ({"format": "", "id": ...}, {"format": ""}),  # an id of one's own
    # addresses
    ({"url": "example.org/fords"}, {"url": "http://example.org/fords"}),
    ({"url": "  https://example.org/two fords "}, {"url": "https://example.org/two fords"}),
    ({"url": None}, {"url": ""}),
    ({"url": ""}, {"url": ""}),
    # numbers of a resource stay numbers
    ({"size": "10", "row_count": "0012"}, {"size": 10, "row_count": 12}),
    ({"size": ""}, {"size": None}),
    ({"row_count": ""}, {"row_count": ...}),
    ({"url_type": "link", "hash": "h"}, {"url_type": "link", "hash": "h"}),
    ({"description": ""}, {"description": ""}),
    ({"languages": ["fr", "en"]}, {"languages": ["en", "fr"]}),
    ({"json_table_schema": {"fields": []}}, {"json_table_schema": {"fields": []}}),
    # keys of one's own are kept as they are
    ({"house": "x", "rooms": 5, "cellar": ""}, {"house": "x", "rooms": 5, "cellar": ""}),
]


def with_id(sent: dict[str, Any]) -> dict[str, Any]:
    """Return a resource with an id of its own where it is to have one."""
    return sent | {"id": some_id()} if "id" in sent else sent


def test_resources(packages: Packages) -> None:
    """A resource is shown in the form that its fields keep; `...` stands for a field that is not shown."""
    made = packages.record(resources=[resource() | with_id(sent) for sent, _ in TAKEN_RESOURCES])["resources"]

    assert [
        {key: one.get(key, ...) for key in shown} for one, (_, shown) in zip(made, TAKEN_RESOURCES, strict=True)
    ] == [shown for _, shown in TAKEN_RESOURCES]


def test_a_chosen_id_of_a_resource(packages: Packages) -> None:
    """The id of a new resource may be chosen, as a UUID; its place and its package may not."""
    key = some_id()

    made = packages.record(resources=[resource(position=7, package_id="x"), resource("Map", id=key)])

    assert made["resources"][1]["id"] == key
    assert [one["position"] for one in made["resources"]] == [0, 1]
    assert {one["package_id"] for one in made["resources"]} == {made["id"]}


def test_an_id_of_another_resource(site: Site, packages: Packages) -> None:
    """A resource takes no id that a resource of another package has."""
    [taken] = packages.record(resources=[resource()])["resources"]

    reply = packages.attempt(record(site) | {"resources": [resource("Map", id=taken["id"])]})

    assert reply.invalid == {"resources": [{"id": TEXT}]}


@pytest.mark.parametrize("resources", [[], [{}]])
def test_no_resources(packages: Packages, resources: Any) -> None:
    """An empty resource is none."""
    made = packages.record(resources=resources)

    assert (made["resources"], made["num_resources"]) == ([], 0)


def test_nothing_is_made_where_something_is_wrong(site: Site, packages: Packages) -> None:
    """A refused package is not there."""
    sent = record(site) | {"fee_cents": "ten"}

    packages.attempt(sent)

    assert call(site, "package_show", {"id": sent["name"]}).refused == NOT_FOUND
