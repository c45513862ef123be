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
from types import TracebackType
from typing import Self, TextIO


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

IS_WRITABLE = "everybody can write to it (chmod o-w takes that away)"
"""Why a file of settings is refused, likewise."""

IS_THERE = "it already exists"
"""Why no new file is made, likewise."""

NAME_PART = 100
"""How many characters of a name are part of that of its unfinished file, which may be too long otherwise."""


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


def read_linked_text(path: Path) -> str:
    """Return the text of a file that its user keeps wherever he likes, also behind a link; of his own, or of root.

    Raise OSError where it is no regular file, another user's, or one that everybody can write to; ValueError where it
    is not UTF-8.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    with os.fdopen(descriptor, encoding="utf-8-sig") as file:  # some editors mark the encoding
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EPERM, IS_OTHER)
        if status.st_uid not in {os.geteuid(), 0}:
            raise OSError(errno.EPERM, IS_ANOTHERS)
        if status.st_mode & stat.S_IWOTH:
            raise OSError(errno.EPERM, IS_WRITABLE)
        return file.read()


def write_text(path: Path, text: str) -> None:
    """Replace the file, or create it, with that text: wholly or not at all.

    A link is replaced, and its target stays as it is. Raise OSError where that fails.
    """
    descriptor, unfinished = _unfinished(path)
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


class NewFile:
    """A text file that is made wholly or not at all, of mode 0600, and in place of no other.

    What is written goes to a file beside it, which gets its name at `finish`, and is deleted where the `with` block
    ends before that. After an exception the file is gone too. Raises OSError, also where there is one of that name.
    """

    def __init__(self, path: Path) -> None:
        if os.path.lexists(path):
            raise FileExistsError(errno.EEXIST, IS_THERE)
        self._path = path
        try:
            self._descriptor, self._unfinished = _unfinished(path)
        except ValueError as error:  # a NUL in the name
            raise OSError(errno.EINVAL, str(error)) from error
        self._file = os.fdopen(self._descriptor, "w", encoding="utf-8", errors="backslashreplace", newline="")
        self._is_finished = False

    def write(self, text: str) -> None:
        """Write the text as it is, with the line ends that it has."""
        self._file.write(text)

    def finish(self) -> None:
        """Give the file its name, once everything is on the disk."""
        self._file.flush()
        os.fsync(self._descriptor)
        self._file.close()
        try:
            os.link(self._unfinished, self._path)  # unlike a rename, it replaces no file
        except FileExistsError as error:
            raise FileExistsError(errno.EEXIST, IS_THERE) from error
        except OSError:  # a file system without hard links
            if os.path.lexists(self._path):
                raise FileExistsError(errno.EEXIST, IS_THERE) from None
            Path(self._unfinished).rename(self._path)
        self._is_finished = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        with suppress(OSError):  # of what could not be written: it was raised before
            self._file.close()
        with suppress(FileNotFoundError):
            os.unlink(self._unfinished)  # noqa: PTH108  beside mkstemp, which returns a str
        if kind is not None and self._is_finished:
            self._path.unlink(missing_ok=True)


def check_own(path: Path) -> None:
    """Raise OSError unless it is a regular file of the current user."""
    os.close(_opened(path, os.O_RDONLY))


def _unfinished(path: Path) -> tuple[int, str]:
    """Create a file beside the path, and return its descriptor and its name."""
    return tempfile.mkstemp(prefix=f".{path.name[:NAME_PART]}.", suffix=".unfinished", dir=path.parent)


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
