"""What would make a workbook that is not read again is not written."""

import pytest

from bulkedit.core.catalogue import Catalogue
from bulkedit.core.columns import Column, Kind, Layout, Level, Table
from bulkedit.core.trouble import RunError
from bulkedit.excel import bounds
from bulkedit.workflow.exporting import refuse_too_many


def packages_table(columns: int) -> Table:
    """Return a table of packages with so many columns."""
    return Table(
        "Packages",
        Level.PACKAGE,
        "dataset",
        columns=tuple(Column(f"h{n}", f"n{n}", Kind.TEXT) for n in range(columns)),
    )


def catalogue_of(count: int) -> Catalogue:
    """Return a catalogue of so many packages."""
    rows = {f"p{n}": ("x",) for n in range(count)}
    return Catalogue({"Packages": rows}, dict.fromkeys(rows, "name"))


def test_more_rows_than_are_read_again_are_not_exported() -> None:
    """Each package takes a row of its sheet, and one that remembers its name."""
    layout, most = Layout((packages_table(1),)), bounds.ROWS_EXPORTED // 2
    refuse_too_many(layout, catalogue_of(most))

    with pytest.raises(RunError, match=f"{most + 1:,} packages .* too many for one workbook"):
        refuse_too_many(layout, catalogue_of(most + 1))


def test_more_columns_than_are_read_again_are_not_exported() -> None:
    """Extras of thousands of names would be as many columns."""
    with pytest.raises(RunError, match="would have 10,000 columns"):
        refuse_too_many(Layout((packages_table(bounds.FURTHEST_COLUMN),)), catalogue_of(1))


def test_an_export_is_never_more_than_is_read() -> None:
    """Rows that people add, and columns of their own, find a place as well."""
    assert bounds.ROWS_EXPORTED < bounds.ROWS
