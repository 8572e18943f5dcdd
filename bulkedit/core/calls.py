"""Calls of CKAN's API that store a package, and what is sent of one: the outcome of planning."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bulkedit.core.edits import Place
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON, Package, text_of

CREATE, REVISE = "package_create", "package_revise"
PATCH, PATCH_RESOURCE = "package_patch", "resource_patch"
"""What takes the place of `REVISE` where a site does not have it: nothing of it can be made conditional."""


@dataclass(frozen=True)
class Call:
    """One call of an action that stores a package, and what is needed to understand its answer.

    Attributes:
        package: id of the package; of a new one, what it is called meanwhile (`naming.placeholder`).
        name: what the package is called, for people.
        payload: the action's parameters.
        sent: for each list sent whole, by owner and field, what is known of each of its items: the row that
            edits it, else its number as exported (0 for an item that was not exported).
        resources: ids of the package's resources in their order.
        action: what is called.
        files: files that go with it, by parameter.
        before: the package as it was read; None for a new one.
    """

    package: str
    name: str
    payload: Mapping[str, JSON]
    sent: Mapping[tuple[str, str], Sequence[Place | int]] = field(default_factory=dict)
    resources: Sequence[str] = ()
    action: str = REVISE
    files: Mapping[str, File] = field(default_factory=dict)
    before: Package | None = None

    @property
    def uploads(self) -> dict[str, File]:
        """The files that go with it, by the resource that gets each."""
        if self.action == PATCH_RESOURCE:
            return {text_of(self.payload["id"]): file for file in self.files.values()}
        owners = (key.removeprefix("update__resources__").removesuffix("__upload") for key in self.files)
        return dict(zip(owners, self.files.values(), strict=True))

    @property
    def guarded(self) -> bool:
        """Tell whether the site itself refuses it where the package is not as it was read any more."""
        return self.action not in (PATCH, PATCH_RESOURCE)


@dataclass(frozen=True)
class Plan:
    """What to send for one package: a call, nothing, or the reasons why it cannot be sent.

    Attributes:
        call: what goes first, with all that one call can carry.
        then: what follows, each only once the package is known to be as the call before has left it.
    """

    call: Call | None = None
    problems: Mapping[Place, Sequence[str]] = field(default_factory=dict)
    then: Sequence[Call] = ()

    @property
    def calls(self) -> tuple[Call, ...]:
        """All calls in their order."""
        return () if self.call is None else (self.call, *self.then)
