"""How every action answers, whatever it does."""

from typing import Any

import pytest
from speaking import ANONYMOUS, NOT_FOUND, SAID, Packages, Site, call, get, post, some_id

JSON_TYPE = "application/json;charset=utf-8"


def test_an_answer_has_help_success_and_result(site: Site) -> None:
    """A call that goes well answers 200 with exactly these three keys; `help` is the address of its manual."""
    reply = call(site, "status_show")

    assert (reply.status, reply.type) == (200, JSON_TYPE)
    assert reply.body.keys() == {"help", "success", "result"}
    assert reply.body["help"] == f"{site.url}/api/3/action/help_show?name=status_show"


def test_an_error_has_help_success_and_error(site: Site) -> None:
    """A refused call has `error` in the place of `result`, with the error's type beside what is said."""
    reply = call(site, "package_show", {"id": some_id()})

    assert (reply.status, reply.type) == (404, JSON_TYPE)
    assert reply.body.keys() == {"help", "success", "error"}
    assert reply.body["help"] == f"{site.url}/api/3/action/help_show?name=package_show"
    assert reply.error.keys() == {"__type", "message"}
    assert reply.refused == NOT_FOUND


def assert_bare_text(reply: Any) -> None:
    """Assert that a reply is a bad request without an envelope: one JSON string."""
    assert (reply.status, reply.type) == (400, JSON_TYPE)
    assert isinstance(reply.body, str)
    assert reply.body.startswith("Bad request")


@pytest.mark.parametrize("ask", [call, get])
def test_an_unknown_action(site: Site, ask: Any) -> None:
    """An unknown action is a bad request, in a bare JSON string that names it."""
    reply = ask(site, "no_such_action")

    assert_bare_text(reply)
    assert "no_such_action" in reply.body


@pytest.mark.parametrize("body", ["{half", "[1]", '"text"', "null"])
def test_a_body_that_is_no_object(site: Site, body: str) -> None:
    """A body that is not one JSON object is a bad request."""
    reply = post(site, "status_show", data=body, headers={"Content-Type": "application/json"})

    assert_bare_text(reply)


def test_an_empty_body(site: Site) -> None:
    """No body at all stands for no parameters."""
    reply = post(site, "status_show")

    assert reply.result["ckan_version"]


@pytest.mark.parametrize("action", ["package_create", "package_revise", "package_patch", "resource_delete"])
def test_a_link_changes_nothing(site: Site, action: str) -> None:
    """An action that writes cannot be called by GET."""
    reply = get(site, action)

    assert_bare_text(reply)


def test_a_link_can_read(site: Site, packages: Packages) -> None:
    """An action that reads takes its parameters from the address, too."""
    made = packages.dataset()

    reply = get(site, "package_show", {"id": made["id"]})

    assert reply.result == made


def test_numbers_in_an_address(site: Site, packages: Packages) -> None:
    """Parameters of an address are texts that an action reads as what it needs."""
    made = packages.dataset(private=True)

    reply = get(site, "package_search", {"fq": f'id:"{made["id"]}"', "rows": "0", "include_private": "true"})

    assert (reply.result["count"], reply.result["results"]) == (1, [])


def test_a_form(site: Site, packages: Packages) -> None:
    """An action takes a form instead of JSON."""
    made = packages.dataset()

    reply = post(site, "package_show", data={"id": made["id"]})

    assert reply.result == made


def test_the_api_without_its_version(site: Site) -> None:
    """The address may leave out the version of the API."""
    reply = post(site, "../../action/status_show")

    assert reply.status == 200


@pytest.mark.parametrize("action", ["package_show", "package_delete", "resource_show", "resource_delete"])
def test_a_missing_id(site: Site, action: str) -> None:
    """An action that needs an id says so as it says it of any field."""
    reply = call(site, action)

    assert reply.invalid == {"name_or_id" if action == "package_show" else "id": [SAID]}


def test_what_a_site_says_of_itself(site: Site) -> None:
    """Everybody may ask for the site's version, extensions and language."""
    status = call(site, "status_show", token=ANONYMOUS).result

    assert status.keys() == set(
        "site_title site_description site_url error_emails_to locale_default extensions ckan_version".split()
    )
    assert status["ckan_version"].startswith(site.version)
    assert status["site_url"] == site.url
    assert status["locale_default"] == (None if site.old else "en")
    assert "scheming_datasets" in status["extensions"]


def test_the_manual_of_an_action(site: Site) -> None:
    """An action has a manual, which tells whether a site has the action."""
    known = call(site, "help_show", {"name": "package_revise"})
    unknown = call(site, "help_show", {"name": "no_such_action"})

    assert known.result.strip()
    assert unknown.refused == NOT_FOUND


def test_site_read(site: Site) -> None:
    """The action that only says yes is gone from CKAN 2.12; where it is, and in the sandbox, it says yes."""
    reply = call(site, "site_read")

    if site.old or site.embedded:
        assert reply.result is True
    else:
        assert_bare_text(reply)
