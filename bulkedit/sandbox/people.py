"""Who asks, and what they may do: organizations' roles (``ckan/authz.py``)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bulkedit.core.json_value import JSON, text_of
from bulkedit.sandbox.errors import NotAuthorizedError
from bulkedit.sandbox.store import Record, Store

_MAY = {
    "admin": frozenset(
        ("read", "create_dataset", "update_dataset", "delete_dataset", "manage_group", "edit_group")
    ),
    "editor": frozenset(
        ("read", "create_dataset", "update_dataset", "delete_dataset", "manage_group", "edit_group")
    ),
    "member": frozenset(("read", "edit_group")),
}
"""What a role allows in its organization or group."""


@dataclass(frozen=True)
class Person:
    """A user of the catalogue, or an anonymous visitor (without an id).

    Attributes:
        roles: ``admin``, ``editor`` or ``member`` by the id of an organization or group.
    """

    id: str = ""
    name: str = ""
    sysadmin: bool = False
    roles: Mapping[str, str] = field(default_factory=dict)

    def may(self, permission: str, group: JSON) -> bool:
        """Tell whether the user has a permission in an organization or group."""
        return self.sysadmin or permission in _MAY.get(self.roles.get(text_of(group), ""), ())

    def may_read(self, package: Mapping[str, JSON]) -> bool:
        """Tell whether the user may read a package: public active ones anybody, others who belong to its owner."""
        public = package.get("state") == "active" and not package.get("private")
        return public or self.may("read", package.get("owner_org"))

    def ensure_may_read(self, package: Mapping[str, JSON]) -> None:
        """Refuse who may not read a package.

        Raises:
            NotAuthorizedError: so.
        """
        if not self.may_read(package):
            raise NotAuthorizedError(f"User {self.name} not authorized to read package {package['id']}")

    def ensure_may_edit(self, package: Mapping[str, JSON]) -> None:
        """Refuse who may not edit a package.

        Raises:
            NotAuthorizedError: so.
        """
        if not self.may("update_dataset", package.get("owner_org")):
            raise NotAuthorizedError(f"User {self.name} not authorized to edit package {package['id']}")


ANONYMOUS = Person()


def person_of(record: Record, store: Store) -> Person:
    """Return the person of a user's record; organizations and groups are named there."""
    roles: dict[str, str] = {}
    for kind, key in (("organization", "organizations"), ("group", "groups")):
        held = record.get(key)
        for name, role in held.items() if isinstance(held, dict) else ():
            found = store.record(kind, name)
            if found is not None:
                roles[text_of(found["id"])] = text_of(role)
    return Person(text_of(record["id"]), text_of(record["name"]), record.get("sysadmin") is True, roles)
