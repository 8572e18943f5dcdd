"""Draw the README's pictures from the sample workbooks (`make pictures`): LibreOffice and pdftoppm are needed."""

import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from PIL import Image, ImageChops

HERE = Path(__file__).parent
SAMPLES = HERE.parents[1] / "samples"
CONTACTS = ("Action", "Result", "Message", "Package", "Item", "Name", "E-mail", "Role")
PACKAGES = ("Result", "Message", "Title", "Licence", "Status of the data", "Topics", "Keywords")
DOTS_PER_INCH = 130
MARGIN = 8  # dots around the cells


def draw(picture: str, workbook: str, sheet: str, headers: Sequence[str], first: int, last: int) -> None:
    """Draw some columns and rows of a sheet."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "picture.xlsx"
        book = openpyxl.load_workbook(SAMPLES / workbook)
        for other in book:
            if other.title != sheet:
                other.sheet_state = "hidden"
        book.active = book.sheetnames.index(sheet)
        _leave(book[sheet], headers, first, last)
        book.save(copy)
        _run("soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, copy)
        _run(
            "pdftoppm", "-png", "-singlefile", "-r", DOTS_PER_INCH, copy.with_suffix(".pdf"), copy.with_suffix("")
        )
        _cropped(Image.open(copy.with_suffix(".png"))).save(HERE / picture, optimize=True)


def _leave(sheet: Worksheet, headers: Sequence[str], first: int, last: int) -> None:
    """Hide all but some columns and rows, and fit them on one page."""
    held = [str(cell.value) for cell in sheet[1]]
    for at, header in enumerate(held, 1):
        sheet.cell(1, at).comment = None
        sheet.column_dimensions[get_column_letter(at)].hidden = header not in headers
    for row in range(2, sheet.max_row + 1):
        sheet.row_dimensions[row].hidden = not first <= row <= last
    sheet.print_area = f"A1:{get_column_letter(max(held.index(header) for header in headers) + 1)}{last}"
    sheet.print_options.headings = sheet.print_options.gridLines = True
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = 1
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _run(*command: object) -> None:
    subprocess.run([str(part) for part in command], check=True, capture_output=True)  # noqa: S603  our own


def _cropped(page: Image.Image) -> Image.Image:
    page = page.convert("RGB")
    left, top, right, bottom = (
        ImageChops.difference(page, Image.new("RGB", page.size, "white")).getbbox() or (0,) * 4
    )
    box = (max(left - MARGIN, 0), max(top - MARGIN, 0), right + MARGIN, bottom + MARGIN)
    return page.crop(box).quantize(64)


if __name__ == "__main__":
    draw("before.png", "parks.xlsx", "Contacts", CONTACTS, 29, 42)
    draw("after.png", "parks-imported.xlsx", "Contacts", CONTACTS, 29, 42)
    draw("packages.png", "parks-imported.xlsx", "Packages", PACKAGES, 30, 40)
