"""Time that nobody waits for: waits are noted, and are over at once."""

import time
from threading import Event

from bulkedit.ckan.pace import RealTime


class QuickTime(RealTime):
    """Time in which waiting takes none, and is counted all the same.

    Args:
        waits: where the seconds of each wait are noted.
    """

    def __init__(self, waits: list[float] | None = None) -> None:
        self.waits = [] if waits is None else waits
        self._ahead = 0.0

    def now(self) -> float:
        """Return seconds from some beginning, those that were waited for included."""
        return time.monotonic() + self._ahead

    def wait(self, seconds: float, over: Event) -> None:
        """Note a wait."""
        self.waits.append(seconds)
        self._ahead += seconds
        time.sleep(0.001)  # others may go on
