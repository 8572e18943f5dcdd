"""How what an export and an import cost grows with packages, resources and columns.

    python benchmarks/growing.py

Each size is written, then checked (read, and found unedited), then a result is written into each row of packages;
each job is a process of its own. How an import grows with edits, ``importing.py --packages N`` shows.
"""

import sys
import tempfile
from pathlib import Path

from workbook import MADE, cost_of

SIZES = [(count, 5, 20) for count in (500, 1_000, 2_000, 4_000, 8_000, 16_000)]
SIZES += [(2_000, resources, 20) for resources in (0, 10, 20)]
SIZES += [(2_000, 5, columns) for columns in (10, 40, 80)]


def main() -> None:
    """Measure, and print a table."""
    print("| packages | resources each | columns | write | check | write results |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        ours, other = Path(folder, "ours.xlsx"), Path(folder, "other.xlsx")
        for count, resources, columns in SIZES:
            numbers = map(str, (count, resources, columns))
            costs = [
                cost_of([sys.executable, MADE, *job])
                for job in (
                    ("write", str(ours), "https://catalogue.example", "parks", *numbers),
                    ("check", str(ours)),
                    ("patch", str(ours), str(other), str(count), "1"),
                )
            ]
            cells = [f"{one.seconds:.2f} s, {one.megabytes:.0f} MB" for one in costs]
            print("|", " | ".join([f"{count:,}", str(resources), str(columns), *cells]), "|", flush=True)


if __name__ == "__main__":
    main()
