"""The good workbook that every hostile one is made from, and the ways to change a part of it."""

import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import openpyxl
from books import MAIN, RELATIONS, decoded
from exports import export
from forged_zip import Member, packed, zipped
from hostile import SCHEMA
from producers import parts_of, shared_strings, sheet_parts

from bulkedit.core.memory import digest

BOOK, STRINGS, STYLES, TYPES = "xl/workbook.xml", "xl/sharedStrings.xml", "xl/styles.xml", "[Content_Types].xml"
RELATED, RELATED_TO_BOOK, PROPERTIES = "_rels/.rels", "xl/_rels/workbook.xml.rels", "docProps/core.xml"
TEXT = "A quiet lake, with a path around it"
"""What the description of the first package says."""


@dataclass(frozen=True)
class Good:
    """A workbook as an export makes it and Excel saves it: its texts are shared strings.

    Attributes:
        parts: the content of each part.
        sheets: the part of each sheet, by title.
        layout: what `_meta` says, as JSON.
        base: the rows of `_base`.
        url: an address that nobody may ask.
        secret: the path of a file that nobody may read.
    """

    parts: Mapping[str, bytes]
    sheets: Mapping[str, str]
    layout: Mapping[str, Any]
    base: Sequence[Sequence[str]]
    url: str
    secret: Path

    @property
    def packages(self) -> str:
        """The part of the sheet `Packages`."""
        return self.sheets["Packages"]

    @cached_property
    def cell(self) -> tuple[str, str]:
        """Reference and XML of the cell with the text."""
        before, _, _ = self.parts[STRINGS].decode().partition(f">{TEXT}<")
        found = re.search(
            rf'<c r="([A-Z]+2)"[^>]*><v>{before.count("<si>") - 1}</v></c>', self.parts[self.packages].decode()
        )
        assert found is not None
        return found[1], found[0]

    def members(self, changed: Mapping[str, bytes | Member | None] | None = None) -> list[Member]:
        """Return the zip's members, with parts replaced, added or (None) left out."""
        contents: dict[str, bytes | Member | None] = {**self.parts, **(changed or {})}
        return [
            one if isinstance(one, Member) else packed(name, one)
            for name, one in contents.items()
            if one is not None
        ]


Make: TypeAlias = Callable[[Good], bytes]
Change: TypeAlias = Callable[[Good, str], str | bytes | Member]
Xml: TypeAlias = str | Callable[[], str]
"""XML, or what makes it when it is needed: some of it is large."""


def good_book(url: str, secret: Path) -> Good:
    """Make the good workbook."""
    packages = [_package(number) for number in (1, 2, 3)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "good.xlsx"
        export(path, packages, {"hostile": SCHEMA})
        shared_strings(path)
        parts = parts_of(path)
        book = openpyxl.load_workbook(path)
    meta = {row[0]: row[1:] for row in _texts(book["_meta"])}
    base = _texts(book["_base"])
    assert digest(base) == meta["base_sha256"][0], "what openpyxl reads is not what was written"
    return Good(parts, sheet_parts(parts), json.loads("".join(meta["layout"])), base, url, secret)


def _package(number: int) -> dict[str, Any]:
    return {
        "id": f"p{number}",
        "name": f"lake-{number}",
        "type": "hostile",
        "title": f"Lake {number}",
        "notes": TEXT if number == 1 else f"Another lake, the {number}th",
        "tags": [{"name": f"water{number}"}],
        "colour": "r",
        "published": "2026-01-31",
        "contacts": [{"person": f"Ann {number}", "roles": ["r"], "since": "2026-01-01"}],
        "resources": [{"id": f"r{number}", "name": f"Map {number}", "url": "https://lakes.example/map.pdf"}],
    }


def _texts(sheet: Any) -> list[list[str]]:
    return [[str(decoded(cell.value or "")) for cell in row] for row in sheet.iter_rows()]


# -- changes: each returns what makes the hostile file from the good one


def part(name: str | Callable[[Good], str], change: Change) -> Make:
    """Change the text of one part; what replaces it may be a member packed elsewhere."""

    def make(good: Good) -> bytes:
        at = name if isinstance(name, str) else name(good)
        changed = change(good, good.parts[at].decode())
        return zipped(good.members({at: changed.encode() if isinstance(changed, str) else changed}))

    return make


def sheet(title: str, change: Change) -> Make:
    """Change the XML of one sheet."""
    return part(lambda good: good.sheets[title], change)


def cell(xml: Xml) -> Make:
    """Put another cell in the place of the one with the text; REF is its reference."""
    return sheet("Packages", with_cell(xml))


def with_cell(xml: Xml) -> Callable[[Good, str], str]:
    """Return the change that `cell` makes to a sheet."""
    return lambda good, old: old.replace(good.cell[1], made(xml).replace("REF", good.cell[0]))


def rows(xml: Xml, title: str = "Packages") -> Make:
    """Put rows after the last one."""
    return sheet(title, last_row(xml))


def last_row(xml: Xml) -> Callable[[Good, str], str]:
    """Return the change that `rows` makes to a sheet."""
    return lambda _, old: put_before("</sheetData>", made(xml), old)


def made(xml: Xml) -> str:
    """Return XML that may have yet to be made."""
    return xml if isinstance(xml, str) else xml()


def put_before(mark: str, addition: str, xml: str) -> str:
    """Put something before a mark."""
    assert mark in xml, mark
    return xml.replace(mark, addition + mark, 1)


def parts(added: Mapping[str, bytes | None]) -> Make:
    """Add parts, replace them, or leave them out."""
    return lambda good: zipped(good.members(added))


def relate(kind: str, target: str, more: str = "") -> str:
    """Return a relationship of the workbook."""
    return f'<Relationship Id="rId900" Type="{RELATIONS}/{kind}" Target="{target}" {more}/>'


def sheet_of(grid: Sequence[Sequence[str]]) -> bytes:
    """Return a sheet of inline texts."""
    cells = ("".join(map(_inline, row)) for row in grid)
    body = "".join(f"<row>{row}</row>" for row in cells)
    return f'<worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'.encode()


def _inline(text: str) -> str:
    return f'<c t="inlineStr"><is><t xml:space="preserve">{_escaped(text)}</t></is></c>'


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
