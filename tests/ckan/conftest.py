"""Every test here has the scripted server and no other network."""

from scripted import only_loopback, serve

__all__ = ["only_loopback", "serve"]
