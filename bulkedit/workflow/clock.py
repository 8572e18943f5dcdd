"""What time it is, for whoever must know."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], str]
"""Tells the time as `now` does."""


def now() -> str:
    """Return the UTC time, ISO 8601, to the second."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat()
