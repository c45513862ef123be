"""Show the live instance's attributes, and which of them are loaded."""

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.message import Message
from textual.reactive import reactive

from pirate_tui.domain.access import InstanceSnapshot, Prediction, Scenario
from pirate_tui.ui.commands import BindingScope, bindings
from pirate_tui.ui.widgets.attribute_lines import io_summary, value_of
from pirate_tui.ui.widgets.attribute_list import AttributeList
from pirate_tui.ui.widgets.titled import BETWEEN


class Inspector(AttributeList):
    """The attributes of the live instance: their state, and what a plain access would do. Each can be accessed."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(BindingScope.INSPECTOR)]

    result: reactive[str] = reactive("", init=False)
    """What the last access has cost; empty where none was made of this instance."""

    is_stale: reactive[bool] = reactive(False, init=False)
    """Whether the database is gone, so that what is shown may be outdated. Bound to the screen's."""

    @dataclass
    class Focused(Message):
        """The cursor is on an attribute, in the panel that has the focus."""

        name: str

    @dataclass
    class AccessRequested(Message):
        """An attribute is to be accessed as the instance stands."""

        name: str

    def __init__(self) -> None:
        super().__init__()
        self._sought = ""
        """The attribute to go to once it is shown; empty without one."""

    @property
    def clipboard_text(self) -> tuple[str, str]:
        """What copying takes, its name and its text: every attribute, its value whole."""
        rows = (
            (attribute.name, attribute.state.value, attribute.verdict.value, value_of(attribute))
            for attribute in self.attributes
        )
        return "the instance", "\n".join(map("\t".join, rows))

    def action_access(self) -> None:
        """Access the attribute."""
        if self.current is not None:
            self.post_message(self.AccessRequested(self.current.name))

    def go_to(self, name: str) -> None:
        """Take the focus, and go to an attribute: at once, or as soon as the instance that has it is shown."""
        self._sought = name
        self.focus()
        self._seek()

    def _seek(self) -> None:
        names = [attribute.name for attribute in self.attributes]
        if self._sought in names:
            self.number, self._sought = names.index(self._sought), ""

    def on_click(self, event: events.Click) -> None:
        """Access the attribute at a double click."""
        if event.chain == 2:  # noqa: PLR2004
            self.action_access()

    def watch_number(self) -> None:
        """Scroll to the cursor, and request details of the attribute under it."""
        self._request_prediction()

    def watch_prediction(self) -> None:
        """Show the details of the attribute."""
        self._write()

    def watch_snapshot(self, before: InstanceSnapshot | None, after: InstanceSnapshot | None) -> None:
        """Show another instance, the same one in another state, or none."""
        if before is None or after is None or before.entity != after.entity:
            self.set_reactive(Inspector.number, 0)
        if before is None or after is None or before.label != after.label:
            self.set_reactive(Inspector.result, "")
        self._seek()
        self._request_prediction()

    def watch_result(self) -> None:
        """Show what the last access has cost."""
        self._write()

    def watch_is_stale(self) -> None:
        """Mark what is shown as stale, or no longer."""
        self.set_class(self.is_stale, "-stale")
        self._write()

    def watch_has_focus(self, has_focus: bool) -> None:  # noqa: FBT001  Textual's signature
        """Show the cursor and its details, or hide them."""
        super().watch_has_focus(has_focus)
        self._request_prediction()

    def on_resize(self) -> None:
        """Say beside the title, or below, what there is room for, and keep the cursor in view."""
        self._write()

    def _request_prediction(self) -> None:
        """Request the prediction for the current attribute alone, since each takes time."""
        self.set_reactive(Inspector.prediction, Prediction())
        self._write()
        if self.has_focus and self.current is not None:
            self.post_message(self.Focused(self.current.name))

    def _write(self) -> None:
        if self.snapshot is None:
            self.summary = ""
            self.set_title("Instance")
            self.lay_out()
            return
        scenario = self.snapshot.scenario
        state = self.snapshot.state if scenario is Scenario.FRESH else scenario.value
        title = f"{self.snapshot.label} · {state}{' · stale' if self.is_stale else ''}"
        note = self.result or io_summary(self.attributes)
        is_beside = len(title) + BETWEEN + len(note) <= self.title_room
        self.summary = "" if is_beside else note
        self.set_title(title, note if is_beside else "")
        self.lay_out()
        self.show_current()
