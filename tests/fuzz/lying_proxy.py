"""Something before a catalogue that changes its answers: a broken proxy, a plugin, another version of CKAN."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto

from hypothesis import strategies as st
from mutating import Mutation, mutated, mutations
from scripted import JSON_TYPE, Answer, Reply, Request, Server

from bulkedit.core.json_value import JSON


class Lie(Enum):
    """What is done to an answer."""

    JSON = auto()  # its JSON is changed somewhere
    KEY = auto()  # another value wherever one key stands
    STATUS = auto()
    PAGE = auto()  # a web page in its place
    REDIRECT = auto()
    CUT = auto()  # half of it, of the length of half
    CLOSED = auto()  # the connection is closed before its end
    EMPTY = auto()
    DEEP = auto()
    HUGE = auto()
    NO_JSON = auto()
    RETRY = auto()


@dataclass(frozen=True)
class Told:
    """A lie: of which answers of an action (from 0), and what it is."""

    action: str
    first: int
    times: int
    lie: Lie
    status: int = 200
    changes: Sequence[Mutation] = ()
    text: str = ""


_STATUSES = (200, 204, 301, 302, 307, 400, 401, 403, 404, 405, 407, 409, 413, 418, 429, 500, 502, 503, 504, 599)
_WAITS = ("0", "1", "-1", "1e9", "99999999999", "9" * 400, "٣", "²", "Wed, 21 Oct 2037 07:28:00 GMT", "")


def lies(*actions: str) -> st.SearchStrategy[list[Told]]:
    """Return lists of lies about answers of some actions."""
    one = st.builds(
        Told,
        st.sampled_from(actions),
        st.integers(0, 2),
        st.sampled_from([1, 1, 2, 20]),
        st.sampled_from([*[Lie.JSON] * 6, *[Lie.KEY] * 6, *Lie]),
        st.sampled_from(_STATUSES),
        mutations(3),
        st.sampled_from(_WAITS),
    )
    return st.lists(one, min_size=1, max_size=3)


@dataclass
class LyingProxy:
    """A server before a catalogue; what it lies about may be changed at any time."""

    lies: Sequence[Told] = ()
    server: Server = field(init=False)
    _heard: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.server = _Proxy(self)

    def stand_before(self, url: str, lies: Sequence[Told] = ()) -> None:
        """Pass calls on to a catalogue from now on, and lie about its answers."""
        self.server.behind, self.lies, self._heard = url, lies, {}
        self.server.requests.clear()

    def told(self, request: Request) -> Answer:
        """Return what is answered to a call."""
        said = self.server.passed_on(request)
        number = self._heard.get(request.action, 0)
        self._heard[request.action] = number + 1
        for one in self.lies:
            if one.action == request.action and one.first <= number < one.first + one.times:
                said = _changed(said, one)
        return said


class _Proxy(Server):
    def __init__(self, proxy: LyingProxy) -> None:
        self._proxy = proxy
        super().__init__({}, behind="http://127.0.0.1:9")

    def answer(self, action: str) -> Answer:
        return self._proxy.told


_KEYS = [
    re.compile(f'(?<="{key}": )("[^"]*"|true|false|null)')
    for key in "metadata_modified id state name title private success __type ckan_version capacity".split()
]
_VALUES = ('"2001-01-01T00:00:00.000001"', "null", '"deleted"')


def _changed(said: Reply, told: Told) -> Reply:
    replies = {
        Lie.STATUS: replace(said, status=told.status),
        Lie.PAGE: Reply(told.status, "<html><body><h1>Log in</h1></body></html>", {"Content-Type": "text/html"}),
        Lie.REDIRECT: Reply(302, "", {"Location": "http://127.0.0.1:9/\u00e9 a"}),
        Lie.CUT: replace(said, body=said.body[: len(said.body) // 2]),
        Lie.CLOSED: replace(said, cut=len(said.body.encode()) // 2),
        Lie.EMPTY: replace(said, status=told.status, body=""),
        Lie.DEEP: Reply(told.status, "[" * 100_000, JSON_TYPE),
        Lie.HUGE: replace(said, status=told.status, body=said.body + " " * 3_000_000),
        Lie.NO_JSON: replace(said, status=told.status, body="\ufeff" + said.body + "\x00", headers={}),
        Lie.RETRY: Reply(told.status, "{}", {"Retry-After": told.text.encode().decode("latin-1")}),
    }
    if told.lie is Lie.KEY:
        return replace(said, body=_KEYS[told.status % len(_KEYS)].sub(_VALUES[told.first], said.body))
    return replies.get(told.lie) or _with_other_json(said, told.changes)


def _with_other_json(said: Reply, changes: Sequence[Mutation]) -> Reply:
    try:
        held: JSON = json.loads(said.body)
    except (ValueError, RecursionError):  # another lie was told before
        return said
    return replace(said, body=json.dumps(mutated(held, changes)))
