"""How long LibreOffice takes to open an export, beside the same values without any looks.

    python benchmarks/opening.py [PACKAGES [FIELDS [RUNS]]]

The plain workbook has the same visible sheets with the same texts, and nothing else: no formats, notes,
validations, highlights, hidden sheets. Both are opened in turn, several times; the first round warms up.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path

import xlsxwriter

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests" / "real"))

from office import Office  # noqa: E402  found by the path above

from bulkedit.core.catalogue import Catalogue, tabulate  # noqa: E402  found by the path above
from bulkedit.core.columns import Layout  # noqa: E402  found by the path above
from bulkedit.core.json_value import JSON, Package  # noqa: E402  found by the path above
from bulkedit.core.layout import layout_of  # noqa: E402  found by the path above
from bulkedit.core.meta import Identity  # noqa: E402  found by the path above
from bulkedit.core.schema import Vocabulary  # noqa: E402  found by the path above
from bulkedit.core.sheets import header_texts  # noqa: E402  found by the path above
from bulkedit.excel.read import read_workbook  # noqa: E402  found by the path above
from bulkedit.excel.write import Export, write_workbook  # noqa: E402  found by the path above

CHOICES = [{"value": value, "label": value.title()} for value in ("draft", "open", "closed", "archived")]


def schema(fields: int) -> dict[str, JSON]:
    """Return a schema with so many fields of packages: texts, some drop-downs and required ones."""
    shown: list[JSON] = [{"field_name": "title", "label": "Title", "required": True}, {"field_name": "name"}]
    for number in range(fields - len(shown)):
        field: dict[str, JSON] = {
            "field_name": f"field_{number}",
            "label": f"Field {number}",
            "required": number < 4,
        }
        field["help_text"] = f"What the field of the number {number} is for, in a sentence."
        shown.append(field | ({"choices": list[JSON](CHOICES)} if number % 5 == 0 else {}))
    return {"dataset_fields": shown, "resource_fields": [{"field_name": "name"}, {"field_name": "url"}]}


def packages(count: int, fields: int) -> list[Package]:
    """Return packages as long as real ones: an abstract, a title, and short texts."""
    return [_package(number, fields) for number in range(count)]


def _package(number: int, fields: int) -> Package:
    held: Package = {f"field_{at}": f"Text {at} of {number}, some words" for at in range(fields - 2)}
    held |= {f"field_{at}": "open" for at in range(0, fields - 2, 5)}
    held |= {"field_1": f"About {number}. " + "Measured since 1990 in all the districts. " * 11}
    return held | {
        "id": f"{number:08d}-5a3b-4000-8000-000000000000",
        "name": f"record-{number}",
        "title": f"Record {number} of the register of places",
    }


def write_plain(path: Path, layout: Layout, catalogue: Catalogue, visible: Iterable[str]) -> None:
    """Write the texts of the visible sheets of an export, and nothing else."""
    sheets = read_workbook(path.with_name("export.xlsx")).sheets
    with xlsxwriter.Workbook(path, {"constant_memory": True, "strings_to_urls": False}) as book:
        for title in visible:
            sheet, table = book.add_worksheet(title), layout.table(title)
            if table is None:
                continue
            for at, text in enumerate(header_texts(table, as_names=False)):
                sheet.write_string(0, at, text)
            for row in sheets[title].rows:
                for column, text in row.cells.items():
                    sheet.write_string(row.number - 1, column - 1, str(text))


def opening(office: Office, path: Path) -> float:
    """Return the seconds that it takes to open a workbook."""
    start = time.perf_counter()
    book = office.open(path)
    seconds = time.perf_counter() - start
    book.close()
    return seconds


def main(count: int = 10_000, fields: int = 40, runs: int = 7) -> None:
    """Measure, and print a line for a table."""
    layout = layout_of([], {"dataset": schema(fields)}, Vocabulary(), ["dataset"])
    catalogue = tabulate(layout, packages(count, fields))
    identity = Identity("https://catalogue.example", {"o": "Parks"}, "2026-11-22T08:00:00", "ann")
    with tempfile.TemporaryDirectory() as folder, Office() as office:
        export, plain = Path(folder) / "export.xlsx", Path(folder) / "plain.xlsx"
        with export.open("wb") as file:
            write_workbook(file, Export(identity, layout, [catalogue]))
        write_plain(plain, layout, catalogue, ["Start here", *(table.title for table in layout.tables), "Results"])
        rounds = [(opening(office, export), opening(office, plain)) for _ in range(runs + 1)][1:]
        sizes = [path.stat().st_size / 1e6 for path in (export, plain)]
    dressed, bare = (statistics.median(times) for times in zip(*rounds, strict=True))
    spread = sorted(ours / theirs for ours, theirs in rounds)
    print("| packages | columns | export | plain | ratio (least to most) | runs |")
    print("|---|---|---|---|---|---|")
    print(
        f"| {count:,} | {fields} | {dressed:.2f} s, {sizes[0]:.1f} MB | {bare:.2f} s, {sizes[1]:.1f} MB"
        f" | {dressed / bare:.2f} ({spread[0]:.2f} to {spread[-1]:.2f}) | {runs} |"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
