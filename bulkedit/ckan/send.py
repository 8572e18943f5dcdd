"""Send one package's changes, or a new package: one call, and what its answer means."""

from collections.abc import Mapping

from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import (
    BlockedError,
    BusyError,
    CallError,
    InterruptedCallError,
    InvalidError,
    NoAnswerError,
    NoSuchActionError,
    NotCKANError,
    SiteDownError,
    UnreachableError,
)
from bulkedit.ckan.revising import takes_revise
from bulkedit.core.answers import Accepted, Answer, Denied, Mismatched, NotSent, Rejected, Unavailable, Unclear
from bulkedit.core.calls import CREATE, PATCH_RESOURCE, REVISE, Call
from bulkedit.core.json_value import JSON, dicts


def send(client: Client, call: Call) -> Answer:
    """Send a call once and return what became of it; trouble is an answer, not an exception.

    A package that was changed without ``package_revise`` is read again: only then is it known how it is now.
    """
    try:
        said = client.write(call.action, dict(call.payload), call.files)
    except CallError as error:
        return Unavailable(str(error)) if _is_switched_off(client, call, error) else _refused(call, error)
    if not call.guarded:
        return _read_again(client, call, said)
    package = said.get("package") if isinstance(said, dict) and call.action == REVISE else said
    return _accepted(package, call)


def _refused(call: Call, error: CallError) -> Answer:
    match error:
        case InvalidError(errors=errors):
            mismatched = call.action == REVISE and is_mismatch(errors)
            return Mismatched() if mismatched else Rejected(_unwrapped(errors))
        case NoAnswerError():
            return Unclear(str(error))
        case UnreachableError() | BusyError() | NotCKANError() | SiteDownError() | InterruptedCallError():
            return NotSent(str(error))
        case _:
            return Denied(str(error))


def _is_switched_off(client: Client, call: Call, error: CallError) -> bool:
    """Tell whether the site takes no ``package_revise`` whatever it says, rather than not this one."""
    suspicious = isinstance(error, (BlockedError, NoSuchActionError, NotCKANError))
    return call.action == REVISE and suspicious and not takes_revise(client)


def _read_again(client: Client, call: Call, said: JSON) -> Answer:
    try:
        return _accepted(client.read("package_show", id=call.package), call)
    except CallError as error:
        if call.action == PATCH_RESOURCE:  # its answer is but the resource
            return Unclear(str(error))
        return _accepted(said, call)


def _accepted(package: JSON, call: Call) -> Answer:
    if not isinstance(package, dict) or not _is_meant(package, call):
        return Unclear("The site's answer does not hold the package.")
    return Accepted(package)


def _is_meant(package: Mapping[str, JSON], call: Call) -> bool:
    return bool(package.get("id")) if call.action == CREATE else package.get("id") == call.package


def is_mismatch(errors: Mapping[str, JSON]) -> bool:
    """Tell whether a validation error means that ``match`` did not.

    CKAN 2.10 and later answer ``{"match": [fields]}``, 2.9 ``{"message": [{"match": [fields]}]}``
    (ckan/ckan#5888); nothing else uses that key.
    """
    return "match" in errors or any("match" in entry for entry in dicts(errors.get("message")))


def _unwrapped(errors: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Return the errors of a list that CKAN 2.9 puts into ``message``."""
    inner = dicts(errors.get("message"))
    return {k: v for entry in inner for k, v in entry.items()} if inner and len(errors) == 1 else errors
