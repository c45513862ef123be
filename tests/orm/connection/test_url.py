"""What is typed as DATABASE: the file or the server that is meant, the driver, TLS, and what is refused."""

import importlib
import ssl
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Self

import pytest

from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.ports import Listener
from pirate_tui.domain.text import redact
from pirate_tui.orm.connection import url as module
from pirate_tui.orm.connection.tls import encrypted
from pirate_tui.orm.connection.url import Server, named
from pirate_tui.orm.database import Limits, open_database
from pirate_tui.orm.dialects.registry import backend_of
from tests.servers import fresh_database, run


PASSWORD = "hidden-word!"  # noqa: S105  it opens nothing
QUOTED = "hidden-word%21"


class Deaf(Listener):
    """A listener who needs to know nothing."""


@pytest.fixture(autouse=True)
def _plain_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PGHOST", "PGPORT", "PGUSER", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)


def server_of(typed: str) -> Server:
    found = named(typed)
    assert isinstance(found, Server)
    return found


@pytest.mark.parametrize(
    ("typed", "path"),
    [
        ("sqlite:///shop.db", "shop.db"),
        ("sqlite:////var/my shop.db", "/var/my shop.db"),
        ("sqlite+aiosqlite:///shop.db", "shop.db"),
        ("sqlite+pysqlite:///shop.db?timeout=5", "shop.db"),
        ("SQLite:///shop.db", "shop.db"),
        ("sqlite:///file:/var/my%20shop.db?mode=ro&uri=true", "/var/my shop.db"),
        ("sqlite:///file:///var/shop.db?uri=true", "/var/shop.db"),
        ("sqlite:///file:shop.db?uri=1", "shop.db"),
        ("sqlite:///file:shop.db", "file:shop.db"),
    ],
)
def test_the_url_of_a_file_means_the_file(typed: str, path: str) -> None:
    assert named(typed) == Path(path)


@pytest.mark.parametrize(
    ("typed", "drivername"),
    [
        ("postgresql://shop@db/shop", "postgresql+psycopg"),
        ("postgres://shop@db/shop", "postgresql+psycopg"),
        ("postgresql+psycopg2://shop@db/shop", "postgresql+psycopg"),
        ("postgresql+pg8000://shop@db/shop", "postgresql+psycopg"),
        ("postgresql+psycopg_async://shop@db/shop", "postgresql+psycopg"),
        ("postgresql+psycopg://shop@db/shop", "postgresql+psycopg"),
        ("postgresql+asyncpg://shop@db/shop", "postgresql+asyncpg"),
        ("mysql://shop@db/shop", "mysql+asyncmy"),
        ("mysql+asyncmy://shop@db/shop", "mysql+asyncmy"),
        ("mysql+pymysql://shop@db/shop", "mysql+asyncmy"),
        ("mariadb://shop@db/shop", "mariadb+asyncmy"),
        ("mariadb+mariadbconnector://shop@db/shop", "mariadb+asyncmy"),
    ],
)
def test_a_driver_that_can_be_awaited_is_taken_and_said(typed: str, drivername: str) -> None:
    server = server_of(typed)
    assert server.url.drivername == drivername
    is_as_typed = typed.startswith(f"{drivername}://")
    expected = [] if is_as_typed else [f"using driver {drivername.partition('+')[2]} ({drivername}://)"]
    assert list(server.notes) == expected


def without(monkeypatch: pytest.MonkeyPatch, *drivers: str) -> None:
    """Let imports of these fail as they do where they are not installed."""
    importing = importlib.import_module

    def refuse(name: str) -> Any:
        if name in drivers:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return importing(name)

    monkeypatch.setattr(module, "import_module", refuse)


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        ("postgresql://db/shop", "psycopg is not installed: pip install 'pirate-tui[postgresql]'"),
        ("postgresql+asyncpg://db/shop", "asyncpg is not installed: pip install 'pirate-tui[asyncpg]'"),
        ("mariadb://db/shop", "asyncmy is not installed: pip install 'pirate-tui[mysql]'"),
    ],
)
def test_a_driver_that_is_not_installed_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, typed: str, line: str
) -> None:
    without(monkeypatch, "psycopg", "asyncpg", "asyncmy")
    with pytest.raises(StartupError) as caught:
        named(typed)
    assert (caught.value.exit_code, caught.value.message) == (2, line)


def test_the_other_driver_is_taken_where_only_that_one_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "psycopg")
    assert server_of("postgresql://db/shop").url.drivername == "postgresql+asyncpg"
    with pytest.raises(StartupError, match="psycopg is not installed"):
        named("postgresql+psycopg://db/shop")


def test_a_driver_that_is_broken_says_what_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_name: str) -> Any:
        raise ImportError("no pq wrapper available")

    monkeypatch.setattr(module, "import_module", refuse)
    with pytest.raises(StartupError, match=r"psycopg cannot be imported \(no pq wrapper available\): pip install"):
        named("postgresql+psycopg://db/shop")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("sqlite://", "in-memory"),
        ("sqlite:///:memory:", "in-memory"),
        ("sqlite:///file:x?mode=memory&uri=true", "in-memory"),
        ("sqlite://shop.db", "sqlite:///name.db"),
        ("sqlite+pysqlcipher://:hidden-word%21@/shop.db", "unsupported URL scheme"),
        ("oracle://shop:hidden-word%21@db/shop", "unsupported URL scheme oracle://; give a file, or the URL of"),
        ("mssql+pyodbc://shop:hidden-word%21@db/shop", "unsupported URL scheme mssql://"),
        ("://", "unsupported URL scheme"),
        ("postgresql+asynpcg://db/shop", "use postgresql+psycopg:// or postgresql+asyncpg://"),
        ("postgresql://shop:hidden-word%21@db:port/shop", "invalid URL; use driver"),
        ("postgresql://shop:hidden-word%21@db:0/shop", "invalid URL; use driver"),
        ("postgresql://shop:hidden-word%21@db:65536/shop", "invalid URL; use driver"),
        ("postgresql://shop:not@hidden-word%21@db/shop", "%40 for an @"),
        ("postgresql://shop:not@hidden/word%21@db/shop", "%40 for an @"),
        ("postgresql://shop:not@hidden?word%21@db/shop", "%40 for an @"),
        ("postgresql://shop:hidden-word%21", "invalid URL; use driver"),
        ("postgresql://[::1/shop", "invalid URL; use driver"),
        ("postgresql://a..b/shop", "invalid URL; use driver"),
        ("postgresql://a%00nn@db/shop", "invalid URL; use driver"),
        ("mysql://shop:hidden-word%21@db", "names no database"),
        ("mysql://shop@db/", "names no database"),
        *((f"postgresql://db/shop?{one}=hidden-word%21", "PIRATE_TUI_PASSWORD") for one in ("password", "sslpassword")),
        *((f"mysql://db/shop?{one}=hidden-word%21", "PIRATE_TUI_PASSWORD") for one in ("passwd", "pwd", "Password")),
        ("postgresql+asyncpg://db/shop?color=red", "asyncpg has no option color"),
        ("mysql://db/shop?init_command=DROP", "asyncmy has no option init_command"),
        ("postgresql+asyncpg://db/shop?prepared_statement_cache_size=many", "invalid URL options"),
        ("postgresql://db/shop?sslmode=maybe", "no such sslmode: maybe"),
        ("postgresql://db/shop?sslmode=require&ssl=false", "more than once"),
        ("mysql://db/shop?ssl_ca=/nowhere/ca.pem", "/nowhere/ca.pem: No such file"),
    ],
)
def test_what_cannot_be_opened_is_refused_with_the_way_out_and_no_password(typed: str, words: str) -> None:
    with pytest.raises(StartupError) as caught:
        named(typed)
    assert caught.value.exit_code == 2
    assert words in caught.value.message
    assert "hidden" not in caught.value.message


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("postgresql://shop@db/shop", "db:5432/shop"),
        ("postgresql://shop@db:5433/shop", "db:5433/shop"),
        ("postgresql:///shop", "localhost:5432/shop"),
        ("postgresql:///shop?host=/run/postgresql", "/run/postgresql:5432/shop"),
        ("postgresql://shop@[::1]/shop", "[::1]:5432/shop"),
        ("mysql://shop@db/shop", "db:3306/shop"),
        ("mariadb://db/shop", "db:3306/shop"),
    ],
)
def test_a_server_is_named_by_host_port_and_database(typed: str, name: str) -> None:
    assert server_of(typed).name == name


def test_the_name_says_where_the_drivers_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "far")
    monkeypatch.setenv("PGPORT", "6543")
    assert server_of("postgresql:///shop").name == "far:6543/shop"
    assert server_of("mysql:///shop").name == "localhost:3306/shop"


def test_postgresql_has_a_database_for_each_user_and_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    server = server_of("postgresql+psycopg://ann@db")
    assert (server.name, server.notes) == ("db:5432/ann", ("the URL names no database; using ann",))
    monkeypatch.setenv("PGUSER", "bob")
    assert server_of("postgresql://db").url.database == "bob"
    monkeypatch.setenv("PGDATABASE", "orders")
    assert server_of("postgresql://ann@db").url.database == "orders"


def test_a_password_in_the_url_is_warned_of_and_hidden() -> None:
    server = server_of(f"postgresql+psycopg://ann:{QUOTED}@db/shop")
    assert server.url.password == PASSWORD
    [note] = server.notes
    assert "PIRATE_TUI_PASSWORD" in note
    for shown in (repr(server), server.key, server.name, note, redact(f"<{PASSWORD}> {QUOTED}")):
        assert "hidden" not in shown
    assert server.key == "postgresql+psycopg://ann@db/shop"


@pytest.mark.parametrize("option", ["sslmode", "ssl"])
@pytest.mark.parametrize(
    ("value", "mode"),
    [(one, one) for one in ("disable", "prefer", "require", "verify-ca", "verify-full")]
    + [("true", "require"), ("True", "require"), ("1", "require"), ("false", "disable")],
)
def test_each_driver_is_told_of_tls_in_its_own_way(option: str, value: str, mode: str) -> None:
    is_wanted = mode not in {"disable", "prefer"}
    psycopg, asyncpg, asyncmy = (
        server_of(f"{driver}://db/shop?{option}={value}")
        for driver in ("postgresql+psycopg", "postgresql+asyncpg", "mysql+asyncmy")
    )
    assert [one.wants_tls for one in (psycopg, asyncpg, asyncmy)] == [is_wanted] * 3
    assert (dict(psycopg.url.query), psycopg.context) == ({"sslmode": mode}, None)
    assert dict(asyncpg.url.query) == ({} if is_wanted else {"ssl": mode})
    assert dict(asyncmy.url.query) == {}
    for one in (asyncpg, asyncmy):
        checks = None if one.context is None else (one.context.verify_mode, one.context.check_hostname)
        assert checks == {
            "require": (ssl.CERT_NONE, False),
            "verify-ca": (ssl.CERT_REQUIRED, False),
            "verify-full": (ssl.CERT_REQUIRED, True),
        }.get(mode)
        arguments: Any = backend_of(one)
        assert arguments.connect_arguments(1.0).get("ssl") is one.context


def test_tls_is_asked_for_by_the_file_of_who_signs_the_servers_certificate() -> None:
    ca = ssl.get_default_verify_paths().openssl_cafile
    if not Path(ca).exists():
        pytest.skip(f"there is no {ca}")
    for name in ("ssl_ca", "sslrootcert"):
        assert dict(server_of(f"postgresql+psycopg://db/shop?{name}={ca}").url.query) == {
            "sslmode": "verify-full",
            "sslrootcert": ca,
        }
        context = server_of(f"mysql+asyncmy://db/shop?{name}={ca}").context
        assert context is not None
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    context = server_of(f"mysql+asyncmy://db/shop?ssl_ca={ca}&ssl_check_hostname=false").context
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, False)


def test_what_asyncmy_cannot_do_is_said() -> None:
    [note] = server_of("mysql+asyncmy://db/shop?sslmode=prefer").notes
    assert "without TLS" in note


def test_time_limits_of_a_url_give_way_to_ours_and_libpq_gets_the_rest() -> None:
    server = server_of("postgresql+psycopg://db/shop?connect_timeout=1&keepalives=0")
    assert dict(server.url.query) == {"keepalives": "0"}


@pytest.mark.parametrize("server", ["psycopg", "asyncpg", "asyncmy"], indirect=True)  # MySQL brings its own certificate
async def test_a_server_without_tls_is_not_opened_where_tls_is_asked_for(server: Server) -> None:
    typed = server.url.update_query_dict({"sslmode": "require"}).render_as_string(hide_password=False)
    asked = server_of(typed)
    with pytest.raises(Exception, match=r"(?i)tls|ssl") as caught:
        await open_database(asked, None, Limits(5), Deaf())
    assert server.name in str(caught.value)


class Connection:
    """A connection of asyncmy, as far as it is asked whether it is encrypted."""

    def __init__(self, cipher: str) -> None:
        self._row = ("Ssl_cipher", cipher)
        self.is_closed = False

    def cursor(self) -> Self:
        """The connection itself will do."""
        return self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        return None

    async def execute(self, statement: str) -> None:
        """Only one thing is asked."""
        assert statement == "SHOW STATUS LIKE 'Ssl_cipher'"

    async def fetchone(self) -> Sequence[str]:
        """The answer."""
        return self._row

    def close(self) -> None:
        """It is given up."""
        self.is_closed = True


@pytest.mark.parametrize("cipher", ["", "TLS_AES_256_GCM_SHA384"])
async def test_a_connection_in_plain_text_is_closed_and_an_error(cipher: str) -> None:
    made = Connection(cipher)

    async def connect() -> Connection:
        return made

    if cipher:
        assert await encrypted(connect)() is made
    else:
        with pytest.raises(ssl.SSLError, match="not encrypted"):
            await encrypted(connect)()
    assert made.is_closed is not bool(cipher)


@pytest.fixture
async def mariadb() -> AsyncIterator[Server]:
    """A fresh database of MariaDB."""
    async for made in fresh_database("asyncmy"):
        yield made


async def test_what_mariadb_says_of_a_plain_connection_is_heeded(mariadb: Server) -> None:
    backend: Any = backend_of(mariadb._replace(wants_tls=True))
    url = mariadb.url
    with pytest.raises(ssl.SSLError, match="not encrypted"):
        await backend.creator()(host=url.host, port=url.port or 3306, user=url.username)


@pytest.mark.parametrize("backend", ["mysql", "mariadb"])
async def test_a_database_of_mariadb_opens_by_both_names(mariadb: Server, backend: str) -> None:
    await run(mariadb, "CREATE TABLE orders (id INT PRIMARY KEY)")
    typed = mariadb.url.set(drivername=backend).render_as_string(hide_password=False)
    database = await open_database(server_of(typed), None, Limits(5), Deaf())
    assert [choice.table for choice in database.models.choices] == ["orders"]
    await database.close()


def test_a_driver_that_is_not_offered_is_told_why() -> None:
    server = server_of("mysql+aiomysql://shop@db/shop")
    assert server.url.drivername == "mysql+asyncmy"
    assert list(server.notes) == [
        "aiomysql falls back to plain text when TLS is requested but not available; using driver asyncmy"
    ]


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "postgresql+asyncpg"])
@pytest.mark.parametrize(
    ("typed", "meant"), [("read-write", "primary"), ("read-only", "standby"), ("prefer-standby", "prefer-standby")]
)
def test_what_a_session_may_do_by_default_is_ours_and_says_nothing_of_the_server(
    driver: str, typed: str, meant: str
) -> None:
    server = server_of(f"{driver}://shop@db/shop?target_session_attrs={typed}")
    assert server.url.query == {"target_session_attrs": meant}


@pytest.mark.parametrize("driver", ["postgresql+psycopg", "postgresql+asyncpg"])
@pytest.mark.parametrize(
    ("typed", "query", "name"),
    [
        ("ann@a:6601,b:6602/shop", {"host": "a,b", "port": "6601,6602"}, "a:6601,b:6602/shop"),
        (
            "a,b:6602/shop?target_session_attrs=any",
            {"host": "a,b", "port": "5432,6602", "target_session_attrs": "any"},
            "a:5432,b:6602/shop",
        ),
        ("ann:p,w@[::1]:6601,b/shop", {"host": "::1,b", "port": "6601,5432"}, "[::1]:6601,b:5432/shop"),
    ],
)
def test_several_hosts_in_the_form_of_libpq(driver: str, typed: str, query: dict[str, object], name: str) -> None:
    server = server_of(f"{driver}://{typed}")
    assert dict(server.url.query) == query
    assert server.name == name
    assert server.url.password == ("p,w" if ":p,w@" in typed else None)


@pytest.mark.parametrize(
    ("typed", "query", "name"),
    [
        ("ann@a:6601,b/shop", {"host": "a,b", "port": "6601,3306"}, "a:6601,b:3306/shop"),
        ("ann@/shop?host=a:6601&host=b:6602", {"host": "a,b", "port": "6601,6602"}, "a:6601,b:6602/shop"),
        ("ann@/shop?host=a,[::1]:6602", {"host": "a,::1", "port": "3306,6602"}, "a:3306,[::1]:6602/shop"),
        ("ann@/shop?host=a,b&port=6601,6602", {"host": "a,b", "port": "6601,6602"}, "a:6601,b:6602/shop"),
        ("ann@/shop?host=a:6601", {}, "a:6601/shop"),
    ],
)
def test_several_hosts_for_asyncmy(typed: str, query: dict[str, object], name: str) -> None:
    server = server_of(f"mariadb://{typed}")
    assert dict(server.url.query) == query
    assert server.name == name


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("a/shop?host=b", r"the URL has a host and \?host="),
        ("/shop?host=a,b&port=6601", "several as host:port,host:port"),
        ("/shop?host=a,b&port=6601,x", "several as host:port,host:port"),
        ("/shop?host=a,b&port=6601,65536", "several as host:port,host:port"),
        ("/shop?host=a:b:c", "several as host:port,host:port"),
    ],
)
def test_several_hosts_that_cannot_be_told_apart(typed: str, said: str) -> None:
    with pytest.raises(StartupError, match=said):
        named(f"mysql://{typed}")


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
async def test_the_next_host_is_taken_where_one_does_not_answer(driver: str) -> None:
    async for made in fresh_database(driver):
        await run(made, "CREATE TABLE orders (id INT PRIMARY KEY)")
        host = f"{made.url.host}:{made.url.port or 5432}"
        typed = made.url._replace(host="THERE", port=None).render_as_string(hide_password=False)
        database = await open_database(
            server_of(typed.replace("THERE", f"127.0.0.1:1,{host}")), None, Limits(5), Deaf()
        )
        assert [choice.table for choice in database.models.choices] == ["orders"]
        await database.close()


@pytest.mark.parametrize(
    "typed",
    [
        "postgresql+psycopg://shop@db/shop?autocommit=true&prepare_threshold=0&client_encoding=latin1",
        "mysql+asyncmy://shop@db/shop?charset=latin1&collation=latin1_bin&use_unicode=0",
    ],
)
def test_what_is_the_browsers_own_is_not_asked_of_a_url(typed: str) -> None:
    assert server_of(typed).url.query == {}


def test_an_option_that_libpq_does_not_know_is_named() -> None:
    with pytest.raises(StartupError, match='invalid connection option "foo"'):
        named("postgresql+psycopg://shop@db/shop?foo=bar")


@pytest.mark.parametrize(
    "typed", ["mysql:///root:s3cr3t@db/shop", "postgresql:///u:s3cr3t@h/d", "postgresql://us/er:s3cr3t@h/d"]
)
def test_a_password_in_the_wrong_place_is_not_taken_for_a_name(typed: str) -> None:
    with pytest.raises(StartupError) as caught:
        named(typed)
    assert "s3cr3t" not in caught.value.message


def test_several_hosts_are_named_with_their_ports() -> None:
    server = server_of("postgresql+psycopg://shop@/shop?host=one,two&port=5432,5433")
    assert server.name == "one:5432,two:5433/shop"


@pytest.mark.parametrize("hosts", ["a:x,b", "a,", ",b", "[::1,b", "a:1:2,b", "a:123456,b"])
def test_hosts_that_are_none_are_refused(hosts: str) -> None:
    with pytest.raises(StartupError, match="invalid URL; use driver://"):
        named(f"postgresql://ann:hidden@{hosts}/shop")
