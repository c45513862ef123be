"""What went wrong: an access that raised (the exhibit), or a database that cannot be read."""

from collections.abc import Iterable
from typing import NamedTuple

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.entity import ModelInfo, own_name
from pirate_tui.domain.remedy import Remedy
from pirate_tui.domain.text import clean, redact


class Failure(NamedTuple):
    """An access that raised: the raw traceback, and the same thing explained."""

    name: str
    """The error in a word or two: `MissingGreenlet`, `StatementError(MissingGreenlet)`."""
    verdict: Verdict
    """What the access did, in the words in which it is foretold."""
    headline: tuple[str, ...]
    """The last line of the traceback: the exception itself, without the frames."""
    raw: tuple[str, ...]
    """The traceback, whole and verbatim but for control bytes and secrets."""
    own: tuple[int, ...]
    """The numbers of its lines that are frames of the user's own: the access, and code of the model."""
    code: str
    """The access as its user would have written it: `pirate_crew.members`."""
    attribute: str
    """The attribute: `PirateCrew.members`."""
    instance: str
    """The instance: `PirateCrew 1`."""
    summary: str
    """What went wrong, in one sentence that names attribute and instance."""
    cause: str
    """Why it raised, in a sentence or two."""
    where: str
    """What the innermost frames are about, where that is not the cause; empty where they do not mislead."""
    kind: str
    """What kind of error came, and why that one."""
    statement: tuple[str, ...]
    """The statement that could not be sent, line by line; empty where none was due."""
    link: str
    """Where SQLAlchemy's documentation speaks of this error."""
    remedies: tuple[Remedy, ...]
    """What helps, best first."""
    useless: tuple[Remedy, ...]
    """What people try, and what does not help here."""
    returned: str | None = None
    """What the access gave all the same, where code of the model has caught the error; None where it was raised."""

    @property
    def own_line(self) -> int:
        """The number of the raw line that holds the access itself; else of the user's innermost one, else the last."""
        shown = f"    {self.code}"
        if shown in self.raw:
            return self.raw.index(shown)
        return self.own[-1] if self.own else len(self.raw) - 1


class BrowserError(Exception):
    """The database cannot be used: a message and a hint, the way out. Shown in place, never fatal."""

    def __init__(self, message: str, hint: str) -> None:
        self.message = redact(message)
        super().__init__(self.message, hint)
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}"


class DatabaseLockedError(BrowserError):
    """Another program holds a lock: trying again may help."""


class DatabaseUnreachableError(BrowserError):
    """The server, or the connection to it, is not there: what is on the screen is from before.

    What the server says in `reason` is to be redacted before; our own words stay, also where a password is one of them.
    """

    def __init__(self, where: str, reason: str, hint: str) -> None:
        super().__init__("", hint)
        self.message = f"{where}: {reason}"


BUG = 1
"""The exit code for a mistake of ours: a crash, or a verdict that turned out wrong."""

WRONG_USE = 2
"""The exit code for a command line, a terminal or a file that cannot be used."""

NO_DATABASE = 3
"""The exit code for a file that is no database of the models, or a world that cannot be made."""

MODELS_UNUSABLE = 4
"""The exit code for the developer's own models, where they cannot be loaded."""

FAILED_ON = 5
"""The exit code for a check that found what it was to fail on."""


class StartupError(Exception):
    """There is nothing to browse: the command ends with this exit code and these words."""

    def __init__(self, exit_code: int, message: str) -> None:
        self.message = redact(message)
        super().__init__(self.message)
        self.exit_code = exit_code


SOME = 20
"""Names that an error lists."""


def no_such_class(name: str, choices: Iterable[ModelInfo]) -> StartupError:
    """Why the class that is asked for cannot be had: several have its name, its table is broken, or there is none."""
    problems = {choice.name: choice.problem for choice in choices}
    if problems.get(name):
        return StartupError(WRONG_USE, f"{clean(name)} cannot be browsed: {problems[name]}")
    namesakes = [one for one in problems if own_name(one) == name]
    listed = namesakes or [one for one, problem in problems.items() if not problem]
    shown = f"{', '.join(listed[:SOME])}{' …' if len(listed) > SOME else ''}"
    if namesakes:
        return StartupError(WRONG_USE, f"{clean(name)} is ambiguous; give one of: {shown}")
    return StartupError(WRONG_USE, f"no such mapped class: {clean(name)}; available: {shown}")
