"""The end of the process: everything has a moment to end by itself, whatever a network does."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from threading import Timer

from pirate_tui.domain.failure import BUG


def run(work: Callable[[], Awaitable[int]], close: Callable[[], Awaitable[None]], within: float | None) -> int:
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
                timers.append(_end_in(within, code))
            await close()
        return code

    try:
        return asyncio.run(work_and_close())
    finally:
        for timer in timers:
            timer.cancel()


def _end_in(seconds: float, code: int) -> Timer:
    """End the process then, unless the timer is cancelled."""
    timer = Timer(seconds, _end, [code])
    timer.daemon = True
    timer.start()
    return timer


def _end(code: int) -> None:
    """Nothing is cleaned up any more; what was written is not lost."""
    try:
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
    finally:
        os._exit(code)
