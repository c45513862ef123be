"""Why something was to be loaded: found from the instance, its mapper and its session, and said in a sentence."""

from collections.abc import Callable
from enum import Enum, auto

from pirate_tui.domain.access import AttributeKind, AttributeState, Situation
from pirate_tui.domain.loading import EAGER
from pirate_tui.orm.explanation.access import Access, Target, dotted


class Why(Enum):
    """Why an access raised: what decides which remedies fit."""

    LAZY = auto()
    """A relationship that nothing has loaded."""
    QUERY = auto()
    """A dynamic or write_only relationship, whose query code of the model has run."""
    ASKED = auto()
    """Code of the model that has asked the session itself."""
    DEFERRED = auto()
    LEFT_OUT = auto()
    """A column that load_only() or defer() left out."""
    OF_SUBCLASS = auto()
    """A column that the SELECT of a base class does not load."""
    GENERATED = auto()
    """A column whose value the database makes."""
    EXPIRED_ALONE = auto()
    """A column that was expired without the rest."""
    COMMITTED = auto()
    ROLLED_BACK = auto()
    EXPIRED = auto()
    """The whole instance, by what is not known."""
    UNLOADED = auto()
    FLUSHED = auto()
    """An autoflush before the access's own SELECT."""
    INACTIVE = auto()
    """A session that waits for its rollback."""
    DETACHED = auto()
    REFUSED = auto()
    CODE = auto()
    """An error of the model's own code."""
    WRITTEN = auto()
    """An error of an autoflush that could be awaited."""
    OTHER = auto()


def why_of(access: Access) -> Why:
    """Why a plain access needs the database."""
    target = access.wanted
    if access.attribute.kind.runs_code and access.read is None:
        return Why.ASKED
    if target.is_query:
        return Why.QUERY
    if target.is_expired and target.was_loaded is not False:
        return _why_expired(access)
    return Why.LAZY if target.relationship is not None else _why_unloaded(target)


def _why_unloaded(target: Target) -> Why:
    """Why a column was not loaded, where the rest of its instance was."""
    if target.column is not None and target.column.deferred:
        return Why.DEFERRED
    if target.is_of_subclass:
        return Why.OF_SUBCLASS
    if target.held is AttributeState.EXPIRED:
        return Why.GENERATED if _is_generated(target) else Why.EXPIRED_ALONE
    return Why.LEFT_OUT if target.has_options else Why.UNLOADED


def _why_expired(access: Access) -> Why:
    known = {Situation.AFTER_COMMIT: Why.COMMITTED, Situation.AFTER_ROLLBACK: Why.ROLLED_BACK}
    if access.situation in known:
        return known[access.situation]
    return Why.EXPIRED if access.session is None or access.session.expires_on_commit else Why.ROLLED_BACK


def _is_generated(target: Target) -> bool:
    """Does the database make its value, so that a flush leaves it to be read?"""
    if target.attribute.kind is AttributeKind.COLUMN_PROPERTY:
        return True
    column = None if target.column is None else target.mapper.columns.get(target.column.key)
    if column is None:
        return False
    onupdate = column.onupdate is not None and column.onupdate.is_clause_element
    return onupdate or bool(column.server_default or column.server_onupdate or column.computed)


def _lazy(target: Target, _access: Access) -> tuple[str, str]:
    due = "so its first access emits a SELECT"
    if target.held is AttributeState.EXPIRED and not target.is_expired:
        by = "as refresh() does when it is not named, and expire()"
        return "its value has expired", f"{target.name} of {target.label} was expired, {by}; {due}"
    if target.selected is None:
        by = f"{target.label} was added or merged, not selected, and nothing has loaded its {target.attribute.name}"
    elif target.lazy in EAGER:
        by = f"{target.name} is mapped with lazy='{target.lazy}', but eager loading stops at a class seen before"
    elif target.way:
        by = f"{target.label} was loaded via {dotted(target.way[-1])}, which does not load its {target.attribute.name}"
    else:
        by = f"{target.name} is mapped with lazy='{target.lazy}': it was not loaded with {target.label}"
    return "it is not loaded", f"{by}, {due}"


def _query(target: Target, _access: Access) -> tuple[str, str]:
    return (
        "that is a query",
        f"{target.name} is mapped with lazy='{target.lazy}': a query, which emits a SELECT when it is executed",
    )


def _asked(target: Target, _access: Access) -> tuple[str, str]:
    return (
        "its code queries the database itself",
        f"No attribute of {target.label} is the cause: that code emits a SELECT",
    )


def _deferred(target: Target, _access: Access) -> tuple[str, str]:
    reason = (
        f"{target.name} is deferred: it was left out of the SELECT of {target.label}, so its first access emits one"
    )
    return "it is deferred, and not loaded", reason


def _left_out(target: Target, _access: Access) -> tuple[str, str]:
    reason = f"{target.label} was selected with an option (load_only() or defer()) that left out {target.name}"
    return "its SELECT left it out", f"{reason}, so its first access emits a SELECT"


def _of_subclass(target: Target, _access: Access) -> tuple[str, str]:
    base = "its base class" if target.selected is None else target.selected.class_.__name__
    reason = (
        f"{target.name} belongs to the subclass, and {target.label} was selected as a {base}, which does not load it"
    )
    return "it was not loaded with its base class", f"{reason}: the first access emits a SELECT"


def _generated(target: Target, _access: Access) -> tuple[str, str]:
    again = "so the first access emits a new SELECT"
    if target.attribute.kind is AttributeKind.COLUMN_PROPERTY:
        reason = f"{target.name} is a column_property: a flush of {target.label} expires it"
    else:
        reason = (
            f"The database generates the value of {target.name}: a flush of {target.label} (or an update()) expires it"
        )
    return "its value has expired", f"{reason} (not a commit), {again}"


def _expired_alone(target: Target, _access: Access) -> tuple[str, str]:
    by = "by an UPDATE with an SQL expression, a bulk update(), or expire() with its name"
    reason = f"{target.name} was expired, but not the rest of {target.label}, {by}; the first access emits a new SELECT"
    return "its value has expired", reason


def _committed(target: Target, _access: Access) -> tuple[str, str]:
    reason = f"The commit expired {target.label}: expire_on_commit is on, and expires even the primary key"
    return "a commit has expired its value", f"{reason}; {_again(target)}"


def _rolled_back(target: Target, access: Access) -> tuple[str, str]:
    if access.situation is Situation.AFTER_ROLLBACK:
        reason = f"The rollback expired {target.label}, as it always does, whatever expire_on_commit says"
        return "a rollback has expired its value", f"{reason}; {_again(target)}"
    reason = f"{target.label} was expired by a rollback or by expire(), and by no commit: expire_on_commit is off"
    return "its value has expired", f"{reason}; {_again(target)}"


def _expired(target: Target, access: Access) -> tuple[str, str]:
    commit = "a commit (expire_on_commit is on)" if access.session is not None else "a commit"
    reason = f"{target.label} was expired: by {commit}, a rollback, or expire()"
    return "its value has expired", f"{reason}; {_again(target)}"


def _again(target: Target) -> str:
    lazy = "" if target.relationship is None or target.lazy in EAGER else " (loaded before or not)"
    return f"so the first access to {target.name}{lazy} emits a new SELECT"


def _unloaded(target: Target, _access: Access) -> tuple[str, str]:
    reason = f"{target.name} was not loaded with {target.label}, so its first access emits a SELECT"
    return "it is not loaded", reason


WORDS: dict[Why, Callable[[Target, Access], tuple[str, str]]] = {
    Why.LAZY: _lazy,
    Why.QUERY: _query,
    Why.ASKED: _asked,
    Why.DEFERRED: _deferred,
    Why.LEFT_OUT: _left_out,
    Why.OF_SUBCLASS: _of_subclass,
    Why.GENERATED: _generated,
    Why.EXPIRED_ALONE: _expired_alone,
    Why.COMMITTED: _committed,
    Why.ROLLED_BACK: _rolled_back,
    Why.EXPIRED: _expired,
    Why.UNLOADED: _unloaded,
}
"""Why something was to be loaded: for the headline, and in a sentence."""
