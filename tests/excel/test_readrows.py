"""Rows of a worksheet part, as programs of every kind write them."""

import pytest
from books import MAIN, worksheet

from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.excel import bounds
from bulkedit.excel.dates import DateStyles
from bulkedit.excel.errors import TooLarge, WorkbookDamaged
from bulkedit.excel.readrows import read_rows
from bulkedit.excel.strings import read_strings

STRINGS = ["zero", "one", "two"]
FULL = '<c t="s"><v>0</v></c>'


def read(rows: str) -> dict[int, dict[int, Cell]]:
    """Return the rows of a sheet."""
    return dict(read_rows([worksheet(rows).encode()], STRINGS, DateStyles()))


def one(cell: str) -> Cell:
    """Return what the one cell of a sheet holds."""
    [(_, cells)] = read(f"<row>{cell}</row>").items()
    return cells[1]


def shared(*items: str) -> list[str]:
    """Return the shared strings of a workbook."""
    return read_strings([f'<sst xmlns="{MAIN}">{"".join(items)}</sst>'.encode()])


def test_rows_and_cells_without_references_are_counted() -> None:
    """From the one before; an empty one counts as well."""
    rows = '<row><c t="s"><v>0</v></c><c/><c t="s"><v>1</v></c></row><row/><row><c t="s"><v>2</v></c></row>'

    assert read(rows) == {1: {1: "zero", 3: "one"}, 3: {1: "two"}}


def test_counting_goes_on_from_a_reference() -> None:
    """Of a row, or of a cell; a row without a number is where its first cell is."""
    rows = (
        '<row r="4"><c r="C4" t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c></row>'
        '<row><c r="B9" t="s"><v>0</v></c></row>'
    )

    assert read(rows) == {4: {3: "zero", 4: "one"}, 5: {1: "two"}, 9: {2: "zero"}}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ('<row r="2"><c/></row><row r="2"><c/></row>', "it has row 2 twice, or out of order"),
        ('<row r="3"><c/></row><row r="2"><c/></row>', "it has row 2 twice, or out of order"),
        ('<row r="1"><c r="A1"/><c r="A1"/></row>', "its row 1 has the cells of a column twice, or out of order"),
        ('<row r="1"><c r="B1"/><c r="A1"/></row>', "its row 1 has the cells of a column twice, or out of order"),
        ('<row r="1"><c r="A2"/></row>', "its row 1 has a cell of row 2"),
        ('<row><c t="s"><v>3</v></c></row>', "a cell in row 1 refers to a text that is not there"),
    ],
)
def test_what_programs_would_read_in_two_ways_is_refused(rows: str, why: str) -> None:
    """Of two rows or cells that say to be the same one, neither is taken."""
    with pytest.raises(WorkbookDamaged, match=why):
        read(rows)


@pytest.mark.parametrize(
    ("cell", "held"),
    [
        ('<c t="b"><v>1</v></c>', OddCell("TRUE", Form.BOOLEAN)),
        ('<c t="b"><v>true</v></c>', OddCell("TRUE", Form.BOOLEAN)),
        ('<c t="b"><v>0</v></c>', OddCell("FALSE", Form.BOOLEAN)),
        ("<c><v>3</v></c>", OddCell("3", Form.NUMBER)),
        ("<c><v>3.0</v></c>", OddCell("3", Form.NUMBER)),
        ("<c><v>3.50</v></c>", OddCell("3.5", Form.NUMBER)),
        ("<c><v>1E20</v></c>", OddCell("1e+20", Form.NUMBER)),
        ('<c t="str"><v>_xD83D__xDE00_</v></c>', "\U0001f600"),
        ('<c t="str"><v>_xD83D_</v></c>', "\ufffd"),
    ],
)
def test_a_cell_says_the_same_whoever_wrote_it(cell: str, held: Cell) -> None:
    """Truth values as words, numbers with zeros behind them, characters in two escapes."""
    assert one(cell) == held


def test_cells_do_not_mix() -> None:
    """Whatever stands in the one before: a text in its formula, a value that is not closed off by anything."""
    cells = '<c t="str"><f>A1</f><v>x</v></c><c t="inlineStr"><is><t>y</t></is></c><c t="str"><v>z</v></c>'

    assert read(f"<row>{cells}</row>") == {1: {1: OddCell("=A1", Form.FORMULA), 2: "y", 3: "z"}}


def test_a_sheet_of_empty_cells_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Formats alone are nothing to wait for; beside texts they are."""
    monkeypatch.setattr(bounds, "EMPTY_CELLS", 50)
    row, full = ("<row>" + cell * count + "</row>" for cell, count in (("<c/>", 10), (FULL, 100)))

    with pytest.raises(TooLarge, match="it has 60 empty cells"):
        read(row * 9)
    assert len(read(full + row * 9)) == 1


def test_shared_texts_keep_their_numbers() -> None:
    """Empty ones, too; escapes are read, phonetic hints are not."""
    found = shared(
        "<si><t>a_x000D_b</t></si>",
        "<si/>",
        "<si><t/></si>",
        "<si><r><t>in </t></r><r><t>pieces</t></r></si>",
        '<si><t>word</t><rPh sb="0" eb="1"><t>hint</t></rPh></si>',
    )

    assert found == ["a\rb", "", "", "in pieces", "word"]
