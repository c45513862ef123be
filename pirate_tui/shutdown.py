"""End the process within a deadline, whatever a network or a thread does."""

import asyncio
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from threading import Timer

from pirate_tui.domain.failure import BUG


THREADS_LIMIT = 0.5
"""Seconds that threads may take to end after everything else."""


def run_with_exit_deadline(
    work: Callable[[], Awaitable[int]], close: Callable[[], Awaitable[None]], within: float | None
) -> int:
    """Run the work on a new event loop, close everything, and return the work's exit code.

    What runs longer than `within` seconds after the work, a task, a thread or `close` itself, is ended with the
    process and the same code; None to wait for it.
    """
    timers: list[Timer] = []

    async def work_and_close() -> int:
        code = BUG
        try:
            code = await work()
        except asyncio.CancelledError:
            code = 128 + signal.SIGINT
            raise
        finally:
            if within is not None:
                timers.append(_force_exit_after(within, code))
            await close()
        return code

    try:
        code = asyncio.run(work_and_close())
    finally:
        for timer in timers:
            timer.cancel()
    _leave_threads(code)
    return code


def _leave_threads(code: int) -> None:
    """End the process without waiting for threads that code of the models has left running, as Python would."""
    until = time.monotonic() + THREADS_LIMIT
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                logging.getLogger(__name__).warning("model code left a thread running: %s", thread.name)
                end_now(code)


def _force_exit_after(seconds: float, code: int) -> Timer:
    """Start a timer that ends the process with that exit code, unless it is cancelled."""
    timer = Timer(seconds, end_now, [code])
    timer.daemon = True
    timer.start()
    return timer


def end_now(code: int) -> None:
    """End the process at once. Nothing is cleaned up, but logs and streams are flushed."""
    try:
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)
