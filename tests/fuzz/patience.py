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


_WAITING = 30
"""How many times longer something may take that waits, for others on this computer too."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """Break off what takes more time of the processor than it may, or far more of the clock."""

    def break_off(*_: object) -> None:
        raise HangError(f"This takes longer than {seconds} seconds.")

    before = [signal.signal(one, break_off) for one in (signal.SIGPROF, signal.SIGALRM)]
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * _WAITING)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        for one, handler in zip((signal.SIGPROF, signal.SIGALRM), before, strict=True):
            signal.signal(one, handler)
