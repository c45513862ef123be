"""Find passwords in the environment, run a command for them, or prompt for them, before there is a screen."""

import asyncio
import getpass
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.domain.text import clean, keep_secret, reason_of
from pirate_tui.orm.connection.backend import CONNECT_LIMIT
from pirate_tui.orm.connection.url import Server
from pirate_tui.orm.dialects.registry import backend_of
from pirate_tui.orm.errors import unwrapped
from pirate_tui.orm.user_code.foreign import FOREIGN_ERRORS, reraise_ours


if TYPE_CHECKING:
    from pirate_tui.orm.dialects.server_connection import ServerBackend


VARIABLE = "PIRATE_TUI_PASSWORD"
"""The variable for a password that the URL does not have."""

THEIRS = "PGPASSWORD"
"""The variable that PostgreSQL's drivers read."""

TRIES = 3
"""How often the user is prompted for a password."""

LONGEST_PASSWORD = 65_536
"""The most bytes of the line that a command prints."""

PATIENCE = 1.0
"""Seconds of connecting after which that is shown."""

WRONG_PASSWORD = {"28P01", 1045}
"""The error codes of PostgreSQL and MariaDB for a wrong or missing password
(https://www.postgresql.org/docs/current/errcodes-appendix.html, https://mariadb.com/kb/en/mariadb-error-codes/)."""


def with_known_password(server: Server) -> Server:
    """Return the server with the password of the URL; else with that of the environment; else unchanged.

    Raise `StartupError` where the environment's is not valid.
    """
    known = os.environ.get(VARIABLE, "")
    if known.encode(errors="replace").decode() != known:  # a byte that is not UTF-8 stands as half a surrogate pair
        raise StartupError(WRONG_USE, f"{VARIABLE} is not valid UTF-8; set it in UTF-8")
    for secret in (known, os.environ.get(THEIRS, "")):
        keep_secret(secret)
    return server.with_password(known) if known and not server.url.password else server


def with_commanded_password(server: Server, command: Sequence[str], connection: str) -> Server:
    """Return the server with the password that a program prints on its first line, unless it has one already.

    The program is run without a shell; it may prompt on the terminal. The connection's name is for errors, which quote
    neither the arguments nor the output. Raise `StartupError` where it prints none.
    """
    if not command or server.url.password:
        return server
    name = f"password_command of @{clean(connection)} ({clean(command[0])})"
    sys.stderr.write(f"pirate-tui: running the {name}\n")
    try:
        with subprocess.Popen(command, stdout=subprocess.PIPE) as running:  # noqa: S603  chosen by the user
            assert running.stdout is not None, "it is a pipe"  # noqa: S101
            line = running.stdout.readline(LONGEST_PASSWORD)
            while running.stdout.read(LONGEST_PASSWORD):
                pass  # whatever else it has to say: it would fail if nobody read that
    except OSError as error:
        raise StartupError(WRONG_USE, f"{name} cannot be run: {reason_of(error)}") from error
    if running.returncode:
        code = running.returncode
        raise StartupError(WRONG_USE, f"{name} failed: " + (f"exit code {code}" if code > 0 else f"signal {-code}"))
    try:
        password = line.decode().removesuffix("\n").removesuffix("\r")
    except UnicodeDecodeError:
        raise StartupError(WRONG_USE, f"{name} printed what is not UTF-8") from None
    if not password or "\0" in password or len(line) == LONGEST_PASSWORD:
        raise StartupError(WRONG_USE, f"{name} printed no password on its first line")
    return server.with_password(password)


def with_prompted_password(server: Server) -> Server:
    """Return the server with a password that the user has typed, if it requires one and no driver knows it.

    Other errors are shown on the screen later, as is a password that is still wrong after all tries.
    """
    if server.url.password or sys.stdin is None or not sys.stdin.isatty():
        return server
    user = server.url.username
    whose = clean(f"{user} on {server.name}" if user else server.name)
    for number in range(TRIES):
        if not asyncio.run(_wants_another_password(server)):
            break
        if number:
            sys.stderr.write("pirate-tui: password rejected\n")
        try:
            server = server.with_password(getpass.getpass(f"pirate-tui: password for {whose}: "))
        except EOFError:
            break
    return server


async def _wants_another_password(server: Server) -> bool:
    """Connect once, and return whether the password was refused."""
    remote = cast("ServerBackend", backend_of(server))
    connecting = asyncio.ensure_future(_refusal(remote))
    if not (await asyncio.wait({connecting}, timeout=PATIENCE))[0]:
        sys.stderr.write(f"pirate-tui: connecting to {remote.name} ... (ctrl+c cancels)\n")
    refusal = await connecting
    return refusal is not None and remote.code(unwrapped(refusal)) in WRONG_PASSWORD


async def _refusal(remote: "ServerBackend") -> BaseException | None:
    """Return why the server cannot be connected to; None if it can."""
    try:
        await remote.log_in(CONNECT_LIMIT)
    except FOREIGN_ERRORS as error:  # whatever its driver makes of the server's answer
        reraise_ours(error)
        return error
    return None
