"""Chart the ways of loading below each other, the best first: statements, time as a bar, rows, and why."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from rich.cells import set_cell_size
from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from pirate_tui.domain.comparing import Comparison, LoadMethod, Measurement
from pirate_tui.domain.recommendation import why
from pirate_tui.ui.widgets.lines_view import LinesView, restyle


NAME_WIDTH, SENT_WIDTH, TIME_WIDTH, SPREAD_WIDTH, ROWS_WIDTH = 23, 6, 10, 15, 8
"""Columns of the screen for a way's name, its statements, its time, the spread of its times, and its rows."""

FIGURES_WIDTH = NAME_WIDTH + SENT_WIDTH + TIME_WIDTH + ROWS_WIDTH

LEAST_BAR, MOST_BAR = 5, 24
"""Columns of the screen for a bar; one that would be shorter is not drawn."""

LEAST_WHY, WHY = 18, 48
"""Columns of the screen from which on the reason is shown, and those that it has before there are bars."""

GAP = "  "

LONG = 1.0
"""Seconds from which on a tenth of a millisecond is not shown."""

EIGHTHS = " ▏▎▍▌▋▊▉█"


class StrategyChart(LinesView):
    """One line for each way; the cursor chooses the one whose code is shown."""

    FIXED_LINES = 1

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "strategy-chart--header",
        "strategy-chart--bar",
        "strategy-chart--failed",
        "strategy-chart--recommended",
        "strategy-chart--cursor",
    }

    DEFAULT_CSS = """
    StrategyChart {
        & > .strategy-chart--header { color: $muted-on-background; }
        & > .strategy-chart--bar { color: $accent-on-background; }
        & > .strategy-chart--failed { color: $error-on-background; }
        & > .strategy-chart--recommended { color: $success-on-background; text-style: bold; }
        & > .strategy-chart--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("down,j", "step(1)"),
        ("up,k", "step(-1)"),
        ("home,g", "step(-100)"),
        ("end,G", "step(100)"),
    ]

    comparison: reactive[Comparison | None] = reactive(None, init=False)
    """The comparison shown, with its measurements so far; frozen."""

    recommended: reactive[LoadMethod | None] = reactive(None)
    """Which way is recommended, once there is one."""

    chosen: reactive[LoadMethod | None] = reactive(None)
    """The way that the cursor is on; None while it stays on the best."""

    is_measuring: reactive[bool] = reactive(False)
    """Whether more measurements are to come."""

    _measuring: object = None
    """A token of the measurement under way."""

    @property
    def ranked(self) -> tuple[Measurement, ...]:
        """All measurements, the best first."""
        return () if self.comparison is None else self.comparison.ranked(self.recommended)

    @property
    def number(self) -> int:
        """Which line the cursor is on."""
        ways = [measured.way for measured in self.ranked]
        return ways.index(self.chosen) if self.chosen in ways else 0

    @property
    def current(self) -> Measurement | None:
        """The measurement of the way that the cursor is on."""
        return self.ranked[self.number] if self.ranked else None

    @contextmanager
    def measuring(self) -> Iterator[None]:
        """Show that more is to come inside the block; one that was stopped may end when the next has begun."""
        self.is_measuring, self._measuring = True, (mine := object())
        try:
            yield
        finally:
            if self._measuring is mine and self.is_attached:
                self.is_measuring = False

    def action_step(self, by: int) -> None:
        """Go to another way."""
        if self.ranked:
            number = max(0, min(self.number + by, self.line_count() - 1))
            self.chosen = self.ranked[number].way
            self.scroll_line_into_view(number)

    def watch_recommended(self) -> None:
        """Redraw with the recommended way marked, at the top."""
        self.refresh()

    def watch_comparison(self) -> None:
        """Show new measurements, or another comparison."""
        self.virtual_size = Size(0, self.line_count())
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  Textual's own
        """Return the height of all lines and the header."""
        return self.FIXED_LINES + self.line_count()

    def line_count(self) -> int:
        """Return the number of ways."""
        return 0 if self.comparison is None else len(self.comparison.measurements)

    def line_at(self, y: int) -> Strip:
        """Return the strip of the header, or of one way."""
        if self.comparison is None:
            return Strip.blank(self.size.width)
        text = self._header() if y < 0 else self._line(self.comparison, self.ranked[y])
        text.truncate(self._width, overflow="ellipsis")
        strip = Strip(text.render(self.app.console, end="")).adjust_cell_length(self._width)
        return restyle(strip, 0, NAME_WIDTH, self._style("cursor")) if y == self.number else strip

    def _header(self) -> Text:
        heads = [" " * NAME_WIDTH, f"{'stmts':>{SENT_WIDTH}}", " " * self._bar_room, f"{'time':>{TIME_WIDTH}}"]
        heads += [f"{'min … max':^{SPREAD_WIDTH}}" if self._has_spread else "", f"{'rows':>{ROWS_WIDTH}}"]
        line = "".join([*heads, f"{GAP}why" if self._has_why else ""])
        return Text.assemble((line, self._style("header")), no_wrap=True)

    def _line(self, comparison: Comparison, measured: Measurement) -> Text:
        is_best = measured.way is self.recommended
        name = set_cell_size(("★ " if is_best else "  ") + measured.way.title, NAME_WIDTH)
        line = Text.assemble((name, self._style("recommended") if is_best else ""), no_wrap=True)
        if not measured.runs:
            line.append(" " * (SENT_WIDTH + self._bar_room) + f"{'…' if self.is_measuring else 'not measured':>10}")
        else:
            line.append(f"{measured.last.statements:>{SENT_WIDTH},}")
        if measured.works:
            line.append(self._bar(comparison, measured), self._style("bar"))
            line.append(self._figures(measured))
        elif measured.runs:
            line.append(f"{GAP}✗ {measured.last.error}", self._style("failed"))
        if self._has_why:
            line.append(" " * (self._before_why - line.cell_len) + GAP + why(comparison, measured))
        return line

    def _figures(self, measured: Measurement) -> str:
        """Return time, spread and rows, as far as there is room."""
        least, most = (_ms(seconds) for seconds in measured.spread)
        spread = f"{least:>6} … {most:<6}" if measured.counted else "warm-up"
        spread = f"{spread:^{SPREAD_WIDTH}}" if self._has_spread else ""
        return f"{_ms(measured.seconds):>{TIME_WIDTH - 3}} ms{spread}{measured.last.rows:>{ROWS_WIDTH},}"

    def _bar(self, comparison: Comparison, measured: Measurement) -> str:
        """Return the bar, as long as the time is in relation to that of the slowest way that works."""
        counted = [other.seconds for other in comparison.measurements if other.works and other.counted]
        if not self._bar_room or not measured.counted:
            return " " * self._bar_room
        eighths = max(1, round((self._bar_room - 1) * 8 * measured.seconds / max(counted)))
        return f" {EIGHTHS[8] * (eighths // 8)}{EIGHTHS[eighths % 8].strip()}".ljust(self._bar_room)

    @property
    def _width(self) -> int:
        """The width without the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def _has_spread(self) -> bool:
        """Whether there is room for the shortest and the longest time."""
        return self._width >= FIGURES_WIDTH + SPREAD_WIDTH + WHY

    @property
    def _bar_room(self) -> int:
        """The columns for bars, with one before them; 0 where there is no room for any."""
        room = min(MOST_BAR, self._width - FIGURES_WIDTH - SPREAD_WIDTH - WHY)
        return room if room > LEAST_BAR else 0

    @property
    def _before_why(self) -> int:
        """The columns before the reason."""
        return FIGURES_WIDTH + self._bar_room + (SPREAD_WIDTH if self._has_spread else 0)

    @property
    def _has_why(self) -> bool:
        """Whether there is room for the reason."""
        return self._width - self._before_why >= LEAST_WHY

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"strategy-chart--{name}", partial=True)


def _ms(seconds: float) -> str:
    """Return seconds as milliseconds, in at most six characters."""
    return f"{seconds * 1000:.{1 if seconds < LONG else 0}f}"
