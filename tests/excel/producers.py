"""An exported workbook as other programs would have saved it: each function rewrites a file in place.

They work on the text of the parts, so that they know nothing of the program's own way to read and patch.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeAlias
from xml.etree import ElementTree

import openpyxl
from books import MAIN, RELATIONS, STRICT_MAIN, STRICT_RELATIONS
from openpyxl.utils import coordinate_to_tuple, get_column_letter

Producer: TypeAlias = Callable[[Path], None]
Change: TypeAlias = Callable[[str], str]

CELL = re.compile(r"<((?:\w+:)?)c\b((?:[^>\"]|\"[^\"]*\")*?)(?:/>|>(.*?)</\1c>)", re.DOTALL)
ROW = re.compile(r"<((?:\w+:)?)row\b((?:[^>\"]|\"[^\"]*\")*?)(?:/>|>(.*?)</\1row>)", re.DOTALL)
_REFERENCE = re.compile(r'\br="([A-Z]+\d+)"')
_NUMBER = re.compile(r'\br="(\d+)"')
_INLINE = re.compile(r'(<c [^>]*?) t="inlineStr"><is><t(?: xml:space="preserve")?>(.*?)</t></is></c>', re.DOTALL)


# -- looking in


def parts_of(path: Path) -> dict[str, bytes]:
    """Return all parts of a workbook, in the order of the zip."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_parts(path: Path, parts: Mapping[str, bytes]) -> None:
    """Write a workbook from its parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def sheet_parts(parts: Mapping[str, bytes]) -> dict[str, str]:
    """Return the part of each worksheet by title."""
    targets = {
        found.attrib["Id"]: "xl/" + found.attrib["Target"].removeprefix("/xl/")
        for found in ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])  # noqa: S314  written by us
    }
    book = ElementTree.fromstring(parts["xl/workbook.xml"])  # noqa: S314  written by us
    return {
        found.attrib["name"]: targets[next(v for k, v in found.attrib.items() if k.endswith("}id"))]
        for found in book.iter()
        if found.tag.endswith("}sheet")
    }


def split_cells(xml: str) -> tuple[str, dict[tuple[int, int], str]]:
    """Return a sheet without its cells, and each cell as it is written, by row and column."""
    cells = {}
    row = 0
    for found in ROW.finditer(xml):
        number = _NUMBER.search(found[2])
        row = int(number[1]) if number else row + 1
        column = 0
        for cell in CELL.finditer(found[3] or ""):
            reference = _REFERENCE.search(cell[2])
            column = coordinate_to_tuple(reference[1])[1] if reference else column + 1
            cells[row, column] = cell[0]
    return CELL.sub("", xml), cells


# -- changing


def change_sheets(path: Path, change: Change, only: str = "") -> None:
    """Change the text of every worksheet (or of one) in place."""
    parts = parts_of(path)
    for title, name in sheet_parts(parts).items():
        if only in ("", title):
            parts[name] = change(parts[name].decode()).encode()
    write_parts(path, parts)


def type_text(path: Path, sheet: str, before: str, after: str) -> None:
    """Change the only cell of a sheet whose text is `before`, as XML writes them."""

    def change(xml: str) -> str:
        changed, count = re.subn(f"(<t[^>]*>){re.escape(before)}(</t>)", rf"\g<1>{after}\g<2>", xml)
        assert count == 1, (count, before)
        return changed

    change_sheets(path, change, sheet)


# -- the producers


def as_exported(path: Path) -> None:
    """Leave the workbook as XlsxWriter wrote it: inline strings, nothing for empty cells."""


def by_openpyxl(path: Path) -> None:
    """Load and save it with openpyxl."""
    book = openpyxl.load_workbook(path)
    book.save(path)
    book.close()


def strict(path: Path) -> None:
    """Write the strict namespaces and relationship types (ECMA-376 part 1, annex A), as Excel's `Strict` does."""
    parts = parts_of(path)
    for name, content in parts.items():
        if name.endswith((".xml", ".rels")):
            text = content.decode().replace(MAIN, STRICT_MAIN).replace(RELATIONS, STRICT_RELATIONS)
            if name == "xl/workbook.xml":
                text = text.replace("<workbook ", '<workbook conformance="strict" ', 1)
            parts[name] = text.encode()
    write_parts(path, parts)


def strict_and_prefixed(path: Path) -> None:
    """Do both: some generators write strict files with prefixes everywhere."""
    prefixed(path)
    strict(path)


def prefixed(path: Path) -> None:
    """Write `<x:row>` and `<x:c>`, as the Open XML SDK does."""

    def change(xml: str) -> str:
        return re.sub(r"<(/?)([A-Za-z]\w*)(?=[\s>/])", r"<\1x:\2", xml).replace("xmlns=", "xmlns:x=", 1)

    parts = parts_of(path)
    for name in [*sheet_parts(parts).values(), "xl/workbook.xml", "xl/styles.xml"]:
        parts[name] = change(parts[name].decode()).encode()
    write_parts(path, parts)


def without_references(path: Path) -> None:
    """Write rows and cells without saying which: they count from the first one on."""
    change_sheets(path, _without_references)


def _without_references(xml: str) -> str:
    rows: list[str] = []
    for row in ROW.finditer(xml):
        cells: list[str] = []
        for cell in CELL.finditer(row[3] or ""):
            column = coordinate_to_tuple(_found(_REFERENCE, cell[2]))[1]
            cells += ["<c/>"] * (column - 1 - len(cells))
            cells.append(_REFERENCE.sub("", cell[0], count=1))
        rows += ["<row/>"] * (int(_found(_NUMBER, row[2])) - 1 - len(rows))
        rows.append(f"<row{_NUMBER.sub('', row[2], count=1)}>{''.join(cells)}</row>")
    return _with_rows(xml, "".join(rows))


def shared_strings(path: Path) -> None:
    """Keep all texts in a table of their own, as Excel does, and say in rows what Excel says there."""
    _share(path, lambda text: f'<t xml:space="preserve">{text}</t>')


def rich_texts(path: Path) -> None:
    """Give the first word of every text a look of its own, with the phonetic hints of a Japanese Excel."""
    _share(path, _runs)


def rich_inline_texts(path: Path) -> None:
    """The same, with the texts inside their cells."""
    change_sheets(path, lambda xml: _INLINE.sub(lambda c: f'{c[1]} t="inlineStr"><is>{_runs(c[2])}</is></c>', xml))


def _runs(text: str) -> str:
    word, blank, rest = text.partition(" ")
    runs = [
        f'<r><rPr><b/><sz val="11"/></rPr><t>{word}</t></r>',
        f'<r><t xml:space="preserve">{blank}{rest}</t></r>',
    ]
    hints = '<rPh sb="0" eb="1"><t>カ</t></rPh><phoneticPr fontId="1" type="noConversion"/>'
    return "".join(runs if blank else runs[:1]) + hints


def _share(path: Path, item: Change) -> None:
    strings: dict[str, int] = {}

    def change(xml: str) -> str:
        def cell(found: re.Match[str]) -> str:
            return f'{found[1]} t="s"><v>{strings.setdefault(found[2], len(strings))}</v></c>'

        xml = xml.replace("<row ", '<row spans="1:30" x14ac:dyDescent="0.25" ').replace("<worksheet ", _EXCEL, 1)
        return _INLINE.sub(cell, xml)

    change_sheets(path, change)
    table = "".join(f"<si>{item(text)}</si>" for text in strings)
    _add(
        path,
        "xl/sharedStrings.xml",
        f'<sst xmlns="{MAIN}" count="{len(strings)}" uniqueCount="{len(strings)}">{table}</sst>',
        "sharedStrings",
    )


_EXCEL = (
    '<worksheet xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x14ac" '
    'xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" '
)


def _add(path: Path, name: str, content: str, kind: str) -> None:
    parts = parts_of(path)
    parts[name] = content.encode()
    family = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    for part, mark, addition in (
        ("[Content_Types].xml", "</Types>", f'<Override PartName="/{name}" ContentType="{family}.{kind}+xml"/>'),
        (
            "xl/_rels/workbook.xml.rels",
            "</Relationships>",
            f'<Relationship Id="rId777" Type="{RELATIONS}/{kind}" Target="{name.removeprefix("xl/")}"/>',
        ),
    ):
        parts[part] = parts[part].decode().replace(mark, addition + mark).encode()
    write_parts(path, parts)


def own_formulas(path: Path) -> None:
    """Add a person's columns of formulas right of ours: shared ones, an array, a table of what-ifs."""
    parts = parts_of(path)
    for title, name in sheet_parts(parts).items():
        if title not in ("Start here", "Results") and not title.startswith("_"):
            parts[name] = _with_formulas(parts[name].decode()).encode()
    write_parts(path, parts)


def _with_formulas(xml: str) -> str:
    last = max(int(_found(_NUMBER, row[2])) for row in ROW.finditer(xml))
    one, two, three = (get_column_letter(26 + n) for n in range(3))

    def row(found: re.Match[str]) -> str:
        number = int(_found(_NUMBER, found[2]))
        if number == 1:
            heads = zip((one, two, three), ("Length", "Upper", "What if"), strict=True)
            cells = "".join(f'<c r="{at}1" t="str"><v>{head}</v></c>' for at, head in heads)
        elif number == 2:
            cells = (
                f'<c r="{one}2"><f t="shared" ref="{one}2:{one}{last}" si="0">LEN(A2)</f><v>1</v></c>'
                f'<c r="{two}2" t="str"><f t="array" ref="{two}2">UPPER(E2)</f><v>X</v></c>'
                f'<c r="{three}2"><f t="dataTable" ref="{three}2:{three}{last}" dt2D="1" dtr="1" r1="A1" r2="A2"/>'
                "<v>3</v></c>"
            )
        else:
            cells = f'<c r="{one}{number}"><f t="shared" si="0"/><v>1</v></c>'
        return found[0].replace("</row>", f"{cells}</row>")

    return ROW.sub(row, xml)


GOOGLE_ROWS, GOOGLE_COLUMNS = 1_000, 62
"""How far Google Sheets writes cells that have a look and no value."""


def by_google_sheets(path: Path) -> None:
    """Write it as Google Sheets downloads it.

    Texts are shared, what was very hidden is hidden, properties and the looks of columns are gone, each cell has a
    validation of its own, and cells without a value reach far below and beside the data.
    """
    parts = parts_of(path)
    for title, name in sheet_parts(parts).items():
        if not title.startswith("_"):
            parts[name] = _as_google_writes(parts[name].decode()).encode()
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'"veryHidden"', b'"hidden"')
    for name in ("_rels/.rels", "[Content_Types].xml"):
        parts[name] = re.sub(rb'<(?:Relationship|Override) [^>]*"/?docProps[^>]*/>', b"", parts[name])
    write_parts(path, {name: content for name, content in parts.items() if not name.startswith("docProps")})
    shared_strings(path)


def _as_google_writes(xml: str) -> str:
    rows = {int(_found(_NUMBER, row[2])): row[3] or "" for row in ROW.finditer(xml)}
    full = "".join(_padded(number, rows.get(number, "")) for number in range(1, max(GOOGLE_ROWS, *rows) + 1))
    xml = re.sub(r'(<col [^>]*) style="\d+"', r"\1", _with_rows(xml, full))
    return re.sub("<dataValidations .*?</dataValidations>", _one_for_each_cell, xml, flags=re.DOTALL)


def _padded(number: int, content: str) -> str:
    """Return a row with a cell in every column."""
    held = {coordinate_to_tuple(_found(_REFERENCE, cell[2]))[1]: cell[0] for cell in CELL.finditer(content)}
    cells = (held.get(at, f'<c r="{get_column_letter(at)}{number}" s="1"/>') for at in range(1, GOOGLE_COLUMNS))
    return f'<row r="{number}" customHeight="1" ht="15.75">{"".join(cells)}</row>'


def _one_for_each_cell(found: re.Match[str]) -> str:
    rules = re.finditer(r'<dataValidation .*?sqref="(([A-Z]+)\d+:\w+)".*?</dataValidation>', found[0])
    each = [rule[0].replace(rule[1], f"{rule[2]}{row}") for rule in rules for row in range(2, GOOGLE_ROWS)]
    return f'<dataValidations count="{len(each)}">{"".join(each)}</dataValidations>'


def _found(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    assert match is not None, text
    return match[1]


def _with_rows(xml: str, rows: str) -> str:
    return re.sub("<sheetData>.*</sheetData>", lambda _: f"<sheetData>{rows}</sheetData>", xml, flags=re.DOTALL)


PRODUCERS: dict[str, Producer] = {
    "as exported": as_exported,
    "openpyxl": by_openpyxl,
    "strict": strict,
    "strict, prefixed": strict_and_prefixed,
    "prefixed": prefixed,
    "without references": without_references,
    "shared strings": shared_strings,
    "rich texts": rich_texts,
    "rich inline texts": rich_inline_texts,
    "formulas beside": own_formulas,
    "Google Sheets": by_google_sheets,
}


def each_cell(path: Path) -> Iterator[tuple[str, int, int]]:
    """Yield title, row and column of every cell that a workbook writes, with or without a value."""
    parts = parts_of(path)
    for title, name in sheet_parts(parts).items():
        yield from ((title, row, column) for row, column in split_cells(parts[name].decode())[1])
