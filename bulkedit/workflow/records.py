"""The packages of an export between being read and being written."""

import marshal
from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import Final

from bulkedit.core.catalogue import id_of
from bulkedit.core.json_value import Package, text_of

_IN_MEMORY: Final = 32 << 20  # bytes


class Records:
    """Packages, each once, by organization and name.

    What the layout of a workbook is shows only when all packages are read, and the first row can be written only
    then. Many packages wait for that in a file that has no name, so that nobody else can open it and nothing is
    left of it.
    """

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile[bytes](_IN_MEMORY)
        self._end = 0
        self._places: dict[str, tuple[int, str, int, int]] = {}

    def add(self, package: Package, group: int = 0) -> None:
        """Take a package in, in the place of one of the same id.

        Args:
            package: as ``package_show`` gives it.
            group: packages come out group by group, each by name.
        """
        key, packed = id_of(package), marshal.dumps(package)
        first, *_ = self._places.get(key, (group,))
        self._places[key] = (first, text_of(package.get("name")), self._end, len(packed))
        self._file.seek(self._end)
        self._end += self._file.write(packed)

    def __len__(self) -> int:
        """Return the number of packages."""
        return len(self._places)

    def __iter__(self) -> Iterator[Package]:
        """Yield the packages, as often as somebody asks."""
        for _, _, place, length in sorted(self._places.values()):
            self._file.seek(place)
            yield marshal.loads(self._file.read(length))  # noqa: S302  written by ourselves, where nobody else can
