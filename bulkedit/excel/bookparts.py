"""Find a workbook's parts the way its relationships name them, and cut its calculation chain out."""

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from bulkedit.excel.errors import WorkbookDamaged
from bulkedit.excel.sheetxml import MAIN_NAMESPACES
from bulkedit.excel.xmlbytes import Element, Splice, elements, naming
from bulkedit.excel.zipparts import Parts

_CONTENT_TYPES: Final = "[Content_Types].xml"
_PACKAGE: Final = ""  # the source of the package's own relationships


@dataclass(frozen=True, slots=True)
class BookParts:
    """The names of the parts that matter for patching, as the zip spells them.

    ``worksheets`` gives the part of each worksheet by sheet title (chart sheets have no cells and are left
    out), ``calc_chain`` is the part that holds the order of calculation, if any, and ``shared_strings`` the one
    with the texts that cells refer to.
    """

    workbook: str
    worksheets: Mapping[str, str]
    calc_chain: str | None
    shared_strings: str | None


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
    chain, strings = (_target_of_kind(related, kind) for kind in ("calcChain", "sharedStrings"))
    return BookParts(
        workbook,
        _worksheets(parts, workbook, related),
        parts.name(chain) if chain else None,
        parts.name(strings) if strings else None,
    )


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


def _worksheets(parts: Parts, workbook: str, related: Mapping[str, _Relationship]) -> dict[str, str]:
    xml = parts.read(workbook)
    found: dict[str, str] = {}
    with naming(workbook):
        for element in elements(xml):
            if element.name != "sheet" or element.namespace not in MAIN_NAMESPACES:
                continue
            relationship = related.get(_relationship_id(element))
            if relationship is None or relationship.kind != "worksheet":
                continue
            part = parts.name(relationship.target)
            if part is None or part in found.values():
                raise WorkbookDamaged(f"{relationship.target} is missing, or is two sheets")
            found[element.attributes.get("name", "")] = part
    return found


def _relationship_id(sheet: Element) -> str:
    # The namespace differs between transitional and strict workbooks.
    return next((value for name, value in sheet.attributes.items() if name.endswith("/relationships id")), "")


def _relationships(parts: Parts, source: str) -> dict[str, _Relationship]:
    """Return the relationships of a part by their ids (ECMA-376 part 2, relationship markup)."""
    name = _relationships_part(source)
    xml = parts.read(name)
    with naming(name):
        return {
            element.attributes.get("Id", ""): _Relationship(
                element.attributes.get("Type", "").rpartition("/")[2],
                _resolved(source, element.attributes.get("Target", "")),
                element,
            )
            for element in elements(xml)
            if element.name == "Relationship"
        }


def _relationships_part(source: str) -> str:
    folder, name = posixpath.split(source)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _resolved(source: str, target: str) -> str:
    """Return the part that a target means; ``/`` begins at the root of the zip."""
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(source), target)).lstrip("/")


def _target_of_kind(related: Mapping[str, _Relationship], kind: str) -> str | None:
    return next((one.target for one in related.values() if one.kind == kind), None)
