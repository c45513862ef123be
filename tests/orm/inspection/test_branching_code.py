"""Code of models that goes there and back, asks how many there are, or reads of subclasses: each fix helps."""

from pathlib import Path

import pytest
from sqlalchemy import ForeignKey, create_engine
from sqlalchemy.ext.asyncio import AsyncAttrs
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from pirate_tui.domain.access import Scenario, TrialRequest
from pirate_tui.domain.remedy import TrialOutcome
from tests.orm.conftest import OpenModels
from tests.orm.verdicts import entity_of


class Base(AsyncAttrs, DeclarativeBase):
    """The models of this file."""


class Region(Base):
    """Has yards."""

    __tablename__ = "regions"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    yards: Mapped[list["Yard"]] = relationship(back_populates="region")


class Worker(Base):
    """Of one of two kinds; what is papers is deferred."""

    __tablename__ = "workers"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    papers: Mapped[str | None] = mapped_column(deferred=True)
    yard_id: Mapped[int] = mapped_column(ForeignKey("yards.id"))
    mentor_id: Mapped[int | None] = mapped_column(ForeignKey("workers.id"))
    yard: Mapped["Yard"] = relationship(back_populates="workers")
    mentor: Mapped["Worker | None"] = relationship(remote_side="Worker.id")

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "worker"}  # noqa: RUF012


class Welder(Worker):
    """One of them."""

    __mapper_args__ = {"polymorphic_identity": "welder"}  # noqa: RUF012


class Yard(Base):
    """Where they work."""

    __tablename__ = "yards"
    id: Mapped[int] = mapped_column(primary_key=True)
    region_id: Mapped[int] = mapped_column(ForeignKey("regions.id"))
    head_id: Mapped[int | None]
    region: Mapped[Region] = relationship(back_populates="yards")
    workers: Mapped[list[Worker]] = relationship(back_populates="yard")
    head: Mapped[Worker | None] = relationship(primaryjoin="foreign(Yard.head_id) == Worker.id", lazy="joined")

    @property
    def there_and_back(self) -> list[str]:
        """In a session the identity map has the yard; of a detached instance it must be loaded."""
        return [worker.yard.region.name for worker in self.workers]

    @property
    def papers(self) -> str | None:
        """Deferred, and mapped by the class above that of the last one."""
        return self.workers[-1].papers if self.workers else None

    @property
    def crowd(self) -> list[int]:
        """What it reads depends on how many there are."""
        return [worker.id for worker in self.workers] if len(self.region.yards) > 1 else []

    @property
    def mentor(self) -> int | None:
        """Behind what is loaded eagerly is what is not."""
        return self.head.mentor.id if self.head is not None and self.head.mentor is not None else None


@pytest.mark.parametrize("scenario", Scenario)
@pytest.mark.parametrize("name", ["there_and_back", "papers", "crowd", "mentor"])
async def test_each_fix_that_is_offered_helps(
    tmp_path: Path, open_models: OpenModels, name: str, scenario: Scenario
) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'yards.db'}")
    Base.metadata.create_all(engine)
    with Session(engine) as session:
        east = Region(id=1, name="East", yards=[Yard(id=2)])
        workers = [Worker(id=1, papers="a"), Welder(id=2, papers="b", mentor_id=1)]
        session.add(Yard(id=1, region=east, head_id=2, workers=workers))
        session.commit()
    engine.dispose()
    database = await open_models(tmp_path / "yards.db", [Yard, Worker, Welder, Region])
    yard = entity_of(database, "Yard")
    await database.instances.apply_scenario(yard, (1,), scenario)
    offered = (await database.instances.predict(name)).remedies
    tried = [await database.benchmarks.try_out(TrialRequest(yard, (1,), scenario, name, remedy)) for remedy in offered]
    assert TrialOutcome.HELPS in {one.outcome for one in tried}
    assert [one for one in tried if one.outcome not in {TrialOutcome.HELPS, TrialOutcome.NOT_PROVED}] == []
