"""`pirate-tui config`, connections of the settings file, and what else it decides at the start."""

import subprocess
import sys
from pathlib import Path

import pytest

from pirate_tui.bootstrap import Bootstrap
from pirate_tui.cli import config
from pirate_tui.cli.browse import parse
from pirate_tui.cli.passwords import with_commanded_password
from pirate_tui.cli.preferences import preferences_of
from pirate_tui.domain import text
from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.orm.connection.url import Server, named
from pirate_tui.settings import TypedUrl
from pirate_tui.settings.remembered import remember_theme
from pirate_tui.ui.commands import COMMANDS


PASSWORD = "s3cr3t-!"  # noqa: S105  it opens nothing


@pytest.fixture(autouse=True)
def _no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "_secrets", set())
    monkeypatch.delenv("PIRATE_TUI_PASSWORD", raising=False)


@pytest.fixture
def file(own_home: Path) -> Path:
    """Where the settings file belongs."""
    path = own_home / "pirate-tui" / "config.toml"
    path.parent.mkdir()
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, list[str], str]:
    """Return the exit code of `config`, its lines, and what it wrote to stderr."""
    with pytest.raises(SystemExit) as ended:
        config.main(arguments)
    out, err = capsys.readouterr()
    assert isinstance(ended.value.code, int)
    return ended.value.code, out.splitlines(), err


def test_it_says_where_the_file_would_be_and_what_the_defaults_are(
    own_home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, lines, err = run(capsys)
    assert (code, err) == (0, "")
    assert lines[0] == f"settings file  {own_home}/pirate-tui/config.toml (does not exist)"
    assert lines[1] == f"remembered in  {own_home}/pirate-tui/choices.json"
    assert [line.split() for line in lines[3:]] == [
        ["theme", "pirate", "default"],
        ["timeout", "30", "default"],
        ["attribute_timeout", "10", "default"],
        ["limit", "1000", "default"],
        ["log", "none", "default"],
        ["full_traceback", "false", "default"],
    ]


def test_it_says_what_holds_and_why(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text(
        'timeout = 20\nlimit = 5\n[keymap]\nscreen.unsafe = "w"\n[connections.shop]\n'
        'url = "postgresql://reader@db/shop"\nmodels = "/src/shop.py:Base"\nschema = "sales"\n'
        'password_command = ["pass", "show", "hidden"]\n'
    )
    monkeypatch.setenv("PIRATE_TUI_LIMIT", "7")
    remember_theme("nord")
    code, lines, err = run(capsys)
    assert (code, err) == (0, "")
    assert [line.split() for line in lines[3:]] == [
        ["theme", "nord", "remembered"],
        ["timeout", "20", "config.toml:1"],
        ["attribute_timeout", "10", "default"],
        ["limit", "7", "PIRATE_TUI_LIMIT"],
        ["log", "none", "default"],
        ["full_traceback", "false", "default"],
        ["screen.unsafe", "w", "config.toml:4"],
        ["@shop", "postgresql://reader@db/shop", "config.toml:5"],
        ["models", "/src/shop.py:Base"],
        ["schema", "sales"],
        ["password_command", "pass", "…"],
    ]


def test_what_is_ignored_is_said_and_the_exit_code_tells(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('theme = "norx"\nlimit = 0\n[keymap]\nscreen.unsafe = "j"\nscreen.zoom = "w"\n')
    code, lines, err = run(capsys)
    assert code == WRONG_USE
    assert err.splitlines() == [
        f"pirate-tui: {file}:2: limit must be a positive number of rows; ignored",
        f"pirate-tui: {file}:4: j is already a key of table.cursor_down; change that one, too; ignored",
        *[line for line in err.splitlines() if line.startswith(f"pirate-tui: {file}:1: there is no theme norx; ")],
    ]
    assert len(err.splitlines()) == 3
    assert not [line for line in lines if "screen.unsafe" in line]
    assert [line.split() for line in lines if "screen.zoom" in line] == [["screen.zoom", "w", "config.toml:5"]]


def test_no_control_sequence_of_the_file_reaches_the_terminal(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('"\\u001b[31m" = 1\n[connections."\\u001b[32m"]\nurl = "/\\u001b[33m"\n')
    _, lines, err = run(capsys)
    assert "\x1b" not in "".join(lines) + err


def test_it_takes_no_argument(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "shop.db")
    assert code == WRONG_USE
    assert "unrecognized arguments: shop.db" in err


# Connections.


def test_a_connection_is_opened_by_its_name(file: Path) -> None:
    file.write_text(
        '[connections.shop]\nurl = "postgresql://reader@db/shop"\nmodels = "/src/shop.py"\nschema = "sales"\n'
        'password_command = ["pass", "shop"]\n'
    )
    settings = parse(["@shop"])
    assert settings.database == TypedUrl("postgresql://reader@db/shop")
    assert (settings.models, settings.schemas) == ("/src/shop.py", ("sales",))
    assert (settings.connection, settings.password_command) == ("shop", ("pass", "shop"))
    assert not settings.are_models_typed
    other = parse(["@shop", "--models", "other.py", "--schema", "x"])
    assert (other.models, other.schemas, other.are_models_typed) == ("other.py", ("x",), True)


def test_a_connection_to_a_file(file: Path, world: Path) -> None:
    file.write_text(f'[connections.crews]\nurl = "{world}"\n')
    assert parse(["@crews"]).database == world


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "no connection @shop in {file}; give it one: [connections.shop], with a url"),
        ('[connections.a]\nurl = "/a"\n[connections.b]\nurl = "/b"', "no connection @shop in {file}; it has @a, @b; "),
        ("[connections.shop]\nmodels = 1", "{file}:1: @shop has no url; ignored"),
        ("[connections.shop]\nmodels = 1", "the connection @shop in {file} is invalid"),
    ],
)
def test_a_connection_that_is_not_there(
    file: Path, capsys: pytest.CaptureFixture[str], content: str, words: str
) -> None:
    file.write_text(content)
    with pytest.raises(SystemExit) as ended:
        parse(["@shop"])
    assert ended.value.code == WRONG_USE
    assert words.format(file=file) in capsys.readouterr().err


def test_a_file_that_is_called_like_a_connection_is_opened_with_its_folder() -> None:
    assert parse(["./@shop"]).database == Path("@shop")


@pytest.mark.thorough
def test_models_of_a_connection_import_nothing_from_the_current_folder(file: Path, world: Path, tmp_path: Path) -> None:
    """A cloned repository must not choose what code runs."""
    models, here = tmp_path / "own" / "models.py", tmp_path / "cloned"
    models.parent.mkdir()
    here.mkdir()
    models.write_text(
        "try:\n    import helper_of_nobody\nexcept ImportError:\n    pass\n"
        "from pirate_tui.pirates.models import Base, Pirate, PirateCrew\n"
    )
    trace = tmp_path / "trace"
    (here / "helper_of_nobody.py").write_text(f"open({str(trace)!r}, 'w')\n")
    file.write_text(f'[connections.crews]\nurl = "{world}"\nmodels = "{models}"\n')
    command = [str(Path(sys.executable).with_name("pirate-tui")), "check"]
    connected = subprocess.run([*command, "@crews"], cwd=here, capture_output=True, text=True, check=False)
    assert "members" in connected.stdout
    assert not trace.exists()
    typed = [*command, str(world), "--models", str(models)]  # what is typed is meant
    assert subprocess.run(typed, cwd=here, capture_output=True, check=False).returncode == 0
    assert trace.exists()


# Passwords.


@pytest.fixture
def server() -> Server:
    """A server whose password is not known."""
    found = named("postgresql://reader@db/shop")
    assert isinstance(found, Server)
    return found


def printing(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_a_command_prints_the_password_on_its_first_line(server: Server) -> None:
    command = printing(f"print({PASSWORD!r}); print('login: reader')")
    found = with_commanded_password(server, command, "shop")
    assert found.url.password == PASSWORD
    assert text.redact(f"it was {PASSWORD}") == "it was ***"


def test_it_is_run_without_a_shell_and_only_where_a_password_is_missing(server: Server, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    command = printing(f"import sys; open({str(trace)!r}, 'w'); print(sys.argv[1])")
    odd = with_commanded_password(server, (*command, "$HOME; *"), "shop")
    assert odd.url.password == "$HOME; *"  # noqa: S105  it opens nothing
    trace.unlink()
    assert with_commanded_password(odd, command, "shop") == odd
    assert with_commanded_password(server, (), "shop") == server
    assert not trace.exists()


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("/nowhere/pass",), "password_command of @shop (/nowhere/pass) cannot be run: No such file or directory"),
        (printing("import sys; print('s3cr3t-!'); sys.exit(3)"), ") failed: exit code 3"),
        (printing("import os; os.kill(os.getpid(), 15)"), ") failed: signal 15"),
        (printing("print('x' * 70_000 + 's3cr3t')"), ") printed no password on its first line"),
        (printing("pass"), ") printed no password on its first line"),
        (printing("print(); print('s3cr3t-!')"), ") printed no password on its first line"),
        (printing("print('\\0')"), ") printed no password on its first line"),
        (printing("import sys; sys.stdout.buffer.write(b'\\xff')"), ") printed what is not UTF-8"),
    ],
)
def test_a_command_that_prints_none_is_named_without_its_arguments(
    server: Server, command: tuple[str, ...], words: str
) -> None:
    with pytest.raises(StartupError) as refused:
        with_commanded_password(server, command, "shop")
    assert words in refused.value.message
    assert refused.value.exit_code == WRONG_USE
    assert "s3cr3t" not in refused.value.message
    assert "sys" not in refused.value.message


def test_the_environment_goes_before_the_command(file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    file.write_text(
        f'[connections.shop]\nurl = "postgresql://reader@127.0.0.1:1/shop"\n'
        f'password_command = ["{sys.executable}", "-c", "open({str(trace)!r}, {"w"!r}); print(1)"]\n'
    )
    monkeypatch.setattr(sys, "stdin", None)
    monkeypatch.setenv("PIRATE_TUI_PASSWORD", PASSWORD)
    Bootstrap(parse(["@shop"])).before_screen()
    assert not trace.exists()
    monkeypatch.delenv("PIRATE_TUI_PASSWORD")
    Bootstrap(parse(["@shop"])).before_screen()
    assert trace.exists()


# Themes.


def test_the_theme_of_the_file_goes_before_the_one_that_was_chosen(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert preferences_of(parse([])).theme == "pirate"
    remember_theme("dracula")
    assert preferences_of(parse([]))[:2] == ("dracula", "remembered")
    file.write_text('theme = "nord"\n')
    assert preferences_of(parse([]))[:2] == ("nord", "config.toml:1")
    monkeypatch.setenv("PIRATE_TUI_THEME", "gruvbox")
    assert preferences_of(parse([]))[:2] == ("gruvbox", "PIRATE_TUI_THEME")
    file.write_text('theme = "unknown"\n')
    monkeypatch.setenv("PIRATE_TUI_THEME", "")
    chosen = preferences_of(parse([]))
    assert chosen[:2] == ("dracula", "remembered")
    assert chosen.ignored[0].startswith(f"{file}:1: there is no theme unknown; there are ")
    monkeypatch.setenv("PIRATE_TUI_THEME", "unknown")
    with pytest.raises(StartupError, match="PIRATE_TUI_THEME: there is no theme unknown; there are ") as refused:
        preferences_of(parse([]))
    assert refused.value.exit_code == WRONG_USE


def test_the_ids_of_all_commands_are_listed_with_their_keys(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file.write_text('[keymap]\nscreen.unsafe = ["w", "f6"]\n')
    code, lines, _ = run(capsys, "--keys")
    assert code == 0
    listed = {line.split()[0]: line.split()[1:] for line in lines}
    assert listed.keys() == {command.id for command in COMMANDS}
    assert listed["screen.unsafe"] == ["w", "f6", "Unsafe"]
