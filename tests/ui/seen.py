"""What is seen on the screen: every piece of text with its colours, as they are written to the terminal."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from rich.cells import cell_len
from textual.app import App
from textual.widget import Widget


Rgb = tuple[int, int, int]

DRAWN = frozenset("─│╭╮╰╯━┃▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▔▕🭎🭤 ")
"""Characters of borders, bars and scrollbars: nothing to be read."""


class Piece(NamedTuple):
    """Some text in one colour."""

    widget: Widget
    line: int
    """Which line of the widget it stands in, the border counted."""
    text: str
    color: Rgb
    ground: Rgb

    @property
    def contrast(self) -> float:
        """How well it is seen."""
        return contrast(self.color, self.ground)

    def __str__(self) -> str:
        shown = "{} on {}".format(*("#{:02x}{:02x}{:02x}".format(*rgb) for rgb in (self.color, self.ground)))
        return f"{type(self.widget).__name__}: {self.text!r} {shown}, {self.contrast:.2f}:1"


def seen(app: App[Any]) -> list[Piece]:
    """All text of the screen; not what shows through from below a dialog."""
    return [piece for piece in _pieces(app) if not DRAWN.issuperset(piece.text) and piece.widget is not app.screen]


def _pieces(app: App[Any]) -> Iterator[Piece]:
    for y, strip in enumerate(app.screen._compositor.render_strips()):  # noqa: SLF001  what is written, nobody else has
        x = 0
        for text, style, _ in strip:
            widget, region = app.screen.get_widget_at(x, y)
            if style is not None and style.color is not None and style.bgcolor is not None:
                color, ground = style.color.get_truecolor(), style.bgcolor.get_truecolor(foreground=False)
                color, ground = (ground, color) if style.reverse else (color, ground)
                yield Piece(widget, y - region.y, text.strip(), color, ground)
            x += cell_len(text)


def contrast(one: Rgb, other: Rgb) -> float:
    """The contrast ratio of WCAG 2.2."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(rgb: Rgb) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in (one / 255 for one in rgb)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
