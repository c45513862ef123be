"""Take a traceback out of what has wrapped it: a terminal, a mail, a logger, JSON. Standard library only.

Each step is linear in the length of the text: patterns are anchored, and what they repeat has a limit or an end of its
own.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any


HEADER = "Traceback (most recent call last)"
"""The words with which Python, pytest, rich and IPython begin a traceback."""

HEADER_END = " :─-+╮┐|│"
"""What may stand behind these words."""

CAUSED = "The above exception was the direct cause"
"""The words with which Python goes on from an error to the one that was raised from it."""

CHAINED = (CAUSED, "During handling of the above exception")
"""These, and those for one that was raised while it was handled."""

LINE_LIMIT = 2_000
"""The most characters of a line that are looked at."""

MOST_PREFIXES = 4
"""The most prefixes of one line: what runs in a container in a pod on a server has several."""

FULL_LINES = 3
"""The fewest lines of the same length that show at which width a text was broken."""

MOST_QUOTES = 5
"""The most levels of quoting by `>`."""

MOST_BLANK = 3
"""The most lines below a header that are looked at for its first frame: loguru leaves one blank."""

MOST_PARTS = 4
"""The most lines that a wrapped one is put together from."""

ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b\n]*(?:\x07|\x1b\\)?)")
"""Escape sequences of a terminal: colours, and links."""

QUOTED = re.compile(r'(?:> ?){1,5}(?:[ |+]{0,12}(?:Exception Group )?Traceback \(most|[ |]{2,14}File "|E   )')
"""A line of a traceback that somebody has quoted; pytest's own `>` stands before code."""

PREFIX = re.compile(
    r"""
      \[?\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:\ ?(?:Z|[+-]\d\d:?\d\d))?\]?[ \t]?  # timestamps
    | [A-Z][a-z]{2}\ [\ \d]\d\ \d\d:\d\d:\d\d\ [\w.-]{1,80}\ [\w./@-]{1,80}(?:\[\d{1,10}\])?:\ ?  # syslog, journald
    | \d\d:\d\d:\d\d\ [\w.-]{1,60}\ {0,40}\|\   # honcho, overmind
    | [\w.-]{1,60}\ {0,40}\|\ ?  # docker compose
    | [\w./-]{1,60}\[[\w./-]{1,30}\]:\ ?  # Heroku
    | \[pod/[^\]]{1,200}\]\   # kubectl
    | std(?:out|err)\ [FP]\   # containerd
    | \ {0,40}\+\ (?=Exception\ Group\ Traceback)  # exception groups
    | \ {0,40}[|│┃]\ ?  # the same, and boxes
    """,
    re.VERBOSE,
)
"""What stands before every line of a log."""

BORDER = ("│", "┃", "|")
"""The sides of a box."""

CODE_LINE = re.compile(r" {0,4}(?:❱|>|\?) {1,4}\d{1,9} ")
"""A line of source in a box, by the mark before its number."""

VALUE_LINE = re.compile(r"[ │|]{4,}(?:└|->) ")
"""A line in which loguru points at the values of an expression."""

INLINE_FRAME = re.compile(r' ?((?:> )?File "[^"\n]{1,1000}", line \d{1,9}, in \S{1,200})[ \t]')
"""A frame in a traceback that has become one line."""

INLINE_ERROR = re.compile(r" ((?:sqlalchemy|asyncpg|pydantic_core|pydantic|fastapi)\.[\w.]{1,100}: )")
"""The error at the end of such a traceback."""

INLINE_BREAK = re.compile(r"\\r?\\n|\\n(?=$|[ ^~\[(]|Traceback|The above|During|[\w.]{1,100}(?:Error|Greenlet)\b)")
"""A line break that was written as two characters; not the `\\n` of a Windows path."""

ESCAPE = re.compile(r"\\(.)", re.DOTALL)
ESCAPED = {"n": "\n", "t": "\t", "r": ""}

FRAME_START = re.compile(r'\s{0,12}(?:> )?File "')
FRAME = re.compile(r'\s{0,12}(?:> )?File "([^"]{1,1000})", line (\d{1,9})(?:, in (.{1,300}))?$')
"""A frame as Python itself writes it."""

BOXED_START = re.compile(r" ?(?:[A-Za-z]:)?[\\/~]")
BOXED = re.compile(r" ?((?:[A-Za-z]:)?[\\/~<][^:]{1,1000}):(\d{1,9}) in (\S{1,200})$")
"""A frame as rich writes it; a long one is wrapped."""


def unwrapped(text: str) -> list[str]:
    """Return the lines of a text without what was put around them, and with those that were broken joined."""
    text = ANSI.sub("", text).replace("\r\n", "\n").replace("\r", "\n")
    whole = _json_lines(text.strip())
    lines = _unquoted(_unbroken(text.split("\n"))) if whole is None else whole
    plain = [part for line in lines for part in _expanded(line)]
    return _joined([line[:LINE_LIMIT] for line in _without_shape(plain)])


def is_header(line: str) -> bool:
    """Whether a traceback begins below this line."""
    return HEADER in line and line.rstrip(HEADER_END).endswith(HEADER)


def _unquoted(lines: list[str]) -> list[str]:
    """Return the lines of a mail or a Markdown quote without the `>` before them."""
    for _ in range(MOST_QUOTES):
        if not any(map(QUOTED.match, lines)):
            break
        lines = [line[2:] if line.startswith("> ") else line.removeprefix(">") for line in lines]
    return lines


def _unbroken(lines: list[str]) -> list[str]:
    """Return the lines of a text that a terminal has broken at its width, put together again.

    It has done so where several lines have the same length, no line is longer, and one of them is the first part of a
    frame.
    """
    width = max(map(len, lines))
    full = {line for line in lines if len(line) == width}
    if len(full) < FULL_LINES or width > LINE_LIMIT or not any(map(_is_part_of_frame, full)):
        return lines
    out, is_open = list[str](), False
    for line in lines:
        if is_open:
            out[-1] += line
        else:
            out.append(line)
        is_open = len(line) == width
    return out


def _is_part_of_frame(line: str) -> bool:
    plain = _without_prefix(line)
    return FRAME_START.match(plain) is not None and FRAME.match(plain) is None


def _expanded(line: str) -> Iterator[str]:
    """Yield the lines that a line of a log stands for, without their prefixes."""
    plain = _without_prefix(line)
    if VALUE_LINE.match(plain):
        yield plain
        return
    if "{" in plain and plain.rstrip().endswith("}"):
        found = _json_lines(plain[plain.index("{") :].strip())
        if found is not None:
            yield from map(_without_prefix, found)
            return
    if "\\n" in plain and (HEADER in plain or 'File "' in plain or 'File \\"' in plain):
        yield from map(_without_prefix, _unescaped(plain).split("\n"))
    elif plain.count('File "') > 1 or (HEADER in plain and 'File "' in plain):
        yield from _split(plain).split("\n")
    else:
        yield plain


def _without_prefix(line: str) -> str:
    """Return a line without prefixes and boxes; one of a box indented, since it is no error's own text."""
    line, is_boxed = line.rstrip(), False
    for _ in range(MOST_PREFIXES):
        inside = line.strip() if is_boxed else line
        if VALUE_LINE.match(line):
            break
        if len(inside) > 1 and inside.startswith(BORDER) and inside.endswith(BORDER):
            line, is_boxed = _out_of_box(inside), True
        elif found := PREFIX.match(line):
            line = line[found.end() :]
        else:
            break
    return line


def _out_of_box(line: str) -> str:
    """Return a line of a box without its sides, and with a mark where it may have been cut to fit."""
    inside = line[1:-1]
    if not CODE_LINE.match(inside):
        return f" {inside[1:].rstrip()}"
    is_full = not inside[-2:].isspace()
    return f" {inside.strip()}{'…' if is_full else ''}"


def _unescaped(line: str) -> str:
    """Return a traceback that was written as one line of code, with its line breaks."""
    if "\\\\" in line or '\\"' in line:
        return ESCAPE.sub(lambda found: ESCAPED.get(found[1], found[1]), line)
    return INLINE_BREAK.sub("\n", line)


def _split(line: str) -> str:
    """Return a traceback whose line breaks have become spaces, with line breaks where frames and errors begin."""
    line = INLINE_FRAME.sub(r"\n  \1\n    ", line).replace(f"{HEADER}:", f"\n{HEADER}:\n")
    for words in CHAINED:
        line = line.replace(f" {words}", f"\n{words}")
    return INLINE_ERROR.sub(r"\n\1", line)


def _without_shape(lines: Sequence[str]) -> list[str]:
    """Return the lines without what stands before a traceback's header, where all its lines have the like of it."""
    out, width, shape = list[str](), 0, ""
    for number, line in enumerate(lines):
        at = line.find(HEADER, 0, LINE_LIMIT)
        if at > 0 and is_header(line) and not line.startswith(("╭", "+-", "┌", "---")):
            below = next((one for one in lines[number + 1 : number + 1 + MOST_BLANK] if one[at:].strip()), "")
            is_everywhere = _shape(below[:at]) == _shape(line[:at]) and below[at : at + 7].strip() in {"File", "File "}
            width, shape = (at, _shape(line[:at])) if is_everywhere else (0, "")
            out.append(line[at:])
            continue
        if width and line.strip() and _shape(line[:width]).rstrip() != shape.rstrip():
            width = 0
        out.append(line[width:])
    return out


def _shape(prefix: str) -> str:
    return re.sub(r"\d", "0", prefix)


def _joined(lines: Sequence[str]) -> list[str]:
    """Return the lines with the frames put together that a terminal or a box has wrapped."""
    out, number = list[str](), 0
    while number < len(lines):
        line, parts = lines[number], 1
        if FRAME_START.match(line) and not FRAME.match(line):
            line, parts = _put_together(lines[number : number + MOST_PARTS], FRAME)
        elif BOXED_START.match(line) and not BOXED.match(line):
            line, parts = _put_together(lines[number : number + MOST_PARTS], BOXED)
        out.append(line)
        number += parts
    return out


def _put_together(lines: Sequence[str], pattern: re.Pattern[str]) -> tuple[str, int]:
    """Return a frame, and how many lines it takes; the first line alone where they make no frame."""
    for count in range(2, len(lines) + 1):
        parts = [lines[0], *(line.strip() for line in lines[1:count])]
        for between in ("", " "):
            line = between.join(parts)
            if pattern.match(line):
                return line, count
    return lines[0], 1


def _json_lines(text: str) -> list[str] | None:
    """Return the tracebacks in a JSON value, as lines; None where it is no JSON object or array."""
    if not (text.startswith(("{", "[")) and text.endswith(("}", "]"))):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    out, waiting = list[str](), [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            out += one.replace("\r\n", "\n").split("\n")
        elif isinstance(one, dict):
            waiting += reversed(one.values())
        elif isinstance(one, list) and one and all(map(_is_stack, one)):
            out += _stack_lines(one)
            waiting += [stack.get("exceptions") for stack in reversed(one)]
        elif isinstance(one, list):
            waiting += reversed(one)
    return out


def _is_stack(value: Any) -> bool:
    """Whether it is an error as structlog's dict_tracebacks has it."""
    return isinstance(value, dict) and isinstance(value.get("frames"), list) and "exc_type" in value


def _stack_lines(stacks: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Yield such errors, of which the first is the last that was raised, as Python would write them."""
    for number, stack in enumerate(reversed(stacks)):
        if number:
            yield from ("", CAUSED, "")
        yield f"{HEADER}:"
        for frame in stack["frames"]:
            if isinstance(frame, dict):
                yield f'  File "{_text(frame, "filename")}", line {_text(frame, "lineno")}, in {_text(frame, "name")}'
                yield f"    {_text(frame, 'line')}".rstrip()
        yield from f"{_text(stack, 'exc_type')}: {_text(stack, 'exc_value')}".split("\n")
        notes = stack.get("exc_notes")
        if isinstance(notes, list):
            yield from (line for note in notes if isinstance(note, str) for line in note.split("\n"))


def _text(value: dict[str, Any], key: str) -> str:
    """Return a value of JSON that is text or a number; empty for any other."""
    found = value.get(key)
    return str(found) if isinstance(found, (str, int)) else ""
