"""Keyrings of all kinds: one that keeps what it is given, and some that will not."""

from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError, PasswordSetError


class Memory(KeyringBackend):
    """Keeps what it is given until the test ends, and notes that it was asked."""

    priority = 1  # type: ignore[assignment]  # keyring's own backends do so

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.asked = 0

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        self.asked += 1
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep something."""
        self.asked += 1
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        """Forget something."""
        self.asked += 1
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError("no such password")


class PlaintextMemory(Memory):
    """Is called like those that write what they keep into a file that anybody can read."""


class Forgetful(Memory):
    """Takes everything and keeps nothing."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Do nothing."""


class Refusing(Memory):
    """Raises an error whatever it is asked, and repeats what it was given in it, as some do."""

    def __init__(self, error: type[Exception]) -> None:
        super().__init__()
        self.error = error

    def get_password(self, service: str, username: str) -> str | None:
        """Refuse."""
        raise self.error(f"cannot ask for {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Refuse, in so many words."""
        raise self.error(f"cannot keep {password}")

    delete_password = get_password  # type: ignore[assignment]  # both only refuse


class Chain(KeyringBackend):
    """Several keyrings one after the other, as keyring's own chain has them."""

    priority = 10  # type: ignore[assignment]  # both only refuse

    def __init__(self, *backends: KeyringBackend) -> None:
        super().__init__()
        self.backends = backends

    def get_password(self, service: str, username: str) -> str | None:
        """Not to be asked: its parts are."""
        raise AssertionError

    set_password = delete_password = get_password  # type: ignore[assignment]  # both only refuse


ERRORS = (KeyringLocked, InitError, PasswordSetError, RuntimeError, OSError)
"""Errors of real keyrings; those of D-Bus and of Windows are none of keyring's own."""
