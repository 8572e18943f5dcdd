"""Every test here has a desk of its own, and what tests/ckan, tests/core and tests/excel have."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ckan"))
sys.path.insert(0, str(Path(__file__).parent.parent / "core"))
sys.path.insert(0, str(Path(__file__).parent.parent / "excel"))

from live_catalogue import open_catalogue
from office_desk import desk
from scripted import serve

__all__ = ["desk", "open_catalogue", "serve"]
