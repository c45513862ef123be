"""Write the tracebacks of the shop's cases, as several tools write them: as JSON, by format and case.

A program of its own, since Python can leave out the marks below a line only for a whole process.
"""

import asyncio
import io
import json
import logging
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from typing import Any

import structlog
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.ultratb import FormattedTB
from IPython.utils.capture import capture_output
from loguru import logger
from rich.console import Console
from rich.traceback import Traceback
from traitlets.config import Config

from tests.domain.tracebacks import shop


def native(error: Exception) -> str:
    """As Python prints it."""
    return "".join(traceback.format_exception(error))


def logged(error: Exception) -> str:
    """As the standard library's logging writes it, its message before it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s [%(name)s] %(message)s"))
    record = logging.LogRecord("shop", logging.ERROR, __file__, 1, "it failed", (), (type(error), error, None))
    record.exc_info = (type(error), error, error.__traceback__)
    handler.emit(record)
    return stream.getvalue()


def text_of(console: Console) -> str:
    """What was printed there."""
    return console.file.getvalue() if isinstance(console.file, io.StringIO) else ""


def rich(error: Exception, width: int = 100) -> str:
    """As rich prints it, in a box."""
    console = Console(file=io.StringIO(), width=width, legacy_windows=False)
    console.print(Traceback.from_exception(type(error), error, error.__traceback__, width=width))
    return text_of(console)


def rich_narrow(error: Exception) -> str:
    """The same in a narrow terminal, which wraps long paths."""
    return rich(error, 60)


def rich_coloured(error: Exception) -> str:
    """The same with the escape sequences of a terminal."""
    console = Console(file=io.StringIO(), width=100, force_terminal=True, color_system="truecolor")
    console.print(Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True))
    return text_of(console)


def rich_ascii(error: Exception) -> str:
    """The same on a terminal that has no lines to draw with."""
    console = Console(file=io.StringIO(), width=100, legacy_windows=True)
    console.print(Traceback.from_exception(type(error), error, error.__traceback__))
    return text_of(console)


def structured(error: Exception, *processors: Any) -> str:
    """As structlog writes it."""
    stream = io.StringIO()
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.TimeStamper("iso"), *processors],
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    structlog.get_logger().error("it failed", exc_info=error)
    return stream.getvalue()


def structlog_json(error: Exception) -> str:
    """With the traceback as one text in JSON."""
    return structured(error, structlog.processors.format_exc_info, structlog.processors.JSONRenderer())


def structlog_frames(error: Exception) -> str:
    """With the frames in JSON, without their source."""
    return structured(error, structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer())


def structlog_console(error: Exception) -> str:
    """As text."""
    plain = structlog.dev.plain_traceback
    return structured(error, structlog.dev.ConsoleRenderer(colors=False, exception_formatter=plain))


def structlog_logfmt(error: Exception) -> str:
    """As names and values on one line."""
    return structured(error, structlog.processors.format_exc_info, structlog.processors.LogfmtRenderer())


def by_loguru(error: Exception, *, diagnose: bool, serialize: bool = False, encoding: str = "utf-8") -> str:
    """As loguru writes it."""
    data = io.BytesIO()
    stream = io.TextIOWrapper(data, encoding=encoding, errors="backslashreplace")
    logger.remove()
    logger.add(stream, diagnose=diagnose, serialize=serialize, backtrace=True, colorize=False)
    logger.opt(exception=error).error("it failed")
    stream.flush()
    return data.getvalue().decode()


def loguru(error: Exception) -> str:
    """With the values of names."""
    return by_loguru(error, diagnose=True)


def loguru_ascii(error: Exception) -> str:
    """The same on a terminal that has no lines to draw with."""
    return by_loguru(error, diagnose=True, encoding="ascii")


def loguru_plain(error: Exception) -> str:
    """Without them."""
    return by_loguru(error, diagnose=False)


def loguru_json(error: Exception) -> str:
    """As JSON."""
    return by_loguru(error, diagnose=False, serialize=True)


def by_ipython(error: Exception, mode: str, theme: str = "nocolor") -> str:
    """As IPython prints it, in one of the modes of its `%xmode`."""
    formatter = FormattedTB(mode=mode, theme_name=theme)  # type: ignore[no-untyped-call]
    text: str = formatter.text(type(error), error, error.__traceback__)
    return text


def ipython_plain(error: Exception) -> str:
    """With the line of each frame."""
    return by_ipython(error, "Plain")


def ipython_context(error: Exception) -> str:
    """With those around it too, as it does unless it is told otherwise."""
    return by_ipython(error, "Context")


def ipython_coloured(error: Exception) -> str:
    """The same with the escape sequences of a terminal."""
    return by_ipython(error, "Context", "linux")


def ipython_verbose(error: Exception) -> str:
    """With the values of names."""
    return by_ipython(error, "Verbose")


WRITERS: tuple[Callable[[Exception], str], ...] = (
    native,
    logged,
    rich,
    rich_narrow,
    rich_coloured,
    rich_ascii,
    structlog_json,
    structlog_frames,
    structlog_console,
    structlog_logfmt,
    loguru,
    loguru_ascii,
    loguru_plain,
    loguru_json,
    ipython_plain,
    ipython_context,
    ipython_coloured,
    ipython_verbose,
)


def error_of(name: str) -> Exception:
    """What a case raises."""
    try:
        asyncio.run(shop.run(name))
    except Exception as error:  # noqa: BLE001  whatever it is
        return error
    raise AssertionError(name)


def cells(mode: str) -> list[str]:
    """What a notebook of IPython shows below its cells, the last two of which fail."""
    config = Config(HistoryManager={"enabled": False}, InteractiveShell={"colors": "nocolor", "xmode": mode})
    with tempfile.TemporaryDirectory() as folder:
        shell = InteractiveShell.instance(config=config, ipython_dir=folder)
        shown = []
        for cell in CELLS:
            with capture_output() as captured:
                shell.run_cell(cell, store_history=True)  # type: ignore[no-untyped-call]
            shown.append(captured.stdout)
        InteractiveShell.clear_instance()
    return shown


CELLS = (
    f"""from {shop.__name__} import Order, create_async_engine, filled
engine = create_async_engine("sqlite+aiosqlite://")
session = (await filled(engine))()
order = await session.get_one(Order, 1)""",
    "order.items",
    """def note(order):
    return order.note

await session.commit()
note(order)""",
    "await session.close()\nawait engine.dispose()",
)
"""The cells of a notebook."""


def main() -> None:
    """Write what the cases raise, as these writers write it: the argument is JSON, the names of cases by writer.

    Where the argument is a text instead, write what the cells of a notebook show in that mode.
    """
    warnings.simplefilter("ignore")  # of coroutines that nobody has awaited: that is what fails
    if isinstance(mode := json.loads(sys.argv[1]), str):
        sys.stdout.write(json.dumps(cells(mode)))
        return
    wanted: dict[str, list[str]] = json.loads(sys.argv[1])
    writers = [writer for writer in WRITERS if writer.__name__ in wanted]
    made: dict[str, dict[str, str]] = {writer.__name__: {} for writer in writers}
    for name in sorted({name for names in wanted.values() for name in names}):
        error = error_of(name)
        for writer in writers:
            if name in wanted[writer.__name__]:
                made[writer.__name__][name] = writer(error)
    sys.stdout.write(json.dumps(made))


if __name__ == "__main__":
    main()
