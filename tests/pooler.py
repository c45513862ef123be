"""Connection poolers for tests: PgBouncer before the PostgreSQL server of the tests, started where it is installed."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pirate_tui.orm.connection.url import Server
from tests.private_server import LIMIT, free_port, program_at
from tests.servers import NO_POOLER, server_url


PROGRAM = "pgbouncer"

IGNORED = "options, extra_float_digits, default_transaction_read_only, statement_timeout, synchronize_seqscans"
"""The startup parameters that administrators have it ignore, so that drivers can connect."""

CONFIGURATION = """\
[databases]
* = host={host} port={port}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own_port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
auth_user = {user}
auth_query = SELECT usename, passwd FROM pg_shadow WHERE usename = $1
pool_mode = {mode}
default_pool_size = 5
ignore_startup_parameters = {ignored}
pidfile = {folder}/pid
"""
"""https://www.pgbouncer.org/config.html"""


class Pooling(NamedTuple):
    """How a pooler is configured."""

    mode: str = "transaction"
    """For how long a client has a session of the server."""
    ignores: bool = False
    """Whether it ignores our startup parameters, instead of refusing them, as it does by default."""

    def __str__(self) -> str:
        return f"{self.mode}{' ignoring' if self.ignores else ''}"


POOLINGS = tuple(Pooling(mode, ignores=ignores) for mode in ("session", "transaction") for ignores in (False, True))


def through(server: Server, port: int) -> Server:
    """The same database through a pooler on this machine."""
    return server._replace(url=server.url.set(host="127.0.0.1", port=port))


@contextmanager
def pooler(pooling: Pooling) -> Iterator[int]:
    """The port of a PgBouncer before the PostgreSQL server of the tests; skips the test where it is not installed."""
    program = program_at(PROGRAM)
    if program is None:
        pytest.skip(NO_POOLER)
    admin = server_url("psycopg")
    with tempfile.TemporaryDirectory(prefix="pirate-tui-pgbouncer-") as folder:
        port, path, log = free_port(), Path(folder), Path(folder, "log")
        users, configuration = path / "users", path / "pgbouncer.ini"
        users.write_text(f'"{admin.username}" "{admin.password or ""}"\n')
        configuration.write_text(
            CONFIGURATION.format(
                host=admin.host, port=admin.port or 5432, user=admin.username, own_port=port, folder=folder,
                mode=pooling.mode, ignored=IGNORED if pooling.ignores else "",
            )
        )  # fmt: skip
        whose: dict[str, Any] = {}
        if os.geteuid() == 0:  # it does not run as root
            whose = {"user": "nobody", "group": pwd.getpwnam("nobody").pw_gid, "extra_groups": ()}
            for one in (path, users, configuration):
                shutil.chown(one, "nobody")
        with log.open("wb") as written:
            process = subprocess.Popen(
                [program, str(configuration)],
                stdout=written,
                stderr=written,
                stdin=subprocess.DEVNULL,
                cwd="/",
                **whose,
            )
        try:
            deadline = time.monotonic() + LIMIT
            while b"process up" not in log.read_bytes():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.02)
            yield port
        finally:
            process.kill()
            process.wait(LIMIT)
