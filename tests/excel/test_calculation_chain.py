"""A calculation chain goes with the formulas that it names, and stays while they do."""

import re
from pathlib import Path

import books
from books import FIRST_SHEET, by_hand, members, part, texts, worksheet
from patching import patched

CHAIN = "xl/calcChain.xml"


def test_formula_replaced_drops_the_calculation_chain(tmp_path: Path) -> None:
    """A chain that names a cell without a formula makes Excel offer a repair, so it goes with its mentions."""
    source = books.rich(tmp_path / "rich.xlsx")
    relations, types = "xl/_rels/workbook.xml.rels", "[Content_Types].xml"

    target = patched(source, {"Packages": {2: {8: "no formula"}}})

    assert [one.name for one in members(target)] == [one.name for one in members(source) if one.name != CHAIN]
    changed = {FIRST_SHEET, relations, types, CHAIN}
    assert [one for one in members(target) if one.name not in changed] == [
        one for one in members(source) if one.name not in changed
    ]
    for name in (relations, types):
        mention = re.findall(rb"<(?:Relationship|Override) [^>]*calcChain[^>]*/>", part(source, name))
        assert len(mention) == 1
        assert part(target, name) == part(source, name).replace(mention[0], b"")
    assert texts(target)["Packages", 2, 8] == "no formula"
    assert texts(target)["Packages", 3, 8] == "=LEN(A3)"


def test_sheet_with_formulas_replaced_drops_the_calculation_chain(tmp_path: Path) -> None:
    """A formula anywhere in the old rows of a replaced sheet counts."""
    rows = '<row r="1"><c r="A1"/></row><row r="9"><c r="A9"/><c r="B9"><f>1+1</f><v>2</v></c></row>'
    source = by_hand(tmp_path / "book.xlsx", worksheet(rows))
    books.with_calc_chain(source, ["B9"])

    target = patched(source, {}, {"Packages": [["a"]]})

    assert CHAIN not in [one.name for one in members(target)]


def test_calculation_chain_stays_while_its_formulas_do(tmp_path: Path) -> None:
    """Patching cells without formulas leaves the chain and its mentions alone."""
    rows = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>1+1</f><v>2</v></c></row>'
    source = by_hand(tmp_path / "book.xlsx", worksheet(rows))
    books.with_calc_chain(source, ["B1"])

    target = patched(source, {"Packages": {1: {1: "x"}}}, {"Notes": [["y"]]})

    assert [one.name for one in members(target)] == [one.name for one in members(source)]


def test_shared_formulas_beside_a_patched_cell_survive(tmp_path: Path) -> None:
    """A group of shared formulas stays a group, cached values included."""
    formulas = (
        '<c r="C2"><f aca="false" t="shared" ref="C2:C3" si="0">A2*2</f><v>2</v></c>',
        '<c r="C3"><f aca="false" t="shared" si="0"/><v>4</v></c>',
    )
    rows = f'<row r="2"><c r="B2" s="1"/>{formulas[0]}</row><row r="3"><c r="A3"><v>2</v></c>{formulas[1]}</row>'
    source = by_hand(tmp_path / "book.xlsx", worksheet(rows))

    target = patched(source, {"Packages": {2: {2: "x"}, 3: {2: "y"}}})

    sheet = part(target).decode()
    assert all(formula in sheet for formula in formulas)
    assert texts(target)["Packages", 3, 3] == "=A3*2"


def test_one_formula_among_other_cells_and_sheets_drops_the_calculation_chain(tmp_path: Path) -> None:
    """Wherever it stands among what is written."""
    rows = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><v>3</v></c></row>'
    source = by_hand(tmp_path / "book.xlsx", worksheet(rows))
    books.with_calc_chain(source, ["A1"])

    cells = patched(source, {"Packages": {1: {1: "x", 2: "y"}}})
    sheets = patched(source, {"Packages": {1: {1: "x"}}}, {"Notes": [["y"]]})

    assert all(CHAIN not in [one.name for one in members(target)] for target in (cells, sheets))
