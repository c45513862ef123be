"""Protect screens against messages that come too late: sizes, keys, clicks, results.

Textual takes the styles of the first base of a screen that is a widget: these are none, and stand before it.
"""

from typing import TYPE_CHECKING, Any, Generic

from textual.await_complete import AwaitComplete
from textual.events import Resize
from textual.geometry import Offset
from textual.screen import Screen, ScreenResultType
from textual.widget import Widget


if TYPE_CHECKING:
    from textual.worker import Worker

    class _NextScreen(Screen[ScreenResultType]):
        """The next base class, for the type checker."""
else:

    class _NextScreen(Generic[ScreenResultType]):
        """Nothing at run time, where the screen is the next base class."""


class Guarded(_NextScreen[ScreenResultType]):
    """A screen that ignores outdated sizes and removed widgets."""

    def on_resize(self, event: Resize) -> None:
        """Ignore a size that is not the terminal's any more; the current one follows.

        In Textual 8.2.8 a screen sends itself each size that it is laid out in. Two sizes that come fast are then sent
        in turns for ever, and no key or signal is handled any more.
        """
        if event.size != self.app.size:
            event.prevent_default()

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """Return the widget at a place, but none that is removed and still drawn, on which Textual 8.2.8 crashes."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        return (widget, offset) if widget is not None and widget.parent is not None else (None, None)


class Passing(Guarded[ScreenResultType]):
    """A screen that lies over others for a while, and is dismissed only once.

    While it is dismissed it still gets earlier input: a second Enter, a second click. Since Textual 8.0.0 a
    screen that is dismissed again takes the one under it away, and the last of them ends the app with a
    ScreenStackError (https://github.com/Textualize/textual/pull/6362).
    """

    _is_dismissed = False

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Dismiss it once, unless another screen lies over it; its work is cancelled before its widgets go."""
        if not self.is_active:
            nothing: AwaitComplete = AwaitComplete.nothing()  # type: ignore[no-untyped-call]  # Textual's own
            return nothing
        self._is_dismissed = True
        self.workers.cancel_node(self)
        return super().dismiss(result)

    def run_worker(self, *args: Any, **kwargs: Any) -> "Worker[Any]":
        """Run work, which is cancelled at once if the screen is dismissed."""
        worker = super().run_worker(*args, **kwargs)
        if self._is_dismissed:
            worker.cancel()
        return worker
