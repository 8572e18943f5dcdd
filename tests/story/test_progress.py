"""Long work tells how far it has come: counts, rate, time left."""

from io import StringIO

import pytest
from live_catalogue import OpenCatalogue, package
from scripted import TOKEN

from bulkedit.ckan.client import Client
from bulkedit.ckan.site import Site
from bulkedit.commands.progress import ProgressLine


class Watch:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        """Return the time."""
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    """Return a clock."""
    return Watch()


def told(stream: StringIO) -> list[str]:
    """Return the lines that were shown, one over the other."""
    return [line.rstrip() for line in stream.getvalue().split("\r") if line.strip()]


def told_of(watch: Watch, *counts: tuple[int, str, int, int]) -> list[str]:
    """Count, each time so many seconds after the time before, and return the lines that were shown."""
    stream = StringIO()
    line = ProgressLine(stream, watch)
    for later, what, done, to_do in counts:
        watch.seconds += later
        line(what, done, to_do)
    return told(stream)


def test_work_of_less_than_a_second_tells_nothing(watch: Watch) -> None:
    """A line that flickers helps nobody."""
    stream = StringIO()
    line = ProgressLine(stream, watch)

    for done in range(10):
        line("packages", done + 1, 10)
        watch.seconds += 0.09
    line.clear()

    assert stream.getvalue() == ""


def test_counts_rate_and_time_left(watch: Watch) -> None:
    """Of what is done and what is to do, from the beginning of that work."""
    said = told_of(watch, (0, "packages", 0, 1200), (20, "packages", 100, 1200), (220, "packages", 1200, 1200))

    assert said == [
        "100 of 1,200 packages, 5.0 a second, 3 min 40 s left",
        "1,200 of 1,200 packages, 5.0 a second",
    ]


def test_two_kinds_of_work_at_once_have_a_rate_each(watch: Watch) -> None:
    """Files go on their way while packages are counted."""
    said = told_of(
        watch, (0, "packages", 0, 4), (8, "MB sent", 0, 100), (2, "packages", 2, 4), (1, "MB sent", 60, 100)
    )

    assert said == ["2 of 4 packages, 0.2 a second, 10 s left", "60 of 100 MB sent, 20 a second, 2 s left"]


def test_the_line_is_taken_away(watch: Watch) -> None:
    """What is said next begins on an empty line."""
    stream = StringIO()
    line = ProgressLine(stream, watch)
    line("packages", 0, 3)
    watch.seconds += 2
    line("packages", 2, 3)

    line.clear()

    assert stream.getvalue().endswith("\r" + " " * len("2 of 3 packages, 1.0 a second, 1 s left") + "\r")


def test_an_export_counts_the_packages_it_reads(open_catalogue: OpenCatalogue) -> None:
    """Page after page; the last count is that of what was read."""
    ckan = open_catalogue([package(number) for number in range(5)], rows_max=2)
    counted: list[tuple[str, int, int]] = []
    site = Site(Client(ckan.url, TOKEN))
    site.client.progress = lambda *said: counted.append(said)

    found = site.packages(site.organization("parks"))

    assert counted == [("packages read", 2, 5), ("packages read", 4, 5), ("packages read", 5, 5)]
    assert len(found) == 5
