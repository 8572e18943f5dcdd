"""Whether packages and resources can be told apart by their ids, by which a workbook's rows are found again."""

from collections.abc import Mapping

from bulkedit.core.json_value import JSON, Package, resources_of, text_of
from bulkedit.core.text import canonical, excerpt, fits


class Identities:
    """Who has which id.

    CKAN gives every package and resource an id of its own, but plugins, imports into its database and a package
    that names a resource twice (CKAN 2.12.0 stores it) have broken that.
    """

    def __init__(self) -> None:
        self._owners: dict[str, str] = {}

    def trouble_with(self, package: Package) -> str:
        """Take a package in, and return what keeps its rows from being told apart; empty if nothing does.

        What is returned is fit to follow the site's address. The same package may come again.
        """
        called = excerpt(text_of(package.get("name")) or text_of(package.get("title")), 60)
        if not _is_usable(package):
            return f"has the package {called} without a usable ID"
        own, seen = text_of(package.get("id")), set[str]()
        for resource in resources_of(package):
            key = text_of(resource.get("id"))
            if not _is_usable(resource):
                return f"has a resource without a usable ID in the package {called}"
            if key in seen or self._owners.setdefault(key, own) != own:
                return f"has the resource {excerpt(key, 60)} of the package {called} twice"
            seen.add(key)
        return ""


def _is_usable(one: Mapping[str, JSON]) -> bool:
    """Tell whether an id is a text that a cell gives back to the letter."""
    key = text_of(one.get("id"))
    return bool(key) and canonical(key) == key and fits(key)
