"""Explain an access that raised, as a `Failure`: the raw traceback, and what it means.

`access` holds what is known before an access is made, `evidence` what the error adds to that. The first of the `causes`
that matches provides the rest: its headline, its text, what helps and what does not.
"""

from pirate_tui.domain.access import AttributeKind
from pirate_tui.domain.failure import Failure
from pirate_tui.domain.remedy import Remedy
from pirate_tui.domain.text import clean_lines
from pirate_tui.orm.explanation.access import Access
from pirate_tui.orm.explanation.cause import Cause, Fixes
from pirate_tui.orm.explanation.causes import cause_of
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.fixes import another_repr, running_query
from pirate_tui.orm.explanation.frames import own_lines
from pirate_tui.orm.explanation.ineffective import without_ping
from pirate_tui.orm.inspection.snippet import format_raw
from pirate_tui.orm.user_code.foreign import error_name


MOST_INEFFECTIVE = 4
"""The most ineffective fixes that are shown."""


def failure(error: BaseException, access: Access, returned: str | None = None) -> Failure:
    """Return the failure of an access, raw and explained; `access` was made before it.

    `returned` is the value that it returned nevertheless, where code of the model has caught the error.
    """
    evidence = Evidence.of(error, access)
    cause = cause_of(evidence)
    raw, last = format_raw(error)
    lines = clean_lines(raw.rstrip("\n"))
    return Failure(
        name=error_name(error),
        verdict=evidence.verdict,
        headline=clean_lines(last.rstrip("\n")),
        raw=lines,
        own=own_lines(lines),
        code=access.code,
        attribute=access.name,
        instance=access.label,
        summary=summary_of(cause, evidence) + ("" if returned is None else _hidden(error, returned)),
        cause=cause.text(evidence),
        where="" if evidence.innermost is None else evidence.innermost.where_it_misleads(access.code),
        kind=cause.kind(evidence),
        statement=() if access.unsent is None else access.unsent.lines,
        link=cause.link(evidence),
        remedies=remedies_of(cause, evidence),
        ineffective=ineffective_fixes_of(cause, evidence),
        returned=returned,
    )


def summary_of(cause: Cause, evidence: Evidence, accessed: str = "accessed without await") -> str:
    """Return the headline of a cause as a sentence, which names attribute and instance, and how it was `accessed`."""
    access, read = evidence.access, evidence.read
    headline = cause.headline(evidence)
    how = "called without await" if access.attribute.kind is AttributeKind.METHOD else accessed
    how = "awaited" if access.mode.awaits else how
    if read is None:
        return f"{access.name} of {access.label} was {how}, but {headline}."
    name = read.name if evidence.is_at_hand else f"{read.name} of {read.label}"
    return f"{access.name} of {access.label} was {how}; its code reads {name}, but {headline}."


def remedies(error: BaseException, access: Access) -> tuple[Remedy, ...]:
    """Return what would help against an error, best first, without the rest of its explanation."""
    evidence = Evidence.of(error, access)
    return remedies_of(cause_of(evidence), evidence)


def remedies_of(cause: Cause, evidence: Evidence) -> Fixes:
    """Return the fixes of a cause; those of a query relationship, or of a repr(), do not depend on it."""
    if evidence.wanted.is_query:
        return running_query(evidence)
    fixes = cause.fixes(evidence)
    if evidence.access.attribute.name == "repr()" and evidence.read is not None:
        return (*fixes[:1], another_repr(evidence), *fixes[1:])
    return fixes


def ineffective_fixes_of(cause: Cause, evidence: Evidence) -> Fixes:
    """Return what does not help against a cause, after the ping that the traceback may end in."""
    is_pinging = evidence.innermost is not None and evidence.innermost.pings
    pinging = (without_ping(),) if is_pinging else ()
    return (*pinging, *cause.ineffective_fixes(evidence))[:MOST_INEFFECTIVE]


def _hidden(error: BaseException, returned: str) -> str:
    return f" Its code catches the {error_name(error)} and returned {returned}, which was not read from the database."
