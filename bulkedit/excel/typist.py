"""Type into a workbook without a spreadsheet program: what the demo does in an editor's place."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bulkedit.core.cells import cell_text
from bulkedit.excel.patch import patch_workbook
from bulkedit.excel.read import read_workbook
from bulkedit.excel.save import save


@dataclass(frozen=True)
class TypedRow:
    """A row of a sheet: its number, and its texts by header."""

    number: int
    texts: Mapping[str, str]

    def __getitem__(self, header: str) -> str:
        return self.texts.get(header, "")


class Typist:
    """Somebody at a workbook: looks up rows, types texts, adds rows, saves.

    Raises:
        RunError: it is no workbook of ours.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._sheets = read_workbook(path).sheets
        self._typed: dict[str, dict[int, dict[int, str]]] = {}
        self._last = {
            title: max((row.number for row in sheet.rows), default=1) for title, sheet in self._sheets.items()
        }

    def rows(self, sheet: str) -> list[TypedRow]:
        """Return the rows of a sheet as they were when the workbook was opened."""
        headers = self._sheets[sheet].headers
        return [
            TypedRow(row.number, {headers[at]: cell_text(cell) for at, cell in row.cells.items() if at in headers})
            for row in self._sheets[sheet].rows
        ]

    def type(self, sheet: str, row: int, header: str, text: str) -> None:
        """Type a text into a cell; an empty one empties it.

        Raises:
            KeyError: the sheet has no such header.
        """
        columns = {title: at for at, title in self._sheets[sheet].headers.items()}
        self._typed.setdefault(sheet, {}).setdefault(row, {})[columns[header]] = text

    def add(self, sheet: str, texts: Mapping[str, str]) -> int:
        """Type a new row below the last one and return its number."""
        self._last[sheet] += 1
        for header, text in texts.items():
            self.type(sheet, self._last[sheet], header, text)
        return self._last[sheet]

    def save(self) -> None:
        """Save the workbook."""
        save(self.path, lambda file: patch_workbook(self.path, file, self._typed, {}))
