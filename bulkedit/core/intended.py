"""What a call of ours was to make of a package: needed where the site's answer never came."""

from collections.abc import Mapping
from copy import deepcopy

from bulkedit.core.calls import PATCH_RESOURCE, REVISE
from bulkedit.core.json_value import JSON, Item, Package, Resource, dicts, resources_of, text_of

_RESOURCE = "update__resources__"
_EXTEND = "update__resources__extend"


def intended(action: str, payload: Mapping[str, JSON], before: Package | None) -> Package:
    """Return the package as a call was to leave it.

    Of a new package or resource only what the call named is known. Groups are only ever added: a call leaves out
    those that its user may not touch, and CKAN keeps them.

    Args:
        action: what was called.
        payload: its parameters, as `bulkedit.core.plan` makes them.
        before: the package as it was read; None for a new one.
    """
    if before is None:
        return deepcopy(dict(payload))
    found = deepcopy(before)
    if action == "package_delete":
        return found | {"state": "deleted"}
    if action == PATCH_RESOURCE:
        _resource(found, text_of(payload.get("id"))).update(deepcopy(dict(payload)))
        return found
    if action != REVISE:
        return found | {key: deepcopy(value) for key, value in payload.items() if key != "id"}
    _remove(found, payload.get("filter"))
    update = payload.get("update")
    for key, value in update.items() if isinstance(update, dict) else ():
        found[key] = deepcopy(value)
    if "groups" in before:
        found["groups"] = _united(dicts(before["groups"]), dicts(found.get("groups")))
    for key, value in payload.items():
        if key == _EXTEND:
            found["resources"] = [*resources_of(found), *deepcopy(dicts(value))]
        elif key.startswith(_RESOURCE) and isinstance(value, dict):
            _resource(found, key.removeprefix(_RESOURCE)).update(deepcopy(value))
    return found


def _remove(package: Package, patterns: JSON) -> None:
    for pattern in patterns if isinstance(patterns, list) else ():
        path = text_of(pattern).removeprefix("-")
        head, _, rest = path.partition("__")
        if head != "resources" or not rest:
            package.pop(path, None)
            continue
        key, _, field = rest.partition("__")
        if field:
            _resource(package, key).pop(field, None)
        else:
            package["resources"] = [one for one in resources_of(package) if one.get("id") != key]


def _resource(package: Package, key: str) -> Resource:
    return next((one for one in resources_of(package) if one.get("id") == key), {})


def _united(held: list[Item], sent: list[Item]) -> JSON:
    ids = {text_of(group.get("id")) for group in held}
    return [*held, *(group for group in sent if text_of(group.get("id")) not in ids)]
