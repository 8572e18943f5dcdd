"""One line on a terminal that tells how far long work has come."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from bulkedit.ckan.site import Site

_AFTER, _EVERY = 1.0, 0.1  # seconds before a line is shown at all, and between two of them


class ProgressLine:
    """Shows counts, rate and time left, for work that takes more than a second; any thread may tell of it."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin.

        Args:
            stream: a terminal.
            clock: tells seconds.
        """
        self._stream, self._clock = stream, clock
        self._lock = threading.Lock()
        self._began: dict[str, float] = {}
        self._shown = 0.0
        self._width = 0

    def __call__(self, what: str, done: int, total: int) -> None:
        """Tell that so many of so many are done."""
        with self._lock:
            now = self._clock()
            seconds = now - self._began.setdefault(what, now)
            if seconds >= _AFTER and (now - self._shown >= _EVERY or done == total):
                self._show(_told(what, done, total, seconds), now)

    def clear(self) -> None:
        """Take the line away; what follows begins anew."""
        with self._lock:
            if self._width:
                self._stream.write(f"\r{' ' * self._width}\r")
                self._stream.flush()
            self._began, self._width = {}, 0

    def _show(self, line: str, now: float) -> None:
        self._stream.write(f"\r{line.ljust(self._width)}")
        self._stream.flush()
        self._shown, self._width = now, len(line)


def _told(what: str, done: int, total: int, seconds: float) -> str:
    rate = done / seconds
    line = f"{done:,} of {total:,} {what}, {rate:.{0 if rate >= _FAST else 1}f} a second"
    return f"{line}, {_duration((total - done) / rate)} left" if 0 < done < total else line


_FAST = 10  # a second, from which on decimals say nothing
_MINUTE = 60


def _duration(seconds: float) -> str:
    """Return a time as people say it, to the second or the minute."""
    whole = round(seconds)
    return f"{whole} s" if whole < _MINUTE else f"{whole // _MINUTE} min {whole % _MINUTE:02} s"


@contextmanager
def showing_progress(site: Site, *, quiet: bool) -> Iterator[None]:
    """Show on standard error how far the calls of a site have come, where that is a terminal."""
    if quiet or not sys.stderr.isatty():
        yield
        return
    line = ProgressLine(sys.stderr)
    site.client.progress = line
    try:
        yield
    finally:
        site.client.progress = None
        line.clear()
