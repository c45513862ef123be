"""What the package knows of the drivers that is not public; no server is needed."""

import asyncio
import ssl
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


# psycopg.


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
