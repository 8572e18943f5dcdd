"""Sending one package's changes: every answer of the site is a value."""

import pytest
from live_catalogue import LiveCatalogue, OpenCatalogue, package, package_id
from quick_time import QuickTime
from scripted import (
    DENIED,
    MISMATCH_2_9,
    MISMATCH_2_10,
    NOT_FOUND,
    TOKEN,
    Answer,
    Reply,
    Serve,
    Server,
    Trouble,
    ok,
    page,
    string,
)
from scripted import error as ckan_error

from bulkedit.ckan.client import ATTEMPTS, Client
from bulkedit.ckan.forms import as_form
from bulkedit.ckan.pace import Pace
from bulkedit.ckan.send import is_mismatch, send
from bulkedit.core.answers import Accepted, Denied, Mismatched, NotSent, Rejected, Unavailable, Unclear
from bulkedit.core.answers import Answer as Became
from bulkedit.core.calls import PATCH, PATCH_RESOURCE, Call

CALL = Call("a", "trails", {"match": {"id": "a", "private": False}, "update": {"title": "New"}})
ONE = package_id(1)
REVISED = Call(ONE, "trails-1", {"match": {"id": ONE, "private": False}, "update": {"title": "New"}})

BECOMES: dict[str, tuple[Answer, type]] = {
    "stored": (ok({"package": {"id": "a"}}), Accepted),
    "stored, says nothing": (ok(None), Unclear),
    "stored, says no package": (ok({"package": None}), Unclear),
    "stored, says another package": (ok({"package": {"id": "b"}}), Unclear),
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
    "maintenance": (page(503, Retry_After="5"), Unclear),
    "login page": (page(200, "Log in"), NotSent),
    "redirect": (page(302, Location="https://else.example/"), NotSent),
}


TROUBLE: dict[str, tuple[type, bool]] = {
    "delay seconds=0.1": (Accepted, True),
    "slow-body seconds=0.2": (Accepted, True),
    "cut-before": (Unclear, False),
    "cut-after": (Unclear, True),
    "silent seconds=20": (Unclear, True),
    "429": (NotSent, False),
    "502": (Unclear, False),
    "502-after": (Unclear, True),
    "503": (Unclear, False),
    "504": (Unclear, True),
    "html": (Unavailable, False),
    "half-body": (Unclear, True),
    "500": (Denied, False),
}
"""How the sandbox can misbehave, what that is to us, and whether the call was carried out."""


def became(server: Server | LiveCatalogue, call: Call = CALL) -> Became:
    """Return what came of sending the call."""
    return send(Client(server.url, TOKEN, timeout=(2.0, 0.3), pace=Pace(clock=QuickTime())), call)


def test_what_was_stored_comes_back(open_catalogue: OpenCatalogue) -> None:
    """The package as it is stored is the answer."""
    ckan = open_catalogue([package(1)])

    said = became(ckan, REVISED)

    assert said == Accepted(ckan.shown(ONE))
    assert ckan.shown(ONE)["title"] == "New"
    assert ckan.heard == [("package_revise", REVISED.payload)]


def test_a_catalogue_that_moved_on_is_a_mismatch(open_catalogue: OpenCatalogue) -> None:
    """Somebody was faster: nothing is stored."""
    ckan = open_catalogue([package(1)])
    ckan.before("package_revise", lambda: ckan.edit(ONE, private=True))

    said = became(ckan, REVISED)

    assert said == Mismatched()
    assert ckan.shown(ONE)["title"] == "Trails 1"


def test_what_a_catalogue_does_not_let_us_do_is_denied(open_catalogue: OpenCatalogue) -> None:
    """A package that is not there, and one of other people."""
    ckan = open_catalogue([package(1, owner_org="waters")])
    nowhere = Call("nowhere", "nowhere", {"match": {"id": "nowhere"}, "update": {"title": "New"}})

    answers = [became(ckan, call) for call in (REVISED, nowhere)]

    assert [type(said) for said in answers] == [Denied, Denied]
    assert ckan.shown(ONE)["title"] == "Trails 1"


@pytest.mark.parametrize("rule", TROUBLE)
def test_every_trouble_is_a_value(open_catalogue: OpenCatalogue, rule: str) -> None:
    """No answer that may have been stored is called not sent, and none that was not is called accepted."""
    kind, stored = TROUBLE[rule]
    ckan = open_catalogue([package(1)])
    ckan.sandbox.misbehave(f"package_revise {rule}")

    said = became(ckan, REVISED)

    assert type(said) is kind
    assert (ckan.shown(ONE)["title"] == "New") is stored


@pytest.mark.parametrize("case", BECOMES)
def test_every_answer_of_the_site_is_a_value(serve: Serve, case: str) -> None:
    """Sending never raises: each answer of the site is one of the answers a row can be told."""
    answer, kind = BECOMES[case]
    server = serve({"package_revise": answer})

    said = became(server)

    assert type(said) is kind
    sent = [request for request in server.requests if request.parameters or request is server.requests[0]]
    assert [request.action for request in sent] == ["package_revise"] * (ATTEMPTS if case == "told to wait" else 1)


def test_a_closed_port_means_not_sent(open_catalogue: OpenCatalogue) -> None:
    """Where no connection could be made, nothing can have been stored."""
    ckan = open_catalogue()
    ckan.sandbox.stop()

    said = became(ckan, REVISED)

    assert isinstance(said, NotSent)


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


# -- without package_revise


PATCHED = Call(ONE, "trails-1", {"id": ONE, "title": "New"}, action=PATCH)


def test_a_patched_package_is_read_again(open_catalogue: OpenCatalogue) -> None:
    """What is known of it is what it is afterwards, not what the call itself answered."""
    ckan = open_catalogue([package(1)])
    ckan.before("package_show", lambda: ckan.edit(ONE, notes="Somebody's words."))

    said = became(ckan, PATCHED)

    assert said == Accepted(ckan.shown(ONE))
    assert (ckan.shown(ONE)["title"], ckan.shown(ONE)["notes"]) == ("New", "Somebody's words.")
    assert ckan.actions == ["package_patch", "package_show"]


def test_a_patch_that_was_answered_is_stored(serve: Serve) -> None:
    """Where the package cannot be read again, its own answer counts; that of a resource is no package."""
    gone = {"package_show": NOT_FOUND, "package_patch": ok({"id": ONE}), "resource_patch": ok({"id": "r"})}
    server = serve(gone)
    file = Call(ONE, "trails-1", {"id": "r", "hash": "x"}, action=PATCH_RESOURCE)

    answers = [became(server, PATCHED), became(server, file)]

    assert answers[0] == Accepted({"id": ONE})
    assert isinstance(answers[1], Unclear)


def test_no_error_of_a_patch_means_that_somebody_was_faster(serve: Serve) -> None:
    """A field may be called ``match``; only package_revise compares."""
    server = serve({"package_patch": MISMATCH_2_10})

    said = became(server, PATCHED)

    assert isinstance(said, Rejected)


def test_the_texts_of_a_file_s_form_are_plain() -> None:
    """CKAN reads JSON in the form of package_revise only; elsewhere a text is a text."""
    assert as_form("package_revise", {"match": {"id": "x"}, "k": "t"}) == {"match": '{"id": "x"}', "k": '"t"'}
    assert as_form("resource_patch", {"id": "x", "size": 5, "hash": None}) == {"id": "x", "size": "5", "hash": ""}
    assert as_form("resource_patch", {"tags": [{"shown": True}]}) == {"tags": '[{"shown": true}]'}
