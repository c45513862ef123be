"""An access that raised -> `Failure`: the raw traceback, and the same thing explained."""

from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.failure import Failure
from pirate_tui.domain.remedy import Remedy
from pirate_tui.domain.text import clean_lines
from pirate_tui.orm.errors import is_missing_greenlet
from pirate_tui.orm.explanation.access import Access, Target
from pirate_tui.orm.explanation.causes import cause_of, headline_of, where_it_misleads
from pirate_tui.orm.explanation.fixes import remedies_of
from pirate_tui.orm.explanation.frames import innermost, own_lines, read_in
from pirate_tui.orm.explanation.ineffective import useless_of
from pirate_tui.orm.inspection.attributes import attributes_of
from pirate_tui.orm.inspection.snippet import format_raw
from pirate_tui.orm.user_code.foreign import error_name
from pirate_tui.orm.user_code.time_limit import Hanging


def failure(error: BaseException, access: Access, returned: str | None = None) -> Failure:
    """What an access raised, raw and explained; `access` was made before it.

    `returned` is what it gave all the same, where code of the model has caught the error.
    """
    known = access.with_read(_read(error, access))
    cause = cause_of(error, known)
    raw, last = format_raw(error)
    lines = clean_lines(raw.rstrip("\n"))
    return Failure(
        name=error_name(error),
        verdict=verdict_of(error),
        headline=clean_lines(last.rstrip("\n")),
        raw=lines,
        own=own_lines(lines),
        code=access.code,
        attribute=access.name,
        instance=access.label,
        summary=headline_of(cause, known) + ("" if returned is None else f" {_hidden(error, returned)}"),
        cause=cause.text,
        where=where_it_misleads(error, known),
        kind=cause.kind,
        statement=() if access.unsent is None else access.unsent.lines,
        link=cause.link,
        remedies=remedies_of(cause.why, known),
        useless=useless_of(cause.why, known, innermost(error)),
        returned=returned,
    )


def _hidden(error: BaseException, returned: str) -> str:
    return f"Its code catches the {error_name(error)} and returned {returned}, which was not read from the database."


def remedies(error: BaseException, access: Access) -> tuple[Remedy, ...]:
    """What would help against it, best first; without the rest of its explanation."""
    known = access.with_read(_read(error, access))
    return remedies_of(cause_of(error, known).why, known)


def verdict_of(error: BaseException) -> Verdict:
    """What an access did that raised this."""
    if isinstance(error, Hanging):
        return Verdict.UNKNOWN
    if is_missing_greenlet(error):
        return Verdict.IO
    return Verdict.DETACHED if isinstance(error, DetachedInstanceError) else Verdict.RAISES


def _read(error: BaseException, access: Access) -> Target | None:
    """What code of the model was reading; other attributes are read by themselves."""
    if not access.attribute.kind.runs_code:
        return None
    found = read_in(error)
    is_known = found is not None and found.name in {one.name for one in attributes_of(found.state.mapper)}
    return Target.of(found.state, found.name) if found is not None and is_known else None
