"""What the package knows of the drivers that is not public; no server is needed."""

import asyncio
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiosqlite
import asyncmy.auth
import asyncmy.connection
import asyncmy.errors
import asyncpg
import asyncpg.protocol
import psycopg
import pytest
from psycopg.errors import error_from_result
from psycopg.generators import execute
from sqlalchemy.ext.asyncio import create_async_engine

from pirate_tui.orm.errors import mysql_code
from tests.canaries.page import canary


ASYNCMY: Any = asyncmy.connection
"""Without its type hints, which leave out what is private."""

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(talk: Talk) -> AsyncIterator[int]:
    """The port of a server that talks so to whoever connects, and then hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await talk(reader, writer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listening:
        yield listening.sockets[0].getsockname()[1]


async def connect(port: int, **options: Any) -> Any:
    """A connection of asyncpg's."""
    options = {"user": "nobody", "database": "none", "timeout": 5, **options}
    return await asyncpg.connect(host="127.0.0.1", port=port, **options)


# asyncpg.


@canary("asyncpg.Connection._transport")
def test_asyncpg_has_its_transport() -> None:
    assert "_transport" in asyncpg.Connection.__slots__


@canary("asyncpg.protocol.Protocol", "asyncpg.protocol.Protocol.data_received")
async def test_asyncpg_makes_its_protocol_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        message = b"SFATAL\0C28000\0Mgo away\0\0"
        writer.write(b"E" + (len(message) + 4).to_bytes(4) + message)

    made, received = list[object](), list[bytes]()

    class Noting(asyncpg.protocol.Protocol):  # type: ignore[misc]  # asyncpg has no type hints
        """Notes what comes."""

        def connection_made(self, transport: Any) -> None:
            """Note it."""
            made.append(transport)
            super().connection_made(transport)

        def data_received(self, data: bytes) -> None:
            """Note it."""
            received.append(data)
            super().data_received(data)

    monkeypatch.setattr(asyncpg.protocol, "Protocol", Noting)
    async with server(refuse) as port:
        with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="go away"):
            await connect(port, ssl=False)
    assert len(made) == 1
    assert b"".join(received).startswith(b"E")


@canary("asyncpg.InternalClientError")
def test_an_internal_error_of_asyncpg_is_none_of_its_dbapi() -> None:
    dbapi: Any = create_async_engine("postgresql+asyncpg://host/base").dialect.dbapi
    assert not issubclass(asyncpg.InternalClientError, dbapi.Error)
    assert not issubclass(asyncpg.InternalClientError, asyncpg.PostgresError)


@canary("rejected SSL upgrade")
async def test_asyncpg_says_that_there_is_no_tls() -> None:
    async def reject(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(b"N")

    async with server(reject) as port:
        with pytest.raises(ConnectionError, match="rejected SSL upgrade"):
            await connect(port, ssl=ssl.create_default_context())


OK, KEY, READY = b"R\0\0\0\x08\0\0\0\0", b"K\0\0\0\x0c\0\0\0\x07\0\0\0\x09", b"Z\0\0\0\x05I"

VERSION = b"S\0\0\0\x18server_version\x0017.0\0"

CANCEL_REQUEST = struct.pack("!llll", 16, 80877102, 7, 9)
"""The number of the process and its secret are those of KEY."""


async def log_in(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Let anybody in."""
    await reader.readexactly(int.from_bytes(await reader.readexactly(4)) - 4)
    writer.write(OK + VERSION + KEY + READY)
    await writer.drain()


@canary("asyncpg.Connection._cancel")
async def test_asyncpg_sends_a_request_to_cancel() -> None:
    received = list[bytes]()

    async def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if received:
            received.append(await reader.readexactly(len(CANCEL_REQUEST)))
            return
        received.append(b"")
        await log_in(reader, writer)
        await reader.read()

    async with server(note) as port:
        connection = await connect(port, ssl=False)
        await connection._cancel(asyncio.get_running_loop().create_future())
        assert not connection.is_closed()
        connection.terminate()
    assert received[1:] == [CANCEL_REQUEST]


@canary("asyncpg.Connection._addr")
async def test_asyncpg_knows_where_it_is_connected_to() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await log_in(reader, writer)
        await reader.read()

    async with server(talk) as port:
        connection = await connect(port, ssl=False)
        assert connection._addr == ("127.0.0.1", port)
        connection.terminate()


@canary("asyncpg.Connection.execute", "asyncpg.Connection._get_statement")
async def test_asyncpg_begins_and_prepares_by_its_methods() -> None:
    asked = list[str]()

    class Noting(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no type hints
        """Notes what is sent, and sends nothing."""

        async def execute(self, query: str, *_: Any, **__: Any) -> str:
            """Note it."""
            asked.append(query)
            return ""

        async def _get_statement(self, query: str, *_: Any, **__: Any) -> Any:
            asked.append(query)
            raise LookupError

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await log_in(reader, writer)
        await reader.read()

    async with server(talk) as port:
        connection = await connect(port, ssl=False, connection_class=Noting)
        async with connection.transaction(isolation="serializable", readonly=True):
            for sending in (connection.prepare("SELECT 1"), connection.fetchrow("SELECT 2")):
                with pytest.raises(LookupError):
                    await sending
        connection.terminate()
    assert asked == ["BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY;", "SELECT 1", "SELECT 2", "COMMIT;"]


# psycopg.


@canary("psycopg.AsyncConnection._exec_command", "psycopg.AsyncConnection._get_tx_start_command")
async def test_psycopg_begins_by_a_command() -> None:
    asked = list[bytes]()

    class Noting(psycopg.AsyncConnection[Any]):
        """Notes its own commands, and sends nothing."""

        def _exec_command(self, command: Any, *_: Any, **__: Any) -> Any:
            asked.append(command)
            raise LookupError
            yield

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await log_in(reader, writer)
        await reader.read()

    async with server(talk) as port:
        connection = await Noting.connect(host="127.0.0.1", port=port, user="nobody", dbname="none", **PLAIN)
        await connection.set_read_only(True)
        with pytest.raises(LookupError):
            await connection.execute("SELECT 1")
        with pytest.raises(LookupError):
            async with connection.transaction():
                pass
        assert asked == [connection._get_tx_start_command(), b"BEGIN READ ONLY", b"ROLLBACK"]
        await connection.close()


PLAIN: dict[str, Any] = {"sslmode": "disable", "gssencmode": "disable"}


@canary("psycopg.generators.execute", "psycopg.errors.error_from_result")
async def test_psycopg_fetches_several_results() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await log_in(reader, writer)
        await reader.read(5)
        failure = b"SERROR\0C42601\0Mno\0\0"
        writer.write(b"C\0\0\0\x0aBEGIN\0E" + (len(failure) + 4).to_bytes(4) + failure + READY)
        await writer.drain()
        await reader.read()

    async with server(talk) as port:
        connection = await psycopg.AsyncConnection.connect(
            host="127.0.0.1", port=port, user="nobody", dbname="none", **PLAIN
        )
        connection.pgconn.send_query(b"BEGIN; no")
        done, failed = await connection.wait(execute(connection.pgconn))
        assert done.status == psycopg.pq.ExecStatus.COMMAND_OK
        assert failed.status == psycopg.pq.ExecStatus.FATAL_ERROR
        assert error_from_result(failed).sqlstate == "42601"
        await connection.close()


@canary("psycopg.OperationalError.sqlstate")
async def test_libpq_says_that_it_was_refused() -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as gone:
        port = gone.sockets[0].getsockname()[1]
    with pytest.raises(psycopg.OperationalError, match="Connection refused") as info:
        await psycopg.AsyncConnection.connect(host="127.0.0.1", port=port, user="nobody", dbname="none")
    assert info.value.sqlstate is None
    assert type(info.value).__module__.startswith("psycopg")


# asyncmy.


@canary("asyncmy.Connection._transport")
async def test_asyncmy_has_its_transport() -> None:
    assert hasattr(ASYNCMY.Connection(), "_transport")


@canary("asyncmy.Connection._host", "asyncmy.Connection._port")
async def test_asyncmy_knows_where_it_is_connected_to() -> None:
    connection = ASYNCMY.Connection(host="a", port=6601)
    assert (connection._host, connection._port) == ("a", 6601)


@canary("asyncmy.Connection.auth_plugin_map")
async def test_asyncmy_asks_the_map_of_plugins() -> None:
    def handler(connection: object) -> tuple[str, object]:
        return "made with", connection

    connection = ASYNCMY.Connection(auth_plugin_map={b"dialog": handler})
    assert connection._get_auth_plugin_handler(b"dialog") == ("made with", connection)


@canary("package is required")
def test_asyncmy_says_which_package_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    encrypt: Any = asyncmy.auth.sha2_rsa_encrypt
    monkeypatch.setattr(asyncmy.auth, "_have_cryptography", False)
    with pytest.raises(RuntimeError, match=r"^'cryptography' package is required"):
        encrypt(b"secret", b"salt", b"key")


@canary("asyncmy.errors")
async def test_an_error_of_asyncmy_begins_with_its_number() -> None:
    async def refuse(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        message = b"\xff" + (1040).to_bytes(2, "little") + b"#08004Too many connections"
        writer.write(len(message).to_bytes(3, "little") + b"\0" + message)

    async with server(refuse) as port:
        with pytest.raises(asyncmy.errors.OperationalError) as info:
            await asyncmy.connect(host="127.0.0.1", port=port, user="nobody")
    assert mysql_code(info.value) == 1040
    assert type(info.value).__module__ == "asyncmy.errors"


# sqlite3.


@canary("Could not decode to UTF-8")
async def test_sqlite_says_that_text_is_not_utf_8() -> None:
    async with aiosqlite.connect(":memory:") as connection:
        with pytest.raises(aiosqlite.OperationalError, match="Could not decode to UTF-8"):
            async with connection.execute("SELECT CAST(x'ff' AS TEXT)") as cursor:
                await cursor.fetchall()
