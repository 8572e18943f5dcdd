"""The ledger: who sent what to which catalogue, kept on this computer, so that nothing is half known.

A call is noted before it is sent, in a transaction that has reached the disk, and its outcome after. So a run that
was killed is known by what it left: calls of which nobody knows what became of them. A loss of power may take the
last outcomes with it, which reach the disk with the next call; then these are calls of that sort.

The file is SQLite in WAL mode, for which it must lie on a local disk (https://sqlite.org/wal.html). Beside it
lie the locks that keep two runs from one workbook or organization, and files that runs saved before they
replaced them.
"""

import hashlib
import json
import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

from filelock import BaseFileLock, FileLock, Timeout
from platformdirs import user_data_path

from bulkedit.core.json_value import JSON, Package, dicts
from bulkedit.core.trouble import RunError
from bulkedit.ledger_records import DAMAGE, CallOutcome, Run, RunState, Sent, packed, run_of, sent_of, unpacked

__all__ = ["CallOutcome", "Ledger", "LedgerError", "Run", "RunState", "Sent", "default_path", "who"]

T = TypeVar("T")

VERSION = 1
"""Version of the tables (``PRAGMA user_version``)."""

_TABLES = """
CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    began TEXT NOT NULL,
    ended TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL,
    site TEXT NOT NULL,
    user TEXT NOT NULL,
    by TEXT NOT NULL,
    organizations TEXT NOT NULL,
    workbook TEXT NOT NULL,
    digest TEXT NOT NULL,
    undoes TEXT NOT NULL,
    counts TEXT NOT NULL DEFAULT '{}',
    rows BLOB
);
CREATE INDEX runs_by_workbook ON runs (workbook);
CREATE TABLE calls (
    number INTEGER PRIMARY KEY,
    run TEXT NOT NULL REFERENCES runs (id),
    package TEXT NOT NULL,
    name TEXT NOT NULL,
    action TEXT NOT NULL,
    sent TEXT NOT NULL,
    payload BLOB NOT NULL,
    before BLOB,
    outcome TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    answered TEXT NOT NULL DEFAULT '',
    after BLOB
);
CREATE INDEX calls_by_run ON calls (run);
"""


class LedgerError(RunError):
    """The ledger cannot be read or written; ``str()`` is one sentence."""


def default_path() -> Path:
    """Return where the ledger lies unless told otherwise: in the user's data directory."""
    return user_data_path("bulkedit", appauthor=False) / "ledger.sqlite"


class Ledger:
    """The ledger in a file; for several threads and processes at once.

    Args:
        path: the file; made, with its folder, when it is not there.
    """

    def __init__(self, path: Path) -> None:
        """Open the ledger.

        Raises:
            LedgerError: it cannot be used.
        """
        self.path = path
        self._lock = Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            if not path.exists():
                path.touch(mode=0o600)  # it holds private records; what SQLite puts beside it gets the same mode
            self._database = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(f"{_cannot(path, error)}; give another file with --ledger.") from None
        try:
            self._prepare()
        except (OSError, sqlite3.Error) as error:  # a lock that is not given in time is an OSError
            self.close()
            raise LedgerError(f"{_cannot(path, error)}; give another file with --ledger.") from None
        except LedgerError:
            self.close()
            raise

    def _prepare(self) -> None:
        version, tables = self._version_and_tables()
        if version > VERSION:
            raise LedgerError(f"The ledger {self.path} was made by a newer version of bulkedit; update bulkedit.")
        if tables and not (version and tables >= {"runs", "calls"}):
            raise LedgerError(
                f"{self.path} is no ledger of bulkedit but another program's; give another file with --ledger."
            )
        if version < VERSION:
            self._beside("locks")
            lock = self._lock_file("tables")
            with FileLock(lock, timeout=30):  # one process makes them, the others find them
                self._make_tables()
                with suppress(OSError):  # Windows removes it when it is released
                    lock.unlink()

    def _version_and_tables(self) -> tuple[int, set[str]]:
        """Look at both at one moment: another process may be making the tables."""
        self._database.execute("BEGIN")
        try:
            return self._version(), self._tables()
        finally:
            self._database.execute("ROLLBACK")

    def _version(self) -> int:
        return int(self._database.execute("PRAGMA user_version").fetchone()[0])

    def _tables(self) -> set[str]:
        return {name for (name,) in self._database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def _make_tables(self) -> None:
        if self._version() == VERSION:
            return  # another process was quicker
        self._database.execute("PRAGMA journal_mode=WAL")
        with self._writing():
            for statement in filter(str.strip, _TABLES.split(";")):
                self._database.execute(statement)
            self._database.execute(f"PRAGMA user_version={VERSION}")

    @contextmanager
    def _writing(self, *, lasting: bool = True) -> Iterator[None]:
        """Write several things or none of them.

        Args:
            lasting: they have reached the disk at the end; otherwise with what is written next (in WAL mode, see
                https://sqlite.org/pragma.html#pragma_synchronous), and survive the end of this program anyway.

        Raises:
            LedgerError: they cannot be written.
        """
        with self._lock:
            try:
                self._database.execute(f"PRAGMA synchronous={'FULL' if lasting else 'NORMAL'}")
                self._database.execute("BEGIN IMMEDIATE")
                yield
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                raise LedgerError(f"{_cannot(self.path, error)}.") from None
            finally:
                with suppress(sqlite3.Error):
                    if self._database.in_transaction:
                        self._database.execute("ROLLBACK")

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # -- writing

    def begin(self, run: Run) -> None:
        """Note that a run begins."""
        values = (run.id, run.kind, run.began, run.state.value, run.site, run.user, run.by)
        organizations, workbook = json.dumps(dict(run.organizations)), _storable(run.workbook)
        with self._writing():
            self._database.execute(
                "INSERT INTO runs"
                " (id, kind, began, state, site, user, by, organizations, workbook, digest, undoes)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, organizations, workbook, run.digest, run.undoes),
            )

    def intend(
        self,
        run: str,
        package: str,
        name: str,
        action: str,
        payload: Mapping[str, JSON],
        before: Package | None,
        at: str,
    ) -> int:
        """Note that a call is about to be sent, and return its number."""
        values = (run, package, _storable(name), action, at, packed(dict(payload)), packed(before))
        with self._writing():
            found = self._database.execute(
                "INSERT INTO calls (run, package, name, action, sent, payload, before)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                values,
            )
            return int(found.lastrowid or 0)

    def answered(
        self, number: int, outcome: CallOutcome, at: str, *, reason: str = "", after: Package | None = None
    ) -> None:
        """Note what became of a call."""
        values = (outcome.value, _storable(reason), at, packed(after), number)
        with self._writing(lasting=False):
            self._database.execute(
                "UPDATE calls SET outcome = ?, reason = ?, answered = ?, after = ? WHERE number = ?", values
            )

    def end(
        self, run: str, state: RunState, at: str, counts: Mapping[str, int], rows: Sequence[JSON] | None = None
    ) -> None:
        """Note how a run ended, and the answer to each of its rows (None leaves what is noted)."""
        with self._writing():
            self._database.execute(
                "UPDATE runs SET state = ?, ended = ?, counts = ?, rows = coalesce(?, rows) WHERE id = ?",
                (state.value, at, json.dumps(dict(counts)), None if rows is None else packed(list(rows)), run),
            )
        with suppress(OSError):  # Windows removes it when it is released
            self._lock_file(_run_lock(run)).unlink(missing_ok=True)

    # -- reading

    def runs(self, workbook: str = "") -> list[Run]:
        """Return all runs, or those of one workbook, the latest first."""
        query = "SELECT * FROM runs WHERE ? IN ('', workbook) ORDER BY began DESC, rowid DESC"
        return [self._read(run_of, row) for row in self._rows(query, (_storable(workbook),))]

    def run(self, key: str) -> Run:
        """Return the run that is called so, if only by the beginning of its id.

        Raises:
            LedgerError: there is none, or there are several.
        """
        found = self._beginning(key)
        if len(found) != 1:
            what = "several runs begin" if found else "no run begins"
            raise LedgerError(f"In the ledger {what} with {key!r}; bulkedit history lists them.")
        return found[0]

    def find(self, key: str) -> Run:
        """Return the run that is called so (see `run`), or the latest one of the workbook at this path.

        Raises:
            LedgerError: there is none, or there are several.
        """
        if not key or self._beginning(key):
            return self.run(key)
        for run in self.runs(str(Path(key).resolve())):
            return run
        raise LedgerError(
            f"In the ledger no run begins with {key!r}, and none is of a workbook there; bulkedit history lists"
            " them."
        )

    def _beginning(self, key: str) -> list[Run]:
        query = "SELECT * FROM runs WHERE substr(id, 1, ?) = ?"
        found = [self._read(run_of, row) for row in self._rows(query, (len(key), _storable(key)))] if key else []
        return [run for run in found if run.id == key] or found

    def rows(self, run: str) -> list[dict[str, JSON]]:
        """Return the answers to a run's rows, as ``import --json`` prints them; none of one that was killed."""
        found = self._rows("SELECT rows FROM runs WHERE id = ?", (run,))
        return dicts(self._read(unpacked, found[0]["rows"])) if found else []

    def calls(self, run: str, action: str = "") -> list[Sent]:
        """Return the calls of a run, or those of one action, in the order in which they were sent."""
        query = "SELECT * FROM calls WHERE run = ? AND ? IN ('', action) ORDER BY number"
        return [self._read(sent_of, row) for row in self._rows(query, (run, action))]

    def state(self, run: Run) -> RunState:
        """Return how a run ended: one without an end, which no process carries out any more, was killed."""
        killed = run.state is RunState.RUNNING and not self.is_alive(run.id)
        return RunState.KILLED if killed else run.state

    def _read(self, read: Callable[[Any], T], held: Any) -> T:
        try:
            return read(held)
        except DAMAGE:
            raise LedgerError(
                f"The ledger {self.path} is damaged; put it aside, or give another file with --ledger."
            ) from None

    def _rows(self, query: str, values: tuple[str | int, ...]) -> list[dict[str, Any]]:
        try:
            with self._lock, closing(self._database.cursor()) as cursor:
                cursor.row_factory = sqlite3.Row
                return [dict(row) for row in cursor.execute(query, values)]
        except sqlite3.Error as error:
            raise LedgerError(f"{_cannot(self.path, error)}.") from None

    # -- beside it

    def claim(self, what: str, busy: str) -> BaseFileLock:
        """Keep other runs of this computer from something until the lock is released, at the latest when we end.

        Args:
            what: the workbook or organization.
            busy: what is said where another run has it.

        Raises:
            LedgerError: another run has it.
        """
        try:
            self._beside("locks")
            lock = FileLock(self._lock_file(what), timeout=0)
            lock.acquire()
        except Timeout:
            raise LedgerError(busy) from None
        except OSError as error:
            raise LedgerError(f"{_cannot(self.path, error)}.") from None
        return lock

    def is_alive(self, run: str) -> bool:
        """Tell whether a process carries a run out at this moment: it has claimed ``run`` and the id."""
        path = self._lock_file(_run_lock(run))
        if not path.exists():
            return False
        try:
            with FileLock(path, timeout=0):
                path.unlink(missing_ok=True)  # nobody claims it any more
        except Timeout:
            return True
        except OSError:  # Windows removes it when it is released
            pass
        return False

    def _lock_file(self, what: str) -> Path:
        name = hashlib.sha256(what.encode("utf-8", "backslashreplace")).hexdigest()[:32]
        return self._folder("locks") / f"{name}.lock"

    def files_of(self, run: str) -> Path:
        """Return the folder in which a run saves files before it replaces them."""
        return self._beside("files") / run

    def _beside(self, name: str) -> Path:
        folder = self._folder(name)
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def _folder(self, name: str) -> Path:
        return self.path.with_name(f"{self.path.stem}-{name}")


def who() -> str:
    """Return who sits at which computer, like ``ann@desk-7``."""
    import getpass
    import socket

    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    return f"{user}@{socket.gethostname()}"


def _run_lock(run: str) -> str:
    return f"run {run}"


def _storable(text: str) -> str:
    """Return a text without what is no Unicode, as names of files may hold it: SQLite stores none of that."""
    return text.encode("utf-8", "backslashreplace").decode()


def _cannot(path: Path, error: Exception) -> str:
    reason = (isinstance(error, OSError) and error.strerror) or str(error)
    return f"The ledger {path} cannot be used ({reason})"
