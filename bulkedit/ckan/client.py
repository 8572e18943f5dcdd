"""One connection to a CKAN site: ckanapi with time-outs, a user agent, and errors that say what they mean."""

import html
import json
import os
import re
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from threading import Lock, local
from typing import Any, BinaryIO, NoReturn
from urllib.parse import urlsplit

import ckanapi
import ckanapi.errors
import requests
import urllib3.exceptions
from requests_toolbelt.multipart.encoder import MultipartEncoder, MultipartEncoderMonitor

from bulkedit import __version__
from bulkedit.ckan.errors import (
    BlockedError,
    BusyError,
    CallError,
    DeniedError,
    FailedError,
    FileChangedError,
    InterruptedCallError,
    InvalidError,
    NoAnswerError,
    NoSuchActionError,
    NotCKANError,
    NotFoundError,
    SiteDownError,
    UnreachableError,
)
from bulkedit.ckan.pace import LONGEST_WAIT, Pace, wait_before
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON
from bulkedit.core.text import excerpt, on_one_line
from bulkedit.opening import open_file, stamp_of

TIMEOUT = (10.0, 180.0)
"""Seconds to connect, and to wait for an answer: CKAN saves large packages slowly, and locks have no limit."""

ATTEMPTS = 12
"""How often a call that can have stored nothing is tried, where the site answers others."""

FIRST_ATTEMPTS = 4
"""How often, as long as the site has never answered."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LARGE = 5_000_000  # bytes; smaller files are gone before anybody could watch
Progress = Callable[[str, int, int], None]


class _Session(requests.Session):
    """A session that leaves redirects alone: requests looks where one leads even if it is not to follow it."""

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return nothing: a ``Location`` that is no address must not end a run."""
        del resp
        return None


class _Remote(ckanapi.RemoteCKAN):  # type: ignore[misc]  # ckanapi has no types
    """ckanapi's client, which also remembers how the site answered."""

    status = 0
    body = ""
    form: MultipartEncoderMonitor | None = None
    headers: "requests.structures.CaseInsensitiveDict[str]" = requests.structures.CaseInsensitiveDict()

    def _request_fn(
        self, url: str, data: Any, headers: Any, files: Any, requests_kwargs: dict[str, Any]
    ) -> tuple[int, str]:
        self.status, self.body = 0, ""
        if self.form is not None:  # ckanapi itself reads files whole into memory
            data, headers = self.form, {**headers, "Content-Type": self.form.content_type}
        answer = self.session.post(
            url, data=data, headers=headers, files=files, allow_redirects=False, **requests_kwargs
        )
        self.status, self.body, self.headers = answer.status_code, answer.text, answer.headers
        return answer.status_code, answer.text


class Client:
    """Calls actions of one site with one token, and counts them.

    For several threads at once: each has a connection of its own, all keep one pace.

    Args:
        url: address of the site.
        token: the user's API token.
        timeout: seconds to connect, and to wait for an answer.
        pace: how fast calls may go.

    Attributes:
        reads: how many calls only read.
        writes: how many calls may have changed something.
        progress: told of large files on their way: what, how many of how many.
    """

    def __init__(
        self, url: str, token: str, *, timeout: tuple[float, float] = TIMEOUT, pace: Pace | None = None
    ) -> None:
        self.url = url.rstrip("/")
        self.pace = pace or Pace()
        self._token = token
        self._timeout = timeout
        self._own = local()
        self._opened: list[_Remote] = []
        self._counting = Lock()
        self.reads = 0
        self.writes = 0
        self.progress: Progress | None = None

    @property
    def _remote(self) -> _Remote:
        """This thread's connection."""
        found: _Remote | None = getattr(self._own, "remote", None)
        if found is None:
            session = _Session()
            session.trust_env = urlsplit(self.url).hostname not in _LOOPBACK  # no proxy can reach it
            session.auth = _unchanged  # without it, requests puts a .netrc password over the token
            agent = f"bulkedit/{__version__}"
            found = _Remote(self.url, apikey=self._token or None, user_agent=agent, session=session)
            self._own.remote = found
            with self._counting:
                self._opened.append(found)
        return found

    def read(self, action: str, **parameters: JSON) -> JSON:
        """Call an action that changes nothing, again where the site is busy or the answer was lost.

        Raises:
            CallError: see `bulkedit.ckan.errors`.
        """
        return self._tried(
            lambda: self._read_once(action, parameters), (NoAnswerError, BusyError, UnreachableError)
        )

    def _read_once(self, action: str, parameters: dict[str, JSON]) -> JSON:
        with self._counting:
            self.reads += 1
        return self._call(action, parameters)

    def write(self, action: str, parameters: dict[str, JSON], files: Mapping[str, File] | None = None) -> JSON:
        """Call an action that changes something; again only where nothing can have been stored.

        Args:
            action: its name.
            parameters: what it is told.
            files: files that go with it, by parameter; they are read while they are sent.

        Raises:
            CallError: see `bulkedit.ckan.errors`.
            FileChangedError: a file is not what it was; nothing was sent.
        """
        return self._tried(
            lambda: self._write_once(action, parameters, files or {}), (BusyError, UnreachableError)
        )

    def _write_once(self, action: str, parameters: dict[str, JSON], files: Mapping[str, File]) -> JSON:
        with ExitStack() as opened:
            if files:
                streams = {key: (file.name, opened.enter_context(_opened(file))) for key, file in files.items()}
                encoder = MultipartEncoder({**_as_form(action, parameters), **streams})
                self._remote.form = MultipartEncoderMonitor(encoder, self._sent)
                parameters = {}
            with self._counting:
                self.writes += 1
            try:
                return self._call(action, parameters, write=True)
            except (UnreachableError, SiteDownError, InterruptedCallError):
                with self._counting:
                    self.writes -= 1
                raise
            except BusyError as error:
                if error.too_many:
                    raise
                raise NoAnswerError(str(error)) from None  # who says so may have passed the call on before
            finally:
                self._remote.form = None

    def _tried(self, call: Callable[[], JSON], again: tuple[type[CallError], ...]) -> JSON:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return call()
            except again as error:
                if not self._may_try_again(error, attempt):
                    raise
                if not isinstance(error, BusyError) or error.retry_after is None:  # that holds up all calls
                    self.pace.pause(wait_before(attempt))
        raise AssertionError  # the loop returns or raises

    def _may_try_again(self, error: CallError, attempt: int) -> bool:
        if not self.pace.known:  # maybe the address is wrong
            return attempt < FIRST_ATTEMPTS and not isinstance(error, UnreachableError)
        if isinstance(error, BusyError) and (error.retry_after or 0) > LONGEST_WAIT:
            return False
        return attempt < ATTEMPTS

    def _sent(self, monitor: MultipartEncoderMonitor) -> None:
        if self.progress is not None and monitor.len > _LARGE:
            self.progress("MB sent", monitor.bytes_read >> 20, monitor.len >> 20)

    def close(self) -> None:
        """Close all connections."""
        with self._counting:
            for remote in self._opened:
                remote.close()

    def _call(self, action: str, parameters: dict[str, JSON], *, write: bool = False) -> JSON:
        """Call an action once, when the pace allows it, and tell the pace how it went."""
        with self.pace.turn():
            began = self.pace.clock.now()
            try:
                answer = self._asked(action, parameters)
            except BusyError as error:
                self.pace.strained(error.retry_after, too_many=error.too_many)
                raise
            except NoAnswerError:
                self.pace.strained()
                raise
            except UnreachableError:
                self.pace.unreachable()
                raise
            except CallError:
                self.pace.answered(self.pace.clock.now() - began)
                raise
            self.pace.answered(self.pace.clock.now() - began, write=write)
            return answer

    def _asked(self, action: str, parameters: dict[str, JSON]) -> JSON:
        try:
            answer: JSON = self._remote.call_action(action, parameters, requests_kwargs={"timeout": self._timeout})
        except requests.exceptions.RequestException as error:
            self._no_connection(error)
        except UnicodeDecodeError:  # requests reads the address of every redirect, which may be no text
            self._redirected("another address")
        except urllib3.exceptions.LocationValueError:  # a host name that requests lets pass, like a..b
            self._unreachable()
        except ckanapi.errors.ValidationError as error:
            raise InvalidError("The site refused the data.", self._errors(error)) from None
        except ckanapi.errors.NotFound:
            raise NotFoundError(self._said(action, "knows no such record")) from None
        except ckanapi.errors.NotAuthorized:
            raise DeniedError(self._said(action, "does not allow this")) from None
        except ckanapi.errors.SearchQueryError:
            raise NoSuchActionError(self._said(action, "does not understand the search; check --query")) from None
        except ckanapi.errors.SearchError:
            raise NoSuchActionError(self._said(action, "could not search; try again in a while")) from None
        except (ckanapi.errors.CKANAPIError, ckanapi.errors.ServerIncompatibleError, KeyError, RecursionError):
            self._odd_answer(action)
        return answer

    def _no_connection(self, error: requests.exceptions.RequestException) -> NoReturn:
        if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in repr(error):
            raise UnreachableError(
                f"{self.url} shows a certificate that this computer does not trust; name your organization's own"
                " certificates in REQUESTS_CA_BUNDLE, or ask those who run the site."
            ) from None
        unsent = (
            requests.exceptions.ConnectTimeout,
            requests.exceptions.SSLError,
            requests.exceptions.ProxyError,
            requests.exceptions.InvalidURL,
            requests.exceptions.InvalidSchema,
            requests.exceptions.MissingSchema,
            requests.exceptions.InvalidHeader,
        )
        if isinstance(error, unsent) or "NewConnectionError" in repr(error) or "NameResolution" in repr(error):
            self._unreachable()
        raise NoAnswerError(f"{self.url} did not answer in time, or the connection was cut.") from None

    def _unreachable(self) -> NoReturn:
        raise UnreachableError(
            f"{self.url} cannot be reached; check the address and the network connection."
        ) from None

    def _redirected(self, there: str) -> NoReturn:
        raise NotCKANError(f"{self.url} redirects to {there}; use that site's own address.") from None

    def _odd_answer(self, action: str) -> NoReturn:
        """Raise what an answer without one of CKAN's own errors means."""
        status = self._remote.status
        if status == 429 or (status == 503 and "Retry-After" in self._remote.headers):
            said = self._said(action, "is busy; try again in a while")
            raise BusyError(said, self._retry_after(), too_many=status == 429) from None
        if 300 <= status < 400:
            self._redirected(on_one_line(self._clean(self._remote.headers.get("Location", "another address"))))
        kind, what = self._meaning(status)
        raise kind(self._said(action, what)) from None

    def _meaning(self, status: int) -> tuple[type[CallError], str]:
        match status:
            case 401 | 407:
                return NotCKANError, "wants a login before CKAN; ask those who run it how programs get past it"
            case 403:  # a firewall before CKAN, which dislikes this one request
                return BlockedError, "does not allow this"
            case 413:
                return FailedError, "takes no request as large as this; ask those who run it to allow larger ones"
            case 502 | 503 | 504:  # Varnish says 503 for a time-out after sending
                return NoAnswerError, "did not answer through its proxy"
            case 400 if not self._is_html():
                return NoSuchActionError, "cannot do this"
            case 200 if not self._is_html():
                return NoAnswerError, "sent half an answer"
            case _ if status >= 500:
                return (
                    (NoAnswerError, "failed with a web page")
                    if self._is_html()
                    else (FailedError, "failed; tell those who run it")
                )
            case _:
                return NotCKANError, "does not answer like a CKAN site; check the address"

    def _is_html(self) -> bool:
        return self._remote.body.lstrip()[:1] == "<"

    def _retry_after(self) -> float | None:
        text = self._remote.headers.get("Retry-After", "")
        return float(text) if text.isdecimal() else None

    def _said(self, action: str, what: str) -> str:
        words = _words(self._clean(self._remote.body))
        said = f": {excerpt(self._clean(words), 160)}" if words else ""
        return f"{self.url} {what} ({action}, status {self._remote.status}){said}."

    def _clean(self, text: str) -> str:
        """Return a text of the site without this client's token, should the site repeat it."""
        return text.replace(self._token, "…") if self._token else text

    def _errors(self, error: Any) -> dict[str, JSON]:
        found = getattr(error, "error_dict", None)
        return {k: self._cleaned(v) for k, v in found.items() if k != "__type"} if isinstance(found, dict) else {}

    def _cleaned(self, value: JSON) -> JSON:
        match value:
            case str():
                return self._clean(value)
            case list():
                return [self._cleaned(entry) for entry in value]
            case dict():
                return {key: self._cleaned(entry) for key, entry in value.items()}
            case _:
                return value

    def session_beside(self) -> requests.Session:
        """Return a session for files, which are no calls: it tells nobody who asks unless it is told to."""
        session = _Session()
        session.trust_env = urlsplit(self.url).hostname not in _LOOPBACK  # no proxy can reach it
        session.auth = _unchanged  # not a .netrc password either
        session.headers["User-Agent"] = f"bulkedit/{__version__}"
        return session

    @property
    def credentials(self) -> dict[str, str]:
        """Headers that say who asks, as for calls; for this site's own host only."""
        return {"Authorization": self._token, "X-CKAN-API-Key": self._token} if self._token else {}


def _opened(file: File) -> BinaryIO:
    """Open a file that is to be sent.

    Raises:
        FileChangedError: it is gone, or another than was examined, or not as long as it was.
    """
    try:
        stream = open_file(file.path)
    except OSError:
        raise FileChangedError(f"{file.name} cannot be read any more; nothing of its package was sent.") from None
    size = os.fstat(stream.fileno()).st_size
    if size != file.size or (file.stamp and file.stamp != stamp_of(stream)):
        stream.close()
        raise FileChangedError(f"{file.name} has changed meanwhile; nothing of its package was sent.")
    return stream


def _as_form(action: str, parameters: Mapping[str, JSON]) -> dict[str, str]:
    """Return parameters as a form's texts: CKAN reads JSON in those of ``package_revise``, and only there.

    A form has no null; an empty text clears a field as well.
    """
    plain = action != "package_revise"
    return {k: _plain(v) if plain else json.dumps(v) for k, v in parameters.items()}


def _plain(value: JSON) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


def _unchanged(request: Any) -> Any:
    return request


def _words(body: str) -> str:
    """Return the words of an answer's body: CKAN's message, a bare text, or the text of a web page."""
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        said = "" if body.lstrip()[:1] in ("{", "[") else body  # half of some JSON is nothing to read
    if isinstance(said, dict):
        error = said.get("error")
        said = error.get("message") if isinstance(error, dict) else error
    if not isinstance(said, str):
        return ""
    if said.lstrip()[:1] == "<":
        said = html.unescape(re.sub(r"(?s)<(script|style|head).*?</\1>|<[^>]*>", " ", said))
    return " ".join(said.split())
