"""Write an attribute for the inspector: one line for each, and details of the current one."""

from collections.abc import Callable, Sequence
from typing import overload

from rich.cells import set_cell_size
from rich.text import Text

from pirate_tui.domain.access import AttributeKind, AttributeSnapshot, AttributeState, Prediction, Verdict


LEAST_VALUE = 8
"""The least width of an attribute's value, in columns of the screen."""

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
    """Return name, state, verdict, value: when the panel is narrow, it is the value's end that goes."""
    names, states, verdicts = widths
    is_loaded = attribute.state is AttributeState.LOADED
    is_safe = attribute.verdict is Verdict.NONE
    is_relationship = attribute.kind is AttributeKind.RELATIONSHIP
    line = Text.assemble(
        (set_cell_size(name_of(attribute), names), "inspector--relationship" if is_relationship else ""),
        (f"  {attribute.state.value:<{states}}", "inspector--loaded" if is_loaded else "inspector--absent"),
        (f"  {attribute.verdict.value:<{verdicts}}  ", "inspector--loaded" if is_safe else "inspector--io"),
        no_wrap=True,
        overflow="ignore",
    )
    value = Text(value_of(attribute))
    value.truncate(max(LEAST_VALUE, width - line.cell_len), overflow="ellipsis")
    return line + value


def attribute_details(attribute: AttributeSnapshot, prediction: Prediction) -> list[Text]:
    """Return details of an attribute, and what a plain access to it would send first."""
    details = [f"─ {attribute.name} · {attribute.kind.value} · {WORDS[attribute.verdict]} {attribute.error}".rstrip()]
    details += [attribute.note] if attribute.note else []
    details += ["runs model code, even to compute this verdict"] if attribute.kind.runs_code else []
    details += [f"use: {prediction.remedy}"] if prediction.remedy else []
    details += ["would emit first:", *prediction.statement] if prediction.statement else []
    return [Text(line, "inspector--detail") for line in details]


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
