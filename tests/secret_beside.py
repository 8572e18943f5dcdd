"""A folder whose files may be sent, a secret beside it, and somebody who swaps the one for the other."""

import os
import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="links, pipes and names as POSIX has them")
INSIDE, SECRET = b"hour,metres\n", b"SECRET\nSECRE"
"""What two files of the same name, length and time hold."""


def records_beside_a_secret(folder: Path) -> Path:
    """Return a folder with a file in a folder of its own; the secret lies beside it under the same name."""
    for place, content in (("records/maps", INSIDE), ("private", SECRET)):
        (folder / place).mkdir(parents=True)
        (folder / place / "walks.csv").write_bytes(content)
        os.utime(folder / place / "walks.csv", (1_700_000_000, 1_700_000_000))
    return folder / "records"


def secret_behind(link: str, folder: Path) -> Path:
    """Return what a link in the place of maps, or of maps/walks.csv, is to lead to."""
    return folder.parent / "private" / link.removeprefix("maps").lstrip("/")


def put_link(link: str, folder: Path) -> None:
    """Put a link to the secret in the place of a folder, or of the file in it."""
    (folder / link).rename(folder / "away")
    (folder / link).symlink_to(secret_behind(link, folder))


@contextmanager
def swapping(*swaps: tuple[Path, Path], linked: float = 0.0, in_place: float) -> Iterator[None]:
    """Put links to other places where files or folders are, and them back again, all the while.

    Args:
        swaps: each place and where its link leads, in turn.
        linked: for so many seconds at most a link stands there.
        in_place: for so many seconds at most all is in place again.
    """
    over = threading.Event()

    def swap() -> None:
        while not over.is_set():
            for place, other in swaps:
                away = place.with_name("away")
                place.rename(away)
                place.symlink_to(other)
                over.wait(random.uniform(0, linked))  # noqa: S311  no secret
                place.unlink()
                away.rename(place)
                over.wait(random.uniform(0, in_place))  # noqa: S311  no secret

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
