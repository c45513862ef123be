"""Build the ineffective fixes of the causes: what is often tried, and why it does not help."""

from pirate_tui.domain.access import AttributeKind
from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import joined
from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.domain.text import clean
from pirate_tui.orm.explanation.access import Access, Target, awaited
from pirate_tui.orm.explanation.cause import Fixes
from pirate_tui.orm.explanation.evidence import Evidence
from pirate_tui.orm.explanation.fixes import expire_on_commit_off, loading_with, options_of, refresh_of


def without_ping() -> Remedy:
    """Return an engine that does not test its connections, where the traceback ends in such a test."""
    reason = "the error then comes from the SELECT itself, and dead connections are no longer detected"
    return Remedy("create_async_engine(url, pool_pre_ping=False)", reason, Applies.IN_ENGINE)


def nothing_to_keep(target: Target) -> Remedy:
    """Return a session maker whose commit expires nothing, where nothing was loaded."""
    return expire_on_commit_off(f"{target.name} was never loaded: there is nothing for commit to keep")


def awaiting_raises(access: Access) -> Remedy:
    """Return the same access, awaited, where that raises too."""
    return Remedy(awaited(access.target), "raises the same error")


def refreshing_raises(target: Target, reason: str) -> Remedy:
    """Return a refresh, where that raises too."""
    return Remedy(f"await session.refresh({target.variable})", reason)


def refreshing_all(evidence: Evidence) -> Fixes:
    """Return a refresh without names, which does not load lazy relationships; or by name, where that fails."""
    wanted = evidence.wanted
    if not wanted.is_refreshed_by_name:
        code = f"await {refresh_of(wanted, wanted.needs.reads)}"
        return (Remedy(code, "treats a many-to-one to its own class as a cycle, and does not refresh it"),)
    if not evidence.is_at_hand or wanted.lazy in EAGER:
        return ()
    return (
        Remedy(
            f"await session.refresh({wanted.variable})",
            f"refreshes columns only; {wanted.attribute.name} must be named",
        ),
    )


def getting_again(access: Access) -> Fixes:
    """Return `get` with an option, if the instance itself is what was selected."""
    target = access.target
    options = options_of(access) if loading_with(access) else ()
    if not options or target.way or target.selected is None:
        return ()
    key = target.identity[0] if len(target.identity) == 1 else target.identity
    code = clean(f"await session.get({target.entity}, {key!r}, options=[{joined(options)}])")
    return (Remedy(code, "returns the instance in the session, and ignores the options; add populate_existing=True"),)


def other_ways_to_read(access: Access) -> Fixes:
    """Return other ways to read it, none of which can wait; of a method there is only a thread."""
    if access.attribute.kind is AttributeKind.METHOD:
        return (in_thread(access),)
    return (in_thread(access), awaiting_the_value(access), *with_default(access))


def in_thread(access: Access) -> Remedy:
    """Return the same access in a thread."""
    return Remedy(
        f"await asyncio.to_thread(lambda: {access.target.code})", "a thread is not a greenlet: it raises the same error"
    )


def awaiting_the_value(access: Access) -> Remedy:
    """Return `await` before the plain access."""
    return Remedy(f"await {access.target.code}", "accesses it first, which raises before there is anything to await")


def with_default(access: Access) -> Fixes:
    """Return `getattr` with a default; nothing where a method is called."""
    if access.attribute.kind is AttributeKind.METHOD:
        return ()
    code = f'getattr({access.variable}, "{access.attribute.name}", None)'
    return (Remedy(code, "the default covers AttributeError only; hasattr() does not help either"),)
