"""All hostile files, by name: those that are refused, and those that do no damage."""

import bad_cells
import bad_markup
import bad_memory
import bad_parts
import bad_zips
import other_files
from attack import Attack
from harmless import HARMLESS

__all__ = ["HARMLESS", "KINDS", "REFUSED"]

KINDS: dict[str, dict[str, Attack]] = {
    "XML": bad_markup.ATTACKS,
    "Rows, cells and texts": bad_cells.ATTACKS,
    "Zips": bad_zips.ATTACKS,
    "Parts of a workbook": bad_parts.ATTACKS,
    "What a workbook says of itself": bad_memory.ATTACKS,
    "Other files": other_files.ATTACKS,
}
"""The attacks that are refused, by what they are aimed at."""

REFUSED: dict[str, Attack] = {name: one for attacks in KINDS.values() for name, one in attacks.items()}
assert len(REFUSED) == sum(map(len, KINDS.values())), "two attacks of one name"
