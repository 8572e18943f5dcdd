"""``package_revise``: what matches, what is filtered out, what is merged in.

Source: CKAN's documentation of ``package_revise`` and ``ckan/lib/navl/dictization_functions.py``.
A path has ``__`` between its keys; an element of a list is named by its index, or by the beginning of its
``id`` (five characters at least).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from bulkedit.core.json_value import JSON

Path: TypeAlias = tuple[str, ...]
_ID_PREFIX = 5


class PathError(Exception):
    """A path leads nowhere, or to a value of another shape; ``str()`` says where."""


# -- match


def unmatched(held: JSON, wanted: JSON, path: Path = ()) -> list[Path]:
    """Return the paths at which a record is not as wanted: objects by the keys named, lists from their start."""
    match wanted:
        case dict() if isinstance(held, dict):
            inner = [(key, key in held, held.get(key), value) for key, value in sorted(wanted.items())]
        case list() if isinstance(held, list):
            padded = [*held, *[None] * len(wanted)]
            inner = [(str(at), at < len(held), padded[at], value) for at, value in enumerate(wanted)]
        case dict() | list():
            return [path]
        case _:
            return [] if held == wanted else [path]
    missed = (unmatched(old, new, (*path, key)) if there else [(*path, key)] for key, there, old, new in inner)
    return [one for each in missed for one in each]


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

_Rule: TypeAlias = tuple[bool, Path]
"""Whether to keep, and what."""


def filtered(record: dict[str, JSON], patterns: Iterable[str]) -> dict[str, JSON]:
    """Return what patterns leave of a record: ``-`` removes, ``+`` keeps, the first that fits decides.

    A ``*`` stands for everything at its level, whatever follows it.
    """
    return _filtered(record, [(text[:1] == "+", tuple(text.lstrip("+-").split("__"))) for text in patterns])


def _filtered(record: Mapping[str, JSON], rules: Sequence[_Rule]) -> dict[str, JSON]:
    left, safe = dict(record), dict[str, JSON]()
    inner: dict[str, list[_Rule]] = {}
    for keep, (key, *rest) in rules:
        named = set(left) if key == "*" else {key} & left.keys()
        if rest and key != "*":
            for one in named:
                inner.setdefault(one, []).append((keep, tuple(rest)))
        elif keep:
            safe |= {one: left[one] for one in named}
        else:
            left = {one: value for one, value in left.items() if one not in named}
    left |= safe
    return {key: _filtered_inside(value, inner.get(key, ())) for key, value in left.items()}


def _filtered_inside(value: JSON, rules: Sequence[_Rule]) -> JSON:
    match value:
        case dict() if rules:
            return _filtered(value, rules)
        case list() if rules:
            return _filtered_list(value, rules)
        case _:
            return value


def _filtered_list(held: Sequence[JSON], rules: Sequence[_Rule]) -> list[JSON]:
    """Return what is left of a list; like CKAN, go over the elements again with each rule that comes.

    A negative number names an element to look into, but none to remove.
    """
    left = [*held]
    safe, gone = set[int](), set[int]()
    inner: dict[int, list[_Rule]] = {}
    for keep, (name, *rest) in rules:
        named = _named(left, name)
        if rest and name != "*":
            for at in named:
                inner.setdefault(at, []).append((keep, tuple(rest)))
        elif keep:
            safe |= named - gone
        else:
            gone |= named - safe
        if named and name != "*":
            for at, own in inner.items():
                left[at] = _filtered_inside(left[at], own)
    return [one for at, one in enumerate(left) if at not in gone]


def _named(held: Sequence[JSON], name: str) -> set[int]:
    """Return which elements of a list a part of a pattern names."""
    if name == "*":
        return set(range(len(held)))
    try:
        return {_index(held, name)}
    except PathError:
        return set()


# -- update


def merge(record: dict[str, JSON], update: Mapping[str, JSON]) -> None:
    """Merge an update into a record: objects by key, lists by index, never shortened.

    Raises:
        PathError: something else is to replace an object or a list.
    """
    for key, value in update.items():
        record[key] = _merged(record[key], value) if key in record else value


def _merged(held: JSON, value: JSON) -> JSON:
    match held:
        case dict():
            if not isinstance(value, dict):
                raise PathError("Expected dict")
            merge(held, value)
        case list():
            if not isinstance(value, list):
                raise PathError("Expected list")
            both = [_merged(old, new) for old, new in zip(held, value, strict=False)]
            held[: len(value)] = [*both, *value[len(held) :]]
        case _:
            return value
    return held


def merge_at(record: dict[str, JSON], flat_key: str, value: JSON) -> None:
    """Merge a value into a record at a flattened key; ``extend`` at its end adds to a list.

    Raises:
        PathError: the key leads nowhere, or the value has another shape.
    """
    *way, last = flat_key.split("__")
    inner: JSON = record
    for part in way:
        inner = _step(inner, part)
    match inner:
        case dict():
            merge(inner, {last: value})
        case list() if last == "extend":
            if not isinstance(value, list):
                raise PathError("Expected list")
            inner.extend(value)
        case list():
            at = _index(inner, last)
            inner[at] = _merged(inner[at], value)
        case _:
            raise PathError("Expected list or dict")


# -- paths


def _step(holder: JSON, part: str) -> JSON:
    if isinstance(holder, list):
        return holder[_index(holder, part)]
    if isinstance(holder, dict) and part in holder:
        return holder[part]
    raise PathError(f"Unmatched key {part}")


def _index(held: Sequence[JSON], name: str) -> int:
    """Return where in a list the element of a name is; a negative number counts from the end."""
    if len(name) < _ID_PREFIX:
        at = int(name) if re.fullmatch(r"-?\d+", name) else len(held)
        if at in range(-len(held), len(held)):
            return at
        raise PathError(f"Unmatched key {name}")
    for at, element in enumerate(held):
        key = element.get("id") if isinstance(element, dict) else None
        if not isinstance(key, str):
            break
        if key.startswith(name):
            return at
    raise PathError(f"Unmatched key {name}")
