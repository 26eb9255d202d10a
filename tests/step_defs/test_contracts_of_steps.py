"""Every Then of the features checks a contract; every live contract is checked by a scenario, or is no scenario's."""

import importlib
from inspect import signature
from pathlib import Path

import pytest
from pytest_bdd.feature import get_feature
from pytest_bdd.steps import step_function_context_registry

import step_defs
from harness.contracts import Soft, all_contracts
from harness.expectations import load_expectations

ROOT = Path(__file__).parents[2]
for module in step_defs.pytest_plugins:
    importlib.import_module(module)
DEFINITIONS = [
    one for one in step_function_context_registry.values() if one.step_func.__module__ in step_defs.pytest_plugins
]


class Asked(Exception):
    """A step has asked for contracts."""


class Asks:
    """Stands where a probe or a diagnosis is given to a step: tells which contract is asked for, checks nothing."""

    expectations = load_expectations(ROOT / "demo" / "expectations.yaml")
    stack = None

    def on_check(self, id):
        raise Asked(id)

    def require(self, *ids):
        raise Asked(*ids)


def steps(kind):
    """Return feature and words of every step of a kind, each row of an outline for itself."""
    found = {}
    for path in sorted((ROOT / "features").glob("*.feature")):
        feature = get_feature(str(path.parent), path.name)
        for template in feature.scenarios.values():
            for row in [r for table in template.examples for r in table.as_contexts()] or [{}]:
                found |= {(path.name, s.name): None for s in template.render(row).steps if s.type == kind}
    return list(found)


def contracts_of(words, kind="then"):
    (definition,) = [one for one in DEFINITIONS if one.type == kind and one.parser.is_matching(words)]
    given = {name: Asks() for name in ("probe", "preflight", "load", "loading")}
    given |= {"own_namespace": "own", "change": "a change", "soft": Soft()} | definition.parser.parse_arguments(words)
    arguments = {name: given[name] for name in signature(definition.step_func).parameters}
    for name, convert in definition.converters.items():
        arguments[name] = convert(arguments[name])
    try:
        definition.step_func(**arguments)
    except Asked as asked:
        return asked.args
    return ()


@pytest.mark.parametrize(("feature", "words"), steps("then"))
def test_a_then_checks_a_contract(feature, words):
    ids = contracts_of(words)
    assert ids
    assert set(ids) <= {contract.id for contract in all_contracts()}
