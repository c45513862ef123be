"""Several servers: the title names the one that answers, and what it is; a notice says when it is another one."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from textual.geometry import Offset

from pirate_tui.domain.answering import AnsweringServer
from tests.ui.leaving import Leaving, until_read


Browse = Callable[..., AbstractAsyncContextManager[Any]]

FIRST, SECOND = "a:6601/shop", "b:6602/shop"


def answered_by(leaving: Leaving, server: AnsweringServer) -> None:
    """Let this server answer from now on."""
    leaving.name, leaving.server = server.name, server
    leaving.listener.server_changed()


def title_of(browser: Any) -> str:
    """The line at the top."""
    return str(browser.screen.query_one("TitleBar").render())


@pytest.fixture
def answering(leaving: Leaving) -> Leaving:
    """Two servers, of which the standby answers."""
    leaving.name, leaving.server = SECOND, AnsweringServer(SECOND, is_standby=True, lag=3.0)
    return leaving


async def test_the_title_names_the_host_and_its_role(browse: Browse, answering: Leaving) -> None:
    async with browse(connect=answering.connect, size=(120, 30)) as browser:
        await until_read(browser)
        await browser.until(lambda: not browser.screen.busy, "rest")
        title = title_of(browser)
        assert f"{SECOND} · read-only · standby, 3 s behind · fake" in title
        bar = browser.screen.query_one("TitleBar")
        assert "A copy that follows its primary" in bar.tip_at(Offset(title.index("standby"), 0))
        assert not browser.notes


async def test_a_change_of_host_is_said_once(browse: Browse, answering: Leaving) -> None:
    async with browse(connect=answering.connect, size=(120, 30)) as browser:
        await until_read(browser)
        answered_by(answering, AnsweringServer(FIRST))
        await browser.until(lambda: f"{FIRST} · read-only · fake" in title_of(browser), "the other host")
        answered_by(answering, AnsweringServer(FIRST))
        await browser.pilot.pause()
        assert browser.notes == [f"{FIRST} answers now, before it was {SECOND}"]


async def test_a_change_of_role_alone_is_shown_without_a_notice(browse: Browse, answering: Leaving) -> None:
    async with browse(connect=answering.connect, size=(120, 30)) as browser:
        await until_read(browser)
        answered_by(answering, AnsweringServer(SECOND))
        await browser.until(lambda: f"{SECOND} · read-only · fake" in title_of(browser), "the primary")
        assert not browser.notes


async def test_a_change_that_the_reload_finds_is_shown(browse: Browse, answering: Leaving) -> None:
    async with browse(connect=answering.connect, size=(120, 30)) as browser:
        await until_read(browser)
        answering.server = answering.server._replace(lag=0.0)
        await browser.press("r")
        await browser.until(lambda: "standby, 0 s behind" in title_of(browser), "the lag")


async def test_a_pooler_is_said(browse: Browse, leaving: Leaving) -> None:
    leaving.name, leaving.server = "db:6432/shop", AnsweringServer(is_pooled=True)
    async with browse(connect=leaving.connect, size=(120, 30)) as browser:
        await until_read(browser)
        await browser.until(lambda: "db:6432/shop · read-only · pooler · fake" in title_of(browser), "the pooler")
