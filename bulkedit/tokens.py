"""API tokens: where one is found, and the operating system's keyring, which keeps one for each site.

A token is looked for in the file of ``--api-key-file``, then in ``CKAN_API_KEY``, then in the keyring; that is
asked only if it must be, since it is slow and may be locked. A token is never written anywhere else.
"""

import os
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from bulkedit.ckan.address import normal_address
from bulkedit.core.trouble import RunError

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "bulkedit"
"""What the keyring calls us; its user names are the sites' addresses."""

_READABLE_BY_ALL = 0o004
_ELSEWHERE = "put the token into CKAN_API_KEY, or into a file for --api-key-file"
T = TypeVar("T")


class NoKeyringError(RunError):
    """This computer has no keyring that keeps secrets."""


def find_token(url: str, file: Path | None) -> str:
    """Return the token for a site.

    Args:
        url: address of the site.
        file: holds the token; None for the environment or the keyring.

    Raises:
        RunError: there is none, or it is no token.
    """
    if file is not None:
        return checked_token(
            _content(file), str(file), f"The file {file} holds no API token, it is empty; put the token into it."
        )
    if token := os.environ.get("CKAN_API_KEY", "").strip():
        return checked_token(token, "CKAN_API_KEY", "")
    if token := stored_token(url):
        return checked_token(token, "The keyring", "")
    raise RunError(
        f"No API token: say bulkedit login {url}, or put it into CKAN_API_KEY, or into a file for --api-key-file"
        " (you make one on your user page of the catalogue)."
    )


def checked_token(text: str, where: str, empty: str) -> str:
    """Return the token that a text holds.

    Args:
        text: the text, with whatever blanks around the token.
        where: where it comes from, for a message.
        empty: what is said where it holds nothing.

    Raises:
        RunError: it is no token.
    """
    token = text.strip()
    if not token:
        raise RunError(empty)
    if not token.isascii() or not token.isprintable() or " " in token:
        raise RunError(f"{where} does not hold an API token (no token has such characters); copy the token again.")
    return token


def _content(file: Path) -> str:
    try:
        mode = file.stat().st_mode
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise RunError(f"The file {file} with the API token cannot be read; is its name right?") from None
    if os.name == "posix" and mode & _READABLE_BY_ALL:
        raise RunError(
            f"Everybody on this computer can read the file {file} with the API token;"
            f" say chmod 600 {shlex.quote(str(file))}, so that only you can."
        )
    return content


# -- the keyring


def ensure_keyring() -> None:
    """Make sure that there is a keyring.

    Raises:
        NoKeyringError: there is none.
        RunError: it cannot be asked.
    """
    _asked(lambda backend: None)


def stored_token(url: str) -> str:
    """Return the token that the keyring has for a site; empty where it has none, or there is no keyring.

    Raises:
        RunError: the keyring cannot be asked.
    """
    try:
        return _asked(lambda backend: backend.get_password(SERVICE, normal_address(url))) or ""
    except NoKeyringError:
        return ""


def store_token(url: str, token: str) -> None:
    """Put the token for a site into the keyring, instead of one that is there.

    Raises:
        RunError: the keyring does not take it.
    """
    _asked(lambda backend: backend.set_password(SERVICE, normal_address(url), token))
    if stored_token(url) != token:
        raise RunError(f"The keyring of this computer did not keep the token; {_ELSEWHERE}.")


def forget_token(url: str) -> bool:
    """Remove the token for a site from the keyring; tell whether there was one.

    Raises:
        NoKeyringError: there is no keyring.
        RunError: it cannot be removed.
    """
    address = normal_address(url)

    def forget(backend: "KeyringBackend") -> bool:
        if backend.get_password(SERVICE, address) is None:
            return False
        backend.delete_password(SERVICE, address)
        return True

    return _asked(forget)


def _asked(ask: "Callable[[KeyringBackend], T]") -> T:
    """Return what a keyring answers.

    Raises:
        NoKeyringError: there is none.
        RunError: it cannot be asked; not a word of the reason it gives is repeated, which might hold the token.
    """
    from keyring import errors, get_keyring  # it is slow, and mostly not needed

    try:
        return ask(_keeper(get_keyring()))
    except errors.NoKeyringError:
        raise NoKeyringError(f"This computer has no keyring that keeps a token safe; {_ELSEWHERE}.") from None
    except errors.KeyringLocked:
        raise RunError(f"The keyring of this computer is locked; unlock it, or {_ELSEWHERE}.") from None
    except Exception as error:  # each system's keyring has errors of its own
        name = type(error).__name__
        raise RunError(f"The keyring of this computer cannot be used ({name}); {_ELSEWHERE}.") from None


def _keeper(backend: "KeyringBackend") -> "KeyringBackend":
    """Return the keyring, or the first of several, that keeps what it is given, and not in plain text.

    Raises:
        keyring.errors.NoKeyringError: none does.
    """
    from keyring.backends import fail, null
    from keyring.errors import NoKeyringError as NoneOfThemError

    for one in getattr(backend, "backends", [backend]):
        in_plain_text = any("plaintext" in kind.__name__.lower() for kind in type(one).__mro__)
        if not in_plain_text and not isinstance(one, (fail.Keyring, null.Keyring)):
            return one  # type: ignore[no-any-return]  # of a chain of keyrings, which says nothing of its parts
    raise NoneOfThemError
