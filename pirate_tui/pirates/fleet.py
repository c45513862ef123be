"""Generate large sample databases: any number of crews and members, reproducibly."""

import asyncio
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import URL, event, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from pirate_tui.pirates.models import Base, Pirate, PirateCrew
from pirate_tui.pirates.seed import create_tables


T = TypeVar("T")

CrewRow = tuple[int, str, str | None]
"""A crew's columns: id, name, ship_name."""

MemberRow = tuple[int, str, str, bool, int]
"""A member's columns: id, name, role, devil_fruit_user, pirate_crew_id."""

BATCH = 20_000
"""Rows that are made, and sent, at once: the most that is held in memory."""

SHARE = 10
"""At least one member in so many sails with the first crew; and one crew in so many is empty."""

SPREAD = 0.618
"""The distance, as a share of all crews, between a crew and the next smaller one."""

FAST = ("PRAGMA journal_mode = OFF", "PRAGMA cache_size = -32768")
"""Pragmas for speed. A file that is dropped unless it is whole needs no journal; the index is sorted in 32 MiB."""

PATIENCE = 0.01
"""Seconds between two attempts to interrupt."""

INDEXES = [index for table in Base.metadata.sorted_tables for index in table.indexes]
"""Built when the rows are there, which is faster than keeping them in order meanwhile."""


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


COLOURS = _words(
    "Amber Black Blood Bone Brass Broken Cobalt Copper Crimson Drowned Emerald Gilded Golden Grey Hollow Howling Iron "
    "Ivory Jade Laughing Merry Midnight Nameless Obsidian Pale Ragged Roaring Rusty Salty Scarlet Silent Silver "
    "Sleepless Storm Sunken Thirsty Thunder Velvet Wandering Wicked"
)
BEASTS = _words(
    "Albatross Anchor Anemone Barnacle Bell Blade Cannon Compass Coral Crab Cutlass Dagger Dolphin Eel Fox Gull "
    "Hammer Hook Hound Jackal Key Kraken Lantern Leviathan Lobster Manatee Manta Mermaid Narwhal Octopus Orca Parrot "
    "Pearl Pelican Rat Raven Sabre Sail Serpent Shark Siren Skull Squid Stingray Swordfish Tentacle Tide Turtle "
    "Urchin Whale"
)
KINDS = _words("Pirates Corsairs Buccaneers Brotherhood Sisterhood Raiders Crew Company Armada Alliance Freebooters")
PLACES = _words(
    "Ålesund Barbados Cádiz Curaçao Dragonmaw Dunkirk Elmina Fårö Galway Havana Île-à-Vache Jamaica Kilwa Lisbon "
    "Macau Madagascar Nassau Örnsköldsvik Penzance Port-Royal Quelimane Roatán Saint-Malo Salé Smyrna Tobago Tortuga "
    "Tripoli Tunis Ushant Vigo Whydah Xiamen Yokohama Zanzibar Łeba Μύκονος Одесса 長崎"
)
SHIPS = _words(
    "Bold Brave Burning Dancing Dawn Drunken Fair Fancy Flying Good Grand Happy Jolly King's Last Lucky Old Proud "
    "Queen's Quick Royal Señora Sea Sweet Swift Twilight Unsinkable Vieille White Wild"
)
WARES = _words(
    "Adventure Arrow Bargain Comet Delight Dragon Éclair Fortune Gale Ghost Harpy Hope Hydra Jest Lady Mistral "
    "Monsoon Petrel Promise Ransom Rascal Revenge Rover Sørine Spirit Swallow Tempest Treasure Vengeance Walrus Wind "
    "Æolus"
)
EPITHETS = _words(
    "Bald Big Bitter Black Blind Bloody Calico Crooked Dirty Fat Gentle Gloomy Half-Ear Handsome Honest Iron Lame "
    "Little Lucky Mad Old One-Eyed Peg-Leg Quick Red Sad Silent Sleepy Tall Young"
)
GIVEN = _words(
    "Abel Agnès Alonso Anne Anselm Bartholomew Beatriz Benito Björn Bonny Cassandra Catalina Chidi Ching Cyrus Dagmar "
    "Diego Dolores Edmund Edward Eiríkur Elena Esmé Fatima Femi Finn Françoise Gideon Grace Gráinne Gunnar Hassan "
    "Henry Hortense Ignacio Ilse Inés Isaac Ivo Jacquotte Jérôme Joaquín John Jürgen Kaito Katarzyna Kofi Laurens "
    "Leif Lila Lúcia Mahmud Malik Marguerite Mary Mateo Mehmet Mei Morgan Moses Nadia Nami Ngozi Núria Olaf Olympe "
    "Oruç Osman Otto Paco Pelle Philippa Piet Quentin Rachel Ramón Rosa Ruy Sadie Salvador Samuel Sayyida Selim Søren "
    "Thaddeus Tomás Ursula Veit Walid Wanjiru Ximena Yara Yusuf Zheng Zoë Ægir Łucja Žofia Ζωή Борис 海人"
)
FAMILY = _words(
    "Ashdown Avery Barbarossa Bellamy Blackwood Bones Bottlenose Bright Brine Cabral Cockle Corbière Crowe Davies "
    "Deepwater Doublón Drake Driftwood Dubois Eriksen Everwind Fairweather Fathom Flint Foam Fonseca Gallows Gannet "
    "Gow Gullveig Haddock Halyard Hardtack Hawkins Høgh Hornigold Ivarsson Jansen Jetsam Jørgensen Keel Kidd Kiliç "
    "Lafitte Lanyard Laskarina Leeward Low Mainsail Marlin Mendoça Mooring Núñez Nutt Oakum O'Malley Orlop Østergård "
    "Pereira Pike Plank Poseidon Quartermain Quill Rackham Rasmussen Read Reis Rudder Rumsey Saltmarsh Scupper "
    "Seabright Şahin Shoal Silver Spindrift Spyglass Squall Starboard Swann Teach Thatch Tidewell Trewe Undertow "
    "Van-der-Zee Vane Wavecrest Weißhaupt Windlass Wrecker Wynn Yardarm Żagiel Zeeman Капитанов 海野"
)
ROLES = (
    ["Deckhand"] * 12
    + ["Gunner", "Sailor", "Rigger", "Swab"] * 5
    + ["Boatswain", "Carpenter", "Cook", "Cooper", "Helmsman", "Lookout", "Musician", "Navigator", "Sailmaker"] * 3
    + ["Captain", "First Mate", "Quartermaster", "Doctor", "Archaeologist", "Shipwright", "Swordsman", "Sniper"]
    + ["Cabin Boy", "Spy", "Stowaway", "Parrot Keeper", "Powder Monkey", "Treasurer", "Interpreter", "Poet"]
)

CREW_NAMES = tuple(map(" ".join, product(COLOURS, BEASTS)))
HOMES = (*KINDS, *map(" of ".join, product(KINDS, PLACES)))
SHIP_NAMES: tuple[str | None, ...] = (*(f"{ship} {ware}" for ship, ware in product(SHIPS, WARES)), *[None] * 90)
GIVEN_NAMES = (*GIVEN * 20, *map(" ".join, product(EPITHETS, GIVEN)))
POWERS = (True, False, False)


class SampleSize(NamedTuple):
    """The size of a sample database. The same numbers give the same rows."""

    crews: int
    """One or more; their ids are 1 to this."""
    members: int
    """In total, none or more; their ids are 1 to this. Crew 1 has the most: more than a tenth of them."""
    seed: int = 1

    @property
    def rows(self) -> int:
        """Crews and members together."""
        return self.crews + self.members


Progress = Callable[[int], None]
"""Called with the number of rows so far; when all of them are there, the index is still to be built."""


def crew_batches(size: SampleSize) -> Iterator[list[CrewRow]]:
    """Yield the rows of all crews, in batches."""
    name, home = _draw(size, "crew", CREW_NAMES), _draw(size, "home", HOMES)
    ship = _draw(size, "ship", SHIP_NAMES)
    for ids in _batches(size.crews):
        names = map(" ".join, zip(name(k=len(ids)), home(k=len(ids)), strict=True))
        yield list(zip(ids, names, ship(k=len(ids)), strict=True))


def member_batches(size: SampleSize) -> Iterator[list[MemberRow]]:
    """Yield the rows of all members, in batches."""
    first, family = _draw(size, "given", GIVEN_NAMES), _draw(size, "family", FAMILY)
    role, power, crew = _draw(size, "role", ROLES), _draw(size, "power", POWERS), _random(size, "member")
    for ids in _batches(size.members):
        names = map(" ".join, zip(first(k=len(ids)), family(k=len(ids)), strict=True))
        crews = _crews_of(size, ids, crew)
        yield list(zip(ids, names, role(k=len(ids)), power(k=len(ids)), crews, strict=True))


class Stopped(Exception):  # noqa: N818  it was requested, and is no error
    """The load ends between two batches. Not a CancelledError, at which SQLAlchemy 2.0 leaves its thread behind."""


async def load(path: Path, size: SampleSize, progress: Progress) -> None:
    """Fill a new database at `path`. When cancelled, interrupt the running statement and wait for its end.

    The work is a task that no cancel reaches, for SQLAlchemy loses the connection that it is cancelled in.
    """
    engine = create_async_engine(URL.create("sqlite+aiosqlite", database=str(path)))
    drivers: list[Any] = []
    event.listen(engine.sync_engine, "connect", lambda connection, _: drivers.append(connection.driver_connection))
    stopped = asyncio.Event()
    job = asyncio.ensure_future(_load(engine, size, partial(_report, progress, stopped)))
    try:
        await asyncio.shield(job)
    except asyncio.CancelledError:
        stopped.set()
        await _stop(job, drivers)
        raise
    finally:
        await engine.dispose()


def _report(progress: Progress, stopped: asyncio.Event, done: int) -> None:
    """Report the progress between two batches; raise `Stopped` where the load is to stop."""
    if stopped.is_set():
        raise Stopped
    progress(done)


async def _load(engine: AsyncEngine, size: SampleSize, progress: Progress) -> None:
    await create_tables(engine)
    async with engine.connect() as connection:
        for pragma in FAST:
            await connection.exec_driver_sql(pragma)
        for index in INDEXES:
            await connection.run_sync(index.drop)
        await _insert(connection, size, progress)
        for index in INDEXES:
            await connection.run_sync(index.create)
        await connection.commit()


async def _insert(connection: AsyncConnection, size: SampleSize, progress: Progress) -> None:
    """Insert the rows as tuples: dictionaries take SQLAlchemy one or two microseconds more for each."""
    done = 0
    for model, batches in ((PirateCrew, crew_batches(size)), (Pirate, member_batches(size))):
        statement = str(insert(model).compile(dialect=connection.dialect))
        for rows in batches:
            await connection.exec_driver_sql(statement, rows)
            done += len(rows)
            progress(done)


async def _stop(job: "asyncio.Task[None]", drivers: list[Any]) -> None:
    """Interrupt until the job ends: an interrupt between two statements has no effect. Its result is dropped."""
    while not job.done():
        for driver in drivers:
            await driver.interrupt()
        await asyncio.wait({job}, timeout=PATIENCE)
    if not job.cancelled():
        job.exception()


def _crews_of(size: SampleSize, ids: range, random: Random) -> list[int]:
    """Return the crew of each member: the fourth power of a random number makes few crews large and most small."""
    count, step, draw = size.crews, _step(size.crews), random.random
    manned = count - min(count - 1, -(-count // SHARE))
    drawn = ((id_, draw()) for id_ in ids)
    ranks = (0 if id_ % SHARE == 1 else int(manned * (u * u) * (u * u)) for id_, u in drawn)
    return [1 + rank * step % count for rank in ranks]


def _step(count: int) -> int:
    """Return the step from a crew to the next smaller one, coprime with their count, so that it reaches each once."""
    return next(step for step in range(max(1, int(count * SPREAD)), count + 2) if math.gcd(step, count) == 1)


def _draw(size: SampleSize, what: str, words: Sequence[T]) -> Callable[..., list[T]]:
    """Return a function that draws `k` words at random."""
    return partial(_random(size, what).choices, words)


def _random(size: SampleSize, what: str) -> Random:
    """Return a generator for one column, so that the rows do not depend on the size of a batch."""
    return Random(f"{size.seed} {what}")  # noqa: S311  no secret


def _batches(count: int) -> Iterator[range]:
    return (range(first, min(first + BATCH, count + 1)) for first in range(1, count + 1, BATCH))
