"""Attacks on whoever reads XML: entities, bombs, endless names, encodings that are not what they say."""

from collections.abc import Callable, Iterator

from attack import Attack, attack
from forged_zip import STORED, Member, packed, repeated
from good_book import (
    BOOK,
    PROPERTIES,
    RELATED,
    RELATED_TO_BOOK,
    STRINGS,
    STYLES,
    TEXT,
    TYPES,
    Change,
    Good,
    cell,
    last_row,
    part,
    put_before,
    rows,
    sheet,
)

MB = 1 << 20
PLACES: dict[str, str | Callable[[Good], str]] = {
    "shared strings": STRINGS,
    "a data sheet": lambda good: good.packages,
    "_meta": lambda good: good.sheets["_meta"],
    "the workbook part": BOOK,
    "the workbook's relationships": RELATED_TO_BOOK,
    "the package's relationships": RELATED,
    "the content types": TYPES,
    "the styles": STYLES,
    "the document properties": PROPERTIES,
}
"""The parts that a reader of workbooks may look into."""


def _declared(subset: str, used: str = "") -> Change:
    """Return what gives a part a DTD, and uses its entity in the first text or at the end."""

    def change(good: Good, xml: str) -> str:
        head, mark, body = xml.partition("?>") if xml.startswith("<?xml") else ("", "", xml)
        subset_of_good = subset.replace("URL", good.url).replace("SECRET", good.secret.as_uri())
        if used:
            at = body.find("</t>") if "</t>" in body else body.rfind("</")
            body = body[:at] + used + body[at:]
        return f"{head}{mark}<!DOCTYPE x {subset_of_good}>{body.lstrip()}"

    return change


def _reference(number: int) -> str:
    return f"&l{number};"


_HA = "ha"
_LAUGHS = "".join(f'<!ENTITY l{n} "{10 * _reference(n - 1)}">' for n in range(1, 10))
_BILLION = _declared(f'[<!ENTITY l0 "{50 * _HA}">{_LAUGHS}]', "&l9;")
_LONG = _declared(f'[<!ENTITY long "{50_000 * _HA}">]', "&long;" * 50_000)
_FILE = _declared('[<!ENTITY file SYSTEM "SECRET">]', "&file;")
_FETCHED = _declared('[<!ENTITY page SYSTEM "URL/entity">]', "&page;")
_PARAMETER = _declared('[<!ENTITY % more SYSTEM "URL/more.dtd"> %more;]')
_LOOP = _declared('[<!ENTITY a "&b;"><!ENTITY b "&a;">]', "&a;")
_DEFAULTS = _declared('[<!ATTLIST c t CDATA "e" s CDATA "1">]')


def _in_each_place() -> Iterator[tuple[str, Attack]]:
    for place, name in PLACES.items():
        yield (
            f"billion laughs in {place}",
            attack(
                f"Ten entities in {place}, each ten times the one before: 1 KB becomes 100 GB.",
                part(name, _BILLION),
            ),
        )
        yield (
            f"external entity in {place}",
            attack(f"An entity in {place} stands for a file of this computer.", part(name, _FILE)),
        )


def _whitespace(good: Good, xml: str) -> Member:
    before, mark, after = xml.partition("<sheetData>")
    return repeated(good.packages, (before + mark).encode(), b" " * MB, 2048, after.encode())


def _strings(item: bytes, times: int) -> Change:
    """Return what puts so many blocks of shared strings after the last one."""

    def change(_: Good, xml: str) -> Member:
        before, mark, after = xml.rpartition("</sst>")
        return repeated(STRINGS, before.encode(), item, times, (mark + after).encode())

    return change


def _unpacked(change: Callable[[Good, str], str]) -> Change:
    """Return a change whose part lies in the zip as it is: there is no ratio to see."""
    return lambda good, xml: packed(good.packages, change(good, xml).encode(), STORED)


def _many_attributes(name: str, count: int) -> str:
    return '<row r="2000"><c ' + " ".join(f'{name}{n}="b:{n}"' for n in range(count)) + "/></row>"


def _encoded(declared: str, encoding: str, errors: str = "strict") -> Change:
    def change(_: Good, xml: str) -> bytes:
        body = xml.partition("?>")[2] if xml.startswith("<?xml") else xml
        return f'<?xml version="1.0" encoding="{declared}"?>{body}'.encode(encoding, errors)

    return change


def _bytes_in_text(wrong: bytes) -> Change:
    return lambda _, xml: xml.encode().replace(TEXT.encode(), wrong, 1)


_DEEP = 300_000
_X, _PIECE = "x", "<r><t>x</t></r>"
ATTACKS: dict[str, Attack] = {
    **dict(_in_each_place()),
    "quadratic entity": attack(
        "One entity of 100 KB, used 50,000 times: no nesting to notice, 5 GB of text.", part(STRINGS, _LONG)
    ),
    "external entity from the network": attack(
        "An entity stands for a page of the network: whoever reads it tells that the file was opened.",
        part(STRINGS, _FETCHED),
    ),
    "external parameter entity": attack(
        "A DTD loads more of itself from the network.", sheet("Packages", _PARAMETER)
    ),
    "external DTD": attack(
        "The document type stands at an address in the network.",
        sheet("Packages", _declared('SYSTEM "URL/all.dtd"')),
    ),
    "entities in a circle": attack("Two entities stand for each other.", sheet("Packages", _LOOP)),
    "DTD without entities": attack("A document type and nothing in it.", sheet("Packages", _declared("[]"))),
    "DTD with default attributes": attack(
        "A document type makes every cell an error, for those readers that heed it.",
        sheet("Packages", _DEFAULTS),
    ),
    "shared strings of 3 GB": attack(
        "A zip bomb: 3 MB become 3 GB of shared strings.",
        part(STRINGS, _strings(b"<si><t>" + b"x" * (MB - 16) + b"</t></si>", 3072)),
    ),
    "shared strings of 800 MB": attack(
        "A zip bomb that stays below the most that a part may have.",
        part(STRINGS, _strings(b"<si><t>" + b"x" * (MB - 16) + b"</t></si>", 800)),
    ),
    "one shared string of 3 GB": attack(
        "A zip bomb that is a single text.",
        part(
            STRINGS,
            lambda _, xml: repeated(
                STRINGS,
                xml.rpartition("</sst>")[0].encode() + b"<si><t>",
                b"x" * MB,
                3072,
                b"</t></si></sst>",
            ),
        ),
    ),
    "2 GB of white space": attack(
        "A zip bomb that says nothing: 2 GB of blanks between two tags of a sheet.",
        sheet("Packages", _whitespace),
    ),
    "10 million shared strings": attack(
        "Ten million empty shared strings, which nobody uses.",
        part(STRINGS, _strings(b"<si><t/></si>" * 10_000, 1000)),
    ),
    "nested tags in a sheet": attack(
        f"{_DEEP:,} tags, each within the one before.",
        rows(lambda: f"<row r='2000'><c>{'<a>' * _DEEP}{'</a>' * _DEEP}</c></row>"),
    ),
    "nested tags in the shared strings": attack(
        f"{_DEEP:,} tags, each within the one before, in a text.",
        part(STRINGS, lambda _, xml: put_before("</sst>", f"<si>{'<r>' * _DEEP}{'</r>' * _DEEP}</si>", xml)),
    ),
    "nested tags in the workbook part": attack(
        f"{_DEEP:,} tags, each within the one before, in the workbook part.",
        part(BOOK, lambda _, xml: put_before("</workbook>", "<a>" * _DEEP + "</a>" * _DEEP, xml)),
    ),
    "attribute of 40 MB": attack(
        "One attribute of 40 MB, not packed: a parser that gets it in pieces begins anew with each one.",
        sheet("Packages", _unpacked(last_row(lambda: f'<row r="2000"><c a="{40 * MB * _X}"/></row>'))),
    ),
    "tag name of 40 MB": attack(
        "One tag whose name has 40 million letters, not packed.",
        sheet("Packages", _unpacked(last_row(lambda: f"<{'x' * 40 * MB}/>"))),
    ),
    "comment of 40 MB": attack(
        "One comment of 40 MB, not packed.",
        sheet("Packages", _unpacked(last_row(lambda: f"<!--{'x' * 40 * MB}-->"))),
    ),
    "attribute of 1 GB": attack(
        "One attribute of 1 GB, packed into 1 MB.",
        sheet(
            "Packages",
            lambda good, xml: repeated(
                good.packages,
                xml.partition("<sheetData>")[0].encode() + b'<sheetData><row a="',
                b"x" * MB,
                1024,
                b'"/>' + xml.partition("<sheetData>")[2].encode(),
            ),
        ),
    ),
    "a million attributes": attack(
        "One cell with a million attributes.",
        sheet("Packages", last_row(lambda: _many_attributes("a", 1_000_000))),
    ),
    "100,000 namespaces": attack(
        "One row that declares 100,000 namespaces.",
        sheet("Packages", last_row(lambda: _many_attributes("xmlns:a", 100_000))),
    ),
    "text in a million pieces": attack(
        "One text of a million pieces, each with a look of its own.",
        cell(lambda: f'<c r="REF" t="inlineStr"><is>{1_000_000 * _PIECE}</is></c>'),
    ),
    "tags that cross": attack(
        "Tags that are closed in the wrong order.", rows("<row r='2000'><c><v>1</c></v></row>")
    ),
    "a second sheet after the first": attack(
        "A second document after the end of the first, for readers that go on.",
        sheet("Packages", lambda _, xml: xml + xml.partition("?>")[2]),
    ),
    "sheet that breaks off": attack(
        "A sheet that ends in the middle.", sheet("Packages", lambda _, xml: xml[: len(xml) // 2])
    ),
    "empty sheet part": attack("A sheet part of no bytes.", sheet("Packages", lambda *_: b"")),
    "sheet of another language": attack(
        "A sheet part that is a page of HTML.", sheet("Packages", lambda *_: "<html><body><p>Hi</p></body></html>")
    ),
    "sheet that is no XML": attack(
        "A sheet part of random bytes.", sheet("Packages", lambda *_: bytes(range(256)) * 64)
    ),
    "UTF-7": attack(
        "A sheet in UTF-7, in which tags can hide from whoever looks for them.",
        sheet("Packages", _encoded("UTF-7", "utf-7")),
    ),
    "says UTF-16, is UTF-8": attack(
        "A sheet that says it is UTF-16 and is not.", sheet("Packages", _encoded("UTF-16", "utf-8"))
    ),
    "says UTF-8, is UTF-16": attack(
        "A sheet that says it is UTF-8 and is not.", sheet("Packages", _encoded("UTF-8", "utf-16-le"))
    ),
    "UTF-32": attack("A sheet in UTF-32.", sheet("Packages", _encoded("UTF-32", "utf-32"))),
    "EBCDIC": attack(
        "A sheet in an encoding of mainframes.", sheet("Packages", _encoded("cp037", "cp037", "xmlcharrefreplace"))
    ),
    "unknown encoding": attack(
        "A sheet in an encoding that nobody knows.", sheet("Packages", _encoded("x-unheard-of", "utf-8"))
    ),
    "encoding that is a program": attack(
        "A sheet that names a codec of Python which is none for texts.",
        sheet("Packages", _encoded("zlib_codec", "utf-8")),
    ),
    "invalid UTF-8": attack(
        "A text of bytes that are no UTF-8.", part(STRINGS, _bytes_in_text(b"a\xff\xfe\xc0\xafb"))
    ),
    "overlong UTF-8": attack(
        "A tag written in overlong UTF-8, to get past whoever looks for brackets.",
        part(STRINGS, _bytes_in_text(b"\xc0\xbcscript\xc0\xbe")),
    ),
    "half a pair in UTF-8": attack(
        "Half a surrogate pair as UTF-8.", part(STRINGS, _bytes_in_text(b"a\xed\xa0\xbdb"))
    ),
    "null byte": attack("A text with a null byte.", part(STRINGS, _bytes_in_text(b"a\0b"))),
    "null reference": attack("A reference to the character 0.", part(STRINGS, _bytes_in_text(b"a&#0;b"))),
    "half a pair by reference": attack(
        "A reference to half a surrogate pair.", part(STRINGS, _bytes_in_text(b"a&#xD83D;b"))
    ),
    "reference beyond Unicode": attack(
        "A reference to a character that no alphabet has.", part(STRINGS, _bytes_in_text(b"a&#x7FFFFFFF;b"))
    ),
    "unknown entity": attack("An entity that nobody declared.", part(STRINGS, _bytes_in_text(b"a&nbsp;b"))),
}
