"""The sandbox under a test: its packages, what others do to them, and what the program asks of it.

    ckan = open_catalogue([package(1), package(2)])
    ckan.before("package_revise", lambda: ckan.edit(package_id(1), notes="Somebody's words."))
    ...
    assert ckan.shown(package_id(1))["notes"] == "Somebody's words."

The test's own calls go over HTTP as well; they are not among those that the program made.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import pytest
import requests
from scripted import TOKEN

from bulkedit.sandbox import Sandbox
from bulkedit.sandbox.actions import READING

PackageDict: TypeAlias = dict[str, Any]
Deed: TypeAlias = Callable[[], object]

WATERS = "waters"
"""An organization that the editor does not belong to."""


def package_id(number: int) -> str:
    """Return the id of a package."""
    return f"00000000-0000-4000-8000-{number:012d}"


def resource_id(number: int) -> str:
    """Return the id of a package's resource."""
    return f"11111111-0000-4000-8000-{number:012d}"


def package(number: int, **fields: Any) -> PackageDict:
    """Return a plain package of parks with one resource, as `package_create` takes it."""
    return {
        "id": package_id(number),
        "name": f"trails-{number}",
        "title": f"Trails {number}",
        "notes": "Where to walk.",
        "owner_org": "parks",
        "license_id": "cc-by-4",
        "resources": [
            {
                "id": resource_id(number),
                "name": f"trails-{number}.csv",
                "url": f"https://files.example/trails-{number}.csv",
                "format": "CSV",
                "description": "",
            }
        ],
        **fields,
    }


def described(number: int, **fields: Any) -> PackageDict:
    """Return a package of the sample schema's type, with all that this requires but contacts."""
    required = {
        "type": "bcdc_dataset",
        "publish_state": "PUBLISHED",
        "resource_status": "completed",
        "security_class": "LOW-PUBLIC",
        "view_audience": "Public",
    }
    return package(number, **required | fields)


class LiveCatalogue:
    """A running sandbox. Its editor's token is `TOKEN`.

    Attributes:
        sandbox: the catalogue itself, to make it misbehave.
        url: its address.
        heard: the program's calls in the order in which they came: action, parameters.
        made: the ids of the packages made here.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox, self.url = sandbox, sandbox.url
        self.heard: list[tuple[str, dict[str, Any]]] = []
        self.made: list[str] = []
        self._aside = 0
        self._deeds: dict[str, list[Deed]] = {}
        self._session = requests.Session()
        self._session.trust_env = False
        sandbox.tokens["editor"] = TOKEN
        sandbox.watchers.append(self._hear)

    def _hear(self, action: str, parameters: dict[str, Any]) -> None:
        if self._aside:
            return
        self.heard.append((action, parameters))
        if deeds := self._deeds.get(action):
            deeds.pop(0)()

    # -- what the program asks

    @property
    def actions(self) -> list[str]:
        """The actions that the program called, in order."""
        return [action for action, _ in self.heard]

    @property
    def writes(self) -> list[dict[str, Any]]:
        """The parameters of the program's calls that could have changed something."""
        return [parameters for action, parameters in self.heard if action not in READING]

    def asked(self, action: str) -> list[dict[str, Any]]:
        """Return the parameters of all calls of an action that the program made."""
        return [parameters for name, parameters in self.heard if name == action]

    # -- what the test does itself

    def call(self, action: str, *, by: str = "admin", **parameters: Any) -> Any:
        """Call an action as one of the sandbox's users and return its result."""
        headers = {"Authorization": self.sandbox.tokens[by]}
        self._aside += 1
        try:
            answer = self._session.post(
                f"{self.url}/api/3/action/{action}", json=parameters, headers=headers, timeout=30
            )
        finally:
            self._aside -= 1
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def upload(self, resource: str, name: str, content: bytes, *, by: str = "colleague") -> None:
        """Put a file into a resource as somebody else would."""
        self._aside += 1
        try:
            answer = self._session.post(
                f"{self.url}/api/3/action/resource_patch",
                data={"id": resource},
                files={"upload": (name, content)},
                headers={"Authorization": self.sandbox.tokens[by]},
                timeout=30,
            )
        finally:
            self._aside -= 1
        assert answer.status_code == 200, answer.text

    def make(self, *packages: PackageDict) -> None:
        """Create packages; only a sysadmin may choose their ids."""
        for one in packages:
            self.made.append(self.call("package_create", **one)["id"])

    def edit(self, key: str, *, by: str = "colleague", **fields: Any) -> PackageDict:
        """Change a package as somebody else would and return it."""
        changed: PackageDict = self.call("package_patch", by=by, id=key, **fields)
        return changed

    def delete(self, key: str) -> None:
        """Delete a package as somebody else would."""
        self.call("package_delete", by="colleague", id=key)

    def hide(self, key: str) -> None:
        """Give a package to another organization, which keeps it to itself."""
        self.edit(key, by="admin", owner_org=WATERS, private=True)

    def shown(self, key: str) -> PackageDict:
        """Return a package as it is now."""
        found: PackageDict = self.call("package_show", id=key)
        return found

    def snapshot(self) -> list[PackageDict]:
        """Return all packages made here as they are now."""
        return [self.shown(key) for key in self.made]

    def before(self, action: str, *deeds: Deed) -> None:
        """Do something just before the program's next calls of an action are carried out, one deed for each."""
        self._deeds.setdefault(action, []).extend(deeds)

    def close(self) -> None:
        """Put everything away."""
        self._session.close()
        self.sandbox.stop()


OpenCatalogue: TypeAlias = Callable[..., LiveCatalogue]
"""Starts a catalogue with packages: ``open_catalogue([package(1)], rows_max=2)``."""


@pytest.fixture
def open_catalogue(monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenCatalogue]:
    """Start catalogues; all end with the test."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    opened: list[LiveCatalogue] = []

    def start(packages: Sequence[PackageDict] = (), **how: Any) -> LiveCatalogue:
        opened.append(LiveCatalogue(Sandbox(packages=False, **how).start()))
        opened[-1].make(*packages)
        return opened[-1]

    yield start
    for one in opened:
        one.close()
