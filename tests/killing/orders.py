"""Orders to a program that can be killed, and what it leaves behind.

with Mortal() as mortal:
    killed = mortal.run(["import", "work.xlsx", "--yes"], folder, url, ("intended", 3))
    again = mortal.run(["import", "work.xlsx", "--yes"], folder, url)
"""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from scripted import TOKEN

MORTAL = Path(__file__).parent / "mortal.py"

Boundary = tuple[str, int]
"""What kind of boundary, and the how-manieth of its kind, from 1."""
NOWHERE: Boundary = ("", 0)


@dataclass(frozen=True)
class Ended:
    """How a program ended: its status (negative: the signal), what it said, how often it passed each boundary."""

    status: int
    said: str
    passed: dict[str, int] = field(default_factory=dict)

    @property
    def report(self) -> dict[str, Any]:
        """What `--json` printed."""
        report: dict[str, Any] = json.loads(self.said[self.said.index("{") :])
        return report

    @property
    def counts(self) -> dict[str, int]:
        """How many rows had each result."""
        counts: dict[str, int] = self.report["counts"]
        return counts


class Mortal:
    """A program that loads bulkedit once, and forks to run it."""

    def __init__(self) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("CKAN")}
        self._process = subprocess.Popen(
            [sys.executable, str(MORTAL)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=kept | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def run(
        self, arguments: list[str], folder: Path, url: str, die: Boundary = NOWHERE, token: str = TOKEN
    ) -> Ended:
        """Run bulkedit in a folder, and kill it at a boundary."""
        environment = {"CKAN_URL": url, "CKAN_API_KEY": token, "BULKEDIT_LEDGER": str(ledger_in(folder))}
        order = {"arguments": arguments, "environment": environment, "folder": str(folder), "die": die}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Ended(**json.loads(self._process.stdout.readline()))

    def __enter__(self) -> Self:
        """Take orders."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take no more orders."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)


def ledger_in(folder: Path) -> Path:
    """Return where the ledger of what runs in a folder is."""
    return folder / "ledger" / "ledger.sqlite"


def litter(folder: Path) -> list[str]:
    """Return what lies in a folder and belongs to nobody."""
    return [path.name for path in folder.iterdir() if path.name.startswith(".bulkedit-")]


def integrity(folder: Path) -> str:
    """Return what SQLite says of the whole ledger: ok, or what is wrong with it."""
    with closing(sqlite3.connect(ledger_in(folder))) as ledger:
        said: str = ledger.execute("PRAGMA integrity_check").fetchone()[0]
    return said
