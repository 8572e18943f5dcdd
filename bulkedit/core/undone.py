"""What an undo did, for people: a row for the package and one for each resource that the run touched."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bulkedit.core.answers import Accepted, Answer, Denied, Held, Mismatched, NotSent, Planned, Rejected, Unclear
from bulkedit.core.api_value import own_fields, same, told
from bulkedit.core.calls import Call
from bulkedit.core.columns import FILE_COLUMN, PLACE_COLUMN
from bulkedit.core.edits import Place
from bulkedit.core.json_value import JSON, Package, dicts, resources_of, text_of
from bulkedit.core.results import FieldOutcome, Outcome, Result
from bulkedit.core.text import excerpt, excerpts
from bulkedit.core.undo import STATE, FieldUndo, Undone, Way

_PACKAGES, _RESOURCES = "Packages", "Resources"
_OURS = {column.name: column.header for column in (FILE_COLUMN, PLACE_COLUMN)}


@dataclass(frozen=True)
class Told:
    """What a run's own rows told: where its records stand in the workbook, and how its fields are called there.

    Attributes:
        rows: the answers to its rows, as ``import --json`` prints them, changes with their header if it is known.
    """

    rows: Sequence[Mapping[str, JSON]] = ()

    @cached_property
    def _of_package(self) -> dict[str, list[Mapping[str, JSON]]]:
        """The rows of each package, by what they call it; packages in the order of their first rows."""
        found: dict[str, list[Mapping[str, JSON]]] = {}
        for row in self.rows:
            found.setdefault(text_of(row.get("package")), []).append(row)
        return found

    @cached_property
    def _headers(self) -> dict[str, str]:
        """The headers of fields, by API name: the first that a row told."""
        lists = [(row.get("list"), row.get("list_label")) for row in self.rows]
        fields = [(one.get("field"), one.get("header")) for row in self.rows for one in dicts(row.get("changes"))]
        told = [*_OURS.items(), *lists, *fields]
        return {text_of(key): text_of(header) for key, header in reversed(told) if header}

    def order(self, package: str) -> int:
        """Return the place of a package among all, in the order of their rows; those without rows are last."""
        return self._order.get(package, len(self._order))

    @cached_property
    def _order(self) -> dict[str, int]:
        return {name: number for number, name in enumerate(self._of_package)}

    def place(self, package: str, resource: str | None) -> Place:
        """Return where the row of a package or resource stands; of one that no row was about, in row 0."""
        sheet = _PACKAGES if resource is None else _RESOURCES
        for row in self._of_package.get(package, ()):
            title = text_of(row.get("sheet"))
            if title.split(" ")[0] != sheet:
                continue
            if resource is None or resource in (row.get("resource"), self._named(row)):
                number = row.get("row")
                return Place(title, number if isinstance(number, int) else 0)
        return Place(sheet, 0)

    def _named(self, row: Mapping[str, JSON]) -> JSON:
        """Return the name that a row gave to its resource, if it did."""
        return next((one.get("edited") for one in dicts(row.get("changes")) if one.get("field") == "name"), None)

    def header(self, key: str) -> str:
        """Return the header of a field; its API name where no row told it."""
        return self._headers.get(key, key)


@dataclass(frozen=True)
class Ending:
    """How the undo of one package ended.

    Attributes:
        name: what the package is called.
        undone: what becomes of each field; None where the package is not there, or could not be read.
        live: the package as it was read.
        call: what was to be sent; None where there was nothing.
        answer: what became of it.
        gone: the package is not there any more.
        called: what the run's rows call the package, where that is another name.
    """

    name: str
    undone: Undone | None = None
    live: Package | None = None
    call: Call | None = None
    answer: Answer | None = None
    gone: bool = False
    called: str = ""

    @property
    def arrived(self) -> bool:
        """Tell whether everything is as it was before the run already."""
        return self.undone is not None and self.undone.settled

    @property
    def doubtful(self) -> bool:
        """Tell whether a refusal may mean that the same has just been stored: an undo creates nothing."""
        return False


def outcomes_of_undo(ending: Ending, rows: Told) -> list[Outcome]:
    """Return the outcomes of one package's rows."""
    return [*_Teller(ending, rows).outcomes()]


@dataclass
class _Teller:
    ending: Ending
    rows: Told
    by_owner: dict[str, list[FieldUndo]] = field(default_factory=dict)

    def outcomes(self) -> Iterator[Outcome]:
        undone, name = self.ending.undone, self.ending.name
        if undone is None:
            yield Outcome(self.rows.place(name, None), name, None, *self._without_fields())
            return
        for one in undone.fields:
            self.by_owner.setdefault(one.owner, []).append(one)
        for owner, fields in self.by_owner.items() or [("", [])]:
            resource = undone.names.get(owner) if owner else None
            result, sentences = self._answered(owner, fields)
            yield Outcome(
                self.rows.place(self.ending.called or name, resource),
                name,
                resource,
                result,
                " ".join(dict.fromkeys(sentences)),
                tuple(self._field(one, owner) for one in fields),
            )

    def _without_fields(self) -> tuple[Result, str]:
        match self.ending.answer:
            case NotSent(reason) | Denied(reason):
                return Result.NOT_SENT, reason
            case _ if self.ending.gone:
                return Result.CONFLICT, (
                    "Conflict: this package is no longer on the site (or not visible to you)."
                    " Nothing was put back."
                )
            case _:
                return Result.UNCHANGED, "The run never created this package."

    def _field(self, one: FieldUndo, owner: str) -> FieldOutcome:
        texts = (told(one.field, value) for value in (one.left, one.before, one.live))
        left, before, live = texts
        result = self._of_way(one.way, [one])
        whole = one.field == STATE
        header = ("resource" if owner else "package") if whole else self.rows.header(one.field)
        return FieldOutcome(one.field, left, before, live, result, header, whole)

    # -- results and sentences

    def _of_way(self, way: Way, fields: Sequence[FieldUndo]) -> Result:
        match way:
            case Way.CONFLICT:
                return Result.CONFLICT
            case Way.UNKNOWN:
                return Result.UNKNOWN
            case Way.LOST:
                return Result.NOT_SENT
            case Way.ALREADY:
                return Result.UNCHANGED
            case Way.BACK:  # pragma: no branch  mypy knows that there is no other
                return self._sent(fields)

    def _sent(self, fields: Sequence[FieldUndo]) -> Result:
        match self.ending.answer:
            case Accepted() | Planned():
                return _word(fields, dry=isinstance(self.ending.answer, Planned))
            case Denied() | Rejected():
                return Result.REFUSED
            case Unclear():
                return Result.UNKNOWN
            case Mismatched():
                return Result.CONFLICT
            case _:
                return Result.NOT_SENT

    def _answered(self, owner: str, fields: Sequence[FieldUndo]) -> tuple[Result, list[str]]:
        ways = [one.way for one in fields]
        worst = next((w for w in (Way.CONFLICT, Way.UNKNOWN, Way.LOST, Way.BACK) if w in ways), Way.ALREADY)
        back = [one for one in fields if one.way is Way.BACK]
        sentences = [sentence for one in fields for sentence in self._trouble(one)]
        if back:
            sentences += self._back(owner, back)
        elif worst is Way.ALREADY:
            sentences.append("It is as it was before the run already.")
        sent = self._sent(back) if back else Result.UNCHANGED
        failed = sent in (Result.REFUSED, Result.UNKNOWN, Result.NOT_SENT, Result.CONFLICT)
        return sent if failed else self._of_way(worst, back), sentences

    def _back(self, owner: str, back: Sequence[FieldUndo]) -> Iterator[str]:
        match self.ending.answer:
            case Accepted(package):
                yield from self._did(owner, back, dry=False)
                yield from self._kept(owner, back, package)
            case Planned():
                yield from self._did(owner, back, dry=True)
            case Rejected(errors):
                yield f"The site refused it: {'; '.join(_flat(dict(errors))) or 'it gave no reason'}."
            case Denied(reason):
                yield reason
                if any(one.field == "name" for one in back):
                    yield "The old name may be taken by another package, maybe by a deleted one."
            case Unclear(reason):
                yield f"{reason} Nobody knows whether the site stored this; undo again: what is back stays so."
            case Mismatched():
                yield "The package was changed again and again while this was sent; nothing was stored."
            case NotSent(reason) | Held(_, reason):
                yield reason

    def _did(self, owner: str, back: Sequence[FieldUndo], *, dry: bool) -> Iterator[str]:
        what = "resource" if owner else "package"
        for one in back:
            if one.field == STATE and one.before == "deleted":
                yield f"The run had created this {what}; {'it would be' if dry else 'it is'} deleted."
            elif one.field == STATE and one.left == "deleted":
                yield f"The run had deleted this {what}; {'it would come' if dry else 'it is'} back."
        headers = ", ".join(f"[{self.rows.header(one.field)}]" for one in back if one.field != STATE)
        if headers:
            yield f"{'Would put' if dry else 'Put'} back {headers}."

    def _kept(self, owner: str, back: Sequence[FieldUndo], package: Package) -> Iterator[str]:
        """Say what the site stored in another form than it was before."""
        assert self.ending.undone is not None  # noqa: S101  something came back
        found, wanted = (_record(one, owner) for one in (package, self.ending.undone.target))
        for one in back:
            key = one.field
            if key in own_fields(wanted) and key != "position" and not same(key, found.get(key), wanted.get(key)):
                yield f"[{self.rows.header(key)}] was kept as {excerpt(told(key, found.get(key)))}."

    def _trouble(self, one: FieldUndo) -> Iterator[str]:
        what, header = "resource" if one.owner else "package", self.rows.header(one.field)
        left, before, live = excerpts(*(told(one.field, value) for value in (one.left, one.before, one.live)))
        match one.way:
            case Way.CONFLICT if one.gone:
                yield f"Conflict in [{header}]: this {what} was deleted on the site since. Nothing was put back."
            case Way.CONFLICT if one.field == STATE:
                yield f"Conflict: this {what}, which the run created, was changed on the site since. Not deleted."
            case Way.CONFLICT:
                yield (
                    f"Conflict in [{header}]: the run left {left}, on the site now {live}{self._when()}."
                    f" Not put back; before the run it was {before}."
                )
            case Way.UNKNOWN if one.field == STATE:
                yield f"It cannot be told whether the run or somebody else made this {what} as it is. Left alone."
            case Way.UNKNOWN:
                yield (
                    f"It cannot be told whether the run or somebody else left {live} in [{header}]. Left alone;"
                    f" before the run it was {before}."
                )
            case Way.LOST:
                yield (
                    f"[{FILE_COLUMN.header}] The file {before} that the run replaced cannot come back;"
                    " import --keep-files would have saved it."
                )
            case _:
                return

    def _when(self) -> str:
        modified = text_of((self.ending.live or {}).get("metadata_modified"))
        return f" (last changed there {modified[:16].replace('T', ' ')} UTC)" if modified else ""


def _word(fields: Sequence[FieldUndo], *, dry: bool) -> Result:
    for one in fields:
        if one.field == STATE and one.before == "deleted":
            return Result.WOULD_DELETE if dry else Result.DELETED
        if one.field == STATE and one.left == "deleted":
            return Result.WOULD_CREATE if dry else Result.CREATED
    return Result.WOULD_UPDATE if dry else Result.UPDATED


def _record(package: Package, owner: str) -> Mapping[str, JSON]:
    if not owner:
        return package
    return next((one for one in resources_of(package) if one.get("id") == owner), {})


def _flat(errors: JSON, path: str = "") -> Iterator[str]:
    """Yield validation errors with the way to each."""
    match errors:
        case dict():
            for key, value in errors.items():
                yield from _flat(value, f"{path} {key}".strip())
        case [*entries] if dicts(entries):
            for number, value in enumerate(entries, 1):
                yield from _flat(value, f"{path} {number}")
        case [*entries]:
            yield f"{path}: {' '.join(map(str, entries))}"
        case _:
            yield f"{path}: {errors}"
