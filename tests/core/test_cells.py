"""Retyped cells: what a spreadsheet program makes of a text on its own."""

import pytest

from bulkedit.core.cells import Form, OddCell, says_the_same


@pytest.mark.parametrize(
    ("cell", "text", "same"),
    [
        (OddCell("123", Form.NUMBER), "00123", True),
        (OddCell("123", Form.NUMBER), "1_23", False),
        (OddCell("123", Form.NUMBER), "many", False),
        (OddCell("2024-01-31", Form.DATE), "2024-01-31T00:00:00", True),
        (OddCell("2024-01-31", Form.DATE), "January", False),
        (OddCell("TRUE", Form.BOOLEAN), "true", True),
        (OddCell("=A1", Form.FORMULA), "=A1", False),
        (OddCell("#N/A", Form.ERROR), "#N/A", False),
    ],
)
def test_a_retyped_cell_says_what_it_did_or_not(cell: OddCell, text: str, same: bool) -> None:
    """Both are read as a number, date or boolean; a formula or an error says nothing that was exported."""
    assert says_the_same(cell, text) is same
