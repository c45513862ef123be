"""Write an access that has failed as Markdown for an issue. Pure."""

import platform
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version

from pirate_tui.domain.loading import FailedAccess
from pirate_tui.domain.markdown import code_block, code_span, escaped
from pirate_tui.domain.remedy import Remedy


PACKAGES = ("pirate-tui", "SQLAlchemy", "greenlet")
"""The packages whose versions matter, besides the driver's."""


def versions(dialect: str) -> dict[str, str]:
    """Return the versions of Python and of the packages, the driver's among them, by their names.

    `dialect` is that of the database, with the driver: `sqlite+aiosqlite`.
    """
    driver = dialect.rpartition("+")[2]
    found = {"Python": platform.python_version()}
    for package in (*PACKAGES, *([driver] if driver else [])):
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "(unknown version)"
    return found


def finding(failed: FailedAccess, versions: Mapping[str, str]) -> str:
    """Return what was accessed and how, the error, its cause, the fixes, what does not help, and the versions."""
    return "\n\n".join(_parts(failed, versions)) + "\n"


def _parts(failed: FailedAccess, versions: Mapping[str, str]) -> Iterator[str]:
    failure = failed.failure
    yield f"### {escaped(failure.name)} at {code_span(failure.code)}"
    facts = {
        "Attribute": failure.attribute,
        "Instance": failure.instance,
        "Access": failed.mode.how,
        "Loader strategy": failed.strategy.title,
        "State": failed.scenario.value,
    }
    yield "\n".join(f"- {name}: {code_span(value)}" for name, value in facts.items() if value)
    yield code_block("\n".join(failure.headline), "text")
    if failure.returned is not None:
        yield f"The access returned {code_span(failure.returned)}: code of the model has caught the error."
    yield f"**Cause.** {escaped(' '.join(filter(None, (failure.summary, failure.cause))))}"
    yield from _remedies("Fixes", failure.remedies)
    yield from _remedies("What won't fix it", failure.ineffective)
    if failure.where:
        yield f"**Where the traceback misleads.** {escaped(failure.where)}"
    if failure.statement:
        yield "**Statement that was never sent**"
        yield code_block("\n".join(failure.statement), "sql")
    yield f"<details><summary>Traceback</summary>\n\n{code_block(chr(10).join(failure.raw), 'pytb')}\n\n</details>"
    yield f"**Versions.** {escaped(', '.join(f'{name} {version}' for name, version in versions.items()))}"
    yield f"**Documentation.** {failure.link}"


def _remedies(title: str, remedies: Iterable[Remedy]) -> Iterator[str]:
    lines = [f"- {code_span(remedy.code)}: {escaped(remedy.reason)}" for remedy in remedies]
    if lines:
        yield "\n".join([f"**{title}**", "", *lines])
