"""Explain what is wrong with a module of models by its author's own lines, as a `StartupError`."""

import os
import shlex
import sys
import traceback
from collections.abc import Iterable
from typing import Any

from pirate_tui.domain.failure import MODELS_UNUSABLE, StartupError
from pirate_tui.domain.text import clean
from pirate_tui.orm.class_names import UNPACKAGED
from pirate_tui.orm.errors import forget
from pirate_tui.orm.user_models.folders import folder_with, project_folder
from pirate_tui.orm.user_models.source_lines import SourceLine, innermost_place, place_in
from pirate_tui.orm.user_models.sync_engines import Explained, explained


FIX = "fix it"
LEAVE_OUT = "or omit --models to reflect the tables of the database"

LONGEST_REASON = 400
"""The most characters that are shown of what is wrong."""

INPUT_ERRORS = {"", "EOF when reading a line"}
"""Messages of an EOFError from `input()` or `getpass()`; pickle has others."""

SETTINGS = "set what is missing, as your project does"


def models_error(
    what: str, remedy: str = FIX, place: SourceLine | None = None, code: Iterable[str] = ()
) -> StartupError:
    """Return an error for unusable models: what is wrong, the line, and the remedy with its lines of code."""
    lines = () if place is None else tuple(f"    {line}" for line in place.text)
    ways = (remedy, *(f"    {line}" for line in code), LEAVE_OUT) if code else (f"{remedy}, {LEAVE_OUT}",)
    return StartupError(MODELS_UNUSABLE, "\n".join((clean(what, len(what)), *lines, *ways)))


def of_other_code(error: StartupError) -> StartupError:
    """Return the error for code that is no model, so that leaving out --models does not help."""
    kept = error.message.removesuffix(LEAVE_OUT).rstrip().removesuffix(",")
    return StartupError(error.exit_code, kept)


def import_error(error: BaseException, name: str) -> StartupError:
    """Return an error for whatever importing the module `name`, or configuring its mappers, has raised."""
    place = innermost_place(error)
    explanation = explained(error, "" if place is None else place.text[0])
    if explanation is None:
        place = place_in(error)
        explanation = _with_cause(error, name, is_inside=place is not None)
    forget(error)  # else a coroutine that a plain access left behind is warned of later, onto the screen
    return models_error(
        f"{place or name}: {clean(explanation.what, LONGEST_REASON)}", explanation.remedy, place, explanation.code
    )


def _with_cause(error: BaseException, name: str, *, is_inside: bool) -> Explained:
    """Explain an error together with the innermost one that it came from, which a library may have wrapped."""
    outer = _explained(error, name, is_inside=is_inside)
    link = _innermost(error)
    if link is error:
        return outer
    inner = _explained(link, name, is_inside=True)
    if _reason(link) in outer.what:
        return outer
    if error.__cause__ is None:  # it came up while the other one was handled, and need not be of it
        return outer._replace(what=f"{outer.what}; raised while handling: {inner.what}")
    return Explained(f"{outer.what}; because: {inner.what}", inner.remedy)


def _innermost(error: BaseException) -> BaseException:
    """Return the first of the errors that led to this one, as Python's own traceback orders them."""
    seen = [error]
    while True:
        at = seen[-1]
        before = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
        if before is None or before in seen:
            return at
        seen.append(before)


def _explained(error: BaseException, name: str, *, is_inside: bool) -> Explained:
    """Explain one error alone: what is wrong, and what helps."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        return _missing(error, error.name, name, is_inside=is_inside)
    if (missing := _missing_settings(error)) is not None:
        return Explained(missing, SETTINGS)
    if not is_inside and isinstance(error, (SyntaxError, OSError)):
        return Explained(
            f"it cannot be read as Python: {getattr(error, 'strerror', None) or _reason(error)}",
            "give a Python file",
        )
    return _ended(error) or Explained(": ".join(filter(None, (type(error).__name__, _reason(error)))), FIX)


def _ended(error: BaseException) -> Explained | None:
    """Explain what would end the program, or wait for input; return None for other errors."""
    if isinstance(error, SystemExit):
        guard = 'put that under `if __name__ == "__main__":`'
        return Explained(f"it exits the program with code {error.code!r}", guard)
    if isinstance(error, KeyboardInterrupt):
        return Explained("interrupted during import", "wait longer, or fix what takes so long")
    if isinstance(error, EOFError) and _reason(error) in INPUT_ERRORS:
        return Explained("it prompts for input, which is not possible during import", FIX)
    return None


def _missing(error: ModuleNotFoundError, missing: str, name: str, *, is_inside: bool) -> Explained:
    top = missing.partition(".")[0]
    if top == UNPACKAGED:
        return Explained("relative import in a file outside a package", "give it as a dotted module name")
    if not is_inside and f"{name}.".startswith(f"{missing}."):
        return _not_found(missing, name)
    if top in sys.modules or top == name.partition(".")[0]:
        return Explained(_reason(error), FIX)
    folder = project_folder()
    project = f", or your project with its dependencies (pip install -e {shlex.quote(folder)})" if folder else ""
    return Explained(
        f"no module named {missing}", f"install the package that provides it in pirate-tui's environment{project}"
    )


def _not_found(missing: str, name: str) -> Explained:
    """Explain that the module which was typed was not found."""
    folder = folder_with(name)
    if folder is not None:
        where = clean(str(folder))
        return Explained(
            f"no module named {missing} in the current folder; {name} is in {where}",
            f"start in {where}, or with PYTHONPATH={shlex.quote(where)}",
        )
    what = f"no module named {missing} in the current folder or in pirate-tui's environment"
    return Explained(what, "check the name, or give the file")


def _missing_settings(error: BaseException) -> str | None:
    """Return which settings are missing; None where the error is about something else."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    if isinstance(error, KeyError) and frames and frames[-1].f_locals.get("self") is os.environ:
        return f"{error.args[0]} is not set in the environment"
    if any(str(frame.f_globals.get("__name__")).startswith("pydantic_settings.") for frame in frames):
        return _invalid(error)
    return None


def _invalid(error: Any) -> str | None:
    """Return the message of a ValidationError of pydantic's, without the input, which may be secret."""
    if type(error).__module__.partition(".")[0] != "pydantic_core":
        return None
    wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)]
    return f"{error.title} is invalid: {', '.join(wrong)}"


def _reason(error: BaseException) -> str:
    """Return the first line of the error's message; `traceback` survives a __str__ that raises."""
    words = next(line for line in traceback.format_exception_only(error) if not line.startswith(" "))
    return words.partition("\n")[0].partition(": ")[2].strip().replace(f"{UNPACKAGED}.", "")
