"""Whatever a server says, the browser has an answer or one line that says why not: by each driver, in time."""

import pytest

from pirate_tui.domain.rows import Page
from pirate_tui.orm.connection import running_query
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects import server_connection as servers
from tests.fake_servers import visiting
from tests.fake_servers.mutations import MYSQL, POSTGRESQL, Mutator, Protocol, messages
from tests.fake_servers.replaying import MistakenServer
from tests.servers import run


QUICK = (1, 2, 7, 9, 64, 202)
"""Seeds of mistakes of each kind, for `make test`."""

MANY = range(1_000, 1_050)
"""Those of the longer run, which takes some twenty seconds for each driver."""

LIMIT = 15.0
"""Seconds in which each visit must be over, on a machine that has much else to do: its own limits are much shorter."""

TABLES = (
    "CREATE TABLE owner (id INT PRIMARY KEY, name VARCHAR(30))",
    "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(30) NOT NULL, price NUMERIC(8, 2), owner_id INT)",
    "ALTER TABLE item ADD CONSTRAINT of_owner FOREIGN KEY (owner_id) REFERENCES owner (id)",
    "INSERT INTO owner VALUES (1, 'Ann'), (2, 'Bob')",
    "INSERT INTO item VALUES (1, 'one', 1.5, 1), (2, 'two', NULL, NULL)",
)


@pytest.fixture
async def real(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A real server with two tables, which is given up soon when it says nothing."""
    await run(server, *TABLES)
    for module in (running_query, servers):
        monkeypatch.setattr(module, "CONNECT_LIMIT", 0.8)
    monkeypatch.setattr(running_query, "NETWORK_GRACE", 0.2)
    monkeypatch.setattr(visiting, "SECONDS", 0.5)
    return server


async def visit_by(seed: int, real: Server) -> None:
    """Visit the server that is mistaken in the way of the seed: an answer or a line, and nothing is left behind."""
    with MistakenServer(real, seed) as mistaken:
        try:
            answer = await visiting.within(LIMIT, mistaken.server)
        except BaseException as error:
            done = "\n".join(mistaken.done[-10:])
            error.add_note(f"seed {seed} of {real.url.get_driver_name()}, the last of its mistakes:\n{done}")
            raise
        assert isinstance(answer, Page | str)


async def test_a_server_that_makes_no_mistakes_is_understood(real: Server) -> None:
    with MistakenServer(real, None) as server:
        answer = await visiting.within(LIMIT, server.server)
    assert isinstance(answer, Page)
    assert [cell.text for cell in answer.rows[0].cells][:2] in (["1", "one"], ["1", "Ann"])
    assert len(answer.rows) == 2


@pytest.mark.parametrize("seed", QUICK)
async def test_a_mistaken_server_gives_an_answer_or_a_line(real: Server, seed: int) -> None:
    await visit_by(seed, real)


@pytest.mark.long
async def test_many_mistaken_servers_give_an_answer_or_a_line(real: Server) -> None:
    for seed in MANY:
        await visit_by(seed, real)


# The mistakes themselves.


def stream(protocol: Protocol) -> bytes:
    """Some messages of a server's."""
    if protocol is POSTGRESQL:
        return b"".join(b"D" + (14).to_bytes(4) + f"{n:010}".encode() for n in range(100))
    return b"".join((10).to_bytes(3, "little") + bytes([n % 256]) + f"{n:010}".encode() for n in range(100))


@pytest.mark.parametrize("protocol", [POSTGRESQL, MYSQL])
def test_a_stream_is_taken_apart_and_put_together_again(protocol: Protocol) -> None:
    taken = bytearray(stream(protocol) + b"\1")
    found = list(messages(protocol, taken))
    assert len(found) == 100
    assert taken == b"\1"
    assert b"".join(protocol.frame(protocol.parse(one), 0) for one in found) == stream(protocol)


@pytest.mark.parametrize("protocol", [POSTGRESQL, MYSQL])
def test_the_same_seed_makes_the_same_mistakes_and_all_seeds_make_all_of_them(protocol: Protocol) -> None:
    def said(seed: int) -> tuple[list[bytes], list[str]]:
        mutator = Mutator(seed, protocol)
        return [
            mutator.changed(message).sent for message in messages(protocol, bytearray(stream(protocol)))
        ], mutator.done

    assert said(3) == said(3)
    assert said(3) != said(4)
    ways = {line.split(": ")[1].split(" -> ")[0] for seed in range(60) for line in said(seed)[1]}
    assert ways == {"cut", "flipped", "mislaid", "worded", "twice", "dropped", "replaced", "renamed", "endless"}
