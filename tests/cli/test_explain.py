"""`pirate-tui explain`: a file or stdin in, explanations and an exit code out."""

import io
import os
import pty
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pirate_tui.__main__ import main
from pirate_tui.domain.pasted import TEXT_LIMIT
from tests.domain.tracebacks import SHOP


COMMAND = str(Path(sys.executable).parent / "pirate-tui")

TEXT = """\
Traceback (most recent call last):
  File "/srv/shop/app.py", line 12, in show
    return order.customer
           ^^^^^^^^^^^^^^
  File "/venv/lib/python3.12/site-packages/sqlalchemy/orm/attributes.py", line 569, in __get__
    return self.impl.get(state, dict_)
  File "/venv/lib/python3.12/site-packages/sqlalchemy/orm/strategies.py", line 1180, in _emit_lazyload
    result = session.execute(
sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called; can't call await_only() here.
"""


def explain(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of the command."""
    with pytest.raises(SystemExit) as ended:
        main(["explain", *arguments])
    assert isinstance(ended.value.code, int)
    written = capsys.readouterr()
    return ended.value.code, written.out, written.err


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file with a traceback."""
    path = tmp_path / "error.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_a_file_is_explained(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = explain(capsys, str(file))
    assert (code, err) == (0, "")
    assert out.startswith("pirate-tui: order.customer was read without await, but it is a relationship")
    assert "  read      app.py:12   `return order.customer`   in show()\n" in out
    assert out.endswith("  to know   pirate-tui run -- COMMAND\n")


@pytest.mark.parametrize("arguments", [(), ("-",)])
def test_stdin_is_explained(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TEXT.encode())))
    code, out, _ = explain(capsys, *arguments)
    assert (code, "app.py:12" in out) == (0, True)


def test_with_models_the_attribute_is_looked_up(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = explain(capsys, str(file), "--models", str(SHOP))
    assert (code, err) == (0, f"pirate-tui: importing {SHOP}\n")
    assert out.startswith("pirate-tui: Order.customer of the Order was accessed without await, but it is not loaded")
    assert "select(Order).options(joinedload(Order.customer))" in out


def test_models_that_cannot_be_imported_end_with_4(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    models = tmp_path / "models.py"
    models.write_text("1 / 0", encoding="utf-8")
    code, out, err = explain(capsys, str(file), "--models", str(models))
    assert (code, out) == (4, "")
    assert "ZeroDivisionError" in err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        (" \n", "is empty"),
        ("KeyError: 1", "nothing to explain"),
        ("KeyError: 1", "give all of a traceback"),
        (">       assert status == 200\nE       assert 500 == 200\n", "explains it: pirate-tui run -- pytest"),
    ],
)
def test_nothing_to_explain_ends_with_6(
    text: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "error.txt"
    file.write_text(text, encoding="utf-8")
    code, out, err = explain(capsys, str(file))
    assert (code, out) == (6, "")
    assert message in err


def test_nothing_is_imported_for_a_text_without_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "error.txt"
    file.write_text("hello", encoding="utf-8")
    assert explain(capsys, str(file), "--models", str(tmp_path / "no.py"))[0] == 6


@pytest.mark.parametrize("name", ["missing.txt", ".", "a\0b"])
def test_a_file_that_cannot_be_read_ends_with_2(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = explain(capsys, str(tmp_path / name))
    assert (code, out) == (2, "")
    assert err.endswith("give the file with the traceback\n")


@pytest.mark.parametrize("arguments", [("a", "b"), ("--wrong",), ("--models",)])
def test_a_wrong_command_line_ends_with_2(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(capsys, *arguments)[0] == 2


def test_too_much_is_said_with_the_limit(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "big.log"
    file.write_bytes(b"x" * (TEXT_LIMIT + 1))
    code, _, err = explain(capsys, str(file))
    assert code == 2
    assert "more than 10 MB" in err


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le"])
def test_what_windows_writes_is_read(encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "error.txt"
    mark = "\ufeff" if encoding == "utf-16-le" else ""
    file.write_bytes((mark + TEXT.replace("\n", "\r\n")).encode(encoding))
    code, out, _ = explain(capsys, str(file))
    assert (code, "app.py:12" in out) == (0, True)


def test_bytes_that_are_no_text_do_not_stand_in_the_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "error.txt"
    file.write_bytes(b"\xff\xfa\x00\n" + TEXT.encode() + b"\xc3\x28\x9b31m")
    code, out, _ = explain(capsys, str(file))
    assert (code, "app.py:12" in out) == (0, True)


def test_help_says_what_is_read_and_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = explain(capsys, "--help")
    assert code == 0
    assert "6 nothing to explain was found" in out
    assert "pirate-tui explain error.txt" in out


def test_a_pipe_is_read_without_waiting_for_a_terminal() -> None:
    done = subprocess.run([COMMAND, "explain"], input=TEXT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "order.customer" in done.stdout


@pytest.mark.parametrize(("number", "code"), [(0, 2), (1, 2), (2, 0)])
def test_streams_may_be_closed(number: int, code: int, file: Path) -> None:
    command = f'exec "$0" explain {"-" if number == 0 else file} {number}{"<" if number == 0 else ">"}&-'
    done = subprocess.run(["/bin/sh", "-c", command, COMMAND], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_a_reader_that_has_gone_is_no_error_of_ours(file: Path) -> None:
    command = '"$0" explain "$1"; echo $? >&2'
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        ["/bin/sh", "-c", command, COMMAND, str(file)], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert done.stderr.decode() == f"{128 + signal.SIGPIPE}\n"


def test_a_terminal_is_told_what_to_paste_and_how_to_end_it() -> None:
    leader, follower = pty.openpty()
    process = subprocess.Popen([COMMAND, "explain"], stdin=follower, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    os.close(follower)
    assert process.stderr is not None
    assert process.stderr.readline() == b"pirate-tui: paste a traceback, and press enter, then ctrl+d\n"
    os.write(leader, TEXT.encode() + b"\x04")
    out, _ = process.communicate()
    os.close(leader)
    assert process.returncode == 0
    assert b"order.customer was read" in out


def test_neither_sqlalchemy_nor_the_screen_is_imported_for_a_text(file: Path) -> None:
    program = (
        "import sys\n"
        "from pirate_tui.__main__ import main\n"
        "try:\n    main(['explain', sys.argv[1]])\n"
        "except SystemExit:\n    print(sorted({'sqlalchemy', 'textual', 'rich'} & sys.modules.keys()))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\n[]\n")


def test_the_page_s_example_says_what_the_page_says(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs/in-your-app.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w*)\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)
    example = next(text for language, text in blocks if language == "python")
    said = next(text for _, text in blocks if text.startswith("pirate-tui: order.note was read"))
    (tmp_path / "shop.py").write_text(example, encoding="utf-8")
    failed = subprocess.run([sys.executable, "shop.py"], cwd=tmp_path, capture_output=True, check=False)
    explained = subprocess.run([COMMAND, "explain"], input=failed.stderr, stdout=subprocess.PIPE, check=True)
    assert explained.stdout.decode().replace(f"{tmp_path}/", "") == said
