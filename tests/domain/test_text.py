"""What goes out is safe for a terminal whatever comes in, nothing is lost, and no secret is told."""

import sys
import unicodedata
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pirate_tui.domain import text as module
from pirate_tui.domain.text import (
    CELL_LIMIT,
    INVISIBLE,
    _safe,
    clean,
    clean_lines,
    keep_secret,
    plural,
    reason_of,
    redact,
)


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


def test_no_printable_character_is_changed() -> None:
    assert not [char for char in map(chr, range(sys.maxunicode + 1)) if char.isprintable() and _safe(char) != char]


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


@pytest.fixture
def _no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The register as at the start."""
    monkeypatch.setattr(module, "_secrets", set())


@pytest.mark.usefixtures("_no_secrets")
@pytest.mark.parametrize("secret", ["s3cr3t-!", "pass word", "a/b+c@d", "\u00e4\u20ac\n", "it's\\", "[(*", "100%"])
def test_a_secret_is_hidden_however_it_is_written(secret: str) -> None:
    keep_secret(secret)
    for written in (
        secret,
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        repr(secret)[1:-1],
        ascii(secret)[1:-1],
    ):
        assert redact(f"at <{written}> the end") == "at <***> the end"
        assert redact(f"key={written}\nnext") == "key=***\nnext"


@pytest.mark.usefixtures("_no_secrets")
def test_only_whole_words_are_secrets() -> None:
    keep_secret("a")
    keep_secret("")
    assert redact("a cat, a_b, la, a.") == "*** cat, a_b, la, ***."


@pytest.mark.usefixtures("_no_secrets")
def test_the_longer_of_two_secrets_is_hidden_whole() -> None:
    keep_secret("shop")
    keep_secret("shop-keeper")
    assert redact("shop shop-keeper") == "*** ***"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://ann:word@db/shop", "postgresql://ann:***@db/shop"),
        ("at 'mysql+asyncmy://ann:p@ss:w/rd@db/shop?x=1'.", "at 'mysql+asyncmy://ann:***@db/shop?x=1'."),
        ("://:word@db", "://:***@db"),
        ("https://db:8080/shop and ann@db", "https://db:8080/shop and ann@db"),
        ("connect(host='db', password='a b', user='ann')", "connect(host='db', password=***, user='ann')"),
        ("host=db Password=word sslpassword=other", "host=db Password=*** sslpassword=***"),
        ("?passwd=word&token=other;secret=third", "?passwd=***&token=***;secret=***"),
        ("WHERE password = ? AND password IS NULL", "WHERE password = ? AND password IS NULL"),
        ("", ""),
    ],
)
@pytest.mark.usefixtures("_no_secrets")
def test_what_is_called_a_secret_is_hidden_without_being_known(text: str, shown: str) -> None:
    assert redact(text) == shown


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(2, "No such file or directory", "a.db"), "No such file or directory"),
        (OSError("disk\nfull"), "disk␊full"),
        (ValueError("embedded null byte"), "the name has a NUL character"),
        (ValueError("lstat: embedded null character in path"), "the name has a NUL character"),
    ],
)
def test_why_a_file_could_not_be_had_is_one_line_without_its_name(error: OSError | ValueError, words: str) -> None:
    assert reason_of(error) == words


@pytest.mark.parametrize(
    ("counted", "words"),
    [
        (plural(0, "row"), "0 rows"),
        (plural(1, "row"), "1 row"),
        (plural(2_000, "row"), "2,000 rows"),
        (plural(1, "match", "matches"), "1 match"),
        (plural(2, "match", "matches"), "2 matches"),
    ],
)
def test_a_noun_is_counted(counted: str, words: str) -> None:
    assert counted == words
