"""Sending one package's changes: every answer of the site is a value."""

from collections.abc import Callable

import pytest
from scripted import (
    DENIED,
    MISMATCH_2_9,
    MISMATCH_2_10,
    NOT_FOUND,
    TOKEN,
    Answer,
    Reply,
    Script,
    Server,
    Trouble,
    ok,
    page,
    string,
)
from scripted import error as ckan_error

from bulkedit.ckan.client import Client
from bulkedit.ckan.send import is_mismatch, send
from bulkedit.core.answers import Accepted, Denied, Mismatched, NotSent, Rejected, Unclear
from bulkedit.core.answers import Answer as Became
from bulkedit.core.plan import Call

Serve = Callable[[Script], Server]

CALL = Call("a", "trails", {"match": {"id": "a", "private": False}, "update": {"title": "New"}})

BECOMES: dict[str, tuple[Answer, type]] = {
    "stored": (ok({"package": {"id": "a"}}), Accepted),
    "stored, says nothing": (ok(None), Unclear),
    "stored, says no package": (ok({"package": None}), Unclear),
    "stored, says half": (Reply(200, ok({"package": {}}).body, cut=5), Unclear),
    "mismatch 2.9": (MISMATCH_2_9, Mismatched),
    "mismatch 2.10": (MISMATCH_2_10, Mismatched),
    "refused": (ckan_error(409, "Validation Error", title=["Missing value"]), Rejected),
    "not allowed": (DENIED, Denied),
    "gone": (NOT_FOUND, Denied),
    "integrity": (ckan_error(400, "Integrity Error", message="DataError"), Denied),
    "rolled back": (ckan_error(500, "Search Index Error", message="Solr"), Denied),
    "too large": (page(413), Denied),
    "no such action": (string("Bad request - Action name not known: package_revise"), Denied),
    "time-out": (Trouble.SILENT, Unclear),
    "cut": (Trouble.CLOSED, Unclear),
    "cut while sending": (Trouble.CLOSED_UNREAD, Unclear),
    "proxy 502": (page(502), Unclear),
    "proxy 503": (page(503), Unclear),
    "proxy 504": (page(504), Unclear),
    "crash page": (page(500), Unclear),
    "empty": (Reply(200), Unclear),
    "told to wait": (page(429, Retry_After="5"), NotSent),
    "maintenance": (page(503, Retry_After="5"), NotSent),
    "login page": (page(200, "Log in"), NotSent),
    "redirect": (page(302, Location="https://else.example/"), NotSent),
}


def became(server: Server) -> Became:
    """Return what came of sending the call."""
    return send(Client(server.url, TOKEN, timeout=(2.0, 0.3)), CALL)


@pytest.mark.parametrize("case", BECOMES)
def test_every_answer_of_the_site_is_a_value(serve: Serve, case: str) -> None:
    """Sending never raises: each answer of the site is one of the answers a row can be told."""
    answer, kind = BECOMES[case]
    server = serve({"package_revise": answer})

    said = became(server)

    assert type(said) is kind
    assert server.actions == ["package_revise"]


def test_a_closed_port_means_not_sent(serve: Serve) -> None:
    """Where no connection could be made, nothing can have been stored."""
    server = serve({})
    server.stop()

    said = became(server)

    assert isinstance(said, NotSent)


def test_the_payload_arrives_as_planned(serve: Serve) -> None:
    """A call's parameters reach the site unchanged, and the package as stored comes back."""
    server = serve({"package_revise": ok({"package": {"id": "a", "title": "New"}})})

    said = became(server)

    assert server.asked("package_revise") == [CALL.payload]
    assert said == Accepted({"id": "a", "title": "New"})


def test_a_refusal_carries_the_errors_by_field(serve: Serve) -> None:
    """The site's errors arrive as they nest, also where CKAN 2.9 wraps them into ``message``."""
    errors = {"resources": [{}, {"size": ["Invalid integer"]}]}
    plain = serve({"package_revise": ckan_error(409, "Validation Error", **errors)})
    wrapped = serve({"package_revise": ckan_error(409, "Validation Error", message=[errors])})

    answers = [became(plain), became(wrapped)]

    assert answers == [Rejected(errors), Rejected(errors)]


def test_a_message_beside_other_errors_stays() -> None:
    """Only a lone list of errors in ``message`` is CKAN 2.9's wrapping; a text is a text."""
    assert not is_mismatch({"message": "match"})
    assert not is_mismatch({"message": ["match"]})
    assert not is_mismatch({"title": ["match"]})
    assert is_mismatch({"match": ["resources"], "title": ["x"]})


@pytest.mark.parametrize("answer", [DENIED, page(502), page(429), ckan_error(500, "Internal Server Error")])
def test_the_reason_is_a_sentence(serve: Serve, answer: Reply) -> None:
    """What a row is told is one sentence that names the site."""
    server = serve({"package_revise": answer})

    said = became(server)

    assert isinstance(said, Denied | Unclear | NotSent)
    assert said.reason.startswith(server.url)
    assert said.reason.endswith(".")
    assert "\n" not in said.reason
