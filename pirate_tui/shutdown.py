"""The end of the process: everything has a moment to end by itself, whatever a network does."""

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
"""Seconds that threads may take to end when everything else has ended."""


def run_with_exit_deadline(
    work: Callable[[], Awaitable[int]], close: Callable[[], Awaitable[None]], within: float | None
) -> int:
    """The exit code that the work gives, on an event loop of its own, with everything closed afterwards.

    What has not ended after `within` seconds, a task, a thread or `close` itself, ends with the process, and with the
    same code; None to wait for it.
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
    """Do not wait for threads that code of the models has left behind: Python would, for ever."""
    until = time.monotonic() + THREADS_LIMIT
    for thread in threading.enumerate():
        if thread is not threading.current_thread() and not thread.daemon:
            thread.join(max(0.0, until - time.monotonic()))
            if thread.is_alive():
                logging.getLogger(__name__).warning("model code left a thread running: %s", thread.name)
                end_now(code)


def _force_exit_after(seconds: float, code: int) -> Timer:
    """End the process then, unless the timer is cancelled."""
    timer = Timer(seconds, end_now, [code])
    timer.daemon = True
    timer.start()
    return timer


def end_now(code: int) -> None:
    """End the process. Nothing is cleaned up any more; what was written is not lost."""
    try:
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)
