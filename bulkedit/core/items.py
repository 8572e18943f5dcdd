"""Repeating fields: how CKAN and its extensions hold a list of items, and how to give it back."""

from collections.abc import Sequence
from enum import Enum, auto

from bulkedit.core.json_value import JSON, Item, dicts
from bulkedit.core.plain import UnreadableError, dump, load


class Storage(Enum):
    """How a repeating field's value is held; it is written back the way it was read."""

    LIST = auto()
    OBJECT = auto()  # one item, not in a list
    LIST_TEXT = auto()  # JSON text of a list: ckanext-composite, "composite_repeating"
    OBJECT_TEXT = auto()  # JSON text of one item: ckanext-composite, "composite"


def items_of(value: JSON) -> list[Item] | None:
    """Return the items of a repeating field; None where the value cannot be read as items."""
    storage = storage_of(value)
    if storage is None:
        return None
    parsed = load(value) if isinstance(value, str) and value else value
    if isinstance(parsed, dict):
        return [parsed] if parsed else []
    return dicts(parsed)


def storage_of(value: JSON) -> Storage | None:
    """Return how a value holds its items; None where it holds none that can be read."""
    match value:
        case None | "":
            return Storage.LIST
        case dict():
            return Storage.OBJECT
        case list():
            return Storage.LIST if len(dicts(value)) == len(value) else None
        case str():
            return _storage_of_text(value)
        case _:
            return None


def _storage_of_text(text: str) -> Storage | None:
    try:
        parsed = load(text)
    except UnreadableError:
        return None
    if isinstance(parsed, dict):
        return Storage.OBJECT_TEXT
    return Storage.LIST_TEXT if isinstance(parsed, list) and len(dicts(parsed)) == len(parsed) else None


def with_items(items: Sequence[Item], like: JSON) -> JSON:
    """Return the value that holds the items, in the storage of ``like``.

    Several items do not fit one object: they become a list then.
    """
    found: list[JSON] = list(items)
    single: JSON = items[0] if items else {}
    match storage_of(like):
        case Storage.OBJECT if len(items) <= 1:
            return single
        case Storage.OBJECT_TEXT if len(items) <= 1:
            return dump(single)
        case Storage.OBJECT_TEXT | Storage.LIST_TEXT:
            return dump(found)
        case _:
            return found
