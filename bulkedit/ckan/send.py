"""Send one package's changes, or a new package: one call, and what its answer means."""

from collections.abc import Mapping

from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import (
    BusyError,
    DeniedError,
    FailedError,
    FileChangedError,
    InterruptedCallError,
    InvalidError,
    NoAnswerError,
    NoSuchActionError,
    NotCKANError,
    NotFoundError,
    SiteDownError,
    UnreachableError,
)
from bulkedit.core.answers import Accepted, Answer, Denied, Mismatched, NotSent, Rejected, Unclear
from bulkedit.core.json_value import JSON, dicts
from bulkedit.core.plan import CREATE, REVISE, Call


def send(client: Client, call: Call) -> Answer:
    """Send a call once and return what became of it; trouble is an answer, not an exception."""
    try:
        said = client.write(call.action, dict(call.payload), call.files)
    except InvalidError as error:
        return Mismatched() if is_mismatch(error.errors) else Rejected(_unwrapped(error.errors))
    except (DeniedError, NotFoundError, FailedError, FileChangedError, NoSuchActionError) as error:
        return Denied(str(error))
    except NoAnswerError as error:
        return Unclear(str(error))
    except (UnreachableError, BusyError, NotCKANError, SiteDownError, InterruptedCallError) as error:
        return NotSent(str(error))
    package = said.get("package") if isinstance(said, dict) and call.action == REVISE else said
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
