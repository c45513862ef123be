"""The file behind a database: is it still the one that was opened, and who has written to it?"""

from pathlib import Path

from pirate_tui.domain.failure import BrowserError


Seen = tuple[int, ...]


class WatchedFile:
    """A SQLite file, looked at before each question: a connection that is open would not notice."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: Seen | None = None
        self._state: Seen = ()

    def take(self) -> None:
        """From now on it is the file that is found at the next look."""
        self._identity = None

    def has_changed(self) -> bool:
        """Has it been written to since the last look? Raises `BrowserError` when it is another file, or none."""
        try:
            status = self._path.stat()
        except FileNotFoundError:
            raise BrowserError("the file was removed", "restore it, then press r") from None
        identity, before = (status.st_dev, status.st_ino), self._state
        if self._identity not in {None, identity}:
            raise BrowserError("the file was replaced", "press r to open the new one")
        self._state = (status.st_mtime_ns, status.st_size, *log_state(self._path))
        is_first, self._identity = self._identity is None, identity
        return not is_first and self._state != before


def log_state(path: Path) -> Seen:
    """Of the write-ahead log beside it, which holds what is not in the file yet (https://www.sqlite.org/wal.html)."""
    try:
        status = Path(f"{path}-wal").stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size) if status.st_size else (0, 0)


def is_log_live(path: Path) -> bool:
    """Is there anything in the write-ahead log?"""
    return log_state(path) != (0, 0)
