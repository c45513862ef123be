"""What the text of a traceback tells: of errors that were raised, as the tools write them, and of any text."""

import string
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pirate_tui.domain.pasted import TEXT_LIMIT, TextExplanation, explain_text
from pirate_tui.domain.pasted.errors import TextCause
from pirate_tui.domain.pasted.evidence import Certainty, PastedError
from pirate_tui.domain.pasted.reads import reads_of
from tests.domain.tracebacks import (
    CASES,
    IPYTHON_MODES,
    PYTEST_STYLES,
    SERVED,
    SHOP,
    WANTED,
    Made,
    make,
    native_of,
    notebook,
    pytest_output,
)
from tests.domain.tracebacks.wrapping import WRAPPERS, docker, shortened, uvicorn, windows
from tests.environments import environment_with, found_pythons


BY_NAME = {"by_name", "by_getter"}
"""The cases in which a name is read that the line does not have."""

BEHIND = {"by_proxy": "items", "by_proxy_again": "items", "by_proxy_to_one": "customer"}
"""The relationship behind a proxy, which values show."""

UNSURE = BY_NAME | {"chain", "comprehension", "expired_target", "formatted", "two_reads"}
"""These, and those in which the line reads several."""


@pytest.fixture(scope="session")
def made() -> Made:
    """The shop's errors in every format."""
    return make()


@pytest.fixture(scope="session")
def unmarked() -> Made:
    """The same as Python 3.10 and older write them, without marks below the lines."""
    return make("-X", "no_debug_ranges", native=[*CASES])


def errors_of(text: str) -> list[PastedError]:
    """The errors that are found in a text."""
    return [one.error for one in explain_text(text) if one.error is not None]


def is_right(error: PastedError, case: str) -> bool:
    """Whether what an error says is so, as far as it claims to know; asserts what must never be wrong."""
    about = CASES[case]
    if error.certainty.is_sure:
        names = [read.name for read in error.reads]
        assert names in ([about.attribute], [BEHIND.get(case)]), case
    elif error.reads and error.is_complete:
        assert about.attribute in {read.name for read in error.reads}, case
    if error.line is not None:
        assert error.line.path.endswith("/shop.py"), case
    return error.cause is about.cause and error.certainty.is_sure is bool(about.attribute)


def check(text: str, case: str) -> PastedError:
    """The only error in a text, whose claims are right."""
    (error,) = errors_of(text)
    is_right(error, case)
    assert error.cause is CASES[case].cause, case
    return error


@pytest.mark.parametrize("case", CASES)
def test_python_s_own_traceback_tells_the_attribute_and_the_cause(made: Made, case: str) -> None:
    error = check(made["native"][case], case)
    assert error.certainty.is_sure is (bool(CASES[case].attribute) and case not in BY_NAME)
    assert error.line is not None
    assert error.line.function in {CASES[case].function or case, "<listcomp>"}


@pytest.mark.thorough
@pytest.mark.parametrize("case", CASES)
def test_without_marks_nothing_is_said_with_confidence_that_is_not_so(unmarked: Made, case: str) -> None:
    error = check(unmarked["native"][case], case)
    assert error.certainty.is_sure is (bool(CASES[case].attribute) and case not in UNSURE)


@pytest.mark.parametrize(("form", "case"), [(form, case) for form, cases in WANTED.items() for case in cases])
def test_each_format_is_read(made: Made, form: str, case: str) -> None:
    error = check(made[form][case], case)
    assert error.line is not None
    assert CASES[case].function in {"", error.line.function}


@pytest.mark.parametrize("form", ["loguru", "ipython_verbose"])
def test_values_show_the_attribute_where_the_line_does_not(made: Made, form: str) -> None:
    found = {case: check(made[form][case], case) for case in BY_NAME}
    assert {error.certainty for error in found.values()} == {Certainty.SHOWN}


@pytest.mark.thorough
@pytest.mark.parametrize("mode", IPYTHON_MODES)
def test_the_cells_of_a_notebook_are_the_user_s_lines(mode: str) -> None:
    lazy, expired = (errors_of(text) for text in notebook(mode))
    told = [(error.cause, error.line and error.line[1:4], error.reads[0].code) for error in (*lazy, *expired)]
    assert told == [
        (TextCause.LAZY, (1, "", "order.items"), "order.items"),
        (TextCause.EXPIRED, (2, "note", "return order.note"), "order.note"),
    ]
    assert {error.certainty.is_sure for error in (*lazy, *expired)} == {True}


def test_without_source_the_line_is_told_and_the_attribute_is_not(made: Made) -> None:
    (explained,) = explain_text(made["structlog_frames"]["expired"])
    assert "shop.py:" in explained.text
    assert "attribute unknown: a text without source does not show which" in explained.text


@pytest.mark.parametrize("wrap", WRAPPERS)
@pytest.mark.parametrize("case", ["two_reads", "expired", "chain", "in_a_group", "detached", "concurrent"])
def test_what_stands_around_it_is_taken_away(made: Made, wrap: Callable[[str], str], case: str) -> None:
    error = check(wrap(made["native"][case]), case)
    assert error.line is not None
    if wrap.__name__ not in {"collapsed", "wrapped"}:
        assert error.certainty.is_sure is bool(CASES[case].attribute)


@pytest.mark.thorough
@pytest.mark.parametrize("wrap", WRAPPERS)
def test_the_same_without_marks(unmarked: Made, wrap: Callable[[str], str]) -> None:
    for case in ("two_reads", "expired", "handled"):
        error = check(wrap(unmarked["native"][case]), case)
        assert (error.line is not None and error.line.name) == _line_of(unmarked["native"][case])


def test_the_endpoint_whose_result_was_serialized_is_told() -> None:
    """FastAPI writes it as a frame, at the end of the error's own text."""
    for form, texts in make(**{form: ["served"] for form in SERVED}).items():
        for wrap in (str, uvicorn, docker):
            (explained,) = explain_text(wrap(texts["served"]))
            assert_is_about_endpoint(explained, form)


@pytest.mark.thorough
@pytest.mark.parametrize("style", PYTEST_STYLES)
def test_the_endpoint_is_told_from_pytest_s_output(style: str, tmp_path: Path) -> None:
    (explained,) = explain_text(pytest_output(tmp_path, style, ["served"]))
    assert_is_about_endpoint(explained, style)


def assert_is_about_endpoint(explained: TextExplanation, form: str) -> None:
    place = f"shop.py:{SHOP.read_text(encoding='utf-8').split(ENDPOINT)[0].count(chr(10)) + 1}"
    assert f"  read by   pydantic, for what read_customer() returned ({place})\n" in explained.text, form
    assert "attribute orders: named by the error" in explained.text, form


ENDPOINT = '    @app.get("/customers/{number}"'
"""The line that FastAPI says."""


@pytest.mark.packaging
@pytest.mark.parametrize("version", ["3.9", "3.10", "3.12", "3.13", "3.14"])
def test_the_traceback_of_another_python_is_read(version: str, tmp_path: Path) -> None:
    """3.9 is the oldest that runs the shop."""
    if not (pythons := found_pythons(version)):
        pytest.skip(f"this machine has no Python {version}")
    has_marks = version not in {"3.9", "3.10"}
    python = environment_with(tmp_path, "sqlalchemy[asyncio]>=2.0.46,<2.2", "aiosqlite", "pydantic", python=pythons[0])
    names = [name for name in CASES if has_marks or name != "in_a_group"]
    for case, text in native_of(python, names).items():
        error = check(text, case)
        assert error.certainty.is_sure is (
            bool(CASES[case].attribute) and case not in (BY_NAME if has_marks else UNSURE)
        )
        assert error.line is not None
        assert error.line.function in {CASES[case].function or case, "<listcomp>"}


def _line_of(text: str) -> str | None:
    (error,) = errors_of(text)
    return None if error.line is None else error.line.name


def test_prefixes_and_json_may_stand_around_each_other(made: Made) -> None:
    assert check(docker(made["structlog_json"]["two_reads"]), "two_reads").certainty is Certainty.MARKED
    assert check(docker(made["structlog_logfmt"]["two_reads"]), "two_reads").certainty is Certainty.MARKED
    assert check(docker(windows(made["native"]["two_reads"])), "two_reads").certainty is Certainty.MARKED
    assert check(docker(docker(made["loguru"]["two_reads"])), "two_reads").certainty.is_sure


def test_of_a_shortened_traceback_only_what_may_be_is_said(made: Made) -> None:
    for case in ("to_many", "two_reads", "expired", "sync_execute"):
        (error,) = errors_of(shortened(made["native"][case]))
        assert not error.certainty.is_sure
        assert error.line is not None
        assert error.line.function == case


@pytest.mark.thorough
@pytest.mark.parametrize("style", PYTEST_STYLES)
def test_pytest_s_output_leads_to_the_line(style: str, tmp_path: Path) -> None:
    names = ["two_reads", "expired", "detached_expired", "concurrent"]
    names += [] if style == "line" else ["in_a_group"]
    errors = errors_of(pytest_output(tmp_path, style, names))
    if style == "line":  # it shows neither the user's line nor the attribute
        assert [error.line for error in errors] == [None]
        return
    assert [error.cause for error in errors] == [CASES[name].cause for name in names]
    for error, name in zip(errors, names, strict=True):
        is_right(error, name)
        assert error.line is not None
        assert error.line.function in {name, "to_many"}
        assert error.is_of_pytest


def test_each_error_of_a_long_log_is_explained_once(made: Made) -> None:
    log = "".join(made["native"][case] for case in ("expired", "to_many", "expired", "detached", "to_many"))
    assert [error.cause for error in errors_of(log)] == [TextCause.EXPIRED, TextCause.LAZY, TextCause.DETACHED_LAZY]


def test_an_argument_whose_repr_fails_is_no_error_of_its_own(made: Made) -> None:
    echo = "order = <[DetachedInstanceError('<Order at 0x7f> ... of attribute 'customer' ...') raised in repr()] Order>"
    text = made["native"]["expired"].replace("  File", f"{echo}\n  File", 1)
    assert "customer" not in explain_text(text)[-1].text


def test_a_report_of_the_probe_is_shown_as_it_is(made: Made) -> None:
    report = (
        "pirate-tui: Order.note of Order 1 was accessed without await, but a commit has expired its value.\n"
        "  read      shop.py:{}   `return order.note`\n"
        "  expired   shop.py:20   `await session.commit()`\n"
        '  fix       await session.refresh(order, ["note"])'
    )
    (error,) = errors_of(made["native"]["expired"])
    assert error.line is not None
    report = report.format(error.line.line)
    text = made["native"]["expired"].rstrip() + f"\n{report}\n" + made["native"]["detached"]
    told, other = explain_text(docker(text))
    assert told.text == report
    assert other.error is not None
    assert other.error.cause is TextCause.DETACHED_LAZY


def test_a_report_of_the_probe_is_not_repeated_from_the_message(made: Made) -> None:
    """That of a serializer, whose text has no line of the user's."""
    report = (
        "pirate-tui: Order.items of Order 1 was accessed without await.\n  read by   pydantic\n  loaded    a.py:2\n"
    )
    bracket = "place? [pirate-tui: Order.items of Order 1 is not loaded; Order 1 was loaded at a.py:2]"
    text = made["native"]["serialized"].replace("place?", bracket)
    (told,) = explain_text(text + report)
    assert told.verbatim
    other = text + report.replace("Order.items of Order 1", "Order.items of Order 2")
    assert [bool(one.verbatim) for one in explain_text(other)] == [True, False]


def test_what_the_probe_has_put_into_the_message_names_the_attribute() -> None:
    text = "MissingGreenlet: greenlet_spawn has not been called; [pirate-tui: Order.note of Order 1 has expired]"
    (explained,) = explain_text(text)
    assert "probe     Order.note of Order 1 has expired" in explained.text
    assert explained.error is not None
    assert explained.error.certainty is Certainty.NAMED


def test_an_error_without_a_traceback_is_explained_in_general() -> None:
    (explained,) = explain_text("FAILED test_x.py::test_a - sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not ...")
    assert "no line of your own is in the text" in explained.text
    assert "pirate-tui run -- " in explained.text


def test_the_report_says_line_attribute_certainty_fixes_and_what_is_unknown(made: Made) -> None:
    (explained,) = explain_text(made["native"]["expired"])
    place = explained.error.line.name if explained.error and explained.error.line else ""
    assert explained.headline == (
        "order.note was read without await, but its value has expired: loading it needs the database, and only awaited "
        "code can wait for that."
    )
    assert explained.text.split("\n") == [
        f"pirate-tui: {explained.headline}",
        f"  read      {place}   `return order.note`   in expired()",
        "  attribute order.note: the only read that the traceback marks",
        "  fix       async_sessionmaker(engine, expire_on_commit=False)   # if a commit has expired what was loaded",
        '  or        await session.refresh(order, ["note"])   # loads it into the instance that you already have',
        "  or        await order.awaitable_attrs.note   # if the class has AsyncAttrs as a base",
        "  unknown   which commit, rollback, flush or expire() has expired it",
        "  to know   pirate-tui run -- COMMAND",
    ]


@pytest.mark.thorough
def test_several_candidates_are_all_named_and_none_is_claimed(unmarked: Made) -> None:
    (explained,) = explain_text(unmarked["native"]["two_reads"])
    assert explained.headline.startswith("one of order.note, order.items was read")
    assert "attribute one of: order.note, order.items" in explained.text
    assert "# if it is order.items" in explained.text
    (hidden,) = explain_text(unmarked["native"]["by_name"])
    assert hidden.headline.startswith("perhaps order.note was read")


@pytest.mark.parametrize(
    "text", ["", "\n", "hello", 'Traceback (most recent call last):\n  File "a.py", line 1\nKeyError: 1']
)
def test_a_text_without_such_an_error_has_nothing(text: str) -> None:
    assert explain_text(text) == ()


def test_control_sequences_and_passwords_of_the_text_are_not_shown() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "a\x1b]0;x\x07\x9b.py", line 3, in f\n'
        "    return order.note  # password=hunter2 \x00\u202e\n"
        "sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called\n"
    )
    (explained,) = explain_text(text)
    assert "order.note" in explained.text
    assert "hunter2" not in explained.text
    assert all(char == "\n" or char.isprintable() for char in explained.text)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        ("if order.note:", ["note"]),
        ("elif not order.note and order.items:", ["note", "items"]),
        ("for item in order.items:", ["items"]),
        ("async with order.lock as lock:", ["lock"]),
        ("with open(order.path) as file, order.lock:", ["path", "lock"]),
        ("items=order.items,", ["items"]),
        ("note=order.note, items=[item.title for item in order.items])", ["note", "items", "title"]),
        ("} | order.extra", ["extra"]),
        ("order.items += [1]", ["items"]),
        ("total = order.a.b.c", ["a", "b", "c"]),
        ("return [x.y for x in o.z if x.w]", ["z", "w", "y"]),
        ('return getattr(order, "note", None)', ["note"]),
        ("lambda: order.note", ["note"]),
        ("order.items.append(item)", ["items"]),
        ("@#!", []),
    ],
)  # fmt: skip
def test_reads_of_a_line_are_found_in_the_order_of_evaluation(code: str, names: list[str]) -> None:
    assert [read.name for read in reads_of(code, "", writes=False, has_marks=False).found] == names


@pytest.mark.parametrize(
    "code", ["get(order), order.note", "getattr(order, name), order.note", "sorted(order.items, key=get)", "order.not…"]
)
def test_a_line_that_may_read_what_it_does_not_show_is_not_complete(code: str) -> None:
    assert not reads_of(code, "", writes=False, has_marks=False).is_complete


def test_marks_that_stand_below_a_part_of_a_name_are_not_believed() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "a.py", line 3, in f\n'
        "    return order.note\n"
        "           ^^^^^^^^^\n"
        '  File "/x/site-packages/sqlalchemy/orm/attributes.py", line 1, in __get__\n'
        "sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called\n"
    )
    (error,) = errors_of(text)
    assert [read.name for read in error.reads] == ["note"]


PIECES = [
    "Traceback (most recent call last):\n", '  File "shop.py", line 3, in f\n', "    return order.note\n", "    ^^^^\n",
    '  File "/x/site-packages/sqlalchemy/orm/attributes.py", line 1, in __get__\n', "\\n", "E   ", ">   ", "> ", "| ",
    "sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called\n", "____ test ____\n", "_ _ _ _ _ _ _ \n",
    "shop.py:3: in f\n", "shop.py:3: \n", "╭─ Traceback (most recent call last) ─╮\n", "│ /a/shop.py:3 in f │\n", "{",
    "│ ❱ 3 │ order.note │\n", '"exception": "', '{"a": [{"frames": [{"filename": "a.py"}], "exc_type": "X"}]}\n',
    "The above exception was the direct cause of the following exception:\n", "[SQL: SELECT a FROM b]\n", "\x1b[1m",
    "DetachedInstanceError: Instance <A at 0x1> is not bound to a Session; attribute refresh operation\n", " ", "\n",
    "pirate-tui: a\n", "  read      b\n", "File <x>\n", "Cell In[1], line 2\n", "----> 1 a.b\n", "...\n",
    "}", "└ 'a'\n", "\\\\", "\ud800",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=5), max_size=40).map("".join))
def test_any_text_is_read(text: str) -> None:
    for one in explain_text(text):
        assert all(char == "\n" or char.isprintable() for char in one.text)


@given(st.text(string.printable, max_size=60), st.booleans(), st.booleans())
def test_any_line_of_source_is_read(code: str, writes: bool, has_marks: bool) -> None:  # noqa: FBT001
    reads_of(code, code[3:20], writes=writes, has_marks=has_marks)
    reads_of(code, "", writes=writes, has_marks=has_marks)


@pytest.mark.parametrize("code", ["(" * 900, "-" * 900 + "1", "a" + ".b" * 450, "a[" * 450, "lambda:" * 100, "'\\d'"])
def test_source_that_is_nested_deeply_is_read(code: str) -> None:
    reads_of(code, "", writes=False, has_marks=False)


BLOCK = (
    f"{PIECES[0]}{PIECES[1]}{PIECES[2]}{PIECES[4]}sqlalchemy.exc.MissingGreenlet: greenlet_spawn has not been called\n"
)

LONG = {
    "spaces": " ",
    "tracebacks": BLOCK,
    "headers": PIECES[0],
    "frames": PIECES[1],
    "unclosed": '  File "',
    "one line of frames": PIECES[1].strip() + " ",
    "underscores": "_",
    "marks": "    ^ ~ x",
    "boxes": "│ ",
    "quotes": "> ",
    "escapes": "\x1b[",
    "brackets": "[SQL: SELECT ",
    "echoes": "<[A(",
    "named": "MissingGreenlet ",
    "almost named": "MissingGreenle\n",
    "json": '{"',
    "lists": "[",
    "line breaks": "\\n",
    "reports": "pirate-tui: a\n  read      b\n",
}


def steps_of(text: str) -> int:
    """How many lines of Python are run to explain a text."""
    count = 0

    def trace(*_: object) -> object:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]  # it returns itself
    try:
        explain_text(text)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("piece", LONG)
def test_a_long_text_takes_work_in_proportion_to_its_length(piece: str) -> None:
    short, long = (steps_of(LONG[piece] * (size // len(LONG[piece]))) for size in (20_000, 80_000))
    assert long <= 6 * short + 2_000


@pytest.fixture
def five_megabytes() -> str:
    """A text that is mostly of a log's lines, with an error at its end."""
    line = '2024-05-01T12:00:00Z INFO 127.0.0.1 - "GET /orders/1 HTTP/1.1" 200 OK\n'
    return line * (5_000_000 // len(line)) + BLOCK


def test_the_last_error_of_a_long_log_is_found(five_megabytes: str) -> None:
    (explained,) = explain_text(five_megabytes)
    assert "shop.py:3" in explained.text


@pytest.mark.thorough
@pytest.mark.parametrize("piece", LONG)
def test_five_megabytes_of_anything_come_to_an_end(piece: str) -> None:
    explain_text(LONG[piece] * (5_000_000 // len(LONG[piece])))


def test_of_too_long_a_text_the_end_is_read() -> None:
    (explained,) = explain_text(BLOCK.replace("note", "lost") + "x" * TEXT_LIMIT + "\n" + BLOCK)
    assert "shop.py:3" in explained.text
