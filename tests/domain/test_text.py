"""`clean` and `clean_lines`: whatever comes in, what goes out is safe for a terminal, and nothing is lost."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pirate_tui.domain.text import CELL_LIMIT, INVISIBLE, clean, clean_lines


AWKWARD = "\x00\x07\x1b\x7f\x80\x9b\u200b\u200e\u202e\u2066\u2069\u2028\u2029\ufeff\xad\u061c\ud800\U000e0041\uffff"
ANY_TEXT = st.text(st.one_of(st.sampled_from(AWKWARD + "\t\r\n[/red]"), st.characters()))
FORBIDDEN_CATEGORIES = {"Cc", "Cn", "Cs", "Zl", "Zp"}
BIDI_CONTROLS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


def is_safe(text: str) -> bool:
    return not any(
        unicodedata.category(char) in FORBIDDEN_CATEGORIES
        or unicodedata.bidirectional(char) in BIDI_CONTROLS
        or ord(char) in INVISIBLE
        for char in text
    )


@given(ANY_TEXT, st.integers(0, 30))
def test_clean_lets_nothing_unsafe_through(text: str, limit: int) -> None:
    assert is_safe(clean(text, limit))


@given(ANY_TEXT)
def test_clean_lines_lets_nothing_unsafe_through(text: str) -> None:
    assert all(map(is_safe, clean_lines(text)))


@given(ANY_TEXT, st.integers(0, 30))
def test_clean_shows_each_character_by_itself_and_at_most_the_limit(text: str, limit: int) -> None:
    shown = "".join(clean(char) for char in text[:limit])
    assert clean(text, limit) == shown + ("…" if len(text) > limit else "")


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean(text, 10_000)
    assert clean(once, 10_000) == once


def test_the_limit_is_that_of_a_cell_unless_told() -> None:
    assert clean("x" * CELL_LIMIT) == "x" * CELL_LIMIT
    assert clean("x" * (CELL_LIMIT + 1)) == "x" * CELL_LIMIT + "…"


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("\x00\n\r\t", "␀␊␍␉"),
        ("\x7f", "␡"),
        ("\x9b", "\\u{9b}"),
        ("abc\u202edef", "abc\\u{202e}def"),
        ("\ud800", "\\u{d800}"),
        ("[/red] [bold] \\[x] :smile: $var", "[/red] [bold] \\[x] :smile: $var"),
        ("日本 é 👨‍👩‍👧", "日本 é 👨‍👩‍👧"),
    ],
)
def test_what_is_shown(given_text: str, shown: str) -> None:
    assert clean(given_text) == shown


@given(st.lists(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)), min_size=1))
def test_clean_lines_keeps_printable_lines_whole_and_in_order(lines: list[str]) -> None:
    assert clean_lines("\n".join(lines)) == tuple(lines)
    assert clean_lines("\r\n".join(lines)) == tuple(lines)


@given(ANY_TEXT)
def test_clean_lines_gives_a_line_for_each_line(text: str) -> None:
    assert len(clean_lines(text)) == text.count("\n") + 1


@given(ANY_TEXT)
def test_clean_lines_cuts_nothing(text: str) -> None:
    lines = text.replace("\r\n", "\n").split("\n")
    assert clean_lines(text) == tuple("".join(map(clean, line.expandtabs(4))) for line in lines)


def test_clean_lines_keeps_indentation_and_has_no_limit() -> None:
    assert clean_lines("if x:\n\t  y\n    " + "z" * 5000) == ("if x:", "      y", "    " + "z" * 5000)


def test_only_newlines_end_a_line() -> None:
    assert clean_lines("a\x0bb\x0cc\rd\u2028e\x85f") == ("a␋b␌c␍d\\u{2028}e\\u{85}f",)
