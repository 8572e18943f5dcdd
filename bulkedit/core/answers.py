"""What became of a call: the answers that sending one package's changes can have."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from bulkedit.core.edits import Place
from bulkedit.core.json_value import JSON, Package


@dataclass(frozen=True, slots=True)
class Accepted:
    """CKAN stored the changes; the package as it is now."""

    package: Package


@dataclass(frozen=True, slots=True)
class Planned:
    """A dry run: this would have been sent."""


@dataclass(frozen=True, slots=True)
class Mismatched:
    """The package is not as it was read any more: nothing was stored."""


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The site, or what stands before it, takes no call of this action at all: nothing was stored."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """CKAN's validation refused the changes: its errors, by field."""

    errors: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Denied:
    """CKAN does not let this user do it, or a record it needs is not there; nothing was stored."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unclear:
    """Nobody knows whether the changes were stored: the answer never came."""

    reason: str


@dataclass(frozen=True, slots=True)
class NotSent:
    """The run stopped before this call."""

    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """Nothing of the run is sent before somebody answers what the guards ask.

    Attributes:
        reasons: what is said of rows with cells that are asked about.
        otherwise: what is said of the others.
    """

    reasons: Mapping[Place, str]
    otherwise: str


Answer: TypeAlias = Accepted | Planned | Mismatched | Unavailable | Rejected | Denied | Unclear | NotSent | Held
