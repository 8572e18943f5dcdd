"""The tests reach this computer and no other (`--allow-hosts` in pyproject.toml, tests/conftest.py)."""

import socket

import pytest
import requests
from live_catalogue import OpenCatalogue
from pytest_socket import SocketConnectBlockedError


@pytest.mark.filterwarnings("ignore:A test tried to use socket")
@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_a_connection_elsewhere_is_refused(address: str) -> None:
    """Before a packet leaves (the addresses are those of documentation, RFC 5737 and 3849)."""
    with pytest.raises(SocketConnectBlockedError, match=address):
        socket.create_connection((address, 80), timeout=1)


@pytest.mark.parametrize("name", ["example.org", "nosuch.invalid", b"example.org"])
def test_no_name_is_looked_up(name: str | bytes) -> None:
    """To a test it is as if there were no name server, also where there is one."""
    with pytest.raises(socket.gaierror, match="no name is looked up in tests"):
        socket.getaddrinfo(name, 80)


def test_an_http_client_is_told_so_too() -> None:
    """What the program would use meets the same wall."""
    with pytest.raises(requests.ConnectionError, match="no name is looked up in tests"):
        requests.get("http://example.org/", timeout=1, proxies={"http": ""})


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_this_computer_can_be_reached(open_catalogue: OpenCatalogue, name: str) -> None:
    """Catalogues of tests are here."""
    port = int(open_catalogue().url.rpartition(":")[2])

    with socket.create_connection((name, port), timeout=5) as connection:
        there = connection.getpeername()[1]

    assert there == port
