"""A keyring that several processes share: a file in a test's folder."""

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend

PLACE = "KEYRING_IN_A_FILE"
"""The environment variable that names the file."""


class Keyring(KeyringBackend):
    """Keeps what it is given in the file that the environment names."""

    priority = 1  # type: ignore[assignment]  # keyring's own backends do so

    def get_password(self, service: str, username: str) -> str | None:
        """Return what is kept."""
        return _kept().get(f"{service} {username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        """Keep something."""
        Path(os.environ[PLACE]).write_text(json.dumps({**_kept(), f"{service} {username}": password}))


def _kept() -> dict[str, str]:
    file = Path(os.environ[PLACE])
    return json.loads(file.read_text()) if file.exists() else {}
