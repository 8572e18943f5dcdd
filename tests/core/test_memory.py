"""What a workbook remembers of its export, and what it says of itself."""

import pytest
from arbitrary import packages
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import IDENTITY, desk_of, laid_out, lit, package, parks, trails

from bulkedit.core.catalogue import tabulate
from bulkedit.core.columns import POSITION
from bulkedit.core.json_value import Package
from bulkedit.core.memory import MemoryDamagedError, digest, from_rows, packed, to_rows, unpacked
from bulkedit.core.meta import LAYOUT_VERSION, MetaError, from_json, to_json
from bulkedit.core.text import CELL_LIMIT, fits


@settings(max_examples=60, deadline=None)
@given(packages("p1", "parks"), packages("p2", "trails", 1))
def test_the_memory_of_an_export_comes_back(one: Package, two: Package) -> None:
    """Cell texts, names and owners: written as rows and read again, they are the same."""
    layout = laid_out([one, two])
    catalogue = tabulate(layout, [one, two])
    rows = list(to_rows(catalogue, layout))

    found = from_rows(rows, layout, digest(rows))

    assert found == catalogue


def test_empty_cells_at_the_ends_of_rows_do_not_count() -> None:
    """A spreadsheet does not tell an empty cell from a missing one, nor does the digest."""
    desk = desk_of(parks(), trails())
    rows = list(to_rows(desk.catalogue, desk.layout))
    cut = [_without_empty_end(row) for row in rows]

    found = from_rows(cut, desk.layout, digest(rows))

    assert found == desk.catalogue


def _without_empty_end(row: list[str]) -> list[str]:
    while row and row[-1] == "":
        row = row[:-1]
    return row


def test_every_row_is_found_by_what_identifies_it_in_its_sheet() -> None:
    """Formulas look the exported texts up: an untouched workbook lights up nowhere, at any level."""
    desk = desk_of(parks(), trails())
    keys = [row[0] for row in to_rows(desk.catalogue, desk.layout) if "|" in row[0]]

    assert lit(desk) == []
    assert len(keys) == len(set(keys)) == sum(map(len, desk.rows.values())) > 6


def test_an_edited_cell_is_lit_wherever_its_row_stands() -> None:
    """Rows are looked up, not counted: sorting changes nothing."""
    desk = desk_of(parks(), trails())
    desk.rows["Contacts"][0]["E-mail"] = "Ann@x.org"
    desk.rows["Resources"][1][POSITION] = "1"
    for rows in desk.rows.values():
        rows.reverse()

    assert lit(desk) == [("Resources", 2, POSITION), ("Contacts", 4, "E-mail")]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.text(st.sampled_from("ab_x0041F5\ue000\ue001\ue002\ue003+1\U0001f600"), max_size=9)
        | st.builds(
            lambda piece, most: (piece * most)[:most],
            st.sampled_from(["a", "\U0001f600", "_x005F_x0041_", "\ue001", "x\ue000"]),
            st.integers(CELL_LIMIT // 2 - 9, CELL_LIMIT // 2) | st.integers(31_990, 32_010) | st.just(CELL_LIMIT),
        ).filter(fits),
        max_size=4,
    )
)
def test_any_texts_share_cells_and_come_back(texts: list[str]) -> None:
    """Signs of the packing itself, guards, texts as long as a cell: each cell fits, and all comes back."""
    cells = packed(texts)

    assert all(map(fits, cells))
    assert unpacked(cells, len(texts)) == tuple(texts)


def test_what_stands_in_a_cell_is_what_is_looked_up() -> None:
    """Where the site keeps another form, the memory's row holds the sheet's; the site's comes back too."""
    desk = desk_of(parks())
    desk.catalogue.shown["Packages", "id-parks", "notes"] = "all PARKS"
    rows = list(to_rows(desk.catalogue, desk.layout))

    found = from_rows(rows, desk.layout, digest(rows))

    assert lit(desk) == [("Packages", 2, "Notes")]
    assert found == desk.catalogue
    assert found.rows["Packages"]["id-parks"][2] == "All parks"


def test_what_the_memory_says_of_a_cell_that_there_is_not_is_refused() -> None:
    """A form that the site keeps must be of a row and a column of the workbook."""
    desk = desk_of(parks())
    rows = [*to_rows(desk.catalogue, desk.layout), ["kept", "Packages", "id-parks", "nonsense", "x"]]

    with pytest.raises(MemoryDamagedError, match="does not fit together"):
        from_rows(rows, desk.layout, digest(rows))


@pytest.mark.parametrize("at", [0, 1, -1])
def test_a_changed_memory_is_refused(at: int) -> None:
    """A base that somebody edited would turn edits into changes nobody asked for."""
    desk = desk_of(parks(), trails())
    rows = list(to_rows(desk.catalogue, desk.layout))
    expected = digest(rows)
    rows[at] = [*rows[at][:-1], rows[at][-1] + "x"]

    with pytest.raises(MemoryDamagedError, match="_base was changed or damaged"):
        from_rows(rows, desk.layout, expected)


@pytest.mark.parametrize(
    "rows", [[["99|k", "k", "x"]], [["other"]], [["1|k"]], [[]], [["kept", "Nowhere", "k", "x"]]]
)
def test_a_memory_that_does_not_fit_the_layout_is_refused(rows: list[list[str]]) -> None:
    """Even with the right digest, rows must be of tables that there are."""
    desk = desk_of(parks())

    with pytest.raises(MemoryDamagedError, match="does not fit"):
        from_rows(rows, desk.layout, digest(rows))


@pytest.mark.parametrize("kind", ["package", "resource"])
def test_rows_that_belong_to_nothing_are_refused(kind: str) -> None:
    """Rows and entries of a package or resource that the memory does not hold, whatever its digest."""
    desk = desk_of(parks())
    rows = [row for row in to_rows(desk.catalogue, desk.layout) if row[0] != kind]

    with pytest.raises(MemoryDamagedError, match="does not fit together"):
        from_rows(rows, desk.layout, digest(rows))


@pytest.mark.parametrize("text", ["_x0041_", "_x005F_x000D_", "_x\ue0000041_", "_x0041_" * (CELL_LIMIT // 7)])
def test_texts_that_look_escaped_are_remembered_so_that_nothing_unescapes_them(text: str) -> None:
    """No cell of the memory holds more than a cell can hold, and all come back."""
    one = package("parks", notes=text)
    layout = laid_out([one])
    catalogue = tabulate(layout, [one])

    rows = list(to_rows(catalogue, layout))

    assert all(fits(cell) for row in rows for cell in row)
    assert from_rows(rows, layout, digest(rows)) == catalogue


def test_the_description_comes_back() -> None:
    """Identity and layout, with every column of every kind, survive as JSON."""
    layout = laid_out([parks() | {"unknown": "x", "extras": [{"key": "k", "value": "v"}]}])

    found = from_json(to_json(IDENTITY, layout))

    assert found == (IDENTITY, layout)


def test_a_workbook_of_a_newer_version_is_refused() -> None:
    """What a newer program wrote may mean something this one does not know."""
    said = to_json(IDENTITY, laid_out([])) | {"layout_version": LAYOUT_VERSION + 1}

    with pytest.raises(MetaError, match="newer version of bulkedit"):
        from_json(said)


@pytest.mark.parametrize(
    "said",
    [
        None,
        [],
        {},
        {"layout_version": "1"},
        {"layout_version": LAYOUT_VERSION, "tables": [{"title": "x"}]},
        {"layout_version": LAYOUT_VERSION, "tables": [{"title": "x", "level": "nonsense", "type": "t"}]},
        {
            "layout_version": LAYOUT_VERSION,
            "tables": [{"title": "x", "level": "item", "type": "t", "columns": [{"name": "n"}]}],
        },
    ],
)
def test_a_damaged_description_is_refused(said: object) -> None:
    """Nothing is guessed about what a sheet is."""
    with pytest.raises(MetaError, match="damaged"):
        from_json(said)  # type: ignore[arg-type]
