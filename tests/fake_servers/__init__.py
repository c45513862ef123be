"""Servers that are none: they speak a protocol as nobody should, to whoever connects.

They live in threads: a client that never lets its event loop go does not hold them up.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Self

from sqlalchemy import URL

from pirate_tui.orm.connection.url import Server


JOINING = 10.0
"""Seconds in which a thread must have ended when its sockets are closed."""


class Line:
    """One connection to a client, and all that has come by it."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self.received = bytearray()
        self.sent = 0
        """Bytes that the client, or the system for it, has taken."""

    def read(self, size: int) -> bytes:
        """So many bytes of the client's. Raises ConnectionError where it says no more."""
        found = bytearray()
        while len(found) < size:
            data = self._socket.recv(size - len(found))
            if not data:
                raise ConnectionError("the client is gone")
            found += data
        self.received += found
        return bytes(found)

    def some(self, most: int) -> bytes:
        """What the client has said meanwhile. Raises ConnectionError where it says no more."""
        data = self._socket.recv(most)
        if not data:
            raise ConnectionError("the client is gone")
        return data

    def end(self) -> None:
        """Say no more, and hear nothing."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def send(self, data: bytes) -> None:
        """Send it all; waits until the client takes it."""
        self._socket.sendall(data)
        self.sent += len(data)

    def flood(self, data: bytes) -> None:
        """Send it again and again, until the client is gone."""
        while True:
            self.send(data)


Conversation = Callable[[Line], None]
"""What the server does with a connection; when it returns, or the client is gone, the connection is closed."""


class FakeServer:
    """A port of this machine at which every connection has the same conversation; used as a context manager."""

    def __init__(self, converse: Conversation) -> None:
        self._converse = converse
        self.lines: list[Line] = []
        """Every connection that there has been."""
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]

    def __enter__(self) -> Self:
        self._begin(self._accept)
        return self

    def __exit__(self, *_exception: object) -> None:
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        while self._threads:
            for one in self._sockets:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
            thread = self._threads.pop()
            thread.join(JOINING)
            assert not thread.is_alive(), "a fake server goes on"
        for one in self._sockets:
            one.close()

    @property
    def received(self) -> bytes:
        """All that any client has sent, as far as it was read."""
        return b"".join(bytes(line.received) for line in self.lines)

    def named(self, driver: str, password: str | None = None) -> Server:
        """The server, as it would be reached by that driver: `mysql+asyncmy`."""
        url = URL.create(driver, "ann", password, host="127.0.0.1", port=self.port, database="shop")
        return Server(url)

    def keep(self, connected: socket.socket) -> None:
        """Close that one, too, at the end; what is sent by it goes at once, message for message."""
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sockets.append(connected)

    def _begin(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listening.accept()
            except OSError:
                return
            self.keep(connected)
            line = Line(connected)
            self.lines.append(line)
            self._begin(partial(self._talk, line))

    def _talk(self, line: Line) -> None:
        with suppress(OSError):
            self._converse(line)
        line.end()
