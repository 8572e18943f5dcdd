"""The sandbox as a running server."""

import socket
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from uuid import uuid4

from werkzeug.serving import WSGIRequestHandler, make_server

from bulkedit.core.json_value import JSON
from bulkedit.core.trouble import RunError
from bulkedit.sandbox.actions import ensure_actions
from bulkedit.sandbox.faults import FaultRule
from bulkedit.sandbox.keeping import Catalogue
from bulkedit.sandbox.record_types import RecordType
from bulkedit.sandbox.samples import Samples, samples_folder
from bulkedit.sandbox.store import Record, Store
from bulkedit.sandbox.web import Site, Watcher, make_app

TOKENS: Mapping[str, str] = {name: f"sandbox-{name}" for name in ("editor", "colleague", "member", "admin")}
"""API tokens of the sandbox's users. No secrets: they open invented data on this computer."""

_REMEMBERED = 10_000


class Sandbox:
    """A catalogue on loopback; use it with ``with``, or `start` and `stop` it.

    Args:
        path: SQLite file to keep it in; None for memory.
        port: to listen on; 0 for any that is free.
        packages: fill a new catalogue with the sample packages; otherwise it has organizations and users only.
        rows_max: how many packages one page of a search holds (CKAN's ``ckan.search.rows_max``).
        now: the time, for packages that change.
        new_id: makes ids for new records.
        without: names of actions that are switched off, as on a CKAN that does not have them.

    Attributes:
        url: address, once it runs.
        tokens: API token by user name: ``editor``, ``colleague``, ``member``, ``admin``.
        calls: action and parameters of what was called, the last ones.
        watchers: told of each call when it comes; they may call the catalogue themselves.
        unindexed: ids of packages that the search index has missed.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        port: int = 0,
        packages: bool = True,
        rows_max: int = 1000,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        new_id: Callable[[], str] = lambda: str(uuid4()),
        without: Collection[str] = (),
    ) -> None:
        """Open the catalogue.

        Raises:
            RunError: the file or the port cannot be used, or there is no action of a name that is switched off.
        """
        ensure_actions(without)
        self.tokens = dict(TOKENS)
        self.calls: deque[tuple[str, Record]] = deque(maxlen=_REMEMBERED)
        self.store = Store(path)
        samples = Samples(samples_folder())
        own = _record_type(samples)
        self.watchers: list[Watcher] = []
        self.unindexed: set[str] = set()
        catalogue = Catalogue(self.store, {own.name: own}, "", now, rows_max, self.unindexed, new_id)
        self._site = Site(catalogue, self.tokens, self._watch, without)
        try:
            listening = socket.create_server(("127.0.0.1", port))  # werkzeug would print and exit
        except (OSError, OverflowError):
            self.store.close()
            raise RunError(
                f"Port {port} cannot be used, perhaps another sandbox has it;"
                f" give another one, like --port {port + 1}."
            ) from None
        with listening:
            self._server = make_server(
                "127.0.0.1",
                listening.getsockname()[1],
                make_app(self._site),
                threaded=True,
                request_handler=_Handler,
                fd=listening.fileno(),
            )
        self._thread: threading.Thread | None = None
        self.url = catalogue.url = f"http://127.0.0.1:{self._server.port}"
        try:
            with self.store.transaction():
                if not self.store.records("user"):
                    samples.load_site(self.store)
                    if packages:
                        samples.load_packages(catalogue)
        except sqlite3.Error as error:
            self.close()
            raise RunError(f"{path} cannot be used as a catalogue ({error}); give another file.") from None

    def _watch(self, action: str, parameters: Record) -> None:
        self.calls.append((action, parameters))
        for watcher in self.watchers:
            watcher(action, parameters)

    def start(self) -> "Sandbox":
        """Answer calls, in threads of its own."""
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.005,), daemon=True)
        self._thread.start()
        return self

    def serve(self) -> None:
        """Answer calls until interrupted."""
        self._server.serve_forever()

    def stop(self) -> None:
        """Stop answering, and close the file."""
        self._site.over.set()
        self.refuse_connections()
        self.close()

    def refuse_connections(self) -> None:
        """Listen no more; calls under way are still answered."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()  # it closes the port at its end
            self._thread = None
        self._server.server_close()

    def close(self) -> None:
        """Close the file of a sandbox that does not answer any more."""
        self._server.server_close()
        self.store.close()

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def misbehave(self, *rules: FaultRule | str) -> None:
        """Put rules of misbehaviour into force (`bulkedit.sandbox.faults`).

        Raises:
            RunError: a text is no rule.
        """
        for rule in rules:
            self._site.faults.add(FaultRule.parsed(rule) if isinstance(rule, str) else rule)

    def behave(self) -> None:
        """Do away with all rules of misbehaviour."""
        self._site.faults.clear()

    def asked(self, action: str) -> Sequence[Mapping[str, JSON]]:
        """Return the parameters of all remembered calls of an action."""
        return [parameters for name, parameters in self.calls if name == action]


@cache
def _record_type(samples: Samples) -> RecordType:
    return samples.record_type()


class _Handler(WSGIRequestHandler):
    """Handles requests without a word on standard error."""

    def log(self, kind: str, message: str, *arguments: object) -> None:
        """Say nothing."""
