"""Compare loader strategies on the rows that are shown, and recommend one."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import ClassVar, NamedTuple, TypeAlias

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Static

from pirate_tui.domain.comparing import ROUNDS, Comparison, MeasureRequest, code_of
from pirate_tui.domain.comparison_table import markdown
from pirate_tui.domain.entity import Entity, Relationship
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.loading import Loadable
from pirate_tui.domain.outline import is_row
from pirate_tui.domain.query import Query
from pirate_tui.domain.recommendation import recommendation, why
from pirate_tui.domain.rows import Row, RowKey, Seek
from pirate_tui.ui.commands import BindingScope, bindings
from pirate_tui.ui.connection import ConnectionHandle
from pirate_tui.ui.copying import copy
from pirate_tui.ui.focus import has_focus
from pirate_tui.ui.keymap import keymap_of
from pirate_tui.ui.screens.help import WithHelp
from pirate_tui.ui.tasks import Tasks
from pirate_tui.ui.widgets.inspector import Inspector
from pirate_tui.ui.widgets.key_footer import KeyFooter
from pirate_tui.ui.widgets.plan_view import PlanView
from pirate_tui.ui.widgets.row_table import RowTable
from pirate_tui.ui.widgets.strategy_chart import StrategyChart
from pirate_tui.ui.widgets.title_bar import TitleBar


COUNTS = (None, 100, 1_000, 1, 10, 40)
"""The numbers of parents to choose from in turn; None is the page that is shown."""

BUDGET = 4.0
"""Seconds of measuring after which no further round begins."""

FEWER = "press p for fewer rows, {]} for another relationship"
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
    names = [inspector.current.name if has_focus(inspector) and inspector.current else "", *cursor[-1:]]
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


class CompareScreen(WithHelp, Screen[None]):
    """One relationship of many rows, loaded in every way there is."""

    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]  # noqa: RUF012  declared by Textual as neither

    DEFAULT_CSS = """
    CompareScreen {
        & > #compared { height: auto; color: $primary-on-background; text-style: bold; padding: 0 1; }
        & > #error-line { height: auto; display: none; padding: 0 1; background: $error; color: $text-on-error; }
        & > StrategyChart { height: auto; max-height: 60%; margin: 1 1 0 1; scrollbar-size: 1 1; }
        & > #method { height: auto; max-height: 40%; margin: 1 1 0 1; }
        & > Vertical { display: none; height: 1fr; min-height: 5; margin: 1 1 0 1; }
        &.-with-plan > Vertical { display: block; }
        &.-low > StrategyChart, &.-low > #method, &.-low > Vertical { margin: 0 1; }
        &.-low.-with-plan > #method { display: none; }
        &.-low.-with-plan > StrategyChart { max-height: 40%; }
        &.-with-error > #error-line { display: block; }
    }
    """

    SCOPE = BindingScope.COMPARE
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(SCOPE)]

    busy: reactive[str] = reactive("")
    """The running work; empty while nothing runs."""

    def __init__(
        self, database: ConnectionHandle, question: Question, title_bar: TitleBar, budget: float = BUDGET
    ) -> None:
        super().__init__()
        self._database = database
        self._entity, self._relationship, self._keys = question
        self._title_bar = title_bar
        self._budget = budget
        """Seconds after which no further round begins."""
        self._count: int | None = None
        self._chosen = Loadable(())
        """The rows that are compared, and which were left out."""
        self._tasks = Tasks(self, partial(setattr, self, "busy"), self._show_error)

    def compose(self) -> ComposeResult:
        """Compose the titles, the chart, the chosen way, its plans, the error line and the footer."""
        yield self._title_bar
        yield Static(id="compared", markup=False)
        yield StrategyChart()
        yield Static(id="method", markup=False)
        with Vertical():
            yield PlanView(wrap=True)
        yield Static(id="error-line", markup=False)
        yield KeyFooter()

    def on_mount(self) -> None:
        """Start measuring at once."""
        self.watch(self.chart, "chosen", self._advise, init=False)
        self.chart.focus()
        self.action_again()

    @property
    def chart(self) -> StrategyChart:
        """The chart."""
        return self.query_one(StrategyChart)

    @property
    def plan(self) -> PlanView:
        """The plans of one way, shown or not."""
        return self.query_one(PlanView)

    def watch_busy(self) -> None:
        """Show the running work in the title."""
        self._retitle()

    def action_again(self) -> None:
        """Measure from the beginning."""
        self._tasks.show_error(None)
        self._tasks.start("compare", self._measure)

    def action_explain(self) -> None:
        """Show the plans of what the way under the cursor sends; where they are shown, hide them."""
        comparison, measured = self.chart.comparison, self.chart.current
        if measured is not None and self.plan.way is measured.way:
            self._hide_plan()
        elif comparison is not None and measured is not None:
            request = MeasureRequest(comparison.entity, comparison.keys, comparison.relationship, measured.way)
            self._tasks.start("explain", partial(self._explain, request))

    def action_next_count(self) -> None:
        """Compare the next number of parents: the page, 100, 1,000, 1, 10, 40."""
        self._count = COUNTS[(COUNTS.index(self._count) + 1) % len(COUNTS)]
        self.action_again()

    def action_next_relationship(self, by: int = 1) -> None:
        """Compare for the next relationship of the class, or for one further on or back."""
        listed = self._entity.relationships
        self._relationship = listed[(listed.index(self._relationship) + by) % len(listed)]
        self.action_again()

    def action_previous_relationship(self) -> None:
        """Compare for the previous relationship of the class."""
        self.action_next_relationship(-1)

    def action_copy(self) -> None:
        """Copy the line of code of the way that the cursor is on; while the plans have the focus, these."""
        comparison, measured = self.chart.comparison, self.chart.current
        if has_focus(self.plan) and self.plan.way is not None:
            copy(self.app, f"the plan of {self.plan.way.title}", self.plan.copied)
        elif comparison is not None and measured is not None:
            code = code_of(comparison.entity, comparison.relationship, measured.way)
            copy(self.app, f"the code of {measured.way.title}", code)

    def action_copy_table(self) -> None:
        """Copy all measurements as a table in Markdown."""
        if self.chart.comparison is not None:
            copy(self.app, "the comparison", markdown(self.chart.comparison, self.chart.recommended))

    def action_close(self) -> None:
        """Stop measuring; when nothing is being measured, hide the plans; when none are shown, go back to the table."""
        if not self._tasks.stop() and not self._hide_plan():
            self.dismiss()

    async def _measure(self) -> None:
        self._tasks.cancel("explain")
        self._hide_plan()
        self.chart.comparison, self.chart.recommended, self.chart.chosen = None, None, None
        self._chosen = Loadable(())
        self._advise()
        with self._tasks.track(f"comparing {self._entity.name}.{self._relationship.name}") as task:
            self._chosen = await _loadable(
                self._database, await self._keys(self._count), self._entity, self._relationship
            )
            comparison = Comparison.of(self._entity, self._chosen.keys, self._relationship, self._budget)
            with self.chart.measuring():
                while (request := comparison.next_request) is not None:
                    self.chart.comparison = comparison
                    self._advise()
                    run = f"round {comparison.rounds + 1} of {ROUNDS}" if comparison.is_warm else "first run"
                    task.progress = f"{request.way.title}, {run}"
                    comparison = comparison.with_run(request.way, await self._database.benchmarks.measure(request))
            self.chart.comparison = comparison
            self._advise()

    async def _explain(self, request: MeasureRequest) -> None:
        with self._tasks.track(f"plan of {request.way.title}"):
            self.plan.show(request.way, await self._database.benchmarks.explain(request))
            self.add_class("-with-plan")

    def _hide_plan(self) -> bool:
        """Hide the plans; return whether any were shown."""
        was_shown, self.plan.way = self.plan.way is not None, None
        if has_focus(self.plan):
            self.chart.focus()
        self.remove_class("-with-plan")
        return was_shown

    def _advise(self) -> None:
        """Show the way under the cursor: why it is recommended, or what it does, and its code."""
        comparison = self.chart.comparison
        advice = None if comparison is None else recommendation(comparison)
        self.chart.recommended = None if advice is None else advice.way
        self._retitle()
        measured, lines = self.chart.current, list[Text]()
        if comparison is not None and measured is not None:
            is_best = advice is not None and measured.way is advice.way
            reason = advice.reason if advice is not None and is_best else why(comparison, measured)
            code = code_of(comparison.entity, comparison.relationship, measured.way)
            lines = [Text(f"{'★ take ' if is_best else ''}{measured.way.title}: {reason}"), Text(f"  {code}", "bold")]
        self.query_one("#method", Static).update(Text("\n").join(lines))

    def _retitle(self) -> None:
        title = next(iter(self.query("#compared").results(Static)), None)
        if title is None:  # work that was stopped ends after the screen is gone
            return
        comparison = self.chart.comparison
        what = f"{self._entity.name}.{self._relationship.name}"
        if comparison is not None:
            what += f" of {len(comparison.keys):,} {comparison.entity.name}, {comparison.rounds_label}"
        what += f" · {self._chosen}" if self._chosen.giants else ""
        busy = keymap_of(self).in_hint(f" · {self.busy}" if self.busy else "", is_in_comparison=True)
        title.update(Text(f"compare {what}{busy}"))

    def _show_error(self, error: BrowserError | None) -> None:
        self.set_class(error is not None, "-with-error")
        hint = "" if error is None else keymap_of(self).in_hint(error.hint, is_in_comparison=True)
        message = "" if error is None else f"{error.message}; {hint}"
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
