"""Misbehaviour does what its name says: to the answer, and to what is stored."""

import time

import pytest
import requests
from live_catalogue import LiveCatalogue, OpenCatalogue, package, package_id
from plain_http import ask, is_cut, post
from scripted import TOKEN

from bulkedit.sandbox import Fault, FaultRule

ONE = package_id(1)
REVISED = {"match": {"id": ONE}, "update": {"title": "New"}}


@pytest.fixture
def ckan(open_catalogue: OpenCatalogue) -> LiveCatalogue:
    """Keep one package."""
    return open_catalogue([package(1)])


def revise(ckan: LiveCatalogue, *, seconds: float = 10.0) -> requests.Response:
    """Give the package another title."""
    return post(ckan.url, "package_revise", REVISED, TOKEN, seconds=seconds)


def is_stored(ckan: LiveCatalogue) -> bool:
    """Tell whether the package has the other title."""
    return ckan.shown(ONE)["title"] == "New"


@pytest.mark.parametrize(("fault", "stored"), [("cut-before", False), ("cut-after", True), ("half-body", True)])
def test_a_connection_is_cut(ckan: LiveCatalogue, fault: str, stored: bool) -> None:
    """Before the call nothing is stored; after it all is, and nobody is told (or is told half)."""
    ckan.sandbox.misbehave(f"package_revise {fault}")

    cut = is_cut(ckan.url, "package_revise", REVISED, TOKEN)

    assert (cut, is_stored(ckan)) == (True, stored)


def test_half_an_answer_is_the_first_half(ckan: LiveCatalogue) -> None:
    """The status is 200 and the length is that of the whole; then it breaks off."""
    whole = post(ckan.url, "package_show", {"id": ONE}).content
    ckan.sandbox.misbehave("package_show half-body")

    with requests.Session() as session:
        session.trust_env = False
        answer = session.post(f"{ckan.url}/api/3/action/package_show", json={"id": ONE}, stream=True, timeout=10)
        got = answer.raw.read(decode_content=False, amt=len(whole) // 3)

    assert (answer.status_code, answer.headers["Content-Length"]) == (200, str(len(whole)))
    assert got == whole[: len(whole) // 3]


def test_silence_is_no_answer_to_a_call_carried_out(ckan: LiveCatalogue) -> None:
    """A client that waits less long gives up; what it asked for is done all the same."""
    ckan.sandbox.misbehave("package_revise silent seconds=20")

    with pytest.raises(requests.ReadTimeout):
        revise(ckan, seconds=0.3)

    assert is_stored(ckan)


def test_silence_ends_with_the_connection(ckan: LiveCatalogue) -> None:
    """After the seconds of the rule it is given up without an answer."""
    ckan.sandbox.misbehave("package_revise silent seconds=0.2")
    start = time.monotonic()

    cut = is_cut(ckan.url, "package_revise", REVISED, TOKEN)

    assert cut
    assert 0.2 <= time.monotonic() - start < 5


def test_silence_does_not_keep_the_sandbox_from_ending(open_catalogue: OpenCatalogue) -> None:
    """Who stops it does not wait for what it holds back."""
    ckan = open_catalogue([package(1)])
    ckan.sandbox.misbehave("package_revise silent seconds=60")
    with pytest.raises(requests.ReadTimeout):
        revise(ckan, seconds=0.2)
    start = time.monotonic()

    ckan.sandbox.stop()

    assert time.monotonic() - start < 5


@pytest.mark.parametrize(
    ("fault", "status", "stored"),
    [
        ("429", 429, False),
        ("502", 502, False),
        ("502-after", 502, True),
        ("503", 503, False),
        ("504", 504, True),
        ("html", 200, False),
    ],
)
def test_a_page_stands_in_the_place_of_the_answer(
    ckan: LiveCatalogue, fault: str, status: int, stored: bool
) -> None:
    """Proxies and login walls send web pages; whether the call was carried out is another matter."""
    ckan.sandbox.misbehave(f"package_revise {fault}")

    answer = revise(ckan)

    assert (answer.status_code, answer.headers["Content-Type"]) == (status, "text/html")
    assert answer.text.startswith("<!DOCTYPE html>")
    assert is_stored(ckan) is stored


@pytest.mark.parametrize(("fault", "asked"), [("429", "7"), ("503", "7"), ("502", None), ("504", None)])
def test_a_busy_site_says_when_to_come_back(ckan: LiveCatalogue, fault: str, asked: str | None) -> None:
    """`Retry-After` has the seconds of the rule; only an answer that asks to come back has it."""
    ckan.sandbox.misbehave(f"package_revise {fault} seconds=7")

    answer = revise(ckan)

    assert answer.headers.get("Retry-After") == asked


def test_an_error_of_ckans_own_is_json(ckan: LiveCatalogue) -> None:
    """Status 500 in CKAN's envelope; nothing was done."""
    ckan.sandbox.misbehave("package_revise 500")

    answer = revise(ckan)

    assert answer.status_code == 500
    assert answer.json()["success"] is False
    assert answer.json()["error"]["__type"] == "Internal Server Error"
    assert not is_stored(ckan)


@pytest.mark.parametrize("fault", ["delay", "slow-body"])
def test_a_slow_answer_is_whole(ckan: LiveCatalogue, fault: str) -> None:
    """It takes its time, and is the answer."""
    ckan.sandbox.misbehave(f"package_revise {fault} seconds=0.3")
    start = time.monotonic()

    answer = revise(ckan)

    assert time.monotonic() - start >= 0.25
    assert answer.json()["result"]["package"] == ckan.shown(ONE)
    assert is_stored(ckan)


def test_a_slow_body_comes_drop_by_drop(ckan: LiveCatalogue) -> None:
    """No pause is as long as the whole: a client that waits for a sign of life does not give up."""
    ckan.sandbox.misbehave("package_revise slow-body seconds=0.6")

    answer = revise(ckan, seconds=0.3)

    assert answer.elapsed.total_seconds() < 0.3
    assert answer.json()["success"] is True


@pytest.mark.parametrize("fault", Fault, ids=str)
def test_behaving_again_ends_it(ckan: LiveCatalogue, fault: Fault) -> None:
    """Whatever was wrong, the next call goes well."""
    ckan.sandbox.misbehave(FaultRule("package_revise", fault))
    ckan.sandbox.behave()

    answer = revise(ckan)

    assert (answer.status_code, is_stored(ckan)) == (200, True)


# -- which calls


def statuses(ckan: LiveCatalogue, actions: str) -> str:
    """Ask for some actions in turn and return which of them failed: `x` for those, `.` for others."""
    names = {"s": "status_show", "l": "license_list"}
    return "".join(".x"[post(ckan.url, names[one], {}).status_code != 200] for one in actions)


@pytest.mark.parametrize(
    ("rules", "asked", "failed"),
    [
        (["status_show 502"], "sss", "xxx"),
        (["status_show 502"], "lsl", ".x."),
        (["* 502"], "lsl", "xxx"),
        (["status_show 502 times=2"], "ssss", "xx.."),
        (["status_show 502 skip=1"], "ssss", ".xxx"),
        (["status_show 502 skip=1 times=1"], "ssss", ".x.."),
        (["status_show 502 every=2"], "sssss", "x.x.x"),
        (["status_show 502 every=3 skip=1 times=2"], "sssssssss", ".x..x...."),
        (["* 502 every=2"], "slsl", "x.x."),
        (["status_show 502 skip=1 times=1", "license_list 502 times=1"], "slsl", ".xx."),
        (["status_show 502 times=1", "status_show 503 times=2"], "sss", "xx."),
    ],
)
def test_a_rule_says_which_calls(ckan: LiveCatalogue, rules: list[str], asked: str, failed: str) -> None:
    """Of which action, after how many, how many, and each so-manieth; calls of other actions do not count."""
    ckan.sandbox.misbehave(*rules)

    found = statuses(ckan, asked)

    assert found == failed


def test_the_first_rule_decides(ckan: LiveCatalogue) -> None:
    """Where two rules fit, the one set first is followed."""
    ckan.sandbox.misbehave("status_show 503 times=1", "* 502")

    found = [post(ckan.url, "status_show", {}).status_code for _ in range(2)]

    assert found == [503, 502]


# -- over HTTP


def test_rules_can_be_set_and_cleared_over_http(ckan: LiveCatalogue) -> None:
    """Any program on this computer may ask the sandbox to misbehave, and to stop it."""
    faults = f"{ckan.url}/sandbox/faults"

    posted = ask("POST", faults, json={"rule": "status_show 503 skip=1"}).status_code
    bad = statuses(ckan, "ss")
    deleted = ask("DELETE", faults).status_code
    good = statuses(ckan, "ss")

    assert (posted, bad, deleted, good) == (200, ".x", 200, "..")


@pytest.mark.parametrize("body", [{"rule": "status_show explode"}, {"rule": 3}, {"rule": None}, {}, [], "x"])
def test_nonsense_over_http_is_refused(ckan: LiveCatalogue, body: object) -> None:
    """Status 400, and no rule."""
    answer = ask("POST", f"{ckan.url}/sandbox/faults", json=body)

    assert answer.status_code == 400
    assert isinstance(answer.json(), str)
    assert statuses(ckan, "s") == "."
