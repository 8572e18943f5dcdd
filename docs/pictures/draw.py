"""Draw the sheets of the sample workbooks as a window shows them (`make pictures`): LibreOffice, pdftoppm."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "tests" / "real"))

from office import Office  # noqa: E402  found by the path above

WIDTH, HEIGHT = 1366, 768  # pixels: a common notebook's screen
WORKBOOKS = {"exported": "parks.xlsx", "edited": "parks-edited.xlsx", "imported": "parks-imported.xlsx"}
COLOURS = 64


def screens(office: Office, workbook: Path) -> Iterator[tuple[str, Image.Image]]:
    """Yield the name of each visible sheet of a workbook, and its picture."""
    with tempfile.TemporaryDirectory() as folder:
        pdf = Path(folder) / "pages.pdf"
        book = office.open(workbook)
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


if __name__ == "__main__":
    if sys.argv[1:]:  # another workbook, into a folder: draw.py WORKBOOK FOLDER
        draw({Path(sys.argv[1]).stem: Path(sys.argv[1])}, Path(sys.argv[2]))
    else:
        draw({state: ROOT / "samples" / name for state, name in WORKBOOKS.items()}, HERE)
