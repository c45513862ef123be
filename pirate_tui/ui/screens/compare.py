"""Loader strategies compared on the rows that are shown: measured side by side, and one recommended."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import ClassVar, NamedTuple, TypeAlias

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from pirate_tui.domain.comparing import ROUNDS, Comparison, code_of
from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import Loadable
from pirate_tui.domain.outline import is_row
from pirate_tui.domain.query import Query
from pirate_tui.domain.recommendation import Recommendation, recommendation
from pirate_tui.domain.rows import Row, RowKey, Seek
from pirate_tui.ui.commands import BindingScope, bindings
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.copying import copy
from pirate_tui.ui.screens.guarded import Passing
from pirate_tui.ui.tasks import Tasks
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.key_footer import KeyFooter
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.widgets.strategy_chart import StrategyChart
from pirate_tui.ui.widgets.text_pane import TextPane


COUNTS = (None, 100, 1_000, 1, 10, 40)
"""How many parents may be chosen, one after the other; None is the page that is shown."""

BUDGET = 4.0
"""Seconds of measuring after which no further round begins."""

FEWER = "press p for fewer rows, ] for another relationship"
"""What can be done where these rows lead to too much."""

ReadKeys: TypeAlias = Callable[[int | None], Awaitable[tuple[RowKey, ...]]]
"""Reads the keys of so many rows from the cursor on, or of the page that is shown."""


class Question(NamedTuple):
    """What is compared at first."""

    entity: Entity
    relationship: Relationship
    keys: ReadKeys


def question_at(database: ConnectionHandle, table: RowTable, inspector: Inspector) -> Question | None:
    """What to compare where the cursor is: the relationship under it, or the first of its row's; None without one.

    The parents are the rows among which the cursor is: the table's own, or those of a relationship opened in it.
    """
    listing, cursor = table.listing, table.cursor
    entity = None if listing is None else listing.entity_at(cursor)
    if listing is None or entity is None or not entity.relationships:
        return None
    above = cursor[:-1] if is_row(cursor) else cursor[:-2]
    names = [inspector.current.name if inspector.has_focus and inspector.current else "", *cursor[-1:]]
    listed = {relationship.name: relationship for relationship in entity.relationships}
    chosen = next((listed[str(name)] for name in names if name in listed), entity.relationships[0])
    query = listing.query_at(above) if above in listing.windows else None
    opening = listing.opening_at(above) if above else None
    page = tuple(table.state.page_rows().values()) if opening is None else opening.rows
    found = listing.row_at(cursor)
    here = None if found is None else found[1]

    async def keys(count: int | None) -> tuple[RowKey, ...]:
        if count is None:
            rows = page
        elif query is None or here is None:
            rows = from_here(page, here, count)
        else:
            rows = await read_from_here(database, query, here, count)
        return tuple(row.key for row in rows if row.key is not None)

    return Question(entity, chosen, keys)


def from_here(rows: tuple[Row, ...], here: Row | None, count: int) -> tuple[Row, ...]:
    """So many of the rows from one of them on; where there are not as many, also some before it."""
    start = rows.index(here) if here in rows else 0
    return rows[max(0, min(start, len(rows) - count)) :][:count]


async def read_from_here(database: ConnectionHandle, query: Query, here: Row, count: int) -> tuple[Row, ...]:
    """So many of the query's rows, in the same way."""
    after = (await database.rows.page(query, Seek(here.position, limit=count - 1))).rows if count > 1 else ()
    missing = count - 1 - len(after)
    before = (
        (await database.rows.page(query, Seek(here.position, backward=True, limit=missing))).rows if missing else ()
    )
    return (*before, here, *after)


class CompareScreen(Passing[None], Screen[None]):
    """One relationship of many rows, read in every way there is."""

    DEFAULT_CSS = """
    CompareScreen {
        & > #compared { height: auto; background: $panel; color: $primary-on-panel; text-style: bold; padding: 0 1; }
        & > #error-line { height: auto; display: none; padding: 0 1; background: $error; color: $text-on-error; }
        & > StrategyChart { height: auto; max-height: 60%; margin: 1 1 0 1; scrollbar-size: 1 1; }
        & > TextPane {
            height: 1fr;
            min-height: 5;
            margin: 0 1;
            border: round $border-blurred;
            border-title-color: $muted-on-background;
            scrollbar-size: 1 1;
            &:focus { border: round $border; border-title-color: $primary-on-background; }
        }
        &.-with-error > #error-line { display: block; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(BindingScope.COMPARE)]

    busy: reactive[str] = reactive("")
    """What is under way; empty while nothing is."""

    def __init__(self, database: ConnectionHandle, question: Question, budget: float = BUDGET) -> None:
        super().__init__()
        self._database = database
        self._entity, self._relationship, self._keys = question
        self._budget = budget
        """Seconds after which no further round begins."""
        self._count: int | None = None
        self._chosen = Loadable(())
        """The rows that are compared, and what was left out of them."""
        self._measuring: object = None
        """What is being measured."""
        self._tasks = Tasks(self, partial(setattr, self, "busy"), self._show_error)

    def compose(self) -> ComposeResult:
        """What is compared, the chart, what to take from it."""
        yield Static(id="compared", markup=False)
        yield StrategyChart()
        yield TextPane(wrap=True)
        yield Static(id="error-line", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Measure at once."""
        self.watch(self.chart, "number", self._advise, init=False)
        self.chart.focus()
        self.action_again()

    @property
    def chart(self) -> StrategyChart:
        """The chart."""
        return self.query_one(StrategyChart)

    @property
    def advice(self) -> Recommendation | None:
        """What is recommended by what is measured so far."""
        return None if self.chart.contest is None else recommendation(self.chart.contest)

    def watch_busy(self) -> None:
        """The title says it."""
        self._retitle()

    def action_again(self) -> None:
        """Measure from the beginning."""
        self._tasks.show_error(None)
        self._tasks.start("compare", self._measure)

    def action_next_count(self) -> None:
        """The page, 100 rows, 1,000 rows, 1, 10, 40."""
        self._count = COUNTS[(COUNTS.index(self._count) + 1) % len(COUNTS)]
        self.action_again()

    def action_next_relationship(self) -> None:
        """Compare for the class's next relationship."""
        self._step(1)

    def action_previous_relationship(self) -> None:
        """Compare for the relationship before."""
        self._step(-1)

    def action_copy(self) -> None:
        """Copy the line of code of the way that the cursor is on."""
        contest, measured = self.chart.contest, self.chart.current
        if contest is not None and measured is not None:
            code = code_of(contest.entity, contest.relationship, measured.way)
            copy(self.app, f"the code of {measured.way.title}", code)

    def action_close(self) -> None:
        """Stop measuring; when nothing is being measured, go back to the table."""
        if not self._tasks.stop():
            self.dismiss()

    def _step(self, by: int) -> None:
        listed = self._entity.relationships
        self._relationship = listed[(listed.index(self._relationship) + by) % len(listed)]
        self.action_again()

    async def _measure(self) -> None:
        self.chart.contest, self.chart.recommended, self._chosen = None, None, Loadable(())
        self._advise()
        with self._tasks.track(f"comparing {self._entity.name}.{self._relationship.name}") as task:
            self._chosen = await self._loadable()
            contest = Comparison.of(self._entity, self._chosen.keys, self._relationship, self._budget)
            with self._more_to_come():
                while (due := contest.next_request) is not None:
                    self.chart.contest = contest
                    self._advise()
                    told = f"round {contest.rounds + 1} of {ROUNDS}" if contest.is_warm else "first run"
                    task.progress = f"{due.way.title}, {told}"
                    contest = contest.with_run(due.way, await self._database.benchmarks.measure(due))
            self.chart.contest = contest
            self._advise()
            self._point_at_the_best()

    @contextmanager
    def _more_to_come(self) -> Iterator[None]:
        """More is to be measured inside the block; one that was stopped may end when the next has begun already."""
        self.chart.is_measuring, self._measuring = True, (mine := object())
        try:
            yield
        finally:
            if self._measuring is mine:
                for chart in self.query(StrategyChart):
                    chart.is_measuring = False

    async def _loadable(self) -> Loadable:
        """The rows to compare; raises `BrowserError` where there are none, or they lead to too much."""
        keys = await self._keys(self._count)
        if not keys:
            raise BrowserError("no row here has a primary key", "compare another table")
        chosen = await self._database.instances.loadable(self._entity, self._relationship, keys)
        return chosen.checked(self._relationship.target, FEWER)

    def _point_at_the_best(self) -> None:
        contest, advice = self.chart.contest, self.advice
        if contest is not None and advice is not None:
            self.chart.number = next(n for n, one in enumerate(contest.measurements) if one.way is advice.way)

    def _advise(self) -> None:
        """What to take, and what there is to know of the way under the cursor."""
        self._retitle()
        contest, measured, advice = self.chart.contest, self.chart.current, self.advice
        self.chart.recommended = None if advice is None else advice.way
        lines: list[Text] = []
        if advice is not None:
            lines += [Text(f"★ {advice.way.title}", "bold"), Text(advice.reason), Text(f"  {advice.code}", "bold")]
        if contest is not None and measured is not None and (advice is None or measured.way is not advice.way):
            code = code_of(contest.entity, contest.relationship, measured.way)
            told = [f"{measured.way.title}: {measured.way.lesson}", measured.remark, f"  {code}"]
            lines += [Text(), *(Text(line) for line in told if line)]
        pane = self.query_one(TextPane)
        pane.border_title = "Recommendation"
        pane.set_text(lines)

    def _retitle(self) -> None:
        title = next(iter(self.query("#compared").results(Static)), None)
        if title is None:  # work that was stopped ends after the screen is gone
            return
        contest = self.chart.contest
        what = f"{self._entity.name}.{self._relationship.name}"
        if contest is not None:
            what += f" of {len(contest.keys):,} {contest.entity.name}, {contest.rounds_label}"
        what += f" · {self._chosen}" if self._chosen.giants else ""
        busy = f" · {self.busy}" if self.busy else ""
        title.update(Text(f"compare {what}{busy}"))

    def _show_error(self, error: BrowserError | None) -> None:
        self.set_class(error is not None, "-with-error")
        told = "" if error is None else f"{error.message}; {error.hint}"
        for line in self.query("#error-line").results(Static):
            line.update(Text(told))
