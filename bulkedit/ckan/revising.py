"""Whether a site takes ``package_revise``, the only action that refuses to overwrite what it was not told of."""

from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import (
    CallError,
    DeniedError,
    InvalidError,
    NoSuchActionError,
    NotCKANError,
    NotFoundError,
)

REVISE = "package_revise"
BROKEN = "2.9.0"
"""The one version whose ``package_revise`` fails for everybody but sysadmins (ckan/ckan#5637)."""


def has_revise(client: Client, version: str) -> bool:
    """Tell whether a CKAN has ``package_revise`` by its own word: since 2.9, and not where it is switched off.

    Args:
        client: asks the site.
        version: the site's version; empty where it is hidden.

    Raises:
        CallError: the site cannot be asked.
    """
    if version == BROKEN:
        return False
    try:
        client.read("help_show", name=REVISE)
    except (NotFoundError, NoSuchActionError):
        return False
    return True


def takes_revise(client: Client) -> bool:
    """Tell whether ``package_revise`` can be called, by a call that says nothing and so changes nothing.

    CKAN answers to it that ``match__id`` is missing. Where the same refusal comes whatever is asked, a proxy or
    a firewall refuses the action, unless the site refuses everything now. An answer that does not come tells
    nothing, and so counts as yes.
    """
    try:
        client.read(REVISE)
    except (NoSuchActionError, NotFoundError, DeniedError, NotCKANError):
        return not _answers(client)
    except (InvalidError, CallError):
        return True
    return True


def _answers(client: Client) -> bool:
    try:
        client.read("status_show")
    except CallError:
        return False
    return True
