"""One workbook whose edits are brought to their end: what importing and checking have in common."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Protocol

from bulkedit.core.advance import advance
from bulkedit.core.answers import Accepted, Answer, Held, NotSent, Planned, Unavailable, Unclear
from bulkedit.core.catalogue import Catalogue, id_of, tabulate, tabulate_as
from bulkedit.core.columns import FILE_COLUMN
from bulkedit.core.diff import Change, PackageDiff, diff_package
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.find import find_edits
from bulkedit.core.guards import elsewhere, find_damage, open_questions, reasons
from bulkedit.core.json_value import JSON, Package, dicts, text_of
from bulkedit.core.lanes import lanes
from bulkedit.core.naming import is_placeholder
from bulkedit.core.outcomes import Outcome, Settled, at_rest, outcomes_of, together
from bulkedit.core.plan import CREATE, Call, Plan, plan_creation, plan_package
from bulkedit.core.refusal import places_of
from bulkedit.core.report import Report
from bulkedit.core.sheets import HeaderError
from bulkedit.core.trouble import RunError
from bulkedit.excel.original import Original
from bulkedit.excel.read import Book
from bulkedit.excel.save import ensure_writable, refuse_other_format
from bulkedit.newcomers import TakenError
from bulkedit.uploading import examine_files
from bulkedit.workflow.clock import Clock, now
from bulkedit.workflow.crew import work_off
from bulkedit.workflow.delivery import bring

INTERRUPTED = "The run was interrupted before this row; import again to go on."

Progress = Callable[[str, int, int], None]
"""Told of long work: what, how many of how many are done."""


@dataclass(frozen=True)
class ImportOptions:
    """How a workbook is imported or checked.

    Attributes:
        output: write the results into this file; None for the workbook itself.
        no_write: write the results nowhere.
        overwrite: where both sides changed a cell, send the workbook's.
        files: folder of the files that rows name; None for the workbook's.
        accept: codes of the guards whose findings are meant.
        keep_files: save uploaded files before they are replaced or deleted.
    """

    output: Path | None = None
    no_write: bool = False
    overwrite: bool = False
    files: Path | None = None
    accept: frozenset[str] = frozenset()
    keep_files: bool = False


Sender = Callable[[Call], Answer]
"""Carries a call out, or says what would be done: the only difference between an import and a dry run."""


def foresee(call: Call) -> Answer:
    """Send nothing (the `Sender` of a dry run)."""
    del call
    return Planned()


class Side(Protocol):
    """What a workbook is brought together with: a site, or what the workbook itself remembers of it.

    Attributes:
        revises: it takes ``package_revise``, as far as is known.
    """

    revises: bool

    @property
    def url(self) -> str:
        """Address of the site."""

    @property
    def reads(self) -> int:
        """How many calls only read."""

    @property
    def writes(self) -> int:
        """How many calls may have changed something."""

    def live(self, ids: Sequence[str]) -> dict[str, Package]:
        """Return packages by id, as they are now; those that are gone are missing."""

    def package(self, key: str) -> Package | None:
        """Return one package as it is now."""

    def texts(self, live: Package | None, key: str) -> Catalogue:
        """Return the cell texts of a package, under the key by which rows call it; of none where there is none."""

    def named(self, rows: Sequence[RowEdit]) -> tuple[str, Package | None]:
        """Return the name for a new package, and the package if an earlier run has created it.

        Raises:
            TakenError: it cannot have its name.
            RunError: the site cannot be asked.
        """

    def groups(self) -> list[str]:
        """Return the ids of the groups that the user may use."""


class Job:
    """One workbook, its edits, and the side with which they are brought together."""

    def __init__(
        self,
        path: Path,
        options: ImportOptions,
        side: Callable[[Book], Side],
        *,
        run: str = "",
        clock: Clock = now,
    ) -> None:
        """Read the workbook and the live state of what it edits.

        Args:
            path: the workbook.
            options: how it is imported.
            side: gives what a workbook is brought together with.
            run: what the run is called; otherwise something new.
            clock: tells the time.

        Raises:
            RunError: it cannot be done; nothing was sent.
        """
        self.path, self.options = path, options
        self.run_id, self._clock = run or secrets.token_hex(4), clock
        if options.output is not None:
            refuse_other_format(options.output)
        self.original = Original(path)
        self.book = self.original.book
        self.side = side(self.book)
        if not options.no_write:
            ensure_writable(options.output or path)
        try:
            self.edits = find_edits(self.book.layout, self.book.exported, self.book.sheets, self._salt())
        except HeaderError as error:
            raise RunError(str(error)) from error
        self.findings = find_damage(self.edits, self.book.exported)
        self.asked = open_questions(self.findings, options.accept)
        rows, self.files = examine_files(self.edits.rows, options.files or path.resolve().parent)
        self.edits = replace(self.edits, rows=rows)
        self.by_package = self.edits.by_package()
        if self.by_package and not options.no_write:
            answers = [at_rest(row, {}) for row in self.edits.rows]
            self.original.rehearse(answers, (options.output or path).parent)
        self.live = self._read_live()
        self.interrupted = False
        self.mistake = ""
        self._stopped: NotSent | None = None

    def _salt(self) -> str:
        """What distinguishes this workbook's new records from those of others."""
        identity = self.book.identity
        return f"{identity.exported_at} {identity.exported_by} {' '.join(identity.organizations)}"

    def _read_live(self) -> dict[str, Package]:
        sound = (key for key, rows in self.by_package.items() if key and not any(row.problems for row in rows))
        return self.side.live([key for key in sound if not is_placeholder(key)])

    def run(self, sender: Sender, progress: Progress | None = None, workers: int = 0) -> list[Settled]:
        """Bring every edited package to its end and return what became of each.

        Nothing is sent while the guards' questions are open, whatever the sender.

        Args:
            sender: carries calls out.
            progress: told of packages that are done.
            workers: threads to do it with, never two at one package; 0 for the caller's own.

        Raises:
            KeyboardInterrupt: somebody did not want to wait for the calls under way.
        """
        if self.asked:
            sender = _held(Held(reasons(self.asked), elsewhere(self.asked)))

        def done(count: int) -> None:
            if progress is not None:
                progress("packages", count, len(self.by_package))

        if not workers:
            found = {}
            for key in self.by_package:
                found[key] = self._ended(key, sender)
                done(len(found))
        else:
            found = work_off(
                lanes(self.by_package),
                lambda key: self._ended(key, sender),
                workers,
                done=done,
                interrupted=self.interrupt,
            )
        return [one for key in self.by_package for one in found[key]]

    def interrupt(self) -> None:
        """Send nothing more; what is under way goes on."""
        self.interrupted = True
        self._stopped = self._stopped or NotSent(INTERRUPTED)

    def _ended(self, key: str, sender: Sender) -> list[Settled]:
        """Bring one package to its end, or say why the run stopped before it."""
        rows, stopped = self.by_package[key], self._stopped
        if stopped is not None and is_placeholder(key) and not any(row.problems for row in rows):
            return [Settled(rows, answer=stopped)]  # the site need not be asked for its name any more
        ones = self._settled(key, rows, sender if stopped is None else _stopped(stopped))
        reason = next((one.answer.reason for one in ones if isinstance(one.answer, NotSent)), "")
        if reason and self._stopped is None:
            self._stopped = NotSent(f"The run stopped before this row: {reason}")
        if self.mistake and self._stopped is None:
            self._stopped = NotSent("The run stopped before this row because of a mistake of bulkedit's own.")
        return ones

    def _settled(self, key: str, rows: Sequence[RowEdit], sender: Sender) -> list[Settled]:
        try:
            return self._with_files(self._settle(key, rows, sender), sender)
        except Exception as error:  # a mistake of ours must not lose the answers to what was sent already
            self.mistake = type(error).__name__
            return [Settled(rows, answer=Unclear(f"bulkedit made a mistake here ({self.mistake})."))]

    def _bring(self, rows: Sequence[RowEdit], attempt: Callable[[int], Settled]) -> Settled:
        """See `delivery.bring`."""

        def safely(before: int) -> Settled:
            try:
                return attempt(before)
            except RunError as error:
                return Settled(rows, answer=NotSent(str(error)))

        def arrived(unclear: Settled, live: Package | None) -> Settled:
            found: Package = live or {**(unclear.live or {}), "state": "deleted"}  # that may not be shown any more
            if unclear.call is not None:
                self.note_arrival(unclear.call, found)
            return replace(unclear, answer=Accepted(found))

        return bring(safely, arrived, self.pause)

    def pause(self, silences: int) -> None:
        """Wait, after so many answers that did not come, before the site is asked again."""

    def note_arrival(self, call: Call, package: Package) -> None:
        """Learn that a call without an answer was stored."""

    def _with_files(self, one: Settled, sender: Sender) -> list[Settled]:
        """Send the files that did not go with a package's call, one after the other.

        Each goes to a resource of its own, so that one is refused does not keep the next; but nothing goes to
        a package as long as the site may still be busy with it.
        """
        calls = self._later_calls(one)
        if not calls or one.diff is None:
            return [one]
        settled = [_without_files(one, calls)]
        live, waits = one.known, False
        for call in calls:
            file = self._send_file(one, call, live, _held(Held({}, _ONE_AFTER_ANOTHER)) if waits else sender)
            if isinstance(file.answer, Unavailable):
                self.side.revises = False
                return self._with_files(one, sender)
            settled.append(file)
            live = file.known
            waits = waits or isinstance(file.answer, (Unclear, NotSent))
        return settled

    def _send_file(self, one: Settled, call: Call, live: Package | None, sender: Sender) -> Settled:
        """Send one of the calls that carry a package's files."""
        changes = tuple(change for change in one.diff.changes if _is_of_file(change, (call,))) if one.diff else ()
        rows = [row for row in one.rows if row.place in {change.row.place for change in changes}]

        def attempt(before: int) -> Settled:
            if before and live is not None:
                return _only_files(self._attempt(rows, self.side.package(id_of(live)), sender, rows[0].package))
            sent = replace(call, before=live)
            return Settled(rows, PackageDiff(changes), sent, sender(sent), live=live)

        return self._bring(rows, attempt)

    def _later_calls(self, one: Settled) -> Sequence[Call]:
        """Return the calls that follow the one that was accepted: CKAN creates a package without its files."""
        if not isinstance(one.answer, Accepted) or one.call is None or one.diff is None:
            return ()
        changes = tuple(change for change in one.diff.changes if _is_of_file(change))
        if one.call.action != CREATE or not changes:
            return one.then
        live = one.answer.package
        return self._plan(PackageDiff(changes), live).calls

    def _plan(self, diff: PackageDiff, live: Package) -> Plan:
        groups = self._groups if dicts(live.get("groups")) else ()
        return plan_package(diff, live, groups, self.files, revise=self.side.revises)

    def _settle(self, key: str, rows: Sequence[RowEdit], sender: Sender) -> Settled:
        if any(row.problems for row in rows):
            return Settled(rows)

        def attempt(before: int) -> Settled:
            if is_placeholder(key):
                return self._attempt_new(key, rows, sender)
            anew = before or not self.side.revises  # what the search index says may be old
            return self._attempt(rows, self.side.package(key) if anew else self.live.get(key), sender)

        return self._bring(rows, attempt)

    def _attempt_new(self, key: str, rows: Sequence[RowEdit], sender: Sender) -> Settled:
        """Create a package, unless it has been."""
        try:
            name, live = self.side.named(rows)
        except TakenError as error:
            place = next(row.place for row in rows if row.owner == key)
            return Settled(rows, problems={place: [str(error)]})
        if live is not None:
            return self._attempt(rows, live, sender, key)
        return self._create(key, name, rows, sender)

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
        diff = diff_package(
            rows,
            self.book.exported,
            self.side.texts(live if live is not None and live.get("state") != "deleted" else None, key),
            overwrite=self.options.overwrite,
            files=self.files,
            layout=self.book.layout,
        )
        if live is None:
            return Settled(rows, diff)
        modified = text_of(live.get("metadata_modified"))
        plan = self._plan(diff, live)
        if plan.call is None:
            return Settled(rows, diff, problems=plan.problems, live_modified=modified, live=live)
        answer = sender(plan.call)
        if isinstance(answer, Unavailable):
            self.side.revises = False
            return self._attempt(rows, self.side.package(id_of(live)), sender, key)
        return Settled(rows, diff, plan.call, answer, live_modified=modified, live=live, then=plan.then)

    @cached_property
    def _groups(self) -> list[str]:
        """The groups that the user may use, asked for when a package is in any."""
        return self.side.groups()

    # -- what is said and written at the end

    def foreseen(self) -> tuple[Report, int]:
        """Return what an import would do, and how many packages it would write to."""
        settled = self.run(foresee)
        return self._report(settled, dry_run=True), sum(isinstance(one.answer, Planned) for one in settled)

    def _report(self, settled: Sequence[Settled], *, dry_run: bool) -> Report:
        return Report(
            self.run_id,
            self._clock(),
            dry_run,
            self.side.url,
            str(self.path),
            self._outcomes(settled),
            self.edits,
            self.side.reads,
            self.side.writes,
            stopped=any(isinstance(one.answer, NotSent) for one in settled),
            findings=self.findings,
            asked=self.asked,
            copies=self.book.copies,
            atomic=self.side.revises,
        )

    def report(self, settled: Sequence[Settled], *, dry_run: bool) -> Report:
        """Return the answer to every row, and write the results into the workbook."""
        report = self._report(settled, dry_run=dry_run)
        if self.options.no_write:
            return report
        moved = (
            None
            if dry_run or self.asked
            else advance(self.book.layout, self.book.exported, settled, self.edits.rows, self.side.url)
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


_ONE_AFTER_ANOTHER = (
    "Not sent, because it is not known what became of the file before it in the same package; import again."
)


def _only_files(settled: Settled) -> Settled:
    """Return what is known of the files of a package."""
    if settled.diff is None:
        return settled
    changes = tuple(change for change in settled.diff.changes if _is_of_file(change))
    return replace(settled, diff=replace(settled.diff, changes=changes))


def _is_of_file(change: Change, calls: Sequence[Call] | None = None) -> bool:
    """Tell whether a change is a file to be sent (with one of some calls)."""
    is_file = change.cell is not None and change.cell.column == FILE_COLUMN
    return is_file and (calls is None or any(change.row.owner in call.uploads for call in calls))


def _without_files(settled: Settled, calls: Sequence[Call]) -> Settled:
    """Return what is known of a package without the files that were sent after it."""
    if settled.diff is None:
        return settled
    later = {id(change) for change in settled.diff.changes if _is_of_file(change, calls)}
    changes = tuple(change for change in settled.diff.changes if id(change) not in later)
    only_files = {c.row.place for c in settled.diff.changes} - {c.row.place for c in changes}
    rows = [row for row in settled.rows if row.place not in only_files]
    return replace(settled, rows=rows, diff=replace(settled.diff, changes=changes))


def _without_organization(key: str, rows: Sequence[RowEdit]) -> dict[Place, list[str]]:
    """Say that a new package needs an organization: CKAN 2.9 would make one that nobody owns."""
    own = next(row for row in rows if row.owner == key)
    header = next((c.header for c in own.table.columns if c.name == "owner_org"), "owner_org")
    return {own.place: [f"[{header}] is required in a new row: this workbook is of several organizations."]}


def _stopped(answer: NotSent) -> Sender:
    return lambda call: answer


def _held(answer: Held) -> Sender:
    return lambda call: answer
