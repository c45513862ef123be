"""Show the plans of statements, with the full scans that want an index marked in words and in colour."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.text import Text
from textual.geometry import Size

from pirate_tui.domain.comparing import LoadMethod
from pirate_tui.domain.plan import PlanStep, StatementPlan, summary
from pirate_tui.ui.widgets.text_pane import TextPane


class PlanView(TextPane):
    """The plans of what one way of loading sends."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"plan-view--statement", "plan-view--wants-index", "plan-view--note"}

    DEFAULT_CSS = """
    PlanView {
        height: auto;
        max-height: 100%;
        border: round $border-blurred;
        border-title-color: $muted-on-background;
        scrollbar-size: 1 1;
        &:focus { border: round $border; border-title-color: $primary-on-background; }
        & > .plan-view--statement { text-style: bold; }
        & > .plan-view--wants-index { color: $error-on-background; text-style: bold; }
        & > .plan-view--note { color: $muted-on-background; }
    }
    """

    way: LoadMethod | None = None
    """Whose plans are shown; None while none are."""

    plans: Sequence[StatementPlan] = ()
    """The plans that are shown."""

    @property
    def copied(self) -> str:
        """What is copied: each statement whole, with its plan."""
        return "\n".join(line for plan in self.plans for line in plan.lines)

    def show(self, way: LoadMethod, plans: Sequence[StatementPlan]) -> None:
        """Show the plans of a way."""
        self.way, self.plans = way, plans
        self.set_title(f"plan of {way.title} · {summary(plans)}")
        self.set_text([line for plan in plans for line in _lines(plan)])
        self.scroll_home(animate=False)
        self.refresh(layout=True)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:  # noqa: ARG002  Textual's own
        """Return the height of all lines, wrapped to the width."""
        return len(self.wrapped(self.text_in(Size(width, 0)), width))


def _lines(plan: StatementPlan) -> Iterator[Text]:
    yield Text(plan.title, "plan-view--statement")
    for step in plan.steps:
        yield from _step_lines(step)
    if plan.problem:
        yield Text(f"  {plan.problem}", "plan-view--note")


def _step_lines(step: PlanStep) -> Iterator[Text]:
    style = "plan-view--wants-index" if step.wants_index else ""
    yield Text(f"  {step.text}", style)
    if step.remark:
        indent = len(step.text) - len(step.text.lstrip())
        yield Text(f"  {' ' * indent}↑ {step.remark}", style or "plan-view--note")
