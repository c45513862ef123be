"""What a project ignores: each entry has a pattern and a reason, and what is wrong with one is said by its number."""

from pathlib import Path

import pytest

from pirate_tui.cli.check_options import IGNORABLE
from pirate_tui.cli.report.ignoring import Ignore, read_ignores
from pirate_tui.domain.failure import WRONG_USE, StartupError


HEAD = "[tool.pirate-tui.check]\n"


def ignores(tmp_path: Path, text: str) -> tuple[Ignore, ...]:
    """The entries of a file with that text."""
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    return read_ignores(path, IGNORABLE)


def test_entries_are_read_in_both_spellings_of_toml(tmp_path: Path) -> None:
    expected = (
        Ignore("Order.*", "seen by the importer alone"),
        Ignore("*.repr()", "not called", ("fresh", "after_commit"), ("io",)),
    )
    assert expected == ignores(
        tmp_path,
        HEAD
        + """ignore = [
            { pattern = "Order.*", reason = "seen by the importer alone" },
            { pattern = "*.repr()", reason = " not called ", state = ["fresh", "after_commit"], verdict = "io" },
        ]""",
    )
    assert expected[:1] == ignores(
        tmp_path,
        '[[tool.pirate-tui.check.ignore]]\npattern = "Order.*"\nreason = "seen by the importer alone"\n',
    )
    assert ignores(tmp_path, HEAD) == ()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no [tool.pirate-tui.check]"),
        ("tool = 1", "has no [tool.pirate-tui.check]"),
        ("[tool]\npirate-tui = 1", "has no [tool.pirate-tui.check]"),
        ("[tool.pirate-tui]\ncheck = 1", "has no [tool.pirate-tui.check]"),
        (f"{HEAD}ignored = []", "[tool.pirate-tui.check] has no key ignored; it has: ignore"),
        (f'{HEAD}ignore = "Order.*"', "[tool.pirate-tui.check] ignore must be an array of tables"),
        (f'{HEAD}ignore = ["Order.*"]', "[tool.pirate-tui.check] ignore 1 must be a table"),
        (
            f'{HEAD}ignore = [{{ pattern = "Order.*" }}]',
            "[tool.pirate-tui.check] ignore 1 needs reason: why it does no harm",
        ),
        (
            f'{HEAD}ignore = [{{ pattern = "Order.*", reason = " " }}]',
            "[tool.pirate-tui.check] ignore 1 has no text as reason",
        ),
        (f'{HEAD}ignore = [{{ reason = "x" }}]', "[tool.pirate-tui.check] ignore 1 needs pattern: Class.attribute"),
        (
            f'{HEAD}ignore = [{{ pattern = "a.b", reason = "x" }}, {{ pattern = "Order", reason = "x" }}]',
            "[tool.pirate-tui.check] ignore 2 pattern Order must be of Class.attribute, such as Order.*",
        ),
        (
            f'{HEAD}ignore = [{{ pattern = "a.b", reason = "x", why = "y" }}]',
            "[tool.pirate-tui.check] ignore 1 has no key why; it has: pattern, reason, state, verdict",
        ),
        (
            f'{HEAD}ignore = [{{ pattern = "a.b", reason = "x", state = "tired" }}]',
            "[tool.pirate-tui.check] ignore 1 state tired is not one of fresh, after_commit",
        ),
        (
            f'{HEAD}ignore = [{{ pattern = "a.b", reason = "x", verdict = [["io"]] }}]',
            "[tool.pirate-tui.check] ignore 1 verdict ['io'] is not one of io, raises, detached, unknown",
        ),
        ("ignore = ", "is not TOML: "),
    ],
)
def test_a_wrong_entry_is_named_with_its_file(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(StartupError) as raised:
        ignores(tmp_path, text)
    assert raised.value.exit_code == WRONG_USE
    assert raised.value.message.startswith(f"{tmp_path / 'pyproject.toml'} {words}")


@pytest.mark.parametrize(
    ("ignore", "expected"),
    [
        (Ignore("Order.items", "x"), True),
        (Ignore("Order.*", "x"), True),
        (Ignore("*.items", "x"), True),
        (Ignore("O?der.it[ef]ms", "x"), True),
        (Ignore("order.items", "x"), False),
        (Ignore("Order.item", "x"), False),
        (Ignore("Order.items", "x", ("fresh",)), True),
        (Ignore("Order.items", "x", ("after_commit",)), False),
        (Ignore("Order.items", "x", (), ("io", "raises")), True),
        (Ignore("Order.items", "x", (), ("raises",)), False),
    ],
)
def test_a_pattern_is_of_class_and_attribute(ignore: Ignore, *, expected: bool) -> None:
    assert ignore.matches("Order", "items", "fresh", "io") is expected
