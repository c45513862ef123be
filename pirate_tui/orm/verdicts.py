"""What a plain access would do, found without doing it: no statement, no connection, whatever the state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple, NoReturn

from sqlalchemy import event, inspect
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.orm import InstanceState, ORMExecuteState, Session
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import AttributeKind, Verdict
from pirate_tui.orm.attributes import Attribute
from pirate_tui.orm.snippet import chain, forget, is_missing_greenlet, without_warnings


class WouldLoad(MissingGreenlet):
    """The access has come as far as to ask the session for a statement.

    It is a MissingGreenlet, so that code of the model which catches that one catches this too.
    """

    def __init__(self, asked: ORMExecuteState) -> None:
        super().__init__("this access would load")
        self.asked = asked


class DryRun(NamedTuple):
    """What came of an access that was kept from executing anything."""

    verdict: Verdict
    value: Any = None
    """What the access gives, where it would do no IO."""
    error: str = ""
    """The name of the error that it raises by itself."""
    asked: ORMExecuteState | None = None
    """What it would ask the session for first."""


def dry_run(instance: Any, attribute: Attribute) -> DryRun:
    """What a plain access to an attribute of the instance would do now.

    The access is made, but the session is kept from executing anything (`do_orm_execute` fires before autoflush
    and before a connection is checked out). `inspect(instance).unloaded` alone is often wrong: a many-to-one whose
    target the identity map holds, or whose foreign key is NULL, needs no IO, and the access stores it, as it would.
    What a `cached_property` of the model computes is not kept.
    """
    state: InstanceState[Any] = inspect(instance)
    if attribute.kind.is_loaded_by_itself and attribute.name in state.dict:
        return DryRun(Verdict.NONE, state.dict[attribute.name])
    is_kept = attribute.kind is not AttributeKind.PROPERTY or attribute.name in state.dict
    try:
        with _kept_from_executing(state.session), without_warnings():
            return DryRun(Verdict.NONE, attribute.read(instance))
    except WouldLoad as stopped:
        return DryRun(Verdict.IO, asked=stopped.asked)
    except DetachedInstanceError:
        return DryRun(Verdict.DETACHED)
    except Exception as error:  # noqa: BLE001  the model's own code may raise anything, and that is what is asked
        return _raised(error)
    finally:
        if not is_kept:
            state.dict.pop(attribute.name, None)


def _raised(error: Exception) -> DryRun:
    """By the model's own code, or by a strategy that refuses; perhaps because of IO that was kept from it."""
    stopped = next((link for link in chain(error) if isinstance(link, WouldLoad)), None)
    if stopped is not None:
        return DryRun(Verdict.IO, asked=stopped.asked)
    if is_missing_greenlet(error):  # of code that went around the session's statements
        forget(error)
        return DryRun(Verdict.IO)
    return DryRun(Verdict.RAISES, error=type(error).__name__)


@contextmanager
def _kept_from_executing(session: Session | None) -> Iterator[None]:
    """The session executes nothing inside the block; without a session there is nothing to keep."""
    if session is None:
        yield
        return
    event.listen(session, "do_orm_execute", _would_load)
    try:
        yield
    finally:
        event.remove(session, "do_orm_execute", _would_load)


def _would_load(asked: ORMExecuteState) -> NoReturn:
    raise WouldLoad(asked)
