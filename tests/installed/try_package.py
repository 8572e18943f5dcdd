"""Build what people install, and try it as they would: away from the repository, alone (`make package`).

    python tests/installed/try_package.py [--python /path/to/another/python]

The source distribution and the wheel made from it go into dist/. The wheel is installed in an environment of its
own, and the main job is done there with the embedded catalogue.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[2]
NOT_SOURCE = (
    *(".git", ".venv", ".*cache", ".hypothesis", ".coverage*"),
    *("*.egg-info", "build", "dist", "__pycache__", "bulkedit-demo*"),
)
"""What lies in a working copy besides the sources; an old build would get its files into the new one."""

DATA = {"samples": ("*.yaml", "files/*"), "templates": ("*.yaml",)}
"""The folders beside bulkedit/ that are installed within it, and which of their files."""

SAYS_TEMPLATES = "from bulkedit.templating import templates_folder as f; print(*(p.name for p in f().iterdir()))"
DEMO_ENDS = "35 updated, 4 created, 3 deleted"
"""What the demo's import comes to, as in the README."""

_OURS = ("PYTHON", "CKAN_", "BULKEDIT_")
_MADE = ("bulkedit.egg-info/", "PKG-INFO", "setup.cfg")
"""What building adds to the sources."""


def main() -> int:
    """Build, look inside, install, try; return 1 with a sentence if something is not as it should be."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--python", default=sys.executable, help="the Python to install the wheel for")
    python = options.parse_args().python
    with tempfile.TemporaryDirectory(prefix="bulkedit-package-") as folder:
        try:
            _try(Path(folder), python)
        except (Wrong, subprocess.CalledProcessError) as error:
            print(f"{error}\n{getattr(error, 'stdout', None) or ''}", file=sys.stderr)
            return 1
    return 0


class Wrong(Exception):  # noqa: N818  named after what is said
    """Something is not as it should be."""


def _try(folder: Path, python: str) -> None:
    source = folder / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns(*NOT_SOURCE))
    archive, wheel = _build(source, ROOT / "dist")
    names = _of_archive(archive)
    _no_difference("the source distribution", {name for name in names if not name.startswith(_MADE)}, _sources())
    _no_difference("the wheel", _of_wheel(wheel), _installed_files())
    print(f"{archive.name}: {len(names)} files; {wheel.name}: {len(_installed_files())} files and its metadata")
    _try_installed(wheel, folder / "environment", folder / "elsewhere", python)


def _build(source: Path, into: Path) -> tuple[Path, Path]:
    """Make the source distribution, and the wheel from it and nothing else."""
    shutil.rmtree(into, ignore_errors=True)
    _run(sys.executable, "-m", "build", "--outdir", into, source)
    return next(into.glob("bulkedit-*.tar.gz")), next(into.glob("bulkedit-*.whl"))


# -- what is inside


def _of_archive(archive: Path) -> set[str]:
    with tarfile.open(archive) as members:
        return {one.name.partition("/")[2] for one in members if one.isfile()}


def _of_wheel(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as members:
        return {name for name in members.namelist() if ".dist-info/" not in name}


def _installed_files() -> set[str]:
    """Return what the program needs when it runs: its modules, pages and records."""
    code = {path.relative_to(ROOT).as_posix() for path in (ROOT / "bulkedit").rglob("*") if _counts(path)}
    for folder, patterns in DATA.items():
        found = (path for pattern in patterns for path in (ROOT / folder).glob(pattern) if _counts(path))
        code |= {f"bulkedit/{path.relative_to(ROOT).as_posix()}" for path in found}
    return code


def _sources() -> set[str]:
    """Return what one must have to build, read and test the program."""
    folders = ("benchmarks", "bulkedit", "docs", "samples", "templates", "tests")
    files = {path for folder in folders for path in (ROOT / folder).rglob("*") if _counts(path)}
    files |= {
        ROOT / name for name in (".pre-commit-config.yaml", "LICENSE", "MANIFEST.in", "Makefile", "pyproject.toml")
    }
    files |= set(ROOT.glob("*.md"))
    return {path.relative_to(ROOT).as_posix() for path in files}


def _counts(path: Path) -> bool:
    return path.is_file() and path.suffix != ".pyc" and not path.name.startswith(".")


def _no_difference(where: str, there: set[str], wanted: set[str]) -> None:
    said = [f"{where} lacks {name}" for name in sorted(wanted - there)]
    said += [f"{where} has {name}, which is none of its files" for name in sorted(there - wanted)]
    if said:
        raise Wrong("\n".join(said))


# -- as people use it


def _try_installed(wheel: Path, environment: Path, elsewhere: Path, python: str) -> None:
    """Install the wheel with what it asks for, and do the main job in an empty folder."""
    elsewhere.mkdir()
    _run(python, "-m", "venv", environment)
    programs = environment / ("Scripts" if os.name == "nt" else "bin")
    _run(programs / "python", "-m", "pip", "install", "--quiet", wheel, at=elsewhere)
    _run(programs / "python", "-m", "pip", "check", at=elsewhere)
    program = programs / "bulkedit"
    version = wheel.name.split("-")[1]
    _says(_run(program, "--version", at=elsewhere), [f"version {version}"], "bulkedit --version")
    commands = _commands(_run(program, "--help", at=elsewhere))
    for command in commands:
        said = _run(program, command, "--help", at=elsewhere)
        _says(said, [f"Usage: bulkedit {command}"], f"bulkedit {command}")
    shipped = _run(programs / "python", "-c", SAYS_TEMPLATES, at=elsewhere)
    _says(shipped, [path.name for path in (ROOT / "templates").glob("*.yaml")], "the list of templates")
    _says(_run(program, "demo", at=elsewhere), [DEMO_ENDS], "bulkedit demo")
    if not list(elsewhere.glob("bulkedit-demo/*.xlsx")):
        raise Wrong("bulkedit demo left no workbook.")
    print(f"Installed away from the repository, {len(commands)} commands and the demo work.")


def _commands(said: str) -> list[str]:
    """Return the commands that the program's help names."""
    lines = said.partition("Commands:\n")[2].splitlines()
    found = [line.split()[0] for line in lines if line.startswith("  ") and line[2:3].strip()]
    if not found:
        raise Wrong(f"bulkedit --help names no command:\n{said}")
    return found


def _says(said: str, wanted: Iterable[str], who: str) -> None:
    missing = [text for text in wanted if text not in said]
    if missing:
        raise Wrong(f"{who} does not say {', '.join(missing)}:\n{said}")


def _run(*command: str | Path, at: Path = ROOT) -> str:
    """Run a program that knows nothing of this repository, and return what it says."""
    alone = {name: said for name, said in os.environ.items() if not name.startswith(_OURS)}
    alone |= {"BULKEDIT_LEDGER": str(at / "ledger.sqlite")}
    done = subprocess.run(
        command, cwd=at, env=alone, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
