"""Put hooks into SQLAlchemy that can neither raise nor stay: each guards itself, and `remove` undoes them all.

A hook that fails is reported once, and does nothing from then on. It stays where it is until `remove`: a listener that
removed itself would change the list that SQLAlchemy is going through.
"""

import functools
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import event


LOGGER = logging.getLogger("pirate_tui.probe")


class Hooks:
    """The hooks of one installation."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], None]] = []
        self.failed: list[str] = []
        """The names of hooks that have failed."""

    def listen(self, target: Any, name: str, listener: Callable[..., None], **options: Any) -> None:
        """Listen to an event of SQLAlchemy's."""
        guarded = self.guarded(listener)
        event.listen(target, name, guarded, **options)
        self._undo.append(lambda: event.remove(target, name, guarded))

    def before(self, owner: Any, name: str, hook: Callable[..., None]) -> None:
        """Call the hook before a function, with its arguments; do nothing where the owner has none of that name."""
        self._wrap(owner, name, hook, is_before=True)

    def after(self, owner: Any, name: str, hook: Callable[..., None]) -> None:
        """Call the hook after a function, with its arguments; do nothing where the owner has none of that name."""
        self._wrap(owner, name, hook, is_before=False)

    def remove(self) -> None:
        """Take all hooks out again."""
        while self._undo:
            self._undo.pop()()

    def guarded(self, hook: Callable[..., None]) -> Callable[..., None]:
        """Return the hook as a function that raises nothing, and does nothing after the hook has failed once."""
        is_working = True

        @functools.wraps(hook)
        def guarded(*arguments: Any, **named: Any) -> None:
            nonlocal is_working
            if is_working:
                try:
                    hook(*arguments, **named)
                except Exception as error:  # noqa: BLE001  whatever it is, the user's program goes on
                    is_working = False
                    self._report(hook.__name__, error)

        return guarded

    def _wrap(self, owner: Any, name: str, hook: Callable[..., None], *, is_before: bool) -> None:
        original = getattr(owner, name, None)
        if original is None:
            return
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

        wrapper = before if is_before else after
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

        self._undo.append(undo)

    def _report(self, name: str, error: Exception) -> None:
        self.failed.append(name)
        message = "pirate-tui: %s() of the probe failed, and is not called again; the program is not affected"
        with suppress(Exception):  # a handler of the user's that raises: there is nobody else to tell
            LOGGER.warning(message, name, exc_info=error)


def _nothing(*_: Any, **__: Any) -> None:
    """Stand for a hook that is over."""
