"""Misbehaviour on demand: which calls go wrong, and how.

A rule in words, as for ``bulkedit sandbox --misbehave``: ``package_revise cut-after``, ``package_revise 503
skip=1 times=2``, ``* delay seconds=0.2``.
"""

import hashlib
from dataclasses import dataclass
from enum import Enum
from threading import Lock

from bulkedit.core.trouble import RunError

_A_DAY = 86_400.0


class Fault(Enum):
    """A way to misbehave."""

    DELAY = "delay"
    """Answer rightly, late."""
    CUT_BEFORE = "cut-before"
    """Close the connection; nothing was done."""
    CUT_AFTER = "cut-after"
    """Do it, then close the connection without an answer."""
    SILENT = "silent"
    """Do it, and never answer (for as many seconds)."""
    BUSY = "429"
    """Too many requests, with ``Retry-After``; nothing was done."""
    BAD_GATEWAY = "502"
    """A proxy's page; nothing was done."""
    BAD_GATEWAY_AFTER = "502-after"
    """Do it, and answer with a proxy's page."""
    UNAVAILABLE = "503"
    """A proxy's page with ``Retry-After``; nothing was done."""
    TIMEOUT = "504"
    """A proxy's page after having done it (and after as many seconds)."""
    HTML = "html"
    """A page with status 200, as login walls send it; nothing was done."""
    SLOW_BODY = "slow-body"
    """Do it, and send the answer drop by drop."""
    HALF_BODY = "half-body"
    """Do it, and send half the answer."""
    FAILED = "500"
    """CKAN's own internal error; nothing was done."""


@dataclass(frozen=True)
class FaultRule:
    """Which calls go wrong, and how.

    Attributes:
        action: name of the action, or ``*`` for any.
        fault: how.
        skip: how many calls go well first.
        times: how many go wrong after that; 0 for all.
        seconds: of a delay or silence, or what ``Retry-After`` says; None for what is usual.
        every: only each so-manieth call.
        share: only so many of the calls, from 0 to 1, as chance has it.
        seed: which chance: the same calls go wrong with the same seed.
    """

    action: str
    fault: Fault
    skip: int = 0
    times: int = 0
    seconds: float | None = None
    every: int = 1
    share: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense.

        Raises:
            ValueError: so.
        """
        sound = 0 <= self.pause <= _A_DAY and 0 <= self.share <= 1
        if self.every < 1 or min(self.skip, self.times) < 0 or not sound:
            raise ValueError(self)

    @property
    def pause(self) -> float:
        """How many seconds it takes, or asks for: one, but for a 504, which need take none."""
        return self.seconds if self.seconds is not None else 0.0 if self.fault is Fault.TIMEOUT else 1.0

    @classmethod
    def parsed(cls, text: str) -> "FaultRule":
        """Read a rule written in words.

        Raises:
            RunError: it is none.
        """
        action, _, rest = text.strip().partition(" ")
        fault, *options = rest.split() or [""]
        try:
            said = dict(option.split("=") for option in options)
            seconds = float(said.pop("seconds")) if "seconds" in said else None
            share = float(said.pop("share", cls.share))
            counts = {key: int(value) for key, value in said.items()}
            return cls(action, Fault(fault), seconds=seconds, share=share, **counts)
        except (ValueError, TypeError):
            faults = ", ".join(one.value for one in Fault)
            raise RunError(
                f"{text!r} is no rule: it must read ACTION FAULT [skip=N] [times=N] [every=N] [seconds=S]"
                " [share=0..1] [seed=N]"
                f" with one of the faults {faults}."
            ) from None

    def matches(self, call: int) -> bool:
        """Tell whether the so-manieth call (from 0) of the action goes wrong."""
        at = call - self.skip
        due = at >= 0 and at % self.every == 0 and (not self.times or at // self.every < self.times)
        return due and (self.share >= 1 or self._chance(call) < self.share)

    def _chance(self, call: int) -> float:
        """Return a number from 0 to 1 for a call, the same each time."""
        drawn = hashlib.sha256(f"{self.seed} {self.action} {self.fault.value} {call}".encode()).digest()
        return int.from_bytes(drawn[:8], "big") / 2**64


class Faults:
    """The rules in force, and how often each has been asked."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rules: list[tuple[FaultRule, list[int]]] = []

    def add(self, rule: FaultRule) -> None:
        """Put a rule into force."""
        with self._lock:
            self._rules.append((rule, [0]))

    def clear(self) -> None:
        """Behave again."""
        with self._lock:
            self._rules.clear()

    def of(self, action: str) -> FaultRule | None:
        """Return the rule by which this call of an action goes wrong, if any."""
        with self._lock:
            struck = None
            for rule, asked in self._rules:
                if rule.action in ("*", action):
                    if struck is None and rule.matches(asked[0]):
                        struck = rule
                    asked[0] += 1
            return struck
