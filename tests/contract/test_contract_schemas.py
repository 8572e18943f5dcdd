"""What the fields of a record are, as ckanext-scheming tells it."""

from pathlib import Path
from typing import Any

import yaml
from speaking import ANONYMOUS, NOT_FOUND, SAID, Site, call

SCHEMA = Path(__file__).resolve().parents[2] / "samples" / "schema.yaml"

_CHOICE = {
    "form_snippet": "select.html",
    "display_snippet": "select.html",
    "validators": "scheming_required scheming_choices",
}
_CHOICES = {
    "display_snippet": "multiple_choice.html",
    "validators": "scheming_multiple_choice",
    "output_validators": "scheming_multiple_choice_output",
}
PRESETS: dict[str, dict[str, Any]] = {
    "title": {
        "validators": "if_empty_same_as(name) unicode_safe",
        "form_snippet": "large_text.html",
    },
    "dataset_slug": {
        "validators": "not_empty unicode_safe name_validator package_name_validator",
        "form_snippet": "slug.html",
    },
    "dataset_organization": {
        "validators": "owner_org_validator unicode_safe",
        "form_snippet": "organization.html",
    },
    "tag_string_autocomplete": {
        "validators": "ignore_missing tag_string_convert",
    },
    "select": _CHOICE,
    "multiple_checkbox": {"form_snippet": "multiple_checkbox.html"} | _CHOICES,
    "multiple_select": {"form_snippet": "multiple_select.html"} | _CHOICES,
    "multiple_text": {
        "form_snippet": "multiple_text.html",
        "display_snippet": "multiple_text.html",
        "validators": "scheming_multiple_text",
        "output_validators": "scheming_load_json",
    },
    "date": {
        "form_snippet": "date.html",
        "display_snippet": "date.html",
        "validators": "scheming_required isodate convert_to_json_if_date",
    },
    "datetime": {
        "form_snippet": "datetime.html",
        "display_snippet": "datetime.html",
        "validators": "scheming_isodatetime convert_to_json_if_datetime",
    },
    "json_object": {
        "validators": "scheming_required scheming_valid_json_object",
        "output_validators": "scheming_load_json",
        "form_snippet": "json.html",
        "display_snippet": "json.html",
    },
    "resource_url_upload": {
        "validators": "ignore_missing unicode_safe remove_whitespace",
        "form_snippet": "upload.html",
        "upload_field": "upload",
        "upload_clear": "clear_upload",
    },
    "resource_format_autocomplete": {
        "validators": "if_empty_guess_format ignore_missing clean_format unicode_safe",
    },
}
FIELDS = ("dataset_fields", "resource_fields")
LOOKS = {"classes", "form_attrs", "form_placeholder", "upload_label"}
"""What a preset says of the looks of a form is no part of the contract."""


def written() -> dict[str, Any]:
    """Return the schema as its file has it, with the presets of subfields expanded, which is always so."""
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    return schema | {key: [_with_subfields(field) for field in schema[key]] for key in FIELDS}


def _with_subfields(field: dict[str, Any]) -> dict[str, Any]:
    subfields = field.get("repeating_subfields")
    return field if subfields is None else field | {"repeating_subfields": [expanded(sub) for sub in subfields]}


def expanded(field: dict[str, Any]) -> dict[str, Any]:
    """Return a field with what its preset says; what the field says itself counts more."""
    return PRESETS[field["preset"]] | field if "preset" in field else field


def without_looks(schema: Any) -> Any:
    """Return a schema without what its presets say of the looks of a form."""
    match schema:
        case dict():
            return {key: without_looks(value) for key, value in schema.items() if key not in LOOKS}
        case list():
            return [without_looks(entry) for entry in schema]
        case _:
            return schema


def test_the_types_with_a_schema(site: Site) -> None:
    """The list holds the types that have a schema, for everybody; CKAN's own type has none."""
    assert call(site, "scheming_dataset_schema_list", token=ANONYMOUS).result == ["bcdc_dataset"]


def test_a_schema_expanded(site: Site) -> None:
    """A schema is shown with what the presets of its fields say, which is also the default."""
    schema = written()
    full = without_looks(schema | {key: [expanded(field) for field in schema[key]] for key in FIELDS})

    by_default = call(site, "scheming_dataset_schema_show", {"type": "bcdc_dataset"}).result
    asked_for = call(site, "scheming_dataset_schema_show", {"type": "bcdc_dataset", "expanded": True}).result

    assert without_looks(by_default) == full
    assert asked_for == by_default


def test_a_schema_as_written(site: Site) -> None:
    """Unless expanded, fields stay as they were written; only those of repeating fields are expanded anyway."""
    reply = call(site, "scheming_dataset_schema_show", {"type": "bcdc_dataset", "expanded": False})

    assert reply.result == written()


def test_a_type_without_a_schema(site: Site) -> None:
    """No schema is found for an unknown type, nor for CKAN's own."""
    assert call(site, "scheming_dataset_schema_show", {"type": "dataset"}).refused == NOT_FOUND
    assert call(site, "scheming_dataset_schema_show", {"type": "no-such-type"}).refused == NOT_FOUND


def test_a_schema_of_no_type(site: Site) -> None:
    """The type must be given."""
    assert call(site, "scheming_dataset_schema_show").invalid == {"type": [SAID]}
