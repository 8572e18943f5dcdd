"""A token comes from a file or the environment, and appears nowhere."""

import pytest
from live_catalogue import package
from office_desk import NEW_TITLE, Desk, edit, holding, two_packages
from scripted import TOKEN, Answer, Request, error, in_turn, page


@pytest.mark.parametrize("content", [f"{TOKEN}\n", f"  {TOKEN}\r\n", f"\ufeff{TOKEN}"], ids=["lf", "crlf", "bom"])
def test_a_token_from_a_file(desk: Desk, content: str) -> None:
    """A file that an editor wrote holds the token, whatever stands around it."""
    desk.open([])
    desk.monkeypatch.delenv("CKAN_API_KEY")
    desk.token_file("token.txt", content)

    said = desk("whoami", "--api-key-file", "token.txt", "--json")

    assert said.status == 0
    assert said.json()["user"] == "editor"


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\xff\xfe\x00", "tokén".encode(), b"two words", b"two\nlines", b"nul\0"]
)
def test_a_file_without_a_token(desk: Desk, content: bytes) -> None:
    """A file that holds no token is told as such, and its content is not repeated."""
    ckan = desk.open(two_packages())
    desk.token_file("token.txt").write_bytes(content)

    said = desk("whoami", "--api-key-file", "token.txt")

    assert said.status == 3
    assert "token" in said.told
    assert not any(word in said.told for word in ("tokén", "two words", "nul\0"))
    assert ckan.heard == []


def test_a_token_file_that_is_missing(desk: Desk) -> None:
    """The sentence names the file."""
    desk.open(two_packages())

    said = desk("whoami", "--api-key-file", "nowhere.txt")

    assert said.status == 3
    assert "nowhere.txt" in said.told


def test_the_token_appears_nowhere(desk: Desk) -> None:
    """No output and no file holds the token, whatever the site says, not even inside of workbooks."""
    _, server, workbook = desk.exported_through(two_packages())

    def echo(request: Request) -> Answer:
        token = request.headers["Authorization"]
        return error(409, "Validation Error", title=[f"Bad: {token}"], other=[{}, {"x": [token]}])

    said = [desk("export", "parks", "-o", "again.xlsx", "--json"), desk("whoami")]
    edit(workbook, NEW_TITLE)
    server.script["package_revise"] = in_turn(
        echo,
        lambda request: error(403, "Authorization Error", message=f"{request.headers['Authorization']}: no"),
        lambda request: page(502, request.headers["Authorization"]),
        server.passed_on,
    )
    said += [desk("import", workbook, "--yes", *more) for more in ((), ("--json",), ())]
    said += [desk("import", workbook, "--dry-run"), desk("import", workbook, "--yes")]
    server.script["status_show"] = lambda request: page(404, request.headers["Authorization"])
    said += [desk("whoami"), desk("export", "parks")]

    assert [one.status for one in said] == [0, 0, 1, 1, 0, 0, 0, 3, 3]
    assert len(server.writes) == 4
    assert not any(TOKEN in one.out or TOKEN in one.err for one in said)
    assert holding(desk.folder, TOKEN) == []


@pytest.mark.token_planted
def test_the_search_for_the_token_would_find_it(desk: Desk) -> None:
    """The search of the test above looks into the parts of workbooks."""
    packages = [package(1, notes=f"Do not write {TOKEN} down")]

    _, workbook = desk.exported(packages)

    assert TOKEN.encode() not in workbook.read_bytes()
    assert holding(desk.folder, TOKEN) == [str(workbook)]
