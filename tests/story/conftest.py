"""Every test here has the scripted server of tests/ckan, no other network, and a desk of its own."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "ckan"))

from office_desk import desk
from scripted import only_loopback, serve

__all__ = ["desk", "only_loopback", "serve"]
