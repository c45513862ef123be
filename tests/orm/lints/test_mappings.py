"""The lints of mappings of every kind: those that hurt, and no others; no mapping makes them fail."""

import warnings
from importlib import import_module

import pytest

from tests.orm.lints.sources import lints_in


EXPECTED = {
    "asking": set[str](),
    "code": {
        "Good.boxes lazy-read",
        "Good.owner lazy-read",
        "Good.owner back-populates",
        "Owner.goods lazy-read",
    },
    "inheritance": set[str](),
    "keys": set[str](),
    "loading": {
        "Leaf.noload noload",
        "Tree.noload noload",
        "Tree.none noload",
        "Tree.no joined-product",
        "Twig.joined joined-product",
    },
    "names": set[str](),
    "relations": {"Node.above joined-product"},
    "ways": set[str](),
}


@pytest.mark.parametrize("name", EXPECTED)
def test_mappings_of_every_kind_can_be_linted(name: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what SQLAlchemy says of these mappings is not what is tested
        module = import_module(f"tests.orm.mappings.{name}")
        module.Base.registry.configure()
        lints = lints_in(module)
    assert {f"{lint.model}.{lint.attribute} {lint.rule.name}" for lint in lints} == EXPECTED[name]
