"""Settings of all tests."""

import os
import signal
import socket
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import keyring
import pytest
from hypothesis import HealthCheck, Phase, settings
from keyring.backends import fail

# Examples are new in each run, to find what nobody thought of; where a change lands they stay the same.
settings.register_profile("fixed", derandomize=True, database=None)
settings.register_profile("fuzz", derandomize=False, print_blob=True)  # tests/fuzz/patience.py says how many
# Where the lines that run are counted, everything is slow.
settings.register_profile(
    "counted", derandomize=True, database=None, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
# Where the code is broken on purpose (tests/mutants) any failing example will do, and a slow one is none.
settings.register_profile(
    "mutants", derandomize=True, database=None, deadline=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True)
def no_name_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Know no host but this one. Connections elsewhere are pytest-socket's to refuse (`--allow-hosts`)."""
    resolve = socket.getaddrinfo

    def only_here(host: Any, *more: Any, **named: Any) -> Any:
        if not _is_here_or_a_number(host):
            raise socket.gaierror(socket.EAI_NONAME, "no name is looked up in tests")
        return resolve(host, *more, **named)

    monkeypatch.setattr(socket, "getaddrinfo", only_here)


@pytest.fixture(autouse=True)
def own_ledger(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep a ledger for this test, and leave that of whoever runs it alone."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
    monkeypatch.setenv("BULKEDIT_LEDGER", str(path))
    return path


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the keyring of whoever runs the tests alone, also in processes that a test starts: there is none."""
    keyring.set_keyring(fail.Keyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")


def _is_here_or_a_number(host: str | bytes | None) -> bool:
    text = host.decode() if isinstance(host, bytes) else host
    if text in (None, "", "localhost"):
        return True
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def pytest_configure() -> None:
    """Let Ctrl-C be heard, also in a run that a shell started in the background, where it is ignored."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
