"""API values side by side: which fields are a record's own, when two values say the same, how they are told."""

from collections.abc import Iterator, Mapping

from bulkedit.core.json_value import JSON, Resource, dicts, is_empty, text_of
from bulkedit.core.plain import dump
from bulkedit.core.schema import EXTRAS

SITES_OWN = frozenset(
    "id type resources metadata_created metadata_modified num_resources num_tags organization isopen license_title"
    " license_url relationships_as_subject relationships_as_object tracking_summary creator_user_id revision_id"
    " revision_timestamp plugin_data".split()
)
"""Fields of a package that CKAN stamps or computes (and its resources, which are looked at one by one)."""

SITES_OWN_OF_RESOURCE = frozenset(
    "id package_id position state created metadata_modified last_modified cache_last_updated datastore_active"
    " datastore_contains_all_records_of_source_file revision_id tracking_summary webstore_last_updated".split()
)
"""Fields of a resource that CKAN stamps or computes; its place is looked at by itself."""

_UNORDERED = {"tags": "name", "groups": "id", EXTRAS: "key"}
"""Lists whose order means nothing, with what distinguishes their elements."""


def own_fields(*packages: Mapping[str, JSON]) -> Iterator[str]:
    """Yield the fields of packages that people set, each once."""
    yield from (key for key in dict.fromkeys(k for one in packages for k in one) if key not in SITES_OWN)


def own_fields_of_resource(*resources: Mapping[str, JSON]) -> Iterator[str]:
    """Yield the fields of resources that people set, each once."""
    keys = dict.fromkeys(key for one in resources for key in one)
    yield from (key for key in keys if key not in SITES_OWN_OF_RESOURCE)


def same(field: str, one: JSON, other: JSON) -> bool:
    """Tell whether two values of a field say the same: null, empty and missing do, and lists in another order."""
    if is_empty(one) and is_empty(other):
        return True
    if field in _UNORDERED and isinstance(one, list) and isinstance(other, list):
        return _by_key(field, one) == _by_key(field, other)
    return one == other


def _by_key(field: str, value: JSON) -> dict[str, JSON]:
    """Return what a list without an order says, by key: of tags and groups just which they are."""
    found: dict[str, JSON] = {}
    for entry in dicts(value):
        key = text_of(entry.get(_UNORDERED[field])) or text_of(entry.get("name"))
        vocabulary = f" {entry['vocabulary_id']}" if field == "tags" and entry.get("vocabulary_id") else ""
        found[key + vocabulary] = entry.get("value") if field == EXTRAS else None
    return found


def told(field: str, value: JSON) -> str:
    """Return a value as people read it."""
    match value:
        case None:
            return ""
        case str():
            return value
        case [*entries] if field in ("tags", "groups"):
            return "; ".join(text_of(one.get("name")) or text_of(one.get("id")) for one in dicts(entries))
        case [*entries] if field == EXTRAS:
            pairs = ((text_of(one.get("key")), told_plainly(one.get("value"))) for one in dicts(entries))
            return "; ".join(f"{key}: {text}" for key, text in pairs)
        case [*entries] if all(isinstance(one, str) for one in entries):
            return "; ".join(map(text_of, entries))
        case [*entries] if all(isinstance(one, dict) for one in entries):
            return "; ".join(
                ", ".join(filter(None, (told("", v) for v in one.values()))) for one in dicts(entries)
            )
        case _:
            return dump(value)


def told_plainly(value: JSON) -> str:
    """Return a value of no particular field as people read it."""
    return told("", value)


def file_name(resource: Resource) -> str:
    """Return what a resource's uploaded file is called; empty where it has none."""
    return text_of(resource.get("url")).rpartition("/")[2] if resource.get("url_type") == "upload" else ""


def file_key(resource: Resource) -> str:
    """Return what distinguishes a resource's uploaded file from its later ones."""
    return f"{text_of(resource.get('id'))} {text_of(resource.get('last_modified'))} {file_name(resource)}"
