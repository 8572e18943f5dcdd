"""Fetching a resource's file: whole or not at all, and the token stays at the site."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from quick_time import QuickTime

from bulkedit.ckan.client import Client
from bulkedit.ckan.download import DownloadError, address_of, download
from bulkedit.ckan.pace import Pace

TOKEN = "for-these-tests-only"
CONTENT = b"hour,metres\r\n\x00\xff" * 1000
PATH = "/dataset/p1/resource/r1/download/tides.csv"


class Files:
    """A server of files: what it answers by path, and which tokens it was shown.

    Attributes:
        answers: status, headers, body, by path.
        shown: path and token of each request.
    """

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        self.shown: list[tuple[str, str | None]] = []
        files = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                files.shown.append((self.path, self.headers.get("Authorization")))
                status, headers, body = files.answers.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in ({"Content-Length": str(len(body))} | headers).items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *said: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, args=(0.005,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._http.server_port}"

    def close(self) -> None:
        """End."""
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def site() -> Iterator[Files]:
    """Serve the site's files."""
    files = Files()
    yield files
    files.close()


@pytest.fixture
def elsewhere() -> Iterator[Files]:
    """Serve the files of another host, as cloud stores do."""
    files = Files()
    yield files
    files.close()


def fetched(site: Files, place: Path, path: str = PATH) -> tuple[int, str]:
    """Fetch a resource's file from a site that thinks its address is another."""
    client = Client(site.url, TOKEN, pace=Pace(clock=QuickTime()))
    return download(client, {"id": "r1", "url": f"http://ckan.internal:5000{path}"}, place)


def test_a_file_comes_whole_with_its_digest(site: Files, tmp_path: Path) -> None:
    """From the address by which we know the site, with the token, whatever the site calls itself."""
    site.answers[PATH] = (200, {}, CONTENT)

    found = fetched(site, tmp_path / "saved")

    assert found == (len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
    assert (tmp_path / "saved").read_bytes() == CONTENT
    assert site.shown == [(PATH, TOKEN)]


def test_the_token_goes_to_no_other_host(site: Files, elsewhere: Files, tmp_path: Path) -> None:
    """A site may keep its files in a cloud: its redirect is followed without the token."""
    site.answers[PATH] = (302, {"Location": f"{elsewhere.url}/blob?signature=1"}, b"")
    elsewhere.answers["/blob?signature=1"] = (200, {}, CONTENT)

    fetched(site, tmp_path / "saved")

    assert elsewhere.shown == [("/blob?signature=1", None)]
    assert (tmp_path / "saved").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((404, {}, b""), "status 404"),
        ((302, {"Location": "/user/login?came_from=x"}, b""), "wants a login"),
        ((302, {"Location": PATH}, b""), "redirects too often"),
        ((200, {"Content-Length": "99"}, b"half"), "the connection was cut"),
    ],
)
def test_what_is_not_the_whole_file_is_none(
    site: Files, tmp_path: Path, answer: tuple[int, dict[str, str], bytes], told: str
) -> None:
    """Errors, login pages, half a body: nothing is left behind."""
    site.answers[PATH] = answer

    with pytest.raises(DownloadError, match=told):
        fetched(site, tmp_path / "saved")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("site", "url", "found"),
    [
        ("https://a.example", f"http://b:5000{PATH}", f"https://a.example{PATH}"),
        ("https://a.example/data", f"http://b:5000{PATH}", f"https://a.example/data{PATH}"),
        ("https://a.example/data", f"http://b/data{PATH}", f"https://a.example/data{PATH}"),
        ("https://a.example", f"http://b/fr{PATH}", f"https://a.example{PATH}"),
        ("https://a.example/data", "http://b/files/tides.csv", "https://a.example/files/tides.csv"),
    ],
)
def test_where_a_file_is(site: str, url: str, found: str) -> None:
    """Below the address that we were given, roots and languages of others left out."""
    assert address_of(site, {"id": "r1", "url": url}) == found


@pytest.mark.parametrize(
    "url",
    [
        "http:@other.example/x",
        "@other.example/x",
        ".other.example/x",
        ":80@other.example/x",
        "//other.example//evil.example/x",
        "\\\\other.example\\x",
        "../../x",
        "file:///etc/passwd",
        "http://other.example/dataset/p1/resource/r1/download/../../../../x",
    ],
)
def test_no_address_of_a_resource_leads_to_another_host(url: str) -> None:
    """Whatever a site says of a file, it is fetched from the site by whose address we know it."""
    found = address_of("https://ckan.example", {"id": "r1", "url": url})

    assert found.startswith("https://ckan.example/")


def test_a_redirect_to_a_host_that_looks_like_the_site_takes_no_token_along(
    site: Files, elsewhere: Files, tmp_path: Path
) -> None:
    """Neither as a header, nor where the site's name stands before an @."""
    own, other = site.url.removeprefix("http://"), elsewhere.url.removeprefix("http://")
    site.answers[PATH] = (302, {"Location": f"http://{own}@{other}/file"}, b"")
    elsewhere.answers["/file"] = (200, {}, CONTENT)

    fetched(site, tmp_path / "kept")

    assert elsewhere.shown == [("/file", None)]
