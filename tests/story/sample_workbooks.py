"""Make the sample workbooks anew: parks.xlsx as exported, edited, and imported (`make samples`).

They name the address that `bulkedit sandbox` has by default: with it running, they can be imported.
"""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path

from bulkedit.ckan.client import Client
from bulkedit.ckan.send import send
from bulkedit.ckan.site import Site
from bulkedit.commands.sandboxing import PORT
from bulkedit.demo import COLLEAGUE, EDITOR, ORGANIZATION, edit, edit_on_the_site
from bulkedit.sandbox import Sandbox
from bulkedit.workflow.exporting import export
from bulkedit.workflow.importing import Import
from bulkedit.workflow.job import ImportOptions

EXPORTED, EDITED, IMPORTED = "parks.xlsx", "parks-edited.xlsx", "parks-imported.xlsx"
NAMES = (EXPORTED, EDITED, IMPORTED)
FOLDER = Path(__file__).parents[2] / "samples"


def regenerate(folder: Path, port: int = PORT) -> str:
    """Write the workbooks into a folder and return the address that they name."""
    exported, edited, imported = (folder / name for name in NAMES)
    with Sandbox(port=port, now=_ticking(), new_id=_counting()) as sandbox:
        site = Site(Client(sandbox.url, sandbox.tokens[EDITOR]))
        export(site, [ORGANIZATION], exported, force=True, clock=lambda: "2026-10-05T08:00:00")
        shutil.copyfile(exported, edited)
        edit(edited)
        edit_on_the_site(sandbox.url, sandbox.tokens[COLLEAGUE])
        shutil.copyfile(edited, imported)
        job = Import(site, imported, ImportOptions(), run="0a1b2c3d", clock=lambda: "2026-10-05T10:30:00")
        job.report(job.run(partial(send, job.site.client)), dry_run=False)
        site.client.close()
    for backup in folder.glob("*.bak.xlsx"):
        backup.unlink()
    return sandbox.url


def _ticking() -> Callable[[], datetime]:
    """Return a clock that moves a millisecond whenever it is asked: the same times in each run."""
    time = datetime(2026, 10, 5, 9, tzinfo=UTC)

    def tick() -> datetime:
        nonlocal time
        time += timedelta(milliseconds=1, microseconds=1)
        return time

    return tick


def _counting() -> Callable[[], str]:
    """Return a maker of ids: the same ones in each run."""
    numbers = count(1)
    return lambda: f"5a3b1e00-0000-4000-8000-{next(numbers):012d}"


if __name__ == "__main__":
    regenerate(FOLDER)
