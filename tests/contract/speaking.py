"""Speak to a catalogue in plain HTTP, so that statuses, envelopes and bodies can be compared."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

ANONYMOUS = ""
ANSWER_SECONDS = 60
SAID = "(something said)"
"""Stands for a sentence to people; what it says is no part of the contract."""
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{6})?")
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class Site:
    """A catalogue under test. Tokens are not shown."""

    url: str
    version: str
    editor: str = field(repr=False)
    member: str = field(repr=False)
    sysadmin: str = field(repr=False)
    editor_name: str
    member_name: str
    organization: str
    other_organization: str

    @property
    def embedded(self) -> bool:
        """Whether this is bulkedit's own sandbox."""
        return self.version == "2.12"

    @property
    def old(self) -> bool:
        """Whether this is CKAN 2.9; where it differs, the other two are like CKAN 2.12."""
        return self.version.startswith("2.9.")


@dataclass(frozen=True)
class Reply:
    """How a catalogue answered."""

    status: int
    type: str
    body: Any

    @property
    def result(self) -> Any:
        """What a call that went well returned."""
        assert self.status == 200, self.body
        assert self.body["success"] is True
        return self.body["result"]

    @property
    def error(self) -> dict[str, Any]:
        """The error of a call that CKAN refused."""
        assert isinstance(self.body, dict), self.body
        assert self.body["success"] is False
        return self.body["error"]

    @property
    def refused(self) -> tuple[int, str]:
        """Status and type of a refusal."""
        return self.status, self.error["__type"]

    @property
    def invalid(self) -> dict[str, Any]:
        """The errors of a refused payload by field, with every sentence replaced by `SAID`."""
        assert self.refused == (409, "Validation Error"), self.body
        return {key: wordless(value) for key, value in self.error.items() if key != "__type"}


BAD_REQUEST = 400, "Integrity Error"
DENIED = 403, "Authorization Error"
NOT_FOUND = 404, "Not Found Error"


def wordless(value: Any) -> Any:
    """Return an error with its sentences replaced by `SAID`."""
    match value:
        case str():
            assert value.strip()
            return SAID
        case list():
            return [wordless(entry) for entry in value]
        case dict():
            return {key: wordless(entry) for key, entry in value.items()}
        case _:
            raise AssertionError(f"no error holds {value!r}")


def call(site: Site, action: str, params: Mapping[str, Any] | None = None, *, token: str | None = None) -> Reply:
    """Call an action the usual way, as the editor unless told otherwise."""
    return post(site, action, json=dict(params or {}), token=token)


def get(site: Site, action: str, params: Mapping[str, str] | None = None, *, token: str | None = None) -> Reply:
    """Call an action by a link."""
    return _ask(site, "GET", action, token, params=dict(params or {}))


def upload(
    site: Site,
    action: str,
    params: Mapping[str, Any],
    files: Mapping[str, tuple[str, bytes]],
    *,
    token: str | None = None,
) -> Reply:
    """Call an action as a form with files; lists and dicts go as JSON."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}
    return post(site, action, data=texts, files=dict(files), token=token)


def post(site: Site, action: str, *, token: str | None = None, **how: Any) -> Reply:
    """Post anything to an action."""
    return _ask(site, "POST", action, token, **how)


def download(url: str, token: str = ANONYMOUS) -> tuple[int, bytes]:
    """Return the status and the bytes that a link leads to, without following it further."""
    with requests.Session() as session:
        session.trust_env = False
        answer = session.get(url, headers=_headers(token), timeout=ANSWER_SECONDS, allow_redirects=False)
    return answer.status_code, answer.content


def _ask(site: Site, method: str, action: str, token: str | None, **how: Any) -> Reply:
    headers = _headers(site.editor if token is None else token) | how.pop("headers", {})
    url = f"{site.url}/api/3/action/{action}"
    with requests.Session() as session:
        session.trust_env = False  # no password of a .netrc may take the token's place
        answer = session.request(method, url, headers=headers, timeout=ANSWER_SECONDS, **how)
    return Reply(answer.status_code, answer.headers.get("Content-Type", ""), _body(answer))


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": token} if token else {}


def _body(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text


def some_name() -> str:
    """Return a name that no package has."""
    return f"contract-{uuid.uuid4().hex}"


def some_id() -> str:
    """Return an id that nothing has."""
    return str(uuid.uuid4())


def some_word() -> str:
    """Return a word that no package holds: letters only, for a search index splits words at digits."""
    return "q" + "".join(chr(ord("a") + int(digit, 16)) for digit in uuid.uuid4().hex[:15])


def show(site: Site, key: str, *, token: str | None = None) -> dict[str, Any]:
    """Return a package as it is now."""
    return call(site, "package_show", {"id": key}, token=token).result


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a package holds now in the fields that changed, its stamp aside; None for a field that went."""
    keys = (before.keys() | after.keys()) - {"metadata_modified"}
    return {key: after.get(key) for key in keys if before.get(key) != after.get(key)}


def names(entries: list[dict[str, Any]]) -> list[str]:
    """Return the names of tags or resources."""
    return [entry["name"] for entry in entries]


class Packages:
    """Makes packages as the editor, and deletes them at the end."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self._made: list[str] = []

    def attempt(self, params: Mapping[str, Any]) -> Reply:
        """Call `package_create`."""
        reply = call(self.site, "package_create", params)
        if reply.status == 200:
            self._made.append(reply.result["id"])
        return reply

    def record(self, **fields: Any) -> dict[str, Any]:
        """Make a package of the type that has a schema, with the fields it must have and these."""
        return self.attempt(record(self.site) | fields).result

    def dataset(self, **fields: Any) -> dict[str, Any]:
        """Make a package of CKAN's own type."""
        return self.attempt(dataset(self.site) | fields).result

    def delete(self) -> None:
        """Delete everything that was made."""
        for key in self._made:
            call(self.site, "package_delete", {"id": key})


@dataclass(frozen=True)
class Groups:
    """A group that the editor may use, and one that the editor may not."""

    own: dict[str, Any]
    foreign: dict[str, Any]


def record(site: Site) -> dict[str, Any]:
    """Return the least that the type with a schema takes."""
    return {
        "type": "bcdc_dataset",
        "name": some_name(),
        "title": "Fords",
        "notes": "Where paths cross water.",
        "owner_org": site.organization,
        "license_id": "notspecified",
        "publish_state": "DRAFT",
        "resource_status": "planned",
        "security_class": "LOW-PUBLIC",
        "view_audience": "Public",
    }


def dataset(site: Site) -> dict[str, Any]:
    """Return the least that CKAN's own type takes."""
    return {"name": some_name(), "owner_org": site.organization}


def resource(name: str = "Table", **fields: Any) -> dict[str, Any]:
    """Return a resource that both types take."""
    return {
        "name": name,
        "url": "https://example.org/fords.csv",
        "format": "CSV",
        "resource_update_cycle": "daily",
    } | fields


def contact(name: str = "Rowan", **fields: Any) -> dict[str, Any]:
    """Return a contact as CKAN shows it."""
    return {"shown_as": [], "email": "rowan@example.org", "name": name, "role": "custodian"} | fields
