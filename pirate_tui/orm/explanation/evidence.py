"""Gather what an error and the access that raised it show together, once for all causes."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import FrameType

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
    """The access, as described before it was made."""
    chain: tuple[BaseException, ...]
    """The error and everything it came from."""
    innermost: Innermost | None
    """What the innermost frames of the MissingGreenlet did; None where there is no MissingGreenlet."""
    read: Target | None
    """The attribute that code of the model was reading; None where no such code ran, or it read none."""

    @classmethod
    def of(cls, error: BaseException, access: Access, live: Sequence[FrameType] = ()) -> "Evidence":
        """Gather what the error's chain and frames show; `access` was made before it.

        `live` are the frames, outermost first, of an error that is being constructed, and has no traceback yet.
        """
        links = tuple(chain(error))
        read = _read(links) if access.attribute.kind.runs_code else None
        return cls(error, access, links, innermost_of(links, live), read)

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
        """The attribute that was to be loaded: the accessed one, or the one that its code has read."""
        return self.read or self.access.target

    @property
    def is_at_hand(self) -> bool:
        """Whether that belongs to the instance itself, and not to another one that its code has read."""
        return self.wanted.label == self.access.label

    @property
    def message(self) -> str:
        """The error's own message, whole."""
        return message_of(self.error)

    @property
    def error_line(self) -> str:
        """The error's name and the first line of its message, or of the driver's error in it; for a headline."""
        first = message_of(unwrapped(self.error)).partition("\n")[0]
        name = error_name(self.error)
        return clean(f"{name}: {first}" if first else name, MESSAGE_LIMIT)

    def came_of(self, kind: type[BaseException], words: str = "") -> bool:
        """Whether the error, or any error behind it, is of that kind and has these words in its message."""
        return any(isinstance(link, kind) and words in message_of(link) for link in self.chain)


def _read(links: tuple[BaseException, ...]) -> Target | None:
    """Return the attribute that code of the model was reading; None where it has none of that name."""
    read = read_in(links)
    if read is None or read.name not in {attribute.name for attribute in attributes_of(read.state.mapper)}:
        return None
    return Target.of(read.state, read.name)
