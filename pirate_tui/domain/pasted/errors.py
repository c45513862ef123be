"""Know the errors that are explained by their texts, and what these say. Standard library only."""

import re
from enum import Enum
from pathlib import PureWindowsPath
from typing import NamedTuple


class Kind(Enum):
    """What an error's own text says that it is."""

    MISSING_GREENLET = "MissingGreenlet"
    DETACHED = "DetachedInstanceError"
    RAISELOAD = "raiseload"
    PENDING_ROLLBACK = "PendingRollbackError"
    CONCURRENT = "concurrent use"
    OTHER_LOOP = "another event loop"


class TextCause(Enum):
    """Why it was raised, as far as a text can know."""

    LAZY = "lazy load"
    EXPIRED = "expired"
    EXPIRED_TARGET = "expired target"
    DEFERRED = "deferred"
    UNLOADED = "not loaded"
    """Something was read that was not loaded; why not, the text does not show."""
    AUTOFLUSH = "autoflush"
    QUERY = "dynamic query"
    DETACHED_LAZY = "detached, lazy load"
    DETACHED_DEFERRED = "detached, deferred"
    DETACHED_EXPIRED = "detached, expired"
    RAISELOAD = "raiseload"
    PENDING_ROLLBACK = "pending rollback"
    CONCURRENT = "concurrent use"
    OTHER_LOOP = "another event loop"
    SYNC_ENGINE = "synchronous engine"
    SYNC_SESSION = "synchronous session"
    SYNC_CONNECTION = "synchronous connection"
    OUTSIDE = "outside of a greenlet"
    """A statement was sent where nothing can wait for it; by what, the text does not show."""


class Said(NamedTuple):
    """What an error's own text says."""

    kind: Kind
    entity: str = ""
    """The class of the instance; empty where it is not named."""
    attribute: str = ""
    """The attribute; empty where it is not named."""
    load: str = ""
    """What was to be loaded of a detached instance: `lazy`, `deferred`, `refresh`; else empty."""
    table: str = ""
    """The first table of the statement; empty without one."""
    probe: str = ""
    """What the probe has added to the message; empty without it."""
    reader: str = ""
    """The library that has quoted the error: `pydantic`; else empty."""
    endpoint: str = ""
    """Whose result it read: `get_order() returned (app.py:12)`; empty where that is not named."""


KINDS = (
    (Kind.DETACHED, re.compile(r"DetachedInstanceError|is not bound to a Session")),
    (Kind.RAISELOAD, re.compile(r"' is not available due to (?:lazy=|raiseload=)")),
    (Kind.PENDING_ROLLBACK, re.compile(r"PendingRollbackError|Can't reconnect until invalid transaction")),
    (
        Kind.CONCURRENT,
        re.compile(
            r"concurrent operations are not permitted|another operation is in progress|Session is already flushing"
            r"|Method '\w{1,100}\(\)' can't be called here|readexactly\(\) called while another coroutine"
        ),
    ),
    (Kind.MISSING_GREENLET, re.compile(r"MissingGreenlet|greenlet_spawn has not been called")),
    (Kind.OTHER_LOOP, re.compile(r"attached to a different loop")),
)
"""How each kind is recognised."""

WORDS = (
    "MissingGreenlet", "greenlet_spawn has not", "DetachedInstanceError", "not bound to a Session",
    "is not available due to", "PendingRollbackError", "Can't reconnect", "concurrent operations", "another operation",
    "already flushing", "can't be called here", "readexactly()", "different loop",
)  # fmt: skip
"""What a line with any of them has: quick to look for."""

INSTANCE = re.compile(r"nstance <(\w{1,200}) at 0x\w{1,20}>")
LOAD = re.compile(r"(lazy|deferred) load operation of attribute '(\w{1,200})'|attribute (refresh) operation")
REFUSED = re.compile(r"'(\w{1,200})\.(\w{1,200})' is not available due to")
PYDANTIC = re.compile(r"^([\w.]{1,300})[ \n]\s{0,8}Error extracting attribute: ", re.MULTILINE)
FASTAPI = re.compile(r"'type': 'get_attribute_error', 'loc': \(([^)]{1,300})\)")
ENDPOINT = re.compile(r'File "([^"\n]{1,1000})", line (\d{1,9}), in (\w{1,200})\n {0,40}[A-Z]{3,10} /')
"""What FastAPI adds of the endpoint: where it is, its name, and its route."""

LOCATION = re.compile(r"'(\w{1,200})'")
TABLE = re.compile(r"(?:\w{1,100}\.)?[\"`]?(\w{1,200})")
PROBE = re.compile(r"\[pirate-tui: ([^\]\n]{1,500})\]")
PROBED = re.compile(r"(\w{1,200})\.(\w{1,200}) of ")

ECHO = re.compile(r"<\[\w{1,100}\([^\n]{0,300}?\) raised in repr\(\)\]")
"""What pytest shows of an argument whose repr() has raised: another error."""


def said_by(message: str) -> Said | None:
    """Return what an error's text says; None where it is not of a kind that is explained.

    It may be wrapped: at a space, or within a word.
    """
    message = ECHO.sub("", message) if "raised in repr()" in message else message
    for text in (message.replace("\n", " "), message.replace("\n", "")):
        if not any(word in text for word in WORDS):
            continue
        found = [(match.start(), kind) for kind, pattern in KINDS if (match := pattern.search(text)) is not None]
        if found:
            return _details(min(found, key=lambda one: one[0])[1], text, message)
    return None


def _details(kind: Kind, text: str, message: str) -> Said:
    probe = PROBE.search(text)
    said = Said(kind, table=_table(text), probe="" if probe is None else probe[1])
    if kind is Kind.DETACHED:
        instance, load = INSTANCE.search(text), LOAD.search(text)
        said = said._replace(entity="" if instance is None else instance[1])
        if load is not None:
            said = said._replace(attribute=load[2] or "", load=load[1] or load[3])
    elif kind is Kind.RAISELOAD and (refused := REFUSED.search(text)) is not None:
        said = said._replace(entity=refused[1], attribute=refused[2])
    if probe is not None and (probed := PROBED.match(probe[1])) is not None:
        said = said._replace(entity=probed[1], attribute=probed[2])
    return _quoted(said, text, message)


def _table(text: str) -> str:
    """Return the first table of the statement that an error quotes; empty without one."""
    statement = text.partition("[SQL: SELECT ")[2].replace("\\nFROM ", " FROM ")  # as repr() shows it
    found = TABLE.match(statement.partition(" FROM ")[2])
    return "" if found is None else found[1]


def _endpoint(message: str) -> str:
    """Return what FastAPI says of the endpoint; empty where it says nothing."""
    found = ENDPOINT.search(message)
    return "" if found is None else f"{found[3]}() returned ({PureWindowsPath(found[1]).name}:{found[2]})"


def _quoted(said: Said, text: str, message: str) -> Said:
    """Return it with the attribute that a serializer names in the error that it has made of this one."""
    if (found := FASTAPI.search(text)) is not None:
        names = LOCATION.findall(found[1])
        attribute = said.attribute or (names[-1] if names else "")
        return said._replace(attribute=attribute, reader="pydantic", endpoint=_endpoint(message))
    if (found := PYDANTIC.search(message)) is not None:
        name = found[1].rpartition(".")[2]
        return said._replace(attribute=said.attribute or ("" if name.isdigit() else name), reader="pydantic")
    return said
