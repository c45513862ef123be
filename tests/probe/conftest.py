"""What the tests of the probe share: the probe in this process, taken out again after each test."""

from collections.abc import Iterator

import pytest

from pirate_tui import probe as installed


@pytest.fixture
def probe(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The probe is installed, and says nothing of itself on stderr."""
    monkeypatch.setenv(installed.ANNOUNCED, "1")
    monkeypatch.delenv(installed.SWITCH, raising=False)
    installed.install()
    yield
    installed.uninstall()


def note_of(error: BaseException) -> str:
    """The probe's note on an error, or on what it came from; empty without one."""
    links: list[BaseException | None] = [error]
    for link in links:
        if link is not None:
            notes = [note for note in getattr(link, "__notes__", ()) if note.startswith("pirate-tui: ")]
            if notes:
                return str(notes[0])
            links += [link.__cause__, link.__context__]
    return ""
