"""An address of this computer that nobody may ask."""

import socket
from types import TracebackType
from typing import Self


class Ear:
    """Hears whether anybody came."""

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setblocking(False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        """End listening."""
        self._socket.close()

    @property
    def url(self) -> str:
        """The address."""
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    @property
    def heard(self) -> bool:
        """Whether anybody came since it was asked last."""
        try:
            self._socket.accept()[0].close()
        except BlockingIOError:
            return False
        return True
