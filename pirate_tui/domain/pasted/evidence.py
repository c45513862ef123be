"""Gather what the tracebacks of a text show of each error: the line, what it read, and why that raised."""

from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from itertools import islice
from typing import NamedTuple

from pirate_tui.domain.pasted.errors import WORDS, Kind, Said, TextCause, said_by
from pirate_tui.domain.pasted.frames import HIDDEN, TextFrame, TracebackText
from pirate_tui.domain.pasted.reads import Reads, SourceRead, reads_of


class Certainty(Enum):
    """How sure it is which attribute was read."""

    NAMED = "named by the error"
    MARKED = "the only read that the traceback marks"
    SHOWN = "shown in the text as a value"
    ONLY = "the only read on that line"
    CANDIDATES = "one of the reads on that line"
    POSSIBLE = "a read on that line, if that is where it was raised"
    """The text has no frame of SQLAlchemy's."""
    UNKNOWN = "unknown"

    @property
    def is_sure(self) -> bool:
        """Whether it is this attribute and no other."""
        return self in {Certainty.NAMED, Certainty.MARKED, Certainty.SHOWN, Certainty.ONLY}


class Accessed(Enum):
    """What was done with an attribute."""

    READ = "read"
    SET = "set"
    DELETE = "deleted"


ACCESSES = {"__get__": Accessed.READ, "__set__": Accessed.SET, "__delete__": Accessed.DELETE}
"""The functions of SQLAlchemy's attributes."""

ATTRIBUTES = "sqlalchemy/orm/attributes.py"
DYNAMIC = "sqlalchemy/orm/dynamic.py"
PROXY = "sqlalchemy/ext/associationproxy.py"

KEY_IS_SHOWN = "_fire_loader_callables(state, key, passive)"
"""A line of SQLAlchemy's at which a logger that shows values shows the attribute's name."""

MOST_NAMED = 100
"""The most lines without a traceback that are looked at."""

CONNECTING = {"connect", "begin", "raw_connection", "create_all", "drop_all", "reflect"}
"""What is called of an engine, or with one."""


class PastedError(NamedTuple):
    """An error in a text, and what the text shows of it."""

    kind: Kind
    cause: TextCause
    line: TextFrame | None
    """The user's own line; None where the text has none."""
    called: TextFrame | None = None
    """The user's own line that has led there."""
    access: Accessed = Accessed.READ
    reads: tuple[SourceRead, ...] = ()
    """The attribute, or those that come into question, in the order of evaluation."""
    certainty: Certainty = Certainty.UNKNOWN
    is_complete: bool = True
    """Whether nothing but these can have been read."""
    entity: str = ""
    """The class that the error names; else empty."""
    reader: str = ""
    """The library that has read the attribute; empty where it was the line itself."""
    endpoint: str = ""
    """Whose result it has read; empty where the text does not name it."""
    call: str = ""
    """What was called of a synchronous session, connection or engine; else empty."""
    is_to_one: bool = False
    """Whether SQLAlchemy was loading a many-to-one by its key."""
    is_relationship: bool = False
    """Whether what was read is a relationship, as far as the frames show it."""
    is_proxy: bool = False
    """Whether the line has read an association proxy."""
    is_proxied_again: bool = False
    """Whether the line used a collection that such a proxy had given before."""
    table: str = ""
    """The table that was to be selected from first; else empty."""
    probe: str = ""
    """What the probe has said in the error's own message; else empty."""
    is_of_pytest: bool = False
    start: str = ""
    """The file that the program was started with; empty where that is not shown."""

    @property
    def subject(self) -> tuple[object, ...]:
        """What it is about: the same for the same error at the same line."""
        line = None if self.line is None else (self.line.file, self.line.line)
        return (self.kind, self.cause, line, self.endpoint, self.reads)


class _Stack(NamedTuple):
    """The frames of one traceback, cut at the access to an attribute, or where SQLAlchemy was entered."""

    frames: tuple[TextFrame, ...]
    at: int
    """The frame of SQLAlchemy's at which it is cut."""
    is_access: bool

    @property
    def entry(self) -> TextFrame | None:
        """The frame of SQLAlchemy's that was called; None where the text has none."""
        return self.frames[self.at] if self.at < len(self.frames) else None

    @property
    def caller(self) -> int:
        """The number of the frame that has called SQLAlchemy; -1 without one."""
        return next((at for at in range(self.at - 1, -1, -1) if not self.frames[at].is_sqlalchemy), -1)

    @property
    def own(self) -> list[TextFrame]:
        """The user's own lines before it, the nearest last."""
        return [frame for frame in self.frames[: self.at] if frame.is_own]

    @property
    def is_proxied_again(self) -> bool:
        """Whether the user's line called a collection that an association proxy had given, and not the proxy."""
        called = self.frames[self.caller + 1] if self.is_access else None
        return called is not None and called.path.endswith(PROXY) and called.function != "__get__"

    @property
    def work(self) -> str:
        """What SQLAlchemy did then: its functions, and source."""
        below = (frame for frame in self.frames[self.at :] if frame.is_sqlalchemy)
        return " ".join(f"{frame.function}() {frame.code}" for frame in below)


def errors_in(blocks: Iterable[TracebackText]) -> Iterator[PastedError]:
    """Yield the errors of a text that can be explained, each once."""
    seen = set[tuple[object, ...]]()
    for chain in _chains(blocks):
        error = _error_of(chain)
        if error is not None and error.subject not in seen:
            seen.add(error.subject)
            yield error


def error_without_traceback(lines: Sequence[str]) -> PastedError | None:
    """Return the first error that a text names without any traceback of it."""
    named = (number for number, line in enumerate(lines) if any(word in line for word in WORDS))
    for number in islice(named, MOST_NAMED):
        said = said_by("\n".join(lines[number : number + 10]))
        if said is not None:
            return _with_said(_Stack((), 0, is_access=False), said, Reads((), is_complete=False))
    return None


def _chains(blocks: Iterable[TracebackText]) -> Iterator[list[TracebackText]]:
    """Yield the tracebacks that came of each other together."""
    chain = list[TracebackText]()
    for block in blocks:
        if chain and not block.continues:
            yield chain
            chain = []
        chain.append(block)
    if chain:
        yield chain


def _error_of(chain: Sequence[TracebackText]) -> PastedError | None:
    """Return the error that a chain of tracebacks began with; None where it is none that is explained."""
    sayings = [said_by(block.message) for block in chain]
    first = next((number for number, said in enumerate(sayings) if said is not None), None)
    if first is None:
        return None
    said, *others = [said for said in sayings if said is not None]
    said = said._replace(
        table=said.table or next((one.table for one in others if one.table), ""),
        probe=said.probe or next((one.probe for one in others if one.probe), ""),
        reader=said.reader or next((one.reader for one in others if one.reader), ""),
        endpoint=said.endpoint or next((one.endpoint for one in others if one.endpoint), ""),
    )
    stacks = [_cut(block.frames) for block in chain[first:]]
    stack = next((one for one in stacks if one.is_access), None)
    stack = stack or next((one for one in stacks if one.own), stacks[0])
    has_marks = any(frame.marked for block in chain for frame in block.frames)
    error = _with_said(stack, said, _reads(stack, has_marks=has_marks))
    start = next((frame.file for frame in stack.frames if frame.function == "<module>" and frame.is_own), "")
    return error._replace(is_of_pytest=chain[first].is_of_pytest, start=start)


def _cut(frames: tuple[TextFrame, ...]) -> _Stack:
    """Return the frames cut at the last access to an attribute; else where the user's last line has led."""
    for at in range(len(frames) - 1, -1, -1):
        frame = frames[at]
        if frame.path.endswith(DYNAMIC) or (frame.path.endswith(ATTRIBUTES) and frame.function in ACCESSES):
            return _Stack(frames, at, is_access=True)
    last = next((at for at in range(len(frames) - 1, -1, -1) if frames[at].is_own), -1)
    entered = next((at for at in range(last + 1, len(frames)) if frames[at].is_sqlalchemy), len(frames))
    return _Stack(frames, entered, is_access=False)


def _reads(stack: _Stack, *, has_marks: bool) -> Reads:
    """Return what the line reads that has led into SQLAlchemy; nothing where that is a library's."""
    reads = _reads_of_line(stack, has_marks=has_marks)
    shown = next((frame.values for frame in stack.frames[stack.at :] if KEY_IS_SHOWN in frame.code), ())
    if not stack.is_access or len(shown) != 1 or reads.is_exact:
        return reads
    same = [read for read in reads.found if read.name == shown[0]]
    return Reads((same[0] if len(same) == 1 else SourceRead.named(shown[0]),), is_shown=True)


def _reads_of_line(stack: _Stack, *, has_marks: bool) -> Reads:
    caller = stack.frames[stack.caller] if stack.caller >= 0 else None
    if caller is None or not caller.is_own:
        return Reads((), is_complete=False)
    is_query = stack.entry is not None and stack.entry.path.endswith(DYNAMIC)
    if is_query or stack.is_proxied_again:  # it is read, and only then run
        return reads_of(caller.marked or caller.code, "", writes=False, has_marks=False)
    writes = stack.entry is not None and ACCESSES.get(stack.entry.function, Accessed.READ) is not Accessed.READ
    return reads_of(caller.code, caller.marked, writes=stack.is_access and writes, has_marks=has_marks)


def _with_said(stack: _Stack, said: Said, reads: Reads) -> PastedError:
    """Return the error, from what it says and what its frames show."""
    caller = stack.frames[stack.caller] if stack.caller >= 0 else None
    own = stack.own
    is_read_by_library = caller is not None and not caller.is_own and stack.is_access
    cause = _cause_of(stack, said)
    if cause is TextCause.OUTSIDE and stack.entry is None and reads.found and reads.is_plain:
        cause = TextCause.UNLOADED
    lazily = stack.work.partition("_load_expired(")[0]
    error = PastedError(
        said.kind,
        cause,
        own[-1] if own else None,
        own[-2] if len(own) > 1 else None,
        entity=said.entity,
        reader=said.reader or (caller.library if caller is not None and is_read_by_library else ""),
        endpoint=said.endpoint,
        table=said.table,
        probe=said.probe,
        is_relationship="_load_for_state(" in lazily,
        is_proxy=any(frame.path.endswith(PROXY) for frame in stack.frames[max(stack.caller, 0) : stack.at]),
        is_proxied_again=stack.is_proxied_again,
        is_to_one="load_on_pk_identity(" in lazily.partition("_emit_lazyload(")[2],
    )
    if error.cause in WITHOUT_ATTRIBUTE:
        return error._replace(call=_called(stack.entry))
    found, certainty = _certain(stack, said, reads)
    access = Accessed.READ if stack.entry is None else ACCESSES.get(stack.entry.function, Accessed.READ)
    is_proxy = error.is_proxy and certainty is not Certainty.SHOWN
    return error._replace(
        is_proxy=is_proxy, reads=found, certainty=certainty, access=access, is_complete=reads.is_complete
    )


WITHOUT_ATTRIBUTE = {
    TextCause.PENDING_ROLLBACK,
    TextCause.CONCURRENT,
    TextCause.OTHER_LOOP,
    TextCause.SYNC_ENGINE,
    TextCause.SYNC_SESSION,
    TextCause.SYNC_CONNECTION,
}
"""Causes that are about no attribute."""


def _certain(stack: _Stack, said: Said, reads: Reads) -> tuple[tuple[SourceRead, ...], Certainty]:
    """Return the attributes that come into question, and how sure that is."""
    if said.attribute:
        same = [read for read in reads.found if read.name == said.attribute]
        return (same[0] if len(same) == 1 else SourceRead.named(said.attribute),), Certainty.NAMED
    is_only = len(reads.found) == 1 and reads.is_complete
    certainties = (
        (not reads.found, Certainty.UNKNOWN),
        (not stack.is_access, Certainty.POSSIBLE),
        (reads.is_shown, Certainty.SHOWN),
        (reads.is_exact, Certainty.MARKED),
        (is_only, Certainty.ONLY),
    )
    return reads.found, next((certainty for holds, certainty in certainties if holds), Certainty.CANDIDATES)


def _cause_of(stack: _Stack, said: Said) -> TextCause:
    """Return why it was raised, as far as its text and its frames show."""
    match said.kind:
        case Kind.PENDING_ROLLBACK:
            return TextCause.PENDING_ROLLBACK
        case Kind.CONCURRENT:
            return TextCause.CONCURRENT
        case Kind.OTHER_LOOP:
            return TextCause.OTHER_LOOP
        case Kind.RAISELOAD:
            return TextCause.RAISELOAD
        case Kind.DETACHED:
            loads = {"deferred": TextCause.DETACHED_DEFERRED, "refresh": TextCause.DETACHED_EXPIRED}
            return loads.get(said.load, TextCause.DETACHED_LAZY)
        case Kind.MISSING_GREENLET:
            return _load_of(stack) if stack.is_access else _call_of(stack, said)


def _load_of(stack: _Stack) -> TextCause:
    """Return what an access had to load, and why."""
    work = stack.work
    if "_autoflush(" in work:
        return TextCause.AUTOFLUSH
    if "_load_expired(" in work.partition("get_from_identity(")[2]:
        return TextCause.EXPIRED_TARGET
    if "_load_expired(" in work:
        return TextCause.EXPIRED
    if stack.entry is not None and stack.entry.path.endswith(DYNAMIC):
        return TextCause.QUERY
    if "_emit_lazyload(" in work:
        return TextCause.LAZY
    return TextCause.DEFERRED if "load_scalar_attributes(" in work else TextCause.UNLOADED


def _call_of(stack: _Stack, said: Said) -> TextCause:
    """Return what sent a statement where the text shows no access to an attribute."""
    entry, work = stack.entry, stack.work
    if said.attribute or said.reader:
        return TextCause.UNLOADED
    if any(word in work for word in ("_load_expired(", "_emit_lazyload(", "load_scalar_attributes(")):
        return _load_of(stack)
    if entry is None or not _is_called(stack.frames[: stack.at], entry):
        return TextCause.OUTSIDE
    if entry.path.endswith(("orm/session.py", "orm/query.py", "orm/scoping.py")):
        return TextCause.SYNC_SESSION
    if entry.path.endswith(("engine/base.py", "sql/schema.py")):
        return TextCause.SYNC_ENGINE if entry.function in CONNECTING else TextCause.SYNC_CONNECTION
    return TextCause.OUTSIDE


def _called(entry: TextFrame | None) -> str:
    """Return what was called of SQLAlchemy; "query" for what runs one."""
    if entry is None:
        return ""
    return "query" if entry.path.endswith("orm/query.py") else entry.function


def _is_called(before: Sequence[TextFrame], entry: TextFrame) -> bool:
    """Whether the frame before that of SQLAlchemy has called it: a text may leave out what is between."""
    if not before or before[-1].file == HIDDEN or not before[-1].is_own:
        return False
    code, function = before[-1].code, entry.function
    return not code or f".{function}(" in code or (entry.path.endswith("orm/query.py") and "query" in code)
