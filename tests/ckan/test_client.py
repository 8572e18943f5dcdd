"""One connection to a site: what every answer means, what is repeated, and that the token stays secret."""

import json
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from live_catalogue import LiveCatalogue, OpenCatalogue, package, package_id
from quick_time import QuickTime
from scripted import (
    DENIED,
    NOT_FOUND,
    TOKEN,
    Answer,
    Reply,
    Request,
    Serve,
    Server,
    Trouble,
    in_turn,
    ok,
    page,
    string,
)
from scripted import error as ckan_error

from bulkedit import __version__
from bulkedit.ckan.client import ATTEMPTS, FIRST_ATTEMPTS, Client
from bulkedit.ckan.errors import (
    BlockedError,
    BusyError,
    CallError,
    DeniedError,
    FailedError,
    FileChangedError,
    InvalidError,
    NoAnswerError,
    NoSuchActionError,
    NotCKANError,
    NotFoundError,
    UnreachableError,
)
from bulkedit.ckan.pace import LONGEST_WAIT, Pace
from bulkedit.core.files import File
from bulkedit.sandbox import Fault

SERVER_ERROR = ckan_error(500, "Internal Server Error", message="Internal Server Error")

MEANINGS: dict[str, tuple[Answer, type[CallError]]] = {
    "validation": (ckan_error(409, "Validation Error", title=["Missing value"]), InvalidError),
    "search error": (ckan_error(409, "Search Error", message="Bad fq"), NoSuchActionError),
    "search query error": (ckan_error(400, "Search Query Error", message="Bad sort"), NoSuchActionError),
    "integrity error": (ckan_error(400, "Integrity Error", message="DataError", data={}), NoSuchActionError),
    "unknown action": (string("Bad request - Action name not known: x"), NoSuchActionError),
    "unknown action, 2.12": (string("Bad request: Action name not known: x"), NoSuchActionError),
    "not authorized": (DENIED, DeniedError),
    "not found": (NOT_FOUND, NotFoundError),
    "search index error": (ckan_error(500, "Search Index Error", message="Solr"), FailedError),
    "internal error": (SERVER_ERROR, FailedError),
    "too large": (page(413, "Request Entity Too Large"), FailedError),
    "too many": (page(429, "Too Many Requests"), BusyError),
    "maintenance": (page(503, "Maintenance", Retry_After="1"), BusyError),
    "no backend": (page(503, "Backend fetch failed"), NoAnswerError),
    "bad gateway": (page(502, "Bad Gateway"), NoAnswerError),
    "bad gateway, no page": (Reply(502, "Bad Gateway"), NoAnswerError),
    "gateway time-out": (page(504, "Gateway Time-out"), NoAnswerError),
    "crash page": (page(500, "Internal Server Error"), NoAnswerError),
    "closed": (Trouble.CLOSED, NoAnswerError),
    "closed unread": (Trouble.CLOSED_UNREAD, NoAnswerError),
    "silent": (Trouble.SILENT, NoAnswerError),
    "cut body": (Reply(200, ok({"a": "b" * 100}).body, cut=40), NoAnswerError),
    "half an answer": (Reply(200, '{"success": true, "res'), NoAnswerError),
    "no result": (Reply(200, '{"success": true}'), NoAnswerError),
    "empty": (Reply(200), NoAnswerError),
    "error is text": (Reply(200, '{"success": false, "error": "no"}'), NoAnswerError),
    "error is text, 404": (Reply(404, '{"error": "no such dataset", "code": "x"}'), NotCKANError),
    "login page": (page(200, "Please log in"), NotCKANError),
    "no such page": (page(404, "Not Found"), NotCKANError),
    "firewall": (page(403, "Forbidden"), BlockedError),
    "login wanted": (page(401, "Unauthorized"), NotCKANError),
    "redirect": (page(301, "Moved", Location="https://catalogue.example/"), NotCKANError),
}

FAULTS: dict[Fault, type[CallError]] = {
    Fault.CUT_BEFORE: NoAnswerError,
    Fault.CUT_AFTER: NoAnswerError,
    Fault.SILENT: NoAnswerError,
    Fault.BUSY: BusyError,
    Fault.BAD_GATEWAY: NoAnswerError,
    Fault.BAD_GATEWAY_AFTER: NoAnswerError,
    Fault.UNAVAILABLE: BusyError,
    Fault.TIMEOUT: NoAnswerError,
    Fault.HTML: NotCKANError,
    Fault.HALF_BODY: NoAnswerError,
    Fault.FAILED: FailedError,
}
"""What the sandbox's misbehaviour means; with the others a call goes well."""

AGAIN = (NoAnswerError, BusyError)
"""After which a read is repeated."""


@pytest.fixture
def waits() -> list[float]:
    """Collect the seconds that clients wanted to wait."""
    return []


@pytest.fixture
def client_of(waits: list[float]) -> Callable[[Server | LiveCatalogue], Client]:
    """Make clients that give up soon and never really wait."""
    return lambda server: Client(server.url, TOKEN, timeout=(2.0, 0.3), pace=Pace(clock=QuickTime(waits)))


ClientOf = Callable[[Server | LiveCatalogue], Client]
ONE = package_id(1)
REVISED: dict[str, Any] = {"match": {"id": ONE}, "update": {"title": "New"}}


def trouble_of(client: Client) -> CallError:
    """Return what a write came to."""
    with pytest.raises(CallError) as caught:
        client.write("package_revise", {"match": {"id": "a"}})
    return caught.value


def trouble_of_read(client: Client) -> CallError:
    """Return what a read came to."""
    with pytest.raises(CallError) as caught:
        client.read("package_revise")
    return caught.value


@pytest.mark.parametrize("case", MEANINGS)
def test_each_answer_has_one_meaning(serve: Serve, client_of: ClientOf, case: str) -> None:
    """The class of an error follows from the status and the shape of the answer alone."""
    answer, meaning = MEANINGS[case]
    client = client_of(serve({"package_revise": answer}))

    error = trouble_of_read(client)

    assert type(error) is meaning


@pytest.mark.parametrize("fault", FAULTS, ids=str)
def test_each_trouble_has_one_meaning(open_catalogue: OpenCatalogue, client_of: ClientOf, fault: Fault) -> None:
    """The same with a catalogue that really loses calls and answers: one sentence that names the site."""
    ckan = open_catalogue([package(1)])
    ckan.sandbox.misbehave(f"package_revise {fault.value}")
    client = client_of(ckan)

    with pytest.raises(CallError) as caught:
        client.write("package_revise", REVISED)

    stored = NoAnswerError if fault is Fault.UNAVAILABLE else FAULTS[fault]  # a proxy may have passed it on
    assert type(caught.value) is stored
    assert str(caught.value).startswith(ckan.url)
    assert client.writes == (ATTEMPTS if fault is Fault.BUSY else 1)


@pytest.mark.parametrize("rule", ["delay seconds=0.1", "slow-body seconds=0.6"])
def test_a_slow_answer_is_an_answer(open_catalogue: OpenCatalogue, client_of: ClientOf, rule: str) -> None:
    """What counts is the time without a sign of life, not how long an answer takes."""
    ckan = open_catalogue([package(1)])
    ckan.sandbox.misbehave(f"package_revise {rule}")

    said = client_of(ckan).write("package_revise", REVISED)

    assert said == {"package": ckan.shown(ONE)}
    assert ckan.shown(ONE)["title"] == "New"


@pytest.mark.parametrize("case", MEANINGS)
def test_each_error_is_one_readable_sentence(serve: Serve, client_of: ClientOf, case: str) -> None:
    """An error's text is one line that ends like a sentence and holds neither markup nor JSON."""
    client = client_of(serve({"package_revise": MEANINGS[case][0]}))

    text = str(trouble_of(client))

    assert text.endswith(".")
    assert not any(mark in text for mark in ("\n", "<", ">", "{", "}", "__type"))


@pytest.mark.parametrize(
    "case", ["not authorized", "not found", "internal error", "search error", "validation", "unknown action"]
)
def test_localized_words_make_no_difference(serve: Serve, client_of: ClientOf, case: str) -> None:
    """The same answer in another language means the same."""
    answer, meaning = MEANINGS[case]
    assert isinstance(answer, Reply)
    said = json.loads(answer.body)
    said = "Requête erronée" if isinstance(said, str) else said | {"error": said["error"] | {"message": "Refusé"}}
    client = client_of(serve({"package_revise": Reply(answer.status, json.dumps(said), answer.headers)}))

    error = trouble_of(client)

    assert type(error) is meaning


def test_the_sites_own_words_are_shown_in_its_language(serve: Serve, client_of: ClientOf) -> None:
    r"""CKAN's message reaches people as text, not with JSON's escapes (``\u00e9``)."""
    client = client_of(
        serve(
            {
                "package_revise": in_turn(
                    ckan_error(403, "Authorization Error", message='Accès refusé : "rita"'),
                    string("Requête erronée"),
                    page(502, "D&eacute;sol&eacute;"),
                )
            }
        )
    )

    texts = [str(trouble_of(client)) for _ in range(3)]

    assert 'Accès refusé : "rita"' in texts[0]
    assert "Requête erronée" in texts[1]
    assert "Désolé" in texts[2]


def test_json_without_a_charset_is_utf_8(serve: Serve, client_of: ClientOf) -> None:
    """Values are never garbled by a guess at the encoding (RFC 8259: JSON is UTF-8)."""
    body = json.dumps({"success": True, "result": "Pärk Łódź 公園"}, ensure_ascii=False)
    client = client_of(serve({"package_show": Reply(200, body, {"Content-Type": "application/json"})}))

    said = client.read("package_show", id="a")

    assert said == "Pärk Łódź 公園"


def test_validation_errors_are_kept_by_field(open_catalogue: OpenCatalogue, client_of: ClientOf) -> None:
    """A validation error carries CKAN's errors as they nest, without the type of the error itself."""
    client = client_of(open_catalogue([package(1), package(2)]))
    resources = [{}, {"url": "https://files.example/x", "size": "large"}]
    wrong = {"match": {"id": ONE}, "update": {"name": "trails-2", "resources": resources}}

    with pytest.raises(InvalidError) as caught:
        client.write("package_revise", wrong)

    assert caught.value.errors == {
        "name": ["That URL is already in use."],
        "resources": [{}, {"size": ["Invalid integer"]}],
    }


def test_one_unfortunate_body_is_no_surprise(serve: Serve, client_of: ClientOf) -> None:
    """Whatever JSON or bytes a site sends, a call ends in a `CallError`."""
    bodies = [
        "null",
        "[]",
        "[1]",
        '"x"',
        "3",
        '{"error": null}',
        '{"error": [1]}',
        '{"success": 1}',
        "\x00",
        "\ufeff{}",
    ]
    client = client_of(serve({"package_revise": in_turn(*(Reply(s, b) for s in (200, 409, 500) for b in bodies))}))

    errors = [trouble_of(client) for _ in range(3 * len(bodies))]

    assert all("\n" not in str(error) for error in errors)


# -- where it cannot be reached


@pytest.mark.parametrize(
    "url",
    [
        "http://nosuch.invalid",
        "http://a..b",
        "http://127.0.0.1:99999",
        "http://127.0.0.1:port",
        "http://exa mple",
        "http://" + "a" * 70 + ".example",
    ],
)
def test_an_address_that_leads_nowhere_is_unreachable(url: str) -> None:
    """A name that does not resolve, or is none, means that nothing was sent."""
    client = Client(url, TOKEN)

    error = trouble_of(client)

    assert type(error) is UnreachableError
    assert url in str(error)


def test_a_refused_connection_is_unreachable(
    open_catalogue: OpenCatalogue, client_of: ClientOf, waits: list[float]
) -> None:
    """A closed port means that nothing was sent, and is not tried again."""
    ckan = open_catalogue()
    ckan.sandbox.stop()
    client = client_of(ckan)

    with pytest.raises(UnreachableError):
        client.read("status_show")
    with pytest.raises(UnreachableError):
        client.write("package_revise", REVISED)

    assert (client.reads, client.writes, waits) == (1, 0, [])


def test_a_silent_site_is_given_up(open_catalogue: OpenCatalogue) -> None:
    """No answer within the time-out ends the call; a write is then neither done nor failed."""
    ckan = open_catalogue([package(1)])
    ckan.sandbox.misbehave("package_revise silent seconds=20")
    client = Client(ckan.url, TOKEN, timeout=(1.0, 0.2))
    start = time.monotonic()

    with pytest.raises(NoAnswerError):
        client.write("package_revise", REVISED)

    assert time.monotonic() - start < 2


# -- what is repeated


@pytest.mark.parametrize("rule", [fault.value for fault, meaning in FAULTS.items() if meaning in AGAIN])
def test_reads_are_repeated_where_the_site_is_busy_or_the_answer_lost(
    open_catalogue: OpenCatalogue, client_of: ClientOf, waits: list[float], rule: str
) -> None:
    """One lost answer to a read is nobody's trouble."""
    ckan = open_catalogue([package(1)])
    ckan.sandbox.misbehave(f"package_show {rule} times=1")
    client = client_of(ckan)

    said = client.read("package_show", id=ONE)

    assert said == ckan.shown(ONE)
    assert (client.reads, client.writes, len(waits)) == (2, 0, 1)
    assert ckan.asked("package_show")[-1] == {"id": ONE}


@pytest.mark.parametrize(
    "case",
    [
        "maintenance",
        "no backend",
        "gateway time-out",
        "closed unread",
    ],
)
def test_reads_are_repeated_behind_a_proxy_too(serve: Serve, client_of: ClientOf, case: str) -> None:
    """Whoever says that the site is busy, or loses the answer."""
    server = serve({"package_show": MEANINGS[case][0]})
    mended = {"package_show": ok({"name": "a"})}
    server.script["package_show"] = in_turn(MEANINGS[case][0], mended["package_show"])
    client = client_of(server)

    said = client.read("package_show", id="a")

    assert said == {"name": "a"}
    assert (client.reads, client.writes) == (2, 0)
    assert server.asked("package_show")[-1] == {"id": "a"}


@pytest.mark.parametrize("case", MEANINGS)
def test_a_write_that_may_have_been_stored_is_not_repeated(serve: Serve, client_of: ClientOf, case: str) -> None:
    """Only a look at the package can tell what to do then. Where the site did nothing, it is sent again."""
    server = serve({"package_revise": in_turn(MEANINGS[case][0], ok({"package": {}}))})
    client = client_of(server)
    nothing_stored = case == "too many"

    if nothing_stored:
        client.write("package_revise", REVISED)
    else:
        trouble_of(client)

    assert server.actions == ["package_revise"] * (1 + nothing_stored)
    assert (client.reads, client.writes) == (0, 1 + nothing_stored)


def test_a_busy_proxy_may_have_passed_a_write_on(serve: Serve, client_of: ClientOf) -> None:
    """503 with `Retry-After`, unlike 429, says nothing of what became of a write."""
    client = client_of(serve({"package_revise": page(503, Retry_After="1")}))

    with pytest.raises(NoAnswerError):
        client.write("package_revise", REVISED)


@pytest.mark.parametrize(
    "case",
    [
        case
        for case, (_, meaning) in MEANINGS.items()
        if meaning not in (NoAnswerError, BusyError, UnreachableError)
    ],
)
def test_a_definite_answer_to_a_read_is_not_asked_for_again(
    serve: Serve, client_of: ClientOf, waits: list[float], case: str
) -> None:
    """What would be the same the second time is not repeated."""
    server = serve({"package_revise": MEANINGS[case][0]})
    client = client_of(server)

    with pytest.raises(MEANINGS[case][1]):
        client.read("package_revise")

    assert (len(server.requests), waits) == (1, [])


def test_reads_are_given_up_in_the_end(
    open_catalogue: OpenCatalogue, client_of: ClientOf, waits: list[float]
) -> None:
    """A read is tried a few times, each wait longer than the one before, and then it is an error."""
    ckan = open_catalogue([package(1)])
    ckan.sandbox.misbehave("package_show 502-after")
    client = client_of(ckan)

    with pytest.raises(NoAnswerError):
        client.read("package_show", id=ONE)

    assert client.reads == len(ckan.heard) == FIRST_ATTEMPTS
    assert waits == [0.5, 1.0, 2.0]


@pytest.mark.parametrize("asked", [0, 1, 30, int(LONGEST_WAIT)])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_honoured(
    open_catalogue: OpenCatalogue, client_of: ClientOf, waits: list[float], status: int, asked: int
) -> None:
    """Nothing is sent before the seconds are over that the site wants to be left alone."""
    ckan = open_catalogue()
    ckan.sandbox.misbehave(f"status_show {status} times=1 seconds={asked}")

    client_of(ckan).read("status_show")

    assert asked - 0.5 < sum(waits) <= asked


@pytest.mark.parametrize("asked", ["Fri, 31 Dec 2027 23:59:59 GMT", "²"])
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_that_is_no_number_is_passed_over(
    serve: Serve, client_of: ClientOf, waits: list[float], status: int, asked: str
) -> None:
    """A date or nonsense is no wish; the pause is the usual one."""
    client = client_of(serve({"package_show": in_turn(page(status, Retry_After=asked), ok({}))}))

    client.read("package_show", id="a")

    assert 0.5 <= sum(waits) < 0.7


def test_a_site_that_asks_for_hours_is_asked_no_more(
    serve: Serve, client_of: ClientOf, waits: list[float]
) -> None:
    """Whoever called is told that the site is busy; waiting so long is theirs to decide."""
    server = serve({"package_revise": page(429, Retry_After=str(int(LONGEST_WAIT) + 1))})

    error = trouble_of(client_of(server))

    assert isinstance(error, BusyError)
    assert (len(server.requests), waits) == (1, [])


def test_the_pause_is_real(open_catalogue: OpenCatalogue) -> None:
    """Outside of tests a client does wait as long as it was asked to."""
    ckan = open_catalogue()
    ckan.sandbox.misbehave("status_show 429 times=1 seconds=1")
    client = Client(ckan.url, TOKEN)
    start = time.monotonic()

    client.read("status_show")

    assert 0.9 < time.monotonic() - start < 3


def test_reads_and_writes_are_counted(open_catalogue: OpenCatalogue, client_of: ClientOf) -> None:
    """Every call that was sent counts, each under what it could do."""
    ckan = open_catalogue([package(1)])
    ckan.sandbox.misbehave("package_show 504 times=1")
    client = client_of(ckan)

    client.read("package_show", id=ONE)
    client.write("package_revise", REVISED)
    client.write("package_revise", REVISED)

    assert (client.reads, client.writes) == (2, 2)


# -- what is sent, and to whom


def test_a_call_says_who_is_asking(serve: Serve, client_of: ClientOf) -> None:
    """The user agent names the program and its version, and the token goes in both of CKAN's headers."""
    server = serve({"status_show": ok({})})

    client_of(server).read("status_show")

    headers = server.requests[0].headers
    assert headers["User-Agent"] == f"bulkedit/{__version__}"
    assert headers["Authorization"] == headers["X-CKAN-API-Key"] == TOKEN


def test_a_slash_at_the_end_of_the_address_makes_no_difference(serve: Serve) -> None:
    """An address with and without a slash is the same site, also one below a path."""
    server = serve({"status_show": ok({})})
    clients = [Client(f"{server.url}{end}", TOKEN) for end in ("", "/", "/data/", "/data//")]

    for client in clients:
        client.read("status_show")

    assert [client.url for client in clients] == [server.url, server.url, *[f"{server.url}/data"] * 2]


def test_a_netrc_file_does_not_replace_the_token(
    serve: Serve, client_of: ClientOf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password for the host in ``.netrc`` is not used; with it CKAN would see an anonymous visitor.

    Of this computer none is looked for anyway: the site counts as another one here.
    """
    monkeypatch.setattr("bulkedit.ckan.client._LOOPBACK", ())
    for scheme in ("http", "https", "all"):
        monkeypatch.delenv(f"{scheme}_proxy", raising=False)
        monkeypatch.delenv(f"{scheme}_proxy".upper(), raising=False)
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1\nlogin someone\npassword secret\n", encoding="ascii")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    server = serve({"status_show": ok({})})

    client_of(server).read("status_show")

    assert server.requests[0].headers["Authorization"] == TOKEN


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_not_followed(serve: Serve, client_of: ClientOf, status: int) -> None:
    """The token never goes to another address than the one it was given for; the error names that address."""
    other = serve({"status_show": ok({})})
    client = client_of(serve({"status_show": page(status, Location=f"{other.url}/api/action/status_show")}))

    with pytest.raises(NotCKANError, match=other.url):
        client.read("status_show")

    assert other.requests == []


def test_a_redirect_to_nowhere_is_an_error_too(serve: Serve, client_of: ClientOf) -> None:
    """A redirect without an address is told in words."""
    client = client_of(serve({"status_show": page(302)}))

    with pytest.raises(NotCKANError, match="redirects to another address"):
        client.read("status_show")


# -- the token stays secret


def _echo(request: Request) -> str:
    token = request.headers["Authorization"]
    return f"{token} {token}{token} is wrong: {token}"


ECHOES: dict[str, Callable[[Request], Reply]] = {
    "message": lambda r: ckan_error(403, "Authorization Error", message=_echo(r)),
    "not found": lambda r: ckan_error(404, "Not Found Error", message=_echo(r)),
    "field": lambda r: ckan_error(409, "Validation Error", title=[_echo(r)], contacts=[{}, {"email": [_echo(r)]}]),
    "string": lambda r: string(_echo(r)),
    "page": lambda r: page(502, _echo(r)),
    "long page": lambda r: page(502, " ".join(["Authorization:", *[r.headers["Authorization"]] * 20])),
    "busy": lambda r: page(429, _echo(r)),
    "redirect": lambda r: page(302, Location=f"https://else.example/?key={r.headers['Authorization']}"),
    "wrong page": lambda r: page(404, _echo(r)),
    "crash": lambda r: ckan_error(500, "Internal Server Error", message=_echo(r)),
    "half": lambda r: Reply(200, '{"success": true, "result": "' + _echo(r)),
}


@pytest.mark.parametrize("case", ECHOES)
def test_no_error_holds_the_token(serve: Serve, client_of: ClientOf, case: str) -> None:
    """Neither an error's text nor its traceback holds the token or a piece of it, even if the site repeats it."""
    client = client_of(serve({"package_revise": ECHOES[case]}))

    error = trouble_of(client)

    texts = [str(error), repr(error), repr(vars(error)), "".join(traceback.format_exception(error))]
    pieces = {TOKEN[at : at + 12] for at in range(len(TOKEN) - 11)}
    assert not any(piece in text for piece in pieces for text in texts)


def test_no_representation_holds_the_token(serve: Serve) -> None:
    """What a debugger or a log would print of a client says nothing of the token."""
    client = Client(serve({}).url, TOKEN)

    assert TOKEN not in f"{client!r} {client}"


def test_an_unreachable_site_is_told_without_the_token() -> None:
    """The sentence about a site that cannot be reached names its address only."""
    client = Client("http://nosuch.invalid", TOKEN)

    error = trouble_of(client)

    assert TOKEN not in "".join(traceback.format_exception(error))


def test_a_large_file_is_told_on_its_way(serve: Serve, tmp_path: Path) -> None:
    """Somebody who waits sees megabytes go; a small file is gone before."""
    told: list[tuple[str, int, int]] = []
    server = serve({"package_revise": ok({"package": {}})})
    client = Client(server.url, TOKEN)
    client.progress = lambda *said: told.append(said)

    for size in (1_000, 7_000_000):
        path = tmp_path / f"{size}.bin"
        path.write_bytes(b"x" * size)
        client.write("package_revise", {}, {"update__resources__0__upload": File(str(path), path.name, size, "")})

    assert told[-1] == ("MB sent", 6, 6)
    assert {total for _, _, total in told} == {6}


def test_a_file_that_changed_is_not_sent(serve: Serve, tmp_path: Path) -> None:
    """Its digest was told already: whatever it is now, it is not that."""
    server = serve({"package_revise": ok({"package": {}})})
    path = tmp_path / "walks.csv"
    path.write_bytes(b"longer than before")

    with pytest.raises(FileChangedError, match=r"walks\.csv has changed meanwhile"):
        Client(server.url, TOKEN).write("package_revise", {}, {"x": File(str(path), path.name, 3, "")})

    assert server.requests == []
