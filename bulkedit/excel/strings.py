"""The texts that many cells share (ECMA-376 part 1, 18.4.8)."""

from collections.abc import Iterable

from bulkedit.excel.readrows import decoded
from bulkedit.excel.xmlbytes import LocalNames, feed, new_parser

_ITEM = 2  # depth of <si>


def read_strings(chunks: Iterable[bytes]) -> list[str]:
    """Return the shared strings of a workbook; phonetic hints left out.

    Args:
        chunks: the part, in pieces.

    Raises:
        WorkbookDamaged: it is damaged; half a sentence.
    """
    reader = _StringReader()
    for _ in feed(reader.parser, chunks):
        pass
    return reader.found


class _StringReader:
    """Takes the events of a parser, and gathers texts."""

    def __init__(self) -> None:
        self.parser = new_parser(self._start, self._end)
        self.parser.CharacterDataHandler = self._take
        self.found: list[str] = []
        self._names = LocalNames()
        self._depth = 0
        self._taking = False
        self._is_phonetic = False
        self._text: list[str] = []

    def _start(self, name: str, _: dict[str, str]) -> None:
        self._depth += 1
        local = self._names[name]
        if local == "t":
            self._taking = not self._is_phonetic
        elif local == "rPh":
            self._is_phonetic = True

    def _take(self, text: str) -> None:
        if self._taking:
            self._text.append(text)

    def _end(self, name: str) -> None:
        self._depth -= 1
        local = self._names[name]
        if local == "t":
            self._taking = False
        elif local == "rPh":
            self._is_phonetic = False
        elif local == "si" and self._depth == _ITEM - 1:
            self.found.append(decoded("".join(self._text)))
            self._text.clear()
