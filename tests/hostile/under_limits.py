"""Run the program, or any command, under limits, and tell what it used.

A process of its own does it: the peak of memory that Linux tells of a process counts in what its parent had, and
a parent that made bombs has had much. It loads the program once and is copied for each run, since to load it
takes ten times as long as to refuse a workbook.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

MEMORY, DISK = 2 << 30, 1 << 30
"""Most bytes of address space, and of a file that is written: what saves the computer that this runs on."""
CPU, WALL = 20, 90
"""Most seconds of work, and of waiting."""
_SHOWN = 1 << 20


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    Attributes:
        status: its exit status; a negative one is the signal that ended it.
        seconds: of work of the processor.
        megabytes: the most memory it had.
    """

    status: int
    out: str
    err: str
    seconds: float
    megabytes: float

    @property
    def hung(self) -> bool:
        """Whether it had to be ended."""
        return self.status in (-signal.SIGXCPU, -signal.SIGKILL)


class Runner:
    """Runs one after the other."""

    def __enter__(self) -> Self:
        """Start the process that runs others."""
        command = [sys.executable, __file__]
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """End it."""
        self._server.communicate()

    def program(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Ended:
        """Run bulkedit in a folder."""
        return self._asked("program", arguments, folder, environment)

    def command(self, command: Sequence[str | Path], folder: Path) -> Ended:
        """Run a command in a folder."""
        return self._asked("command", [os.fspath(one) for one in command], folder, dict(os.environ))

    def _asked(self, what: str, words: Sequence[str], folder: Path, environment: Mapping[str, str]) -> Ended:
        assert self._server.stdin is not None
        assert self._server.stdout is not None
        streams = [folder / "told on standard output", folder / "told on standard error"]
        asked = {
            what: words,
            "folder": str(folder),
            "environment": environment,
            "streams": list(map(str, streams)),
        }
        self._server.stdin.write(f"{json.dumps(asked)}\n")
        self._server.stdin.flush()
        ended = json.loads(self._server.stdout.readline())
        out, err = (_text(path) for path in streams)
        return Ended(ended["status"], out, err, ended["seconds"], ended["megabytes"])


def _text(path: Path) -> str:
    """Return what a stream was told, and forget it."""
    with path.open("rb") as file:
        told = file.read(_SHOWN)
    path.unlink()
    return told.decode(errors="backslashreplace")


# -- in the other process


def _serve() -> None:
    """Run what is asked for on standard input, a line each."""
    from bulkedit.cli import main

    for line in sys.stdin:
        asked = json.loads(line)
        child = os.fork()
        if child == 0:
            _be(asked, main)
        print(json.dumps(_waited(child)), flush=True)


def _be(asked: Mapping[str, Any], main: Callable[[], object]) -> NoReturn:
    """Be what was asked for, in the copy of this process; it ends as Python ends."""
    _limit()
    _settle(asked)
    if "command" in asked:
        os.execv(asked["command"][0], asked["command"])  # noqa: S606  the tests start it themselves
    sys.argv = ["bulkedit", *asked["program"]]
    main()
    raise SystemExit


def _limit() -> None:
    import resource  # not everywhere

    for limit, most in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, CPU),
        (resource.RLIMIT_FSIZE, DISK),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (most, most))


def _settle(asked: Mapping[str, Any]) -> None:
    """Take the folder, the environment and the streams that were asked for."""
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    files = [
        os.open(os.devnull, os.O_RDONLY),
        *(os.open(path, os.O_WRONLY | os.O_CREAT) for path in asked["streams"]),
    ]
    for stream, file in enumerate(files):
        os.dup2(file, stream)
    sys.stdin = os.fdopen(0)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="backslashreplace")
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace")


def _waited(child: int) -> dict[str, float]:
    """Return how the copy ended, and what it used; end it if it takes too long."""
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(WALL)
    _, status, used = os.wait4(child, 0)
    signal.alarm(0)
    return {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / (1 << 10),  # Linux counts in KB
    }


if __name__ == "__main__":
    _serve()
