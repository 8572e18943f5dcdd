"""What the ledger holds: runs and their calls, and how they are written into columns."""

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any

from bulkedit.core.json_value import JSON, Package

DAMAGE = (KeyError, TypeError, ValueError, zlib.error)
"""What reading a column that was damaged comes to."""


class RunState(StrEnum):
    """How a run ended, if it has."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    KILLED = "killed"


class CallOutcome(StrEnum):
    """What became of a call; nothing is known of one without an outcome."""

    STORED = "stored"
    NOT_STORED = "not stored"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Run:
    """One import or undo.

    Attributes:
        id: what it is called.
        kind: ``import`` or ``undo``.
        began: UTC time, ISO 8601.
        site: address of the catalogue.
        user: who the site says the user is; empty where it does not tell.
        by: who sat at which computer, like ``ann@desk-7``.
        organizations: names of the workbook's organizations by id.
        workbook: path of the workbook; empty where there was none.
        digest: SHA-256 of the workbook as it was read.
        undoes: id of the run that this one takes back; empty for an import.
        ended: UTC time; empty while it runs, and of one that was killed.
        state: how it ended.
        counts: how many rows had each result.
    """

    id: str
    kind: str
    began: str
    site: str
    user: str
    by: str
    organizations: Mapping[str, str]
    workbook: str
    digest: str
    undoes: str = ""
    ended: str = ""
    state: RunState = RunState.RUNNING
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """One call of a run.

    Attributes:
        number: its number in the ledger.
        package: id of the package; of a new one what it was called meanwhile.
        name: what the package was called.
        action: the API's action.
        sent: UTC time at which it was about to be sent.
        payload: the action's parameters.
        before: the package as read before; None for a new one.
        outcome: what became of it; None while nobody knows.
        reason: why it was not stored, or is unknown.
        answered: UTC time of the answer; empty if none came.
        after: the package as the site answered.
    """

    number: int
    package: str
    name: str
    action: str
    sent: str
    payload: Mapping[str, JSON]
    before: Package | None
    outcome: CallOutcome | None
    reason: str
    answered: str
    after: Package | None


def packed(value: JSON) -> bytes | None:
    """Return a value as it is kept; None for None."""
    return None if value is None else zlib.compress(json.dumps(value).encode(), 6)


def unpacked(value: bytes | None) -> JSON:
    """Return what `packed` was given.

    Raises:
        DAMAGE: it is not that any more.
    """
    found: JSON = None if value is None else json.loads(zlib.decompress(value))
    return found


def _package(value: bytes | None) -> Package | None:
    found = unpacked(value)
    return found if isinstance(found, dict) else None


def run_of(row: Mapping[str, Any]) -> Run:
    """Return the run of a row of the table.

    Raises:
        DAMAGE: it is none.
    """
    return Run(
        **_columns(Run, row)
        | {
            "organizations": json.loads(row["organizations"]),
            "state": RunState(row["state"]),
            "counts": json.loads(row["counts"]),
        }
    )


def sent_of(row: Mapping[str, Any]) -> Sent:
    """Return the call of a row of the table.

    Raises:
        DAMAGE: it is none.
    """
    return Sent(
        **_columns(Sent, row)
        | {
            "payload": _package(row["payload"]) or {},
            "before": _package(row["before"]),
            "outcome": CallOutcome(row["outcome"]) if row["outcome"] else None,
            "after": _package(row["after"]),
        }
    )


def _columns(record: type[Run] | type[Sent], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns of a row that are called as the fields of a record."""
    return {one.name: row[one.name] for one in fields(record)}
