"""What a server may do wrong: its messages are changed, one of them or each, as the number of a seed says."""

import random
import struct
from collections.abc import Callable, Iterator
from typing import NamedTuple


LENGTHS = (-1, 1, -4, 4, 100, 70_000, 0x7FFFFFFF, -0x7FFFFFFF)
"""By how much a length is wrong; the last two make one below zero of any."""


class Message(NamedTuple):
    """One message of a server's: what stands before it in its protocol, and what it holds."""

    kind: bytes
    """PostgreSQL's letter; nothing in MySQL's protocol."""
    payload: bytes
    number: int = 0
    """Of a packet of MySQL's."""


class Protocol(NamedTuple):
    """How messages stand in a stream."""

    size: Callable[[bytes], int | None]
    """How long the first message is with all that stands before it; None while that is not known yet."""
    parse: Callable[[bytes], Message]
    frame: Callable[[Message, int], bytes]
    """A message as bytes; by how much its length is told wrong."""


def _size_in_postgresql(data: bytes) -> int | None:
    if data[:1] in {b"N", b"S"} and len(data) == 1:  # to whom asks for TLS: a letter alone
        return 1
    return None if len(data) < 5 else max(5, 1 + struct.unpack(">I", data[1:5])[0])


def _size_in_mysql(data: bytes) -> int | None:
    return None if len(data) < 4 else 4 + struct.unpack("<I", data[:3] + b"\0")[0]


POSTGRESQL = Protocol(
    _size_in_postgresql,
    lambda data: Message(data[:1], data[5:]),
    lambda one, wrong: one.kind + struct.pack(">I", (len(one.payload) + 4 + wrong) & 0xFFFFFFFF) + one.payload,
)

MYSQL = Protocol(
    _size_in_mysql,
    lambda data: Message(b"", data[4:], data[3]),
    lambda one, wrong: struct.pack("<I", (len(one.payload) + wrong) & 0xFFFFFF)[:3] + bytes([one.number]) + one.payload,
)

ODD = (
    b"\xff\xfe\x80", b"caf\xe9", b"\x1b]52;c;QQ==\x07", b"\x1b[2J", b"\0", b"\n", b"'\"`;--", b"%s%n", b"xyz",
    b"99999999999999999999", b"-1", b"nan", b"x" * 5_000, "\N{SKULL AND CROSSBONES}\u202e".encode(), b"",
)  # fmt: skip
"""What stands in the place of a piece of a message."""

KINDS = b"RSKZTDCENtn123sIGHWcdAv\0\xff"
"""Letters of messages, and of none."""


class Mutation(NamedTuple):
    """One way to be wrong: the bytes that are sent for a message; whether the connection ends then, or never does."""

    sent: bytes
    ends: bool = False
    floods: bool = False


class Mutator:
    """Changes some of the messages of a server, the same ones in the same way for the same seed."""

    def __init__(self, seed: int, protocol: Protocol) -> None:
        self._random = random.Random(seed)  # noqa: S311  it is to be foretold
        self._protocol = protocol
        self._first = self._random.choice((0, 0, 3, 10, 20, 30, 40, 60, 80, 120))
        self._share = self._random.choice((0.02, 0.1, 0.3, 1.0))
        """From which message on, and how many of them are changed."""
        self._ways = self._random.sample(WAYS, self._random.choice((1, 2, len(WAYS))))
        self._seen = 0
        self._last = b""
        self.done: list[str] = []
        """What was done, to be told by a test that fails."""

    def changed(self, data: bytes) -> Mutation:
        """What is sent in the place of a message."""
        self._seen += 1
        before, self._last = self._last, data
        if self._seen <= self._first or self._random.random() > self._share or len(data) == 1:
            return Mutation(data)
        way = self._random.choice(self._ways)
        mutation = way(self._random, self._protocol, data, before)
        self.done.append(f"message {self._seen} {data[:12]!r}: {way.__name__} -> {mutation.sent[:24]!r}")
        return mutation


Way = Callable[[random.Random, Protocol, bytes, bytes], Mutation]


def cut(chance: random.Random, _protocol: Protocol, data: bytes, _before: bytes) -> Mutation:
    """The connection ends within it."""
    return Mutation(data[: chance.randrange(len(data))], ends=True)


def flipped(chance: random.Random, protocol: Protocol, data: bytes, _before: bytes) -> Mutation:
    """Some of its bits are others."""
    one = protocol.parse(data)
    found = bytearray(one.payload)
    for _ in range(chance.choice((1, 1, 3, 20)) if found else 0):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return Mutation(protocol.frame(one._replace(payload=bytes(found)), 0))


def mislaid(chance: random.Random, protocol: Protocol, data: bytes, _before: bytes) -> Mutation:
    """Its length is told wrong."""
    return Mutation(protocol.frame(protocol.parse(data), chance.choice(LENGTHS)))


def worded(chance: random.Random, protocol: Protocol, data: bytes, _before: bytes) -> Mutation:
    """A piece of it is something else, and its length is right."""
    one = protocol.parse(data)
    start = chance.randint(0, len(one.payload))
    end = min(len(one.payload), start + chance.choice((0, 1, 4, 20)))
    return Mutation(
        protocol.frame(one._replace(payload=one.payload[:start] + chance.choice(ODD) + one.payload[end:]), 0)
    )


def twice(_chance: random.Random, _protocol: Protocol, data: bytes, _before: bytes) -> Mutation:
    """It comes twice."""
    return Mutation(data * 2)


def dropped(_chance: random.Random, _protocol: Protocol, _data: bytes, _before: bytes) -> Mutation:
    """It does not come."""
    return Mutation(b"")


def replaced(_chance: random.Random, _protocol: Protocol, _data: bytes, before: bytes) -> Mutation:
    """The one before comes in its place."""
    return Mutation(before)


def renamed(chance: random.Random, protocol: Protocol, data: bytes, _before: bytes) -> Mutation:
    """It says that it is of another kind."""
    one, letter = protocol.parse(data), bytes([chance.choice(KINDS)])
    other = one._replace(kind=letter) if one.kind else one._replace(payload=letter + one.payload[1:])
    return Mutation(protocol.frame(other, 0))


def endless(_chance: random.Random, _protocol: Protocol, data: bytes, _before: bytes) -> Mutation:
    """It comes for ever."""
    return Mutation(data, floods=True)


WAYS: list[Way] = [cut, flipped, mislaid, worded, twice, dropped, replaced, renamed, endless]


def messages(protocol: Protocol, stream: bytearray) -> Iterator[bytes]:
    """The whole messages at the beginning of the stream, which are taken off it."""
    while stream:
        size = protocol.size(bytes(stream[:5]))
        if size is None or size > len(stream):
            return
        yield bytes(stream[:size])
        del stream[:size]
