"""Fuzz for a given time: rounds of every fuzzer with new examples, until one fails or time is up (`make fuzz`).

    python tests/fuzz/run.py --minutes 10 [WORDS OF A TEST'S NAME]

A failure is printed with its smallest example. Hypothesis tries it again in the next run, wherever that is; for
good it becomes a test of `test_found_by_fuzzing.py`.
"""

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

from patience import ROUND

HERE = Path(__file__).parent
_TIMES = (1, 3, 10)
"""Rounds grow: the first ones show soon that something is wrong at once."""


def main() -> int:
    """Run the fuzzers; return what pytest did when it failed, else 0."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("only", nargs="?", default="", help="only tests whose name holds this (pytest -k)")
    said = options.parse_args()
    until = time.monotonic() + said.minutes * 60
    number = 0
    while True:
        left = until - time.monotonic()
        if left <= 0:
            print(f"{number} rounds, no failure.")
            return 0
        number += 1
        status = _round(said.only, _TIMES[min(number, len(_TIMES)) - 1], left)
        if status:
            return status


def _round(only: str, times: int, seconds: float) -> int:
    """Run every fuzzer once, so many times longer than in `make test`, and not beyond the time that is left."""
    modules = sorted(map(str, HERE.glob("test_*.py")))
    command = [sys.executable, "-m", "pytest", "-q", "-x", *modules, "-k", only]
    environment = os.environ | {ROUND: str(times), "HYPOTHESIS_PROFILE": "fuzz"}
    with subprocess.Popen(command, env=environment) as running:
        try:
            return running.wait(seconds)
        except subprocess.TimeoutExpired:
            running.terminate()  # what this round has not found, another one will
            return 0


if __name__ == "__main__":
    sys.exit(main())
