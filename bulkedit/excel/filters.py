"""Let autofilters take in rows that were added below them."""

import re
from collections.abc import Mapping

from bulkedit.excel.cellxml import whole_number
from bulkedit.excel.splices import Splice
from bulkedit.excel.xmlbytes import MAIN_NAMESPACES, elements

_RANGE = re.compile(r"((?:.*!)?\$?[A-Z]+\$?1:\$?[A-Z]+\$?)([0-9]{1,7})", re.DOTALL)
_FILTER = "_xlnm._FilterDatabase"
"""The defined name that Excel keeps of an autofilter's range (ECMA-376 part 1, 18.2.5)."""


def grown_range(reference: str, last_row: int) -> str:
    """Return a range that begins in the header row, down to the last row; any other stays as it is."""
    found = _RANGE.fullmatch(reference)
    if found is None or int(found[2]) >= last_row:
        return reference
    return f"{found[1]}{last_row}"


def grown_filters(xml: bytes, reach: Mapping[str, int]) -> list[Splice]:
    """Return what lets the defined names of autofilters take in added rows.

    Args:
        xml: the workbook part.
        reach: the last row of each sheet to which rows were added, by title.
    """
    ours = [element for element in elements(xml) if element.namespace in MAIN_NAMESPACES]
    titles = [element.attributes.get("name", "") for element in ours if element.name == "sheet"]
    splices = []
    for element in ours:
        if element.name != "definedName" or element.attributes.get("name") != _FILTER:
            continue
        at = element.attributes.get("localSheetId", "")
        title = dict(enumerate(titles)).get(whole_number(at), "")
        start, end = element.span.tag.end, element.span.content_end
        reference = xml[start:end].decode()
        if (grown := grown_range(reference, reach.get(title, 0))) != reference:
            splices.append(Splice(start, end, grown.encode()))
    return splices
