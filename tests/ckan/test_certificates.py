"""A site whose certificate nobody vouches for."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import UnreachableError

OPENSSL = shutil.which("openssl")

pytestmark = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl to make one with")


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[str]:
    """Serve with a certificate made for this test."""
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    asked = "req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        [str(OPENSSL), *asked.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"https://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_a_certificate_that_is_not_trusted_is_told(self_signed: str) -> None:
    """As what it is: looking at the network would help nobody. Nothing was sent."""
    with pytest.raises(UnreachableError, match=r"does not trust; .* REQUESTS_CA_BUNDLE"):
        Client(self_signed, "token-of-a-test").read("status_show")
