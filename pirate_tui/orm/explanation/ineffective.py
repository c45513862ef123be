"""Popular remedies that do not help against a cause, and why."""

from collections.abc import Callable

from pirate_tui.domain.access import AttributeKind, AttributeState
from pirate_tui.domain.loading import EAGER
from pirate_tui.domain.options import LoaderOption, joined, selecting
from pirate_tui.domain.remedy import Applies, Remedy
from pirate_tui.domain.text import clean
from pirate_tui.orm.explanation.access import Access, awaited
from pirate_tui.orm.explanation.fixes import KEEPING, loading_with, options_of, refresh_of
from pirate_tui.orm.explanation.frames import Innermost
from pirate_tui.orm.explanation.reasons import Why
from pirate_tui.orm.loader_options import lazy_of


MOST = 4
"""How many are told."""

Useless = tuple[Remedy, ...]


def useless_of(why: Why, access: Access, found: Innermost | None) -> Useless:
    """The popular remedies that do not help here, the most popular first."""
    pinging = (_without_ping(),) if found is not None and found.pings else ()
    fitting = USELESS[why](access) if why in USELESS else ()
    return (*pinging, *fitting)[:MOST]


def _without_ping() -> Remedy:
    reason = "the error then comes from the SELECT itself, and dead connections are no longer detected"
    return Remedy("create_async_engine(url, pool_pre_ping=False)", reason, Applies.IN_ENGINE)


def _keeping(reason: str) -> Remedy:
    return Remedy(KEEPING, reason, Applies.IN_SESSION)


def _thread(access: Access) -> Remedy:
    return Remedy(
        f"await asyncio.to_thread(lambda: {access.target.code})", "a thread is not a greenlet: it raises the same error"
    )


def _await_it(access: Access) -> Remedy:
    return Remedy(f"await {access.target.code}", "accesses it first, which raises before there is anything to await")


def _default(access: Access) -> Remedy:
    code = f'getattr({access.variable}, "{access.attribute.name}", None)'
    return Remedy(code, "the default covers AttributeError only; hasattr() does not help either")


def _refresh_all(access: Access) -> Useless:
    """A refresh without names, which leaves what is lazy, or one that a name does not help."""
    wanted = access.wanted
    if not wanted.is_refreshed_by_name:
        code = f"await {refresh_of(wanted, wanted.needs.reads)}"
        return (Remedy(code, "treats a many-to-one to its own class as a cycle, and does not refresh it"),)
    if not access.is_at_hand or wanted.lazy in EAGER:
        return ()
    return (
        Remedy(
            f"await session.refresh({wanted.variable})",
            f"refreshes columns only; {wanted.attribute.name} must be named",
        ),
    )


def _get_again(access: Access) -> Useless:
    """`get` with an option; only where the instance itself is what was selected."""
    target = access.target
    options = options_of(access) if loading_with(access) else ()
    if not options or target.way or target.selected is None:
        return ()
    key = target.identity[0] if len(target.identity) == 1 else target.identity
    code = clean(f"await session.get({target.entity}, {key!r}, options=[{joined(options)}])")
    return (Remedy(code, "returns the instance in the session, and ignores the options; add populate_existing=True"),)


def _plainly(access: Access) -> Useless:
    """Other ways to read it, none of which can wait."""
    if access.attribute.kind is AttributeKind.METHOD:
        return (_thread(access),)
    return (_thread(access), _await_it(access), _default(access))


def _lazy(access: Access) -> Useless:
    keeping, wanted = (
        _keeping(f"{access.wanted.name} was never loaded: there is nothing for commit to keep"),
        access.wanted,
    )
    is_expired_alone = wanted.held is AttributeState.EXPIRED and not wanted.is_expired
    if is_expired_alone:
        keeping = _keeping("it was not a commit that expired it")
    is_left = is_expired_alone or not wanted.is_refreshed_by_name
    again = () if is_left else _get_again(access)
    thread, *others = _plainly(access)
    return (keeping, thread, *(again or _refresh_all(access)), *others)


def _deferred(access: Access) -> Useless:
    keeping = _keeping(f"{access.wanted.name} was never loaded: there is nothing for commit to keep")
    catching = Remedy(
        selecting(access.wanted.entity, (LoaderOption("raiseload", ('"*"',)),)),
        "applies to relationships only, not to this attribute",
        Applies.IN_SELECT,
    )
    return (*_refresh_all(access), keeping, catching, _thread(access))


def _never_loaded(access: Access) -> Useless:
    keeping = _keeping(f"{access.wanted.name} was never loaded: there is nothing for commit to keep")
    return (keeping, *_plainly(access))


def _generated(access: Access) -> Useless:
    return (_keeping("it was not a commit that expired it: that would expire everything"), *_plainly(access))


def _rolled_back(access: Access) -> Useless:
    keeping = _keeping("rollback and expire() expire it all the same")
    return (*_refresh_of_columns(access), keeping, *_plainly(access))


def _committed(access: Access) -> Useless:
    written = (_keeping("if the commit flushed an UPDATE, the UPDATE itself expired it"),)
    is_generated = access.wanted.is_generated_on_update
    return (*(written if is_generated else ()), *_refresh_of_columns(access), *_plainly(access))


def _refresh_of_columns(access: Access) -> Useless:
    """A refresh without names, where code reads relationships that it leaves."""
    read = [need.relationship for need in access.needs.reads if need.relationship is not None]
    lacking = [one.key for one in read if lazy_of(one) not in EAGER]
    if not access.attribute.kind.runs_code or access.target.has_options or not lacking:
        return ()
    return (
        Remedy(
            f"await session.refresh({access.variable})", f"refreshes columns only; {lacking[0]} must be loaded, too"
        ),
    )


def _flushed(access: Access) -> Useless:
    without = f"with session.no_autoflush: {access.target.code}"
    spared = Remedy(without, "skips the autoflush; the SELECT still runs, and raises")
    return (spared, _keeping("nothing was expired by a commit"), *_plainly(access))


def _awaiting(access: Access) -> Remedy:
    return Remedy(awaited(access.target), "raises the same error")


def _inactive(access: Access) -> Useless:
    refresh = Remedy(f"await session.refresh({access.wanted.variable})", "raises the same error: roll back first")
    return (_awaiting(access), refresh, _keeping("the rollback of a flush expires everything anyway"))


def _detached(access: Access) -> Useless:
    refresh = Remedy(f"await session.refresh({access.wanted.variable})", "raises: the instance is in no session")
    never = () if access.wanted.is_expired else (_keeping(f"{access.wanted.name} was never loaded"),)
    return (_awaiting(access), refresh, *never, *_plainly(access)[2:])


def _refused(access: Access) -> Useless:
    return (
        _awaiting(access),
        _keeping("it was never loaded: there is nothing for commit to keep"),
        *_plainly(access)[2:],
    )


USELESS: dict[Why, Callable[[Access], Useless]] = {
    Why.LAZY: _lazy,
    Why.QUERY: _plainly,
    Why.ASKED: _plainly,
    Why.DEFERRED: _deferred,
    Why.LEFT_OUT: _never_loaded,
    Why.OF_SUBCLASS: _never_loaded,
    Why.UNLOADED: _never_loaded,
    Why.GENERATED: _generated,
    Why.EXPIRED_ALONE: _generated,
    Why.COMMITTED: _committed,
    Why.ROLLED_BACK: _rolled_back,
    Why.EXPIRED: _committed,
    Why.FLUSHED: _flushed,
    Why.INACTIVE: _inactive,
    Why.DETACHED: _detached,
    Why.REFUSED: _refused,
}
