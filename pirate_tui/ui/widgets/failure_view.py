"""Show an access that raised: the raw traceback first, or its explanation."""

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.geometry import Size
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import ContentSwitcher, Static

from pirate_tui.domain.failure import Failure
from pirate_tui.domain.outline import Path
from pirate_tui.domain.remedy import Remedy
from pirate_tui.ui.widgets.text_pane import TextPane


TRY_IT = "u ⏎ toggles await · s ⏎ eager-loads, then the plain access works"
"""A hint how to try the remedies."""

ROOMY = 14
"""The number of lines from which the topics are separated by empty ones."""


class ExplanationView(TextPane):
    """The explained side: why it raised, what helps and what does not; one remedy is chosen."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "explanation--topic",
        "explanation--code",
        "explanation--chosen",
        "explanation--ineffective",
    }

    DEFAULT_CSS = """
    ExplanationView {
        & > .explanation--topic { color: $accent-on-background; text-style: bold; }
        & > .explanation--code { color: $primary-on-background; text-style: bold; }
        & > .explanation--chosen { text-style: reverse; }
        & > .explanation--ineffective { color: $muted-on-background; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [("down,j", "choose(1)"), ("up,k", "choose(-1)")]

    failure: reactive[Failure | None] = reactive(None, init=False)
    """What is explained."""

    chosen: reactive[int] = reactive(0, init=False)
    """The number of the remedy that would be copied."""

    def watch_failure(self) -> None:
        """Explain another failure from its first remedy on."""
        self.set_reactive(ExplanationView.chosen, 0)
        self.lay_out()
        self.scroll_home(animate=False)

    def watch_chosen(self) -> None:
        """Mark the chosen remedy, and bring it into view; beyond the last one, the rest."""
        self.lay_out()
        marked = next((y for y in range(self.line_count()) if self.text_at(y).startswith("▶")), 0)
        self.scroll_line_into_view(min(marked + 1, self.line_count() - 1))
        self.scroll_line_into_view(marked)

    def action_choose(self, by: int) -> None:
        """Choose another remedy; at the last one, and where there is none, scroll to what follows."""
        last = 0 if self.failure is None else len(self.failure.remedies) - 1
        before, self.chosen = self.chosen, max(0, min(self.chosen + by, last))
        if self.chosen == before:
            self.scroll_relative(y=by, animate=False)

    def text_in(self, size: Size) -> list[Text]:
        """Return all topics, separated by empty lines where there is room."""
        if self.failure is None:
            return []
        failure = self.failure
        sections = (
            ("Why", [Text(failure.cause)]),
            ("Fixes  (↑ ↓ select, y copies)", self._remedies(failure.remedies)),
            ("What won't fix it", self._ineffective(failure.ineffective)),
            ("Where the traceback misleads", [Text(failure.where)] if failure.where else []),
            ("Try it here", [Text(TRY_IT)]),
            ("Error", [Text(f"{failure.name} at  {failure.code}"), Text(failure.kind)]),
            ("Statement that was never sent", [Text(line) for line in failure.statement]),
            ("Documentation", [Text(failure.link)]),
        )
        between = [Text()] if size.height >= ROOMY else []
        lines: list[Text] = []
        for topic, body in sections:
            if body:
                lines += [*(between if lines else ()), Text(topic, "explanation--topic"), *body]
        return lines

    def _remedies(self, remedies: Sequence[Remedy]) -> list[Text]:
        lines = []
        for number, remedy in enumerate(remedies):
            is_chosen = number == self.chosen
            line = Text.assemble("▶ " if is_chosen else "  ", (remedy.code, "explanation--code"))
            if is_chosen:
                line.stylize("explanation--chosen", len("▶ "))
            lines.append(line)
            lines.append(Text(f"    {remedy.reason}"))
        return lines

    @staticmethod
    def _ineffective(remedies: Sequence[Remedy]) -> list[Text]:
        style = "explanation--ineffective"
        return [line for remedy in remedies for line in (Text(f"✗ {remedy.code}", style), Text(f"    {remedy.reason}"))]


class Traceback(TextPane):
    """The raw side: the traceback verbatim, with the frames of the model's own code marked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"traceback--own"}

    DEFAULT_CSS = """
    Traceback {
        & > .traceback--own { color: $primary-on-background; text-style: bold; }
    }
    """

    def show(self, failure: Failure) -> None:
        """Show a failure's traceback, from its beginning."""
        styles = ["traceback--own" if y in failure.own else "" for y in range(len(failure.raw))]
        self.set_text([Text(line, style, no_wrap=True) for line, style in zip(failure.raw, styles, strict=True)])
        self.scroll_home(animate=False)


class FailureView(Vertical):
    """The failure that is shown: its headline, and below that either the traceback or the explanation."""

    DEFAULT_CSS = """
    FailureView {
        border: round $error;
        border-title-color: $error-on-background;
        border-subtitle-color: $error-on-background;
        & > #headline { height: auto; max-height: 4; color: $error-on-background; text-style: bold; }
        & > #own-line { height: 1; color: $muted-on-background; }
        & > ContentSwitcher { height: 1fr; }
        &.-explained > #own-line { display: none; }
    }
    """

    failure: reactive[Failure | None] = reactive(None, init=False)
    """What is shown; frozen."""

    access: reactive[str] = reactive("")
    """How it was accessed, and by which loader strategy: kept for the title, since both can change later."""

    is_explained: reactive[bool] = reactive(default=False, init=False)
    """Whether the explained side is shown."""

    is_shown: reactive[bool] = reactive(default=False, init=False, repaint=False)
    """Whether there is a failure to show. The screen makes room for it."""

    def __init__(self) -> None:
        super().__init__()
        self.path: Path = ()
        """The path of the relationship whose access failed; empty for another access."""
        self.origin: Widget | None = None
        """The widget that had the focus at the access, and gets it back when the failure is dismissed."""

    def show(self, failure: Failure, access: str, path: Path, origin: Widget | None) -> None:
        """Show a failure, and take the focus; without an origin, the previous one gets it back."""
        self.origin = origin or self.origin
        self.path, self.access, self.failure = path, access, failure
        self.is_shown = True
        self.pane.focus()

    def dismiss(self) -> None:
        """Hide the failure, and give the focus back."""
        if self.is_shown:
            self.path = ()
            self.is_shown = False
            if self.origin is not None:
                self.origin.focus()

    def compose(self) -> ComposeResult:
        """Compose the pinned lines above, and the two sides below."""
        yield Static(id="headline", markup=False)
        yield Static(id="own-line", markup=False)
        with ContentSwitcher(initial="raw"):
            yield Traceback(id="raw")
            yield ExplanationView(wrap=True, id="explained").data_bind(FailureView.failure)

    @property
    def pane(self) -> TextPane:
        """The side that is shown."""
        return self.query_one("#explained" if self.is_explained else "#raw", TextPane)

    @property
    def clipboard_text(self) -> tuple[str, str]:
        """What copying takes, its name and its text: the whole traceback, or the chosen remedy."""
        if self.failure is None:
            return "nothing", ""
        if self.is_explained and self.failure.remedies:
            return "the fix", self.failure.remedies[self.query_one(ExplanationView).chosen].code
        if self.is_explained:
            return "the explanation", f"{self.failure.summary}\n{self.failure.cause}"
        return "the traceback", "\n".join(self.failure.raw)

    def watch_failure(self, failure: Failure | None) -> None:
        """Show another failure, raw first."""
        if failure is None:
            return
        self.query_one("#own-line", Static).update(Text(_own_line(failure)))
        self.query_one(Traceback).show(failure)
        self.is_explained = False
        self._retitle()

    def watch_is_explained(self) -> None:
        """Turn to the other side."""
        had_focus = self.has_focus_within
        self.set_class(self.is_explained, "-explained")
        self.query_one(ContentSwitcher).current = "explained" if self.is_explained else "raw"
        if had_focus:
            self.pane.focus()
        self._retitle()

    def _retitle(self) -> None:
        if self.failure is not None:
            side, headline = "raw traceback", _headline(self.failure)
            if self.is_explained:
                side, headline = "explained", self.failure.summary
            self.query_one("#headline", Static).update(Text(headline))
            self.border_title = Text(f"{self.failure.attribute} of {self.failure.instance} · {self.access} · {side}")
            self.border_subtitle = f"t {'raw' if self.is_explained else 'explained'} · y copy · / search · esc close"


def _own_line(failure: Failure) -> str:
    """Describe where the user's line is in the traceback, and how many frames are of the model's code."""
    line = failure.own_line
    others = sum(failure.raw[y].startswith("  File ") for y in failure.own) - 1
    models = f", {others} more in your code" if others > 0 else ""
    line_text = f"your line: {failure.code}"
    if failure.returned is not None:
        line_text += f"  returned {failure.returned}: its code caught this error"
    return f"{line_text}   (line {line + 1} of {len(failure.raw)} below{models})"


def _headline(failure: Failure) -> str:
    """Return the exception's first and last line: its message, and the link to its documentation."""
    first, *others = failure.headline
    return f"{first}\n{others[-1]}" if others else first
