"""What is to be changed in a part, byte by byte, and the part with the changes made."""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bulkedit.excel.spool import new_spool


@dataclass(frozen=True, slots=True)
class Splice:
    """Bytes ``start:end`` of a part give way to ``new``, which may come in pieces: once."""

    start: int
    end: int
    new: bytes | Iterator[bytes]


class Splices:
    """The splices of one part, however many, in little room: the bytes of many wait in a file.

    They come out in the order of the part. Several at one offset keep their order, insertions come first.
    """

    def __init__(self) -> None:
        self._places = array("Q")  # twice the start, and one more for a replacement
        self._ends = array("Q")
        self._sizes = array("Q")
        self._offsets = array("Q")
        self._bytes = new_spool()
        self._written = 0
        self._in_pieces: dict[int, Iterator[bytes]] = {}

    def append(self, splice: Splice) -> None:
        """Take one more."""
        new = splice.new if isinstance(splice.new, bytes) else b""
        if not isinstance(splice.new, bytes):
            self._in_pieces[len(self._ends)] = splice.new
        self._places.append(2 * splice.start + (splice.end > splice.start))
        self._ends.append(splice.end)
        self._sizes.append(len(new))
        self._offsets.append(self._written)
        self._written += self._bytes.write(new)

    def extend(self, splices: Iterable[Splice]) -> None:
        """Take several."""
        for splice in splices:
            self.append(splice)

    def __len__(self) -> int:
        """Return their number."""
        return len(self._ends)

    def __iter__(self) -> Iterator[Splice]:
        """Yield them; once, where the bytes of any come in pieces."""
        for number in sorted(range(len(self._ends)), key=self._places.__getitem__):
            new = self._in_pieces.get(number) or self._read(number)
            yield Splice(self._places[number] // 2, self._ends[number], new)

    def _read(self, number: int) -> bytes:
        self._bytes.seek(self._offsets[number])
        return self._bytes.read(self._sizes[number])


def spliced(chunks: Iterable[bytes], splices: Iterable[Splice]) -> Iterator[bytes | memoryview]:
    """Return a part with the splices made, piece by piece.

    Args:
        chunks: the part, in pieces.
        splices: in the order of the part, each beginning before its end; they must not overlap.
    """
    waiting = iter(splices)
    following = next(waiting, None)
    kept_from = begin = 0  # what lies before the former is done with; the latter is where the chunk begins
    for chunk in chunks:
        whole, end = memoryview(chunk), begin + len(chunk)
        while following is not None and following.start < end:
            yield whole[max(kept_from - begin, 0) : following.start - begin]
            yield from (following.new,) if isinstance(following.new, bytes) else following.new
            kept_from, following = following.end, next(waiting, None)
        yield whole[max(kept_from - begin, 0) :]
        kept_from, begin = max(kept_from, end), end
