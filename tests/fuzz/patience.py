"""How many examples a fuzzer tries, and how long it waits for one.

A few in `make test`, as many as there is time for in `make fuzz`.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, settings

ROUND = "BULKEDIT_FUZZ"
"""Environment variable: by how much a round of `make fuzz` tries more examples than `make test`."""


def examples(few: int) -> settings:
    """Return settings for so many examples, times what the environment says."""
    times = int(os.environ.get(ROUND, "1"))
    return settings(max_examples=few * times, deadline=None, suppress_health_check=list(HealthCheck))


class HangError(BaseException):
    """Something does not come to its end; no `except Exception` of the program may swallow that."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Break off what takes longer than it may."""

    def break_off(*_: object) -> None:
        raise HangError(f"This takes longer than {seconds} seconds.")

    before = signal.signal(signal.SIGALRM, break_off)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
