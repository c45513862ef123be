"""Install the hooks of all parts of the probe, and take them out again."""

from collections.abc import Callable

from pirate_tui.probe import connections, journal, raising, recording
from pirate_tui.probe.hooks import UNINSTALLABLE, Hooks, log_failure


def put_in() -> Callable[[], None]:
    """Install all hooks; return what removes them, and drops what they have recorded."""
    hooks = Hooks(journal.lost.add)
    for part in (recording, connections, raising):
        try:
            part.install(hooks)
        except Exception as error:  # noqa: BLE001  a version that lacks what the part needs: the others work
            log_failure(UNINSTALLABLE, part.__name__, error)

    def take_out() -> None:
        hooks.remove()
        for part in (journal, connections, raising):
            part.forget_all()

    return take_out
