"""Promise 5: apart from our own cells and our own sheets, no byte of a workbook changes."""

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import catalogue
import lab as labs
import office as offices
from desk import Desk
from furniture import furnish, parts_of

PACKAGES = "xl/worksheets/sheet2.xml"


def sheet_parts(parts: dict[str, bytes]) -> dict[str, str]:
    """Return the part of each sheet by title."""
    book = ElementTree.fromstring(parts["xl/workbook.xml"])  # noqa: S314  written by us
    titles = [element.attrib["name"] for element in book.iter() if element.tag.endswith("}sheet")]
    return {title: f"xl/worksheets/sheet{number}.xml" for number, title in enumerate(titles, 1)}


def test_pictures_charts_comments_pivot_and_drop_downs_stay(
    lab: labs.Lab, organization: catalogue.Organization, office: offices.Office, tmp_path: Path
) -> None:
    """After an import that updates, every part but those of our sheets is byte for byte the same.

    In the sheet that was answered, everything but the cells of Result and Message is the same as well.
    """
    desk = Desk(lab, organization.name, tmp_path, office)
    desk.exported()
    titles = sheet_parts(parts_of(desk.workbook))
    row = desk.row("Packages", URL=f"{organization.name}-plain-04")
    _retype(desk.workbook, f"{desk.letter('Packages', 'Title')}{row}", "Retyped beside a chart")
    furnish(desk.workbook, PACKAGES)
    before = parts_of(desk.workbook)

    report = desk.imported()

    after = parts_of(desk.workbook)
    assert report["counts"]["updated"] == 1
    assert list(after) == list(before)
    ours = {part for title, part in titles.items() if title != "Start here"}
    assert {name for name in after if after[name] != before[name]} <= ours
    assert len([name for name in after if "threadedComment" in name or "media" in name or "pivot" in name]) >= 6
    own = {desk.letter("Packages", "Result"), desk.letter("Packages", "Message")}
    assert _without(after[PACKAGES], own) == _without(before[PACKAGES], own)
    assert after[titles["_lists"]] == before[titles["_lists"]]


def _retype(path: Path, reference: str, text: str) -> None:
    """Change one text in the file itself; LibreOffice would not keep what only Excel makes."""
    parts = parts_of(path)
    changed, count = re.subn(
        rf'(<c r="{reference}"[^>]*><is><t[^>]*>)[^<]*', rf"\g<1>{text}", parts[PACKAGES].decode()
    )
    assert count == 1
    parts[PACKAGES] = changed.encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _without(sheet: bytes, columns: set[str]) -> bytes:
    """Return the XML of a sheet without the cells of some columns."""
    letters = "|".join(sorted(columns)).encode()
    return re.sub(rb'<c r="(' + letters + rb')\d+"(?: [^>]*)?(?:/>|>.*?</c>)', b"", sheet, flags=re.DOTALL)
