"""The ways in which `make mutants` breaks the code fit the code as it is."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[1]


def runner() -> ModuleType:
    """Return the module that tries mutants."""
    spec = importlib.util.spec_from_file_location("mutants_runner", ROOT / "tests" / "mutants" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


RUNNER = runner()


@pytest.mark.parametrize(
    "mutant", list(RUNNER.mutants()), ids=lambda mutant: f"{Path(mutant.file).stem}-{mutant.breaks}"
)
def test_each_mutant_fits(mutant: object) -> None:
    """Its text stands in the module once, what replaces it is code, and the tests that should notice are there."""
    fitting: RUNNER.Mutant = mutant  # type: ignore[name-defined]  # of a module without a package

    fitting.broken((ROOT / fitting.file).read_text("utf-8"))

    assert [test for stage in fitting.tests for test in stage.split() if not (ROOT / test).exists()] == []
