"""A loopback server for answers that no CKAN in good health gives: redirects, login pages, broken JSON.

    server = serve({"status_show": ok({"ckan_version": "2.12.0"}), "package_show": Trouble.CLOSED})
    ...
    assert server.actions == ["status_show", "package_show"]

An action the script does not name is answered as CKAN answers an action it does not have; or, where the
server stands before a catalogue (as a proxy or a firewall does), as that catalogue answers it.
"""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

import pytest
import requests

from bulkedit.sandbox.actions import READING

TOKEN = "eyJhbGciOiJIUzI1NiJ9.for-these-tests-only_0123456789.abcdefghijklmnopqrstuvwxyz"
"""The token of every client in these tests."""


@dataclass(frozen=True)
class Request:
    """One call as it arrived."""

    action: str
    parameters: dict[str, Any]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """An answer: what is sent, and how many bytes fewer than promised."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int = 0


class Trouble(Enum):
    """Ways not to answer."""

    CLOSED_UNREAD = auto()
    CLOSED = auto()
    SILENT = auto()


Answer: TypeAlias = Reply | Trouble | Callable[[Request], "Answer"]
Script: TypeAlias = Mapping[str, Answer]


def ok(result: object) -> Reply:
    """Return CKAN's answer to a call that succeeded."""
    return Reply(200, json.dumps({"help": "http://x/", "success": True, "result": result}), JSON_TYPE)


def error(status: int, kind: str, **fields: object) -> Reply:
    """Return CKAN's answer to a call that failed: status, `__type`, other keys of `error`."""
    said = {"help": "http://x/", "success": False, "error": {**fields, "__type": kind}}
    return Reply(status, json.dumps(said), JSON_TYPE)


def string(text: str) -> Reply:
    """Return CKAN's answer to a call that it cannot understand: a JSON string, status 400."""
    return Reply(400, json.dumps(text), JSON_TYPE)


def page(status: int, text: str = "Something else", **headers: str) -> Reply:
    """Return a web page, as proxies and login walls send them; `_` in a header's name stands for `-`."""
    body = f"<!DOCTYPE html><html><head><title>x</title></head><body><h1>{text}</h1></body></html>"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, body, {"Content-Type": "text/html", **named})


def in_turn(*answers: Answer) -> Answer:
    """Return one answer after the other; the last one from then on."""
    left = list(answers)
    return lambda request: left.pop(0) if len(left) > 1 else left[0]


JSON_TYPE = {"Content-Type": "application/json;charset=utf-8"}
MISMATCH_2_9 = error(409, "Validation Error", message=[{"match": ["metadata_modified"]}])
MISMATCH_2_10 = error(409, "Validation Error", match=["metadata_modified"])
NOT_FOUND = error(404, "Not Found Error", message="Not found: Package was not found.")
DENIED = error(403, "Authorization Error", message="Access denied: not allowed")


class Server:
    """A running server, and what it was asked.

    Args:
        script: its answers.
        behind: address of the catalogue that answers what the script does not.

    Attributes:
        url: its address.
        requests: all calls in the order in which they came.
        script: its answers; may be changed at any time.
    """

    def __init__(self, script: Script, behind: str = "") -> None:
        self.script = dict(script)
        self.behind = behind
        self.requests: list[Request] = []
        self.over = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, args=(0.005,), daemon=True).start()

    @property
    def actions(self) -> list[str]:
        """The actions that were called, in order."""
        return [request.action for request in self.requests]

    @property
    def writes(self) -> list[Request]:
        """The calls that could have changed something."""
        return [request for request in self.requests if request.action not in READING]

    def asked(self, action: str) -> list[dict[str, Any]]:
        """Return the parameters of all calls of an action."""
        return [request.parameters for request in self.requests if request.action == action]

    def answer(self, action: str) -> Answer:
        """Return what the script says of an action, or who else is to say."""
        unknown = self.passed_on if self.behind else string(f"Bad request - Action name not known: {action}")
        return self.script.get(action, unknown)

    def passed_on(self, request: Request) -> Reply:
        """Let the catalogue behind this server answer a call."""
        headers = {"Authorization": request.headers["Authorization"]}
        with requests.Session() as session:
            session.trust_env = False
            url = f"{self.behind}/api/3/action/{request.action}"
            said = session.post(url, json=request.parameters, headers=headers, timeout=30)
        return Reply(said.status_code, said.text, JSON_TYPE)

    def stop(self) -> None:
        """Stop listening: from now on connections are refused."""
        if not self.over.is_set():
            self.over.set()
            self._http.shutdown()
            self._http.server_close()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            action = self.path.rpartition("/")[2]
            answer = server.answer(action)
            if answer is Trouble.CLOSED_UNREAD:
                server.requests.append(Request(action, {}, dict(self.headers)))
                return
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_form = self.headers["Content-Type"].startswith("multipart/")
            request = Request(action, {} if is_form else json.loads(body), dict(self.headers))
            server.requests.append(request)
            while callable(answer):
                answer = answer(request)
            self._answer(answer)

        def _answer(self, answer: Reply | Trouble) -> None:
            if isinstance(answer, Trouble):
                if answer is Trouble.SILENT:
                    server.over.wait(20)
                return
            body = answer.body.encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) - answer.cut])

        def do_GET(self) -> None:
            server.requests.append(Request(f"GET {self.path}", {}, dict(self.headers)))
            self._answer(page(200))

        def log_message(self, *said: object) -> None:
            """Say nothing."""

    return Handler


Serve: TypeAlias = Callable[..., Server]
"""Starts a server: ``serve(script)``, or ``serve(script, behind=url)``."""


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    """Start servers; all end with the test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    servers: list[Server] = []

    def start(script: Script, behind: str = "") -> Server:
        servers.append(Server(script, behind))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()
