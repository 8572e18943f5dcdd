"""Good workbooks, and what may become of one on its way: bytes, XML, the cells of a sheet."""

import io
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import producers
from hypothesis import strategies as st
from producers import sheet_parts
from worlds import IDENTITY, laid_out, parks, trails

from bulkedit.core.catalogue import Catalogue, tabulate
from bulkedit.core.columns import Layout
from bulkedit.core.sheets import letters
from bulkedit.excel.write import Export, write_workbook

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"

PRODUCERS: tuple[Callable[[Path], None], ...] = (
    producers.as_exported,
    producers.by_openpyxl,
    producers.strict_and_prefixed,
    producers.without_references,
    producers.shared_strings,
    producers.rich_texts,
    producers.rich_inline_texts,
    producers.own_formulas,
)


@cache
def exported() -> tuple[Layout, Catalogue]:
    """Return what the good workbooks hold: two packages with resources, contacts and dates."""
    found = [
        parks() | {"open": True, "published": "2020-01-31", "tags": [{"name": "walk"}], "dates": [{"type": "r"}]},
        trails() | {"colours": ["r", "b"], "extras": [{"key": "a", "value": "_x0041_"}], "settings": {"a": 1}},
    ]
    layout = laid_out(found)
    return layout, tabulate(layout, found)


@cache
def good_book(producer: Callable[[Path], None] = producers.as_exported, edited: bool = False) -> bytes:
    """Return a workbook as a program saves it, maybe with an edit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "parks.xlsx"
        with path.open("wb") as file:
            layout, catalogue = exported()
            write_workbook(file, Export(IDENTITY, layout, [catalogue]))
        if edited:
            producers.type_text(path, "Packages", "All parks", "All the parks")
        producer(path)
        return path.read_bytes()


PLAIN_BOOKS = st.builds(
    good_book,
    st.sampled_from((producers.as_exported, producers.without_references, producers.rich_inline_texts)),
    st.booleans(),
)
"""Those that openpyxl reads without a mistake: it knows neither strict workbooks nor escapes in shared strings."""

BOOKS = st.builds(good_book, st.sampled_from(PRODUCERS), st.booleans())


def unzipped(book: bytes) -> dict[str, bytes]:
    """Return the parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(parts: dict[str, bytes]) -> bytes:
    """Return a workbook of parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


# -- bytes


class Blow(Enum):
    """What is done to bytes."""

    OVERWRITE = auto()
    INSERT = auto()
    CUT_OUT = auto()
    DOUBLE = auto()
    END_HERE = auto()


@dataclass(frozen=True)
class Scratch:
    """Damage at a place (counted from the end where it is negative)."""

    place: int
    blow: Blow
    content: bytes


SCRATCHES = st.lists(
    st.builds(
        Scratch,
        st.integers(-1500, 1500) | st.integers(-100_000, 100_000),
        st.sampled_from(Blow),
        st.binary(min_size=1, max_size=6)
        | st.sampled_from([b"<", b"&", b"]]>", b"\xff\xff\xff\xff", b"<!DOCTYPE a>", b"\x00", b"<a>" * 300]),
    ),
    min_size=1,
    max_size=4,
)


def scratched(content: bytes, scratches: Sequence[Scratch]) -> bytes:
    """Return bytes with damage."""
    for one in scratches:
        at = one.place % (len(content) + 1)
        until = at + len(one.content)
        match one.blow:
            case Blow.OVERWRITE:
                content = content[:at] + one.content + content[until:]
            case Blow.INSERT:
                content = content[:at] + one.content + content[at:]
            case Blow.CUT_OUT:
                content = content[:at] + content[until:]
            case Blow.DOUBLE:
                content = content[:until] + content[at:]
            case Blow.END_HERE:
                content = content[:at]
    return content


# -- XML


class Turn(Enum):
    """What is done to an element."""

    DROP = auto()
    DOUBLE = auto()
    SWAP = auto()  # with another element of the part
    RENAME = auto()
    SET_ATTRIBUTE = auto()
    DROP_ATTRIBUTE = auto()
    SET_TEXT = auto()
    MOVE_INTO = auto()  # another element


@dataclass(frozen=True)
class Twist:
    """A change of one element of a part; places are taken modulo what is there."""

    element: int
    turn: Turn
    name: str
    value: str
    other: int


_NAMES = (
    "c row v f is t r si sst sheetData sheet sheets mergeCell dimension s ref spans name sheetId xml:space ht Id"
).split()
_VALUES = (
    "0 1 2 -1 7 1048576 1048577 99999999999999999999 1e999 1.5 NaN A1 B2 Z99 XFD1048576 ZZZZ1 A0 1:1 s n b e d"
    " str inlineStr true preserve xl/worksheets/sheet1.xml ../x rId1 _xD800_ _x0000_ 2020-01-01 =1+1 #REF!"
    " \u2028 hidden"
).split(" ")
TWISTS = st.lists(
    st.builds(
        Twist,
        st.integers(0, 600),
        st.sampled_from(Turn),
        st.sampled_from(_NAMES),
        st.sampled_from([*_VALUES, "", "a" * 40_000]) | st.text(max_size=4),
        st.integers(0, 600),
    ),
    min_size=1,
    max_size=4,
)


def twisted(part: bytes, twists: Sequence[Twist]) -> bytes:
    """Return a part with changes."""
    root = ElementTree.fromstring(part)  # noqa: S314  written by us
    for one in twists:
        _twist(root, one)
    text = ElementTree.tostring(root, encoding="unicode")
    return text.encode("utf-8", "replace")


def _twist(root: ElementTree.Element, twist: Twist) -> None:
    parents = {child: parent for parent in root.iter() for child in parent}
    elements = list(root.iter())
    element, other = elements[twist.element % len(elements)], elements[twist.other % len(elements)]
    parent = parents.get(element)
    match twist.turn:
        case Turn.DROP if parent is not None:
            parent.remove(element)
        case Turn.DOUBLE if parent is not None:
            parent.insert(list(parent).index(element), element)
        case Turn.SWAP:
            element.tag, other.tag = other.tag, element.tag
            element.text, other.text = other.text, element.text
            element.attrib, other.attrib = other.attrib, element.attrib
        case Turn.MOVE_INTO if other is not element and not list(element):
            other.append(element)
        case Turn.RENAME:
            space = element.tag.rpartition("}")[0]
            element.tag = f"{space}}}{twist.name}" if space and ":" not in twist.name else "x"
        case Turn.DROP_ATTRIBUTE if element.attrib:
            del element.attrib[sorted(element.attrib)[twist.other % len(element.attrib)]]
        case Turn.SET_ATTRIBUTE if element.attrib and twist.other % 2:
            element.set(sorted(element.attrib)[twist.other % len(element.attrib)], twist.value)
        case Turn.SET_ATTRIBUTE if ":" not in twist.name:
            element.set(twist.name, twist.value)
        case _:
            element.text = twist.value


# -- cells


class Kind(Enum):
    """What a cell is made to hold."""

    TEXT = auto()
    STRING_VALUE = auto()  # as formulas leave it, without a formula
    RICH = auto()
    NUMBER = auto()
    BOOLEAN = auto()
    ERROR = auto()
    FORMULA = auto()
    DATE = auto()
    NOTHING = auto()


@dataclass(frozen=True)
class Retyped:
    """Another content of the cell at row and column of a sheet."""

    sheet: str
    row: int
    column: int
    kind: Kind
    text: str = field(default="")


def retyped(book: bytes, cells: Sequence[Retyped]) -> bytes:
    """Return a workbook as exported with other contents in cells."""
    parts = unzipped(book)
    sheets = sheet_parts(parts)
    for title in {one.sheet for one in cells}:
        root = ElementTree.fromstring(parts[sheets[title]])  # noqa: S314  written by us
        for one in cells:
            if one.sheet == title:
                _retype(root, one)
        parts[sheets[title]] = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return zipped(parts)


def _retype(root: ElementTree.Element, one: Retyped) -> None:
    row = next(found for found in root.iter(f"{MAIN}row") if found.get("r") == str(one.row))
    reference = f"{letters(one.column)}{one.row}"
    for held in [found for found in row if found.get("r") == reference]:
        row.remove(held)
    if one.kind is Kind.NOTHING:
        return
    at = sum(_order(str(found.get("r"))) < _order(reference) for found in row)
    row.insert(at, _cell(reference, one))


def _order(reference: str) -> tuple[int, str]:
    name = reference.rstrip("0123456789")
    return len(name), name


def _cell(reference: str, one: Retyped) -> ElementTree.Element:
    form, content = {
        Kind.TEXT: ("inlineStr", "<is><t/></is>"),
        Kind.RICH: ("inlineStr", "<is><r><rPr><b/></rPr><t>zq</t></r><r><t/></r></is>"),
        Kind.STRING_VALUE: ("str", "<v/>"),
        Kind.NUMBER: ("n", "<v>7654321.25</v>"),
        Kind.BOOLEAN: ("b", "<v>1</v>"),
        Kind.ERROR: ("e", "<v>#N/A</v>"),
        Kind.FORMULA: ("str", "<f>A1&amp;B1</f><v>All parks</v>"),
        Kind.DATE: ("d", "<v>1999-12-31T00:00:00</v>"),
    }[one.kind]
    namespace = MAIN.strip("{}")
    cell = ElementTree.fromstring(f'<c xmlns="{namespace}" r="{reference}" t="{form}">{content}</c>')  # noqa: S314  written by us
    for leaf in cell.iter():
        if not leaf.text and leaf.tag in (f"{MAIN}t", f"{MAIN}v"):
            leaf.text = one.text
            leaf.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
    return cell
