"""A terminal of its own for a program, and what stands on the screen."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

SECONDS = 30.0


class Terminal:
    """A program in a terminal of its own.

    Attributes:
        screen: all that it has shown so far.
        program: the process.
    """

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        """Start the program.

        Args:
            command: the program and what it is told.
            folder: where it is started.
            environment: all of its environment variables.
        """
        self.screen = ""
        self.master, inner = pty.openpty()
        self.program = subprocess.Popen(
            command,
            stdin=inner,
            stdout=inner,
            stderr=inner,
            cwd=folder,
            env=environment,
            start_new_session=True,
        )
        os.close(inner)

    def wait_for(self, text: str) -> None:
        """Read the screen until it holds a text."""
        until = time.monotonic() + SECONDS
        while text not in self.screen:
            assert self._read(until), self.screen

    def _read(self, until: float) -> bool:
        ready, _, _ = select.select([self.master], [], [], max(0.0, until - time.monotonic()))
        try:
            content = os.read(self.master, 4096) if ready else b""
        except OSError:  # Linux says so when the program has ended
            content = b""
        self.screen += content.decode(errors="replace")
        return bool(content)

    def type(self, text: str) -> None:
        """Type at the keyboard."""
        os.write(self.master, text.encode())

    def ended(self) -> int:
        """Read the rest of the screen and return the exit status."""
        while self._read(time.monotonic() + SECONDS):
            pass
        os.close(self.master)
        return self.program.wait(SECONDS)
