"""A few packages from which the layout of all can be told."""

from bulkedit.core.json_value import Package
from bulkedit.core.witnesses import Witnesses


def kept(*packages: Package) -> list[int]:
    """Return the numbers of the packages that are kept, from 0."""
    witnesses = Witnesses()
    for package in packages:
        witnesses.add(package)
    return [packages.index(package) for package in witnesses.packages]


def test_packages_like_those_before_are_not_kept() -> None:
    """However many there are, what is held in memory does not grow; empty values are nothing."""
    first: Package = {"id": "a", "title": "Parks", "notes": "", "resources": [{"id": "r", "url": "u"}]}
    more: list[Package] = [first | {"id": f"b{n}", "title": f"Park {n}", "state": None} for n in range(50)]

    assert kept(first, *more) == [0]


def test_whatever_is_new_is_kept() -> None:
    """A field, one of a resource, a second item, a key of an item, what is no list, a type, an organization."""
    first: Package = {"id": "a", "contacts": [{"name": "Ann"}], "resources": [{"id": "r"}]}
    news: list[Package] = [
        {"title": "Parks"},
        {"resources": [{"id": "s"}, {"id": "t", "format": "CSV"}]},
        {"contacts": [{"name": "Ann"}, {"name": "Bob"}]},
        {"contacts": [{"name": "Ann", "phone": "5"}]},
        {"contacts": "Ann"},
        {"contacts": [5]},
        {"contacts": [5, {"name": "Ann"}]},
        {"contacts": '[{"name": "Ann", "role": "editor"}]'},
        {"contacts": 5, "type": "map"},
        {"organization": {"id": "o1"}},
        {"organization": {"id": "o2"}},
    ]
    packages = [first, *(first | new for new in news)]

    assert kept(*packages, *packages) == list(range(len(packages)))


def test_all_are_counted() -> None:
    """The type of most packages comes first in a workbook."""
    witnesses = Witnesses()
    for package in ({"id": "a"}, {"id": "b", "type": "map"}, {"id": "c", "type": "map"}):
        witnesses.add(package)

    assert witnesses.counts == {"dataset": 1, "map": 2}


def test_an_empty_value_of_an_item_is_nothing() -> None:
    """It makes no column."""
    first: Package = {"id": "a", "contacts": [{"name": "Ann"}]}

    assert kept(first, {"id": "b", "contacts": [{"name": "Bob", "phone": ""}]}) == [0]
