"""The bytes of a large part around the place that is being read, so that a sheet is never held whole."""

from collections.abc import Callable, Iterable, Iterator

from bulkedit.excel import bounds
from bulkedit.excel.errors import TooLarge
from bulkedit.excel.xmlbytes import Span, StartTag, ended, start_tag


class Window:
    """What was read last of a part that comes in pieces; all offsets are of the whole part."""

    def __init__(self) -> None:
        self._bytes = b""
        self._offset = 0

    def passing(self, chunks: Iterable[bytes], needed: Callable[[], int]) -> Iterator[bytes]:
        """Hand the pieces on, and keep them as long as they are needed.

        Args:
            chunks: the part, in pieces.
            needed: asked before each piece: from which offset on bytes are still to be looked at.

        Raises:
            TooLarge: too much would have to be kept; half a sentence.
        """
        for chunk in chunks:
            done = needed() - self._offset
            self._bytes = self._bytes[done:] + chunk
            self._offset += done
            if len(self._bytes) > bounds.CELL_BYTES + len(chunk):
                raise TooLarge(f"it has a cell of more than {bounds.CELL_BYTES >> 20} MB")
            yield chunk

    def tag(self, start: int) -> StartTag:
        """Return the start tag at an offset."""
        return start_tag(self._bytes, start, self._offset)

    def span(self, tag: StartTag, end_event: int) -> Span:
        """Return where the element of a tag stands, from the offset of its end event."""
        return ended(tag, self._bytes, end_event, self._offset)

    def element(self, start: int, end_event: int) -> bytes:
        """Return a whole element, from the offsets of its start and end events."""
        place = self.span(self.tag(start), end_event)
        return self._bytes[start - self._offset : place.end - self._offset]
