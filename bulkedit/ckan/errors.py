"""What a call to CKAN's API can come to, decided by type and status, never by CKAN's (localized) words."""

from collections.abc import Mapping

from bulkedit.core.json_value import JSON
from bulkedit.core.trouble import RunError


class CallError(RunError):
    """A call did not succeed; ``str()`` is one sentence."""


class UnreachableError(CallError):
    """Nothing was sent: no connection could be made."""


class SiteDownError(CallError):
    """Nothing was sent: the site has not answered for so long that it is not asked any more."""


class InterruptedCallError(CallError):
    """Nothing was sent: somebody stopped the run."""


class NoAnswerError(CallError):
    """The call was sent and no usable answer came: a write may or may not have been stored."""


class BusyError(CallError):
    """The site asks to come back later.

    Attributes:
        retry_after: seconds to wait, as the site says, or None.
        too_many: it says that calls come too fast (429): nothing was stored. Otherwise (503) that is likely.
    """

    def __init__(self, sentence: str, retry_after: float | None = None, *, too_many: bool = False) -> None:
        super().__init__(sentence)
        self.retry_after, self.too_many = retry_after, too_many


class NotFoundError(CallError):
    """CKAN knows no such record."""


class DeniedError(CallError):
    """CKAN does not let this user do it; an expired token gets the same answer."""


class BlockedError(DeniedError):
    """Something before CKAN, a proxy or a firewall, does not let the call pass."""


class InvalidError(CallError):
    """CKAN's validation refused the data.

    Attributes:
        errors: the validation errors, by field.
    """

    def __init__(self, sentence: str, errors: Mapping[str, JSON]) -> None:
        super().__init__(sentence)
        self.errors = errors


class FailedError(CallError):
    """CKAN answered with an error of its own; it rolls back what it did in the call."""


class NoSuchActionError(CallError):
    """The site's API has no action of that name, or does not take its parameters."""


class NotCKANError(CallError):
    """Something answered that is no CKAN API: a login page, a redirect, another site."""


class FileChangedError(CallError):
    """A file that was to be sent is not what it was; nothing was sent."""
