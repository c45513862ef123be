"""Cancel work at a signal, so that it leaves nothing half done behind."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager

from pirate_tui.domain.failure import StartupError


SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
"""Signals that end the work: nothing of it is left behind."""


async def until_signalled(work: Coroutine[None, None, None]) -> int:
    """Run the work, and return the exit code: 0, or 128 and the number of the signal that cancelled it."""
    received: list[signal.Signals] = []
    task = asyncio.ensure_future(work)

    def stop(number: signal.Signals) -> None:
        if not received:  # the second one must not disturb the tidying up
            received.append(number)
            task.cancel()

    with _handled_by(stop):
        try:
            await task
        except (asyncio.CancelledError, StartupError):  # a terminal that is gone cannot be tidied up
            if not received:
                raise
            return 128 + received[0]
        return 0


@contextmanager
def _handled_by(stop: Callable[[signal.Signals], None]) -> Iterator[None]:
    """Handle the signals in the event loop inside the block, then restore the previous handlers."""
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in handled_signals()}
    for number in before:
        loop.add_signal_handler(number, stop, number)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            signal.signal(number, handler)


def ignore_signals() -> None:
    """Do nothing at a signal from now on: the process is ending, and Python prints what a handler raises then.

    What ends it by itself, without a handler, still does.
    """
    for number in SIGNALS:
        if callable(signal.getsignal(number)):
            signal.signal(number, lambda *_: None)


def handled_signals() -> list[signal.Signals]:
    """Return the signals that are not ignored from outside, as `nohup` does."""
    return [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
