"""Choose a mapped class from a list that is filtered while typing."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import ClassVar, NamedTuple

from rich.cells import cell_len
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.fuzzy import Matcher
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from pirate_tui.domain.entity import ModelInfo, Size
from pirate_tui.domain.failure import BrowserError
from pirate_tui.domain.text import INPUT_LIMIT, clean
from pirate_tui.ui.screens.guarded import Passing
from pirate_tui.ui.widgets.model_line import INDENT, ModelLine
from pirate_tui.ui.widgets.options import Options


MOST_LISTED = 200
"""The most classes that are listed at once; typing finds the others."""

ReadSizes = Callable[[], Awaitable[Mapping[str, Size]]]
"""Reads how many rows each class may have. May raise `BrowserError`."""


class NestedModel(NamedTuple):
    """A class in the list, and below how many of its bases it stands."""

    choice: ModelInfo
    depth: int = 0


class ChooseScreen(Passing[str | None], ModalScreen[str | None]):
    """The mapped classes; returns the name of the chosen one, or None."""

    DEFAULT_CSS = """
    ChooseScreen {
        align: center middle;
        & > Vertical {
            width: 96%;
            max-width: 132;
            height: 80%;
            border: round $primary;
            background: $surface;
            border-title-color: $primary-on-surface;
            border-subtitle-color: $foreground;
            & > Input { border: none; height: 1; background: $panel; }
            & > Input:focus { background-tint: 0%; }
            & > Input > .input--placeholder { color: $muted-on-panel; }
            /* The gutter: Textual 8.2.8 wraps options once, before it knows that there will be a scrollbar. */
            & > OptionList {
                height: 1fr;
                border: none;
                background: $surface;
                scrollbar-size: 1 1;
                scrollbar-gutter: stable;
            }
            & > OptionList > .option-list--option-highlighted { color: $block-cursor-blurred-foreground; }
            & > OptionList > .option-list--option-disabled { color: $muted-on-surface; }
        }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "dismiss", "Close"),
        ("down", "step(1)", "Next"),
        ("up", "step(-1)", "Before"),
        ("pagedown", "step(10)", "Further"),
        ("pageup", "step(-10)", "Back"),
    ]

    def __init__(self, choices: Sequence[ModelInfo], current: str, read_sizes: ReadSizes) -> None:
        super().__init__()
        self._choices = choices
        self._current = current
        self._read_sizes = read_sizes
        self._sizes: Mapping[str, Size] = {}
        self._nested = by_schema(by_base(choices))
        self._has_schemas = len({one.choice.schema for one in self._nested if not one.depth}) > 1
        self._name_width = max((cell_len(one.choice.name) + INDENT * one.depth for one in self._nested), default=0)

    def compose(self) -> ComposeResult:
        """Compose the input and the list."""
        with Vertical() as box:
            box.border_title = f"Models · {len(self._choices):,} · type to filter · ⏎ opens · esc closes"
            yield Input(compact=True, placeholder="filter by class or table name", max_length=INPUT_LIMIT)
            yield Options()

    def on_mount(self) -> None:
        """List all classes, with the current one highlighted; their numbers of rows are read meanwhile."""
        self._list("")
        names = [option.id for option in self._options.options]
        if self._current in names:
            self._options.highlighted = names.index(self._current)
        self._read()

    def action_step(self, by: int) -> None:
        """Move the highlight, while the input keeps the focus."""
        last = self._options.option_count - 1
        if last < 0:
            return
        to = max(0, min((self._options.highlighted or 0) + by, last))
        if self._has_schemas and self._options.get_option_at_index(to).id is None:  # a heading: one begins the list
            to += -1 if by < 0 < to else 1
        self._options.highlighted = min(to, last)

    @on(Input.Changed)
    def _narrow(self, changed: Input.Changed) -> None:
        self._list(changed.value)

    @on(Input.Submitted)
    def _choose_highlighted(self) -> None:
        number = self._options.highlighted
        if number is not None and self._options.option_count:
            self._choose(self._options.get_option_at_index(number))

    @on(OptionList.OptionSelected)
    def _chosen(self, selected: OptionList.OptionSelected) -> None:
        self._choose(selected.option)

    def _choose(self, option: Option) -> None:
        if not option.disabled:
            self.dismiss(option.id)

    @work(exclusive=True)
    async def _read(self) -> None:
        try:
            self._sizes = await self._read_sizes()
        except BrowserError as error:
            # What there is can be chosen from all the same.
            self.query_one(Vertical).border_subtitle = Text(f"{error.message}; {error.hint}")
            return
        number = self._options.highlighted
        self._list(self.query_one(Input).value)
        self._options.highlighted = number

    def _list(self, typed: str) -> None:
        is_whole = not typed.strip()
        matching = self._nested if is_whole else _matching(self._choices, typed)
        self._options.clear_options()
        schema: str | None = None
        for nested in matching[:MOST_LISTED]:
            if is_whole and self._has_schemas and not nested.depth and nested.choice.schema != schema:
                schema = nested.choice.schema
                self._options.add_option(Option(Text(schema or "default schema", "bold"), disabled=True))
            line = self._line(nested)
            self._options.add_option(Option(line, id=nested.choice.name, disabled=bool(nested.choice.problem)))
        if not matching:
            self._options.add_option(Option(Text(f"no model or table matches “{clean(typed)}”"), disabled=True))
        self._options.highlighted = (0 if schema is None else 1) if matching else None
        left = len(matching) - MOST_LISTED
        self.query_one(Vertical).border_subtitle = f"{left:,} more: keep typing to filter" if left > 0 else ""

    def _line(self, nested: NestedModel) -> ModelLine:
        return ModelLine(nested.choice, self._sizes.get(nested.choice.name), self._name_width, nested.depth)

    @property
    def _options(self) -> OptionList:
        return self.query_one(OptionList)


def by_base(choices: Sequence[ModelInfo]) -> list[NestedModel]:
    """Return the classes in their order, but each subclass below its base, which comes where the first of them would.

    A subclass whose base is not listed stands by itself.
    """
    listed = {choice.name: choice for choice in choices}
    subclasses: dict[str, list[ModelInfo]] = defaultdict(list)
    for choice in choices:
        subclasses[choice.base].append(choice)
    nested: dict[str, NestedModel] = {}

    def add(choice: ModelInfo, depth: int) -> None:
        nested[choice.name] = NestedModel(choice, depth)
        for subclass in subclasses[choice.name]:
            add(subclass, depth + 1)

    for choice in choices:
        root = choice
        while root.base in listed:
            root = listed[root.base]
        if root.name not in nested:
            add(root, 0)
    return list(nested.values())


def by_schema(nested: Sequence[NestedModel]) -> list[NestedModel]:
    """Return the classes schema by schema, which come in the order of their first classes.

    A subclass stays below its base, whatever the schema of its table is.
    """
    groups: dict[str, list[NestedModel]] = defaultdict(list)
    schema = ""
    for one in nested:
        schema = schema if one.depth else one.choice.schema
        groups[schema].append(one)
    return [one for group in groups.values() for one in group]


def _matching(choices: Sequence[ModelInfo], typed: str) -> list[NestedModel]:
    """Return the classes whose name or table matches what was typed, the best match first."""
    matcher = Matcher(typed.strip())
    scored = [(max(matcher.match(choice.name), matcher.match(choice.table)), choice) for choice in choices]
    return [NestedModel(choice) for score, choice in sorted(scored, key=lambda match: -match[0]) if score > 0]
