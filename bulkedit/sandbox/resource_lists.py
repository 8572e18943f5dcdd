"""The resources of a package that is updated: CKAN takes only those anew that differ from what it has."""

from collections.abc import Mapping, Sequence, Sized

from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.sandbox.errors import InternalError
from bulkedit.sandbox.store import Record
from bulkedit.sandbox.validation import dicts_of


def changed_resources(original: Record, sent: Record) -> tuple[list[Record] | None, dict[int, int]]:
    """Return the resources that differ, and where each of the others was: place sent, place held."""
    if "resources" not in sent:
        return None, {}
    resources = sent["resources"]
    if not isinstance(resources, list):
        raise InternalError
    held = {text_of(resource["id"]): resource for resource in dicts(original["resources"])}
    copied: dict[int, int] = {}
    for place, resource in enumerate(dicts_of("resources", resources)):
        same = held.get(text_of(resource.get("id")))
        if resource == same:
            copied[place] = position_of(resource, held)
    return [one for place, one in enumerate(dicts(resources)) if place not in copied], copied


def position_of(resource: Record, among: Sized) -> int:
    """Return where a resource stands in its package.

    Raises:
        InternalError: after the end, where CKAN puts a resource that was added with an id of the package.
    """
    at = resource["position"]
    if not isinstance(at, int) or at >= len(among):
        raise InternalError
    return at


def put_together(made: Sequence[Record], copied: Mapping[int, int], held: Sequence[Record]) -> list[Record]:
    """Return all resources of a package again: those that were made anew, and those that stay."""
    found: list[Record] = []
    for resource in made:
        while len(found) in copied:
            found.append(held[copied[len(found)]])
        found.append(resource)
    while len(found) in copied:
        found.append(held[copied[len(found)]])
    if [one["id"] for one in found] == [one["id"] for one in held]:
        return found
    last = {resource["id"]: at for at, resource in enumerate(found)}  # one id, one resource
    return [{**one, "position": at} for at, one in enumerate(found) if last[one["id"]] == at]


def missing_from(held: Sequence[Record], found: Sequence[Record]) -> list[Record] | None:
    """Return the resources that are not there any more; None if the list is as it was."""
    ids = [one["id"] for one in found]
    return None if ids == [one["id"] for one in held] else [one for one in held if one["id"] not in ids]


def at_their_places(wrong: Sequence[JSON], copied: Mapping[int, int]) -> list[JSON]:
    """Return errors with room for the resources that stay."""
    placed: list[JSON] = []
    for error in wrong:
        while len(placed) in copied:
            placed.append({})
        placed.append(error)
    return placed
