"""Make a theme's colours readable: move them as far as the contrast with their background requires.

Contrast is WCAG's (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). All that comes out is opaque: Textual 8.2
resolves neither "auto" nor transparent colours in a partial component style, where it knows no background.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache

from textual.app import App
from textual.color import BLACK, WHITE, Color
from textual.driver import Driver


DATA = 4.5
"""The least contrast of text."""

MUTED = 0.8
"""The contrast of muted text, as a share of the least that any other text has: at least 3.6."""

HUES = ("primary", "accent", "success", "warning", "error")
"""The theme's colours that text is written in, or on."""

GROUNDS = ("background", "surface", "panel")
"""The backgrounds of text."""

CURSORS = ("block-cursor", "block-cursor-blurred", "input-cursor", "input-selection", "screen-selection")
"""Textual's pairs of colours for text that is marked, each a background and a foreground."""

FOOTER = ("footer-foreground", "footer-key-foreground", "footer-description-foreground")

HIT = 0.4
"""The share of the warning's colour behind a match of a search."""

STEPS = 32
"""The number of steps in which a colour is moved."""


class ReadableApp(App[None]):
    """An application whose styles may use `$muted-on-surface`, `$error-on-panel`, `$text-on-error`, and their like."""

    def __init__(self, driver_class: type[Driver] | None = None) -> None:
        super().__init__(driver_class)
        if self.no_color:
            # Textual 8.2.8 makes all colours of the terminal's own palette black then, whatever they are: it
            # chooses the filter for NO_COLOR once, by the theme of the start.
            for theme in [theme for theme in self.available_themes.values() if theme.ansi]:
                self.unregister_theme(theme.name)

    def get_css_variables(self) -> dict[str, str]:
        """Return the theme's variables, and ours."""
        return readable_variables(super().get_css_variables())


def readable_variables(theme: Mapping[str, str]) -> dict[str, str]:
    """Return a theme's variables with ours; colours that cannot be read are moved, Textual's own too.

    Colours of the terminal's palette stay as they are: they are not known.
    """
    back = _color(theme["background"], BLACK)
    grounds = {name: _color(theme[name], back) for name in GROUNDS}
    text = _color(theme["foreground"], back)
    for ground in grounds.values():
        text = readable(text, ground)
    made = {"foreground": text}
    for name, ground in grounds.items():
        hues = _hues(theme, ground)
        made |= {f"{hue}-on-{name}": color for hue, color in hues.items()}
        made[f"muted-on-{name}"] = muted(text, ground, beside=hues.values())
    paper = back if back.ansi is None else _color(theme.get("ansi-background", "ansi_black"), back)
    made |= {f"text-on-{hue}": readable(paper, _color(theme[hue], back)) for hue in HUES}
    made["hit"] = back.blend(_color(theme["warning"], back), HIT)
    made["text-on-hit"] = readable(text if back.ansi is None else paper, made["hit"])
    for name in CURSORS:
        ground = made[f"{name}-background"] = _color(theme[f"{name}-background"], back)
        made[f"{name}-foreground"] = readable(_color(theme[f"{name}-foreground"], ground, text), ground)
    ground = _color(theme["footer-background"], back)
    footer = {name: readable(_color(theme[name], ground), ground) for name in FOOTER}
    beside = (*footer.values(), *_hues(theme, ground).values())  # it may be that of the panel
    made |= {**footer, "footer-muted": muted(footer[FOOTER[0]], ground, beside)}
    return {**theme, **{name: color.hex for name, color in made.items()}}


def contrast(color: Color, other: Color) -> float:
    """Return the contrast ratio of two colours: from 1 to 21."""
    darker, lighter = sorted((_luminance(color), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@lru_cache(maxsize=1024)
def readable(color: Color, ground: Color) -> Color:
    """Return the colour, moved towards white or black until it can be read on the ground."""
    if color.ansi is not None or ground.ansi is not None:
        return color
    ends = (WHITE, BLACK) if _luminance(color) > _luminance(ground) else (BLACK, WHITE)
    end = next(end for end in ends if contrast(end, ground) >= DATA)  # of white and black, one always can be
    moved = (color.blend(end, step / STEPS, 1.0) for step in range(STEPS + 1))
    return next(step for step in moved if contrast(step, ground) >= DATA)


def muted(text: Color, ground: Color, beside: Iterable[Color]) -> Color:
    """Return the text's colour, moved towards the ground until it is fainter than itself and than all beside it."""
    if text.ansi is not None or ground.ansi is not None:
        return text
    least = MUTED * min(contrast(color, ground) for color in (text, *beside))
    faded = (text.blend(ground, step / STEPS, 1.0) for step in range(STEPS, -1, -1))
    return next(step for step in faded if contrast(step, ground) >= least)


def _hues(theme: Mapping[str, str], ground: Color) -> dict[str, Color]:
    return {hue: readable(_color(theme[hue], ground), ground) for hue in HUES}


def _luminance(color: Color) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004  sRGB's own figures
        for part in color.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _color(value: str, ground: Color, instead: Color | None = None) -> Color:
    """Return a variable as an opaque colour on the ground; `instead` of one that is transparent."""
    name, _, percent = value.partition(" ")
    color = ground.get_contrast_text(1.0) if name == "auto" else Color.parse(name)
    if color.ansi is not None or ground.ansi is not None:
        return color
    if not color.a:
        return instead or ground
    return ground + color.multiply_alpha(float(percent.removesuffix("%")) / 100 if percent else 1.0)
