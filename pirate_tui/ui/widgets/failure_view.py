"""Show an access that raised: what can be done about it, with the raw traceback beside or below it."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Static

from pirate_tui.domain.access import AccessMode
from pirate_tui.domain.failure import Failure
from pirate_tui.domain.loading import FailedAccess, LiveTrial, LoaderStrategy
from pirate_tui.domain.outline import Path
from pirate_tui.ui.focus import has_focus
from pirate_tui.ui.keymap import keymap_of
from pirate_tui.ui.widgets.explanation_view import ExplanationView
from pirate_tui.ui.widgets.text_pane import TextPane
from pirate_tui.ui.widgets.titled import Titled


class Traceback(TextPane):
    """The traceback verbatim, scrolled to the user's own frame, with the frames of the user's code marked."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"traceback--own"}

    DEFAULT_CSS = """
    Traceback {
        & > .traceback--own { color: $primary-on-background; text-style: bold; }
    }
    """

    failed: reactive[FailedAccess | None] = reactive(None, init=False)
    """Whose traceback is shown."""

    def watch_failed(self, failed: FailedAccess | None) -> None:
        """Show another traceback."""
        if failed is not None:
            failure = failed.failure
            styles = ["traceback--own" if y in failure.own else "" for y in range(len(failure.raw))]
            self._is_at_frame = False
            self.set_text([Text(line, style, no_wrap=True) for line, style in zip(failure.raw, styles, strict=True)])

    def lay_out(self) -> None:
        """Lay out the text; a new one is scrolled to the user's frame as soon as the panel has a size."""
        super().lay_out()
        if self.failed is not None and self.size and not self._is_at_frame:
            self._is_at_frame = True
            self.scroll_to(y=max(0, self.failed.failure.own_line - 1), animate=False, immediate=True, force=True)

    _is_at_frame = False
    """Whether it was scrolled to the user's frame."""


class FailureView(Vertical, Titled):
    """The failure that is shown: the explanation, and the traceback beside it where the terminal is wide."""

    DEFAULT_CSS = """
    FailureView {
        border-top: solid $error;
        border-title-color: $error-on-background;
        & > #explanation { height: 3fr; }
        & > #raw { height: 1fr; min-height: 3; }
        & #traceback-title { height: 1; color: $muted-on-background; }
        & #traceback { height: 1fr; }
        &.-traceback-alone > #explanation { display: none; }
        &.-fixed {
            border-top: solid $success;
            border-title-color: $success-on-background;
        }
    }
    """

    failed: reactive[FailedAccess | None] = reactive(None, init=False)
    """What is shown; frozen."""

    access: reactive[str] = reactive("")
    """How it was accessed, and by which loader strategy: kept for the title, since both can change later."""

    is_traceback_alone: reactive[bool] = reactive(default=False, init=False)
    """Whether the traceback fills the panel; kept from one failure to the next."""

    is_shown: reactive[bool] = reactive(default=False, init=False, repaint=False)
    """Whether there is a failure to show. The screen makes room for it."""

    def __init__(self) -> None:
        super().__init__()
        self.path: Path = ()
        """The path of the relationship whose access failed; empty for another access."""
        self.origin: Widget | None = None
        """The widget that had the focus at the access, and gets it back when the failure is dismissed."""
        self.is_outdated = False
        """Whether the instance has been brought into another state since."""

    @property
    def failure(self) -> Failure | None:
        """What it raised, explained."""
        return None if self.failed is None else self.failed.failure

    def show(self, failed: FailedAccess, access: str, path: Path, origin: Widget | None) -> None:
        """Show a failure, and take the focus; without an origin, the previous one gets it back."""
        self.origin = origin or self.origin
        self.path, self.access, self.failed, self.is_outdated = path, access, failed, False
        self.remove_class("-fixed")
        self.is_shown = True
        self.pane.focus()

    def can_try(self, mode: AccessMode, strategy: LoaderStrategy) -> bool:
        """Whether there is a fix to try, and the access would be made again just as it was."""
        failed = self.failed
        is_same = failed is not None and not self.is_outdated and (failed.mode, failed.strategy) == (mode, strategy)
        return is_same and self.explanation.fix is not None

    def show_trial(self, trial: LiveTrial) -> None:
        """Show the result of a fix."""
        if self.explanation.show_trial(trial):
            self.set_class(trial.helps, "-fixed")

    def dismiss(self) -> None:
        """Hide the failure, and give the focus back."""
        if self.is_shown:
            self.path = ()
            self.is_shown = False
            if self.origin is not None:
                self.origin.focus()

    def compose(self) -> ComposeResult:
        """Compose the explanation and the traceback."""
        yield ExplanationView(wrap=True, id="explanation").data_bind(FailureView.failed)
        with Vertical(id="raw"):
            yield Static(id="traceback-title", markup=False)
            yield Traceback(id="traceback").data_bind(FailureView.failed)

    @property
    def explanation(self) -> ExplanationView:
        """The panel with the fixes."""
        return self.query_one(ExplanationView)

    @property
    def traceback(self) -> Traceback:
        """The panel with the traceback."""
        return self.query_one(Traceback)

    @property
    def pane(self) -> TextPane:
        """The panel that is used first: the explanation, unless the traceback is alone."""
        return self.traceback if self.is_traceback_alone else self.explanation

    @property
    def clipboard_text(self) -> tuple[str, str]:
        """What copying takes, its name and its text: the whole traceback where that has the focus, or the fix."""
        if self.failure is None:
            return "nothing", ""
        if self.is_traceback_alone or has_focus(self.traceback):
            return "the traceback", "\n".join(self.failure.raw)
        if self.explanation.fix is not None:
            return "the fix", self.explanation.fix.code
        return "the explanation", f"{self.failure.summary}\n{self.failure.cause}"

    def watch_failed(self, failed: FailedAccess | None) -> None:
        """Show another failure."""
        if failed is not None:
            self.query_one("#traceback-title", Static).update(Text(_traceback_title(failed.failure), no_wrap=True))
            self._retitle()

    def watch_access(self) -> None:
        """Show how it was accessed."""
        self._retitle()

    def watch_is_traceback_alone(self) -> None:
        """Give the traceback the whole panel, or show the explanation again."""
        had_focus = self.has_focus_within
        self.set_class(self.is_traceback_alone, "-traceback-alone")
        if had_focus:
            self.pane.focus()
        self._retitle()

    def _retitle(self) -> None:
        if self.failure is not None:
            keys = "{/} search · {t} fixes" if self.is_traceback_alone else "{⏎} try the fix · {t} traceback"
            title = f"{self.failure.attribute} of {self.failure.instance} · {self.access}"
            self.set_title(title, keymap_of(self).in_hint(f"{keys} · {{esc}} close"))


def _traceback_title(failure: Failure) -> str:
    """Say where the user's line is in the traceback, and how many more frames are of the user's code."""
    others = sum(failure.raw[y].startswith("  File ") for y in failure.own) - 1
    more = f", {others} more in your code" if others > 0 else ""
    return f"{failure.raw[0].removesuffix(':')} · your line is {failure.own_line + 1} of {len(failure.raw)}{more}"
