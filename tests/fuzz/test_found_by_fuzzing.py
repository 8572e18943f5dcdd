"""What the fuzzers found, each as the smallest example that showed it."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from quick_time import QuickTime
from scripted import TOKEN, Reply, Serve, serve
from strange_sites import StrangeSite

from bulkedit.ckan import pace
from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import CallError
from bulkedit.core.json_value import JSON
from bulkedit.core.trouble import RunError
from bulkedit.workflow.checking import Check
from bulkedit.workflow.exporting import export
from bulkedit.workflow.job import ImportOptions

__all__ = ["serve"]


def test_a_page_of_a_search_that_ends_without_an_id_is_the_last(tmp_path: Path) -> None:
    """The next page begins after the last ID: without one, the same page came for ever."""
    site = StrangeSite([{"id": "p1", "name": "parks"}, {"name": "trails"}], {})

    with pytest.raises(RunError, match="does not list its packages page by page"):
        export(site.as_site(), ["parks"], tmp_path / "parks.xlsx")


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        ([{"name": "map"}], "a resource without a usable ID in the package “parks”"),
        ([{"id": ["r1"]}], "a resource without a usable ID in the package “parks”"),
        ([{"id": "r\r1"}], "a resource without a usable ID in the package “parks”"),
        ([{"id": "r1"}, {"id": "r1"}], "the resource “r1” of the package “parks” twice"),
    ],
)
def test_resources_that_cannot_be_told_apart_are_not_exported(
    tmp_path: Path, resources: Sequence[JSON], said: str
) -> None:
    """A row without an ID would come back as a new resource, two with one as neither."""
    site = StrangeSite([{"id": "p1", "name": "parks", "resources": [*resources]}], {})

    with pytest.raises(RunError, match=said):
        export(site.as_site(), ["parks"], tmp_path / "parks.xlsx")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("key", ["", "\r", "a\ud800", "x" * 33_000])
def test_a_field_may_have_any_name(tmp_path: Path, key: str) -> None:
    """A header that its cell does not give back would make the column unknown, or the workbook unreadable."""
    workbook = tmp_path / "parks.xlsx"
    export(StrangeSite([{"id": "p1", "name": "parks", key: "held"}], {}).as_site(), ["parks"], workbook)

    job = Check(workbook, ImportOptions(no_write=True))

    assert [row for row in job.edits.rows if row.cells or row.problems] == []
    assert job.edits.unknown == []
    assert job.book.exported.rows["Packages"]["p1"].count("held") == 1


@pytest.mark.parametrize(
    "answer",
    [
        Reply(302, "", {"Location": "http://127.0.0.1/\u00e9"}),
        Reply(302, "", {"Location": "http://[half"}),
        Reply(500, "[" * 100_000),
        Reply(200, "[" * 100_000),
    ],
    ids=["redirect to an odd address", "redirect to half an address", "failed, deep", "deep"],
)
def test_an_answer_that_libraries_trip_over_is_a_sentence(
    serve: Serve, monkeypatch: pytest.MonkeyPatch, answer: Reply
) -> None:
    """A redirect to what is no address, and JSON too deep to be read."""
    monkeypatch.setattr(pace, "RealTime", QuickTime)
    client = Client(serve({"status_show": answer}).url, TOKEN)

    with pytest.raises(CallError, match="http"):
        client.read("status_show")


ODD = "a\ud800\x01\r[/]"


def test_a_schema_may_say_anything_anywhere(tmp_path: Path) -> None:
    """Halves of characters and control characters in labels, help and choices harm no workbook."""
    fields: JSON = [
        {"field_name": f"{ODD}1", "label": ODD, "help_text": ODD, "form_placeholder": {"en": ODD}},
        {"field_name": "c", "label": ODD, "preset": "select", "choices": [{"value": ODD, "label": {"fr": ODD}}]},
        {"field_name": f"{ODD}2", "label": "*?", "repeating_subfields": [{"field_name": ODD, "label": ODD}]},
        {"field_name": f"{ODD}3", "label": ODD, "repeating_subfields": [{"field_name": "a", "label": ODD}]},
    ]
    package: JSON = {"id": "p1", "name": "parks", "type": ODD, "c": ODD, f"{ODD}2": [{ODD: ODD}]}
    schema: JSON = {"dataset_fields": fields, "resource_fields": fields}
    site = StrangeSite([package], {ODD: schema}, [{"id": ODD, "title": ODD}], title=ODD)
    export(site.as_site(), ["parks"], tmp_path / "parks.xlsx")

    job = Check(tmp_path / "parks.xlsx", ImportOptions())
    report = job.result()

    assert [row for row in job.edits.rows if row.cells or row.problems] == []
    assert (job.edits.unknown, report.unwritten, job.mistake) == ([], "", "")
