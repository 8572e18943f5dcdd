"""Packages as the API shows them, and the parameters of calls that change them."""

from typing import Any

from bulkedit.core.json_value import JSON, Package

REVISE = "package_revise"


def parks(*resources: dict[str, JSON], **fields: Any) -> Package:
    """Return a package as the API shows it."""
    return {
        "id": "p1",
        "name": "parks",
        "type": "dataset",
        "state": "active",
        "private": False,
        "metadata_modified": "2026-11-20T10:00:00.123456",
        "resources": list(resources),
        **fields,
    }


def link(key: str, **fields: Any) -> dict[str, JSON]:
    """Return a resource that links elsewhere."""
    return {"id": key, "name": f"name of {key}", "url": f"https://x.example/{key}", "url_type": None, **fields}


def upload(key: str, name: str, stamp: str, **fields: Any) -> dict[str, JSON]:
    """Return a resource with an uploaded file."""
    url = f"http://ckan/dataset/p1/resource/{key}/download/{name}"
    return link(key, url=url, url_type="upload", last_modified=stamp, size=len(name), hash="") | fields


def update(**fields: JSON) -> dict[str, JSON]:
    """Return the parameters of a call that sets fields."""
    return {"match": {"id": "p1"}, "update": fields}


def of_resource(key: str, **fields: JSON) -> dict[str, JSON]:
    """Return the parameters of a call that sets a resource's fields."""
    return {"match": {"id": "p1"}, f"update__resources__{key}": fields}
