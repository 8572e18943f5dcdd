"""A whole day: the catalogue and the workbook in the morning, what is sent, and what is there in the evening."""

import random
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import big_day
from live_catalogue import LiveCatalogue

from bulkedit.sandbox import Sandbox

IMPORT = ["import", "parks.xlsx", "--yes", "--json", "--confirm-deletes", str(big_day.DELETED)]


@dataclass(frozen=True)
class Morning:
    """The catalogue and the workbook before the work is sent: kept, and laid out anew for each try."""

    folder: Path
    port: int

    @contextmanager
    def begin(self, folder: Path) -> Iterator[LiveCatalogue]:
        """Lay everything out in a folder, and run the catalogue where it was before."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        ckan = LiveCatalogue(Sandbox(folder / "catalogue.sqlite", port=self.port, packages=False).start())
        try:
            yield ckan
        finally:
            ckan.close()


def free_port() -> int:
    """Return a port that nobody has, and that no connection will be given meanwhile."""
    for port in random.sample(range(20_000, 30_000), 100):  # where systems take none from for connections
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free")


@dataclass(frozen=True)
class Evening:
    """What is there at the end: the packages by name, and the calls that were made."""

    catalogue: dict[str, Any]
    writes: int


def evening(ckan: LiveCatalogue) -> Evening:
    """Return what is there at the end."""
    found = ckan.call("package_search", rows=1000, include_private=True, include_drafts=True)["results"]
    deleted = [big_day.package_id(n) for n in range(big_day.EDITED + 1, big_day.EDITED + big_day.DELETED + 1)]
    names = sorted([*(one["id"] for one in found), *deleted])
    shown = {one["id"]: one for one in found} | {key: ckan.shown(key) for key in deleted}
    catalogue = {shown[key]["name"]: big_day.comparable(shown[key]) for key in names}
    assert len(catalogue) == len(found) + len(deleted)
    return Evening(catalogue, len(ckan.writes))
