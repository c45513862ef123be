"""Hold what went wrong: an access that raised, or a database that cannot be read."""

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
    """What the access did, in the terms of its prediction."""
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
    """The page of SQLAlchemy's documentation about this error."""
    remedies: tuple[Remedy, ...]
    """What helps, best first."""
    ineffective: tuple[Remedy, ...]
    """What people try, and what does not help here."""
    returned: str | None = None
    """What the access returned, where code of the model has caught the error; None where it was raised."""

    @property
    def own_line(self) -> int:
        """The number of the raw line with the access itself; else of the user's innermost frame, else the last."""
        shown = f"    {self.code}"
        if shown in self.raw:
            return self.raw.index(shown)
        return self.own[-1] if self.own else len(self.raw) - 1


class BrowserError(Exception):
    """The database cannot be used: a message, and a hint what to do. Shown in place, never fatal."""

    def __init__(self, message: str, hint: str) -> None:
        self.message = redact(message)
        super().__init__(self.message, hint)
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}"


class InvalidFilterError(BrowserError):
    """A filter has a value that its column can never hold."""


class DatabaseLockedError(BrowserError):
    """Another program holds a lock: a retry may help."""


class DatabaseUnreachableError(BrowserError):
    """The server, or the connection to it, is gone: what is on the screen may be outdated.

    `reason` is redacted by the caller where it is the server's: our own words may equal a password, and stay.
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


NOTHING_FOUND = 6
"""The exit code for a text that has nothing to explain."""


class StartupError(Exception):
    """There is nothing to browse: the command prints the message and ends with the exit code."""

    def __init__(self, exit_code: int, message: str) -> None:
        self.message = redact(message)
        super().__init__(self.message)
        self.exit_code = exit_code


LISTED_NAMES = 20
"""How many names an error lists."""


def no_such_class(name: str, choices: Iterable[ModelInfo]) -> StartupError:
    """Return the error for a class that is not there: its name is ambiguous, its table is broken, or there is none."""
    problems = {choice.name: choice.problem for choice in choices}
    if problems.get(name):
        return StartupError(WRONG_USE, f"{clean(name)} cannot be browsed: {problems[name]}")
    namesakes = [choice for choice in problems if own_name(choice) == name]
    listed = namesakes or [choice for choice, problem in problems.items() if not problem]
    shown = f"{', '.join(listed[:LISTED_NAMES])}{' …' if len(listed) > LISTED_NAMES else ''}"
    if namesakes:
        return StartupError(WRONG_USE, f"{clean(name)} is ambiguous; give one of: {shown}")
    return StartupError(WRONG_USE, f"no such mapped class: {clean(name)}; available: {shown}")
