"""A CKAN just large enough for an export and an import: packages in a dict, behind the scripted server.

It is no judge of what a real CKAN does (tests/real is); it answers a well-behaved client as CKAN would.
"""

import copy
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scripted import DENIED, NOT_FOUND, TOKEN, Answer, Reply, Request, Script, error, ok, string

PackageDict = dict[str, Any]

ORGANIZATION = {"id": "org-1", "name": "parks", "title": "Parks Board"}


def package(number: int, **fields: Any) -> PackageDict:
    """Return a package with one resource, as `package_show` would; its ids end in the number."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": f"trails-{number}",
        "title": f"Trails {number}",
        "notes": "Where to walk.",
        "type": "dataset",
        "state": "active",
        "private": False,
        "owner_org": ORGANIZATION["id"],
        "organization": ORGANIZATION,
        "license_id": "cc-by",
        "metadata_created": "2026-01-01T00:00:00.000001",
        "metadata_modified": "2026-01-02T00:00:00.000001",
        "author": None,
        "tags": [],
        "groups": [],
        "extras": [],
        "resources": [
            {
                "id": f"11111111-0000-4000-8000-{number:012d}",
                "name": f"trails-{number}.csv",
                "url": f"https://files.example/trails-{number}.csv",
                "format": "CSV",
                "description": "",
            }
        ],
        **fields,
    }


@dataclass
class SmallCKAN:
    """The state of the catalogue, and how it meets its caller.

    Attributes:
        permissions: what the token's user may do in the organization.
        before_revise: called in turn before each `package_revise`; an answer it returns is sent instead.
        most: how many packages one page of a search holds.
        unindexed: ids that the search index has missed.
        after_search: called after every answer of `package_search` is made.
    """

    packages: list[PackageDict]
    permissions: frozenset[str] = frozenset(("read", "update_dataset"))
    before_revise: list[Callable[[Request], Answer | None]] = field(default_factory=list)
    most: int = 1000
    unindexed: frozenset[str] = frozenset()
    after_search: Callable[[Request], None] | None = None
    token: str = TOKEN

    def script(self) -> Script:
        """Return the answers for a scripted server."""
        return {
            "status_show": ok({"ckan_version": "2.12.0", "locale_default": "en"}),
            "help_show": ok("Revise a dataset."),
            "user_show": ok({"name": "rita"}),
            "license_list": ok([{"id": "cc-by", "title": "Attribution"}, {"id": "cc0", "title": "Public domain"}]),
            "group_list_authz": ok([]),
            "scheming_dataset_schema_show": string("Bad request - Action name not known"),
            "organization_list_for_user": self._organizations,
            "organization_show": lambda request: (
                ok(ORGANIZATION) if request.parameters["id"] in ("org-1", "parks") else NOT_FOUND
            ),
            "organization_autocomplete": ok([]),
            "member_list": lambda request: ok([[p["id"], "package", "Public"] for p in self.packages]),
            "package_search": self._search,
            "package_show": self._show,
            "package_revise": self._revise,
        }

    def find(self, key: str) -> PackageDict | None:
        """Return the package of an id or name."""
        return next((p for p in self.packages if key in (p["id"], p["name"])), None)

    def _organizations(self, request: Request) -> Reply:
        known = request.headers["Authorization"] == self.token
        return ok([ORGANIZATION] if known and request.parameters["permission"] in self.permissions else [])

    def _show(self, request: Request) -> Reply:
        found = self.find(request.parameters["id"])
        return NOT_FOUND if found is None else ok(found)

    def _search(self, request: Request) -> Reply:
        fq = request.parameters["fq"]
        found = sorted((p for p in self.packages if p["id"] not in self.unindexed), key=lambda p: str(p["id"]))
        found = [p for p in found if p["state"] != "deleted"]
        if after := re.search(r'\+id:\{"([^"]*)" TO \*\}', fq):
            found = [p for p in found if p["id"] > after[1]]
        if ids := re.search(r"\+id:\(([^)]*)\)", fq):
            found = [p for p in found if f'"{p["id"]}"' in ids[1].split(" OR ")]
        if owner := re.search(r'\+owner_org:"([^"]*)"', fq):
            found = [p for p in found if p["owner_org"] == owner[1]]
        answer = ok({"count": len(found), "results": found[: min(request.parameters["rows"], self.most)]})
        if self.after_search is not None:
            self.after_search(request)
        return answer

    def _revise(self, request: Request) -> Answer:
        if self.before_revise:
            answer = self.before_revise.pop(0)(request)
            if answer is not None:
                return answer
        if request.headers["Authorization"] != self.token or "update_dataset" not in self.permissions:
            return DENIED
        return self.revise(request.parameters)

    def revise(self, parameters: dict[str, Any]) -> Reply:
        """Do a `package_revise` that filters whole fields and updates fields of packages and resources."""
        match = parameters["match"]
        held = self.find(match["id"])
        if held is None:
            return NOT_FOUND
        moved = [key for key, value in match.items() if key != "groups" and held.get(key) != value]
        if moved:
            return error(409, "Validation Error", match=moved)
        for pattern in parameters.get("filter", []):
            held.pop(pattern.removeprefix("-"), None)
        held.update(parameters.get("update", {}))
        for key, fields in parameters.items():
            if key.startswith("update__resources__"):
                resource = next(r for r in held["resources"] if r["id"] == key.removeprefix("update__resources__"))
                resource.update(fields)
        self.touch(held)
        return ok({"package": held})

    def edit(self, key: str, **fields: Any) -> None:
        """Change a package as somebody else would."""
        held = self.find(key)
        assert held is not None
        held.update(fields)
        self.touch(held)

    @staticmethod
    def touch(held: PackageDict) -> None:
        """Give a package a new time of modification."""
        stamp, _, micro = held["metadata_modified"].rpartition(".")
        held["metadata_modified"] = f"{stamp}.{int(micro) + 1:06d}"

    def snapshot(self) -> list[PackageDict]:
        """Return a copy of all packages."""
        return copy.deepcopy(self.packages)

    def __str__(self) -> str:
        return json.dumps(self.packages)
