"""The same tests for three catalogues: bulkedit's sandbox, and two real CKANs that say what is right.

The real ones run where `make test-real` asks for them.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from speaking import Groups, Packages, Site, call, resource, some_name

sys.path.insert(0, str(Path(__file__).parent.parent / "real"))

import lab as labs

SCHEMA = labs.REPOSITORY / "samples" / "schema.yaml"
PORTS = {labs.CKAN_2_12: 5112, labs.CKAN_2_9: 5109}
"""Not those of the other real tests: a CKAN has one schema, and here it is the sandbox's."""


ASKED = os.environ.get("BULKEDIT_REAL") == "1"
REAL = [
    pytest.param(labs.CKAN_2_12, marks=pytest.mark.real, id="ckan-2.12"),
    pytest.param(labs.CKAN_2_9, marks=pytest.mark.real, id="ckan-2.9"),
]


@pytest.fixture(scope="session", params=["sandbox", *(REAL if ASKED else [])])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """Start a catalogue, or find it running."""
    with _sandbox() if request.param == "sandbox" else nullcontext(_real(request.param)) as found:
        yield found


@contextmanager
def _sandbox() -> Iterator[Site]:
    from bulkedit.sandbox import Sandbox

    with Sandbox() as sandbox:
        yield Site(
            url=sandbox.url,
            version="2.12",
            editor=sandbox.tokens["editor"],
            member=sandbox.tokens["member"],
            sysadmin=sandbox.tokens["admin"],
            editor_name="editor",
            member_name="member",
            organization="parks",
            other_organization="waters",
        )


def _real(version: str) -> Site:
    if reason := labs.missing(version):
        pytest.skip(reason)
    lab = labs.start(version, port=PORTS[version], schema=SCHEMA)
    return Site(
        url=lab.url,
        version=version,
        editor=lab.editor,
        member=lab.member,
        sysadmin=lab.sysadmin,
        editor_name="lab-editor",
        member_name="lab-member",
        organization=lab.organization,
        other_organization=lab.other_organization,
    )


@pytest.fixture
def packages(site: Site) -> Iterator[Packages]:
    """Make packages that are gone after the test."""
    made = Packages(site)
    yield made
    made.delete()


@pytest.fixture(scope="module")
def kept(site: Site) -> Iterator[dict[str, Any]]:
    """Make a package that no test changes."""
    packages = Packages(site)
    yield packages.record(topics=["water"], resources=[resource()])
    packages.delete()


@pytest.fixture(scope="session")
def groups(site: Site) -> Iterator[Groups]:
    """Make a group that the editor may use and one that is not for the editor, or find them."""
    made: list[str] = []
    if own := _new_group(site, made, "Walks"):
        member = {"id": own["id"], "username": site.editor_name, "role": "editor"}
        assert call(site, "group_member_create", member, token=site.sysadmin).status == 200
        foreign = _new_group(site, made, "Becks")
    else:
        own = _group(site, site.editor)
        foreign = _group(site, site.sysadmin, but=own["id"])
    yield Groups(own, foreign)
    for key in made:
        call(site, "group_purge", {"id": key}, token=site.sysadmin)


def _group(site: Site, token: str, but: str = "") -> dict[str, Any]:
    usable = call(site, "group_list_authz", token=token).result
    return next(group for group in usable if group["id"] != but)


def _new_group(site: Site, made: list[str], title: str) -> dict[str, Any]:
    """Make a group, and say so; of a site that makes none, nothing comes back."""
    answer = call(site, "group_create", {"name": some_name(), "title": title}, token=site.sysadmin)
    if answer.status != 200:
        return {}
    made.append(answer.result["id"])
    return answer.result
