"""The ways in which `make mutants` breaks the code fit the code as it is."""

from pathlib import Path

import pytest
from loading import script

ROOT = Path(__file__).parents[1]


RUNNER = script("tests/mutants/run.py")


@pytest.mark.parametrize(
    "mutant", list(RUNNER.mutants()), ids=lambda mutant: f"{Path(mutant.file).stem}-{mutant.breaks}"
)
def test_each_mutant_fits(mutant: object) -> None:
    """Its text stands in the module once, what replaces it is code, and the tests that should notice are there."""
    fitting: RUNNER.Mutant = mutant  # type: ignore[name-defined]  # of a module without a package

    fitting.broken((ROOT / fitting.file).read_text("utf-8"))

    assert [test for stage in fitting.tests for test in stage.split() if not (ROOT / test).exists()] == []
