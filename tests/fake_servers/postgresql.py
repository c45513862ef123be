"""PostgreSQL's protocol, the server's side: https://www.postgresql.org/docs/current/protocol.html."""

import struct
from collections.abc import Callable

from tests.fake_servers import Line


SSL_REQUEST, GSS_REQUEST, CANCEL_REQUEST = 80877103, 80877104, 80877102

SETTINGS = {
    "server_version": "15.20",
    "server_encoding": "UTF8",
    "client_encoding": "UTF8",
    "standard_conforming_strings": "on",
    "integer_datetimes": "on",
    "DateStyle": "ISO, MDY",
    "TimeZone": "UTC",
    "is_superuser": "off",
    "session_authorization": "ann",
}


def message(kind: bytes, payload: bytes = b"") -> bytes:
    """A message: its kind, its length, and what it holds."""
    return kind + struct.pack(">I", len(payload) + 4) + payload


def setting(name: str, value: str) -> bytes:
    """ParameterStatus."""
    return message(b"S", f"{name}\0{value}\0".encode())


READY = message(b"Z", b"I")


def notice(text: bytes) -> bytes:
    """NoticeResponse."""
    return message(b"N", b"SNOTICE\0C00000\0M" + text + b"\0\0")


def error(text: bytes, code: bytes = b"42601") -> bytes:
    """ErrorResponse."""
    return message(b"E", b"SERROR\0VERROR\0C" + code + b"\0M" + text + b"\0\0")


def begin(line: Line) -> bool:
    """Read how the client begins; is it a session? Else it wants a statement of another one to be stopped."""
    while True:
        size, code = struct.unpack(">II", line.read(8))
        line.read(size - 8)
        if code in {SSL_REQUEST, GSS_REQUEST}:
            line.send(b"N")
        else:
            return bool(code != CANCEL_REQUEST)


def greeting(settings: dict[str, str] = SETTINGS) -> bytes:
    """What a server says to whom it has let in."""
    told = b"".join(setting(name, value) for name, value in settings.items())
    return message(b"R", struct.pack(">I", 0)) + told + message(b"K", struct.pack(">II", 7, 7)) + READY


def read_message(line: Line) -> tuple[bytes, bytes]:
    """The kind of what the client sends next, and what it holds."""
    kind = line.read(1)
    return kind, line.read(struct.unpack(">I", line.read(4))[0] - 4)


def row(*values: bytes) -> bytes:
    """DataRow."""
    return message(
        b"D", struct.pack(">H", len(values)) + b"".join(struct.pack(">I", len(value)) + value for value in values)
    )


def columns(*names: bytes) -> bytes:
    """RowDescription: columns of text."""
    listed = b"".join(name + b"\0" + struct.pack(">IHIHIH", 0, 0, 25, 0xFFFF, 0xFFFFFFFF, 0) for name in names)
    return message(b"T", struct.pack(">H", len(names)) + listed)


DONE = message(b"C", b"SELECT 1\0")

Answer = Callable[[str], bytes]
"""The messages with which a statement is answered, but for those that say that it is described, or that it is over."""


class Session:
    """A session with a server that answers each statement so; what it describes has one column, whatever it is."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._statement = ""

    def reply(self, kind: bytes, payload: bytes) -> bytes:
        """What is said to a message of the client's."""
        if kind in b"PQ":
            self._statement = payload.split(b"\0")[kind == b"P"].decode()
        match kind:
            case b"Q":
                return self._answer(self._statement) + READY
            case b"E":
                return self._answer(self._statement)
            case b"D" if payload[:1] == b"S":
                return message(b"t", struct.pack(">H", 0)) + columns(b"one")
        return {b"P": message(b"1"), b"B": message(b"2"), b"C": message(b"3"), b"S": READY, b"D": columns(b"one")}.get(
            kind, b""
        )


def answering(answer: Answer = lambda _statement: DONE, hello: bytes = b"") -> Callable[[Line], None]:
    """A conversation with a server that lets everybody in, says hello, and answers each statement so."""

    def converse(line: Line) -> None:
        if not begin(line):
            return
        line.send(hello or greeting())
        session = Session(answer)
        while (received := read_message(line))[0] != b"X":
            line.send(session.reply(*received))

    return converse
