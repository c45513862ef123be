"""Tell the user's own files from those of Python and of its packages."""

import asyncio
import os
import sysconfig
from enum import Enum
from pathlib import Path
from types import FrameType


class Owner(Enum):
    """Whose code a file holds."""

    USER = "user"
    LIBRARY = "library"
    LOOP = "loop"
    """asyncio's event loop: what called it belongs to no task."""


PACKAGES = tuple(f"{os.sep}{name}{os.sep}" for name in ("site-packages", "dist-packages"))
"""The folders in which packages are installed."""

LIBRARIES = tuple(
    folder + os.sep
    for name in ("stdlib", "platstdlib", "purelib", "platlib", "scripts")
    for folder in {sysconfig.get_path(name), os.path.realpath(sysconfig.get_path(name))}
)
"""The folders of Python itself and of what pip installs, scripts too: `bin/uvicorn` is not the user's."""

LOOPS = tuple(str(Path(asyncio.__file__).parent / name) for name in ("events.py", "base_events.py", "runners.py"))

OURS = f"{Path(__file__).parent.parent}{os.sep}"

TYPED = ("<stdin>", "<console>", "<ipython-input", "<python-input")
"""The names of what is typed at a prompt."""

REMEMBERED = 10_000
"""The most files of which it is remembered whose they are."""

known: dict[str, Owner] = {}
"""Whose code each file holds, as far as it was asked."""


def owner_of(frame: FrameType) -> Owner:
    """Return whose code the frame runs."""
    name = frame.f_code.co_filename
    owner = known.get(name) or _owner_of_file(name)
    if name == "<string>" and _is_command(frame):
        return Owner.USER
    return owner


def module_of(frame: FrameType) -> str:
    """Return the name of the frame's module; empty where it has none, as code given to `exec` may have."""
    name = frame.f_globals.get("__name__")
    return name if type(name) is str else ""


def _owner_of_file(name: str) -> Owner:
    """Return whose code a file holds, and remember it: this is asked for every frame."""
    if name.startswith(LOOPS):
        owner = Owner.LOOP
    elif name.startswith("<"):
        owner = Owner.USER if name.startswith(TYPED) else Owner.LIBRARY
    else:
        real = _real(name)
        is_installed = any(part in name for part in PACKAGES)
        is_library = is_installed or name.startswith((*LIBRARIES, OURS)) or real.startswith(LIBRARIES)
        owner = Owner.LIBRARY if is_library else Owner.USER
    if name != "<string>":
        if len(known) >= REMEMBERED:
            known.clear()  # a notebook, or a template engine, makes up a name for each piece of code
        known[name] = owner
    return owner


def _real(name: str) -> str:
    """Return the path of a file without links; as it is where that is not known."""
    try:
        return os.path.realpath(name)
    except (OSError, ValueError):  # the working directory is gone; it is no name of a file
        return name


def _is_command(frame: FrameType) -> bool:
    """Whether the frame runs the text of `python -c`, and no method that dataclasses or SQLAlchemy have generated."""
    return module_of(frame) == "__main__" and not frame.f_code.co_name.startswith("__")
