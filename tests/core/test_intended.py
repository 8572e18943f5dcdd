"""What a call was to make of a package, known also where no answer came."""

from typing import Any

import pytest
from api_packages import REVISE, link, parks

from bulkedit.core.calls import CREATE, PATCH, PATCH_RESOURCE
from bulkedit.core.intended import intended
from bulkedit.core.json_value import Package

BEFORE = parks(link("r1", size=5), link("r2"), notes="b", groups=[{"id": "g1"}])


@pytest.mark.parametrize(
    ("action", "payload", "after"),
    [
        ("package_delete", {"id": "p1"}, BEFORE | {"state": "deleted"}),
        (PATCH, {"id": "parks", "notes": "a"}, BEFORE | {"notes": "a"}),
        (
            PATCH_RESOURCE,
            {"id": "r1", "hash": "sha256:1"},
            BEFORE | {"resources": [link("r1", size=5, hash="sha256:1"), link("r2")]},
        ),
        (PATCH_RESOURCE, {"id": "gone", "hash": "sha256:1"}, BEFORE),
        (
            REVISE,
            {"filter": ["-notes", "-resources__r1__size", "-resources__r2"]},
            {key: value for key, value in BEFORE.items() if key != "notes"} | {"resources": [link("r1")]},
        ),
        (
            REVISE,
            {"filter": ["-resources"], "update": {"resources": [link("r2"), link("r1")]}},
            BEFORE | {"resources": [link("r2"), link("r1")]},
        ),
        (
            REVISE,
            {"update": {"groups": [{"id": "g2"}]}, "update__resources__r1": {"size": 6}},
            BEFORE | {"groups": [{"id": "g1"}, {"id": "g2"}], "resources": [link("r1", size=6), link("r2")]},
        ),
        (
            REVISE,
            {"update__resources__extend": [link("r3")]},
            BEFORE | {"resources": [link("r1", size=5), link("r2"), link("r3")]},
        ),
    ],
)
def test_each_kind_of_call_is_understood(action: str, payload: dict[str, Any], after: Package) -> None:
    """Groups are only ever added; what was to be changed in a resource that is not there changes nothing."""
    assert intended(action, payload, BEFORE) == after


def test_of_a_new_package_only_what_the_call_named_is_known() -> None:
    """The rest is the site's."""
    assert intended(CREATE, {"name": "lakes"}, None) == {"name": "lakes"}
