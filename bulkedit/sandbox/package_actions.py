"""The actions that show packages and change them."""

import json
from collections.abc import Mapping
from copy import deepcopy

from bulkedit.core.json_value import JSON
from bulkedit.sandbox.calls import Call, reading, writing
from bulkedit.sandbox.errors import (
    IntegrityError,
    ValidationError,
)
from bulkedit.sandbox.revision import PathError, filtered, merge, merge_at, unmatched, unmatched_at
from bulkedit.sandbox.search import search
from bulkedit.sandbox.store import Record


@reading
def package_search(call: Call) -> JSON:
    """Find packages."""
    return search(call.keeper, call.parameters)


@reading
def package_list(call: Call) -> JSON:
    """List the names of all packages that everybody may see."""
    limit, offset = (_natural_number(call, name) for name in ("limit", "offset"))
    public = "state = 'active' AND NOT json_extract(document, '$.private')"
    names = [package["name"] for package in call.keeper.store.packages(public, order="name")]
    return names[offset:][: limit or None]


def _natural_number(call: Call, name: str) -> int:
    said = str(call.parameters.get(name) or 0).strip()
    if not said.removeprefix("-").isdecimal():
        raise ValidationError({name: ["Invalid integer"]})
    if int(said) < 0:
        raise ValidationError({name: ["Must be a natural number"]})
    return int(said)


@reading
def package_show(call: Call) -> JSON:
    """Show a package."""
    key = call.parameters.get("id") or call.parameters.get("name_or_id")
    if not key:
        raise ValidationError({"name_or_id": ["Missing value"]})
    held = call.keeper.kept(key)
    call.keeper.person.ensure_may_read(held)
    return call.keeper.shown(held)


@writing
def package_create(call: Call) -> JSON:
    """Create a package."""
    return call.keeper.create(call.parameters)


@writing
def package_update(call: Call) -> JSON:
    """Replace a package by another state of it."""
    return call.keeper.update(call.parameters)


@writing
def package_patch(call: Call) -> JSON:
    """Change some fields of a package."""
    if not call.parameters.get("id"):
        raise ValidationError({"message": "Missing id, can not get Package object"})
    return call.keeper.patch(call.parameters)


@writing
def package_delete(call: Call) -> JSON:
    """Delete a package."""
    call.keeper.delete(call.needed("id"))
    return None


@writing
def package_revise(call: Call) -> JSON:
    """Change some fields of a package, provided that others are as expected."""
    match, update = _object(call, "match"), _object(call, "update")
    patterns, include = _patterns(call, "filter"), _patterns(call, "include")
    flat_match, flat_update = _flat(call, "match__"), _flat(call, "update__")
    key = flat_match.get("id") or match.get("id") or flat_match.get("name") or match.get("name")
    if key is None:
        raise ValidationError({"match__id": "Missing value"})
    held = call.keeper.kept(key)
    call.keeper.person.ensure_may_read(held)
    original = call.keeper.shown(held)
    missed = unmatched(original, match)
    for flat_key, value in sorted(flat_match.items()):
        try:
            missed += unmatched_at(original, flat_key, value)
        except PathError as error:
            raise IntegrityError(str(error)) from None
    if missed:
        raise ValidationError({"match": ["__".join(path) for path in missed]})
    revised = _revised(original, patterns, update, flat_update)
    call.keeper.person.ensure_may_edit(held)
    package = call.keeper.update(revised, revising=True)
    return filtered({"package": package}, include)


def _revised(original: Record, patterns: list[str], update: Record, flat_update: Mapping[str, JSON]) -> Record:
    revised: Record = {key: value for key, value in original.items() if key != "metadata_modified"}
    revised = deepcopy({**filtered(revised, patterns), "id": original["id"]})
    try:
        merge(revised, deepcopy(update))
    except PathError as error:
        raise ValidationError({"update": [str(error)]}) from None
    # an extending key goes where its letter e sorts, so that a file can follow the resource it belongs to
    for key in sorted(flat_update, key=lambda key: "e" if key.endswith("extend") else key):
        try:
            merge_at(revised, key, deepcopy(flat_update[key]))
        except PathError as error:
            raise ValidationError({key: [str(error)]}) from None
    return revised


def _object(call: Call, name: str) -> Record:
    said = _parsed(call.parameters.get(name) or {})
    if not isinstance(said, dict):
        raise ValidationError({name: ["Must be a dict"]})
    return said


def _flat(call: Call, prefix: str) -> dict[str, JSON]:
    """Return parameters of a prefix; a text that is JSON stands for its value."""
    return {
        key.removeprefix(prefix): _parsed(value)
        for key, value in call.parameters.items()
        if key.startswith(prefix) and key != prefix
    }


def _patterns(call: Call, name: str) -> list[str]:
    said = call.parameters.get(name)
    if isinstance(said, str):
        parsed = _parsed(said)
        said = parsed if isinstance(parsed, list) else [*said.split(",")]
    if said is None:
        return []
    if not isinstance(said, list):
        raise ValidationError({name: ["Not a list"]})
    if wrong := [one for one in said if not isinstance(one, str)]:
        raise ValidationError({name: [f"Not a string: {wrong[0]}"]})
    return [str(one).strip() for one in said]


def _parsed(value: JSON) -> JSON:
    if not isinstance(value, str):
        return value
    try:
        parsed: JSON = json.loads(value)
    except ValueError:
        return value
    return parsed
