"""A database server of a test's own, which can be stopped and started again.

It takes PostgreSQL's or MariaDB's own programs; where they are not installed its tests are skipped.
"""

import os
import pwd
import re
import select
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import URL

from pirate_tui.orm.connection.url import Server
from tests.servers import ALL


LIMIT = 60.0
"""Seconds that a server may take to make its files, to start, or to stop."""

READY = re.compile(rb"ready (?:for|to accept)(?: read.only)? connections")
"""What PostgreSQL and MariaDB write when they have started; a standby of PostgreSQL accepts read-only connections."""


HASTE = ("-c", "wal_retrieve_retry_interval=50ms", "-c", "max_standby_streaming_delay=0")
"""A standby soon looks for its primary again, and does not wait for queries that are in the way of what it replays."""


class Making(NamedTuple):
    """How a kind of server is made and started; in its arguments stand `{folder}`, `{port}` and `{user}`."""

    user: str
    """Whose server it is when root runs the tests, since neither runs as root."""
    make: tuple[str, ...]
    """The program that makes its files, with its arguments."""
    serve: tuple[str, ...]
    """The server itself."""
    stop: signal.Signals
    """Stops it, and ends its connections."""
    url: URL


MAKINGS = {
    "postgresql": Making(
        "postgres",
        ("initdb", "-D", "{folder}/data", "-U", "postgres", "-A", "trust", "--no-sync"),
        ("postgres", "-D", "{folder}/data", "-p", "{port}", "-k", "{folder}", "-h", "127.0.0.1", "-F"),
        signal.SIGINT,
        URL.create("postgresql+psycopg", "postgres", host="127.0.0.1", database="postgres"),
    ),
    "mariadb": Making(
        "mysql",
        (
            "mariadb-install-db", "--no-defaults", "--datadir={folder}/data", "--user={user}",
            "--auth-root-authentication-method=normal", "--skip-name-resolve",
        ),
        (
            "mariadbd", "--no-defaults", "--datadir={folder}/data", "--port={port}", "--socket={folder}/socket",
            "--pid-file={folder}/pid", "--bind-address=127.0.0.1", "--skip-name-resolve",
        ),
        signal.SIGTERM,
        URL.create("mysql+asyncmy", "root", host="127.0.0.1", database="test"),
    ),
}  # fmt: skip
"""By kind. Signals: https://www.postgresql.org/docs/current/server-shutdown.html,
https://mariadb.com/kb/en/linux-signals-and-mariadbd/."""


class PrivateServer:
    """A server in a folder of its own; `server` says how it is reached while it runs."""

    def __init__(self, making: Making, folder: Path, options: Sequence[str] = ()) -> None:
        self._making = making
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._alive: int | None = None
        port = free_port()
        self.server = Server(self._making.url.set(port=port))
        self._log = folder / "log"
        self._user = self._making.user if os.geteuid() == 0 else None
        self._words = {"folder": str(folder), "port": str(port), "user": self._user or os.environ.get("USER", "")}
        self.give(folder)
        assert self._started(self._making.make).wait(LIMIT) == 0, self._log.read_text()

    def give(self, *paths: Path) -> None:
        """See to it that the server may read these, and nobody else."""
        for path in paths:
            path.chmod(0o700 if path.is_dir() else 0o600)
            if self._user is not None:
                shutil.chown(path, self._user)

    def start(self) -> None:
        """Start it, and wait until it says that it is ready: MariaDB does not heed a signal that comes before."""
        told = self._log.stat().st_size
        self._alive, held = os.pipe()
        try:
            self._process = self._started((*self._making.serve, *self._options), held)
        finally:
            os.close(held)
        deadline = time.monotonic() + LIMIT
        while not READY.search(self._log.read_bytes(), told):
            assert self._process.poll() is None, self._log.read_text()
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.02)

    @property
    def is_running(self) -> bool:
        """Whether it was started, and neither stopped nor killed."""
        return self._process is not None

    def stop(self) -> None:
        """Stop it, if it runs, and wait for its end."""
        self._end(self._making.stop)

    def kill(self) -> None:
        """Kill it, if it runs, and wait for its end: it says nothing to its clients."""
        self._end(signal.SIGKILL)

    def _end(self, by: signal.Signals) -> None:
        if self._process is not None:
            self._process.send_signal(by)
            try:
                self._process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise
            finally:
                self._process = None
            self._await_children()

    def _await_children(self) -> None:
        """Wait until all processes have ended that it has started: one may still answer a client after a kill.

        They inherit an end of a pipe, which is closed once the last of them has ended.
        """
        assert self._alive is not None
        try:
            ended, _, _ = select.select([self._alive], [], [], LIMIT)
            assert ended, "a process of the server is still there"
        finally:
            os.close(self._alive)
            self._alive = None

    def _started(self, command: tuple[str, ...], *inherited: int) -> subprocess.Popen[bytes]:
        program, *arguments = command
        given = [found(program), *(argument.format(**self._words) for argument in arguments)]
        whose: dict[str, Any] = {}
        if self._user is not None:
            whose = {"user": self._user, "group": pwd.getpwnam(self._user).pw_gid, "extra_groups": ()}
        with self._log.open("ab") as log:
            return subprocess.Popen(
                given, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", pass_fds=inherited, **whose
            )


@contextmanager
def private_server(kind: str, *options: str) -> Iterator[PrivateServer]:
    """A new server of that kind, `postgresql` or `mariadb`, not started; stopped in the end.

    Its program is given the options too.
    """
    with tempfile.TemporaryDirectory(prefix=f"pirate-tui-{kind}-") as folder:
        yield from _stopped(PrivateServer(MAKINGS[kind], Path(folder), options))


@contextmanager
def standby_of(primary: PrivateServer) -> Iterator[PrivateServer]:
    """A new streaming replica of a PostgreSQL server that runs, not started; stopped in the end."""
    copy = (
        "pg_basebackup", "-h", "127.0.0.1", "-p", str(primary.server.url.port), "-U", "postgres",
        "-D", "{folder}/data", "--write-recovery-conf", "--checkpoint=fast", "--no-sync",
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="pirate-tui-standby-") as folder:
        made = PrivateServer(MAKINGS["postgresql"]._replace(make=copy), Path(folder), HASTE)
        yield from _stopped(made)


def _stopped(made: PrivateServer) -> Iterator[PrivateServer]:
    try:
        yield made
    finally:
        made.stop()


def found(program: str) -> str:
    """Where the program is; skips the test if it is nowhere."""
    path = program_at(program)
    if path is not None:
        return path
    if os.environ.get(ALL):
        pytest.fail(f"{program} is not installed")
    return pytest.skip(f"{program} is not installed")


def program_at(program: str) -> str | None:
    """Where the program is; None if it is nowhere. Debian keeps PostgreSQL's out of the PATH."""
    places = os.pathsep.join([os.environ["PATH"], "/usr/sbin", *map(str, Path("/usr/lib/postgresql").glob("*/bin"))])
    return shutil.which(program, path=places)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
