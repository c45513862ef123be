"""Compare loader strategies on the rows that are shown, and recommend one."""

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
from pirate_tui.domain.comparison_table import markdown
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
"""The numbers of parents to choose from in turn; None is the page that is shown."""

BUDGET = 4.0
"""Seconds of measuring after which no further round begins."""

FEWER = "press p for fewer rows, ] for another relationship"
"""A hint for rows that lead to too many others."""

ReadKeys: TypeAlias = Callable[[int | None], Awaitable[tuple[RowKey, ...]]]
"""Reads the keys of so many rows from the cursor on, or of the page that is shown."""


class Question(NamedTuple):
    """What is compared at first: a relationship, and how to read the parents' keys."""

    entity: Entity
    relationship: Relationship
    keys: ReadKeys


def question_at(database: ConnectionHandle, table: RowTable, inspector: Inspector) -> Question | None:
    """Return what to compare at the cursor: its relationship, or the first of its row's; None without one.

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
    entity_and_row = listing.row_at(cursor)
    here = None if entity_and_row is None else entity_and_row[1]

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
    """Return `count` rows from `here` on; where there are fewer, also rows before it."""
    start = rows.index(here) if here in rows else 0
    return rows[max(0, min(start, len(rows) - count)) :][:count]


async def read_from_here(database: ConnectionHandle, query: Query, here: Row, count: int) -> tuple[Row, ...]:
    """Return `count` of the query's rows from `here` on; where there are fewer, also rows before it."""
    after = (await database.rows.page(query, Seek(here.position, limit=count - 1))).rows if count > 1 else ()
    missing = count - 1 - len(after)
    before = (
        (await database.rows.page(query, Seek(here.position, backward=True, limit=missing))).rows if missing else ()
    )
    return (*before, here, *after)


class CompareScreen(Passing[None], Screen[None]):
    """One relationship of many rows, loaded in every way there is."""

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
    """The running work; empty while nothing runs."""

    def __init__(self, database: ConnectionHandle, question: Question, budget: float = BUDGET) -> None:
        super().__init__()
        self._database = database
        self._entity, self._relationship, self._keys = question
        self._budget = budget
        """Seconds after which no further round begins."""
        self._count: int | None = None
        self._chosen = Loadable(())
        """The rows that are compared, and which were left out."""
        self._measuring: object = None
        """A token of the measurement under way."""
        self._tasks = Tasks(self, partial(setattr, self, "busy"), self._show_error)

    def compose(self) -> ComposeResult:
        """Compose the title, the chart, the recommendation, the error line and the footer."""
        yield Static(id="compared", markup=False)
        yield StrategyChart()
        yield TextPane(wrap=True)
        yield Static(id="error-line", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Start measuring at once."""
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
        return None if self.chart.comparison is None else recommendation(self.chart.comparison)

    def watch_busy(self) -> None:
        """Show the running work in the title."""
        self._retitle()

    def action_again(self) -> None:
        """Measure from the beginning."""
        self._tasks.show_error(None)
        self._tasks.start("compare", self._measure)

    def action_next_count(self) -> None:
        """Compare the next number of parents: the page, 100, 1,000, 1, 10, 40."""
        self._count = COUNTS[(COUNTS.index(self._count) + 1) % len(COUNTS)]
        self.action_again()

    def action_next_relationship(self) -> None:
        """Compare for the next relationship of the class."""
        self._step(1)

    def action_previous_relationship(self) -> None:
        """Compare for the previous relationship of the class."""
        self._step(-1)

    def action_copy(self) -> None:
        """Copy the line of code of the way that the cursor is on."""
        comparison, measured = self.chart.comparison, self.chart.current
        if comparison is not None and measured is not None:
            code = code_of(comparison.entity, comparison.relationship, measured.way)
            copy(self.app, f"the code of {measured.way.title}", code)

    def action_copy_table(self) -> None:
        """Copy all measurements as a table in Markdown."""
        if self.chart.comparison is not None:
            copy(self.app, "the comparison", markdown(self.chart.comparison, self.chart.recommended))

    def action_close(self) -> None:
        """Stop measuring; when nothing is being measured, go back to the table."""
        if not self._tasks.stop():
            self.dismiss()

    def _step(self, by: int) -> None:
        listed = self._entity.relationships
        self._relationship = listed[(listed.index(self._relationship) + by) % len(listed)]
        self.action_again()

    async def _measure(self) -> None:
        self.chart.comparison, self.chart.recommended, self._chosen = None, None, Loadable(())
        self._advise()
        with self._tasks.track(f"comparing {self._entity.name}.{self._relationship.name}") as task:
            self._chosen = await _loadable(
                self._database, await self._keys(self._count), self._entity, self._relationship
            )
            comparison = Comparison.of(self._entity, self._chosen.keys, self._relationship, self._budget)
            with self._more_to_come():
                while (request := comparison.next_request) is not None:
                    self.chart.comparison = comparison
                    self._advise()
                    run = f"round {comparison.rounds + 1} of {ROUNDS}" if comparison.is_warm else "first run"
                    task.progress = f"{request.way.title}, {run}"
                    comparison = comparison.with_run(request.way, await self._database.benchmarks.measure(request))
            self.chart.comparison = comparison
            self._advise()
            self._point_at_the_best()

    @contextmanager
    def _more_to_come(self) -> Iterator[None]:
        """Mark the chart as measuring inside the block; one that was stopped may end when the next has begun."""
        self.chart.is_measuring, self._measuring = True, (mine := object())
        try:
            yield
        finally:
            if self._measuring is mine:
                for chart in self.query(StrategyChart):
                    chart.is_measuring = False

    def _point_at_the_best(self) -> None:
        comparison, advice = self.chart.comparison, self.advice
        if comparison is not None and advice is not None:
            ways = [measurement.way for measurement in comparison.measurements]
            self.chart.number = ways.index(advice.way)

    def _advise(self) -> None:
        """Show the recommendation, and details of the way under the cursor."""
        self._retitle()
        comparison, measured, advice = self.chart.comparison, self.chart.current, self.advice
        self.chart.recommended = None if advice is None else advice.way
        lines: list[Text] = []
        if advice is not None:
            lines += [Text(f"★ {advice.way.title}", "bold"), Text(advice.reason), Text(f"  {advice.code}", "bold")]
        if comparison is not None and measured is not None and (advice is None or measured.way is not advice.way):
            code = code_of(comparison.entity, comparison.relationship, measured.way)
            details = [f"{measured.way.title}: {measured.way.lesson}", measured.remark, f"  {code}"]
            lines += [Text(), *(Text(line) for line in details if line)]
        pane = self.query_one(TextPane)
        pane.border_title = "Recommendation"
        pane.set_text(lines)

    def _retitle(self) -> None:
        title = next(iter(self.query("#compared").results(Static)), None)
        if title is None:  # work that was stopped ends after the screen is gone
            return
        comparison = self.chart.comparison
        what = f"{self._entity.name}.{self._relationship.name}"
        if comparison is not None:
            what += f" of {len(comparison.keys):,} {comparison.entity.name}, {comparison.rounds_label}"
        what += f" · {self._chosen}" if self._chosen.giants else ""
        busy = f" · {self.busy}" if self.busy else ""
        title.update(Text(f"compare {what}{busy}"))

    def _show_error(self, error: BrowserError | None) -> None:
        self.set_class(error is not None, "-with-error")
        message = "" if error is None else f"{error.message}; {error.hint}"
        for line in self.query("#error-line").results(Static):
            line.update(Text(message))


async def _loadable(
    database: ConnectionHandle, keys: tuple[RowKey, ...], entity: Entity, relationship: Relationship
) -> Loadable:
    """Return the rows to compare; raise `BrowserError` where there are none, or they lead to too many."""
    if not keys:
        raise BrowserError("no row here has a primary key", "compare another table")
    chosen = await database.instances.loadable(entity, relationship, keys)
    return chosen.checked(relationship.target, FEWER)
