"""What it means when a call fails: CKAN's own errors, other answers, and no answer at all."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ckanapi.errors
import requests
import urllib3.exceptions

from bulkedit.ckan.errors import (
    BlockedError,
    BusyError,
    CallError,
    DeniedError,
    FailedError,
    InvalidError,
    NoAnswerError,
    NoSuchActionError,
    NotCKANError,
    NotFoundError,
    UnreachableError,
)
from bulkedit.core.json_value import JSON
from bulkedit.core.text import excerpt, on_one_line

FAILURES = (
    requests.exceptions.RequestException,
    urllib3.exceptions.LocationValueError,  # a host name that requests lets pass, like a..b
    UnicodeDecodeError,  # requests reads the address of every redirect, which may be no text
    ckanapi.errors.CKANAPIError,
    ckanapi.errors.ServerIncompatibleError,
    KeyError,
    RecursionError,
)
"""What ckanapi's client raises."""

_UNSENT = (
    requests.exceptions.ConnectTimeout,
    requests.exceptions.SSLError,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidHeader,
)


@dataclass(frozen=True)
class Failure:
    """A call that failed, and what came back.

    Attributes:
        url: address of the site.
        token: the user's; it is left out of whatever the site repeats.
        action: what was called.
        status: of the answer; 0 where there was none.
        headers: of the answer.
        body: of the answer.
    """

    url: str
    token: str
    action: str
    status: int
    headers: Mapping[str, str]
    body: str

    def meaning(self, error: Exception) -> CallError:
        """Return what it means that one of `FAILURES` was raised."""
        match error:
            case UnicodeDecodeError():
                return self._redirected("another address")
            case urllib3.exceptions.LocationValueError():
                return self._unreachable()
            case requests.exceptions.RequestException():
                return self._no_connection(error)
            case ckanapi.errors.ValidationError():
                return InvalidError("The site refused the data.", self._errors(error))
            case ckanapi.errors.NotFound():
                return NotFoundError(self._said("knows no such record"))
            case ckanapi.errors.NotAuthorized():
                return DeniedError(self._said("does not allow this"))
            case ckanapi.errors.SearchQueryError():
                return NoSuchActionError(self._said("does not understand the search; check --query"))
            case ckanapi.errors.SearchError():
                return NoSuchActionError(self._said("could not search; try again in a while"))
            case _:
                return self._odd_answer()

    def _no_connection(self, error: requests.exceptions.RequestException) -> CallError:
        if isinstance(error, requests.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in repr(error):
            return UnreachableError(
                f"{self.url} shows a certificate that this computer does not trust; name your organization's own"
                " certificates in REQUESTS_CA_BUNDLE, or ask those who run the site."
            )
        if isinstance(error, _UNSENT) or "NewConnectionError" in repr(error) or "NameResolution" in repr(error):
            return self._unreachable()
        return NoAnswerError(f"{self.url} did not answer in time, or the connection was cut.")

    def _unreachable(self) -> CallError:
        return UnreachableError(f"{self.url} cannot be reached; check the address and the network connection.")

    def _redirected(self, there: str) -> CallError:
        return NotCKANError(f"{self.url} redirects to {there}; use that site's own address.")

    def _odd_answer(self) -> CallError:
        """Return what an answer without one of CKAN's own errors means."""
        if self.status == 429 or (self.status == 503 and "Retry-After" in self.headers):
            said = self._said("is busy; try again in a while")
            return BusyError(said, self._retry_after(), too_many=self.status == 429)
        if 300 <= self.status < 400:
            return self._redirected(on_one_line(self._clean(self.headers.get("Location", "another address"))))
        kind, what = self._kind()
        return kind(self._said(what))

    def _kind(self) -> tuple[type[CallError], str]:
        match self.status:
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
            case _ if self.status >= 500:
                return (
                    (NoAnswerError, "failed with a web page")
                    if self._is_html()
                    else (FailedError, "failed; tell those who run it")
                )
            case _:
                return NotCKANError, "does not answer like a CKAN site; check the address"

    def _is_html(self) -> bool:
        return self.body.lstrip()[:1] == "<"

    def _retry_after(self) -> float | None:
        text = self.headers.get("Retry-After", "")
        return float(text) if text.isdecimal() else None

    def _said(self, what: str) -> str:
        words = _words(self._clean(self.body))
        said = f": {excerpt(self._clean(words), 160)}" if words else ""
        return f"{self.url} {what} ({self.action}, status {self.status}){said}."

    def _clean(self, text: str) -> str:
        """Return a text of the site without the user's token, should the site repeat it."""
        return text.replace(self.token, "…") if self.token else text

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
