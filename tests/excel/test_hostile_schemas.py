"""Schemas and sites come from the world: whatever their texts hold, the workbook is whole and has no formula."""

import re
import warnings
import zipfile
from pathlib import Path
from xml.parsers import expat

import openpyxl
import pytest
from exports import edits_of, touched

from bulkedit.core.catalogue import tabulate
from bulkedit.core.columns import Choice
from bulkedit.core.json_value import JSON, Package
from bulkedit.core.layout import Schema, layout_of
from bulkedit.core.meta import Identity
from bulkedit.core.schema import Vocabulary
from bulkedit.core.text import UNSEEN
from bulkedit.excel.read import read_workbook
from bulkedit.excel.write import Export, write_workbook

SITE = "https://catalogue.example"
TEXTS = {
    "command": "=cmd|' /C calc'!A0",
    "link": '=HYPERLINK("http://evil.example","x")',
    "markup": "<script>alert(1)</script>",
    "attribute": "\" onmouseover='x' \"&<>",
    "end of a section": "]]>",
    "escape": "_x0041_ _x005F_x001B_",
    "terminal": "\x1b]0;owned\x07\x1b[31mred",
    "controls": "\x00\x01\x7f\x9b",
    "turned": "\u202egnp.exe\u2066",
    "line ends": "x\r\ny\n\n",
    "line separators": "a\x85b\u2028c",
    "surrogate": "\ud800",
    "noncharacter": "\ufffe\uffff",
    "signs of sheets": "[]:*?/\\",
    "apostrophe": "'",
    "apostrophes": "'it''s'",
    "blank": " ",
    "nothing": "",
    "long": "a" * 300,
    "endless label": "word " * 2_000,
    "wide": "\U0001f600" * 40,
    "ours": "Start here",
    "Excel's own": "History",
    "a reference": "A1",
    "hidden sheet": "_base",
    "inner link": "internal:'_base'!A1",
    "file": "file:///etc/passwd",
}


def _schema(text: str) -> Schema:
    choices: JSON = [{"value": text, "label": text}, {"value": "b", "label": text}]
    of_list: JSON = [{"field_name": "s", "label": text, "help_text": text}]
    return {
        "dataset_type": "dataset",
        "dataset_fields": [
            {"field_name": "title", "label": text, "help_text": text, "required": True},
            {"field_name": "name", "label": text.upper(), "help_text": text},
            {"field_name": "f", "label": text, "preset": "select", "choices": choices},
            {"field_name": "g", "label": text, "preset": "multiple_checkbox", "choices": choices},
            {"field_name": f"x{text}", "label": "L", "help_text": text},
            {"field_name": "rep", "label": text, "repeating_subfields": of_list},
            {"field_name": f"rep{text}", "label": text.upper(), "repeating_subfields": of_list},
            {"field_name": f"{text}rep", "label": "[]", "repeating_subfields": of_list},
        ],
        "resource_fields": [
            {"field_name": "url", "label": text},
            {"field_name": "rep", "label": text, "repeating_subfields": of_list},
        ],
    }


def _packages(text: str) -> list[Package]:
    one: Package = {
        "id": f"p{text[:100]}",
        "name": text,
        "type": "dataset",
        "title": text,
        "f": text,
        "g": [text],
        "rep": [{"s": text}],
        f"odd{text}": text,
        "extras": [{"key": text, "value": text}],
        "resources": [{"id": f"r{text[:100]}", "name": text, "url": text, "rep": [{"s": text}]}],
    }
    return [one, {"id": "other", "name": "other", "type": f"t{text}"}]


@pytest.fixture(params=TEXTS.values(), ids=TEXTS, scope="module")
def book(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Export packages of a schema with a text wherever a site may put one; nothing is said aside."""
    text, path = request.param, tmp_path_factory.mktemp("hostile") / "export.xlsx"
    choices = (Choice(text, text),)
    layout = layout_of(_packages(text), {"dataset": _schema(text)}, Vocabulary(choices, choices))
    identity = Identity(SITE, {"o": text}, "2026-11-22T08:00:00", text)
    with warnings.catch_warnings(), path.open("wb") as file:
        warnings.simplefilter("error", UserWarning)
        write_workbook(file, Export(identity, layout, [tabulate(layout, _packages(text))]))
    return path


def parts(path: Path) -> dict[str, bytes]:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_part_is_well_formed(book: Path) -> None:
    """Or else Excel would offer to repair the workbook, and drop what it cannot read."""
    for name, content in parts(book).items():
        if name.endswith((".xml", ".rels", ".vml")):
            expat.ParserCreate().Parse(content, True)


def test_no_cell_is_a_formula(book: Path) -> None:
    """Each is a text; formulas are but those of our rules and drop-downs, which hold no text of the site."""
    for name, content in parts(book).items():
        if name.startswith("xl/worksheets/sheet"):
            assert b"<f>" not in content
            assert b"<f " not in content
            assert set(re.findall(rb'<c [^>]*t="([^"]*)"', content)) <= {b"s", b"inlineStr"}
            formulas = re.findall(rb"<formula1?>([^<]*)</formula", content)
            assert not [one for one in formulas if re.search(rb"(?i)cmd|hyperlink|script|evil|passwd", one)]


def test_links_lead_to_the_site(book: Path) -> None:
    """And to sheets of the workbook; nothing else is fetched from anywhere."""
    for name, content in parts(book).items():
        for target, mode in re.findall(rb'Target="([^"]*)"(?: TargetMode="([^"]*)")?', content):
            assert mode in (b"", b"External")
            if mode:
                assert target.decode() == SITE or target.decode().startswith(f"{SITE}/dataset/")
                assert re.fullmatch(rb"[!-~]+", target)
        assert b"externalLink" not in content, name
        assert b"ddeLink" not in content, name


def test_names_of_sheets_are_names(book: Path) -> None:
    """As spreadsheet programs take them, none alike, and no character in them that cannot be seen."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        opened = openpyxl.load_workbook(book)
    titles, names = opened.sheetnames, {name: one.attr_text for name, one in opened.defined_names.items()}
    opened.close()

    assert len({title.casefold() for title in titles}) == len(titles)
    for title in titles:
        assert 1 <= len(title.encode("utf-16-le")) // 2 <= 31
        assert not set(title) & set("[]:*?/\\")
        assert not UNSEEN.search(title)
        assert title == title.strip("' ")
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9_]*", name) for name in names)
    assert all(re.fullmatch(r"_(lists|base)!\$[A-Z]+(\$\d+)?:\$[A-Z]+(\$\d+)?", place) for place in names.values())


def test_headers_and_notes_can_be_seen(book: Path) -> None:
    """What turns, hides or ends a line is shown as a sign; and each header stands once in its sheet."""
    opened = openpyxl.load_workbook(book)
    for sheet in opened.worksheets:
        if sheet.title in ("Start here", "Results") or sheet.sheet_state != "visible":
            continue
        headers = [str(cell.value) for cell in sheet[1]]
        notes = [cell.comment.text for cell in sheet[1] if cell.comment]

        assert len(set(headers)) == len(headers) == len(notes)
        assert max(map(len, headers)) <= 320
        assert not UNSEEN.search("".join(headers).replace("\n", "").replace("_x000D_", ""))
        assert not UNSEEN.search("".join(notes).replace("\n", ""))
    opened.close()


def test_nothing_in_it_is_an_edit(book: Path) -> None:
    """The workbook is read again as it was written."""
    read = read_workbook(book)

    assert touched(edits_of(read)) == []
