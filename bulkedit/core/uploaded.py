"""A resource's uploaded file on its way back: several fields that are one thing.

CKAN keeps one file for each resource: a new one takes the place of the old one on its disk, whatever its name
(``ckan/lib/uploader.py``). Where a resource was given a link instead, or deleted, the file stays there.
"""

from dataclasses import dataclass

from bulkedit.core.api_value import file_key, file_name, same
from bulkedit.core.json_value import Resource, text_of

OF_FILES = ("url", "url_type", "size", "mimetype", "hash")
"""Fields of a resource that come and go with its file."""

_KNOWN_BY = ("size", "hash")


@dataclass(frozen=True)
class FileUndo:
    """A file that a call sent, or that it gave up for a link.

    Attributes:
        left: what it is called that the call left: a file or a link.
        before: what was there before.
        live: what is there now.
        as_left: live is what the call left.
        already: live is what was before.
        overwritten: the file from before is not on the site's disk any more.
        key: what distinguishes that file from later ones.
    """

    left: str
    before: str
    live: str
    as_left: bool
    already: bool
    overwritten: bool
    key: str


def undo_file(live: Resource, before: Resource, left: Resource, asked: Resource | None) -> FileUndo | None:
    """Return what it takes to undo what a call did to a resource's file; None where it did nothing to it.

    Args:
        live: the resource as it is now.
        before: as it was before the call.
        left: as the call left it.
        asked: what the call asked for, if no answer came; None where ``left`` is what the site told.
    """
    sent = text_of((asked or left).get("hash")) if _hash_changed(before, asked or left) else ""
    if asked is None:
        kind_changed = "upload" in (before.get("url_type"), left.get("url_type")) and not same(
            "url_type", before.get("url_type"), left.get("url_type")
        )
        if not kind_changed and not _another_file(before, left):
            return None
        as_left = _same_file(live, left) and live.get("last_modified") == left.get("last_modified")
    elif sent:
        as_left = live.get("url_type") == "upload" and live.get("hash") == sent
    else:
        return None
    already = not as_left and _same_file(live, before)
    return FileUndo(
        _told(left) if asked is None else "",
        _told(before),
        _told(live),
        as_left,
        already,
        bool(file_name(before)) and (asked is not None or bool(file_name(left))),
        file_key(before),
    )


def _hash_changed(before: Resource, left: Resource) -> bool:
    return text_of(left.get("hash")).startswith("sha256:") and left.get("hash") != before.get("hash")


def _another_file(before: Resource, left: Resource) -> bool:
    """Tell whether two states of a resource have different files; a time stamp alone may be any plugin's."""
    if not file_name(before) or not file_name(left):
        return False
    return before.get("last_modified") != left.get("last_modified") and not _same_file(before, left)


def _same_file(one: Resource, other: Resource) -> bool:
    if not same("url_type", one.get("url_type"), other.get("url_type")):
        return False
    if not file_name(one):
        return same("url", one.get("url"), other.get("url"))
    return file_name(one) == file_name(other) and all(same(k, one.get(k), other.get(k)) for k in _KNOWN_BY)


def _told(resource: Resource) -> str:
    return file_name(resource) or text_of(resource.get("url"))
