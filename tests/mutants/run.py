"""Break the heart in small ways, one at a time, and see which test notices first (`make mutants`).

    python tests/mutants/run.py [PARTS OF FILES' NAMES OR OF WHAT IS BROKEN ...]

The ways stand in the `.yaml` files beside this one. Each is tried in a copy of the tree, with the tests that
should notice, the quickest ones first. One that no test notices, or one that is noticed although a reason says why
it cannot be, fails the run.
"""

import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

HERE = Path(__file__).parent
TREE = HERE.parents[1]
SECONDS = 400
"""How long tests may take before a mutant counts as noticed: it goes round for ever."""

_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "benchmarks", "*.egg-info", "build", "dist")
_FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+?\.py::\w+)", re.MULTILINE)
_NEVER = "(the tests never end)"


class UnfitError(Exception):
    """The list does not fit the code or its tests any more; ``str()`` says where."""


@dataclass(frozen=True)
class Mutant:
    """One way to break a module.

    Attributes:
        file: the module, from the root of the tree.
        breaks: what does not hold any more, in words.
        old: the text to be replaced, which stands there once.
        new: what stands there instead.
        tests: what pytest is given, one stage after the other.
        survives: why no test can notice, or need not; empty where one must.
    """

    file: str
    breaks: str
    old: str
    new: str
    tests: tuple[str, ...]
    survives: str = ""

    def broken(self, code: str) -> str:
        """Return the module's code with this broken.

        Raises:
            UnfitError: the code is not what it was, or would be none.
        """
        found = code.count(self.old)
        if found != 1 or self.old == self.new:
            raise UnfitError(
                f"{self.file}: “{self.breaks}” replaces a text that stands there {found} times:\n{self.old}"
            )
        broken = code.replace(self.old, self.new)
        try:
            compile(broken, self.file, "exec")
        except SyntaxError as error:
            raise UnfitError(f"{self.file}: “{self.breaks}” makes what is no code ({error})") from None
        return broken


def mutants(only: Sequence[str] = ()) -> Iterator[Mutant]:
    """Yield the mutants of the lists: all, or those whose file or description holds one of some texts."""
    for path in sorted(HERE.glob("*.yaml")):
        for file, of_file in yaml.safe_load(path.read_text("utf-8")).items():
            for said in of_file["mutants"]:
                mutant = Mutant(file=file, tests=tuple(of_file["tests"]), **said)
                if not only or any(text in f"{mutant.file} {mutant.breaks}" for text in only):
                    yield mutant


class Copy:
    """A copy of the tree in which a module at a time is broken."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "tree"
        shutil.copytree(TREE, self.folder, ignore=_LEFT_OUT)
        self._environment = os.environ | {"PYTHONPATH": str(self.folder), "HYPOTHESIS_PROFILE": "mutants"}
        self._written = 0

    def first_to_notice(self, mutant: Mutant) -> str:
        """Return the first test that fails with a mutant; empty where none does."""
        path = self.folder / mutant.file
        code = path.read_text("utf-8")
        try:
            self._write(path, mutant.broken(code))
            return next(filter(None, map(self._failing, mutant.tests)), "")
        finally:
            self._write(path, code)

    def _write(self, path: Path, code: str) -> None:
        """Write a module at a time of its own: by that Python knows whether what it has compiled is old."""
        path.write_text(code, "utf-8")
        self._written += 1
        os.utime(path, (time.time() + self._written,) * 2)

    def _failing(self, tests: str) -> str:
        status, said = self.run([*tests.split(), "-x"])
        failed = _FAILED.search(said)
        if status not in (None, 0) and failed is None:
            raise UnfitError(f"“{tests}” cannot be run:\n{said}")
        return _NEVER if status is None else failed[1] if failed else ""

    def run(self, tests: Sequence[str]) -> tuple[int | None, str]:
        """Run some tests; return how pytest ended (None: it did not) and what it said."""
        command = [sys.executable, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider", *tests]
        running = subprocess.Popen(
            command,
            cwd=self.folder,
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = running.communicate(timeout=SECONDS)
        except subprocess.TimeoutExpired:
            return None, ""
        finally:
            if running.poll() is None:
                os.killpg(running.pid, signal.SIGKILL)  # what the tests have started, too
                running.wait()
        return running.returncode, said


def main() -> int:
    """Try all mutants and print a table; return whether the tests hold what the list says of them."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("only", nargs="*", help="only mutants whose file or words hold one of these")
    options.add_argument("--quick", action="store_true", help="run only the quickest tests of each")
    said = options.parse_args()
    chosen = [replace(one, tests=one.tests[:1]) if said.quick else one for one in mutants(said.only)]
    try:
        for mutant in chosen:
            mutant.broken((TREE / mutant.file).read_text("utf-8"))
        with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
            return _table(chosen, Copy(Path(folder)))
    except UnfitError as error:
        print(error)
        return 2


def _table(chosen: Sequence[Mutant], copy: Copy) -> int:
    noticed: list[str] = []
    unseen = explained = surprises = 0
    for number, mutant in enumerate(chosen, 1):
        began = time.monotonic()
        test = copy.first_to_notice(mutant)
        if test:
            noticed.append(test)
        surprises += bool(test and mutant.survives)
        explained += bool(not test and mutant.survives)
        unseen += bool(not test and not mutant.survives)
        print(f"{number:3} {mutant.file.removeprefix('bulkedit/'):24} {mutant.breaks}")
        print(f"{'':28} {_answer(mutant, test)} ({time.monotonic() - began:.0f} s)", flush=True)
    _ensure_sound(noticed, copy)
    print(
        f"{len(chosen)} mutants: {len(noticed)} noticed, {unseen} survived, {explained} survived for a reason"
        + (f"; {surprises} noticed that should not be" if surprises else "")
        + "."
    )
    return 1 if unseen or surprises else 0


def _answer(mutant: Mutant, test: str) -> str:
    if not test:
        return f"survives: {mutant.survives}" if mutant.survives else "SURVIVED"
    return f"NOTICED after all, by {test}" if mutant.survives else test


def _ensure_sound(noticed: Sequence[str], copy: Copy) -> None:
    """Make sure that the tests that noticed anything pass where nothing is broken.

    Raises:
        UnfitError: one does not.
    """
    if tests := sorted({*noticed} - {_NEVER}):
        status, said = copy.run(tests)
        if status != 0:
            raise UnfitError(f"These tests fail where nothing is broken, too:\n{said}")


if __name__ == "__main__":
    sys.exit(main())
