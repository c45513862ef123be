"""Tell how one came to a row, as steps that can be clicked."""

from collections.abc import Sequence

from textual.content import Content
from textual.style import Style


SEPARATOR = " › "
LEFT_OUT = "…"


def breadcrumb(steps: Sequence[str], width: int) -> Content:
    """Return the steps in that width: of too many, the first are left out. A click runs `go_up_to` with its number."""
    first = 0
    while first < len(steps) - 1 and len(_joined(steps, first)) > width:
        first += 1
    parts: list[Content] = [] if not first else [Content(LEFT_OUT)]
    for number, step in list(enumerate(steps, start=1))[first:]:
        parts.append(Content(step).stylize(Style.from_meta({"@click": f"go_up_to({number})"})))
    return Content(SEPARATOR).join(parts)


def _joined(steps: Sequence[str], first: int) -> str:
    return SEPARATOR.join([LEFT_OUT, *steps[first:]] if first else steps)
