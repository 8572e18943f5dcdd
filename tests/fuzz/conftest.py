"""Fuzzers use what the other tests have; see `patience` for how long they run."""

import sys
from pathlib import Path

for folder in ("ckan", "core", "excel", "story"):
    sys.path.insert(0, str(Path(__file__).parent.parent / folder))
