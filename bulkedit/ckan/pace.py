"""How fast calls may go to a site: never faster than it bears, and no longer than it is there.

One call at first; more at a time as answers come in time, up to the number of workers. When the site is busy,
fails to answer, or takes longer and longer, it goes down at once, and up again more carefully than before. CKAN
itself has no limits of its own: 429 and 503 come from proxies before it, with or without ``Retry-After``.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Event

from bulkedit.ckan.errors import InterruptedCallError, SiteDownError

WORKERS = 3
"""Calls at a time, unless told otherwise: what CKAN's own tools use."""

LONGEST_WAIT = 600.0
"""Most seconds that a site's ``Retry-After`` is waited for."""

_DOWN_CALLS, _DOWN_SECONDS = 10, 120.0
"""A site is down after so many calls in a row without an answer, over so many seconds."""

_FIRST_WAIT, _LAST_WAIT = 0.5, 20.0  # seconds before a call is repeated
_PATIENCE, _MOST_PATIENCE = 3, 60  # answers in time before one more call at a time
_FIRST_GAP, _MOST_GAP = 0.1, 60.0  # seconds between calls, once the site says that there are too many
_SLOWER, _SLOW = 1.6, 0.5  # by how much answers take longer, and from how many seconds on that matters
_MEMORY = 0.3  # weight of the last answer in what is usual


class RealTime:
    """The time that passes for everybody."""

    def now(self) -> float:
        """Return seconds from some beginning."""
        return time.monotonic()

    def wait(self, seconds: float, over: Event) -> None:
        """Wait, unless it is over before."""
        over.wait(seconds)


class Pace:
    """How fast calls may go to one site; shared by all that call it.

    Args:
        workers: most calls at a time.
        max_rate: most calls per second; None for as many as the site bears.
        tell: told of long waits, a sentence each.
        clock: the time.
    """

    def __init__(
        self,
        workers: int = WORKERS,
        max_rate: float | None = None,
        *,
        tell: Callable[[str], None] = lambda sentence: None,
        clock: RealTime | None = None,
    ) -> None:
        self._workers = workers
        self._least_gap = 1 / max_rate if max_rate else 0.0
        self._tell = tell
        self.clock = clock or RealTime()
        self._change = Condition()
        self.over = Event()
        self._why = ""
        self.at_once = 1
        self._under_way = 0
        self._gap = self._least_gap
        self._not_before = 0.0
        self._good, self._patience = 0, _PATIENCE
        self._silent = 0
        self._heard: float | None = None
        self._usual = self._recent = 0.0

    # -- before a call, and during it

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until a call may begin, and count it while it lasts.

        Raises:
            InterruptedCallError: somebody stopped the run.
            SiteDownError: the site has not answered for long.
        """
        self._enter()
        try:
            yield
        finally:
            with self._change:
                self._under_way -= 1
                self._change.notify_all()

    def _enter(self) -> None:
        while True:
            with self._change:
                self.ensure_going()
                now = self.clock.now()
                wait = self._not_before - now
                if self._under_way < self.at_once and wait <= 0:
                    self._under_way += 1
                    self._not_before = now + self._gap
                    return
                if wait <= 0:
                    self._change.wait(0.2)
                    continue
            self.clock.wait(wait, self.over)

    def pause(self, seconds: float) -> None:
        """Wait between two tries of the same thing.

        Raises:
            InterruptedCallError: somebody stopped the run.
        """
        self.clock.wait(seconds, self.over)
        self.ensure_going()

    def ensure_going(self) -> None:
        """Make sure that calls are still wanted.

        Raises:
            InterruptedCallError: somebody stopped the run.
            SiteDownError: the site has not answered for long.
        """
        if self._why:
            raise SiteDownError(self._why)
        if self.over.is_set():
            raise InterruptedCallError("The run was interrupted before this row; begin it again to go on.")

    def interrupt(self) -> None:
        """Let no further call begin; those under way go on."""
        self.over.set()

    # -- after a call

    @property
    def known(self) -> bool:
        """Tell whether the site has ever answered."""
        return self._heard is not None

    def answered(self, seconds: float, *, write: bool = False) -> None:
        """Note that the site answered as it should, and how long it took."""
        with self._change:
            self._silent, self._heard = 0, self.clock.now()
            if write:
                self._learn(seconds)
            self._good += 1
            if self._good >= self._patience:
                self._good = 0
                self.at_once = min(self.at_once + 1, self._workers)
                self._gap = max(self._least_gap, self._gap * 0.75 if self._gap > _FIRST_GAP / 2 else 0.0)

    def _learn(self, seconds: float) -> None:
        """Compare how long answers take now with how long they take when there is one call at a time."""
        if self.at_once == 1 or not self._usual:
            self._usual += (seconds - self._usual) * (_MEMORY if self._usual else 1.0)
            self._recent = self._usual
            return
        self._recent += (seconds - self._recent) * _MEMORY
        if self._recent > _SLOW and self._recent > self._usual * _SLOWER:
            self._recent = self._usual
            self._slow_down(self.at_once - 1)

    def strained(self, retry_after: float | None = None, *, too_many: bool = False) -> None:
        """Note that the site is busy, or did not answer.

        Args:
            retry_after: seconds for which it wants to be left alone.
            too_many: it says that calls come too fast.
        """
        with self._change:
            self._slow_down(self.at_once // 2)
            if too_many:
                self._gap = min(max(self._gap * 2, _FIRST_GAP), _MOST_GAP)
                self._heard = self.clock.now()  # it is there
            else:
                self._fell_silent()
            wait = self._gap if retry_after is None else min(retry_after, LONGEST_WAIT)
            self._not_before = max(self._not_before, self.clock.now() + wait)
            if wait > _LAST_WAIT:
                self._tell(f"The site asks to be left alone for {wait:.0f} seconds.")

    def unreachable(self) -> None:
        """Note that no connection could be made."""
        with self._change:
            self._slow_down(1)
            self._fell_silent()

    def _fell_silent(self) -> None:
        self._silent += 1
        since = self.clock.now() - (self._heard or self.clock.now())
        if self._silent >= _DOWN_CALLS and since >= _DOWN_SECONDS and not self._why:
            self._why = f"The site has not answered for {since / 60:.0f} minutes: it seems to be down."
            self._change.notify_all()

    def _slow_down(self, at_once: int) -> None:
        self.at_once = max(1, at_once)
        self._good = 0
        self._patience = min(self._patience * 2, _MOST_PATIENCE)


def wait_before(repetition: int) -> float:
    """Return how many seconds to wait before something is tried again for the so-manieth time (from 1)."""
    return min(_FIRST_WAIT * 2.0 ** (repetition - 1), _LAST_WAIT)
