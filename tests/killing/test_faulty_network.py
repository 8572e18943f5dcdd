"""Where every third call goes wrong, a run ends as if none had."""

import json
from pathlib import Path

import pytest
from orders import Ended
from quick_time import QuickTime
from scripted import TOKEN
from whole_day import IMPORT, Evening, Morning, evening

from bulkedit.ckan import pace
from bulkedit.cli import run

SHARE = 0.3
FAULTS = ("cut-before", "cut-after", "502", "502-after", "504 seconds=0.02", "429", "503", "half-body")
OF_EACH = 1 - (1 - SHARE) ** (1 / len(FAULTS))
SEEDS = range(50)


@pytest.mark.parametrize("seed", SEEDS)
def test_where_every_third_call_goes_wrong_the_end_is_the_same(
    seed: int,
    morning: Morning,
    undisturbed: tuple[Ended, Evening],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The same catalogue, the same answer to every row, and at most twice the writes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CKAN_API_KEY", TOKEN)
    monkeypatch.setattr(pace, "RealTime", QuickTime)
    with morning.begin(tmp_path) as ckan:
        monkeypatch.setenv("CKAN_URL", ckan.url)
        ckan.sandbox.misbehave(*(f"* {fault} share={OF_EACH} seed={seed} skip=1" for fault in FAULTS))

        status = run(IMPORT)

        ckan.sandbox.behave()
        end = evening(ckan)

    said = json.loads(capsys.readouterr().out)
    calm, undisturbed_end = undisturbed
    trouble = [row for row in said["rows"] if row["result"] not in ("updated", "created", "deleted")]
    assert [(row["package"], row["result"], row["message"]) for row in trouble] == []
    assert status == 0
    assert said["counts"] == calm.counts
    assert end.catalogue == undisturbed_end.catalogue
    assert undisturbed_end.writes < said["writes"] <= 2 * undisturbed_end.writes
