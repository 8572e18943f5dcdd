"""The answer to a row: a result word, a message, and what became of each field."""

from dataclasses import dataclass
from dataclasses import field as dataclass_field
from enum import StrEnum

from bulkedit.core.edits import Place


class Result(StrEnum):
    """What became of a row."""

    UPDATED = "updated"
    CREATED = "created"
    DELETED = "deleted"
    WOULD_UPDATE = "would update"
    WOULD_CREATE = "would create"
    WOULD_DELETE = "would delete"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    CONFLICT = "conflict"
    INVALID = "invalid"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_SENT = "not sent"


APPLIED = frozenset((Result.UPDATED, Result.CREATED, Result.DELETED, Result.UNCHANGED, Result.SKIPPED))
"""Results after which nothing of the row is left to do."""

FORESEEN = frozenset((Result.WOULD_UPDATE, Result.WOULD_CREATE, Result.WOULD_DELETE))
"""Results of a dry run that promise success."""


@dataclass(frozen=True, slots=True)
class FieldOutcome:
    """One edited field in a report: its API name, the three texts, what became of it, and its header.

    `whole` is true where that is no field: a whole record or entry is to be removed.
    """

    field: str
    exported: str
    edited: str
    live: str | None
    result: Result
    header: str = dataclass_field(default="", compare=False)
    whole: bool = dataclass_field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to one row; of an item, also the API name of its list, and what that is called."""

    place: Place
    package: str
    resource: str | None
    result: Result
    message: str = ""
    changes: tuple[FieldOutcome, ...] = ()
    item_of: tuple[str, str] = dataclass_field(default=("", ""), compare=False)
