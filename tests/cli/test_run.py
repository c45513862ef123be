"""The sub-command `run`: what it passes on to the command, and what it says where there is nothing to start."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pirate_tui import __main__ as command
from pirate_tui.cli import run as running
from pirate_tui.cli.run import NOT_EXECUTABLE, NOT_FOUND, STARTUP, parse, with_probe
from pirate_tui.domain.failure import WRONG_USE, StartupError
from pirate_tui.probe import ANNOUNCED, PURPOSE
from tests.programs import COMMAND, environment, run, run_probed


PROBED = """
import sys, sqlalchemy.orm
module = sys.modules.get("pirate_tui.probe")
print(module is not None and module.is_installed())
"""


def script(path: Path, text: str, mode: int = 0o755) -> Path:
    path.write_text(text)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["python", "-m", "shop"], ["python", "-m", "shop"]),
        (["--", "python", "-m", "shop"], ["python", "-m", "shop"]),
        (["python", "--help"], ["python", "--help"]),
        (["python", "--", "-x"], ["python", "--", "-x"]),
        (["--", "-x", "--help"], ["-x", "--help"]),
        (["--", "--", "a"], ["--", "a"]),
    ],
)
def test_everything_from_the_first_word_on_is_the_command_s(arguments: list[str], expected: list[str]) -> None:
    assert parse(arguments) == expected


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "no COMMAND is given"),
        (["--"], "no COMMAND is given"),
        ([""], "no COMMAND is given"),
        (["--reload", "uvicorn"], "unrecognized arguments: --reload"),
        (["--he", "python"], "unrecognized arguments: --he"),
    ],
)
def test_wrong_use_ends_with_2_and_says_why(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["run", *arguments])
    assert ended.value.code == WRONG_USE
    assert words in capsys.readouterr().err


def test_windows_is_told_what_to_do_instead(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(SystemExit) as ended:
        parse(["python"])
    assert ended.value.code == WRONG_USE
    assert "POSIX systems only; on Windows, call pirate_tui.probe.install()" in capsys.readouterr().err


def test_the_help_names_what_users_have_to_know(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        command.main(["run", "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert "usage: pirate-tui run [--help] [--] COMMAND ..." in told
    for word in ("PIRATE_TUI_PROBE=0", "PIRATE_TUI_PROBE=no-message", "`-E`", "POSIX", "126", "127", "Python 3.11"):
        assert word in told


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, [str(STARTUP)]),
        ("", [str(STARTUP)]),
        ("/a", [str(STARTUP), "/a"]),
        (f"/a{os.pathsep}/b", [str(STARTUP), "/a", "/b"]),
        (f"{os.pathsep}/b", [str(STARTUP), "", "/b"]),  # an empty one is the current folder
        (f"/a{os.pathsep}{STARTUP}", [str(STARTUP), "/a"]),
    ],
)
def test_the_folder_comes_first_on_pythonpath(before: str | None, after: list[str]) -> None:
    given = {"A": "1", **({} if before is None else {"PYTHONPATH": before})}
    assert with_probe(given) == {"A": "1", "PYTHONPATH": os.pathsep.join(after)}


def test_a_folder_that_pythonpath_cannot_hold_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "STARTUP", Path(f"/odd{os.pathsep}folder"))
    with pytest.raises(StartupError, match="PYTHONPATH cannot hold /odd:folder") as raised:
        with_probe({})
    assert raised.value.exit_code == WRONG_USE


def test_its_import_loads_neither_screen_nor_database() -> None:
    done = run(sys.executable, "-c", "import sys, pirate_tui.cli.run; print(*sys.modules)")
    assert "pirate_tui.cli.run" in done.out.split()
    assert not {"textual", "rich", "sqlalchemy", "greenlet", "pirate_tui.probe.hooks"} & set(done.out.split())


def test_the_probe_is_inside() -> None:
    assert run_probed(sys.executable, "-c", PROBED).out == "True\n"


@pytest.mark.parametrize("code", [0, 1, 42])
def test_the_exit_code_is_the_command_s(code: int) -> None:
    assert run_probed(sys.executable, "-c", f"raise SystemExit({code})") == (code, "", "")


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGPIPE])
def test_a_signal_ends_the_command_as_it_does_without_us(number: signal.Signals) -> None:
    assert run_probed("sh", "-c", f"kill -{number.value} $$").code == -number


def test_the_process_is_the_command_s_own() -> None:
    """Nothing of ours remains between whoever sends a signal and the command."""
    with subprocess.Popen(
        [COMMAND, "run", "sh", "-c", "echo $$; exec cat"],
        env=environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert int(process.stdout.readline()) == process.pid
        process.send_signal(signal.SIGTERM)  # nohup ignores SIGHUP
        assert process.wait() == -signal.SIGTERM


def test_the_command_gets_the_signals_that_python_ignores() -> None:
    ignored = run("sh", "-c", "grep SigIgn /proc/self/status || echo none")
    assert run_probed("sh", "-c", "grep SigIgn /proc/self/status || echo none") == ignored


def test_stdin_stdout_and_stderr_are_passed_on() -> None:
    program = "import sys; print(sys.stdin.read()[::-1]); print('!', file=sys.stderr)"
    assert run_probed(sys.executable, "-c", program, typed="ahoy") == (0, "yoha\n", "!\n")


def test_arguments_and_folder_are_passed_on(tmp_path: Path) -> None:
    program = "import os, sys; print(sys.argv[1:], os.getcwd())"
    done = run_probed("--", sys.executable, "-c", program, "--help", "--", "a b", folder=tmp_path)
    assert done == (0, f"['--help', '--', 'a b'] {tmp_path}\n", "")


def test_the_environment_is_kept(tmp_path: Path) -> None:
    program = "import os; print(dict(os.environ))"
    given = {"PIRATE_TUI_PROBE": "no-message", "PYTHONPATH": str(tmp_path), "SHOP": "ä=1"}
    expected = eval(run(sys.executable, "-c", program, given=given).out)  # noqa: S307  what our own program has printed
    expected |= {"PYTHONPATH": f"{STARTUP}{os.pathsep}{tmp_path}", ANNOUNCED: "1"}
    assert eval(run_probed(sys.executable, "-c", program, given=given).out) == expected  # noqa: S307  likewise


def test_the_probe_is_kept_out_by_the_environment() -> None:
    assert run_probed(sys.executable, "-c", PROBED, given={"PIRATE_TUI_PROBE": "0"}) == (0, "False\n", "")


def test_it_says_once_in_a_run_what_the_probe_is_for() -> None:
    child = "import subprocess, sys, sqlalchemy.orm; subprocess.run([sys.executable, '-c', 'import sqlalchemy.orm'])"
    assert run(COMMAND, "run", sys.executable, "-c", child) == (0, "", f"{PURPOSE}\n")
    assert run(COMMAND, "run", "true", given={"PIRATE_TUI_PROBE": "0"}) == (0, "", "")


def test_a_command_is_searched_for_on_path(tmp_path: Path) -> None:
    script(tmp_path / "shop", "#!/bin/sh\necho open\n")
    assert run_probed("shop", given={"PATH": f"{tmp_path}:/bin:/usr/bin"}) == (0, "open\n", "")


def test_a_command_that_is_not_there() -> None:
    assert run_probed("no-such-command") == (NOT_FOUND, "", "pirate-tui: command not found: no-such-command\n")
    assert run_probed("./no\x1bsuch") == (NOT_FOUND, "", "pirate-tui: command not found: ./no␛such\n")
    assert run_probed(f"{sys.executable}/x").code == NOT_FOUND


def test_a_command_that_cannot_be_started(tmp_path: Path) -> None:
    plain = script(tmp_path / "plain", "#!/bin/sh\n", mode=0o644)
    said = f"pirate-tui: cannot start {plain}: Permission denied\n"
    assert run_probed(plain) == (NOT_EXECUTABLE, "", said)
    assert run_probed("plain", given={"PATH": str(tmp_path)}) == (NOT_EXECUTABLE, "", said.replace(str(plain), "plain"))
    assert run_probed(tmp_path).code == NOT_EXECUTABLE


def test_a_script_without_an_interpreter(tmp_path: Path) -> None:
    orphan = script(tmp_path / "orphan", "#!/no/such/python\n")
    done = run_probed(orphan)
    assert done.code == NOT_EXECUTABLE
    assert "the interpreter that its first line names does not exist" in done.err
    bare = script(tmp_path / "bare", "echo open\n")
    done = run_probed(bare)
    assert done.code == NOT_EXECUTABLE
    assert "the first line of a script has to be like #!/bin/sh" in done.err


def test_errors_are_one_line_and_need_no_stderr() -> None:
    assert run_probed("nothing").err.count("\n") == 1
    assert run("sh", "-c", 'exec "$0" run nothing 2>&-', COMMAND).code == NOT_FOUND


def test_what_is_executed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """In this process, up to the system call."""
    calls = []

    def execvpe(file: str, arguments: list[str], variables: dict[str, str]) -> None:
        calls.append((file, arguments, variables["PYTHONPATH"].split(os.pathsep)[0]))
        raise OSError(7, "Argument list too long")

    monkeypatch.setattr(os, "execvpe", execvpe)
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        command.main(["run", sys.executable, "x"])
    assert calls == [(sys.executable, [sys.executable, "x"], str(STARTUP))]
    assert ended.value.code == NOT_EXECUTABLE
    said = f"{PURPOSE}\npirate-tui: cannot start {sys.executable}: Argument list too long\n"
    assert capsys.readouterr().err == said
