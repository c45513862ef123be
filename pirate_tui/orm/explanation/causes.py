"""An error and what was known before it -> its cause, in words that need no knowledge of greenlets."""

from collections.abc import Callable
from typing import NamedTuple

import sqlalchemy
from sqlalchemy.exc import DBAPIError, InvalidRequestError, MissingGreenlet, PendingRollbackError, SQLAlchemyError
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import AttributeKind
from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.text import clean
from pirate_tui.orm.errors import MISSING_GREENLET, REFUSED, chain, is_missing_greenlet, unwrapped
from pirate_tui.orm.explanation.access import Access, Target
from pirate_tui.orm.explanation.frames import innermost
from pirate_tui.orm.explanation.reasons import WORDS, Why, why_of
from pirate_tui.orm.user_code.foreign import class_name, error_name, message_of
from pirate_tui.orm.user_code.time_limit import Hanging


VERSION = sqlalchemy.__version__.split(".")
DOCUMENTATION = f"https://docs.sqlalchemy.org/en/{VERSION[0]}{VERSION[1]}/"
ERRORS = f"https://sqlalche.me/e/{VERSION[0]}{VERSION[1]}/"
"""Where the codes of errors lead to."""
REFUSING = DOCUMENTATION + "orm/queryguide/relationships.html#preventing-unwanted-lazy-loads-using-raiseload"

MESSAGE_LIMIT = 120
"""Characters of an error's own message that a headline repeats."""

GREENLET = (
    "which must be awaited. SQLAlchemy can wait for the driver only inside the greenlet that `await session...` "
    "starts; your line ran outside it."
)
"""Why a statement that is due cannot be sent: the rest of a sentence."""


class Cause(NamedTuple):
    """What there is to say of an error."""

    why: Why
    short: str
    """The rest of the headline: what was wrong, and what that meant."""
    text: str
    kind: str
    link: str


Find = Callable[[BaseException, Access], Cause]

CANNOT_WAIT = "loading it needs the database, and only awaited code can wait for that"
"""The same in a headline."""


def cause_of(error: BaseException, access: Access) -> Cause:
    """The cause of what an access raised."""
    for is_it, find in CAUSES:
        if is_it(error, access):
            return find(error, access)
    return _other(error, access)


def headline_of(cause: Cause, access: Access) -> str:
    """The cause in one sentence, which names attribute and instance."""
    how = "called" if access.attribute.kind is AttributeKind.METHOD else "accessed"
    how = "awaited" if access.mode.awaits else f"{how} without await"
    if access.read is None:
        return f"{access.name} of {access.label} was {how}, but {cause.short}."
    read = access.read.name if access.read.label == access.label else f"{access.read.name} of {access.read.label}"
    return f"{access.name} of {access.label} was {how}; its code reads {read}, but {cause.short}."


# A MissingGreenlet: why there was something to be loaded.


def _missing_greenlet(error: BaseException, access: Access) -> Cause:
    why = why_of(access)
    held, reason = WORDS[why](access.wanted, access)
    if access.attribute.kind.runs_code:
        read = f"reads {access.read.name}" if access.read else "queries the session itself"
        reason = f"{access.name} runs model code ({access.attribute.kind.value}) that {read}. {reason}"
    text = f"{reason}, {GREENLET}"
    short = f"{held}: {CANNOT_WAIT}" if why is not Why.ASKED else f"{held}, and only awaited code can wait for that"
    return Cause(why, short, text, _kind_of_missing_greenlet(error), ERRORS + MISSING_GREENLET)


def _kind_of_missing_greenlet(error: BaseException) -> str:
    if isinstance(error, MissingGreenlet):
        return "A bare MissingGreenlet: SQLAlchemy raises it when this driver attempts IO outside a greenlet."
    if not isinstance(error, SQLAlchemyError):
        return f"A {class_name(type(error))} raised by other code because of a MissingGreenlet."
    return (
        f"A {type(error).__name__} around a MissingGreenlet: the engine wraps what a driver raises before a statement "
        "has begun, so `except MissingGreenlet` does not catch it. Test error.code == "
        f"'{MISSING_GREENLET}', which both have."
    )


def _flushed(error: BaseException, access: Access) -> Cause:
    """A MissingGreenlet of an autoflush, which came before the access's own SELECT."""
    unflushed = () if access.session is None else access.session.unflushed
    waiting = ", ".join(f"{unflushed.count(one)} {one}" for one in sorted(set(unflushed))) or "pending changes"
    text = (
        f"Before the SELECT of {access.wanted.name} the session flushes its pending changes ({waiting}): an autoflush, "
        f"{GREENLET} The flush has failed: the changes are lost, and the session needs `await session.rollback()`."
    )
    short = f"the session had to flush {waiting} first: both need the database, and only awaited code can wait for that"
    return Cause(Why.FLUSHED, short, text, _kind_of_missing_greenlet(error), ERRORS + MISSING_GREENLET)


def where_it_misleads(error: BaseException, access: Access) -> str:
    """What the innermost frames were about, where that is not the cause; empty where they do not mislead."""
    found = innermost(error)
    if found is None:
        return ""
    said = [words for is_it, words in zip(found[:3], MISLEADING, strict=True) if is_it]
    if not said:
        return ""
    last = f" (the last is {found.last}())" if found.last else ""
    return f"The innermost frames{last} belong to {', within '.join(said)}. The cause is the access: {access.code}."


MISLEADING = (
    "pool_pre_ping, which tests a connection before the SELECT (without it, the SELECT would raise the same error)",
    "the connection pool, which opens a connection (with an open one, the SELECT would raise the same error)",
    "an autoflush, which writes pending changes before the SELECT, or its rollback",
)
"""Of the innermost frames: what they belong to, and why that is not the cause."""


# Other errors.


def _inactive(_error: BaseException, access: Access) -> Cause:
    text = (
        f"A flush in the session of {access.label} failed earlier and was rolled back. Until "
        f"`await session.rollback()` is called, the session loads nothing: no {access.wanted.name}, awaited or not."
    )
    kind = "PendingRollbackError, raised before any IO is attempted. The error to fix is the earlier one, of the flush."
    short = "its session needs a rollback: an earlier flush failed"
    return Cause(Why.INACTIVE, short, text, kind, f"{ERRORS}7s2a")


def _detached(_error: BaseException, access: Access) -> Cause:
    target = access.wanted
    state = "has expired" if target.is_expired else "is not loaded"
    text = (
        f"{target.label} is detached: its session was closed, expunged it, or no longer exists. {target.name} {state}, "
        "and without a session nothing can load it. Awaiting the access raises the same error."
    )
    kind = "DetachedInstanceError, raised before any IO is attempted. Unlike a MissingGreenlet, it names the attribute."
    short = f"it {state}, and {target.label} is detached: no session can load it"
    return Cause(Why.DETACHED, short, text, kind, f"{ERRORS}bhk3")


def _refused(error: BaseException, access: Access) -> Cause:
    target = access.wanted
    by_option = access.strategy is LoaderStrategy.RAISELOAD or not _refuses_by_mapping(target)
    mapped = "deferred_raiseload" if target.relationship is None else f"lazy='{target.lazy}'"
    origin = "an option of its SELECT, raiseload()," if by_option else f"its mapping, {mapped},"
    text = (
        f"{target.name} is not loaded, and {origin} forbids lazy loading. "
        "No IO was attempted, and awaiting the access raises the same error: load it up front instead."
    )
    kind = (
        f"{error_name(error)}, raised by the loader strategy itself. It is not a MissingGreenlet; "
        "unlike one, it names the attribute, which makes raiseload good for finding lazy loads in tests."
    )
    return Cause(Why.REFUSED, "it is not loaded, and its loader strategy forbids lazy loading", text, kind, REFUSING)


def _refuses_by_mapping(target: Target) -> bool:
    return target.lazy.startswith("raise") or (target.column is not None and bool(target.column.raiseload))


def _code(error: BaseException, access: Access) -> Cause:
    """The model's own code."""
    text = f"{access.name} runs model code ({access.attribute.kind.value}), which raised {error_name(error)}."
    kind = "An error in the model's own code: no IO was needed, and no loader strategy helps."
    return Cause(Why.CODE, f"its code raised {_message(error)}", text, kind, DOCUMENTATION)


def _query_refused(_error: BaseException, access: Access) -> Cause:
    """Code of the model that takes a write_only relationship for a collection."""
    text = (
        f"{access.name} runs model code ({access.attribute.kind.value}) that uses {access.wanted.name} as a "
        "collection. It is mapped with lazy='write_only': it gives a query, and loads nothing by itself."
    )
    kind = "A TypeError from SQLAlchemy, raised before any IO is attempted. It is not a MissingGreenlet."
    link = DOCUMENTATION + "orm/large_collections.html"
    return Cause(Why.QUERY, "that is a query, which cannot be iterated directly", text, kind, link)


def _hanging(_error: BaseException, access: Access) -> Cause:
    text = (
        f"{access.name} runs model code ({access.attribute.kind.value}), which did not finish and was interrupted. It "
        "runs on the event loop: meanwhile, no other task of the program can run."
    )
    kind = "Not an error of SQLAlchemy: pirate-tui interrupted the code, after --attribute-timeout seconds."
    return Cause(Why.OTHER, "its code did not finish, and was interrupted", text, kind, DOCUMENTATION)


def _other(error: BaseException, access: Access) -> Cause:
    code = getattr(error, "code", None)
    link = f"{ERRORS}{code}" if isinstance(error, SQLAlchemyError) and code else DOCUMENTATION
    text = f"The access to {access.name} raised {error_name(error)}; the traceback shows where."
    if "autoflush" in message_of(error):
        text += " It came from an autoflush: the session flushes its pending changes before it loads anything."
    elif isinstance(error, DBAPIError):
        text += " The database or its driver rejected the statement."
    elif not isinstance(error, SQLAlchemyError):
        text += " It was raised by a column type or an event listener of the models, while the row was loaded."
    kind = "It is neither a MissingGreenlet nor a loader strategy that forbids lazy loading."
    why = Why.WRITTEN if "autoflush" in message_of(error) else Why.OTHER
    return Cause(why, f"that raised {_message(error)}", text, kind, link)


def _message(error: BaseException) -> str:
    first = message_of(unwrapped(error)).partition("\n")[0]
    return clean(f"{error_name(error)}: {first}" if first else error_name(error), MESSAGE_LIMIT)


def _flushes(error: BaseException, _access: Access) -> bool:
    found = innermost(error)
    return found is not None and found.flushes


CAUSES: tuple[tuple[Callable[[BaseException, Access], bool], Find], ...] = (
    (lambda error, _: isinstance(error, Hanging), _hanging),
    (_flushes, _flushed),
    (lambda error, _: is_missing_greenlet(error), _missing_greenlet),
    (lambda error, _: _came_of(error, PendingRollbackError), _inactive),
    (lambda error, _: _came_of(error, DetachedInstanceError), _detached),
    (lambda error, _: _came_of(error, InvalidRequestError, REFUSED), _refused),
    (lambda error, access: access.read is not None and "WriteOnly" in message_of(error), _query_refused),
    (lambda error, access: access.attribute.kind.runs_code and not isinstance(error, SQLAlchemyError), _code),
)
"""How each kind of error is known, and explained; the first that fits."""


def _came_of(error: BaseException, kind: type[Exception], words: str = "") -> bool:
    """Is it of that kind, or was such a one behind it?"""
    return any(isinstance(link, kind) and words in message_of(link) for link in chain(error))
