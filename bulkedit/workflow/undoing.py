"""Take back a run: what it changed becomes what it was, and what others did since stays."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from bulkedit.ckan.pace import WORKERS
from bulkedit.ckan.site import Site, same_address
from bulkedit.core.answers import Accepted, NotSent, Planned, Unavailable
from bulkedit.core.edits import Edits
from bulkedit.core.json_value import Package, dicts, text_of
from bulkedit.core.report import Report
from bulkedit.core.restoring import plan_restoration
from bulkedit.core.trouble import RunError
from bulkedit.core.undo import undo
from bulkedit.core.undone import Ending, Told, outcomes_of_undo
from bulkedit.ledger import Ledger, Run, RunState, who
from bulkedit.workflow.claims import Claimant, Claims
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.crew import work_off
from bulkedit.workflow.delivery import Delivery, Sender, bring, foresee, wait_for
from bulkedit.workflow.job import Progress
from bulkedit.workflow.keeping import keeping, overwritten, saved_files
from bulkedit.workflow.rights import refuse_without_rights
from bulkedit.workflow.touched import Touched, lanes_back, touched_by


class Undo(Claimant):
    """A run on its way back.

    Attributes:
        target: the run that is taken back.
        touched: the packages that it touched.
        interrupted: somebody stopped the undo.
    """

    def __init__(self, site: Site, ledger: Ledger, target: Run, *, run: str = "", clock: Clock = now) -> None:
        """Make sure that the run can be taken back, here and by this user.

        Args:
            site: the catalogue.
            ledger: the ledger that knows the run.
            target: the run.
            run: what the undo is called; otherwise something new.
            clock: tells the time.

        Raises:
            RunError: it cannot; nothing was sent.
        """
        if not same_address(target.site, site.url):
            raise RunError(
                f"Run {target.id} went to {target.site} and can be undone only there; you gave {site.url}."
            )
        self.site, self.ledger, self.target = site, ledger, target
        self.run_id, self._clock = run or secrets.token_hex(4), clock
        self.interrupted = False
        self._stopped: NotSent | None = None
        self._delivery: Delivery | None = None
        self._claims = Claims(ledger)
        try:
            self._claim()
            refuse_without_rights(site, target.organizations)
            self._revises = site.can_revise()
            self.touched = touched_by(ledger.calls(target.id))
            self._told = Told(ledger.rows(target.id))
            self._saved = saved_files(ledger.files_of(target.id))
            self._live: dict[str, Package | None] = {}
            self._groups: list[str] | None = None
        except BaseException:
            self.close()
            raise

    def _claim(self) -> None:
        """Keep other runs of this computer away.

        Raises:
            LedgerError: one of them is at it.
        """
        self._claims.ended(self.target.id)
        self._claims.organizations(self.site.url, self.target.organizations)
        self._claims.run(self.run_id)

    # -- package by package

    def foreseen(self) -> tuple[Report, int]:
        """Return what the undo would do, and how many packages it would write to."""
        endings = self._endings(foresee)
        return self._report(endings, dry_run=True), sum(isinstance(one.answer, Planned) for one in endings)

    def run(self, progress: Progress | None = None, workers: int = WORKERS) -> Report:
        """Take the run back, note it in the ledger, and return what became of each row.

        Args:
            progress: told of packages that are done.
            workers: most packages at a time.

        Raises:
            LedgerError: the undo cannot be noted; nothing was sent.
            KeyboardInterrupt: somebody did not want to wait for the calls under way.
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
        self.site.client.progress = progress
        self._delivery = Delivery(self.site, self.ledger, noted, self._clock)
        self._delivery.begin()
        sender = keeping(self._delivery, self.site, self.ledger.files_of(self.run_id), overwritten)
        report = self._report(self._endings(sender, progress, workers), dry_run=False)
        state = RunState.INTERRUPTED if self.interrupted else RunState.STOPPED if report.stopped else RunState.DONE
        return self._delivery.end(report, state)

    def _endings(self, sender: Sender, progress: Progress | None = None, workers: int = 1) -> list[Ending]:
        """Bring every package to its end; return them in the order in which the run told of them."""
        by_key = {one.key: one for one in self.touched}

        def done(count: int) -> None:
            if progress is not None:
                progress("packages", count, len(by_key))

        found = work_off(
            lanes_back(self.touched),
            lambda key: self._ending(by_key[key], sender),
            workers,
            done=done,
            interrupted=self._interrupt,
        )
        return [found[one.key] for one in sorted(self.touched, key=lambda one: self._told.order(one.name))]

    def _interrupt(self) -> None:
        """Send nothing more; what is under way goes on."""
        self.interrupted = True
        self._stopped = self._stopped or NotSent("The undo was interrupted before this row; undo again to go on.")
        self.site.client.pace.interrupt()

    def _ending(self, touched: Touched, sender: Sender) -> Ending:
        if self._stopped is not None:
            return Ending(touched.name, answer=self._stopped)
        try:
            ending = self._brought(touched, sender)
        except Exception as error:  # a mistake of ours must not lose the answers to what was sent already
            said = f"bulkedit made a mistake here ({type(error).__name__}); please report it."
            ending = Ending(touched.name, answer=NotSent(said))
        if self._stopped is None and isinstance(ending.answer, NotSent):
            self._stopped = NotSent(f"The undo stopped before this row: {ending.answer.reason}")
        return ending

    def _brought(self, touched: Touched, sender: Sender) -> Ending:
        """Bring one package to its end; see `delivery.bring`."""

        def arrived(unclear: Ending, live: Package | None) -> Ending:
            if live is None:
                return unclear
            if self._delivery is not None and unclear.call is not None:
                self._delivery.arrived(unclear.call, live)
            return replace(unclear, answer=Accepted(live))

        return bring(
            lambda before: self._attempt(touched, sender, anew=before > 0),
            lambda answer: Ending(touched.name, answer=answer),
            arrived,
            lambda silences: wait_for(self.site, silences),
        )

    def _attempt(self, touched: Touched, sender: Sender, *, anew: bool) -> Ending:
        if anew or touched.key not in self._live:
            self._live[touched.key] = self.site.package(touched.key)
        live = self._live[touched.key]
        if live is None:
            never = touched.steps[0].before is None and touched.steps[0].after is None
            return Ending(touched.name, gone=not never)
        undone = undo(live, touched.steps, self._saved)
        groups = self._groups_for(live, undone.target)
        calls = plan_restoration(live, undone.target, undone.files, groups, revise=self._revises)
        ending = Ending(text_of(live.get("name")), undone, live, called=touched.name)
        for call in calls:
            package = ending.answer.package if isinstance(ending.answer, Accepted) else live
            sent = replace(call, before=package)
            ending = replace(ending, call=sent, answer=sender(sent))
            if isinstance(ending.answer, Unavailable):
                self._revises = False
                return self._attempt(touched, sender, anew=True)
            if not isinstance(ending.answer, Accepted | Planned):
                break
        return ending

    def _groups_for(self, *packages: Package) -> Sequence[str]:
        """Return the groups that the user may use, asked for when a package is in any."""
        if not any(dicts(package.get("groups")) for package in packages):
            return ()
        if self._groups is None:
            self._groups = self.site.groups()
        return self._groups

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
            atomic=self._revises,
        )
