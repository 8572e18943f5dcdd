"""From a schema of ckanext-scheming, or CKAN's own fields, to columns.

Sources: ckanext-scheming README ("Field keys") and its ``presets.json`` (2.x and 3.x) for what a field
can say; CKAN's ``ckan/logic/schema.py`` for the fields of a site without a schema.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bulkedit.core.checks import checks_of
from bulkedit.core.columns import Choice, Column, Kind, Rule, Step
from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.core.text import canonical, seen

SchemaField = Mapping[str, JSON]
"""One field dict of ``scheming_dataset_schema_show``."""


@dataclass(frozen=True)
class Vocabulary:
    """What the site itself offers for fields whose choices no schema lists."""

    licences: tuple[Choice, ...] = ()
    organizations: tuple[Choice, ...] = ()
    language: str = "en"


_PRESETS = {
    "tag_string_autocomplete": Kind.TAGS,
    "select": Kind.CHOICE,
    "radio": Kind.CHOICE,
    "dataset_organization": Kind.CHOICE,
    "multiple_checkbox": Kind.CHOICES,
    "multiple_select": Kind.CHOICES,
    "multiple_text": Kind.TEXTS,
    "date": Kind.DATE,
    "datetime": Kind.DATETIME,
    "datetime_tz": Kind.DATETIME,
    "json_object": Kind.JSON,
}

_VALIDATORS = {
    "scheming_multiple_choice": Kind.CHOICES,
    "scheming_multiple_text": Kind.TEXTS,
    "repeating_text": Kind.TEXTS,
    "scheming_valid_json_object": Kind.JSON,
    "scheming_choices": Kind.CHOICE,
    "isodate": Kind.DATE,
    "scheming_isodatetime": Kind.DATETIME,
    "scheming_isodatetime_tz": Kind.DATETIME,
    "boolean_validator": Kind.BOOLEAN,
    "tag_string_convert": Kind.TAGS,
}


_TAG_CHECKS = ("tag",)

_TIMES = ("last_modified", "cache_last_updated")
"""Columns of CKAN's own resource table: an empty text in them is an internal error, ``null`` is ignored."""


def label_of(text: JSON, language: str) -> str:
    """Return a label or help text of a schema: plain, or one of several languages."""
    if isinstance(text, dict):
        for key in (language, language.partition("_")[0], "en", *text):
            if isinstance(text.get(key), str) and text[key]:
                return seen(text_of(text[key]))
        return ""
    return seen(text_of(text))


def subfields(field: SchemaField) -> list[dict[str, JSON]]:
    """Return the subfields of a repeating field (ckanext-scheming, or the older ckanext-composite)."""
    return dicts(field.get("repeating_subfields")) or dicts(field.get("subfields"))


def name_of(field: SchemaField) -> str:
    """Return a field's API name."""
    return text_of(field.get("field_name"))


def is_required(field: SchemaField) -> bool:
    """Tell whether a field must have a value (``scheming_field_required`` in ckanext-scheming)."""
    if "required" in field:
        return field["required"] is True
    return "not_empty" in text_of(field.get("validators")).split()


def kind_of(field: SchemaField) -> Kind:
    """Return what a field's values are, by its preset, else its validators, else its choices."""
    preset = _PRESETS.get(text_of(field.get("preset")))
    if preset is not None:
        return preset
    if name_of(field) == "tags":
        return Kind.TAGS
    if name_of(field) in ("owner_org", "license_id"):
        return Kind.CHOICE
    validators = text_of(field.get("validators")).split()
    for validator in validators:
        if validator == "isodate" and "convert_to_json_if_date" not in validators:
            return Kind.DATETIME  # it takes times, and keeps them
        if validator in _VALIDATORS:
            return _VALIDATORS[validator]
    if name_of(field) in _TIMES:
        return Kind.DATETIME
    if dicts(field.get("choices")) or field.get("choices_helper"):
        return Kind.CHOICE
    return Kind.BOOLEAN if name_of(field) == "private" else Kind.TEXT


def column_of(field: SchemaField, vocabulary: Vocabulary) -> Column:
    """Return the column of one schema field; its header is the label, not yet made unique."""
    name, kind = name_of(field), kind_of(field)
    choices = _choices(field, vocabulary) if kind in (Kind.CHOICE, Kind.CHOICES) else ()
    return Column(
        header=_header(label_of(field.get("label"), vocabulary.language) or name),
        name=name,
        kind=kind,
        choices=choices,
        closed=bool(choices) and not field.get("choices_helper"),
        required=is_required(field),
        help=_help(field, vocabulary.language),
        source="tags" if kind is Kind.TAGS else "",
        lasting=name in _TIMES,
        steps=tuple(_steps(field)),
        checks=_TAG_CHECKS if kind is Kind.TAGS else checks_of(text_of(field.get("validators")).split()),
    )


def _steps(field: SchemaField) -> Iterator[Step]:
    """Yield the changes that a workflow allows: ``startState`` of the field, ``validTo`` of its choices.

    Source: the schema of the BC Data Catalogue (ckanext-bcgov-schema), where roles are listed under ``by``.
    """
    start = field.get("startState")
    if isinstance(start, dict) and text_of(start.get("state")):
        yield Step("", text_of(start.get("state")), _roles(start))
    for choice in dicts(field.get("choices")):
        for move in dicts(choice.get("validTo")):
            yield Step(_raw(choice.get("value")), text_of(move.get("state")), _roles(move))


def _roles(said: Mapping[str, JSON]) -> tuple[str, ...]:
    by = said.get("by")
    return tuple(text_of(role) for role in by) if isinstance(by, list) else ()


def _header(label: str) -> str:
    return " ".join(label.split()) or label


def _help(field: SchemaField, language: str) -> str:
    texts = (field.get("help_text"), field.get("form_placeholder"))
    return "\n".join(filter(None, (label_of(text, language) for text in texts)))


def _choices(field: SchemaField, vocabulary: Vocabulary) -> tuple[Choice, ...]:
    listed = tuple(
        Choice(_raw(c.get("value")), label_of(c.get("label"), vocabulary.language))
        for c in dicts(field.get("choices"))
        if _raw(c.get("value"))
    )
    if listed:
        return listed
    if name_of(field) == "license_id":
        return vocabulary.licences
    if name_of(field) == "owner_org":
        return vocabulary.organizations
    return _by_title(vocabulary.organizations) if names_organizations(field) else ()


ORGANIZATIONS = "organizations"
"""What stands for a field's ``choices_helper`` where a template says that it holds organizations."""


def names_organizations(field: SchemaField) -> bool:
    """Tell whether a field holds an organization's id, other than the package's own."""
    listed = dicts(field.get("choices"))
    return not listed and name_of(field) != "owner_org" and "org" in text_of(field.get("choices_helper"))


def _by_title(organizations: Sequence[Choice]) -> tuple[Choice, ...]:
    """Return organizations as people know them: by title, and by name where titles repeat or are missing."""
    titles = Counter(alias for one in organizations for alias in one.aliases[:1])
    return tuple(
        replace(one, label=one.aliases[0], aliases=(one.label,)) if titles["".join(one.aliases[:1])] == 1 else one
        for one in organizations
    )


def rules_of(fields: Sequence[SchemaField]) -> Iterator[Rule]:
    """Yield what a schema demands of fields by its validator ``conditional_required``.

    Source: the schema of the BC Data Catalogue (ckanext-bcgov-schema): ``conditional_field`` and
    ``conditional_values`` say when the form shows a field, that validator when it must have a value.
    """
    for field in fields:
        values = field.get("conditional_values")
        if "conditional_required" in text_of(field.get("validators")).split() and isinstance(values, list):
            yield Rule(text_of(field.get("conditional_field")), tuple(map(_raw, values)), (name_of(field),))


def _raw(value: JSON) -> str:
    """Return a choice's value as text; some schemas list numbers."""
    return value if isinstance(value, str) else "" if value is None else str(value)


# -- CKAN's own fields, where no schema speaks


def core_package_columns(vocabulary: Vocabulary) -> tuple[Column, ...]:
    """Return CKAN's own editable package fields (``default_update_package_schema``), labels as CKAN's form."""
    return (
        Column("Title", "title"),
        Column("Name", "name", required=True, help="The last part of the page's address.", checks=("name",)),
        Column("Description", "notes"),
        Column("License", "license_id", Kind.CHOICE, vocabulary.licences, closed=bool(vocabulary.licences)),
        Column(
            "Organization",
            "owner_org",
            Kind.CHOICE,
            vocabulary.organizations,
            closed=bool(vocabulary.organizations),
            required=True,
        ),
        Column("Private", "private", Kind.BOOLEAN, required=True),
        Column("Tags", "tags", Kind.TAGS, checks=_TAG_CHECKS),
        Column("Groups", "groups", Kind.GROUPS),
        Column("Author", "author"),
        Column("Author e-mail", "author_email", checks=("email:stripped",)),
        Column("Maintainer", "maintainer"),
        Column("Maintainer e-mail", "maintainer_email", checks=("email:stripped",)),
        Column("Source", "url"),
        Column("Version", "version", checks=("length:-100",)),
    )


ALWAYS = ("private", "tags", "groups")
"""Core fields that a schema's form leaves out although every package has them."""

READ_ONLY_PACKAGE_COLUMNS = (
    Column("Metadata modified", "metadata_modified", read_only=True, help="Set by CKAN."),
    Column("State", "state", read_only=True, help="active or draft; set by CKAN."),
)

COMPUTED_PACKAGE_KEYS = frozenset(
    "id type metadata_created metadata_modified creator_user_id num_resources num_tags isopen license_title"
    " license_url organization relationships_as_object relationships_as_subject revision_id state"
    " tracking_summary plugin_data resources extras tag_string".split()
)
"""Keys of a package dict that CKAN computes, or that have a place of their own in the workbook."""

CORE_RESOURCE_COLUMNS = (
    Column("Name", "name"),
    Column("URL", "url"),
    Column("Description", "description"),
    Column("Format", "format"),
)

READ_ONLY_RESOURCE_KEYS = frozenset(
    "created last_modified metadata_modified url_type cache_last_updated datastore_active"
    " datastore_contains_all_records_of_source_file".split()
)
"""Keys of a resource dict that CKAN or its plugins set."""

COMPUTED_RESOURCE_KEYS = frozenset("id package_id position state revision_id tracking_summary".split())

EXTRAS = "extras"
EXTRA_COLUMNS = (Column("Key", "key", required=True), Column("Value", "value"))


def item_columns(field: SchemaField, vocabulary: Vocabulary) -> tuple[Column, ...]:
    """Return the columns of a repeating field's subfields."""
    return tuple(column_of(sub, vocabulary) for sub in subfields(field) if name_of(sub))


_HEADER_LIMIT = 200
"""Characters of a header that people can still read, and of which a file gives each back."""


def _in_header_cell(header: str) -> str:
    """Return a header that its cell gives back to the letter, whatever plugins call their fields."""
    return canonical(seen(header))[:_HEADER_LIMIT] or "(no name)"


def unique_headers(columns: Sequence[Column], taken: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns with headers that differ from each other and from those taken.

    Where two fields share a label, or a label is one of our own headers, the API name follows in
    parentheses, ``Name (contact_name)``: square brackets are how messages name a column.
    """
    headers = [_in_header_cell(column.header) for column in columns]
    used = set(taken)
    out = []
    for column, header in zip(columns, headers, strict=True):
        if headers.count(header) > 1 or header in used:
            header = f"{header} ({_in_header_cell(column.name)})"
        while header in used:
            header += "′"
        used.add(header)
        out.append(replace(column, header=header))
    return tuple(out)
