"""Fetch a resource's uploaded file as it is now, whole or not at all."""

import hashlib
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO
from urllib.parse import urljoin, urlsplit

import requests

from bulkedit.ckan.client import TIMEOUT, Client
from bulkedit.ckan.errors import CallError
from bulkedit.core.json_value import JSON, text_of

_ATTEMPTS = 3
_HOPS = 5
_CHUNK = 1 << 20
_MOVED = (301, 302, 303, 307, 308)


class DownloadError(CallError):
    """A file could not be fetched; ``str()`` is the rest of a sentence about it."""


def address_of(site: str, resource: Mapping[str, JSON]) -> str:
    """Return where a resource's file is to be had, on the address by which we know the site.

    What CKAN says is made of its own idea of its address (``ckan.site_url``), which others may not reach:
    ``<address>/<type>/<package>/resource/<id>/download/<name>``.
    """
    path = urlsplit(text_of(resource.get("url"))).path
    parts = path.split("/")
    own = ["resource", text_of(resource.get("id")), "download"]
    for at in range(2, len(parts) - 3):
        if parts[at : at + 3] == own:
            return f"{site}/{'/'.join(parts[at - 2 :])}"
    base = urlsplit(site)
    return f"{base.scheme}://{base.netloc}/{path.lstrip('/')}"  # or else ``@other.example`` would be another host


def download(client: Client, resource: Mapping[str, JSON], place: Path) -> tuple[int, str]:
    """Fetch a resource's file, and return its length and its SHA-256.

    Args:
        client: the connection whose user may read it.
        resource: the resource.
        place: where it is put, once it is whole.

    Raises:
        CallError: it could not be fetched.
        OSError: it could not be written.
    """
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            return _once(client, address_of(client.url, resource), place)
        except (requests.exceptions.RequestException, UnicodeDecodeError):  # that of a redirect to no text
            if attempt == _ATTEMPTS:
                raise DownloadError("the connection was cut, or the site did not answer in time") from None
    raise AssertionError  # the loop returns or raises


def _once(client: Client, url: str, place: Path) -> tuple[int, str]:
    with client.pace.turn(), client.session_beside() as session:
        answer = _followed(session, client, url)
        with answer, NamedTemporaryFile(dir=place.parent, delete=False) as temporary:
            try:
                found = _written(answer, temporary)
                os.fsync(temporary.fileno())
                temporary.close()
                Path(temporary.name).replace(place)
            except BaseException:
                temporary.close()
                with suppress(OSError):
                    Path(temporary.name).unlink()
                raise
            return found


def _followed(session: requests.Session, client: Client, url: str) -> requests.Response:
    """Return the answer that holds the file; the token goes to the site's own host only.

    Raises:
        DownloadError: there is none.
    """
    for _ in range(_HOPS):
        own = urlsplit(url)[:2] == urlsplit(client.url)[:2]
        headers = {"Accept-Encoding": "identity"}
        answer = session.get(
            url,
            headers=headers | (client.credentials if own else {}),
            timeout=TIMEOUT,
            stream=True,
            allow_redirects=False,
        )
        if answer.status_code == requests.codes.ok:
            return answer
        answer.close()
        if answer.status_code not in _MOVED or "Location" not in answer.headers:
            raise DownloadError(f"the site answers with status {answer.status_code}")
        url = _joined(url, answer.headers["Location"])
        if own and "/login" in urlsplit(url).path:  # CKAN sends there who may not read the file
            raise DownloadError("the site wants a login for it")
    raise DownloadError("the site redirects too often")


def _joined(url: str, there: str) -> str:
    try:
        return urljoin(url, there)
    except ValueError:  # half an IPv6 address
        raise DownloadError("the site redirects to what is no address") from None


def _written(answer: requests.Response, file: IO[bytes]) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    for piece in answer.iter_content(_CHUNK):
        file.write(piece)
        digest.update(piece)
        size += len(piece)
    told = answer.headers.get("Content-Length", "")
    if told.isdecimal() and int(told) != size:  # requests takes half a body for a whole one
        raise requests.exceptions.ConnectionError
    return size, digest.hexdigest()
