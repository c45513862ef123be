"""How much a connection has received while its driver reads on: no driver tells, and none stops by itself."""

import os
import socket
import struct
from contextlib import suppress


RECEIVED = struct.Struct("=128xQ")
"""Where `tcp_info` of Linux, since 4.1, has `tcpi_bytes_received` (include/uapi/linux/tcp.h)."""


class Meter:
    """Counts what one connection receives from now on; where the system does not tell, it is nothing."""

    def __init__(self, descriptor: int | None) -> None:
        """Watch the socket of that descriptor, also when its driver has closed it; None for one that is not known."""
        self._socket: socket.socket | None = None
        if descriptor is not None and descriptor >= 0 and hasattr(socket, "TCP_INFO"):
            with suppress(OSError):  # closed by now: nothing comes any more
                self._socket = socket.socket(fileno=os.dup(descriptor))
        self._before = self._total()

    @property
    def received(self) -> int:
        """Bytes since it began to count."""
        return self._total() - self._before

    def cut(self) -> None:
        """End the connection, so that its driver reads no more."""
        if self._socket is not None:
            with suppress(OSError):  # it has ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Count no more."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _total(self) -> int:
        if self._socket is None or self._socket.family not in {socket.AF_INET, socket.AF_INET6}:
            return 0
        with suppress(OSError, struct.error):  # an older system
            told = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, RECEIVED.size)
            return int(RECEIVED.unpack(told)[0])
        return 0
