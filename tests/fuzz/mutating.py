"""Changes at arbitrary places of a JSON value: what a foreign program, a plugin or a person may have done to it.

A mutation is drawn before it is known what it meets, so it names places by numbers that are taken modulo what
is there: ``mutated({"a": [1, 2]}, [Mutation(3, Deed.DROP)])``.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from arbitrary import JSON_VALUES
from hypothesis import strategies as st

from bulkedit.core.json_value import JSON

_Place: TypeAlias = "tuple[list[JSON], int] | tuple[dict[str, JSON], str]"


class Deed(Enum):
    """What is done at a place."""

    REPLACE = auto()  # by any value
    DROP = auto()
    DOUBLE = auto()  # an element stands twice; the value of a key becomes a list of it twice
    WRAP_IN_LIST = auto()
    WRAP_IN_OBJECT = auto()
    SWAP = auto()  # with the value at another place
    RENAME = auto()  # a key; the value of an element


@dataclass(frozen=True)
class Mutation:
    """One change: the number of a place, what is done there, and with what."""

    place: int
    deed: Deed
    value: JSON = None
    other: int = 0


_LONG = "9" * 5_000
ODD_VALUES: list[JSON] = [
    None,
    "",
    0,
    -1,
    10**30,
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    True,
    [],
    {},
    [[]],
    [None],
    [{}],
    {"": ""},
    "\ud800",
    "a\x00b",
    "a\r\nb",
    "_x000D_",
    "=1+1",
    "x" * 33_000,
    _LONG,
    "../../etc",
    " ",
    "id",
    {"en": "English", "fr": "Français"},
    {"en": None},
    {"en": {"en": "deep"}},
]
"""What one would not think of, in the place of anything."""

VALUES = st.sampled_from(ODD_VALUES) | JSON_VALUES
KEYS = st.sampled_from(
    "id name type title state field_name label value choices preset resources extras tags groups key owner_org"
    " repeating_subfields subfields required validators dataset_fields resource_fields success result".split()
)


def mutations(most: int, fewest: int = 1) -> st.SearchStrategy[list[Mutation]]:
    """Return lists of so many mutations."""
    one = st.builds(Mutation, st.integers(0, 400), st.sampled_from(Deed), VALUES | KEYS, st.integers(0, 400))
    return st.lists(one, min_size=fewest, max_size=most)


def mutated(value: JSON, changes: Sequence[Mutation]) -> JSON:
    """Return a value after some mutations; it is itself left as it is."""
    root: list[JSON] = [copy.deepcopy(value)]
    for change in changes:
        _mutate(root, change)
    return root[0]


def _mutate(root: list[JSON], change: Mutation) -> None:
    places = list(_places(root))
    holder, key = places[change.place % len(places)]
    held = holder[key]  # type: ignore[index, call-overload]  # of a place that fits
    match change.deed:
        case Deed.DROP if holder is not root:
            del holder[key]  # type: ignore[arg-type]  # of a place that fits
        case Deed.DOUBLE if isinstance(holder, list) and holder is not root:
            holder.insert(int(key), copy.deepcopy(held))
        case Deed.DOUBLE | Deed.WRAP_IN_LIST:
            found: JSON = [held] if change.deed is Deed.WRAP_IN_LIST else [held, copy.deepcopy(held)]
            holder[key] = found  # type: ignore[index, call-overload]  # of a place that fits
        case Deed.WRAP_IN_OBJECT:
            holder[key] = {str(change.value)[:9]: held}  # type: ignore[index, call-overload]  # of a place that fits
        case Deed.SWAP:
            other, there = places[change.other % len(places)]
            holder[key] = copy.deepcopy(other[there])  # type: ignore[index, call-overload]  # of a place that fits
        case Deed.RENAME if isinstance(holder, dict):
            holder[str(change.value)[:40]] = holder.pop(str(key))
        case _:
            holder[key] = copy.deepcopy(change.value)  # type: ignore[index, call-overload]  # of a place that fits


def _places(value: JSON) -> Iterator[_Place]:
    """Yield every place that holds a value, from outside in."""
    match value:
        case list():
            for at, entry in enumerate(value):
                yield value, at
                yield from _places(entry)
        case dict():
            for key, entry in value.items():
                yield value, key
                yield from _places(entry)
