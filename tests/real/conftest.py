"""Fixtures of the tests against a real CKAN and a real LibreOffice; `make test-real` turns them on."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "excel"))  # workbooks by every producer
sys.path.insert(0, str(Path(__file__).parent.parent / "ckan"))  # the embedded catalogue under a test
sys.path.insert(0, str(Path(__file__).parent.parent / "story"))  # a desk with it
sys.path.insert(0, str(Path(__file__).parent.parent / "killing"))  # a program that can be killed

import catalogue
import invented
import lab as labs
import office as offices
import pytest
from cutting_proxy import CuttingProxy
from desk import Desk
from leaks import holding, processes_with
from live_catalogue import open_catalogue
from new_things import BLANK
from office_desk import sandbox_desk
from scripted import TOKEN, serve

__all__ = ["open_catalogue", "sandbox_desk", "serve"]

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder `real`, and skip them unless they were asked for."""
    asked = os.environ.get("BULKEDIT_REAL") == "1"
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker(pytest.mark.real)
        if not asked:
            item.add_marker(pytest.mark.skip(reason="BULKEDIT_REAL=1 is not set (set by make test-real)"))


_LARGEST = 20_000_000  # bytes of a file that is searched; what tests upload is larger, and their own


@pytest.fixture(autouse=True)
def token_nowhere(request: pytest.FixtureRequest, tmp_path: Path, own_ledger: Path) -> Iterator[None]:
    """After every test: no file of it, no ledger and no process holds the token with which it worked."""
    used = request.getfixturevalue("lab").editor if "lab" in request.fixturenames else TOKEN
    yield
    folders = (tmp_path, own_ledger.parent)
    assert [name for folder in folders for name in holding(folder, used, _LARGEST)] == []
    assert processes_with(used) == []


@pytest.fixture(
    scope="session",
    params=[labs.CKAN_2_12, labs.CKAN_2_9],
    ids=["ckan-2.12", "ckan-2.9"],
)
def lab(request: pytest.FixtureRequest) -> labs.Lab:
    """Start a CKAN, or find it running; a test that uses it runs once for each version."""
    if reason := labs.missing(request.param):
        pytest.skip(reason)
    return labs.start(request.param)


@pytest.fixture(scope="module")
def organization(lab: labs.Lab) -> Iterator[catalogue.Organization]:
    """Fill an organization that only this module's tests touch."""
    made = catalogue.build(lab)
    yield made
    catalogue.remove(lab, made)


@pytest.fixture
def new_organization(lab: labs.Lab) -> Iterator[catalogue.Organization]:
    """Found an organization without any package, that only this test touches."""
    made = catalogue.found(lab)
    yield made
    catalogue.remove(lab, made)


@pytest.fixture(scope="session")
def office() -> Iterator[offices.Office]:
    """Keep one LibreOffice, started when a test first opens a workbook."""
    if reason := offices.missing():
        pytest.skip(reason)
    with offices.Office() as running:
        yield running


@pytest.fixture
def desk(lab: labs.Lab, new_organization: catalogue.Organization, office: offices.Office, tmp_path: Path) -> Desk:
    """Sit down in an organization of this test's own, with no workbook yet."""
    return Desk(lab, new_organization.name, tmp_path, office)


@pytest.fixture
def blank(desk: Desk) -> Desk:
    """Sit down with an empty workbook."""
    desk.exported(*BLANK)
    return desk


@pytest.fixture
def proxy(lab: labs.Lab) -> Iterator[CuttingProxy]:
    """Put a proxy before the CKAN; it loses nothing yet."""
    with CuttingProxy(lab.url) as proxy:
        yield proxy


@pytest.fixture
def lossy(desk: Desk, proxy: CuttingProxy) -> Desk:
    """Sit down behind the proxy, with no workbook yet."""
    return replace(desk, lab=replace(desk.lab, url=proxy.url))


@pytest.fixture
def exported_desk(
    lab: labs.Lab, organization: catalogue.Organization, office: offices.Office, tmp_path: Path
) -> Desk:
    """Sit down with a fresh export of the organization that this module's tests share."""
    return _with_export(Desk(lab, organization.name, tmp_path, office))


@pytest.fixture(scope="module")
def shared_desk(
    lab: labs.Lab,
    organization: catalogue.Organization,
    office: offices.Office,
    tmp_path_factory: pytest.TempPathFactory,
) -> Desk:
    """Sit down with an export of it, once for all tests of the module."""
    return _with_export(Desk(lab, organization.name, tmp_path_factory.mktemp("desk"), office))


def _with_export(desk: Desk) -> Desk:
    desk.exported()
    return desk


@pytest.fixture(scope="session")
def exported_marks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the invented catalogue into a workbook, once."""
    return invented.export(tmp_path_factory.mktemp("marks") / "export.xlsx")


@pytest.fixture
def bench(exported_marks: Path, office: offices.Office, tmp_path: Path) -> invented.Bench:
    """Sit down with a fresh copy of the invented catalogue's workbook and a LibreOffice."""
    return invented.bench(exported_marks, tmp_path, office)
