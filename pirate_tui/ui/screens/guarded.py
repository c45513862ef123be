"""What every screen of ours is mixed with, against messages that come too late: sizes, keys, clicks, answers.

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

    class _Base(Screen[ScreenResultType]):
        """The screen that comes behind."""
else:

    class _Base(Generic[ScreenResultType]):
        """Nothing: the screen comes behind."""


class Guarded(_Base[ScreenResultType]):
    """A screen that takes what is now: the terminal's size, and the widgets that it has."""

    def on_resize(self, event: Resize) -> None:
        """Let go of a size that is the terminal's no more; the one that is, comes behind it.

        In Textual 8.2.8 a screen sends itself each size that it is laid out in. Two sizes that come fast are then sent
        in turns for ever, and no key or signal is heard any more.
        """
        if event.size != self.app.size:
            event.prevent_default()

    def get_widget_and_offset_at(self, x: int, y: int) -> tuple[Widget | None, Offset | None]:
        """What can be selected at a place: no widget that is gone, and drawn still, with which Textual 8.2.8 ends."""
        widget, offset = super().get_widget_and_offset_at(x, y)
        return (widget, offset) if widget is not None and widget.parent is not None else (None, None)


class Passing(Guarded[ScreenResultType]):
    """A screen that lies over others for a while: it goes once, and does nothing more then.

    It hears what was pressed before it went also while it goes: a second Enter, a second click. Since Textual 8.0.0 a
    screen that is dismissed again takes the one under it away, and the last of them ends the app with a
    ScreenStackError (https://github.com/Textualize/textual/pull/6362).
    """

    _has_gone = False

    def dismiss(self, result: ScreenResultType | None = None) -> AwaitComplete:
        """Go, unless it has gone already or another screen lies over it; its work ends, and finds no widgets gone."""
        if not self.is_active:
            nothing: AwaitComplete = AwaitComplete.nothing()  # type: ignore[no-untyped-call]  # Textual's own
            return nothing
        self._has_gone = True
        self.workers.cancel_node(self)
        return super().dismiss(result)

    def run_worker(self, *given: Any, **named: Any) -> "Worker[Any]":
        """Work that is begun when it has gone is over at once."""
        worker = super().run_worker(*given, **named)
        if self._has_gone:
            worker.cancel()
        return worker
