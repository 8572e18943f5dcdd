"""What time it is, for whoever must know."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], str]
"""Tells the time as `now` does."""


def now() -> str:
    """Return the UTC time, ISO 8601, to the second."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat()


def local(utc: str, form: str = "%Y-%m-%d %H:%M") -> str:
    """Return a time that `now` told in the time of this computer; a text that is none as it is."""
    try:
        return datetime.fromisoformat(utc).replace(tzinfo=UTC).astimezone().strftime(form)
    except (ValueError, OverflowError):
        return utc
