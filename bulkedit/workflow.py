"""Where the worlds meet: export a catalogue into a workbook, import a workbook into a catalogue."""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from bulkedit.ckan.send import send
from bulkedit.ckan.site import Organization, Site, organization_of
from bulkedit.core.advance import advance
from bulkedit.core.answers import Accepted, Answer, Mismatched, NotSent, Planned, Unclear
from bulkedit.core.arranging import organizations_named
from bulkedit.core.catalogue import id_of, tabulate, tabulate_as
from bulkedit.core.columns import FILE_COLUMN, Choice
from bulkedit.core.diff import Change, PackageDiff, diff_package
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.find import find_edits
from bulkedit.core.json_value import JSON, Package, dicts, text_of
from bulkedit.core.layout import by_type, layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.naming import is_placeholder
from bulkedit.core.outcomes import Outcome, Settled, at_rest, outcomes_of, together
from bulkedit.core.plan import CREATE, Call, plan_creation, plan_package
from bulkedit.core.refusal import places_of
from bulkedit.core.report import Report
from bulkedit.core.schema import Vocabulary
from bulkedit.core.sheets import HeaderError
from bulkedit.core.template import NO_TEMPLATE, Template, TemplateError
from bulkedit.core.trouble import RunError
from bulkedit.excel.original import Original
from bulkedit.excel.save import ensure_writable, is_open_elsewhere, save
from bulkedit.excel.write import Export, write_workbook
from bulkedit.newcomers import Newcomers, TakenError
from bulkedit.templating import templates_for
from bulkedit.uploading import examine_files

ATTEMPTS = 3
"""How often a package that somebody keeps changing is read and sent again."""

Progress = Callable[[str, int, int], None]
"""Told of long work: what, how many of how many are done."""


def now() -> str:
    """Return the UTC time, ISO 8601, to the second."""
    return datetime.now(UTC).replace(microsecond=0, tzinfo=None).isoformat()


Clock = Callable[[], str]
"""Tells the time as `now` does."""


# -- export


@dataclass(frozen=True)
class ExportReport:
    """A finished export: what was written where, with the number of rows of each sheet."""

    site: str
    organizations: Sequence[str]
    workbook: Path
    counts: Mapping[str, int]
    editable: bool


def export(
    site: Site,
    organizations: Sequence[str],
    output: Path | None = None,
    *,
    dataset_type: str = "",
    query: str = "",
    headers_as_names: bool = False,
    blank: bool = False,
    force: bool = False,
    templates: Sequence[Path] = (),
    language: str = "",
    clock: Clock = now,
) -> ExportReport:
    """Write the packages of organizations into a new workbook.

    Args:
        site: the catalogue.
        organizations: names, titles or ids.
        output: the workbook; by default the first organization's name.
        dataset_type: only packages of this type.
        query: a further filter in Solr's syntax.
        headers_as_names: write API names instead of labels into the header row.
        blank: no packages, but sheets ready to be filled with new ones: of the type, or of all that the site has.
        force: replace a file that exists.
        templates: files that say how dataset types are laid out, instead of those that ship.
        language: of the labels, where the schema has several; the site's own if empty.
        clock: tells the time.

    Raises:
        RunError: it cannot be done; no file was written or changed.
    """
    _, language_of_site = site.about()
    editable = editable_organizations(site)
    wanted = list({one.id: one for one in map(site.organization, organizations)}.values())
    path = output or Path(f"{wanted[0].name}.xlsx")
    refuse_other_format(path)
    if path.exists() and not force:
        raise RunError(f"{path} exists; give another name with -o, or --force to replace it (it may hold edits).")
    if is_open_elsewhere(path):
        raise RunError(f"{path} is open in a spreadsheet program; close it there, or give another name with -o.")
    ensure_writable(path)
    packages = (
        [] if blank else [p for one in wanted for p in site.packages(one, dataset_type=dataset_type, query=query)]
    )
    types = sorted(
        {text_of(package.get("type")) or "dataset" for package in packages} | set(filter(None, [dataset_type]))
    )
    if blank and not types:
        types = site.dataset_types()
    types = types or ["dataset"]
    layouts, schemas = templates_for(types, templates), site.schemas(types)
    named = _organizations_named(site, packages, schemas, layouts, [*editable, *wanted])
    language = language or language_of_site
    vocabulary = Vocabulary(site.licences(), _choices(named, packages), language)
    try:
        layout = layout_of(packages, schemas, vocabulary, types, layouts)
    except TemplateError as error:
        raise RunError(str(error)) from None
    identity = Identity(site.url, {one.id: one.name for one in wanted}, clock(), site.user(), language)
    counts = _write(path, Export(identity, layout, tabulate(layout, packages), headers_as_names))
    ids = {one.id for one in editable}
    return ExportReport(site.url, [one.name for one in wanted], path, counts, all(one.id in ids for one in wanted))


_ORGANIZATIONS_AT_MOST = 500  # that are asked for one by one, because packages name them


def _organizations_named(
    site: Site,
    packages: Sequence[Package],
    schemas: Mapping[str, Mapping[str, JSON]],
    templates: Mapping[str, Template],
    known: Sequence[Organization],
) -> list[Organization]:
    """Return the organizations that are known, and those that fields of the packages name by id."""
    named: set[str] = set()
    for one, own in by_type(packages, ()).items():
        named |= organizations_named(own, schemas.get(one) or {}, templates.get(one, NO_TEMPLATE))
    held = {text_of(package.get("owner_org")) for package in packages}
    unknown = sorted(named - held - {text for org in known for text in (org.id, org.name)})
    found = (site.organization_by_id(key) for key in unknown[:_ORGANIZATIONS_AT_MOST])
    return [*known, *(organization for organization in found if organization is not None)]


def _write(path: Path, content: Export) -> dict[str, int]:
    counts: dict[str, int] = {}
    save(path, lambda file: counts.update(write_workbook(file, content)))
    return counts


def _choices(organizations: Iterable[Organization], packages: Iterable[Package]) -> tuple[Choice, ...]:
    """Return the organizations that fields can name: the user's, and those that the packages name."""
    found = {one.id: one.as_choice() for one in organizations}
    for package in packages:
        held = package.get("organization")
        if isinstance(held, dict) and text_of(held.get("id")) not in found:
            found[text_of(held.get("id"))] = organization_of(held).as_choice()
    return tuple(sorted(found.values(), key=lambda choice: choice.label))


def editable_organizations(site: Site) -> list[Organization]:
    """Return the organizations whose packages the user may edit.

    To CKAN a wrong or expired token is no error but an anonymous visitor, who sees half of everything.

    Raises:
        RunError: the site does not know the user.
    """
    editable = site.organizations("update_dataset")
    if not editable and not site.organizations("read"):
        raise RunError(
            f"{site.url} does not recognize the token, or its user belongs to no organization;"
            " make a new API token on your user page there."
        )
    return editable


# -- import


@dataclass(frozen=True)
class ImportOptions:
    """How a workbook is imported.

    Attributes:
        output: write the results into this file; None for the workbook itself.
        no_write: write the results nowhere.
        overwrite: where both sides changed a cell, send the workbook's.
        files: folder of the files that rows name; None for the workbook's.
    """

    output: Path | None = None
    no_write: bool = False
    overwrite: bool = False
    files: Path | None = None


Sender = Callable[[Call], Answer]
"""Carries a call out, or says what would be done: the only difference between an import and a dry run."""


def foresee(call: Call) -> Answer:
    """Send nothing (the `Sender` of a dry run)."""
    del call
    return Planned()


class Import:
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
        self.site, self.path, self.options = site, path, options
        self.run_id, self._clock = run or secrets.token_hex(4), clock
        if options.output is not None:
            refuse_other_format(options.output)
        self.original = Original(path)
        self.book = self.original.book
        refuse_other_site(self.book.identity, site.url)
        self._refuse_without_rights()
        if not options.no_write:
            ensure_writable(options.output or path)
        try:
            self.edits = find_edits(self.book.layout, self.book.exported, self.book.sheets, self._salt())
        except HeaderError as error:
            raise RunError(str(error)) from error
        rows, self.files = examine_files(self.edits.rows, options.files or path.resolve().parent)
        self.edits = replace(self.edits, rows=rows)
        self.by_package = self.edits.by_package()
        if self.by_package and not options.no_write:
            answers = [at_rest(row, {}) for row in self.edits.rows]
            self.original.rehearse(answers, (options.output or path).parent)
        self.newcomers = Newcomers(site, self.book.identity)
        self.live = self._read_live()
        self.interrupted = False
        self.mistake = ""

    def _salt(self) -> str:
        """What distinguishes this workbook's new records from those of others."""
        identity = self.book.identity
        return f"{identity.exported_at} {identity.exported_by} {' '.join(identity.organizations)}"

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

    def _refuse_without_rights(self) -> None:
        editable = {one.id for one in editable_organizations(self.site)}
        organizations = self.book.identity.organizations
        if organizations and not editable & organizations.keys():
            names = ", ".join(organizations.values())
            raise RunError(
                f"Your token may read but not edit {names} on {self.site.url}; ask for the role of editor."
            )
        if not self.site.can_revise():
            raise RunError(f"{self.site.url} has no package_revise (CKAN before 2.9), which an import needs.")

    def _read_live(self) -> dict[str, Package]:
        sound = (key for key, rows in self.by_package.items() if key and not any(row.problems for row in rows))
        return self.site.live([key for key in sound if not is_placeholder(key)])

    def run(self, sender: Sender, progress: Progress | None = None) -> list[Settled]:
        """Bring every edited package to its end and return what became of each."""
        settled: list[Settled] = []
        stopped: NotSent | None = None
        self.site.client.progress = progress
        for done, (key, rows) in enumerate(self.by_package.items(), 1):
            if stopped is not None and is_placeholder(key) and not any(row.problems for row in rows):
                ones = [Settled(rows, answer=stopped)]  # the site need not be asked for its name any more
            else:
                ones = self._settled(key, rows, sender if stopped is None else _stopped(stopped))
            settled += ones
            reason = next((one.answer.reason for one in ones if isinstance(one.answer, NotSent)), "")
            if stopped is None and reason:
                stopped = NotSent(f"The run stopped before this row: {reason}")
            if stopped is None and self.mistake:
                stopped = NotSent("The run stopped before this row because of a mistake of bulkedit's own.")
            if stopped is None and self.interrupted:
                stopped = NotSent("The run was interrupted before this row; import again to go on.")
            if progress is not None:
                progress("packages", done, len(self.by_package))
        return settled

    def _settled(self, key: str, rows: Sequence[RowEdit], sender: Sender) -> list[Settled]:
        try:
            one = self._settle(key, rows, sender)
            files = self._send_files(one, sender)
            return [one] if files is None else [_without_files(one), files]
        except Exception as error:  # a mistake of ours must not lose the answers to what was sent already
            self.mistake = type(error).__name__
            return [Settled(rows, answer=Unclear(f"bulkedit made a mistake here ({self.mistake})."))]

    def _send_files(self, created: Settled, sender: Sender) -> Settled | None:
        """Send the files of a package just created: CKAN does not take them with it."""
        if created.call is None or created.call.action != CREATE or created.diff is None:
            return None
        changes = tuple(change for change in created.diff.changes if _is_of_file(change))
        if not changes or not isinstance(created.answer, Accepted):
            return None
        live, places = created.answer.package, {change.row.place for change in changes}
        rows = [row for row in created.rows if row.place in places]
        own = PackageDiff(changes)
        plan = plan_package(own, live, self._groups if dicts(live.get("groups")) else (), self.files)
        if plan.call is None:
            return None
        return Settled(rows, own, plan.call, sender(plan.call), live=live)

    def _settle(self, key: str, rows: Sequence[RowEdit], sender: Sender) -> Settled:
        if any(row.problems for row in rows):
            return Settled(rows)
        if is_placeholder(key):
            return self._settle_new(key, rows, sender)
        settled, live = Settled(rows), self.live.get(key)
        for attempt in range(ATTEMPTS):
            try:
                live = self.site.package(key) if attempt else live
                settled = self._attempt(rows, live, sender)
            except RunError as error:
                return replace(settled, answer=NotSent(str(error)))
            if not isinstance(settled.answer, Mismatched):
                break
        return settled

    def _settle_new(self, key: str, rows: Sequence[RowEdit], sender: Sender) -> Settled:
        """Create a package, unless an earlier run has."""
        try:
            name, live = self.newcomers.named(rows)
            if live is not None:
                return self._attempt(rows, live, sender, key)
            return self._create(key, name, rows, sender)
        except TakenError as error:
            place = next(row.place for row in rows if row.owner == key)
            return Settled(rows, problems={place: [str(error)]})
        except RunError as error:
            return Settled(rows, answer=NotSent(str(error)))

    def _create(self, key: str, name: str, rows: Sequence[RowEdit], sender: Sender) -> Settled:
        diff = diff_package(rows, self.book.exported, tabulate(self.book.layout, []))
        given: dict[str, JSON] = {"name": name}
        organizations = list(self.book.identity.organizations)
        if len(organizations) == 1:
            given["owner_org"] = organizations[0]
        elif not any(change.cell and change.cell.column.name == "owner_org" for change in diff.changes):
            return Settled(rows, diff, problems=_without_organization(key, rows))
        plan = plan_creation(diff, key, rows[0].table.dataset_type, given, self.files)
        if plan.call is None:
            return Settled(rows, diff, problems=plan.problems)
        answer = sender(plan.call)
        return Settled(rows, diff, plan.call, answer)

    def _attempt(self, rows: Sequence[RowEdit], live: Package | None, sender: Sender, key: str = "") -> Settled:
        """Send the edits of a package that is there.

        Args:
            rows: its rows.
            live: the package as just read.
            sender: carries the call out.
            key: what the rows call the package, where that is not its id.
        """
        layout, there = self.book.layout, live is not None and live.get("state") != "deleted"
        found = tabulate_as(layout, live, key or id_of(live)) if live and there else tabulate(layout, [])
        diff = diff_package(
            rows,
            self.book.exported,
            found,
            overwrite=self.options.overwrite,
            files=self.files,
            layout=layout,
        )
        if live is None:
            return Settled(rows, diff)
        modified = text_of(live.get("metadata_modified"))
        plan = plan_package(diff, live, self._groups if dicts(live.get("groups")) else (), self.files)
        if plan.call is None:
            return Settled(rows, diff, problems=plan.problems, live_modified=modified, live=live)
        return Settled(rows, diff, plan.call, sender(plan.call), live_modified=modified, live=live)

    @cached_property
    def _groups(self) -> list[str]:
        """The groups that the user may use, asked for when a package is in any."""
        return self.site.groups()

    def send(self, call: Call) -> Answer:
        """Send a call to the site (the `Sender` of an import)."""
        try:
            return send(self.site.client, call)
        except KeyboardInterrupt:
            self.interrupted = True
            return Unclear("The run was interrupted while the site was at it.")

    # -- what is said and written at the end

    def foreseen(self) -> tuple[Report, int]:
        """Return what an import would do, and how many packages it would write to."""
        settled = self.run(foresee)
        return self._report(settled, dry_run=True), sum(isinstance(one.answer, Planned) for one in settled)

    def _report(self, settled: Sequence[Settled], *, dry_run: bool) -> Report:
        client = self.site.client
        return Report(
            self.run_id,
            self._clock(),
            dry_run,
            self.site.url,
            str(self.path),
            self._outcomes(settled),
            self.edits,
            client.reads,
            client.writes,
            stopped=any(isinstance(one.answer, NotSent) for one in settled),
        )

    def report(self, settled: Sequence[Settled], *, dry_run: bool) -> Report:
        """Return the answer to every row, and write the results into the workbook."""
        report = self._report(settled, dry_run=dry_run)
        if self.options.no_write:
            return report
        moved = (
            None
            if dry_run
            else advance(self.book.layout, self.book.exported, settled, self.edits.rows, self.site.url)
        )
        target = self.options.output or self.path
        try:
            written = self.original.write(report, moved, target)
            return replace(report, written=str(written), beside=written != target)
        except (OSError, RunError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            return replace(report, unwritten=f"The results could not be written into {target} ({reason}).")

    def _outcomes(self, settled: Sequence[Settled]) -> list[Outcome]:
        layout, places = self.book.layout, places_of(self.edits.rows)
        names = {key: owner.name for key, owner in self.book.exported.resources.items()}
        found: dict[Place, Outcome] = {}
        for one in settled:
            stored = one.answer.package if isinstance(one.answer, Accepted) else None
            after = None if stored is None else tabulate_as(layout, stored, one.rows[0].package)
            for outcome in outcomes_of(one, layout, places, names, after):
                before = found.get(outcome.place)
                found[outcome.place] = outcome if before is None else together(before, outcome)
        return [found.get(row.place) or at_rest(row, names) for row in self.edits.rows]


def _is_of_file(change: Change) -> bool:
    return change.cell is not None and change.cell.column == FILE_COLUMN


def _without_files(settled: Settled) -> Settled:
    """Return what is known of a package without the files that were sent after it."""
    if settled.diff is None:
        return settled
    changes = tuple(change for change in settled.diff.changes if not _is_of_file(change))
    return replace(settled, diff=replace(settled.diff, changes=changes))


def _without_organization(key: str, rows: Sequence[RowEdit]) -> dict[Place, list[str]]:
    """Say that a new package needs an organization: CKAN 2.9 would make one that nobody owns."""
    own = next(row for row in rows if row.owner == key)
    header = next((c.header for c in own.table.columns if c.name == "owner_org"), "owner_org")
    return {own.place: [f"[{header}] is required in a new row: this workbook is of several organizations."]}


def _stopped(answer: NotSent) -> Sender:
    return lambda call: answer


def refuse_other_format(path: Path) -> None:
    """Make sure that what is written is called what it is.

    Raises:
        RunError: the name does not end in .xlsx.
    """
    if path.suffix.lower() != ".xlsx":
        raise RunError(f"{path} is no name for a workbook: it must end in .xlsx.")


def refuse_other_site(identity: Identity, url: str) -> None:
    """Make sure that a workbook goes back to the site it came from.

    Raises:
        RunError: it came from another.
    """
    if _address(identity.site) != _address(url):
        raise RunError(
            f"This workbook was exported from {identity.site} and goes back only there; you gave {url}."
        )


def _address(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
