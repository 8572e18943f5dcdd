"""Find a workbook's parts the way its relationships name them, and cut its calculation chain out."""

import posixpath
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bulkedit.core.text import excerpt
from bulkedit.excel import bounds
from bulkedit.excel.errors import TooLarge, WorkbookDamaged
from bulkedit.excel.splices import Splice
from bulkedit.excel.xmlbytes import MAIN_NAMESPACES, Element, elements, naming
from bulkedit.excel.zipparts import Parts

_CONTENT_TYPES: Final = "[Content_Types].xml"
_TRUE: Final = ("1", "true")
_PACKAGE: Final = ""  # the source of the package's own relationships


@dataclass(frozen=True, slots=True)
class BookParts:
    """The names of the parts that matter, as the zip spells them, and what the workbook part itself says.

    Attributes:
        worksheets: the part of each worksheet by sheet title, in the order of the sheets.
        charts: the titles of other sheets, which have no cells.
        calc_chain: the part that holds the order of calculation, if any.
        shared_strings: the part with the texts that cells refer to, if any.
        styles: the part that describes formats, if any.
        from_1904: its dates count the days from 1904.
    """

    workbook: str
    worksheets: Mapping[str, str]
    charts: frozenset[str]
    calc_chain: str | None
    shared_strings: str | None
    styles: str | None
    from_1904: bool


@dataclass(frozen=True, slots=True)
class _Relationship:
    """A relationship of a part: its kind (the type's last word), its target part, its element."""

    kind: str
    target: str
    element: Element


def find_parts(parts: Parts) -> BookParts:
    """Return the parts of a workbook (ECMA-376 part 1, 12.3.23 and 12.3.24).

    Raises:
        WorkbookDamaged: there is no workbook in the zip, or what it names is not there.
    """
    workbook = _target_of_kind(_relationships(parts, _PACKAGE), "officeDocument")
    if workbook is None:
        raise WorkbookDamaged(
            "The file is not a workbook: it does not say which part is the workbook; open it in a spreadsheet"
            " program and save it again."
        )
    related = _relationships(parts, workbook)
    xml = parts.read(workbook)
    with naming(workbook):
        described = [element for element in elements(xml) if element.namespace in MAIN_NAMESPACES]
        worksheets = _worksheets(parts, described, related)
    chain = _target_of_kind(related, "calcChain")
    strings, styles = (_there(parts, _target_of_kind(related, kind)) for kind in ("sharedStrings", "styles"))
    from_1904 = any(one.name == "workbookPr" and one.attributes.get("date1904") in _TRUE for one in described)
    charts = frozenset(one.attributes.get("name", "") for one in described if one.name == "sheet") - set(
        worksheets
    )
    calc_chain = parts.name(chain) if chain else None
    return BookParts(workbook, worksheets, charts, calc_chain, strings, styles, from_1904)


def _there(parts: Parts, target: str | None) -> str | None:
    """Return the name of a part that a relationship gives, if one does."""
    if target is None:
        return None
    name = parts.name(target)
    if name is None:
        raise WorkbookDamaged(f"The workbook lacks its part {excerpt(target, 80)}; take an earlier copy.")
    return name


def cuts_of_calc_chain(parts: Parts, book: BookParts) -> dict[str, list[Splice]]:
    """Return by part the splices that take every mention of the calculation chain away.

    A chain that names a cell without a formula makes Excel offer a repair; without a chain it builds one.
    """
    related = _relationships(parts, book.workbook).values()
    types = parts.read(_CONTENT_TYPES)
    with naming(_CONTENT_TYPES):
        overrides = [
            element.span.cut()
            for element in elements(types)
            if element.name == "Override" and _names(element, book.calc_chain)
        ]
    return {
        _relationships_part(book.workbook): [one.element.span.cut() for one in related if one.kind == "calcChain"],
        _CONTENT_TYPES: overrides,
    }


def _names(override: Element, part: str | None) -> bool:
    return part is not None and override.attributes.get("PartName", "").lower() == f"/{part}".lower()


def _worksheets(
    parts: Parts, described: Sequence[Element], related: Mapping[str, _Relationship]
) -> dict[str, str]:
    found: dict[str, str] = {}
    titles, used = set[str](), set[str]()
    if sum(element.name == "sheet" for element in described) > bounds.SHEETS:
        raise TooLarge(f"it has more than {bounds.SHEETS:,} sheets")
    for element in described:
        if element.name != "sheet":
            continue
        title, relationship = element.attributes.get("name", ""), related.get(_relationship_id(element))
        if relationship is None or len(title) > bounds.NAME_LETTERS:
            raise WorkbookDamaged(f"the sheet {excerpt(title, 40)} is nowhere, or has a title without end")
        if title.lower() in titles:  # spreadsheet programs do not tell them apart
            raise WorkbookDamaged(f"two sheets are called {excerpt(title, 40)}")
        titles.add(title.lower())
        if relationship.kind != "worksheet":
            continue
        part = parts.name(relationship.target)
        if part is None or part in used:
            raise WorkbookDamaged(f"{excerpt(relationship.target, 80)} is missing, or is two sheets")
        used.add(part)
        found[title] = part
    return found


def _relationship_id(sheet: Element) -> str:
    # The namespace differs between transitional and strict workbooks.
    return next((value for name, value in sheet.attributes.items() if name.endswith("/relationships id")), "")


def _relationships(parts: Parts, source: str) -> dict[str, _Relationship]:
    """Return the relationships of a part by their ids (ECMA-376 part 2, relationship markup)."""
    name = _relationships_part(source)
    xml = parts.read(name)
    with naming(name):
        found = [element for element in elements(xml) if element.name == "Relationship"]
        related = {
            element.attributes.get("Id", ""): _Relationship(
                element.attributes.get("Type", "").rpartition("/")[2],
                _resolved(source, element.attributes.get("Target", "")),
                element,
            )
            for element in found
        }
        if len(related) < len(found):
            raise WorkbookDamaged("two of its relationships have one id")
        return related


def _relationships_part(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(source: str, target: str) -> str:
    """Return the part that a target means; ``/`` begins at the root of the zip."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target)).lstrip("/")


def _target_of_kind(related: Mapping[str, _Relationship], kind: str) -> str | None:
    return next((one.target for one in related.values() if one.kind == kind), None)
