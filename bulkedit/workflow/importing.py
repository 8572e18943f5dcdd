"""Import a workbook into the catalogue it came from."""

from collections.abc import Sequence
from pathlib import Path

from bulkedit.ckan.address import normal_address
from bulkedit.ckan.send import send
from bulkedit.ckan.site import Site
from bulkedit.core.answers import Answer, Planned, Unclear
from bulkedit.core.catalogue import Catalogue, id_of, tabulate, tabulate_as
from bulkedit.core.edits import RowEdit
from bulkedit.core.json_value import Package, dicts
from bulkedit.core.meta import Identity
from bulkedit.core.outcomes import Settled
from bulkedit.core.plan import Call
from bulkedit.core.report import Report
from bulkedit.core.trouble import RunError
from bulkedit.excel.read import Book
from bulkedit.newcomers import Newcomers
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.exporting import editable_organizations
from bulkedit.workflow.job import ImportOptions, Job, Progress, Sender, foresee


class Import(Job):
    """One workbook on its way into one catalogue."""

    def __init__(
        self, site: Site, path: Path, options: ImportOptions, *, run: str = "", clock: Clock = now
    ) -> None:
        """Read the workbook and the live state of what it edits.

        Args:
            site: the catalogue.
            path: the workbook.
            options: how it is imported.
            run: what the run is called; otherwise something new.
            clock: tells the time.

        Raises:
            RunError: it cannot be done; nothing was sent.
        """
        self.site = site
        super().__init__(path, options, self._arrive, run=run, clock=clock)

    def _arrive(self, book: Book) -> "_Online":
        """Return the site as the other side of a workbook that belongs there and may be sent there."""
        refuse_other_site(book.identity, self.site.url)
        _refuse_without_rights(self.site, book.identity)
        return _Online(self.site, book)

    @property
    def deletions(self) -> int:
        """How many packages and resources the workbook asks to delete that are there."""
        asked = [row for row in self.edits.rows if row.asks and row.action == "delete"]
        return sum(not row.table.level.of_items and self._is_there(row) for row in asked)

    def _is_there(self, row: RowEdit) -> bool:
        live = self.live.get(row.package)
        if live is None:
            return False
        return not row.resource or row.owner in {id_of(resource) for resource in dicts(live.get("resources"))}

    def run(self, sender: Sender, progress: Progress | None = None) -> list[Settled]:
        """See `Job.run`; large files are told on their way."""
        self.site.client.progress = progress
        return super().run(sender, progress)

    def send(self, call: Call) -> Answer:
        """Send a call to the site (the `Sender` of an import)."""
        try:
            return send(self.site.client, call)
        except KeyboardInterrupt:
            self.interrupted = True
            return Unclear("The run was interrupted while the site was at it.")

    def foreseen(self) -> tuple[Report, int]:
        """Return what an import would do, and how many packages it would write to."""
        settled = self.run(foresee)
        return self._report(settled, dry_run=True), sum(isinstance(one.answer, Planned) for one in settled)


class _Online:
    """A site, for a workbook that came from it."""

    def __init__(self, site: Site, book: Book) -> None:
        self._site, self._layout = site, book.layout
        self._newcomers = Newcomers(site, book.identity)

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


def _refuse_without_rights(site: Site, identity: Identity) -> None:
    """Make sure that an import can begin.

    Raises:
        RunError: the user may not edit what the workbook holds, or the site cannot take it.
    """
    editable = {one.id for one in editable_organizations(site)}
    if identity.organizations and not editable & identity.organizations.keys():
        names = ", ".join(identity.organizations.values())
        raise RunError(f"Your token may read but not edit {names} on {site.url}; ask for the role of editor.")
    if not site.can_revise():
        raise RunError(
            f"{site.url} cannot take an import: it has no package_revise (CKAN before 2.9); ask those who run it."
        )


def refuse_other_site(identity: Identity, url: str) -> None:
    """Make sure that a workbook goes back to the site it came from.

    Raises:
        RunError: it came from another.
    """
    if normal_address(identity.site) != normal_address(url):
        raise RunError(
            f"This workbook was exported from {identity.site} and goes back only there; you gave {url}."
        )
