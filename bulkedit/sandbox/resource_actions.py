"""The actions that show resources and change them."""

from collections.abc import Callable

from bulkedit.core.json_value import JSON, dicts
from bulkedit.sandbox.calls import Call, reading, writing
from bulkedit.sandbox.errors import (
    NotAuthorizedError,
    NotFoundError,
    ValidationError,
)
from bulkedit.sandbox.resource_lists import position_of
from bulkedit.sandbox.store import Record


@reading
def resource_show(call: Call) -> JSON:
    """Show a resource."""
    package = _package_of(call)
    call.keeper.person.ensure_may_read(package)
    return _resource(call.keeper.shown(package), call.text("id"))


@writing
def resource_create(call: Call) -> JSON:
    """Add a resource to a package."""
    key = call.needed("package_id")
    if not key:
        raise ValidationError({"name_or_id": ["Missing value"]})
    package = call.keeper.kept(key, "Package was not found.")
    call.keeper.person.ensure_may_edit(package)
    shown = _without_stamp(call.keeper.shown(package))
    added = {key: value for key, value in call.parameters.items() if key != "package_id"}
    added.setdefault("url", "")
    updated = _update_resources(call, shown, [*dicts(shown["resources"]), added])
    return dicts(updated["resources"])[-1]


@writing
def resource_update(call: Call) -> JSON:
    """Replace a resource by another state of it."""
    return _change_resource(call, lambda held: {"id": held["id"]})


@writing
def resource_patch(call: Call) -> JSON:
    """Change some fields of a resource."""
    if not call.parameters.get("id"):
        raise ValidationError({"message": "Missing id, can not get Resource object"})
    return _change_resource(call, lambda held: held)


def _change_resource(call: Call, base: Callable[[Record], Record]) -> JSON:
    package = _package_of(call)
    call.keeper.person.ensure_may_edit(package)
    shown, key = _without_stamp(call.keeper.shown(package)), call.text("id")
    if (removed := call.keeper.store.removed_resource(key)) is not None:
        position_of(removed[1], dicts(shown["resources"]))  # where CKAN looks for it
    position_of(_resource(shown, key), dicts(shown["resources"]))
    resources = [
        {**base(one), **call.parameters} if one["id"] == key else one for one in dicts(shown["resources"])
    ]
    return _resource(_update_resources(call, shown, resources), key)


@writing
def resource_delete(call: Call) -> JSON:
    """Take a resource out of its package."""
    package, key = _package_of(call), call.text("id")
    if not call.keeper.person.may("update_dataset", package["owner_org"]):
        raise NotAuthorizedError(f"User {call.keeper.person.name} not authorized to delete resource {key}")
    shown = _without_stamp(call.keeper.shown(package))
    _update_resources(call, shown, [one for one in dicts(shown["resources"]) if one["id"] != key])
    return None


def _package_of(call: Call) -> Record:
    """Return the package that has a resource, or that had it until now."""
    key, store = call.needed("id"), call.keeper.store
    removed = store.removed_resource(key)
    owner = store.owner_of(key) if removed is None else removed[0]
    if owner is None:
        raise NotFoundError("Resource was not found.")
    return call.keeper.kept(owner)


def _without_stamp(package: Record) -> Record:
    return {key: value for key, value in package.items() if key != "metadata_modified"}


def _resource(package: Record, key: str) -> Record:
    found = next((one for one in dicts(package["resources"]) if one["id"] == key), None)
    if found is None:
        raise NotFoundError("Resource was not found.")
    return found


def _update_resources(call: Call, package: Record, resources: list[Record]) -> Record:
    """Update a package with other resources; errors of the one that changed are shown as its own."""
    try:
        return call.keeper.update({**package, "resources": [*resources]})
    except ValidationError as error:
        own = [wrong for wrong in dicts(error.errors.get("resources")) if wrong]
        raise ValidationError(own[-1]) if own and len(error.errors) == 1 else error from None
