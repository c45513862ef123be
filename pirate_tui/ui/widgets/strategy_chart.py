"""Chart the ways of loading beside each other: time as a bar, statements, rows, and errors."""

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from pirate_tui.domain.comparing import Comparison, LoadMethod, Measurement
from pirate_tui.ui.widgets.lines_view import LinesView, restyle


NAME_WIDTH, LEAST_BAR, MOST_BAR = 23, 3, 40
"""Columns of the screen for a way's name and its bar."""

LOADED_WIDTH = 12
"""Columns of the screen for what was loaded."""

FIGURES_WIDTH = len(" 1234.5 ms 123.4 … 123.4")
"""Columns of the screen for the time and its spread."""

LONGEST_ERROR = "StatementError(MissingGreenlet)"
"""The longest error that is never cut; the reason why a way was stopped may be."""

LONG = 1.0
"""Seconds from which on a tenth of a millisecond is not shown."""

EIGHTHS = " ▏▎▍▌▋▊▉█"

HEADER = f" {'time':>9} {'min … max':^13} {'stmts':>5} {'rows':>7}  loaded"


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

    number: reactive[int] = reactive(0)
    """Which line the cursor is on."""

    is_measuring: reactive[bool] = reactive(False)
    """Whether more measurements are to come."""

    @property
    def current(self) -> Measurement | None:
        """The measurement of the way that the cursor is on."""
        return None if self.comparison is None else self.comparison.measurements[self.number]

    def action_step(self, by: int) -> None:
        """Go to another way."""
        self.number += by

    def validate_number(self, number: int) -> int:
        """Stay within the ways."""
        return max(0, min(number, self.line_count() - 1))

    def watch_number(self, number: int) -> None:
        """Scroll to the cursor."""
        self.scroll_line_into_view(number)
        self.refresh()

    def watch_recommended(self) -> None:
        """Redraw with the recommended way marked."""
        self.refresh()

    def watch_comparison(self) -> None:
        """Show new measurements, or another comparison."""
        self.virtual_size = Size(0, self.line_count())
        self.set_reactive(StrategyChart.number, self.validate_number(self.number))
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
        if y < 0:
            text = Text.assemble((" " * (NAME_WIDTH + self._bar_width + 1) + HEADER, self._style("header")))
        else:
            text = self._line(self.comparison, self.comparison.measurements[y])
        text.truncate(self._width)
        strip = Strip(text.render(self.app.console, end="")).adjust_cell_length(self._width)
        return restyle(strip, 0, NAME_WIDTH, self._style("cursor")) if y == self.number else strip

    def _line(self, comparison: Comparison, measured: Measurement) -> Text:
        is_chosen = measured.way is self.recommended
        mark = "★ " if is_chosen else "  "
        name = set_cell_size(mark + measured.way.title, NAME_WIDTH)
        line = Text.assemble((name, self._style("recommended") if is_chosen else ""), " ", no_wrap=True)
        if not measured.runs:
            return line.append(" " * self._bar_width + f" {'…' if self.is_measuring else 'not measured':>9}")
        counted = f" {measured.last.statements:>5,} {measured.last.rows:>7,}"
        if not measured.works:
            room = max(len(LONGEST_ERROR), self._bar_width + FIGURES_WIDTH)
            error = set_cell_size(measured.last.error, room)
            return line.append(error, self._style("failed")).append(counted)
        least, most = (_ms(seconds) for seconds in measured.spread)
        spread = f"{least:>5} … {most:<5}" if measured.counted else "warm-up"
        figures = f" {_ms(measured.seconds):>6} ms {spread}"
        loaded = f"  {measured.last.instances:,} {comparison.relationship.target}"
        bar = self._bar(comparison, measured) if measured.counted else ""
        line.append(bar.ljust(self._bar_width), self._style("bar"))
        return line.append(figures + counted + loaded)

    def _bar(self, comparison: Comparison, measured: Measurement) -> str:
        """Return the bar, as long as the time is in relation to that of the slowest way that works."""
        slowest = max(
            measurement.seconds for measurement in comparison.measurements if measurement.works and measurement.counted
        )
        eighths = max(1, round(self._bar_width * 8 * measured.seconds / slowest))
        return EIGHTHS[8] * (eighths // 8) + EIGHTHS[eighths % 8].strip()

    @property
    def _width(self) -> int:
        """The width without the scrollbar."""
        return self.scrollable_content_region.width

    @property
    def _bar_width(self) -> int:
        room = self._width - NAME_WIDTH - cell_len(HEADER) - 1 - LOADED_WIDTH + len("loaded")
        return max(LEAST_BAR, min(MOST_BAR, room))

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"strategy-chart--{name}", partial=True)


def _ms(seconds: float) -> str:
    """Return seconds as milliseconds, in at most six characters."""
    return f"{seconds * 1000:.{1 if seconds < LONG else 0}f}"
