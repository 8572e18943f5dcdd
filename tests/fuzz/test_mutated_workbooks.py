"""A workbook that came by e-mail: read or refused in one sentence, never harmed, and no edit lost or invented."""

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
from books import decoded
from hypothesis import assume, given
from hypothesis import strategies as st
from mutated_books import (
    BOOKS,
    PLAIN_BOOKS,
    SCRATCHES,
    TWISTS,
    Kind,
    Retyped,
    Scratch,
    Twist,
    exported,
    good_book,
    retyped,
    scratched,
    twisted,
    unzipped,
    zipped,
)
from mutating import Mutation, mutated, mutations
from patience import examples, within

from bulkedit.core.cells import Cell, Form, OddCell
from bulkedit.core.columns import own_headers
from bulkedit.core.edits import Edits, RowEdit
from bulkedit.core.find import find_edits
from bulkedit.core.guards import CODES
from bulkedit.core.memory import digest, to_rows
from bulkedit.core.sheets import header_texts
from bulkedit.core.trouble import RunError
from bulkedit.excel.patch import patch_workbook
from bulkedit.excel.read import read_workbook
from bulkedit.excel.write import META, meta_rows
from bulkedit.workflow.checking import Check
from bulkedit.workflow.job import ImportOptions


@examples(40)
@given(BOOKS, SCRATCHES)
def test_a_scratched_file_is_read_or_refused(book: bytes, scratches: Sequence[Scratch]) -> None:
    """Bytes of the file lost, doubled or overwritten."""
    assert_read_or_refused(scratched(book, scratches))


@examples(20)
@given(BOOKS, st.integers(0, 50), SCRATCHES)
def test_a_scratched_part_is_read_or_refused(book: bytes, number: int, scratches: Sequence[Scratch]) -> None:
    """Bytes of one part lost, doubled or overwritten, the zip itself being sound."""
    parts = unzipped(book)
    name = list(parts)[number % len(parts)]

    assert_read_or_refused(zipped(parts | {name: scratched(parts[name], scratches)}))


@examples(12)
@given(BOOKS, st.integers(0, 50), TWISTS)
def test_twisted_xml_is_read_or_refused(book: bytes, number: int, twists: Sequence[Twist]) -> None:
    """Elements and attributes of one part dropped, doubled, swapped, renamed, or of other values."""
    parts = unzipped(book)
    names = [name for name, part in parts.items() if part.startswith(b"<")]
    name = names[number % len(names)]

    assert_read_or_refused(zipped(parts | {name: twisted(parts[name], twists)}))


@examples(10)
@given(mutations(3))
def test_a_forged_layout_is_read_or_refused(changes: Sequence[Mutation]) -> None:
    """What the workbook says of its own sheets and columns, changed by somebody who knows how."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parks.xlsx"
        path.write_bytes(good_book(edited=True))
        described = mutated(read_workbook(path).described, changes)
        assume(isinstance(described, dict))
        assert isinstance(described, dict)
        forged = io.BytesIO()
        patch_workbook(path, forged, {}, {META: [list(row) for row in meta_rows(described, _remembered_digest())]})

    assert_read_or_refused(forged.getvalue())


def _remembered_digest() -> str:
    layout, catalogue = exported()
    return digest(list(to_rows(catalogue, layout)))


def assert_read_or_refused(content: bytes) -> None:
    """Assert that a check ends in time: with a sentence, or the results written and the edits as they were."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parks.xlsx"
        path.write_bytes(content)
        with within(10):
            try:
                job = Check(path, ImportOptions(accept=frozenset(CODES)))
                report = job.result()
            except RunError as error:
                assert_a_sentence(str(error))
                assert _files(folder) == {"parks.xlsx": content}
                return
            assert job.mistake == ""
            if report.unwritten:
                assert_a_sentence(report.unwritten)
                assert _files(folder) == {"parks.xlsx": content}
                return
            again = read_workbook(path)
            edits = find_edits(again.layout, again.exported, again.sheets, again.identity.salt)
        assert _edited(edits) == _edited(job.edits)
        assert (again.layout, again.exported) == (job.book.layout, job.book.exported)
        assert [held for name, held in _files(folder).items() if name != "parks.xlsx"] == [content]


def _files(folder: str) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in Path(folder).iterdir()}


def _edited(edits: Edits) -> list[tuple[object, ...]]:
    return [
        (row.place, row.package, row.owner, row.number, row.action, row.cells, row.problems) for row in edits.rows
    ]


def assert_a_sentence(said: str) -> None:
    """Assert that a person was told something, on one line."""
    assert said.strip()
    assert "\n" not in said, said


# -- cells of which it is known that they were edited


@st.composite
def retypings(draw: st.DrawFn) -> list[Retyped]:
    """Return other contents, each unlike what was exported, for cells of fields."""
    layout, catalogue = exported()
    found: dict[tuple[str, int, int], Retyped] = {}
    for _ in range(draw(st.integers(1, 4))):
        table = draw(st.sampled_from([one for one in layout.tables if catalogue.rows[one.title]]))
        at, texts = draw(st.sampled_from(list(enumerate(catalogue.rows[table.title].values(), 2))))
        index = draw(st.integers(0, len(table.columns) - 1))
        kind = draw(st.sampled_from(Kind))
        if (kind is Kind.NOTHING and not texts[index]) or (kind is Kind.BOOLEAN and texts[index] == "TRUE"):
            kind = Kind.TEXT
        column = len(own_headers(table.level)) + index + 1
        text = "zq" + draw(
            st.text(
                st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cc", "Cs"]),
                max_size=5,
            )
        )
        found[table.title, at, column] = Retyped(table.title, at, column, kind, text)
    return list(found.values())


@examples(25)
@given(retypings())
def test_no_edit_is_lost_and_none_invented(cells: Sequence[Retyped]) -> None:
    """Each cell that was retyped is an edit or a problem of its row; the rows that nobody touched are neither."""
    with tempfile.TemporaryDirectory() as folder, within(10):
        path = Path(folder) / "parks.xlsx"
        path.write_bytes(retyped(good_book(), cells))
        book = read_workbook(path)

        edits = find_edits(book.layout, book.exported, book.sheets)

    touched = {(row.place.sheet, row.place.row): row for row in edits.rows if row.cells or row.problems}
    assert touched.keys() == {(one.sheet, one.row) for one in cells}
    for one in cells:
        table = book.layout.table(one.sheet)
        assert table is not None
        assert _tells(touched[one.sheet, one.row], header_texts(table, as_names=False)[one.column - 1]), one


@examples(8)
@given(st.lists(retypings(), max_size=3), PLAIN_BOOKS)
def test_cells_are_what_another_reader_finds(cells: Sequence[Sequence[Retyped]], book: bytes) -> None:
    """In a sound workbook each cell of a data sheet has the text, number, date, formula that openpyxl reads."""
    content = retyped(good_book(), [one for some in cells for one in some]) if cells else book
    with tempfile.TemporaryDirectory() as folder, within(20):
        path = Path(folder) / "parks.xlsx"
        path.write_bytes(content)

        found = read_workbook(path).sheets

        other = openpyxl.load_workbook(path)
        for title, sheet in found.items():
            ours = {(row.number, at): cell for row in sheet.rows for at, cell in row.cells.items()}
            ours |= {(1, at): header for at, header in sheet.headers.items()}
            theirs = {(c.row, c.column): c for row in other[title].iter_rows() for c in row if c.value is not None}
            assert {at: _as_read(cell) for at, cell in theirs.items() if cell.value != ""} == ours


def _as_read(cell: Any) -> Cell:
    """Return a cell that openpyxl has read as our reader should."""
    value = decoded(cell.value)
    match cell.data_type:
        case "f":
            return OddCell(str(value[1] if isinstance(value, tuple) else value), Form.FORMULA)
        case "e":
            return OddCell(str(value), Form.ERROR)
        case "b":
            return OddCell(str(value).upper(), Form.BOOLEAN)
        case "d":
            return OddCell(cell.value.date().isoformat(), Form.DATE)  # only days are typed here
        case "n":
            return OddCell(str(value), Form.NUMBER)
    return str(value)


def _tells(row: RowEdit, header: str) -> bool:
    return header in {cell.column.header for cell in row.cells} or any(f"[{header}]" in p for p in row.problems)
