"""Write an attribute for the inspector: one line for each, and details of the current one."""

from collections.abc import Callable, Sequence
from typing import TypeAlias, overload

from rich.cells import cell_len, set_cell_size
from rich.text import Text

from pirate_tui.domain.access import AttributeKind, AttributeSnapshot, AttributeState, Prediction, Verdict
from pirate_tui.domain.text import plural


LEAST_VALUE = 8
"""The least width of an attribute's value, in columns of the screen."""

LEAST_NAME = 12
"""The least width of the names, where some are longer."""

GAP = "  "
"""Between two columns."""

INDENT = "  "
"""Before a value on lines of its own."""

Wrapped: TypeAlias = Callable[[Sequence[Text], int], list[Text]]
"""Wraps lines to a width."""

CODE_MARK = "ƒ"
"""A mark after the name of an attribute that runs code of the model."""


class Lines(Sequence[Text]):
    """A line for each attribute, of which there may be thousands, made when it is looked at; details behind them."""

    def __init__(
        self, attributes: Sequence[AttributeSnapshot], make: Callable[[AttributeSnapshot], Text], details: list[Text]
    ) -> None:
        self._attributes = attributes
        self._make = make
        self._details = details

    def __len__(self) -> int:
        return len(self._attributes) + len(self._details)

    @overload
    def __getitem__(self, index: int) -> Text: ...
    @overload
    def __getitem__(self, index: slice) -> list[Text]: ...
    def __getitem__(self, index: int | slice) -> Text | list[Text]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        count = len(self._attributes)
        return self._make(self._attributes[index]) if index < count else self._details[index - count]


def attribute_line(attribute: AttributeSnapshot, widths: list[int], width: int) -> Text:
    """Return name, state, verdict, value: when the panel is narrow, the middle of long names and the value's end go."""
    line, value = _without_value(attribute, widths, width), Text(value_of(attribute))
    value.truncate(max(LEAST_VALUE, width - line.cell_len), overflow="ellipsis")
    return line + value


def attribute_lines(attribute: AttributeSnapshot, widths: list[int], width: int, wrapped: Wrapped) -> list[Text]:
    """Return the same with the value whole: on lines of its own where there is not enough room beside the rest."""
    line, value = _without_value(attribute, widths, width), Text(value_of(attribute))
    if line.cell_len + value.cell_len <= width:
        return [line + value]
    return [line, *(Text(INDENT) + piece for piece in wrapped([value], width - len(INDENT)))]


def _without_value(attribute: AttributeSnapshot, widths: list[int], width: int) -> Text:
    names, states, verdicts = widths
    names = min(names, max(LEAST_NAME, width - states - verdicts - LEAST_VALUE - 3 * len(GAP)))
    is_loaded = attribute.state is AttributeState.LOADED
    is_safe = attribute.verdict is Verdict.NONE
    is_relationship = attribute.kind is AttributeKind.RELATIONSHIP
    return Text.assemble(
        (_in_width(name_of(attribute), names), "inspector--relationship" if is_relationship else ""),
        (f"{GAP}{attribute.state.value:<{states}}", "inspector--loaded" if is_loaded else "inspector--absent"),
        (f"{GAP}{attribute.verdict.value:<{verdicts}}{GAP}", "inspector--loaded" if is_safe else "inspector--io"),
        no_wrap=True,
        overflow="ignore",
    )


def _in_width(name: str, width: int) -> str:
    """Return the name in that width; of a longer one the middle goes, since many names begin, or end, the same."""
    if cell_len(name) > width:
        end = (width - 1) // 2
        name = f"{set_cell_size(name, width - 1 - end)}…{name[-end:]}"
    return set_cell_size(name, width)


def io_summary(attributes: Sequence[AttributeSnapshot]) -> str:
    """Return how many of the attributes do IO when they are accessed without await."""
    doing = sum(attribute.verdict is Verdict.IO for attribute in attributes)
    return f"{doing:,} of {plural(len(attributes), 'attribute')} do IO"


def attribute_details(attribute: AttributeSnapshot, prediction: Prediction) -> list[Text]:
    """Return details of an attribute, and what a plain access to it would send first."""
    details = [f"─ {attribute.name} · {attribute.kind.value} · {WORDS[attribute.verdict]} {attribute.error}".rstrip()]
    details += [attribute.note] if attribute.note else []
    details += ["runs model code, even to compute this verdict"] if attribute.kind.runs_code else []
    details += [f"use: {prediction.remedy}"] if prediction.remedy else []
    details += ["would emit first:", *prediction.statement] if prediction.statement else []
    return [Text(line, "inspector--detail") for line in details]


def attribute_tip(attribute: AttributeSnapshot) -> str:
    """Return what the words in the line of an attribute mean."""
    sentences = [f"{attribute.name}: {STATES[attribute.state]}; {WORDS[attribute.verdict]} {attribute.error}".rstrip()]
    sentences += [f"{CODE_MARK}: it runs code of the model"] if attribute.kind.runs_code else []
    return "\n".join(sentences)


STATES = {
    AttributeState.LOADED: "the instance holds its value",
    AttributeState.UNLOADED: "it was never loaded",
    AttributeState.EXPIRED: "its value was discarded, as by a commit",
    AttributeState.DEFERRED: "its column is loaded at the first access",
    AttributeState.NEVER: "it is mapped with lazy='noload'",
    AttributeState.NONE: "it is computed, and holds nothing by itself",
}
"""The states as sentences."""

WORDS = {
    Verdict.NONE: "a plain access does no IO",
    Verdict.IO: "a plain access needs IO: MissingGreenlet",
    Verdict.RAISES: "a plain access raises without IO:",
    Verdict.UNKNOWN: "the outcome of an access is unknown",
    Verdict.DETACHED: "no session can load it: DetachedInstanceError",
}
"""The verdicts as sentences."""


def name_of(attribute: AttributeSnapshot) -> str:
    """Return its name, marked where it runs code of the model."""
    return f"{attribute.name} {CODE_MARK}" if attribute.kind.runs_code else attribute.name


def value_of(attribute: AttributeSnapshot) -> str:
    """Return its value, or what is raised instead of it."""
    return attribute.error if attribute.value is None else attribute.value.text
