"""Attacks on whoever follows a workbook's parts: they lead outside, in circles, to each other, to nothing."""

import re
from collections.abc import Callable

from attack import Attack, attack
from good_book import (
    BOOK,
    RELATED,
    RELATED_TO_BOOK,
    STRINGS,
    STYLES,
    Good,
    Make,
    part,
    parts,
    put_before,
    relate,
    sheet,
)


def target(title: str, to: str, more: str = "") -> Make:
    """Let a sheet's relationship lead elsewhere; URL and SECRET are filled in."""

    def change(good: Good, xml: str) -> str:
        old = f'Target="{good.sheets[title].removeprefix("xl/")}"'
        assert old in xml
        return xml.replace(old, f'Target="{_filled(good, to)}" {more}')

    return part(RELATED_TO_BOOK, change)


def _filled(good: Good, text: str) -> str:
    return text.replace("URL", good.url).replace("SECRET", good.secret.as_posix())


def _kind(kind: str, to: str) -> Make:
    """Let the workbook's relationship of a kind lead elsewhere."""
    pattern = re.compile(rf'(<Relationship [^>]*/{kind}" Target=")[^"]*')
    return part(RELATED_TO_BOOK, lambda _, xml: pattern.sub(rf"\g<1>{to}", xml))


def _book_at(to: str) -> Make:
    return part(
        RELATED, lambda good, xml: xml.replace('Target="xl/workbook.xml"', f'Target="{_filled(good, to)}"')
    )


def _titled(old: str, title: str | Callable[[], str]) -> Make:
    """Give a sheet another title."""
    return part(
        BOOK, lambda _, xml: xml.replace(f'name="{old}"', f'name="{title if isinstance(title, str) else title()}"')
    )


def _in_book(mark: str, addition: Callable[[], str]) -> Make:
    return part(BOOK, lambda _, xml: put_before(mark, addition(), xml))


def _without(name: str) -> Make:
    return parts({name: None})


_EXTERNAL = 'TargetMode="External"'
_ODD = "worksheets/\u009b2J\u202e\u2028.xml"
ATTACKS: dict[str, Attack] = {
    "sheet that is a file of this computer": attack(
        "The sheet Packages is at the path of a file of this computer.",
        target("Packages", "file://SECRET", _EXTERNAL),
    ),
    "sheet in the network": attack(
        "The sheet Packages is at an address in the network.", target("Packages", "URL/sheet.xml", _EXTERNAL)
    ),
    "sheet in the network, not said to be external": attack(
        "The same, without saying that it is outside.", target("Packages", "URL/sheet.xml")
    ),
    "sheet outside the zip": attack(
        "The sheet Packages is at a path that leads out of the zip.",
        target("Packages", "../../../../../../../../../../..SECRET"),
    ),
    "sheet at an absolute path": attack(
        "The sheet Packages is at an absolute path.", target("Packages", "SECRET")
    ),
    "sheet part missing": attack("The sheet Packages has no part.", parts({"xl/worksheets/sheet2.xml": None})),
    "sheet part of a name that clears the screen": attack(
        "A part that is not there, with signs in its name which change what a terminal shows.",
        target("Packages", _ODD),
    ),
    "sheet part of a name without end": attack(
        "A part that is not there, with a name of 100,000 letters.", target("Packages", "a" * 100_000)
    ),
    "sheet without a relationship": attack(
        "The sheet Packages has no relationship.",
        part(
            BOOK,
            lambda _, xml: xml.replace('name="Packages" sheetId="2" r:id="rId2"', 'name="Packages" sheetId="2"'),
        ),
    ),
    "two sheets on one part": attack(
        "The sheets Packages and Resources are one part.", target("Packages", "worksheets/sheet3.xml")
    ),
    "sheet that is the workbook part": attack(
        "The sheet Packages is the workbook part itself.", target("Packages", "workbook.xml")
    ),
    "sheet that is the relationships": attack(
        "The sheet Packages is the part with the relationships.", target("Packages", "_rels/workbook.xml.rels")
    ),
    "sheet that is the shared strings": attack(
        "The sheet Packages is the part of the shared strings.", target("Packages", "sharedStrings.xml")
    ),
    "_base that is _meta": attack("The hidden sheets are one part.", target("_base", "worksheets/sheet8.xml")),
    "shared strings that are a sheet": attack(
        "The shared strings are a sheet.", _kind("sharedStrings", "worksheets/sheet1.xml")
    ),
    "shared strings missing": attack("The part of the shared strings is not there.", _without(STRINGS)),
    "styles that are the workbook part": attack(
        "The styles are the workbook part.", _kind("styles", "workbook.xml")
    ),
    "styles missing": attack("The part of the styles is not there.", _without(STYLES)),
    "workbook part missing": attack("The workbook part is not there.", _without(BOOK)),
    "workbook part that is not there": attack("The workbook part is elsewhere.", _book_at("xl/workbook9.xml")),
    "workbook part outside": attack("The workbook part is a file of this computer.", _book_at("file://SECRET")),
    "workbook part in a circle": attack(
        "The workbook part is the part with the relationships that says so.", _book_at("_rels/.rels")
    ),
    "workbook part that is a sheet": attack("The workbook part is a sheet.", _book_at("xl/worksheets/sheet2.xml")),
    "relationships missing": attack("The package has no relationships.", _without(RELATED)),
    "workbook's relationships missing": attack("The workbook has no relationships.", _without(RELATED_TO_BOOK)),
    "a hundred thousand relationships": attack(
        "100,000 relationships of the workbook with one id.",
        part(
            RELATED_TO_BOOK,
            lambda _, xml: put_before("</Relationships>", relate("worksheet", "x.xml") * 100_000, xml),
        ),
    ),
    "100,000 sheets": attack(
        "100,000 sheets without parts.",
        _in_book("</sheets>", lambda: "".join(f'<sheet name="s{n}" sheetId="{n}"/>' for n in range(100, 100_100))),
    ),
    "100,000 sheets on one part": attack(
        "100,000 sheets, all of them the part of the sheet Start here.",
        _in_book(
            "</sheets>",
            lambda: "".join(f'<sheet name="s{n}" sheetId="{n}" r:id="rId1"/>' for n in range(100, 100_100)),
        ),
    ),
    "two sheets of one title": attack(
        "A second sheet Packages, on the part of the sheet Results.",
        _titled("Results", "Packages"),
    ),
    "two titles that differ in case": attack(
        "A second sheet PACKAGES, on the part of the sheet Results: no program can make one.",
        _titled("Results", "PACKAGES"),
    ),
    "title without end": attack(
        "The sheet Packages goes by a title of 100,000 letters.", _titled("Packages", lambda: "x" * 100_000)
    ),
    "title that clears the screen": attack(
        "The sheet Packages goes by a title with signs which change what a terminal shows.",
        _titled("Packages", "\u009b2J\u202ePack&#10;ages\u2028"),
    ),
    "no sheets": attack(
        "A workbook without sheets.", part(BOOK, lambda _, xml: re.sub("<sheets>.*</sheets>", "<sheets/>", xml))
    ),
    "_meta that is a chart": attack(
        "The hidden sheet _meta is a chart sheet.",
        part(
            RELATED_TO_BOOK,
            lambda good, xml: re.sub(
                rf'worksheet("[^>]*{re.escape(good.sheets["_meta"].removeprefix("xl/"))})', r"chartsheet\1", xml
            ),
        ),
    ),
    "Packages that is a chart": attack(
        "The sheet Packages is a chart sheet.",
        part(
            RELATED_TO_BOOK,
            lambda good, xml: re.sub(
                rf'worksheet("[^>]*{re.escape(good.packages.removeprefix("xl/"))})', r"chartsheet\1", xml
            ),
        ),
    ),
    "_meta missing": attack("The hidden sheet _meta goes by another title.", _titled("_meta", "_Meta2")),
    "_meta of formulas": attack(
        "The hidden sheet _meta holds formulas instead of texts.",
        sheet("_meta", lambda _, xml: re.sub(r't="s"><v>\d+</v>', 't="str"><f>"{}"</f><v>{}</v>', xml)),
    ),
}
