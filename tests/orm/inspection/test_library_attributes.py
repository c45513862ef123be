"""What a library's base class adds to every model is no attribute of the model's own; what its author wrote is."""

from collections.abc import Callable
from typing import TypeAlias

import pytest
from sqlalchemy import inspect

from pirate_tui.domain.access import AttributeKind
from pirate_tui.orm.inspection.attributes import attributes_of
from pirate_tui.orm.user_models.loader import load_models
from tests.orm.writing import Write


pytestmark = pytest.mark.usefixtures("shop")

Properties: TypeAlias = Callable[[str], dict[str, list[str]]]

LIBRARY = """
from functools import cached_property

from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

class Query:
    def __get__(self, instance, owner):
        raise RuntimeError("no application")

class Model:
    query = Query()

    @property
    def fields(self):
        return []

    @cached_property
    def shadowed(self):
        return "the library's"

class Base(DeclarativeBase):
    pass

class Account(Base):
    __tablename__ = "accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "account"}

    @property
    def is_open(self):
        return True
"""

MODELS = """
from library import Account, Base, Model
from sqlalchemy.orm import Mapped, mapped_column

class Named:
    @property
    def title(self):
        return "of a mixin"

class Zebra(Model, Named, Base):
    __tablename__ = "zebras"
    id: Mapped[int] = mapped_column(primary_key=True)

    @property
    def stripes(self):
        return 7

    @property
    def shadowed(self):
        return "the model's"

class Member(Account):
    __mapper_args__ = {"polymorphic_identity": "member"}
"""

SQLMODEL = """
from pydantic import computed_field
from sqlmodel import Field, SQLModel

class Hero(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    name: str

    @property
    def shout(self):
        return self.name.upper()

    @computed_field
    @property
    def whisper(self) -> str:
        return self.name.lower()
"""


@pytest.fixture
def properties(write: Write, monkeypatch: pytest.MonkeyPatch) -> Properties:
    """The properties that are listed of each class of a module; there is a library beside it, which is installed."""
    installed = write("lib/site-packages/library.py", LIBRARY).parent
    monkeypatch.syspath_prepend(installed)

    def listed(typed: str) -> dict[str, list[str]]:
        return {
            mapped.__name__: [
                attribute.name
                for attribute in attributes_of(inspect(mapped))
                if attribute.kind is AttributeKind.PROPERTY
            ]
            for mapped in load_models(typed).classes
        }

    return listed


@pytest.mark.parametrize("name", ["models.py", "lib/site-packages/store/models.py"])
def test_what_a_librarys_base_adds_is_not_listed(write: Write, properties: Properties, name: str) -> None:
    if "store" in name:
        write("lib/site-packages/store/__init__.py", "")
    write(name, MODELS)
    assert properties(name) == {
        "Account": ["is_open"],
        "Zebra": ["stripes", "shadowed", "title"],
        "Member": ["is_open"],
    }


def test_of_an_sqlmodel_only_what_its_author_wrote_is_listed(write: Write, properties: Properties) -> None:
    write("models.py", SQLMODEL)
    assert properties("models.py") == {"Hero": ["shout", "whisper"]}
