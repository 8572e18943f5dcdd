"""A proxy before a CKAN that loses answers: CKAN has done what it was asked, and nobody is told.

with CuttingProxy(lab.url) as proxy:
    proxy.cuts = every("package_create")
    ...                       # every answer to package_create is lost
    proxy.cuts = never
    ...                       # a proxy like any other
    proxy.longest = 1_000_000
    ...                       # refuses larger requests, as nginx does
    proxy.refused["package_revise"] = 403
    ...                       # lets no call of an action through, as firewalls do: a web page with that status
    proxy.before = lambda action, body: ...
    ...                       # does something before a call is passed on, which waits meanwhile

`proxy.cut` has the actions whose answers were lost, `proxy.passed` those that reached CKAN, in their order.
"""

import http.client
import threading
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

SECONDS = 120
_OF_ONE_HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "server", "date"}

Cuts = Callable[[str, int], bool]
"""Says of an action, and of the how-manieth call of that action it is (from 1), whether its answer is lost."""


def never(action: str, number: int) -> bool:
    """Lose no answer."""
    del action, number
    return False


def every(*actions: str, nth: int = 1) -> Cuts:
    """Lose the answer to every n-th call of these actions."""
    return lambda action, number: action in actions and number % nth == 0


def nothing(action: str, body: bytes) -> None:
    """Do nothing before a call."""
    del action, body


class CuttingProxy:
    """A proxy at an address of its own; it runs in threads of this process."""

    def __init__(self, url: str) -> None:
        self.behind = urlsplit(url)
        self.cuts: Cuts = never
        self.cut: list[str] = []
        self.before: Callable[[str, bytes], None] = nothing
        self.longest = 1 << 40
        self.refused: dict[str, int] = {}
        self.passed: list[str] = []
        self._calls: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        """Where the proxy listens."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    def loses(self, action: str) -> bool:
        """Count a call, and tell whether its answer is to be lost."""
        with self._lock:
            self._calls[action] += 1
            lost = self.cuts(action, self._calls[action])
            if lost:
                self.cut.append(action)
        return lost


def _handler(proxy: CuttingProxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._pass_on()

        def do_POST(self) -> None:
            self._pass_on()

        def _pass_on(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            if length > proxy.longest:
                self.send_error(413)
                self.close_connection = True
                return
            body = self.rfile.read(length)
            action = self.path.partition("?")[0].rpartition("/")[2]
            if action in proxy.refused:
                self.send_error(proxy.refused[action])
                self.close_connection = True
                return
            proxy.before(action, body)
            proxy.passed.append(action)
            connection = http.client.HTTPConnection(proxy.behind.netloc, timeout=SECONDS)
            try:
                headers = {**dict(self.headers.items()), "Connection": "close"}
                connection.request(self.command, self.path, body, headers)
                answer = connection.getresponse()
                said = answer.read()
            finally:
                connection.close()
            self.close_connection = True
            if proxy.loses(action):
                return
            self.send_response(answer.status)
            for key, value in answer.getheaders():
                if key.lower() not in _OF_ONE_HOP:
                    self.send_header(key, value)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as its parent calls it
            del format, args

    return Handler
