"""One connection to a CKAN site: ckanapi with time-outs, a user agent, and errors that say what they mean."""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from threading import Lock, local
from typing import Any
from urllib.parse import urlsplit

import ckanapi
import requests
from requests_toolbelt.multipart.encoder import MultipartEncoder, MultipartEncoderMonitor

from bulkedit import __version__
from bulkedit.ckan.errors import (
    BusyError,
    CallError,
    InterruptedCallError,
    NoAnswerError,
    SiteDownError,
    UnreachableError,
)
from bulkedit.ckan.failure import FAILURES, Failure
from bulkedit.ckan.forms import as_form, opened
from bulkedit.ckan.pace import LONGEST_WAIT, Pace, wait_before
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON

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
        with ExitStack() as stack:
            if files:
                streams = {key: (file.name, stack.enter_context(opened(file))) for key, file in files.items()}
                encoder = MultipartEncoder({**as_form(action, parameters), **streams})
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
        remote = self._remote
        try:
            answer: JSON = remote.call_action(action, parameters, requests_kwargs={"timeout": self._timeout})
        except FAILURES as error:
            failure = Failure(self.url, self._token, action, remote.status, remote.headers, remote.body)
            raise failure.meaning(error) from None
        return answer

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


def _unchanged(request: Any) -> Any:
    return request
