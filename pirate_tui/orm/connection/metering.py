"""Count what a connection receives while its driver reads: no driver reports that, and none has a limit."""

import os
import socket
import struct
from contextlib import suppress


RECEIVED = struct.Struct("=128xQ")
"""The position of `tcpi_bytes_received` in `tcp_info` of Linux, since 4.1 (include/uapi/linux/tcp.h)."""


class Meter:
    """Counts the bytes that one connection receives; 0 where the system does not report them."""

    def __init__(self, descriptor: int | None) -> None:
        """Watch the socket of that descriptor, even after its driver has closed it; None for an unknown one."""
        self._socket: socket.socket | None = None
        if descriptor is not None and descriptor >= 0 and hasattr(socket, "TCP_INFO"):
            with suppress(OSError):  # closed by now: nothing comes any more
                self._socket = socket.socket(fileno=os.dup(descriptor))
        self._before = self._total()

    @property
    def received(self) -> int:
        """The bytes received since the meter was created."""
        return self._total() - self._before

    def cut(self) -> None:
        """Shut the socket down, so that its driver reads no more."""
        if self._socket is not None:
            with suppress(OSError):  # it has ended by itself
                self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Stop counting, and close the duplicated descriptor."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _total(self) -> int:
        if self._socket is None or self._socket.family not in {socket.AF_INET, socket.AF_INET6}:
            return 0
        with suppress(OSError, struct.error):  # an older system
            info = self._socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, RECEIVED.size)
            return int(RECEIVED.unpack(info)[0])
        return 0
