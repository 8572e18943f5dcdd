"""Files that a run saves before it replaces them, so that an undo can bring them back."""

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

from bulkedit.ckan.download import DownloadError, download
from bulkedit.ckan.site import Site
from bulkedit.core.answers import Answer, Held
from bulkedit.core.api_value import file_key, file_name
from bulkedit.core.calls import Call
from bulkedit.core.files import File
from bulkedit.core.intended import intended
from bulkedit.core.json_value import JSON, Resource, resources_of, text_of
from bulkedit.core.text import UNSEEN
from bulkedit.opening import open_file, stamp_of
from bulkedit.workflow.delivery import Sender


def overwritten(call: Call) -> list[Resource]:
    """Return the resources whose uploaded file a call replaces: it is not to be had any more then."""
    held = resources_of(call.before) if call.before is not None else []
    sent = {key.split("__")[2] for key in call.files if key.count("__") > 1}
    sent |= {text_of(call.payload.get("id"))} if "upload" in call.files else set()
    return [one for one in held if file_name(one) and one.get("id") in sent]


def endangered(call: Call) -> list[Resource]:
    """Return the resources whose uploaded file a call replaces, deletes, or gives up for a link."""
    if call.before is None:
        return []
    after = {one.get("id"): one for one in resources_of(intended(call.action, call.payload, call.before))}
    replaced = [one.get("id") for one in overwritten(call)]
    return [
        one
        for one in resources_of(call.before)
        if file_name(one) and (one.get("id") in replaced or not file_name(after.get(one.get("id"), {})))
    ]


def keeping(
    sender: Sender, site: Site, folder: Path, which: Callable[[Call], Sequence[Resource]] = endangered
) -> Sender:
    """Return a sender that first saves the files that a call endangers; without them saved, nothing is sent.

    Args:
        sender: carries calls out.
        site: where the files are.
        folder: where they are saved.
        which: tells of a call the resources whose files are saved.
    """

    def send(call: Call) -> Answer:
        reason = saved(which(call), site, folder)
        return sender(call) if reason is None else Held({}, reason)

    return send


def saved(resources: Sequence[Resource], site: Site, folder: Path) -> str | None:
    """Save the uploaded files of resources; return in one sentence why one cannot be, or None."""
    for resource in resources:
        try:
            _save(resource, site, folder)
        except (DownloadError, OSError) as error:
            reason = (error.strerror or "unknown") if isinstance(error, OSError) else str(error)
            return (
                f"The file {file_name(resource)} could not be saved before its replacement ({reason}), so nothing"
                " of this package was sent."
            )
    return None


def _save(resource: Resource, site: Site, folder: Path) -> None:
    """Save a file, unless that was done before an earlier attempt.

    Raises:
        DownloadError: it cannot be fetched.
        OSError: it cannot be written.
    """
    key = file_key(resource)
    name = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    record = folder / f"{name}.json"
    if record.exists():
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    size, digest = download(site.client, resource, folder / name)
    noted: dict[str, JSON] = {"key": key, "name": file_name(resource), "size": size, "sha256": digest}
    written = folder / f"{name}.{secrets.token_hex(4)}.part"
    with written.open("x", encoding="utf-8") as file:  # never through a link that somebody put there
        json.dump(noted, file)
    written.replace(record)  # from here on the file counts as saved


def saved_files(folder: Path) -> dict[str, File]:
    """Return the files that a run saved, as far as they are still what they were, by `api_value.file_key`."""
    found = {}
    for record in sorted(folder.glob("*.json")):
        try:
            with open_file(record) as file:
                noted = json.load(file)
            with open_file(record.with_suffix("")) as content:
                digest, stamp = hashlib.file_digest(content, "sha256").hexdigest(), stamp_of(content)
        except (OSError, ValueError):
            continue
        if isinstance(noted, dict) and digest == noted.get("sha256"):
            name = UNSEEN.sub("_", text_of(noted.get("name")))
            size = noted["size"] if isinstance(noted.get("size"), int) else 0
            found[text_of(noted.get("key"))] = File(str(record.with_suffix("")), name, size, digest, stamp)
    return found
