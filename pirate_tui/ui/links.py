"""Open links in a browser, where one can be opened without taking the terminal."""

import asyncio
import re
from typing import Any

from textual.app import App

from pirate_tui.domain.text import clean
from pirate_tui.ui.copying import copy


LINK = re.compile(r"https://(?:sqlalche\.me|docs\.sqlalchemy\.org)/[\w\-./#%]*[\w/]")
"""A link to SQLAlchemy's pages. Others may be a stranger's, and a click may be meant for the panel alone."""


def link_at(line: str, column: int) -> str:
    """Return the link at a column of a line, counted in characters; empty where there is none."""
    return next((found[0] for found in LINK.finditer(line) if found.start() <= column < found.end()), "")


async def open_link(app: App[Any], link: str) -> None:
    """Open a link; where only a browser in the terminal would, or none is there, copy it."""
    if await asyncio.to_thread(_opens_window, link):
        app.notify(f"opened {clean(link)}", markup=False, timeout=2)
    else:
        copy(app, "the link", link)


def _opens_window(link: str) -> bool:
    import webbrowser  # not needed for the first paint

    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    if type(browser) is webbrowser.GenericBrowser:  # lynx, w3m and their like
        return False
    return browser.open(link)
