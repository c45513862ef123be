"""Install the hooks of all parts of the probe, and take them out again."""

from pirate_tui.probe import connections, journal, raising, recording
from pirate_tui.probe.hooks import Hooks


_installed: list[Hooks] = []
"""The hooks that are in place: one, or none."""


def put_in() -> None:
    """Install all hooks."""
    hooks = Hooks()
    for part in (recording, connections, raising):
        part.install(hooks)
    _installed.append(hooks)


def take_out() -> None:
    """Remove all hooks, and drop what they have recorded."""
    while _installed:
        _installed.pop().remove()
    journal.forget_all()
    connections.forget_all()
    raising.forget_all()


def is_installed() -> bool:
    """Whether the hooks are in place."""
    return bool(_installed)
