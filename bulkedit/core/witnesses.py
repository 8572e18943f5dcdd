"""The few packages from which the layout of many can be told."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Final

from bulkedit.core.items import items_of
from bulkedit.core.json_value import JSON, Package, dicts, is_empty, resources_of, text_of

_MAY_HOLD_ITEMS: Final = "[{ \t\r\n"  # the first characters of a text that may be JSON of a list or an object
_ORGANIZATION: Final = "organization"
_RESOURCES: Final = "resources"  # looked at one by one


class Witnesses:
    """Packages of which each holds something that none before it held: a field, several items, a key of an item.

    What a layout asks of packages is whether any of them holds something of a kind (`layout.layout_of`); so these
    answer for all. What the values are it does not ask, but for the organizations that packages are in.

    Attributes:
        packages: the packages that stand for all.
        counts: the number of all packages of each dataset type.
    """

    def __init__(self) -> None:
        self.packages: list[Package] = []
        self.counts: Counter[str] = Counter()
        self._texts: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._facts: defaultdict[tuple[str, str], set[tuple[str, ...]]] = defaultdict(set)

    def add(self, package: Package) -> None:
        """Take a package in, and keep it if it holds something new."""
        dataset_type = type_of(package)
        self.counts[dataset_type] += 1
        is_new = self._is_new((dataset_type, "package"), package)
        for resource in resources_of(package):
            is_new |= self._is_new((dataset_type, "resource"), resource)
        if is_new:
            self.packages.append(package)

    def _is_new(self, kind: tuple[str, str], owner: Mapping[str, JSON]) -> bool:
        """Note what a package or resource holds, and tell whether any of it was unknown."""
        texts, facts, is_new = self._texts[kind], self._facts[kind], False
        for key, value in owner.items():
            if value.__class__ is str and value and value[0] not in _MAY_HOLD_ITEMS:  # as nearly all are
                if key not in texts:
                    texts.add(key)
                    is_new = True
            elif key != _RESOURCES and not is_empty(value):
                found = set(_facts_of(key, value))
                is_new |= not found <= facts
                facts |= found
        return is_new


def _facts_of(key: str, value: JSON) -> Iterator[tuple[str, ...]]:
    items = items_of(value)
    if items is None:
        yield key, "unreadable"
        if dicts(value):
            yield key, "objects"
        return
    yield key, "several" if len(items) > 1 else "single"
    for item in items:
        for name, held in item.items():
            if not is_empty(held):
                yield key, "within", name
    if key == _ORGANIZATION and items:
        yield key, "named", text_of(items[0].get("id"))


def type_of(package: Package) -> str:
    """Return a package's dataset type; CKAN's own is ``dataset``."""
    return text_of(package.get("type")) or "dataset"
