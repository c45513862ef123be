"""Show the statement log: what was sent, at what cost, and whose access caused it."""

from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.style import Style
from rich.text import Text
from textual.binding import BindingType
from textual.geometry import Size
from textual.reactive import reactive
from textual.strip import Strip

from pirate_tui.domain.statements import Statement, StatementStatus
from pirate_tui.domain.text import plural
from pirate_tui.ui.widgets.text_pane import SearchableView


KEPT = 1_000
"""How many statements the log keeps; older ones are dropped, their numbers are not used again."""

FIGURES_WIDTH = 28
"""Columns of the screen for the number, the time and the rows, beside statement and cause."""


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
        ("down,j", "choose(1)"),
        ("up,k", "choose(-1)"),
        ("enter", "unfold"),
        ("home,g", f"choose(-{KEPT})"),
        ("end,G", f"choose({KEPT})"),
    ]

    unfolded: reactive[bool] = reactive(default=False, init=False)
    """Whether the chosen statement is shown whole."""

    def __init__(self) -> None:
        super().__init__()
        self._statements: dict[int, Statement] = {}
        self._numbers: list[int] = []
        """The numbers of the statements, listed once for each change: every drawn line needs them."""
        self._seconds = 0.0
        self._sent = 0
        self._causes = 0
        self._chosen: int | None = None

    def on_mount(self) -> None:
        """Show the title of the empty log."""
        self._reshape()

    def record(self, statement: Statement) -> None:
        """Add a statement, or update the one of its number."""
        before = self._statements.get(statement.number)
        self._seconds += (statement.seconds or 0.0) - ((before.seconds or 0.0) if before else 0.0)
        self._sent += statement.times - (before.times if before else 0)
        self._statements[statement.number] = statement
        self._causes = max(self._causes, cell_len(statement.cause + _times(statement)))
        if len(self._statements) > KEPT:
            del self._statements[next(iter(self._statements))]
        self._reshape()

    @property
    def statement(self) -> Statement | None:
        """The chosen statement; the newest until one is chosen."""
        number = self._chosen if self._chosen in self._statements else next(reversed(self._statements), None)
        return None if number is None else self._statements[number]

    @property
    def clipboard_text(self) -> tuple[str, str]:
        """What copying takes, its name and its text: the chosen statement."""
        return "the statement", "" if self.statement is None else self.statement.text

    def action_choose(self, by: int) -> None:
        """Go to another statement; at the newest, follow what comes."""
        if self.statement is not None:
            last = len(self._statements) - 1
            there = max(0, min(self._index + by, last))
            self._chosen = None if there == last else self._numbers[there]
            self._reshape()

    def action_unfold(self) -> None:
        """Show the chosen statement whole, or as a line again."""
        self.unfolded = not self.unfolded
        self._reshape()

    def line_count(self) -> int:
        """Return the number of lines: one for each statement, and those of the unfolded one."""
        return len(self._statements) + len(self._details)

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
        """The place of the chosen statement among those that are kept."""
        if self._chosen in self._statements:
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

    def _reshape(self) -> None:
        self._numbers = list(self._statements)
        # What is loaded may load more by itself, for fewer rows: what was requested is the largest of the newest.
        repeated = [statement for statement in reversed(self._statements.values()) if _is_n_plus_1(statement)]
        newest = [statement for statement in repeated if statement.parents == repeated[0].parents]
        requested = max(newest, key=lambda statement: statement.times, default=None)
        n_plus_1 = f" · {_n_plus_1(requested)}" if requested else ""
        self.border_title = Text(f"Statements · {self._sent:,} · {self._seconds * 1000:.1f} ms{n_plus_1}")
        widest = max((detail.cell_len for detail in self._details), default=0)
        self.virtual_size = Size(widest, self.line_count())
        self.find_again()
        if self._statements:
            self.scroll_line_into_view(self._index + len(self._details))
            self.scroll_line_into_view(self._index)
        self.refresh()

    def _line(self, statement: Statement) -> Text:
        is_chosen = statement is self.statement and self.has_focus
        room = max(20, self.scrollable_content_region.width - FIGURES_WIDTH - self._causes)
        return Text.assemble(
            (f"{statement.number:>3} ", self._style("chosen") if is_chosen else ""),
            self._summary(statement, room),
            (_figures(statement), self._style("failed") if _went_wrong(statement) else ""),
            (f"  {statement.cause}{_times(statement)}", self._style("cause")),
        )

    def _summary(self, statement: Statement, room: int) -> Text:
        """Return the statement on one line, with its parameters, in exactly that many columns."""
        parameters = f"  [{statement.parameters}]" if statement.parameters else ""
        summary = Text(_fit(statement.summary, max(room // 2, room - cell_len(parameters))))
        summary.append(_fit(parameters, room - summary.cell_len), self._style("parameters"))
        summary.pad_right(room - summary.cell_len)
        return summary

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"statement-log--{name}", partial=True)


def _is_n_plus_1(statement: Statement) -> bool:
    """Whether it is the same load, repeated, that one statement could have done."""
    return statement.times > 1 and bool(statement.option)


def _n_plus_1(statement: Statement) -> str:
    """Describe an N+1. Parents that share what is loaded need fewer statements than there are parents."""
    rows = f" for {plural(statement.parents, 'row')}" if statement.parents else ""
    return f"N+1: {plural(statement.times, 'statement')}{rows}, fixed by {statement.option}"


def _went_wrong(statement: Statement) -> bool:
    return statement.outcome in {StatementStatus.FAILED, StatementStatus.NEVER_SENT}


def _times(statement: Statement) -> str:
    return f" x {statement.times:,}" if statement.times > 1 else ""


def _figures(statement: Statement) -> str:
    if statement.seconds is None:
        return f"{statement.outcome.value:>21}"
    rows = statement.outcome.value if statement.rows is None else plural(statement.rows, "row")
    return f"{statement.seconds * 1000:8.1f} ms {rows:>9}"


def _fit(text: str, width: int) -> str:
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""
