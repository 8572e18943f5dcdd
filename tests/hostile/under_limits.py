"""Run a command under limits, and tell what it used.

The command is started by a small process of its own: the peak of memory that Linux tells of a process counts
in what its parent had when it was started, and a parent that made bombs has had much.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MEMORY, DISK = 2 << 30, 1 << 30
"""Most bytes of address space, and of a file that is written: what saves the computer that this runs on."""
CPU, WALL = 20, 90
"""Most seconds of work, and of waiting."""
_SHOWN = 1 << 20


@dataclass(frozen=True)
class Ended:
    """How a command ended.

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


def run(command: Sequence[str | Path], folder: Path, environment: Mapping[str, str] | None = None) -> Ended:
    """Run a command in a folder."""
    told, tell = os.pipe()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        starter = [sys.executable, "-I", "-S", __file__, str(tell), *map(os.fspath, command)]
        try:
            subprocess.run(
                starter, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                pass_fds=[tell], check=True,
            )  # fmt: skip
        finally:
            os.close(tell)
            with os.fdopen(told) as report:
                said = report.read()
        ended = json.loads(said)
        return Ended(ended["status"], _text(out), _text(err), ended["seconds"], ended["megabytes"])


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read(_SHOWN).decode(errors="backslashreplace")


def _start(tell: int, command: Sequence[str]) -> None:
    """Be the small process: start the command, wait for it, write what it used."""
    import resource  # not everywhere

    child = os.fork()
    if child == 0:
        os.close(tell)
        for limit, most in (
            (resource.RLIMIT_AS, MEMORY),
            (resource.RLIMIT_CPU, CPU),
            (resource.RLIMIT_FSIZE, DISK),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(limit, (most, most))
        os.execv(command[0], command)  # noqa: S606  the tests start the program itself
    signal.signal(signal.SIGALRM, lambda *_: os.kill(child, signal.SIGKILL))
    signal.alarm(WALL)
    _, status, used = os.wait4(child, 0)
    signal.alarm(0)
    ended = {
        "status": os.waitstatus_to_exitcode(status),
        "seconds": used.ru_utime + used.ru_stime,
        "megabytes": used.ru_maxrss / (1 << 10),  # Linux counts in KB
    }
    with os.fdopen(tell, "w") as report:
        json.dump(ended, report)


if __name__ == "__main__":
    _start(int(sys.argv[1]), sys.argv[2:])
