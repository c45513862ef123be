"""README, docs, `--help` and the code say the same."""

import re
import runpy
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.exc import MissingGreenlet
from sqlalchemy.util import await_only

from pirate_tui import __main__
from pirate_tui.domain import failure


REPOSITORY = Path(__file__).parents[1]

README = REPOSITORY / "README.md"

PAGES = (README, *sorted((REPOSITORY / "docs").glob("*.md")))
"""What users read."""

ALL_PAGES = sorted(path for folder in (".", "docs") for path in (REPOSITORY / folder).glob("*.md")) + sorted(
    (REPOSITORY / "docs" / "decisions").glob("*.md")
)

MOST_WORDS = 700

MOST_CODES = 10
"""Exit codes are below; other numbers of their module are above."""

COMMANDS: dict[str, tuple[str, ...]] = {
    "": (),
    "check": ("check",),
    "config": ("config",),
    "explain": ("explain",),
    "export": ("export",),
    "run": ("run",),
    "seed": ("seed",),
}
"""The sub-commands, and how each is called."""

OF_MARIADB = {"--auth-root-authentication-method", "--defaults-file", "--wsrep-new-cluster"}
"""Options of the programs with which a cluster was made by hand."""

OF_OTHERS = {"--sqla-explain", "--preload", "--reload", "--workers", *OF_MARIADB}
"""Options of the commands that `pirate-tui run` starts, and of a server's own programs."""

OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]+")

LINK = re.compile(r"(?<!\\)\]\(([^)\s]+)\)")

OUR_PATH = re.compile(r"`((?:pirate_tui|tests|docs|\.ci)/[\w./-]*)`")

HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def named(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def options(command: str, capsys: pytest.CaptureFixture[str]) -> set[str]:
    """The options that argparse knows."""
    with pytest.raises(SystemExit):
        __main__.main([*COMMANDS[command], "--help"])
    return set(OPTION.findall(capsys.readouterr().out))


def command_lines(page: Path) -> Iterator[str]:
    """The lines of code that call the command, as they are typed, in blocks and in the text."""
    text = read(page)
    typed = [line for _, block in BLOCK.findall(text) for line in block.splitlines()]
    for line in [*typed, *re.findall(r"`([^`\n]+)`", text)]:
        if re.match(r"pirate-tui( |$)", line):
            yield line


def blocks(language: str, page: Path = README) -> list[str]:
    return [block for its_language, block in BLOCK.findall(read(page)) if its_language == language]


def test_the_readme_is_short() -> None:
    assert len(read(README).split()) <= MOST_WORDS


def test_the_keys_are_those_of_the_commands() -> None:
    page = runpy.run_path(str(REPOSITORY / "docs" / "keys.py"))["page"]
    assert read(REPOSITORY / "docs" / "keys.md") == page(), "run `make docs`"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_documented(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    documented = {option for page in PAGES for option in OPTION.findall(read(page))}
    assert options(command, capsys) <= documented


def test_every_option_that_is_documented_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    known = OF_OTHERS.union(*(options(command, capsys) for command in COMMANDS))
    assert {
        (named(page), option) for page in PAGES for option in OPTION.findall(read(page)) if option not in known
    } == set()


def test_every_command_line_has_options_of_its_own_command(capsys: pytest.CaptureFixture[str]) -> None:
    known = {command: options(command, capsys) for command in COMMANDS}
    known["run"] |= OF_OTHERS
    seen = set()
    for page in PAGES:
        for line in command_lines(page):
            word = line.split()[1] if " " in line else ""
            command = word if word in COMMANDS else ""
            seen.add(command)
            assert set(OPTION.findall(line)) <= known[command], line
    assert seen == {*COMMANDS}


def test_the_exit_codes_are_those_of_the_code() -> None:
    numbers = {value for name, value in vars(failure).items() if name.isupper() and isinstance(value, int)}
    codes = {number for number in numbers if number < MOST_CODES}
    table = read(REPOSITORY / "docs" / "command-line.md").partition("## Exit codes")[2].partition("\n## ")[0]
    assert set(map(int, re.findall(r"^\| (\d+) \|", table, re.MULTILINE))) == {0, *codes}


@pytest.mark.parametrize("page", ALL_PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(read(page)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, fragment = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), link
        assert not fragment or fragment in fragments(target), link


def test_every_path_that_is_named_is_there() -> None:
    found = [(named(page), path) for page in ALL_PAGES for path in OUR_PATH.findall(read(page))]
    assert found
    assert [(page, path) for page, path in found if not (REPOSITORY / path).exists()] == []


def fragments(page: Path) -> set[str]:
    """What GitHub calls a page's headings."""
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in HEADING.findall(read(page))}


async def nothing() -> None:
    """What nobody awaits."""


def test_the_readme_has_the_error_verbatim() -> None:
    coroutine = nothing()
    with pytest.raises(MissingGreenlet) as raised:
        await_only(coroutine)
    coroutine.close()
    message = re.sub(r"call await_\w*\(\)", "call {}", str(raised.value).partition(" (Background")[0])
    assert message.format("await_only()") in read(README)
    assert message.format("await_()").split(";")[1].partition(".")[0].strip() in read(README)


EXAMPLE = """
import asyncio, sys
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from pirate_tui.pirates.models import PirateCrew

engine = create_async_engine(sys.argv[1])

async def example():
{}

try:
    asyncio.run(example())
except Exception as error:
    print(error.code, error)
"""
"""A program around the README's lines: in a process of its own, since nobody awaits the coroutine that they leave."""


def test_the_readme_s_lines_cause_the_error(world: Path) -> None:
    (lines,) = blocks("python")
    program = EXAMPLE.format(textwrap.indent(lines, "    "))
    command = [sys.executable, "-W", "ignore", "-c", program, f"sqlite+aiosqlite:///{world}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("xd2s")
    assert "greenlet_spawn has not been called" in done.stdout
