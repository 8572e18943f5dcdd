"""Packages wait between being read and being written."""

from bulkedit.core.identities import Identities
from bulkedit.core.json_value import Package
from bulkedit.workflow.records import Records


def test_packages_come_back_by_organization_and_name_as_often_as_asked() -> None:
    """With everything in them, whatever JSON can hold; the numbers of a float stay."""
    odd: Package = {"id": "1", "name": "b", "extras": [{"key": "\ud800é", "value": [1, 2.5, True, None, 2**70]}]}
    records = Records()
    records.add({"id": "3", "name": "a"}, group=1)
    records.add(odd, group=0)
    records.add({"id": "2", "name": "a"}, group=0)

    first, second = list(records), list(records)

    assert first == second == [{"id": "2", "name": "a"}, odd, {"id": "3", "name": "a"}]


def test_a_package_that_comes_again_is_taken_as_it_came_last() -> None:
    """It moved from one organization to another while both were read: one row, with what it says now."""
    records = Records()
    records.add({"id": "1", "name": "old"}, group=0)
    assert len(list(records)) == 1

    records.add({"id": "1", "name": "new"}, group=1)

    assert (len(records), list(records)) == (1, [{"id": "1", "name": "new"}])


def test_packages_that_come_after_some_were_read_lie_behind_all() -> None:
    """They are written over none."""
    records = Records()
    for name in ("b", "a"):
        records.add({"id": name, "name": name})
    assert len(list(records)) == 2

    records.add({"id": "c", "name": "c"})

    assert [package["name"] for package in records] == ["a", "b", "c"]


def test_many_packages_wait_in_a_file_without_a_name() -> None:
    """Nobody else finds it, and nothing of it is left, however the program ends."""
    records = Records()
    for number in range(40):
        records.add({"id": str(number), "name": f"p{number:02}", "notes": "x" * (1 << 20)})

    assert isinstance(records._file.name, int)  # a file without a name is called by its number
    assert [package["name"] for package in records] == [f"p{number:02}" for number in range(40)]


def test_a_package_that_comes_again_is_no_trouble() -> None:
    """Its resources are its own; those of another package with the same ids are not."""
    package: Package = {"id": "1", "name": "a", "resources": [{"id": "r"}]}
    identities = Identities()

    assert [identities.trouble_with(one) for one in (package, package)] == ["", ""]
    assert "has the resource “r” of the package “b” twice" in identities.trouble_with(
        package | {"id": "2", "name": "b"}
    )
