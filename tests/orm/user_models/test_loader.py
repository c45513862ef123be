"""The developer's own classes are found in every way of mapping them, and every mistake is told by their own line."""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import textwrap
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from pirate_tui.orm.entities import Catalog
from pirate_tui.orm.user_models.captured_output import OUTPUT_LIMIT
from pirate_tui.orm.user_models.loader import ImportedModels, load_models
from tests.orm.writing import BASE, Refused, Write


@pytest.fixture
def interrupts() -> Iterator[None]:
    """SIGINT interrupts, also where whoever runs the tests has it ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


pytestmark = pytest.mark.usefixtures("shop")


def names(models: ImportedModels) -> list[str]:
    return [mapped.__name__ for mapped in models.classes]


ZEBRA = '''
class Zebra(Base):
    """Defined first, last in the alphabet."""
    __tablename__ = "zebras"
    id: Mapped[int] = mapped_column(primary_key=True)
    apples: Mapped[list["Apple"]] = relationship(back_populates="zebra")
'''

APPLE = """
class Apple(Base):
    __tablename__ = "apples"
    id: Mapped[int] = mapped_column(primary_key=True)
    zebra_id: Mapped[int | None] = mapped_column(ForeignKey("zebras.id"))
    zebra: Mapped["Zebra | None"] = relationship(back_populates="apples")
"""

MODELS = BASE + ZEBRA + APPLE

TABLE = """
    __tablename__ = "{}"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


def mapped(name: str, base: str = "Base") -> str:
    return f"class {name}({base}):{TABLE.format(name.lower())}"


# What there is to find.

DECORATED = """
from sqlalchemy.orm import *
mapper_registry = registry()

@mapper_registry.mapped
class Zebra:
    __tablename__ = "zebras"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

IMPERATIVE = """
from sqlalchemy import *
from sqlalchemy.orm import registry
reg = registry()
apples = Table("apples", reg.metadata, Column("id", Integer, primary_key=True))
zebras = Table("zebras", reg.metadata, Column("id", Integer, primary_key=True))

class Apple:
    pass

class Zebra:
    pass

reg.map_imperatively(Zebra, zebras)
reg.map_imperatively(Apple, apples)
"""

DATACLASSES = """
from __future__ import annotations
import dataclasses
from sqlalchemy.orm import *

class Base(MappedAsDataclass, DeclarativeBase):
    pass

class Zebra(Base):
    __tablename__ = "zebras"
    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    stripes: Mapped[int] = mapped_column(default=3)

@dataclasses.dataclass
class Stripe:
    of: Zebra

assert Zebra().stripes == 3
"""

LEGACY = """
from sqlalchemy import Column, Integer
from sqlalchemy.ext.declarative import declarative_base
Base = declarative_base()

class Zebra(Base):
    __tablename__ = "zebras"
    id = Column(Integer, primary_key=True)
"""

SQLMODEL = """
from sqlalchemy import Column, Integer
from sqlalchemy.orm import registry
from sqlalchemy.orm.decl_api import DeclarativeMeta
default_registry = registry()

class Meta(DeclarativeMeta):
    def __new__(cls, name, bases, attributes, table=False, registry=None):
        made = super().__new__(cls, name, bases, attributes)
        if registry is not None:
            made._sa_registry, made.metadata, made.__abstract__ = registry, registry.metadata, True
        return made

    def __init__(cls, name, bases, attributes, table=False, registry=None):
        (DeclarativeMeta if table else type).__init__(cls, name, bases, attributes)

class Model(metaclass=Meta, registry=default_registry):
    pass

class ZebraCreate(Model):
    stripes: int

class Zebra(Model, table=True):
    __tablename__ = "zebras"
    id = Column(Integer, primary_key=True)

del default_registry
"""

AUTOMAP = """
from sqlalchemy import create_engine, text
from sqlalchemy.ext.automap import automap_base
engine = create_engine("sqlite://")
with engine.begin() as connection:
    connection.execute(text("CREATE TABLE Zebra (id INTEGER PRIMARY KEY)"))
Base = automap_base()
Base.prepare(autoload_with=engine)
engine.dispose()
"""

SYNC = f"""{MODELS}
engine = create_engine("sqlite:///made.db", echo=True)
Session = sessionmaker(engine)
Base.metadata.create_all(engine)
with Session() as session:
    print(session.query(Zebra).count(), "zebras")
engine.dispose()
"""

ABSTRACT = f"""{BASE}
class Timed(Base):
    __abstract__ = True

class Mixin:
    pass

class Zebra(Timed, Mixin):{TABLE.format("zebras")}
    registry_of_births: Mapped[str | None]

from sqlalchemy.orm import Mapper, Session, registry as ours
"""

ONLY_ONE_USED = f"""{BASE}
class Unused(DeclarativeBase):
    pass

spare = registry()
{mapped("Zebra")}
"""

SAME_SCHEMA = f"""{BASE}
class Other(DeclarativeBase):
    metadata = Base.metadata

{mapped("Zebra")}
{mapped("Apple", "Other")}
"""

LOOP = f"""
import asyncio
async def nothing(): pass
asyncio.run(nothing())
{MODELS}"""

PROXY = f"""{MODELS}
class Proxy:
    @property
    def __class__(self):
        raise RuntimeError("outside of a request")

request = Proxy()
class Strange(type):
    @property
    def registry(cls):
        raise RuntimeError("asked")
class Odd(metaclass=Strange):
    pass
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (MODELS, ["Zebra", "Apple"]),
        (DECORATED, ["Zebra"]),
        (IMPERATIVE, ["Zebra", "Apple"]),
        (DATACLASSES, ["Zebra"]),
        pytest.param(LEGACY, ["Zebra"], marks=pytest.mark.filterwarnings("default")),
        (SQLMODEL, ["Zebra"]),
        (AUTOMAP, ["Zebra"]),
        (SYNC, ["Zebra", "Apple"]),
        (ABSTRACT, ["Zebra"]),
        (ONLY_ONE_USED, ["Zebra"]),
        (SAME_SCHEMA, ["Zebra", "Apple"]),
        (LOOP, ["Zebra", "Apple"]),
        (PROXY, ["Zebra", "Apple"]),
    ],
    ids=[
        *["declarative", "decorated", "imperative", "dataclasses", "legacy", "sqlmodel", "automap", "sync engine"],
        *["abstract", "a base without classes", "one MetaData", "asyncio.run", "proxy"],
    ],
)
@pytest.mark.parametrize("typed", ["models.py", "models"])
def test_classes_are_found_in_the_order_of_their_definition(
    write: Write, text: str, expected: list[str], typed: str
) -> None:
    path = write("models.py", text)
    models = load_models(typed)
    assert (names(models), models.module, models.file) == (expected, "models", path)
    assert models.notes == ()


def test_a_class_that_is_mapped_when_its_base_is_configured_is_found(write: Write) -> None:
    text = """
from sqlalchemy.ext.declarative import AbstractConcreteBase
from sqlalchemy.orm import *
class Base(DeclarativeBase):
    pass
class Animal(AbstractConcreteBase, Base):
    strict_attrs = True
    name: Mapped[str]
class Zebra(Animal):
    __tablename__ = "zebras"
    id: Mapped[int] = mapped_column(primary_key=True)
    __mapper_args__ = {"concrete": True, "polymorphic_identity": "zebra"}
"""
    write("models.py", text)
    assert names(load_models("models.py")) == ["Zebra"]
    assert names(load_models("models.py:Base")) == ["Zebra"]


def test_what_a_sync_module_wrote_is_given_back(write: Write, shop: Path) -> None:
    write("models.py", SYNC)
    assert "0 zebras" in load_models("models.py").output  # among what the engine echoes, where that is printed
    assert (shop / "made.db").exists()


def test_a_subclass_in_one_table_is_found_where_it_is_defined(write: Write) -> None:
    write("models.py", f"{BASE}{mapped('Zebra')}{mapped('Apple')}\nclass Foal(Zebra):\n    pass\n")
    assert names(load_models("models")) == ["Zebra", "Apple", "Foal"]


def test_a_class_that_is_mapped_to_a_query_is_left_out_with_a_note(write: Write) -> None:
    report = 'class Report(Base):\n    __table__ = select(Zebra.id).where(Zebra.id > 3).subquery("report")\n'
    write("models.py", f"{BASE}{mapped('Zebra')}{report}    __mapper_args__ = {{'primary_key': __table__.c.id}}\n")
    models = load_models("models")
    assert names(models) == ["Zebra"]
    assert models.notes == ("Report is not included: it is mapped to a query and has no table",)


def test_classes_of_modules_that_are_only_imported_are_found(write: Write) -> None:
    write("store/__init__.py", "")
    write("store/base.py", BASE)
    write("store/zebras.py", f"from store.base import *\n{mapped('Zebra')}")
    write("store/apples.py", f"from store.base import *\n{mapped('Apple')}")
    write("store/models.py", "import store.zebras\nfrom . import apples\n")
    assert names(load_models("store.models")) == ["Zebra", "Apple"]


def test_a_base_brings_the_classes_of_all_modules(write: Write) -> None:
    write("store/__init__.py", "")
    write("store/base.py", BASE)
    write("store/zebras.py", f"from .base import *\n{mapped('Zebra')}")
    write("store/models.py", "from .base import Base\nimport store.zebras\n")
    assert names(load_models("store/models.py")) == ["Zebra"]


# What may be typed.


@pytest.mark.parametrize(
    "typed",
    ["store/models.py", "./store/../store/models.py", "store.models", "{}/store/models.py", "store/models.py:Base"],
)
def test_a_file_of_a_package_is_the_module_that_its_neighbours_import(write: Write, shop: Path, typed: str) -> None:
    write("store/__init__.py", "from .models import Zebra\n")
    write("store/models.py", f"from .base import *\n{ZEBRA}{APPLE}")
    write("store/base.py", BASE)
    models = load_models(typed.format(shop))
    assert (names(models), models.module) == (["Zebra", "Apple"], "store.models")


def test_the_package_itself_may_be_named_by_its_file(write: Write) -> None:
    write("store/__init__.py", MODELS)
    assert load_models("store/__init__.py").module == "store"


@pytest.mark.parametrize("name", ["my models.py", "modèles ü.py", "my.models.py", "models", "a:b.py", "für/läden.txt"])
def test_any_name_of_a_file_will_do(write: Write, name: str) -> None:
    path = write(name, MODELS)
    assert load_models(str(path)).file == path
    assert names(load_models(name)) == ["Zebra", "Apple"]
    assert names(load_models(f"{name}:Base")) == ["Zebra", "Apple"]


def test_a_file_called_json_hides_nothing(write: Write) -> None:
    write(
        "lib/json.py",
        f"import json as real, neighbour\nassert real.loads('[]') == neighbour.json.loads('[]')\n{MODELS}",
    )
    write("lib/neighbour.py", "import json\n")
    assert names(load_models("lib/json.py")) == ["Zebra", "Apple"]
    assert sys.modules["json"] is json


def test_string_names_with_the_module_in_them_are_resolved_in_a_file(write: Write) -> None:
    write(
        "models.py", MODELS.replace('list["Apple"]] = relationship(', 'list["Apple"]] = relationship("models.Apple", ')
    )
    assert names(load_models("models.py")) == ["Zebra", "Apple"]


TWO = f"""{BASE}
class Other(DeclarativeBase):
    pass

class holder:
    Base = Other

reg = Other.registry
number = 7
{mapped("Zebra")}
{mapped("Apple", "Other")}
"""


@pytest.mark.parametrize(
    ("typed", "expected"),
    [(":Base", ["Zebra"]), (":Other", ["Apple"]), (":reg", ["Apple"]), (":holder.Base", ["Apple"])],
)
def test_a_base_or_a_registry_may_be_named(write: Write, typed: str, expected: list[str]) -> None:
    write("models.py", TWO)
    assert names(load_models(f"models{typed}")) == expected
    assert names(load_models(f"models.py{typed}")) == expected


def test_a_base_that_has_no_registry_by_that_name_is_offered(write: Write, refused: Refused) -> None:
    write("models.py", SQLMODEL)
    assert names(load_models("models:Model")) == names(load_models("models:ZebraCreate")) == ["Zebra"]
    assert refused("models:Nope")[-1] == "use one of Model"


def test_of_two_bases_one_has_to_be_named(write: Write, refused: Refused) -> None:
    write("models.py", TWO)
    expected = ["models has two declarative bases: Base and Other", "choose one: --models models:Base"]
    assert refused("models") == expected
    assert refused("models.py")[1] == "choose one: --models models.py:Base"


LIBRARY = f"{BASE}{mapped('User')}"


def test_the_classes_of_a_librarys_own_base_are_left_out_with_a_note(write: Write) -> None:
    write("library.py", LIBRARY)
    write("models.py", f"from library import User\n{BASE}{mapped('Zebra')}")
    models = load_models("models")
    assert names(models) == ["Zebra"]
    assert models.notes == ("the classes of another base are not included; to browse them, use --models library:Base",)
    assert names(load_models("library:Base")) == ["User"]


def test_the_classes_of_a_librarys_base_that_is_extended_are_browsed_too(write: Write) -> None:
    write("library.py", LIBRARY)
    write("models.py", f"from library import *\n{mapped('Zebra')}")
    assert names(load_models("models")) == ["User", "Zebra"]


# What the import may do.


def test_all_that_is_written_is_kept_from_the_screen(write: Write, capfd: pytest.CaptureFixture[str]) -> None:
    said = """
        import ctypes, io, logging, os, subprocess, sys
        print("print")
        print("error \\x1b[2J", file=sys.stderr)
        ctypes.CDLL(None).puts(b"from C")
        os.system("echo from a shell")
        subprocess.run(["echo", "through stdout"], stdout=sys.stdout, check=True)
        sys.stdout.buffer.write(b"\\xff bytes\\n")
        print("the real one", file=sys.__stdout__)
        sys.stdout.reconfigure(line_buffering=True)
        kept = logging.getLogger("models.kept")
        kept.addHandler(logging.StreamHandler(sys.stdout))
        kept.addHandler(logging.StreamHandler(io.TextIOWrapper(sys.stdout.buffer, write_through=True)))
        kept.warning("logged")
        os.write(2, b"descriptor\\n")
    """
    write("models.py", textwrap.dedent(said) + MODELS)
    models = load_models("models.py")
    logging.getLogger("models.kept").warning("later")
    assert capfd.readouterr() == ("", "")
    assert {*models.output} == {
        *["print", "error ␛[2J", "from C", "from a shell", "through stdout", "\ufffd bytes", "the real one", "logged"],
        "descriptor",
    }


WRAPPED = "import io, sys\nsys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding='latin-1')\n"

TEE = """
import sys
class Tee:
    def __init__(self, real): self.real = real
    def write(self, text): self.real.write(text.upper())
sys.stdout = Tee(sys.stdout)
"""


@pytest.mark.parametrize(
    ("replaced", "expected"), [(WRAPPED, "one"), (TEE, "ONE"), ("import sys\nsys.stderr = None\n", "one")]
)
def test_a_stdout_that_the_module_made_is_heard_and_gone(
    write: Write, capfd: pytest.CaptureFixture[str], replaced: str, expected: str
) -> None:
    write("models.py", f"{replaced}print('one')\n{MODELS}")
    assert load_models("models.py").output == (expected,)
    print("two")  # noqa: T201  it is what is tested
    assert capfd.readouterr() == ("two\n", "")


def test_too_much_output_is_cut(write: Write) -> None:
    write("models.py", f"print('x' * 1_000_000)\n{MODELS}")
    assert load_models("models.py").output == ("x" * OUTPUT_LIMIT + "…",)


@pytest.mark.filterwarnings("default")
def test_warnings_are_given_back(write: Write) -> None:
    write("models.py", f"import warnings\nwarnings.warn('look out')\n{MODELS}")
    with warnings.catch_warnings(record=True) as outside:
        output = load_models("models.py").output
    assert (outside, len(output)) == ([], 2)
    assert output[0].endswith("models.py:2: UserWarning: look out")


def test_a_restless_module_leaves_the_process_as_it_was(write: Write, shop: Path) -> None:
    restless = """
        import logging, os, sys
        logging.basicConfig(level=logging.DEBUG, force=True, stream=sys.stderr)
        logging.disable(logging.CRITICAL)
        assert sys.argv == ["models.py"] and sys.stdin.read() == "" and os.read(0, 10) == b""
        os.chdir("/")
        sys.argv.append("more")
        sys.stdout = sys.stderr = sys.stdin = None
    """
    write("models.py", textwrap.dedent(restless) + MODELS)
    before = state()
    load_models("models.py")
    assert state() == before
    assert Path.cwd() == shop


def test_a_log_that_a_module_has_closed_goes_on(write: Write, shop: Path) -> None:
    write("models.py", f"import logging\nlogging.basicConfig(force=True)\n{MODELS}")
    handlers, handler = logging.root.handlers[:], logging.FileHandler(shop / "log")
    logging.root.addHandler(handler)
    try:
        load_models("models.py")
        logging.getLogger().warning("still here")
    finally:
        logging.root.handlers[:] = handlers
        handler.close()
    assert (shop / "log").read_text() == "still here\n"


def test_no_descriptor_is_left_open(write: Write, refused: Refused) -> None:
    write("models.py", MODELS)
    write("bad.py", "1 / 0\n")
    before = open_descriptors()
    load_models("models.py")
    refused("bad.py")
    assert open_descriptors() == before


def state() -> tuple[object, ...]:
    """What a module might change."""
    root = logging.root
    streams = (sys.stdin, sys.stdout, sys.stderr, sys.argv[:], warnings.filters[:])
    handlers = (root.handlers[:], root.level, root.manager.disable)
    return (*streams, *handlers, [os.fstat(number)[:3] for number in range(3)])


def open_descriptors() -> list[str]:
    return sorted(os.listdir("/dev/fd"))  # noqa: PTH208  only the names


def test_an_import_that_failed_leaves_no_path_and_no_module(write: Write, refused: Refused) -> None:
    write("models.py", "1 / 0\n")
    before, path, modules = state(), sys.path[:], set(sys.modules)
    for typed in ("models", "models.py"):
        refused(typed)
    assert (state(), sys.path) == (before, path)
    imported = {name.partition(".")[0] for name in set(sys.modules) - modules}
    assert imported <= {"pirate_tui", *sys.stdlib_module_names}  # what the loader itself needs


def test_an_import_that_worked_leaves_the_folder_last_on_the_path(write: Write, shop: Path) -> None:
    write("models.py", MODELS)
    before = sys.path[:]
    load_models("models")
    load_models("models.py")
    assert sys.path == [*before, str(shop)]


# What may be wrong with it.


GUARD = 'put that under `if __name__ == "__main__":`'
WAIT = "wait longer, or fix what takes so long"
KILL = "import os, signal; os.kill(os.getpid(), signal.SIGINT)"
NAMELESS = "class Bad(Exception):\n    def __str__(self): raise OSError\nraise Bad"
INDENT = "IndentationError: expected an indented block after function definition on line 1"
NO_NAME = f"ImportError: cannot import name 'nothing' from 'json' ({json.__file__})"
INSTALL = "install the package that provides it in pirate-tui's environment"


@pytest.mark.parametrize("typed", ["models.py", "models"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("x = 1\n\nid = Columm(1)", "3: NameError: name 'Columm' is not defined\n    id = Columm(1)\nfix it"),
        ("x = (", "1: SyntaxError: '(' was never closed\n    x = (\n        ^\nfix it"),
        ("def f():\nx", f"2: {INDENT}\n    x\n    ^\nfix it"),
        ("import geo_alchemy.a", f"1: no module named geo_alchemy\n    import geo_alchemy.a\n{INSTALL}"),
        ("import json.nothing", "1: No module named 'json.nothing'\n    import json.nothing\nfix it"),
        ("from json import nothing", f"1: {NO_NAME}\n    from json import nothing\nfix it"),
        ("import sys\nsys.exit(7)", f"2: it exits the program with code 7\n    sys.exit(7)\n{GUARD}"),
        ("raise KeyboardInterrupt", f"1: interrupted during import\n    raise KeyboardInterrupt\n{WAIT}"),
        (KILL, f"1: interrupted during import\n    {KILL}\n{WAIT}"),
        ("input('?')", "1: it prompts for input, which is not possible during import\n    input('?')\nfix it"),
        ("import pickle\npickle.loads(b'')", "2: EOFError: Ran out of input\n    pickle.loads(b'')\nfix it"),
        ("def f(): f()\nf()", "1: RecursionError: maximum recursion depth exceeded\n    def f(): f()\nfix it"),
        ("raise ValueError", "1: ValueError\n    raise ValueError\nfix it"),
        ("raise ValueError('a\\x1b\\nb')", "1: ValueError: a␛\n    raise ValueError('a\\x1b\\nb')\nfix it"),
        ("eval('1 +')", "1: SyntaxError: invalid syntax\n    eval('1 +')\nfix it"),
        (NAMELESS, "3: Bad: <exception str() failed>\n    raise Bad\nfix it"),
        (
            "import asyncio\nasync def f():\n    1 / 0\nasyncio.run(f())",
            "3: ZeroDivisionError: division by zero\n    1 / 0\nfix it",
        ),
    ],
    ids=lambda value: re.sub(r"\W+", " ", value).strip()[:20],
)
@pytest.mark.usefixtures("interrupts")
def test_an_import_that_raises_is_told_by_the_authors_own_line(
    write: Write, refused: Refused, typed: str, text: str, told: str
) -> None:
    write("models.py", f"{text}\n")
    assert "\n".join(refused(typed)) == f"models.py, line {told}"


def test_a_mistake_in_another_module_of_the_author_is_told_by_its_line(write: Write, refused: Refused) -> None:
    write("store/__init__.py", "")
    write("store/base.py", "x = 1\ny = x.upper()\n")
    write("store/models.py", f"from .base import x\n{MODELS}")
    assert refused("store/models.py") == [
        "store/base.py, line 2: AttributeError: 'int' object has no attribute 'upper'",
        "    y = x.upper()",
        "fix it",
    ]


def test_a_file_elsewhere_is_told_with_its_whole_path(
    write: Write, refused: Refused, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write("models.py", "1 / 0\n")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert refused(str(path))[0] == f"{path}, line 1: ZeroDivisionError: division by zero"


def test_a_class_that_cannot_be_mapped_is_told_by_its_line(write: Write, refused: Refused) -> None:
    write("models.py", f"{BASE}\nclass Keyless(Base):\n    __tablename__ = 'keyless'\n    name: Mapped[str]\n")
    first, *rest = refused("models.py")
    assert first.startswith("models.py, line 7: ArgumentError: Mapper Mapper[Keyless(keyless)] could not assemble any")
    assert rest == ["    class Keyless(Base):", "fix it"]


NOPE = '    nope: Mapped["Zebra"] = relationship("Nope")'
UNJOINED = '    nope = relationship("Apple")'
CONFLICT = """\
    apple_id: Mapped[int] = mapped_column(ForeignKey("apple.id"))
    nope = relationship("Apple", backref="zebras")
    more = relationship("Apple", backref="zebras")"""


@pytest.mark.parametrize(
    ("zebra", "what"),
    [
        (NOPE, "expression 'Nope' failed to locate a name ('Nope')"),
        (UNJOINED, "Could not determine join condition between parent/child tables on relationship"),
        (CONFLICT, "Error creating backref 'zebras'"),
    ],
    ids=["no such class", "no foreign key", "two backrefs"],
)
@pytest.mark.parametrize("typed", ["models.py", "models"])
def test_a_relationship_that_cannot_be_is_told_by_its_line(
    write: Write, refused: Refused, typed: str, zebra: str, what: str
) -> None:
    above = f"{BASE}{mapped('Zebra')}{zebra}"
    write("models.py", f"{above}\n{mapped('Apple')}")
    first, *rest = refused(typed)
    assert re.match(rf"models\.py, line {above.count(chr(10))}: \w+Error: ", first)
    assert what in first
    assert rest == [f"    {zebra.splitlines()[-1].strip()}", "fix it"]


def test_a_relationship_to_one_of_two_namesakes_is_told_by_its_line(write: Write, refused: Refused) -> None:
    write("store/__init__.py", "")
    write("store/base.py", BASE)
    write("store/archive.py", f"from .base import *\n{mapped('Apple').replace('apple', 'archived')}")
    zebra = '    apple_id = mapped_column(ForeignKey("apple.id"))\n    nope = relationship("Apple")\n'
    write("store/models.py", f"from .base import *\nfrom . import archive\n{mapped('Apple')}{mapped('Zebra')}{zebra}")
    first, *rest = refused("store/models.py")
    assert first.startswith('store/models.py, line 10: InvalidRequestError: Multiple classes found for path "Apple"')
    assert rest == ['    nope = relationship("Apple")', "fix it"]


def test_namesakes_are_all_found(write: Write) -> None:
    write("store/__init__.py", "")
    write("store/base.py", BASE)
    write("store/archive.py", f"from .base import *\n{mapped('Apple').replace('apple', 'archived')}")
    write("store/models.py", f"from .base import *\nfrom . import archive\n{mapped('Apple')}")
    models = load_models("store.models")
    assert [(one.__module__, one.__name__) for one in models.classes] == [
        ("store.archive", "Apple"),
        ("store.models", "Apple"),
    ]
    assert [entity.name for entity in Catalog(models.classes).entities] == ["archive.Apple", "models.Apple"]


@pytest.mark.filterwarnings("default")
def test_a_class_that_was_replaced_by_a_namesake_is_still_seen(write: Write) -> None:
    write("models.py", f"{BASE}{mapped('Apple')}{mapped('Apple').replace('apple', 'second')}import gc; gc.collect()\n")
    entities = Catalog(load_models("models.py").classes).entities
    assert [(entity.name, entity.table) for entity in entities] == [("Apple#1", "apple"), ("Apple#2", "second")]


GIVE = "give a module (shop.models) or a file (shop/models.py)"
HAS = "use one of Base, Other, reg"
NEITHER = "in the current folder or in pirate-tui's environment"
DEFINES = "give the module that defines the classes, or a file that imports all modules that do"
NO_CHOICE = "not a declarative base or registry"


@pytest.mark.parametrize(
    ("typed", "what", "remedy"),
    [
        ("", "--models has no name", "give a module or a file"),
        (":Base", "--models has no name", "give a module or a file"),
        ("nothing.py", "nothing.py: No such file or directory", GIVE),
        ("a\0.py", "a␀.py: the name has a NUL character", GIVE),
        ("x" * 300 + "/", "x" * 300 + "/: File name too long", GIVE),
        ("store/", "store/ is a folder", "give a file in it, or a module (shop.models)"),
        ("/dev/null", "/dev/null is not a regular file", "give a Python file"),
        ("locked.py", "locked.py: it cannot be read as Python: Permission denied", "give a Python file"),
        (
            "data.db",
            "data.db: it cannot be read as Python: source code string cannot contain null bytes",
            "give a Python file",
        ),
        ("nothing", f"nothing: no module named nothing {NEITHER}", "check the name, or give the file"),
        ("models.a", f"models.a: no module named models.a {NEITHER}", "check the name, or give the file"),
        ("store", "store is a folder without __init__.py", "give a module in it (store.models) or a file"),
        ("empty", "empty has no mapped class", DEFINES),
        ("empty.py:Base", "empty.py:Base has no mapped class", DEFINES),
        ("models:Nope", "models has no Nope", HAS),
        ("models:Base.Nope", "models has no Base.Nope", HAS),
        ("models:number", f"models:number is of type int, {NO_CHOICE}", HAS),
        ("models.py:Zebra", f"models.py:Zebra is a mapped class, {NO_CHOICE}", HAS),
        ("unprepared", "unprepared has no mapped class: its base was not prepared", "call prepare() in the module"),
    ],
    ids=lambda value: value[:30],
)
def test_what_was_typed_may_be_wrong(write: Write, refused: Refused, typed: str, what: str, remedy: str) -> None:
    write("models.py", TWO)
    write("empty.py", BASE)
    write("store/models.py", MODELS)
    write("data.db", "SQLite format 3\0")
    write("unprepared.py", "from sqlalchemy.ext.automap import automap_base\nBase = automap_base()\n")
    write("locked.py", MODELS).chmod(0)
    if typed == "locked.py" and os.access(typed, os.R_OK):
        pytest.skip("whoever runs this may read everything")
    assert refused(typed) == [what, remedy]


@pytest.mark.parametrize("typed", ["bytes.py", "bytes"])
def test_undecodable_bytes_are_told_by_their_line(shop: Path, refused: Refused, typed: str) -> None:
    (shop / "bytes.py").write_bytes(b"x = 1\ny = '\xff'\n")
    first, *rest = refused(typed)
    assert first.startswith("bytes.py, line 2: SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xff")
    assert rest[-1] == "fix it"


def test_a_relative_import_in_a_file_without_a_package_is_explained(write: Write, refused: Refused) -> None:
    write("models.py", "from . import base\n")
    assert refused("models.py") == [
        "models.py, line 1: relative import in a file outside a package",
        "    from . import base",
        "give it as a dotted module name",
    ]


def test_a_package_whose_name_is_taken_is_not_mistaken(write: Write, refused: Refused) -> None:
    write("json/__init__.py", "")
    write("json/decoder.py", MODELS)
    write("json/models.py", MODELS)
    where = Path(json.__file__).parent / "decoder.py"
    assert (
        refused("json/decoder.py")[0] == f"json/decoder.py: the module json.decoder is a different file here, {where}"
    )
    assert refused("json/models.py")[0] == "json/models.py: No module named 'json.models'"


def test_the_import_of_models_loads_no_screen() -> None:
    code = "import sys, pirate_tui.orm.user_models.loader; print([name for name in sys.modules if 'textual' in name])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


# What an import came to grief on, behind what it says.


HIDDEN_CAUSE = """
import logging.config
logging.config.dictConfig({"version": 1, "formatters": {"access": {"()": "uvicorn_not_installed.AccessFormatter"}}})
"""

WRAPPED_SETTING = """
import os
try:
    os.environ["NO_SUCH_SECRET"]
except KeyError as error:
    raise RuntimeError("not configured") from error
"""

TWICE_WRAPPED = """
try:
    try:
        import geo_alchemy
    except ImportError as error:
        raise ValueError("no maps") from error
except ValueError as error:
    raise RuntimeError("no shop") from error
"""

HANDLING = """
try:
    import geo_alchemy
except ImportError:
    maps = nothing
"""

SUPPRESSED = """
try:
    import geo_alchemy
except ImportError:
    raise RuntimeError("no maps") from None
"""

BECAUSE = "ValueError: Unable to configure formatter 'access'; because: no module named uvicorn_not_installed"
SET_IT = "set what is missing, as your project does"


@pytest.mark.parametrize(
    ("text", "line", "what", "remedy"),
    [
        (HIDDEN_CAUSE, 2, BECAUSE, INSTALL),
        (
            WRAPPED_SETTING,
            5,
            "RuntimeError: not configured; because: NO_SUCH_SECRET is not set in the environment",
            SET_IT,
        ),
        (TWICE_WRAPPED, 7, "RuntimeError: no shop; because: no module named geo_alchemy", INSTALL),
        (
            HANDLING,
            4,
            "NameError: name 'nothing' is not defined; raised while handling: no module named geo_alchemy",
            "fix it",
        ),
        (SUPPRESSED, 4, "RuntimeError: no maps", "fix it"),
    ],
    ids=["dictConfig", "setting", "twice", "handling", "suppressed"],
)
def test_the_innermost_cause_is_told_too(
    write: Write, refused: Refused, text: str, line: int, what: str, remedy: str
) -> None:
    write("models.py", text)
    first, _, last = refused("models.py")
    assert (first, last) == (f"models.py, line {line}: {what}", remedy)


def test_a_setting_that_is_missing_is_named_and_nothing_is_to_be_fixed(write: Write, refused: Refused) -> None:
    write("models.py", 'import os\nURL = os.environ["NO_SUCH_URL"]\n')
    assert refused("models.py") == [
        "models.py, line 2: NO_SUCH_URL is not set in the environment",
        '    URL = os.environ["NO_SUCH_URL"]',
        SET_IT,
    ]


def test_settings_of_pydantic_are_named_without_their_values(write: Write, refused: Refused) -> None:
    settings = """
        from pydantic_settings import BaseSettings

        class Settings(BaseSettings):
            secret_key: str
            port: int

        Settings(port="hunter2")
    """
    write("models.py", settings)
    problems = "secret_key: Field required, port: Input should be a valid integer, unable to parse string as an integer"
    assert refused("models.py") == [
        f"models.py, line 7: Settings is invalid: {problems}",
        '    Settings(port="hunter2")',
        SET_IT,
    ]


def test_a_key_error_of_the_models_own_is_no_setting(write: Write, refused: Refused) -> None:
    write("models.py", 'URL = {}["URL"]\n')
    assert refused("models.py") == ["models.py, line 1: KeyError: 'URL'", '    URL = {}["URL"]', "fix it"]


@pytest.mark.parametrize(("here", "typed"), [(".", "."), ("store/py", "../..")])
def test_for_what_is_not_installed_the_project_itself_is_offered_and_no_name_is_guessed(
    write: Write, refused: Refused, monkeypatch: pytest.MonkeyPatch, here: str, typed: str
) -> None:
    write("pyproject.toml", "[project]\nname = 'shop'\n")
    path = write("store/py/models.py", "import slugify_not_installed\n")
    monkeypatch.chdir(here)
    assert refused(str(path))[-1] == f"{INSTALL}, or your project with its dependencies (pip install -e {typed})"


def test_a_folder_with_settings_of_tools_alone_is_no_project(write: Write, refused: Refused) -> None:
    write("pyproject.toml", "[tool.ruff]\n")
    write("models.py", "import slugify_not_installed\n")
    assert refused("models.py")[-1] == INSTALL


@pytest.mark.parametrize("folder", ["src", "src/py"])
def test_a_module_that_lies_in_a_folder_below_is_found_there(
    write: Write, refused: Refused, monkeypatch: pytest.MonkeyPatch, folder: str
) -> None:
    write(f"{folder}/store/db/models.py", MODELS)
    write(".venv/store/db/models.py", MODELS)
    write("environment/lib/store/db/models.py", MODELS)
    write("environment/pyvenv.cfg", "")
    assert refused("store.db.models") == [
        f"store.db.models: no module named store in the current folder; store.db.models is in {folder}",
        f"start in {folder}, or with PYTHONPATH={folder}",
    ]
    with monkeypatch.context() as changed:
        changed.syspath_prepend(folder)
        assert names(load_models("store.db.models")) == ["Zebra", "Apple"]
    for name in [name for name in sys.modules if name.startswith("store")]:
        del sys.modules[name]
    monkeypatch.chdir(folder)
    assert names(load_models("store.db.models")) == ["Zebra", "Apple"]


def test_a_file_that_imports_all_modules_is_a_way_out_where_one_maps_nothing(write: Write, refused: Refused) -> None:
    write("store/__init__.py", "")
    write("store/base.py", BASE)
    write("store/zebras.py", f"from .base import *\n{mapped('Zebra')}")
    write("store/apples.py", f"from .base import *\n{mapped('Apple')}")
    assert refused("store.base") == ["store.base has no mapped class", DEFINES]
    write("all.py", "import store.zebras, store.apples\n")
    assert names(load_models("all.py")) == ["Zebra", "Apple"]
