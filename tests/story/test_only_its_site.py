"""A token goes to the site whose address was given, and to no other, whatever a workbook, ledger or site names."""

import pytest
from office_desk import NEW_TITLE, Desk, edit, two_packages
from scripted import page

from bulkedit.ckan.site import same_address
from bulkedit.commands.shared import checked_address
from bulkedit.core.meta import Identity
from bulkedit.core.trouble import RunError
from bulkedit.workflow.importing import refuse_other_site

SITE = "https://ckan.example/data"
COMMANDS = [("import", "--yes"), ("import", "--dry-run"), ("refresh",), ("check",)]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_workbook_of_another_site_is_sent_nowhere(desk: Desk, command: tuple[str, ...]) -> None:
    """Neither the site that was given nor the one that the workbook names is asked anything."""
    ckan, named, workbook = desk.exported_through(two_packages())
    edit(workbook, NEW_TITLE)
    given = desk.open_scripted({}, behind=ckan.url)

    said = desk(*command[:1], workbook, *command[1:])

    assert said.status == (0 if command == ("check",) else 3), said.err
    assert command == ("check",) or f"goes back only there; you gave {given.url}" in said.told
    assert (given.requests, named.requests, ckan.heard) == ([], [], [])


@pytest.mark.parametrize("more", ["--dry-run", "--yes"])
def test_a_run_of_another_site_is_not_undone(desk: Desk, more: str) -> None:
    """The site that the ledger names is not asked either."""
    ckan, _, workbook = desk.exported_through(two_packages())
    edit(workbook, NEW_TITLE)
    assert desk("import", workbook, "--yes").status == 0
    ckan.heard.clear()
    given = desk.open_scripted({}, behind=ckan.url)

    said = desk("undo", more)

    assert (said.status, given.requests, ckan.heard) == (3, [], [])
    assert "can be undone only there" in said.told


LOOK_ALIKES = [
    "http://ckan.example/data",
    "https://ckan.example:8443/data",
    "https://ckan.example./data",
    "https://www.ckan.example/data",
    "https://ckan.example.evil.example/data",
    "https://ckan.example@evil.example/data",
    "https://evil.example\\@ckan.example/data",
    "https://evil.example\\.ckan.example/data",
    "https://ckan.example\\@evil.example/data",
    "https://evil.example/https://ckan.example/data",
    "https://evil.example?https://ckan.example/data",
    "https://evil.example#@ckan.example/data",
    "https://ck\u0430n.example/data",
    "https://ckan\u3002example/data",
    "https://ckan.example",
    "https://ckan.example/other",
    "//ckan.example/data",
    "",
]


@pytest.mark.parametrize("other", LOOK_ALIKES)
def test_a_look_alike_is_another_site(other: str) -> None:
    """Whichever of the two the workbook names: scheme, host, port and path are all the same, or it is not."""
    for named, given in ((other, SITE), (SITE, other)):
        with pytest.raises(RunError):
            refuse_other_site(Identity(named, {}, ""), given)


@pytest.mark.parametrize("same", ["HTTPS://CKAN.example/data", "https://ckan.example/data/"])
def test_the_same_site_may_be_written_otherwise(same: str) -> None:
    """The case of letters in a host's name means nothing, nor does a slash at the end."""
    assert same_address(same, SITE)


@pytest.mark.parametrize(
    "address",
    [
        "https://ckan.example@evil.example",
        "https://@evil.example",
        "https://evil.example\\@ckan.example",
        "https://evil.example\\.ckan.example",
        "https://ckan.example\n.evil.example",
        "https://ckan.example .evil.example",
        "https://ckan.example\u202e",
        "https://ckan.example?x",
        "https://ckan.example#x",
        "file:///etc/passwd",
        "ckan.example",
    ],
)
def test_an_address_that_reads_in_two_ways_is_none(address: str) -> None:
    """What one library takes for the host, another may take for something else."""
    with pytest.raises(RunError):
        checked_address(address)


def test_blanks_around_an_address_do_not_count() -> None:
    """They come with copying."""
    assert checked_address(f" {SITE}\n") == SITE


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_takes_no_token_along(desk: Desk, status: int) -> None:
    """Of whatever call: the other host hears nothing at all."""
    evil = desk.serve({})
    ckan, server, workbook = desk.exported_through(two_packages())
    edit(workbook, NEW_TITLE)
    server.script |= dict.fromkeys(
        ("status_show", "package_search", "package_revise", "organization_list_for_user"),
        page(status, Location=f"{evil.url}/api/3/action/status_show"),
    )

    said = [desk("import", workbook, "--yes"), desk("refresh", workbook), desk("whoami"), desk("export", "parks")]

    assert [one.status for one in said] == [3, 3, 3, 3]
    assert (evil.requests, ckan.writes) == ([], [])
