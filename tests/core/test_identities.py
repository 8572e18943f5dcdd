"""Records that cannot be told apart are not exported."""

import pytest
from worlds import package, parks, resource, trails

from bulkedit.core.identities import Identities
from bulkedit.core.json_value import Package


def trouble(*packages: Package) -> str:
    """Return what keeps the rows of packages from being told apart, as far as it is the last one's doing."""
    found = Identities()
    return [found.trouble_with(one) for one in packages][-1]


def test_records_with_ids_of_their_own_are_told_apart() -> None:
    """CKAN gives each package and resource one."""
    assert trouble(parks(), trails()) == ""


def test_a_package_may_come_again() -> None:
    """Its resources are its own."""
    assert trouble(parks(), trails(), parks()) == ""


@pytest.mark.parametrize(
    ("packages", "sentence"),
    [
        ([package("parks", id="")], "has the package “parks” without a usable ID"),
        ([package("parks", id="a\r\nb")], "has the package “parks” without a usable ID"),
        ([package("", id=None)], "has the package (empty) without a usable ID"),
        ([package("", id=None, title="The parks")], "has the package “The parks” without a usable ID"),
        (
            [package("parks", resources=[resource("map", id=5 * "x" * 9_999)])],
            "has a resource without a usable ID in the package “parks”",
        ),
        (
            [package(name, resources=[resource("map")]) for name in ("parks", "trails")],
            "has the resource “id-map” of the package “trails” twice",
        ),
        (
            [package("parks", resources=[resource("map"), resource("map")])],
            "has the resource “id-map” of the package “parks” twice",
        ),
    ],
)
def test_ids_that_a_cell_would_not_give_back_are_told(packages: list[Package], sentence: str) -> None:
    """Missing, with line ends that cells change, too long, or there twice."""
    assert trouble(*packages) == sentence
