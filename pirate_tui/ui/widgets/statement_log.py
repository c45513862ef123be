"""Show the statement log: what was sent, at what cost, and whose access caused it."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip

from pirate_tui.domain.statements import Statement, StatementOrigin, StatementStatus
from pirate_tui.domain.text import plural
from pirate_tui.ui.commands import BindingScope, bindings
from pirate_tui.ui.widgets.text_pane import SearchableView


KEPT = 1_000
"""How many statements of each kind the log keeps; older ones are dropped, their numbers are not used again."""

NUMBER_WIDTH = 4
"""Columns of the screen for the number."""

NARROW = 100
"""The width below which a line has no column of rows, and the cause only what the statements leave."""

LEAST_CAUSE = 24
"""The fewest columns of the screen in which causes are shown: `PirateCrew.members x 40`."""

CAUSE_SHARE = 3
"""The share of the rest that causes take at most is one in so many: the statement gets what is left."""

GAP = "  "
"""Before the cause."""


class LogContent(Enum):
    """What the log shows."""

    MODELS = "of the models"
    ALL = "of the models and the browser"
    NOTHING = "off"

    @property
    def next(self) -> "LogContent":
        """What is shown after it."""
        order = list(LogContent)
        return order[(order.index(self) + 1) % len(order)]


class StatementLog(SearchableView):
    """One line for each statement; the chosen one can be unfolded, its parameters apart."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "statement-log--cause",
        "statement-log--parameters",
        "statement-log--failed",
        "statement-log--chosen",
    }

    DEFAULT_CSS = """
    StatementLog {
        & > .statement-log--cause { color: $accent-on-background; }
        & > .statement-log--parameters { color: $muted-on-background; }
        & > .statement-log--failed { color: $error-on-background; text-style: bold; }
        & > .statement-log--chosen { text-style: reverse; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(BindingScope.LOG),
        ("down,j", "choose(1)"),
        ("up,k", "choose(-1)"),
        ("home,g", f"choose(-{KEPT})"),
        ("end,G", f"choose({KEPT})"),
    ]

    content: reactive[LogContent] = reactive(LogContent.MODELS, init=False)
    """What is shown."""

    unfolded: reactive[bool] = reactive(default=False, init=False)
    """Whether the chosen statement is shown whole."""

    @dataclass
    class OriginRequested(Message):
        """The row or attribute that has sent a statement is to be gone to; None where that is not shown."""

        origin: StatementOrigin | None

    def __init__(self) -> None:
        super().__init__()
        self._statements: dict[int, Statement] = {}
        self._numbers: list[int] = []
        """The numbers of the statements shown, listed once for each change: every drawn line needs them."""
        self._seconds = {True: 0.0, False: 0.0}
        """The seconds of those of the browser, and of the others."""
        self._sent = {True: 0, False: 0}
        self._causes = 0
        """How wide the widest cause is."""
        self._widths: list[int] = []
        """How wide the statements are, in order."""
        self._chosen: int | None = None

    def on_mount(self) -> None:
        """Show the title of the empty log."""
        self._reshape()

    def record(self, statement: Statement) -> None:
        """Add a statement, or update the one of its number."""
        before, kind = self._statements.get(statement.number), statement.is_browsers
        self._seconds[kind] += (statement.seconds or 0.0) - ((before.seconds or 0.0) if before else 0.0)
        self._sent[kind] += statement.times - (before.times if before else 0)
        self._statements[statement.number] = statement
        if before is None and len(self._statements) > KEPT:
            same = [number for number, one in self._statements.items() if one.is_browsers is kind]
            for number in same[:-KEPT]:
                del self._statements[number]
        self._reshape(is_drawn=self.content is LogContent.ALL or not kind)  # every page sends some that are not

    def watch_content(self) -> None:
        """Show the statements of other kinds."""
        self._reshape()

    @property
    def statement(self) -> Statement | None:
        """The chosen statement; the newest until one is chosen."""
        return self._statements[self._numbers[self._index]] if self._numbers else None

    @property
    def clipboard_text(self) -> tuple[str, str]:
        """What copying takes, its name and its text: the chosen statement."""
        return "the statement", "" if self.statement is None else self.statement.text

    def action_choose(self, by: int) -> None:
        """Go to another statement; at the newest, follow what comes."""
        if self.statement is not None:
            last = len(self._numbers) - 1
            there = max(0, min(self._index + by, last))
            self._chosen = None if there == last else self._numbers[there]
            self._reshape()

    def action_go_to_origin(self) -> None:
        """Go to the row or attribute whose access has sent the chosen statement."""
        if self.statement is not None:
            self.post_message(self.OriginRequested(self.statement.origin))

    def action_unfold(self) -> None:
        """Show the chosen statement whole, or as a line again."""
        self.unfolded = not self.unfolded
        self._reshape()

    def line_count(self) -> int:
        """Return the number of lines: one for each statement, and those of the unfolded one."""
        return len(self._numbers) + len(self._details)

    def on_resize(self) -> None:
        """Cut the statements to the new width."""
        self._reshape()

    def draw(self, y: int) -> Strip:
        """Return the strip of a statement, or of a part of the unfolded one."""
        statement = self._statement_at(y)
        text = self._details[y - self._index - 1] if statement is None else self._line(statement)
        return Strip(text.render(self.app.console, end=""))

    def searchable_text(self, y: int) -> str:
        """Return all of a statement, its parameters and its cause."""
        statement = self._statement_at(y)
        if statement is None:
            return super().searchable_text(y)
        return f"{' '.join(statement.text.split())} {statement.parameters} {statement.cause}"

    def _statement_at(self, y: int) -> Statement | None:
        """Return the statement of a line; None for the details of the unfolded one."""
        within = y - self._index - 1
        if 0 <= within < len(self._details):
            return None
        return self._statements[self._numbers[y if within < 0 else y - len(self._details)]]

    @property
    def _index(self) -> int:
        """The place of the chosen statement among those that are shown."""
        if self._chosen is not None and self._chosen in self._numbers:
            return self._numbers.index(self._chosen)
        return len(self._numbers) - 1

    @property
    def _details(self) -> list[Text]:
        if not self.unfolded or self.statement is None:
            return []
        text = [Text(f"      {line}") for line in self.statement.text.split("\n")]
        parameters = f"      parameters: {self.statement.parameters or 'none'}"
        details = [*text, Text.assemble((parameters, self._style("parameters")))]
        if _is_n_plus_1(self.statement):
            details.append(Text(f"      {_n_plus_1(self.statement)}"))
        return details

    def _reshape(self, *, is_drawn: bool = True) -> None:
        """Update the title and, unless nothing has changed of what is drawn, the lines."""
        # What is loaded may load more by itself, for fewer rows: what was requested is the largest of the newest.
        repeated = [statement for statement in reversed(self._statements.values()) if _is_n_plus_1(statement)]
        newest = [statement for statement in repeated if statement.parents == repeated[0].parents]
        requested = max(newest, key=lambda statement: statement.times, default=None)
        self.set_title(
            f"Statements · {_totals(self._sent, self._seconds, self.content)}",
            _n_plus_1(requested) if requested else "",
        )
        if not is_drawn:
            return
        shows_all = self.content is LogContent.ALL
        shown = {number: one for number, one in self._statements.items() if shows_all or not one.is_browsers}
        self._numbers = list(shown)
        self._causes = max((cell_len(_cause(statement)) for statement in shown.values()), default=0)
        self._widths = sorted(cell_len(statement.summary) for statement in shown.values())
        widest = max((detail.cell_len for detail in self._details), default=0)
        self.virtual_size = Size(widest, self.line_count())
        self.find_again()
        if self._numbers:
            self.scroll_line_into_view(self._index + len(self._details))
            self.scroll_line_into_view(self._index)
        self.refresh()

    def _line(self, statement: Statement) -> Text:
        is_chosen = statement is self.statement and self.has_focus
        width = self.scrollable_content_region.width
        is_narrow = width < NARROW
        figures = _figures(statement, is_narrow=is_narrow)
        width = max(0, width - NUMBER_WIDTH - len(figures) - len(GAP) - 1)  # a column stays free at the end
        least = 0 if is_narrow else LEAST_CAUSE
        fitting = bisect_right(self._widths, width - least)
        widest = self._widths[fitting - 1] if fitting else 0
        causes = max(min(width // CAUSE_SHARE, width - widest), least)
        causes = min(self._causes, causes) if causes >= LEAST_CAUSE else 0
        room = max(20, width - causes)
        style = "failed" if _is_n_plus_1(statement) else "cause"
        return Text.assemble(
            (f"{statement.number:>3} ", self._style("chosen") if is_chosen else ""),
            self._summary(statement, room),
            (figures, self._style("failed") if _went_wrong(statement) else ""),
            (f"{GAP}{_fit(_cause(statement), causes)}", self._style(style)),
        )

    def _summary(self, statement: Statement, room: int) -> Text:
        """Return the statement on one line, and as far as there is room its parameters, in that many columns."""
        parameters = f"  [{statement.parameters}]" if statement.parameters else ""
        summary = Text(_fit(statement.summary, room))
        summary.append(_fit(parameters, room - summary.cell_len), self._style("parameters"))
        summary.pad_right(room - summary.cell_len)
        return summary

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"statement-log--{name}", partial=True)


def _totals(sent: Mapping[bool, int], seconds: Mapping[bool, float], content: LogContent) -> str:
    """Return how many statements were sent, and how long they took: those of the models, and the browser's own."""
    totals = f"{sent[False]:,} · {seconds[False] * 1000:.1f} ms"
    own = f"{sent[True]:,} of the browser"
    if content is LogContent.ALL:
        return f"{totals} · {own} · {seconds[True] * 1000:.1f} ms"
    return f"{totals} · L shows {own}" if sent[True] else totals


def _is_n_plus_1(statement: Statement) -> bool:
    """Whether it is the same load, repeated, that one statement could have done."""
    return statement.times > 1 and bool(statement.option)


def _n_plus_1(statement: Statement) -> str:
    """Describe an N+1. Parents that share what is loaded need fewer statements than there are parents."""
    rows = f" for {plural(statement.parents, 'row')}" if statement.parents else ""
    return f"N+1: {plural(statement.times, 'statement')}{rows}, fixed by {statement.option}"


def _went_wrong(statement: Statement) -> bool:
    return statement.outcome in {StatementStatus.FAILED, StatementStatus.NEVER_SENT}


def _cause(statement: Statement) -> str:
    """Return what caused it, how many times, and the option that would have saved all but one."""
    times = f" x {statement.times:,}" if statement.times > 1 else ""
    return f"{statement.cause}{times}{f' · fix: {statement.option}' if _is_n_plus_1(statement) else ''}"


def _figures(statement: Statement, *, is_narrow: bool) -> str:
    """Return how long it took and how many rows it gave, or what became of it; of these, one where it is narrow."""
    outcome = statement.outcome.value
    seconds = "" if statement.seconds is None else f"{statement.seconds * 1000:.1f} ms"
    if is_narrow:
        return f"{outcome if statement.rows is None else seconds:>10}"
    rows = outcome if statement.rows is None else plural(statement.rows, "row")
    return f"{seconds:>11} {rows:>9}" if seconds else f"{outcome:>21}"


def _fit(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""
