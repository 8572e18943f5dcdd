"""Which packages are listed for everybody, by name."""

from typing import Any

import pytest
from speaking import ANONYMOUS, Packages, Site, call


@pytest.fixture
def names(site: Site, packages: Packages) -> list[str]:
    """Make packages and return the names that everybody sees, in order."""
    made = [packages.record(private=private) for private in (False, True, False, False)]
    return sorted(one["name"] for one in made if not one["private"])


def listed(site: Site, **parameters: Any) -> list[str]:
    """Return what is listed for nobody in particular."""
    found: list[str] = call(site, "package_list", parameters, token=ANONYMOUS).result
    return found


def test_active_public_packages_are_listed_by_name(site: Site, packages: Packages, names: list[str]) -> None:
    """Private and deleted ones are not, whoever asks."""
    deleted, private = packages.record(), packages.record(private=True)
    call(site, "package_delete", {"id": deleted["id"]})

    found = listed(site)
    by_editor = call(site, "package_list").result

    assert [name for name in found if name in names] == names
    assert {deleted["name"], private["name"]}.isdisjoint(found + by_editor)
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"limit": 2}, slice(0, 2)),
        ({"limit": "1", "offset": "1"}, slice(1, 2)),
        ({"offset": 1}, slice(1, None)),
        ({"limit": 0}, slice(None)),
        ({"limit": None, "offset": None}, slice(None)),
    ],
)
def test_a_part_of_the_list(site: Site, names: list[str], parameters: dict[str, Any], expected: slice) -> None:
    """So many names from a place on; no number is all.

    Other tests make and delete packages meanwhile, and may do both between two calls: one moment in which
    nothing happens is enough.
    """
    for _ in range(100):
        found, whole = listed(site, **parameters), listed(site)
        if found == whole[expected]:
            break

    assert found == whole[expected]


@pytest.mark.parametrize(
    ("said", "error"), [("x", "Invalid integer"), (-1, "Must be a natural number"), ("1.5", "Invalid integer")]
)
@pytest.mark.parametrize("name", ["limit", "offset"])
def test_what_is_no_number_is_refused(site: Site, name: str, said: object, error: str) -> None:
    """By the name of the parameter."""
    refused = call(site, "package_list", {name: said})

    assert refused.invalid.keys() == {name}
    assert refused.error[name] == [error]
