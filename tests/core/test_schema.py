"""From a schema to columns, and from what a site has to sheets."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest
from worlds import SCHEMA, VOCABULARY, laid_out, package, parks, resource

from bulkedit.core.columns import Choice, Column, Kind, Layout, Level, Table, own_headers, trailing_headers
from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.core.layout import layout_of
from bulkedit.core.schema import Vocabulary, column_of, is_required, kind_of, label_of, subfields, unique_headers
from bulkedit.core.sheets import Sheet, find_heads, header_texts

BCDC = Path(__file__).parents[3] / "shared" / "fixtures" / "bcdc"


def _fixture(name: str) -> dict[str, JSON]:
    path = BCDC / name
    if not path.exists():
        pytest.skip(f"the real schema file {path} is not here")
    loaded: dict[str, JSON] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def _table(layout: Layout, title: str) -> Table:
    table = layout.table(title)
    assert table is not None, [t.title for t in layout.tables]
    return table


# -- kinds

PRESETS = {
    "title": Kind.TEXT,
    "dataset_slug": Kind.TEXT,
    "tag_string_autocomplete": Kind.TAGS,
    "dataset_organization": Kind.CHOICE,
    "resource_url_upload": Kind.TEXT,
    "organization_url_upload": Kind.TEXT,
    "resource_format_autocomplete": Kind.TEXT,
    "select": Kind.CHOICE,
    "radio": Kind.CHOICE,
    "multiple_checkbox": Kind.CHOICES,
    "multiple_select": Kind.CHOICES,
    "multiple_text": Kind.TEXTS,
    "markdown": Kind.TEXT,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "datetime_tz": Kind.DATETIME,
    "json_object": Kind.JSON,
}
FIELD_OF = {"dataset_organization": "owner_org"}


@pytest.mark.parametrize(("preset", "kind"), PRESETS.items())
def test_every_preset_has_its_kind(preset: str, kind: Kind) -> None:
    """The presets of ckanext-scheming say what a field's values are."""
    assert kind_of({"field_name": "f", "preset": preset}) is kind


def test_no_preset_of_ckanext_scheming_is_forgotten() -> None:
    """All presets that the real extension ships are in the table above, and it ships no others."""
    presets = dicts(_fixture("scheming_presets.json")["presets"])

    assert {text_of(preset["preset_name"]) for preset in presets} == PRESETS.keys()


def test_a_preset_that_was_expanded_into_validators_has_the_same_kind() -> None:
    """`scheming_dataset_schema_show` may name only what a preset stood for, not the preset."""
    found = {}
    for preset in dicts(_fixture("scheming_presets.json")["presets"]):
        name, values = text_of(preset["preset_name"]), preset["values"]
        assert isinstance(values, dict)
        found[name] = kind_of({"field_name": FIELD_OF.get(name, "f"), **values})

    assert found == PRESETS


@pytest.mark.parametrize(
    ("field", "kind"),
    [
        ({"field_name": "f", "validators": "ignore_missing boolean_validator"}, Kind.BOOLEAN),
        ({"field_name": "f", "validators": "repeating_text"}, Kind.TEXTS),
        ({"field_name": "f", "validators": "isodate convert_to_json_if_date"}, Kind.DATE),
        ({"field_name": "f", "validators": "ignore_missing isodate"}, Kind.DATETIME),
        ({"field_name": "f", "validators": "scheming_isodatetime"}, Kind.DATETIME),
        ({"field_name": "f", "validators": "scheming_isodatetime_tz"}, Kind.DATETIME),
        ({"field_name": "f", "validators": "ignore_missing scheming_multiple_text"}, Kind.TEXTS),
        ({"field_name": "f", "validators": "scheming_multiple_choice"}, Kind.CHOICES),
        ({"field_name": "f", "validators": "scheming_required scheming_choices"}, Kind.CHOICE),
        ({"field_name": "f", "validators": "scheming_valid_json_object"}, Kind.JSON),
        ({"field_name": "f", "validators": "ignore_missing tag_string_convert"}, Kind.TAGS),
        ({"field_name": "f", "choices": [{"value": "a", "label": "A"}]}, Kind.CHOICE),
        ({"field_name": "f", "choices_helper": "licenses"}, Kind.CHOICE),
        ({"field_name": "license_id"}, Kind.CHOICE),
        ({"field_name": "owner_org"}, Kind.CHOICE),
        ({"field_name": "private"}, Kind.BOOLEAN),
        ({"field_name": "tags"}, Kind.TAGS),
        ({"field_name": "f", "preset": "a_sites_own"}, Kind.TEXT),
        ({"field_name": "f"}, Kind.TEXT),
    ],
)
def test_a_field_without_preset_is_known_by_validators_name_or_choices(
    field: Mapping[str, JSON], kind: Kind
) -> None:
    """What no rule knows is text."""
    assert kind_of(field) is kind


# -- columns


def test_choices_are_closed_only_where_the_schema_lists_them() -> None:
    """With a helper, the site may know more choices than the schema says; numbers become texts."""
    listed: JSON = [{"value": 1, "label": "One"}, {"value": "", "label": "None"}, {"value": "b"}]

    closed = column_of({"field_name": "f", "preset": "select", "choices": listed}, VOCABULARY)
    helped = column_of({"field_name": "f", "choices": listed, "choices_helper": "h"}, VOCABULARY)

    assert closed.choices == helped.choices == (Choice("1", "One"), Choice("b", ""))
    assert (closed.closed, helped.closed) == (True, False)


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"field_name": "license_id"}, VOCABULARY.licences),
        ({"field_name": "owner_org", "preset": "dataset_organization"}, VOCABULARY.organizations),
        (
            {"field_name": "f", "choices_helper": "edc_orgs"},
            (Choice("org-1", "parks-branch", ("Parks Branch",)), VOCABULARY.organizations[1]),
        ),
        ({"field_name": "f", "choices_helper": "other"}, ()),
    ],
)
def test_choices_that_no_schema_lists_come_from_the_site(
    field: Mapping[str, JSON], expected: tuple[Choice, ...]
) -> None:
    """Licences and organizations are the site's; what only a helper on the server knows stays free."""
    assert column_of(field, VOCABULARY).choices == expected


@pytest.mark.parametrize(
    ("label", "language", "expected"),
    [
        ("Plain", "fr", "Plain"),
        ({"en": "Title", "fr": "Titre"}, "fr", "Titre"),
        ({"en": "Title", "fr": "Titre"}, "fr_CA", "Titre"),
        ({"en": "Title", "fr": "Titre"}, "de", "Title"),
        ({"fr": "Titre"}, "de", "Titre"),
        ({"fr": ""}, "fr", ""),
        (None, "en", ""),
        (["x"], "en", ""),
    ],
)
def test_labels_speak_the_sites_language(label: JSON, language: str, expected: str) -> None:
    """A label may be given in several languages: the site's, else English, else any."""
    assert label_of(label, language) == expected


def test_a_header_is_one_line_and_never_empty() -> None:
    """Line breaks in a label would break messages; without a label the API name stands."""
    headers = [
        column_of({"field_name": "f", "label": label}, VOCABULARY).header for label in ("A\n  b ", "", None, {})
    ]

    assert headers == ["A b", "f", "f", "f"]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ({"required": True}, True),
        ({"required": False, "validators": "not_empty"}, False),
        ({"validators": "not_empty unicode_safe"}, True),
        ({"validators": "ignore_missing"}, False),
        ({}, False),
    ],
)
def test_required_is_what_scheming_says(field: Mapping[str, JSON], expected: bool) -> None:
    """`required` decides where it stands, else the validator not_empty."""
    assert is_required(field) is expected


@pytest.mark.parametrize("key", ["repeating_subfields", "subfields"])
def test_repeating_fields_of_both_extensions_have_a_sheet(key: str) -> None:
    """ckanext-scheming says repeating_subfields, the older ckanext-composite subfields."""
    field: dict[str, JSON] = {"field_name": "contacts", "label": "Contacts", key: [{"field_name": "name"}]}

    layout = layout_of([], {"record": {"dataset_fields": [field]}}, VOCABULARY, ["record"])

    assert subfields(field) == [{"field_name": "name"}]
    assert [(t.title, t.field) for t in layout.tables if t.level is Level.ITEM] == [("Contacts", "contacts")]
    assert _table(layout, "Packages").column("contacts") is None


# -- layouts


def test_the_sheets_stand_in_the_order_of_the_contract() -> None:
    """Packages, resources, repeating fields, those of resources, extras."""
    layout = laid_out([parks() | {"extras": [{"key": "k", "value": "v"}]}])

    titles = [table.title for table in layout.tables]

    assert titles == ["Packages", "Resources", "Contacts", "Dates", "Resource Temporal extent", "Extras"]


def test_a_site_without_schema_shows_ckans_own_fields() -> None:
    """A vanilla CKAN: core fields, resources, free extras."""
    layout = layout_of([package("a") | {"type": "dataset"}], {}, VOCABULARY)

    names = [column.name for column in _table(layout, "Packages").columns]

    assert names[:5] == ["title", "name", "notes", "license_id", "owner_org"]
    assert {"private", "tags", "groups", "metadata_modified", "state"} <= set(names)
    assert [column.name for column in _table(layout, "Resources").columns] == [
        "name",
        "url",
        "description",
        "format",
    ]
    assert [column.name for column in _table(layout, "Extras").columns] == ["key", "value"]


def test_core_fields_that_a_schema_leaves_out_are_there_when_used() -> None:
    """Private, tags and groups always; an author that some package has; not one that nobody has."""
    layout = laid_out([parks() | {"author": "Ann", "version": ""}])

    names = [column.name for column in _table(layout, "Packages").columns]

    assert {"private", "groups", "author"} <= set(names)
    assert "version" not in names
    assert names.count("tag_string") == 1
    assert "tags" not in names


def test_unknown_keys_still_get_a_column() -> None:
    """No data is ever missing: what no schema names is read-only, save in resources, which take anything."""
    one = package(
        "parks",
        x_field={"a": 1},
        empty=[],
        contacts=[{"name": "Ann", "x_item": 1}],
        resources=[resource("map", x_resource="a", datastore_active=True, temporal_extent=[{"x_extent": 2}])],
    )

    layout = laid_out([one])

    found = {
        column.name: (table.title, column.read_only)
        for table in layout.tables
        for column in table.columns
        if column.name.startswith("x_") or column.name in ("empty", "datastore_active")
    }
    assert found == {
        "x_field": ("Packages", True),
        "x_item": ("Contacts", True),
        "x_resource": ("Resources", False),
        "datastore_active": ("Resources", True),
        "x_extent": ("Resource Temporal extent", True),
    }


def test_a_repeating_field_that_cannot_be_read_is_shown_as_stored() -> None:
    """Its items cannot be rows, so its text stands in a read-only column."""
    layout = laid_out([package("parks", dates="null")])

    column = _table(layout, "Packages").column("dates")

    assert column is not None
    assert (column.header, column.read_only) == ("Dates (as stored)", True)


def test_each_further_dataset_type_has_sheets_of_its_own() -> None:
    """The type with most packages has the plain titles."""
    packages = [package("a", type="series"), package("b"), package("c")]

    layout = layout_of(packages, {"record": SCHEMA}, VOCABULARY, ["application"])

    titles = {table.title: table.dataset_type for table in layout.tables}
    assert titles["Packages"] == "record"
    assert titles["Packages series"] == titles["Extras series"] == "series"
    assert titles["Packages application"] == "application"


def _one_of(label: str, *more: str) -> Layout:
    fields: list[JSON] = [
        {"field_name": f"field{n}", "label": text, "repeating_subfields": [{"field_name": "name"}]}
        for n, text in enumerate((label, *more))
    ]
    return layout_of([], {"record": {"dataset_fields": fields}}, VOCABULARY, ["record"])


@pytest.mark.parametrize(
    "labels",
    [
        ("x" * 40, "x" * 40, "X" * 40),
        ("a[b]:c*d?e/f\\g", "a b c d e f g"),
        ("'quoted'", "quoted"),
        ("results", "Packages", "PACKAGES", "_META", "history"),
        ("''", "[]"),
        ("y" * 30 + "'z", "y" * 30),
        ("Straße", "STRASSE"),
    ],
)
def test_sheet_titles_are_such_as_every_spreadsheet_program_takes(labels: tuple[str, ...]) -> None:
    """At most 31 characters, none that is forbidden, no two alike, none of ours."""
    titles = [table.title for table in _one_of(*labels).tables]

    ours = ["Start here", "Results", "_lists", "_meta", "_base", "History"]
    assert len({title.lower() for title in (*titles, *ours)}) == len(titles) + len(ours)
    assert all(0 < len(title) <= 31 for title in titles)
    assert not any(set(title) & set("[]:*?/\\") or title[0] == "'" or title[-1] == "'" for title in titles)


def _columns(*fields: tuple[str, str]) -> Table:
    schema: dict[str, JSON] = {"dataset_fields": [{"field_name": name, "label": label} for name, label in fields]}
    return _table(layout_of([], {"record": schema}, VOCABULARY, ["record"]), "Packages")


def test_fields_with_one_label_are_told_apart_by_name() -> None:
    """Where labels repeat, or are one of our own headers, the API name follows."""
    table = _columns(("a", "Same"), ("b", "Same"), ("id_text", "ID"), ("c", "Result"))

    assert [c.header for c in table.columns[:4]] == ["Same (a)", "Same (b)", "ID (id_text)", "Result (c)"]


@pytest.mark.parametrize(
    "fields",
    [
        (("a", "b"), ("b", "B")),
        (("a", "b"), ("b", "a")),
        (("x", "Same"), ("y", "Same"), ("z", "Same (x)")),
        (("Action", "Doing"), ("ID", "Number")),
        (("title", "name"), ("name", "title")),
    ],
)
@pytest.mark.parametrize("as_names", [False, True])
def test_every_header_is_found_again(fields: tuple[tuple[str, str], ...], as_names: bool) -> None:
    """By label or by API name, whatever they are called, each column of an export is its own column again."""
    table = _columns(*fields)
    texts = header_texts(table, as_names=as_names)

    heads = find_heads(table, Sheet("Packages", dict(enumerate(texts)), ()))

    ours = len(own_headers(Level.PACKAGE))
    assert heads.fields == [(n, n + ours) for n in range(len(table.columns))]
    assert heads.own == {
        h: texts.index(h) for h in (*own_headers(Level.PACKAGE), *trailing_headers(Level.PACKAGE))
    }
    assert heads.unknown == []


# -- real schemas


@pytest.mark.parametrize(
    "name",
    [
        "scheming_dataset_schema_show.2020-dev-instance.json",
        "scheming_dataset_schema_show.2025-derived.json",
    ],
)
def test_the_real_schemas_are_laid_out_whole(name: str) -> None:
    """Every field of the BC Data Catalogue's schemas has a column or a sheet, and headers are unique."""
    schema = _fixture(name)
    inner = schema.get("result", schema)
    assert isinstance(inner, dict)

    layout = layout_of([], {"bcdc_dataset": inner}, Vocabulary(), ["bcdc_dataset"])

    for level, items, key in [
        (Level.PACKAGE, Level.ITEM, "dataset_fields"),
        (Level.RESOURCE, Level.RESOURCE_ITEM, "resource_fields"),
    ]:
        table = layout.find("bcdc_dataset", level)
        assert table is not None
        for field in dicts(inner[key]):
            name_of_field = text_of(field["field_name"])
            held = layout.find("bcdc_dataset", items, name_of_field) if subfields(field) else table
            assert held is not None
            named = [text_of(sub["field_name"]) for sub in subfields(field)] or [name_of_field]
            assert all(held.column(one) is not None for one in named)
    for table in layout.tables:
        headers = header_texts(table, as_names=False)
        assert len(set(headers)) == len(headers)


def test_the_kinds_of_the_real_schema() -> None:
    """The BC Data Catalogue's own fields are what its editors know them to be."""
    schema = _fixture("scheming_dataset_schema_show.2025-derived.json")
    inner = schema.get("result", schema)
    assert isinstance(inner, dict)
    layout = layout_of([], {"bcdc_dataset": inner}, VOCABULARY, ["bcdc_dataset"])

    column: Column | None
    found = {}
    for table in layout.tables:
        for column in table.columns:
            found[table.field, column.name] = column.kind

    assert found["", "tag_string"] is Kind.TAGS
    assert found["", "owner_org"] is Kind.CHOICE
    assert found["", "license_id"] is Kind.CHOICE
    assert found["contacts", "email"] is Kind.TEXT
    assert found["contacts", "displayed"] in (Kind.CHOICE, Kind.CHOICES)
    assert found["dates", "date"] is Kind.DATE


def test_headers_stay_apart_whatever_fields_are_called() -> None:
    """Where label and API name together are taken as well, a stroke follows."""
    columns = [Column("Name", "a"), Column("Name (a)", "b"), Column("Name", "a")]

    found = [column.header for column in unique_headers(columns, ["Name"])]

    assert found == ["Name (a)", "Name (a) (b)", "Name (a)′"]
