"""Which value of a setting holds: the command line's, the environment's, the file's, the default."""

from pathlib import Path

import pytest

from pirate_tui.cli.browse import parse
from pirate_tui.settings import Entry
from pirate_tui.settings.choosing import InvalidVariableError, choose, variable_of
from pirate_tui.settings.file import SettingsFile
from pirate_tui.settings.values import SETTINGS


NOTHING = SettingsFile(Path("config.toml"))
FILE = NOTHING._replace(values={"timeout": Entry(20.0, "config.toml:3")})


def test_the_command_line_goes_before_the_environment_and_that_before_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert choose({}, NOTHING)["timeout"] == Entry(30.0, "default")
    assert choose({}, FILE)["timeout"] == Entry(20.0, "config.toml:3")
    monkeypatch.setenv("PIRATE_TUI_TIMEOUT", "10")
    assert choose({}, FILE)["timeout"] == Entry(10.0, "PIRATE_TUI_TIMEOUT")
    assert choose({"timeout": 5.0}, FILE)["timeout"] == Entry(5.0, "--timeout")
    assert choose({"attribute_timeout": 5.0}, FILE)["attribute_timeout"].where == "--attribute-timeout"


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("theme", "nord", "nord"),
        ("timeout", "2.5", 2.5),
        ("attribute_timeout", "3", 3.0),
        ("limit", "7", 7),
        ("log", "a.log", Path("a.log")),
        ("full_traceback", "Yes", True),
        ("full_traceback", "0", False),
    ],
)
def test_each_setting_has_a_variable(monkeypatch: pytest.MonkeyPatch, name: str, text: str, value: object) -> None:
    assert name in SETTINGS
    monkeypatch.setenv(variable_of(name), text)
    assert choose({}, FILE)[name] == Entry(value, variable_of(name))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("PIRATE_TUI_TIMEOUT", "soon", "is not a positive number of seconds"),
        ("PIRATE_TUI_TIMEOUT", "-1", "is not a positive number of seconds"),
        ("PIRATE_TUI_LIMIT", "0", "is not a positive number of rows"),
        ("PIRATE_TUI_LIMIT", "9" * 5_000, "is not a positive number of rows"),
        ("PIRATE_TUI_FULL_TRACEBACK", "maybe", "is neither true nor false"),
    ],
)
def test_a_wrong_variable_is_named_and_ends_the_start(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, text: str, words: str
) -> None:
    monkeypatch.setenv(name, text)
    with pytest.raises(InvalidVariableError, match=f"{name} {words}; change or unset it"):
        choose({}, NOTHING)
    with pytest.raises(SystemExit) as ended:
        parse([])
    assert ended.value.code == 2
    assert f"error: {name} {words}" in capsys.readouterr().err


def test_a_wrong_variable_does_not_matter_where_the_command_line_has_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIRATE_TUI_TIMEOUT", "soon")
    assert parse(["--timeout", "3"]).time_limit == 3.0
