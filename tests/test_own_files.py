"""The log, the choices and the sample database are files of whoever runs it: nothing else is written to."""

import logging
import os
import socket
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from pirate_tui.bootstrap import Bootstrap
from pirate_tui.domain.failure import StartupError
from pirate_tui.domain.ports import Listener
from pirate_tui.logs import start_logging
from pirate_tui.own_files import NewFile, open_for_appending, read_text, write_text
from pirate_tui.pirates.seed import atomic_database, make_world
from pirate_tui.settings import TIME_LIMIT, Settings, world_path
from pirate_tui.settings.remembered import remember, remembered


OWN = Settings(None, reset=False, time_limit=TIME_LIMIT, log=None)
"""A launch on the world that ships."""


def link(path: Path, victim: Path) -> None:
    path.symlink_to(victim)


def dangling(path: Path, victim: Path) -> None:
    path.symlink_to(victim.with_name("nowhere"))


def hard_link(path: Path, victim: Path) -> None:
    path.hardlink_to(victim)


def fifo(path: Path, _victim: Path) -> None:
    os.mkfifo(path)


def folder(path: Path, _victim: Path) -> None:
    path.mkdir()


def device(path: Path, _victim: Path) -> None:
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("only root makes devices")


def unix_socket(path: Path, _victim: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening, suppress(OSError):  # a long path is none for a socket
        listening.bind(str(path))
    if not path.exists():
        pytest.skip("the path is too long for a socket")


Trap = Callable[[Path, Path], None]
"""Puts something in the place of a file of ours; there is also a victim for it to lead to."""

TRAPS: dict[Trap, str] = {
    link: "it is a symbolic link",
    dangling: "it is a symbolic link",
    hard_link: "it has more than one hard link",
    fifo: "it is not a regular file",
    folder: "it is not a regular file",
    device: "it is not a regular file",
    unix_socket: "it is not a regular file",
}


@pytest.fixture
def victim(tmp_path: Path) -> Iterator[Path]:
    """A file of somebody's; it is as it was when the test is over."""
    file = tmp_path / "victim"
    file.write_text("precious")
    file.chmod(0o644)
    yield file
    assert file.read_text() == "precious"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert not file.with_name("nowhere").exists()


@pytest.fixture
def stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs it is another user than the one who has made the files."""
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)


@pytest.mark.usefixtures("quiet_logging")
@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_nothing_but_a_file_of_ones_own_is_logged_to(tmp_path: Path, victim: Path, trap: Trap) -> None:
    trap(tmp_path / "a.log", victim)
    with pytest.raises(
        StartupError, match=rf"cannot log to .*a\.log: {TRAPS[trap]}.*; choose a file that you own"
    ) as caught:
        start_logging(tmp_path / "a.log")
    assert caught.value.exit_code == 2
    assert "\n" not in caught.value.message


@pytest.mark.usefixtures("quiet_logging", "stranger")
def test_another_users_log_is_neither_written_to_nor_made_private(victim: Path) -> None:
    with pytest.raises(StartupError, match="it belongs to another user; choose a file that you own"):
        start_logging(victim)


@pytest.mark.usefixtures("quiet_logging")
def test_a_log_in_a_folder_that_is_reached_by_a_link_is_written(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "short").symlink_to(tmp_path / "logs")
    start_logging(tmp_path / "short" / "a.log")
    logging.getLogger("driver").error("half of a pair: %s", "\udcff")
    assert "half of a pair: \\udcff" in (tmp_path / "logs" / "a.log").read_text()


@pytest.mark.usefixtures("quiet_logging")
def test_a_name_that_can_be_none_is_told() -> None:
    with pytest.raises(StartupError, match=r"cannot log to a.b: the name has a NUL character; choose a file"):
        start_logging(Path("a\0b"))


def test_the_mode_is_set_on_what_is_open_and_not_on_what_has_its_name_by_then(
    tmp_path: Path, victim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "a.log"
    file.touch(0o666)
    original = os.fchmod

    def swap_first(descriptor: int, mode: int) -> None:
        file.unlink()
        file.symlink_to(victim)
        original(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", swap_first)
    with open_for_appending(file) as opened:
        assert stat.S_IMODE(os.fstat(opened.fileno()).st_mode) == 0o600


def choices_of(home: Path) -> Path:
    file = home / "pirate-tui" / "choices.json"
    file.parent.mkdir(exist_ok=True)
    return file


@pytest.mark.parametrize("trap", [link, dangling, hard_link, fifo], ids=lambda trap: trap.__name__)
def test_choices_are_put_in_the_place_of_what_is_there_and_written_through_no_link(
    own_home: Path, victim: Path, trap: Trap
) -> None:
    trap(choices_of(own_home), victim)
    remember("db/shop", "Order")
    assert remembered("db/shop") == "Order"
    file = choices_of(own_home)
    assert stat.S_ISREG(file.lstat().st_mode)
    assert [entry.name for entry in file.parent.iterdir()] == ["choices.json"]


@pytest.mark.usefixtures("stranger")
def test_choices_of_another_user_are_not_believed(own_home: Path) -> None:
    choices_of(own_home).write_text('{"db/shop": "Order"}')
    assert remembered("db/shop") is None


def test_choices_that_cannot_be_written_wholly_stay_as_they_were(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    remember("db/shop", "Order")

    def is_full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", is_full)
    remember("db/shop", "Item")
    assert remembered("db/shop") == "Order"
    assert "cannot save what is to be remembered" in caplog.text
    assert [entry.name for entry in choices_of(own_home).parent.iterdir()] == ["choices.json"]


def test_whoever_reads_the_choices_meanwhile_reads_them_whole(tmp_path: Path) -> None:
    file = tmp_path / "choices.json"
    write_text(file, "before")
    with file.open() as reading:
        write_text(file, "afterwards")
        assert reading.read() == "before"
    assert read_text(file) == "afterwards"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


class Deaf(Listener):
    """A listener who needs to know nothing."""


async def launch(settings: Settings) -> None:
    """Open the database and close it again."""
    composition = Bootstrap(settings)
    try:
        await composition.connect(Deaf())
    finally:
        await composition.close()


@pytest.mark.parametrize("trap", [link, dangling, fifo], ids=lambda trap: trap.__name__)
async def test_the_sample_database_is_a_file_of_ones_own(victim: Path, trap: Trap) -> None:
    world_path().parent.mkdir()
    trap(world_path(), victim)
    with pytest.raises(StartupError, match=rf"pirates\.db: {TRAPS[trap]}; pirate-tui --reset") as caught:
        await launch(OWN)
    assert caught.value.exit_code == 2
    await launch(OWN._replace(reset=True))
    assert not world_path().is_symlink()


async def test_the_sample_database_of_another_user_is_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    await launch(OWN)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(StartupError, match="it belongs to another user; pirate-tui --reset"):
        await launch(OWN)


def unfinished_of(place: Path) -> Path:
    return place.with_name(f".{place.name}.{os.getpid()}.unfinished")


@pytest.mark.usefixtures("stranger")
async def test_a_world_is_not_made_through_a_link_that_somebody_has_put_where_it_is_begun(
    tmp_path: Path, victim: Path
) -> None:
    place = tmp_path / "pirates.db"
    unfinished_of(place).symlink_to(victim)
    with pytest.raises(FileExistsError):
        await make_world(place)
    with pytest.raises(FileExistsError), atomic_database(place):
        pytest.fail("it was begun")


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"home"}  # that of the test's user


def test_a_new_file_appears_when_it_is_finished(tmp_path: Path) -> None:
    path = tmp_path / "new.csv"
    with NewFile(path) as file:
        file.write("a\r\n\udcff\n")
        assert not path.exists()
        file.finish()
        assert path.read_bytes() == b"a\r\n\\udcff\n"
    assert names_in(tmp_path) == {"new.csv"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("finishes", [False, True])
def test_nothing_is_left_of_a_file_that_failed(tmp_path: Path, *, finishes: bool) -> None:
    file = NewFile(tmp_path / "new.csv")
    with pytest.raises(ZeroDivisionError), file:  # noqa: PT012  in the block is where it matters
        file.write("a")
        if finishes:
            file.finish()
        raise ZeroDivisionError
    with NewFile(tmp_path / "other.csv") as unfinished:
        unfinished.write("a")
    assert names_in(tmp_path) == set()


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap.__name__)
def test_a_new_file_takes_the_place_of_none(tmp_path: Path, victim: Path, trap: Trap) -> None:
    trap(tmp_path / "new.csv", victim)
    before = names_in(tmp_path)
    with pytest.raises(FileExistsError, match="it already exists"):
        NewFile(tmp_path / "new.csv")
    assert names_in(tmp_path) == before


@pytest.mark.parametrize("has_links", [False, True])
def test_another_program_may_be_faster(
    tmp_path: Path, victim: Path, monkeypatch: pytest.MonkeyPatch, *, has_links: bool
) -> None:
    def refuse(_source: str, _target: Path) -> None:
        raise PermissionError

    if not has_links:
        monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "new.csv"
    with NewFile(path) as file:
        path.symlink_to(victim)
        with pytest.raises(FileExistsError, match="it already exists"):
            file.finish()
    assert path.is_symlink()
    path.unlink()
    with NewFile(path) as file:
        file.write("b")
        file.finish()
    assert path.read_text() == "b"
    assert names_in(tmp_path) == {"new.csv", "victim"}


def test_a_name_that_cannot_be_is_an_error_of_the_system(tmp_path: Path) -> None:
    for name in ("no/folder.csv", "a\0b.csv", "x" * 300 + ".csv"):
        with pytest.raises(OSError, match=r"No such|null (byte|character)|too long"), NewFile(tmp_path / name) as file:
            file.finish()
    assert names_in(tmp_path) == set()
