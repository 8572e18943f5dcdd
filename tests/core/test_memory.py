"""What a workbook remembers of its export, and what it says of itself."""

from dataclasses import replace

import pytest
from arbitrary import packages
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import IDENTITY, desk_of, laid_out, lit, package, parks, trails

from bulkedit.core.catalogue import tabulate
from bulkedit.core.columns import POSITION, Column, Layout, Level, Rule, Step, Table
from bulkedit.core.json_value import Package
from bulkedit.core.memory import MemoryDamagedError, digest, from_rows, packed, to_rows, unpacked
from bulkedit.core.meta import LAYOUT_VERSION, TABLES_AT_MOST, MetaError, from_json, to_json
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
        from_json(said)  # type: ignore[arg-type]  # a damaged one


def test_a_text_of_a_row_that_is_gone_is_not_remembered() -> None:
    """The site's form of it goes with it."""
    desk = desk_of(parks())
    desk.catalogue.shown["Packages", "gone", "notes"] = "x"

    assert [row for row in to_rows(desk.catalogue, desk.layout) if row[0] == "kept"] == []


@pytest.mark.parametrize("cell", ["\ue0010\ue002x", "\ue00199\ue002x", "\ue001nonsense", "x"])
def test_texts_that_were_not_packed_are_refused(cell: str) -> None:
    """Each has a number, of a column that there is."""
    with pytest.raises(MemoryDamagedError, match="does not fit the sheet _meta"):
        unpacked([cell], 2)


def test_a_digest_takes_no_notice_of_empty_ends() -> None:
    """A row that ends in empty texts is that without them."""
    assert digest([["a", "", ""], ["", ""]]) == digest([["a"], []]) != digest([["", "a"]])


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["resource", "id-map", "id-parks", "map", "first"], "does not fit together"),
        (["resource", "id-map", "nobody", "map", "1"], "does not fit together"),
        (["1|nobody", "nobody"], "does not fit together"),
    ],
)
def test_a_memory_whose_rows_belong_to_nothing_is_refused(row: list[str], words: str) -> None:
    """Every row is of a package or resource that is there, at a place that is a number."""
    desk = desk_of(parks())
    rows = [*to_rows(desk.catalogue, desk.layout), row]

    with pytest.raises(MemoryDamagedError, match=words):
        from_rows(rows, desk.layout, digest(rows))


def test_rules_and_workflows_come_back_with_the_description() -> None:
    """A check without a site needs them."""
    steps = (Step("", "draft"), Step("draft", "public", ("editor", "admin")))
    table = Table("Packages", Level.PACKAGE, "record", (Column("State", "stage", steps=steps),))
    layout = Layout((replace(table, rules=(Rule("stage", ("public",), ("notes", "contact")),)),))

    assert from_json(to_json(IDENTITY, layout)) == (IDENTITY, layout)


def test_a_workbook_of_an_older_version_is_refused() -> None:
    """What it lacks cannot be guessed."""
    said = to_json(IDENTITY, laid_out([])) | {"layout_version": LAYOUT_VERSION - 1}

    with pytest.raises(MetaError, match="older version of bulkedit"):
        from_json(said)


@pytest.mark.parametrize(
    "titles", [["Contacts", "contacts"], ["Start here"], [str(n) for n in range(TABLES_AT_MOST + 1)]]
)
def test_a_description_of_sheets_that_cannot_be_is_refused(titles: list[str]) -> None:
    """Two of one title, one of a title of ours, more than a workbook has."""
    layout = Layout(tuple(Table(title, Level.PACKAGE, "record", ()) for title in titles))

    with pytest.raises(MetaError, match="layout in the hidden sheet _meta is damaged"):
        from_json(to_json(IDENTITY, layout))


def test_what_was_exported_distinguishes_a_workbooks_new_records() -> None:
    """Two exports of one organization make records of their own."""
    assert IDENTITY.salt == f"{IDENTITY.exported_at} {IDENTITY.exported_by} {' '.join(IDENTITY.organizations)}"
