"""Files of any size: they are read while they are sent, so memory does not grow with them."""

import json
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

GIGABYTE = 1 << 30
PEAK = 50 << 20  # bytes more than before
SECONDS = 60
CHUNK = 1 << 20

SENDER = """
import resource, sys
from bulkedit.ckan.client import Client
from bulkedit.ckan.errors import CallError, FileChangedError
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON
from pathlib import Path
from bulkedit.uploading import examine

peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
client = Client(sys.argv[1], "token")
client.read("status_show")
before = peak()
file = examine(sys.argv[2], Path(sys.argv[3]))
try:
    said = client.write("package_revise", {"match": {"id": "x"}}, {"update__resources__y__upload": file})
except CallError as error:
    said = f"{type(error).__name__}: {error}"
print(peak() - before, said, sep="\\n")
"""


class Sink(BaseHTTPRequestHandler):
    """Swallows what it is sent and answers as CKAN would, or refuses it unread as a proxy before it does."""

    answers: tuple[int, ...] = ()
    received: list[int]

    def do_POST(self) -> None:
        """Read the body, piece by piece, and answer."""
        left = int(self.headers["Content-Length"])
        self.received.append(left)
        status = 413 if left > GIGABYTE and 413 in self.answers else 200
        while status == 200 and left and (piece := self.rfile.read1(min(left, CHUNK))):
            left -= len(piece)
        self.close_connection = True
        result = {"success": True, "result": {"package": {"id": "x"}}} if status == 200 else {"error": "too large"}
        said = json.dumps(result).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  as its parent calls it
        """Say nothing."""
        del format, args


@contextmanager
def sink(*answers: int) -> Iterator[tuple[str, list[int]]]:
    """Run a sink; yield its address, and the lengths of the bodies that it was sent."""
    received: list[int] = []
    handler = type("OneSink", (Sink,), {"answers": answers, "received": received})
    server = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", received
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("status", [200, 413])
def test_a_gigabyte_goes_through_little_memory(tmp_path: Path, status: int) -> None:
    """Examined, sent and answered, or refused by a proxy: the process grows by less than 50 MB."""
    if shutil.disk_usage(tmp_path).free < 2 * GIGABYTE:
        pytest.skip("less than 2 GB are free here, in case the disk knows no sparse files")
    with (tmp_path / "large.bin").open("wb") as file:
        file.truncate(GIGABYTE)

    with sink(status) as (url, received):
        sent = subprocess.run(
            [sys.executable, "-c", SENDER, url, "large.bin", tmp_path],
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )

    assert sent.returncode == 0, sent.stderr
    grown, said = sent.stdout.splitlines()
    assert int(grown) < PEAK
    assert received[-1] > GIGABYTE
    assert ("takes no request as large as this" in said) == (status == 413)
    (tmp_path / "large.bin").unlink()
