"""What earlier runs of a workbook left behind: runs that were killed, packages that they created."""

from dataclasses import replace
from pathlib import Path

from bulkedit.core.calls import CREATE
from bulkedit.core.catalogue import id_of
from bulkedit.excel.read import Book
from bulkedit.ledger import CallOutcome, Ledger, Run, RunState


def killed_runs(ledger: Ledger, workbook: Path, at: str) -> list[Run]:
    """Return the runs of a workbook that never came to their end, and note that they were killed.

    Args:
        ledger: the ledger.
        workbook: the workbook.
        at: UTC time.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    begun = (run for run in ledger.runs(str(workbook.resolve())) if run.state is RunState.RUNNING)
    found = [run for run in begun if ledger.state(run) is RunState.KILLED]
    for run in found:
        ledger.end(run.id, RunState.KILLED, at, run.counts)
    return [replace(run, state=RunState.KILLED, ended=at) for run in found]


def created_before(ledger: Ledger | None, workbook: Path, book: Book) -> dict[str, str]:
    """Return the packages that earlier runs of a workbook created and could not write into it: ids by name.

    Raises:
        LedgerError: the ledger cannot be used.
    """
    if ledger is None:
        return {}
    created: dict[str, str] = {}
    for run in ledger.runs(str(workbook.resolve())):
        if run.began < book.identity.exported_at or run.site != book.identity.site:
            continue
        for call in ledger.calls(run.id, action=CREATE):
            if call.outcome is CallOutcome.STORED and call.after is not None:
                created.setdefault(call.name, id_of(call.after))
    return {name: key for name, key in created.items() if key not in book.exported.packages}
