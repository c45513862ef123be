"""Explain an access that raised: the error, the line, what helps and what does not, before the details."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.text import Text
from textual.binding import BindingType
from textual.geometry import Size
from textual.reactive import reactive

from pirate_tui.domain.access import Verdict
from pirate_tui.domain.failure import Failure
from pirate_tui.domain.loading import Cost, FailedAccess, LiveTrial
from pirate_tui.domain.remedy import Remedy, TrialOutcome
from pirate_tui.ui.widgets.text_pane import TextPane


ROOMY = 16
"""The number of lines from which topics are separated by empty ones."""

ROOM_FOR_LINK = 13
"""The number of lines from which the link that ends the error's text is shown with its beginning."""

SIDE_BY_SIDE = Size(72, 12)
"""The size from which before and after are beside each other."""

LABEL = 12
"""The width of what stands before them."""

GAP = 3
"""The columns between a line of code and what is said of it."""


class ExplanationView(TextPane):
    """What can be done about a failure, most needed first; one fix is selected."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "explanation--error",
        "explanation--success",
        "explanation--topic",
        "explanation--code",
        "explanation--selected",
        "explanation--muted",
    }

    DEFAULT_CSS = """
    ExplanationView {
        & > .explanation--error { color: $error-on-background; text-style: bold; }
        & > .explanation--success { color: $success-on-background; text-style: bold; }
        & > .explanation--topic { color: $accent-on-background; text-style: bold; }
        & > .explanation--code { color: $primary-on-background; text-style: bold; }
        & > .explanation--selected { text-style: reverse; }
        & > .explanation--muted { color: $muted-on-background; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [("down,j", "choose(1)"), ("up,k", "choose(-1)")]

    failed: reactive[FailedAccess | None] = reactive(None, init=False)
    """What is explained."""

    trials: reactive[Mapping[int, LiveTrial]] = reactive(MappingProxyType({}), init=False)
    """The results of the fixes that were tried, by the numbers of the fixes."""

    selected: reactive[int] = reactive(0, init=False)
    """The number of the fix that is selected."""

    @property
    def fix(self) -> Remedy | None:
        """The selected fix; None where nothing helps."""
        return self._fixes[self.selected] if self._fixes else None

    @property
    def _fixes(self) -> tuple[Remedy, ...]:
        return () if self.failed is None else self.failed.failure.remedies

    def watch_failed(self) -> None:
        """Explain another failure, with its first fix selected."""
        self.set_reactive(ExplanationView.selected, 0)
        self.set_reactive(ExplanationView.trials, MappingProxyType({}))
        self.lay_out()
        self.scroll_home(animate=False)

    def show_trial(self, trial: LiveTrial) -> bool:
        """Show the result of a fix beside what was before, and return whether it is a fix of what is explained."""
        is_ours = self.failed is not None and trial.request in map(self.failed.with_fix, self._fixes)
        if is_ours:
            self.trials = MappingProxyType({**self.trials, self._fixes.index(trial.request.remedy): trial})
        return is_ours

    def watch_trials(self) -> None:
        """Show the newest result."""
        self.lay_out()
        self.scroll_home(animate=False)

    def watch_selected(self) -> None:
        """Mark the selected fix, and bring it into view."""
        self.lay_out()
        marked = next((y for y in range(self.line_count()) if self.text_at(y).startswith("▶")), 0)
        self.scroll_line_into_view(min(marked + 1, self.line_count() - 1))
        self.scroll_line_into_view(marked)

    def action_choose(self, by: int) -> None:
        """Select another fix; at the last one, and where there is none, scroll to what follows."""
        last = max(0, len(self._fixes) - 1)
        before, self.selected = self.selected, max(0, min(self.selected + by, last))
        if self.selected == before:
            self.scroll_relative(y=by, animate=False)

    def text_in(self, size: Size) -> list[Text]:
        """Return error, line and sentence, then all topics, with empty lines between where there is room."""
        if self.failed is None:
            return []
        failure, is_roomy, tried = self.failed.failure, size.height >= ROOMY, self.trials.get(self.selected)
        sentence, fixes = [Text(failure.summary)], list(self._fix_lines(size.width))
        head = [*_error(failure, with_link=size.height >= ROOM_FOR_LINK), _access(failure)]
        if tried is not None:
            head, sentence = [*_comparison(self.failed, tried, size)], []
        elif len(self.wrapped([*head, *sentence, *fixes[:1]], size.width)) >= size.height:  # the topic has a line, too
            head, fixes = [*head, *fixes], []
        ineffective = [line for remedy in failure.ineffective for line in _beside("✗ ", remedy, size.width)]
        sections = (
            ("Fixes", fixes),
            ("What won't fix it", ineffective),
            ("Why", [Text(failure.cause)]),
            ("Where the traceback misleads", [Text(failure.where)] if failure.where else []),
            ("Error", [*(_error(failure, with_link=True) if tried else ()), Text(failure.kind)]),
            ("Statement that was never sent", [Text(line) for line in failure.statement]),
            ("Documentation", [Text(failure.link)]),
        )
        lines = [*head, *sentence]
        for topic, body in sections:
            if body:
                lines += [*([Text()] if is_roomy else []), Text(topic, "explanation--topic"), *body]
        return lines

    def _fix_lines(self, width: int) -> Iterator[Text]:
        for number, fix in enumerate(self._fixes):
            is_selected, tried = number == self.selected, self.trials.get(number)
            mark = "▶ " if is_selected else "  "
            shown = fix if tried is None else fix._replace(reason=_outcome(tried))
            lines = _beside(mark, shown, width)
            lines[0].stylize("explanation--code", len(mark), len(mark) + len(fix.code))
            if is_selected:
                lines[0].stylize("explanation--selected", len(mark), len(mark) + len(fix.code))
            if tried is not None:
                lines[-1].stylize("explanation--success" if tried.helps else "explanation--error", -len(shown.reason))
            yield from lines


def _outcome(tried: LiveTrial) -> str:
    """Say what came of a fix in a few words."""
    reason = tried.trial.reason
    match tried.trial.outcome:
        case TrialOutcome.HELPS:
            return f"✓ helps · {_sent(tried.cost)}"
        case TrialOutcome.FAILS:
            return f"✗ does not help: {reason}"
        case TrialOutcome.NOT_PROVED | TrialOutcome.SKIPPED:
            return f"not tried: {reason}"


def _sent(cost: Cost) -> str:
    """Return the numbers of statements, as the table shows them; an instance that was at hand was not selected."""
    return f"select {cost.select} + access {cost.access}" if cost.select else f"access {cost.access}"


def _comparison(failed: FailedAccess, tried: LiveTrial, size: Size) -> Iterator[Text]:
    """Yield the same access before and after the fix, beside each other; below each other where it is small."""
    failure, fix, cost = failed.failure, tried.request.remedy, failed.cost
    was_tried = tried.trial.outcome in {TrialOutcome.HELPS, TrialOutcome.FAILS}
    yield Text.assemble(
        ("tried " if was_tried else "not tried ", "explanation--muted"), (fix.code, "explanation--code")
    )
    if not was_tried:
        yield Text(f"{tried.trial.reason}; {fix.reason}")
        return
    found = "" if tried.target is None else f", {len(tried.rows):,} {tried.target.name}"
    before = [f"✗ {failure.name}", failed.failure.verdict.value, _sent(cost)]
    after = [f"✓ no error{found}", Verdict.NONE.value, _sent(tried.cost)]
    if tried.is_replaced:
        after[:2] = ["✓ the fix runs in its place", "awaited"]
    elif not tried.helps:
        after[:2] = [f"✗ {tried.trial.reason}", failure.verdict.value]
    style = "explanation--success" if tried.helps else "explanation--error"
    if size.width < SIDE_BY_SIDE.width or size.height < SIDE_BY_SIDE.height:
        yield Text.assemble("before ", (" · ".join(before), "explanation--error"))
        yield Text.assemble("after  ", (" · ".join(after), style))
        return
    label_width = max(LABEL, cell_len(failure.code) + 2)
    column = (size.width - label_width) // 2
    yield Text(f"{'':{label_width}}{'before':{column}}after", "explanation--muted")
    for label, one, other in zip((failure.code, "verdict", "statements"), before, after, strict=True):
        yield Text.assemble(
            (f"{label:{label_width}}", "explanation--code" if label == failure.code else "explanation--muted"),
            (set_cell_size(one, column - 1) + " ", "explanation--error"),
            (other, style),
        )


def _error(failure: Failure, *, with_link: bool) -> Iterator[Text]:
    """Yield the exception's own text, as the traceback ends with it; of several lines the first and the last."""
    first, *others = failure.headline
    yield Text(first, "explanation--error")
    if others and with_link:
        yield Text(others[-1], "explanation--error")


def _access(failure: Failure) -> Text:
    """Return the user's line, and what it returned where code of the model has caught the error."""
    line = Text.assemble(("at ", "explanation--muted"), (failure.code, "explanation--code"))
    if failure.returned is not None:
        line.append(f"  returned {failure.returned}: its code caught this error")
    return line


def _beside(mark: str, remedy: Remedy, width: int) -> list[Text]:
    """Return a line of code with its reason beside it, or below it where the width does not hold both."""
    line = Text(f"{mark}{remedy.code}")
    if line.cell_len + GAP + cell_len(remedy.reason) <= width:
        return [line.append(f"{' ' * GAP}{remedy.reason}")]
    return [line, Text(f"    {remedy.reason}")]
