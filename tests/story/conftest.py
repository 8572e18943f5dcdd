"""Every test here has a desk, the catalogues of tests/ckan, the worlds of tests/core, the workbooks of tests/excel."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ckan"))
sys.path.insert(0, str(Path(__file__).parent.parent / "core"))
sys.path.insert(0, str(Path(__file__).parent.parent / "excel"))

from live_catalogue import open_catalogue
from office_desk import desk
from scripted import serve

__all__ = ["desk", "open_catalogue", "serve"]
