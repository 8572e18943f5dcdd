"""Texts that come into a workbook from the site, and what is said of them at each row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bulkedit.core import columns as own
from bulkedit.core.advance import Advance
from bulkedit.core.catalogue import Texts
from bulkedit.core.columns import Table, own_headers, trailing_headers
from bulkedit.core.edits import CellEdit, Place, RowEdit
from bulkedit.core.outcomes import at_rest
from bulkedit.core.results import FieldOutcome, Outcome, Result
from bulkedit.core.text import excerpts

_MOST_NAMED = 6  # cells that a message names; the sheet Results has all
_MOST_SHOWN = 60  # characters of a text in a message

_STAMPS = ("metadata_modified", "last_modified")
"""Fields that the site sets: where they are all that came in, nobody is told. They show edits, and are none."""

ALREADY = "The site has this already."


@dataclass
class _Row:
    """What there is to say of one row: cells that came in (and whether nobody can edit them), other sentences."""

    came: list[tuple[FieldOutcome, bool]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    gone: bool = False
    emptied: bool = False


class Incoming:
    """Collects the cells to write and the answers of a refresh."""

    def __init__(self, moved: Advance, positions: Mapping[str, Mapping[str, int]]) -> None:
        """Begin with nothing.

        Args:
            moved: gets the cells to write.
            positions: column number of each header that is ours or a field's, by sheet title.
        """
        self._moved, self._positions = moved, positions
        self._rows: dict[Place, _Row] = {}

    def _row(self, place: Place) -> _Row:
        return self._rows.setdefault(place, _Row())

    def comes(self, place: Place, header: str, name: str, before: str, now: str, *, quiet: bool = False) -> None:
        """Let a cell say what the site says, if the sheet has its column.

        Args:
            place: the row.
            header: of the cell.
            name: the field's API name.
            before: what the cell said.
            now: what it says from now on.
            quiet: name it in the message only where there is nothing else to name.
        """
        if header in self._positions.get(place.sheet, {}):
            self._moved.write(place, header, now)
            self._row(place).came.append((FieldOutcome(name, before, now, now, Result.UPDATED, header), quiet))

    def note(self, place: Place, sentence: str) -> None:
        """Say something of a row."""
        self._row(place).notes.append(sentence)

    def gone(self, row: RowEdit, what: str) -> None:
        """Say that the record of a row is gone; the row stays.

        Args:
            row: the row.
            what: what is not there any more.
        """
        of = row.table.level.value == what
        said = self._row(row.place)
        said.gone = True
        said.notes.append(
            f"{'This' if of else 'Its'} {what} is not on the site any more (or not visible to you); you can delete"
            " this row."
        )

    def empty(self, row: RowEdit, texts: Texts) -> None:
        """Empty the row of an entry that is gone, but for the columns of the person's own."""
        table, said = row.table, self._row(row.place)
        for header in cells_of(table):
            self._moved.write(row.place, header, "")
        said.gone = said.emptied = True
        entry = ", ".join(filter(None, texts))
        said.came = [(FieldOutcome(table.field, entry, "", "", Result.DELETED, table.label, whole=True), False)]
        said.notes.append("This entry is not on the site any more; its row was emptied.")

    def is_emptied(self, place: Place) -> bool:
        """Tell whether a row was emptied."""
        return place in self._rows and self._rows[place].emptied

    def outcome(self, row: RowEdit, clash: Outcome | None, name: str, resources: Mapping[str, str]) -> Outcome:
        """Return the answer to a row.

        Args:
            row: the row.
            clash: what an import would say of its conflicts; None where there are none.
            name: what its package is called now.
            resources: names of the resources by id.
        """
        said = self._rows.get(row.place, _Row())
        if all(quiet and one.field in _STAMPS for one, quiet in said.came):
            said = replace(said, came=[])  # whoever imported a minute ago would find all of that listed
        came = tuple(outcome for outcome, _ in said.came)
        result, fields = _without_clash(row, said), came
        sentences = [*said.notes, *_named(said.came, marked=not row.problems and clash is None)]
        if row.problems:
            result, sentences = Result.INVALID, [*row.problems, *sentences]
            fields = (*(_refused(cell) for cell in row.cells), *came)
        elif clash is not None:
            result, sentences, fields = Result.CONFLICT, [clash.message, *sentences], (*clash.changes, *came)
        elif result is Result.SKIPPED:
            sentences = [at_rest(row, {}).message, *sentences]
        return Outcome(row.place, name, resources.get(row.resource), result, " ".join(sentences), fields)


def _refused(cell: CellEdit) -> FieldOutcome:
    return FieldOutcome(cell.column.name, cell.exported, cell.edited, None, Result.INVALID, cell.column.header)


def _without_clash(row: RowEdit, said: _Row) -> Result:
    if row.action == "skip":
        return Result.SKIPPED
    if said.gone:
        return Result.DELETED
    return Result.UPDATED if said.came else Result.UNCHANGED


def cells_of(table: Table) -> Iterator[str]:
    """Yield the headers of all cells of a row that are ours or a field's, but for its answer."""
    yield from (header for header in own_headers(table.level) if header not in (own.RESULT, own.MESSAGE))
    yield from (column.header for column in table.columns)
    yield from trailing_headers(table.level)


def _named(came: Sequence[tuple[FieldOutcome, bool]], *, marked: bool) -> Iterator[str]:
    """Yield what cells say now: of those that people edit, or where there are none, of the others.

    Args:
        came: the cells.
        marked: name them in brackets, which colours them by the row's result.
    """
    cells = [outcome for outcome, quiet in came if not quiet and not outcome.whole]
    cells = cells or [outcome for outcome, _ in came if not outcome.whole]
    for outcome in cells[:_MOST_NAMED]:
        now, before = excerpts(outcome.edited, outcome.exported, most=_MOST_SHOWN)
        header = f"[{outcome.header}]" if marked else outcome.header
        yield f"{header} now says {now}; it said {before}."
    left = len(cells) - _MOST_NAMED
    if left > 0:
        yield f"And {left} more cell{'' if left == 1 else 's'}."
