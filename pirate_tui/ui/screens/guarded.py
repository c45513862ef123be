"""Protect screens against messages that come too late: sizes, keys, clicks, results; and against late work.

Textual takes the styles of the first base of a screen that is a widget: these are none, and stand before it.
"""

from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete
from textual.events import Event, Mount, Resize
from textual.geometry import Offset
from textual.screen import ScreenResultType
from textual.widget import Widget


if TYPE_CHECKING:
    from textual.screen import Screen as NextScreen
    from textual.worker import Worker
else:  # nothing at run time, where the screen is the next base class
    from typing import Generic as NextScreen


class Guarded(NextScreen[ScreenResultType]):
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

    async def on_event(self, event: Event) -> None:
        """Leave out that the screen is mounted where it is going before that: its widgets are not there, or no more."""
        if not (isinstance(event, Mount) and self.is_going):
            await super().on_event(event)

    @property
    def is_going(self) -> bool:
        """Whether the widgets of the screen may go at any moment: the app is exiting."""
        return self.app.return_code is not None

    def run_worker(self, *args: Any, **kwargs: Any) -> "Worker[Any]":
        """Run work, which is cancelled at once if the screen is going: it would miss the widgets that it is for."""
        worker = super().run_worker(*args, **kwargs)
        if self.is_going:
            worker.cancel()
        return worker


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
        dismissed = super().dismiss(result)
        # What anybody calls after a refresh, Textual 8.2 leaves with the screen on top: with this one it would be lost.
        for callback, sender in self._callbacks:
            self.app.screen._invoke_later(callback, sender)  # noqa: SLF001  there is no other way to hand it on
        self._callbacks.clear()
        return dismissed

    @property
    def is_going(self) -> bool:
        """Whether its widgets may go at any moment: it is dismissed, or the app is exiting."""
        return self._is_dismissed or super().is_going
