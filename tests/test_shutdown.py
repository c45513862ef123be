"""The end of the process: by itself where it can, and at once where something on a network does not end."""

import asyncio
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pirate_tui.shutdown import run_with_exit_deadline


STUCK = """
import asyncio, logging, sys, time
from pirate_tui.shutdown import run_with_exit_deadline

async def deaf():
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass

async def work():
    tasks.append(asyncio.create_task(deaf()))
    asyncio.get_running_loop().run_in_executor(None, time.sleep, 60)
    await asyncio.sleep(0)
    sys.stdout.write("told before the end")
    return 3

async def close():
    await asyncio.sleep({closing})

tasks = []
sys.exit(run_with_exit_deadline(work, close, 0.3))
"""
"""A program with a task and a thread that do not end, and perhaps a `close` that does not either."""


SIGNALLED = """
import atexit, os, signal, time
from pirate_tui.__main__ import run

atexit.register(time.sleep, 600)
atexit.register(os.kill, os.getpid(), signal.{signal})
run()
"""
"""A command that gets a signal when it is done, and Python is ending, for which it waits."""


@pytest.mark.parametrize(
    ("signal", "code", "arguments"),
    [
        ("SIGINT", 0, ["config"]),
        ("SIGINT", 0, ["export", "--model", "PirateCrew"]),
        ("SIGINT", 2, ["export", "--model", "PirateKing"]),
        ("SIGINT", 0, ["check"]),
        ("SIGINT", 0, ["seed", "big.db", "--crews", "1", "--members", "1"]),
        ("SIGQUIT", 0, ["seed", "big.db", "--crews", "1", "--members", "1"]),
    ],
    ids=str,
)
def test_a_signal_after_all_is_done_ends_it_at_once_with_its_exit_code(
    tmp_path: Path, signal: str, code: int, arguments: list[str]
) -> None:
    command = [sys.executable, "-c", SIGNALLED.format(signal=signal), *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path)
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr
    assert "ignored" not in ended.stderr


@pytest.mark.parametrize("closing", [0, 60])
def test_what_does_not_end_ends_with_the_process(closing: int) -> None:
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-c", STUCK.format(closing=closing)], capture_output=True, text=True, check=False, timeout=30
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (3, "told before the end", "")
    assert time.monotonic() - began < 10


def test_whatever_ends_by_itself_is_waited_for() -> None:
    done: list[str] = []

    async def work() -> int:
        done.append("work")
        return 3

    async def close() -> None:
        await asyncio.sleep(0)
        done.append("close")

    assert run_with_exit_deadline(work, close, 60) == 3
    assert run_with_exit_deadline(work, close, None) == 3
    assert done == ["work", "close"] * 2


def test_an_error_is_raised_after_everything_is_closed() -> None:
    done: list[str] = []

    async def work() -> int:
        raise ZeroDivisionError

    async def close() -> None:
        done.append("close")

    with pytest.raises(ZeroDivisionError):
        run_with_exit_deadline(work, close, 60)
    assert done == ["close"]
