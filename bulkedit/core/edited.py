"""Whether a cell was edited, and whether what it holds now could be sent."""

from dataclasses import replace

from bulkedit.core.cells import Cell, Form, OddCell, cell_text, says_the_same
from bulkedit.core.checks import refuse_wrong
from bulkedit.core.codecs import Codec
from bulkedit.core.columns import Column
from bulkedit.core.edits import CellEdit
from bulkedit.core.json_value import text_of
from bulkedit.core.plain import UnreadableError
from bulkedit.core.text import CELL_LIMIT, after_libreoffice, canonical, excerpt, fits, is_marker


def edited_cell(column: Column, codec: Codec, exported: str, cell: Cell, *, name: bool) -> CellEdit | None:
    """Return the edit of one cell, or None where it says what was exported.

    Args:
        column: the column.
        codec: its codec.
        exported: the text as exported.
        cell: what the cell holds now.
        name: the column is a package's name.

    Raises:
        UnreadableError: the cell holds nothing that could be sent.
    """
    if isinstance(cell, OddCell):
        _refuse_formula(cell)
        if says_the_same(cell, exported):
            return None
    text = canonical(cell_text(cell))
    normal = codec.normal(text)
    if normal in (exported, codec.normal(exported)) or text in after_libreoffice(exported):
        return None
    _refuse_text(column, exported, text)
    value = codec.read(normal, None)
    if column.steps:
        _refuse_step(column, codec, text_of(codec.read(exported, None)), text_of(value))
    checked = replace(column, checks=("name", *column.checks)) if name and "name" not in column.checks else column
    refuse_wrong(checked, normal, exported)
    return CellEdit(column, exported, normal, form_of(cell), text)


def _refuse_text(column: Column, exported: str, text: str) -> None:
    """Make sure that a column can be edited, and that a text can be stored in it, whatever it says."""
    if is_marker(exported):
        raise UnreadableError("is too long for a cell and can only be edited on the site; restore the cell")
    if column.read_only:
        raise UnreadableError(f"is read-only; restore {excerpt(exported, 60)}")
    if "\x00" in text:  # PostgreSQL has no such character in a text: CKAN answers with an internal error
        raise UnreadableError("holds a character that no site can store (NUL); type the text anew")
    if not fits(text):
        raise UnreadableError(
            f"holds more than the {CELL_LIMIT:,} characters of a cell; shorten it, or edit it on the site"
        )
    if column.required and text == "":
        raise UnreadableError("is required and cannot be emptied")
    if column.lasting and text == "":
        raise UnreadableError("cannot be emptied again; CKAN has no way to do it")


def form_of(cell: Cell) -> Form | None:
    """Return how a cell that is not text was stored."""
    return cell.form if isinstance(cell, OddCell) else None


def _refuse_step(column: Column, codec: Codec, before: str, after: str) -> None:
    """Make sure that a workflow allows a change; one that says nothing of the value before allows any."""
    allowed = [step for step in column.steps if step.before == before]
    if not allowed or after in {step.after for step in allowed}:
        return
    ways = "; ".join(f"{codec.show(step.after)} ({', '.join(step.by) or 'anybody'})" for step in allowed)
    if before:
        raise UnreadableError(
            f"cannot go from {excerpt(codec.show(before))} to {excerpt(codec.show(after))}; it can go to: {ways}"
        )
    raise UnreadableError(f"of a new record must be: {ways}")


def _refuse_formula(cell: OddCell) -> None:
    if cell.form is Form.FORMULA:
        raise UnreadableError("holds a formula; type the value itself (or copy the cell and paste its value)")
    if cell.form is Form.ERROR:
        raise UnreadableError(f"holds the error {cell.text}; type the value itself")
