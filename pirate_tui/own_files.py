"""Files for their owner's eyes alone: opened and replaced without following what others may have put there.

Links in the folders on the way are followed, and only the last part of a path may be none: where it lies is chosen by
whoever gives the path, and what lies there may have been put by somebody else (a log in /tmp).
"""

import errno
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TextIO


PRIVATE = 0o600
"""The mode of a file that only its owner may read."""

CAREFULLY = os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY | getattr(os, "O_NOFOLLOW", 0)
"""How a file is opened of which nothing is known yet: no link is followed, and no fifo or terminal is waited for."""

IS_LINK, IS_OTHER, IS_LINKED, IS_ANOTHERS = (
    "it is a symbolic link",
    "it is not a regular file",
    "it has more than one hard link",
    "it belongs to another user",
)
"""Why a file is not taken for ours, as the `strerror` of an OSError."""


def open_for_appending(path: Path) -> TextIO:
    """A text file that is appended to, of mode 0600 whether it was there or not.

    Raises OSError, also where it is a link, no regular file, or another user's.
    """
    descriptor = _opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.fchmod(descriptor, PRIVATE)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
    except BaseException:
        os.close(descriptor)
        raise


def read_text(path: Path) -> str:
    """The text of a file of ours. Raises OSError as `open_for_appending` does, and ValueError where it is not UTF-8."""
    with os.fdopen(_opened(path, os.O_RDONLY), encoding="utf-8") as file:
        return file.read()


def write_text(path: Path, text: str) -> None:
    """Put a file with that text in the place of what is there, if anything is: wholly or not at all.

    A link there is replaced, and what it leads to stays as it is. Raises OSError.
    """
    descriptor, unfinished = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".unfinished", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        Path(unfinished).replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(unfinished)  # noqa: PTH108  beside mkstemp, which speaks of text
        raise


def check_own(path: Path) -> None:
    """Is it a regular file of ours? Raises OSError where it is not."""
    os.close(_opened(path, os.O_RDONLY))


def _opened(path: Path, flags: int) -> int:
    """The descriptor of a file of ours; raises OSError where it is none."""
    try:
        descriptor = os.open(path, flags | CAREFULLY, PRIVATE)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK}:  # what systems say to O_NOFOLLOW
            raise OSError(errno.EPERM, IS_LINK) from error
        if error.errno in {errno.ENXIO, errno.EISDIR}:  # a fifo that nobody reads, a socket, a folder
            raise OSError(errno.EPERM, IS_OTHER) from error
        raise
    try:
        reason = _why_not(os.fstat(descriptor), is_written=bool(flags & os.O_WRONLY))
    except BaseException:
        os.close(descriptor)
        raise
    if reason:
        os.close(descriptor)
        raise OSError(errno.EPERM, reason)
    return descriptor


def _why_not(found: os.stat_result, *, is_written: bool) -> str:
    """Why an open file is not taken for ours; empty where it is."""
    if not stat.S_ISREG(found.st_mode):
        return IS_OTHER
    if found.st_uid != os.geteuid():
        return IS_ANOTHERS
    return IS_LINKED if is_written and found.st_nlink > 1 else ""
