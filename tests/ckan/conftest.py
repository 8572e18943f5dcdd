"""Every test here can open a sandbox, and has the scripted server for what no sandbox answers."""

from live_catalogue import open_catalogue
from scripted import serve

__all__ = ["open_catalogue", "serve"]
