"""What looks like a spreadsheet program's doing, and not like anybody's edit: it is asked about before it is sent.

Each guard has a code. It names cells, and stops an import until somebody says that it is meant. Only cells of
exported rows count; the same value in a whole column is the job, never an accident.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

from bulkedit.core import columns as own
from bulkedit.core.catalogue import Catalogue
from bulkedit.core.cells import Form
from bulkedit.core.columns import Column, Kind, Level, Table
from bulkedit.core.demands import exported_texts
from bulkedit.core.edits import CellEdit, Edits, Place, RowEdit
from bulkedit.core.mangled import JUDGES, Sign, iso_date
from bulkedit.core.text import excerpt

SAID: Mapping[str, str] = MappingProxyType(
    {
        "dates-retyped": "dates became numbers or are written in another form",
        "zeros-lost": "zeros in front of numbers are gone",
        "digits-rounded": "long numbers lost digits",
        "series-filled": "numbers count up from row to row, as when a cell is dragged down",
        "text-cut": "a long text ends where cells or forms cut",
        "rows-scrambled": "texts stand in other rows or columns than before, as when only some columns are sorted",
        "column-cleared": "every cell is empty now",
    }
)
"""What each guard sees, after the name of a column; the codes in the order of reports."""

CODES = tuple(SAID)


@dataclass(frozen=True)
class Finding:
    """What a guard found in one column (or, of scrambled rows, in one sheet).

    Attributes:
        code: which guard.
        cells: where, like ``Resources!H7``.
        text: what happened, where, what to do: one sentence or two.
        headers: the headers of the cells by row.
    """

    code: str
    cells: tuple[str, ...]
    text: str
    headers: Mapping[Place, tuple[str, ...]] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell of an exported row: what it held, what it holds now, and how it was edited, if it was."""

    row: RowEdit
    exported: str
    now: str
    edit: CellEdit | None


def find_damage(edits: Edits, exported: Catalogue) -> list[Finding]:
    """Return what the guards find in the edits of a workbook."""
    tables: dict[Table, list[RowEdit]] = {}
    for row in edits.rows:
        tables.setdefault(row.table, []).append(row)
    found = [finding for table, rows in tables.items() for finding in _of_sheet(table, rows, edits, exported)]
    return sorted(found, key=lambda finding: CODES.index(finding.code))


def _of_sheet(table: Table, rows: Sequence[RowEdit], edits: Edits, exported: Catalogue) -> Iterator[Finding]:
    there = [row for row in rows if _counts(row)]
    texts = [exported_texts(row, exported) for row in there]
    names = [_called(table, of) for of in texts]
    edited = {cell.column.name for row in there for cell in row.cells} & table.names.keys()
    scrambled: list[tuple[Place, str]] = [(row.place, row.beside) for row in rows if row.beside]
    scrambled = scrambled if len(scrambled) >= _ROWS_OUT_OF_STEP else []
    for index, column in enumerate(table.columns):
        if column.name not in edited:
            continue
        cells = [_cell(row, column, before[index]) for row, before in zip(there, texts, strict=True)]
        for code, hits in _in_column(column, cells, names):
            where = [(cell.row.place, column.header) for cell in hits]
            if code == "rows-scrambled":
                scrambled += where
            else:
                yield _finding(code, table, where, edits, _example(hits))
    scrambled = [*dict.fromkeys((*scrambled, *_in_other_columns(there, texts)))]
    if scrambled:
        yield _finding("rows-scrambled", table, scrambled, edits)
    yield from _without_identity(table, rows, edits, exported)


def _counts(row: RowEdit) -> bool:
    """Tell whether a row is an exported one that is there to stay."""
    known = bool(row.owner) and not row.new and (row.number > 0 or not row.table.level.of_items)
    return known and row.action == "" and not row.beside


def _cell(row: RowEdit, column: Column, exported: str) -> _Cell:
    edit = next((cell for cell in row.cells if cell.column.name == column.name), None)
    return _Cell(row, exported, exported if edit is None else edit.edited, edit)


def _in_column(
    column: Column, cells: Sequence[_Cell], names: Sequence[Mapping[str, str]]
) -> Iterator[tuple[str, list[_Cell]]]:
    """Yield the code and the cells of each accident that a column shows; a cell has one at most."""
    edited = [cell for cell in cells if cell.edit is not None]
    if _is_cleared(cells):
        yield "column-cleared", edited
        return
    taken: set[Place] = set()
    for code, judge in JUDGES.items():
        signs = [judge(cell.exported, cell.now, _form(cell)) if cell.exported else Sign.NONE for cell in edited]
        hits = [cell for cell, sign in zip(edited, signs, strict=True) if sign and cell.row.place not in taken]
        sure = any(sign is Sign.SURE for sign in signs)
        if hits and (sure or len(hits) >= _LIKELY_ONES):
            taken |= {cell.row.place for cell in hits}
            yield code, hits
    left = [cell for cell in edited if cell.row.place not in taken]
    if hits := _filled(column, cells, names, taken):
        yield "series-filled", hits
    elif hits := _shuffled(column, left):
        yield "rows-scrambled", hits


_LIKELY_ONES = 3


def _form(cell: _Cell) -> Form | None:
    return None if cell.edit is None else cell.edit.form


# -- a whole column emptied

_CELLS_CLEARED = 6


def _is_cleared(cells: Sequence[_Cell]) -> bool:
    """Tell whether every cell that held something is empty now, and more than somebody clears one by one."""
    held = [cell for cell in cells if cell.exported]
    return len(held) >= _CELLS_CLEARED and not any(cell.now for cell in cells)


def _without_identity(
    table: Table, rows: Sequence[RowEdit], edits: Edits, exported: Catalogue
) -> Iterator[Finding]:
    """Find that the column was emptied that says which record a row is: all would be made a second time."""
    header = _IDENTITY.get(table.level, "")
    added = [row for row in rows if row.cells and (row.new or (table.level.of_items and not row.number))]
    if not header or len(added) < _CELLS_CLEARED or any(_counts(row) for row in rows):
        return
    ours = [at for at, column in enumerate(table.columns) if not column.read_only]
    held = {tuple(texts[at] for at in ours) for texts in exported.rows.get(table.title, {}).values()}
    again = [row for row in added if tuple(_typed(row, at) for at in ours) in held]
    if len(again) >= _CELLS_CLEARED:
        yield _finding("column-cleared", table, [(row.place, header) for row in again], edits)


_IDENTITY = {Level.RESOURCE: own.ID, Level.ITEM: own.ITEM, Level.RESOURCE_ITEM: own.ITEM}


def _typed(row: RowEdit, index: int) -> str:
    name = row.table.columns[index].name
    return next((cell.edited for cell in row.cells if cell.column.name == name), "")


# -- texts in other rows

_ROWS_OUT_OF_STEP = 2
_TEXTS_SHUFFLED = 3
_CHOICES_SHUFFLED = 6
_PART_SHUFFLED = 0.9
_ROWS_ONE_OFF = 4
_ROWS_GONE_ROUND = 6
_ENDS_LEFT_OUT = 20


def _shuffled(column: Column, edited: list[_Cell]) -> list[_Cell]:
    """Return the edited cells of a column if their texts are those that they held, in another order.

    Nearly so: somebody may have edited one as well, and of rows moved by one the last text is lost. Else return
    those among them whose texts, hardly any of them alike, just went round. Where there are few choices, that can
    be chance: there must be more of them, and no other among them.
    """
    before, now = Counter(cell.exported for cell in edited), Counter(cell.now for cell in edited)
    if len(now.keys() - {""}) < _TEXTS_SHUFFLED:
        return []
    same = (before & now).total()
    if column.kind in (Kind.CHOICE, Kind.CHOICES):
        return edited if same == len(edited) >= _CHOICES_SHUFFLED else []
    one_off = same == len(edited) - 1 and len(edited) >= _ROWS_ONE_OFF
    return edited if one_off or same >= _PART_SHUFFLED * len(edited) else _gone_round(edited)


def _gone_round(edited: list[_Cell]) -> list[_Cell]:
    """Return the cells that took each other's texts, whatever was edited besides.

    A long stretch of rows moved by one takes each other's texts as well, but for those at its ends.
    """
    left = edited
    for _ in range(_ENDS_LEFT_OUT):
        before, now = {cell.exported for cell in left}, {cell.now for cell in left}
        left = [cell for cell in left if cell.now in before and cell.exported in now]
    unlike = len({cell.now for cell in left})
    return left if len(left) >= _ROWS_GONE_ROUND and unlike >= _PART_SHUFFLED * len(left) else []


# -- texts in other columns


def _in_other_columns(rows: Sequence[RowEdit], texts: Sequence[Sequence[str]]) -> Iterator[tuple[Place, str]]:
    """Yield the cells of whole columns that hold another column's texts, which holds another one's itself.

    So do two whose headers changed places, and all to the right of a cell that was inserted. A text that was
    carried over into another field, and then written anew, is an edit.
    """
    taken: dict[tuple[str, str], list[tuple[Place, str, str]]] = {}
    filled: Counter[str] = Counter()
    for row, exported in zip(rows, texts, strict=True):
        names = row.table.names
        cells = [cell for cell in row.cells if cell.column.name in names]
        filled.update(c.name for c, text in zip(row.table.columns, exported, strict=True) if text)
        filled.update(cell.column.name for cell in cells if not cell.exported)
        held: dict[str, list[str]] = {}
        for cell in cells:
            held.setdefault(exported[names[cell.column.name]], []).append(cell.column.name)
        for cell in cells:
            for other in held.get(cell.edited, ()) if cell.edited else ():
                where = (row.place, cell.column.header, cell.edited)
                taken.setdefault((cell.column.name, other), []).append(where)
    moved = {
        pair: hits
        for pair, hits in taken.items()
        if len(hits) >= max(_ROWS_GONE_ROUND, _PART_SHUFFLED * filled[pair[0]])
        and len({text for *_, text in hits}) >= _TEXTS_SHUFFLED
    }
    into = {name for name, _ in moved}
    yield from dict.fromkeys(
        (place, header) for (_, source), hits in moved.items() if source in into for place, header, _ in hits
    )


# -- series

_NUMBER = re.compile(r"(\d+)", re.ASCII)
_ONLY_NUMBERS = re.compile(r"[\d\s.,:/+\-]+", re.ASCII)
_ROWS_OF_SERIES = 3
_ROWS_OF_PLAIN_SERIES = 5
_EDITED_OF_SERIES = 2
_DIGITS_AT_MOST = 18


def _called(table: Table, texts: Sequence[str]) -> dict[str, str]:
    """Return what a row calls its record: a number in it may be why others hold it."""
    return {name: texts[table.names[name]] for name in ("name", "title", "url") if name in table.names}


def _filled(
    column: Column, cells: Sequence[_Cell], names: Sequence[Mapping[str, str]], taken: set[Place]
) -> list[_Cell]:
    """Return the edited cells of stretches of rows whose texts count up by one step and are otherwise the same."""
    hits: list[_Cell] = []
    for start, end, key in _stretches([cell.now for cell in cells]):
        counted = [
            cell
            for cell, called in zip(cells[start:end], names[start:end], strict=True)
            if cell.edit is not None
            and cell.row.place not in taken
            and not _held_before(cell, key, called, column.name)
        ]
        long_enough = len(counted) >= _EDITED_OF_SERIES and end - start >= _rows_needed(cells[start].now, key)
        if long_enough and not _counted_before(cells[start:end], key):
            hits += counted
    return hits


_Key = tuple[str, int, int]
"""What two neighbours of a series share: their text with the number left out, which number it is, the step."""


def _counted_before(cells: Sequence[_Cell], key: _Key) -> bool:
    """Tell whether texts counted up by the same step when they were exported: they were moved on together.

    Or by another one, as prices do that are raised; but one by one is how a single cell is dragged.
    """
    steps = [{step for _, _, step in _links(a.exported, b.exported)} for a, b in pairwise(cells)]
    even = set.intersection(*steps)
    return key[2] in even or (key[2] != 1 and even != set())


_AS_DATE = "date"


def _stretches(texts: Sequence[str]) -> Iterator[tuple[int, int, _Key]]:
    """Yield the longest stretches of neighbours that count up alike: from, to (exclusive), and how."""
    start, keys = 0, set[_Key]()
    for at in range(1, len(texts) + 1):
        links = _links(texts[at - 1], texts[at]) if at < len(texts) else set()
        if keys & links:
            keys &= links
            continue
        if keys and at - start >= _ROWS_OF_SERIES:
            yield start, at, min(keys)
        start, keys = at - 1, links


def _links(one: str, two: str) -> set[_Key]:
    """Return how a text counts up to the next one: as dates, or by its one number that differs."""
    if one == two or not one or not two:
        return set()
    day, next_day = iso_date(one), iso_date(two)
    if day is None or next_day is None:
        return set(_counts_up(one, two))
    days = (next_day - day).days
    dates = {(_AS_DATE, 0, days)} if days > 0 and one[10:] == two[10:] else set()
    return dates | {key for key in _counts_up(one, two) if key[1] == _DAY}  # months and years are no fill handle's


_DAY = 5
"""Where the day stands among the parts of an ISO date, its dashes counted."""


def _counts_up(one: str, two: str) -> Iterator[_Key]:
    first, second = _NUMBER.split(one), _NUMBER.split(two)
    unlike = [at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b]
    if len(first) != len(second) or len(unlike) != 1 or unlike[0] % 2 == 0:
        return
    at = unlike[0]
    if max(len(first[at]), len(second[at])) <= _DIGITS_AT_MOST and (step := int(second[at]) - int(first[at])) > 0:
        yield "".join([*first[:at], "#", *first[at + 1 :]]), at, step


def _rows_needed(text: str, key: _Key) -> int:
    """Return how many rows make a series: of mere numbers and dates that do not go one by one, more."""
    plain = key[0] == _AS_DATE or _ONLY_NUMBERS.fullmatch(text) is not None
    return _ROWS_OF_PLAIN_SERIES if plain and key[2] != 1 else _ROWS_OF_SERIES


def _held_before(cell: _Cell, key: _Key, called: Mapping[str, str], name: str) -> bool:
    """Tell whether the number of an edited cell is nothing new: it was in the cell, or is in the record's name."""
    template, at, _ = key
    if template == _AS_DATE:
        return any(cell.now in text for other, text in called.items() if other != name)
    now, before = _NUMBER.split(cell.now), _NUMBER.split(cell.exported)
    held = [before[at]] if len(before) == len(now) else before[1::2]
    held += [found for other, text in called.items() if other != name for found in _NUMBER.findall(text)]
    return int(now[at]) in {int(digits) for digits in held if len(digits) <= _DIGITS_AT_MOST}


# -- what is said

_CELLS_SAID = 3


def _finding(
    code: str, table: Table, where: Sequence[tuple[Place, str]], edits: Edits, example: str = ""
) -> Finding:
    headers: dict[Place, tuple[str, ...]] = {}
    for place, header in where:
        headers[place] = (*headers.get(place, ()), header)
    cells = tuple(edits.cell(place, header) for place, header in where)
    names = ", ".join(f"[{header}]" for header in dict.fromkeys(header for _, header in where))
    seen = f"{names} of {table.title}: {SAID[code]} ({_few(cells)}{example})."
    text = f"{seen} Undo that in the spreadsheet program, or give --accept {code} if it is meant."
    return Finding(code, cells, text, headers)


def _few(cells: Sequence[str]) -> str:
    left = len(cells) - _CELLS_SAID
    return ", ".join(cells[:_CELLS_SAID]) + (f" and {left} more" if left > 0 else "")


def _example(hits: Sequence[_Cell]) -> str:
    first = hits[0]
    return f"; {excerpt(first.exported, 30)} → {excerpt(first.now, 30)}"


# -- what is done about it


def open_questions(findings: Iterable[Finding], accepted: Iterable[str]) -> list[Finding]:
    """Return the findings that nobody has said are meant."""
    return [finding for finding in findings if finding.code not in set(accepted)]


def reasons(findings: Sequence[Finding]) -> dict[Place, str]:
    """Return for each row with cells of findings why it is not sent."""
    found: dict[Place, list[str]] = {}
    for finding in findings:
        for place, headers in finding.headers.items():
            names = ", ".join(f"[{header}]" for header in headers)
            said = f"{names}: {SAID[finding.code]}. Undo that, or give --accept {finding.code} if it is meant."
            found.setdefault(place, []).append(said)
    return {place: " ".join(["Not sent.", *sentences]) for place, sentences in found.items()}


def elsewhere(findings: Sequence[Finding]) -> str:
    """Return why rows without cells of findings are not sent either."""
    where = ", ".join(f"{finding.cells[0]} ({finding.code})" for finding in findings[:_CELLS_SAID])
    return f"Not sent: the import waits for an answer about {where}."


def stop(findings: Sequence[Finding]) -> str:
    """Return in one sentence why nothing is sent."""
    codes = list(dict.fromkeys(finding.code for finding in findings))
    where = ", ".join(f"{finding.code} ({_few(finding.cells)})" for finding in findings[:_CELLS_SAID])
    more = f" and {len(findings) - _CELLS_SAID} more" if len(findings) > _CELLS_SAID else ""
    options = " ".join(f"--accept {code}" for code in codes)
    return (
        f"Nothing was sent: this looks like the spreadsheet program's doing: {where}{more}."
        f" Undo it there, or import with {options} if it is meant."
    )
