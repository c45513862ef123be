"""Show the help: the keys, those of the focused panel first, and the concepts behind them."""

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import ClassVar

from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.events import Resize
from textual.reactive import reactive
from textual.screen import ModalScreen
from textual.style import Style
from textual.widgets import Input, Static

from pirate_tui.domain.loading import LoaderStrategy
from pirate_tui.domain.text import INPUT_LIMIT
from pirate_tui.ui.commands import COMMANDS, BindingScope, Command, Group, is_about
from pirate_tui.ui.keymap import Keymap, keymap_of
from pirate_tui.ui.screens.guarded import Passing


LESSONS = """\
A lazy relationship is loaded by a SELECT on first access. With an async driver that SELECT must be awaited; \
a plain attribute access cannot await it, and raises MissingGreenlet.
Safe mode awaits: await parent.awaitable_attrs.children. Unsafe mode ({u}) really makes the plain access, \
parent.children, on your data; the traceback is the one that your application would raise.
For each attribute, the inspector predicts what a plain access would do: no IO; IO, so MissingGreenlet; raises; \
detached. A ƒ marks what runs model code.
What is opened below a row goes on in one session, as in code: what it holds costs nothing again. The header counts \
its objects.
Commit and rollback expire all that a session holds: {x} shows what the attributes do then, and {⏎} acts in that state.
The traceback never names the attribute. The explanation beside it does, with the statement and the fixes. \
{⏎} tries a fix on the row that failed: the same access, before and after. {t} gives the traceback the whole panel.
A loaded attribute costs nothing to access: with an eager loader ({s}), the plain access works. \
An opened line counts both: select 2 + access 0.
The best loader strategy depends on your data: {c} measures each on your rows, and recommends one.
A very large collection is paged and not loaded, until a second {⏎} makes the real access.
Any database can be opened, with or without your models: pirate-tui shop.db --models shop/models.py; {m} lists the \
classes.
A server is opened by its URL: pirate-tui postgresql://user@host/name (--schema for tables outside its default \
schema). Access is read-only; a superuser is warned. When the connection is lost, the rows stay, marked as stale, \
and {r} reloads them.
pirate-tui check runs the same predictions non-interactively, for CI.
Sort, filter and search run in the database, over the whole table.
"""
"""The concepts that the browser teaches."""

KEYS_WIDTH = 14
"""Columns for the keys of a command, or for the name of a loader strategy."""

TEXT_AT = KEYS_WIDTH + 2
"""The column at which the text behind them starts, and goes on when it is wrapped."""

KEYS, CONCEPTS = TABS = ("keys", "concepts")
"""The tabs."""


class HelpText(Static):
    """A text that is wrapped to its own width with a hanging indent."""

    def __init__(self, text: Callable[[int], Text]) -> None:
        super().__init__()
        self.text = text
        """Return the text for a width."""

    def on_resize(self, resized: Resize) -> None:
        """Wrap to the new width; a new height alone, which wrapping causes, changes nothing."""
        if self._width != resized.size.width:
            self._width = resized.size.width
            self.show()

    def show(self) -> None:
        """Show the text as it is now."""
        self.update(self.text(self._width))

    _width = 0


class HelpScreen(Passing[None], ModalScreen[None]):
    """Two tabs: the keys, of which a search leaves some, and the concepts."""

    DEFAULT_CSS = """
    HelpScreen {
        align: center middle;
        & > Vertical {
            width: 92;
            max-width: 96%;
            height: 94%;
            padding: 0 1;
            border: round $primary;
            background: $surface;
            border-title-color: $primary-on-surface;
            border-subtitle-color: $primary-on-surface;
            & > Input { display: none; background: $surface; }
            & > Input:focus { background-tint: 0%; }
            & > Input > .input--placeholder { color: $muted-on-surface; }
            & > VerticalScroll { height: 1fr; padding: 0 1; scrollbar-gutter: stable; }
        }
    }
    """

    AUTO_FOCUS = ""
    """Not Textual's first widget, which is the search: `on_mount` chooses."""

    BINDINGS: ClassVar[list[BindingType]] = [
        ("escape", "leave", "Close"),
        ("question_mark,q", "dismiss", "Close"),
        ("slash", "search", "Search"),
        Binding("tab,shift+tab", "turn", "Keys, or concepts", priority=True),
        ("left,right,h,l", "turn", "Keys, or concepts"),
        ("j", "scroll('down')"),
        ("k", "scroll('up')"),
        ("g", "scroll('home')"),
        ("G", "scroll('end')"),
    ]

    found: reactive[str] = reactive("", init=False)
    """What is searched for among the keys; empty where all are shown."""

    tab: reactive[str] = reactive(KEYS, init=False)
    """Which tab is shown."""

    def __init__(self, scope: BindingScope, tab: str = KEYS) -> None:
        """Take the part of the screen that has the focus, and the tab to show first."""
        super().__init__()
        self._scope = scope
        self.set_reactive(HelpScreen.tab, tab)

    def compose(self) -> ComposeResult:
        """Compose the tabs, and the search, which comes when it is wanted."""
        with Vertical() as box:
            box.border_subtitle = "/ searches the keys · tab turns · esc closes"
            yield Input(placeholder="a key, or a word", compact=True, max_length=INPUT_LIMIT)
            with VerticalScroll(id=KEYS):
                yield HelpText(lambda width: keys_text(width, self._scope, keymap_of(self), self.found))
            with VerticalScroll(id=CONCEPTS):
                yield HelpText(lambda width: concepts_text(width, keymap_of(self)))

    def on_mount(self) -> None:
        """Show the first tab, and let keys scroll at once."""
        self.watch_tab()

    @property
    def _scrolled(self) -> VerticalScroll:
        return self.query_one(f"#{self.tab}", VerticalScroll)

    def watch_tab(self) -> None:
        """Show another tab, whose name is underlined; a click on a name shows it."""
        for tab in TABS:
            self.query_one(f"#{tab}").display = tab == self.tab
        names = [
            Content(f" {tab.capitalize()} ").stylize(
                Style.from_meta({"@click": f"screen.show_tab('{tab}')"}) + Style(underline=tab == self.tab)
            )
            for tab in TABS
        ]
        self.query_one(Vertical).border_title = Content.assemble("Help ·", *names)
        self.set_focus(self._scrolled)

    def action_show_tab(self, tab: str) -> None:
        """Show a tab."""
        self.tab = tab

    def action_scroll(self, where: str) -> None:
        """Scroll the help, also by keys of the table."""
        getattr(self._scrolled, f"action_scroll_{where}")()

    def action_turn(self) -> None:
        """Show the other tab."""
        self.tab = next(tab for tab in TABS if tab != self.tab)

    def action_search(self) -> None:
        """Ask for what to search for; what is typed next goes there."""
        self.tab = KEYS
        field = self.query_one(Input)
        field.display = True
        self.set_focus(field)

    def action_leave(self) -> None:
        """End the search; without one, close."""
        field = self.query_one(Input)
        if not field.display:
            self.dismiss()
            return
        field.value = ""
        field.display = False
        self.set_focus(self._scrolled)

    @on(Input.Changed)
    def _search(self, changed: Input.Changed) -> None:
        self.found = changed.value

    @on(Input.Submitted)
    def _keep(self) -> None:
        self.set_focus(self._scrolled)

    def watch_found(self) -> None:
        """Show the keys that are found."""
        self.query(HelpText).first().show()
        self._scrolled.scroll_home(animate=False)


class WithHelp(Passing[None]):
    """Another screen, from which the help can be opened."""

    SCOPE: ClassVar[BindingScope]
    """The scope of its commands."""

    def action_help(self) -> None:
        """Show the help, which begins with its keys."""
        self.app.push_screen(HelpScreen(self.SCOPE))


def concepts_text(width: int, keymap: Keymap) -> Text:
    """Return the concepts, and the loader strategies, wrapped to a width."""
    text = Text()
    for lesson in LESSONS.splitlines():
        text.append("• " + _hanging(keymap.in_hint(lesson), width, len("• ")))
    text.append("\nLoader strategies\n", "bold underline")
    for strategy in LoaderStrategy:
        _append(text, strategy.title, strategy.lesson, width)
    return text


def keys_text(width: int, scope: BindingScope, keymap: Keymap, wanted: str = "") -> Text:
    """Return the commands in which the wanted words are, with their keys: those of a scope first, then by topic.

    Where a key is wanted, only its commands are returned.
    """
    text, sections = Text(), [*_sections(scope)]
    is_key = any(wanted in keymap.all_shown(command).split() for command in COMMANDS)
    words = wanted.lower().split()
    for title, commands in sections:
        found = [
            command
            for command in commands
            if (wanted in keymap.all_shown(command).split() if is_key else _has(command, words))
        ]
        if found:
            text.append(f"\n{title}\n" if text else f"{title}\n", "bold underline")
        for command in found:
            _append(text, keymap.all_shown(command), command.tooltip, width)
    return text or Text(f"no key or command with {wanted}: esc shows all")


def _sections(scope: BindingScope) -> Iterator[tuple[str, list[Command]]]:
    here = [command for command in COMMANDS if scope is not BindingScope.SCREEN and is_about(command, scope)]
    if here:
        yield f"Here: {scope.value}", here
    for group in Group:
        yield group.value, [command for command in COMMANDS if command.group is group and command not in here]


def _has(command: Command, words: Sequence[str]) -> bool:
    text = f"{command.title} {command.tooltip}".lower()
    return all(word in text for word in words)


def _append(text: Text, name: str, words: str, width: int) -> None:
    text.append(f"{name:>{KEYS_WIDTH}}", "bold").append("  " + _hanging(words, width, TEXT_AT))


def _hanging(words: str, width: int, indent: int) -> str:
    """Wrap to the width; all lines but the first, which has something before it, begin at the indent."""
    lines = wrap(words, max(1, width - indent), break_on_hyphens=False)
    return f"\n{' ' * indent}".join(lines) + "\n"
