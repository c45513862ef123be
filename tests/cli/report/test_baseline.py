"""The file that `check --baseline` reads and `--update-baseline` writes: entries come back, errors name the file."""

import os
import stat
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pirate_tui.cli.report import baseline
from pirate_tui.cli.report.baseline import BaselineEntry, as_toml, read_baseline, write_baseline
from pirate_tui.domain.failure import WRONG_USE, StartupError


ENTRIES = frozenset(
    {
        BaselineEntry("Order", "items", "fresh", "io"),
        BaselineEntry("Order", "items", "after_commit", "io"),
        BaselineEntry("Order", "items", "after_commit", "raises"),
        BaselineEntry("Order", "repr()", "after_commit", "io"),
        BaselineEntry("Customer", "orders", "detached", "detached"),
        BaselineEntry("shop.Item", "id", "fresh", "io"),
    }
)

TEXT = """\
# Accesses that go wrong and are accepted; pirate-tui check --baseline fails on any other.
# Written by pirate-tui check --update-baseline: run that again when some are mended.
baseline-version = 1

[Customer]
orders = { detached = "detached" }

[Order]
items = { after_commit = ["io", "raises"], fresh = "io" }
"repr()" = { after_commit = "io" }

["shop.Item"]
id = { fresh = "io" }
"""


def test_the_file_is_sorted_and_has_a_line_for_each_attribute(tmp_path: Path) -> None:
    path = tmp_path / "baseline.toml"
    write_baseline(path, ENTRIES)
    assert path.read_text(encoding="utf-8") == TEXT
    assert read_baseline(path) == ENTRIES


@given(st.frozensets(st.builds(BaselineEntry, *[st.text(st.characters(codec="utf-8"))] * 4)))
def test_any_entries_come_back(entries: frozenset[BaselineEntry]) -> None:
    content = tomllib.loads(as_toml(entries))
    assert content.pop("baseline-version") == 1
    assert entries == {
        BaselineEntry(model, attribute, state, verdict)
        for model, attributes in content.items()
        for attribute, states in attributes.items()
        for state, verdicts in states.items()
        for verdict in (verdicts if isinstance(verdicts, list) else [verdicts])
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is not a baseline: it has no baseline-version"),
        ("[Order]\n", "is not a baseline: it has no baseline-version"),
        ("baseline-version = true\n", "is a baseline of version true; this pirate-tui reads version 1"),
        ("baseline-version = 2\n", "is a baseline of version 2; this pirate-tui reads version 1"),
        ("<<<<<<< HEAD\n", "is not TOML: "),
        ("baseline-version = 1\n[Order]\na = {}\na = {}\n", "is not TOML: Cannot overwrite a value (at line 4"),
        ("baseline-version = 1\nOrder = 1\n", "is not a baseline: [Order] must be a table"),
        ('baseline-version = 1\n[Order]\nitems = "io"\n', "is not a baseline: Order.items must be a table"),
        (
            "baseline-version = 1\n[Order]\nitems = { fresh = 1 }\n",
            "is not a baseline: Order.items, fresh must be a verd",
        ),
        (
            "baseline-version = 1\n[Order]\nitems = { fresh = [] }\n",
            "is not a baseline: Order.items, fresh must be a verd",
        ),
        ("a = " + "[" * 5_000, "is not TOML: "),
        ("\x1b[31m = 1\n", "is not TOML: "),
    ],
)
def test_a_wrong_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(StartupError) as raised:
        read_baseline(path)
    assert raised.value.exit_code == WRONG_USE
    assert raised.value.message.startswith(f"{path} {words}")
    assert raised.value.message.isprintable()


def test_a_file_that_is_not_there_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match=r"No such file or directory; --update-baseline FILE writes one"):
        read_baseline(tmp_path / "baseline.toml")
    with pytest.raises(StartupError, match="Is a directory"):
        read_baseline(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(StartupError, match="binary is not TOML: it is not UTF-8"):
        read_baseline(tmp_path / "binary")
    with pytest.raises(StartupError, match="the name has a NUL character"):
        read_baseline(tmp_path / "\0")


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "LARGEST", 1_000)
    path = tmp_path / "baseline.toml"
    path.write_text("#" * 1_001, encoding="utf-8")
    with pytest.raises(StartupError, match=r"baseline.toml is larger than 1,000 bytes"):
        read_baseline(path)


def test_it_is_written_wholly_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "baseline.toml"
    path.write_text("as before", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StartupError, match=rf"cannot write {path}: No space left on device"):
        write_baseline(path, ENTRIES)
    assert path.read_text(encoding="utf-8") == "as before"
    assert [found.name for found in tmp_path.iterdir() if found.is_file()] == ["baseline.toml"]


def test_a_folder_that_is_not_there_and_links_in_a_circle_are_named(tmp_path: Path) -> None:
    with pytest.raises(StartupError, match=r"cannot write .*nowhere/baseline.toml: No such file"):
        write_baseline(tmp_path / "nowhere" / "baseline.toml", ENTRIES)
    circle = tmp_path / "circle"
    circle.symlink_to(circle)
    with pytest.raises(StartupError, match=r"cannot write .*circle: "):
        write_baseline(circle, ENTRIES)


def test_mode_and_link_stay_as_they_are(tmp_path: Path) -> None:
    real, link = tmp_path / "real.toml", tmp_path / "link.toml"
    real.write_text("", encoding="utf-8")
    real.chmod(0o640)
    link.symlink_to(real)
    write_baseline(link, ENTRIES)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    new = tmp_path / "new.toml"
    before = os.umask(0o022)
    try:
        write_baseline(new, ENTRIES)
    finally:
        os.umask(before)
    assert stat.S_IMODE(new.stat().st_mode) == 0o644
