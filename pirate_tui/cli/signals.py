"""Cancel work at a signal, so that it leaves nothing half done behind, and end at once at one that comes later."""

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager

from pirate_tui.domain.failure import StartupError
from pirate_tui.shutdown import end_now


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


def end_at_signals(code: int | str | None) -> None:
    """End the process at once, with the exit code that it has, at a signal from now on.

    Python is ending: it waits for threads and runs what is registered with `atexit`, and prints what a handler raises
    then. A signal without a handler ends the process as before.
    """
    exit_code = code if isinstance(code, int) else int(code is not None)  # as Python takes that of a SystemExit
    for number in SIGNALS:
        if callable(signal.getsignal(number)):
            signal.signal(number, lambda *_: end_now(exit_code))


def handled_signals() -> list[signal.Signals]:
    """Return the signals that are not ignored from outside, as `nohup` does."""
    return [number for number in SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
