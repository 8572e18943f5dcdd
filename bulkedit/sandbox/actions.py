"""The actions of CKAN's API that the sandbox answers, by name."""

from collections.abc import Iterable

from bulkedit.core.json_value import JSON
from bulkedit.core.trouble import RunError
from bulkedit.sandbox import package_actions, resource_actions, site_actions
from bulkedit.sandbox.calls import READING, WRITING, Call
from bulkedit.sandbox.errors import ActionError, BadRequestError, IntegrityError, InternalError

__all__ = [
    "READING",
    "WRITING",
    "Call",
    "answer",
    "ensure_actions",
    "package_actions",
    "resource_actions",
    "site_actions",
]


def ensure_actions(names: Iterable[str]) -> None:
    """Make sure that actions of these names can be switched off.

    Raises:
        RunError: there is none of a name.
    """
    for name in names:
        if name not in READING | WRITING:
            raise RunError(f"There is no action {name!r} to switch off; docs/sandbox.md lists all.")


def answer(name: str, call: Call) -> JSON:
    """Carry an action out, alone and whole.

    Raises:
        ActionError: it failed; nothing was changed.
    """
    action = call.action(name)
    if action is None:
        raise BadRequestError(f"Bad request: Action name not known: {name}")
    try:
        with call.keeper.store.transaction():
            return action(call)
    except IntegrityError as error:
        raise IntegrityError(str(error), call.parameters) from None
    except ActionError:
        raise
    except Exception as error:  # data of a shape nobody thought of, or a full disk: CKAN has no better answer
        raise InternalError from error
