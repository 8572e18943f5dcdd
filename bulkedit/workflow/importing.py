"""Import a workbook into the catalogue it came from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from bulkedit.ckan.pace import WORKERS
from bulkedit.ckan.site import Site, same_address
from bulkedit.core.catalogue import Catalogue, id_of, tabulate, tabulate_as
from bulkedit.core.edits import RowEdit
from bulkedit.core.json_value import Package, dicts
from bulkedit.core.meta import Identity
from bulkedit.core.report import Report
from bulkedit.core.trouble import RunError
from bulkedit.excel.read import Book
from bulkedit.excel.save import tidy
from bulkedit.ledger import Ledger, Run, RunState, who
from bulkedit.newcomers import Newcomers
from bulkedit.workflow.claims import Claimant, Claims
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.delivery import Delivery, Sender, foresee, wait_for
from bulkedit.workflow.job import ImportOptions, Job, Progress
from bulkedit.workflow.keeping import keeping
from bulkedit.workflow.recovery import created_before, killed_runs
from bulkedit.workflow.rights import refuse_without_rights


class Import(Job, Claimant):
    """One workbook on its way into one catalogue."""

    def __init__(
        self,
        site: Site,
        path: Path,
        options: ImportOptions,
        *,
        ledger: Ledger | None = None,
        run: str = "",
        clock: Clock = now,
    ) -> None:
        """Read the workbook and the live state of what it edits.

        Args:
            site: the catalogue.
            path: the workbook.
            options: how it is imported.
            ledger: where the run is noted; None if nothing is to be sent.
            run: what the run is called; otherwise something new.
            clock: tells the time.

        Raises:
            RunError: it cannot be done; nothing was sent.
        """
        self.site, self._ledger, self._claims = site, ledger, Claims(ledger)
        self.killed: list[Run] = []
        try:
            self._claims.workbook(path)
            if ledger is not None:
                self.killed = killed_runs(ledger, path, clock())
                tidy(path)
            super().__init__(path, options, self._arrive, run=run, clock=clock)
        except BaseException:
            self.close()
            raise

    def _arrive(self, book: Book) -> "_Online":
        """Return the site as the other side of a workbook that belongs there and may be sent there."""
        refuse_other_site(book.identity, self.site.url)
        self._claims.organizations(self.site.url, book.identity.organizations)
        refuse_without_rights(self.site, book.identity.organizations)
        self._user = self.site.user() if self._ledger is not None else ""
        return _Online(self.site, book, created_before(self._ledger, self.path, book))

    @property
    def deletions(self) -> int:
        """How many packages and resources the workbook asks to delete that are there."""
        return sum(map(self._is_there, self._to_delete))

    @property
    def deletions_asked(self) -> int:
        """How many it asks to delete, with those that are gone already: a run that was killed deleted them."""
        return len(self._to_delete)

    @property
    def _to_delete(self) -> list[RowEdit]:
        asked = (row for row in self.edits.rows if row.asks and row.action == "delete")
        return [row for row in asked if not row.table.level.of_items]

    def _is_there(self, row: RowEdit) -> bool:
        live = self.live.get(row.package)
        if live is None:
            return False
        return not row.resource or row.owner in {id_of(resource) for resource in dicts(live.get("resources"))}

    def interrupt(self) -> None:
        """Let no further call begin; those under way go on."""
        super().interrupt()
        self.site.client.pace.interrupt()

    def carried_out(self, progress: Progress | None = None, workers: int = WORKERS) -> Report:
        """Send the edits, and return what became of each row, once it is written into the workbook.

        Args:
            progress: told of packages that are done, and of large files on their way.
            workers: most packages at a time.

        Raises:
            LedgerError: the run cannot be noted; nothing was sent.
            KeyboardInterrupt: somebody did not want to wait for the calls under way.
        """
        if self._ledger is None or not self.by_package or self.asked:
            return self.report(self.run(foresee, progress), dry_run=False)
        self.site.client.progress = progress
        self._claims.run(self.run_id)
        delivery = Delivery(self.site, self._ledger, self._run(), self._clock)
        delivery.begin()
        self.settling.arrived = delivery.arrived
        sender: Sender = delivery
        if self.options.keep_files:
            sender = keeping(sender, self.site, self._ledger.files_of(self.run_id))
        report = self.report(self.run(sender, progress, workers), dry_run=False)
        state = RunState.STOPPED if report.stopped or self.mistake else RunState.DONE
        return delivery.end(report, RunState.INTERRUPTED if self.interrupted else state)

    def _run(self) -> Run:
        """Return the run as the ledger notes it."""
        identity = self.book.identity
        return Run(
            self.run_id,
            "import",
            self._clock(),
            self.site.url,
            self._user,
            who(),
            identity.organizations,
            str(self.path.resolve()),
            self.original.digest,
        )


class _Online:
    """A site, for a workbook that came from it."""

    def __init__(self, site: Site, book: Book, created: Mapping[str, str]) -> None:
        self._site, self._layout = site, book.layout
        self._newcomers = Newcomers(site, book.identity, created)
        self.revises = site.can_revise()

    @property
    def url(self) -> str:
        return self._site.url

    @property
    def reads(self) -> int:
        return self._site.client.reads

    @property
    def writes(self) -> int:
        return self._site.client.writes

    def live(self, ids: Sequence[str]) -> dict[str, Package]:
        return self._site.live(ids)

    def package(self, key: str) -> Package | None:
        return self._site.package(key)

    def texts(self, live: Package | None, key: str) -> Catalogue:
        return tabulate(self._layout, []) if live is None else tabulate_as(self._layout, live, key or id_of(live))

    def named(self, rows: Sequence[RowEdit]) -> tuple[str, Package | None]:
        return self._newcomers.named(rows)

    def groups(self) -> list[str]:
        return self._site.groups()

    def pause(self, silences: int) -> None:
        wait_for(self._site, silences)


_ADDRESS_SHOWN = 200  # characters


def refuse_other_site(identity: Identity, url: str) -> None:
    """Make sure that a workbook goes back to the site it came from.

    Raises:
        RunError: it came from another.
    """
    if not same_address(identity.site, url):
        site = identity.site[:_ADDRESS_SHOWN]
        raise RunError(f"This workbook was exported from {site} and goes back only there; you gave {url}.")
