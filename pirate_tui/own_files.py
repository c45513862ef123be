"""Open and replace private files, without following what others may have put there.

Links in parent folders are followed, and only the last part of a path may not be one: the folder is chosen by
the user, but a file in it may have been put there by another (a log in /tmp).
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
"""Flags to open an unknown file with: no link is followed, and no fifo or terminal is waited for."""

IS_LINK, IS_OTHER, IS_LINKED, IS_ANOTHERS = (
    "it is a symbolic link",
    "it is not a regular file",
    "it has more than one hard link",
    "it belongs to another user",
)
"""Why a file is refused, as the `strerror` of an OSError."""


def open_for_appending(path: Path) -> TextIO:
    """Return a text file opened for appending, of mode 0600 whether it existed or not.

    Raise OSError, also where it is a link, no regular file, or another user's.
    """
    descriptor = _opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    try:
        os.fchmod(descriptor, PRIVATE)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")
    except BaseException:
        os.close(descriptor)
        raise


def read_text(path: Path) -> str:
    """Return the text of an own file; raise OSError like `open_for_appending`, and ValueError where it is not UTF-8."""
    with os.fdopen(_opened(path, os.O_RDONLY), encoding="utf-8") as file:
        return file.read()


def write_text(path: Path, text: str) -> None:
    """Replace the file, or create it, with that text: wholly or not at all.

    A link is replaced, and its target stays as it is. Raise OSError where that fails.
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
            os.unlink(unfinished)  # noqa: PTH108  beside mkstemp, which returns a str
        raise


def check_own(path: Path) -> None:
    """Raise OSError unless it is a regular file of the current user."""
    os.close(_opened(path, os.O_RDONLY))


def _opened(path: Path, flags: int) -> int:
    """Return the descriptor of an own file; raise OSError where it is not one."""
    try:
        descriptor = os.open(path, flags | CAREFULLY, PRIVATE)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.EMLINK}:  # the errors of O_NOFOLLOW
            raise OSError(errno.EPERM, IS_LINK) from error
        if error.errno in {errno.ENXIO, errno.EISDIR}:  # a fifo without a reader, a socket, a folder
            raise OSError(errno.EPERM, IS_OTHER) from error
        raise
    try:
        reason = _refusal(os.fstat(descriptor), is_written=bool(flags & os.O_WRONLY))
    except BaseException:
        os.close(descriptor)
        raise
    if reason:
        os.close(descriptor)
        raise OSError(errno.EPERM, reason)
    return descriptor


def _refusal(status: os.stat_result, *, is_written: bool) -> str:
    """Return why an open file is refused; empty where it is not."""
    if not stat.S_ISREG(status.st_mode):
        return IS_OTHER
    if status.st_uid != os.geteuid():
        return IS_ANOTHERS
    return IS_LINKED if is_written and status.st_nlink > 1 else ""
