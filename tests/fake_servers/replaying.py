"""A real server's conversation, with mistakes: what it says passes through a `Mutator`."""

import socket
import threading
from contextlib import suppress

from pirate_tui.orm.connection.hosts import DEFAULT_PORTS
from pirate_tui.orm.connection.url import Server
from tests.fake_servers import FakeServer, Line
from tests.fake_servers.mutations import MYSQL, POSTGRESQL, Mutator, messages


SIZE = 65_536


class MistakenServer(FakeServer):
    """Stands before a real server, and changes what it says."""

    def __init__(self, real: Server, seed: int | None) -> None:
        super().__init__(self._hand_on)
        backend = real.url.get_backend_name()
        self._real = real
        self._place = (real.url.host or "127.0.0.1", real.url.port or DEFAULT_PORTS[backend])
        self._protocol = POSTGRESQL if backend == "postgresql" else MYSQL
        self._mutator = None if seed is None else Mutator(seed, self._protocol)
        self.flooding: bytes | None = None
        """What a message begins with that is repeated for ever, as soon as one comes; None for no such thing."""
        self._lock = threading.Lock()
        """One message after the other, also of several connections."""

    @property
    def done(self) -> list[str]:
        """What was changed."""
        return [] if self._mutator is None else self._mutator.done

    @property
    def server(self) -> Server:
        """The server, as it is reached by way of the mistakes."""
        return self._real._replace(url=self._real.url.set(host="127.0.0.1", port=self.port))

    def _hand_on(self, line: Line) -> None:
        far = socket.create_connection(self._place)
        self.keep(far)
        back = threading.Thread(target=self._hand_back, args=(far, line), daemon=True)
        back.start()
        try:
            while True:
                far.sendall(line.some(SIZE))
        finally:
            with suppress(OSError):
                far.shutdown(socket.SHUT_RDWR)
            back.join()

    def _hand_back(self, far: socket.socket, line: Line) -> None:
        stream = bytearray()
        with suppress(OSError):
            while data := far.recv(SIZE):
                stream += data
                for message in messages(self._protocol, stream):
                    self._say(line, message)
        line.end()

    def _say(self, line: Line, message: bytes) -> None:
        """Say the message in its own way. Raises ConnectionError where that was the last of it."""
        if self.flooding is not None and self._protocol.parse(message).kind == self.flooding:
            line.flood(message * max(1, SIZE // len(message)))
        if self._mutator is None:
            line.send(message)
            return
        with self._lock:
            mutation = self._mutator.changed(message)
        if mutation.floods:
            line.flood(mutation.sent * max(1, SIZE // len(mutation.sent)))
        line.send(mutation.sent)
        if mutation.ends:
            raise ConnectionError
