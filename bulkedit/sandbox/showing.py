"""Records as the API shows them: what is kept, and what CKAN computes from it (``model_dictize.py``)."""

from collections.abc import Mapping
from urllib.parse import urlsplit
from uuid import NAMESPACE_URL, uuid5

from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.sandbox.formats import file_name
from bulkedit.sandbox.record_types import RecordType
from bulkedit.sandbox.store import Record, Store

_GROUP_KEYS = "description display_name id image_display_url name title".split()
_ORGANIZATION_KEYS = (
    "id name title type description image_url created is_organization approval_status state".split()
)


def stable_id(*parts: str) -> str:
    """Return an id that follows from what it is of."""
    return str(uuid5(NAMESPACE_URL, "/".join(parts)))


def shown_package(kept: Record, kind: RecordType, store: Store, url: str) -> Record:
    """Return a package as ``package_show`` does.

    Args:
        kept: as the store has it.
        kind: its record type.
        store: for its organization, groups and licence.
        url: address of the site.
    """
    package = {key: value for key, value in kept.items() if value is not None or key not in kind.in_schema}
    package["title"] = text_of(kept.get("title")).strip()
    if "title" not in kind.in_schema:
        package["title"] = package["title"] or kept["name"]
    package["organization"] = shown_owner(store.record("organization", text_of(kept.get("owner_org"))))
    package |= _licence(store.record("licence", text_of(kept.get("license_id"))), kept.get("license_id"))
    tags = kept.get("tags")
    package["tags"] = [_tag(str(name)) for name in tags] if isinstance(tags, list) else []
    groups = kept.get("groups")
    found = [store.record("group", str(key)) for key in groups] if isinstance(groups, list) else []
    package["groups"] = [{key: group[key] for key in _GROUP_KEYS} for group in found if group is not None]
    package["resources"] = [
        _resource(resource, at, kept, kind, url) for at, resource in enumerate(dicts(kept.get("resources")))
    ]
    package["num_resources"], package["num_tags"] = len(dicts(kept.get("resources"))), len(dicts(package["tags"]))
    package["relationships_as_subject"], package["relationships_as_object"] = [], []
    if kind.schema is not None and not package["extras"]:
        del package["extras"]
    return package


def shown_owner(organization: Record | None) -> JSON:
    """Return an organization as a package shows it."""
    return None if organization is None else {key: organization[key] for key in _ORGANIZATION_KEYS}


def _licence(licence: Record | None, held: JSON) -> Record:
    if licence is None:
        return {"isopen": False, "license_title": held}
    approved = "approved" in (licence.get("od_conformance"), licence.get("osd_conformance"))
    shown: Record = {"isopen": approved, "license_title": licence["title"]}
    return shown | ({"license_url": licence["url"]} if licence.get("url") else {})


def _tag(name: str) -> JSON:
    return {
        "display_name": name,
        "id": stable_id("tag", name),
        "name": name,
        "state": "active",
        "vocabulary_id": None,
    }


def _resource(kept: Mapping[str, JSON], at: int, package: Record, kind: RecordType, site: str) -> Record:
    in_schema = kind.resource_fields.keys() if kind.schema is not None else ()
    schema_only = {key for key in in_schema if key not in _ALWAYS_SHOWN}
    resource = {key: value for key, value in kept.items() if value is not None or key not in schema_only}
    resource |= {"package_id": package["id"], "position": kept.get("position", at), "state": "active"}
    if resource["created"] is None:
        del resource["created"]
    url = text_of(kept.get("url"))
    if kept.get("url_type") == "upload":
        path = f"{package['type']}/{package['id']}/resource/{kept['id']}/download/{file_name(url)}"
        resource["url"] = f"{site}/{path}"
    elif url and not urlsplit(url).scheme:
        resource["url"] = f"http://{url.lstrip('/')}"
    return resource


_ALWAYS_SHOWN = frozenset(
    "id cache_last_updated cache_url created format hash last_modified metadata_modified mimetype"
    " mimetype_inner name resource_type size url url_type".split()
)
"""Keys of a resource that are shown even where they are ``null``."""
