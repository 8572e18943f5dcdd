"""A worksheet part is patched as it comes: in pieces of any size, with the same result."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkedit.excel import bounds
from bulkedit.excel.errors import TooLarge
from bulkedit.excel.patch import Link
from bulkedit.excel.sheetcells import patch_cells
from bulkedit.excel.sheetrows import replace_rows
from bulkedit.excel.splices import spliced
from tests.excel.books import worksheet

SHEET = worksheet(
    '\n<row r="1" ht="30" spans="1:2"><c r="A1" s="1" t="str"><v>é</v></c>\n <c r="B1" s="2"/></row>'
    '<row>\n  <c r="B3"><f>1+1</f><v>2</v></c>'
    '<c t="inlineStr"><is><t xml:space="preserve">a &gt; b</t></is></c></row>'
    '<row/><row r="7" s="3" customFormat="1"></row><!-- > --><row r="9"><c r="A9"><v>9</v></c></row>',
    before='<dimension ref="A1:C9"/><cols><col min="1" max="3" width="9" style="4"/></cols>',
    after='<autoFilter ref="A1:C9"><filterColumn colId="0"/></autoFilter><mergeCells count="0"/>',
).encode()
TEXTS = {1: {1: "é", 2: "b", 4: "d"}, 2: {1: "x"}, 3: {2: "", 3: "c"}, 4: {1: "new"}, 7: {2: "y"}, 12: {1: "z"}}


@given(st.integers(1, 90))
def test_cells_are_patched_alike_in_pieces_of_any_size(size: int) -> None:
    """Where one piece ends and the next begins is nothing to a cell, a row or a tag."""
    whole = patch_cells([SHEET], TEXTS, 12)

    patch = patch_cells(pieces(size), TEXTS, 12)

    assert patch.formulas_lost is whole.formulas_lost is True
    assert b"".join(spliced(pieces(size), patch.splices)) == b"".join(spliced([SHEET], whole.splices))


@given(st.integers(1, 90))
def test_rows_are_replaced_alike_in_pieces_of_any_size(size: int) -> None:
    """A whole sheet gets other rows, links and extent, wherever a piece of it ends."""
    rows = [["Head", "Row"], ["a", Link("5", "Packages", "A5")], ["", "", "c"]]
    whole = replace_rows([SHEET], rows)

    patch = replace_rows(pieces(size), iter(rows))

    assert b"".join(spliced(pieces(size), patch.splices)) == b"".join(spliced([SHEET], whole.splices))


def test_a_cell_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be kept while a cell is read has a limit."""
    monkeypatch.setattr(bounds, "CELL_BYTES", 1000)
    sheet = worksheet(f'<row r="1"><c r="A1"><v>1</v>{" " * 5000}</c></row>').encode()

    with pytest.raises(TooLarge, match="a cell of more than"):
        patch_cells((sheet[at : at + 100] for at in range(0, len(sheet), 100)), {1: {1: "x"}})


def pieces(size: int) -> Iterator[bytes]:
    """Yield the sheet in pieces."""
    return (SHEET[at : at + size] for at in range(0, len(SHEET), size))
