"""Killed anywhere, a run that is begun again ends as if nothing had happened."""

import os
import sys
import threading
from pathlib import Path

import big_day
import pytest
from orders import Ended, Mortal, integrity, litter
from whole_day import IMPORT, Evening, Morning, evening

from bulkedit.sandbox.actions import WRITING

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot fork")

OF_CALLS = ("intended", "answered", "noted")
OF_THE_END = ("begun", "written", "ended", "writing")
EVERY = os.environ.get("BULKEDIT_EVERY_BOUNDARY") == "1"
STEP = 1 if EVERY else 19
"""Every so-manieth call is killed here; `make test-real` kills every one."""

CALLS = [(kind, number) for kind in OF_CALLS for number in range(1, big_day.WRITES + 1)]
AT_THE_END = [("begun", 1), ("written", 1), ("ended", 1), *(("writing", number) for number in range(1, 16))]


@pytest.mark.parametrize("die", [*CALLS[::STEP], *AT_THE_END], ids=lambda die: f"{die[0]}-{die[1]}")
def test_a_killed_run_begun_again_ends_as_if_nothing_had_happened(
    die: tuple[str, int], morning: Morning, mortal: Mortal, undisturbed: tuple[Ended, Evening], tmp_path: Path
) -> None:
    """The catalogue is the same, nothing is sent twice, workbook and ledger can be read, no litter lies about."""
    with morning.begin(tmp_path) as ckan:
        killed = mortal.run(IMPORT, tmp_path, ckan.url, die)
        again = mortal.run(IMPORT, tmp_path, ckan.url)
        third = mortal.run([*IMPORT[:3], "--json"], tmp_path, ckan.url)
        history = mortal.run(["history", "--json"], tmp_path, ckan.url)
        end = evening(ckan)

    states = [run["state"] for run in history.report["runs"]]
    assert (killed.status, again.status, third.status) == (-9, 0, 0), again.said
    assert states in (["done", "killed"], ["done", "done"], ["killed"], ["done"])  # nothing left, or all was noted
    assert end.catalogue == undisturbed[1].catalogue
    assert end.writes <= undisturbed[1].writes + 3  # calls under way, known not to have arrived
    assert third.counts.keys() == {"unchanged"}
    assert litter(tmp_path) == []
    assert integrity(tmp_path) == "ok"


@pytest.mark.parametrize("number", [3, 30, 63, 70, 74])
def test_a_call_that_the_site_is_still_busy_with_is_not_done_twice(
    number: int, morning: Morning, mortal: Mortal, undisturbed: tuple[Ended, Evening], tmp_path: Path
) -> None:
    """Killed while the site carries calls out, slowly; begun again at once, and the twins meet there."""
    slow = threading.Event()
    with morning.begin(tmp_path) as ckan:
        ckan.sandbox.watchers.append(lambda action, parameters: slow.wait(0.3) if action in WRITING else None)

        killed = mortal.run(IMPORT, tmp_path, ckan.url, ("under way", number))
        again = mortal.run(IMPORT, tmp_path, ckan.url)
        slow.set()
        third = mortal.run([*IMPORT[:3], "--json"], tmp_path, ckan.url)
        end = evening(ckan)

    assert (killed.status, again.status, third.status) == (-9, 0, 0), again.said
    assert end.catalogue == undisturbed[1].catalogue
    assert third.counts.keys() == {"unchanged"}


def test_every_boundary_is_there(undisturbed: tuple[Ended, Evening]) -> None:
    """The boundaries that are killed at are all there are: as many calls, as many steps of writing."""
    ended, end = undisturbed

    passed = {kind: ended.passed[kind] for kind in (*OF_CALLS, *OF_THE_END)}
    assert ended.status == 0
    assert end.writes == big_day.WRITES
    assert passed == dict.fromkeys(OF_CALLS, big_day.WRITES) | {
        "begun": 1,
        "written": 1,
        "ended": 1,
        "writing": AT_THE_END[-1][1],
    }
