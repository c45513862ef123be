"""MySQL's protocol, the server's side: https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html."""

import struct
from collections.abc import Callable, Iterator

from tests.fake_servers import Line


LONG_PASSWORD, PROTOCOL_41, SSL, SECURE, PLUGIN_AUTH = 0x1, 0x200, 0x800, 0x8000, 0x80000
WITHOUT_TLS = LONG_PASSWORD | PROTOCOL_41 | SECURE | PLUGIN_AUTH | 0x8 | 0x2000 | 0x20000
"""Capabilities; those without a name are: a database is named, transactions, several results."""

SALT = b"abcdefghijklmnopqrst"

OK = b"\x00\x00\x00\x02\x00\x00\x00"
EOF = b"\xfe\x00\x00\x02\x00"

VARCHAR, BIGINT = 0xFD, 0x08


def packet(payload: bytes, number: int) -> bytes:
    """A packet: its length in three bytes, its number, and what it holds."""
    return struct.pack("<I", len(payload))[:3] + bytes([number & 0xFF]) + payload


def handshake(version: bytes = b"8.0.36", plugin: bytes = b"mysql_native_password") -> bytes:
    """What a server says first."""
    capabilities = struct.pack("<I", WITHOUT_TLS)
    return (
        b"\x0a" + version + b"\0" + struct.pack("<I", 7) + SALT[:8] + b"\0" + capabilities[:2] + b"\x2d"
        + b"\x02\x00" + capabilities[2:] + bytes([len(SALT) + 1]) + bytes(10) + SALT[8:] + b"\0" + plugin + b"\0"
    )  # fmt: skip


def switch_to(plugin: bytes, data: bytes = SALT + b"\0") -> bytes:
    """AuthSwitchRequest: log in in another way."""
    return b"\xfe" + plugin + b"\0" + data


def error(message: bytes, code: int = 1064, state: bytes = b"42000") -> bytes:
    """ERR_Packet."""
    return b"\xff" + struct.pack("<H", code) + b"#" + state + message


def text(value: bytes) -> bytes:
    """A string with its length."""
    size = len(value)
    if size < 0xFB:
        return bytes([size]) + value
    return b"\xfd" + struct.pack("<I", size)[:3] + value


def column(name: bytes, kind: int = VARCHAR) -> bytes:
    """A column's definition."""
    names = b"".join(map(text, (b"def", b"shop", b"t", b"t", name, name)))
    return names + b"\x0c\x2d\x00\xff\x00\x00\x00" + bytes([kind]) + bytes(5)


def rows(columns: list[bytes], values: list[list[bytes]]) -> list[bytes]:
    """The payloads of a result."""
    listed = [b"".join(map(text, value)) for value in values]
    return [bytes([len(columns)]), *map(column, columns), EOF, *listed, EOF]


def read_packet(line: Line) -> bytes:
    """What the client sends next."""
    size = struct.unpack("<I", line.read(4)[:3] + b"\0")[0]
    return line.read(size)


def let_in(line: Line, version: bytes = b"8.0.36") -> None:
    """Greet the client, and take whatever it says for the right password."""
    line.send(packet(handshake(version), 0))
    read_packet(line)
    line.send(packet(OK, 2))


def commands(line: Line) -> Iterator[bytes]:
    """Each command that the client sends: its kind in one byte, and a statement."""
    while True:
        command = read_packet(line)
        if command[:1] == b"\x01":  # it goes
            return
        yield command


def send_all(line: Line, payloads: list[bytes]) -> None:
    """Answer a command."""
    line.send(b"".join(packet(payload, number) for number, payload in enumerate(payloads, start=1)))


Answer = Callable[[bytes], list[bytes]]
"""The payloads with which a statement is answered."""


def answering(answer: Answer, version: bytes = b"8.0.36") -> Callable[[Line], None]:
    """A conversation with a server that lets everybody in, and answers each statement so."""

    def converse(line: Line) -> None:
        let_in(line, version)
        for command in commands(line):
            send_all(line, answer(command[1:]) if command[:1] == b"\x03" else [OK])

    return converse
