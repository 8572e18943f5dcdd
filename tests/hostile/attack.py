"""What a hostile file is: a line about it, and how it is put in its place."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from good_book import Good, Make


@dataclass(frozen=True)
class Attack:
    """One hostile file.

    Attributes:
        about: what the attack is, in one line.
        put: puts the file at a path.
        file: what the file is called.
    """

    about: str
    put: Callable[[Good, Path], object]
    file: str = "parks.xlsx"


def attack(about: str, make: Make, file: str = "parks.xlsx") -> Attack:
    """Return the attack whose file has the bytes that are made."""
    return Attack(about, lambda good, path: path.write_bytes(make(good)), file)
