"""Draw the sheets of the sample workbooks, and the pictures of docs/first-hour.md, as a window shows them.

`make pictures`; needs LibreOffice and pdftoppm.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "tests" / "real"), str(ROOT / "tests" / "story")]

from first_hour import PICTURES, FirstHour, Picture  # noqa: E402  found by the path above
from office import Office  # noqa: E402  found by the path above

WIDTH, HEIGHT = 1366, 768  # pixels: a common notebook's screen
WORKBOOKS = {"exported": "parks.xlsx", "edited": "parks-edited.xlsx", "imported": "parks-imported.xlsx"}
COLOURS = 64


@dataclass(frozen=True)
class View:
    """A part of a workbook: a sheet, how many pixels of it, and a filter by the text of a column, if any."""

    sheet: str
    height: int = HEIGHT
    column: str = ""
    text: str = ""


FIRST_HOUR = {
    "filtered": View("Contacts", 300, "Name", "Rita Marsh"),
    "replaced": View("Contacts", 470, "Name", "Tomas Fenn"),
    "drafts": View("Packages", 230, "State of publication", "Draft"),
    "checked": View("Contacts", 490, "Name", "Tomas Fenn"),
    "imported": View("Packages"),
    "results": View("Results", 400),
}


def screens(office: Office, workbook: Path, view: View | None = None) -> Iterator[tuple[str, Image.Image]]:
    """Yield the name of each visible sheet of a workbook, and its picture."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "pages.pdf"
        book = office.open(workbook)
        if view is not None and view.column:
            book.filter(view.sheet, book.header(view.sheet)[view.column], view.text)
        sheets = book.screens(pdf, WIDTH, HEIGHT, no_grid=["Start here"])
        book.close()
        command = ["pdftoppm", "-png", "-r", "96", pdf, Path(folder) / "page"]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603  our own
        pages = sorted(Path(folder).glob("page*.png"))
        if len(pages) != len(sheets):
            raise ValueError(f"{workbook.name} has {len(sheets)} sheets and {len(pages)} pages")
        for sheet, page in zip(sheets, pages, strict=True):
            yield (
                sheet,
                Image.open(page)
                .convert("RGB")
                .crop((0, 0, WIDTH, HEIGHT))
                .quantize(COLOURS, kmeans=1, dither=Image.Dither.NONE),
            )


def draw(workbooks: dict[str, Path], folder: Path) -> None:
    """Draw every sheet of some workbooks into a folder."""
    with Office() as office:
        for state, workbook in workbooks.items():
            for sheet, picture in screens(office, workbook):
                picture.save(folder / f"{state}-{sheet.lower().replace(' ', '-')}.png", optimize=True)


def draw_first_hour() -> None:
    """Draw the workbook of docs/first-hour.md wherever the page shows it."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as desk, Office() as office:
        for step in FirstHour(Path(desk)).play():
            if isinstance(step, Picture) and (view := FIRST_HOUR.get(Path(step.name).stem)):
                picture = dict(screens(office, Path(desk) / "parks.xlsx", view))[view.sheet]
                picture.crop((0, 0, WIDTH, view.height)).save(PICTURES / Path(step.name).name, optimize=True)


if __name__ == "__main__":
    if sys.argv[1:]:  # another workbook, into a folder: draw.py WORKBOOK FOLDER
        draw({Path(sys.argv[1]).stem: Path(sys.argv[1])}, Path(sys.argv[2]))
    else:
        draw({state: ROOT / "samples" / name for state, name in WORKBOOKS.items()}, HERE)
        draw_first_hour()
