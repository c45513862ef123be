"""Adapt Textual's terminal driver to impossible sizes, other encodings, and a terminal that goes away."""

import os
from codecs import getincrementaldecoder
from collections.abc import Iterable
from select import select
from threading import Timer
from typing import IO, Any, Protocol, cast

from textual import events
from textual._xterm_parser import XTermParser
from textual.app import App
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Size
from textual.keys import Keys
from textual.message import Message

from pirate_tui.shutdown import end_now


FALLBACK = Size(80, 24)
"""The size of a terminal that reports none, or an impossible one."""

MOST = 1_000
"""Columns or lines beyond which a size is ignored: every cell of it would be drawn."""

CHUNK = 4_096
"""Bytes that are read from the terminal at once."""

TICK = 0.1
"""Seconds after which a lone escape byte is looked at again: it is the key, or the beginning of a sequence."""


QUIT_TIMEOUT = 0.8
"""Seconds after which a key that quits ends the process, even when the event loop is blocked."""


class Quits(Protocol):
    """The app, as seen by the thread that reads keys."""

    def quits_at(self, key: str) -> bool:
        """Whether the key quits the app."""


class HungUp(Message):
    """The terminal is gone: its window was closed, or the connection to it was lost."""


class TerminalDriver(LinuxDriver):
    """Draws at a possible size, reads any bytes, and notifies the app when the terminal is gone."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file: Any = TerminalOutput(self._file)
        self._pending_keys = 0
        """How many keys the event loop has not handled yet."""

    # Sizes. Textual 8.2.8 takes 80x24 for 0x0 here and 80x25 elsewhere, and draws one after the other for ever.

    def _get_terminal_size(self) -> tuple[int, int]:
        """Return the size of the environment or, where that is impossible, of the terminal; the app uses it, too."""
        size = Size(*super()._get_terminal_size())
        if not _is_possible(size):
            try:
                size = Size(*os.get_terminal_size(self.fileno))
            except OSError:
                size = FALLBACK
        self._size = size if _is_possible(size) else FALLBACK
        return self._size

    def process_message(self, message: Message) -> None:
        """Correct sizes that some terminals report among the keys."""
        if isinstance(message, events.Resize):
            self._size = message.size if _is_possible(message.size) else FALLBACK
            message = events.Resize(Size(*self._size), Size(*self._size), pixel_size=message.pixel_size)
        super().process_message(message)

    # Input.

    def _run_input_thread(self) -> None:
        """Hand an error of the input to the app, as all others. Textual's own calls `App.panic`: exit code 0."""
        try:
            self.run_input_thread()
        except Exception as error:  # noqa: BLE001  it ends the app, loudly
            self._app.call_later(self._app._handle_exception, error)  # noqa: SLF001  where every error arrives

    def run_input_thread(self) -> None:
        """Give what is typed to the app, until it ends or the terminal is gone.

        Textual 8.2.8 ends on bytes that are not UTF-8 (https://github.com/Textualize/textual/issues/6456), and reads
        the end of its input for ever when the terminal is gone (https://github.com/Textualize/textual/pull/6690).
        """
        parser, decode = TerminalParser(), getincrementaldecoder("utf-8")("replace").decode
        while not self.exit_event.is_set():
            if select([self.fileno], [], [], TICK)[0]:
                data = self._read()
                if not data:
                    self.send_message(HungUp())
                    return
                if text := decode(data):  # else a character has begun; no text at all would end the parser
                    self._process(parser.feed(text))
            self._process(parser.tick())

    def _read(self) -> bytes:
        """Return what has been typed; empty when the terminal is gone."""
        try:
            return os.read(self.fileno, CHUNK)
        except OSError:
            return b""

    def _process(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if isinstance(message, events.Key):
                self._watch_over(message.key)
            self.process_message(message)

    def _watch_over(self, key: str) -> None:
        """Quit at a key that quits also while a driver or code of the models blocks the event loop.

        Not while other keys are pending, after which it might be a letter of a word.
        """
        if not self._pending_keys and cast("Quits", self._app).quits_at(key):
            timer = Timer(QUIT_TIMEOUT, self._quit_now)
            timer.daemon = True
            self._loop.call_soon_threadsafe(timer.cancel)
            timer.start()
        self._pending_keys += 1
        self._loop.call_soon_threadsafe(self._key_handled)

    def _key_handled(self) -> None:
        self._pending_keys -= 1

    def _quit_now(self) -> None:
        """Restore the terminal, from this thread, and end the process as the key would."""
        self._disable_mouse_support()
        self.stop_application_mode()
        self.close()
        end_now(0)


class TerminalParser(XTermParser):
    """Parses what a terminal sends into events, whatever it sends."""

    def parse_mouse_code(self, code: str) -> Message | None:
        """Return where the mouse is; None, if the terminal reports pixels and not how many of them it has.

        Textual 8.2.8 divides by zero then: https://github.com/Textualize/textual/issues/6706.
        """
        try:
            return super().parse_mouse_code(code)
        except ZeroDivisionError:
            return None

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:  # noqa: FBT001, FBT002
        """Yield the keys of a sequence; none for a character that does not exist, on which Textual 8.2.8 crashes."""
        try:
            for key in super()._sequence_to_key_events(sequence, alt):
                (key.character or "").encode()  # half of a surrogate pair cannot be shown
                yield key
        except (ValueError, OverflowError):
            yield events.Key(Keys.Ignore, sequence)


class TerminalOutput:
    """The terminal as a file for output, which is lost without an error when the terminal is gone.

    Otherwise the thread that writes would end, and the app would wait for it for ever.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> None:
        """Write the text."""
        try:
            self._file.write(text)
        except OSError:
            _write_nowhere()

    def flush(self) -> None:
        """Flush what is buffered."""
        try:
            self._file.flush()
        except OSError:
            _write_nowhere()

    def fileno(self) -> int:
        """Return the number of the file."""
        return self._file.fileno()


def _is_possible(size: Size) -> bool:
    return 1 <= size.width <= MOST and 1 <= size.height <= MOST


def _write_nowhere() -> None:
    """Discard whatever is written to the terminal from now on, also by Python at the very end."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        if not os.isatty(number):
            os.dup2(nowhere, number)
    os.close(nowhere)
