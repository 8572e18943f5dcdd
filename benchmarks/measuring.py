"""What the benchmarks against other ways share: the site, the clocks of both sides, and tables.

Every way runs as a program of its own, so each pays for starting Python and for what it imports.
"""

import argparse
import ctypes
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import ckanapi

HERE = Path(__file__).parent
SLOW = 20.0
"""Seconds from which on another way has fewer rounds than bulkedit."""

_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux's prctl
_NOT_TIMED = "not timed:"


Command = Sequence[str | Path]
"""A program and its arguments."""


class FailedError(Exception):
    """One of the ways did not do its work."""


@dataclass(frozen=True)
class Target:
    """The site, the token and the organization to measure with."""

    url: str
    token: str
    organization: str

    def remote(self) -> ckanapi.RemoteCKAN:
        """Return a connection as ckanapi makes it."""
        return ckanapi.RemoteCKAN(self.url, apikey=self.token)

    def packages(self) -> list[dict[str, object]]:
        """Return all packages of the organization, drafts and private ones included."""
        found: list[dict[str, object]] = []
        own = f'+owner_org:"{self.remote().action.organization_show(id=self.organization)["id"]}"'
        more = {"include_private": True, "include_drafts": True, "sort": "id asc", "rows": 1000}
        while page := self.remote().action.package_search(fq=own, start=len(found), **more)["results"]:
            found += page
        return found


@dataclass(frozen=True)
class Cost:
    """Seconds that one round took: by the clock, of this computer's processors here, and of the server's."""

    wall: float
    client: float
    server: float


@dataclass(frozen=True)
class Way:
    """One way to do the work: what it is called, and what does it once."""

    title: str
    once: Callable[[], Cost]


def target_of(options: argparse.Namespace) -> Target:
    """Return the site of the environment."""
    try:
        return Target(os.environ["CKAN_URL"].rstrip("/"), os.environ["CKAN_API_KEY"], options.organization)
    except KeyError as error:
        raise SystemExit(f"Set {error.args[0]}: the address of a test site, and a token of it.") from None


def arguments(about: str) -> argparse.ArgumentParser:
    """Return a parser with what all benchmarks ask for."""
    parser = argparse.ArgumentParser(description=about.partition("\n")[0])
    parser.add_argument("organization", help="an organization of the test site, by name")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--server-pid",
        type=int,
        action="append",
        default=[],
        metavar="PID",
        help="count the processor time of this process and all below it (several times; Linux)",
    )
    return parser


# -- the clocks


def cost(command: Command, server: Iterable[int] = (), *, said: Path | None = None) -> Cost:
    """Run a program and return what it cost, less what it says is not part of it.

    Args:
        command: the program and its arguments.
        server: processes of the server, see `arguments`.
        said: file for what it writes to its standard output.

    Raises:
        FailedError: it ended with an error.
    """
    if sys.platform == "linux":  # ckanapi leaves its workers behind
        ctypes.CDLL(None).prctl(_SUBREAPER, 1)
    there, before = _server_seconds(server), _seconds_of_children()
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as trouble:
        start = time.perf_counter()
        child = subprocess.run(
            list(map(str, command)), stdout=out, stderr=trouble, env=_environment(), check=False
        )
        wall = time.perf_counter() - start
        _wait_for_all()
        client, server_seconds = _seconds_of_children() - before, _server_seconds(server) - there
        words, complaints = (_all_of(file) for file in (out, trouble))
    if child.returncode:
        raise FailedError(f"{command[:4]} ended with {child.returncode}: {complaints[-2000:]}")
    if said:
        said.write_text(words)
    aside = [line.split()[2:] for line in words.splitlines() if line.startswith(_NOT_TIMED)]
    less = [sum(map(float, column)) for column in zip(*aside, strict=True)] or [0.0, 0.0]
    return Cost(wall - less[0], client - less[1], server_seconds)


def _environment() -> dict[str, str]:
    """Return the environment for a way: ckanapi starts itself by name; modules are compiled once, as always."""
    kept = {key: text for key, text in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])}


def _all_of(file: IO[str]) -> str:
    file.seek(0)
    return file.read()


def not_timed(wall: float, processor: float) -> None:
    """Tell `cost` that the program spent so much on what is not part of the work."""
    print(_NOT_TIMED, wall, processor)


def _seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wait_for_all() -> None:
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return


def _server_seconds(roots: Iterable[int]) -> float:
    """Return the processor time of processes and all below them, of those that have ended too."""
    stats = dict(_stats()) if roots else {}
    wanted = set(roots)
    while more := {pid for pid, (parent, _) in stats.items() if parent in wanted} - wanted:
        wanted |= more
    return sum(ticks for pid, (_, ticks) in stats.items() if pid in wanted) / os.sysconf("SC_CLK_TCK")


def _stats() -> Iterable[tuple[int, tuple[int, int]]]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        yield int(folder.name), (int(fields[1]), sum(map(int, fields[11:15])))


# -- rounds and tables


def rounds(ways: Sequence[Way], count: int, slow_count: int) -> dict[str, list[Cost]]:
    """Return the costs of all ways, measured in turn; those that take long have fewer rounds."""
    found: dict[str, list[Cost]] = {way.title: [] for way in ways}
    for number in range(count):
        for way in ways:
            costs = found[way.title]
            if costs and costs[0].wall > SLOW and way is not ways[0] and number >= slow_count:
                continue
            costs.append(way.once())
            last = costs[-1]
            print(
                f"round {number + 1}: {way.title}: {last.wall:.2f} s, client {last.client:.2f}"
                f" s, server {last.server:.2f} s",
                file=sys.stderr,
                flush=True,
            )
    return found


def table(found: dict[str, list[Cost]]) -> str:
    """Return the medians as a table, beside those of the first way."""
    first = next(iter(found.values()))
    lines = [
        "| way | wall, median (least to most) | ratio | client | ratio | server | ratio | rounds |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for title, costs in found.items():
        walls = sorted(one.wall for one in costs)
        cells = [title, f"{statistics.median(walls):.2f} s ({walls[0]:.2f} to {walls[-1]:.2f})"]
        for at, of in enumerate((_wall, _client, _server)):
            ours, theirs = (statistics.median(map(of, some)) for some in (first, costs))
            cells += [] if at == 0 else [f"{theirs:.2f} s"]
            cells += [f"{theirs / ours:.2f}" if ours else ""]
        lines.append("| " + " | ".join([*cells, str(len(costs))]) + " |")
    return "\n".join(lines)


def _wall(one: Cost) -> float:
    return one.wall


def _client(one: Cost) -> float:
    return one.client


def _server(one: Cost) -> float:
    return one.server


def best(choices: Iterable[int], once: Callable[[int], Cost]) -> int:
    """Return the number with which something takes least time, tried once each."""
    costs = {number: once(number) for number in choices}
    for number, one in costs.items():
        print(f"tried -p {number}: {one.wall:.2f} s", file=sys.stderr, flush=True)
    return min(costs, key=lambda number: costs[number].wall)


def console(name: str) -> Path:
    """Return the console script of this Python's environment."""
    return Path(sys.executable).with_name(name)
