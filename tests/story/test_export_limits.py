"""What would make a workbook that is not read again is not written."""

import pytest

from bulkedit.core.columns import Column, Kind, Layout, Level, Table
from bulkedit.core.trouble import RunError
from bulkedit.excel import bounds
from bulkedit.workflow.exporting import pieces
from bulkedit.workflow.records import Records


def packages_table(columns: int) -> Table:
    """Return a table of packages with so many columns."""
    return Table(
        "Packages",
        Level.PACKAGE,
        "dataset",
        columns=tuple(Column(f"h{n}", f"n{n}", Kind.TEXT) for n in range(columns)),
    )


def records_of(count: int) -> Records:
    """Return so many packages."""
    records = Records()
    for number in range(count):
        records.add({"id": f"p{number}", "name": f"name{number}"})
    return records


def test_more_rows_than_are_read_again_are_not_exported(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each package takes a row of its sheet, and one that remembers its name."""
    monkeypatch.setattr(bounds, "ROWS_EXPORTED", 500)
    layout = Layout((packages_table(1),))

    written = list(pieces(layout, records_of(250)))

    assert sum(len(piece.packages) for piece in written) == 250
    with pytest.raises(RunError, match=r"251 packages .* too many for one workbook"):
        list(pieces(layout, records_of(251)))


def test_more_columns_than_are_read_again_are_not_exported() -> None:
    """Extras of thousands of names would be as many columns."""
    with pytest.raises(RunError, match="would have 10,000 columns"):
        list(pieces(Layout((packages_table(bounds.FURTHEST_COLUMN),)), records_of(1)))


def test_an_export_is_never_more_than_is_read() -> None:
    """Rows that people add, and columns of their own, find a place as well."""
    assert bounds.ROWS_EXPORTED < bounds.ROWS
