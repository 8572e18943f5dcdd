"""How much of a workbook is read: more than any catalogue needs, and never more than a machine can bear.

A zip of some kilobytes can claim to hold gigabytes, and a sheet of one cell to have seventeen billion. So
the directory of the zip is looked at before anything is unpacked, and rows are counted while they come.
"""

from typing import Final

FILE_BYTES: Final = 1 << 30
"""Most bytes of a workbook file."""

PARTS: Final = 5_000
"""Most parts of the zip; a workbook has one or two for each sheet, and one for each picture."""

PART_BYTES: Final = 1 << 30
"""Most bytes of one unpacked part."""

ALL_BYTES: Final = 3 << 30
"""Most bytes of all unpacked parts together."""

FREE_BYTES: Final = 10 << 20
"""A part up to this size may be packed as small as it will."""

RATIO: Final = 200
"""How many times larger than packed a part beyond `FREE_BYTES` may be; where columns repeat, 50 times is usual."""

ELEMENTS: Final = 250_000
"""Most XML elements of a part that is kept whole: the list of sheets, of relationships, of content types."""

SHEETS: Final = 1_000
"""Most sheets of a workbook."""

DEPTH: Final = 100
"""Most XML elements within each other."""

TAG_BYTES: Final = 1 << 20
"""Most bytes of one tag or comment: a parser that gets it in pieces begins anew with each piece."""

CELL_BYTES: Final = 16 << 20
"""Most bytes of a cell that gets another text, or between the start of a row and its first cell."""

NAME_LETTERS: Final = 255
"""Most letters of the name of a part, or the title of a sheet; spreadsheet programs take 31 for a title."""

FURTHEST_ROW: Final = 1_000_000
FURTHEST_COLUMN: Final = 10_000
"""The last row and column (from 1) that may hold anything."""

ROWS: Final = 250_000
"""Most rows of one sheet that hold anything."""

ROWS_EXPORTED: Final = 200_000
"""Most rows that an export writes, with those that remember it: people add some."""

EMPTY_CELLS: Final = 1_000_000
FULL_SHARE: Final = 0.02
"""Most cells of a sheet that are there and empty, unless so many of all are full."""

TEXT_LETTERS: Final = 1_000_000
TEXT_PIECES: Final = 50_000
"""Most characters of one cell, and most pieces that they come in; 32,767 is what a spreadsheet keeps."""

META_LETTERS: Final = 10_000_000
"""Most characters of the workbook's description of itself."""

HEADER_BYTES: Final = 4 << 20
"""How far into a sheet of somebody's own its first row is looked for."""
