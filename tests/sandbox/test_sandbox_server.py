"""The sandbox as a server: who may reach it, several at once, and what it tells a test."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import requests
from live_catalogue import WATERS, OpenCatalogue, package, package_id
from plain_http import ask, post, result
from scripted import TOKEN

from bulkedit.core.trouble import RunError
from bulkedit.sandbox import Sandbox

ONE, TWO = package_id(1), package_id(2)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/dataset/trails-1"),
        ("POST", "/api/3/action/status_show"),
        ("DELETE", "/sandbox/faults"),
    ],
)
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"])
def test_another_host_is_refused(open_catalogue: OpenCatalogue, host: str, method: str, path: str) -> None:
    """A page in a browser that resolves its own name to this computer gets nothing."""
    ckan = open_catalogue([package(1)])

    answer = ask(method, ckan.url + path, headers={"Host": host})

    assert answer.status_code == 400
    assert "Trails" not in answer.text
    assert ckan.heard == []


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_this_computer_is_let_in(open_catalogue: OpenCatalogue, name: str) -> None:
    """By number and by name."""
    ckan = open_catalogue()

    answer = post(ckan.url.replace("127.0.0.1", name), "status_show", {})

    assert answer.status_code == 200


@pytest.fixture
def hurried_threads() -> Iterator[None]:
    """Let threads take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("hurried_threads")
@pytest.mark.parametrize("attempt", range(6))
def test_of_writers_with_the_same_match_one_wins(open_catalogue: OpenCatalogue, attempt: int) -> None:
    """A package is compared and written in one: the others are told that it is not as they expect."""
    ckan = open_catalogue([package(1)])
    stamp = ckan.shown(ONE)["metadata_modified"]
    together = threading.Barrier(8)
    ckan.sandbox.watchers.append(lambda action, _: together.wait(10) if action == "package_revise" else None)

    def write(number: int) -> requests.Response:
        match = {"id": ONE, "metadata_modified": stamp}
        return post(ckan.url, "package_revise", {"match": match, "update": {"title": f"By {number}"}}, TOKEN)

    with ThreadPoolExecutor(8) as writers:
        answers = list(writers.map(write, range(8)))

    won = [number for number, answer in enumerate(answers) if answer.status_code == 200]
    assert sorted(answer.status_code for answer in answers) == [200, *[409] * 7]
    assert all(
        answer.json()["error"].keys() == {"match", "__type"} for answer in answers if answer.status_code == 409
    )
    assert ckan.shown(ONE)["title"] == f"By {won[0]}"


def test_two_sandboxes_stand_side_by_side(open_catalogue: OpenCatalogue) -> None:
    """Each has a port, packages and misbehaviour of its own."""
    left, right = open_catalogue([package(1)]), open_catalogue([package(2)])
    left.sandbox.misbehave("status_show 502")

    found = [
        [post(one.url, "package_show", {"id": key}).status_code for key in (ONE, TWO)] for one in (left, right)
    ]
    healthy = [post(one.url, "status_show", {}).status_code for one in (left, right)]

    assert found == [[200, 404], [404, 200]]
    assert healthy == [502, 200]


def test_a_port_that_is_taken_is_told(open_catalogue: OpenCatalogue, capfd: pytest.CaptureFixture[str]) -> None:
    """One sentence that names the port, and nothing else is said."""
    port = int(open_catalogue().url.rpartition(":")[2])

    with pytest.raises(RunError) as caught:
        Sandbox(port=port, packages=False)

    assert str(caught.value) == (
        f"Port {port} cannot be used, perhaps another sandbox has it; give another one, like --port {port + 1}."
    )
    assert "".join(capfd.readouterr()) == ""


def test_a_port_that_is_none_is_told() -> None:
    """The same sentence."""
    with pytest.raises(RunError, match="Port 70000 cannot be used"):
        Sandbox(port=70_000, packages=False)


def test_a_port_is_free_again_when_the_sandbox_has_ended(open_catalogue: OpenCatalogue) -> None:
    """It can be started anew at once, where a workbook expects it."""
    first = open_catalogue()
    result(first.url, "status_show")
    first.sandbox.stop()

    with Sandbox(port=int(first.url.rpartition(":")[2]), packages=False) as second:
        found = result(second.url, "status_show")["site_url"]

    assert found == first.url


def test_a_sandbox_that_never_ran_can_be_stopped() -> None:
    """Nobody waits for an end that was there from the beginning; its port is refused."""
    sandbox = Sandbox(packages=False)

    sandbox.stop()

    with pytest.raises(requests.ConnectionError, match="refused"):
        post(sandbox.url, "status_show", {})


@pytest.mark.parametrize("attempt", range(20))
def test_an_ended_sandbox_is_gone_at_once(attempt: int) -> None:
    """When `stop` returns, no connection is taken any more."""
    with Sandbox(packages=False) as sandbox:
        result(sandbox.url, "status_show")

    with pytest.raises(requests.ConnectionError, match="refused"):
        post(sandbox.url, "status_show", {})


def test_calls_under_way_are_answered_where_new_ones_are_refused(open_catalogue: OpenCatalogue) -> None:
    """A site that goes away between two calls."""
    ckan = open_catalogue([package(1)])
    ckan.before("package_show", ckan.sandbox.refuse_connections)

    answer = post(ckan.url, "package_show", {"id": ONE})

    assert answer.json()["result"]["title"] == "Trails 1"
    with pytest.raises(requests.ConnectionError, match="refused"):
        post(ckan.url, "package_show", {"id": ONE})


# -- what it tells a test


def test_calls_are_remembered(open_catalogue: OpenCatalogue) -> None:
    """Every call with its parameters, in order, those that were refused too."""
    sandbox = open_catalogue([package(1)]).sandbox
    sandbox.calls.clear()

    post(sandbox.url, "package_show", {"id": ONE})
    post(sandbox.url, "package_patch", {"id": ONE, "title": "New"})
    post(sandbox.url, "package_show", {"id": "nowhere"})

    assert list(sandbox.calls) == [
        ("package_show", {"id": ONE}),
        ("package_patch", {"id": ONE, "title": "New"}),
        ("package_show", {"id": "nowhere"}),
    ]
    assert sandbox.asked("package_show") == [{"id": ONE}, {"id": "nowhere"}]


def test_a_watcher_comes_before_the_call(open_catalogue: OpenCatalogue) -> None:
    """It may use the catalogue itself: the call then finds what it did."""
    sandbox = open_catalogue([package(1)]).sandbox

    def rival(action: str, parameters: dict[str, Any]) -> None:
        if action == "package_show":
            result(sandbox.url, "package_patch", sandbox.tokens["colleague"], id=parameters["id"], title="Theirs")

    sandbox.watchers.append(rival)

    found = result(sandbox.url, "package_show", id=ONE)

    assert found["title"] == "Theirs"


def test_the_index_can_miss_packages(open_catalogue: OpenCatalogue) -> None:
    """A search does not find them, whoever knows them sees them."""
    ckan = open_catalogue([package(1), package(2)])
    ckan.sandbox.unindexed.add(ONE)

    found = ckan.call("package_search")["results"]

    assert [one["id"] for one in found] == [TWO]
    assert ckan.shown(ONE)["name"] == "trails-1"


# -- pages for people


def test_the_front_page_lists_all_packages(open_catalogue: OpenCatalogue) -> None:
    """Private ones and those of others too: it is a window into the sandbox, not a part of CKAN."""
    ckan = open_catalogue([package(1), package(2, private=True), package(3, owner_org=WATERS)])

    answer = ask("GET", f"{ckan.url}/")

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
    assert all(f'<a href="/dataset/trails-{n}">Trails {n}</a>' in answer.text for n in (1, 2, 3))


def test_a_record_has_a_page() -> None:
    """With its fields, the lists in it too, under the address that CKAN gives it."""
    with Sandbox() as sandbox:
        answer = ask("GET", f"{sandbox.url}/bcdc_dataset/trail-network")

    assert answer.status_code == 200
    assert all(text in answer.text for text in ("Trail network of Lowmark", "rita.marsh@parks.example", "± 12 m"))


@pytest.mark.parametrize("path", ["/dataset/nowhere", "/nowhere", "/sandbox/faults"])
def test_a_page_that_is_not_there(open_catalogue: OpenCatalogue, path: str) -> None:
    """A plain page says so."""
    answer = ask("GET", open_catalogue().url + path)

    assert answer.status_code in (404, 405)
    assert answer.text.startswith("<!DOCTYPE html>")


def test_texts_are_no_markup(open_catalogue: OpenCatalogue) -> None:
    """What somebody typed into a record is shown as it is."""
    ckan = open_catalogue([package(1, title="<script>alert(1)</script>", notes="a & <b>b</b>")])

    pages = [ask("GET", ckan.url + path).text for path in ("/", "/dataset/trails-1")]

    assert not any("<script>" in page or "<b>" in page for page in pages)
    assert all("&lt;script&gt;" in page for page in pages)
