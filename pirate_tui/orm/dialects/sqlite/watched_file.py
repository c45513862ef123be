"""Watch the file of a database: whether it is still the one that was opened, and whether it was written to."""

from pathlib import Path

from pirate_tui.domain.failure import BrowserError


Seen = tuple[int, ...]


class WatchedFile:
    """A SQLite file whose status is compared before each query; an open connection would not notice a change."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._identity: Seen | None = None
        self._state: Seen = ()

    def take(self) -> None:
        """Accept the file that the next call of `has_changed` finds."""
        self._identity = None

    def has_changed(self) -> bool:
        """Whether the file was written to since the last call; raises `BrowserError` if it was replaced or removed."""
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
    """Return time and size of its write-ahead log, which holds recent writes (https://www.sqlite.org/wal.html)."""
    try:
        status = Path(f"{path}-wal").stat()
    except OSError:
        return (0, 0)
    return (status.st_mtime_ns, status.st_size) if status.st_size else (0, 0)


def is_log_live(path: Path) -> bool:
    """Whether the write-ahead log holds anything."""
    return log_state(path) != (0, 0)
