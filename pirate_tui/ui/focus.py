"""Tell which widget has the focus at the moment of a key."""

from textual.widget import Widget


def has_focus(widget: Widget) -> bool:
    """Whether the widget, or one inside of it, has the focus now.

    Textual's `Widget.has_focus` changes only when the widget has handled the event of it: a key may come before.
    """
    focused = widget.screen.focused
    return focused is not None and widget in focused.ancestors_with_self
