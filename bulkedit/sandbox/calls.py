"""One call of an action, and the names by which actions are called."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

from bulkedit.core.json_value import JSON, text_of
from bulkedit.sandbox.errors import (
    ValidationError,
)
from bulkedit.sandbox.keeping import Keeper, asked_text
from bulkedit.sandbox.store import Record


@dataclass(frozen=True)
class Call:
    """One call of an action: what it says, the catalogue as its caller sees it, actions that are switched off."""

    parameters: Record
    keeper: Keeper
    without: Collection[str] = ()

    def action(self, name: str) -> "Action | None":
        """Return an action that the catalogue has."""
        return None if name in self.without else READING.get(name) or WRITING.get(name)

    def text(self, name: str) -> str:
        """Return a text parameter; empty if it is not there."""
        return text_of(self.parameters.get(name))

    def flag(self, name: str, default: bool) -> bool:
        """Return a parameter that is yes or no."""
        said = self.parameters.get(name, default)
        return said if isinstance(said, bool) else str(said).lower() in ("true", "yes", "t", "y", "1")

    def needed(self, name: str) -> str:
        """Return a text parameter; empty if it is there and says nothing.

        Raises:
            ValidationError: it is missing.
            InternalError: it is no text.
        """
        if name not in self.parameters:
            raise ValidationError({name: ["Missing value"]})
        return asked_text(self.parameters[name] or "")


Action: TypeAlias = Callable[[Call], JSON]

READING: dict[str, Action] = {}
"""Actions that change nothing, which may be asked with GET as well."""
WRITING: dict[str, Action] = {}


def reading(action: Action) -> Action:
    """Register an action that changes nothing."""
    READING[action.__name__] = action
    return action


def writing(action: Action) -> Action:
    """Register an action that may change something."""
    WRITING[action.__name__] = action
    return action
