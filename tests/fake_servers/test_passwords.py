"""A password is sent to no server as it is, whatever the server asks for, unless the connection is encrypted."""

import asyncmy.auth
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from pirate_tui.cli.passwords import with_prompted_password
from pirate_tui.domain.failure import DatabaseUnreachableError
from pirate_tui.domain.ports import Listener
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.database import Limits, open_database
from tests.fake_servers import FakeServer, Line
from tests.fake_servers.mysql import OK, SALT, commands, handshake, packet, read_packet, send_all, switch_to


PASSWORD = "S3kr1tPw"  # noqa: S105  of nobody

IN_PLAIN = "the server wants the password in plain text, but the connection is not encrypted: it was not sent"

WAY_OUT = "restart with ?sslmode=require (better: verify-full) at the end of the URL"


class Deaf(Listener):
    """A listener who needs to know nothing."""


async def refusal(server: Server) -> DatabaseUnreachableError:
    """Why the server cannot be opened."""
    with pytest.raises(DatabaseUnreachableError) as refused:
        await (await open_database(server, None, Limits(3.0), Deaf())).close()
    assert "\n" not in str(refused.value)
    return refused.value


def log_in(line: Line, plugin: bytes, data: bytes, hello: bytes = b"mysql_native_password") -> None:
    """Ask for a way to log in, and take whatever comes."""
    line.send(packet(handshake(plugin=hello), 0))
    read_packet(line)
    line.send(packet(switch_to(plugin, data), 2))
    read_packet(line)
    line.send(packet(OK, 4))
    for _ in commands(line):
        send_all(line, [OK])


@pytest.mark.parametrize(
    ("plugin", "data"),
    [(b"mysql_clear_password", b""), (b"dialog", b"\x02Password: "), (b"dialog", b"\x04Password: ")],
)
async def test_a_server_that_asks_for_it_in_plain_text_does_not_get_it(plugin: bytes, data: bytes) -> None:
    with FakeServer(lambda line: log_in(line, plugin, data)) as server:
        refused = await refusal(server.named("mysql+asyncmy", PASSWORD))
        assert IN_PLAIN in refused.message
        assert refused.hint.startswith(WAY_OUT)
    assert len(server.lines) == 1
    assert b"ann" in server.received  # it was read, and has no password in it
    assert PASSWORD.encode() not in server.received


@pytest.mark.parametrize("name", ["mysql_clear_password", "sha256_password", "dialog", "caching_sha2_password", ""])
async def test_nor_does_one_that_names_a_way_at_once(name: str) -> None:
    with FakeServer(lambda line: log_in(line, b"mysql_clear_password", b"", hello=name.encode())) as server:
        assert IN_PLAIN in (await refusal(server.named("mysql+asyncmy", PASSWORD))).message
    assert b"ann" in server.received
    assert PASSWORD.encode() not in server.received


@pytest.mark.parametrize("plugin", [b"mysql_old_password", b"client_ed25519", b"nothing\xff", b"parsec", b""])
async def test_what_the_driver_does_not_know_is_one_line_with_a_way_out(plugin: bytes) -> None:
    with FakeServer(lambda line: log_in(line, plugin, SALT)) as server:
        assert (await refusal(server.named("mysql+asyncmy", PASSWORD))).hint
    assert PASSWORD.encode() not in server.received


def full_login(line: Line) -> None:
    """MySQL 8's own, at a user's first one after its start: the password, by a key that the server gives."""
    line.send(packet(handshake(plugin=b"caching_sha2_password"), 0))
    read_packet(line)
    line.send(packet(b"\x01\x04", 2))
    assert read_packet(line) == b"\x02"
    line.send(packet(b"\x01" + PUBLIC, 4))
    decrypted = KEY.decrypt(read_packet(line), OAEP)
    known = bytes(one ^ SALT[at % len(SALT)] for at, one in enumerate(decrypted))
    line.send(packet(OK if known == PASSWORD.encode() + b"\0" else b"\xff\x15\x04#28000no", 6))
    for _ in commands(line):
        send_all(line, [b"\xff\x10\x04#08004let in"])


KEY = rsa.generate_private_key(65537, 2048)
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303  as MySQL has it


async def test_the_default_login_of_mysql_8_goes_without_tls() -> None:
    with FakeServer(full_login) as server:
        refused = await refusal(server.named("mysql+asyncmy", PASSWORD))
        assert "too many connections to the server" in refused.message  # what the fake says to whom it has let in
    assert PASSWORD.encode() not in server.received


async def test_where_the_package_for_it_is_missing_one_line_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asyncmy.auth, "_have_cryptography", False)
    with FakeServer(full_login) as server:
        refused = await refusal(server.named("mysql+asyncmy", PASSWORD))
        assert "asyncmy needs the package cryptography" in refused.message
        assert refused.hint.startswith("pip install 'pirate-tui[mysql]'; or restart with ?sslmode=require")


def test_where_a_password_is_asked_for_nothing_of_that_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: pytest.fail("it was not the password"))
    with FakeServer(lambda line: log_in(line, b"mysql_clear_password", b"")) as server:
        assert with_prompted_password(server.named("mysql+asyncmy")) == server.named("mysql+asyncmy")
    assert len(server.lines) == 1
