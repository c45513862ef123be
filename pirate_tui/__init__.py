"""A terminal browser for the objects behind async SQLAlchemy models.

PYTEST_DONT_REWRITE: the plugin for pytest asserts nothing, and pytest warns where the probe has imported this before.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from pirate_tui.api import Explanation, explain_error

__all__ = ["Explanation", "__version__", "explain_error"]

__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Return `Explanation` and `explain_error`, which need SQLAlchemy: importing the package alone does not."""
    if name in {"Explanation", "explain_error"}:
        return getattr(import_module("pirate_tui.api"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
