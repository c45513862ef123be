"""What an error and the access that raised it show together: gathered once, and handed to every cause."""

from dataclasses import dataclass

from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.text import clean
from pirate_tui.orm.errors import chain, unwrapped
from pirate_tui.orm.explanation.access import Access, Target
from pirate_tui.orm.explanation.frames import Innermost, innermost_of, read_in
from pirate_tui.orm.inspection.attributes import attributes_of
from pirate_tui.orm.user_code.foreign import error_name, message_of
from pirate_tui.orm.user_code.time_limit import Hanging


MESSAGE_LIMIT = 120
"""Characters of an error's own message that a headline repeats."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """An error, and the access that raised it."""

    error: BaseException
    access: Access
    """What was known before the access was made."""
    chain: tuple[BaseException, ...]
    """The error and everything it came from."""
    innermost: Innermost | None
    """What the innermost frames of the MissingGreenlet were about; None where the error is none, and came of none."""
    read: Target | None
    """What code of the model was reading when it raised; None where no such code ran, or it read no attribute."""

    @classmethod
    def of(cls, error: BaseException, access: Access) -> "Evidence":
        """Gather what the error's chain and frames show; `access` was made before it."""
        links = tuple(chain(error))
        read = _read(links) if access.attribute.kind.runs_code else None
        return cls(error, access, links, innermost_of(links), read)

    @property
    def is_missing_greenlet(self) -> bool:
        """Whether the error, or anything it came from, is a MissingGreenlet."""
        return self.innermost is not None

    @property
    def verdict(self) -> Verdict:
        """What the access did."""
        if isinstance(self.error, Hanging):
            return Verdict.UNKNOWN
        if self.is_missing_greenlet:
            return Verdict.IO
        return Verdict.DETACHED if isinstance(self.error, DetachedInstanceError) else Verdict.RAISES

    @property
    def runs_code(self) -> bool:
        """Whether the access runs code of the model."""
        return self.access.attribute.kind.runs_code

    @property
    def wanted(self) -> Target:
        """What was to be loaded: the attribute itself, or what its code has read."""
        return self.read or self.access.target

    @property
    def is_at_hand(self) -> bool:
        """Whether that belongs to the instance itself, and not to another one that its code has come to."""
        return self.wanted.label == self.access.label

    @property
    def message(self) -> str:
        """The error's own message, whole."""
        return message_of(self.error)

    @property
    def error_line(self) -> str:
        """The error's name and the first line of what it, or the driver's error in it, says; for a headline."""
        first = message_of(unwrapped(self.error)).partition("\n")[0]
        name = error_name(self.error)
        return clean(f"{name}: {first}" if first else name, MESSAGE_LIMIT)

    def came_of(self, kind: type[BaseException], words: str = "") -> bool:
        """Whether it is an error of that kind with these words, or such a one was behind it."""
        return any(isinstance(link, kind) and words in message_of(link) for link in self.chain)


def _read(links: tuple[BaseException, ...]) -> Target | None:
    """What code of the model was reading; attributes that are not looked at by name are none."""
    found = read_in(links)
    if found is None or found.name not in {attribute.name for attribute in attributes_of(found.state.mapper)}:
        return None
    return Target.of(found.state, found.name)
