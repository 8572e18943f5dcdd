"""How long an import of edits takes, beside what else one could do to bring the same edits to the site.

    CKAN_URL=... CKAN_API_KEY=... python benchmarks/importing.py ORGANIZATION [--rounds N] [--server-pid PID ...]

It WRITES to the site: of up to 1,000 packages the notes, and of 3 of their resources each the description; to new
texts in every round and by every way, and each time it looks whether the site holds them. The ways, in turn:

* ``bulkedit import``, with as many workers as the others;
* ``package_patch`` for each edited package and ``resource_patch`` for each edited resource, with ckanapi;
* ``ckanapi load datasets --update-only`` of whole packages, edited.

What comes before, the export and typing the edits, is not counted for any of them.
"""

import json
import random
import sys
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import local

import ckanapi
from measuring import Command, Cost, FailedError, Target, Way, arguments, console, cost, rounds, table, target_of

from bulkedit.excel.typist import Typist

WORDS = "river forest road school clinic parcel bridge census harvest survey station boundary habitat".split()


@dataclass(frozen=True)
class Edits:
    """New texts: of packages the notes, of resources the description, by id; and the packages before."""

    notes: dict[str, str]
    descriptions: dict[str, str]
    before: list[dict[str, object]]


def new_edits(target: Target, count: int, resources: int) -> Edits:
    """Return edits that the site does not hold yet."""
    packages = target.packages()[:count]
    parts = [part for package in packages for part in _resources(package)[:resources]]
    return Edits(
        {str(package["id"]): _sentence() for package in packages},
        {str(part["id"]): _sentence() for part in parts},
        packages,
    )


def _resources(package: dict[str, object]) -> list[dict[str, object]]:
    found = package["resources"]
    return found if isinstance(found, list) else []


def _sentence() -> str:
    """Return words that look like nobody's series of numbers."""
    return f"About the {' and the '.join(random.sample(WORDS, 5))}, measured anew."


def ensure_held(target: Target, edits: Edits) -> None:
    """Look whether the site holds the edits.

    Raises:
        FailedError: it does not hold one of them.
    """
    packages = target.packages()
    notes = {str(package["id"]): package.get("notes") for package in packages}
    parts = {str(part["id"]): part.get("description") for package in packages for part in _resources(package)}
    wrong = [key for key, text in edits.notes.items() if notes.get(key) != text]
    wrong += [key for key, text in edits.descriptions.items() if parts.get(key) != text]
    if wrong:
        raise FailedError(f"{len(wrong)} texts have not arrived, like that of {wrong[0]}")


# -- the ways


def type_edits(target: Target, workbook: Path, edits: Edits) -> None:
    """Export, and type the edits into the workbook."""
    cost(_bulkedit("export", target.organization, "--headers", "names", "--force", "-o", workbook))
    typist = Typist(workbook)
    for sheet, header, texts in (
        ("Packages", "notes", edits.notes),
        ("Resources", "description", edits.descriptions),
    ):
        for row in typist.rows(sheet):
            if text := texts.get(row["ID"]):
                typist.type(sheet, row.number, header, text)
    typist.save()


def _bulkedit(*words: str | Path) -> Command:
    return [sys.executable, "-m", "bulkedit", *words]


def patch_each(target: Target, file: Path, workers: int) -> None:
    """Send a patch for each package and each resource: what ckanapi's users write."""
    texts = json.loads(file.read_text())
    jobs = [("package_patch", {"id": key, "notes": text}) for key, text in texts["notes"].items()]
    jobs += [("resource_patch", {"id": key, "description": text}) for key, text in texts["descriptions"].items()]
    own = local()

    def send(job: tuple[str, dict[str, str]]) -> None:
        if not hasattr(own, "remote"):
            own.remote = ckanapi.RemoteCKAN(target.url, apikey=target.token)
        own.remote.call_action(*job)

    with ThreadPoolExecutor(workers) as crew:
        list(crew.map(send, jobs))


def edited_packages(edits: Edits) -> str:
    """Return the whole packages with the edits, as ``ckanapi load`` reads them."""
    lines = []
    for package in edits.before:
        parts = [
            {**part, "description": edits.descriptions.get(str(part["id"]), part.get("description"))}
            for part in _resources(package)
        ]
        lines.append(json.dumps({**package, "notes": edits.notes[str(package["id"])], "resources": parts}))
    return "\n".join(lines) + "\n"


# -- the contest


@dataclass(frozen=True)
class Contest:
    """What all ways have in common."""

    target: Target
    folder: Path
    count: int
    resources: int
    workers: int
    server: Sequence[int]

    def with_bulkedit(self, *more: str) -> Cost:
        """Import with bulkedit, and look at its own count of calls."""
        workbook, ledger = self.folder / "ours.xlsx", self.folder / "ledger.db"
        report = self.folder / "report.json"

        def prepare(edits: Edits) -> None:
            type_edits(self.target, workbook, edits)

        command = _bulkedit("import", workbook, "--yes", "--json", "--ledger", ledger, *more)
        found = self._once(prepare, command, report)
        said = json.loads(report.read_text())
        print(f"    {said['writes']} write calls, {said['reads']} others", file=sys.stderr)
        if said["writes"] != self.count:
            raise FailedError(f"{said['writes']} write calls for {self.count} packages")
        return found

    def with_patches(self) -> Cost:
        """Send a patch for each row."""
        file = self.folder / "edits.json"

        def prepare(edits: Edits) -> None:
            file.write_text(json.dumps({"notes": edits.notes, "descriptions": edits.descriptions}))

        own: Command = [sys.executable, Path(__file__), self.target.organization, "--workers", str(self.workers)]
        return self._once(prepare, [*own, "--patch", file])

    def with_load(self) -> Cost:
        """Send whole packages with ckanapi's own tool."""
        file = self.folder / "packages.jsonl"

        def prepare(edits: Edits) -> None:
            file.write_text(edited_packages(edits))

        command: Command = [
            console("ckanapi"),
            "load",
            "datasets",
            "-o",
            "-q",
            "-I",
            file,
            "-p",
            str(self.workers),
        ]
        return self._once(prepare, [*command, "-r", self.target.url, "-a", self.target.token])

    def _once(self, prepare: Callable[[Edits], None], command: Command, said: Path | None = None) -> Cost:
        edits = new_edits(self.target, self.count, self.resources)
        prepare(edits)
        found = cost(command, self.server, said=said)
        ensure_held(self.target, edits)
        return found


def main() -> None:
    """Measure, and print a table."""
    parser = arguments(__doc__ or "")
    parser.add_argument("--packages", type=int, default=1000)
    parser.add_argument("--resources", type=int, default=3, help="that are edited, of each package")
    parser.add_argument("--workers", type=int, default=3, help="of all ways; bulkedit's own default")
    parser.add_argument("--slow-rounds", type=int, default=3, help="of the ways that take long")
    parser.add_argument("--without-load", action="store_true", help="leave ckanapi load out")
    parser.add_argument("--patch", type=Path, help="send these patches, once")
    options = parser.parse_args()
    target = target_of(options)
    if options.patch:
        patch_each(target, options.patch, options.workers)
        return
    with tempfile.TemporaryDirectory() as folder:
        count = min(options.packages, len(target.packages()))
        contest = Contest(target, Path(folder), count, options.resources, options.workers, options.server_pid)
        ways = [
            Way("bulkedit import", lambda: contest.with_bulkedit("--workers", str(options.workers))),
            Way("package_patch, resource_patch for each row", contest.with_patches),
            Way("ckanapi load datasets", contest.with_load),
        ]
        if options.without_load:
            ways.pop()
        found = rounds(ways, options.rounds, options.slow_rounds)
    print(f"{count:,} packages, {options.resources} resources each, {options.workers} workers\n\n{table(found)}")


if __name__ == "__main__":
    main()
