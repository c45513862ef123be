"""Put around a traceback what puts itself around it: prefixes, quotes, paths of another system, lost line breaks."""

import json
import re
from collections.abc import Callable


def docker(text: str) -> str:
    """As `docker compose logs` shows it."""
    return _before(text, lambda _: "web-1  | ")


def docker_times(text: str) -> str:
    """As `docker logs --timestamps` shows it, whose fractions differ in length."""
    return _before(text, lambda number: f"2024-05-01T12:00:00.{'123456789'[: 6 + number % 4]}Z ")


def kubernetes(text: str) -> str:
    """As `kubectl logs --prefix` shows it."""
    return _before(text, lambda _: "[pod/web-5f7/app] ")


def journal(text: str) -> str:
    """As journald shows it."""
    return _before(text, lambda number: f"May 01 12:00:{number % 60:02} host uvicorn[71]: ")


def heroku(text: str) -> str:
    """As Heroku's log shows it."""
    return _before(text, lambda number: f"2024-05-01T12:00:00.00000{number % 10}+00:00 app[web.1]: ")


def own_format(text: str) -> str:
    """With a prefix that nobody knows, the same on every line but for digits."""
    return _before(text, lambda number: f"<{number % 10}> worker#{number % 10} ~ ")


def uvicorn(text: str) -> str:
    """As uvicorn logs it."""
    access = 'INFO:     127.0.0.1:5000 - "GET /orders/1 HTTP/1.1" 500 Internal Server Error'
    return f"{access}\nERROR:    Exception in ASGI application\n{text}{access}\n"


def quoted(text: str) -> str:
    """As a mail quotes it."""
    return "Hello,\n\nwhat is this?\n\n" + _before(text, lambda _: "> ")


def quoted_twice(text: str) -> str:
    """As a mail quotes a mail."""
    return _before(text, lambda _: "> > ")


def indented(text: str) -> str:
    """As Markdown wants code."""
    return "It fails:\n\n" + _before(text, lambda _: "    ")


def one_line(text: str) -> str:
    """As `repr()` shows it."""
    return f"error={text!r} level=error"


def json_in_text(text: str) -> str:
    """As JSON after a logger's own prefix."""
    return f"2024-05-01 12:00:00,123 ERROR {json.dumps({'message': 'it failed', 'error': {'stack_trace': text}})}"


def naive_one_line(text: str) -> str:
    """With line breaks as two characters, and nothing else escaped."""
    return text.replace("\n", "\\n")


def collapsed(text: str) -> str:
    """As a page shows it that takes line breaks for spaces."""
    return re.sub(r"\s+", " ", text)


def windows(text: str) -> str:
    """With the paths of Windows, in one of which is a backslash before an n."""
    return re.sub(r'File "/(.*?)"', lambda found: 'File "C:\\new' + f"/{found[1]}".replace("/", "\\") + '"', text)


def windows_one_line(text: str) -> str:
    """The same on one line."""
    return one_line(windows(text))


def carriage_returns(text: str) -> str:
    """With the line ends of Windows."""
    return text.replace("\n", "\r\n")


def wrapped(text: str) -> str:
    """As it is copied out of a terminal of 80 columns."""
    return "\n".join(part for line in text.split("\n") for part in (re.findall(".{1,80}", line) or [""]))


def shortened(text: str) -> str:
    """As people shorten it: without the frames of libraries, whose place dots take."""
    last = text.rpartition("Traceback (most recent call last):\n")[2]
    return re.sub(r'(?:  File "[^"]*site-packages.*\n(?:    .*\n)+)+', "  ...\n", last)


def _before(text: str, prefix: Callable[[int], str]) -> str:
    lines = text.rstrip("\n").split("\n")
    return "\n".join(f"{prefix(number)}{line}" for number, line in enumerate(lines)) + "\n"


WRAPPERS: tuple[Callable[[str], str], ...] = (
    docker,
    docker_times,
    kubernetes,
    journal,
    heroku,
    own_format,
    uvicorn,
    quoted,
    quoted_twice,
    indented,
    one_line,
    json_in_text,
    naive_one_line,
    collapsed,
    windows,
    windows_one_line,
    carriage_returns,
    wrapped,
)
