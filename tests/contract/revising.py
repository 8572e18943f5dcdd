"""Revise a package, and see what has changed or what was wrong."""

from typing import Any

from speaking import (
    Reply,
    Site,
    call,
    differences,
    show,
)


def revise(site: Site, package: dict[str, Any], **params: Any) -> Reply:
    """Revise a package found by its id."""
    return call(site, "package_revise", {"match": {"id": package["id"]}} | params)


def changes(site: Site, package: dict[str, Any], **params: Any) -> dict[str, Any]:
    """Revise a package, and return what has changed."""
    reply = revise(site, package, **params)
    after = reply.result["package"]
    assert after == show(site, package["id"])
    return differences(package, after)


def unlike(site: Site, *keys: str) -> dict[str, Any]:
    """Return the errors of a revision whose match names these keys wrongly."""
    return wrapped(site, {"match": list(keys)})


def wrapped(site: Site, errors: dict[str, Any]) -> dict[str, Any]:
    """Return a revision's own errors as this CKAN has them: in 2.9 inside of a message."""
    return {"message": [errors]} if site.old else errors


def errors(reply: Reply) -> dict[str, Any]:
    """Return the errors of a revision as they are."""
    assert reply.refused == (409, "Validation Error")
    return {key: value for key, value in reply.error.items() if key != "__type"}
