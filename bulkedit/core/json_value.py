"""The shape of what CKAN's API says: JSON values."""

from collections.abc import Mapping
from typing import TypeAlias

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"
Package: TypeAlias = dict[str, JSON]
"""A dict as ``package_show`` gives it."""
Resource: TypeAlias = dict[str, JSON]
"""A dict of the ``resources`` list of a package."""
Item: TypeAlias = dict[str, JSON]
"""One element of a repeating field."""


def resources_of(package: Mapping[str, JSON]) -> list[Resource]:
    """Return the resources of a package in their order."""
    return dicts(package.get("resources"))


def dicts(value: JSON) -> list[dict[str, JSON]]:
    """Return the dicts of a list; anything else counts as an empty list."""
    return [x for x in value if isinstance(x, dict)] if isinstance(value, list) else []


def text_of(value: JSON) -> str:
    """Return a JSON string, or an empty one for anything else."""
    return value if isinstance(value, str) else ""


def is_empty(value: JSON) -> bool:
    """Tell whether a value counts as missing: ``null``, empty text, empty list, empty object."""
    return value is None or value == "" or value == [] or value == {}
