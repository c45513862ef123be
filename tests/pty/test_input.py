"""What terminals send: other encodings, sequences that mean nothing, and an input that fails."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest


if TYPE_CHECKING:
    from tests.pty.conftest import Launcher

pytestmark = pytest.mark.long

ODD = {
    "no UTF-8 at all": b"\xff",
    "an é of Latin-1": b"\xe9",
    "alt with 8-bit meta": b"\xea\xef",
    "half a character": "é".encode()[:1] + b"k",
    "a key of no character": b"\x1b[1114112u",
    "a key beyond every number": b"\x1b[99999999999999999999u",
    "a text of no character": b"\x1b[97;;1114112u",
    "half of a surrogate pair": b"\x1b[55296u\x1b[97;;56320u",
    "a mouse of no button": b"\x1b[<255;99999;99999M\x1b[<0;0;0M",
    "C0 and C1": bytes(set(range(32)) - set(b"\b\t\n\r\x10\x11\x1a")) + "\x9b\x9d".encode(),
}
"""What a terminal may send, a wrong one or a wrong program at its other end; nothing that is a key of ours."""

ESCAPE = b"\x1b[27u"
"""The key as modern terminals send it: a lone escape byte may begin anything."""

BUG = """
from pirate_tui.__main__ import main
from pirate_tui.ui.driver import TerminalDriver
def broken(self):
    password = "hunter" + "2"
    raise ZeroDivisionError("the bug of this test")
TerminalDriver.{method} = broken
main()
"""
"""The browser with a bug in what reads the keys."""

PANIC = """
from rich.traceback import Traceback
from pirate_tui.__main__ import main
from pirate_tui.ui.widgets.inspector import Inspector
def broken(self, snapshot):
    password = "hunter" + "2"
    try:
        raise ZeroDivisionError("the bug of this test")
    except ZeroDivisionError:
        self.app.panic(Traceback(show_locals=True))
Inspector.watch_snapshot = broken
main()
"""
"""The browser where something of Textual's ends it by `App.panic`."""


@pytest.mark.parametrize("data", ODD.values(), ids=ODD.keys())
def test_no_byte_ends_it(start: "Launcher", world: Path, data: bytes) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.send_bytes(data)
    terminal.send_bytes(ESCAPE * 4)
    terminal.send("u")
    terminal.wait_for("UNSAFE")
    terminal.send(":7<enter>")
    terminal.wait_for("PirateCrew 7 · persistent")
    terminal.quit()


def test_a_sequence_within_a_paste_ends_nothing(start: "Launcher", world: Path) -> None:
    terminal = start(world)
    terminal.wait_for("Straw Hats", "PirateCrew 1 · persistent")
    terminal.send_bytes(b"\x1b[200~\xff\x1b[31m\x1b[201~")
    terminal.wait_for("type to filter")  # Textual 8.2 takes the end of the sequence for a key
    terminal.send_bytes(ESCAPE)
    terminal.wait_gone("type to filter")
    terminal.send("u")
    terminal.wait_for("UNSAFE")
    terminal.quit()


def test_it_is_left_once_however_often_the_key_is_pressed(start: "Launcher") -> None:
    terminal = start("postgresql+psycopg://ann@127.0.0.1:1/shop", environment={"PIRATE_TUI_PASSWORD": "none"})
    terminal.wait_for("not opened", "127.0.0.1:1/shop")
    terminal.send("qqq")
    assert terminal.wait_exit() == 3
    assert terminal.printed.count("127.0.0.1:1/shop") == 1
    assert "errors shown" not in terminal.printed


@pytest.mark.parametrize("bug", [BUG.format(method="run_input_thread"), PANIC], ids=["input", "panic"])
def test_whatever_ends_it_ends_it_with_our_own_report(start: "Launcher", world: Path, bug: str) -> None:
    terminal = start(world, command=[sys.executable, "-c", bug])
    assert terminal.wait_exit() == 1
    for words in ("Traceback", "ZeroDivisionError: the bug of this test", "report it", "textual 8."):
        assert terminal.has_said(words), terminal.printed
    assert b"hunter2" not in terminal.raw
    terminal.assert_restored()
