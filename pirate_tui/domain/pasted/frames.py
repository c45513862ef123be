"""Read the frames and the errors' own texts of the tracebacks in a text. Standard library only."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PureWindowsPath
from typing import NamedTuple

from pirate_tui.domain.pasted.logs import BOXED, CHAINED, FRAME, is_header


MESSAGE_LINES = 60
"""The most lines of an error's text that are kept."""

PYTEST = re.compile(r"((?:[A-Za-z]:)?[^\s:][^:]{0,1000}|<[^>]{1,200}>):(\d{1,9}): ?(?:in (\S{1,200})|[\w.]{0,200})$")
"""A frame as pytest writes it: with its function in the short style, with its error at the end of the long one."""

IPYTHON = re.compile(
    r" {0,2}(?:File (.{1,1000}?):(\d{1,9})|Cell In\[(\d{1,9})\], line (\d{1,9}))"
    r"(?:,? in (?:[^\s(]{1,200}\.)?([^\s(.]{1,200}).*)?$"
)
"""A frame as IPython and Jupyter write it: in the plain style indented, and without the function's class."""

SECTION = re.compile(r"[_=]{3,} .{1,300} [_=]{3,}$|-{3,} Captured .{1,300} -{3,}$|_ (?:_ ){5,}_? ?$")
"""A heading of pytest, or the line between two frames in its long style."""

MARKED = re.compile(r"> {2,}(?=\S)")
"""The line of a frame in pytest's long style."""

ARROW = re.compile(r"(?:❱|>|\?|-{1,8}>) {0,4}\d{1,9} (.{0,2000})$")
"""The line of a frame where rich and IPython show those around it too."""

BOXED_ERROR = re.compile(r" {1,12}[\w.]{0,100}(?:Error|Greenlet): ")
"""An error's own text in a box, where rich shows one of a group."""

AROUND = re.compile(r" {0,12}\d{1,9} ")
"""A line around it."""

LEFT_OUT = re.compile(r"\s{0,80}(?:\.\.\.|…|\[(?:\.\.\.|…)\]|\.\.\. \d{1,9} frames hidden \.\.\.)\s{0,80}$")
"""A line that stands for frames: rich's, or one of a person who has shortened a traceback."""

HIDDEN = "<hidden>"
"""What stands for the file of frames that were left out."""

INDENTED = re.compile(r" {4,}\S")
MARKS = re.compile(r"    [ ^~]*$")
DEFINED = re.compile(r" {0,60}(?:async )?def (\w{1,200})")
POINTER = re.compile(r" {4,}(?:[│└|]|->)")
"""A line in which loguru points at values."""

CUT_NAME = re.compile(r"\w\w")
VALUE = re.compile(r"[ │|]*(?:└|->) '(\w{1,200})'$")
"""A text that loguru shows below an expression, as the value of one of its names."""

ASSIGNED = re.compile(r" {8}[\w.]{1,100} = (?:'(\w{1,200})'(?= {3}|$))?")
"""The value of a name, as IPython's verbose style shows it below the line; a text, or another."""

ERROR = re.compile(r"[\w.]{1,200}: ")
"""How an error's own text begins, where values that have several lines may stand before it."""

LIBRARY = re.compile(
    r"(?:^|/)(?:(?:site|dist)-packages/(\w+)|lib(?:64)?/python3\.\d+/(\w+)|(?:Python3\d+|Python)/Lib/(\w+)|s?bin/|Scripts/)",
    re.IGNORECASE,
)
"""The path of a file that is not the user's own: what was installed, Python's own, scripts."""

OWN_PARTS = re.compile(r"(?:^|/)sqlalchemy/(?:orm|engine|ext|util|pool|sql|dialects|event)/")
"""The path of a file of SQLAlchemy, wherever it lies."""

ROUTE = re.compile(r"[A-Z]{3,10} /")
"""What FastAPI writes below the endpoint whose result it could not serialize: `GET /orders/{number}`."""

NO_FILE = re.compile(r"<(?!ipython)")
"""What stands instead of a file where the code came from none."""


class TextFrame(NamedTuple):
    """A line of a program on the way to an error."""

    file: str
    line: int
    function: str
    """Empty where it is not known."""
    code: str = ""
    """The source; empty where the text has none."""
    marked: str = ""
    """The part of the source under which there are marks: `order.note`; empty without them."""
    values: tuple[str, ...] = ()
    """The texts that a logger shows as values of names in the source."""

    @property
    def path(self) -> str:
        """The file with slashes."""
        return self.file.replace("\\", "/")

    @property
    def is_sqlalchemy(self) -> bool:
        """Whether it is SQLAlchemy's own."""
        return OWN_PARTS.search(self.path) is not None

    @property
    def is_own(self) -> bool:
        """Whether it is the user's: neither SQLAlchemy's nor any library's."""
        path = self.path
        return not (self.is_sqlalchemy or LIBRARY.search(path) or NO_FILE.match(path) or path.startswith("pydantic/"))

    @property
    def library(self) -> str:
        """The name of the package that it belongs to; empty for the user's own."""
        found = LIBRARY.search(self.path)
        names = [] if found is None else [name for name in found.groups() if name]
        return names[0] if names else "pydantic" if self.path.startswith("pydantic/") else ""

    @property
    def name(self) -> str:
        """The file without its folders, and the line: `shop.py:12`."""
        return f"{PureWindowsPath(self.file).name or self.file}:{self.line}"


class TracebackText(NamedTuple):
    """One traceback: its frames, outermost first, and the error's own text."""

    frames: tuple[TextFrame, ...]
    message: str
    continues: bool = False
    """Whether it was raised because of the traceback before, or while that was handled."""
    is_of_pytest: bool = False


def blocks_of(lines: Sequence[str]) -> Iterator[TracebackText]:
    """Yield the tracebacks of a text."""
    last = None
    for block in _read(lines):
        if last is not None and (endpoint := _endpoint_in(block)):
            last = last._replace(message=f"{last.message}\n{endpoint}")
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last


def _read(lines: Sequence[str]) -> Iterator[TracebackText]:
    reader = _TracebackReader()
    for line in lines:
        yield from reader.read(line)
    yield from reader.end()


def _endpoint_in(block: TracebackText) -> str:
    """Return the end of an error's own text that was taken for a frame, since it is written as one; else nothing.

    What follows it in a log was taken for the text of another error.
    """
    if len(block.frames) != 1 or not ROUTE.match(block.frames[0].code):
        return ""
    frame = block.frames[0]
    return f'  File "{frame.file}", line {frame.line}, in {frame.function}\n    {frame.code}'


@dataclass(slots=True)
class _TracebackReader:
    """Reads tracebacks line by line."""

    frames: list[TextFrame] = field(default_factory=list)
    message: list[str] = field(default_factory=list)
    source: list[str] = field(default_factory=list)
    """The lines below the last frame, or in pytest's long style above the next one."""
    is_open: bool = False
    """Whether lines belong to a traceback."""
    is_ended: bool = False
    """Whether the error's own text has begun."""
    continues: bool = False
    is_of_pytest: bool = False
    function: str = ""
    """The function that pytest's long style lists."""
    has_sections: bool = False
    """Whether the text has headings of pytest."""
    has_values: bool = False
    """Whether values of names are listed below the last frame's line."""

    def read(self, line: str) -> Iterator[TracebackText]:
        """Take a line, and yield the traceback that it ends."""
        stripped = line.strip()
        if SECTION.match(line):
            yield from self._section(line)
        elif is_header(line):
            yield from self._begin(keeps=self.continues)
        elif stripped.startswith(CHAINED):
            was_of_pytest = self.is_of_pytest
            yield from self._begin(keeps=False)
            self.continues, self.is_of_pytest = True, was_of_pytest
        elif (frame := _frame(line, is_of_pytest=self.is_of_pytest)) is not None:
            yield from self._add(frame, line)
        elif not self.is_open and MARKED.match(line):
            self.is_open = self.is_of_pytest = True
            self._take(line)
        elif self.is_open:
            self._take(line)

    def end(self) -> Iterator[TracebackText]:
        """Yield the last traceback."""
        yield from self._begin(keeps=False)

    def _begin(self, *, keeps: bool) -> Iterator[TracebackText]:
        """Yield what was read, and begin anew; `keeps` what is known of the next one."""
        self._end_frame()
        if self.frames or self.message:
            message = "\n".join(self.message[:MESSAGE_LINES])
            yield TracebackText(tuple(self.frames), message, self.continues, self.is_of_pytest or self.has_sections)
        elif keeps:
            self.is_open = True
            return
        self.frames, self.message, self.source = [], [], []
        self.is_open, self.is_ended, self.continues, self.function = True, False, False, ""
        self.is_of_pytest = False

    def _section(self, line: str) -> Iterator[TracebackText]:
        """Begin a test's report at its heading; at the line between two frames, the next frame."""
        if line.startswith("_ "):
            self._end_frame()
        elif not line.startswith("_") or self.is_of_pytest or not self.is_open or self.frames:
            yield from self._begin(keeps=False)
        self.has_sections = True
        self.is_of_pytest, self.is_open = line.startswith("_"), line.startswith("_")

    def _add(self, frame: TextFrame, line: str) -> Iterator[TracebackText]:
        """Add a frame; one after an error's own text begins another traceback, but for pytest's long style."""
        if self.is_ended and not self.is_of_pytest:
            yield from self._begin(keeps=False)
        is_marked = any(map(MARKED.match, self.source))
        if self.is_of_pytest and is_marked and not FRAME.match(line):
            self.frames.append(_with_source(frame._replace(function=frame.function or self.function), self.source))
            self.source, self.function = [], ""
            return
        self._end_frame()
        self.is_open = True
        self.frames.append(frame)

    def _take(self, line: str) -> None:
        """Take a line that is part of a frame or of an error's own text."""
        if self.is_of_pytest and line.startswith("E") and line[1:2] in {"", " "}:
            self.message.append(line[1:].removeprefix("   "))
            self.is_ended = True
            return
        is_part = not line.strip() or (line[:1] in {" ", ">", "❱", "-", "╭", "╰"} and not BOXED_ERROR.match(line))
        if self.source and ASSIGNED.match(line) and ARROW.match(self.source[-1].strip()):
            self.has_values = True
        is_part = is_part or (self.has_values and not ERROR.match(line))
        if self.is_of_pytest or (is_part and not self.is_ended):
            self.source.append(line)
            if self.is_of_pytest and not self.function and (found := DEFINED.match(line)):
                self.function = found[1]
        elif len(self.message) < MESSAGE_LINES and (self.frames or not self.continues):
            self._end_frame()
            self.message.append(line)
            self.is_ended = True

    def _end_frame(self) -> None:
        """Give the last frame the source that was read below it."""
        if self.frames and self.source:
            self.frames[-1] = _with_source(self.frames[-1], self.source)
        self.source, self.function, self.has_values = [], "", False


def _frame(line: str, *, is_of_pytest: bool) -> TextFrame | None:
    """Return the frame that a line names; None where it names none."""
    if not is_of_pytest and LEFT_OUT.match(line):
        return TextFrame(HIDDEN, 0, "")
    found = FRAME.match(line) or BOXED.match(line) or (PYTEST.match(line) if is_of_pytest or ".py:" in line else None)
    if found is not None:
        return TextFrame(found[1], int(found[2]), (found[3] or "").strip())
    found = IPYTHON.match(line)
    if found is None:
        return None
    file = found[1] or f"<ipython-input-{found[3]}>"
    return TextFrame(file, int(found[2] or found[4]), found[5] or "")


def _with_source(frame: TextFrame, lines: Sequence[str]) -> TextFrame:
    """Return a frame with its source, and with the part of it that is marked."""
    if frame.code:
        return frame
    code, marked, values = list[str](), list[str](), list[str]()
    for line in _source_lines(lines):
        if found := VALUE.match(line):
            values.append(found[1])
        elif MARKS.match(line) and line.strip():
            marked.append(_under(code[-1] if code else "", line))
        elif not POINTER.match(line):
            code.append(line)
    source = "\n".join(line.strip() for line in code)
    return frame._replace(code=source, marked="\n".join(marked), values=tuple(values))


def _source_lines(lines: Sequence[str]) -> Iterator[str]:
    """Yield the lines of a frame's source, and those that mark parts of it, without the lines around them."""
    arrows = [found for line in lines if (found := ARROW.match(line.strip()))]
    if arrows:
        yield "    " + arrows[0][1].lstrip("│| ")
        yield from (f"└ '{found[1]}'" for line in lines if (found := ASSIGNED.match(line)) and found[1])
        return
    at = next((number for number, line in enumerate(lines) if MARKED.match(line)), None)
    if at is None:
        yield from (line for line in lines if line.strip() and INDENTED.match(line) and not AROUND.match(line))
        return
    yield " " + lines[at][1:]
    for line in lines[at + 1 :]:
        if not line.strip():
            return
        yield line


def _under(code: str, marks: str) -> str:
    """Return what stands above the marks; nothing where they have moved, as by characters of double width."""
    first, last = len(marks) - len(marks.lstrip()), len(marks.rstrip())
    before, marked, behind = code[:first], code[first:last], code[last:]
    is_cut = CUT_NAME.match(before[-1:] + marked[:1]) or CUT_NAME.match(marked[-1:] + behind[:1])
    return "" if is_cut or before.endswith(".") or not code.isascii() else marked
