"""What was said of an error is kept so that no interpreter crashes where a thread ends amid a collection of garbage."""

import sys
from pathlib import Path

import pytest

from tests.programs import SHOP, run


PROGRAM = """
import asyncio, gc, os, sys, threading, warnings, weakref
from pirate_tui import probe
from pirate_tui.probe import raising
from sqlalchemy.exc import SQLAlchemyError

warnings.simplefilter("ignore")  # of a coroutine that was never awaited
probe.install()

has_raised, may_end, watched = threading.Event(), threading.Event(), []

def fail():
    try:
        asyncio.run(note_of_new_order())
    except SQLAlchemyError as error:
        error.itself = error  # only a collection finds it
        watched.append(weakref.ref(error, end))
    has_raised.set()
    may_end.wait()

def end(_):
    # Called amid the collection, as is whatever else has a weak reference to something.
    may_end.set()
    thread.join()
    while os.path.exists(f"/proc/self/task/{thread.native_id}"):
        pass

gc.disable()
thread = threading.Thread(target=fail)
thread.start()
has_raised.wait()
print("explained", len(raising.reports), flush=True)
gc.collect()
print("ended", not thread.is_alive(), "left", len(raising.reports))
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells when a thread is really gone")
def test_a_thread_may_end_while_its_error_is_collected() -> None:
    """Its main greenlet, which a frame of the error has, is freed then by greenlet 3.5, unless the probe has it too."""
    done = run(sys.executable, "-c", SHOP + PROGRAM)
    assert (done.code, done.out) == (0, "explained 1\nended True left 0\n"), done.err
