"""Say what was wrong, what helps, and what a text cannot tell: the lines of a report. Standard library only."""

from collections.abc import Iterator

from pirate_tui.domain.options import attribute as typed
from pirate_tui.domain.pasted.errors import TextCause
from pirate_tui.domain.pasted.evidence import Accessed, Certainty, PastedError
from pirate_tui.domain.pasted.frames import TextFrame
from pirate_tui.domain.pasted.reads import SourceRead
from pirate_tui.domain.text import clean


Line = tuple[str, str]
"""A line of a report: label and text."""

SOURCE_LIMIT = 100
"""The most characters of a line of source."""

MOST_FIXES = 3
MOST_READS = 5
"""The most attributes that are named as coming into question."""

CANNOT_WAIT = "loading it needs the database, and only awaited code can wait for that"

MODEL = "Model"
"""What stands for a class that the text does not name."""

REASONS = {
    TextCause.LAZY: f"it is a relationship that was not loaded: {CANNOT_WAIT}",
    TextCause.EXPIRED: f"its value has expired: {CANNOT_WAIT}",
    TextCause.EXPIRED_TARGET: f"the object that it leads to has expired: {CANNOT_WAIT}",
    TextCause.DEFERRED: f"it is a column that was not loaded (deferred, or left out by load_only()): {CANNOT_WAIT}",
    TextCause.UNLOADED: f"it was not loaded, or has expired: {CANNOT_WAIT}",
    TextCause.AUTOFLUSH: (
        "the session had to flush pending changes first: both need the database, and only awaited code can wait for it"
    ),
    TextCause.QUERY: "that is a query (lazy='dynamic'), which a line that does not await it cannot run",
    TextCause.DETACHED_LAZY: "it is not loaded, and its instance is detached: no session can load it",
    TextCause.DETACHED_DEFERRED: "it is deferred and not loaded, and its instance is detached: no session can load it",
    TextCause.DETACHED_EXPIRED: "it has expired, and its instance is detached: no session can load it",
    TextCause.RAISELOAD: "it is not loaded, and its loader strategy (lazy='raise' or raiseload()) forbids lazy loading",
    TextCause.OUTSIDE: f"{CANNOT_WAIT.replace('loading it', 'what it does')}",
}
"""What was wrong, to follow "order.note was read without await, but "."""

SENTENCES = {
    TextCause.PENDING_ROLLBACK: (
        "the session needs a rollback: an earlier flush failed, and until then it sends nothing."
    ),
    TextCause.CONCURRENT: (
        "one session, or its connection, is used by two tasks at once; it can do one thing at a time."
    ),
    TextCause.OTHER_LOOP: (
        "a connection was opened in another event loop than the one that uses it now; drivers cannot share one."
    ),
    TextCause.SYNC_ENGINE: "a synchronous engine has connected with an async driver, which only awaited code can use.",
    TextCause.SYNC_SESSION: "{call} of the synchronous Session was called where nothing can wait for the database.",
    TextCause.SYNC_CONNECTION: "{call} of a synchronous connection was called where nothing can wait for the database.",
    TextCause.OUTSIDE: (
        "a statement was sent by a line that does not await it, outside of the greenlet that an awaited call starts."
    ),
    TextCause.UNLOADED: f"an attribute was read without await that was not loaded, or has expired: {CANNOT_WAIT}.",
}
"""What was wrong, where no attribute is known."""

UNKNOWN = {
    TextCause.LAZY: "where its instance was loaded",
    TextCause.EXPIRED: "which commit, rollback, flush or expire() has expired it",
    TextCause.EXPIRED_TARGET: "which commit, rollback, flush or expire() has expired it",
    TextCause.DEFERRED: "where its instance was loaded, and with which options",
    TextCause.UNLOADED: "whether it was never loaded or has expired, and by which line",
    TextCause.AUTOFLUSH: "which changes were pending",
    TextCause.QUERY: "where its instance was loaded",
    TextCause.DETACHED_LAZY: "which line has closed the session, or expunged the instance",
    TextCause.DETACHED_DEFERRED: "which line has closed the session, or expunged the instance",
    TextCause.DETACHED_EXPIRED: "which commit has expired it, and which line has closed the session",
    TextCause.RAISELOAD: "where its instance was loaded",
    TextCause.PENDING_ROLLBACK: "which flush has failed",
    TextCause.CONCURRENT: "which other task uses it, and at which line",
    TextCause.OTHER_LOOP: "which line has opened the connection",
    TextCause.SYNC_ENGINE: "where the engine was created",
    TextCause.OUTSIDE: "which attribute or call it was",
}
"""What the text cannot tell, and the probe can."""

FIXES: dict[TextCause, tuple[str, ...]] = {
    TextCause.PENDING_ROLLBACK: (
        "await session.rollback()   where the error of that flush is caught",
        "async with session.begin_nested(): ...   around what may fail",
    ),
    TextCause.CONCURRENT: (
        "async with sessionmaker() as session: ...   in each task, for a session of its own",
        "await one after the other, instead of asyncio.gather()",
    ),
    TextCause.OTHER_LOOP: (
        "create_async_engine(url)   in each event loop, and   await engine.dispose()   before its loop ends",
        "create_async_engine(url, poolclass=NullPool)   which keeps no connection",
    ),
    TextCause.SYNC_ENGINE: (
        "create_async_engine(url), and   await connection.run_sync(function)   for synchronous code",
        "create_engine() with a synchronous driver in the URL",
    ),
    TextCause.OUTSIDE: (
        "await session.execute(...)   of an AsyncSession, for what the line sends",
        "await session.run_sync(function)   for synchronous code, which gets the sync session",
    ),
}
"""What helps, where it depends on no attribute."""

OF_SESSION = {
    *("close", "commit", "connection", "delete", "execute", "flush", "get", "get_one", "merge", "refresh", "rollback"),
    *("scalar", "scalars"),
}
"""What can be awaited of an AsyncSession under the same name as of a Session."""

OF_CONNECTION = {"close", "commit", "exec_driver_sql", "execute", "rollback", "scalar", "scalars"}
"""The same of a connection."""

LOADS = {
    TextCause.LAZY: ("{option}", "{refresh}   # {first}", "{awaited}"),
    TextCause.DEFERRED: ("{option}", "{refresh}   # {first}", "{awaited}"),
    TextCause.EXPIRED: ("{keeping}", "{refresh}   # {first}", "{awaited}"),
    TextCause.EXPIRED_TARGET: ("{keeping}", "{awaited}"),
    TextCause.UNLOADED: ("{refresh}   # {first}", "{awaited}", "{keeping}"),
    TextCause.AUTOFLUSH: ("{refresh}   # {first}", "{awaited}"),
    TextCause.QUERY: ("await session.scalars({reads}.statement)",),
    TextCause.DETACHED_LAZY: ("{option}", "session.add({variable}); {refresh}   # in an open session"),
    TextCause.DETACHED_DEFERRED: ("{option}", "session.add({variable}); {refresh}   # in an open session"),
    TextCause.DETACHED_EXPIRED: ("{keeping}", "{refresh}   # before the session is closed"),
    TextCause.RAISELOAD: ("{option}", "{refresh}   # {first}"),
}
"""What loads an attribute, best first."""


def headline_of(error: PastedError) -> str:
    """Return what went wrong, in a sentence."""
    if error.reads and error.cause in REASONS:
        names = [_named(error, read) for read in error.reads[:MOST_READS]]
        names += ["…"] if len(error.reads) > MOST_READS else []
        doing = {Accessed.READ: "was read", Accessed.SET: "was set", Accessed.DELETE: "was deleted"}[error.access]
        name = names[0] if len(names) == 1 else f"one of {', '.join(names)}"
        perhaps = "" if error.certainty.is_sure or is_one_of(error) else "perhaps "
        return f"{perhaps}{name} {doing} without await, but {REASONS[error.cause]}."
    sentence = SENTENCES.get(error.cause)
    if sentence is None:
        owner = f" of {error.entity}" if error.entity else ""
        return f"an attribute{owner} was read without await, but {REASONS[error.cause]}."
    return sentence.format(call="a query" if error.call == "query" else f"{error.call}()")


def is_one_of(error: PastedError) -> bool:
    """Whether it was one of several attributes, and nothing else."""
    return error.certainty is Certainty.CANDIDATES and len(error.reads) > 1 and error.is_complete


def lines_of(error: PastedError, fixes: tuple[str, ...] | None = None) -> tuple[Line, ...]:
    """Return the labelled lines: where it was, how sure that is, what helps, and what the text cannot tell.

    `fixes` are those to show; None for those that a text gives.
    """
    helps = fixes_of(error) if fixes is None else fixes
    numbered = (("or" if number else "fix", fix) for number, fix in enumerate(helps[:MOST_FIXES]))
    return (*_where(error), *_sure(error), *numbered, *_untold(error))


def _where(error: PastedError) -> Iterator[Line]:
    is_by_library = bool(error.reader)
    label = f"{error.access.value} by" if is_by_library else error.access.value if error.reads else "here"
    if error.endpoint:
        yield label, f"{error.reader}, for what {error.endpoint}"
    elif error.line is None:
        none = "no line of your own is in the text"
        yield label, f"{error.reader}; {none}" if is_by_library else none
    else:
        place = place_of(error.line)
        yield label, f"{error.reader}, which was called at {place}" if is_by_library else place
        if error.called is not None and any(read.owner == "self" for read in error.reads):
            yield "from", place_of(error.called)


def place_of(line: TextFrame) -> str:
    """Return a line of the user's, with its source and function."""
    code = clean(" ".join(line.code.split("\n")), SOURCE_LIMIT)
    function = f"   in {line.function}()" if line.function.isidentifier() else ""
    return line.name + (f"   `{code}`" if code else "") + function


def _sure(error: PastedError) -> Iterator[Line]:
    if error.probe:
        yield "probe", error.probe
    if error.cause not in REASONS:
        return
    if not error.reads:
        has_source = error.line is None or error.line.code
        shows = (
            f"{error.reader} does" if error.reader else "the line does" if has_source else "a text without source does"
        )
        yield "attribute", f"unknown: {shows} not show which"
        return
    names = ", ".join(read.code for read in error.reads[:MOST_READS])
    how = error.certainty.value if error.access is Accessed.READ else error.certainty.value.replace("read", "attribute")
    if is_one_of(error):
        yield "attribute", f"one of: {names}"
    elif error.certainty is Certainty.CANDIDATES:
        names = names if len(error.reads) == 1 else f"one of {names}"
        yield "attribute", f"perhaps {names}: the line may read others that it does not show"
    else:
        yield "attribute", f"{names}: {how}"


def _untold(error: PastedError) -> Iterator[Line]:
    """Yield what the text cannot tell, and the command that would."""
    parts = (
        []
        if error.certainty.is_sure or error.cause not in REASONS or error.cause is TextCause.OUTSIDE
        else ["which attribute it was"]
    )
    parts += [UNKNOWN[error.cause]] if error.cause in UNKNOWN else []
    if parts:
        yield "unknown", ", and ".join(parts)
        yield "to know", f"pirate-tui run -- {command_of(error)}"


def command_of(error: PastedError) -> str:
    """Return how the program was started, as far as the text shows it."""
    if error.is_of_pytest:
        return "pytest"
    return f"python {error.start}" if error.start.endswith(".py") and " " not in error.start else "COMMAND"


def _named(error: PastedError, read: SourceRead) -> str:
    if error.entity:
        return f"{error.entity}.{read.name}"
    return read.code


def fixes_of(error: PastedError) -> tuple[str, ...]:
    """Return what helps as code, best first, as far as a text shows what it depends on."""
    if error.cause in {TextCause.SYNC_SESSION, TextCause.SYNC_CONNECTION}:
        return tuple(_awaited(error))
    if error.cause is TextCause.OUTSIDE or not error.reads:
        return FIXES.get(error.cause, ())
    if len(error.reads) == 1 and error.certainty.is_sure:
        return tuple(_loading(error, error.reads[0]))
    return tuple(f"{_first(error, read)}   # if it is {read.code}" for read in error.reads)


def _awaited(error: PastedError) -> Iterator[str]:
    """Yield how a call of a synchronous Session or connection is awaited."""
    is_session = error.cause is TextCause.SYNC_SESSION
    of, awaitable = ("session", OF_SESSION) if is_session else ("connection", OF_CONNECTION)
    if error.call == "query":
        yield f"(await session.scalars(select({MODEL}))).all()   # an AsyncSession has no query()"
    elif error.call in awaitable:
        yield f"await {of}.{error.call}(...)   of the Async{of.title()}, not of its sync_{of}"
    yield f"await {of}.run_sync(function)   for synchronous code, which gets the sync {of}"


def _first(error: PastedError, read: SourceRead) -> str:
    return next(iter(_loading(error, read)))


def _loading(error: PastedError, read: SourceRead) -> Iterator[str]:
    """Yield what loads an attribute, best first."""
    model, variable = error.entity or MODEL, read.variable
    first = "loads it into the instance that you already have"
    first = first if error.access is Accessed.READ else f"before that line: {first}"
    refresh = f'await session.refresh({variable}, ["{read.name}"])'
    awaited = f"await {typed(f'{variable}.awaitable_attrs', read.name)}   # if the class has AsyncAttrs as a base"
    option = f".options({_option(error)}({typed(model, read.name)}))   # in the SELECT of its instance"
    option += "" if error.entity else f"; {MODEL} is its class"
    keeping = "async_sessionmaker(engine, expire_on_commit=False)   # if a commit has expired what was loaded"
    if error.is_proxy:  # the relationship behind it is not known
        proxied = typed(variable, read.name)
        if error.is_proxied_again:
            yield f"await session.run_sync(lambda _: list({proxied}))   # loads what it leads to"
        else:
            yield awaited
            yield f"await session.run_sync(lambda _: {proxied})   # loads what it leads to"
        return
    words = {"option": option, "refresh": refresh, "awaited": awaited, "keeping": keeping, "first": first}
    is_kept = not error.is_relationship or error.cause is not TextCause.EXPIRED  # else it may never have been loaded
    for fix in LOADS[error.cause][0 if is_kept else 1 :]:
        yield fix.format(**words, reads=read.code, variable=variable)


def _option(error: PastedError) -> str:
    """Return the loader option by which it comes with its instance."""
    if error.cause in {TextCause.DEFERRED, TextCause.DETACHED_DEFERRED}:
        return "undefer"
    return "joinedload" if error.is_to_one else "selectinload"
