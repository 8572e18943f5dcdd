"""Templates: what people say of a layout, and what becomes of it."""

import pytest
from worlds import SCHEMA, VOCABULARY, package, parks, resource

from bulkedit.core.columns import Choice, Column, Layout, Level, Rule, Table
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import layout_of
from bulkedit.core.schema import Vocabulary, column_of
from bulkedit.core.template import Template, TemplateError, read_template


def _layout(said: JSON, *packages: Package, strict: bool = False, vocabulary: Vocabulary = VOCABULARY) -> Layout:
    template = read_template(said, "mine.yaml", strict=strict)
    return layout_of(packages or [parks()], {"record": SCHEMA}, vocabulary, ["record"], {"record": template})


def _table(layout: Layout, level: Level, field: str = "") -> Table:
    table = layout.find("record", level, field)
    assert table is not None
    return table


def _column(table: Table, name: str) -> Column:
    column = table.column(name)
    assert column is not None
    return column


def test_named_columns_come_first_and_the_others_follow_in_their_order() -> None:
    """Nothing is lost by being unmentioned."""
    usual = [column.name for column in _table(_layout({}), Level.PACKAGE).columns]

    names = [c.name for c in _table(_layout({"packages": {"first": ["notes", "name"]}}), Level.PACKAGE).columns]

    assert names == ["notes", "name", *(name for name in usual if name not in ("notes", "name"))]


def test_a_column_is_hidden_read_only_wide_and_called_as_the_template_says() -> None:
    """Hidden is not left out: the sheet has the column."""
    said = {
        "hidden": ["notes"],
        "read_only": ["notes"],
        "widths": {"notes": 70},
        "labels": {"notes": "What it is"},
        "checks": {"notes": ["length:2-100"]},
    }

    column = _column(_table(_layout({"packages": said}), Level.PACKAGE), "notes")

    assert (column.hidden, column.read_only, column.width) == (True, True, 70)
    assert (column.header, column.checks) == ("What it is", ("length:2-100",))


def test_a_label_is_one_line() -> None:
    """A header of two lines is another one after a spreadsheet program saved it."""
    table = _table(_layout({"packages": {"labels": {"notes": "What\r\n it is "}}}), Level.PACKAGE)

    assert _column(table, "notes").header == "What it is"


@pytest.mark.parametrize(
    ("label", "header", "read_only"), [("", "Record made", True), ("Made on", "Made on", False)]
)
def test_a_field_that_the_site_sets_is_read_only_unless_the_form_shows_it(
    label: str, header: str, read_only: bool
) -> None:
    """A label means that a form asks people for it."""
    template = read_template({"packages": {"set_by_site": {"made": "Record made"}}}, "mine.yaml")
    schema: dict[str, JSON] = {"dataset_fields": [{"field_name": "made", "label": label}]}

    layout = layout_of([], {"record": schema}, VOCABULARY, ["record"], {"record": template})

    column = _column(_table(layout, Level.PACKAGE), "made")
    assert (column.header, column.read_only) == (header, read_only)


@pytest.mark.parametrize(
    ("fields", "hidden"), [([], True), ([{"field_name": "hash", "label": "Checksum"}], False)]
)
def test_a_technical_field_is_hidden_unless_the_schema_names_it(fields: list[JSON], hidden: bool) -> None:
    """What a site's own form asks people for is nothing technical."""
    template = read_template({"resources": {"technical": ["hash"]}}, "mine.yaml")
    schema: dict[str, JSON] = {"resource_fields": [{"field_name": "url"}, *fields]}
    one = package("one", resources=[resource("map", hash="sha256:00")])

    layout = layout_of([one], {"record": schema}, VOCABULARY, ["record"], {"record": template})

    assert _column(_table(layout, Level.RESOURCE), "hash").hidden is hidden


def test_a_field_left_out_has_no_column_and_a_list_no_sheet() -> None:
    """Whoever does not want to see a field need not; its value on the site stays."""
    layout = _layout({"packages": {"left_out": ["notes", "contacts"]}})

    assert "notes" not in _table(layout, Level.PACKAGE).names
    assert layout.find("record", Level.ITEM, "contacts") is None


def test_a_list_of_at_most_one_item_becomes_columns_of_its_row() -> None:
    """Each subfield is a column, called by both labels, of the kind that the subfield has."""
    layout = _layout({"resources": {"single": ["temporal_extent"]}})

    columns = [c for c in _table(layout, Level.RESOURCE).columns if c.within == "temporal_extent"]

    assert layout.find("record", Level.RESOURCE_ITEM, "temporal_extent") is None
    assert [(c.name, c.header, c.source, c.kind) for c in columns] == [
        ("temporal_extent.begin_date", "Temporal extent: Beginning date", "begin_date", "date"),
        ("temporal_extent.end_date", "Temporal extent: End date", "end_date", "date"),
    ]


@pytest.mark.parametrize("held", [[{"end_date": "2020-01-01"}, {"end_date": "2021-01-01"}], "not a list", 5])
def test_a_list_that_somewhere_holds_more_keeps_its_sheet(held: JSON) -> None:
    """What does not fit into columns must still be in the workbook."""
    odd = package("odd", resources=[resource("table", temporal_extent=held)])

    layout = _layout({"resources": {"single": ["temporal_extent"]}}, parks(), odd)

    assert layout.find("record", Level.RESOURCE_ITEM, "temporal_extent") is not None
    assert not any(c.within for c in _table(layout, Level.RESOURCE).columns)


def test_what_a_single_item_holds_beyond_the_schema_is_read_only() -> None:
    """No data is missing; what CKAN would not take back cannot be edited."""
    odd = package("odd", resources=[resource("table", temporal_extent=[{"note": "roughly"}])])

    layout = _layout({"resources": {"single": ["temporal_extent"]}}, odd)

    assert _column(_table(layout, Level.RESOURCE), "temporal_extent.note").read_only


def test_a_read_only_list_has_only_read_only_columns() -> None:
    """A list that a warehouse writes is there to be read."""
    layout = _layout({"packages": {"read_only": ["contacts"]}})

    assert all(column.read_only for column in _table(layout, Level.ITEM, "contacts").columns)


def test_subfields_are_laid_out_as_well() -> None:
    """Lists have columns too."""
    said = {"packages": {"lists": {"contacts": {"first": ["email"], "widths": {"email": 40}}}}}

    columns = _table(_layout(said), Level.ITEM, "contacts").columns

    assert (columns[0].name, columns[0].width) == ("email", 40)


def test_organizations_are_shown_by_title_and_known_by_name_too() -> None:
    """A contact's organization is an id to CKAN, and a name to people."""
    said = {"packages": {"organizations": ["notes"]}}
    vocabulary = Vocabulary((), (Choice("id-1", "parks", ("Parks Branch",)), Choice("id-2", "roads", ("Roads",))))

    column = _column(_table(_layout(said, vocabulary=vocabulary), Level.PACKAGE), "notes")

    assert column.choices == (Choice("id-1", "Parks Branch", ("parks",)), Choice("id-2", "Roads", ("roads",)))
    assert not column.closed


def test_organizations_of_one_title_are_shown_by_name() -> None:
    """A title that two have tells nobody which."""
    twins = (Choice("id-1", "north", ("Parks",)), Choice("id-2", "south", ("Parks",)), Choice("id-3", "untitled"))

    column = column_of({"field_name": "f", "choices_helper": "org_choices"}, Vocabulary((), twins))

    assert column.choices == twins


def test_rules_come_from_the_template_and_from_the_schema() -> None:
    """A rule about fields that are not there demands nothing."""
    fields: list[JSON] = [
        {"field_name": "name"},
        {"field_name": "state_of_it"},
        {
            "field_name": "successor",
            "validators": "conditional_required",
            "conditional_field": "state_of_it",
            "conditional_values": ["obsolete"],
        },
    ]
    rules: list[JSON] = [
        {"when": {"state_of_it": "archived"}, "required": ["name", "successor"]},
        {"when": {"state_of_it": ["lost"]}, "required": ["no_such_field"]},
        {"when": {"no_such_field": ["x"]}, "required": ["name"]},
    ]
    template = read_template({"packages": {"rules": rules}}, "mine.yaml")

    layout = layout_of([], {"record": {"dataset_fields": fields}}, VOCABULARY, ["record"], {"record": template})

    assert _table(layout, Level.PACKAGE).rules == (
        Rule("state_of_it", ("obsolete",), ("successor",)),
        Rule("state_of_it", ("archived",), ("name", "successor")),
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ([], "mine.yaml takes keys with their values; it holds “[]”."),
        ({"packges": {}}, "mine.yaml: packges is not a key of templates (did you mean “packages”?)."),
        (
            {"packages": {"hiden": []}},
            "mine.yaml: packages.hiden is not a key of templates (did you mean “hidden”?).",
        ),
        ({"packages": []}, "mine.yaml: packages takes keys with their values; it holds “[]”."),
        ({"dataset_type": 5}, "mine.yaml: dataset_type takes a text; it holds “5”."),
        (
            {"packages": {"first": "title"}},
            "mine.yaml: packages.first takes a list of field names; it holds “title”.",
        ),
        ({"packages": {"first": [1]}}, "mine.yaml: packages.first takes a list of field names; it holds “[1]”."),
        (
            {"packages": {"widths": {"title": "wide"}}},
            "mine.yaml: packages.widths.title takes a number of characters from 4 to 200; it holds “wide”.",
        ),
        (
            {"packages": {"widths": {"title": True}}},
            "mine.yaml: packages.widths.title takes a number of characters from 4 to 200; it holds “True”.",
        ),
        (
            {"packages": {"labels": {"title": 3}}},
            "mine.yaml: packages.labels.title takes a text of 1 to 200 characters; it holds “3”.",
        ),
        (
            {"packages": {"labels": {"title": " "}}},
            "mine.yaml: packages.labels.title takes a text of 1 to 200 characters; it holds “ ”.",
        ),
        (
            {"resources": {"set_by_site": {"size": "x" * 201}}},
            f"mine.yaml: resources.set_by_site.size takes a text of 1 to 200 characters; it holds “{'x' * 59}…”.",
        ),
        (
            {"packages": {"checks": {"title": "emial"}}},
            "mine.yaml: packages.checks.title takes names of checks (see docs/templates.md); it holds “emial”.",
        ),
        ({"packages": {"rules": "x"}}, "mine.yaml: packages.rules takes a list of rules; it holds “x”."),
        (
            {"packages": {"rules": [{"when": {}, "required": ["a"]}]}},
            "mine.yaml: packages.rules[1].when takes one field with its values; it holds “None”.",
        ),
        (
            {"packages": {"rules": [{"when": {"a": [[]]}, "required": ["a"]}]}},
            "mine.yaml: packages.rules[1].when.a takes a list of values; it holds “[[]]”.",
        ),
        (
            {"packages": {"lists": {"contacts": {"single": ["a"]}}}},
            "mine.yaml: packages.lists.contacts.single is not a key of templates.",
        ),
    ],
)
def test_a_mistake_in_a_template_is_one_sentence_with_its_place(said: JSON, sentence: str) -> None:
    """What, where, what it takes instead."""
    with pytest.raises(TemplateError) as refused:
        read_template(said, "mine.yaml")

    assert str(refused.value) == sentence


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (
            {"packages": {"hidden": ["titel"]}},
            "mine.yaml: packages.hidden names the field “titel”, which is not there (did you mean “title”?).",
        ),
        (
            {"resources": {"lists": {"temporal_extent": {"first": ["begin"]}}}},
            "mine.yaml: resources.lists.temporal_extent.first names the field “begin”, which is not there"
            " (did you mean “begin_date”?).",
        ),
        (
            {"packages": {"rules": [{"when": {"color": ["r"]}, "required": ["notes"]}]}},
            "mine.yaml: packages.rules names the field “color”, which is not there (did you mean “colour”?).",
        ),
    ],
)
def test_an_unknown_field_in_ones_own_template_is_refused(said: JSON, sentence: str) -> None:
    """Whoever wrote it meant something; a template that ships serves sites that have fewer fields."""
    with pytest.raises(TemplateError) as refused:
        _layout(said, strict=True)

    assert str(refused.value) == sentence
    assert _layout(said, strict=False)


@pytest.mark.parametrize("name", ["hash", "cache_url", "datastore_active", "mimetype"])
def test_fields_that_ckan_has_whether_or_not_they_hold_anything_are_known(name: str) -> None:
    """A template for empty packages may speak of them."""
    assert _layout({"resources": {"hidden": [name]}}, strict=True)


def test_an_empty_template_is_the_usual_layout() -> None:
    """A file with nothing but comments says nothing."""
    assert read_template(None, "mine.yaml") == Template("mine.yaml")
