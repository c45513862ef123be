"""Make foreign text safe to show, and hide secrets in it: the only place that does.

Textual hands control bytes of `Text`, `Content` and `markup=False` strings straight to the terminal,
so an escape sequence in a cell could write to the clipboard. Everything foreign (cells, names of tables
and files, SQL, parameters, error texts, tracebacks) passes `clean` or `clean_lines` once, at the border.
"""

import re
import unicodedata


CELL_LIMIT = 200
"""How many characters of a value a cell shows."""

INPUT_LIMIT = 1_000
"""The most characters of a line that is typed: with a pasted file in it, every key would take longer."""

TAB_SIZE = 4
"""The width of a tab in columns."""

INVISIBLE = frozenset(
    {0xAD, 0x61C, 0x180E, 0x200B, 0x200E, 0x200F, 0x2028, 0x2029, 0x2060, 0xFEFF}
    | {*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xFFF9, 0xFFFC), *range(0xE0000, 0xE0080)}
)
"""Marks that turn, hide or join the text around them: bidi controls, zero widths, line separators, tags."""

HIDDEN = "***"
"""What is shown in place of a secret."""

IN_URL = re.compile(r"(://[^\s:/@]*:)\S*@")
"""The password of a URL, up to its last @."""

NAMED = re.compile(r"((?:password|passwd|pwd|secret|token)=)('[^']*'|\"[^\"]*\"|[^\s&;,)'\"]+)", re.IGNORECASE)
"""A value whose name marks it as a secret."""

_secrets: set[str] = set()
"""Every way in which a secret of this process may be written."""


def keep_secret(word: str) -> None:
    """Make `redact` hide the word from now on: as it is, as it stands in a URL, and as Python quotes it."""
    from urllib.parse import quote, quote_plus

    quoted = (quote(word, safe, errors="surrogateescape") for safe in ("/", "", " +"))
    in_urls = (*quoted, quote_plus(word, errors="surrogateescape"))
    _secrets.update(filter(None, (word, *in_urls, repr(word)[1:-1], ascii(word)[1:-1])))


def redact(text: str) -> str:
    """Return the text without secrets: passwords in URLs, values named like secrets, and words given to `keep_secret`.

    For errors, logs and output of the user's code; not for cells, which are shown as the database has them.
    """
    for secret in sorted(_secrets, key=len, reverse=True):
        if secret in text:
            text = re.sub(rf"(?<!\w){re.escape(secret)}(?!\w)", HIDDEN, text)
    return NAMED.sub(rf"\1{HIDDEN}", IN_URL.sub(rf"\1{HIDDEN}@", text))


def clean(text: str, limit: int = CELL_LIMIT) -> str:
    """Return one line that is safe to show: control bytes as pictures, at most `limit` characters of `text`."""
    shown = text[:limit]
    if not shown.isprintable():  # nothing printable is changed
        shown = "".join(map(_safe, shown))
    return shown + "…" if len(text) > limit else shown


def reason_of(error: OSError | ValueError) -> str:
    """Return why a file could not be opened, without its name, on one line: the system's message, or Python's.

    A NUL in a name has its own message: Python's differs between versions, and between functions.
    """
    reason = getattr(error, "strerror", None) or str(error)
    return "the name has a NUL character" if "embedded null" in reason else clean(reason)


def plural(count: int, noun: str, nouns: str = "") -> str:
    """Count a noun: `1 row`, `2,000 rows`; `nouns` is its plural where an s does not make it."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def clean_lines(text: str) -> tuple[str, ...]:
    """Return every line of `text`, whole and in order, with tabs as spaces and control bytes as pictures."""
    lines = text.replace("\r\n", "\n").split("\n")
    return tuple(clean(line.expandtabs(TAB_SIZE), len(line) * TAB_SIZE) for line in lines)


def _safe(char: str) -> str:
    code = ord(char)
    if code < 0x20:  # noqa: PLR2004  the C0 controls, each of which has a picture
        return chr(0x2400 + code)
    if code == 0x7F:  # noqa: PLR2004  DEL has one too
        return "\u2421"
    if code in INVISIBLE or unicodedata.category(char) in {"Cc", "Cn", "Cs"}:
        return f"\\u{{{code:x}}}"
    return char
