"""Where the elements of an XML part stand, byte by byte, so that a part can be changed by splicing.

Serialising a parsed part again would change bytes nobody asked to change (quotes, white space, prefixes,
comments). So expat only tells where things stand, and the edits are spliced into the original bytes.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Final
from xml.parsers import expat

from bulkedit.excel import bounds
from bulkedit.excel.errors import TooLarge, WorkbookDamaged
from bulkedit.excel.splices import Splice

MAIN_NAMESPACES: Final = frozenset(
    (
        "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
        "http://purl.oclc.org/ooxml/spreadsheetml/main",  # strict (ECMA-376 part 1, annex A)
    )
)

StartHandler = Callable[[str, dict[str, str]], None]
EndHandler = Callable[[str], None]

_UTF8_NAMES = ("utf-8", "utf8")
_TAG: Final = re.compile(rb"""<[^"'>]*+(?:"[^"]*+"[^"'>]*+|'[^']*+'[^"'>]*+)*+>""")
_ATTRIBUTE: Final = re.compile(rb"""\s++([^\s=]++)\s*+=\s*+("[^"]*+"|'[^']*+')""")


@dataclass(frozen=True, slots=True)
class Attribute:
    """Where an attribute stands: ``start:end`` with the white space before it, its value without quotes."""

    start: int
    end: int
    value_start: int
    value_end: int


@dataclass(frozen=True, slots=True)
class StartTag:
    """A start tag (or an empty-element tag): its place, and all its bytes."""

    start: int
    raw: bytes

    @property
    def end(self) -> int:
        """Return the offset after it."""
        return self.start + len(self.raw)

    @property
    def name(self) -> bytes:
        """Return its raw name, with the prefix."""
        return self.raw[1:-1].rstrip(b"/").split(maxsplit=1)[0]

    @property
    def empty(self) -> bool:
        """Tell whether it is a whole element: ``<a/>``."""
        return self.raw.endswith(b"/>")

    def attribute(self, name: bytes) -> Attribute | None:
        """Return where an attribute of a raw name stands; None where the tag has none."""
        for found in _ATTRIBUTE.finditer(self.raw):
            if found[1] == name:
                (start, end), (value_start, value_end) = found.span(), found.span(2)
                at = self.start
                return Attribute(at + start, at + end, at + value_start + 1, at + value_end - 1)
        return None

    def value(self, attribute: Attribute) -> str:
        """Return what stands between the quotes of an attribute."""
        return self.raw[attribute.value_start - self.start : attribute.value_end - self.start].decode()


@dataclass(frozen=True, slots=True)
class Span:
    """Where an element stands: the whole of it and its content (empty for ``<a/>``)."""

    tag: StartTag
    content_end: int
    end: int

    @property
    def start(self) -> int:
        """Return the offset of the start tag."""
        return self.tag.start

    def append(self, pieces: Iterator[bytes]) -> list[Splice]:
        """Put pieces after all that the element holds; ``<a/>`` becomes ``<a>pieces</a>``."""
        at = self.content_end
        if not self.tag.empty:
            return [Splice(at, at, pieces)]
        return [Splice(at - 2, at, chain((b">",), pieces, (b"</" + self.tag.name + b">",)))]

    def replace(self, pieces: Iterator[bytes]) -> list[Splice]:
        """Put pieces in the place of all that the element holds."""
        if self.tag.empty:
            return self.append(pieces)
        return [Splice(self.tag.end, self.content_end, pieces)]

    def cut(self) -> Splice:
        """Take the whole element away."""
        return Splice(self.start, self.end, b"")


@dataclass(frozen=True, slots=True)
class Element:
    """An element of a small part, with its local name; an attribute in a namespace is called ``uri name``."""

    namespace: str
    name: str
    attributes: dict[str, str]
    span: Span


def new_parser(start: StartHandler, end: EndHandler) -> expat.XMLParserType:
    """Return a namespace-aware expat parser that refuses any DTD and any encoding but UTF-8.

    Element and attribute names arrive as ``uri name``. In the end handler ``CurrentByteIndex`` is the
    offset of the end tag, or of the byte after an empty-element tag; see `span`.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.StartDoctypeDeclHandler = _refuse_dtd
    parser.XmlDeclHandler = _refuse_other_encodings
    return parser


@contextmanager
def naming(part: str) -> Iterator[None]:
    """Make a sentence that names the part of what is found wrong with it inside the block."""
    try:
        yield
    except WorkbookDamaged as trouble:
        raise WorkbookDamaged(f"The part {part} of the workbook cannot be used: {trouble}.") from trouble


def parse(parser: expat.XMLParserType, xml: bytes) -> None:
    """Run the parser over a whole part.

    Raises:
        WorkbookDamaged: not well-formed, not UTF-8, or with a DTD; half a sentence, see `naming`.
    """
    for _ in feed(parser, (xml,)):
        pass


def feed(parser: expat.XMLParserType, chunks: Iterable[bytes]) -> Iterator[None]:
    """Run the parser over a part that comes in pieces; it stops after each of them.

    Raises:
        WorkbookDamaged: see `parse`.
    """
    fed = 0
    try:
        for chunk in chunks:
            if not fed and (b"\0" in chunk[:4] or chunk[:2] in (b"\xff\xfe", b"\xfe\xff")):
                raise WorkbookDamaged("its text is not encoded in UTF-8")
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed - max(parser.CurrentByteIndex, 0) > bounds.TAG_BYTES:
                raise TooLarge(f"it has a tag or a comment of more than {bounds.TAG_BYTES >> 20} MB")
            yield
        parser.Parse(b"", True)
        yield
    except expat.ExpatError as trouble:
        raise WorkbookDamaged(f"it is damaged ({trouble})") from trouble


class LocalNames(dict[str, str]):
    """Local name by expat's ``uri name``; empty for anything that is not SpreadsheetML."""

    def __missing__(self, name: str) -> str:
        """Work out a name that is met for the first time."""
        namespace, _, local = name.rpartition(" ")
        self[name] = local if namespace in MAIN_NAMESPACES else ""
        return self[name]


def too_deep() -> WorkbookDamaged:
    """Return what is wrong with a part whose elements lie too deep within each other; half a sentence."""
    return WorkbookDamaged(f"it has more than {bounds.DEPTH} elements within each other")


def refuse_dtd(chunks: Iterable[bytes]) -> None:
    """Look at what stands before the first element of a part that nobody reads, in any encoding.

    Raises:
        WorkbookDamaged: it holds a document type declaration; half a sentence.
    """
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_dtd
    parser.StartElementHandler = _begun
    fed = 0
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            fed += len(chunk)
            if fed > bounds.TAG_BYTES:
                raise TooLarge(f"it has nothing but comments in its first {bounds.TAG_BYTES >> 20} MB")
    except (expat.ExpatError, LookupError, ValueError, _Begun):
        return  # nobody reads it, so it may be anything


class _Begun(Exception):  # noqa: N818  no error
    """The first element was reached."""


def _begun(*_: object) -> None:
    raise _Begun


def _refuse_dtd(*_: object) -> None:
    # Nothing in a workbook needs one (ECMA-376 part 2, requirement M1.18, forbids it); entity bombs do.
    raise WorkbookDamaged("it holds a document type declaration")


def _refuse_other_encodings(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in _UTF8_NAMES:
        raise WorkbookDamaged("its text is not encoded in UTF-8")


def elements(xml: bytes) -> list[Element]:
    """Return all elements of a small part (a relationship list, the workbook part) in document order.

    Raises:
        WorkbookDamaged: see `parse`.
        TooLarge: it is no small part.
    """
    found: list[Element | None] = []
    opened: list[tuple[int, dict[str, str], int]] = []

    def start(_: str, attributes: dict[str, str]) -> None:
        if len(found) == bounds.ELEMENTS:
            raise TooLarge(f"it holds more than {bounds.ELEMENTS:,} elements")
        if len(opened) == bounds.DEPTH:
            raise too_deep()
        opened.append((len(found), attributes, parser.CurrentByteIndex))
        found.append(None)

    def end(name: str) -> None:
        place, attributes, offset = opened.pop()
        namespace, _, local = name.rpartition(" ")
        found[place] = Element(namespace, local, attributes, span(xml, offset, parser.CurrentByteIndex))

    parser = new_parser(start, end)
    parse(parser, xml)
    return [element for element in found if element is not None]


def span(xml: bytes, start: int, end_event: int) -> Span:
    """Return where an element stands, from the offsets of its start and end events."""
    return ended(start_tag(xml, start), xml, end_event)


def ended(tag: StartTag, xml: bytes, end_event: int, offset: int = 0) -> Span:
    """Return where the element of a tag stands, from the offset of its end event.

    Args:
        tag: its start.
        xml: the part, or a piece of it that holds the end tag.
        end_event: an offset in the whole part.
        offset: of the piece.
    """
    if tag.empty:
        return Span(tag, tag.end, tag.end)
    return Span(tag, end_event, offset + xml.index(b">", end_event - offset) + 1)


def start_tag(xml: bytes, start: int, offset: int = 0) -> StartTag:
    """Read the start tag at an offset that expat gave, so it is known to be well-formed.

    A ``>`` or ``=`` inside a quoted value is not taken for the tag's own.

    Args:
        xml: the part, or a piece of it that holds the tag.
        start: an offset in the whole part.
        offset: of the piece.
    """
    found = _TAG.match(xml, start - offset)
    if found is None:
        raise AssertionError(start)
    return StartTag(start, found[0])
