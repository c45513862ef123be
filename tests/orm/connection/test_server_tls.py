"""Servers that have TLS, and passwords: what is asked for is had, by each driver, or is an error."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pirate_tui.domain.failure import DatabaseUnreachableError
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.engine import Connections
from pirate_tui.orm.connection.url import Server, named
from pirate_tui.orm.dialects.registry import backend_of
from tests.orm.asking import scalar
from tests.private_server import private_server
from tests.servers import run


pytestmark = pytest.mark.thorough

DRIVERS = {"psycopg": "postgresql+psycopg", "asyncpg": "postgresql+asyncpg", "asyncmy": "mysql+asyncmy"}

IS_ENCRYPTED = {
    "postgresql": "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()",
    "mariadb": "SELECT variable_value <> '' FROM information_schema.session_status WHERE variable_name = 'Ssl_cipher'",
}


CREATE_ANN = {
    "postgresql": "CREATE ROLE ann LOGIN PASSWORD 's3cr3t'",
    "mariadb": "CREATE USER ann IDENTIFIED BY 's3cr3t'",
}

DOORS = """
host all ann 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
"""
"""Who is asked for a password by PostgreSQL (https://www.postgresql.org/docs/current/auth-pg-hba-conf.html)."""


class Secured(NamedTuple):
    """A server with TLS, the driver that it is reached by, and the file of those who signed its certificate."""

    kind: str
    driver: str
    server: Server
    ca: Path

    def reached(self, host: str = "127.0.0.1", **options: str) -> Server:
        """The server, as a URL with these options names it."""
        url = self.server.url.set(drivername=DRIVERS[self.driver], host=host, query=options)
        target = named(url.render_as_string(hide_password=False))
        assert isinstance(target, Server)
        return target


@pytest.fixture(scope="module", params=DRIVERS)
def secured(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """Its certificate is its own, for localhost."""
    kind = "mariadb" if request.param == "asyncmy" else "postgresql"
    ca = _made_certificate(tmp_path_factory.mktemp("tls"))
    with tempfile.TemporaryDirectory(prefix="pirate-tui-tls-") as folder:
        certificate, key, doors = (Path(folder, name) for name in ("certificate.pem", "key.pem", "doors"))
        shutil.copy(ca, certificate)
        shutil.copy(ca.parent / "key.pem", key)
        doors.write_text(DOORS)
        options = {
            "postgresql": ("ssl=on", f"ssl_cert_file={certificate}", f"ssl_key_file={key}", f"hba_file={doors}"),
            "mariadb": (f"ssl-cert={certificate}", f"ssl-key={key}"),
        }
        with private_server(kind, *(f"--{option}" for option in options[kind])) as private:
            private.give(Path(folder), certificate, key, doors)
            private.start()
            yield Secured(kind, request.param, private.server, ca)


def _made_certificate(folder: Path) -> Path:
    """A certificate that signs itself, and its key."""
    program = shutil.which("openssl")
    assert program is not None, "the tests need openssl"
    certificate = folder / "certificate.pem"
    told = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    files = ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(folder / "key.pem"), "-out", str(certificate)]
    subprocess.run([program, *told, *files], check=True, capture_output=True)
    return certificate


async def answer(server: Server, sql: str, listener: Listener) -> Any:
    """The one value that a statement gives."""
    connections = Connections(backend_of(server), 30, listener)
    try:
        return await scalar(connections, sql)
    finally:
        await connections.dispose()


async def test_what_is_asked_for_is_had(secured: Secured, listener: Listener) -> None:
    asking, ca = IS_ENCRYPTED[secured.kind], str(secured.ca)
    for options in (
        {"sslmode": "require"},
        {"ssl": "true"},
        {"sslmode": "verify-ca", "sslrootcert": ca},
        {"sslmode": "verify-ca", "ssl_ca": ca},
    ):
        assert await answer(secured.reached(**options), asking, listener)
    assert await answer(secured.reached("localhost", sslmode="verify-full", sslrootcert=ca), asking, listener)
    assert not await answer(secured.reached(sslmode="disable"), asking, listener)


async def test_a_certificate_that_cannot_be_verified_is_an_error(
    secured: Secured, listener: Listener, tmp_path: Path
) -> None:
    other = str(_made_certificate(tmp_path))
    wrong = [
        secured.reached("localhost", sslmode="verify-full", sslrootcert=other),
        secured.reached("localhost", sslmode="verify-ca", sslrootcert=other),
        secured.reached("127.0.0.1", sslmode="verify-full", sslrootcert=str(secured.ca)),  # it is localhost's by name
    ]
    for server in wrong:
        with pytest.raises(DatabaseUnreachableError, match=r"certificate|TLS"):
            await answer(server, "SELECT 1", listener)


async def test_a_password_is_wanted_and_the_wrong_one_is_refused(secured: Secured, listener: Listener) -> None:
    server = secured.reached()
    await run(server, CREATE_ANN[secured.kind])
    ann = server._replace(url=server.url.set(username="ann"))
    if secured.kind == "mariadb":
        await run(server, "GRANT SELECT ON test.* TO ann")
    assert await answer(ann.with_password("s3cr3t"), "SELECT 7", listener) == 7
    for wrong in (ann, ann.with_password("an0ther")):
        with pytest.raises(DatabaseUnreachableError, match=r"wrong or missing (user or )?password") as caught:
            await answer(wrong, "SELECT 7", listener)
        assert "an0ther" not in str(caught.value)
