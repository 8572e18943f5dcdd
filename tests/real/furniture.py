"""What people put into a workbook that is not ours: pictures, charts, comments, a pivot, drop-downs of their own.

Most of it only Excel makes, so it is put into the exported file part by part.
"""

import zipfile
from pathlib import Path

import xlsxwriter

_MS = "http://schemas.microsoft.com/office"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006"
_RELATION = f"{_OFFICE}/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_PERSON = "{11111111-2222-3333-4444-555555555555}"
_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c4944415478da6360606000000004000184a18d640000000049454e44ae426082"
)


def furnish(path: Path, sheet_part: str) -> None:
    """Put all of it into a workbook that was just exported.

    Args:
        path: the workbook.
        sheet_part: the part of a data sheet, which gets the picture, the chart and the comments.
    """
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts |= _drawing(path.parent) | _PARTS
    relations = sheet_part.replace("worksheets/", "worksheets/_rels/") + ".rels"
    _insert(parts, relations, "</Relationships>", _SHEET_RELATIONS)
    _insert(parts, "xl/_rels/workbook.xml.rels", "</Relationships>", _WORKBOOK_RELATIONS)
    _insert(parts, "[Content_Types].xml", "</Types>", _TYPES)
    _insert(
        parts,
        "xl/workbook.xml",
        "<calcPr",
        '<pivotCaches><pivotCache cacheId="1" r:id="rId991"/></pivotCaches>',
        0,
    )
    _insert(parts, sheet_part, "<legacyDrawing", '<drawing r:id="rId990"/>', 0)
    _insert(parts, sheet_part, "</worksheet>", _EXTENSIONS)
    _insert(parts, sheet_part, "</dataValidations>", _OWN_DROP_DOWN)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def parts_of(path: Path) -> dict[str, bytes]:
    """Return all parts of a workbook by name."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _insert(parts: dict[str, bytes], name: str, mark: str, text: str, at_least: int = 1) -> None:
    xml = parts[name].decode()
    assert mark in xml or not at_least, (name, mark)
    where = mark if mark in xml else "</workbook>"
    parts[name] = xml.replace(where, text + where, 1).encode()


def _drawing(folder: Path) -> dict[str, bytes]:
    """Return the parts of a picture and a chart, as XlsxWriter makes them."""
    picture, made = folder / "pixel.png", folder / "drawing.xlsx"
    picture.write_bytes(_PIXEL)
    with xlsxwriter.Workbook(made) as book:
        sheet = book.add_worksheet()
        sheet.insert_image("B2", str(picture))
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Sheet1!$A$1:$A$3"})
        sheet.insert_chart("B8", chart)
    found = {k: v for k, v in parts_of(made).items() if k.startswith(("xl/drawings", "xl/charts", "xl/media"))}
    made.unlink()
    picture.unlink()
    return found


def _override(part: str, kind: str) -> str:
    return f'<Override PartName="{part}" ContentType="application/vnd.{kind}+xml"/>'


def _relation(number: int, kind: str, target: str) -> str:
    return f'<Relationship Id="rId{number}" Type="{kind}" Target="{target}"/>'


_SHEET_RELATIONS = (
    _relation(990, f"{_RELATION}/drawing", "../drawings/drawing1.xml")
    + _relation(991, f"{_MS}/2017/10/relationships/threadedComment", "../threadedComments/threadedComment1.xml")
    + _relation(992, f"{_RELATION}/printerSettings", "../printerSettings/printerSettings1.bin")
)
_WORKBOOK_RELATIONS = (
    _relation(990, f"{_MS}/2017/10/relationships/person", "persons/person.xml")
    + _relation(991, f"{_RELATION}/pivotCacheDefinition", "pivotCache/pivotCacheDefinition1.xml")
    + _relation(992, f"{_RELATION}/customXml", "../customXml/item1.xml")
)
_SHEETS = "openxmlformats-officedocument.spreadsheetml"
_TYPES = (
    '<Default Extension="png" ContentType="image/png"/>'
    f'<Default Extension="bin" ContentType="application/vnd.{_SHEETS}.printerSettings"/>'
    + _override("/xl/drawings/drawing1.xml", "openxmlformats-officedocument.drawing")
    + _override("/xl/charts/chart1.xml", "openxmlformats-officedocument.drawingml.chart")
    + _override("/xl/persons/person.xml", "ms-excel.person")
    + _override("/xl/threadedComments/threadedComment1.xml", "ms-excel.threadedcomments")
    + _override("/xl/pivotTables/pivotTable1.xml", f"{_SHEETS}.pivotTable")
    + _override("/xl/pivotCache/pivotCacheDefinition1.xml", f"{_SHEETS}.pivotCacheDefinition")
    + _override("/xl/pivotCache/pivotCacheRecords1.xml", f"{_SHEETS}.pivotCacheRecords")
)
_OWN_DROP_DOWN = (
    '<dataValidation type="list" allowBlank="1" sqref="AZ2:AZ9"><formula1>"yes,no"</formula1></dataValidation>'
)
_EXTENSIONS = (
    '<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}" '
    f'xmlns:x14="{_MS}/spreadsheetml/2009/9/main" xmlns:xm="{_MS}/excel/2006/main">'
    '<x14:dataValidations count="1"><x14:dataValidation type="list"><x14:formula1>'
    "<xm:f>'Start here'!$A$1:$A$2</xm:f></x14:formula1><xm:sqref>BA2:BA9</xm:sqref>"
    "</x14:dataValidation></x14:dataValidations></ext></extLst>"
)
_PARTS: dict[str, bytes] = {
    "xl/persons/person.xml": f'<personList xmlns="{_MS}/spreadsheetml/2018/threadedcomments">'
    f'<person displayName="Ann" id="{_PERSON}" userId="ann" providerId="None"/></personList>'.encode(),
    "xl/threadedComments/threadedComment1.xml": "<ThreadedComments "
    f'xmlns="{_MS}/spreadsheetml/2018/threadedcomments"><threadedComment ref="E2" personId="{_PERSON}" '
    'id="{22222222-2222-3333-4444-555555555555}"><text>is this title right?</text></threadedComment>'
    "</ThreadedComments>".encode(),
    "xl/printerSettings/printerSettings1.bin": b"\0\1\2printer",
    "customXml/item1.xml": b"<form>of another program</form>",
    "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_RELATION}/pivotTable" Target="../pivotTables/pivotTable1.xml"/>'
    "</Relationships>".encode(),
    "xl/pivotTables/_rels/pivotTable1.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_RELATION}/pivotCacheDefinition" '
    'Target="../pivotCache/pivotCacheDefinition1.xml"/></Relationships>'.encode(),
    "xl/pivotTables/pivotTable1.xml": f'<pivotTableDefinition xmlns="{_MAIN}" name="P" cacheId="1" '
    'dataCaption="V"><location ref="F30:G31" firstHeaderRow="1" firstDataRow="1" firstDataCol="1"/>'
    '<pivotFields count="1"><pivotField showAll="0"/></pivotFields></pivotTableDefinition>'.encode(),
    "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": f'<Relationships xmlns="{_PACKAGE}">'
    f'<Relationship Id="rId1" Type="{_RELATION}/pivotCacheRecords" Target="pivotCacheRecords1.xml"/>'
    "</Relationships>".encode(),
    "xl/pivotCache/pivotCacheDefinition1.xml": f'<pivotCacheDefinition xmlns="{_MAIN}" xmlns:r="{_RELATION}" '
    'r:id="rId1" recordCount="0"><cacheSource type="worksheet"><worksheetSource ref="A1:A2" sheet="Start here"/>'
    '</cacheSource><cacheFields count="1"><cacheField name="h"><sharedItems/></cacheField></cacheFields>'
    "</pivotCacheDefinition>".encode(),
    "xl/pivotCache/pivotCacheRecords1.xml": f'<pivotCacheRecords xmlns="{_MAIN}" count="0"/>'.encode(),
}
