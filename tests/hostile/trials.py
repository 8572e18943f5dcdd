"""Try the program on a hostile file, and see what it did to the folder."""

import hashlib
import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from attack import Attack
from good_book import Good
from under_limits import Ended, Runner

SECONDS, MEGABYTES, LETTERS = 3, 300, 400
"""What a run may take for a hostile file, and how long its sentence may be."""
SITE = "https://catalogue.example"
_NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Trial:
    """What a command did with a hostile file.

    Attributes:
        left: what lies in the folders of the file and of temporary files that was not there before.
        touched: whether the file is another one now.
    """

    ended: Ended
    file: Path
    left: list[str]
    touched: bool

    @classmethod
    def of(cls, attack: Attack, good: Good, folder: Path, runner: Runner, *command: str) -> Self:
        """Put the file of an attack into a folder of its own, and run a command on it."""
        desk, temporary, home = folder / "desk", folder / "temporary", folder / "home"
        for one in (desk, temporary, home):
            one.mkdir()
        file = desk / attack.file
        attack.put(good, file)
        before = _state(file)
        ended = runner.program([*command, attack.file], desk, _environment(home, temporary))
        left = [path.name for path in (*desk.iterdir(), *temporary.iterdir()) if path != file]
        return cls(ended, file, sorted(left), _state(file) != before)


def _environment(home: Path, temporary: Path) -> dict[str, str]:
    """Return the environment: a token, an empty home, and no way into the network."""
    kept = {name: value for name, value in os.environ.items() if not name.upper().endswith("_PROXY")}
    nowhere = {"HTTP_PROXY": _NOWHERE, "HTTPS_PROXY": _NOWHERE}
    own = {"HOME": str(home), "TMPDIR": str(temporary), "BULKEDIT_LEDGER": str(home / "ledger.sqlite")}
    return {**kept, **nowhere, **own, "CKAN_API_KEY": "a-token"}


def _state(path: Path) -> tuple[object, ...]:
    """Return what a file is, and what it holds if it is a plain one."""
    if not os.path.lexists(path):
        return ()
    found = path.lstat()
    plain = path.is_file() and not path.is_symlink()
    return found.st_mode, found.st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest() if plain else ""


def one_sentence(told: str) -> list[str]:
    """Return what keeps a text on standard error from being one clear sentence."""
    wrong = []
    if not told.endswith("\n") or len(told.splitlines()) != 1:
        wrong.append(f"{len(told.splitlines())} lines")
    if not told.rstrip().endswith("."):
        wrong.append("no full stop at the end")
    if len(told) > LETTERS:
        wrong.append(f"{len(told)} letters")
    if "Traceback" in told or "Error:" in told:
        wrong.append("a traceback")
    return wrong + signs(told)


def signs(told: str) -> list[str]:
    """Return the signs of a text that change what a terminal shows; line ends are none."""
    kinds = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
    found = {sign for sign in told if sign != "\n" and unicodedata.category(sign) in kinds}
    return [f"the sign {ord(sign):04X}" for sign in sorted(found)]


def too_much(ended: Ended) -> list[str]:
    """Return which limits a run exceeded."""
    wrong = ["it hung"] if ended.hung else []
    if ended.seconds >= SECONDS:
        wrong.append(f"{ended.seconds:.1f} s")
    if ended.megabytes >= MEGABYTES:
        wrong.append(f"{ended.megabytes:.0f} MB")
    return wrong
