"""Every test here has a desk of its own, and the catalogues and the scripted server of tests/ckan."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ckan"))

from live_catalogue import open_catalogue
from office_desk import desk
from scripted import serve

__all__ = ["desk", "open_catalogue", "serve"]
