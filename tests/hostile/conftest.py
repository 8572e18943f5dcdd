"""The hostile files are made once, from a good workbook that stands beside a secret and knows an address."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

if sys.platform != "linux":
    collect_ignore_glob = ["*"]  # the limits, and the peak of memory, are Linux's to tell

sys.path.insert(0, str(Path(__file__).parent.parent / "excel"))

from good_book import Good, good_book
from listening import Ear
from trials import Trial
from under_limits import Runner


@pytest.fixture(scope="session")
def ear() -> Iterator[Ear]:
    """Return what hears whoever asks the address that stands in the hostile files."""
    with Ear() as listening:
        yield listening


@pytest.fixture(scope="session")
def good(ear: Ear, tmp_path_factory: pytest.TempPathFactory) -> Good:
    """Return the good workbook."""
    secret = tmp_path_factory.mktemp("secret") / "secret.txt"
    secret.write_text("nobody may read this", encoding="utf-8")
    return good_book(ear.url, secret)


@pytest.fixture(scope="session")
def runner() -> Iterator[Runner]:
    """Return what runs the program under limits."""
    with Runner() as one:
        yield one


@pytest.fixture
def trial(good: Good, tmp_path: Path, runner: Runner) -> Callable[..., Trial]:
    """Return what tries a command on the file of an attack."""
    return lambda one, *command: Trial.of(one, good, tmp_path, runner, *command)
