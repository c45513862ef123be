"""Programs that start others, under `pirate-tui run`: every process that imports SQLAlchemy has the probe."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.programs import COMMAND, PATIENCE, environment, run_probed


CHILDREN = """
import multiprocessing, sys

def is_installed():
    import sqlalchemy.orm, pirate_tui.probe
    return pirate_tui.probe.is_installed()

if __name__ == "__main__":
    if "before" in sys.argv:
        import sqlalchemy.orm
    with multiprocessing.get_context(sys.argv[1]).Pool(1) as pool:
        print(pool.apply(is_installed), flush=True)
"""

GRANDCHILD = """
import subprocess, sys
program = "import sqlalchemy.orm, pirate_tui.probe; print(pirate_tui.probe.is_installed())"
subprocess.run([sys.executable, "-c", program], check=True)
"""

APP = """
import contextlib, json, os, socket, sys
import sqlalchemy.ext.asyncio
from fastapi import FastAPI

@contextlib.asynccontextmanager
async def lifespan(app):
    probe = sys.modules.get("pirate_tui.probe")
    facts = [os.getpid(), os.getppid(), probe is not None and probe.is_installed()]
    with socket.create_connection(("127.0.0.1", int(os.environ["REPORT_TO"]))) as connection:
        connection.sendall(json.dumps(facts).encode())
    yield

app = FastAPI(lifespan=lifespan)
"""
"""An app that says from each of its processes, before it serves, whether it has the probe."""


class Report(NamedTuple):
    """What a process of the app says of itself."""

    process: int
    parent: int
    has_probe: bool


class Server:
    """A server that has been started under `pirate-tui run`, and the reports of its processes."""

    def __init__(self, process: subprocess.Popen[bytes], listener: socket.socket) -> None:
        self.process = process
        self._listener = listener

    def report(self, seconds: float = PATIENCE) -> Report:
        """Wait for the next report."""
        self._listener.settimeout(seconds)
        connection, _ = self._listener.accept()
        with connection, connection.makefile() as lines:
            return Report(*json.load(lines))

    def end(self) -> int:
        """End it as its user would; its exit code, negative when the signal has ended it."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def served(folder: Path, command: str, given: Mapping[str, str] | None = None) -> Iterator[Server]:
    """The app behind that server; what is left of it in the end is killed, and its output shown if a test fails."""
    (folder / "app.py").write_text(APP)
    program, *arguments = command.split()
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        (folder / "log").open("wb") as log,
        subprocess.Popen(
            [COMMAND, "run", Path(sys.executable).with_name(program), *arguments],
            env=environment({"REPORT_TO": str(listener.getsockname()[1]), **(given or {})}),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        ) as process,
    ):
        try:
            yield Server(process, listener)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            print((folder / "log").read_text(errors="replace"))  # noqa: T201  pytest shows it where the test fails


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_processes_of_multiprocessing(method: str, when: str, bare: Path, tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(CHILDREN)
    assert run_probed(bare, tmp_path / "main.py", method, when)[:2] == (0, "True\n")


def test_a_python_started_by_a_program(bare: Path) -> None:
    assert run_probed(bare, "-c", GRANDCHILD)[:2] == (0, "True\n")
    assert run_probed("sh", "-c", f'"{bare}" -c "$0"', GRANDCHILD)[:2] == (0, "True\n")


@pytest.mark.long
@pytest.mark.parametrize("command", ["uvicorn app:app --port 0", "uvicorn app:app --port 0 --loop uvloop"])
def test_uvicorn_in_one_process(command: str, tmp_path: Path) -> None:
    with served(tmp_path, command) as server:
        assert server.report() == (server.process.pid, os.getpid(), True)
        assert server.end() == -signal.SIGTERM


@pytest.mark.long
@pytest.mark.parametrize("command", ["uvicorn app:app --port 0 --reload", "fastapi dev app.py --port 0"])
def test_a_server_that_reloads(command: str, tmp_path: Path) -> None:
    with served(tmp_path, command) as server:
        first = server.report()
        assert first == (first.process, server.process.pid, True)
        second = after_a_change(server, tmp_path / "app.py")
        assert second == (second.process, server.process.pid, True)
        assert second.process != first.process
        assert server.end() == 0


def after_a_change(server: Server, file: Path) -> Report:
    """The report of the process that a changed file brings about; changes are seen once the server watches."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with file.open("a") as text:
            text.write("# changed\n")
        with suppress(TimeoutError):
            return server.report(2)
    return pytest.fail("no process has begun anew")


@pytest.mark.long
@pytest.mark.parametrize(
    "command",
    [
        "uvicorn app:app --port 0 --workers 2",
        "gunicorn app:app --bind 127.0.0.1:0 --workers 2 --worker-class asgi",
        "gunicorn app:app --bind 127.0.0.1:0 --workers 2 --worker-class uvicorn.workers.UvicornWorker",
        "gunicorn app:app --bind 127.0.0.1:0 --workers 2 --worker-class uvicorn.workers.UvicornWorker --preload",
    ],
)
def test_a_server_with_workers(command: str, tmp_path: Path) -> None:
    with served(tmp_path, command) as server:
        reports = [server.report(), server.report()]
        assert {(report.parent, report.has_probe) for report in reports} == {(server.process.pid, True)}
        assert len({report.process for report in reports}) == len(reports)
        assert server.end() == 0


@pytest.mark.long
def test_a_server_without_the_probe(tmp_path: Path) -> None:
    with served(tmp_path, "uvicorn app:app --port 0 --workers 2", {"PIRATE_TUI_PROBE": "0"}) as server:
        assert not server.report().has_probe
