"""Define the browser's own theme, and list all that it can be shown in."""

from textual.theme import BUILTIN_THEMES, Theme


PIRATE = Theme(
    name="pirate",
    dark=True,
    primary="#e8b04a",
    secondary="#4fb3bf",
    accent="#6fc3df",
    success="#8fbf6f",
    warning="#e0a458",
    error="#f2665e",
    foreground="#d8dee9",
    background="#0b1420",
    surface="#101c2b",
    panel="#16263a",
    variables={
        "border": "#e8b04a",
        "border-blurred": "#2c4560",
        "block-cursor-background": "#e8b04a",
        "block-cursor-foreground": "#0b1420",
        "footer-key-foreground": "#e8b04a",
        "footer-background": "#16263a",
    },
)
"""Lamp light on deep water."""

DEFAULT_THEME = PIRATE.name


def theme_names() -> frozenset[str]:
    """Return the names of all themes."""
    return frozenset({PIRATE.name, *BUILTIN_THEMES})
