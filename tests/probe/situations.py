"""Situations: functions as users write them. The lines that a note must name are marked with the labels of the note.

`# <loaded> <expired>` marks a line: the note has to have exactly the marked labels, and each has to name exactly the
lines that carry it, so that a wrong place fails as a missing one does. Each fix of the note is applied to the
function's own source, and the access must then do no IO.
"""

import functools
import gc
import inspect
import re
import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FunctionType
from typing import Any, TypeAlias

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import close_all_sessions

from pirate_tui.orm.errors import forget, without_warnings
from tests.probe.models import ROWS, Base
from tests.probe.rewriting import Fix, fixed
from tests.servers import DRIVERS, Target, load, url_of


Function: TypeAlias = Callable[[AsyncEngine], Coroutine[Any, Any, object]]

MARK = re.compile(r"<([a-z]+)>")
PLACE = re.compile(r"([^\s`]+\.py):(\d+)")
QUOTED = re.compile(r"`(.*?)`")
FIXES = {"fix", "or"}

AWAIT = "await VARIABLE.awaitable_attrs.ATTRIBUTE"
REFRESH = 'await session.refresh(VARIABLE, ["ATTRIBUTE"])'
ADD = "session.add(VARIABLE); await VARIABLE.awaitable_attrs.ATTRIBUTE"
KEEP = "async_sessionmaker(engine, expire_on_commit=False)"
"""Fixes of many situations."""

HEEDS = [pytest.param(False, id="note"), pytest.param(True, id="fixes", marks=pytest.mark.thorough)]
ALL_DRIVERS = ("aiosqlite", *DRIVERS)

Places: TypeAlias = dict[str, set[tuple[str, int]]]
"""Files and lines, by label."""


class Note:
    """A note, read as its reader does."""

    def __init__(self, text: str) -> None:
        headline, *lines = text.splitlines()
        self.text = text
        self.headline = headline.removeprefix("pirate-tui: ")
        self.lines = [(line[2:12].strip(), line[12:]) for line in lines]

    def of(self, label: str) -> str:
        """What the line of that label says; empty without one."""
        return next((text for name, text in self.lines if name == label), "")

    @property
    def places(self) -> Places:
        """The lines of programs that it names, fixes left out; a label without one is there, and has none."""
        found: Places = defaultdict(set)
        for label, text in self.lines:
            if label not in FIXES:
                found[label] |= set(_places(QUOTED.sub("", text)))
        return dict(found)

    @property
    def fixes(self) -> list[Fix]:
        """What it advises."""
        return [Fix(text) for label, text in self.lines if label in FIXES]


def _places(text: str) -> Iterable[tuple[str, int]]:
    return [(str(Path(file).resolve()), int(line)) for file, line in PLACE.findall(text)]


def marked(*functions: Any) -> Places:
    """The marked lines of functions, by label."""
    found: Places = defaultdict(set)
    for function in functions:
        lines, first = inspect.getsourcelines(function)
        file = str(Path(inspect.getfile(function)).resolve())
        for number, line in enumerate(lines, first):
            for label in MARK.findall(line.partition("#")[2]):
                found[label].add((file, number))
    return dict(found)


def check_sources(note: Note) -> None:
    """What a note quotes is what stands there."""
    for label, text in note.lines:
        if label in FIXES or " or " in text:
            continue
        for file, number in _places(QUOTED.sub("", text)):
            line = Path(file).read_text(encoding="utf-8").splitlines()[number - 1].strip()
            (quoted,) = QUOTED.findall(text) or [""]
            assert line.startswith(quoted.removesuffix("…").rstrip())
            assert quoted


@contextmanager
def collected() -> Iterator[None]:
    """Collect, at the end of the block and not before, coroutines that nobody has awaited."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.collect(1)  # what is new: an old object is none of these


@dataclass
class Shop:
    """A database with the rows of the shop, as often as it is needed."""

    target: Target
    made: Path
    """A file with the rows."""

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AsyncEngine]:
        """An engine on the rows as they were; closes whatever was left open."""
        if isinstance(self.target, Path):
            shutil.copy(self.made, self.target)
        else:
            await load(self.target, Base.metadata, ROWS)
        engine = create_async_engine(url_of(self.target))
        try:
            yield engine
        finally:
            async with engine.connect() as connection:
                await connection.run_sync(lambda _: close_all_sessions())
            if not isinstance(self.target, Path):
                async with engine.begin() as connection:
                    await connection.run_sync(Base.metadata.drop_all)
            await engine.dispose()

    async def explained(
        self, function: Function, caplog: pytest.LogCaptureFixture, *, is_lost: bool = False
    ) -> list[Note]:
        """The notes that were logged while the function ran; one that it has raised is the first of them."""
        caplog.clear()
        with without_warnings(), collected():
            async with self.open() as engine:
                error = await raised(function, engine)
            notes = [record.getMessage() for record in caplog.records if record.name == "pirate_tui.probe"]
            assert notes, error
            if error is not None:
                assert note_of(error) == ("" if is_lost else notes[0]), repr(error)
                forget(error)
            del error
        return [Note(text) for text in notes]

    async def run(self, function: Function) -> None:
        """Run a function, which is to raise nothing."""
        async with self.open() as engine:
            kept = await function(engine)  # its sessions, until they are closed
        del kept


async def raised(function: Function, engine: AsyncEngine) -> Exception | None:
    """What the function raises; None where it caught that itself."""
    try:
        await function(engine)
    except Exception as error:  # noqa: BLE001  whatever it is
        return error
    return None


def note_of(error: BaseException) -> str:
    """The probe's note on an error, or on what it came from; empty without one."""
    links: list[BaseException | None] = [error]
    for link in links:
        if link is not None:
            notes = [note for note in getattr(link, "__notes__", ()) if note.startswith("pirate-tui: ")]
            if notes:
                return str(notes[0])
            links += [link.__cause__, link.__context__]
    return ""


@dataclass
class Situation:
    """What a note has to say of one access."""

    function: Function
    subject: str
    """The beginning of the headline: attribute and instance, as in `Order.customer of Order 2`."""
    says: str = ""
    """Another part of the headline."""
    fixes: Sequence[str] = ()
    """The fixes, all of them; `at <loaded>: ...` for one that belongs to that line; VARIABLE and ATTRIBUTE stand for
    those of the subject."""
    within: Sequence[Any] = ()
    """Other functions with marked lines: properties."""
    also: Mapping[str, str] | None = None
    """Lines of the note that name no line of a program: what they say."""
    has: Mapping[str, str] = field(default_factory=dict)
    """Lines of the note: what they say besides a line of a program."""
    mended: Sequence[Function] = ()
    """The function with each fix in place, for fixes that are more than a line; one for each."""
    is_lost: bool = False
    """Does a library drop the error, so that the log alone has its note?"""

    async def check(self, shop: Shop, caplog: pytest.LogCaptureFixture, *, heeds: bool) -> None:
        """Run it, compare the note, and do what it advises, if it is to be heeded."""
        note = (await shop.explained(self.function, caplog, is_lost=self.is_lost))[0]
        marks, also = marked(self.function, *self.within), self.also or {}
        accessed = marks.pop("accessed", set())
        selecting = marks.pop("selecting", set())
        assert note.headline.startswith(self.subject), note.text
        assert self.says in note.headline, note.text
        assert note.places == {**marks, **{label: marks.get(label, set()) for label in also}}, note.text
        assert {label: note.of(label) for label in also} == also
        assert all(note.of(label).endswith(text) for label, text in self.has.items()), note.text
        check_sources(note)
        assert not [record for record in caplog.records if " of the probe " in record.msg], "a hook has failed"
        assert [self._as_marked(fix, marks) for fix in note.fixes] == [self._in_full(fix) for fix in self.fixes], (
            note.text
        )
        assert len(self.mended) in {0, len(note.fixes)}
        if not heeds:
            return
        for function in self.mended:
            await shop.run(function)
        accessed = accessed or marks.get("read") or marks.get("written") or marks.get("deleted") or set()
        for fix in note.fixes if not self.mended else ():
            places = selecting if selecting and fix.code.startswith("select(") else accessed
            await self._heed(fix, max(places)[1], shop)

    def _in_full(self, fix: str) -> str:
        entity, _, attribute = self.subject.partition(" ")[0].partition(".")
        return fix.replace("VARIABLE", entity.lower()).replace("ATTRIBUTE", attribute)

    def _as_marked(self, fix: Fix, marks: Places) -> str:
        if fix.place is None:
            return fix.code
        (label,) = [label for label, places in marks.items() if fix.place in places]
        return f"at <{label}>: {fix.code}"

    async def _heed(self, fix: Fix, line: int, shop: Shop) -> None:
        assert isinstance(self.function, FunctionType)
        better = fixed(self.function, fix, line, self.subject.partition(".")[0])

        async def tried(engine: AsyncEngine) -> object:
            better.__globals__["session"] = AsyncSession(engine)  # for a line that has none at hand
            return await better(engine)

        try:
            await shop.run(tried)
        except Exception as error:
            raise AssertionError(f"{fix.code} does not help") from error


def situation(
    subject: str, *, drivers: Sequence[str] = ("aiosqlite",), **expected: Any
) -> Callable[[Function], Callable[..., Coroutine[Any, Any, None]]]:
    """Make a test of a function: what its note says of it, and that the fixes of the note help."""

    def test_of(function: Function) -> Callable[..., Coroutine[Any, Any, None]]:
        one = Situation(function, subject, **expected)

        @pytest.mark.parametrize("heeds", HEEDS)
        @pytest.mark.parametrize("shop", drivers, indirect=True)
        async def test(shop: Shop, caplog: pytest.LogCaptureFixture, heeds: bool) -> None:  # noqa: FBT001
            await one.check(shop, caplog, heeds=heeds)

        functools.update_wrapper(test, function, assigned=("__module__", "__name__", "__qualname__", "__doc__"))
        del test.__wrapped__  # type: ignore[attr-defined]  # pytest would ask for the function's own arguments
        return test

    return test_of
