"""Whatever packages and schemas hold: an untouched export changes nothing, or one sentence says why not."""

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from patience import examples, within
from strange_sites import StrangeSite, catalogues, sites
from worlds import IDENTITY, VOCABULARY, Desk

from bulkedit.core.catalogue import tabulate
from bulkedit.core.identities import Identities
from bulkedit.core.json_value import JSON, Package, dicts
from bulkedit.core.layout import Schema, layout_of
from bulkedit.core.memory import digest, from_rows, to_rows
from bulkedit.core.meta import from_json, to_json
from bulkedit.core.trouble import RunError
from bulkedit.core.witnesses import Witnesses
from bulkedit.templating import templates_for
from bulkedit.workflow.delivery import foresee
from bulkedit.workflow.exporting import export
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions


@examples(15)
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


@examples(100)
@given(catalogues())
def test_witnesses_tell_the_layout_of_all(found: tuple[list[Package], dict[str, JSON]]) -> None:
    """An export lays out its workbook by some of the packages, and as if by all of them."""
    packages, schemas = found
    templates = templates_for(["record"], [])
    witnesses = Witnesses()
    for package in packages:
        witnesses.add(package)

    told = layout_of(
        witnesses.packages, _objects(schemas), VOCABULARY, ["record"], templates, counts=witnesses.counts
    )

    assert told == layout_of(packages, _objects(schemas), VOCABULARY, ["record"], templates)


@examples(100)
@given(catalogues())
def test_any_layout_remembers_itself_and_its_texts(found: tuple[list[Package], dict[str, JSON]]) -> None:
    """Lay out whatever there is: each sheet has its own title, each column its own header, and nothing is lost.

    The same without a file, and so much more often.
    """
    packages, schemas = found
    identities = Identities()
    if any(identities.trouble_with(package) for package in packages):
        return
    with within(10):
        layout = layout_of(packages, _objects(schemas), VOCABULARY, ["record"], templates_for(["record"], []))
        catalogue = tabulate(layout, packages)
        desk = Desk(layout, catalogue)
        remembered = _through_json([list(row) for row in to_rows(catalogue, layout)])
        edits = desk.edits()

    described = to_json(IDENTITY, layout)
    assert from_json(_through_json(described)) == (IDENTITY, layout)
    assert from_rows(remembered, layout, digest(remembered)) == catalogue
    assert [row for row in edits.rows if row.cells or row.problems or row.asks] == []
    assert (edits.missing, edits.unknown) == ({}, [])
    titles = [table.title.casefold() for table in layout.tables]
    assert len(set(titles)) == len(titles)
    for table in layout.tables:
        assert len(set(desk.headers[table.title])) == len(desk.headers[table.title])


def _objects(schemas: dict[str, JSON]) -> dict[str, Schema]:
    """Return the schemas that are objects: `Site.schemas` passes over others."""
    return {key: schema for key, schema in schemas.items() if isinstance(schema, dict)}


def _through_json(value: Any) -> Any:
    return json.loads(json.dumps(value))
