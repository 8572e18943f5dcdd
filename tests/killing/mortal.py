"""A program that is killed where it is told to be: bulkedit, with SIGKILL at a boundary.

Started once, it loads bulkedit and forks for each order, a line of JSON on standard input:

    {"arguments": [...], "environment": {...}, "folder": "...", "die": ["sent", 3]}

It answers with a line of JSON: exit status (negative for a signal), standard output and error, and how often each
boundary was passed. Boundaries are counted from 1 over all threads; ``["", 0]`` is none.
"""

import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from threading import Lock, Thread
from typing import Any


class Boundaries:
    """Counts boundaries, and dies at one of them."""

    def __init__(self, kind: str, number: int, log: Path) -> None:
        self.kind, self.number, self._log = kind, number, log
        self._passed: Counter[str] = Counter()
        self._lock = Lock()

    def reach(self, kind: str) -> None:
        """Come to a boundary."""
        if self.comes_to(kind):
            os.kill(os.getpid(), signal.SIGKILL)

    def comes_to(self, kind: str) -> bool:
        """Count a boundary, and tell whether it is the last one."""
        with self._lock:
            self._passed[kind] += 1
            return (kind, self._passed[kind]) == (self.kind, self.number)

    def tell(self) -> None:
        """Write down how often each boundary was passed."""
        self._log.write_text(json.dumps(self._passed))

    def before(self, kind: str, owner: Any, name: str) -> None:
        """Put a boundary before something."""
        self._wrap(owner, name, lambda: self.reach(kind), lambda: None)

    def after(self, kind: str, owner: Any, name: str) -> None:
        """Put a boundary after something."""
        self._wrap(owner, name, lambda: None, lambda: self.reach(kind))

    def during(self, kind: str, owner: Any, name: str) -> None:
        """Put a boundary in the middle of something that takes longer than a tenth of a second."""
        inner = getattr(owner, name)

        def wrapped(*arguments: Any, **named: Any) -> Any:
            if self.comes_to(kind):
                Thread(target=inner, args=arguments, kwargs=named, daemon=True).start()
                time.sleep(0.1)
                os.kill(os.getpid(), signal.SIGKILL)
            return inner(*arguments, **named)

        setattr(owner, name, wrapped)

    def _wrap(self, owner: Any, name: str, first: Callable[[], None], then: Callable[[], None]) -> None:
        inner = getattr(owner, name)

        def wrapped(*arguments: Any, **named: Any) -> Any:
            first()
            found = inner(*arguments, **named)
            then()
            return found

        setattr(owner, name, wrapped)


def put(boundaries: Boundaries) -> None:
    """Put the boundaries: around every call, and around every step in which a workbook is written."""
    from bulkedit.excel import original, save
    from bulkedit.ledger import Ledger
    from bulkedit.workflow import delivery

    boundaries.after("begun", Ledger, "begin")
    boundaries.during("under way", delivery, "send")
    boundaries.before("intended", delivery, "send")
    boundaries.after("answered", delivery, "send")
    boundaries.after("noted", Ledger, "answered")
    boundaries.before("written", Ledger, "end")
    boundaries.after("ended", Ledger, "end")
    for owner, name in ((save.tempfile, "mkstemp"), (save.os, "fsync"), (save.shutil, "copy2"), (Path, "replace")):
        boundaries.before("writing", owner, name)
        boundaries.after("writing", owner, name)
    boundaries.after("writing", original, "patch_workbook")


def run(order: dict[str, Any], log: Path, out: Path) -> None:
    """Carry an order out; does not come back."""
    stream = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(stream, 1)
    os.dup2(stream, 2)
    os.chdir(order["folder"])
    os.environ.update(order["environment"])
    from bulkedit.cli import run as bulkedit

    boundaries = Boundaries(*order["die"], log)
    put(boundaries)
    status = bulkedit(order["arguments"])
    sys.stdout.flush()
    sys.stderr.flush()
    boundaries.tell()
    os._exit(status)


def main() -> None:
    """Take orders until there are no more."""
    import bulkedit.commands.importing  # noqa: F401  loaded once, for all that are forked

    for line in sys.stdin:
        with tempfile.TemporaryDirectory() as folder:
            log, out = Path(folder) / "log", Path(folder) / "out"
            child = os.fork()
            if child == 0:
                run(json.loads(line), log, out)
            status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
            passed = json.loads(log.read_text()) if log.exists() else {}
            print(json.dumps({"status": status, "said": out.read_text(), "passed": passed}), flush=True)


if __name__ == "__main__":
    main()
