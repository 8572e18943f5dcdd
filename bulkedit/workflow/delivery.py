"""One package's changes, brought to their end: sent, and read again, until it is known what became of them."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Protocol, TypeVar

from bulkedit.ckan.errors import CallError
from bulkedit.ckan.pace import wait_before
from bulkedit.ckan.send import send
from bulkedit.ckan.site import Site
from bulkedit.core.answers import (
    Accepted,
    Answer,
    Denied,
    Mismatched,
    NotSent,
    Planned,
    Rejected,
    Unavailable,
    Unclear,
)
from bulkedit.core.calls import Call
from bulkedit.core.json_value import Package
from bulkedit.core.report import Report
from bulkedit.core.trouble import RunError
from bulkedit.ledger import CallOutcome, Ledger, LedgerError, Run, RunState
from bulkedit.workflow.clock import Clock, now

Sender = Callable[[Call], Answer]
"""Carries a call out, or says what would be done: the only difference between an import and a dry run."""


def foresee(call: Call) -> Answer:
    """Send nothing (the `Sender` of a dry run)."""
    del call
    return Planned()


ATTEMPTS = 3
"""How often a package that somebody keeps changing is read and sent again."""

UNCLEAR_ATTEMPTS = 8
"""How often a package is read and, where nothing has arrived, sent again, when answers do not come."""


class Attempted(Protocol):
    """What is known after trying to send a package's changes."""

    @property
    def answer(self) -> Answer | None:
        """What became of the call; None where there was nothing to send."""

    @property
    def live(self) -> Package | None:
        """The package as it was read before."""

    @property
    def arrived(self) -> bool:
        """Tell whether everything that was to be sent is on the site already."""

    @property
    def doubtful(self) -> bool:
        """Tell whether a refusal may mean that the same has just been stored by an earlier run."""


T = TypeVar("T", bound=Attempted)


def bring(
    attempt: Callable[[int], T],
    failed: Callable[[NotSent], T],
    arrived: Callable[[T, Package | None], T],
    pause: Callable[[int], None],
) -> T:
    """Send a package's changes until it is known what became of them, or patience is at its end.

    Each attempt after the first reads the package anew and compares, so nothing that has arrived is sent twice.
    What was sent without an answer has arrived if there is nothing left to send. As long as it has not, a refusal
    may be the doing of its twin, which the site was still busy with: that is tried once more.

    Args:
        attempt: reads the package (the first time, it may have been read before), compares, sends; told how many
            attempts there were before.
        failed: makes of trouble with the site, or the ledger, an attempt that sent nothing.
        arrived: makes of an attempt without an answer, and the package as found afterwards, one that succeeded.
        pause: waits, after so many answers that did not come, before the package is read again.
    """
    unclear: T | None = None
    mismatches = silences = refusals = tries = 0
    while True:
        try:
            one = attempt(tries)
        except RunError as error:
            one = failed(NotSent(str(error)))
        tries += 1
        match one.answer:
            case None if unclear is not None and one.arrived:
                return arrived(unclear, one.live)
            case Mismatched() if (mismatches := mismatches + 1) < ATTEMPTS:
                continue
            case Unclear():
                unclear = one
                if (silences := silences + 1) >= UNCLEAR_ATTEMPTS:
                    return one
                pause(silences)
            case Rejected() | Denied() if (unclear is not None or one.doubtful) and refusals == 0:
                refusals += 1
                pause(silences)
            case NotSent() if unclear is not None:
                return unclear  # that the site cannot be asked now does not make known what became of it
            case _:
                return one


def wait_for(site: Site, silences: int) -> None:
    """Wait, after so many answers that did not come, before a site is asked what became of them."""
    with suppress(CallError):  # interrupted: whoever asks next is told
        site.client.pace.pause(wait_before(silences))


class Delivery:
    """One run while it is carried out: its calls, each noted in the ledger before it is sent and after.

    It is the `Sender` of a run that sends; for several threads at once.

    Args:
        site: the catalogue.
        ledger: where calls are noted.
        run: the run.
        clock: tells the time.

    Attributes:
        trouble: why the ledger does not know what became of a call, one sentence; empty where it knows.
    """

    def __init__(self, site: Site, ledger: Ledger, run: Run, clock: Clock = now) -> None:
        self._site, self._ledger, self.run, self._clock = site, ledger, run, clock
        self._unclear: dict[str, int] = {}
        self.trouble = ""

    def begin(self) -> None:
        """Note that the run begins.

        Raises:
            LedgerError: it cannot be noted.
        """
        self._ledger.begin(self.run)

    def end(self, report: Report, state: RunState) -> Report:
        """Note how the run ended; return the report, which says so where that cannot be noted."""
        try:
            self._ledger.end(self.run.id, state, self._clock(), report.counts, report.rows_for_ledger())
        except LedgerError as error:
            return replace(report, unnoted=str(error))
        return replace(report, unnoted=self.trouble)

    def __call__(self, call: Call) -> Answer:
        """Send a call, and return what became of it."""
        try:
            self._forget_twin(call)
            number = self._ledger.intend(
                self.run.id, call.package, call.name, call.action, call.payload, call.before, self._clock()
            )
        except LedgerError as error:
            return NotSent(str(error))
        answer = send(self._site.client, call)
        try:
            self._note(number, answer)
        except LedgerError as error:
            self.trouble = str(error)
        if isinstance(answer, Unclear):
            self._unclear[call.package] = number
        return answer

    def _forget_twin(self, call: Call) -> None:
        """Note of a call without an answer that it did not arrive, since it is sent once more."""
        number = self._unclear.pop(call.package, None)
        if number is not None:
            self._ledger.answered(number, CallOutcome.NOT_STORED, self._clock(), reason="It was sent once more.")

    def arrived(self, call: Call, package: Package) -> None:
        """Note that a call without an answer was stored, as the package shows."""
        number = self._unclear.pop(call.package, None)
        if number is not None:
            try:
                self._ledger.answered(number, CallOutcome.STORED, self._clock(), after=package)
            except LedgerError as error:
                self.trouble = str(error)

    def _note(self, number: int, answer: Answer) -> None:
        match answer:
            case Accepted(package):
                self._ledger.answered(number, CallOutcome.STORED, self._clock(), after=package)
            case Unclear(reason):
                self._ledger.answered(number, CallOutcome.UNKNOWN, self._clock(), reason=reason)
            case Mismatched() | Rejected() | Unavailable():
                self._ledger.answered(
                    number, CallOutcome.NOT_STORED, self._clock(), reason=type(answer).__name__.lower()
                )
            case Denied(reason) | NotSent(reason):
                self._ledger.answered(number, CallOutcome.NOT_STORED, self._clock(), reason=reason)
            case _:
                raise AssertionError(answer)
