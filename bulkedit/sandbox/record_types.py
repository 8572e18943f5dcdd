"""Dataset types: CKAN's own, and those of ckanext-scheming's schema files.

Sources: ckanext-scheming README ("Field keys", "Validators"); CKAN's ``ckan/logic/schema`` for core fields.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.sandbox.validators import VALIDATORS, Field


@dataclass(frozen=True)
class RecordType:
    """A dataset type: how records of it are checked.

    Attributes:
        name: the ``type`` of its packages.
        fields: of new packages, core fields first; a schema's field replaces a core field of its name.
        changed_fields: the same of packages that change.
        resource_fields: of resources, likewise.
        in_schema: names of the fields that the schema lists.
        schema: as in the file, but for subfields, which have their presets put in; None for CKAN's own type.
        expanded: the same with all presets put in.
    """

    name: str
    fields: Mapping[str, Field]
    changed_fields: Mapping[str, Field]
    resource_fields: Mapping[str, Field]
    in_schema: frozenset[str] = frozenset()
    schema: Mapping[str, JSON] | None = None
    expanded: Mapping[str, JSON] | None = None


_CORE = {
    "name": "not_empty unicode_safe name_validator package_name_validator",
    "title": "if_empty_same_as(name) unicode_safe",
    "author": "ignore_missing unicode_safe",
    "author_email": "ignore_missing unicode_safe strip_value email_validator",
    "maintainer": "ignore_missing unicode_safe",
    "maintainer_email": "ignore_missing unicode_safe strip_value email_validator",
    "license_id": "ignore_missing unicode_safe",
    "notes": "ignore_missing unicode_safe",
    "url": "ignore_missing unicode_safe",
    "version": "ignore_missing unicode_safe package_version_validator",
    "state": "ignore_missing unicode_safe",
    "owner_org": "owner_org_validator unicode_safe",
    "private": "ignore_missing boolean_validator",
    "tag_string": "ignore_missing tag_string_convert",
}

_CORE_OF_CHANGED = _CORE | {
    "name": "ignore_missing name_validator package_name_validator unicode_safe",
    "title": "ignore_missing unicode_safe",
    "owner_org": "ignore_missing owner_org_validator unicode_safe",
}

_CORE_OF_RESOURCE = {
    "id": "ignore_empty uuid_validator resource_id_does_not_exist unicode_safe",
    "url": "ignore_missing unicode_safe remove_whitespace",
    "description": "ignore_missing unicode_safe",
    "format": "if_empty_guess_format ignore_missing clean_format unicode_safe",
    "hash": "ignore_missing unicode_safe",
    "name": "ignore_missing unicode_safe",
    "resource_type": "ignore_missing unicode_safe",
    "url_type": "ignore_missing unicode_safe",
    "mimetype": "ignore_missing unicode_safe",
    "mimetype_inner": "ignore_missing unicode_safe",
    "cache_url": "ignore_missing unicode_safe",
    "size": "ignore_missing int_validator",
    "created": "ignore_missing isodate utc_stamp",
    "last_modified": "ignore_missing isodate utc_stamp",
    "cache_last_updated": "ignore_missing isodate utc_stamp",
}


def _chains(chains: Mapping[str, str]) -> dict[str, Field]:
    return {name: Field(name, tuple(chain.split())) for name, chain in chains.items()}


CORE_FIELDS, CORE_FIELDS_OF_CHANGED = _chains(_CORE), _chains(_CORE_OF_CHANGED)
CORE_RESOURCE_FIELDS = _chains(_CORE_OF_RESOURCE)
CORE_KEYS = CORE_FIELDS.keys() | frozenset(
    "id type tags groups extras resources plugin_data save return_to metadata_modified"
    " relationships_as_object relationships_as_subject __before __extras __junk".split()
)
"""Keys that CKAN's own schema of packages has: none of them can be the key of an extra."""
PLAIN = RecordType("dataset", CORE_FIELDS, CORE_FIELDS_OF_CHANGED, CORE_RESOURCE_FIELDS)
"""CKAN's own dataset type, without a schema."""


class SchemaError(Exception):
    """A schema file cannot be used; ``str()`` is one sentence."""


def load_record_type(path: Path) -> RecordType:
    """Read a schema file of ckanext-scheming (YAML or JSON).

    Raises:
        SchemaError: it is none, or it uses a preset or validator that the sandbox does not have.
    """
    try:
        schema = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise SchemaError(f"{path} cannot be read as a schema (YAML or JSON).") from None
    if not isinstance(schema, dict) or not isinstance(schema.get("dataset_type"), str):
        raise SchemaError(f"{path} is no schema of ckanext-scheming: it has no dataset_type.")
    return record_type(schema)


def record_type(schema: dict[str, JSON]) -> RecordType:
    """Return the record type of a schema.

    Raises:
        SchemaError: it uses a preset or validator that the sandbox does not have.
    """
    schema = schema | {part: [_inside_expanded(field) for field in dicts(schema.get(part))] for part in _PARTS}
    expanded = schema | {part: [_expanded(field) for field in dicts(schema.get(part))] for part in _PARTS}
    fields, resource_fields = (_fields(expanded[part]) for part in _PARTS)
    return RecordType(
        text_of(schema["dataset_type"]),
        CORE_FIELDS | fields,
        CORE_FIELDS_OF_CHANGED | fields,
        CORE_RESOURCE_FIELDS | resource_fields,
        frozenset(fields),
        schema,
        expanded,
    )


_PARTS = ("dataset_fields", "resource_fields")


@cache
def _presets() -> dict[str, dict[str, JSON]]:
    text = Path(__file__).with_name("presets.yaml").read_text(encoding="utf-8")
    found: dict[str, dict[str, JSON]] = yaml.safe_load(text)
    return found


def _inside_expanded(field: dict[str, JSON]) -> JSON:
    """Expand what a repeating field consists of: ckanext-scheming shows that expanded in any case."""
    if "repeating_subfields" not in field:
        return field
    return field | {"repeating_subfields": [_expanded(sub) for sub in dicts(field["repeating_subfields"])]}


def _expanded(field: dict[str, JSON]) -> JSON:
    preset = text_of(field.get("preset"))
    if preset and preset not in _presets():
        raise SchemaError(f"The sandbox has no preset {preset!r} (field {field.get('field_name')}).")
    return _presets().get(preset, {}) | field


def _fields(listed: JSON) -> dict[str, Field]:
    return {text_of(field["field_name"]): _field(field) for field in dicts(listed)}


def _field(field: dict[str, JSON]) -> Field:
    name, required = text_of(field["field_name"]), field.get("required") is True
    chain = text_of(field.get("validators")) or ("not_empty" if required else "ignore_missing")
    validators = tuple(chain.split())
    for validator in validators:
        if validator.partition("(")[0] not in VALIDATORS:
            raise SchemaError(f"The sandbox has no validator {validator!r} (field {name}).")
    return Field(
        name,
        validators,
        required,
        tuple(str(choice["value"]) for choice in dicts(field.get("choices"))),
        tuple(_field(sub) for sub in dicts(field.get("repeating_subfields"))),
    )
