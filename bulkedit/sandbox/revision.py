"""``package_revise``: what matches, what is filtered out, what is merged in.

Source: CKAN's documentation of ``package_revise`` and ``ckan/lib/navl/dictization_functions.py``.
A path has ``__`` between its keys; an element of a list is named by its index, or by the beginning of its
``id`` (five characters at least).
"""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from typing import TypeAlias

from bulkedit.core.json_value import JSON

Path: TypeAlias = tuple[str, ...]
_ID_PREFIX = 5


class PathError(Exception):
    """A path leads nowhere, or to a value of another shape; ``str()`` says where."""


# -- match


def unmatched(held: JSON, wanted: JSON, path: Path = ()) -> list[Path]:
    """Return the paths at which a record is not as wanted: objects by the keys named, lists from their start."""
    match held, wanted:
        case dict(), dict():
            there = [(key, held.get(key), value) for key, value in sorted(wanted.items())]
            gone = [(*path, key) for key in wanted if key not in held]
        case list(), list():
            there = [(str(at), old, new) for at, (old, new) in enumerate(zip(held, wanted, strict=False))]
            gone = [(*path, str(at)) for at in range(len(held), len(wanted))]
        case _:
            return [] if held == wanted else [path]
    differing = (unmatched(old, new, (*path, key)) for key, old, new in there if (*path, key) not in gone)
    return [*(missed for inner in differing for missed in inner), *gone]


def unmatched_at(record: JSON, flat_key: str, wanted: JSON) -> list[Path]:
    """Return the paths at which the value of a flattened key is not as wanted.

    Raises:
        PathError: the record has no such key.
    """
    path: Path = ()
    held = record
    for part in flat_key.split("__"):
        of_id = isinstance(held, list) and len(part) >= _ID_PREFIX
        path = (*path, str(_index(held, part)) if isinstance(held, list) and of_id else part)
        held = _step(held, part)
    return unmatched(held, wanted, path)


# -- filter, include

_Rule: TypeAlias = tuple[str, Path]


def filtered(record: dict[str, JSON], patterns: Iterable[str]) -> dict[str, JSON]:
    """Return what patterns leave of a record: ``-`` removes, ``+`` keeps, the first that fits decides."""
    return _filtered(record, [("+" if p[:1] == "+" else "-", tuple(p.lstrip("+-").split("__"))) for p in patterns])


def _filtered(record: Mapping[str, JSON], rules: Sequence[_Rule]) -> dict[str, JSON]:
    left: dict[str, JSON] = {}
    for key, value in record.items():
        own = [rule for rule in rules if rule[1][0] in (key, "*")]
        if _kept(own):
            left[key] = _filtered_inside(value, own)
    return left


def _filtered_inside(value: JSON, own: Sequence[_Rule]) -> JSON:
    rules = [(sign, path[1:]) for sign, path in own if len(path) > 1]
    match value:
        case dict():
            return _filtered(value, rules)
        case list():
            fitting = [
                (element, [rule for rule in rules if _names(rule[1][0], at, element)])
                for at, element in enumerate(value)
            ]
            return [_filtered_inside(element, inner) for element, inner in fitting if _kept(inner)]
        case _:
            return value


def _kept(rules: Sequence[_Rule]) -> bool:
    return next((sign for sign, path in rules if len(path) == 1), "+") == "+"


# -- update


def merged(record: Mapping[str, JSON], update: Mapping[str, JSON]) -> dict[str, JSON]:
    """Return a record with an update merged in: objects by key, lists by index, never shortened.

    Raises:
        PathError: something else is to replace an object or a list.
    """
    changed = {key: _merged(record[key], value) if key in record else value for key, value in update.items()}
    return {**record, **changed}


def _merged(held: JSON, value: JSON) -> JSON:
    if isinstance(held, dict):
        if not isinstance(value, dict):
            raise PathError("Expected dict")
        return merged(held, value)
    if isinstance(held, list):
        if not isinstance(value, list):
            raise PathError("Expected list")
        both = [_merged(old, new) for old, new in zip(held, value, strict=False)]
        return [*both, *value[len(held) :], *held[len(value) :]]
    return deepcopy(value)


def merged_at(record: dict[str, JSON], flat_key: str, value: JSON) -> dict[str, JSON]:
    """Return a record with a value merged in at a flattened key; ``extend`` at its end adds to a list.

    Raises:
        PathError: the key leads nowhere, or the value has another shape.
    """
    *way, last = flat_key.split("__")
    return _at(record, way, last, value)


def _at(holder: dict[str, JSON], way: Sequence[str], last: str, value: JSON) -> dict[str, JSON]:
    changed = deepcopy(holder)
    inner: JSON = changed
    for part in way:
        inner = _step(inner, part)
    match inner:
        case dict():
            inner.update(merged(inner, {last: value}))
        case list() if last == "extend":
            if not isinstance(value, list):
                raise PathError("Expected list")
            inner.extend(value)
        case list():
            at = _index(inner, last)
            inner[at] = _merged(inner[at], value)
        case _:
            raise PathError("Expected list or dict")
    return changed


# -- paths


def _step(holder: JSON, part: str) -> JSON:
    if isinstance(holder, list):
        return holder[_index(holder, part)]
    if isinstance(holder, dict) and part in holder:
        return holder[part]
    raise PathError(f"Unmatched key {part}")


def _index(held: Sequence[JSON], name: str) -> int:
    """Return where in a list the element of a name is; a negative index counts from the end."""
    for at, element in enumerate(held):
        if _names(name, at, element) or name == str(at - len(held)):
            return at
    raise PathError(f"Unmatched key {name}")


def _names(name: str, at: int, element: JSON) -> bool:
    if len(name) < _ID_PREFIX:
        return name in ("*", str(at))
    held = element.get("id") if isinstance(element, dict) else None
    return isinstance(held, str) and held.startswith(name)
