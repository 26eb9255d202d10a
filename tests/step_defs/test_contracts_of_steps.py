"""Every Then of the features leads to a contract, by what its step asks for."""

import importlib
from inspect import signature
from pathlib import Path
from types import SimpleNamespace

import pytest
from pytest_bdd.feature import get_feature
from pytest_bdd.steps import step_function_context_registry

import step_defs
from harness.contracts import Probe, Soft, all_contracts
from harness.platform import load_platform
from harness.stack import Stack, WorkloadState

ROOT = Path(__file__).parents[2]
for module in step_defs.pytest_plugins:
    importlib.import_module(module)
DEFINITIONS = [
    one for one in step_function_context_registry.values() if one.step_func.__module__ in step_defs.pytest_plugins
]


class Asked(Exception):
    """A step has asked for contracts."""


def asked(*ids):
    raise Asked(*ids)


DEMO = ROOT / "demo" / "platform.yaml"
STACK = Stack(
    id="x",
    environment="local",
    folder=ROOT,
    platform_file=DEMO,
    made_from=DEMO,
    digest="",
    endpoints={},
    workloads=[WorkloadState(name="polaris", component="catalog", kind="real", pid=1)],
    secrets_file=ROOT,
)
# What a step is given: it tells which contracts are asked for, before they are checked.
GIVEN = {
    "probe": Probe(STACK, load_platform(DEMO), on_check=asked),
    **dict.fromkeys(("preflight", "load", "loading"), SimpleNamespace(require=asked)),
}


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
    given = (
        GIVEN
        | {"own_namespace": "own", "change": "a change", "soft": Soft()}
        | definition.parser.parse_arguments(words)
    )
    arguments = {name: given[name] for name in signature(definition.step_func).parameters}
    for name, convert in definition.converters.items():
        arguments[name] = convert(arguments[name])
    try:
        definition.step_func(**arguments)
    except Asked as contracts:
        return contracts.args
    return ()


@pytest.mark.parametrize(("feature", "words"), steps("then"))
def test_a_then_checks_a_contract(feature, words):
    ids = contracts_of(words)
    assert ids
    assert set(ids) <= {contract.id for contract in all_contracts()}
