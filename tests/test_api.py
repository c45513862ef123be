"""The public API: explain_error with and without the probe, what its import loads, and its types."""

import gc
import sys
from collections.abc import AsyncIterator
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from sqlalchemy.exc import MissingGreenlet, PendingRollbackError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine

import pirate_tui
from pirate_tui import Explanation, explain_error, probe
from pirate_tui.pirates.models import Base, Pirate, PirateCrew
from tests.programs import run


pytestmark = pytest.mark.filterwarnings("ignore:coroutine .* was never awaited:RuntimeWarning")


@pytest.fixture
async def session() -> AsyncIterator[AsyncSession]:
    """A session with a crew, of which nothing is held."""
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add(
            PirateCrew(name="Straw Hats", members=[Pirate(name="Zoro", role="Swordsman", devil_fruit_user=False)])
        )
        await session.commit()
        session.expunge_all()
        yield session
    await engine.dispose()
    gc.collect()  # what SQLAlchemy did not await, while it is expected


async def raised(session: AsyncSession) -> SQLAlchemyError:
    """The error of a plain access, caught."""
    crew = await session.get_one(PirateCrew, 1)
    with pytest.raises(SQLAlchemyError) as caught:
        len(crew.members)
    return caught.value


async def test_a_caught_error_is_explained_by_its_traceback(session: AsyncSession) -> None:
    explanation = explain_error(await raised(session))
    assert explanation.is_known
    assert (explanation.attribute, explanation.instance) == ("PirateCrew.members", "PirateCrew 1")
    assert "it is not loaded" in explanation.headline
    said = dict(explanation.lines)
    assert said["read"].endswith("`len(crew.members)`")
    assert said["loaded"] == "unknown"
    assert "probe.install()" in said["more"]
    assert explanation.fixes[0].startswith("await pirate_crew.awaitable_attrs.members ")


async def test_what_the_probe_has_found_is_told(session: AsyncSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(probe.ANNOUNCED, "1")
    probe.install()
    try:
        error = await raised(session)
        await session.close()  # it is told as it was
        explanation = explain_error(error)
        links = [error, error.__cause__]
        note = next(note for link in links for note in getattr(link, "__notes__", ()))
    finally:
        probe.uninstall()
    assert dict(explanation.lines)["loaded"].endswith("`crew = await session.get_one(PirateCrew, 1)`")
    assert explanation.fixes[0].startswith("at ")
    assert str(explanation) == note


async def test_an_error_behind_another_one_is_found(session: AsyncSession) -> None:
    outer = RuntimeError("the page could not be made")
    outer.__context__ = await raised(session)
    assert explain_error(outer).attribute == "PirateCrew.members"


@pytest.mark.parametrize("error", [ValueError("no"), MissingGreenlet("made by hand"), PendingRollbackError("by hand")])
def test_what_is_not_known_is_said_to_be(error: Exception) -> None:
    explanation = explain_error(error)
    assert not explanation.is_known
    assert explanation.fixes == ()
    assert type(error).__name__ in str(explanation)


def test_an_explanation_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        Explanation("no").headline = "yes"  # type: ignore[misc]
    assert str(Explanation("no", lines=(("read", "a.py:1"),), fixes=("a", "b"))) == (
        "pirate-tui: no\n  read      a.py:1\n  fix       a\n  or        b"
    )


def test_the_package_has_nothing_else() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        pirate_tui.nothing  # noqa: B018  # type: ignore[attr-defined]
    assert set(pirate_tui.__all__) == {"Explanation", "__version__", "explain_error"}


def test_what_an_import_loads() -> None:
    program = "import sys, pirate_tui; print(*sys.modules)"
    assert not {"sqlalchemy", "textual", "greenlet"} & set(run(sys.executable, "-c", program).out.split())
    program = "import sys, pirate_tui; pirate_tui.explain_error(ValueError()); print(*sys.modules)"
    loaded = set(run(sys.executable, "-c", program).out.split())
    assert "sqlalchemy" in loaded
    assert not {"textual", "rich", "platformdirs", "sqlglot"} & loaded


@pytest.mark.long
def test_a_user_s_file_that_uses_it_is_typed(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(
        "import pirate_tui.probe\n"
        "from pirate_tui import Explanation, explain_error\n"
        "def told(error: Exception) -> tuple[str, ...]:\n"
        "    pirate_tui.probe.install()\n"
        "    explanation: Explanation = explain_error(error)\n"
        "    reveal_type(explanation.lines)\n"
        "    number: int = explanation.headline\n"
        "    return explanation.fixes\n"
    )
    done = run(sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", "shop.py", folder=tmp_path)
    assert 'Revealed type is "tuple[tuple[str, str], ...]"' in done.out.replace("builtins.", "")
    assert 'has type "str", variable has type "int"' in done.out
    assert "Found 1 error in 1 file" in done.out
