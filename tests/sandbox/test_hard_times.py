"""Whatever is sent, whatever becomes of the file: a call has an answer in CKAN's way, and the next goes well."""

import json
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
from live_catalogue import OpenCatalogue, package, package_id
from plain_http import ask, post, result
from scripted import TOKEN

from bulkedit.core.trouble import RunError
from bulkedit.sandbox import Sandbox

ONE = package_id(1)
EDITOR = "sandbox-editor"


def assert_stumbled(answer: requests.Response) -> None:
    """Assert that an answer is CKAN's own internal error."""
    assert (answer.status_code, answer.headers["Content-Type"]) == (500, "application/json;charset=utf-8")
    assert answer.json()["error"]["__type"] == "Internal Server Error"


def send(url: str, action: str, body: bytes, content_type: str = "application/json") -> requests.Response:
    """Post bytes as the editor."""
    headers = {"Authorization": TOKEN, "Content-Type": content_type}
    return ask("POST", f"{url}/api/3/action/{action}", data=body, headers=headers)


NOT_A_NUMBER = [
    {"resources": [{"url": "x", "unknown": float("nan")}]},
    {"resources": [{"url": "x", "unknown": [float("inf")]}]},
    {"type": "bcdc_dataset", "access_rules": {"a": float("nan")}},
    {"type": "bcdc_dataset", "access_rules": '{"a": [-Infinity]}'},
    {"type": "bcdc_dataset", "contacts": [{"name": float("nan"), "email": "a@example.org", "role": "custodian"}]},
]
WITH_SCHEMA = {
    "title": "Fords",
    "notes": "n",
    "license_id": "notspecified",
    "publish_state": "DRAFT",
    "resource_status": "planned",
    "security_class": "LOW-PUBLIC",
    "view_audience": "Public",
}


def test_what_is_no_number_is_never_kept() -> None:
    """CKAN keeps it and cannot show it, nor anything else after it; here it is refused with the same words."""
    with Sandbox(packages=False) as sandbox:
        for fields in NOT_A_NUMBER:
            sent = WITH_SCHEMA | {"name": "fords", "owner_org": "parks"} | fields
            body = json.dumps(sent).encode()
            headers = {"Authorization": EDITOR, "Content-Type": "application/json"}
            answer = ask("POST", f"{sandbox.url}/api/3/action/package_create", data=body, headers=headers)
            assert_stumbled(answer)

        found = result(sandbox.url, "package_search", EDITOR, include_private=True, include_drafts=True)
        page = ask("GET", sandbox.url)

    assert (found["count"], page.status_code) == (0, 200)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "application/json"),
        (b'{"id":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}", "application/x-www-form-urlencoded"),
        (b'{"q": "' + b"(" * 3000 + b"a" + b")" * 3000 + b'"}', "application/json"),
    ],
    ids=["lists", "objects in a form", "a query"],
)
def test_what_is_too_deep(
    open_catalogue: OpenCatalogue, capfd: pytest.CaptureFixture[str], body: bytes, content_type: str
) -> None:
    """An internal error, without a word on the terminal."""
    ckan = open_catalogue([package(1)])

    answer = send(ckan.url, "package_search", body, content_type)

    assert_stumbled(answer)
    assert result(ckan.url, "package_show", id=ONE)["id"] == ONE
    assert "".join(capfd.readouterr()) == ""


def test_a_watcher_that_fails(open_catalogue: OpenCatalogue, capfd: pytest.CaptureFixture[str]) -> None:
    """The call fails as well, in CKAN's way, and is not carried out."""
    ckan = open_catalogue([package(1)])

    def fail(action: str, parameters: dict[str, Any]) -> None:
        raise ZeroDivisionError

    ckan.sandbox.watchers.append(fail)
    answer = post(ckan.url, "package_patch", {"id": ONE, "title": "New"}, TOKEN)
    ckan.sandbox.watchers.remove(fail)

    assert_stumbled(answer)
    assert ckan.shown(ONE)["title"] == "Trails 1"
    assert "".join(capfd.readouterr()) == ""


def test_stopping_among_calls(capfd: pytest.CaptureFixture[str]) -> None:
    """Calls that come while the sandbox ends have an answer or none; nothing is said on the terminal."""
    sandbox = Sandbox(packages=False).start()
    began = threading.Barrier(5)

    def ask_on() -> set[int]:
        statuses = set()
        began.wait(10)
        try:
            while True:
                statuses.add(post(sandbox.url, "organization_list", {}).status_code)
        except requests.RequestException:
            return statuses

    with ThreadPoolExecutor(4) as askers:
        asking = [askers.submit(ask_on) for _ in range(4)]
        began.wait(10)
        sandbox.stop()
        statuses = set().union(*(one.result() for one in asking))

    assert statuses <= {200, 500}
    assert "".join(capfd.readouterr()) == ""


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait for a file in use."""
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0.05))


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("blocked", ["BEGIN IMMEDIATE", "BEGIN"], ids=["beginning", "committing"])
def test_a_file_that_cannot_be_written_for_a_while(
    tmp_path: Path, blocked: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Calls fail meanwhile and leave nothing behind; afterwards they go well again."""
    path = tmp_path / "catalogue.db"

    def make(url: str, name: str) -> requests.Response:
        return post(url, "package_create", {"name": name, "owner_org": "parks"}, EDITOR)

    with Sandbox(path, packages=False) as sandbox, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute(blocked)
        other.execute("SELECT count(*) FROM packages").fetchone()
        failed = [make(sandbox.url, "fords") for _ in range(2)]
        other.execute("ROLLBACK")
        done = make(sandbox.url, "weirs")
        found = result(sandbox.url, "package_search", EDITOR)

    for answer in failed:
        assert_stumbled(answer)
    assert (done.status_code, [one["name"] for one in found["results"]]) == (200, ["weirs"])
    assert "".join(capfd.readouterr()) == ""


@pytest.mark.usefixtures("impatient")
def test_a_file_that_another_program_writes(tmp_path: Path) -> None:
    """One sentence says that it cannot be used."""
    path = tmp_path / "catalogue.db"
    Sandbox(path, packages=False).close()

    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(RunError, match=r"catalogue\.db cannot be used as a catalogue \(database is locked\);"):
            Sandbox(path, packages=False)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("metadata_modified:[NOW-1DAY TO *]", "does not reckon with times"),
        ("title:path~2", "does not understand"),
    ],
)
def test_a_search_that_the_sandbox_cannot_do(open_catalogue: OpenCatalogue, query: str, said: str) -> None:
    """It says so, instead of finding nothing."""
    answer = post(open_catalogue().url, "package_search", {"fq": query})

    assert (answer.status_code, answer.json()["error"]["__type"]) == (409, "Search Error")
    assert said in answer.json()["error"]["message"]


def test_what_a_call_said_stays_as_it_was(open_catalogue: OpenCatalogue) -> None:
    """A revision that changes what it has just put in changes the record, not the call that is remembered."""
    ckan = open_catalogue([package(1)])
    said = {
        "match": {"id": ONE},
        "update": {"extras": [{"key": "a", "value": "1"}]},
        "update__extras__0__value": "2",
    }

    shown = result(ckan.url, "package_revise", TOKEN, **said)["package"]

    assert shown["extras"] == [{"key": "a", "value": "2"}]
    assert ckan.sandbox.asked("package_revise") == [said]
