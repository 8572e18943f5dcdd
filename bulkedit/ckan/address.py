"""Addresses of sites: which of them mean the same one."""

from urllib.parse import urlsplit


def normal_address(url: str) -> str:
    """Return a site's address in its one form: capitals of scheme and host, and slashes at its end, mean nothing."""
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
