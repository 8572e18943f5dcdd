"""Packages as far as a workbook remembers them: enough to plan with, where no site is asked."""

from collections.abc import Iterable

from bulkedit.core.catalogue import Catalogue
from bulkedit.core.columns import Layout, Level
from bulkedit.core.json_value import JSON, Package


def recalled(layout: Layout, exported: Catalogue, keys: Iterable[str]) -> dict[str, Package]:
    """Return packages by id: name, resources by id, and lists with as many items as were exported.

    No field has a value: those are known as cell texts only, and are compared as such.
    """
    resources: dict[str, list[JSON]] = {}
    for key, owner in sorted(exported.resources.items(), key=lambda pair: pair[1].position):
        lists = _lists(layout, exported, key, Level.RESOURCE_ITEM)
        resources.setdefault(owner.package, []).append({"id": key, **lists})
    return {
        key: {
            "id": key,
            "name": exported.packages[key],
            "state": "active",
            "resources": resources.get(key, []),
            **_lists(layout, exported, key, Level.ITEM),
        }
        for key in keys
    }


def _lists(layout: Layout, exported: Catalogue, owner: str, level: Level) -> dict[str, JSON]:
    found: dict[str, JSON] = {}
    for table in layout.tables:
        if table.level is level and (count := len(exported.items(table, owner))):
            items: list[JSON] = [{} for _ in range(count)]
            found[table.field] = items
    return found
