"""A real CKAN on this machine: starts the lab's (or finds it running) and tells how to reach it.

The lab is a folder outside the repository, `../shared/ckan` or what BULKEDIT_LAB says; its `up` installs
CKAN from the published package, starts it with PostgreSQL and Redis, and may be called any number of times.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import requests

CKAN_2_12 = "2.12.0"
CKAN_2_9 = "2.9.11"
PORTS = {CKAN_2_12: 5012, CKAN_2_9: 5009}
"""Where a CKAN runs with the schema of a whole catalogue; another port is another CKAN with data of its own."""
_PORTS_ABOVE = {"PG": 10_000, "REDIS": 11_000, "SOLR": 12_000}
"""The lab's own choice lies among the ports that Linux gives to outgoing connections, and may be taken."""
UP_SECONDS = 1800  # the first time it installs CKAN
ANSWER_SECONDS = 30
REPOSITORY = Path(__file__).resolve().parents[2]


class LabError(Exception):
    """The lab did not come up; the message holds the end of what it said."""


@dataclass(frozen=True)
class Lab:
    """How to reach one running CKAN. Tokens are not shown."""

    version: str
    url: str
    editor: str = field(repr=False)
    member: str = field(repr=False)
    sysadmin: str = field(repr=False)
    organization: str
    other_organization: str


def folder() -> Path:
    """Return where the lab's programs lie."""
    return Path(os.environ.get("BULKEDIT_LAB") or REPOSITORY.parent / "shared" / "ckan")


_PLUGINS = "scheming_datasets scheming_nerf_index text_view image_view"
"""What the lab loads by itself, and two kinds of resource views; activities are built into CKAN 2.9."""


def home() -> Path:
    """Return where the lab keeps its installations and data, by its own rule."""
    return Path(os.environ.get("CKAN_LAB_HOME") or Path.home() / ".cache" / "ckan-lab")


def missing(version: str = CKAN_2_12) -> str | None:
    """Return why this CKAN cannot run here, or None."""
    if not (folder() / "up").is_file():
        return f"no CKAN lab in {folder()} (set BULKEDIT_LAB)"
    if _python(version) is None:
        return f"CKAN {version} needs python3.9"
    return None


def start(version: str, *, port: int | None = None, schema: Path | None = None) -> Lab:
    """Start this CKAN, unless it runs already, and return how to reach it.

    Args:
        version: which CKAN.
        port: where, if not at its port of `PORTS`.
        schema: what the records are like, if not like those of the lab's own large schema.

    The lab's `up` wants its editor to be in exactly one organization, so it complains while (or after a
    killed session has left) other organizations of ours are there; everything has started by then, and the
    settings it wrote earlier still hold.
    """
    if reason := missing(version):
        raise LabError(reason)
    port = port or PORTS[version]
    told = subprocess.run(
        [folder() / "up"],
        env=_environment(version, port, schema or folder() / "schemas" / "bcdc_full.yaml"),
        capture_output=True,
        text=True,
        timeout=UP_SECONDS,
        check=False,
    )
    lab = _lab(version, told.stdout) if told.returncode == 0 else _settled(version, port)
    if lab is None:
        raise LabError(f"CKAN {version} did not start:\n{told.stderr[-2000:]}")
    return lab


def _environment(version: str, port: int, schema: Path) -> dict[str, str]:
    return os.environ | {
        "CKAN_LAB_VERSION": version,
        "CKAN_LAB_PORT": str(port),
        **{f"CKAN_LAB_{what}_PORT": str(port + above) for what, above in _PORTS_ABOVE.items()},
        "CKAN_LAB_SCHEMA": str(schema),
        "CKAN_LAB_PYTHON": _python(version) or "",
        "CKAN_LAB_PLUGINS": _PLUGINS if version == CKAN_2_9 else f"activity {_PLUGINS}",
    }


def _python(version: str) -> str | None:
    """Return a Python that this CKAN can be installed with: 3.9 for 2.9, ours for the others."""
    if version != CKAN_2_9:
        return sys.executable
    pyenv = sorted(Path.home().glob(".pyenv/versions/3.9*/bin/python"))
    return next((str(path) for path in [shutil.which("python3.9"), *pyenv] if path and _is_3_9(path)), None)


def _is_3_9(python: str | Path) -> bool:
    """Whether it really runs: pyenv puts names on the path that only say which version to install."""
    told = subprocess.run([python, "--version"], capture_output=True, text=True, check=False)
    return told.returncode == 0 and told.stdout.startswith("Python 3.9.")


def _settled(version: str, port: int) -> Lab | None:
    """Return the CKAN that runs already with the settings that an earlier `up` wrote, or None."""
    written = home() / f"data-{version}-{port}" / "ckan.env"
    if not written.is_file():
        return None
    lab = _lab(version, written.read_text(encoding="utf-8"))
    return lab if _answers(lab) else None


def _answers(lab: Lab) -> bool:
    """Whether the right CKAN answers there and knows the editor."""
    headers = {"Authorization": lab.editor}
    try:
        mine = requests.get(
            f"{lab.url}/api/3/action/organization_list_for_user", headers=headers, timeout=ANSWER_SECONDS
        ).json()
    except (OSError, ValueError):
        return False
    return any(organization["name"] == lab.organization for organization in mine.get("result") or ())


def _lab(version: str, settings: str) -> Lab:
    told = dict(line.split("=", 1) for line in settings.splitlines() if "=" in line)
    return Lab(
        version=version,
        url=told["CKAN_URL"],
        editor=told["CKAN_EDITOR_TOKEN"],
        member=told["CKAN_MEMBER_TOKEN"],
        sysadmin=told["CKAN_SYSADMIN_TOKEN"],
        organization=told["CKAN_ORG"],
        other_organization=told["CKAN_OTHER_ORG"],
    )
