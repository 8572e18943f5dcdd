"""The sample catalogue: the same for everybody, each time."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from plain_http import result

from bulkedit.sandbox import Sandbox

EVERY = {"rows": 1000, "sort": "id asc", "include_private": True, "include_drafts": True}


@pytest.fixture(scope="module")
def sample() -> Iterator[Sandbox]:
    """Keep the sample catalogue, for tests that only read."""
    with Sandbox() as sandbox:
        yield sandbox


def everything(sandbox: Sandbox) -> list[dict[str, Any]]:
    """Return all packages, without the sandbox's own address."""
    found = result(sandbox.url, "package_search", "sandbox-admin", **EVERY)["results"]
    packages: list[dict[str, Any]] = json.loads(json.dumps(found).replace(sandbox.url, "http://sandbox"))
    return packages


def test_it_is_the_same_each_time(sample: Sandbox) -> None:
    """Ids, times, order: a workbook exported from one sandbox fits another."""
    with Sandbox() as again:
        found = everything(again)

    assert found == everything(sample)


def test_parks_has_forty_records_with_120_resources(sample: Sandbox) -> None:
    """Waters has five plain ones; only those of parks have a schema."""
    packages = everything(sample)
    own = {name: [one for one in packages if one["organization"]["name"] == name] for name in ("parks", "waters")}

    assert {name: {one["type"] for one in some} for name, some in own.items()} == {
        "parks": {"bcdc_dataset"},
        "waters": {"dataset"},
    }
    assert (len(own["parks"]), len(own["waters"]), len(packages)) == (40, 5, 45)
    assert sum(len(one["resources"]) for one in own["parks"]) == 120


def test_ids_and_stamps_are_ckans_kind(sample: Sandbox) -> None:
    """No two packages or resources share an id, and none was changed before it was made."""
    packages = everything(sample)
    resources = [resource for one in packages for resource in one["resources"]]

    assert len({one["id"] for one in packages}) == len(packages)
    assert len({one["id"] for one in resources}) == len(resources)
    assert all(one["metadata_created"] <= one["metadata_modified"] for one in packages)


def test_an_empty_catalogue_has_the_site_and_no_packages() -> None:
    """Organizations, users, groups and licences are those of the sample site."""
    with Sandbox(packages=False) as empty:
        organizations = result(empty.url, "organization_list")
        users = [result(empty.url, "user_show", token)["name"] for token in empty.tokens.values()]
        packages = everything(empty)

    assert (organizations, packages) == (["parks", "waters"], [])
    assert users == ["editor", "colleague", "member", "admin"]
