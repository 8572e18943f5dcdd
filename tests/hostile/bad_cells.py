"""Attacks on whoever believes what a cell says of itself: where it is, what it holds, which text it means."""

from attack import Attack, attack
from forged_zip import STORED, packed
from good_book import Good, cell, rows, sheet, with_cell

_LAST = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
_DIGITS = 10_000_000
_MANY = 1_048_576
_INLINE = "<v>1</v>"
_FREE, _IN_IT = 2000, "2000"
"""A row behind all that the good workbook has."""
_X = "x"


def _shown(text: str, times: int) -> str:
    return text or "nothing" if times == 1 else f"{text * 3}… ({times:,} characters)"


def _row(number: str, times: int = 1) -> Attack:
    return attack(
        f"A row that says it is number {_shown(number, times)}.",
        rows(lambda: f'<row r="{number * times}"><c t="inlineStr"><is><t>x</t></is></c></row>'),
    )


def _at(column: str, row: str, columns: int = 1, rows_: int = 1) -> Attack:
    return attack(
        f"A cell that says it is {_shown(column, columns) if column else ''}{_shown(row, rows_) if row else ''}.",
        rows(lambda: f'<row r="{_FREE}"><c r="{column * columns}{row * rows_}">{_INLINE}</c></row>'),
    )


def _shared(index: str, times: int = 1) -> Attack:
    return attack(
        f"A cell whose text is the shared string number {_shown(index, times)}.",
        cell(lambda: f'<c r="REF" t="s"><v>{index * times}</v></c>'),
    )


def _style(index: str) -> Attack:
    return attack(f"A number in a cell of the style {index}.", cell(f'<c r="REF" s="{index}"><v>1</v></c>'))


def _number(text: str, times: int = 1) -> Attack:
    return attack(
        f"A cell that says it is a number: {_shown(text, times)}.",
        cell(lambda: f'<c r="REF"><v>{text * times}</v></c>'),
    )


def _empties(_: Good, xml: str) -> str:
    """Return the sheet with five million empty cells."""
    letters = [first + second for first in "ABCDEFGHIJKLMNOPQRST" for second in "ABCDEFGHIJKLMNOPQRSTUVWXY"]
    one = "<row r='N'>" + "".join(f"<c r='{column}N' s='1'/>" for column in letters) + "</row>"
    return xml.replace(
        "</sheetData>", "".join(one.replace("N'", f"{n}'") for n in range(_FREE, _FREE + 10_000)) + "</sheetData>"
    )


def _text_of(size: int) -> Attack:
    """Return the attack of a cell with a text so long, which is not packed: there is no ratio to see."""
    change = with_cell(lambda: f'<c r="REF" t="inlineStr"><is><t>{size * _X}</t></is></c>')
    return attack(
        f"One cell with a text of {size >> 20} MB, not packed.",
        sheet("Packages", lambda good, xml: packed(good.packages, change(good, xml).encode(), STORED)),
    )


ATTACKS: dict[str, Attack] = {
    "last cell of all in a data sheet": attack(
        "One more cell, XFD1048576: 17 billion cells before it.", rows(_LAST)
    ),
    "last cell of all in _meta": attack("A cell XFD1048576 in the hidden sheet _meta.", rows(_LAST, "_meta")),
    "last cell of all in _base": attack("A cell XFD1048576 in the hidden sheet _base.", rows(_LAST, "_base")),
    "first and last cell": attack(
        "A sheet of two cells, A1 and XFD1048576.",
        sheet(
            "Packages",
            lambda _, xml: (
                xml.partition("<sheetData>")[0]
                + '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Action</t></is></c></row>'
                + _LAST
                + "</sheetData></worksheet>"
            ),
        ),
    ),
    "cell at the last column": attack(
        "A thousand rows, each with a cell in the column XFD: 16 million cells for who fills them up.",
        rows(
            lambda: "".join(f'<row r="{n}"><c r="XFD{n}"><v>1</v></c></row>' for n in range(_FREE, _FREE + 1000))
        ),
    ),
    "row 2,000,000,000": _row("2000000000"),
    "row 1,048,577": _row("1048577"),
    "row of a negative number": _row("-5"),
    "row 0": _row("0"),
    "row of 30 digits": _row("1" + "0" * 30),
    "row of ten million digits": _row("9", _DIGITS),
    "row that is no number": _row("abc"),
    "row and a half": _row("1.5"),
    "row with a line between digits": _row("1_0"),
    "row of digits of another script": _row("١٠"),
    "column ZZZZZZ": _at("ZZZZZZ", _IN_IT),
    "column XFE": _at("XFE", _IN_IT),
    "column of a million letters": _at("A", _IN_IT, columns=1_000_000),
    "cell in row 0": _at("A", "0"),
    "cell in a negative row": _at("A", "-1"),
    "cell without a column": _at("", _IN_IT),
    "cell without a row": _at("A", ""),
    "cell the wrong way round": _at(_IN_IT, "A"),
    "cell that is an area": _at(f"A{_FREE}:B", _IN_IT),
    "cell of ten million digits": _at("A", "9", rows_=_DIGITS),
    "cell in another row than its own": attack(
        "A cell that says it is A3, in the row that says it is 2000: two readers see two sheets.",
        rows('<row r="2000"><c r="A3" t="inlineStr"><is><t>delete</t></is></c></row>'),
    ),
    "the same cell twice": attack(
        "A cell that is there twice, with two texts: two readers see two sheets.",
        sheet(
            "Packages",
            lambda good, xml: xml.replace(
                good.cell[1],
                good.cell[1] + f'<c r="{good.cell[0]}" t="inlineStr"><is><t>Other</t></is></c>',
            ),
        ),
    ),
    "the same row twice": attack(
        "Row 2 a second time, behind all others, with `delete` in it: two readers see two sheets.",
        rows('<row r="2"><c r="A2" t="inlineStr"><is><t>delete</t></is></c></row>'),
    ),
    "more rows than a sheet has": attack(
        "A million rows of one cell each.",
        rows(lambda: "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(_FREE, _MANY))),
    ),
    "five million empty cells": attack("Five million cells with a look and no text.", sheet("Packages", _empties)),
    "shared string out of range": _shared("1000000"),
    "shared string of a negative number": _shared("-1"),
    "shared string that is no number": _shared("one"),
    "shared string and a half": _shared("0.5"),
    "shared string of 30 digits": _shared("1" + "0" * 30),
    "shared string of ten million digits": _shared("9", _DIGITS),
    "style out of range": _style("999999"),
    "style of a negative number": _style("-1"),
    "style that is no number": _style("bold"),
    "number beyond all numbers": _number("1e999"),
    "number of ten million digits": _number("9", _DIGITS),
    "not a number": _number("NaN"),
    "infinity": _number("Infinity"),
    "number with a line between digits": _number("1_000"),
    "number in hexadecimal": _number("0x10"),
    "date that is none": attack("A date of the month 99.", cell('<c r="REF" t="d"><v>9999-99-99</v></c>')),
    "text of 30 MB": _text_of(30 << 20),
}
