"""What the catalogue keeps, in SQLite: a file, or memory."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import RLock

from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.core.trouble import RunError

Record = dict[str, JSON]

_TABLES = """
CREATE TABLE IF NOT EXISTS packages (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, state TEXT NOT NULL, owner_org TEXT, document TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS package_name ON packages (name);
CREATE TABLE IF NOT EXISTS resources (id TEXT PRIMARY KEY, package TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS removed (id TEXT PRIMARY KEY, package TEXT NOT NULL, document TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS uploads (resource TEXT PRIMARY KEY, name TEXT, media_type TEXT, content BLOB);
CREATE TABLE IF NOT EXISTS records (
    kind TEXT, id TEXT, name TEXT, place INTEGER, document TEXT NOT NULL, PRIMARY KEY (kind, id)
);
PRAGMA user_version = 1;
"""


_IN_COLUMNS = frozenset(
    "url format description hash name resource_type mimetype mimetype_inner cache_url url_type".split()
)
"""Keys of a resource for which PostgreSQL has a column; the others are in one JSON column."""


class UnkeepableError(Exception):
    """No database keeps such a text."""


class Store:
    """Packages, files, and the site's organizations, groups, users, licences and schemas.

    One connection for all threads: who works with it holds `transaction`.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open the file, or memory.

        Raises:
            RunError: the file is no catalogue of ours, or cannot be written.
        """
        self._lock = RLock()
        try:
            self._sql = sqlite3.connect(path or ":memory:", check_same_thread=False, isolation_level=None)
            self._refuse_others(path)
            self._sql.executescript(_TABLES)
        except sqlite3.Error as error:
            raise RunError(f"{path} cannot be used as a catalogue ({error}); give another file.") from None

    def _refuse_others(self, path: Path | None) -> None:
        tables = {str(row[0]) for row in self._sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if tables and not {"packages", "resources", "uploads", "records"} <= tables:
            raise RunError(f"{path} is a database of another program; give another file.")

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._sql.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do several things as one, alone: all of them or, after an error, none.

        Raises:
            sqlite3.Error: the file cannot be read or written now; nothing was changed.
        """
        with self._lock:
            self._sql.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._sql.execute("COMMIT")
            except BaseException:
                if self._sql.in_transaction:
                    self._sql.execute("ROLLBACK")
                raise

    # -- packages

    def package(self, key: str) -> Record | None:
        """Return the package of an id or name; of a name, one that is not deleted goes first."""
        rows = self._sql.execute(
            "SELECT document FROM packages WHERE id = ? OR name = ? ORDER BY id != ?, state = 'deleted'",
            (_key(key), key, key),
        )
        return next((json.loads(row[0]) for row in rows), None)

    def packages(self, where: str = "1", values: Iterable[object] = (), order: str = "id") -> Iterator[Record]:
        """Yield packages; the condition is SQL over the columns of the table."""
        query = f"SELECT document FROM packages WHERE {where} ORDER BY {order}"  # noqa: S608  built by search
        for row in self._sql.execute(query, tuple(values)):
            yield json.loads(row[0])

    def put_package(self, package: Record) -> None:
        """Keep a package, new or changed.

        Raises:
            UnkeepableError: a text or number in it is nothing that a database keeps.
        """
        key = text_of(package["id"])
        self._sql.execute(
            "INSERT OR REPLACE INTO packages (id, name, state, owner_org, document) VALUES (?, ?, ?, ?, ?)",
            (key, package["name"], package["state"], package["owner_org"], _document(package)),
        )
        resources = dicts(package["resources"])
        self._sql.execute("DELETE FROM resources WHERE package = ?", (key,))
        self._sql.executemany(
            "INSERT OR REPLACE INTO resources VALUES (?, ?)", [(resource["id"], key) for resource in resources]
        )
        self._sql.executemany("DELETE FROM removed WHERE id = ?", [(resource["id"],) for resource in resources])

    def owner_of(self, resource_id: str) -> str | None:
        """Return the id of the package that a resource belongs to."""
        row = self._sql.execute("SELECT package FROM resources WHERE id = ?", (_key(resource_id),)).fetchone()
        return None if row is None else str(row[0])

    def remove_resources(self, package: str, resources: Iterable[Record]) -> None:
        """Keep what a package had until now, in the place of what was removed from it before."""
        self._sql.execute("DELETE FROM removed WHERE package = ?", (package,))
        self._sql.executemany(
            "INSERT OR REPLACE INTO removed VALUES (?, ?, ?)",
            [(resource["id"], package, json.dumps(resource)) for resource in resources],
        )

    def removed_resource(self, resource_id: str) -> tuple[str, Record] | None:
        """Return a resource that was removed last from its package, with the package's id."""
        row = self._sql.execute(
            "SELECT package, document FROM removed WHERE id = ?", (_key(resource_id),)
        ).fetchone()
        return None if row is None else (str(row[0]), json.loads(row[1]))

    # -- files

    def put_upload(self, resource_id: str, name: str, media_type: str, content: bytes) -> None:
        """Keep a resource's file."""
        self._sql.execute(
            "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?)", (resource_id, name, media_type, content)
        )

    def upload(self, resource_id: str) -> tuple[str, bytes] | None:
        """Return media type and content of a resource's file."""
        row = self._sql.execute(
            "SELECT media_type, content FROM uploads WHERE resource = ?", (resource_id,)
        ).fetchone()
        return None if row is None else (str(row[0]), bytes(row[1]))

    # -- organizations, groups, users, licences, schemas

    def record(self, kind: str, key: str) -> Record | None:
        """Return the record of an id or name."""
        row = self._sql.execute(
            "SELECT document FROM records WHERE kind = ? AND (id = ? OR name = ?)", (kind, _key(key), key)
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def records(self, kind: str) -> list[Record]:
        """Return all records of a kind in the order in which they came."""
        rows = self._sql.execute("SELECT document FROM records WHERE kind = ? ORDER BY place", (kind,))
        return [json.loads(row[0]) for row in rows]

    def put_record(self, kind: str, record: Record) -> None:
        """Keep a record, new or changed."""
        place = self._sql.execute("SELECT COUNT(*) FROM records").fetchone()[0]
        self._sql.execute(
            "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?)",
            (kind, record["id"], record.get("name", record["id"]), place, json.dumps(record)),
        )


def _key(text: str) -> str:
    """Return a text to look something up by."""
    if "\x00" in text:
        raise UnkeepableError
    return text


def _document(package: Record) -> str:
    """Return a package as JSON, unless PostgreSQL would not take it: NUL in a text, half a character, NaN."""
    columns: list[Mapping[str, JSON]] = [package, *dicts(package.get("extras"))]
    columns += [{key: one[key] for key in _IN_COLUMNS & one.keys()} for one in dicts(package["resources"])]
    if any("\x00" in text_of(value) for texts in columns for value in texts.values()):
        raise UnkeepableError
    try:
        document = json.dumps(package, allow_nan=False, ensure_ascii=False)
        document.encode()
    except ValueError:  # of the one or the other
        raise UnkeepableError from None
    return document
