"""What looks like an attack and does no damage: nothing is fetched, nothing is believed, and the rest is read."""

import struct
from dataclasses import replace

from attack import Attack, attack
from bad_memory import forged, said
from bad_zips import listed
from books import RELATIONS
from forged_zip import zipped
from good_book import (
    BOOK,
    RELATED,
    STRINGS,
    STYLES,
    TEXT,
    Good,
    Make,
    cell,
    last_row,
    part,
    parts,
    put_before,
    relate,
    sheet,
)

_PACKAGES_RELATED = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'


def _dimension(_: Good, xml: str) -> str:
    before, _, after = xml.partition("<dimension ")
    return f'{before}<dimension ref="A1:XFD1048576"/>{after.partition("/>")[2]}'


def _behind_cells(xml: str) -> Make:
    """Put something behind the cells of the sheet `Packages`."""
    return sheet("Packages", lambda _, old: old.replace("</sheetData>", f"</sheetData>{xml}", 1))


def _text(text: str) -> Make:
    """Say something else in the description."""
    return part(STRINGS, lambda _, xml: xml.replace(TEXT, text, 1))


def _related(good: Good, kind: str, target: str) -> dict[str, bytes | None]:
    """Return the relationships of the sheet `Packages` with one that leads outside."""
    name = good.packages.replace("worksheets/", "worksheets/_rels/") + ".rels"
    xml = put_before("</Relationships>", relate(kind, target, 'TargetMode="External"'), good.parts[name].decode())
    return {name: xml.encode()}


def _linked(good: Good) -> bytes:
    changed = _related(good, "hyperlink", f"{good.url}/link")
    return zipped(good.members(changed))


def _picture(good: Good) -> bytes:
    """Return the workbook with a picture that lies in the network."""
    return zipped(good.members(_related(good, "image", f"{good.url}/pixel.png")))


def _external_book(good: Good) -> bytes:
    related = put_before(
        "</Relationships>",
        relate("externalLink", "externalLinks/externalLink1.xml"),
        good.parts["xl/_rels/workbook.xml.rels"].decode(),
    )
    outside = f'<externalLink xmlns:r="{RELATIONS}"><externalBook r:id="rId1"/></externalLink>'
    to = relate("externalLinkPath", f"{good.url}/b.xlsx", 'TargetMode="External"').replace("rId900", "rId1")
    return zipped(
        good.members({
            "xl/_rels/workbook.xml.rels": related.encode(),
            "xl/externalLinks/externalLink1.xml": outside.encode(),
            "xl/externalLinks/_rels/externalLink1.xml.rels": f"{_PACKAGES_RELATED}{to}</Relationships>".encode(),
        })
    )  # fmt: skip


def _instruction(good: Good, xml: str) -> str:
    head, mark, body = xml.partition("?>")
    return f'{head}{mark}<?xml-stylesheet type="text/xsl" href="{good.url}/style.xsl"?>{body}'


def _included(good: Good, xml: str) -> str:
    there = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{good.secret.as_uri()}" parse="text"/>'
    return xml.replace("</sheetData>", f"</sheetData><extLst><ext uri='u'>{there}</ext></extLst>")


def _located(good: Good, xml: str) -> str:
    there = f'xsi:schemaLocation="urn:a {good.url}/schema.xsd"'
    return xml.replace(
        "<worksheet ", f'<worksheet xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" {there} ', 1
    )


def _streamed(good: Good) -> bytes:
    """Return the workbook as programs write it that do not know a member's size before its end."""
    members = [
        replace(
            one,
            data=one.data,
            local={"flags": 8, "crc": 0, "packed": 0, "size": 0},
            listed={"flags": 8, "packed": len(one.data)},
        )
        for one in good.members()
    ]
    with_sizes = [
        replace(one, data=one.data + b"PK\x07\x08" + struct.pack("<3L", one.crc, len(one.data), one.size))
        for one in members
    ]
    return zipped(with_sizes)


def _counts(_: Good, xml: str) -> str:
    return xml.replace('count="', 'count="4000000000" was="', 1).replace(
        'uniqueCount="', 'uniqueCount="-1" is="', 1
    )


def _dated(number: str) -> Make:
    """Put a date of a number of days into the description."""

    def make(good: Good) -> bytes:
        styles = good.parts[STYLES].decode()
        body = styles.partition("<cellXfs")[2].partition("</cellXfs>")[0]
        styles = put_before("</cellXfs>", '<xf numFmtId="22"/>', styles)
        xml = f'<c r="{good.cell[0]}" s="{body.count("<xf ")}"><v>{number}</v></c>'
        changed = good.parts[good.packages].decode().replace(good.cell[1], xml)
        return zipped(good.members({STYLES: styles.encode(), good.packages: changed.encode()}))

    return make


def _names() -> str:
    many = (f'<definedName name="n{n}">Packages!$A$1:$XFD$1048576</definedName>' for n in range(100_000))
    return "".join(many)


HARMLESS: dict[str, Attack] = {
    "nothing": attack("The good workbook itself.", lambda good: zipped(good.members())),
    "wild dimension": attack(
        "A sheet that declares 17 billion cells, and has few.", sheet("Packages", _dimension)
    ),
    "merged area of all cells": attack(
        "All cells of the sheet are merged.",
        _behind_cells('<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
    ),
    "rule for all cells": attack(
        "A conditional format for all cells of the sheet, a thousand times.",
        _behind_cells(
            '<conditionalFormatting sqref="A1:XFD1048576"><cfRule type="expression" priority="1">'
            "<formula>1</formula></cfRule></conditionalFormatting>" * 1000
        ),
    ),
    "columns without end": attack(
        "The widths of two billion columns.",
        sheet(
            "Packages", lambda _, xml: xml.replace("<cols>", '<cols><col min="1" max="2000000000" width="9"/>', 1)
        ),
    ),
    "row of a wild level": attack(
        "A row of an endless level, with an attribute that nobody knows.",
        sheet("Packages", lambda _, xml: xml.replace("<row ", '<row outlineLevel="1e308" x="y" ', 1)),
    ),
    "forged value of a formula": attack(
        "A formula that says it has come out as another text.",
        cell('<c r="REF" t="str"><f>1+1</f><v>Believe me</v></c>'),
    ),
    "shared string of nothing": attack(
        "A cell that says it is a shared string, and not which.", cell('<c r="REF" t="s"><v></v></c>')
    ),
    "formula that fetches": attack(
        "A formula that asks the network, in the place of a text.",
        cell('<c r="REF" t="str"><f>WEBSERVICE("http://127.0.0.1:9/")</f><v>x</v></c>'),
    ),
    "formula that starts a program": attack(
        "A formula of DDE that starts a program, in the place of a text.",
        cell('<c r="REF" t="str"><f>cmd|\'/C calc\'!A0</f><v>x</v></c>'),
    ),
    "shared formula without end": attack(
        "A formula that says it is shared by all cells.",
        cell('<c r="REF"><f t="shared" ref="A1:XFD1048576" si="4000000000">A1</f><v>1</v></c>'),
    ),
    "array formula without end": attack(
        "An array formula over all cells.", cell('<c r="REF"><f t="array" ref="A1:XFD1048576">A1</f><v>1</v></c>')
    ),
    "text that is a formula": attack("A text that looks like a formula.", _text("=cmd|'/C calc'!A0")),
    "text that clears the screen": attack(
        "A text with signs, written as escapes, which change what a terminal shows.",
        _text("_x001B_[2J_x0007__x009B_31m\u202e\u2028\u0085gone_x000A_Checked: 4 unchanged."),
    ),
    "date far in the future": attack("A date in 270,000 years.", _dated("99999999")),
    "date beyond all numbers of days": attack("A date of 1e300 days.", _dated("1e300")),
    "date before all dates": attack("A date of minus one billion days.", _dated("-1000000000")),
    "link in the network": attack("A hyperlink of the sheet leads to the network.", _linked),
    "picture in the network": attack("A picture of the sheet lies in the network.", _picture),
    "workbook in the network": attack("The workbook refers to another one in the network.", _external_book),
    "style sheet in the network": attack(
        "A sheet whose XML names a style sheet in the network.", sheet("Packages", _instruction)
    ),
    "schema in the network": attack(
        "A sheet whose XML names a schema in the network.", sheet("Packages", _located)
    ),
    "inclusion of a file": attack(
        "A sheet whose XML includes a file of this computer (XInclude).", sheet("Packages", _included)
    ),
    "properties in the network": attack(
        "The package's properties lie in the network.",
        lambda good: zipped(
            good.members(
                {
                    RELATED: good.parts[RELATED].replace(
                        b'Target="docProps/app.xml"', f'Target="{good.url}/app.xml" TargetMode="External"'.encode()
                    )
                }
            )
        ),
    ),
    "macros": attack(
        "The workbook holds a program.", parts({"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + bytes(1000)})
    ),
    "100,000 names": attack(
        "100,000 defined names for all cells.",
        part(BOOK, lambda _, xml: put_before("</definedNames>", _names(), xml)),
    ),
    "shared strings that miscount": attack(
        "The shared strings say that they are four billion.", part(STRINGS, _counts)
    ),
    "comment of 65,535 letters": attack(
        "A zip with the longest comment there is.", lambda good: zipped(good.members(), b"x" * 65_535)
    ),
    "sizes behind the data": attack("A zip that says each size behind the data.", _streamed),
    "time that no clock shows": attack(
        "A member of the 31st of the 15th month, 31:63.",
        listed("Packages", lambda one: replace(one, listed={"time": 0xFFFF})),
    ),
    "unknown tags": attack(
        "Tags that no workbook knows, with texts in them.",
        sheet("Packages", last_row("<evil:row xmlns:evil='urn:evil'><evil:c>x</evil:c></evil:row>")),
    ),
    "header that is a name of Python": attack(
        "A column of the layout that is called `__class__`.",
        said(
            lambda layout: layout["tables"][0]["columns"][2].update({"header": "__class__", "name": "__class__"})
        ),
    ),
    "_base that is empty": attack("No rows in _base, and a digest that fits.", lambda good: forged(good, base=[])),
    "site that is a program": attack(
        "A workbook that says it was exported from `javascript:alert(1)`.",
        said(lambda layout: layout.update({"site": "javascript:alert(1)"})),
    ),
}
