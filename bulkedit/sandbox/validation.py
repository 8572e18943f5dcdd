"""A package dict as a caller sends it, checked by its record type: what will be kept, or all its errors."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from bulkedit.core.json_value import JSON, dicts
from bulkedit.sandbox.errors import IntegrityError, ValidationError
from bulkedit.sandbox.record_types import CORE_KEYS, RecordType
from bulkedit.sandbox.validators import (
    ABSENT,
    VALIDATORS,
    Asked,
    Field,
    InvalidError,
    StopError,
    Surroundings,
    Value,
    tag_error,
    text_for,
)

_KEPT_WHOLE = {"scheming_multiple_choice", "scheming_multiple_text", "scheming_valid_json_object"}
"""Validators after which a package's field is a list or an object; any other is kept as text."""

_SET_BY_CKAN = frozenset("package_id position state metadata_modified tracking_summary".split())
"""Keys of a resource that no caller sets."""


def check_package(
    kind: RecordType, sent: Mapping[str, JSON], around: Surroundings, *, changing: bool = False
) -> dict[str, JSON]:
    """Return what is kept of a package; `tags` is a list of names, `groups` are dicts as sent.

    Args:
        kind: its record type.
        sent: the package.
        around: the catalogue.
        changing: the package is there already; otherwise it is new.

    Raises:
        ValidationError: fields break rules; errors as CKAN shows them.
        IntegrityError: a list is no list of dicts.
    """
    errors: dict[str, JSON] = {}
    kept: dict[str, JSON] = {}
    for field in (kind.changed_fields if changing else kind.fields).values():
        _check_field(field, sent, around, kept, errors)
    for name in kind.in_schema & kept.keys():
        kept[name] = _as_extra(kind.fields[name], kept[name])
    if "resources" in sent:
        resources = [resource for resource in dicts_of("resources", sent["resources"]) if resource]
        _check_resources(kind, resources, around, kept, errors)
    _check_tags(sent, kept, errors)
    _check_extras(kind, sent, kept, errors)
    if "groups" in sent:
        kept["groups"] = [*dicts_of("groups", sent["groups"])]
    if errors:
        raise ValidationError(errors)
    return kept


def dicts_of(name: str, value: JSON) -> list[dict[str, JSON]]:
    """Return a list of dicts.

    Raises:
        IntegrityError: it is none.
    """
    if not isinstance(value, list) or len(dicts(value)) != len(value):
        raise IntegrityError(f"Only lists of dicts can be placed against subschema ({name!r},), not {type(value)}")
    return dicts(value)


def _check_field(
    field: Field,
    sent: Mapping[str, JSON],
    around: Surroundings,
    kept: dict[str, JSON],
    errors: dict[str, JSON],
) -> None:
    if not field.subfields:
        value, wrong = _checked(field, sent, around)
        if wrong:
            errors[field.name] = list(wrong)
        elif not isinstance(value, datetime) and value is not ABSENT:
            kept[field.name] = value
    elif field.name in sent:
        items = [item for item in dicts_of(field.name, sent[field.name]) if item]
        records = _check_records(field.name, field.subfields, items, around, errors)
        if records and field.name not in errors:
            kept[field.name] = list(records)


def _checked(field: Field, sent: Mapping[str, JSON], around: Surroundings) -> tuple[Value, list[str]]:
    value: Value = sent.get(field.name, ABSENT)
    wrong: list[str] = []
    for validator in field.validators:
        name, _, argument = validator.partition("(")
        try:
            value = VALIDATORS[name](value, Asked(field, sent, around, argument.rstrip(")"), bool(wrong)))
        except InvalidError as error:
            wrong.extend(map(str, error.args))
        except StopError as error:
            wrong.extend(map(str, error.args))
            return ABSENT, wrong
    return value, wrong


def _check_records(
    name: str,
    fields: Collection[Field],
    sent: Iterable[dict[str, JSON]],
    around: Surroundings,
    errors: dict[str, JSON],
) -> list[dict[str, JSON]]:
    """Return what is kept of each record of a list, and note under the list's name what is wrong with any."""
    checked = [_check_record(fields, one, around) for one in sent]
    if any(wrong for _, wrong in checked):
        errors[name] = [wrong for _, wrong in checked]
    return [kept for kept, _ in checked]


def _check_record(
    fields: Iterable[Field], sent: Mapping[str, JSON], around: Surroundings
) -> tuple[dict[str, JSON], dict[str, JSON]]:
    kept: dict[str, JSON] = {}
    errors: dict[str, JSON] = {}
    for field in fields:
        _check_field(field, sent, around, kept, errors)
    return kept, errors


def _as_extra(field: Field, value: JSON) -> JSON:
    """Return a package's field as CKAN's table of extras keeps it."""
    core = ("private", "tag_string")
    if field.subfields or field.name in core or isinstance(value, str) or _KEPT_WHOLE & {*field.validators}:
        return "" if value is None else value
    return "" if value is None else text_for(value)


def _check_resources(
    kind: RecordType,
    resources: Iterable[dict[str, JSON]],
    around: Surroundings,
    kept: dict[str, JSON],
    errors: dict[str, JSON],
) -> None:
    records = _check_records("resources", kind.resource_fields.values(), resources, around, errors)
    own = kind.resource_fields.keys() | _SET_BY_CKAN
    lists = [field.name for field in kind.resource_fields.values() if field.subfields]
    made = [
        {key: value for key, value in sent.items() if key not in own or (key in lists and value == [])} | resource
        for sent, resource in zip(resources, records, strict=True)
    ]
    kept["resources"] = [resource for resource in made if resource]


def _check_tags(sent: Mapping[str, JSON], kept: dict[str, JSON], errors: dict[str, JSON]) -> None:
    tags = [tag for tag in dicts_of("tags", sent.get("tags", [])) if tag]
    names = ["" if tag.get("name") is None else text_for(tag["name"]) for tag in tags]
    wrong = [_tag_error(name, tag) for name, tag in zip(names, tags, strict=True)]
    if any(wrong):
        errors["tags"] = [error for error in wrong if error]
    added = kept.pop("tag_string", [])
    kept["tags"] = [*sorted({*names, *(map(str, added) if isinstance(added, list) else ())})]


def _tag_error(name: str, tag: Mapping[str, JSON]) -> JSON:
    """Return what is wrong with a tag; CKAN shows nothing else where the name is."""
    if wrong := tag_error(name) if name else "Missing value":
        return wrong
    if tag.get("vocabulary_id") is not None:  # the sandbox has no vocabularies
        return {"vocabulary_id": ["Tag vocabulary was not found."]}
    return None


def _check_extras(
    kind: RecordType, sent: Mapping[str, JSON], kept: dict[str, JSON], errors: dict[str, JSON]
) -> None:
    extras = dicts_of("extras", sent.get("extras", []))
    keys = [extra.get("key") for extra in extras]
    if len(set(keys)) < len(keys):  # a list or a dict as a key is a TypeError, in CKAN, too
        errors["extras_validation"] = [f'Duplicate key "{next(key for key in keys if keys.count(key) > 1)}"']
    wrong: list[JSON] = [_extra_errors(kind, extra) for extra in extras]
    if any(wrong):
        errors["extras"] = wrong
    kept["extras"] = [
        {
            "key": text_for(extra.get("key")),
            "value": "" if extra.get("value") is None else text_for(extra["value"]),
        }
        for extra in extras
    ]


def _extra_errors(kind: RecordType, extra: Mapping[str, JSON]) -> dict[str, JSON]:
    wrong: dict[str, JSON] = {}
    if extra.get("key") in ("", None):
        wrong["key"] = ["Missing value"]
    elif extra["key"] in CORE_KEYS | kind.in_schema:
        wrong["key"] = ["There is a schema field with the same name"]
    return wrong if "value" in extra else {**wrong, "value": ["Missing value"]}
