"""Two ways to the same catalogue: what ``package_patch`` leaves is what ``package_revise`` would have left."""

from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import Desk

from bulkedit.ckan.client import Client
from bulkedit.ckan.send import send
from bulkedit.ckan.site import Site
from bulkedit.core import columns as own
from bulkedit.core.answers import Accepted
from bulkedit.core.catalogue import tabulate
from bulkedit.core.columns import Layout
from bulkedit.core.diff import diff_package
from bulkedit.core.edits import RowEdit
from bulkedit.core.files import Files
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import layout_of
from bulkedit.core.plan import plan_package
from bulkedit.core.schema import Vocabulary
from bulkedit.sandbox import Sandbox
from bulkedit.uploading import examine_files

NAMES = ("fire-danger", "river-gauges", "trail-closures")
"""Of the sample catalogue: in a group of the editor's and in a foreign one, plain with extras, with many lists."""

STAMPS = ("metadata_modified", "last_modified", "created")
"""Set by the clock."""


@dataclass(frozen=True)
class Deed:
    """Texts typed into a workbook: into an existing row of a sheet, or into a new one."""

    sheet: str
    texts: tuple[tuple[str, str], ...]
    new: bool = False

    def do(self, desk: Desk, at: int) -> None:
        """Do it at the so-manieth row."""
        rows = desk.rows[self.sheet]
        assert {header for header, _ in self.texts} <= {*desk.headers[self.sheet]}, self
        row = rows[at % len(rows)]
        if self.new:
            rows.append({own.PACKAGE: row[own.PACKAGE], **dict(self.texts)})
        else:
            row.update(self.texts)


def types(sheet: str, header: str, *texts: str) -> list[Deed]:
    """Return deeds that type one of the texts each."""
    return [Deed(sheet, ((header, text),)) for text in texts]


def adds(sheet: str, **texts: str) -> Deed:
    """Return a deed that adds a row."""
    return Deed(sheet, tuple(texts.items()), new=True)


DEEDS: list[Deed] = [
    *types("Packages", "Title", "A new title"),
    *types("Packages", "Description", "New words.", "two\nlines"),
    *types("Packages", "Keywords", "one; two", "two"),
    *types("Packages", "Groups", "", "outdoors", "safety"),
    *types("Packages", "Topics", "", "Water; Safety"),
    *types("Packages dataset", "Title", "Gauges and levels"),
    *types("Packages dataset", "Groups", "", "outdoors"),
    *types("Packages dataset", "Tags", "", "levels"),
    *types("Extras dataset", "Value", "new", ""),
    *types("Extras dataset", own.ACTION, "delete"),
    adds("Extras dataset", Key="seen", Value="yes"),
    *types("Contacts", "E-mail", "new@parks.example"),
    *types("Contacts", own.ACTION, "delete"),
    adds("Contacts", **{"Name": "Ada Fenn", "E-mail": "ada@parks.example"}),
    *types("Dates", own.ACTION, "delete"),
    *types("Resources", "Name", "Renamed"),
    *types("Resources", "Format", "CSV", ""),
    *types("Resources", "URL", "https://files.parks.example/new.csv"),
    *types("Resources", "Description", "New words.", ""),
    *types("Resources", own.ACTION, "delete"),
    *types("Resources", own.POSITION, "1", "2", "9"),
    *types("Resources", own.UPLOAD, "walks.csv", "plain"),
    adds("Resources", Name="Added", URL="https://files.parks.example/added.csv"),
    adds("Resources", Name="Sent", Upload="walks.csv"),
    *types("Resource Columns of the table", "Comment", "New words."),
    *types("Resource Columns of the table", own.ACTION, "delete"),
    *types("Resources dataset", "Description", "New words."),
    *types("Resources dataset", own.UPLOAD, "walks.csv"),
    *types("Resources dataset", own.ACTION, "delete"),
]


def shown(sandbox: Sandbox) -> dict[str, Package]:
    """Return the packages as the editor sees them, without stamps and addresses."""
    client = Client(sandbox.url, sandbox.tokens["editor"])
    found = {name: client.read("package_show", id=name) for name in NAMES}
    return {name: _unstamped(package, sandbox.url) for name, package in found.items()}


def _unstamped(value: Any, url: str) -> Any:
    match value:
        case dict():
            return {key: _unstamped(held, url) for key, held in value.items() if key not in STAMPS}
        case list():
            return [_unstamped(held, url) for held in value]
        case str():
            return value.replace(url, "")
        case _:
            return value


def opened(**how: Any) -> Sandbox:
    """Return a sandbox that makes the same ids as any other."""
    numbers = count(1)
    return Sandbox(new_id=lambda: f"22222222-0000-4000-8000-{next(numbers):012d}", **how)


def bring(sandbox: Sandbox, layout: Layout, desk: Desk, rows: list[RowEdit], files: Files, *, revise: bool) -> int:
    """Send the edits of one package, and return how many calls that took."""
    client = Client(sandbox.url, sandbox.tokens["editor"])
    live = client.read("package_show", id=rows[0].package)
    assert isinstance(live, dict)
    diff = diff_package(rows, desk.catalogue, tabulate(layout, [live]), files=files, layout=layout)
    plan = plan_package(diff, live, Site(client).groups(), files, revise=revise)
    for sent, call in enumerate(plan.calls, 1):
        answer = send(client, replace(call, before=live))
        if not isinstance(answer, Accepted):
            return sent
        live = answer.package
    return len(plan.calls)


@cache
def exported() -> tuple[Layout, list[Package]]:
    """Return the sample packages and their layout."""
    with opened() as sandbox:
        site = Site(Client(sandbox.url, sandbox.tokens["editor"]))
        packages = [package for name in NAMES if (package := site.package(name)) is not None]
        kinds = ["bcdc_dataset", "dataset"]
        return layout_of(packages, site.schemas(kinds), Vocabulary(site.licences(), (), "en"), kinds, {}), packages


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two files to send."""
    found = tmp_path_factory.mktemp("files")
    (found / "walks.csv").write_text("id,name\n1,Ford\n")
    (found / "plain").write_bytes(b"\x00\x01")
    return found


@settings(max_examples=40, deadline=None)
@given(deeds=st.lists(st.tuples(st.sampled_from(DEEDS), st.integers(0, 20)), min_size=1, max_size=6))
def test_the_fallback_leaves_what_a_revision_leaves(folder: Path, deeds: list[tuple[Deed, int]]) -> None:
    """Whatever is edited, both ways end in the same catalogue, but for stamps."""
    tables, packages = exported()
    desk = Desk(tables, tabulate(tables, packages))
    for deed, at in deeds:
        deed.do(desk, at)
    edited, files = examine_files(desk.edits().rows, folder)
    by_package = replace(desk.edits(), rows=edited).by_package()
    sound = [rows for rows in by_package.values() if not any(row.problems for row in rows)]

    with ExitStack() as stack:
        with_it, without = (
            stack.enter_context(opened()),
            stack.enter_context(opened(without=("package_revise",))),
        )
        for rows in sound:
            bring(with_it, tables, desk, list(rows), files, revise=True)
            bring(without, tables, desk, list(rows), files, revise=False)
        found: list[dict[str, JSON]] = [{**shown(one)} for one in (with_it, without)]

    assert found[1] == found[0]
