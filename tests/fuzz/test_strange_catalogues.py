"""Whatever packages and schemas hold: an untouched export changes nothing, or a sentence says why there is none."""

import json
import tempfile
from pathlib import Path

from hypothesis import given
from patience import examples, within
from strange_sites import StrangeSite, sites

from bulkedit.core.catalogue import tabulate
from bulkedit.core.json_value import dicts
from bulkedit.core.trouble import RunError
from bulkedit.excel.read import read_workbook
from bulkedit.workflow import Import, ImportOptions, export
from bulkedit.workflow.delivery import foresee


@examples(30)
@given(sites())
def test_an_untouched_export_of_anything_changes_nothing(site: StrangeSite) -> None:
    """Export a site of whatever packages and schemas, import the workbook: no edit, no problem, no missing row."""
    with within(20), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parks.xlsx"
        try:
            export(site.as_site(), ["parks"], path)
        except RunError as error:
            assert_a_sentence(str(error))
            assert not path.exists()
            return

        with Import(site.as_site(), path, ImportOptions()) as job:
            report = job.report(job.run(foresee), dry_run=True)

    edits, book = job.edits, job.book
    assert [row for row in edits.rows if row.cells or row.problems or row.asks] == []
    assert (edits.missing, edits.unknown, job.findings, job.mistake) == ({}, [], [], "")
    assert (report.unwritten, site.writes) == ("", 0)
    assert book.exported == tabulate(book.layout, dicts(site.packages))
    assert len(edits.rows) == sum(map(len, book.exported.rows.values()))


def assert_a_sentence(said: str) -> None:
    """Assert that a person was told something, on one line."""
    assert said.strip()
    assert "\n" not in said, said
