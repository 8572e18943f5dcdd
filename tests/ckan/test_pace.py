"""Calls go as fast as a site bears, and no faster: simulated sites, in time that nobody waits for."""

from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from threading import Event, Thread

import pytest
from quick_time import QuickTime

from bulkedit.ckan.errors import InterruptedCallError, SiteDownError
from bulkedit.ckan.pace import LONGEST_WAIT, Pace, wait_before


@dataclass
class Simulated:
    """A site that one caller asks, call after call; each takes some seconds of simulated time.

    Attributes:
        began: when each call began that the site took.
        refused: how many calls came too fast.
    """

    pace: Pace
    time: QuickTime
    per_second: float = 1000.0
    began: list[float] = field(default_factory=list)
    refused: int = 0

    def ask(self, seconds: float = 0.05, *, retry_after: float | None = None) -> None:
        """Call until the site takes it."""
        while True:
            with self.pace.turn():
                now = self.time.now()
                if not self.began or now - self.began[-1] >= 1 / self.per_second - 0.001:
                    self.began.append(now)
                    self.time.wait(seconds, Event())
                    self.pace.answered(seconds, write=True)
                    return
                self.refused += 1
                self.pace.strained(retry_after, too_many=True)
            self.pace.pause(wait_before(1))


def simulated(workers: int = 3, max_rate: float | None = None, **site: float) -> Simulated:
    """Return a site that is asked in simulated time."""
    clock = QuickTime()
    return Simulated(Pace(workers, max_rate, clock=clock), clock, **site)


@pytest.mark.parametrize("retry_after", [None, 1.0])
def test_a_site_that_limits_to_one_call_a_second_is_respected(retry_after: float | None) -> None:
    """It says so a few times, then it is asked no faster: of a hundred calls nine in ten are taken at once."""
    site = simulated(per_second=1.0)

    for _ in range(100):
        site.ask(retry_after=retry_after)

    assert site.refused <= 10
    assert site.began[-1] - site.began[0] < 250  # and not much slower than it allows


def test_max_rate_is_kept() -> None:
    """No two calls begin closer together."""
    site = simulated(max_rate=2.0)

    for _ in range(20):
        site.ask(0.01)

    gaps = [later - sooner for sooner, later in pairwise(site.began)]
    assert min(gaps) > 0.499


def test_it_begins_with_one_call_and_grows_to_the_workers() -> None:
    """A site that answers in time gets as many calls at a time as there are workers, no more."""
    site = simulated(workers=3)
    seen = [site.pace.at_once]

    for _ in range(30):
        site.ask()
        seen.append(site.pace.at_once)

    assert seen[:4] == [1, 1, 1, 2]
    assert max(seen) == seen[-1] == 3


def test_answers_that_take_longer_and_longer_slow_it_down() -> None:
    """A site that does one thing after the other gains nothing by more calls at a time: it goes back to one."""
    site = simulated(workers=3)
    seen: list[int] = []

    for _ in range(200):
        site.ask(2.0 * site.pace.at_once)
        seen.append(site.pace.at_once)

    assert seen.count(1) > 120
    assert max(seen) <= 2


def test_a_slow_site_that_bears_it_gets_all_workers() -> None:
    """Two seconds a call, however many there are, is no sign of trouble."""
    site = simulated(workers=3)

    for _ in range(30):
        site.ask(2.0)

    assert site.pace.at_once == 3


def test_trouble_slows_it_down_at_once_and_it_recovers_more_carefully() -> None:
    """After a proxy's 502 there is one call at a time, and more good answers are needed than before to go up."""
    site = simulated(workers=3)
    for _ in range(30):
        site.ask()

    site.pace.strained()
    after = site.pace.at_once
    needed = 0
    while site.pace.at_once == after:
        site.ask()
        needed += 1

    assert after == 1
    assert needed > 3


def test_nobody_calls_before_retry_after_is_over() -> None:
    """The wish of a busy site holds for all threads, and a shorter one that follows does not end it."""
    site = simulated()
    site.ask()
    before = site.time.now()

    site.pace.strained(30.0)
    site.pace.strained(1.0)
    site.ask()

    assert site.began[-1] - before >= 30


def test_a_site_that_wants_to_be_left_alone_for_hours_is_not_waited_for() -> None:
    """What waits longer than ten minutes is given up by whoever calls; the pace holds back no longer than that."""
    site = simulated()
    site.ask()
    before = site.time.now()

    site.pace.strained(86_400.0)
    site.ask()

    assert LONGEST_WAIT <= site.began[-1] - before < LONGEST_WAIT + 1


def ask_in_vain(site: Simulated) -> int:
    """Ask a site that is not there until it is not asked any more; return how often it was."""
    tries = 0
    with suppress(SiteDownError):
        while True:
            with site.pace.turn():
                tries += 1
                site.pace.unreachable()
            site.pace.pause(wait_before(tries))
    return tries


def test_a_site_that_is_down_is_not_asked_any_more() -> None:
    """Many calls in a row without an answer, over two minutes: no further one begins."""
    site = simulated()
    site.ask()

    tries = ask_in_vain(site)

    assert 10 <= tries < 20
    with pytest.raises(SiteDownError, match="has not answered for 2 minutes"):
        site.ask()


def test_a_short_absence_does_not_stop_a_run() -> None:
    """A site that is started anew, a minute without an answer, is waited for."""
    site = simulated()
    site.ask()
    gone = site.time.now()

    tries = 0
    while site.time.now() < gone + 60:
        with site.pace.turn():
            tries += 1
            site.pace.unreachable()
        site.pace.pause(wait_before(tries))
    site.ask()

    assert len(site.began) == 2


def test_a_site_is_down_only_when_many_calls_fail_over_long() -> None:
    """Not when many fail at one moment, nor when some do after a long rest; an answer begins the count anew."""
    site = simulated()
    site.ask()

    for _ in range(15):
        site.pace.unreachable()
    site.ask()
    site.time.wait(300, Event())
    for _ in range(2):
        site.pace.unreachable()
    site.ask()

    assert len(site.began) == 3


def test_whoever_interrupts_waits_for_no_pause() -> None:
    """A pause of ten minutes is over at once, and no call begins after it."""
    pace = Pace()
    pace.answered(0.01)
    told: list[str] = []

    def wait() -> None:
        try:
            pace.pause(LONGEST_WAIT)
        except InterruptedCallError as error:
            told.append(str(error))

    waiting = Thread(target=wait, daemon=True)
    waiting.start()
    pace.interrupt()
    waiting.join(10)

    assert told == ["The run was interrupted before this row; begin it again to go on."]
    with pytest.raises(InterruptedCallError), pace.turn():
        pass


def test_no_more_calls_at_a_time_than_allowed() -> None:
    """However many threads there are."""
    pace = Pace(2)
    for _ in range(3):
        pace.answered(0.01)
    under_way, most = [0], [0]
    done = Event()

    def call() -> None:
        with pace.turn():
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
            done.wait(0.02)
            under_way[0] -= 1

    threads = [Thread(target=call, daemon=True) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert most[0] == 2


def test_waits_grow_and_have_an_end() -> None:
    """Half a second, then twice as long each time, at most twenty seconds."""
    assert [wait_before(n) for n in range(1, 9)] == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]
