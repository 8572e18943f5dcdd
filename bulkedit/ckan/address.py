"""Addresses of sites: which of them mean the same one."""

from urllib.parse import urlsplit


def normal_address(url: str) -> str:
    """Return a site's address in its one form, in lower case and without slashes at its end."""
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
