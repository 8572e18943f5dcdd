"""The ledger: who sent what to which catalogue, kept on this computer, so that nothing is half known.

A call is noted before it is sent and its outcome after, each in a transaction of its own that has reached the
disk. So a run that was killed is known by what it left: calls of which nobody knows what became of them.

The file is SQLite in WAL mode, for which it must lie on a local disk (https://sqlite.org/wal.html). Beside it
lie the locks that keep two runs from one workbook or organization, and files that runs saved before they
replaced them.
"""

import hashlib
import json
import os
import sqlite3
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from threading import Lock

from filelock import BaseFileLock, FileLock, Timeout
from platformdirs import user_data_path

from bulkedit.core.json_value import JSON, Package, dicts
from bulkedit.core.trouble import RunError

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


class RunState(StrEnum):
    """How a run ended, if it has."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    INTERRUPTED = "interrupted"
    KILLED = "killed"


class CallOutcome(StrEnum):
    """What became of a call; nothing is known of one without an outcome."""

    STORED = "stored"
    NOT_STORED = "not stored"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Run:
    """One import or undo.

    Attributes:
        id: what it is called.
        kind: ``import`` or ``undo``.
        began: UTC time, ISO 8601.
        site: address of the catalogue.
        user: who the site says the user is; empty where it does not tell.
        by: who sat at which computer, like ``ann@desk-7``.
        organizations: names of the workbook's organizations by id.
        workbook: path of the workbook; empty where there was none.
        digest: SHA-256 of the workbook as it was read.
        undoes: id of the run that this one takes back; empty for an import.
        ended: UTC time; empty while it runs, and of one that was killed.
        state: how it ended.
        counts: how many rows had each result.
    """

    id: str
    kind: str
    began: str
    site: str
    user: str
    by: str
    organizations: Mapping[str, str]
    workbook: str
    digest: str
    undoes: str = ""
    ended: str = ""
    state: RunState = RunState.RUNNING
    counts: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """One call of a run.

    Attributes:
        number: its number in the ledger.
        package: id of the package; of a new one what it was called meanwhile.
        name: what the package was called.
        action: the API's action.
        sent: UTC time at which it was about to be sent.
        payload: the action's parameters.
        before: the package as read before; None for a new one.
        outcome: what became of it; None while nobody knows.
        reason: why it was not stored, or is unknown.
        answered: UTC time of the answer; empty if none came.
        after: the package as the site answered.
    """

    number: int
    package: str
    name: str
    action: str
    sent: str
    payload: Mapping[str, JSON]
    before: Package | None
    outcome: CallOutcome | None
    reason: str
    answered: str
    after: Package | None


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
                path.touch(mode=0o600)  # it holds private records
            self._database = sqlite3.connect(path, timeout=30, check_same_thread=False, isolation_level=None)
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise LedgerError(f"{_cannot(path, error)}; give another file with --ledger.") from None

    def _prepare(self) -> None:
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")  # each transaction has reached the disk
        with self._writing():
            (version,) = self._database.execute("PRAGMA user_version").fetchone()
            if version > VERSION:
                raise LedgerError(
                    f"The ledger {self.path} was made by a newer version of bulkedit; update bulkedit."
                )
            if version < VERSION:
                for statement in filter(str.strip, _TABLES.split(";")):
                    self._database.execute(statement)
                self._database.execute(f"PRAGMA user_version={VERSION}")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Write several things or none of them.

        Raises:
            LedgerError: they cannot be written.
        """
        with self._lock:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                try:
                    yield
                except BaseException:
                    self._database.execute("ROLLBACK")
                    raise
                self._database.execute("COMMIT")
            except sqlite3.Error as error:
                with suppress(sqlite3.Error):
                    self._database.execute("ROLLBACK")
                raise LedgerError(f"{_cannot(self.path, error)}.") from None

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    # -- writing

    def begin(self, run: Run) -> None:
        """Note that a run begins."""
        values = (run.id, run.kind, run.began, run.state.value, run.site, run.user, run.by)
        with self._writing():
            self._database.execute(
                "INSERT INTO runs"
                " (id, kind, began, state, site, user, by, organizations, workbook, digest, undoes)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (*values, json.dumps(dict(run.organizations)), run.workbook, run.digest, run.undoes),
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
        with self._writing():
            found = self._database.execute(
                "INSERT INTO calls (run, package, name, action, sent, payload, before)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (run, package, name, action, at, _packed(dict(payload)), _packed(before)),
            )
            return int(found.lastrowid or 0)

    def answered(
        self, number: int, outcome: CallOutcome, at: str, *, reason: str = "", after: Package | None = None
    ) -> None:
        """Note what became of a call."""
        with self._writing():
            self._database.execute(
                "UPDATE calls SET outcome = ?, reason = ?, answered = ?, after = ? WHERE number = ?",
                (outcome.value, reason, at, _packed(after), number),
            )

    def end(
        self, run: str, state: RunState, at: str, counts: Mapping[str, int], rows: Sequence[JSON] | None = None
    ) -> None:
        """Note how a run ended, and the answer to each of its rows (None leaves what is noted)."""
        with self._writing():
            self._database.execute(
                "UPDATE runs SET state = ?, ended = ?, counts = ?, rows = coalesce(?, rows) WHERE id = ?",
                (state.value, at, json.dumps(dict(counts)), None if rows is None else _packed(list(rows)), run),
            )

    # -- reading

    def runs(self, workbook: str = "") -> list[Run]:
        """Return all runs, or those of one workbook, the latest first."""
        query = "SELECT * FROM runs WHERE ? IN ('', workbook) ORDER BY began DESC, rowid DESC"
        return [_run(row) for row in self._rows(query, (workbook,))]

    def run(self, key: str) -> Run:
        """Return the run that is called so, if only by the beginning of its id.

        Raises:
            LedgerError: there is none, or there are several.
        """
        found = [_run(row) for row in self._rows("SELECT * FROM runs WHERE substr(id, 1, ?) = ?", (len(key), key))]
        if len(found) != 1 or not key:
            what = "several runs begin" if found and key else "no run begins"
            raise LedgerError(f"In the ledger {what} with {key!r}; bulkedit history lists them.")
        return found[0]

    def rows(self, run: str) -> list[dict[str, JSON]]:
        """Return the answers to a run's rows, as ``import --json`` prints them; none of one that was killed."""
        found = self._rows("SELECT rows FROM runs WHERE id = ?", (run,))
        return dicts(_unpacked(found[0]["rows"])) if found else []

    def calls(self, run: str) -> list[Sent]:
        """Return the calls of a run in the order in which they were sent."""
        return [_sent(row) for row in self._rows("SELECT * FROM calls WHERE run = ? ORDER BY number", (run,))]

    def _rows(self, query: str, values: tuple[str | int, ...]) -> list[sqlite3.Row]:
        with self._lock, closing(self._database.cursor()) as cursor:
            cursor.row_factory = sqlite3.Row
            try:
                return list(cursor.execute(query, values))
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
        name = hashlib.sha256(what.encode("utf-8", "surrogateescape")).hexdigest()[:32]
        try:
            folder = self._beside("locks")
            lock = FileLock(folder / f"{name}.lock", timeout=0)
            lock.acquire()
        except Timeout:
            raise LedgerError(busy) from None
        except OSError as error:
            raise LedgerError(f"{_cannot(self.path, error)}.") from None
        return lock

    def files_of(self, run: str) -> Path:
        """Return the folder in which a run saves files before it replaces them."""
        return self._beside("files") / run

    def _beside(self, name: str) -> Path:
        folder = self.path.with_name(f"{self.path.stem}-{name}")
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder


def who() -> str:
    """Return who sits at which computer, like ``ann@desk-7``."""
    import getpass
    import socket

    try:
        user = getpass.getuser()
    except (OSError, KeyError):
        user = str(os.getuid()) if hasattr(os, "getuid") else "somebody"
    return f"{user}@{socket.gethostname()}"


def _cannot(path: Path, error: Exception) -> str:
    reason = error.strerror if isinstance(error, OSError) else str(error)
    return f"The ledger {path} cannot be used ({reason})"


def _packed(value: JSON) -> bytes | None:
    return None if value is None else zlib.compress(json.dumps(value).encode(), 6)


def _unpacked(value: bytes | None) -> JSON:
    found: JSON = None if value is None else json.loads(zlib.decompress(value))
    return found


def _package(value: bytes | None) -> Package | None:
    found = _unpacked(value)
    return found if isinstance(found, dict) else None


def _run(row: sqlite3.Row) -> Run:
    return Run(
        id=row["id"],
        kind=row["kind"],
        began=row["began"],
        site=row["site"],
        user=row["user"],
        by=row["by"],
        organizations=json.loads(row["organizations"]),
        workbook=row["workbook"],
        digest=row["digest"],
        undoes=row["undoes"],
        ended=row["ended"],
        state=RunState(row["state"]),
        counts=json.loads(row["counts"]),
    )


def _sent(row: sqlite3.Row) -> Sent:
    return Sent(
        number=row["number"],
        package=row["package"],
        name=row["name"],
        action=row["action"],
        sent=row["sent"],
        payload=_package(row["payload"]) or {},
        before=_package(row["before"]),
        outcome=CallOutcome(row["outcome"]) if row["outcome"] else None,
        reason=row["reason"],
        answered=row["answered"],
        after=_package(row["after"]),
    )
