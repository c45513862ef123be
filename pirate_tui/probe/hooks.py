"""Put hooks into SQLAlchemy that can neither raise nor stay: each guards itself, and `remove` undoes them all.

A hook that fails is reported once, and does nothing from then on. It stays where it is until `remove`: a listener that
removed itself would change the list that SQLAlchemy is going through.
"""

import functools
import inspect
import logging
import traceback
from collections.abc import Callable, Hashable
from contextlib import suppress
from typing import Any

from sqlalchemy import event

from pirate_tui.domain.text import clean_lines, redact


LOGGER = logging.getLogger("pirate_tui.probe")

LIMITS = (RecursionError, MemoryError)
"""Errors of a hook that are the program's own: it has reached a limit, and the hook may work the next time."""

REMEMBERED = 1_000
"""The most that is kept of what has been said."""

UNINSTALLABLE = "pirate-tui: %s of the probe could not be installed, and nothing is known of it"
FAILED = "pirate-tui: %s() of the probe failed, and is not called again; the program is not affected"
LEFT = "pirate-tui: %s() of the probe could not be removed; it does nothing"


def log(message: str, *arguments: object) -> None:
    """Log a warning; a handler of the user's that raises is of no concern here."""
    with suppress(Exception):  # there is nobody else to tell
        LOGGER.warning(message, *arguments)


def log_failure(message: str, name: str, error: Exception) -> None:
    """Log a failure of ours: as text, since a record that held the error itself would keep the user's frames alive."""
    with suppress(Exception):  # likewise
        lines = "".join(traceback.format_exception(error, chain=False)).rstrip()
        LOGGER.warning("%s\n%s", message % name, "\n".join(clean_lines(redact(lines))))


def raised_at(error: Exception) -> tuple[str, int]:
    """Return file and line that have raised an error."""
    last = traceback.extract_tb(error.__traceback__, limit=-1)[-1]
    return last.filename, last.lineno or 0


class Seen:
    """What has been said, so that it is said once: the last of it, since a program may go on for weeks."""

    def __init__(self) -> None:
        self._seen: set[Hashable] = set()

    def is_new(self, one: Hashable) -> bool:
        """Whether it is said for the first time."""
        if one in self._seen:
            return False
        if len(self._seen) >= REMEMBERED:
            self._seen.clear()
        self._seen.add(one)
        return True

    def forget_all(self) -> None:
        """Let everything be said again."""
        self._seen.clear()


class Hooks:
    """The hooks of one installation."""

    def __init__(self, lose: Callable[[str], object] = lambda _: None) -> None:
        """Call `lose` with the name of a hook that cannot be installed, or has failed."""
        self._lose = lose
        self._undo: list[tuple[str, Callable[[], None]]] = []

    def listen(self, target: Any, name: str, listener: Callable[..., None], **options: Any) -> None:
        """Listen to an event of SQLAlchemy's."""
        guarded = self.guarded(listener)
        try:
            event.listen(target, name, guarded, **options)
        except Exception as error:  # noqa: BLE001  a version that has no such event: the others work
            self._lose(listener.__name__)
            log_failure(UNINSTALLABLE, listener.__name__, error)
        else:
            self._undo.append((name, lambda: event.remove(target, name, guarded)))

    def before(self, owner: Any, name: str, hook: Callable[..., None]) -> None:
        """Call the hook before a function, with its arguments; do nothing where the owner has none of that name.

        Not for the constructors of engines, pools, dialects and types: SQLAlchemy reads their arguments' names.
        """
        self._wrap(owner, name, hook, is_before=True)

    def after(self, owner: Any, name: str, hook: Callable[..., None]) -> None:
        """Call the hook after a function, with its arguments; do nothing where the owner has none of that name."""
        self._wrap(owner, name, hook, is_before=False)

    def remove(self) -> None:
        """Take all hooks out again."""
        while self._undo:
            name, undo = self._undo.pop()
            try:
                undo()
            except Exception as error:  # noqa: BLE001  somebody else has removed it: the others must go all the same
                log_failure(LEFT, name, error)

    def guarded(self, hook: Callable[..., None]) -> Callable[..., None]:
        """Return the hook as a function that raises nothing, and does nothing after the hook has failed once."""
        is_working = True

        @functools.wraps(hook)
        def guarded(*arguments: Any, **named: Any) -> None:
            nonlocal is_working
            if is_working:
                try:
                    hook(*arguments, **named)
                except LIMITS:
                    pass  # near a limit nothing can be called here
                except Exception as error:  # noqa: BLE001  whatever it is, the user's program goes on
                    is_working = False
                    self._lose(hook.__name__)
                    log_failure(FAILED, hook.__name__, error)

        return guarded

    def _wrap(self, owner: Any, name: str, hook: Callable[..., None], *, is_before: bool) -> None:
        original = inspect.getattr_static(owner, name, None)
        if original is None:
            self._lose(hook.__name__)
            return
        is_of_class = isinstance(original, classmethod)
        original = original.__func__ if is_of_class else original
        own, guarded = vars(owner).get(name), self.guarded(hook)

        @functools.wraps(original)
        def before(*arguments: Any, **named: Any) -> Any:
            guarded(*arguments, **named)
            return original(*arguments, **named)

        @functools.wraps(original)
        def after(*arguments: Any, **named: Any) -> Any:
            result = original(*arguments, **named)
            guarded(*arguments, **named)
            return result

        wrapper: Any = before if is_before else after
        wrapper = classmethod(wrapper) if is_of_class else wrapper
        setattr(owner, name, wrapper)

        def undo() -> None:
            if vars(owner).get(name) is not wrapper:
                hook_is_over()  # somebody has wrapped it again: it stays, and does nothing
            elif own is None:
                delattr(owner, name)
            else:
                setattr(owner, name, own)

        def hook_is_over() -> None:
            nonlocal guarded
            guarded = _nothing

        self._undo.append((name, undo))


def _nothing(*_: Any, **__: Any) -> None:
    """Stand for a hook that is over."""
