"""A big day's work before it is sent, and a program that can be killed while it does."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "ckan"))

import big_day
from live_catalogue import LiveCatalogue
from orders import Ended, Mortal
from scripted import TOKEN
from whole_day import IMPORT, Evening, Morning, evening, free_port

from bulkedit.ckan.client import Client
from bulkedit.ckan.site import Site
from bulkedit.sandbox import Sandbox
from bulkedit.workflow.exporting import export


@pytest.fixture(scope="session")
def morning(tmp_path_factory: pytest.TempPathFactory) -> Morning:
    """Fill a catalogue, export it, and do the work in the workbook."""
    folder = tmp_path_factory.mktemp("morning")
    port = free_port()
    ckan = LiveCatalogue(Sandbox(folder / "catalogue.sqlite", port=port, packages=False).start())
    ckan.make(*big_day.packages())
    export(Site(Client(ckan.url, TOKEN)), ["parks"], folder / "parks.xlsx")
    ckan.close()
    big_day.work(folder / "parks.xlsx")
    return Morning(folder, port)


@pytest.fixture(scope="session")
def mortal() -> Iterator[Mortal]:
    """Keep one program for all tests."""
    with Mortal() as started:
        yield started


@pytest.fixture(scope="session")
def undisturbed(
    morning: Morning, mortal: Mortal, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Ended, Evening]:
    """Return how the day ends when nobody kills anything."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with morning.begin(folder) as ckan:
        ended = mortal.run(IMPORT, folder, ckan.url)
        return ended, evening(ckan)
