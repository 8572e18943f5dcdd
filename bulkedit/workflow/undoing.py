"""Take back a run: what it changed becomes what it was, and what others did since stays."""

import secrets
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

from bulkedit.ckan.site import Site, same_address
from bulkedit.core.answers import Accepted, Answer, NotSent, Planned, Unclear
from bulkedit.core.catalogue import id_of
from bulkedit.core.edits import Edits
from bulkedit.core.json_value import Package, dicts, text_of
from bulkedit.core.plan import CREATE, Call
from bulkedit.core.report import Report
from bulkedit.core.restoring import plan_restoration
from bulkedit.core.trouble import RunError
from bulkedit.core.undo import Step, undo
from bulkedit.core.undone import Ending, Told, outcomes_of_undo
from bulkedit.ledger import CallOutcome, Ledger, Run, RunState, Sent, who
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.delivery import Delivery, bring
from bulkedit.workflow.exporting import editable_organizations
from bulkedit.workflow.job import Progress, Sender, foresee
from bulkedit.workflow.keeping import keeping, overwritten, saved_files


@dataclass
class Touched:
    """A package that a run touched.

    Attributes:
        key: its id; of one whose creation was never answered, its name.
        name: what it was called.
        steps: the run's calls that stored something, or may have.
    """

    key: str
    name: str
    steps: list[Step] = field(default_factory=list)


def find_run(ledger: Ledger, asked: str) -> Run:
    """Return the run that is to be taken back.

    Args:
        ledger: the ledger.
        asked: the beginning of its id, or the path of a workbook, whose latest run it is; empty for the latest.

    Raises:
        LedgerError: the ledger has no such run, or cannot be used.
        RunError: no run stored anything.
    """
    workbook = Path(asked) if asked.lower().endswith((".xlsx", ".xlsm")) else None
    if asked and workbook is None:
        run = ledger.run(asked)
        if not touched_by(ledger.calls(run.id)):
            raise RunError(f"Run {run.id} stored nothing, so there is nothing to undo.")
        return run
    runs = ledger.runs(str(workbook.resolve()) if workbook is not None else "")
    for run in runs:
        if touched_by(ledger.calls(run.id)):
            return run
    where = f"No run of {workbook}" if workbook is not None else "No run"
    raise RunError(f"{where} in the ledger {ledger.path} stored anything, so there is nothing to undo.")


def touched_by(calls: Sequence[Sent]) -> list[Touched]:
    """Return the packages that calls changed, or may have changed, in the order of the first call to each."""
    found: dict[str, Touched] = {}
    by_name: dict[str, str] = {}
    for call in calls:
        if call.outcome is CallOutcome.NOT_STORED:
            continue
        created = call.action == CREATE
        key = by_name.get(call.name, call.package) if not created else call.name
        if created and call.after is not None:
            key = id_of(call.after)
        if created and call.after is None:
            by_name[call.name] = key  # what came after the answer that did not come has an id
        known = found.setdefault(key, Touched(key, call.name))
        known.steps.append(Step(call.action, call.payload, call.before, call.after))
        if call.before is not None:
            known.key = id_of(call.before)
    return [*found.values()]


class Undo:
    """A run on its way back.

    Attributes:
        target: the run that is taken back.
        touched: the packages that it touched.
        interrupted: somebody stopped the undo.
    """

    def __init__(
        self,
        site: Site,
        ledger: Ledger,
        target: Run,
        *,
        run: str = "",
        clock: Clock = now,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        """Make sure that the run can be taken back, here and by this user.

        Args:
            site: the catalogue.
            ledger: the ledger that knows the run.
            target: the run.
            run: what the undo is called; otherwise something new.
            clock: tells the time.
            pause: waits a number of seconds.

        Raises:
            RunError: it cannot; nothing was sent.
        """
        if not same_address(target.site, site.url):
            raise RunError(
                f"Run {target.id} went to {target.site} and can be undone only there; you gave {site.url}."
            )
        self.site, self.ledger, self.target = site, ledger, target
        self.run_id, self._clock, self._pause = run or secrets.token_hex(4), clock, pause
        self.interrupted = False
        self._locks = ExitStack()
        self._claim()
        try:
            self._refuse_without_rights()
            self.touched = touched_by(ledger.calls(target.id))
            self._told = Told(ledger.rows(target.id))
            self._saved = saved_files(ledger.files_of(target.id))
            self._live: dict[str, Package | None] = {}
            self._groups: list[str] | None = None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let other runs at what this one kept from them."""
        self._locks.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *trouble: object) -> None:
        self.close()

    def _claim(self) -> None:
        """Keep other runs of this computer away.

        Raises:
            LedgerError: one of them is at it.
        """
        alive = f"Run {self.target.id} is still under way; undo it when it has ended."
        with ExitStack() as claimed:
            claimed.callback(self.ledger.claim(f"run {self.target.id}", alive).release)
            for key, name in self.target.organizations.items():
                busy = f"Another run of bulkedit on this computer is at work in {name}; undo when it has ended."
                claimed.callback(self.ledger.claim(f"organization {self.site.url} {key}", busy).release)
            claimed.callback(self.ledger.claim(f"run {self.run_id}", alive).release)
            self._locks = claimed.pop_all()

    def _refuse_without_rights(self) -> None:
        """Make sure that the user may undo the run.

        Raises:
            RunError: he may not, or the site cannot do it.
        """
        editable = {one.id for one in editable_organizations(self.site)}
        if self.target.organizations and not editable & self.target.organizations.keys():
            names = ", ".join(self.target.organizations.values())
            raise RunError(
                f"Your token may read but not edit {names} on {self.site.url}; ask for the role of editor."
            )
        if not self.site.can_revise():
            raise RunError(
                f"{self.site.url} cannot take an undo: it has no package_revise (CKAN before 2.9); ask those who"
                " run it."
            )

    # -- package by package

    def foreseen(self) -> tuple[Report, int]:
        """Return what the undo would do, and how many packages it would write to."""
        endings = self._endings(foresee, None)
        return self._report(endings, dry_run=True), sum(isinstance(one.answer, Planned) for one in endings)

    def run(self, progress: Progress | None = None) -> Report:
        """Take the run back, note it in the ledger, and return what became of each row.

        Raises:
            LedgerError: the undo cannot be noted; nothing was sent.
        """
        noted = Run(
            self.run_id,
            "undo",
            self._clock(),
            self.site.url,
            self.site.user(),
            who(),
            self.target.organizations,
            self.target.workbook,
            self.target.digest,
            undoes=self.target.id,
        )
        self.ledger.begin(noted)
        delivery = Delivery(self.site, self.ledger, noted, self._clock)
        sender = keeping(delivery, self.site, self.ledger.files_of(self.run_id), overwritten)
        report = self._report(self._endings(sender, progress), dry_run=False)
        state = RunState.INTERRUPTED if self.interrupted else RunState.STOPPED if report.stopped else RunState.DONE
        rows = report.to_json()["rows"]
        self.ledger.end(self.run_id, state, self._clock(), report.counts, rows if isinstance(rows, list) else [])
        return report

    def _endings(self, sender: Sender, progress: Progress | None) -> list[Ending]:
        """Bring every package to its end, the one touched last first: it may hold another's old name."""
        endings: dict[str, Ending] = {}
        stopped: NotSent | None = None
        for done, one in enumerate(reversed(self.touched), 1):
            ending = Ending(one.name, answer=stopped) if stopped is not None else self._ending(one, sender)
            endings[one.key] = ending
            if stopped is None and isinstance(ending.answer, NotSent):
                stopped = NotSent(f"The undo stopped before this row: {ending.answer.reason}")
            if stopped is None and self.interrupted:
                stopped = NotSent("The undo was interrupted before this row; undo again to go on.")
            if progress is not None:
                progress("packages", done, len(self.touched))
        return [endings[one.key] for one in self.touched]

    def _ending(self, touched: Touched, sender: Sender) -> Ending:
        def attempt(before: int) -> Ending:
            try:
                return self._attempt(touched, sender, anew=before > 0)
            except RunError as error:
                return Ending(touched.name, answer=NotSent(str(error)))

        def arrived(unclear: Ending, live: Package | None) -> Ending:
            return replace(unclear, answer=Accepted(live)) if live is not None else unclear

        return bring(attempt, arrived, lambda silences: self._pause(min(2.0**silences, 30.0)))

    def _attempt(self, touched: Touched, sender: Sender, *, anew: bool) -> Ending:
        if anew or touched.key not in self._live:
            self._live[touched.key] = self.site.package(touched.key)
        live = self._live[touched.key]
        if live is None:
            never = touched.steps[0].before is None and touched.steps[0].after is None
            return Ending(touched.name, gone=not never)
        undone = undo(live, touched.steps, self._saved)
        call = plan_restoration(live, undone.target, undone.files, self._groups_for(live, undone.target))
        answer = None if call is None else self._sent(call, sender)
        return Ending(text_of(live.get("name")), undone, live, answer)

    def _groups_for(self, *packages: Package) -> Sequence[str]:
        """Return the groups that the user may use, asked for when a package is in any."""
        if not any(dicts(package.get("groups")) for package in packages):
            return ()
        if self._groups is None:
            self._groups = self.site.groups()
        return self._groups

    def _sent(self, call: Call, sender: Sender) -> Answer:
        try:
            return sender(call)
        except KeyboardInterrupt:
            self.interrupted = True
            return Unclear("The undo was interrupted while the site was at it.")

    def _report(self, endings: Sequence[Ending], *, dry_run: bool) -> Report:
        outcomes = [outcome for one in endings for outcome in outcomes_of_undo(one, self._told)]
        return Report(
            self.run_id,
            self._clock(),
            dry_run,
            self.site.url,
            self.target.workbook,
            outcomes,
            Edits(()),
            self.site.client.reads,
            self.site.client.writes,
            stopped=any(isinstance(one.answer, NotSent) for one in endings),
        )
