"""One cell: whether it was edited, and whether what it holds now could be sent."""

import pytest

from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.core.codecs import codec_of
from bulkedit.core.columns import Column, Kind, Step
from bulkedit.core.edited import edited_cell
from bulkedit.core.plain import UnreadableError
from bulkedit.core.text import CELL_LIMIT, in_cell

NOTES, TAGS = Column("Notes", "notes"), Column("Tags", "tag_string", Kind.TAGS)
STATE = Column(
    "State",
    "publish_state",
    steps=(Step("", "DRAFT"), Step("DRAFT", "PUBLISHED"), Step("PUBLISHED", "ARCHIVED", ("admin",))),
)


def edit(column: Column, exported: str, cell: Cell) -> str | None:
    """Return the text that a cell asks for; None where it was not edited."""
    found = edited_cell(column, codec_of(column), exported, cell, name=False)
    return None if found is None else found.edited


@pytest.mark.parametrize("cell", ["one\r\ntwo", "one\rtwo", "one\ntwo"])
def test_line_ends_are_no_edit(cell: str) -> None:
    """Each program writes them in its way."""
    assert edit(NOTES, "one\ntwo", cell) is None


def test_an_emptied_cell_is_an_edit() -> None:
    """The only way to clear a field."""
    assert edit(NOTES, "All parks", "") == ""


def test_a_text_that_was_remembered_in_an_older_form_is_no_edit() -> None:
    """Workbooks of an earlier version may remember texts that this one would write in another way."""
    assert edit(TAGS, "road; forest", "forest; road") is None
    assert edit(TAGS, "road; forest", "road; forest") is None


def test_a_workflow_is_gone_step_by_step() -> None:
    """What another state allows is not allowed here; a state that the workflow does not know may become any."""
    assert edit(STATE, "DRAFT", "PUBLISHED") == "PUBLISHED"
    assert edit(STATE, "RETIRED", "DRAFT") == "DRAFT"
    with pytest.raises(UnreadableError, match="cannot go from “DRAFT” to “ARCHIVED”; it can go to: PUBLISHED"):
        edit(STATE, "DRAFT", "ARCHIVED")
    with pytest.raises(UnreadableError, match="of a new record must be: DRAFT"):
        edit(STATE, "", "PUBLISHED")


@pytest.mark.parametrize(
    ("column", "exported", "cell", "why"),
    [
        (Column("ID", "id", read_only=True), "x", "y", "is read-only"),
        (Column("ID", "id", read_only=True), "x", "", "is read-only"),
        (Column("Title", "title", required=True), "Parks", "", "cannot be emptied"),
        (Column("Date", "date", lasting=True), "2026", "", "cannot be emptied again"),
        (NOTES, in_cell("x" * (CELL_LIMIT + 1)), "y", "can only be edited on the site"),
        (NOTES, "x", "y" * (CELL_LIMIT + 1), "holds more than"),
        (NOTES, "x", "a\x00b", "no site can store"),
        (NOTES, "x", OddCell("=A1", Form.FORMULA), "holds a formula"),
        (NOTES, "x", OddCell("#REF!", Form.ERROR), "holds the error #REF!"),
    ],
)
def test_what_cannot_be_sent_is_said(column: Column, exported: str, cell: Cell, why: str) -> None:
    """Whatever the site would say to it."""
    with pytest.raises(UnreadableError, match=why):
        edit(column, exported, cell)
