"""Every test here can open a sandbox as those of tests/ckan do, and asks it in plain HTTP."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ckan"))

from live_catalogue import open_catalogue

__all__ = ["open_catalogue"]
