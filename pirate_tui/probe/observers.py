"""Hand what the probe finds to whoever shows it in another way than the log: a plugin of a test runner."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pirate_tui.probe.report import Report


Observer = Callable[[Report], None]

_observers: list[Observer] = []


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Call the observer with each report inside the block; the log then says nothing."""
    _observers.append(observer)
    try:
        yield
    finally:
        _observers.remove(observer)


def observe(report: Report) -> bool:
    """Hand the report to all observers; return whether there is any."""
    for observer in tuple(_observers):
        observer(report)
    return bool(_observers)
