"""Remember choices between launches: the theme, and the mapped class of each database.

Unlike the settings file, which only its user writes, this file is written by the browser.
"""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from platformdirs import user_data_path

from pirate_tui import own_files


MOST_REMEMBERED = 100
"""How many databases the last chosen mapped class is remembered of."""


class Choices(NamedTuple):
    """What is remembered."""

    theme: str | None = None
    """The name of the theme that was chosen last."""
    models: Mapping[str, str] = {}
    """The mapped class that was chosen last, by path or name of its database; the newest last."""


def remembered(database: Path | str) -> str | None:
    """Return the mapped class that was chosen last in this file or database; None where none was."""
    return read_choices().models.get(_key(database))


def remember(database: Path | str, model: str) -> None:
    """Remember the chosen mapped class for the next launch; a folder that cannot be written is logged."""
    name, choices = _key(database), read_choices()
    others = [(other, chosen) for other, chosen in choices.models.items() if other != name]
    _write(choices._replace(models=dict([*others, (name, model)][-MOST_REMEMBERED:])))


def remember_theme(theme: str) -> None:
    """Remember the chosen theme for the next launch; a folder that cannot be written is logged."""
    _write(read_choices()._replace(theme=theme))


def read_choices() -> Choices:
    """Return what is remembered; nothing where the file is invalid, which is logged."""
    try:
        found = json.loads(own_files.read_text(choices_path()))
    except FileNotFoundError:
        return Choices()
    except (OSError, ValueError, RecursionError):  # not as we write it
        logging.getLogger(__name__).warning("cannot read what is remembered", exc_info=True)
        return Choices()
    if not isinstance(found, dict):
        return Choices()
    theme, models = found.get("theme"), found.get("models")
    if not isinstance(models, dict):  # before themes were remembered, the models were all that there was
        return Choices(None, _texts(found))
    return Choices(theme if isinstance(theme, str) else None, _texts(models))


def choices_path() -> Path:
    """Return the path of the file."""
    return user_data_path("pirate-tui", appauthor=False) / "choices.json"


def _write(choices: Choices) -> None:
    """Replace the file as a whole: of two launches at once one is lost, and the file stays valid."""
    path = choices_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        own_files.write_text(path, json.dumps(choices._asdict(), indent=1))
    except OSError:
        logging.getLogger(__name__).warning("cannot save what is to be remembered", exc_info=True)


def _key(database: Path | str) -> str:
    return str(database.resolve()) if isinstance(database, Path) else database


def _texts(found: dict[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in found.items()}
