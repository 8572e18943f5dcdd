"""The rows of one package, brought to their end: compared, planned, sent, and what became of them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

from bulkedit.core.answers import Accepted, Held, NotSent, Unavailable, Unclear
from bulkedit.core.calls import CREATE, Call, Plan
from bulkedit.core.catalogue import id_of, tabulate
from bulkedit.core.columns import FILE_COLUMN
from bulkedit.core.diff import Change, PackageDiff, Verdict, diff_package
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.files import Files
from bulkedit.core.json_value import JSON, Package, dicts, text_of
from bulkedit.core.naming import is_placeholder
from bulkedit.core.outcomes import Settled
from bulkedit.core.plan import plan_creation, plan_package
from bulkedit.excel.read import Book
from bulkedit.newcomers import TakenError
from bulkedit.workflow.delivery import Sender, bring
from bulkedit.workflow.side import Side

_Asked: TypeAlias = set[tuple[Place, str]]
"""What was asked for: the row, and the column's name (empty for a whole row)."""


class Settling:
    """Brings packages to their end; for several threads at once, each at another package.

    Args:
        book: the workbook.
        side: what it is brought together with.
        live: the packages as they were read at the beginning, by id.
        files: what the rows that ask for a file are to send.
        overwrite: where both sides changed a cell, send the workbook's.

    Attributes:
        arrived: told of calls without an answer that were stored, as the package shows.
    """

    def __init__(
        self, book: Book, side: Side, live: Mapping[str, Package], files: Files, *, overwrite: bool
    ) -> None:
        self.book, self.side, self.live, self.files, self.overwrite = book, side, live, files, overwrite
        self.arrived: Callable[[Call, Package], None] = lambda call, package: None

    def settled(self, key: str, rows: Sequence[RowEdit], sender: Sender) -> list[Settled]:
        """Return what became of a package's rows; of files that went in calls of their own, each by itself.

        Args:
            key: id of the package, or what a new one is called meanwhile.
            rows: its rows that ask for something.
            sender: carries calls out.
        """
        return self._with_files(self._settle(key, rows, sender), sender)

    def _settle(self, key: str, rows: Sequence[RowEdit], sender: Sender) -> Settled:
        if any(row.problems for row in rows):
            return Settled(rows)

        def attempt(before: int) -> Settled:
            if is_placeholder(key):
                return self._attempt_new(key, rows, sender)
            anew = before or not self.side.revises  # what the search index says may be old
            return self._attempt(rows, self.side.package(key) if anew else self.live.get(key), sender)

        return self._bring(rows, attempt)

    def _bring(self, rows: Sequence[RowEdit], attempt: Callable[[int], Settled]) -> Settled:
        """See `delivery.bring`; what has arrived unanswered counts as done by this run."""
        asked: _Asked = set()

        def remembering(before: int) -> Settled:
            one = attempt(before)
            if isinstance(one.answer, Unclear) and one.diff is not None:
                asked.update(_what(change) for change in one.diff.of(Verdict.CHANGE))
            return _done(one, asked) if isinstance(one.answer, Accepted) else one

        def arrived(unclear: Settled, live: Package | None) -> Settled:
            found: Package = live or {**(unclear.live or {}), "state": "deleted"}  # that may not be shown any more
            if unclear.call is not None:
                self.arrived(unclear.call, found)
            return _done(replace(unclear, answer=Accepted(found)), asked)

        return bring(remembering, lambda answer: Settled(rows, answer=answer), arrived, self.side.pause)

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
            overwrite=self.overwrite,
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

    # -- files that go in calls of their own

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
            file = self._send_file(one, call, live, _wait if waits else sender)
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


def _what(change: Change) -> tuple[Place, str]:
    return change.row.place, change.cell.column.name if change.cell is not None else ""


def _done(settled: Settled, asked: _Asked) -> Settled:
    """Return what is known of a package, where what is there already came by calls of ours without an answer."""
    if settled.diff is None or not asked:
        return settled
    changes = (
        replace(change, verdict=Verdict.CHANGE)
        if change.verdict is Verdict.ALREADY and _what(change) in asked
        else change
        for change in settled.diff.changes
    )
    return replace(settled, diff=replace(settled.diff, changes=tuple(changes)))


_ONE_AFTER_ANOTHER = (
    "Not sent, because it is not known what became of the file before it in the same package; import again."
)


def _wait(call: Call) -> Held:
    """Send nothing (the `Sender` to a package that the site may be busy with)."""
    del call
    return Held({}, _ONE_AFTER_ANOTHER)


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
