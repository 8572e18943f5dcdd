"""The calls that make a package exactly what it was: API values as they are, no cell texts between.

``null`` clears a field of CKAN's own and removes one of the schema (CKAN 2.9 and later); what was not there at all
and is a list now is filtered out.
"""

from collections.abc import Iterable, Mapping, Sequence

from bulkedit.core.api_value import own_fields, own_fields_of_resource
from bulkedit.core.calls import Call
from bulkedit.core.catalogue import id_of
from bulkedit.core.columns import Level
from bulkedit.core.files import File
from bulkedit.core.json_value import JSON, Package, Resource, dicts, resources_of, text_of
from bulkedit.core.plan import Revision
from bulkedit.core.schema import EXTRAS
from bulkedit.core.uploaded import OF_FILES

_SET_BY_SITE = frozenset("package_id position state revision_id datastore_active metadata_modified".split())
"""Of a resource that comes back, what the site says by itself."""

_KEPT_UNLESS_SENT = frozenset("name format hash size cache_url url_type".split())
"""Of a resource, what stays as it is where it is not sent."""

_MISSING = object()


def plan_restoration(
    live: Package,
    target: Package,
    files: Mapping[str, File],
    groups: Iterable[str] = (),
    *,
    revise: bool = True,
) -> list[Call]:
    """Return the call that makes a package what it was, or the calls where one cannot; none if nothing changes.

    Args:
        live: the package as just read.
        target: the package as it is to be.
        files: files that come back, by resource.
        groups: ids of the groups that the user may add packages to.
        revise: the site takes ``package_revise``.
    """
    revision = _Restoration(live)
    for key in own_fields(live, target):
        if live.get(key, _MISSING) != target.get(key, _MISSING):
            revision.restore(key, target)
    revision.restore_resources(target)
    for owner, file in files.items():
        revision.send_file(owner, file)
    if not revision.touched:
        return []
    if not revise:
        return revision.patches(set(groups))
    revision.keep_foreign_groups(set(groups))
    return [revision.call()]


class _Restoration(Revision):
    """A revision that sends values as they were read once, and leaves nothing to be guessed."""

    def __init__(self, live: Package) -> None:
        super().__init__(live)
        self.vanished: dict[str, list[str]] = {}
        self.emptied: dict[str, JSON] = {}
        self.of_files: dict[str, dict[str, JSON]] = {}

    @property
    def touched(self) -> bool:
        return super().touched or bool(self.filter)

    def restore(self, key: str, target: Package) -> None:
        """Let a field of the package be as it was."""
        value = target.get(key)
        if value is None and isinstance(self.live.get(key), (list, dict)):
            self._filter_out(f"-{key}")
            self.emptied[key] = [] if isinstance(self.live[key], list) else None
        else:
            self._set(Level.PACKAGE, "", key, _as_sent(key, value))

    def restore_resources(self, target: Package) -> None:
        """Let the resources be as they were, in their order."""
        wanted = {id_of(resource): resource for resource in resources_of(target)}
        for key in [key for key in self.resources if key not in wanted]:
            self.filter.append(f"-resources__{key}")
            self.deleted.append(key)
        for key, resource in wanted.items():
            if key in self.resources:
                self._restore_resource(key, self.resources[key], resource)
            else:
                self.add_resource(key)
                self.resource_updates[key] = {
                    name: value for name, value in resource.items() if name not in _SET_BY_SITE | {"id"}
                }
        if [*wanted] != [key for key in self.resources if key in wanted]:
            self.places = {key: at for at, key in enumerate(wanted, 1)}

    def _restore_resource(self, owner: str, live: Resource, target: Resource) -> None:
        for key in (*own_fields_of_resource(live, target), "last_modified"):
            if live.get(key, _MISSING) == target.get(key, _MISSING):
                continue
            if key in target or key in _KEPT_UNLESS_SENT:
                self._set(Level.RESOURCE, owner, key, target.get(key))
            else:
                self._filter_out(f"-resources__{owner}__{key}")
                self.vanished.setdefault(owner, []).append(key)

    def patches(self, allowed: set[str]) -> list[Call]:
        """See `Revision.patches`; what describes a file that follows comes back with it, not before it."""
        self.update |= self.emptied
        for owner in self.vanished:
            self.resource_updates.setdefault(owner, {})
        for owner in self.files.keys() & self.resource_updates.keys() - set(self.added):
            fields = self.resource_updates.pop(owner)
            self.of_files[owner] = {key: fields.pop(key) for key in (*OF_FILES, "last_modified") if key in fields}
            if fields or owner in self.vanished:
                self.resource_updates[owner] = fields
        return super().patches(allowed)

    def _described(self, owner: str, file: File) -> dict[str, JSON]:
        """Say nothing new of a file: the fields that describe it come back as they were."""
        del file
        fields = self.of_files.get(owner, {})
        return {key: fields[key] for key in ("hash", "mimetype") if key in fields}

    def _patched_resource(self, key: str) -> JSON:
        return self._without_vanished(key, super()._patched_resource(key))

    def _without_vanished(self, owner: str, resource: JSON) -> JSON:
        gone = self.vanished.get(owner, ())
        return {k: v for k, v in resource.items() if k not in gone} if isinstance(resource, dict) else resource

    def _new_resource(self, key: str) -> JSON:
        return {"id": key, **self.resource_updates[key]}

    def _whole_resources(self, order: Sequence[str]) -> list[JSON]:
        whole = dicts(super()._whole_resources(order))
        return [self._without_vanished(id_of(one), one) for one in whole]


def _as_sent(key: str, value: JSON) -> JSON:
    """Return a list in the words in which CKAN takes it."""
    entries = dicts(value)
    if key == "tags" and isinstance(value, list):
        return [{k: tag[k] for k in ("name", "vocabulary_id") if tag.get(k)} for tag in entries]
    if key == "groups" and isinstance(value, list):
        return [{"id": text_of(group.get("id"))} for group in entries]
    if key == EXTRAS and isinstance(value, list):
        return [{k: extra[k] for k in ("key", "value") if k in extra} for extra in entries]
    return value
