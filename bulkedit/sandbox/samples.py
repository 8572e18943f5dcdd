"""The sample catalogue: an invented agency's records, from the files in ``samples/``."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from bulkedit.core.json_value import JSON, dicts, text_of
from bulkedit.sandbox.keeping import UPLOAD, Catalogue, Keeper, Upload
from bulkedit.sandbox.people import Person
from bulkedit.sandbox.record_types import RecordType, load_record_type
from bulkedit.sandbox.showing import stable_id
from bulkedit.sandbox.store import Record, Store

_FOUNDED = "2024-01-08T08:00:00.000001"
"""When everything of the sample site was made that does not say so itself."""


def samples_folder() -> Path:
    """Return where the sample files lie: in the installed package, or in the repository."""
    package = Path(__file__).resolve().parents[1]
    return next(folder for folder in (package / "samples", package.parent / "samples") if folder.is_dir())


@dataclass(frozen=True)
class Samples:
    """A catalogue in files: ``site.yaml``, ``packages.yaml``, ``schema.yaml`` and ``files/``."""

    folder: Path

    def record_type(self) -> RecordType:
        """Return the record type of the samples."""
        return load_record_type(self.folder / "schema.yaml")

    def load_site(self, store: Store) -> None:
        """Put the site's organizations, groups, licences and users into a store."""
        site = _read(self.folder / "site.yaml")
        for organization in dicts(site["organizations"]):
            store.put_record("organization", _group(organization, "organization"))
        for group in dicts(site["groups"]):
            store.put_record("group", _group(group, "group"))
        for licence in dicts(site["licenses"]):
            store.put_record("licence", licence)
        for user in dicts(site["users"]):
            store.put_record("user", _user(user))

    def load_packages(self, catalogue: Catalogue) -> None:
        """Put the packages into a catalogue that has the site; ids and times are the same each time."""
        packages = _read(self.folder / "packages.yaml")
        for package in dicts(packages if isinstance(packages, list) else packages.get("packages")):
            self._load(package, catalogue)

    def _load(self, package: Record, catalogue: Catalogue) -> None:
        name = text_of(package["name"])
        resources = [
            {"id": stable_id("resource", name, str(at)), **resource}
            for at, resource in enumerate(dicts(package.get("resources")))
        ]
        files: list[Upload] = []
        for resource in resources:
            if isinstance(file := resource.get(UPLOAD), str):
                files.append(Upload(file, (self.folder / "files" / file).read_bytes()))
                resource[UPLOAD] = {UPLOAD: len(files) - 1}
        stamps = {key: package.pop(key, _FOUNDED) for key in ("metadata_created", "metadata_modified")}
        creator = stable_id("user", text_of(package.pop("creator", "editor")))
        tags: list[JSON] = [{"name": tag} for tag in _texts(package.get("tags"))]
        groups: list[JSON] = [{"name": group} for group in _texts(package.get("groups"))]
        keeper = Keeper(catalogue, Person(id=creator, sysadmin=True), files)
        made = keeper.create(
            {
                **package,
                "id": stable_id("package", name),
                "tags": tags,
                "groups": groups,
                "resources": [*resources],
            }
        )
        kept = keeper.kept(made["id"])
        for resource in dicts(kept["resources"]):
            resource |= {"created": stamps["metadata_created"], "metadata_modified": stamps["metadata_modified"]}
            if resource["last_modified"]:
                resource["last_modified"] = stamps["metadata_modified"]
        keeper.store.put_package({**kept, **stamps})


def _read(file: Path) -> Record:
    loaded: Record = yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  a safe one
    return loaded


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The safe loader, in C where there is one."""


def _texts(value: JSON) -> list[str]:
    return [str(text) for text in value] if isinstance(value, list) else []


def _group(said: Record, kind: str) -> Record:
    title = text_of(said["title"])
    return {
        "approval_status": "approved",
        "created": _FOUNDED,
        "description": text_of(said.get("description")),
        "display_name": title,
        "id": stable_id(kind, text_of(said["name"])),
        "image_display_url": "",
        "image_url": "",
        "is_organization": kind == "organization",
        "name": said["name"],
        "state": "active",
        "title": title,
        "type": kind,
    }


def _user(said: Record) -> Record:
    return {
        "id": stable_id("user", text_of(said["name"])),
        "name": said["name"],
        "fullname": text_of(said.get("fullname")),
        "email": text_of(said.get("email")),
        "created": _FOUNDED,
        "sysadmin": said.get("sysadmin") is True,
        "organizations": said.get("organizations") or {},
        "groups": said.get("groups") or {},
    }
