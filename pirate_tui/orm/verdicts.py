"""What a plain access would do, found without doing it: no statement, no connection, whatever the state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

from sqlalchemy import event, inspect
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import ORMExecuteState, Session
from sqlalchemy.orm.exc import DetachedInstanceError

from pirate_tui.domain.access import Verdict


class WouldLoad(Exception):  # noqa: N818  it is the answer, not an error
    """The access has come as far as to ask the session for a statement."""


def verdict(instance: Any, name: str) -> Verdict:
    """What a plain access to a column or a relationship of the instance would do now.

    The access is made, but the session is kept from executing anything (`do_orm_execute` fires before autoflush
    and before a connection is checked out). `inspect(instance).unloaded` alone is often wrong: a many-to-one whose
    target the identity map holds, or whose foreign key is NULL, needs no IO, and the access stores it, as it would.
    """
    state = inspect(instance)
    if name in state.dict:
        return Verdict.NONE
    try:
        with _kept_from_executing(state.session):
            getattr(instance, name)
    except WouldLoad:
        return Verdict.IO
    except DetachedInstanceError:
        return Verdict.DETACHED
    except InvalidRequestError:
        return Verdict.RAISES
    return Verdict.NONE


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


def _would_load(_context: ORMExecuteState) -> NoReturn:
    raise WouldLoad
