"""Every test here has a desk of its own, and what tests/ckan, tests/core and tests/excel have."""

import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ckan"))
sys.path.insert(0, str(Path(__file__).parent.parent / "core"))
sys.path.insert(0, str(Path(__file__).parent.parent / "excel"))

import pytest
from leaks import leaks
from live_catalogue import open_catalogue
from office_desk import Desk, desk, sandbox_desk
from scripted import TOKEN, serve

__all__ = ["desk", "open_catalogue", "sandbox_desk", "serve"]


@pytest.fixture(autouse=True)
def token_nowhere(
    request: pytest.FixtureRequest, tmp_path: Path, own_ledger: Path, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """After every test: no file, ledger, output, log or process of this computer holds the token.

    A test whose catalogue itself holds it says so with the marker ``token_planted``.
    """
    at: Desk | None = request.getfixturevalue("desk") if "desk" in request.fixturenames else None
    yield
    if request.node.get_closest_marker("token_planted"):
        return
    said = [] if at is None else [f"{one.out}{one.err}" for one in at.said]
    output = "\n".join([*said, *(record.getMessage() for record in caplog.get_records("call"))])
    meant = [] if at is None else at.token_files
    assert leaks(TOKEN, [tmp_path, own_ledger.parent], output, meant) == []
