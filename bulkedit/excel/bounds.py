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

ELEMENTS: Final = 200_000
"""Most XML elements of a part that is kept whole: the list of sheets, of relationships, of content types."""

LAST_ROW: Final = 1_000_000
LAST_COLUMN: Final = 10_000
"""The last row and column (from 1) that may hold anything."""

ROWS: Final = 400_000
"""Most rows of one sheet that hold anything."""

ROWS_EXPORTED: Final = 300_000
"""Most rows that an export writes, with those that remember it: people add some."""

HEADER_BYTES: Final = 4 << 20
"""How far into a sheet of somebody's own its first row is looked for."""
