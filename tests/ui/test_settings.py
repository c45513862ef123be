"""What settings do on the screen: the theme, the full traceback, and what is said of those that are ignored."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from pirate_tui.ui.app import Start


Browse = Callable[..., AbstractAsyncContextManager[Any]]


async def test_it_starts_in_the_theme_and_a_chosen_one_is_remembered(browse: Browse, world: Path) -> None:
    chosen: list[str] = []
    async with browse(world, start=Start(theme="nord", remember_theme=chosen.append)) as browser:
        assert browser.app.theme == "nord"
        assert not chosen
        browser.app.theme = "dracula"
        await browser.until(lambda: chosen, "the choice")
        assert chosen == ["dracula"]


async def test_a_theme_that_is_not_there_is_the_default(
    browse: Browse, world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with browse(world, start=Start(theme="textual-ansi")) as browser:
        assert browser.app.theme == "pirate"


@pytest.mark.parametrize("is_full", [False, True])
async def test_a_failure_begins_with_the_full_traceback_if_that_is_set(
    browse: Browse, world: Path, *, is_full: bool
) -> None:
    async with browse(world, start=Start(full_traceback=is_full)) as browser:
        await browser.press("u", "enter")
        await browser.until_line("raised")
        failure = browser.screen.failure
        await browser.until(lambda: failure.traceback.has_focus or failure.explanation.has_focus, "the failure")
        assert failure.explanation.display is not is_full
        assert failure.traceback.has_focus is is_full
        await browser.press("t")
        assert failure.explanation.display is is_full


async def test_what_is_ignored_is_said(browse: Browse, world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pirate_tui.ui.app.WARNING_SECONDS", 600)
    async with browse(world, start=Start(warning="config.toml:3: [b]limit[/b]; ignored")) as browser:
        toasts = list(browser.app._notifications)  # noqa: SLF001  no other way
        assert [toast.message for toast in toasts] == ["config.toml:3: [b]limit[/b]; ignored"]
        assert not toasts[0].markup
