"""Workbooks for the tests: by every producer, by hand, and one with everything a person may have added."""

import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import xlsxwriter
from openpyxl.worksheet.formula import ArrayFormula

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT_MAIN = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

FIRST_SHEET = "xl/worksheets/sheet1.xml"

Grid = Sequence[Sequence[str]]
Texts = dict[tuple[str, int, int], object]


# Looking into a workbook.


@dataclass(frozen=True)
class Member:
    """A member of a zip as it lies there: nothing unpacked."""

    name: str
    time: tuple[int, int, int, int, int, int]
    method: int
    crc: int
    size: int
    compressed: bytes
    attributes: tuple[int, int, int, bytes]


def members(path: Path) -> list[Member]:
    """Return the members of a zip in the order of its directory."""
    with zipfile.ZipFile(path) as archive:
        infos = archive.infolist()
    data = path.read_bytes()
    found = []
    for info in infos:
        name_length, extra_length = struct.unpack_from("<2H", data, info.header_offset + 26)
        start = info.header_offset + 30 + name_length + extra_length
        found.append(
            Member(
                info.filename,
                info.date_time,
                info.compress_type,
                info.CRC,
                info.file_size,
                data[start : start + info.compress_size],
                (info.create_system, info.internal_attr, info.external_attr, info.comment),
            )
        )
    return found


def part(path: Path, name: str = FIRST_SHEET) -> bytes:
    """Return the content of one part."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


def local_header(path: Path, name: str) -> tuple[int, int, int, bytes]:
    """Return what the header before a member's data says: flags, compressed size, size, extra field."""
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(name).header_offset
    data = path.read_bytes()
    fields = struct.unpack_from("<4s5H3L2H", data, start)
    extra_start = start + 30 + fields[9]
    return fields[2], fields[7], fields[8], data[extra_start : extra_start + fields[10]]


def elements(xml: bytes, path: str) -> list[ElementTree.Element]:
    """Return the elements at a path, as a reader that knows nothing of our code finds them."""
    return ElementTree.fromstring(xml).findall(path)  # noqa: S314  our own output


def cell_xml(sheet: bytes, reference: str) -> bytes:
    """Return the bytes of one cell of a sheet written in the usual way."""
    found = re.findall(rb'<c r="%b"(?:[^>]*/>|[^>]*[^/]>.*?</c>)' % reference.encode(), sheet, re.DOTALL)
    assert len(found) == 1, f"{reference} occurs {len(found)} times"
    return bytes(found[0])


def texts(path: Path) -> Texts:
    """Return every value openpyxl reads, by (title, row, column); formulas as formulas, empty ones left out."""
    with warnings.catch_warnings(action="ignore", category=UserWarning):  # of what openpyxl does not know
        book = openpyxl.load_workbook(path)
    return {
        (sheet.title, cell.row, cell.column): decoded(cell.value)
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def decoded(value: object) -> object:
    """Return a value with the escapes of ST_Xstring read: openpyxl leaves them in texts."""
    if isinstance(value, ArrayFormula):
        return value.ref, value.text
    if not isinstance(value, str):
        return value
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), value)


# Building a workbook.


def by_openpyxl(path: Path, grid: Grid) -> None:
    """Write a book whose strings are inline."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Packages"
    for row in grid:
        sheet.append([text or None for text in row])
    book.save(path)


def by_xlsxwriter(path: Path, grid: Grid, *, constant_memory: bool = False) -> None:
    """Write a book the way the export does: text format on columns and cells."""
    with xlsxwriter.Workbook(path, {"constant_memory": constant_memory}) as book:
        text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("Packages")
        sheet.set_column(0, 9, 20, text)
        for row, cells in enumerate(grid):
            for column, value in enumerate(cells):
                if value:
                    sheet.write_string(row, column, value, text)
        book.add_worksheet("Notes").write_formula("A1", "=Packages!A1", None, "cached")


def by_xlsxwriter_streaming(path: Path, grid: Grid) -> None:
    """Write a book in constant-memory mode, whose strings are inline."""
    by_xlsxwriter(path, grid, constant_memory=True)


STYLES = (
    f'{_DECLARATION}<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
    '<fills count="1"><fill><patternFill/></fill></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="9">' + '<xf numFmtId="49"/>' * 9 + "</cellXfs></styleSheet>"
)


def by_hand(
    path: Path,
    sheet: str | bytes,
    *,
    title: str = "Packages",
    strict: bool = False,
    more: Mapping[str, str | bytes] | None = None,
) -> Path:
    """Write a book around the XML of its first sheet; its second one, `Notes`, says `untouched`.

    Args:
        path: where to write it.
        sheet: the first sheet's part, with `MAIN` as its namespace, or `STRICT_MAIN`.
        title: the first sheet's title, escaped for XML.
        strict: write the strict namespaces.
        more: further parts; one called like a part that is there anyway replaces it.
    """
    main, relations = (STRICT_MAIN, STRICT_RELATIONS) if strict else (MAIN, RELATIONS)
    relation = f'<Relationship Id="rId%d" Type="{relations}/%s" Target="%s"/>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": f'{_DECLARATION}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        + _override("/xl/workbook.xml", "sheet.main")
        + _override("/xl/worksheets/sheet1.xml", "worksheet")
        + _override("/xl/worksheets/sheet2.xml", "worksheet")
        + _override("/xl/styles.xml", "styles")
        + _override("/xl/sharedStrings.xml", "sharedStrings")
        + "</Types>",
        "_rels/.rels": f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        + relation % (1, "officeDocument", "xl/workbook.xml")
        + "</Relationships>",
        "xl/workbook.xml": f'{_DECLARATION}<workbook xmlns="{main}" xmlns:r="{relations}"><sheets>'
        f'<sheet name="{title}" sheetId="1" r:id="rId1"/><sheet name="Notes" sheetId="2" r:id="rId2"/>'
        "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_DECLARATION}<Relationships xmlns="{_PACKAGE}/relationships">'
        + relation % (1, "worksheet", "worksheets/sheet1.xml")
        + relation % (2, "worksheet", "/xl/worksheets/sheet2.xml")
        + relation % (3, "styles", "styles.xml")
        + relation % (4, "sharedStrings", "sharedStrings.xml")
        + "</Relationships>",
        FIRST_SHEET: sheet,
        "xl/worksheets/sheet2.xml": f'<worksheet xmlns="{main}"><sheetData><row r="1">'
        '<c r="A1" t="inlineStr"><is><t>untouched</t></is></c></row></sheetData></worksheet>',
        "xl/styles.xml": STYLES.replace(MAIN, main),
        "xl/sharedStrings.xml": f'{_DECLARATION}<sst xmlns="{main}"><si><t>zero</t></si><si><t>one</t></si>'
        "<si><t>two</t></si></sst>",
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {**parts, **(more or {})}.items():
            archive.writestr(name, content)
    return path


def worksheet(rows: str, *, before: str = "", after: str = "", attributes: str = "") -> str:
    """Return a worksheet part around the content of its rows element."""
    return (
        f'{_DECLARATION}<worksheet xmlns="{MAIN}" xmlns:r="{RELATIONS}"{attributes}>'
        f"{before}<sheetData>{rows}</sheetData>{after}</worksheet>"
    )


def with_calc_chain(path: Path, cells: Sequence[str]) -> Path:
    """Add a calculation chain to a book, the way Excel does."""
    chain = "".join(f'<c r="{cell}" i="1"/>' for cell in cells)
    return rewritten(
        path,
        {
            "xl/_rels/workbook.xml.rels": _before(
                "</Relationships>",
                f'<Relationship Id="rId99" Type="{RELATIONS}/calcChain" Target="calcChain.xml"/>',
            ),
            "[Content_Types].xml": _before("</Types>", _override("/xl/calcChain.xml", "calcChain")),
        },
        {"xl/calcChain.xml": f'{_DECLARATION}<calcChain xmlns="{MAIN}">{chain}</calcChain>'},
    )


def rewritten(path: Path, changes: Mapping[str, Callable[[str], str]], added: Mapping[str, str | bytes]) -> Path:
    """Change and add parts of a book in place."""
    with zipfile.ZipFile(path) as archive:
        parts = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for info, content in parts:
            change = changes.get(info.filename)
            archive.writestr(info, content if change is None else change(content.decode()).encode())
        for name, addition in added.items():
            archive.writestr(name, addition)
    return path


def recompressed(path: Path, level: int) -> Path:
    """Compress all parts of a book in place, in another way than the program would."""
    with zipfile.ZipFile(path) as archive:
        parts = [(info, archive.read(info)) for info in archive.infolist()]
    with zipfile.ZipFile(path, "w") as archive:
        for info, content in parts:
            archive.writestr(info, content, zipfile.ZIP_DEFLATED, level)
    return path


def _before(mark: str, addition: str) -> Callable[[str], str]:
    def change(xml: str) -> str:
        assert mark in xml, mark
        return xml.replace(mark, addition + mark, 1)

    return change


def _after(mark: str, addition: str) -> Callable[[str], str]:
    def change(xml: str) -> str:
        assert mark in xml, mark
        return xml.replace(mark, mark + addition, 1)

    return change


def _override(name: str, kind: str, family: str = "officedocument.spreadsheetml") -> str:
    return f'<Override PartName="{name}" ContentType="application/vnd.openxmlformats-{family}.{kind}+xml"/>'


# A workbook with everything.


def rich(path: Path) -> Path:
    """Write a book with all that XlsxWriter can make and, by hand, what only Excel makes.

    `Packages` has a header and rows 2 to 6, columns A to F, and formulas in H2 to H6; `Results` is ours too;
    `Pivot` has a pivot table.
    """
    _rich_by_xlsxwriter(path)
    return rewritten(path, _RICH_CHANGES, _RICH_PARTS)


def _rich_by_xlsxwriter(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        text = book.add_format({"num_format": "@", "locked": False})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("Packages")
        sheet.set_column(0, 5, 20, text)
        for row in range(6):
            for column in range(6):
                sheet.write_string(row, column, f"r{row + 1} c{column + 1} <&> ü", text if row else bold)
            if row:
                sheet.write_formula(row, 7, f"=LEN(A{row + 1})", None, 14)
        _decorate(book, sheet, bold)
        results = book.add_worksheet("Results")
        results.set_column(0, 4, 15, text)
        results.write_row(0, 0, ["Run", "Sheet", "Row"], bold)
        results.write_row(1, 0, ["old", "old", "old"])
        results.autofilter(0, 0, 1, 2)
        results.freeze_panes(1, 0)
        book.add_worksheet("Pivot").write_row(0, 0, ["h", "n"])
        lists = book.add_worksheet("_lists")
        lists.write_column(0, 0, ["a", "b"])
        lists.very_hidden()
        book.define_name("choices", "=_lists!$A$1:$A$2")
        book.set_custom_property("run", "123")


def _decorate(
    book: xlsxwriter.Workbook, sheet: "xlsxwriter.worksheet.Worksheet", bold: "xlsxwriter.format.Format"
) -> None:
    picture = path_of_picture(Path(book.filename).parent)
    sheet.insert_image("K2", picture)
    chart = book.add_chart({"type": "column"})
    chart.add_series({"values": "=Packages!$H$2:$H$6"})
    sheet.insert_chart("K8", chart)
    sheet.insert_textbox("K20", "a text box")
    sheet.write_comment("D1", "a note", {"author": "me"})
    sheet.write_rich_string("I2", "plain ", bold, "bold")
    sheet.write_dynamic_array_formula("J2:J3", "=_xlfn.UNIQUE(A2:A3)")
    sheet.insert_checkbox("I3", True)
    sheet.add_sparkline("I4", {"range": "Packages!H2:H6"})
    sheet.conditional_format("A2:F6", {"type": "formula", "criteria": "=$B2=1", "format": bold})
    sheet.conditional_format("H2:H6", {"type": "data_bar", "data_bar_2010": True})
    sheet.data_validation("C2:C6", {"validate": "list", "source": "=choices"})
    sheet.add_table("M1:N3", {"columns": [{"header": "x"}, {"header": "y"}]})
    sheet.write_url("I5", "https://example.org/", tip="a tip")
    sheet.write_url("I6", "internal:Results!A1")
    sheet.merge_range("A9:C9", "merged", bold)
    sheet.autofilter("A1:F6")
    sheet.freeze_panes(1, 1)
    sheet.set_row(3, 30, None, {"hidden": True})
    sheet.print_area("A1:F6")
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_header("&CHeader")
    sheet.ignore_errors({"number_stored_as_text": "A1:F6"})


def path_of_picture(folder: Path) -> str:
    """Write a picture of one pixel and return its path."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    picture = folder / "pixel.png"
    picture.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">2I5B", 1, 1, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0\0\0\0"))
        + chunk(b"IEND", b"")
    )
    return str(picture)


_MS = "http://schemas.microsoft.com/office"
_X14 = f'xmlns:x14="{_MS}/spreadsheetml/2009/9/main" xmlns:xm="{_MS}/excel/2006/main"'
_ADDED_EXTENSIONS = (
    f'<ext uri="{{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}}" {_X14}><x14:dataValidations count="1">'
    '<x14:dataValidation type="list"><x14:formula1><xm:f>_lists!$A$1:$A$2</xm:f></x14:formula1>'
    "<xm:sqref>E2:E6</xm:sqref></x14:dataValidation></x14:dataValidations></ext>"
    f'<ext uri="{{A8765BA9-456A-4dab-B4F3-ACF838C121DE}}" {_X14}><x14:slicerList>'
    '<x14:slicer r:id="rId91"/></x14:slicerList></ext>'
)


def _chained(*changes: Callable[[str], str]) -> Callable[[str], str]:
    def change(xml: str) -> str:
        for one in changes:
            xml = one(xml)
        return xml

    return change


_RICH_CHANGES: dict[str, Callable[[str], str]] = {
    FIRST_SHEET: _chained(
        _before("</extLst></worksheet>", _ADDED_EXTENSIONS),
        lambda xml: xml.replace("<pageSetup ", '<pageSetup r:id="rId92" ', 1),
    ),
    "xl/worksheets/_rels/sheet1.xml.rels": _before(
        "</Relationships>",
        f'<Relationship Id="rId90" Type="{_MS}/2017/10/relationships/threadedComment" '
        'Target="../threadedComments/threadedComment1.xml"/>'
        f'<Relationship Id="rId91" Type="{_MS}/2007/relationships/slicer" Target="../slicers/slicer1.xml"/>'
        f'<Relationship Id="rId92" Type="{RELATIONS}/printerSettings" '
        'Target="../printerSettings/printerSettings1.bin"/>',
    ),
    "xl/_rels/workbook.xml.rels": _before(
        "</Relationships>",
        f'<Relationship Id="rId90" Type="{_MS}/2017/10/relationships/person" Target="persons/person.xml"/>'
        f'<Relationship Id="rId91" Type="{RELATIONS}/pivotCacheDefinition" '
        'Target="pivotCache/pivotCacheDefinition1.xml"/>'
        f'<Relationship Id="rId92" Type="{_MS}/2007/relationships/slicerCache" '
        'Target="slicerCaches/slicerCache1.xml"/>'
        f'<Relationship Id="rId93" Type="{RELATIONS}/customXml" Target="../customXml/item1.xml"/>'
        f'<Relationship Id="rId94" Type="{RELATIONS}/calcChain" Target="calcChain.xml"/>',
    ),
    "xl/workbook.xml": _after(
        "</definedNames>", '<pivotCaches><pivotCache cacheId="1" r:id="rId91"/></pivotCaches>'
    ),
    "[Content_Types].xml": _before(
        "</Types>",
        '<Default Extension="bin" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.printerSettings"/>'
        + _override("/xl/calcChain.xml", "calcChain")
        + _override("/xl/pivotTables/pivotTable1.xml", "pivotTable")
        + _override("/xl/pivotCache/pivotCacheDefinition1.xml", "pivotCacheDefinition")
        + _override("/xl/pivotCache/pivotCacheRecords1.xml", "pivotCacheRecords")
        + _override("/customXml/itemProps1.xml", "customXmlProperties", "officedocument")
        + f'<Override PartName="/xl/persons/person.xml" ContentType="{_MS}.person+xml"/>'
        f'<Override PartName="/xl/threadedComments/threadedComment1.xml" ContentType="{_MS}.threaded+xml"/>'
        f'<Override PartName="/xl/slicers/slicer1.xml" ContentType="{_MS}.slicer+xml"/>'
        f'<Override PartName="/xl/slicerCaches/slicerCache1.xml" ContentType="{_MS}.slicerCache+xml"/>',
    ),
}

_PERSON = "{11111111-2222-3333-4444-555555555555}"
_RICH_PARTS: dict[str, str | bytes] = {
    "xl/calcChain.xml": f'<calcChain xmlns="{MAIN}"><c r="H2" i="1"/><c r="H3"/><c r="H6"/></calcChain>',
    "xl/persons/person.xml": f'<personList xmlns="{_MS}/spreadsheetml/2018/threadedcomments">'
    f'<person displayName="Ann" id="{_PERSON}" userId="ann" providerId="None"/></personList>',
    "xl/threadedComments/threadedComment1.xml": "<ThreadedComments "
    f'xmlns="{_MS}/spreadsheetml/2018/threadedcomments"><threadedComment ref="D2" personId="{_PERSON}" '
    'id="{22222222-2222-3333-4444-555555555555}"><text>what is this?</text></threadedComment>'
    "</ThreadedComments>",
    "xl/slicers/slicer1.xml": f'<slicers xmlns="{_MS}/spreadsheetml/2009/9/main">'
    '<slicer name="h" cache="Slicer_h" caption="h" rowHeight="241300"/></slicers>',
    "xl/slicerCaches/slicerCache1.xml": f'<slicerCacheDefinition xmlns="{_MS}/spreadsheetml/2009/9/main" '
    'name="Slicer_h" sourceName="h"/>',
    "xl/printerSettings/printerSettings1.bin": b"\0\1\2printer",
    "customXml/item1.xml": "<form>of another program</form>",
    "customXml/itemProps1.xml": '<ds:datastoreItem ds:itemID="{33333333-2222-3333-4444-555555555555}" '
    'xmlns:ds="http://schemas.openxmlformats.org/officeDocument/2006/customXml"/>',
    "docMetadata/LabelInfo.xml": "<labelList>internal</labelList>",
    "xl/worksheets/_rels/sheet3.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/pivotTable" Target="../pivotTables/pivotTable1.xml"/>'
    "</Relationships>",
    "xl/pivotTables/_rels/pivotTable1.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/pivotCacheDefinition" '
    'Target="../pivotCache/pivotCacheDefinition1.xml"/></Relationships>',
    "xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition xmlns="{MAIN}" name="P" cacheId="1" '
    'dataCaption="V"><location ref="D1:E2" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
    '<pivotFields count="1"><pivotField showAll="0"/></pivotFields></pivotTableDefinition>',
    "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{RELATIONS}/pivotCacheRecords" Target="pivotCacheRecords1.xml"/>'
    "</Relationships>",
    "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition xmlns="{MAIN}" xmlns:r="{RELATIONS}" '
    'r:id="rId1" recordCount="0"><cacheSource type="worksheet"><worksheetSource ref="A1:A2" sheet="Pivot"/>'
    '</cacheSource><cacheFields count="1"><cacheField name="h"><sharedItems/></cacheField></cacheFields>'
    "</pivotCacheDefinition>",
    "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords xmlns="{MAIN}" count="0"/>',
}
