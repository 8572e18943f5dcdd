"""Whether a site takes ``package_revise``: asked without changing anything."""

import pytest
from live_catalogue import OpenCatalogue
from quick_time import QuickTime
from scripted import DENIED, NOT_FOUND, TOKEN, Answer, Serve, Server, Trouble, ok, page, string
from scripted import error as ckan_error

from bulkedit.ckan.client import Client
from bulkedit.ckan.pace import Pace
from bulkedit.ckan.revising import has_revise, takes_revise

UNKNOWN_ACTION = string("Bad request - Action name not known: package_revise")


def client(server: Server) -> Client:
    """Return a client that gives up soon and never really waits."""
    return Client(server.url, TOKEN, timeout=(2.0, 0.3), pace=Pace(clock=QuickTime()))


def test_a_catalogue_answers_for_itself(open_catalogue: OpenCatalogue) -> None:
    """One that has the action says so and can be called; one without it is known by both questions."""
    with_it, without = (open_catalogue(without=names) for names in ((), ("package_revise",)))

    found = [
        (has_revise(Client(ckan.url, TOKEN), "2.12.0"), takes_revise(Client(ckan.url, TOKEN)))
        for ckan in (with_it, without)
    ]

    assert found == [(True, True), (False, False)]


def test_the_version_in_which_it_fails_is_known(open_catalogue: OpenCatalogue) -> None:
    """In CKAN 2.9.0 the action is there and fails for editors; from 2.9.1 it works."""
    asking = Client(open_catalogue().url, TOKEN)

    found = [has_revise(asking, version) for version in ("2.9.0", "2.9.1", "2.9.11", "")]

    assert found == [False, True, True, True]


MISSING = ckan_error(409, "Validation Error", match__id="Missing value")
ANSWERS = {"status_show": ok({})}


@pytest.mark.parametrize("answer", [MISSING, page(502), page(500), Trouble.CLOSED, ok({})])
def test_an_action_is_there_unless_it_is_refused(serve: Serve, answer: Answer) -> None:
    """CKAN's own error says that it is; an answer that does not come says nothing."""
    asking = client(serve({**ANSWERS, "package_revise": answer}))

    assert takes_revise(asking) is True
    assert asking.writes == 0


@pytest.mark.parametrize(
    "answer", [page(403), page(404), page(405), page(200), page(401), NOT_FOUND, UNKNOWN_ACTION, DENIED]
)
def test_an_action_that_is_refused_whatever_is_asked_is_not_there(serve: Serve, answer: Answer) -> None:
    """Provided that the site answers other questions: where all are refused, nothing is known of one action."""
    behind_firewall, away = (client(serve({"package_revise": answer, **more})) for more in (ANSWERS, {}))

    assert (takes_revise(behind_firewall), takes_revise(away)) == (False, True)
