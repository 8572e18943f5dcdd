"""What a run did, package by package, as its calls in the ledger tell."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bulkedit.core.calls import CREATE
from bulkedit.core.catalogue import id_of
from bulkedit.core.trouble import RunError
from bulkedit.core.undo import Step
from bulkedit.ledger import CallOutcome, Ledger, Run, Sent


@dataclass
class Touched:
    """A package that a run touched.

    Attributes:
        key: its id; of one whose creation was never answered, its name.
        name: what it was called.
        steps: the run's calls that stored something, or may have.
    """

    key: str
    name: str
    steps: list[Step] = field(default_factory=list)


def find_run(ledger: Ledger, asked: str) -> Run:
    """Return the run that is to be taken back.

    Args:
        ledger: the ledger.
        asked: the beginning of its id, or the path of a workbook, whose latest run it is; empty for the latest.

    Raises:
        LedgerError: the ledger has no such run, or cannot be used.
        RunError: no run stored anything.
    """
    runs = _runs(ledger, asked)
    for run in runs:
        if touched_by(ledger.calls(run.id)):
            return run
    of = f" of {asked}" if asked else ""
    raise RunError(f"The ledger {ledger.path} knows of nothing{of} that was stored, so there is nothing to undo.")


def _runs(ledger: Ledger, asked: str) -> list[Run]:
    if not asked:
        return ledger.runs()
    found = ledger.find(asked)
    return [found] if found.id.startswith(asked) else ledger.runs(found.workbook)


def touched_by(calls: Sequence[Sent]) -> list[Touched]:
    """Return the packages that calls changed, or may have changed, in the order of the first call to each."""
    found: dict[str, Touched] = {}
    by_name: dict[str, str] = {}
    for call in calls:
        if call.outcome is CallOutcome.NOT_STORED:
            continue
        created = call.action == CREATE
        key = by_name.get(call.name, call.package) if not created else call.name
        if created and call.after is not None:
            key = id_of(call.after)
        if created and call.after is None:
            by_name[call.name] = key  # what came after the answer that did not come has an id
        known = found.setdefault(key, Touched(key, call.name))
        known.steps.append(Step(call.action, call.payload, call.before, call.after))
        if call.before is not None:
            known.key = id_of(call.before)
    return [*found.values()]


def lanes_back(touched: Sequence[Touched]) -> list[list[str]]:
    """Return the keys of packages in lanes: those whose name changed one after the other, last first.

    So each finds the name free that it had before.
    """
    back = [*reversed(touched)]
    named = [one.key for one in back if any(_named(step) for step in one.steps)]
    return [*([named] if named else []), *([one.key] for one in back if one.key not in named)]


def _named(step: Step) -> bool:
    """Tell whether a call gave a package another name, or the first."""
    return step.before is None or step.before.get("name") != step.left.get("name")
