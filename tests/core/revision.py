"""A small pure model of CKAN's ``package_revise`` (``ckan/logic/action/update.py``).

Only what a plan may use: ``match``, ``filter`` of fields and resources, ``update`` (a new ``state`` too),
``update__resources__<id>`` and ``update__resources__extend``; all resources only where filtered out.
Anything else is a mistake of the plan and fails here.
"""

from collections.abc import Mapping
from copy import deepcopy

from bulkedit.core.json_value import JSON, Package, dicts, resources_of

_RESOURCES = "resources__"
_EXTEND = "update__resources__extend"


class MismatchError(Exception):
    """The package is not as ``match`` says."""


def revised(package: Package, payload: Mapping[str, JSON]) -> Package:
    """Return the package after a ``package_revise``.

    Raises:
        MismatchError: ``match`` does not hold.
    """
    found = deepcopy(package)
    match = _object(payload["match"])
    assert "id" in match
    if not _holds(found, match):
        raise MismatchError
    last = payload.get("match__groups__-1__id")
    if last is not None and dicts(found["groups"])[-1]["id"] != last:
        raise MismatchError
    for pattern in _texts(payload.get("filter", [])):
        _remove(found, pattern)
    update = _object(payload.get("update", {}))
    assert not update.keys() & {"id", "metadata_modified"}, update
    assert "resources" not in update or "resources" not in found, update
    found = _merged(found, update)
    if "groups" in update:
        found["groups"] = [_group(group) for group in dicts(update["groups"])]
    for key in sorted(payload.keys() - {"match", "match__groups__-1__id", "filter", "update", _EXTEND}):
        assert key.startswith(f"update__{_RESOURCES}"), key
        holder = _resource(found, key.removeprefix(f"update__{_RESOURCES}"))
        holder.update(_merged(holder, _object(payload[key])))
    for added in dicts(payload.get(_EXTEND, [])):
        found["resources"] = [*resources_of(found), deepcopy(added)]
    ids = [resource["id"] for resource in resources_of(found)]
    assert len({*map(str, ids)}) == len(ids), ids
    found["metadata_modified"] = f"{package['metadata_modified']}+"
    return found


def _holds(held: JSON, wanted: JSON) -> bool:
    """Compare as ``match`` does: objects by the keys that are named, lists from their beginning."""
    match held, wanted:
        case dict(), dict():
            return all(key in held and _holds(held[key], value) for key, value in wanted.items())
        case list(), list():
            return len(held) >= len(wanted) and all(map(_holds, held, wanted))
        case _:
            return held == wanted


def _group(sent: dict[str, JSON]) -> dict[str, JSON]:
    """Return a group of a package: known by id, or by name."""
    name = sent["name"] if "name" in sent else str(sent["id"]).removeprefix("g-")
    return {"name": name, "id": f"g-{name}"}


def _remove(package: Package, pattern: str) -> None:
    assert pattern.startswith("-"), pattern
    path = pattern[1:]
    if path.startswith(_RESOURCES):
        resource_id, _, field = path.removeprefix(_RESOURCES).partition("__")
        if field:
            _resource(package, resource_id).pop(field, None)
        else:
            package["resources"] = [one for one in resources_of(package) if one["id"] != resource_id]
    else:
        assert path not in ("id", "type"), path
        package.pop(path, None)


def _resource(package: Package, resource_id: str) -> dict[str, JSON]:
    return next(r for r in resources_of(package) if r["id"] == resource_id)


def _merged(held: dict[str, JSON], update: Mapping[str, JSON]) -> dict[str, JSON]:
    return held | {key: _merge(held.get(key), value) for key, value in update.items()}


def _merge(held: JSON, value: JSON) -> JSON:
    """Merge as CKAN does: objects by key, lists by index, which never get shorter."""
    match held, value:
        case dict(), dict():
            return _merged(held, value)
        case list(), list():
            kept = [_merge(old, new) for old, new in zip(held, value, strict=False)]
            return [*kept, *value[len(held) :], *held[len(value) :]]
        case _:
            return deepcopy(value)


def _object(value: JSON) -> dict[str, JSON]:
    assert isinstance(value, dict)
    return value


def _texts(value: JSON) -> list[str]:
    assert isinstance(value, list)
    return [text for text in value if isinstance(text, str)]
