"""What LibreOffice shows of a workbook's cells, conditional formats and all, read from its HTML.

UNO does not tell which conditional format holds in a cell; the HTML that LibreOffice exports does.
"""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from office import Book


@dataclass
class ShownCell:
    """A cell as it looks: its text, its ground (``#RRGGBB``, empty for none), and how the text is set."""

    text: str = ""
    ground: str = ""
    marks: set[str] = field(default_factory=set)


def shown(book: Book) -> dict[str, list[list[ShownCell]]]:
    """Return the cells of every sheet, by title; the first row is row 1."""
    reader = _Reader()
    reader.feed(book.html())
    return reader.sheets


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.sheets: dict[str, list[list[ShownCell]]] = {}
        self._rows: list[list[ShownCell]] = []
        self._title: str | None = None
        self._cell: ShownCell | None = None
        self._in_note = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "em":
            self._title = ""
        elif tag == "tr":
            self._rows.append([])
        elif tag == "td" and self._rows:
            self._cell = ShownCell(ground=(dict(attrs).get("bgcolor") or "").upper())
            self._rows[-1].append(self._cell)
        elif tag == "comment":
            self._in_note = True
        elif tag in ("b", "i", "u", "strike", "s") and self._cell is not None:
            self._cell.marks.add(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "em" and self._title is not None:
            self._rows = self.sheets.setdefault(self._title, [])
            self._title = None
        elif tag == "td":
            self._cell = None
        elif tag == "comment":
            self._in_note = False

    def handle_data(self, data: str) -> None:
        if self._title is not None:
            self._title += data
        elif self._cell is not None and not self._in_note:
            self._cell.text += data.strip("\n\t")
