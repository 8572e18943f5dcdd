"""Conditional formats: results by their words, what messages name, what is missing, what was changed.

Their formulas reach other sheets through defined names only: Excel 2007 knows no other way, and later ones
would move such rules to where other programs lose them. Names cover whole columns, because an import writes
another number of rows there. Rows are looked up by what identifies them and columns by their headers, as an
import does it, so that sorting and moving changes nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from xlsxwriter.worksheet import Worksheet

from bulkedit.core import columns as own
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Column, Level, Rule, Table, own_headers, trailing_headers
from bulkedit.core.demands import GIVEN
from bulkedit.core.memory import GUARD, OF, PACKED_AT_MOST, START, remembered_headers
from bulkedit.core.results import Result
from bulkedit.core.sheets import letters
from bulkedit.excel import looks
from bulkedit.excel.looks import Formats, Look

BASE_KEYS, BASE_TEXTS = "base_keys", "base_texts"
"""Defined names of the exported texts, and of the keys to find their rows by."""

CHANGES_AT_MOST = 20_000
"""Rows of a workbook above which changed cells are not lit: looking them up would make it slow."""

_TEXT_AT_MOST = 255  # characters of a text in a formula (Excel specifications and limits)


@dataclass(frozen=True)
class Ground:
    """A data sheet to be highlighted.

    Attributes:
        table: its table.
        number: of the table in its layout, from 1.
        last_row: the last row with highlights, from 1.
        with_changes: light changed cells.
        as_names: its headers are API names; messages use the labels.
    """

    table: Table
    number: int
    last_row: int
    with_changes: bool = True
    as_names: bool = False

    @property
    def width(self) -> int:
        """The number of columns."""
        table = self.table
        return len(own_headers(table.level)) + len(table.columns) + len(trailing_headers(table.level))

    def letter(self, header: str) -> str:
        """Return the column letters of a header of ours."""
        return letters(own_headers(self.table.level).index(header) + 1)

    def letter_of(self, column: Column) -> str:
        """Return the letters of a field's column."""
        return letters(len(own_headers(self.table.level)) + self.table.columns.index(column) + 1)


def headers_name(number: int) -> str:
    """Return the defined name of the headers whose texts are remembered of a table."""
    return f"headers_{number}"


def labels_name(number: int) -> str:
    """Return the defined name of the labels that belong to `headers_name`, as messages write them."""
    return f"labels_{number}"


def highlight(sheet: Worksheet, formats: Formats, ground: Ground) -> None:
    """Give a data sheet all its highlights; of two that meet in a cell, the first holds."""
    for columns, formula, look in _rules(ground):
        _rule(sheet, columns, ground.last_row, formula, formats.highlight(look))


def highlight_results(sheet: Worksheet, formats: Formats, column: int, last_row: int) -> None:
    """Colour a column of results by their words."""
    at = letters(column)
    for words, look in looks.OF_RESULTS:
        _rule(sheet, [at], last_row, _says(f"{at}2", words), formats.highlight(look))


def _rule(sheet: Worksheet, columns: Sequence[str], last_row: int, formula: str, style: object) -> None:
    ranges = [
        f"{column}2:{column}{last_row}" if ":" not in column else _area(column, last_row) for column in columns
    ]
    options = {"type": "formula", "criteria": f"={formula}", "format": style, "stop_if_true": True}
    if len(ranges) > 1:
        options["multi_range"] = " ".join(ranges)
    sheet.conditional_format(ranges[0], options)


def _area(columns: str, last_row: int) -> str:
    first, _, last = columns.partition(":")
    return f"{first}2:{last}{last_row}"


_Rule = tuple[list[str], str, Look]
"""Columns (letters, or a stretch like ``A:F``), a formula for the first cell there, a look."""


def _rules(ground: Ground) -> Iterator[_Rule]:
    """Yield the rules of a data sheet in the order of their rank."""
    result, everywhere = ground.letter(own.RESULT), [f"A:{letters(ground.width)}"]
    for words, look in looks.OF_RESULTS:
        yield [result], _says(f"${result}2", words), look
    for words, look in looks.OF_RESULTS:
        yield everywhere, f"IF({_says(f'${result}2', words)},{_is_named(ground)},FALSE)", look
    yield from _missing(ground)
    action = f"LOWER(TRIM(${ground.letter(own.ACTION)}2))"
    yield everywhere, f'{action}="delete"', looks.DELETED
    if ground.with_changes:
        yield from _changed(ground)
    # in two parts: LibreOffice ranks rules by their ranges first, and this one comes last
    yield ["A:C", f"D:{letters(ground.width)}"], f'{action}="skip"', looks.SKIPPED


def _says(cell: str, words: Iterable[Result]) -> str:
    tests = [f'{cell}="{word}"' for word in words]
    return tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"


def _is_named(ground: Ground) -> str:
    """Return the test whether the row's message names the cell's column, as ``[Header]``."""
    header = "A$1"
    if ground.as_names:
        at = _place_of(header, ground)
        header = f"IF({at}=0,{header},INDEX({labels_name(ground.number)},{at}))"
    return f'ISNUMBER(FIND("["&{header}&"]",${ground.letter(own.MESSAGE)}2))'


def _place_of(header: str, ground: Ground) -> str:
    """Return the place of a header among those remembered, 0 for others; MATCH would take ``?`` for any."""
    name = headers_name(ground.number)
    return f"SUMPRODUCT(EXACT({header},{name})*ROW({name}))"


# -- changed


def _changed(ground: Ground) -> Iterator[_Rule]:
    end = len(own_headers(ground.table.level)) + len(ground.table.columns)
    count = len(remembered_headers(ground.table))
    if not count:
        return
    first, last = letters(end - count + 1), letters(end)
    text = f'LEFT(SUBSTITUTE({first}2,"{GUARD}",""),{PACKED_AT_MOST})'
    empty, filled = _remembers(first, "", ground), _remembers(first, f'&{text}&"{START}"', ground)
    changed = f"IF(LEN({first}2)=0,{empty},NOT({filled}))"
    yield [f"{first}:{last}"], f"IF({_place_of(f'{first}$1', ground)}=0,FALSE,{changed})", looks.CHANGED


def _remembers(column: str, text: str, ground: Ground) -> str:
    """Return the test whether the memory holds a text for the cell of row 2; an empty one stands for any.

    Of a row that is new it holds none. A text is found among all of its row with its number (`memory.packed`).
    """
    row, at = f"MATCH({_literally(_key(ground))},{BASE_KEYS},0)", _place_of(f"{column}$1", ground)
    packed = f'SUBSTITUTE(INDEX({BASE_TEXTS},{row},0),"{GUARD}","")'
    return f'IFERROR(SUMPRODUCT(--ISNUMBER(FIND("{START}"&{at}&"{OF}"{text},{packed})))>0,FALSE)'


def _key(ground: Ground) -> str:
    """Return what a row is looked up by (`memory.lookup_key`), as a formula."""
    cells = {
        Level.PACKAGE: (own.ID,),
        Level.RESOURCE: (own.ID,),
        Level.ITEM: (own.PACKAGE, own.ITEM),
        Level.RESOURCE_ITEM: (own.RESOURCE_ID, own.ITEM),
    }[ground.table.level]
    parts = '&"/"&'.join(f"${ground.letter(header)}2" for header in cells)
    return f'"{ground.number}|"&{parts}'


def _literally(text: str) -> str:
    """Return a formula for a text that MATCH takes to the letter: ``~ * ?`` mean something to it."""
    return f'SUBSTITUTE(SUBSTITUTE(SUBSTITUTE({text},"~","~~"),"*","~*"),"?","~?")'


# -- missing


def _missing(ground: Ground) -> Iterator[_Rule]:
    """Yield the rules for empty cells that a row in use must fill."""
    by_condition: dict[str, list[Column]] = {}
    for column in ground.table.columns:
        if column.required and not column.read_only:
            by_condition.setdefault(_condition(column, ground), []).append(column)
    for rule in ground.table.rules:
        held = _rule_holds(rule, ground)
        needed = [c for c in map(ground.table.column, rule.required) if c and not c.required and not c.read_only]
        if held and needed:
            by_condition.setdefault(held, []).extend(needed)
    first, last = ground.letter(own_headers(ground.table.level)[3]), letters(ground.width)
    action = f"LOWER(TRIM(${ground.letter(own.ACTION)}2))"
    in_use = f'COUNTA(${first}2:${last}2)>0,{action}<>"delete",{action}<>"skip"'
    for condition, columns in by_condition.items():
        at = [ground.letter_of(column) for column in ground.table.columns if column in columns]
        ours = f"{_place_of(f'{at[0]}$1', ground)}>0"  # a column inserted between two required ones is not
        tests = ",".join(filter(None, [f"LEN({at[0]}2)=0", in_use, condition, ours]))
        yield at, f"AND({tests})", looks.MISSING


def _condition(column: Column, ground: Ground) -> str:
    """Return what else must hold for a required cell to be missing, as a formula; empty for nothing."""
    level = ground.table.level
    if column.within:
        together = [c for c in ground.table.columns if c.within == column.within]
        return f"COUNTA({','.join(f'${ground.letter_of(c)}2' for c in together)})>0"
    if level is Level.PACKAGE and column.name in GIVEN and ground.with_changes:
        return _remembers(ground.letter_of(column), "", ground)  # left empty in a new row, it may stay so
    if level is Level.PACKAGE and column.name in GIVEN:
        return f"LEN(${ground.letter(own.ID)}2)>0"
    if level is Level.RESOURCE and column.name == "url":
        return f"LEN(${ground.letter(own.UPLOAD)}2)=0"
    return ""


def _rule_holds(rule: Rule, ground: Ground) -> str:
    """Return the test whether a field has one of the values of a rule; empty where a formula cannot say it."""
    decides = ground.table.column(rule.field)
    if decides is None:
        return ""
    codec = codec_of(decides)
    texts = {text for value in rule.values for text in (value, codec.show(value))}
    if any(len(text) > _TEXT_AT_MOST for text in texts):
        return ""
    cell = f"${ground.letter_of(decides)}2"
    tests = ",".join(f'EXACT({cell},"{text.replace(chr(34), chr(34) * 2)}")' for text in sorted(texts))
    return f"OR({tests})"
