"""Copy to the terminal's clipboard, and report what was copied and what was not."""

from typing import Any

from textual.app import App


FRAME = len("\x1b]52;c;\a")
"""The length of OSC 52, the sequence that fills a terminal's clipboard, without the text."""


def room(sequence: int) -> int:
    """Return how many bytes of text fit into a sequence of that length: base64 makes four of three."""
    return (sequence - FRAME) // 4 * 3


SAFE = room(100_000)
"""Bytes that a terminal takes: the limit of hterm's own script, by which others go, too
(OSC_52_MAX_SEQUENCE in https://chromium.googlesource.com/apps/libapps/+/HEAD/hterm/etc/osc52.sh)."""

MOST = room(1_048_576)
"""Bytes beyond which nothing is sent: tmux drops a longer sequence (INPUT_BUF_LIMIT in
https://github.com/tmux/tmux/blob/3.5a/input.c)."""


def copy(app: App[Any], what: str, text: str) -> None:
    """Copy the text, and show how many lines: each but the last is run when pasted into a shell.

    A text too long for many terminals, or all, is reported: pasting would insert what was copied before.
    """
    text = text.encode(errors="replace").decode()  # half of a surrogate pair cannot be sent
    size = len(text.encode())
    if not size:
        app.notify(f"nothing to copy: {what} is empty", markup=False, timeout=2)
    elif size > MOST:
        notify_too_large(app, what, size)
    else:
        App.copy_to_clipboard(app, text)
        lines = text.count("\n") + 1
        note = f"copied {what}" if lines == 1 else f"copied {lines:,} lines: {what}"
        if size > SAFE:
            doubt = f"many terminals accept only {shown(SAFE)}: check before you paste"
            app.notify(f"{note}, {shown(size)}; {doubt}", severity="warning", markup=False)
        else:
            app.notify(note, markup=False, timeout=2)


def notify_too_large(app: App[Any], what: str, size: int) -> None:
    """Show that a text of so many bytes cannot be copied."""
    reason = f"not copied: {what} is {shown(size)}, more than a terminal clipboard accepts ({shown(MOST)})"
    app.notify(f"{reason}; the clipboard is unchanged", severity="warning", markup=False)


def shown(size: int) -> str:
    """Return a number of bytes in words, rounded down, as limits are."""
    return f"{size // 1_000:,} kB" if size < 1_000_000 else f"{size // 100_000 / 10:,} MB"  # noqa: PLR2004  a thousand kB
