"""The answer that every row gets: a result word, and a message an editor understands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bulkedit.core.answers import Accepted, Answer, Denied, Held, Mismatched, NotSent, Planned, Rejected, Unclear
from bulkedit.core.calls import CREATE, Call
from bulkedit.core.catalogue import Catalogue
from bulkedit.core.columns import FILE_COLUMN, Kind, Layout, Level
from bulkedit.core.diff import Change, PackageDiff, Verdict
from bulkedit.core.edits import Place, RowEdit
from bulkedit.core.json_value import JSON, Package, resources_of
from bulkedit.core.refusal import Places, Refusal, explain
from bulkedit.core.results import FieldOutcome, Outcome, Result
from bulkedit.core.text import excerpt, excerpts
from bulkedit.core.verified import Verified


@dataclass(frozen=True)
class Settled:
    """What is known of one package at the end: its rows, the diff if it was read, the answer if it was sent.

    Attributes:
        rows: the rows that ask for something or are invalid.
        problems: further reasons against sending, found with the live values at hand.
        live_modified: when the site says that the package last changed.
        live: the package as it was read before.
        then: calls that follow this one once it is accepted.
    """

    rows: Sequence[RowEdit]
    diff: PackageDiff | None = None
    call: Call | None = None
    answer: Answer | None = None
    problems: Mapping[Place, Sequence[str]] | None = None
    live_modified: str = ""
    live: Package | None = None
    then: Sequence[Call] = ()

    @property
    def known(self) -> Package | None:
        """The package as it is on the site now, as far as that is known."""
        return self.answer.package if isinstance(self.answer, Accepted) else self.live

    @property
    def arrived(self) -> bool:
        """Tell whether everything that was asked for is on the site already."""
        changes = () if self.diff is None or self.problems else self.diff.changes
        return bool(changes) and all(change.verdict is Verdict.ALREADY for change in changes)

    @property
    def doubtful(self) -> bool:
        """Tell whether a refusal may mean that an earlier run has just stored the same: its name is taken."""
        creates = self.call is not None and self.call.action == CREATE
        return creates and isinstance(self.answer, Rejected) and "name" in self.answer.errors


def outcomes_of(
    settled: Settled,
    layout: Layout,
    places: Places,
    resources: Mapping[str, str],
    after: Catalogue | None = None,
) -> list[Outcome]:
    """Return the outcomes of one package's rows.

    Args:
        settled: what is known of the package.
        layout: the workbook's tables.
        places: where each record stands.
        resources: names of the resources by id.
        after: cell texts of the package as CKAN answered, to say what it kept differently.
    """
    teller = _Teller(settled, layout, places, resources, after)
    return list(teller.outcomes())


def at_rest(row: RowEdit, resources: Mapping[str, str]) -> Outcome:
    """Return the outcome of a row that asks for nothing."""
    result, message = Result.UNCHANGED, ""
    if row.action == "skip":
        result, message = Result.SKIPPED, "Left alone, as [Action] asks."
    elif row.action == "delete":
        what = "[Item]" if row.table.level.of_items else "[ID]"
        message = f"There is nothing to remove: {what} is empty. You can delete this row."
    return Outcome(row.place, row.name, resources.get(row.resource), result, message)


def together(first: Outcome, file: Outcome) -> Outcome:
    """Return one outcome of a row that took two calls: its record was stored, then its file sent."""
    sent = [change for change in file.changes if change.field == FILE_COLUMN.name]
    stored = [change for change in first.changes if not (sent and change.field == FILE_COLUMN.name)]
    changes = (*stored, *sent)
    if file.result is Result.CREATED:
        told = file.message.partition("File ")[2]
        return replace(first, message=f"{first.message} File {told}", changes=changes)
    if file.result is Result.UPDATED:
        return replace(first, message=f"{first.message} {file.message}", changes=changes)
    done = "created" if first.result is Result.CREATED else "changed"
    message = f"The resource was {done}, its file not yet: {file.message}"
    return replace(first, result=file.result, message=message, changes=changes)


class _Teller:
    def __init__(
        self,
        settled: Settled,
        layout: Layout,
        places: Places,
        resources: Mapping[str, str],
        after: Catalogue | None,
    ) -> None:
        self.settled, self.layout, self.places = settled, layout, places
        self.resources = resources
        self.verified = _verified(settled, layout, after)
        self.changes: dict[Place, list[Change]] = {}
        for change in settled.diff.changes if settled.diff else ():
            self.changes.setdefault(change.row.place, []).append(change)

    @cached_property
    def _first(self) -> Place | None:
        """The row at which is said what concerns the whole package: its own, or the first that was sent."""
        sent = {c.row.place for own in self.changes.values() for c in own if c.verdict is Verdict.CHANGE}
        rows = [row for row in self.settled.rows if row.place in sent]
        rows.sort(key=lambda row: row.table.level is not Level.PACKAGE)
        return rows[0].place if rows else None

    def outcomes(self) -> Iterator[Outcome]:
        further = self.settled.problems or {}
        problems = {row.place: [*row.problems, *further.get(row.place, ())] for row in self.settled.rows}
        bad = next((row.place for row in self.settled.rows if problems[row.place]), None)
        if bad is not None:
            because = f"Not sent, because {bad} of the same package is invalid."
            for row in self.settled.rows:
                own = problems[row.place]
                yield self._outcome(row, Result.INVALID if own else Result.NOT_SENT, own or [because])
        elif isinstance(self.settled.answer, Rejected):
            yield from self._refused(self.settled.answer)
        else:
            for row in self.settled.rows:
                yield self._answered(row)

    def _outcome(
        self, row: RowEdit, result: Result, sentences: Sequence[str], sent: Result | None = None
    ) -> Outcome:
        return Outcome(
            row.place,
            row.name,
            self.resources.get(row.resource) if row.resource else None,
            result,
            " ".join(dict.fromkeys(sentences)),
            tuple(self._fields(row, sent or result)),
            (row.table.field, row.table.label) if row.table.level.of_items else ("", ""),
        )

    def _fields(self, row: RowEdit, sent: Result) -> Iterator[FieldOutcome]:
        changes = {id(change.cell): change for change in self.changes.get(row.place, ())}
        for cell in row.cells:
            change = changes.get(id(cell))
            result = sent if change is None else _own_result(change, sent)
            live = None if change is None else change.live
            yield FieldOutcome(cell.column.name, cell.exported, cell.edited, live, result, cell.column.header)
        if row.action == "delete" and not row.table.level.of_items:
            yield FieldOutcome("state", "active", "deleted", "active", sent, row.table.level.value, whole=True)
        elif row.action == "delete" and not row.problems:
            live = next((change.live for change in changes.values()), None)
            yield FieldOutcome(row.table.field, live or "", "", live, sent, row.table.label, whole=True)

    # -- sent, or not

    def _answered(self, row: RowEdit) -> Outcome:
        if self.settled.diff is None:
            return self._outcome(row, *self._sent(row, ()))
        changes = self.changes.get(row.place, [])
        conflicts = [c for c in changes if c.verdict is Verdict.CONFLICT]
        going = [c for c in changes if c.verdict is Verdict.CHANGE]
        sentences = list(self._conflicts(conflicts))
        if not going:
            if not conflicts:
                gone = row.action == "delete" and not row.table.level.of_items
                there = "It is not on the site any more." if gone else "The site has this already."
                return self._outcome(row, Result.UNCHANGED, [there])
            return self._outcome(row, Result.CONFLICT, sentences)
        result, said = self._sent(row, going)
        return self._outcome(row, Result.CONFLICT if conflicts else result, [*sentences, *said], result)

    def _sent(self, row: RowEdit, going: Sequence[Change]) -> tuple[Result, list[str]]:
        match self.settled.answer:
            case Accepted():
                said = [*_did(row, going, dry=False), *self._also(row, going)]
                if self.verified is not None:
                    said += self.verified.kept(row, going)
                    said += self.verified.besides() if row.place == self._first else ()
                return _word(row, dry=False), said
            case Planned():
                said = [*_did(row, going, dry=True), *self._also(row, going), *row.warnings]
                return _word(row, dry=True), said
            case Denied(reason):
                return Result.REFUSED, [reason, *_hints(going)]
            case Unclear(reason):
                return Result.UNKNOWN, [
                    f"{reason} Nobody knows whether the site stored this; import again: what is there already"
                    " is not sent twice."
                ]
            case Mismatched():
                return Result.CONFLICT, [
                    "The package was changed on the site again and again while this was sent; nothing was stored."
                    " Import again in a while."
                ]
            case Held(reasons, otherwise):
                return Result.NOT_SENT, [reasons.get(row.place, otherwise)]
            case NotSent(reason):
                return Result.NOT_SENT, [reason]
            case _:
                return Result.NOT_SENT, ["The run stopped before this row."]

    def _also(self, row: RowEdit, going: Sequence[Change]) -> Iterator[str]:
        """Say what a new package is called, which it may owe to its title; what file goes; what is overwritten."""
        call = self.settled.call
        typed = any(cell.column.name == "name" for cell in row.cells)
        if call is not None and row.new and row.table.level is Level.PACKAGE and not typed:
            yield f"Its name is {call.name!r}."
        held = len(resources_of(self.settled.live)) if self.settled.live is not None else 0
        if row.action == "delete" and row.table.level is Level.PACKAGE and held:
            yield f"With it {'goes its resource' if held == 1 else f'go its {held} resources'}."
        for one in (call, *self.settled.then) if call is not None else ():
            if row.owner in one.uploads and any(c.cell and c.cell.column == FILE_COLUMN for c in going):
                yield f"File {one.uploads[row.owner]}."
        yield from _overwrites(going)

    def _conflicts(self, conflicts: Sequence[Change]) -> Iterator[str]:
        when = f" (last changed there {self.settled.live_modified[:16].replace('T', ' ')} UTC)"
        when = when if self.settled.live_modified else ""
        for change in conflicts:
            if change.gone and change.live and change.row.table.level.of_items and not change.row.number:
                there = excerpt(change.live)
                yield f"Conflict: an entry of this name is on the site: {there}. Not added; remove the row."
            elif change.gone:
                yield _gone(change)
            elif change.cell is None and not change.row.table.level.of_items:
                what = change.row.table.level.value
                yield f"Conflict: this {what} was changed on the site{when}: {excerpt(change.live)}. Not deleted."
            elif change.cell is None:
                live = excerpt(change.live)
                yield f"Conflict: this item was changed on the site{when}; it is now {live}. Not removed."
            elif change.live == change.cell.exported:
                yield f"[{change.cell.column.header}] was held back with it: an item is sent whole."
            else:
                header = change.cell.column.header
                edited, live, exported = excerpts(change.cell.edited, change.live, change.cell.exported)
                yield (
                    f"Conflict in [{header}]: here {edited}, on the site now {live}{when}."
                    f" Not sent; exported was {exported}."
                )

    # -- refused by the site's validation

    def _refused(self, answer: Rejected) -> Iterator[Outcome]:
        refusal = self._refusal(answer)
        asked = {row.place for row in self.settled.rows}
        if not asked & refusal.by_place.keys():
            first = self.settled.rows[0].place
            elsewhere = [f"{place}: {text}" for place, texts in refusal.by_place.items() for text in texts]
            refusal.by_place[first] = [*refusal.general, *elsewhere] or ["The site refused this without a reason."]
        else:
            refusal.by_place[min(asked & refusal.by_place.keys(), key=str)] += refusal.general
        at = next(row.place for row in self.settled.rows if row.place in refusal.by_place)
        for row in self.settled.rows:
            sentences = refusal.by_place.get(row.place)
            because = f"Not sent, because the site refused {at} of the same package."
            yield self._outcome(row, Result.REFUSED if sentences else Result.NOT_SENT, sentences or [because])
        for place in refusal.by_place.keys() - asked:
            yield Outcome(
                place,
                self.settled.rows[0].name,
                None,
                Result.REFUSED,
                " ".join([*refusal.by_place[place], "(Not edited here, but the site checks the whole package.)"]),
            )

    def _refusal(self, answer: Rejected) -> Refusal:
        assert self.settled.call is not None  # noqa: S101  only a call can be rejected
        errors: Mapping[str, JSON] = answer.errors
        dataset_type = self.settled.rows[0].table.dataset_type
        return explain(errors, self.settled.call, self.layout, dataset_type, self.places)


def _verified(settled: Settled, layout: Layout, after: Catalogue | None) -> Verified | None:
    match settled.answer:
        case Accepted(package) if after is not None and settled.diff is not None and settled.call is not None:
            key = settled.rows[0].package
            return Verified(layout, settled.diff, settled.call, package, after, key)
        case _:
            return None


def _own_result(change: Change, sent: Result) -> Result:
    """Return what became of one field, in a row of which others were sent."""
    match change.verdict:
        case Verdict.CONFLICT:
            return Result.CONFLICT
        case Verdict.ALREADY:
            return Result.UNCHANGED
        case Verdict.CHANGE:  # pragma: no branch  mypy knows that there is no other
            return sent


def _word(row: RowEdit, *, dry: bool) -> Result:
    if row.action == "delete":
        return Result.WOULD_DELETE if dry else Result.DELETED
    if row.new or (row.table.level.of_items and not row.number):
        return Result.WOULD_CREATE if dry else Result.CREATED
    return Result.WOULD_UPDATE if dry else Result.UPDATED


def _did(row: RowEdit, going: Sequence[Change], *, dry: bool) -> list[str]:
    if row.action == "delete" and row.table.level.of_items:
        return [f"{'Would remove it' if dry else 'Removed'} from {row.table.title}."]
    if row.action == "delete":
        return [f"{'Would delete' if dry else 'Deleted'} this {row.table.level.value}."]
    headers = ", ".join(f"[{change.cell.column.header}]" for change in going if change.cell is not None)
    if row.table.level.of_items and not row.number:
        return [f"{'Would add it' if dry else 'Added'} to {row.table.title}: {headers}."]
    if row.new:
        return [f"{'Would create' if dry else 'Created'} this {row.table.level.value} with {headers}."]
    said = [f"{'Would change' if dry else 'Changed'} {headers}."]
    if row.table.level is Level.PACKAGE and any(c.cell and c.cell.column.key == "name" for c in going):
        said.append("The address of the page changes with the name.")
    return said


def _hints(going: Sequence[Change]) -> Iterator[str]:
    """Say what CKAN, which only says that it failed, is likely to have stumbled over."""
    for change in going:
        if change.cell is not None and change.row.table.level is Level.PACKAGE:
            if change.cell.column.key == "name":
                yield f"[{change.cell.column.header}] may be the name of a deleted package, which still holds it."
            elif change.cell.column.kind is Kind.GROUPS:
                yield f"[{change.cell.column.header}] may name a group that there is not, or that is not yours."


def _overwrites(going: Sequence[Change]) -> Iterator[str]:
    """Say what somebody else had written meanwhile and is lost with this."""
    for change in going:
        if change.overwrites:
            what = "This" if change.cell is None else f"[{change.cell.column.header}]"
            yield f"{what} overwrites a change on the site: {excerpt(change.live)}."


def _gone(change: Change) -> str:
    header = f" in [{change.cell.column.header}]" if change.cell is not None else ""
    what = "this item" if change.row.table.level.of_items else f"this {change.row.table.level}"
    what = "its package" if change.row.new else what
    where = "as it was exported" if change.row.table.level.of_items else "(or not visible to you)"
    now = f" (in its place there is now {excerpt(change.live)})" if change.live else ""
    return (
        f"Conflict{header}: {what} is no longer on the site {where}{now}. Nothing was sent for it;"
        " undo your edit, or remove the row."
    )
